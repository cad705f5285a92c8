package jsonschema

import (
	"math/big"
	"strconv"
	"strings"
)

// A decimal is a JSON number as it is written: digits × 10^exp. The digits
// neither start nor end with 0; zero has none. So equal numbers are equal
// decimals, and 1e999999999 costs no more than 1.
type decimal struct {
	negative bool
	digits   string
	exp      int64
}

// parseDecimal reads a number in the grammar of JSON.
func parseDecimal(text string) decimal {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		d.exp = exponent(text[i+1:])
		text = text[:i]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	d.exp -= int64(len(fraction))
	digits := strings.TrimLeft(whole+fraction, "0")
	d.digits = strings.TrimRight(digits, "0")
	d.exp += int64(len(digits) - len(d.digits))
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// exponent stops far beyond any number that can be written out.
func exponent(text string) int64 {
	const most = 1 << 40
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && strings.HasPrefix(text, "-"):
		return -most
	case err != nil:
		return most
	}
	return max(-most, min(n, most))
}

// compare returns -1, 0 or +1.
func (d decimal) compare(e decimal) int {
	switch {
	case d == e:
		return 0
	case d.sign() != e.sign():
		if d.sign() < e.sign() {
			return -1
		}
		return 1
	}
	return d.sign() * d.compareSize(e)
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// compareSize compares without signs. Neither is zero.
func (d decimal) compareSize(e decimal) int {
	if a, b := d.exp+int64(len(d.digits)), e.exp+int64(len(e.digits)); a != b {
		if a < b {
			return -1
		}
		return 1
	}
	// The first digits have the same weight.
	return strings.Compare(d.digits, e.digits)
}

// multipleOf reports whether d / e has no remainder. e is not zero.
func (d decimal) multipleOf(e decimal) bool {
	if d.digits == "" {
		return true
	}
	shift := d.exp - e.exp
	if shift < 0 {
		return false // the digits of d are no multiple of 10
	}
	n, _ := new(big.Int).SetString(d.digits, 10)
	m, _ := new(big.Int).SetString(e.digits, 10)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), m)
	return n.Mod(n.Mul(n, power), m).Sign() == 0
}

// isInteger reports whether a number is written as an integer.
func isInteger(text string) bool {
	return !strings.ContainsAny(text, ".eE")
}
