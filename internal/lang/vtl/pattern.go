package vtl

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// A pattern is a compiled regular expression of Java's.
type pattern struct {
	literal   string // the text, if the expression is nothing but text
	isLiteral bool
	re        *regexp2.Regexp
	whole     *regexp2.Regexp // must match all of the text
	groups    int             // capturing groups
}

// maxPattern is how many bytes an expression may have. Chosen.
const maxPattern = 16 << 10

func compilePattern(expr string) (*pattern, error) {
	if len(expr) > maxPattern {
		return nil, fmt.Errorf("found a regular expression of %d bytes, expected %d at most", len(expr), maxPattern)
	}
	if text, ok := literalPattern(expr); ok {
		return &pattern{literal: text, isLiteral: true}, nil
	}
	translated, err := translatePattern(expr)
	if err != nil {
		return nil, patternError(expr, err)
	}
	re, err := compileTranslated(translated)
	if err != nil {
		return nil, patternError(expr, err)
	}
	whole, err := compileTranslated(`\A(?:` + translated + `)\z`)
	if err != nil {
		return nil, patternError(expr, err)
	}
	groups := 0
	for _, n := range re.GetGroupNumbers() {
		groups = max(groups, n)
	}
	return &pattern{re: re, whole: whole, groups: groups}, nil
}

func compileTranslated(expr string) (*regexp2.Regexp, error) {
	re, err := regexp2.Compile(expr, regexp2.OptionMaintainCaptureOrder())
	if err == nil {
		re.MatchTimeout = defaultLimits.Match
	}
	return re, err
}

func patternError(expr string, err error) error {
	return fmt.Errorf("found the regular expression %s, expected a correct one: %s", quote(expr), err)
}

// literalPattern returns the text that expr matches if it has no operators.
func literalPattern(expr string) (string, bool) {
	if !strings.ContainsAny(expr, `\[](){}.*+?^$|`) {
		return expr, true
	}
	b := make([]byte, 0, len(expr))
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		switch {
		case c == '\\':
			i++
			if i == len(expr) {
				return "", false
			}
			switch c := expr[i]; {
			case c == 'n':
				b = append(b, '\n')
			case c == 't':
				b = append(b, '\t')
			case c == 'r':
				b = append(b, '\r')
			case c < utf8.RuneSelf && !isLetter(c) && !isDigit(c):
				b = append(b, c)
			default:
				return "", false
			}
		case strings.IndexByte(`[]{}().*+?^$|`, c) >= 0:
			return "", false
		default:
			b = append(b, c)
		}
	}
	return string(b), true
}

// pattern returns the compiled form of expr. Those in the template's literals
// are ready; of others the last few are kept.
func (e *Env) pattern(expr string) (*pattern, error) {
	if p, ok := e.tmpl.patterns[expr]; ok {
		return p, nil
	}
	if p, ok := e.patterns[expr]; ok {
		return p, nil
	}
	const perByte = 64 // steps
	if err := e.work(perByte * (len(expr) + 1)); err != nil {
		return nil, err
	}
	p, err := compilePattern(expr)
	if err != nil {
		return nil, err
	}
	const kept = 16
	if e.patterns == nil || len(e.patterns) >= kept {
		e.patterns = map[string]*pattern{}
	}
	e.patterns[expr] = p
	return p, nil
}

// A place is a match: byte offsets of the groups, -1 for one that did not
// take part.
type place []int

func (p place) begin() int { return p[0] }
func (p place) end() int   { return p[1] }

// matches reports whether p matches all of s.
func (p *pattern) matches(e *Env, s string) (bool, error) {
	if p.isLiteral {
		return s == p.literal, nil
	}
	ok := false
	err := e.search(p.whole, s, func(place) bool {
		ok = true
		return false
	})
	return ok, err
}

// each calls found for the matches of p in s, from left to right.
func (p *pattern) each(e *Env, s string, found func(place) bool) error {
	if !p.isLiteral {
		return e.search(p.re, s, found)
	}
	if p.literal == "" {
		at := place{0, 0}
		for i := 0; ; {
			at[0], at[1] = i, i
			if !found(at) || i == len(s) {
				return e.work(len(s))
			}
			_, size := decode(s[i:])
			i += size
		}
	}
	at := place{0, 0}
	for from := 0; ; {
		i := strings.Index(s[from:], p.literal)
		if i < 0 {
			return e.work(len(s) / 16)
		}
		at[0], at[1] = from+i, from+i+len(p.literal)
		if !found(at) {
			return nil
		}
		from = at[1]
	}
}

// search runs an expression over s within the time limit.
func (e *Env) search(re *regexp2.Regexp, s string, found func(place) bool) error {
	if err := e.work(len(s)); err != nil {
		return err
	}
	deadline := time.Now().Add(e.max.Match)
	runes := []rune(s)
	offsets := byteOffsets(s)
	var timedOut bool
	err := re.FindRunesMatches(runes, 0, func(m regexp2.MatchView) bool {
		at := make(place, 0, 2*m.GroupCount())
		for g := range m.GroupCount() {
			i, n, ok := m.GroupRange(g)
			if !ok {
				at = append(at, -1, -1)
				continue
			}
			at = append(at, offsets.at(i), offsets.at(i+n))
		}
		if time.Now().After(deadline) {
			timedOut = true
			return false
		}
		return found(at)
	})
	if timedOut || err != nil {
		return fmt.Errorf("found a regular expression that takes more than %v, expected a simpler one: %w", e.max.Match, ErrLimit)
	}
	return nil
}

// offsetTable turns rune indexes into byte offsets. It is nil for ASCII.
type offsetTable []int

func byteOffsets(s string) offsetTable {
	if isASCII(s) {
		return nil
	}
	t := make(offsetTable, 0, len(s)+1)
	for i := range s {
		t = append(t, i)
	}
	return append(t, len(s))
}

func (t offsetTable) at(i int) int {
	if t == nil {
		return i
	}
	return t[i]
}

// replace puts replacement in place of the matches of p in s, or of the first.
func (p *pattern) replace(e *Env, s, replacement string, all bool) (string, error) {
	if p.isLiteral && !strings.ContainsAny(replacement, `\$`) {
		return p.replaceLiteral(e, s, replacement, all)
	}
	var (
		out  []byte
		last int
		any  bool
		fail error
	)
	err := p.each(e, s, func(at place) bool {
		any = true
		out = append(out, s[last:at.begin()]...)
		out, fail = p.expand(out, s, replacement, at)
		last = at.end()
		if fail == nil && len(out) > e.max.Text {
			fail = limitError{"one string", e.max.Text, "bytes"}
		}
		return fail == nil && all
	})
	if err == nil {
		err = fail
	}
	if err != nil || !any {
		return s, err
	}
	out = append(out, s[last:]...)
	return string(out), e.text(len(out))
}

func (p *pattern) replaceLiteral(e *Env, s, replacement string, all bool) (string, error) {
	if p.literal == "" && all {
		return insertText(e, s, replacement)
	}
	n := strings.Count(s, p.literal)
	if n == 0 {
		return s, nil
	}
	if !all {
		n = 1
	}
	size := len(s) + n*(len(replacement)-len(p.literal))
	if err := e.text(size); err != nil {
		return s, err
	}
	return strings.Replace(s, p.literal, replacement, n), nil
}

// expand appends the replacement for the match at: $1, ${name}, \$.
func (p *pattern) expand(dst []byte, s, replacement string, at place) ([]byte, error) {
	for i := 0; i < len(replacement); i++ {
		c := replacement[i]
		switch c {
		case '\\':
			i++
			if i == len(replacement) {
				return dst, errors.New(`found a replacement that ends with \, expected a character after it`)
			}
			dst = append(dst, replacement[i])
		case '$':
			g, n, err := p.group(replacement[i+1:])
			if err != nil {
				return dst, err
			}
			i += n
			if b := at[2*g]; b >= 0 {
				dst = append(dst, s[b:at[2*g+1]]...)
			}
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

// group returns the group that a replacement names after $, and how many bytes
// the name has. As many digits count as make the number of a group.
func (p *pattern) group(s string) (g, n int, err error) {
	if s == "" {
		return 0, 0, errors.New(`found $ at the end of a replacement, expected a group or \$`)
	}
	if s[0] == '{' {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return 0, 0, fmt.Errorf("found %s in a replacement, expected ${name}", quote("$"+s))
		}
		g = -1
		if name := s[1:end]; p.re != nil && name != "" && isLetter(name[0]) {
			g = p.re.GroupNumberFromName(name)
		}
		if g < 0 {
			return 0, 0, fmt.Errorf("found %s in a replacement, expected the name of a group", quote("$"+s[:end+1]))
		}
		return g, end + 1, nil
	}
	if !isDigit(s[0]) {
		return 0, 0, fmt.Errorf(`found %s in a replacement, expected a group or \$`, quote("$"+s[:1]))
	}
	g = int(s[0] - '0')
	if g > p.groups {
		return 0, 0, fmt.Errorf("found $%d in a replacement, expected a group from 0 to %d", g, p.groups)
	}
	n = 1
	for n < len(s) && isDigit(s[n]) && g*10+int(s[n]-'0') <= p.groups {
		g = g*10 + int(s[n]-'0')
		n++
	}
	return g, n, nil
}

// split cuts s at the matches of p. limit > 0 is the most parts; with 0 the
// empty parts at the end are dropped. A match without width at the start does
// not cut.
func (p *pattern) split(e *Env, s string, limit int) ([]Value, error) {
	if p.isLiteral && p.literal == "" && s != "" {
		return splitUnits(e, s, limit)
	}
	var out []Value
	last := 0
	err := p.each(e, s, func(at place) bool {
		if limit > 0 && len(out) == limit-1 {
			return false
		}
		if at.end() == 0 {
			return true
		}
		out = append(out, String(s[last:at.begin()]))
		last = at.end()
		return len(out) < e.max.Elements
	})
	if err != nil {
		return nil, err
	}
	if len(out) >= e.max.Elements {
		return nil, limitError{"an array", e.max.Elements, "elements"}
	}
	if last == 0 && len(out) == 0 {
		return []Value{String(s)}, nil
	}
	out = append(out, String(s[last:]))
	if limit == 0 {
		for len(out) > 0 && out[len(out)-1].str() == "" {
			out = out[:len(out)-1]
		}
	}
	return out, e.growElements(len(out))
}

// splitUnits cuts s between all UTF-16 units, of pairs as well.
func splitUnits(e *Env, s string, limit int) ([]Value, error) {
	n := units(s)
	parts := n
	if limit < 0 || limit > n {
		parts = n + 1 // nothing after the last unit is a part
	} else if limit > 0 {
		parts = limit
	}
	if parts > e.max.Elements {
		return nil, limitError{"an array", e.max.Elements, "elements"}
	}
	if err := e.growElements(parts); err != nil {
		return nil, err
	}
	e.halves = e.halves || n != len(s)
	out := make([]Value, 0, parts)
	if n == len(s) {
		for i := range min(parts, n) {
			out = append(out, String(s[i:i+1]))
		}
	} else {
		forUnits(s, func(u uint16) {
			if len(out) < parts {
				out = append(out, String(string(appendUnit(nil, u))))
			}
		})
	}
	switch {
	case parts > n:
		out = append(out, String(""))
	case parts < n:
		rest, _ := slice(s, parts-1, n)
		out[parts-1] = String(rest)
	}
	return out, nil
}
