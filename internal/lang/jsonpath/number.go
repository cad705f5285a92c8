package jsonpath

// This file gives numbers the forms that the Java library gives them.
//
//   - An integer is 32-bit, 64-bit or of any size, and prints its digits.
//   - Any other number is a double and prints as Java prints doubles.
//   - A literal longer than 18 characters that its double would not print again
//     is an exact decimal.

import (
	"bytes"
	"math"
	"strconv"
)

// javaLiteral is the length above which a literal may be an exact decimal.
const javaLiteral = 18 // characters

// canonicalNumber reports whether the text of a number is its printed form. It
// may say no where it is.
func canonicalNumber(text []byte, kind Kind) bool {
	neg := len(text) > 0 && text[0] == '-'
	if kind == Integer {
		return !(neg && len(text) == 2 && text[1] == '0')
	}
	digits := text
	if neg {
		digits = text[1:]
	}
	// Fifteen digits survive a double, so the text is the shortest unless it
	// ends in a zero; the bounds are those of Java's plain notation.
	if len(digits) > 16 {
		return false
	}
	point := -1
	for i, c := range digits {
		if c == '.' {
			point = i
		} else if c < '0' || c > '9' {
			return false
		}
	}
	if point < 1 || point > 7 || digits[0] == '0' && !thousandths(digits) {
		return false
	}
	return digits[len(digits)-1] != '0' || point == len(digits)-2
}

// thousandths reports whether 0.… is zero or at least 0.001.
func thousandths(digits []byte) bool {
	if len(digits) == 3 { // 0.0 to 0.9
		return true
	}
	for i := 2; i < 5 && i < len(digits); i++ {
		if digits[i] != '0' {
			return true
		}
	}
	return false
}

// A number is a number read: what kind it is in Java and its value.
type number struct {
	kind  NumberKind
	int   int64
	float float64
}

// readNumber decides what the text of a number is.
func readNumber(text []byte, kind Kind) number {
	if kind == Integer {
		if len(text) > len("-9223372036854775808") {
			return number{kind: BigInteger}
		}
		i, err := strconv.ParseInt(string(text), 10, 64)
		switch {
		case err != nil:
			return number{kind: BigInteger}
		case i == int64(int32(i)):
			return number{kind: Int32, int: i}
		}
		return number{kind: Int64, int: i}
	}
	f, _ := strconv.ParseFloat(string(text), 64) // too large gives an infinity, as in Java
	if len(text) > javaLiteral {
		var buf [32]byte
		if !printsAgain(appendDouble(buf[:0], f), text) {
			return number{kind: BigDecimal}
		}
	}
	return number{kind: Double, float: f}
}

// printsAgain reports whether printed is literal, but for the letter and the
// plus of the exponent.
func printsAgain(printed, literal []byte) bool {
	j := 0
	for _, c := range printed {
		if j >= len(literal) {
			return false
		}
		if c == 'E' && (literal[j] == 'e' || literal[j] == 'E') {
			if j++; j < len(literal) && literal[j] == '+' {
				j++
			}
			continue
		}
		if literal[j] != c {
			return false
		}
		j++
	}
	return j == len(literal)
}

// appendNumber appends the printed form of a number.
func appendNumber(dst, text []byte, kind Kind) []byte {
	n := readNumber(text, kind)
	switch n.kind {
	case Int32, Int64:
		return strconv.AppendInt(dst, n.int, 10)
	case BigInteger:
		return append(dst, text...)
	case BigDecimal:
		return parseDecimal(text).append(dst)
	}
	return appendDouble(dst, n.float)
}

// appendDouble appends f as Java's Double.toString does: the shortest digits
// that identify it, at least one after the point, plain from 0.001 to 10⁷.
func appendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, "0.0"...)
	}
	from := len(dst)
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		for _, c := range dst[from:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, '.', '0')
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	if bytes.IndexByte(text, '.') < 0 {
		// Two digits at least, the nearest ones: the smallest double is 4.9E-324.
		text = strconv.AppendFloat(buf[:0], f, 'e', 1, 64)
	}
	mantissa, exp, _ := bytes.Cut(text, []byte("e"))
	dst = append(append(dst, mantissa...), 'E')
	e, _ := strconv.Atoi(string(exp))
	return strconv.AppendInt(dst, int64(e), 10)
}
