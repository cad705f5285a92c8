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
	trees    vtl.Arena[tree]
	objects  vtl.Arena[object]
	arrays   vtl.Arena[array]
	elements slab[uint32]
	members  slab[member]
	tables   slab[*container]
	used     bool
	plain    bool // nothing is looked at in its place; FuzzTemplate compares
}

func (vs *values) reset() {
	if !vs.used {
		return
	}
	vs.used = false
	vs.trees.Reset()
	vs.objects.Reset()
	vs.arrays.Reset()
	vs.elements.reset()
	vs.members.reset()
	vs.tables.reset()
}

// of returns a JSON value of a document as templates see it, which for an array
// or an object is a new one.
func (vs *values) of(d *jsonpath.Document, n jsonpath.Node) vtl.Value {
	vs.used = true
	t := vs.trees.Take()
	t.json, t.from = d, vs
	return t.of(n)
}

// A tree is a JSON value as one template has it, with all that is in it.
type tree struct {
	json    *jsonpath.Document
	from    *values
	changed bool

	// Arrays and objects that were asked for: a hash table by place, of a power of
	// two, at most half full.
	table []*container
	n     int
}

// Changed reports whether a template has changed something.
func (t *tree) Changed() bool { return t.changed }

// Change is called when a template is about to.
func (t *tree) Change() { t.changed = true }

// Value returns the value at a place.
func (t *tree) Value(place uint32) vtl.Value { return t.of(t.json.Node(place)) }

// Holds reports whether no template has changed the array or object at a place.
func (t *tree) Holds(place uint32) bool {
	if !t.changed {
		return true
	}
	c := t.given(place)
	if c == nil {
		return true
	}
	if m := c.value.AsMap(); m != nil {
		return m.IsLazy()
	}
	return c.value.AsList().IsLazy()
}

// Walk goes down from a place.
func (t *tree) Walk(place uint32, names []string, hints []uint32) (end uint32, ok, known bool) {
	if t.from.plain {
		return 0, false, false
	}
	if !t.changed {
		return t.json.Walk(place, names, hints)
	}
	for i := range names {
		if !t.Holds(place) {
			return 0, false, false
		}
		if place, ok, known = t.json.Walk(place, names[i:i+1], hints[i:]); !ok || !known {
			return 0, ok, known
		}
	}
	return place, true, true
}

// AppendLeaf prints what is no array and no object.
func (t *tree) AppendLeaf(dst []byte, place uint32, names []string, hints []uint32) (out []byte, known bool) {
	end, ok, known := t.Walk(place, names, hints)
	if !ok || !known {
		return dst, known
	}
	return t.json.AppendLeaf(dst, end)
}

// Elements returns where the elements of an array begin.
func (t *tree) Elements(place uint32) (first uint32, n int, ok bool) {
	if t.from.plain || !t.Holds(place) {
		return 0, 0, false
	}
	return t.json.Elements(place)
}

// Next returns where the next one is.
func (t *tree) Next(place uint32) uint32 { return t.json.Next(place) }

// of returns a value of the tree as templates see it: an array or an object is
// the same each time.
func (t *tree) of(n jsonpath.Node) vtl.Value {
	switch n.Kind() {
	case jsonpath.True, jsonpath.False:
		return vtl.Bool(n.Kind() == jsonpath.True)
	case jsonpath.String:
		return vtl.String(n.Text())
	case jsonpath.Integer, jsonpath.Decimal:
		return fromNumber(n)
	case jsonpath.Array, jsonpath.Object:
		return t.container(n).value
	}
	return vtl.Null
}

// container returns what templates have of an array or an object.
func (t *tree) container(n jsonpath.Node) *container {
	if c := t.given(n.Place()); c != nil {
		return c
	}
	c := t.make(n)
	if t.n++; 2*t.n > len(t.table) {
		const least = 16
		old := t.table
		t.table = t.from.tables.take(max(least, 2*len(old)))
		for _, c := range old {
			if c != nil {
				t.enter(c)
			}
		}
	}
	t.enter(c)
	return c
}

// given returns what templates have of an array or an object, or nil.
func (t *tree) given(place uint32) *container {
	if len(t.table) == 0 {
		return nil
	}
	for i := t.bucket(place); ; i = (i + 1) & (len(t.table) - 1) {
		if c := t.table[i]; c == nil || c.node.Place() == place {
			return c
		}
	}
}

// enter adds c to the table.
func (t *tree) enter(c *container) {
	i := t.bucket(c.node.Place())
	for t.table[i] != nil {
		i = (i + 1) & (len(t.table) - 1)
	}
	t.table[i] = c
}

// bucket returns where the search for a place begins.
func (t *tree) bucket(place uint32) int {
	return int(place*0x9E3779B1>>8) & (len(t.table) - 1)
}

// make makes what templates have of an array or an object.
func (t *tree) make(n jsonpath.Node) *container {
	switch {
	case n.Kind() == jsonpath.Object:
		o := t.from.objects.Take()
		o.node, o.tree = n, t
		o.hash.Reset(vtl.Ordered, o)
		o.hash.Bind(t, n.Place())
		o.value = o.hash.Value()
		return &o.container
	case n.IsKeySet():
		list := vtl.NewList()
		for e := range n.Elements() {
			list.Append(t.of(e))
		}
		return &container{node: n, value: list.Value()}
	}
	a := t.from.arrays.Take()
	a.node, a.tree = n, t
	a.list = *vtl.LazyList(a)
	a.list.Bind(t, n.Place())
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
	tree  *tree
	value vtl.Value // the list or map that templates have of it
}

// An array is a JSON array and the list that templates have of it.
type array struct {
	container
	list  vtl.List
	elems []uint32 // places; nil until one is asked for
}

// Len returns the number of elements.
func (a *array) Len() int { return a.node.Len() }

// At returns the element at i.
func (a *array) At(i int) vtl.Value {
	if a.elems == nil {
		a.elems = a.tree.from.elements.take(a.node.Len())[:0]
		for n := range a.node.Elements() {
			a.elems = append(a.elems, n.Place())
		}
	}
	return a.tree.Value(a.elems[i])
}

// AppendJSON prints the array.
func (a *array) AppendJSON(dst []byte) []byte { return a.node.AppendJSON(dst) }

// An object is a JSON object and the map that templates have of it.
type object struct {
	container
	hash    vtl.Map
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
	return o.tree.of(n), true
}

// Entry returns the member at i.
func (o *object) Entry(i int) (string, vtl.Value) {
	if o.members == nil {
		o.members = o.tree.from.members.take(o.node.Len())[:0]
		for name, n := range o.node.Members() {
			o.members = append(o.members, member{name, n})
		}
	}
	return o.members[i].name, o.tree.of(o.members[i].value)
}

// AppendJSON prints the object.
func (o *object) AppendJSON(dst []byte) []byte { return o.node.AppendJSON(dst) }
