package mapping

// An arena hands out values that all die together, many to an allocation. It
// keeps its memory when they do.
type arena[T any] struct {
	chunks [][]T
	used   int // values handed out
}

const (
	chunkLen = 64
	mostKept = 32 // chunks kept for the next request
)

// take returns a zero value.
func (a *arena[T]) take() *T {
	if a.used == len(a.chunks)*chunkLen {
		a.chunks = append(a.chunks, make([]T, chunkLen))
	}
	v := &a.chunks[a.used/chunkLen][a.used%chunkLen]
	a.used++
	return v
}

// reset takes all values back.
func (a *arena[T]) reset() {
	if len(a.chunks) > mostKept {
		clear(a.chunks[mostKept:])
		a.chunks = a.chunks[:mostKept]
		a.used = min(a.used, mostKept*chunkLen)
	}
	for _, c := range a.chunks[:(a.used+chunkLen-1)/chunkLen] {
		clear(c)
	}
	a.used = 0
}
