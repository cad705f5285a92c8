package mapping

// A slab hands out slices that all die together, and keeps its memory for the
// next ones. Its zero value is empty.
type slab[T any] struct {
	room []T
	used int
}

// take returns n zero values.
func (s *slab[T]) take(n int) []T {
	const least, most = 16, 1 << 14 // values worth keeping
	if n > len(s.room)-s.used {
		if n > most {
			return make([]T, n)
		}
		s.room, s.used = make([]T, min(max(2*len(s.room), n, least), most)), 0
	}
	s.used += n
	return s.room[s.used-n : s.used : s.used]
}

// reset takes all values back.
func (s *slab[T]) reset() {
	clear(s.room[:s.used])
	s.used = 0
}
