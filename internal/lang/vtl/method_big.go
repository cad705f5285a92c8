package vtl

import (
	"errors"
	"math/big"
	"strings"
)

// This file has the methods of numbers of any size.

// bigIntMethods are the methods of BigInteger.
var bigIntMethods = with(numberMethods, methodTable{
	"add":       onBig((*big.Int).Add),
	"subtract":  onBig((*big.Int).Sub),
	"multiply":  onBig((*big.Int).Mul),
	"divide":    onBigDivisor((*big.Int).Quo),
	"remainder": onBigDivisor((*big.Int).Rem),
	"mod": {{params: []param{aBigInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull || a[0].bigInt().Sign() <= 0 {
			return failure(errors.New("found mod of a number that is not positive, expected a positive one"))
		}
		return BigInt(new(big.Int).Mod(v.bigInt(), a[0].bigInt())), true, nil
	}}},
	"max": onBig(func(z, x, y *big.Int) *big.Int {
		if x.Cmp(y) < 0 {
			return y
		}
		return x
	}),
	"min": onBig(func(z, x, y *big.Int) *big.Int {
		if x.Cmp(y) > 0 {
			return y
		}
		return x
	}),
	"gcd": onBig(func(z, x, y *big.Int) *big.Int {
		return z.GCD(nil, nil, new(big.Int).Abs(x), new(big.Int).Abs(y))
	}),
	"negate": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return BigInt(new(big.Int).Neg(v.bigInt())), true, nil
	}}},
	"abs": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return BigInt(new(big.Int).Abs(v.bigInt())), true, nil
	}}},
	"pow": {{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		n := int64(a[0].num)
		if n < 0 {
			return failure(errors.New("found a negative exponent, expected none"))
		}
		if int64(v.bigInt().BitLen())*n > maxBits {
			return failure(limitError{"one number", maxBits, "bits"})
		}
		return bigResult(e, new(big.Int).Exp(v.bigInt(), big.NewInt(n), nil))
	}}},
	"signum": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(v.bigInt().Sign())), true, nil
	}}},
	"bitLength": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		i := v.bigInt()
		if i.Sign() < 0 {
			i = new(big.Int).Not(i)
		}
		return Int(int32(i.BitLen())), true, nil
	}}},
	"valueOf": {{params: []param{aLong}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return BigInt(big.NewInt(int64(a[0].num))), true, nil
	}}},
	"toString": {
		objectMethods["toString"][0],
		{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			base := int64(a[0].num)
			if base < 2 || base > 36 {
				base = 10
			}
			return stringResult(e, v.bigInt().Text(int(base)))
		}},
	},
})

func bigResult(e *Env, i *big.Int) (Value, bool, error) {
	v := BigInt(i)
	return v, true, e.growNumber(v)
}

func onBig(f func(z, x, y *big.Int) *big.Int) []method {
	return []method{{params: []param{aBigInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		return bigResult(e, f(new(big.Int), v.bigInt(), a[0].bigInt()))
	}}}
}

var errZero = errors.New("found a division by zero, expected another divisor")

func onBigDivisor(f func(z, x, y *big.Int) *big.Int) []method {
	return []method{{params: []param{aBigInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		if a[0].bigInt().Sign() == 0 {
			return failure(errZero)
		}
		return bigResult(e, f(new(big.Int), v.bigInt(), a[0].bigInt()))
	}}}
}

// decimalMethods are the methods of BigDecimal.
var decimalMethods = with(numberMethods, methodTable{
	"add": onDecimal((*decimal).add),
	"subtract": onDecimal(func(x, y *decimal) (*decimal, error) {
		return x.add(y.negate())
	}),
	"multiply": onDecimal((*decimal).multiply),
	"negate": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Value{kind: KindDecimal, ref: v.ref.(*decimal).negate()}, true, nil
	}}},
	"abs": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		d := v.ref.(*decimal)
		return Decimal(new(big.Int).Abs(d.unscaled), d.scale), true, nil
	}}},
	"scale": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(v.ref.(*decimal).scale), true, nil
	}}},
	"precision": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(len(new(big.Int).Abs(v.ref.(*decimal).unscaled).String()))), true, nil
	}}},
	"signum": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(v.ref.(*decimal).unscaled.Sign())), true, nil
	}}},
	"unscaledValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return BigInt(v.ref.(*decimal).unscaled), true, nil
	}}},
	"toBigInteger": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return bigResult(e, v.ref.(*decimal).integer())
	}}},
	"toPlainString": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		s, err := v.ref.(*decimal).plain()
		if err != nil {
			return failure(err)
		}
		return stringResult(e, s)
	}}},
})

func onDecimal(f func(x, y *decimal) (*decimal, error)) []method {
	return []method{{params: []param{aDecimal}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		d, err := f(v.ref.(*decimal), a[0].ref.(*decimal))
		if err != nil {
			return failure(err)
		}
		out := Value{kind: KindDecimal, ref: d}
		return out, true, e.growNumber(out)
	}}}
}

// plain returns all digits of d without an exponent.
func (d *decimal) plain() (string, error) {
	if d.scale > maxScale || d.scale < -maxScale {
		return "", errScale
	}
	if d.scale <= 0 {
		return d.rescaled(0).String(), nil
	}
	digits := new(big.Int).Abs(d.unscaled).String()
	if n := int(d.scale) + 1 - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	point := len(digits) - int(d.scale)
	sign := ""
	if d.unscaled.Sign() < 0 {
		sign = "-"
	}
	return sign + digits[:point] + "." + digits[point:], nil
}
