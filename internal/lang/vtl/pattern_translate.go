package vtl

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// This file turns Java's regular expressions into those of the library, which
// are .NET's. They differ in this:
//
//   - \d, \w and \s are ASCII.
//   - '.', ^ and $ know five line ends.
//   - a*+ is possessive; \Q…\E quotes; [a-z&&[^b]] is an intersection.
//   - \h, \R, \v, \x{41}, \0101, \p{Alpha} and their like.
//   - { that is no repetition, and \ before an unknown letter, are mistakes.

const (
	lineEnds   = `\n\r\u0085\u2028\u2029`
	endOfText  = `(?=(?:\r\n|[` + lineEnds + `])?\z)`
	endOfLine  = `(?:(?=\r|[\u0085\u2028\u2029]|\z)|(?<!\r)(?=\n))`
	startLine  = `(?:(?:\A|(?<=\n|\r(?!\n)|[\u0085\u2028\u2029]))(?!\z))`
	digitSet   = `0-9`
	wordSet    = `a-zA-Z_0-9`
	spaceSet   = ` \t\n\x0B\f\r`
	blankSet   = ` \t\u00A0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000`
	verticals  = `\n\x0B\f\r\u0085\u2028\u2029`
	lastRune   = "\U0010FFFF"
	notDigits  = `\x00-/:-` + lastRune
	notWords   = "\\x00-/:-@\\[-\\^`\\{-" + lastRune
	notSpaces  = `\x00-\x08\x0E-\x1F!-` + lastRune
	mostGroups = 200
)

type translator struct {
	src   string
	pos   int
	out   []byte
	atom  int // where the last atom begins in out; -1 if none can be repeated
	flags patternFlags
	stack []groupFrame
	depth int // of character classes
	names []string
}

// patternFlags are those that change what is written, rather than being passed
// on.
type patternFlags struct{ dotAll, multiLine, unixLines, comments bool }

type groupFrame struct {
	flags patternFlags
	start int
}

func translatePattern(expr string) (string, error) {
	t := &translator{src: expr, atom: -1}
	for t.pos < len(t.src) {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	if len(t.stack) > 0 {
		return "", errors.New("a group is not closed")
	}
	return string(t.out), nil
}

func (t *translator) next() error {
	c := t.src[t.pos]
	switch c {
	case '\\':
		return t.escape()
	case '[':
		t.begin()
		set, err := t.class()
		if err != nil {
			return err
		}
		t.out = append(t.out, set...)
		return nil
	case '(':
		return t.open()
	case ')':
		n := len(t.stack) - 1
		if n < 0 {
			return errors.New(") closes no group")
		}
		t.flags, t.atom = t.stack[n].flags, t.stack[n].start
		t.stack = t.stack[:n]
		return t.put(")", 1)
	case '.':
		t.begin()
		switch {
		case t.flags.dotAll:
			return t.put("(?s:.)", 1)
		case t.flags.unixLines:
			return t.put(`[^\n]`, 1)
		}
		return t.put("[^"+lineEnds+"]", 1)
	case '^':
		t.begin()
		if t.flags.multiLine {
			return t.put(startLine, 1)
		}
		return t.put(`\A`, 1)
	case '$':
		t.begin()
		if t.flags.multiLine {
			return t.put(endOfLine, 1)
		}
		return t.put(endOfText, 1)
	case '*', '+', '?', '{':
		return t.repeat()
	case '|':
		t.atom = -1
		return t.put("|", 1)
	case '#':
		if t.flags.comments {
			end := strings.IndexByte(t.src[t.pos:], '\n')
			if end < 0 {
				end = len(t.src) - t.pos
			}
			t.pos += end
			return nil
		}
	case ' ', '\t', '\n', '\r', '\f':
		if t.flags.comments {
			t.pos++
			return nil
		}
	}
	t.begin()
	_, size := utf8.DecodeRuneInString(t.src[t.pos:])
	return t.put(quoteRune(t.src[t.pos:t.pos+size]), size)
}

// begin marks the place of an atom.
func (t *translator) begin() { t.atom = len(t.out) }

// put writes s for the next n bytes.
func (t *translator) put(s string, n int) error {
	t.out = append(t.out, s...)
	t.pos += n
	return nil
}

// quoteRune returns a character so that it means itself.
func quoteRune(s string) string {
	if len(s) == 1 && strings.ContainsAny(s, `\[](){}.*+?^$|#-& `+"\t\n\r\f") {
		return fmt.Sprintf(`\x%02X`, s[0])
	}
	return s
}

// repeat translates a quantifier.
func (t *translator) repeat() error {
	if t.atom < 0 {
		return fmt.Errorf("%c repeats nothing", t.src[t.pos])
	}
	n := 1
	if t.src[t.pos] == '{' {
		n = repetitionLen(t.src[t.pos:])
		if n == 0 {
			return errors.New(`{ is no repetition; write \{`)
		}
	}
	quantifier := t.src[t.pos : t.pos+n]
	t.pos += n
	rest := t.src[t.pos:]
	switch {
	case strings.HasPrefix(rest, "+"):
		t.pos++
		atom := string(t.out[t.atom:])
		t.out = append(t.out[:t.atom], "(?>"+atom+quantifier+")"...)
	case strings.HasPrefix(rest, "?"):
		t.pos++
		t.out = append(t.out, quantifier+"?"...)
	default:
		t.out = append(t.out, quantifier...)
	}
	t.atom = -1
	return nil
}

// repetitionLen returns the length of {n}, {n,} or {n,m}, or 0.
func repetitionLen(s string) int {
	i := 1 + digits(s[1:])
	if i == 1 {
		return 0
	}
	if i < len(s) && s[i] == ',' {
		i++
		i += digits(s[i:])
	}
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	return 0
}

// open translates the beginning of a group.
func (t *translator) open() error {
	if len(t.stack) == mostGroups {
		return fmt.Errorf("more than %d nested groups", mostGroups)
	}
	t.stack = append(t.stack, groupFrame{t.flags, len(t.out)})
	t.atom = -1
	rest := t.src[t.pos:]
	for _, p := range []string{"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.HasPrefix(rest, p) {
			return t.put(p, len(p))
		}
	}
	if strings.HasPrefix(rest, "(?<") {
		end := strings.IndexByte(rest, '>')
		if end < 0 {
			return errors.New("the name of a group is not closed")
		}
		for i, c := range []byte(rest[3:end]) {
			if !isLetter(c) && (i == 0 || !isDigit(c)) {
				return fmt.Errorf("%s is not the name of a group", quote(rest[3:end]))
			}
		}
		if end == 3 {
			return errors.New("the name of a group is empty")
		}
		name := rest[3:end]
		if slices.Contains(t.names, name) {
			return fmt.Errorf("%s is the name of two groups", quote(name))
		}
		t.names = append(t.names, name)
		return t.put(rest[:end+1], end+1)
	}
	if strings.HasPrefix(rest, "(?") {
		return t.inlineFlags(rest)
	}
	return t.put("(", 1)
}

// inlineFlags translates (?i) and (?i:.
func (t *translator) inlineFlags(rest string) error {
	on := true
	passed := [2]string{}
	for i := 2; i < len(rest); i++ {
		switch c := rest[i]; c {
		case '-':
			on = false
		case 's':
			t.flags.dotAll = on
		case 'm':
			t.flags.multiLine = on
		case 'd':
			t.flags.unixLines = on
		case 'x':
			t.flags.comments = on
		case 'i':
			which := 0
			if !on {
				which = 1
			}
			passed[which] = "i"
		case 'u', 'U':
		case ':', ')':
			head := passed[0]
			if passed[1] != "" {
				head += "-" + passed[1]
			}
			if c == ')' {
				t.stack = t.stack[:len(t.stack)-1]
				if head == "" {
					return t.put("", i+1)
				}
				return t.put("(?"+head+")", i+1)
			}
			return t.put("(?"+head+":", i+1)
		default:
			return fmt.Errorf("%q is not a flag", c)
		}
	}
	return errors.New("a group is not closed")
}

// escape translates what follows a backslash outside of a class.
func (t *translator) escape() error {
	if t.pos+1 == len(t.src) {
		return errors.New(`\ at the end`)
	}
	t.begin()
	switch c := t.src[t.pos+1]; c {
	case 'Q':
		text := t.src[t.pos+2:]
		end := strings.Index(text, `\E`)
		n := end + 2
		if end < 0 {
			end, n = len(text), len(text)
		}
		t.pos += 2 + n
		for _, r := range text[:end] {
			t.begin()
			t.out = append(t.out, quoteRune(string(r))...)
		}
		return nil
	case 'E':
		return t.put("", 2)
	case 'b', 'B', 'A', 'z', 'G':
		return t.put(`\`+string(rune(c)), 2)
	case 'Z':
		return t.put(endOfText, 2)
	case 'R':
		return t.put(`(?:\r\n|[`+verticals+`])`, 2)
	case 'k':
		end := strings.IndexByte(t.src[t.pos:], '>')
		if end < 0 || t.src[t.pos+2] != '<' {
			return errors.New(`\k without <name>`)
		}
		if name := t.src[t.pos+3 : t.pos+end]; !slices.Contains(t.names, name) {
			return fmt.Errorf("%s is not the name of a group before it", quote(name))
		}
		return t.put(t.src[t.pos:t.pos+end+1], end+1)
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return t.put(`(?:\`+string(rune(c))+`)`, 2)
	}
	set, negated, err := t.escapedSet()
	if err != nil {
		return err
	}
	switch {
	case negated:
		set = "[^" + set + "]"
	case len(set) > 0:
		set = "[" + set + "]"
	}
	t.out = append(t.out, set...)
	return nil
}

// escapedSet reads an escape that stands for one character, and returns the
// inside of a class.
func (t *translator) escapedSet() (set string, negated bool, err error) {
	c := t.src[t.pos+1]
	t.pos += 2
	switch c {
	case 'd':
		return digitSet, false, nil
	case 'D':
		return digitSet, true, nil
	case 'w':
		return wordSet, false, nil
	case 'W':
		return wordSet, true, nil
	case 's':
		return spaceSet, false, nil
	case 'S':
		return spaceSet, true, nil
	case 'h':
		return blankSet, false, nil
	case 'H':
		return blankSet, true, nil
	case 'v':
		return verticals, false, nil
	case 'V':
		return verticals, true, nil
	case 'n', 't', 'r', 'f', 'a', 'e':
		return `\` + string(rune(c)), false, nil
	case 'c':
		if t.pos == len(t.src) {
			return "", false, errors.New(`\c at the end`)
		}
		t.pos++
		return fmt.Sprintf(`\x%02X`, t.src[t.pos-1]^64), false, nil
	case '0':
		n := 0
		for n < 3 && t.pos+n < len(t.src) && t.src[t.pos+n] >= '0' && t.src[t.pos+n] <= '7' {
			n++
		}
		return t.number(n, n, 8)
	case 'x':
		if t.pos < len(t.src) && t.src[t.pos] == '{' {
			end := strings.IndexByte(t.src[t.pos:], '}')
			if end < 0 {
				return "", false, errors.New(`\x{ is not closed`)
			}
			t.pos++
			return t.number(end-1, end, 16)
		}
		return t.number(2, 2, 16)
	case 'u':
		return t.number(4, 4, 16)
	case 'p', 'P':
		set, err := t.property()
		return set, c == 'P', err
	}
	if isLetter(c) || isDigit(c) {
		return "", false, fmt.Errorf(`\%c is not an escape`, c)
	}
	_, size := utf8.DecodeRuneInString(t.src[t.pos-1:])
	t.pos += size - 1
	return quoteRune(t.src[t.pos-size : t.pos]), false, nil
}

// number reads n digits and skips to the byte after skip.
func (t *translator) number(n, skip, base int) (string, bool, error) {
	if n <= 0 || t.pos+n > len(t.src) {
		return "", false, errors.New("a character number without digits")
	}
	i, err := strconv.ParseUint(t.src[t.pos:t.pos+n], base, 21)
	if err != nil || i > utf8.MaxRune {
		return "", false, fmt.Errorf("%s is not the number of a character", quote(t.src[t.pos:t.pos+n]))
	}
	t.pos += skip
	if i < utf8.RuneSelf {
		return fmt.Sprintf(`\x%02X`, i), false, nil
	}
	return string(rune(i)), false, nil
}
