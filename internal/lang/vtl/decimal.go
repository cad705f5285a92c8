package vtl

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// A decimal is unscaled·10^-scale, as Java's BigDecimal.
type decimal struct {
	unscaled *big.Int
	scale    int32
}

// ParseDecimal returns the decimal number that text writes, with its scale, as
// Java's BigDecimal reads it. It is false if text is not a number, or one with
// an exponent of more than nine digits.
func ParseDecimal(text string) (Value, bool) {
	mantissa, exponent := text, int64(0)
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		const most = 11 // sign and digits
		exp := text[i+1:]
		n, err := strconv.ParseInt(exp, 10, 32)
		if err != nil || len(exp) > most || strings.Contains(exp, "_") {
			return Null, false
		}
		mantissa, exponent = text[:i], n
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole, "+-") + frac
	if len(whole)-len(strings.TrimLeft(whole, "+-")) > 1 || digits == "" || len(digits) > maxScale {
		return Null, false
	}
	for _, c := range []byte(digits) {
		if !isDigit(c) {
			return Null, false
		}
	}
	unscaled, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return Null, false
	}
	if strings.HasPrefix(whole, "-") {
		unscaled.Neg(unscaled)
	}
	return Decimal(unscaled, int32(int64(len(frac))-exponent)), true
}

// maxScale bounds the powers of ten that arithmetic works with. Chosen: a
// double has less than 1,100 digits after the point.
const maxScale = 20_000

var errScale = errors.New("found a decimal number with more than 20000 digits after the point, expected fewer")

// decimal returns a number as a decimal. A double gives all its digits. It is
// false for infinities and what is no number.
func (v Value) decimal() (*decimal, bool) {
	switch v.kind {
	case KindDecimal:
		return v.ref.(*decimal), true
	case KindLong, KindDouble, KindFloat:
		return exactDecimal(v.float64()) // Java takes this way for long, too
	}
	return &decimal{unscaled: v.bigInt()}, true
}

// exactDecimal returns the decimal that has exactly the value of f.
func exactDecimal(f float64) (*decimal, bool) {
	if math.IsInf(f, 0) || f != f {
		return nil, false
	}
	frac, exp := math.Frexp(f)
	const bits = 53
	m := big.NewInt(int64(math.Ldexp(frac, bits)))
	exp -= bits
	if m.Sign() == 0 {
		return &decimal{unscaled: m}, true
	}
	zeros := int(m.TrailingZeroBits())
	m.Rsh(m, uint(zeros))
	exp += zeros
	if exp >= 0 {
		return &decimal{unscaled: m.Lsh(m, uint(exp))}, true
	}
	// m/2^n = m·5^n/10^n
	five := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(-exp)), nil)
	return &decimal{unscaled: m.Mul(m, five), scale: int32(-exp)}, true
}

func pow10(n int32) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// rescaled returns the unscaled value of d at a scale that is not smaller.
func (d *decimal) rescaled(scale int32) *big.Int {
	if scale == d.scale {
		return d.unscaled
	}
	return new(big.Int).Mul(d.unscaled, pow10(scale-d.scale))
}

// align returns both unscaled values at the larger scale.
func (d *decimal) align(o *decimal) (x, y *big.Int, scale int32, err error) {
	scale = max(d.scale, o.scale)
	if scale > maxScale || int64(scale)-int64(min(d.scale, o.scale)) > maxScale {
		return nil, nil, 0, errScale
	}
	return d.rescaled(scale), o.rescaled(scale), scale, nil
}

func (d *decimal) negate() *decimal {
	return &decimal{new(big.Int).Neg(d.unscaled), d.scale}
}

func (d *decimal) add(o *decimal) (*decimal, error) {
	x, y, scale, err := d.align(o)
	if err != nil {
		return nil, err
	}
	return &decimal{new(big.Int).Add(x, y), scale}, nil
}

func (d *decimal) multiply(o *decimal) (*decimal, error) {
	scale := int64(d.scale) + int64(o.scale)
	if scale > maxScale || scale < -maxScale {
		return nil, errScale
	}
	return &decimal{new(big.Int).Mul(d.unscaled, o.unscaled), int32(scale)}, nil
}

// divide returns the quotient at the scale of d; half rounds down. o is not
// zero.
func (d *decimal) divide(o *decimal) (*decimal, error) {
	if o.scale > maxScale || o.scale < -maxScale {
		return nil, errScale
	}
	x, y := d.unscaled, o.unscaled
	if o.scale > 0 {
		x = new(big.Int).Mul(x, pow10(o.scale))
	} else if o.scale < 0 {
		y = new(big.Int).Mul(y, pow10(-o.scale))
	}
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	if r.Lsh(r, 1).CmpAbs(y) > 0 {
		q.Add(q, big.NewInt(int64(x.Sign()*y.Sign())))
	}
	return &decimal{q, d.scale}, nil
}

func (d *decimal) compare(o *decimal) int {
	if s, t := d.unscaled.Sign(), o.unscaled.Sign(); s != t || s == 0 {
		return s - t
	}
	x, y, _, err := d.align(o)
	if err != nil { // the sizes are far apart
		a, b := d.magnitude(), o.magnitude()
		if (a > b) == (d.unscaled.Sign() > 0) {
			return 1
		}
		return -1
	}
	return x.Cmp(y)
}

// magnitude returns the power of ten of d, roughly.
func (d *decimal) magnitude() int64 {
	return int64(len(d.unscaled.String())) - int64(d.scale)
}

// integer returns d without its fraction. Scales beyond maxScale give zero.
func (d *decimal) integer() *big.Int {
	switch {
	case d.scale > maxScale || d.scale < -maxScale:
		return new(big.Int)
	case d.scale > 0:
		return new(big.Int).Quo(d.unscaled, pow10(d.scale))
	}
	return d.rescaled(0)
}

func (d *decimal) float64() float64 {
	f, _ := strconv.ParseFloat(d.String(), 64) // out of range gives the infinity
	return f
}

// String returns the canonical form of Java's BigDecimal.
func (d *decimal) String() string { return string(d.append(nil)) }

func (d *decimal) append(dst []byte) []byte {
	digits := new(big.Int).Abs(d.unscaled).String()
	if d.unscaled.Sign() < 0 {
		dst = append(dst, '-')
	}
	if d.scale == 0 {
		return append(dst, digits...)
	}
	exp := int64(len(digits)) - 1 - int64(d.scale) // of the first digit
	if d.scale > 0 && exp >= -6 {
		point := len(digits) - int(d.scale)
		if point > 0 {
			dst = append(append(dst, digits[:point]...), '.')
			return append(dst, digits[point:]...)
		}
		dst = append(dst, "0."...)
		for ; point < 0; point++ {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	if exp != 0 {
		dst = append(dst, 'E')
		if exp > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, exp, 10)
	}
	return dst
}
