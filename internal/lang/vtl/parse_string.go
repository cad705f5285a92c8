package vtl

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// stringLiteral makes the value of a string. One in double quotes with a sigil
// in it is a template of its own.
func (p *parser) stringLiteral(t *token) expr {
	quoteMark := t.image[:1]
	raw := t.image[1 : len(t.image)-1]
	text := raw
	if quoteMark == `"` {
		text = p.unescapeUnicode(t, text)
	}
	text = strings.ReplaceAll(text, quoteMark+quoteMark, quoteMark)
	if quoteMark == "'" || !strings.ContainsAny(raw, "$#") {
		return &constNode{v: String(text)}
	}

	// A space at the end keeps a last sigil from being an error. It is taken
	// off the output, or whatever has become the last character. Where there is
	// a line comment, plain Velocity adds none.
	n := &stringNode{at: p.place(t.start)}
	if !strings.Contains(text, "##") {
		text += " "
		n.cut = true
	}
	p.enter(t)
	defer p.leave()
	sub := newParser(p.tmpl, text)
	sub.depth = p.depth
	sub.macros = p.macros
	sub.outer = p.place(t.start)
	if p.exact && len(text) == len(raw)+1 && text[:len(raw)] == raw {
		sub.outer++
	} else {
		sub.exact = false
	}
	n.body = sub.template()
	if n.cut {
		n.trim()
	}
	return n
}

// unescapeUnicode replaces \uXXXX.
func (p *parser) unescapeUnicode(t *token, s string) string {
	at := strings.Index(s, `\u`)
	if at < 0 {
		return s
	}
	var b []byte
	var high rune // the first half of a surrogate pair, or 0
	flush := func() {
		if high != 0 {
			b = appendUnit(b, uint16(high))
			high = 0
		}
	}
	for ; at >= 0; at = strings.Index(s, `\u`) {
		if at > 0 {
			flush()
			b = append(b, s[:at]...)
		}
		digits := s[at+2:]
		if len(digits) > 4 {
			digits = digits[:4]
		}
		u, err := strconv.ParseInt(digits, 16, 32)
		if err != nil || len(digits) < 4 || strings.Contains(digits, "_") {
			p.fail(t, `found %s, expected four hexadecimal digits after \u`, quote(`\u`+digits))
		}
		s = s[at+2+4:]
		c := rune(uint16(u))
		switch {
		case utf16.IsSurrogate(c) && high != 0 && c >= 0xDC00:
			b = utf8.AppendRune(b, utf16.DecodeRune(high, c))
			high = 0
		case utf16.IsSurrogate(c) && c < 0xDC00:
			flush()
			high = c
		default:
			flush()
			b = appendUnit(b, uint16(u))
		}
	}
	flush()
	return string(append(b, s...))
}

// integerLiteral returns the number in the narrowest type that holds it.
func integerLiteral(image string) Value {
	if i, err := strconv.ParseInt(image, 10, 64); err == nil {
		return Integer(i)
	}
	i, _ := new(big.Int).SetString(image, 10)
	return BigInt(i)
}

func floatLiteral(image string) Value {
	f, _ := strconv.ParseFloat(image, 64) // out of range gives the infinity
	return Double(f)
}
