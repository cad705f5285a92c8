package vtl

import (
	"math"
	"math/big"
	"unsafe"
)

// A Kind is the type of a Value.
type Kind uint8

const (
	KindNull    Kind = iota
	KindBool         // Java's Boolean
	KindByte         // Byte, from byteValue and getBytes
	KindShort        // Short, from shortValue
	KindInt          // Integer: 32 bits
	KindLong         // Long: 64 bits
	KindBigInt       // BigInteger
	KindFloat        // Float, from floatValue: 32 bits
	KindDouble       // Double
	KindDecimal      // BigDecimal
	KindChar         // Character: one UTF-16 unit
	KindString       // String
	KindList         // *List: a list, an array, a key set or another collection
	KindMap          // *Map
	KindObject       // anything else: hosts, blocks, iterators, entries
)

// A Value is what a variable holds. The zero Value is null. Values are small
// and copied freely; lists and maps are shared by their copies, as in Java.
type Value struct {
	kind Kind
	num  uint64 // booleans, integers up to 64 bits, floats as their bits; the length of a string
	ref  any    // stringData, *big.Int, *decimal, *List, *Map, or an object
}

// A stringData is the first byte of a string. With a string apart from ref, a
// Value has six words, which the compiler keeps in memory; four words go in
// registers, and renderings take a quarter less time. See
// docs/decisions/0009-strings-in-template-values.md.
type stringData *byte

// str returns the text of a string, and of other kinds the empty string.
func (v Value) str() string {
	data, ok := v.ref.(stringData)
	if !ok {
		return ""
	}
	return unsafe.String((*byte)(data), int(v.num))
}

// Null is the value without a value. It prints nothing.
var Null = Value{}

// Bool returns the value of b.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, num: 1}
	}
	return Value{kind: KindBool}
}

// Int returns a 32-bit integer.
func Int(i int32) Value { return Value{kind: KindInt, num: uint64(int64(i))} }

// Long returns a 64-bit integer.
func Long(i int64) Value { return Value{kind: KindLong, num: uint64(i)} }

// BigInt returns an integer of any size. It keeps i, which must not change.
func BigInt(i *big.Int) Value { return Value{kind: KindBigInt, ref: i} }

// Integer returns i in the narrowest type that holds it, as literals and JSON
// numbers do: 32 bits, or else 64.
func Integer(i int64) Value {
	if i == int64(int32(i)) {
		return Int(int32(i))
	}
	return Long(i)
}

// Double returns a 64-bit floating-point number.
func Double(f float64) Value { return Value{kind: KindDouble, num: math.Float64bits(f)} }

// Decimal returns the decimal number unscaled·10^-scale. It keeps unscaled,
// which must not change.
func Decimal(unscaled *big.Int, scale int32) Value {
	return Value{kind: KindDecimal, ref: &decimal{unscaled: unscaled, scale: scale}}
}

// String returns the value of s, which should be UTF-8.
func String(s string) Value {
	return Value{kind: KindString, num: uint64(len(s)), ref: stringData(unsafe.StringData(s))}
}

// Object returns the value of a host object.
func Object(h Host) Value { return Value{kind: KindObject, ref: h} }

// Kind returns the type of v.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// AsString returns the text of a string. It is false for other kinds.
func (v Value) AsString() (string, bool) { return v.str(), v.kind == KindString }

// AsBool returns the value of a boolean. It is false for other kinds.
func (v Value) AsBool() (b, ok bool) { return v.num != 0, v.kind == KindBool }

// AsInt returns an integer of up to 64 bits. It is false for other kinds.
func (v Value) AsInt() (int64, bool) {
	return int64(v.num), v.kind >= KindByte && v.kind <= KindLong
}

// AsDouble returns the value of a Double or Float. It is false for other kinds.
func (v Value) AsDouble() (float64, bool) {
	switch v.kind {
	case KindDouble, KindFloat:
		return math.Float64frombits(v.num), true
	}
	return 0, false
}

// AsBigInt returns the value of a BigInt, not to be changed, or nil.
func (v Value) AsBigInt() *big.Int {
	i, _ := v.ref.(*big.Int)
	return i
}

// AsDecimal returns the parts of a Decimal, not to be changed.
func (v Value) AsDecimal() (unscaled *big.Int, scale int32, ok bool) {
	if d, ok := v.ref.(*decimal); ok {
		return d.unscaled, d.scale, true
	}
	return nil, 0, false
}

// AsList returns the list, or nil for other kinds.
func (v Value) AsList() *List {
	l, _ := v.ref.(*List)
	return l
}

// AsMap returns the map, or nil for other kinds.
func (v Value) AsMap() *Map {
	m, _ := v.ref.(*Map)
	return m
}

// AsHost returns the host object, or nil for other kinds.
func (v Value) AsHost() Host {
	h, _ := v.ref.(Host)
	return h
}

// Text returns the printed form of v; null gives the empty string.
func (v Value) Text() string {
	if v.kind == KindString {
		return v.str()
	}
	return string(v.AppendTo(nil))
}

// float returns a Float, which holds a 32-bit number in 64 bits.
func float(f float32) Value { return Value{kind: KindFloat, num: math.Float64bits(float64(f))} }

// char returns one UTF-16 unit.
func char(u uint16) Value { return Value{kind: KindChar, num: uint64(u)} }

// small returns an integer of kind KindByte or KindShort.
func small(k Kind, i int64) Value { return Value{kind: k, num: uint64(i)} }
