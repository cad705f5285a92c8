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
	objects arena[object]
	arrays  arena[array]
}

func (vs *values) reset() {
	vs.objects.reset()
	vs.arrays.reset()
}

// of returns a JSON value as templates see it.
func (vs *values) of(n jsonpath.Node) vtl.Value {
	switch n.Kind() {
	case jsonpath.True, jsonpath.False:
		return vtl.Bool(n.Kind() == jsonpath.True)
	case jsonpath.String:
		return vtl.String(n.Text())
	case jsonpath.Integer, jsonpath.Decimal:
		return fromNumber(n)
	case jsonpath.Array:
		if n.IsKeySet() {
			list := vtl.NewList()
			for e := range n.Elements() {
				list.Append(vs.of(e))
			}
			return list.Value()
		}
		a := vs.arrays.take()
		a.node, a.from, a.list = n, vs, *vtl.LazyList(a)
		return a.list.Value()
	case jsonpath.Object:
		o := vs.objects.take()
		o.node, o.from, o.hash = n, vs, *vtl.LazyMap(o, vtl.Ordered)
		return o.hash.Value()
	}
	return vtl.Null
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

// An array is a JSON array and the list that templates have of it.
type array struct {
	list  vtl.List
	from  *values
	node  jsonpath.Node
	elems []jsonpath.Node // nil until one is asked for
}

// Len returns the number of elements.
func (a *array) Len() int { return a.node.Len() }

// At returns the element at i.
func (a *array) At(i int) vtl.Value {
	if a.elems == nil {
		a.elems = make([]jsonpath.Node, 0, a.node.Len())
		for e := range a.node.Elements() {
			a.elems = append(a.elems, e)
		}
	}
	return a.from.of(a.elems[i])
}

// AppendJSON prints the array.
func (a *array) AppendJSON(dst []byte) []byte { return a.node.AppendJSON(dst) }

// An object is a JSON object and the map that templates have of it.
type object struct {
	hash    vtl.Map
	from    *values
	node    jsonpath.Node
	members []member // nil until they are asked for by place
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
	return o.from.of(n), true
}

// Entry returns the member at i.
func (o *object) Entry(i int) (string, vtl.Value) {
	if o.members == nil {
		o.members = make([]member, 0, o.node.Len())
		for name, n := range o.node.Members() {
			o.members = append(o.members, member{name, n})
		}
	}
	return o.members[i].name, o.from.of(o.members[i].value)
}

// AppendJSON prints the object.
func (o *object) AppendJSON(dst []byte) []byte { return o.node.AppendJSON(dst) }
