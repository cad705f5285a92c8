package vtl

import "strings"

// A valueType is a type with methods of its own.
type valueType uint8

const (
	typeNone valueType = iota
	typeString
	typeList
	typeArray
	typeMap
	typeView
	typeEntry
	typeIterator
	typeLoop
	typeBlock
	typeByte
	typeShort
	typeInt
	typeLong
	typeFloat
	typeDouble
	typeBigInt
	typeDecimal
	typeBool
	typeChar
	typeCount
)

// typeOf returns the type that decides which methods v has.
func typeOf(v Value) valueType {
	switch v.kind {
	case KindString:
		return typeString
	case KindMap:
		return typeMap
	case KindBool:
		return typeBool
	case KindByte:
		return typeByte
	case KindShort:
		return typeShort
	case KindInt:
		return typeInt
	case KindLong:
		return typeLong
	case KindBigInt:
		return typeBigInt
	case KindFloat:
		return typeFloat
	case KindDouble:
		return typeDouble
	case KindDecimal:
		return typeDecimal
	case KindChar:
		return typeChar
	}
	switch o := v.ref.(type) {
	case *List:
		if o.array != noArray {
			return typeArray
		}
		return typeList
	case *mapView:
		return typeView
	case *mapEntry:
		return typeEntry
	case *iteratorObject:
		return typeIterator
	case *loop:
		return typeLoop
	case *definedBlock:
		return typeBlock
	}
	return typeNone
}

// A method is one form of a method: a name can have several.
type method struct {
	params []param
	rest   bool // the last parameter takes any number of arguments
	fn     methodFunc
}

// A methodFunc calls a method whose arguments fit. ok is false where the result
// is null.
type methodFunc func(e *Env, v Value, args []Value) (out Value, ok bool, err error)

// A param is the type of a parameter. Nothing is converted, but small integers
// fit where larger ones, or floating-point numbers, are wanted. A null fits
// what is not a primitive type.
type param uint8

const (
	anything    param = iota
	aString           // String
	aText             // CharSequence
	aCollection       // Collection
	aMap              // Map
	aBigInt           // BigInteger
	aDecimal          // BigDecimal
	aBool             // boolean; from here on primitives
	aChar             // char
	aInt              // int
	aLong             // long
	aFloat            // float
	aDouble           // double
)

func (p param) accepts(v Value) bool {
	k := v.kind
	if k == KindNull {
		return p < aBool
	}
	switch p {
	case anything:
		return true
	case aString, aText:
		return k == KindString
	case aCollection:
		if k == KindList {
			return !v.isArray()
		}
		_, ok := v.ref.(*mapView)
		return ok
	case aMap:
		return k == KindMap
	case aBigInt:
		return k == KindBigInt
	case aDecimal:
		return k == KindDecimal
	case aBool:
		return k == KindBool
	case aChar:
		return k == KindChar
	case aInt:
		return k >= KindByte && k <= KindInt
	case aLong:
		return k >= KindByte && k <= KindLong
	case aFloat:
		return k >= KindByte && k <= KindLong || k == KindFloat
	}
	return k >= KindByte && k <= KindLong || k == KindFloat || k == KindDouble
}

func (m *method) accepts(args []Value) bool {
	n := len(m.params)
	if m.rest {
		n--
		if len(args) < n {
			return false
		}
	} else if len(args) != n {
		return false
	}
	for i := range n {
		if !m.params[i].accepts(args[i]) {
			return false
		}
	}
	if m.rest {
		for _, a := range args[n:] {
			if !m.params[n].accepts(a) {
				return false
			}
		}
	}
	return true
}

// A methodTable lists the methods of a type. Of the forms of a name the first
// that fits is called.
type methodTable map[string][]method

// methodSets are the methods of one name, by type.
type methodSets [typeCount][]method

// methodsNamed finds the methods of a name. It never changes.
var methodsNamed = byName(map[valueType]methodTable{
	typeString:   stringMethods,
	typeList:     listMethods,
	typeArray:    arrayMethods,
	typeMap:      mapMethods,
	typeView:     viewMethods,
	typeEntry:    entryMethods,
	typeIterator: iteratorMethods,
	typeLoop:     loopMethods,
	typeBlock:    blockMethods,
	typeByte:     byteMethods,
	typeShort:    shortMethods,
	typeInt:      intMethods,
	typeLong:     longMethods,
	typeFloat:    floatMethods,
	typeDouble:   doubleMethods,
	typeBigInt:   bigIntMethods,
	typeDecimal:  decimalMethods,
	typeBool:     boolMethods,
	typeChar:     charMethods,
})

func byName(tables map[valueType]methodTable) map[string]*methodSets {
	named := map[string]*methodSets{}
	for t, table := range tables {
		for name, forms := range table {
			sets := named[name]
			if sets == nil {
				sets = &methodSets{}
				named[name] = sets
			}
			sets[t] = forms
		}
	}
	return named
}

// void is the result of a method that returns nothing: the empty string.
var void = String("")

func result(v Value) (Value, bool, error)    { return v, v.kind != KindNull, nil }
func failure(err error) (Value, bool, error) { return Null, false, err }

// with joins tables; later ones win.
func with(tables ...methodTable) methodTable {
	all := methodTable{}
	for _, t := range tables {
		for name, forms := range t {
			all[name] = forms
		}
	}
	return all
}

// objectMethods are those that every value has.
var objectMethods = methodTable{
	"equals": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		same, err := e.equal(v, a[0])
		return Bool(same), true, err
	}}},
	"hashCode": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(hashCode(v)), true, e.work(size(v))
	}}},
	"toString": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		s, err := e.textOf(v)
		return String(s), true, err
	}}},
}

// equal is equals within the limits of e.
func (e *Env) equal(a, b Value) (bool, error) {
	if a.kind == KindString {
		return b.kind == KindString && a.str() == b.str(), nil
	}
	c := comparer{left: e.steps}
	same := c.equal(a, b, e.depth)
	e.steps = c.left
	return same, e.work(0)
}

// blockMethods are the methods of what #define makes.
var blockMethods = methodTable{
	"toString": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if v.ref.(*definedBlock).isNull(e) {
			return Null, false, nil
		}
		s, err := e.textOf(v)
		return String(s), true, err
	}}},
	"equals": objectMethods["equals"],
}

// loopMethods are the methods of $foreach.
var loopMethods = with(objectMethods, methodTable{
	"getIndex":   {{fn: loopProperty("index")}},
	"getCount":   {{fn: loopProperty("count")}},
	"hasNext":    {{fn: loopProperty("hasNext")}},
	"isFirst":    {{fn: loopProperty("first")}},
	"isLast":     {{fn: loopProperty("last")}},
	"getParent":  {{fn: loopProperty("parent")}},
	"getTopmost": {{fn: loopProperty("topmost")}},
	"getInfo":    {{fn: loopProperty("info")}},
	"size": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		m := v.ref.(*loop).entries
		if m == nil {
			return Int(0), true, nil
		}
		return Int(int32(m.Len())), true, nil
	}}},
	"get": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return e.index(v, a[0])
	}}},
	"put": {{params: []param{anything, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		old, _, err := e.index(v, a[0])
		if err != nil {
			return failure(err)
		}
		v.ref.(*loop).put(a[0], a[1])
		return result(old)
	}}},
	"keySet": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		l := v.ref.(*loop)
		if l.entries == nil {
			l.entries = NewMap(Ordered)
		}
		return Value{kind: KindObject, ref: &mapView{l.entries, keys}}, true, nil
	}}},
})

func loopProperty(name string) methodFunc {
	return func(e *Env, v Value, a []Value) (Value, bool, error) {
		out, ok := v.ref.(*loop).property(name)
		return out, ok, nil
	}
}

// entryMethods are the methods of an element of an entry set.
var entryMethods = with(objectMethods, methodTable{
	"getKey": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return result(v.ref.(*mapEntry).key)
	}}},
	"getValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return result(v.ref.(*mapEntry).value())
	}}},
	"setValue": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		en := v.ref.(*mapEntry)
		old := en.value()
		en.val = a[0]
		en.m.put(en.key, a[0])
		return result(old)
	}}},
})

// iteratorMethods are the methods of iterators.
var iteratorMethods = methodTable{
	"hasNext": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(v.ref.(*iteratorObject).hasNext()), true, nil
	}}},
	"next": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		next, err := v.ref.(*iteratorObject).next()
		if err != nil {
			return failure(err)
		}
		return result(next)
	}}},
	"remove": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return void, true, v.ref.(*iteratorObject).remove(e)
	}}},
}

// boolMethods are the methods of Boolean.
var boolMethods = with(objectMethods, methodTable{
	"booleanValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) { return v, true, nil }}},
	"compareTo": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind != KindBool {
			return failure(errCompare)
		}
		return Int(int32(v.num) - int32(a[0].num)), true, nil
	}}},
	"parseBoolean": {{params: []param{aString}, fn: parseBool}},
	"valueOf": {
		{params: []param{aString}, fn: parseBool},
		{params: []param{aBool}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) { return a[0], true, nil }},
	},
	"toString": {
		objectMethods["toString"][0],
		{params: []param{aBool}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return String(a[0].Text()), true, nil
		}},
	},
	"hashCode": hashOf(aBool),
	"logicalAnd": {{params: []param{aBool, aBool}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(a[0].num&a[1].num != 0), true, nil
	}}},
	"logicalOr": {{params: []param{aBool, aBool}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(a[0].num|a[1].num != 0), true, nil
	}}},
	"logicalXor": {{params: []param{aBool, aBool}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(a[0].num != a[1].num), true, nil
	}}},
})

func parseBool(e *Env, v Value, a []Value) (Value, bool, error) {
	return Bool(strings.EqualFold(a[0].str(), "true")), true, nil
}
