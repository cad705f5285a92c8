package vtl

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// This file is String.format: %[index$][flags][width][.precision]conversion.

// A verb is one format specifier.
type verb struct {
	text      string
	index     int // of the argument, from 1; 0 for the next, -1 for the last one again
	flags     string
	width     int // -1 for none
	precision int // -1 for none
	conv      byte
	date      byte // the letter after %t
}

func (f *verb) has(flag byte) bool { return strings.IndexByte(f.flags, flag) >= 0 }

// format puts args into the places of the layout. With nulls every argument
// there could be is null.
func (e *Env) format(layout string, args []Value, nulls bool) (string, error) {
	var b []byte
	next, last := 0, -1
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' {
			b = append(b, layout[i])
			continue
		}
		f, n, err := parseVerb(layout[i:])
		if err != nil {
			return "", err
		}
		i += n - 1
		if f.width > e.max.Text || f.precision > e.max.Text {
			return "", limitError{"one string", e.max.Text, "bytes"}
		}
		if f.conv == '%' || f.conv == 'n' {
			text := "%"
			if f.conv == 'n' {
				text = "\n"
			}
			b = append(b, f.pad(text)...)
			continue
		}
		at := f.index - 1
		switch f.index {
		case 0:
			at = next
			next++
		case -1:
			at = last
		}
		var arg Value
		switch {
		case nulls && at >= 0:
		case at >= 0 && at < len(args):
			arg = args[at]
		default:
			return "", fmt.Errorf("found %s in the format, expected an argument for it", quote(f.text))
		}
		last = at
		if b, err = e.appendVerb(b, f, arg); err != nil {
			return "", err
		}
		if len(b) > e.max.Text {
			return "", limitError{"one string", e.max.Text, "bytes"}
		}
	}
	return string(b), nil
}

func parseVerb(s string) (*verb, int, error) {
	f := &verb{width: -1, precision: -1}
	i := 1
	bad := func() (*verb, int, error) {
		return nil, 0, fmt.Errorf("found %s in the format, expected %%, flags, width, precision and a conversion", quote(s[:min(i+1, len(s))]))
	}
	if n := digits(s[i:]); n > 0 && i+n < len(s) && s[i+n] == '$' {
		f.index, _ = strconv.Atoi(s[i : i+n])
		i += n + 1
		if f.index == 0 {
			return bad()
		}
	} else if i < len(s) && s[i] == '<' {
		f.index = -1
		i++
	}
	start := i
	for i < len(s) && strings.IndexByte("-#+ 0,(", s[i]) >= 0 {
		if strings.IndexByte(s[start:i], s[i]) >= 0 {
			return bad()
		}
		i++
	}
	f.flags = s[start:i]
	var err error
	if n := digits(s[i:]); n > 0 {
		if f.width, err = strconv.Atoi(s[i : i+n]); err != nil {
			return bad()
		}
		i += n
	}
	if i < len(s) && s[i] == '.' {
		n := digits(s[i+1:])
		if n == 0 {
			return bad()
		}
		if f.precision, err = strconv.Atoi(s[i+1 : i+1+n]); err != nil {
			return bad()
		}
		i += 1 + n
	}
	if i == len(s) || strings.IndexByte("bBhHsScCdoxXeEfgGtT%n", s[i]) < 0 {
		return bad()
	}
	f.conv = s[i]
	if f.conv == 't' || f.conv == 'T' {
		if i++; i == len(s) {
			return bad()
		}
		if _, ok := timeVerbs[s[i]]; !ok {
			return bad()
		}
		f.date = s[i]
	}
	f.text = s[:i+1]
	allowed, precise := verbAllows(f.conv)
	if strings.Trim(f.flags, allowed) != "" || f.precision >= 0 && !precise {
		return bad()
	}
	if f.conv == 'n' && f.width >= 0 {
		return bad()
	}
	if (f.has('-') || f.has('0')) && f.width < 0 || f.has('-') && f.has('0') || f.has('+') && f.has(' ') {
		return bad()
	}
	return f, i + 1, nil
}

// verbAllows returns the flags that a conversion can have, and whether it can
// have a precision. See "Formatter" in the Java documentation.
func verbAllows(conv byte) (flags string, precision bool) {
	switch conv | 0x20 {
	case 'b', 'h', 's':
		return "-", true
	case 'd':
		return "-+ 0,(", false
	case 'o', 'x':
		return "-#0", false
	case 'e':
		return "-#+ 0(", true
	case 'f':
		return "-#+ 0,(", true
	case 'g':
		return "-+ 0,(", true
	case 'n':
		return "", false
	}
	return "-", false
}

// appendVerb appends v as f says.
func (e *Env) appendVerb(b []byte, f *verb, v Value) ([]byte, error) {
	upper := f.conv < 'a'
	var text string
	var err error
	switch f.conv | 0x20 {
	case 'b':
		text = "false"
		if v.kind == KindBool && v.num != 0 || v.kind != KindBool && v.kind != KindNull {
			text = "true"
		}
		text = f.cutText(text)
	case 'h':
		text = "null"
		if v.kind != KindNull {
			text = strconv.FormatUint(uint64(uint32(hashCode(v))), 16)
		}
		text = f.cutText(text)
	case 's':
		if text, err = e.textOf(v); err != nil {
			return b, err
		}
		if v.kind == KindNull {
			text = "null"
		}
		text = f.cutText(text)
	case 'c':
		text, err = f.character(v)
	case 'd', 'o', 'x':
		text, err = f.integer(v)
	case 't':
		text, err = f.time(v)
	default:
		text, err = f.float(v)
	}
	if err != nil {
		return b, err
	}
	if upper {
		text = upperText(text)
	}
	return append(b, f.pad(text)...), nil
}

func (f *verb) mismatch(v Value) error {
	return fmt.Errorf("found %s in the format for %s, expected a conversion that fits", quote(f.text), quote(v.Text()))
}

// cutText cuts text to the precision.
func (f *verb) cutText(text string) string {
	if f.precision >= 0 && f.precision < units(text) {
		text, _ = slice(text, 0, f.precision)
	}
	return text
}

// pad fills text with blanks up to the width.
func (f *verb) pad(text string) string {
	n := f.width - utf8.RuneCountInString(text)
	if n <= 0 {
		return text
	}
	if f.has('-') {
		return text + strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n) + text
}

func (f *verb) character(v Value) (string, error) {
	switch {
	case v.kind == KindNull:
		return "null", nil
	case v.kind == KindChar:
		return v.Text(), nil
	case v.kind >= KindByte && v.kind <= KindInt && int64(v.num) >= 0 && int64(v.num) <= utf8.MaxRune:
		return string(rune(v.num)), nil
	}
	return "", f.mismatch(v)
}

func (f *verb) integer(v Value) (string, error) {
	if v.kind == KindNull {
		return "null", nil
	}
	if !v.isWhole() || f.precision >= 0 {
		return "", f.mismatch(v)
	}
	i := v.bigInt()
	if f.conv == 'd' {
		return f.sign(new(big.Int).Abs(i).String(), i.Sign() < 0), nil
	}
	base, prefix := 8, "0"
	if f.conv != 'o' {
		base, prefix = 16, "0x"
	}
	negative := i.Sign() < 0
	if negative && v.kind != KindBigInt { // two's complement
		bits := map[Kind]uint{KindByte: 8, KindShort: 16, KindInt: 32, KindLong: 64}[v.kind]
		i = new(big.Int).Add(i, new(big.Int).Lsh(big.NewInt(1), bits))
		negative = false
	}
	text := new(big.Int).Abs(i).Text(base)
	if f.has('#') {
		text = prefix + text
	}
	if negative {
		text = "-" + text
	}
	return f.zeros(text, 0), nil
}

// sign puts a sign, grouping and zeros around digits.
func (f *verb) sign(text string, negative bool) string {
	if f.has(',') {
		text = group(text)
	}
	head, tail := "", ""
	switch {
	case negative && f.has('('):
		head, tail = "(", ")"
	case negative:
		head = "-"
	case f.has('+'):
		head = "+"
	case f.has(' '):
		head = " "
	}
	return head + f.zeros(text, len(head)+len(tail)) + tail
}

// zeros fills text with zeros up to the width less used.
func (f *verb) zeros(text string, used int) string {
	if n := f.width - used - len(text); f.has('0') && n > 0 {
		return strings.Repeat("0", n) + text
	}
	return text
}

// group puts commas between thousands.
func group(text string) string {
	whole, frac := text, ""
	if i := strings.IndexByte(text, '.'); i >= 0 {
		whole, frac = text[:i], text[i:]
	}
	var b []byte
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, whole[i])
	}
	return string(b) + frac
}

var errPrecision = errors.New("found a precision of more than 1000 digits in the format, expected fewer")

func (f *verb) float(v Value) (string, error) {
	if v.kind == KindNull {
		return f.cutText("null"), nil
	}
	if v.kind != KindDouble && v.kind != KindFloat && v.kind != KindDecimal {
		return "", f.mismatch(v)
	}
	precision := f.precision
	if precision < 0 {
		precision = 6
	}
	if precision > 1000 {
		return "", errPrecision
	}
	x := v.float64()
	if x != x {
		return "NaN", nil
	}
	negative := math.Signbit(x)
	if math.IsInf(x, 0) {
		plain := *f
		plain.flags = strings.ReplaceAll(f.flags, "0", "")
		return plain.sign("Infinity", negative), nil
	}
	x = math.Abs(x)
	var text string
	switch f.conv | 0x20 {
	case 'f':
		text = fixed(v, x, precision)
	case 'e':
		digits, exp := halfUp(x, precision+1)
		text = scientific(digits, exp)
	case 'g':
		precision = max(precision, 1)
		digits, exp := halfUp(x, precision)
		switch {
		case exp < -4 || exp >= precision:
			text = scientific(digits, exp)
		case exp < 0:
			text = "0." + strings.Repeat("0", -1-exp) + digits
		case exp+1 < precision:
			text = digits[:exp+1] + "." + digits[exp+1:]
		default:
			text = digits
		}
	}
	return f.sign(text, negative), nil
}

// halfUp returns the first n digits of x, rounded half up starting from the
// digits that identify the number, and the power of ten of the first.
func halfUp(x float64, n int) (digits string, exp int) {
	text := strconv.FormatFloat(x, 'e', -1, 64)
	e := strings.IndexByte(text, 'e')
	exp, _ = strconv.Atoi(text[e+1:])
	digits = strings.Replace(text[:e], ".", "", 1)
	if len(digits) <= n {
		return digits + strings.Repeat("0", n-len(digits)), exp
	}
	if digits[n] < '5' {
		return digits[:n], exp
	}
	i, _ := new(big.Int).SetString(digits[:n], 10)
	digits = i.Add(i, big.NewInt(1)).String()
	if len(digits) > n { // 999 became 1000
		return digits[:n], exp + 1
	}
	return digits, exp
}

// scientific writes digits as d.ddde±dd.
func scientific(digits string, exp int) string {
	text := digits[:1]
	if len(digits) > 1 {
		text += "." + digits[1:]
	}
	return text + fmt.Sprintf("e%+03d", exp)
}

// fixed rounds half up, starting from the digits that identify the number.
func fixed(v Value, x float64, precision int) string {
	d, _ := v.decimal()
	if v.kind != KindDecimal {
		text := strconv.FormatFloat(x, 'f', -1, 64)
		scale := 0
		if i := strings.IndexByte(text, '.'); i >= 0 {
			scale = len(text) - i - 1
			text = text[:i] + text[i+1:]
		}
		unscaled, _ := new(big.Int).SetString(text, 10)
		d = &decimal{unscaled, int32(scale)}
	}
	u := new(big.Int).Abs(d.unscaled)
	switch drop := int(d.scale) - precision; {
	case drop > maxScale || -drop > maxScale:
		return strconv.FormatFloat(x, 'f', precision, 64)
	case drop > 0:
		p := pow10(int32(drop))
		u.Add(u, new(big.Int).Rsh(p, 1))
		u.Quo(u, p)
	case drop < 0:
		u.Mul(u, pow10(int32(-drop)))
	}
	text := u.String()
	if precision == 0 {
		return text
	}
	if len(text) <= precision {
		text = strings.Repeat("0", precision-len(text)+1) + text
	}
	return text[:len(text)-precision] + "." + text[len(text)-precision:]
}
