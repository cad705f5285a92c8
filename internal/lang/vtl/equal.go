package vtl

import (
	"math"
	"math/big"
)

// equals is Java's a.equals(b): the same type, and the same content. It gives
// up on collections of more than keyBudget elements, which are not equal then.
func equals(a, b Value) bool {
	if a.kind == KindString {
		return b.kind == KindString && a.str() == b.str()
	}
	c := comparer{left: keyBudget}
	return c.equal(a, b, defaultLimits.Depth)
}

const keyBudget = 10_000

// A comparer compares values and counts the work.
type comparer struct{ left int }

// equal compares down to a depth; what is deeper is not equal.
func (c *comparer) equal(a, b Value, depth int) bool {
	c.left--
	if a.kind != b.kind || depth == 0 || c.left < 0 {
		return false
	}
	switch a.kind {
	case KindString:
		return a.str() == b.str()
	case KindDouble:
		x, y := a.float64(), b.float64()
		return a.num == b.num || x != x && y != y
	case KindBigInt:
		return a.ref.(*big.Int).Cmp(b.ref.(*big.Int)) == 0
	case KindDecimal:
		x, y := a.ref.(*decimal), b.ref.(*decimal)
		return x.scale == y.scale && x.unscaled.Cmp(y.unscaled) == 0
	case KindList:
		return c.lists(a.ref.(*List), b.ref.(*List), depth)
	case KindMap:
		return c.maps(a.ref.(*Map), b.ref.(*Map), depth)
	case KindObject:
		return c.objects(a.ref, b.ref, depth)
	}
	return a.num == b.num
}

func (c *comparer) lists(x, y *List, depth int) bool {
	if x == y {
		return true
	}
	if x.array != noArray || y.array != noArray || x.Len() != y.Len() {
		return false
	}
	for i, n := 0, x.Len(); i < n; i++ {
		if !c.equal(x.At(i), y.At(i), depth-1) {
			return false
		}
	}
	return true
}

func (c *comparer) maps(x, y *Map, depth int) bool {
	if x == y {
		return true
	}
	if x.Len() != y.Len() {
		return false
	}
	same := true
	x.Range(func(k, v Value) bool {
		w, ok := y.get(k)
		same = ok && c.equal(v, w, depth-1)
		return same
	})
	return same
}

func (c *comparer) objects(a, b any, depth int) bool {
	switch x := a.(type) {
	case *mapEntry:
		y, ok := b.(*mapEntry)
		return ok && c.equal(x.key, y.key, depth-1) && c.equal(x.value(), y.value(), depth-1)
	case *mapView:
		y, ok := b.(*mapView)
		if !ok || x.what == vals || y.what == vals {
			return ok && x.what == y.what && x.m == y.m
		}
		if x.m.Len() != y.m.Len() {
			return false
		}
		for i, n := 0, x.m.Len(); i < n; i++ {
			if c.left--; c.left < 0 || !y.contains(x.at(i)) {
				return false
			}
		}
		return true
	}
	return sameObject(a, b)
}

// sameObject compares identities. Hosts that Go cannot compare are never equal.
func sameObject(a, b any) (same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	return a == b
}

// looselyEqual is ==: numbers by value, values of one type by content, and
// others by their printed forms.
func (e *Env) looselyEqual(a, b Value) (bool, error) {
	switch {
	case a.isNumber() && b.isNumber():
		c, err := order(a, b)
		return c == 0, err
	case a.kind == b.kind && a.kind < KindList:
		return equals(a, b), nil
	case a.kind == b.kind && a.kind == KindObject && sameClass(a.ref, b.ref):
		return equals(a, b), nil
	case a.kind == b.kind && !a.isArray() && !b.isArray() && a.isView() == b.isView():
		return e.equal(a, b)
	case a.kind == b.kind && a.ref == b.ref:
		return true, nil
	}
	x, err := e.textOf(a)
	if err != nil {
		return false, err
	}
	y, err := e.textOf(b)
	return x == y && !a.isArray() && !b.isArray(), err
}

// sameClass reports whether objects have one class in Java.
func sameClass(a, b any) bool {
	_, x := a.(*definedBlock)
	_, y := b.(*definedBlock)
	return x == y
}

// size returns the number of elements of a list or map.
func size(v Value) int {
	switch o := v.ref.(type) {
	case *List:
		return o.Len()
	case *Map:
		return o.Len()
	}
	return 0
}

// isView reports whether v is what subList makes, which is a type of its own.
func (v Value) isView() bool {
	l, ok := v.ref.(*List)
	return ok && l.from != nil
}

func (v Value) isArray() bool {
	l, ok := v.ref.(*List)
	return ok && l.array != noArray
}

// hashCode is Java's.
func hashCode(v Value) int32 {
	h := hasher{left: keyBudget}
	return h.hash(v, defaultLimits.Depth)
}

// A hasher counts its work. What is too much, or too deep, counts as zero.
type hasher struct{ left int }

func (c *hasher) hash(v Value, depth int) int32 {
	c.left--
	if depth == 0 || c.left < 0 {
		return 0
	}
	switch v.kind {
	case KindString:
		return hashString(v.str())
	case KindBool:
		if v.num != 0 {
			return 1231
		}
		return 1237
	case KindByte, KindShort, KindInt, KindChar:
		return int32(v.num)
	case KindLong, KindDouble:
		return int32(v.num ^ v.num>>32)
	case KindFloat:
		return int32(math.Float32bits(float32(v.float64())))
	case KindBigInt:
		return hashBig(v.ref.(*big.Int))
	case KindDecimal:
		d := v.ref.(*decimal)
		return hashDecimal(d)
	case KindList:
		l := v.ref.(*List)
		h := int32(1)
		for i, n := 0, l.Len(); i < n; i++ {
			h = 31*h + c.hash(l.At(i), depth-1)
		}
		return h
	case KindMap:
		var h int32
		v.ref.(*Map).Range(func(k, v Value) bool {
			h += c.hash(k, depth-1) ^ c.hash(v, depth-1)
			return true
		})
		return h
	}
	return c.object(v.ref, depth)
}

func (c *hasher) object(ref any, depth int) int32 {
	switch o := ref.(type) {
	case *mapEntry:
		return c.hash(o.key, depth-1) ^ c.hash(o.value(), depth-1)
	case *mapView:
		var h int32
		for i, n := 0, o.m.Len(); i < n; i++ {
			h += c.hash(o.at(i), depth-1)
		}
		return h
	}
	return 0
}

// hashString is Java's hash of the UTF-16 units.
func hashString(s string) int32 {
	var h int32
	if isASCII(s) {
		for i := 0; i < len(s); i++ {
			h = 31*h + int32(s[i])
		}
		return h
	}
	forUnits(s, func(u uint16) { h = 31*h + int32(u) })
	return h
}

// hashBig is Java's hash of the magnitude in 32-bit words.
func hashBig(i *big.Int) int32 {
	var h int32
	b := new(big.Int).Abs(i).Bytes()
	for len(b)%4 != 0 {
		b = append([]byte{0}, b...)
	}
	for j := 0; j < len(b); j += 4 {
		word := int32(uint32(b[j])<<24 | uint32(b[j+1])<<16 | uint32(b[j+2])<<8 | uint32(b[j+3]))
		h = 31*h + word
	}
	return h * int32(i.Sign())
}

// hashDecimal is Java's, which differs for numbers that fit into 64 bits.
func hashDecimal(d *decimal) int32 {
	if d.unscaled.IsInt64() && d.unscaled.Int64() != math.MinInt64 {
		i := d.unscaled.Int64()
		abs := uint64(max(i, -i))
		h := int32(uint32(abs>>32)*31 + uint32(abs))
		if i < 0 {
			h = -h
		}
		return 31*h + d.scale
	}
	return 31*hashBig(d.unscaled) + d.scale
}
