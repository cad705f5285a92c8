package jsonpath

import (
	"bytes"
	"strconv"
)

// A decimal is a number as Java's BigDecimal holds it: digits and where the
// point stands. Numbers of any size compare without being computed.
type decimal struct {
	neg    bool
	digits []byte // without leading zeros; empty is zero
	scale  int64  // digits after the point; negative moves it to the right
}

// parseDecimal reads the text of a number, which has been checked.
func parseDecimal(text []byte) decimal {
	var d decimal
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		d.neg = text[0] == '-'
		text = text[1:]
	}
	if i := bytes.IndexAny(text, "eE"); i >= 0 {
		exp, err := strconv.ParseInt(string(bytes.TrimPrefix(text[i+1:], []byte("+"))), 10, 32)
		if err != nil { // beyond what BigDecimal can hold: the sign decides
			exp = 1<<31 - 1
			if bytes.IndexByte(text[i:], '-') >= 0 {
				exp = -exp
			}
		}
		d.scale = -exp
		text = text[:i]
	}
	if i := bytes.IndexByte(text, '.'); i >= 0 {
		d.scale += int64(len(text) - i - 1)
		text = append(bytes.Clone(text[:i]), text[i+1:]...)
	}
	d.digits = bytes.TrimLeft(text, "0")
	return d
}

// isDecimal reports whether BigDecimal would take text for a number.
func isDecimal(text string) bool {
	i, digits := 0, 0
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		i++
	}
	for point := false; i < len(text); i++ {
		if c := text[i]; '0' <= c && c <= '9' {
			digits++
		} else if c == '.' && !point {
			point = true
		} else {
			break
		}
	}
	if digits == 0 || i == len(text) {
		return digits > 0
	}
	if text[i] != 'e' && text[i] != 'E' {
		return false
	}
	i++
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		i++
	}
	_, err := strconv.ParseInt("0"+text[i:], 10, 32)
	return err == nil && i < len(text) && text[i] != '-' && text[i] != '+'
}

// compare compares by value.
func (d decimal) compare(o decimal) int {
	switch a, b := d.sign(), o.sign(); {
	case a != b:
		return a - b
	case a == 0:
		return 0
	case a < 0:
		return o.magnitude(d)
	}
	return d.magnitude(o)
}

func (d decimal) sign() int {
	switch {
	case len(d.digits) == 0:
		return 0
	case d.neg:
		return -1
	}
	return 1
}

// magnitude compares two numbers other than zero without their signs.
func (d decimal) magnitude(o decimal) int {
	if a, b := int64(len(d.digits))-d.scale, int64(len(o.digits))-o.scale; a != b {
		if a < b {
			return -1
		}
		return 1
	}
	return bytes.Compare(bytes.TrimRight(d.digits, "0"), bytes.TrimRight(o.digits, "0"))
}

// append appends d as BigDecimal.toString does.
func (d decimal) append(dst []byte) []byte {
	if d.neg && len(d.digits) > 0 {
		dst = append(dst, '-')
	}
	digits := d.digits
	if len(digits) == 0 {
		digits = []byte{'0'}
	}
	exp := int64(len(digits)) - 1 - d.scale
	switch {
	case d.scale == 0:
		return append(dst, digits...)
	case d.scale > 0 && exp >= -6:
		if whole := int64(len(digits)) - d.scale; whole > 0 {
			dst = append(dst, digits[:whole]...)
			dst = append(dst, '.')
			return append(dst, digits[whole:]...)
		}
		dst = append(dst, '0', '.')
		for n := d.scale - int64(len(digits)); n > 0; n-- {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(dst, '.')
		dst = append(dst, digits[1:]...)
	}
	if exp == 0 {
		return dst
	}
	dst = append(dst, 'E')
	if exp > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, exp, 10)
}
