package vtl

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf16"
)

// This file finds and compares text. Places count UTF-16 units.

// searched returns the text that an argument of indexOf stands for.
func searched(v Value) (string, error) {
	switch {
	case v.kind == KindNull:
		return "", errNull
	case v.kind == KindString:
		return v.str(), nil
	}
	c := int64(v.num)
	if c < 0 || c > unicode.MaxRune {
		return "\xFF", nil // is nowhere
	}
	if c <= math.MaxUint16 {
		return string(appendUnit(nil, uint16(c))), nil
	}
	return string(rune(c)), nil
}

func indexOf(e *Env, v Value, a []Value) (Value, bool, error) {
	what, err := searched(a[0])
	if err != nil {
		return failure(err)
	}
	if err := e.work(len(v.str()) / 64); err != nil {
		return failure(err)
	}
	at := 0
	if len(a) > 1 {
		from := min(max(0, int64(a[1].num)), int64(units(v.str())))
		at = cutAt(v.str(), int(from)).at
	}
	i := strings.Index(v.str()[at:], what)
	if i < 0 {
		return Int(-1), true, nil
	}
	return Int(int32(units(v.str()[:at+i]))), true, nil
}

func lastIndexOf(e *Env, v Value, a []Value) (Value, bool, error) {
	what, err := searched(a[0])
	if err != nil {
		return failure(err)
	}
	if err := e.work(len(v.str()) / 64); err != nil {
		return failure(err)
	}
	s := v.str()
	if len(a) > 1 {
		from := int64(a[1].num)
		if from < 0 {
			return Int(-1), true, nil
		}
		if n := int64(units(s)); from < n {
			end := cutAt(s, int(from)).at + len(what)
			s = s[:min(end, len(s))]
		}
	}
	i := strings.LastIndex(s, what)
	if i < 0 {
		return Int(-1), true, nil
	}
	return Int(int32(units(s[:i]))), true, nil
}

// compareText returns the difference of the first units that differ, or else
// of the lengths.
func compareText(e *Env, s, t string, fold bool) (Value, bool, error) {
	x, y := utf16.Encode([]rune(s)), utf16.Encode([]rune(t))
	for i := 0; i < len(x) && i < len(y); i++ {
		a, b := rune(x[i]), rune(y[i])
		if fold {
			a, b = foldUnit(a), foldUnit(b)
		}
		if a != b {
			return Int(a - b), true, e.work(i / 16)
		}
	}
	return Int(int32(len(x) - len(y))), true, e.work(len(x) / 16)
}

func foldUnit(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

func regionMatches(e *Env, s string, fold bool, a []Value) (Value, bool, error) {
	if a[1].kind == KindNull {
		return failure(errNull)
	}
	at, from, n := int64(a[0].num), int64(a[2].num), int64(a[3].num)
	t := a[1].str()
	if at < 0 || from < 0 || at > int64(units(s))-n || from > int64(units(t))-n {
		return Bool(false), true, nil
	}
	if n <= 0 {
		return Bool(true), true, nil
	}
	x, _ := slice(s, int(at), int(at+n))
	y, _ := slice(t, int(from), int(from+n))
	same := x == y || fold && strings.EqualFold(x, y)
	return Bool(same), true, e.work((len(s) + len(t)) / 16)
}
