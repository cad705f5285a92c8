package jsonpath

import (
	"errors"
	"slices"
)

// ErrTooMuch is returned when the paths of one document have visited more
// values than any sensible template asks for.
var ErrTooMuch = errors.New("the paths visit more than 20,000,000 values of the document")

const maxVisits = 20_000_000

// Eval evaluates p on d. A definite path without a match gives false; an
// indefinite one gives a list, which may be empty. It returns the errors of
// Document.Root, ErrTooMuch, and the failure of a function.
func (p *Path) Eval(d *Document) (Node, bool, error) {
	root, err := d.Root()
	if err != nil {
		return Node{}, false, err
	}
	return p.EvalFrom(root)
}

// EvalFrom evaluates p on a value of a document, as Eval does.
func (p *Path) EvalFrom(n Node) (Node, bool, error) {
	if n.d == nil {
		return Node{}, false, nil
	}
	e := &n.d.eval
	*e = evaluation{d: n.d, root: n.at, out: e.out[:0]}
	at, ok := e.value(p, n.at)
	if e.err != nil || !ok {
		return Node{}, false, e.err
	}
	return Node{n.d, at}, true, nil
}

// An evaluation is one path at work.
type evaluation struct {
	d     *Document
	root  uint32 // '$'
	steps []step
	out   []uint32 // values found
	err   error

	// required makes a missing member end the evaluation, as when a filter
	// asks whether a path exists.
	required, missing bool
}

// value evaluates p on the value at.
func (e *evaluation) value(p *Path, at uint32) (uint32, bool) {
	if at, ok, simple := e.simple(p, at); simple {
		return at, ok
	}
	e.steps, e.out = p.steps, e.out[:0]
	e.run(0, at, true)
	switch {
	case e.err != nil || e.missing:
		return 0, false
	case !p.definite:
		return e.d.list(e.out), true
	case len(e.out) == 0:
		return 0, false
	}
	return e.out[len(e.out)-1], true
}

// simple evaluates a path of single names and indexes without a list of
// results.
func (e *evaluation) simple(p *Path, at uint32) (_ uint32, ok, simple bool) {
	for i := range p.steps {
		s := &p.steps[i]
		switch {
		case s.kind == stepNames && len(s.names) == 1:
		case s.kind == stepIndexes && len(s.indexes) == 1:
		default:
			return 0, false, false
		}
	}
	for i := range p.steps {
		s := &p.steps[i]
		if s.kind == stepNames {
			at, ok = e.member(at, s.names[0])
		} else {
			at, ok = e.element(at, s.indexes[0])
		}
		if !ok {
			return 0, false, true
		}
	}
	return at, true, true
}

// spend counts n visits and reports whether there may be more.
func (e *evaluation) spend(n int) bool {
	e.d.spent += n
	if e.d.spent > maxVisits && e.err == nil {
		e.err = ErrTooMuch
	}
	return e.err == nil && !e.missing
}

func (e *evaluation) kind(at uint32) Kind { return e.d.tape[at].kind }

func (e *evaluation) member(at uint32, name string) (uint32, bool) {
	if e.kind(at) != Object || !e.spend(1+int(e.d.tape[at].n)/8) {
		return 0, false
	}
	return e.d.member(at, name)
}

func (e *evaluation) element(at uint32, i int) (uint32, bool) {
	if e.kind(at) != Array || !e.spend(1+int(e.d.tape[at].n)/8) {
		return 0, false
	}
	return e.d.element(at, i)
}

// run applies the steps from i on to the value at and adds what they find.
// definite says that the steps before i are.
func (e *evaluation) run(i int, at uint32, definite bool) {
	if !e.spend(1) {
		return
	}
	if i == len(e.steps) {
		e.out = append(e.out, at)
		return
	}
	s := &e.steps[i]
	switch s.kind {
	case stepNames:
		e.names(i, at, definite)
	case stepWildcard:
		for c := e.d.contents(at); c.more() && e.spend(0); {
			_, v := c.take()
			e.run(i+1, v, false)
		}
	case stepIndexes, stepSlice:
		if e.kind(at) != Array {
			e.missing = e.missing || e.required && definite
			return
		}
		if s.kind == stepSlice {
			e.slice(i, at)
			return
		}
		for _, n := range s.indexes {
			if v, ok := e.element(at, n); ok {
				e.run(i+1, v, definite && !s.many)
			}
		}
	case stepFilter:
		e.filter(i, at)
	case stepScan:
		if i+1 < len(e.steps) {
			e.scan(i+1, at)
		}
	case stepFunction:
		v, ok := s.function.run(e, s.function, at)
		if e.err != nil {
			return
		}
		if !ok {
			v = e.d.null()
		}
		e.out = append(e.out, v)
		if i+1 < len(e.steps) {
			e.run(i+1, v, definite)
		}
	}
}

func (e *evaluation) names(i int, at uint32, definite bool) {
	s := &e.steps[i]
	if e.kind(at) != Object {
		e.missing = e.missing || e.required && definite
		return
	}
	last := i+1 == len(e.steps)
	if len(s.names) == 1 || !last {
		for _, name := range s.names {
			if v, ok := e.member(at, name); ok {
				e.run(i+1, v, definite && !s.many)
			} else if e.required {
				e.missing = true
				return
			}
		}
		return
	}
	var keys []uint32
	for n, name := range s.names {
		if slices.Contains(s.names[:n], name) {
			continue
		}
		e.spend(int(e.d.tape[at].n) / 8)
		found := false
		for c := e.d.contents(at); c.more() && !found; {
			k, _ := c.take()
			if found = e.d.is(&e.d.tape[k], name); found {
				keys = append(keys, k)
			}
		}
		if !found && e.required {
			e.missing = true
			return
		}
	}
	e.out = append(e.out, e.d.make(Object, keys))
}

// slice applies [from:to] to an array. A negative start counts from the end,
// and so does each index that is still negative on the way up to the end:
// [-2:9] gives the last two elements and then the first nine.
func (e *evaluation) slice(i int, at uint32) {
	s, n := e.steps[i].slice, int(e.d.tape[at].n)
	from, to := s.from, s.to
	switch {
	case !s.hasTo:
		if to = n; from < 0 {
			from = max(0, from+n)
		}
	case !s.hasFrom:
		if to < 0 {
			to += n
		}
	}
	from, to = max(from, -n), min(to, n)
	for ; from < 0 && from < to; from++ {
		if v, ok := e.element(at, from); ok {
			e.run(i+1, v, false)
		}
	}
	if from >= to {
		return
	}
	c := e.d.contents(at)
	for n := 0; n < to && c.more() && e.spend(0); n++ {
		if _, v := c.take(); n >= from {
			e.run(i+1, v, false)
		}
	}
}

// filter keeps the elements of an array, or the object, for which the filter
// of step i holds.
func (e *evaluation) filter(i int, at uint32) {
	f := e.steps[i].filter
	switch e.kind(at) {
	case Object:
		if e.holds(f, at) {
			e.run(i+1, at, false)
		}
	case Array:
		for c := e.d.contents(at); c.more() && e.spend(1); {
			if _, v := c.take(); e.holds(f, v) {
				e.run(i+1, v, false)
			}
		}
	}
}

// scan applies step i, which follows '..', to the value at and then to all that
// is in it.
func (e *evaluation) scan(i int, at uint32) {
	kind := e.kind(at)
	if kind != Object && kind != Array || !e.spend(1) {
		return
	}
	if e.scannable(i, at) {
		if kind == Object || i+1 == len(e.steps) {
			e.run(i, at, false)
		} else {
			// In an array the step itself is not applied if more follow:
			// $..[0].x is the x of every element, as in the Java library.
			for c := e.d.contents(at); c.more() && e.spend(0); {
				_, v := c.take()
				e.run(i+1, v, false)
			}
		}
	}
	for c := e.d.contents(at); c.more() && e.spend(0); {
		_, v := c.take()
		e.scan(i, v)
	}
}

// scannable reports whether step i may be applied to the container at.
func (e *evaluation) scannable(i int, at uint32) bool {
	s := &e.steps[i]
	switch s.kind {
	case stepNames:
		if e.kind(at) != Object {
			return false
		}
		if e.required || s.many {
			return true
		}
		for _, name := range s.names {
			if _, ok := e.member(at, name); !ok {
				return false
			}
		}
		return true
	case stepIndexes, stepSlice:
		return e.kind(at) == Array
	case stepWildcard:
		return true
	case stepFilter:
		return e.holds(s.filter, at)
	}
	return false
}
