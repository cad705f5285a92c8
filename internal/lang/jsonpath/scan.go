package jsonpath

// This file finds where strings and numbers end, eight bytes at a time. Going
// byte by byte, reading 1 MB of short strings takes twice as long.

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// endsPlain marks, with the highest bit, the bytes of x that end the plain part
// of a string: a quote, a backslash or a control character. Marks above the
// lowest one may be wrong.
func endsPlain(x uint64) uint64 {
	quote := x ^ lows*2 // '"' becomes 0x20, next to the control characters
	slash := x ^ lows*'\\'
	return ((quote-lows*0x21)&^quote | (slash-lows)&^slash) & highs
}

// noDigits marks the bytes of x that are no digits, as endsPlain does.
func noDigits(x uint64) uint64 {
	x ^= lows * '0'
	return (x + lows*(0x80-10) | x) & highs
}

// plainEnd returns where the plain part of a string that begins at i ends.
func plainEnd(text []byte, i int) int {
	for i+8 <= len(text) {
		if ends := endsPlain(binary.LittleEndian.Uint64(text[i:])); ends != 0 {
			return i + bits.TrailingZeros64(ends)/8
		}
		i += 8
	}
	for i < len(text) && plain[text[i]] {
		i++
	}
	return i
}

// hasLongStrings guesses from the beginning of a large text whether it is mostly
// long strings, as a file in Base64 is.
func hasLongStrings(text []byte) bool {
	const sample, long = 16 << 10, 256 // bytes
	return len(text) >= sample && bytes.Count(text[:sample], []byte{'"'}) < 2*sample/long
}

// longStringEnd is stringEnd for long strings. It takes a third of the time.
func longStringEnd(text []byte, i int) (int, flags) {
	end := longPlainEnd(text, i+1)
	if end < len(text) && text[end] == '"' {
		return end + 1, canonical
	}
	return escapedEnd(text, end)
}

// longPlainEnd is plainEnd for long strings. It looks farther than it goes, the
// less the sooner it stops.
func longPlainEnd(text []byte, i int) int {
	const first, most = 256, 16 << 10 // bytes
	for window := first; i < len(text); window = min(2*window, most) {
		part := text[i:min(i+window, len(text))]
		full := len(part)
		if end := bytes.IndexByte(part, '"'); end >= 0 {
			part = part[:end]
		}
		if end := bytes.IndexByte(part, '\\'); end >= 0 {
			part = part[:end]
		}
		n := printableEnd(part)
		if i += n; n < full {
			break
		}
	}
	return i
}

// printableEnd returns how many bytes of b come before a control character.
func printableEnd(b []byte) int {
	i := 0
	for ; i+32 <= len(b); i += 32 {
		w := b[i : i+32 : i+32]
		x0, x1 := binary.LittleEndian.Uint64(w), binary.LittleEndian.Uint64(w[8:])
		x2, x3 := binary.LittleEndian.Uint64(w[16:]), binary.LittleEndian.Uint64(w[24:])
		if ((x0-lows*0x20)&^x0|(x1-lows*0x20)&^x1|(x2-lows*0x20)&^x2|(x3-lows*0x20)&^x3)&highs != 0 {
			break
		}
	}
	for i < len(b) && b[i] >= 0x20 {
		i++
	}
	return i
}

// digitsEnd returns where the digits that begin at i end.
func digitsEnd(text []byte, i int) int {
	for i+8 <= len(text) {
		if ends := noDigits(binary.LittleEndian.Uint64(text[i:])); ends != 0 {
			return i + bits.TrailingZeros64(ends)/8
		}
		i += 8
	}
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	return i
}

// plain holds the bytes of a string that need no second look.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// shortEnd is stringEnd for a string of up to 7 plain bytes that is not at the
// end of the text, and 0 for others. It is small enough to stand in its callers.
func shortEnd(text []byte, i int) int {
	if i+9 <= len(text) {
		ends := endsPlain(binary.LittleEndian.Uint64(text[i+1:]))
		if n := bits.TrailingZeros64(ends) / 8; n < 8 && text[i+1+n] == '"' {
			return i + n + 2
		}
	}
	return 0
}

// stringEnd returns where the string ends whose opening quote is at i, and what
// its entry is to be marked with; 0 if it is no string.
func stringEnd(text []byte, i int) (int, flags) {
	i = plainEnd(text, i+1)
	if i < len(text) && text[i] == '"' {
		return i + 1, canonical
	}
	return escapedEnd(text, i)
}

// escapedEnd is stringEnd for the rest of a string, which begins with an escape.
func escapedEnd(text []byte, i int) (int, flags) {
	f := canonical | escaped
	for i < len(text) && text[i] == '\\' {
		if i++; i >= len(text) {
			return 0, 0
		}
		switch text[i] {
		case '"', '\\', 'b', 'f', 'n', 'r', 't':
			i++
		case '/':
			f &^= canonical
			i++
		case 'u':
			f &^= canonical
			if _, ok := hex4(text[i+1:]); !ok {
				return 0, 0
			}
			i += 5
		default:
			return 0, 0
		}
		i = plainEnd(text, i)
	}
	if i < len(text) && text[i] == '"' {
		return i + 1, f
	}
	return 0, 0
}

// numberEnd returns where the number at i ends, its kind, and whether its text
// is its printed form; 0 if it is no number.
func numberEnd(text []byte, i int) (end int, kind Kind, same bool) {
	start := i
	if i < len(text) && text[i] == '-' {
		i++
	}
	first := i
	if i = digitsEnd(text, i); i == first {
		return 0, 0, false
	}
	zero := text[first] == '0'
	if zero && i > first+1 {
		return 0, 0, false
	}
	if i == len(text) || text[i] != '.' && text[i]|0x20 != 'e' {
		return i, Integer, !zero || first == start // -0 prints as 0
	}
	point, exponent := i, false
	if text[i] == '.' {
		if i = digitsEnd(text, point+1); i == point+1 {
			return 0, 0, false
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		exponent = true
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		from := i
		if i = digitsEnd(text, i); i == from {
			return 0, 0, false
		}
	}
	// The commonest decimals need no second look; see canonicalNumber.
	if !exponent && !zero && point-first <= 7 && i-first <= 16 && text[i-1] != '0' {
		return i, Decimal, true
	}
	return i, Decimal, canonicalNumber(text[start:i], Decimal)
}

// wordEnd returns where true, false or null ends that begins at i, and its kind;
// 0 if it is none of them.
func wordEnd(text []byte, i int) (int, Kind) {
	rest := text[i:]
	switch {
	case len(rest) >= 4 && string(rest[:4]) == "true":
		return i + 4, True
	case len(rest) >= 4 && string(rest[:4]) == "null":
		return i + 4, Null
	case len(rest) >= 5 && string(rest[:5]) == "false":
		return i + 5, False
	}
	return 0, 0
}

// blanksEnd returns where the blanks that begin at i end.
func blanksEnd(text []byte, i int) int {
	for i < len(text) {
		switch text[i] {
		case ' ', '\t', '\n', '\r':
			i++
			continue
		}
		break
	}
	return i
}

// shortHash is nameHash of the n lowest bytes of name, at most 7.
func shortHash(name uint64, n int) uint64 {
	const k = 0x9E3779B97F4A7C15
	h := uint64(n) * k
	h = (h ^ name<<1<<(63-8*uint(n)&63)) * k
	return h ^ h>>32
}

// nameHash mixes the bytes of a name, text[from:to].
func nameHash(text []byte, from, to int) uint64 {
	const k = 0x9E3779B97F4A7C15
	h := uint64(to-from) * k
	for ; to-from > 8; from += 8 {
		h = bits.RotateLeft64((h^binary.LittleEndian.Uint64(text[from:]))*k, 29)
	}
	var last uint64
	if from+8 <= len(text) {
		last = binary.LittleEndian.Uint64(text[from:]) << (8 * (8 - (to - from)) & 63)
		if from == to {
			last = 0
		}
	} else {
		for _, c := range text[from:to] {
			last = last<<8 | uint64(c)
		}
		last = bits.ReverseBytes64(last)
	}
	h = (h ^ last) * k
	return h ^ h>>32
}
