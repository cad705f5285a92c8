package jsonpath

import (
	"unicode/utf16"
	"unicode/utf8"
)

// hex4 reads the four digits of a \u escape.
func hex4(text []byte) (rune, bool) {
	if len(text) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range text[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// appendUnescaped appends what the inside of a JSON string stands for. The
// string has been checked. Half a surrogate pair becomes U+FFFD.
func appendUnescaped(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		c = text[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			u, _ := hex4(text[i:])
			i += 4
			if utf16.IsSurrogate(u) {
				low := rune(0)
				if i+1 < len(text) && text[i] == '\\' && text[i+1] == 'u' {
					low, _ = hex4(text[i+2:])
				}
				if u = utf16.DecodeRune(u, low); u != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, u)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// AppendQuoted appends s as a JSON string. Quotation marks, backslashes and
// control characters are escaped; a slash and characters beyond ASCII are not.
//
// Chosen: the library escapes some of the latter, AWS was not observed.
func AppendQuoted[T string | []byte](dst []byte, s T) []byte {
	const hex = "0123456789ABCDEF"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if plain[c] {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// compareUTF16 compares texts by their UTF-16 units, as Java does.
func compareUTF16(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		// Only characters beyond U+FFFF stand elsewhere than in UTF-8: their
		// units are less than U+E000 and what follows it.
		if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
			x, y = y, x
		}
		if x < y {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}

// utf16Len returns how many UTF-16 units s has.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xFFFF {
			n++
		}
	}
	return n
}
