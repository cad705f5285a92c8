package vtl

// A reference is $x.y(z)[0].
type reference struct {
	at     int // offset in the template
	slot   int // place of the root variable; -1 if nothing can set it
	steps  []step
	source string // text without what stands before its $
	prefix string // what prints before it: sigils, half of the backslashes

	escaped    bool // an odd number of backslashes: the source prints
	plain      bool // $x, not ${x} or $!x: an assignment sets the variable
	runt       bool // a bare word: the null value
	computable bool // not $\!x
	hints      int  // place of the first of the steps in Env.hints
}

type stepKind uint8

const (
	getProperty stepKind = iota
	callMethod
	getIndex
)

// A step is one element of a path after its root.
type step struct {
	kind  stepKind
	name  string // of the property or method
	args  []expr // of the method; the index
	at    int
	calls *methodSets // methods called name; nil if no type has one
	key   Value       // name as a string, for maps
	run   []string    // names of this property and those that follow at once
	more  bool        // this is $foreach.hasNext, if its value is a loop
	entry bool        // this is .get(key)
}

// linkProperties tells each property which others follow it at once.
func linkProperties(steps []step) {
	names := make([]string, len(steps))
	end := len(steps)
	for i := len(steps) - 1; i >= 0; i-- {
		s := &steps[i]
		names[i] = s.name
		if s.kind != getProperty {
			end = i
			continue
		}
		s.run = names[i:end]
		s.more = s.name == "hasNext"
	}
}

// resolved looks up what can be known when the template is compiled.
func (s step) resolved() step {
	if s.kind != getIndex {
		s.calls = methodsNamed[s.name]
		s.key = String(s.name)
		s.entry = s.kind == callMethod && s.name == "get" && len(s.args) == 1
	}
	return s
}

// nullText is what prints where the value has no text.
func (r *reference) nullText() string {
	if len(r.source) > 1 && r.source[:2] == "$!" {
		return ""
	}
	return r.source
}

// eval returns the value. A step without a result gives the empty string.
func (r *reference) eval(e *Env) (Value, outcome) {
	if r.slot < 0 {
		if r.runt {
			return Null, absent
		}
		return String(""), found
	}
	if doc, place, ok, known := r.walk(e); known {
		if !ok {
			return String(""), found
		}
		v := doc.Value(place)
		if v.kind == KindNull {
			return String(""), found
		}
		return r.after(e, v, len(r.steps[0].run))
	}
	if e.slots[r.slot].state <= there {
		e.load(r.slot)
	}
	v := e.slots[r.slot].v
	if v.kind == KindNull {
		return String(""), found
	}
	return r.after(e, v, 0)
}

// walk goes down the document of the variable, if that goes without making lists
// and maps of what is on the way, as far as properties follow each other. With
// 100 items of DynamoDB a rendering takes half the time.
func (r *reference) walk(e *Env) (doc Document, place uint32, ok, known bool) {
	if len(r.steps) == 0 || len(r.steps[0].run) == 0 {
		return nil, 0, false, false
	}
	run := r.steps[0].run
	if doc, place = r.document(e); doc == nil || e.steps < len(run) {
		return nil, 0, false, false
	}
	if place, ok, known = doc.Walk(place, run, e.hints[r.hints:r.hints+len(run)]); known {
		e.steps -= len(run)
	}
	return doc, place, ok, known
}

// document returns the document in which the variable is, and its place, or nil.
func (r *reference) document(e *Env) (Document, uint32) {
	s := &e.slots[r.slot]
	if s.state == there {
		return s.doc, s.place
	}
	if s.state == unknown {
		e.load(r.slot)
	}
	if m, ok := s.v.ref.(*Map); ok {
		return m.doc, m.place
	}
	return nil, 0
}

// after takes the steps from i on.
func (r *reference) after(e *Env, v Value, i int) (Value, outcome) {
	for ; i < len(r.steps); i++ {
		s := &r.steps[i]
		if m, ok := v.ref.(*Map); ok && (s.kind == getProperty || s.entry) && e.steps > 0 {
			// What step.eval does here takes twice as long.
			e.steps--
			if s.kind == getProperty {
				v, ok = m.Get(s.name)
			} else if v, ok = e.getEntry(v, s, r); !ok {
				return Null, failed
			}
			if !ok || v.kind == KindNull {
				return String(""), found
			}
			continue
		}
		var o outcome
		v, o = s.eval(e, v, r)
		switch {
		case o == failed:
			return Null, failed
		case o == absent || v.kind == KindNull:
			return String(""), found
		}
	}
	return v, found
}

// getEntry is $map.get(key).
func (e *Env) getEntry(v Value, s *step, r *reference) (Value, bool) {
	key, o := s.args[0].eval(e)
	if o == failed {
		return Null, false
	}
	if key.kind == KindString {
		out, _ := v.ref.(*Map).Get(key.str())
		return out, true
	}
	out, err := e.entryOf(v, key)
	return out, r.check(e, s, err)
}

// test is true for all that is not the boolean false.
func (r *reference) test(e *Env) (yes, ok bool) {
	if len(r.steps) == 1 && r.steps[0].more && r.slot >= 0 {
		if l, ok := e.slots[r.slot].v.ref.(*loop); ok {
			return l.it.hasNext(), e.step(r.at)
		}
	}
	v, o := r.eval(e)
	switch o {
	case failed:
		return false, false
	case absent:
		return false, true
	}
	if b, block := v.ref.(*definedBlock); block { // Java asks for its text, which can set variables
		if b.isNull(e) {
			return false, true
		}
		if _, err := e.textOf(v); err != nil {
			e.record(r.at, r.source, err.Error(), err)
			return false, false
		}
	}
	return v.kind != KindBool || v.num != 0, true
}

// assign sets the variable, the entry or the element that r names. It reports
// false if that failed; where there is nothing to set, nothing happens.
func (r *reference) assign(e *Env, v Value) bool {
	if !r.computable || r.slot < 0 {
		return true
	}
	if len(r.steps) == 0 {
		if r.plain {
			e.store(r.slot, v)
		}
		return true
	}
	target, ok := e.load(r.slot)
	if !ok || target.kind == KindNull {
		return true
	}
	last := len(r.steps) - 1
	for i := range r.steps[:last] {
		s := &r.steps[i]
		if m, ok := target.ref.(*Map); ok && s.kind == getProperty && e.steps > 0 {
			e.steps--
			if target, ok = m.Get(s.name); !ok || target.kind == KindNull {
				return true
			}
			continue
		}
		var o outcome
		target, o = s.eval(e, target, r)
		if o == failed {
			return false
		}
		if o == absent || target.kind == KindNull {
			return true
		}
	}
	s := &r.steps[last]
	if s.kind != getIndex {
		return r.check(e, s, e.setProperty(target, s, v))
	}
	key, o := s.args[0].eval(e)
	if o == failed {
		return false
	}
	return r.check(e, s, e.setIndex(target, key, v))
}

// check records err.
func (r *reference) check(e *Env, s *step, err error) bool {
	if err == nil {
		return true
	}
	if e.err == nil {
		e.record(s.at, r.source, err.Error(), err)
	}
	return false
}

// eval takes one step from v, which is not null.
func (s *step) eval(e *Env, v Value, r *reference) (Value, outcome) {
	if !e.step(s.at) {
		return Null, failed
	}
	var (
		out Value
		ok  bool
		err error
	)
	switch s.kind {
	case getProperty:
		out, ok, err = e.property(v, s)
	case getIndex:
		key, o := s.args[0].eval(e)
		if o == failed {
			return Null, failed
		}
		out, ok, err = e.index(v, key)
	case callMethod:
		base := len(e.args)
		for _, x := range s.args {
			a, o := x.eval(e)
			if o == failed {
				e.args = e.args[:base]
				return Null, failed
			}
			e.args = append(e.args, a)
		}
		out, ok, err = e.call(v, s, e.args[base:])
		e.args = e.args[:base]
	}
	if err != nil || e.err != nil {
		r.check(e, s, err)
		return Null, failed
	}
	if !ok {
		return Null, absent
	}
	return out, found
}
