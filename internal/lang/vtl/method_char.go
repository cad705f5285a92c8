package vtl

import "unicode"

// charMethods are the methods of Character. The static ones take a character or
// a code point.
var charMethods = with(objectMethods, methodTable{
	"charValue": {{fn: itself}},
	"compareTo": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind != KindChar {
			return failure(errCompare)
		}
		return Int(int32(v.num) - int32(a[0].num)), true, nil
	}}},
	"compare": {{params: []param{aChar, aChar}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(a[0].num) - int32(a[1].num)), true, nil
	}}},
	"hashCode": hashOf(aChar),
	"valueOf":  {{params: []param{aChar}, fn: first}},
	"toString": {
		objectMethods["toString"][0],
		{params: []param{aChar}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return String(a[0].Text()), true, nil
		}},
	},
	"isDigit":         ofChar(unicode.IsDigit),
	"isLetter":        ofChar(unicode.IsLetter),
	"isLetterOrDigit": ofChar(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }),
	"isLowerCase":     ofChar(unicode.IsLower),
	"isUpperCase":     ofChar(unicode.IsUpper),
	"isSpaceChar":     ofChar(func(r rune) bool { return unicode.Is(unicode.Z, r) }),
	"isWhitespace":    ofChar(isJavaSpace),
	"toLowerCase":     changedChar(unicode.ToLower),
	"toUpperCase":     changedChar(unicode.ToUpper),
	"getNumericValue": {
		{params: []param{aChar}, fn: numericValue},
		{params: []param{aInt}, fn: numericValue},
	},
})

func ofChar(f func(r rune) bool) []method {
	test := func(e *Env, v Value, a []Value) (Value, bool, error) { return Bool(f(rune(a[0].num))), true, nil }
	return []method{{params: []param{aChar}, fn: test}, {params: []param{aInt}, fn: test}}
}

func changedChar(f func(r rune) rune) []method {
	return []method{
		{params: []param{aChar}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return char(uint16(f(rune(a[0].num)))), true, nil
		}},
		{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return Int(f(rune(a[0].num))), true, nil
		}},
	}
}

// numericValue gives digits and Latin letters as digits of base 36.
func numericValue(e *Env, v Value, a []Value) (Value, bool, error) {
	switch r := unicode.ToLower(rune(a[0].num)); {
	case r >= '0' && r <= '9':
		return Int(r - '0'), true, nil
	case r >= 'a' && r <= 'z':
		return Int(r - 'a' + 10), true, nil
	}
	return Int(-1), true, nil
}
