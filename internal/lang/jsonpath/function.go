package jsonpath

// This file computes the functions at the end of a path.
//
//   - min, max, avg, sum and stddev take the numbers of an array and of the
//     arguments; without any they fail.
//   - max begins at the smallest positive double, so that numbers that are all
//     negative give 4.9E-324, as in the Java library.
//   - first, last and index fail on what is no array and out of range.

import (
	"fmt"
	"math"
	"strconv"
)

func (e *evaluation) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}

// unknown is the function that does not exist.
func unknown(e *evaluation, f *call, _ uint32) (uint32, bool) {
	if e.err == nil {
		e.err = f.err
	}
	return 0, false
}

// argument returns the value of an argument.
func (e *evaluation) argument(a *argument) (uint32, bool) {
	if a.path == nil {
		return e.literal(a.json), true
	}
	inner := evaluation{d: e.d, root: e.root}
	at, ok := inner.value(a.path, e.root)
	if inner.err != nil && e.err == nil {
		e.err = inner.err
	}
	return at, ok
}

// numbers calls yield with the numbers of an array and of the arguments. It
// fails if there are none.
func (e *evaluation) numbers(f *call, at uint32, yield func(float64)) bool {
	n := 0
	one := func(at uint32) {
		if en := &e.d.tape[at]; en.kind == Integer || en.kind == Decimal {
			n++
			yield(double(e.d.source(en)))
		}
	}
	all := func(at uint32) {
		for c := e.d.contents(at); c.more() && e.spend(1); {
			_, v := c.take()
			one(v)
		}
	}
	if e.kind(at) == Array {
		all(at)
	}
	for i := range f.args {
		v, ok := e.argument(&f.args[i])
		switch {
		case !ok:
		case e.kind(v) == Array:
			all(v)
		default:
			one(v)
		}
	}
	if n == 0 {
		e.fail("%s() of no numbers", f.name)
	}
	return e.err == nil
}

// double returns the value of a number as a double.
func double(text []byte) float64 {
	f, _ := strconv.ParseFloat(string(text), 64) // too large gives an infinity, as in Java
	return f
}

// result makes a double the value of a function.
func (e *evaluation) result(x float64) (uint32, bool) {
	var buf [32]byte
	return e.d.adopt(appendDouble(buf[:0], x)), true
}

func minimum(e *evaluation, f *call, at uint32) (uint32, bool) {
	m := math.MaxFloat64
	if !e.numbers(f, at, func(x float64) { m = min(m, x) }) {
		return 0, false
	}
	return e.result(m)
}

func maximum(e *evaluation, f *call, at uint32) (uint32, bool) {
	m := math.SmallestNonzeroFloat64
	if !e.numbers(f, at, func(x float64) { m = max(m, x) }) {
		return 0, false
	}
	return e.result(m)
}

func sum(e *evaluation, f *call, at uint32) (uint32, bool) {
	s := 0.0
	if !e.numbers(f, at, func(x float64) { s += x }) {
		return 0, false
	}
	return e.result(s)
}

func average(e *evaluation, f *call, at uint32) (uint32, bool) {
	s, n := 0.0, 0.0
	if !e.numbers(f, at, func(x float64) { s += x; n++ }) {
		return 0, false
	}
	return e.result(s / n)
}

func deviation(e *evaluation, f *call, at uint32) (uint32, bool) {
	s, squares, n := 0.0, 0.0, 0.0
	if !e.numbers(f, at, func(x float64) { s += x; squares += x * x; n++ }) {
		return 0, false
	}
	return e.result(math.Sqrt(squares/n - s*s/n/n))
}

// length gives the size of an array or object. With a path as its argument it
// counts what is in the values of the path.
func length(e *evaluation, f *call, at uint32) (uint32, bool) {
	if len(f.args) > 0 && f.args[0].path != nil {
		if n, ok := e.inside(f.args[0].path); ok || e.err != nil {
			return e.d.adopt(fmt.Append(nil, n)), e.err == nil
		}
	}
	switch e.kind(at) {
	case Array, Object:
		return e.d.adopt(fmt.Append(nil, e.d.tape[at].n)), true
	}
	return 0, false
}

// inside counts the contents of the values of p.
func (e *evaluation) inside(p *Path) (n uint32, ok bool) {
	inner := evaluation{d: e.d, root: e.root}
	at, ok := inner.value(p, e.root)
	if e.err = inner.err; !ok {
		return 0, false
	}
	last := len(p.steps) - 1
	if last >= 0 && p.steps[last].kind == stepFunction {
		return e.d.tape[at].n, e.kind(at) == Array
	}
	size := func(at uint32) uint32 {
		if k := e.kind(at); k == Array || k == Object {
			return e.d.tape[at].n
		}
		return 0
	}
	if p.definite {
		return size(at), true
	}
	for c := e.d.contents(at); c.more() && e.spend(1); {
		_, v := c.take()
		n += size(v)
	}
	return n, true
}

func keys(e *evaluation, _ *call, at uint32) (uint32, bool) {
	if e.kind(at) != Object {
		return 0, false
	}
	var names []uint32
	for c := e.d.contents(at); c.more() && e.spend(1); {
		k, _ := c.take()
		name := e.d.tape[k]
		name.kind, name.n, name.next = String, 0, uint32(len(e.d.tape))+1
		names = append(names, uint32(len(e.d.tape)))
		e.d.tape = append(e.d.tape, name)
	}
	set := e.d.list(names)
	e.d.tape[set].flags |= keySet
	return set, true
}

func first(e *evaluation, f *call, at uint32) (uint32, bool) { return e.pick(f, at, 0) }

func last(e *evaluation, f *call, at uint32) (uint32, bool) { return e.pick(f, at, -1) }

func index(e *evaluation, f *call, at uint32) (uint32, bool) {
	if len(f.args) > 0 {
		if v, ok := e.argument(&f.args[0]); ok && e.kind(v) == Integer {
			if n := readNumber(e.d.source(&e.d.tape[v]), Integer); n.kind == Int32 {
				return e.pick(f, at, int(n.int))
			}
		}
	}
	e.fail("index() needs an integer")
	return 0, false
}

func (e *evaluation) pick(f *call, at uint32, i int) (uint32, bool) {
	if e.kind(at) != Array {
		e.fail("%s() of what is no array", f.name)
		return 0, false
	}
	v, ok := e.element(at, i)
	if !ok {
		e.fail("%s() of %d elements has no result", f.name, e.d.tape[at].n)
	}
	return v, ok
}

// concat joins the texts of an array and the texts and numbers of the arguments.
func concat(e *evaluation, f *call, at uint32) (uint32, bool) {
	var text []byte
	if e.kind(at) == Array {
		for c := e.d.contents(at); c.more() && e.spend(1); {
			if _, v := c.take(); e.kind(v) == String {
				text = e.d.appendText(text, v)
			}
		}
	}
	for i := range f.args {
		v, ok := e.argument(&f.args[i])
		switch {
		case !ok || e.kind(v) == Null:
		case e.kind(v) == Array:
			for c := e.d.contents(v); c.more() && e.spend(1); {
				if _, v := c.take(); e.kind(v) != Null {
					text = e.d.appendText(text, v)
				}
			}
		default:
			text = e.d.appendText(text, v)
		}
	}
	e.spend(len(text) / 64)
	return e.d.adopt(AppendQuoted(nil, text)), true
}

// appended gives an array with the arguments added, and anything else as it is.
func appended(e *evaluation, f *call, at uint32) (uint32, bool) {
	if e.kind(at) != Array || len(f.args) == 0 {
		return at, true
	}
	var values []uint32
	for c := e.d.contents(at); c.more() && e.spend(1); {
		_, v := c.take()
		values = append(values, v)
	}
	for i := range f.args {
		v, ok := e.argument(&f.args[i])
		if !ok {
			v = e.d.null()
		}
		values = append(values, v)
	}
	return e.d.list(values), true
}
