package vtl

import (
	"unicode/utf16"
	"unicode/utf8"
)

// This file counts text in UTF-16 units, as Java does, while strings are UTF-8.
// Half of a surrogate pair, which substring can cut out, is kept as the three
// bytes that UTF-8 would have for it; printing two such halves next to each
// other makes them whole.

func isSurrogate(u uint16) bool { return u >= 0xD800 && u < 0xE000 }

// appendUnit appends one UTF-16 unit.
func appendUnit(dst []byte, u uint16) []byte {
	if isSurrogate(u) {
		return append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6)&0x3F, 0x80|byte(u)&0x3F)
	}
	return utf8.AppendRune(dst, rune(u))
}

// half returns the surrogate at the start of s, or 0.
func half(s string) uint16 {
	if len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2]&0xC0 == 0x80 {
		return 0xD000 | uint16(s[1]&0x3F)<<6 | uint16(s[2]&0x3F)
	}
	return 0
}

// decode returns the first character of s, which may be half of a pair, and
// its length in bytes.
func decode(s string) (r rune, size int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	if h := half(s); h != 0 {
		return rune(h), 3
	}
	return utf8.DecodeRuneInString(s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// units returns the length of s in UTF-16 units.
func units(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		r, size := decode(s[i:])
		i += size
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// A cut is a place in a string: before the byte at, or in the middle of the
// four-byte character there.
type cut struct {
	at     int
	middle bool
}

// cutAt returns the place before unit n of s, which has that many.
func cutAt(s string, n int) cut {
	i := 0
	for n > 0 {
		if s[i] < utf8.RuneSelf {
			i++
			n--
			continue
		}
		r, size := decode(s[i:])
		if r > 0xFFFF {
			if n == 1 {
				return cut{i, true}
			}
			n--
		}
		i += size
		n--
	}
	return cut{at: i}
}

// slice returns the units from begin to end, which are in range. halves is true
// if a pair was cut.
func slice(s string, begin, end int) (out string, halves bool) {
	b := cutAt(s, begin)
	if !b.middle {
		e := cutAt(s[b.at:], end-begin)
		e.at += b.at
		if !e.middle {
			return s[b.at:e.at], false
		}
		high, _ := utf16.EncodeRune(mustRune(s[e.at:]))
		return string(appendUnit([]byte(s[b.at:e.at]), uint16(high))), true
	}
	if begin == end {
		return "", false
	}
	r := mustRune(s[b.at:])
	_, low := utf16.EncodeRune(r)
	rest, _ := slice(s[b.at+utf8.RuneLen(r):], 0, end-begin-1)
	return string(append(appendUnit(nil, uint16(low)), rest...)), true
}

func mustRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// unitAt returns unit n of s, which has more.
func unitAt(s string, n int) uint16 {
	c := cutAt(s, n)
	r, _ := decode(s[c.at:])
	if r > 0xFFFF {
		high, low := utf16.EncodeRune(r)
		if c.middle {
			return uint16(low)
		}
		return uint16(high)
	}
	return uint16(r)
}

// forUnits calls f for each unit of s.
func forUnits(s string, f func(uint16)) {
	for i := 0; i < len(s); {
		r, size := decode(s[i:])
		i += size
		if r > 0xFFFF {
			high, low := utf16.EncodeRune(r)
			f(uint16(high))
			f(uint16(low))
			continue
		}
		f(uint16(r))
	}
}

// mendSurrogates joins halves of pairs in dst[start:]. One without the other
// becomes a question mark, as in Java's encoder.
func mendSurrogates(dst []byte, start int) []byte {
	out := start
	for i := start; i < len(dst); {
		end := min(i+3, len(dst))
		h := half(string(dst[i:end]))
		if h == 0 {
			dst[out] = dst[i]
			i++
			out++
			continue
		}
		i += 3
		if h < 0xDC00 && i < len(dst) {
			low := half(string(dst[i:min(i+3, len(dst))]))
			if low >= 0xDC00 {
				i += 3
				out += utf8.EncodeRune(dst[out:], utf16.DecodeRune(rune(h), rune(low)))
				continue
			}
		}
		dst[out] = '?'
		out++
	}
	return dst[:out]
}

// joinHalves makes pairs of surrogates whole.
func joinHalves(b []byte) []byte {
	for i := 0; i+6 <= len(b); i++ {
		high, low := half(string(b[i:i+3])), half(string(b[i+3:i+6]))
		if high != 0 && high < 0xDC00 && low >= 0xDC00 {
			n := utf8.EncodeRune(b[i:], utf16.DecodeRune(rune(high), rune(low)))
			b = append(b[:i+n], b[i+6:]...)
		}
	}
	return b
}
