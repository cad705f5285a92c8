package vtl

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file changes the case of text as Java does.

// upperText follows Unicode, with the characters that become two or three.
func upperText(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	var b []byte
	for i := 0; i < len(s); {
		if h := half(s[i:]); h != 0 {
			b = append(b, s[i:i+3]...)
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if long, ok := upperSpecial[r]; ok {
			b = append(b, long...)
		} else {
			b = utf8.AppendRune(b, unicode.ToUpper(r))
		}
		i += size
	}
	return string(b)
}

// upperSpecial are the characters whose upper case is more than one character.
// See SpecialCasing.txt of Unicode.
var upperSpecial = map[rune]string{
	'ß': "SS", 'ŉ': "ʼN", 'ǰ': "J̌", 'ΐ': "Ϊ́", 'ΰ': "Ϋ́", 'և': "ԵՒ",
	'ẖ': "H̱", 'ẗ': "T̈", 'ẘ': "W̊", 'ẙ': "Y̊", 'ẚ': "Aʾ",
	'ﬀ': "FF", 'ﬁ': "FI", 'ﬂ': "FL", 'ﬃ': "FFI", 'ﬄ': "FFL", 'ﬅ': "ST", 'ﬆ': "ST",
}

// lowerText follows Unicode; a sigma at the end of a word has its own form.
func lowerText(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b []byte
	var before rune
	for i := 0; i < len(s); {
		if h := half(s[i:]); h != 0 {
			b = append(b, s[i:i+3]...)
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		switch {
		case r == 'Σ' && unicode.IsLetter(before) && (i+size == len(s) || !unicode.IsLetter(next)):
			b = append(b, "ς"...)
		case r == 'İ':
			b = append(b, "i̇"...)
		default:
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
		before = r
		i += size
	}
	return string(b)
}
