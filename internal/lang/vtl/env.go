package vtl

import "fmt"

// An Env is the state of one rendering. It can be used again, for any template,
// but not by two renderings at once. Its zero value is ready: no variables,
// default limits.
type Env struct {
	Scope  Scope  // variables the template starts with; nil means none
	Limits Limits // zero fields mean the defaults

	run      uint64 // counts renderings
	tmpl     *Template
	slots    []variable
	hints    []uint32 // for Document.Walk, by reference.hints
	given    Limits   // Limits that max was made from
	max      Limits   // Limits with the defaults
	steps    int      // left
	memory   int      // bytes left
	depth    int      // levels left
	room     int      // length that the current output may reach
	args     []Value
	bufs     [][]byte // for strings with references, one per level
	level    int      // strings being rendered
	defining []uint8  // per #define: how often it is being printed
	breakTo  *loop    // the loop that #break names; nil for the nearest
	err      *Error
	patterns map[string]*pattern // compiled while rendering

	// interrupted says that an expression met #stop or #break in a string or a
	// block, which end more than the expression.
	interrupted flow

	halves   bool // a half of a surrogate pair may be in the output
	loopsCut int

	// What templates make between two calls of Reset.
	lists  Arena[List]
	ranges Arena[integers]
	loops  Arena[loop]
	views  Arena[mapView]
}

// A variable is the place of a variable. Its value is unknown until it is first
// read or set.
type variable struct {
	v     Value // null unless set
	state variableState
	place uint32   // of the value, if there
	doc   Document // of place
}

type variableState uint8

const (
	unknown variableState = iota
	there                 // in a document, as what a loop is at
	unset
	set // also to null, by a loop
)

// Reset forgets the scope and every value that renderings have made, which must
// not be used any more, and keeps the memory for the next. The limits stay.
func (e *Env) Reset() {
	clear(e.slots)
	clear(e.args[:cap(e.args)])
	e.lists.Reset()
	e.ranges.Reset()
	e.loops.Reset()
	e.views.Reset()
	for i, b := range e.bufs {
		const most = 1 << 20 // bytes worth keeping
		if cap(b) > most {
			e.bufs[i] = nil
		}
	}
	e.run++
	e.Scope, e.tmpl, e.breakTo, e.err, e.patterns = nil, nil, nil, nil, nil
	e.slots, e.args, e.loopsCut = e.slots[:0], e.args[:0], 0
}

// LoopsCut returns how many loops of the last rendering ended because of
// Limits.Rounds.
func (e *Env) LoopsCut() int { return e.loopsCut }

// begin prepares e for a rendering of t after used bytes of other output.
func (e *Env) begin(t *Template, used int) {
	e.run++
	e.tmpl = t
	if e.given != e.Limits || e.max.Steps == 0 {
		e.given, e.max = e.Limits, e.Limits.filled()
	}
	e.steps, e.memory, e.depth = e.max.Steps, e.max.Memory, e.max.Depth
	e.room = used + e.max.Output
	e.slots = cleared(e.slots, len(t.names))
	e.defining = cleared(e.defining, t.defines)
	if len(e.hints) < t.hints {
		e.hints = make([]uint32, t.hints)
	}
	e.args = e.args[:0]
	e.level = 0
	e.breakTo, e.err, e.interrupted = nil, nil, onward
	e.halves = t.halves
	e.loopsCut = 0
}

// cleared returns s with length n and zero elements. Beyond the length of s they
// are zero already.
func cleared[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	clear(s)
	return s[:n]
}

// load returns the variable at a place, and whether it is set.
func (e *Env) load(slot int) (Value, bool) {
	s := &e.slots[slot]
	switch s.state {
	case there:
		s.v, s.state = s.doc.Value(s.place), set
	case unknown:
		s.state = unset
		if e.Scope != nil {
			if v, ok := e.Scope.Variable(e.tmpl.names[slot]); ok {
				s.v, s.state = v, set
			}
		}
	}
	return s.v, s.state == set
}

func (e *Env) store(slot int, v Value) {
	if slot >= 0 {
		s := &e.slots[slot]
		s.v, s.state = v, set
	}
}

// storePlace sets the variable to a value in a document.
func (e *Env) storePlace(slot int, doc Document, place uint32) {
	if slot < 0 {
		return
	}
	s := &e.slots[slot]
	if s.state != there || s.doc != doc {
		*s = variable{state: there, doc: doc}
	}
	s.place = place
}

// save returns the variable at a place for restore.
func (e *Env) save(slot int) variable {
	if slot < 0 {
		return variable{}
	}
	return e.slots[slot]
}

func (e *Env) restore(slot int, old variable) {
	if slot >= 0 {
		e.slots[slot] = old
	}
}

// fail records the error that ends the rendering, unless there is one already
// or the cause is no error but an interruption.
func (e *Env) fail(at int, source, message string, cause error) flow {
	e.record(at, source, message, cause)
	return e.ended()
}

// record is fail for an expression: the statement that it stands in asks ended.
func (e *Env) record(at int, source, message string, cause error) {
	if e.err != nil || cause == errInterrupted {
		return
	}
	line, col := e.tmpl.position(at)
	e.err = &Error{
		Name: e.tmpl.name, Line: line, Column: col,
		Message: message, Source: source, Phase: Rendering, Err: cause,
	}
}

// ended returns how a statement ends whose expression failed.
func (e *Env) ended() flow {
	if f := e.interrupted; f != onward && e.err == nil {
		e.interrupted = onward
		return f
	}
	return failing
}

// exceed records that a limit was passed.
func (e *Env) exceed(at int, source, what string, limit int, unit string) flow {
	return e.fail(at, source, fmt.Sprintf("found more than %d %s of %s, expected fewer", limit, unit, what), ErrLimit)
}

// step counts a piece of work and reports whether there may be more.
func (e *Env) step(at int) bool {
	e.steps--
	if e.steps < 0 {
		e.exceed(at, "", "work", e.max.Steps, "steps")
		return false
	}
	return true
}

// grow counts n bytes of memory for a value.
func (e *Env) grow(n int) error {
	e.memory -= n
	if e.memory < 0 {
		return limitError{"memory", e.max.Memory, "bytes"}
	}
	return nil
}

// text counts a new string of n bytes.
func (e *Env) text(n int) error {
	if n > e.max.Text {
		return limitError{"one string", e.max.Text, "bytes"}
	}
	return e.grow(n)
}

// work counts n elements that a method visits.
func (e *Env) work(n int) error {
	e.steps -= n
	if e.steps < 0 {
		return limitError{"work", e.max.Steps, "steps"}
	}
	return nil
}

// A limitError says which ceiling was passed.
type limitError struct {
	what  string
	limit int
	unit  string
}

func (l limitError) Error() string {
	return fmt.Sprintf("found more than %d %s of %s, expected fewer", l.limit, l.unit, l.what)
}

func (l limitError) Is(target error) bool { return target == ErrLimit }
