package jsonschema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// This file reads regular expressions of ECMA 262, as it was before the u flag:
// \p is a p, and a { that opens no repetition is a {.
//
// Go's regexp runs those that it can, in linear time. Others, with look-ahead
// or back references, are run by regexp2 within limits.

const (
	maxPattern      = 16 << 10              // bytes
	maxRepeat       = 1000                  // of Go's regexp
	matchTimeout    = 50 * time.Millisecond // up to 250 ms: the engine's clock is coarse
	maxBacktracking = 100_000               // slots of the engine's stack
)

type pattern struct {
	expr      string
	linear    *regexp.Regexp
	backtrack *regexp2.Regexp // where linear is nil
}

func compilePattern(expr string) (*pattern, error) {
	if len(expr) > maxPattern {
		return nil, fmt.Errorf("pattern has %d bytes, at most %d are allowed", len(expr), maxPattern)
	}
	p := &pattern{expr: expr}
	if translated, ok := translate(expr); ok {
		if re, err := regexp.Compile(translated); err == nil {
			p.linear = re
			return p, nil
		}
	}
	var err error
	if p.backtrack, err = compileBacktrack(expr); err != nil {
		return nil, fmt.Errorf("pattern %q is not ECMA 262: %w", expr, err)
	}
	return p, nil
}

func compileBacktrack(expr string) (*regexp2.Regexp, error) {
	re, err := regexp2.Compile(expr, regexp2.ECMAScript, regexp2.OptionMaxBacktrackingStackSize(maxBacktracking))
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = matchTimeout
	return re, nil
}

// match reports whether the pattern matches anywhere in s, and whether that was
// given up.
func (p *pattern) match(s string) (ok, gaveUp bool) {
	if p.linear != nil {
		return p.linear.MatchString(s), false
	}
	ok, err := p.backtrack.MatchString(s)
	return ok && err == nil, err != nil
}

// MatchString is for the compiler, which matches nothing.
func (p *pattern) MatchString(s string) bool {
	ok, _ := p.match(s)
	return ok
}

// String returns the pattern as it is written.
func (p *pattern) String() string { return p.expr }

// A translator writes ECMA 262 in Go's notation.
type translator struct {
	in  []rune
	pos int
	out strings.Builder
}

const (
	notTerminator = `[^\n\r\x{2028}\x{2029}]`
	spaceRanges   = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
)

// translate reports false for what Go's regexp has not.
func translate(expr string) (string, bool) {
	t := &translator{in: []rune(expr)}
	for t.pos < len(t.in) {
		if !t.term() {
			return "", false
		}
	}
	return t.out.String(), true
}

func (t *translator) at(i int) rune {
	if t.pos+i < len(t.in) {
		return t.in[t.pos+i]
	}
	return -1
}

func (t *translator) literal(r rune) {
	t.out.WriteString(`\x{` + strconv.FormatInt(int64(r), 16) + `}`)
}

func (t *translator) term() bool {
	r := t.at(0)
	switch r {
	case '\\':
		return t.escape()
	case '[':
		return t.class()
	case '.':
		t.out.WriteString(notTerminator)
	case '(':
		if t.at(1) == '?' {
			if t.at(2) != ':' {
				return false
			}
			t.pos += 2
		}
		t.out.WriteString("(?:")
	case '{':
		return t.repetition()
	case ')', '*', '+', '?', '|', '^', '$':
		t.out.WriteRune(r)
	default:
		t.literal(r)
	}
	t.pos++
	return true
}

// repetition reads {n}, {n,} or {n,m}, or a { that is a character.
func (t *translator) repetition() bool {
	end := t.pos + 1
	for end < len(t.in) && (t.in[end] >= '0' && t.in[end] <= '9' || t.in[end] == ',') {
		end++
	}
	least, most, two := strings.Cut(string(t.in[t.pos+1:end]), ",")
	if end == len(t.in) || t.in[end] != '}' || least == "" || strings.Contains(most, ",") {
		t.literal('{')
		t.pos++
		return true
	}
	for _, n := range []string{least, most} {
		if count, err := strconv.Atoi(n); n != "" && (err != nil || count > maxRepeat) {
			return false
		}
	}
	t.out.WriteString("{" + least)
	if two {
		t.out.WriteString("," + most)
	}
	t.out.WriteByte('}')
	t.pos = end + 1
	return true
}

// escape reads an escape outside of a class.
func (t *translator) escape() bool {
	switch r := t.at(1); r {
	case 'd', 'D', 'w', 'W', 'b', 'B':
		t.out.WriteString(`\` + string(r))
	case 's':
		t.out.WriteString("[" + spaceRanges + "]")
	case 'S':
		t.out.WriteString("[^" + spaceRanges + "]")
	default:
		r, ok := t.character()
		if ok {
			t.literal(r)
		}
		return ok
	}
	t.pos += 2
	return true
}

// character reads an escape that stands for one character.
func (t *translator) character() (rune, bool) {
	r := t.at(1)
	if r < 0 {
		return 0, false
	}
	t.pos += 2
	if i := strings.IndexRune("nrtfv", r); i >= 0 {
		return rune("\n\r\t\f\v"[i]), true
	}
	switch {
	case r == '0' && (t.at(0) < '0' || t.at(0) > '9'):
		return 0, true
	case r >= '0' && r <= '9', r == 'k', r == 'c':
		return 0, false
	case r == 'x':
		return t.hex(2)
	case r == 'u':
		return t.hex(4)
	}
	return r, true
}

func (t *translator) hex(digits int) (rune, bool) {
	if t.pos+digits > len(t.in) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(t.in[t.pos:t.pos+digits]), 16, 32)
	if err != nil || n >= 0xd800 && n < 0xe000 {
		return 0, false
	}
	t.pos += digits
	return rune(n), true
}

// class reads from "[" to "]".
func (t *translator) class() bool {
	t.pos++
	negated := t.at(0) == '^'
	if negated {
		t.pos++
	}
	if t.at(0) == ']' { // nothing, or anything
		t.pos++
		t.out.WriteString(map[bool]string{false: `[^\x{0}-\x{10FFFF}]`, true: `[\x{0}-\x{10FFFF}]`}[negated])
		return true
	}
	t.out.WriteByte('[')
	if negated {
		t.out.WriteByte('^')
	}
	for t.at(0) != ']' {
		if t.at(0) < 0 || !t.classRange() {
			return false
		}
	}
	t.pos++
	t.out.WriteByte(']')
	return true
}

// classRange reads one member of a class. A set at an end of a range is left to
// the other engine.
func (t *translator) classRange() bool {
	lo, set, ok := t.classMember()
	if !ok {
		return false
	}
	isRange := t.at(0) == '-' && t.at(1) != ']' && t.at(1) >= 0
	if set != "" {
		t.out.WriteString(set)
		return !isRange
	}
	t.literal(lo)
	if !isRange {
		return true
	}
	t.pos++
	hi, set, ok := t.classMember()
	if !ok || set != "" || hi < lo {
		return false
	}
	t.out.WriteByte('-')
	t.literal(hi)
	return true
}

func (t *translator) classMember() (r rune, set string, ok bool) {
	if t.at(0) != '\\' {
		r = t.at(0)
		t.pos++
		return r, "", true
	}
	switch r := t.at(1); r {
	case 'd', 'D', 'w', 'W':
		t.pos += 2
		return 0, `\` + string(r), true
	case 's':
		t.pos += 2
		return 0, spaceRanges, true
	case 'S', 'B':
		return 0, "", false
	case 'b':
		t.pos += 2
		return '\b', "", true
	}
	r, ok = t.character()
	return r, "", ok
}
