package vtl

import (
	"errors"
	"slices"
)

// A List is a list that templates can change. Its zero value is an empty plain
// list. A list is not safe for concurrent use.
type List struct {
	elems  []Value
	json   bool // prints as JSON
	shared bool // elems belong to the template and must not change
	array  arrayType
	mods   int // how often the length changed; a running loop notices

	// Where src is set, elements come from there.
	src     ListSource
	touched bool     // a template has had a list or map from src
	doc     Document // of src; nil for none
	place   uint32   // in doc

	// A view of from.elems[offset:offset+size], as subList makes it.
	from         *List
	offset, size int
}

// An arrayType is the type of a Java array, which has a fixed length.
type arrayType uint8

const (
	noArray arrayType = iota
	stringArray
	charArray
	byteArray
	objectArray
)

// text returns what an array prints. Java prints its address here.
func (t arrayType) text() string {
	switch t {
	case stringArray:
		return "[Ljava.lang.String;@0"
	case charArray:
		return "[C@0"
	case byteArray:
		return "[B@0"
	}
	return "[Ljava.lang.Object;@0"
}

var (
	errFixedLength = errors.New("found a change of the length of an array, expected a list")
	errChanged     = errors.New("found a list or map that was changed while it was in use, expected it to stay the same")
)

// NewList returns a list as templates make them; it prints as [a, b]. It keeps
// the slice.
func NewList(elems ...Value) *List { return &List{elems: elems} }

// NewJSONList returns a list that came from JSON and prints as JSON. It keeps
// the slice.
func NewJSONList(elems ...Value) *List { return &List{elems: elems, json: true} }

// LazyList returns a list that came from JSON and prints as JSON. It asks src
// for an element when a template asks for it.
func LazyList(src ListSource) *List { return &List{src: src, json: true} }

// Bind makes the lazy list l that of a place in doc.
func (l *List) Bind(doc Document, place uint32) { l.doc, l.place = doc, place }

// release is Map.release for lists.
func (l *List) release() {
	if l.doc != nil {
		l.doc.Change()
		l.doc = nil
	}
}

// IsLazy reports whether l still asks its source: no template has changed it.
func (l *List) IsLazy() bool { return l.src != nil }

func newArray(t arrayType, elems []Value) Value {
	return (&List{elems: elems, array: t}).Value()
}

// Value returns l as a value.
func (l *List) Value() Value { return Value{kind: KindList, ref: l} }

// Len returns the number of elements.
func (l *List) Len() int {
	switch {
	case l.src != nil:
		return l.src.Len()
	case l.from != nil:
		return l.size
	}
	return len(l.elems)
}

// At returns the element at i, or null if there is none.
func (l *List) At(i int) Value {
	switch {
	case l.src != nil:
		return l.lazyAt(i)
	case l.from != nil:
		return l.from.At(l.offset + i)
	case i < len(l.elems):
		return l.elems[i]
	}
	return Null // a view of a list that is shorter now
}

func (l *List) lazyAt(i int) Value {
	v := l.src.At(i)
	l.touched = l.touched || v.kind == KindList || v.kind == KindMap
	return v
}

// Append adds elements at the end.
func (l *List) Append(elems ...Value) {
	l.own()
	l.elems = append(l.elems, elems...)
	l.mods++
}

// Set replaces the element at i, which must be in range.
func (l *List) Set(i int, v Value) {
	if l.from != nil {
		l.from.Set(l.offset+i, v)
		return
	}
	l.own()
	l.elems[i] = v
}

// own takes all elements from the source, or from the template.
func (l *List) own() {
	if l.shared {
		l.elems, l.shared = slices.Clone(l.elems), false
	}
	if l.src == nil {
		return
	}
	l.release()
	n := l.src.Len()
	elems := make([]Value, n)
	for i := range elems {
		elems[i] = l.lazyAt(i)
	}
	l.elems, l.src = elems, nil
}

// untouched returns the source if it can print itself, and no list or map in it
// can have been changed.
func (l *List) untouched() (JSONAppender, bool) {
	if l.src == nil {
		return nil, false
	}
	if l.doc == nil && l.touched || l.doc != nil && l.doc.Changed() {
		return nil, false
	}
	a, ok := l.src.(JSONAppender)
	return a, ok
}

// usable fails if l is a view of a list that has changed by other means.
func (l *List) usable() error {
	if l.stale() {
		return errChanged
	}
	return nil
}

// stale reports whether a view's list has changed its length by other means.
func (l *List) stale() bool {
	return l.from != nil && l.mods != l.from.mods
}

// insert puts v before the element at i, 0 <= i <= Len.
func (l *List) insert(i int, v Value) error {
	switch {
	case l.array != noArray:
		return errFixedLength
	case l.from != nil:
		if l.stale() {
			return errChanged
		}
		if err := l.from.insert(l.offset+i, v); err != nil {
			return err
		}
		l.mods = l.from.mods
		l.size++
		return nil
	}
	l.own()
	l.elems = append(l.elems, Null)
	copy(l.elems[i+1:], l.elems[i:])
	l.elems[i] = v
	l.mods++
	return nil
}

// remove takes the element at i out.
func (l *List) remove(i int) error {
	switch {
	case l.array != noArray:
		return errFixedLength
	case l.from != nil:
		if l.stale() {
			return errChanged
		}
		if err := l.from.remove(l.offset + i); err != nil {
			return err
		}
		l.mods = l.from.mods
		l.size--
		return nil
	}
	l.own()
	copy(l.elems[i:], l.elems[i+1:])
	last := len(l.elems) - 1
	l.elems[last] = Null
	l.elems = l.elems[:last]
	l.mods++
	return nil
}

// clear takes all elements out.
func (l *List) clear() error {
	switch {
	case l.array != noArray:
		if len(l.elems) == 0 {
			return nil
		}
		return errFixedLength
	case l.from != nil:
		for l.size > 0 {
			if err := l.remove(l.size - 1); err != nil {
				return err
			}
		}
		return nil
	}
	l.release()
	l.src, l.elems, l.shared = nil, nil, false
	l.mods++
	return nil
}

// view returns the elements from begin to end as a list that shares them.
func (l *List) view(begin, end int) *List {
	l.own()
	return &List{from: l, offset: begin, size: end - begin, mods: l.mods}
}

// values returns the elements in a new slice.
func (l *List) values() []Value {
	out := make([]Value, l.Len())
	for i := range out {
		out[i] = l.At(i)
	}
	return out
}
