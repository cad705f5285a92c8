package vtl

// An Arena hands out values that all die together, and keeps their memory for
// the next ones. Its zero value is empty.
type Arena[T any] struct {
	all   []*T // handed out, and then those that can be again
	used  int
	fresh []T // rest of the newest allocation
}

// Take returns a zero value.
func (a *Arena[T]) Take() *T {
	if a.used < len(a.all) {
		a.used++
		return a.all[a.used-1]
	}
	const (
		least, most = 4, 64 // values to an allocation
		kept        = 2048  // values worth keeping
	)
	if len(a.fresh) == 0 {
		a.fresh = make([]T, min(max(a.used, least), most))
	}
	v := &a.fresh[0]
	a.fresh = a.fresh[1:]
	if len(a.all) < kept {
		a.all = append(a.all, v)
		a.used++
	}
	return v
}

// Reset takes all values back.
func (a *Arena[T]) Reset() {
	var zero T
	for _, v := range a.all[:a.used] {
		*v = zero
	}
	a.used = 0
}
