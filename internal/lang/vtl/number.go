package vtl

import (
	"errors"
	"math"
	"math/big"
)

// This file is the arithmetic of templates.
//
//   - Integers give integers, of the wider type, and widen where they do not
//     fit: 32 bits, 64 bits, any size.
//   - A floating-point number on a side gives one. With an integer of any size
//     on the other, or a decimal, the result is a decimal.

func (v Value) isNumber() bool { return v.kind >= KindByte && v.kind <= KindDecimal }

// isWhole reports whether v is an integer of any type.
func (v Value) isWhole() bool { return v.kind >= KindByte && v.kind <= KindBigInt }

// float64 returns a number as Java's doubleValue does.
func (v Value) float64() float64 {
	switch v.kind {
	case KindDouble, KindFloat:
		return math.Float64frombits(v.num)
	case KindBigInt:
		f, _ := new(big.Float).SetInt(v.ref.(*big.Int)).Float64()
		return f
	case KindDecimal:
		return v.ref.(*decimal).float64()
	}
	return float64(int64(v.num))
}

// toLong returns a number as Java's longValue does.
func (v Value) toLong() int64 {
	switch v.kind {
	case KindDouble, KindFloat:
		return saturate(math.Float64frombits(v.num), math.MinInt64, math.MaxInt64)
	case KindBigInt:
		return lowBits(v.ref.(*big.Int))
	case KindDecimal:
		return lowBits(v.ref.(*decimal).integer())
	}
	return int64(v.num)
}

// toInt returns a number as Java's intValue does.
func (v Value) toInt() int32 {
	if v.kind == KindDouble || v.kind == KindFloat {
		return int32(saturate(math.Float64frombits(v.num), math.MinInt32, math.MaxInt32))
	}
	return int32(v.toLong())
}

func saturate(f float64, least, most int64) int64 {
	switch {
	case f != f:
		return 0
	case f <= float64(least):
		return least
	case f >= float64(most):
		return most
	}
	return int64(f)
}

// lowBits returns the lowest 64 bits of i.
func lowBits(i *big.Int) int64 {
	if i.IsInt64() {
		return i.Int64()
	}
	low := new(big.Int).And(i, new(big.Int).SetUint64(math.MaxUint64))
	return int64(low.Uint64())
}

// bigInt returns an integer of any type, not to be changed.
func (v Value) bigInt() *big.Int {
	if v.kind == KindBigInt {
		return v.ref.(*big.Int)
	}
	return big.NewInt(int64(v.num))
}

// fit returns i in the wider type of a and b, or in a wider one that holds it.
func fit(i int64, a, b Kind) Value {
	k := max(a, b)
	switch {
	case k <= KindByte && i == int64(int8(i)):
		return small(KindByte, i)
	case k <= KindShort && i == int64(int16(i)):
		return small(KindShort, i)
	case k <= KindInt && i == int64(int32(i)):
		return Int(int32(i))
	}
	return Long(i)
}

// arithmetic computes a op b of two numbers. It has no result for a division
// by zero, and fails for the remainder of decimals.
func arithmetic(op tokenKind, a, b Value) (v Value, ok bool, err error) {
	if (op == tokDivide || op == tokModulo) && isZero(b) {
		return Null, false, nil
	}
	switch {
	case a.isWhole() && b.isWhole():
		if a.kind != KindBigInt && b.kind != KindBigInt {
			if v, ok := longArithmetic(op, a, b); ok {
				return v, true, nil
			}
		}
		i, err := bigArithmetic(op, a.bigInt(), b.bigInt())
		return BigInt(i), err == nil, err
	case a.kind == KindBigInt || b.kind == KindBigInt || a.kind == KindDecimal || b.kind == KindDecimal:
		d, err := decimalArithmetic(op, a, b)
		if err != nil {
			return Null, false, err
		}
		return Value{kind: KindDecimal, ref: d}, true, nil
	}
	f := floatArithmetic(op, a.float64(), b.float64())
	if a.kind != KindDouble && b.kind != KindDouble {
		return float(float32(f)), true, nil
	}
	return Double(f), true, nil
}

// longArithmetic reports false where the result needs more than 64 bits.
func longArithmetic(op tokenKind, a, b Value) (Value, bool) {
	x, y := int64(a.num), int64(b.num)
	var z int64
	switch op {
	case tokPlus:
		z = x + y
		if (z^x)&(z^y) < 0 {
			return Null, false
		}
	case tokMinus:
		z = x - y
		if (x^y)&(z^x) < 0 {
			return Null, false
		}
	case tokTimes:
		z = x * y
		if y != 0 && (z/y != x || y == -1 && x == math.MinInt64) {
			return Null, false
		}
	case tokDivide:
		if y == -1 {
			z = -x // the least long stays as it is
		} else {
			z = x / y
		}
	case tokModulo:
		if y != -1 {
			z = x % y
		}
	}
	return fit(z, a.kind, b.kind), true
}

// bigArithmetic gives a remainder that is not negative, of a positive divisor.
func bigArithmetic(op tokenKind, x, y *big.Int) (*big.Int, error) {
	z := new(big.Int)
	switch op {
	case tokPlus:
		return z.Add(x, y), nil
	case tokMinus:
		return z.Sub(x, y), nil
	case tokTimes:
		return z.Mul(x, y), nil
	case tokDivide:
		return z.Quo(x, y), nil
	}
	if y.Sign() <= 0 {
		return z, errModulus
	}
	return z.Mod(x, y), nil
}

func floatArithmetic(op tokenKind, x, y float64) float64 {
	switch op {
	case tokPlus:
		return x + y
	case tokMinus:
		return x - y
	case tokTimes:
		return x * y
	case tokDivide:
		return x / y
	}
	return math.Mod(x, y)
}

var (
	errModulus = errors.New("found a divisor of % that is not positive, expected a positive one next to an integer of this size")
	errFinite  = errors.New("found an infinite number or none, expected a finite one next to an integer of this size")
)

var errDecimalRemainder = errors.New("found % with a decimal number, expected integers or 64-bit numbers")

func decimalArithmetic(op tokenKind, a, b Value) (*decimal, error) {
	x, ok := a.decimal()
	y, okay := b.decimal()
	if !ok || !okay {
		return nil, errFinite
	}
	switch op {
	case tokPlus:
		return x.add(y)
	case tokMinus:
		return x.add(y.negate())
	case tokTimes:
		return x.multiply(y)
	case tokDivide:
		return x.divide(y)
	}
	return nil, errDecimalRemainder
}

func isZero(v Value) bool {
	switch v.kind {
	case KindDouble, KindFloat:
		return v.float64() == 0
	case KindBigInt:
		return v.ref.(*big.Int).Sign() == 0
	case KindDecimal:
		return v.ref.(*decimal).unscaled.Sign() == 0
	}
	return v.num == 0
}

// compareNumbers returns -1, 0 or 1. A number that is none is equal to all.
func compareNumbers(a, b Value) int {
	switch {
	case a.kind <= KindLong && b.kind <= KindLong:
		x, y := int64(a.num), int64(b.num)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	case a.isWhole() && b.isWhole():
		return a.bigInt().Cmp(b.bigInt())
	case a.kind == KindBigInt || b.kind == KindBigInt || a.kind == KindDecimal || b.kind == KindDecimal:
		x, ok := a.decimal()
		y, okay := b.decimal()
		if ok && okay {
			return x.compare(y)
		}
	}
	x, y := a.float64(), b.float64()
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// order is compareNumbers for operators. It fails where Java needs a decimal and
// has none.
func order(a, b Value) (int, error) {
	if a.isExact() && b.isInfinite() || b.isExact() && a.isInfinite() {
		return 0, errFinite
	}
	return compareNumbers(a, b), nil
}

// isExact reports whether next to v Java makes a decimal of a double.
func (v Value) isExact() bool { return v.kind == KindBigInt || v.kind == KindDecimal }

// isInfinite reports whether v has no decimal.
func (v Value) isInfinite() bool {
	if v.kind != KindDouble && v.kind != KindFloat {
		return false
	}
	f := v.float64()
	return f-f != 0
}

// growNumber counts the memory of a number of any size.
func (e *Env) growNumber(v Value) error {
	bits := 0
	switch n := v.ref.(type) {
	case *big.Int:
		bits = n.BitLen()
	case *decimal:
		bits = n.unscaled.BitLen()
	}
	if bits > maxBits {
		return limitError{"one number", maxBits, "bits"}
	}
	return e.grow(bits / 8)
}

// maxBits is the size of the largest number. Chosen: a product of two such
// takes a few milliseconds.
const maxBits = 1 << 18
