package vtl

// A List is a list that templates can change. Its zero value is an empty plain
// list. A list is not safe for concurrent use.
type List struct {
	elems []Value
	json  bool       // prints as JSON
	src   ListSource // elements are still there; elems is not in use
}

// NewList returns a list as templates make them; it prints as [a, b].
func NewList(elems ...Value) *List { return &List{elems: elems} }

// NewJSONList returns a list that came from JSON and prints as JSON.
func NewJSONList(elems ...Value) *List { return &List{elems: elems, json: true} }

// LazyList returns a list that came from JSON and prints as JSON. It asks src
// for an element when a template asks for it.
func LazyList(src ListSource) *List { return &List{src: src, json: true} }

// Value returns l as a value.
func (l *List) Value() Value { return Value{kind: KindList, ref: l} }

// Len returns the number of elements.
func (l *List) Len() int {
	if l.src != nil {
		return l.src.Len()
	}
	return len(l.elems)
}

// At returns the element at i, which must be in range.
func (l *List) At(i int) Value {
	if l.src != nil {
		return l.src.At(i)
	}
	return l.elems[i]
}

// Append adds elements at the end.
func (l *List) Append(elems ...Value) {
	l.elems = append(l.elems, elems...)
}
