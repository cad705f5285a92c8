package vtl

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

func stringResult(e *Env, s string) (Value, bool, error) {
	return String(s), true, e.text(len(s))
}

// stringMethods are the methods of String. Indexes count UTF-16 units.
var stringMethods = with(objectMethods, laterStringMethods, methodTable{
	"length": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(units(v.str()))), true, e.work(len(v.str()) / 64)
	}}},
	"isEmpty":  {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) { return Bool(v.str() == ""), true, nil }}},
	"toString": {{fn: itself}},
	"intern":   {{fn: itself}},
	"hashCode": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(hashString(v.str())), true, e.work(len(v.str()) / 16)
	}}},
	"charAt": {{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		i, err := unitIndex(e, v.str(), a[0])
		if err != nil {
			return failure(err)
		}
		return char(unitAt(v.str(), i)), true, nil
	}}},
	"codePointAt": {{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		i, err := unitIndex(e, v.str(), a[0])
		if err != nil {
			return failure(err)
		}
		c := cutAt(v.str(), i)
		if c.middle {
			return Int(int32(unitAt(v.str(), i))), true, nil
		}
		r, _ := decode(v.str()[c.at:])
		return Int(r), true, nil
	}}},
	"substring": {
		{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return substring(e, v.str(), int64(a[0].num), int64(units(v.str())))
		}},
		{params: []param{aInt, aInt}, fn: subSequence},
	},
	"subSequence": {{params: []param{aInt, aInt}, fn: subSequence}},
	"indexOf": {
		{params: []param{aString}, fn: indexOf},
		{params: []param{aInt}, fn: indexOf},
		{params: []param{aString, aInt}, fn: indexOf},
		{params: []param{aInt, aInt}, fn: indexOf},
	},
	"lastIndexOf": {
		{params: []param{aString}, fn: lastIndexOf},
		{params: []param{aInt}, fn: lastIndexOf},
		{params: []param{aString, aInt}, fn: lastIndexOf},
		{params: []param{aInt, aInt}, fn: lastIndexOf},
	},
	"contains": {{params: []param{aText}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		return Bool(strings.Contains(v.str(), a[0].str())), true, e.work(len(v.str()) / 64)
	}}},
	"startsWith": {
		{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			if a[0].kind == KindNull {
				return failure(errNull)
			}
			return Bool(strings.HasPrefix(v.str(), a[0].str())), true, nil
		}},
		{params: []param{aString, aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			if a[0].kind == KindNull {
				return failure(errNull)
			}
			i, n := int64(a[1].num), units(v.str())
			if i < 0 || i > int64(n) {
				return Bool(false), true, nil
			}
			rest, _ := slice(v.str(), int(i), n)
			return Bool(strings.HasPrefix(rest, a[0].str())), true, e.work(len(v.str()) / 64)
		}},
	},
	"endsWith": {{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		return Bool(strings.HasSuffix(v.str(), a[0].str())), true, nil
	}}},
	"equalsIgnoreCase": {{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(a[0].kind == KindString && strings.EqualFold(v.str(), a[0].str())), true, e.work(len(v.str()) / 16)
	}}},
	"contentEquals": {{params: []param{aText}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		return Bool(v.str() == a[0].str()), true, nil
	}}},
	"compareTo": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind != KindString {
			return failure(errCompare)
		}
		return compareText(e, v.str(), a[0].str(), false)
	}}},
	"compareToIgnoreCase": {{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		return compareText(e, v.str(), a[0].str(), true)
	}}},
	"concat": {{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		out, err := e.join(v, a[0])
		return out, true, err
	}}},
	"replace": {
		{params: []param{aText, aText}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			if a[0].kind == KindNull || a[1].kind == KindNull {
				return failure(errNull)
			}
			return replaceText(e, v.str(), a[0].str(), a[1].str())
		}},
		{params: []param{aChar, aChar}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return replaceText(e, v.str(), a[0].Text(), a[1].Text())
		}},
	},
	"replaceAll":   {{params: []param{aString, aString}, fn: replaceMatches(true)}},
	"replaceFirst": {{params: []param{aString, aString}, fn: replaceMatches(false)}},
	"matches": {{params: []param{aString}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			return failure(errNull)
		}
		p, err := e.pattern(a[0].str())
		if err != nil {
			return failure(err)
		}
		ok, err := p.matches(e, v.str())
		return Bool(ok), true, err
	}}},
	"split": {
		{params: []param{aString}, fn: splitText},
		{params: []param{aString, aInt}, fn: splitText},
	},
	"toLowerCase": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return stringResult(e, lowerText(v.str()))
	}}},
	"toUpperCase": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return stringResult(e, upperText(v.str()))
	}}},
	"trim": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return String(strings.TrimFunc(v.str(), func(r rune) bool { return r <= ' ' })), true, nil
	}}},
	"toCharArray": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		n := units(v.str())
		if err := e.growElements(n); err != nil {
			return failure(err)
		}
		out := make([]Value, 0, n)
		forUnits(v.str(), func(u uint16) { out = append(out, char(u)) })
		e.halves = e.halves || n != len(v.str())
		return newArray(charArray, out), true, nil
	}}},
	"getBytes": {
		{fn: stringBytes},
		{params: []param{aString}, fn: stringBytes},
	},
	"regionMatches": {
		{params: []param{aInt, aString, aInt, aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return regionMatches(e, v.str(), false, a)
		}},
		{params: []param{aBool, aInt, aString, aInt, aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return regionMatches(e, v.str(), a[0].num != 0, a[1:])
		}},
	},
	"format": {{params: []param{aString, anything}, rest: true, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull {
			if len(a) > 1 && a[1].kind == KindString {
				return formatText(e, a[1].str(), a[2:]) // the form with a Locale
			}
			return failure(errNull)
		}
		return formatText(e, a[0].str(), a[1:])
	}}},
	"valueOf": {
		{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			if l := a[0].AsList(); l != nil && l.array == charArray {
				return charText(e, l)
			}
			s, err := e.textOf(a[0])
			return String(s), true, err
		}},
		{params: []param{aChar}, rest: true, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return charText(e, &List{elems: a})
		}},
	},
	"join": {
		{params: []param{aText, aCollection}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			c, ok := elements(a[1])
			if !ok {
				return Null, false, nil // it may be either form
			}
			return joinTexts(e, a[0], c.Len(), c.At)
		}},
		{params: []param{aText, aText}, rest: true, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			return joinTexts(e, a[0], len(a)-1, func(i int) Value { return a[i+1] })
		}},
		{params: []param{aText, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := a[1].AsList()
			if l == nil || l.array != stringArray {
				return Null, false, nil
			}
			return joinTexts(e, a[0], l.Len(), l.At)
		}},
	},
})

func itself(e *Env, v Value, a []Value) (Value, bool, error) { return v, true, nil }

// unitIndex returns an index that is in range.
func unitIndex(e *Env, s string, i Value) (int, error) {
	n := units(s)
	at := int64(i.num)
	if at < 0 || at >= int64(n) {
		return 0, fmt.Errorf("found the index %d, expected one from 0 to %d", at, n-1)
	}
	if n != len(s) {
		e.halves = true
	}
	return int(at), e.work(len(s) / 64)
}

func subSequence(e *Env, v Value, a []Value) (Value, bool, error) {
	return substring(e, v.str(), int64(a[0].num), int64(a[1].num))
}

// substring cuts out the units from begin to end.
func substring(e *Env, s string, begin, end int64) (Value, bool, error) {
	n := int64(units(s))
	if begin < 0 || end > n || begin > end {
		return failure(fmt.Errorf("found substring from %d to %d, expected places from 0 to %d", begin, end, n))
	}
	if n == int64(len(s)) {
		return String(s[begin:end]), true, nil
	}
	out, halves := slice(s, int(begin), int(end))
	e.halves = e.halves || halves
	return String(out), true, e.work(len(s) / 16)
}

func replaceText(e *Env, s, old, replacement string) (Value, bool, error) {
	if old == "" {
		out, err := insertText(e, s, replacement)
		return String(out), true, err
	}
	n := strings.Count(s, old)
	if n == 0 {
		return String(s), true, e.work(len(s) / 64)
	}
	if err := e.text(len(s) + n*(len(replacement)-len(old))); err != nil {
		return failure(err)
	}
	return String(strings.ReplaceAll(s, old, replacement)), true, nil
}

// insertText puts a text before each unit of s and at its end.
func insertText(e *Env, s, text string) (string, error) {
	n := units(s)
	if err := e.text(len(s) + (n+1)*len(text)); err != nil {
		return s, err
	}
	if n == utf8.RuneCountInString(s) {
		return strings.ReplaceAll(s, "", text), nil
	}
	b := []byte(text)
	forUnits(s, func(u uint16) { b = append(appendUnit(b, u), text...) })
	e.halves = true
	return string(joinHalves(b)), nil
}

func replaceMatches(all bool) methodFunc {
	return func(e *Env, v Value, a []Value) (Value, bool, error) {
		if a[0].kind == KindNull || a[1].kind == KindNull {
			return failure(errNull)
		}
		p, err := e.pattern(a[0].str())
		if err != nil {
			return failure(err)
		}
		s, err := p.replace(e, v.str(), a[1].str(), all)
		return String(s), true, err
	}
}

func splitText(e *Env, v Value, a []Value) (Value, bool, error) {
	if a[0].kind == KindNull {
		return failure(errNull)
	}
	p, err := e.pattern(a[0].str())
	if err != nil {
		return failure(err)
	}
	limit := 0
	if len(a) > 1 {
		limit = int(int64(a[1].num))
	}
	parts, err := p.split(e, v.str(), limit)
	if err != nil {
		return failure(err)
	}
	return newArray(stringArray, parts), true, nil
}

// stringBytes gives the bytes in an encoding, UTF-8 if none is named.
func stringBytes(e *Env, v Value, a []Value) (Value, bool, error) {
	raw := []byte(v.str())
	if len(a) > 0 {
		if a[0].kind == KindNull {
			return Null, false, nil // it may be the form with a Charset
		}
		switch strings.ToUpper(a[0].str()) {
		case "UTF-8", "UTF8":
		case "US-ASCII", "ASCII":
			raw = narrow(v.str(), utf8.RuneSelf)
		case "ISO-8859-1", "ISO8859_1", "LATIN1":
			raw = narrow(v.str(), 1<<8)
		case "UTF-16BE":
			raw = nil
			forUnits(v.str(), func(u uint16) { raw = append(raw, byte(u>>8), byte(u)) })
		case "UTF-16LE":
			raw = nil
			forUnits(v.str(), func(u uint16) { raw = append(raw, byte(u), byte(u>>8)) })
		case "UTF-16":
			if raw = nil; v.str() != "" {
				raw = append(raw, 0xFE, 0xFF)
			}
			forUnits(v.str(), func(u uint16) { raw = append(raw, byte(u>>8), byte(u)) })
		default:
			return failure(fmt.Errorf("found the encoding %s, expected UTF-8, UTF-16, ISO-8859-1 or US-ASCII", quote(a[0].str())))
		}
	}
	if err := e.growElements(len(raw)); err != nil {
		return failure(err)
	}
	out := make([]Value, len(raw))
	for i, b := range raw {
		out[i] = small(KindByte, int64(int8(b)))
	}
	return newArray(byteArray, out), true, nil
}

// narrow encodes characters below limit as one byte each, and others as '?'.
func narrow(s string, limit rune) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r >= limit {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

func charText(e *Env, l *List) (Value, bool, error) {
	var b []byte
	for i := range l.Len() {
		b = appendUnit(b, uint16(l.At(i).num))
	}
	return stringResult(e, string(joinHalves(b)))
}

var errSeparator = errors.New("found a null separator, expected a string")

func joinTexts(e *Env, separator Value, n int, at func(int) Value) (Value, bool, error) {
	if separator.kind == KindNull {
		return failure(errSeparator)
	}
	var b []byte
	for i := range n {
		if i > 0 {
			b = append(b, separator.str()...)
		}
		v := at(i)
		if v.kind != KindString && v.kind != KindNull {
			return failure(errors.New("found a value that is no string in join, expected strings"))
		}
		var err error
		if b, err = e.appendValue(b, v); err != nil {
			return failure(err)
		}
		if len(b) > e.max.Text {
			return failure(limitError{"one string", e.max.Text, "bytes"})
		}
	}
	return stringResult(e, string(b))
}
