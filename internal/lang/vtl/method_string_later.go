package vtl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// laterStringMethods are those that String has since Java 11, and those that
// count code points.
var laterStringMethods = methodTable{
	"isBlank": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(isBlank(v.str())), true, nil
	}}},
	"strip":         stripped(strings.TrimFunc),
	"stripLeading":  stripped(strings.TrimLeftFunc),
	"stripTrailing": stripped(strings.TrimRightFunc),
	"repeat": {{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		n := int64(a[0].num)
		if n < 0 {
			return failure(fmt.Errorf("found %d repetitions, expected 0 or more", n))
		}
		if n > 1 && int64(len(v.str())) > int64(e.max.Text)/n {
			return failure(limitError{"one string", e.max.Text, "bytes"})
		}
		return stringResult(e, strings.Repeat(v.str(), int(n)))
	}}},
	"formatted": {{params: []param{anything}, rest: true, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return formatText(e, v.str(), a)
	}}},
	"codePointBefore": {{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		i, err := unitIndex(e, v.str(), Int(int32(int64(a[0].num)-1)))
		if err != nil {
			return failure(err)
		}
		before, _ := slice(v.str(), 0, i+1)
		if n := len(before) - 3; n >= 0 {
			if h := half(before[n:]); h != 0 {
				return Int(int32(h)), true, nil
			}
		}
		r, _ := utf8.DecodeLastRuneInString(before)
		return Int(r), true, nil
	}}},
	"codePointCount": {{params: []param{aInt, aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		part, _, err := subSequence(e, v, a)
		if err != nil {
			return failure(err)
		}
		n := int32(0)
		for s := part.str(); s != ""; n++ {
			_, size := decode(s)
			s = s[size:]
		}
		return Int(n), true, nil
	}}},
	"copyValueOf": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if l := a[0].AsList(); l != nil && l.array == charArray {
			return charText(e, l)
		}
		return Null, false, nil
	}}},
}

func isBlank(s string) bool { return strings.TrimLeftFunc(s, isJavaSpace) == "" }

func stripped(trim func(s string, f func(rune) bool) string) []method {
	return []method{{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return String(trim(v.str(), isJavaSpace)), true, e.work(len(v.str()) / 64)
	}}}
}

// isJavaSpace reports what Java's Character.isWhitespace does: no-break spaces
// are none.
func isJavaSpace(r rune) bool {
	switch {
	case r <= ' ':
		return r >= '\t' && r <= '\r' || r >= 0x1C
	case r == 0xA0 || r == 0x2007 || r == 0x202F:
		return false
	}
	return unicode.Is(unicode.Z, r)
}

// formatText is String.format.
func formatText(e *Env, layout string, args []Value) (Value, bool, error) {
	nulls := len(args) == 1 && args[0].kind == KindNull // in place of an array
	if len(args) == 1 && args[0].isArray() {
		if l := args[0].AsList(); l.array == stringArray || l.array == objectArray {
			args = l.values()
		}
	}
	s, err := e.format(layout, args, nulls)
	if err != nil {
		return failure(err)
	}
	return stringResult(e, s)
}
