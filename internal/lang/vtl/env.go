package vtl

// An Env is the state of one rendering. It can be used again, for any template,
// but not by two renderings at once. Its zero value is ready: no variables,
// default limits.
type Env struct {
	Scope  Scope  // variables the template starts with; nil means none
	Limits Limits // zero fields mean the defaults

	loopsCut int
}

// Reset forgets the scope and every value of the last rendering and keeps the
// memory for the next. The limits stay.
func (e *Env) Reset() {
	*e = Env{Limits: e.Limits}
}

// LoopsCut returns how many loops of the last rendering ended because of
// Limits.Rounds.
func (e *Env) LoopsCut() int { return e.loopsCut }
