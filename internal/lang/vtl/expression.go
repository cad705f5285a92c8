package vtl

import (
	"cmp"
	"unicode/utf8"
)

// An outcome says whether an expression has a value.
type outcome uint8

const (
	found  outcome = iota
	absent         // no result: wrong types, division by zero
	failed         // Env.err says why
)

// An expr is an expression.
type expr interface {
	eval(e *Env) (Value, outcome)

	// test is the truth of the expression. It is false for every literal but
	// true. If ok is false, Env.err says why.
	test(e *Env) (yes, ok bool)
}

// A constNode is a literal whose value is known when the template is compiled.
type constNode struct{ v Value }

func (n *constNode) eval(*Env) (Value, outcome) { return n.v, found }
func (n *constNode) test(*Env) (bool, bool)     { return false, true }

// A boolNode is true or false.
type boolNode struct{ b bool }

func (n *boolNode) eval(*Env) (Value, outcome) { return Bool(n.b), found }
func (n *boolNode) test(*Env) (bool, bool)     { return n.b, true }

// A stringNode is a string with references or directives in it.
type stringNode struct {
	at   int
	body block
	cut  bool // the last character goes
}

// trim takes the space at the end off the text, if it is there to stay.
func (n *stringNode) trim() {
	last := len(n.body) - 1
	if last < 0 {
		return
	}
	t, ok := n.body[last].(*textNode)
	if !ok || t.text[len(t.text)-1] != ' ' {
		return
	}
	n.cut = false
	if t.text == " " {
		n.body = n.body[:last]
	} else {
		n.body[last] = &textNode{text: t.text[:len(t.text)-1]}
	}
}

func (n *stringNode) eval(e *Env) (Value, outcome) {
	if len(n.body) == 1 && !n.cut {
		switch s := n.body[0].(type) {
		case *textNode:
			return String(s.text), found
		case *printNode:
			if s.ref.prefix != "" || s.before != "" {
				break
			}
			v, o := s.ref.eval(e)
			switch {
			case o == failed || o == found && v.kind == KindString:
				return v, o
			case o == absent:
				return String(""), found
			}
		}
	}
	return n.interpolate(e)
}

func (n *stringNode) interpolate(e *Env) (Value, outcome) {
	if e.level == len(e.bufs) {
		if e.level >= e.max.Depth {
			e.exceed(n.at, "", "nesting", e.max.Depth, "levels")
			return Null, failed
		}
		e.bufs = append(e.bufs, nil)
	}
	level, room := e.level, e.room
	e.level++
	e.room = e.max.Text
	out, f := n.body.render(e, e.bufs[level][:0])
	e.bufs[level] = out
	e.level, e.room = level, room
	if f != onward {
		// The rest of the template is not to run: #stop and #break in a string
		// are those of the template.
		e.interrupted = f
		return Null, failed
	}
	if n.cut && len(out) > 0 {
		_, size := utf8.DecodeLastRune(out)
		out = out[:len(out)-size]
	}
	if err := e.text(len(out)); err != nil {
		e.record(n.at, "", err.Error(), err)
		return Null, failed
	}
	return String(string(out)), found
}

func (n *stringNode) test(e *Env) (bool, bool) { return false, true }

// A listNode is [a, b].
type listNode struct {
	at     int
	elems  []expr
	consts []Value // the elements, if all are literals
}

// settle looks whether all elements are literals.
func (n *listNode) settle() {
	consts := make([]Value, 0, len(n.elems))
	for _, x := range n.elems {
		switch x := x.(type) {
		case *constNode:
			consts = append(consts, x.v)
		case *boolNode:
			consts = append(consts, Bool(x.b))
		default:
			return
		}
	}
	n.consts = consts
}

func (n *listNode) eval(e *Env) (Value, outcome) {
	const size = 64 // bytes of an element, roughly
	if err := e.grow(size * (len(n.elems) + 1)); err != nil {
		e.record(n.at, "", err.Error(), err)
		return Null, failed
	}
	l := e.lists.Take()
	if n.consts != nil {
		l.elems, l.shared = n.consts, true
		return l.Value(), found
	}
	if len(n.elems) > 0 {
		l.elems = make([]Value, len(n.elems))
	}
	for i, x := range n.elems {
		v, o := x.eval(e)
		if o == failed {
			return Null, failed
		}
		l.elems[i] = v
	}
	return l.Value(), found
}

func (n *listNode) test(e *Env) (bool, bool) { return false, true }

// A rangeNode is [a..b].
type rangeNode struct {
	at       int
	from, to expr
	source   string
}

func (n *rangeNode) eval(e *Env) (Value, outcome) {
	a, o := n.from.eval(e)
	if o == failed {
		return Null, failed
	}
	b, p := n.to.eval(e)
	if p == failed {
		return Null, failed
	}
	if o == absent || p == absent || !a.isNumber() || !b.isNumber() {
		return Null, absent
	}
	from, to := int32(a.toLong()), int32(b.toLong())
	size := int64(to) - int64(from)
	if size < 0 {
		size = -size
	}
	size++
	if size > int64(e.max.Elements) {
		e.exceed(n.at, n.source, "a range", e.max.Elements, "elements")
		return Null, failed
	}
	const bytes = 64 // of an element, roughly
	if err := e.grow(bytes * int(size)); err != nil {
		e.record(n.at, n.source, err.Error(), err)
		return Null, failed
	}
	r := e.ranges.Take()
	*r = integers{first: from, step: 1, size: int(size)}
	if to < from {
		r.step = -1
	}
	l := e.lists.Take()
	l.src = r
	return l.Value(), found
}

// integers is what a range holds.
type integers struct {
	first, step int32
	size        int
}

// Len returns the number of integers.
func (r *integers) Len() int { return r.size }

// At returns the integer at i.
func (r *integers) At(i int) Value { return Int(r.first + int32(i)*r.step) }

func (n *rangeNode) test(e *Env) (bool, bool) { return false, true }

// A mapNode is {k : v}.
type mapNode struct {
	at         int
	keys, vals []expr
}

func (n *mapNode) eval(e *Env) (Value, outcome) {
	const size = 128 // bytes of an entry, roughly
	if err := e.grow(size * (len(n.keys) + 1)); err != nil {
		e.record(n.at, "", err.Error(), err)
		return Null, failed
	}
	m := &Map{}
	if len(n.keys) > 0 {
		m.entries = make([]entry, 0, len(n.keys))
	}
	for i := range n.keys {
		k, o := n.keys[i].eval(e)
		if o == failed {
			return Null, failed
		}
		v, o := n.vals[i].eval(e)
		if o == failed {
			return Null, failed
		}
		m.put(k, v)
	}
	return m.Value(), found
}

func (n *mapNode) test(e *Env) (bool, bool) { return false, true }

// A parenNode is an expression in parentheses.
type parenNode struct {
	x      expr
	source string // what it prints next to a string where it has no result
}

func (n *parenNode) eval(e *Env) (Value, outcome) { return n.x.eval(e) }
func (n *parenNode) test(e *Env) (yes, ok bool)   { return n.x.test(e) }
func truth(yes, ok bool) (Value, outcome) {
	if !ok {
		return Null, failed
	}
	return Bool(yes), found
}

// A notNode is !x.
type notNode struct{ x expr }

func (n *notNode) eval(e *Env) (Value, outcome) { return truth(n.test(e)) }

func (n *notNode) test(e *Env) (yes, ok bool) {
	yes, ok = n.x.test(e)
	return !yes, ok
}

// A logicNode is && or ||.
type logicNode struct {
	left, right expr
	or          bool
}

func (n *logicNode) eval(e *Env) (Value, outcome) { return truth(n.test(e)) }

func (n *logicNode) test(e *Env) (yes, ok bool) {
	yes, ok = n.left.test(e)
	if !ok || yes == n.or {
		return yes, ok
	}
	return n.right.test(e)
}

// An equalNode is == or !=.
type equalNode struct {
	at          int
	left, right expr
	not         bool
	sides       [2]operand // left and right, if whole
	whole       bool
}

func (n *equalNode) eval(e *Env) (Value, outcome) { return truth(n.test(e)) }

func (n *equalNode) test(e *Env) (yes, ok bool) {
	if n.whole {
		x, j := n.sides[0].long(e)
		y, k := n.sides[1].long(e)
		if j != KindNull && k != KindNull {
			return (x == y) != n.not, true
		}
	}
	a, o := n.left.eval(e)
	if o == failed {
		return false, false
	}
	b, p := n.right.eval(e)
	if p == failed {
		return false, false
	}
	switch {
	case o == absent || p == absent:
		yes = o == p
	case a.kind == KindString && b.kind == KindString:
		yes = a.str() == b.str()
	default:
		eq, err := e.looselyEqual(a, b)
		if err != nil {
			e.record(n.at, "", err.Error(), err)
			return false, false
		}
		yes = eq
	}
	return yes != n.not, true
}

// An orderNode is <, <=, > or >=.
type orderNode struct {
	at          int
	left, right expr
	op          tokenKind
	sides       [2]operand // left and right, if whole
	whole       bool
}

func (n *orderNode) eval(e *Env) (Value, outcome) { return truth(n.test(e)) }

func (n *orderNode) test(e *Env) (yes, ok bool) {
	if n.whole {
		x, j := n.sides[0].long(e)
		y, k := n.sides[1].long(e)
		if j != KindNull && k != KindNull {
			return n.holds(cmp.Compare(x, y)), true
		}
	}
	a, o := n.left.eval(e)
	if o == failed {
		return false, false
	}
	b, p := n.right.eval(e)
	if p == failed {
		return false, false
	}
	if o == absent || p == absent || !a.isNumber() || !b.isNumber() {
		return false, true
	}
	c, err := order(a, b)
	if err != nil {
		e.record(n.at, "", err.Error(), err)
		return false, false
	}
	return n.holds(c), true
}

// holds reports whether n is true of two numbers that compare as c.
func (n *orderNode) holds(c int) bool {
	switch n.op {
	case tokLess:
		return c < 0
	case tokLessEqual:
		return c <= 0
	case tokGreater:
		return c > 0
	}
	return c >= 0
}

// A mathNode is +, -, *, / or %.
type mathNode struct {
	at          int
	left, right expr
	op          tokenKind
	source      string // what it prints next to a string where it has no result

	sides [2]operand // left and right, if whole
	whole bool       // made of variables, literals and operations only
	inner bool       // a side of an operation that tries long for both
}

func (n *mathNode) eval(e *Env) (Value, outcome) {
	if n.whole && !n.inner {
		if z, k := n.long(e); k != KindNull {
			return Value{kind: k, num: uint64(z)}, found
		}
	}
	a, o := n.left.eval(e)
	if o == failed {
		return Null, failed
	}
	b, p := n.right.eval(e)
	if p == failed {
		return Null, failed
	}
	if n.op == tokPlus && (a.kind == KindString && o == found || b.kind == KindString && p == found) {
		if o == absent {
			a = String(sourceOf(n.left))
		}
		if p == absent {
			b = String(sourceOf(n.right))
		}
		v, err := e.join(a, b)
		if err != nil {
			e.record(n.at, "", err.Error(), err)
			return Null, failed
		}
		return v, found
	}
	if o == absent || p == absent || !a.isNumber() || !b.isNumber() {
		return Null, absent
	}
	v, ok, err := arithmetic(n.op, a, b)
	if err != nil {
		e.record(n.at, "", err.Error(), err)
		return Null, failed
	}
	if !ok {
		return Null, absent
	}
	if v.kind == KindBigInt || v.kind == KindDecimal {
		if err := e.growNumber(v); err != nil {
			e.record(n.at, "", err.Error(), err)
			return Null, failed
		}
	}
	return v, found
}

func (n *mathNode) test(e *Env) (bool, bool) { return false, true }

// sourceOf returns the source text of an expression without a result.
func sourceOf(x expr) string {
	switch x := x.(type) {
	case *mathNode:
		return x.source
	case *rangeNode:
		return x.source
	case *parenNode:
		return x.source
	}
	return ""
}
