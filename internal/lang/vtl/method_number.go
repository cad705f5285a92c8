package vtl

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// numberMethods are those of every number. equals and compareTo are strict
// about the type.
var numberMethods = with(objectMethods, methodTable{
	"intValue":  {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) { return Int(v.toInt()), true, nil }}},
	"longValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) { return Long(v.toLong()), true, nil }}},
	"doubleValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Double(v.float64()), true, nil
	}}},
	"floatValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return float(float32(v.float64())), true, nil
	}}},
	"shortValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return small(KindShort, int64(int16(v.toInt()))), true, nil
	}}},
	"byteValue": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return small(KindByte, int64(int8(v.toInt()))), true, nil
	}}},
	"compareTo": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind != v.kind {
			return failure(errCompare)
		}
		return Int(int32(compareSame(v, a[0]))), true, nil
	}}},
})

// compareSame compares numbers of one type as Java does: of doubles, what is no
// number is the greatest, and -0.0 is less than 0.0.
func compareSame(a, b Value) int {
	if a.kind != KindDouble && a.kind != KindFloat {
		return compareNumbers(a, b)
	}
	x, y := a.float64(), b.float64()
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	rank := func(f float64) int {
		switch {
		case f != f:
			return 2
		case f == 0 && math.Signbit(f):
			return 0
		}
		return 1
	}
	return rank(x) - rank(y)
}

type (
	longFunc   func(x, y int64) int64
	doubleFunc func(x, y float64) float64
)

// onLongs makes the forms of a static method of two integers.
func onLongs(p param, f longFunc) []method {
	return []method{{params: []param{p, p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return wrapped(p, f(int64(a[0].num), int64(a[1].num))), true, nil
	}}}
}

// onLong is onLongs for one integer.
func onLong(p param, f func(x int64) int64) []method {
	return []method{{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return wrapped(p, f(int64(a[0].num))), true, nil
	}}}
}

// wrapped cuts i to the type of p.
func wrapped(p param, i int64) Value {
	if p == aLong {
		return Long(i)
	}
	return Int(int32(i))
}

// unsigned returns the text of an integer without a sign.
func unsigned(p param, base int) []method {
	return []method{{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		u := a[0].num
		if p == aInt {
			u = uint64(uint32(u))
		}
		return String(strconv.FormatUint(u, base)), true, nil
	}}}
}

// integerMethods are the static methods of Integer or Long.
func integerMethods(p param, size int) methodTable {
	parse := func(text string, base int) (Value, bool, error) {
		if base < 2 || base > 36 {
			return failure(fmt.Errorf("found the radix %d, expected 2 to 36", base))
		}
		i, err := strconv.ParseInt(text, base, size)
		if err != nil || strings.Contains(text, "_") {
			return failure(fmt.Errorf("found %s, expected an integer of %d bits", quote(text), size))
		}
		return wrapped(p, i), true, nil
	}
	parsers := []method{
		{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return parse(a[0].str(), 10)
		}},
		{params: []param{aString, aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return parse(a[0].str(), int(int32(a[1].num)))
		}},
	}
	toString := []method{
		objectMethods["toString"][0],
		{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return String(strconv.FormatInt(int64(a[0].num), 10)), true, nil
		}},
		{params: []param{p, aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			base := int64(a[1].num)
			if base < 2 || base > 36 {
				base = 10
			}
			return String(strconv.FormatInt(int64(a[0].num), int(base))), true, nil
		}},
	}
	narrow := func(u int64) uint64 {
		if size == 32 {
			return uint64(uint32(u))
		}
		return uint64(u)
	}
	sign := []method{{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(compareNumbers(a[0], Int(0)))), true, nil
	}}}
	count := func(f func(u uint64) int) []method {
		return []method{{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return Int(int32(f(narrow(int64(a[0].num))))), true, nil
		}}}
	}
	compare := []method{{params: []param{p, p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(compareNumbers(a[0], a[1]))), true, nil
	}}}
	t := methodTable{
		"valueOf":               append([]method{{params: []param{p}, fn: first}}, parsers...),
		"toString":              toString,
		"toHexString":           unsigned(p, 16),
		"toOctalString":         unsigned(p, 8),
		"toBinaryString":        unsigned(p, 2),
		"max":                   onLongs(p, func(x, y int64) int64 { return max(x, y) }),
		"min":                   onLongs(p, func(x, y int64) int64 { return min(x, y) }),
		"sum":                   onLongs(p, func(x, y int64) int64 { return x + y }),
		"compare":               compare,
		"signum":                sign,
		"bitCount":              count(bits.OnesCount64),
		"numberOfLeadingZeros":  count(func(u uint64) int { return bits.LeadingZeros64(u) - 64 + size }),
		"numberOfTrailingZeros": count(func(u uint64) int { return min(bits.TrailingZeros64(u), size) }),
		"reverse":               onLong(p, func(x int64) int64 { return int64(bits.Reverse64(uint64(x)) >> (64 - size)) }),
		"highestOneBit":         onLong(p, func(x int64) int64 { return topBit(narrow(x)) }),
		"lowestOneBit":          onLong(p, func(x int64) int64 { return x & -x }),
		"hashCode":              hashOf(p),
	}
	t["decode"] = []method{{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		digits, base := a[0].str(), 10
		sign := ""
		if strings.HasPrefix(digits, "-") || strings.HasPrefix(digits, "+") {
			sign, digits = digits[:1], digits[1:]
		}
		for _, prefix := range [...]string{"0x", "0X", "#", "0"} {
			if rest, ok := strings.CutPrefix(digits, prefix); ok && (prefix != "0" || rest != "") {
				digits, base = rest, 16
				if prefix == "0" {
					base = 8
				}
				break
			}
		}
		if strings.HasPrefix(digits, "-") || strings.HasPrefix(digits, "+") {
			return parse(a[0].str(), 10)
		}
		return parse(sign+digits, base)
	}}}
	if p == aInt {
		t["parseInt"] = parsers
	} else {
		t["parseLong"] = parsers
	}
	return t
}

func first(e *Env, v Value, a []Value) (Value, bool, error) { return a[0], true, nil }

func topBit(u uint64) int64 {
	if u == 0 {
		return 0
	}
	return int64(1) << (bits.Len64(u) - 1)
}

// hashOf makes hashCode() and the static hashCode(x).
func hashOf(p param) []method {
	return []method{
		objectMethods["hashCode"][0],
		{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			x := a[0]
			switch p {
			case aInt, aLong:
				x = wrapped(p, int64(x.num))
			case aDouble:
				x = Double(x.float64())
			case aFloat:
				x = float(float32(x.float64()))
			}
			return Int(hashCode(x)), true, nil
		}},
	}
}

// floatingMethods are the methods of Double or Float.
func floatingMethods(p param, size int) methodTable {
	wrap := func(f float64) Value {
		if size == 32 {
			return float(float32(f))
		}
		return Double(f)
	}
	parse := []method{{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		f, err := parseDouble(a[0].str(), size)
		if err != nil {
			return failure(err)
		}
		return wrap(f), true, nil
	}}}
	two := func(f doubleFunc) []method {
		return []method{{params: []param{p, p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return wrap(f(a[0].float64(), a[1].float64())), true, nil
		}}}
	}
	is := func(f func(float64) bool) []method {
		return []method{
			{fn: func(e *Env, v Value, a []Value) (Value, bool, error) { return Bool(f(v.float64())), true, nil }},
			{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
				return Bool(f(a[0].float64())), true, nil
			}},
		}
	}
	t := methodTable{
		"hashCode":   hashOf(p),
		"isNaN":      is(func(f float64) bool { return f != f }),
		"isInfinite": is(func(f float64) bool { return math.IsInf(f, 0) }),
		"isFinite":   is(func(f float64) bool { return f-f == 0 })[1:],
		"max":        two(math.Max),
		"min":        two(math.Min),
		"sum":        two(func(x, y float64) float64 { return x + y }),
		"compare": {{params: []param{p, p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return Int(int32(compareSame(wrap(a[0].float64()), wrap(a[1].float64())))), true, nil
		}}},
		"toString": {objectMethods["toString"][0], {params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return String(wrap(a[0].float64()).Text()), true, nil
		}}},
		"valueOf": append([]method{{params: []param{p}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return wrap(a[0].float64()), true, nil
		}}}, parse...),
	}
	if size == 64 {
		t["parseDouble"] = parse
	} else {
		t["parseFloat"] = parse
	}
	return t
}

// parseDouble reads a number as Java does: blanks around it, and f or d after
// it, are allowed.
func parseDouble(text string, size int) (float64, error) {
	s := strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
	bad := fmt.Errorf("found %s, expected a number", quote(text))
	switch strings.TrimLeft(s, "+-") {
	case "NaN", "Infinity":
		return strconv.ParseFloat(s, size)
	case "":
		return 0, bad
	}
	switch s[len(s)-1] {
	case 'f', 'F', 'd', 'D':
		s = s[:len(s)-1]
	}
	for _, c := range []byte(s) {
		if !isDigit(c) && strings.IndexByte("+-.eE", c) < 0 {
			return 0, bad
		}
	}
	f, err := strconv.ParseFloat(s, size)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, bad
	}
	return f, nil
}

var (
	byteMethods   = numberMethods
	shortMethods  = numberMethods
	intMethods    = with(numberMethods, integerMethods(aInt, 32))
	longMethods   = with(numberMethods, integerMethods(aLong, 64))
	floatMethods  = with(numberMethods, floatingMethods(aFloat, 32))
	doubleMethods = with(numberMethods, floatingMethods(aDouble, 64))
)
