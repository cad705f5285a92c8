package jsonpath

// This file decides whether a filter holds for a value.
//
//   - A missing value counts as null. Asking for existence is another thing: a
//     null exists.
//   - A number on the right of a text is compared by its text, a text on the
//     right of a number by its number.
//   - A relation whose sides are of the wrong kind makes the whole filter fail
//     for the value, also inside '!'. So does a function that does not exist.
//   - A text among others is read like a literal: 'x' in quotes is x, and escapes
//     are resolved. One that is a path equals nothing, one that is an array or an
//     object only its like.

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// visitTime is how long a match may take to count as one visit.
const visitTime = 100 * time.Nanosecond

// holds reports whether f holds for the value at.
func (e *evaluation) holds(f *filter, at uint32) bool {
	c := condition{e: e, item: at}
	return c.test(f) && !c.wrong
}

// A condition is one filter at work on one value.
type condition struct {
	e     *evaluation
	item  uint32
	wrong bool // a relation has sides of the wrong kind
}

func (c *condition) test(f *filter) bool {
	if c.wrong || c.e.err != nil {
		return false
	}
	switch f.op {
	case logicOr:
		return c.test(f.left) || c.test(f.right)
	case logicAnd:
		return c.test(f.left) && c.test(f.right)
	case logicNot:
		return !c.test(f.left)
	case logicExists:
		return c.exists(f.a.path)
	case logicMissing:
		return !c.exists(f.a.path)
	}
	return c.relation(f.rel, c.operand(&f.a), c.operand(&f.b))
}

// evaluate evaluates a path of the filter.
func (c *condition) evaluate(p *Path, required bool) (uint32, bool) {
	from := c.item
	if !p.relative {
		from = c.e.root
	}
	inner := evaluation{d: c.e.d, root: c.e.root, required: required}
	at, ok := inner.value(p, from)
	if _, unknown := inner.err.(*Error); unknown {
		c.wrong = true
	} else if inner.err != nil {
		c.e.err = inner.err
	}
	return at, ok && inner.err == nil
}

func (c *condition) exists(p *Path) bool {
	_, ok := c.evaluate(p, true)
	return ok
}

// A side is the value of an operand.
type side struct {
	kind    operandKind
	text    string // of a text or a number
	bool    bool
	at      uint32 // of an array or object
	literal bool   // the array or object stands in the filter
	pattern *pattern
}

func (c *condition) operand(o *operand) side {
	switch o.kind {
	case operandPath:
		if at, ok := c.evaluate(o.path, false); ok {
			return c.side(at)
		}
		return side{kind: operandNull}
	case operandJSON:
		return side{kind: operandJSON, at: c.e.literal(o.json), literal: true}
	}
	return side{kind: o.kind, text: o.text, bool: o.bool, pattern: o.pattern}
}

// literal returns the place of a literal's value.
func (e *evaluation) literal(json []byte) uint32 {
	d := e.d
	at, ok := d.literals[&json[0]]
	if !ok {
		if d.literals == nil {
			d.literals = make(map[*byte]uint32)
		}
		at = d.adopt(json)
		d.literals[&json[0]] = at
	}
	return at
}

// side makes a side of a value of the document.
func (c *condition) side(at uint32) side {
	en := &c.e.d.tape[at]
	switch en.kind {
	case True, False:
		return side{kind: operandBool, bool: en.kind == True}
	case Integer, Decimal:
		var buf [40]byte
		text := appendNumber(buf[:0], c.e.d.source(en), en.kind)
		if en.kind == Decimal && isDecimal(string(text)) {
			text = parseDecimal(text).append(nil)
		}
		return side{kind: operandNumber, text: string(text)}
	case String:
		c.e.spend(int(en.end-en.start) / 64)
		return side{kind: operandText, text: c.e.d.textOf(en)}
	case Array, Object:
		return side{kind: operandJSON, at: at}
	}
	return side{kind: operandNull}
}

// listed makes a side of an element of a list of values.
func (c *condition) listed(at uint32) side {
	s := c.side(at)
	if s.kind != operandText || len(s.text) < 2 {
		return s
	}
	first, last := s.text[0], s.text[len(s.text)-1]
	switch text := strings.TrimFunc(s.text, func(r rune) bool { return r <= ' ' }); {
	case text == "":
	case text[0] == '$' || text[0] == '@':
		if _, err := Compile(text); err == nil {
			return side{kind: operandPath}
		}
	case text[0] == '[' && text[len(text)-1] == ']' || text[0] == '{' && text[len(text)-1] == '}':
		if json := lenientJSON(text); json[0] == text[0] {
			return side{kind: operandPath, text: s.text}
		}
	}
	if first == last && (first == '\'' || first == '"') {
		s.text = s.text[1 : len(s.text)-1]
	}
	s.text, _ = unquote(s.text)
	return s
}

func (c *condition) relation(rel relation, a, b side) bool {
	switch rel {
	case relEqual:
		return c.equal(a, b)
	case relNotEqual:
		return !c.equal(a, b)
	case relSame:
		return a.kind == b.kind && c.equal(a, b)
	case relNotSame:
		return a.kind != b.kind || !c.equal(a, b)
	case relLess, relLessOrEqual, relGreater, relGreaterOrEqual:
		return ordered(rel, a, b)
	case relMatches:
		return c.matches(a, b)
	case relIn:
		return c.in(a, b)
	case relNotIn:
		return !c.in(a, b)
	case relSubsetOf:
		return c.elements(a, b, func(x side) bool { return c.holdsIn(x, b.at) }, true)
	case relAnyOf:
		return c.elements(a, b, func(x side) bool { return !c.holdsIn(x, b.at) }, false)
	case relNoneOf:
		return c.elements(a, b, func(x side) bool { return !c.holdsIn(x, b.at) }, true)
	case relSize:
		return c.size(a, b)
	case relEmpty:
		return c.empty(a, b)
	case relContains:
		switch {
		case a.kind == operandText && b.kind == operandText:
			return strings.Contains(a.text, b.text)
		case a.kind == operandJSON:
			return c.array(a) && c.holdsIn(b, a.at)
		}
		return false
	case relExists:
		if a.kind == operandBool && b.kind == operandBool {
			return a.bool == b.bool
		}
	}
	c.wrong = true
	return false
}

func (c *condition) equal(a, b side) bool {
	switch {
	case a.kind == operandText && (b.kind == operandText || b.kind == operandNumber):
		return a.text == b.text
	case a.kind == operandNumber && b.kind == operandNumber:
		return compareNumbers(a.text, b.text) == 0
	case a.kind == operandNumber && b.kind == operandText:
		return isDecimal(a.text) && isDecimal(b.text) && compareNumbers(a.text, b.text) == 0
	case a.kind != b.kind:
		return false
	}
	switch a.kind {
	case operandBool:
		return a.bool == b.bool
	case operandNull:
		return true
	case operandPattern:
		return a.pattern.source == b.pattern.source
	case operandPath:
		return a.text != "" && a.text == b.text
	}
	// A literal on the left equals nothing, as in the Java library.
	return !a.literal && c.e.equal(a.at, b.at)
}

// compareNumbers compares the texts of two numbers by value.
func compareNumbers(a, b string) int {
	if len(a) < 19 && len(b) < 19 {
		x, errX := strconv.ParseInt(a, 10, 64)
		y, errY := strconv.ParseInt(b, 10, 64)
		if errX == nil && errY == nil {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	return parseDecimal([]byte(a)).compare(parseDecimal([]byte(b)))
}

func ordered(rel relation, a, b side) bool {
	var order int
	switch {
	case a.kind == operandNumber && b.kind == operandNumber:
		order = compareNumbers(a.text, b.text)
	case a.kind == operandText && b.kind == operandText:
		order = compareUTF16(a.text, b.text)
	default:
		return false
	}
	switch rel {
	case relLess:
		return order < 0
	case relLessOrEqual:
		return order <= 0
	case relGreater:
		return order > 0
	}
	return order >= 0
}

// matches reports whether a text, a number, a boolean, or an element of an
// array matches the pattern on the other side.
func (c *condition) matches(a, b side) bool {
	if (a.kind == operandPattern) == (b.kind == operandPattern) {
		return false
	}
	if a.kind == operandPattern {
		a, b = b, a
	}
	if !c.array(a) {
		return c.match(b.pattern, a)
	}
	for cur := c.e.d.contents(a.at); cur.more() && c.e.spend(1); {
		if _, v := cur.take(); c.match(b.pattern, c.listed(v)) {
			return true
		}
	}
	return false
}

func (c *condition) match(p *pattern, s side) bool {
	text := s.text
	if s.kind == operandBool {
		text = strconv.FormatBool(s.bool)
	}
	start := time.Now()
	ok, err := p.match(text)
	c.e.spend(int(time.Since(start) / visitTime))
	if err != nil && c.e.err == nil {
		c.e.err = err
	}
	return ok && err == nil
}

// array reports whether s is an array.
func (c *condition) array(s side) bool {
	return s.kind == operandJSON && c.e.kind(s.at) == Array
}

func (c *condition) in(a, b side) bool {
	if b.kind != operandJSON {
		c.wrong = true
		return false
	}
	return c.array(b) && c.holdsIn(a, b.at)
}

// holdsIn reports whether an element of the array at equals s.
func (c *condition) holdsIn(s side, at uint32) bool {
	for cur := c.e.d.contents(at); cur.more() && c.e.spend(1); {
		if _, v := cur.take(); c.equal(s, c.listed(v)) {
			return true
		}
	}
	return false
}

// elements asks test of each element of a and gives all if it never said no.
// Both sides must be arrays.
func (c *condition) elements(a, b side, test func(side) bool, all bool) bool {
	if a.kind != operandJSON || b.kind != operandJSON {
		c.wrong = true
		return false
	}
	if !c.array(a) || !c.array(b) {
		return false
	}
	for cur := c.e.d.contents(a.at); cur.more() && c.e.spend(1); {
		if _, v := cur.take(); !test(c.listed(v)) {
			return !all
		}
	}
	return all
}

func (c *condition) size(a, b side) bool {
	if b.kind != operandNumber {
		return false
	}
	n := -1
	switch {
	case a.kind == operandText:
		n = utf16Len(a.text)
	case c.array(a):
		n = int(c.e.d.tape[a.at].n)
	case a.kind != operandJSON:
		return false
	}
	want, _ := strconv.ParseFloat(b.text, 64)
	return math.Trunc(want) == float64(n)
}

func (c *condition) empty(a, b side) bool {
	switch {
	case a.kind != operandText && a.kind != operandJSON:
		return false
	case b.kind != operandBool:
		c.wrong = true
		return false
	case a.kind == operandText:
		return (a.text == "") == b.bool
	}
	return (c.e.d.tape[a.at].n == 0) == b.bool
}

// equal reports whether two values are equal to Java: numbers of one type,
// arrays and objects by content, the order of members aside.
func (e *evaluation) equal(a, b uint32) bool {
	if !e.spend(1) {
		return false
	}
	ea, eb := &e.d.tape[a], &e.d.tape[b]
	if ea.kind != eb.kind {
		return false
	}
	switch ea.kind {
	case String:
		e.spend(int(ea.end-ea.start) / 64)
		return e.d.textOf(ea) == e.d.textOf(eb)
	case Integer, Decimal:
		x, y := readNumber(e.d.source(ea), ea.kind), readNumber(e.d.source(eb), eb.kind)
		if x.kind == BigInteger || x.kind == BigDecimal {
			return x.kind == y.kind && string(e.d.source(ea)) == string(e.d.source(eb))
		}
		return x == y
	case Array:
		if ea.n != eb.n {
			return false
		}
		for x, y := e.d.contents(a), e.d.contents(b); x.more(); {
			_, v := x.take()
			if _, w := y.take(); !e.equal(v, w) {
				return false
			}
		}
	case Object:
		if ea.n != eb.n {
			return false
		}
		for x := e.d.contents(a); x.more(); {
			k, v := x.take()
			w, ok := e.member(b, e.d.textOf(&e.d.tape[k]))
			if !ok || !e.equal(v, w) {
				return false
			}
		}
	}
	return true
}
