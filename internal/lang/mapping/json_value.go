package mapping

// This file hands JSON to templates. Objects and arrays stay in their document
// until a template changes them.

import (
	"math"
	"strconv"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
)

// Numbers beyond these are not computed with: converting digits takes time that
// grows with their square, and a scale is how many digits an addition writes.
const (
	maxDigits = 4096 // a longer integer is its text
	maxScale  = 4096 // a decimal with more is a double
)

// values are the objects and arrays that templates of one exchange have asked for.
type values struct {
	objects  vtl.Arena[object]
	arrays   vtl.Arena[array]
	elements slab[element]
	members  slab[member]
}

func (vs *values) reset() {
	vs.objects.Reset()
	vs.arrays.Reset()
	vs.elements.reset()
	vs.members.reset()
}

// of returns a JSON value as templates see it, which for an array or an object
// is a new one.
func (vs *values) of(n jsonpath.Node) vtl.Value {
	switch n.Kind() {
	case jsonpath.True, jsonpath.False:
		return vtl.Bool(n.Kind() == jsonpath.True)
	case jsonpath.String:
		return vtl.String(n.Text())
	case jsonpath.Integer, jsonpath.Decimal:
		return fromNumber(n)
	case jsonpath.Array, jsonpath.Object:
		return vs.container(n).value
	}
	return vtl.Null
}

// container makes what templates have of an array or an object.
func (vs *values) container(n jsonpath.Node) *container {
	switch {
	case n.Kind() == jsonpath.Object:
		o := vs.objects.Take()
		o.node, o.from = n, vs
		o.hash.Reset(vtl.Ordered, o)
		o.value = o.hash.Value()
		return &o.container
	case n.IsKeySet():
		list := vtl.NewList()
		for e := range n.Elements() {
			list.Append(vs.of(e))
		}
		return &container{node: n, value: list.Value()}
	}
	a := vs.arrays.Take()
	a.node, a.from = n, vs
	a.list = *vtl.LazyList(a)
	a.value = a.list.Value()
	return &a.container
}

func fromNumber(n jsonpath.Node) vtl.Value {
	kind, i, f := n.Number()
	switch kind {
	case jsonpath.Int32:
		return vtl.Int(int32(i))
	case jsonpath.Int64:
		return vtl.Long(i)
	case jsonpath.Double:
		return vtl.Double(f)
	}
	if n.Digits() > maxDigits {
		return vtl.String(n.Text())
	}
	if kind == jsonpath.BigInteger {
		return vtl.BigInt(n.BigInt())
	}
	unscaled, scale := n.BigDecimal()
	if scale > maxScale || scale < -maxScale {
		f, err := strconv.ParseFloat(n.Text(), 64)
		if err != nil {
			f = math.Inf(unscaled.Sign())
		}
		return vtl.Double(f)
	}
	return vtl.Decimal(unscaled, int32(scale))
}

// A container is what an array and an object have in common.
type container struct {
	node  jsonpath.Node
	from  *values
	value vtl.Value  // the list or map that templates have of it
	next  *container // in the list of which it is a part
}

// An array is a JSON array and the list that templates have of it.
type array struct {
	container
	list  vtl.List
	elems []element // nil until one is asked for
}

type element struct {
	node jsonpath.Node
	have *container // of an array or an object that was asked for
}

// Len returns the number of elements.
func (a *array) Len() int { return a.node.Len() }

// At returns the element at i.
func (a *array) At(i int) vtl.Value {
	if a.elems == nil {
		a.elems = a.from.elements.take(a.node.Len())[:0]
		for n := range a.node.Elements() {
			a.elems = append(a.elems, element{node: n})
		}
	}
	e := &a.elems[i]
	switch {
	case e.have != nil:
		return e.have.value
	case e.node.IsContainer():
		e.have = a.from.container(e.node)
		return e.have.value
	}
	return a.from.of(e.node)
}

// AppendJSON prints the array.
func (a *array) AppendJSON(dst []byte) []byte { return a.node.AppendJSON(dst) }

// An object is a JSON object and the map that templates have of it.
type object struct {
	container
	hash    vtl.Map
	members []member // nil until they are asked for by place

	// Arrays and objects in it that were asked for: a list of a few, or else a
	// map.
	few  *container
	n    int
	many map[jsonpath.Node]*container
}

type member struct {
	name  string
	value jsonpath.Node
}

// Len returns the number of members.
func (o *object) Len() int { return o.node.Len() }

// Get returns the member called name.
func (o *object) Get(name string) (vtl.Value, bool) {
	n, ok := o.node.Member(name)
	if !ok {
		return vtl.Null, false
	}
	return o.of(n), true
}

// Leaf returns the string, number or boolean that the names lead to.
func (o *object) Leaf(names []string) (v vtl.Value, ok, known bool) {
	n, ok, known := o.leaf(names)
	if !ok || !known {
		return vtl.Null, false, known
	}
	return o.from.of(n), true, true
}

// AppendLeaf prints what Leaf returns.
func (o *object) AppendLeaf(dst []byte, names []string) (out []byte, known bool) {
	n, ok, known := o.leaf(names)
	if ok && known {
		dst = n.AppendText(dst)
	}
	return dst, known
}

// leaf finds the node that the names lead to. It knows only leaves, and only
// what no template can have changed.
func (o *object) leaf(names []string) (n jsonpath.Node, ok, known bool) {
	first, ok := o.node.Member(names[0])
	if !ok {
		return n, false, true
	}
	if len(names) > 1 && first.Kind() == jsonpath.Object && o.given(first) == nil {
		first, ok = first.Walk(names[1:])
		return first, ok, !ok || !first.IsContainer() && first.Exists()
	}
	return first, true, len(names) == 1 && !first.IsContainer()
}

// of returns a member as templates see it: an array or an object is the same
// each time.
func (o *object) of(n jsonpath.Node) vtl.Value {
	const few = 16 // up to here comparing is faster than hashing
	if !n.IsContainer() {
		return o.from.of(n)
	}
	if c := o.given(n); c != nil {
		return c.value
	}
	c := o.from.container(n)
	if o.n++; o.n <= few {
		o.few, c.next = c, o.few
		return c.value
	}
	if o.many == nil {
		o.many = make(map[jsonpath.Node]*container)
	}
	o.many[n] = c
	return c.value
}

// given returns what templates have of a member, or nil.
func (o *object) given(n jsonpath.Node) *container {
	for c := o.few; c != nil; c = c.next {
		if c.node == n {
			return c
		}
	}
	return o.many[n]
}

// Entry returns the member at i.
func (o *object) Entry(i int) (string, vtl.Value) {
	if o.members == nil {
		o.members = o.from.members.take(o.node.Len())[:0]
		for name, n := range o.node.Members() {
			o.members = append(o.members, member{name, n})
		}
	}
	return o.members[i].name, o.of(o.members[i].value)
}

// AppendJSON prints the object.
func (o *object) AppendJSON(dst []byte) []byte { return o.node.AppendJSON(dst) }
