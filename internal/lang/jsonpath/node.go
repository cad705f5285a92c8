package jsonpath

import (
	"iter"
	"math/big"
	"strings"
)

// A Kind is the kind of a JSON value.
type Kind uint8

// The kinds. The zero Kind belongs to no value.
const (
	Null Kind = iota + 1
	False
	True
	Integer // a number without point and exponent
	Decimal // any other number
	String
	Array
	Object
	keyEntry // on the tape only
)

// A NumberKind is what Java would take a number for.
type NumberKind uint8

// The kinds of numbers.
const (
	Int32 NumberKind = iota + 1
	Int64
	BigInteger
	Double
	BigDecimal
)

// A Node is a value of a document. The zero Node is no value.
type Node struct {
	d  *Document
	at uint32
}

// Exists reports whether n is a value.
func (n Node) Exists() bool { return n.d != nil }

func (n Node) entry() *entry { return &n.d.tape[n.at] }

// Kind returns the kind of n.
func (n Node) Kind() Kind {
	if n.d == nil {
		return 0
	}
	return n.entry().kind
}

// IsContainer reports whether n is an array or an object.
func (n Node) IsContainer() bool {
	k := n.Kind()
	return k == Array || k == Object
}

// Len returns how many members or elements n has.
func (n Node) Len() int {
	switch n.Kind() {
	case Array, Object:
		return int(n.entry().n)
	}
	return 0
}

// IsKeySet reports whether n is what keys() gives: an array that prints as
// [a, b] and not as JSON.
func (n Node) IsKeySet() bool { return n.Kind() == Array && n.entry().flags&keySet != 0 }

// Text returns a string's text, and the printed form of another value.
func (n Node) Text() string {
	if n.Kind() == String {
		return n.d.textOf(n.entry())
	}
	return string(n.AppendText(nil))
}

// Number returns what kind of number n is, and its value if that is an Int32,
// an Int64 or a Double.
func (n Node) Number() (kind NumberKind, i int64, f float64) {
	switch n.Kind() {
	case Integer, Decimal:
		v := readNumber(n.d.source(n.entry()), n.Kind())
		return v.kind, v.int, v.float
	}
	return 0, 0, 0
}

// Digits returns how long the text of a number is. Converting a number of
// kind BigInteger or BigDecimal takes time that grows with the square of it.
func (n Node) Digits() int {
	switch n.Kind() {
	case Integer, Decimal:
		e := n.entry()
		return int(e.end - e.start)
	}
	return 0
}

// BigInt returns a number of kind BigInteger.
func (n Node) BigInt() *big.Int {
	i, _ := new(big.Int).SetString(string(n.d.source(n.entry())), 10)
	return i
}

// BigDecimal returns a number of kind BigDecimal as unscaled·10^-scale.
func (n Node) BigDecimal() (unscaled *big.Int, scale int64) {
	d := parseDecimal(n.d.source(n.entry()))
	unscaled, _ = new(big.Int).SetString("0"+string(d.digits), 10)
	if d.neg {
		unscaled.Neg(unscaled)
	}
	return unscaled, d.scale
}

// Member returns the member of an object called name.
func (n Node) Member(name string) (Node, bool) {
	if n.d == nil {
		return Node{}, false
	}
	if at, ok := n.d.member(n.at, name); ok {
		return Node{n.d, at}, true
	}
	return Node{}, false
}

// Elements gives the elements of an array or the values of an object.
func (n Node) Elements() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.d == nil {
			return
		}
		for c := n.d.contents(n.at); c.more(); {
			if _, v := c.take(); !yield(Node{n.d, v}) {
				return
			}
		}
	}
}

// Members gives the members of an object in the document's order.
func (n Node) Members() iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		if n.Kind() != Object {
			return
		}
		for c := n.d.contents(n.at); c.more(); {
			if k, v := c.take(); !yield(n.d.textOf(&n.d.tape[k]), Node{n.d, v}) {
				return
			}
		}
	}
}

// textOf returns what a string or a key stands for.
func (d *Document) textOf(e *entry) string {
	src := d.source(e)
	if len(src) < 2 || src[0] != '"' || e.flags&aux == 0 && !d.json {
		return string(src) // a payload that is not JSON
	}
	src = src[1 : len(src)-1]
	if e.flags&escaped == 0 {
		return d.string(src)
	}
	var room [256]byte
	return d.string(appendUnescaped(room[:0], src))
}

// string returns src as a string. Small ones share their memory.
func (d *Document) string(src []byte) string {
	const chunk = 4096 // bytes
	if len(src) > chunk/16 {
		return string(src)
	}
	if d.texts == nil || d.texts.Cap()-d.texts.Len() < len(src) {
		d.texts = new(strings.Builder)
		d.texts.Grow(chunk)
	}
	from := d.texts.Len()
	d.texts.Write(src)
	return d.texts.String()[from:]
}

// is reports whether the key e stands for name.
func (d *Document) is(e *entry, name string) bool {
	src := d.source(e)
	src = src[1 : len(src)-1]
	if e.flags&escaped == 0 {
		return string(src) == name
	}
	return string(appendUnescaped(nil, src)) == name
}

// member returns the place of the value called name in the object at.
func (d *Document) member(at uint32, name string) (uint32, bool) {
	e := &d.tape[at]
	if e.kind == Object && e.flags&(made|aux) == 0 {
		key, ok := d.ownKey(at, name)
		if !ok {
			return 0, false
		}
		return d.tape[key].n, true
	}
	if e.kind != Object {
		return 0, false
	}
	for c := d.contents(at); c.more(); {
		if k, v := c.take(); d.is(&d.tape[k], name) {
			return v, true
		}
	}
	return 0, false
}

// ownKey looks for the key called name of an object of the payload. It is what
// member does, but half the time of most templates goes by here.
func (d *Document) ownKey(object uint32, name string) (key uint32, ok bool) {
	at := object + 1
	for n := d.tape[object].n; n > 0; {
		k := &d.tape[at]
		if k.flags&(dead|escaped) == 0 {
			if int(k.end-k.start) == len(name)+len(`""`) && string(d.text[k.start+1:k.end-1]) == name {
				return at, true
			}
			n--
		} else if k.flags&dead == 0 {
			if d.is(k, name) {
				return at, true
			}
			n--
		}
		at = d.tape[at+1].next
	}
	return 0, false
}

// element returns the place of the element i of the array at; -1 is the last.
func (d *Document) element(at uint32, i int) (uint32, bool) {
	n := int(d.tape[at].n)
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return 0, false
	}
	c := d.contents(at)
	for ; i > 0; i-- {
		c.take()
	}
	_, v := c.take()
	return v, true
}

// A cursor walks over the contents of a container.
type cursor struct {
	d    *Document
	keys bool
	at   uint32   // on the tape
	left uint32   // members or elements still to come
	refs []uint32 // instead of at, if made
	made bool
}

// contents returns a cursor before the first content of at. What is no
// container has none.
func (d *Document) contents(at uint32) cursor {
	e := &d.tape[at]
	c := cursor{d: d, keys: e.kind == Object, at: at + 1}
	if e.kind != Object && e.kind != Array {
		return c
	}
	c.left = e.n
	if e.flags&made != 0 {
		c.made, c.refs = true, d.refs[e.start:e.start+e.n]
	}
	return c
}

func (c *cursor) more() bool { return c.left > 0 }

// take returns the places of the next key, if there are keys, and its value.
func (c *cursor) take() (key, value uint32) {
	c.left--
	if c.made {
		at := c.refs[0]
		c.refs = c.refs[1:]
		if c.keys {
			return at, c.d.tape[at].n
		}
		return 0, at
	}
	at := c.at
	if !c.keys {
		c.at = c.d.tape[at].next
		return 0, at
	}
	for c.d.tape[at].flags&dead != 0 {
		at = c.d.tape[at+1].next
	}
	c.at = c.d.tape[at+1].next
	return at, c.d.tape[at].n
}
