package jsonpath

// This file reads paths the way the Java library does, oddities included,
// since templates were written against it.
//
//   - Without '$' or '@' in front, "$." is put there.
//   - Behind a bracket, a name or a function, one last character is ignored:
//     $.a[ is $.a, and $['a']b is $['a'].
//   - A name ends at '.', '[', '(' or the end; blanks in it are errors.
//   - Behind f() the parenthesis begins a name, so that nothing is found there:
//     $.a.max()[0] is $.a.max().

import (
	"fmt"
	"strconv"
	"strings"
)

// maxNesting is how deep paths, filters and arguments may contain each other.
const maxNesting = 50

type compiler struct {
	whole string // as the caller wrote it
	text  string // trimmed, with its '$' or '@'
	shift int    // byte of whole where text begins
	depth int
	path  *Path
}

// fail is the panic by which a compiler gives up; compile recovers it.
type fail struct{ err *Error }

func compile(whole string, depth int) (p *Path, err error) {
	c := &compiler{whole: whole, depth: depth, path: &Path{text: whole}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fail:
			p, err = nil, r.err
		default:
			panic(r)
		}
	}()
	if len(whole) > MaxPath {
		c.errorf(0, "the path has %d bytes, at most %d are read", len(whole), MaxPath)
	}
	if depth > maxNesting {
		c.errorf(0, "paths and filters nest deeper than %d levels", maxNesting)
	}
	c.text = strings.TrimLeft(whole, " ")
	c.shift = len(whole) - len(c.text)
	c.text = strings.TrimRight(c.text, " ")
	if c.text == "" {
		c.errorf(0, "the path is empty, expected $ or a name")
	}
	if c.text[0] != '$' && c.text[0] != '@' {
		c.text = "$." + c.text
		c.shift -= 2
	}
	c.path.relative = c.text[0] == '@'
	if c.text[len(c.text)-1] == '.' {
		c.errorf(len(c.text), "the path ends with '.', expected a name")
	}
	if len(c.text) > 1 {
		if c.text[1] != '.' && c.text[1] != '[' {
			c.errorf(1, "found %s, expected '.' or '['", c.found(1))
		}
		for at := 1; at >= 0; {
			at = c.step(at)
		}
	}
	if !c.path.invert() {
		c.errorf(1, "found a function after '..', expected a name or '['")
	}
	c.path.settle()
	return c.path, nil
}

// errorf gives up at byte at of c.text.
func (c *compiler) errorf(at int, format string, args ...any) {
	panic(fail{c.error(at, format, args...)})
}

func (c *compiler) error(at int, format string, args ...any) *Error {
	return &Error{c.whole, position(c.whole, at+c.shift), fmt.Sprintf(format, args...)}
}

func (c *compiler) at(i int) byte {
	if i < len(c.text) {
		return c.text[i]
	}
	return 0
}

func (c *compiler) found(i int) string {
	if i >= len(c.text) {
		return "the end"
	}
	for _, r := range c.text[i:] {
		return strconv.QuoteRune(r)
	}
	return "the end"
}

// blanks returns the first place from at on that is no blank.
func (c *compiler) blanks(at int) int {
	for c.at(at) == ' ' {
		at++
	}
	return at
}

func (c *compiler) add(s step) {
	c.path.steps = append(c.path.steps, s)
}

// rest returns at, or -1 if the path ends there.
func (c *compiler) rest(at int) int {
	if at >= len(c.text)-1 {
		return -1
	}
	return at
}

// step reads the step at at and returns where the next begins, or -1.
func (c *compiler) step(at int) int {
	switch c.at(at) {
	case '[':
		return c.bracket(at)
	case '.':
		return c.dot(at)
	case '*':
		c.add(step{kind: stepWildcard})
		return c.rest(at + 1)
	}
	return c.name(at)
}

func (c *compiler) dot(at int) int {
	if c.at(at+1) == '.' {
		c.add(step{kind: stepScan})
		at++
	}
	at++
	if at >= len(c.text) || c.at(at) == '.' {
		c.errorf(at, "found %s, expected a name, '*' or '['", c.found(at))
	}
	return c.step(at)
}

func (c *compiler) name(at int) int {
	end := at
	for end < len(c.text) && !strings.ContainsRune(" .[(", rune(c.text[end])) {
		end++
	}
	switch name := c.text[at:end]; {
	case c.at(end) == ' ':
		c.errorf(end, "found a blank in a name, which needs ['…']")
	case c.at(end) == '(':
		return c.call(at, end)
	default:
		c.add(step{kind: stepNames, names: []string{name}})
	}
	return c.rest(end)
}

func (c *compiler) bracket(at int) int {
	inner := c.blanks(at + 1)
	switch b := c.at(inner); {
	case b == '\'' || b == '"':
		return c.names(inner, b)
	case b == '*':
		end := c.blanks(inner + 1)
		if c.at(end) != ']' {
			c.errorf(end, "found %s, expected ']' after '*'", c.found(end))
		}
		c.add(step{kind: stepWildcard})
		return c.rest(end + 1)
	case b == '?':
		return c.filter(inner)
	case b == '-' || b == ':' || '0' <= b && b <= '9':
		return c.numbers(inner)
	}
	c.errorf(inner, "found %s, expected a quoted name, a number, '*' or '?(' after '['", c.found(inner))
	return -1
}

// names reads the quoted names from at to their bracket.
func (c *compiler) names(at int, quote byte) int {
	var names []string
	for {
		if c.at(at) != quote {
			c.errorf(at, "found %s, expected a name in %c", c.found(at), quote)
		}
		end := c.closing(at)
		names = append(names, c.unquoted(at, end))
		at = c.blanks(end + 1)
		switch c.at(at) {
		case ',':
			// What stands between the comma and the next name is ignored.
			for at++; at < len(c.text) && c.text[at] != quote && c.text[at] != ',' && c.text[at] != ']'; at++ {
				if c.text[at] == '\\' {
					at++
				}
			}
		case ']':
			c.add(step{kind: stepNames, names: names})
			return c.rest(at + 1)
		default:
			c.errorf(at, "found %s, expected ',' or ']' after a name", c.found(at))
		}
	}
}

// closing returns where the text in quotes that begins at at ends.
func (c *compiler) closing(at int) int {
	for i := at + 1; i < len(c.text); i++ {
		switch c.text[i] {
		case '\\':
			i++
		case c.text[at]:
			return i
		}
	}
	c.errorf(at, "the text that begins here has no closing %c", c.text[at])
	return -1
}

// unquoted returns the text whose quotes are at at and end.
func (c *compiler) unquoted(at, end int) string {
	text, ok := unquote(c.text[at+1 : end])
	if !ok {
		c.errorf(at, "the text that begins here has \\u without four hexadecimal digits")
	}
	return text
}

// unquote resolves the escapes in a quoted text: those of JSON, and any other
// character stands for itself. It is false for \u before what is no number.
// At the end an unfinished \u vanishes.
func unquote(s string) (text string, ok bool) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	dst := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			dst = append(dst, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'b', 'f', 'n', 'r', 't':
			dst = appendUnescaped(dst, []byte(s[i-1:i+1]))
		case 'u':
			end := i + 5
			if _, ok := hex4([]byte(s[i+1:])); !ok {
				return string(dst), end > len(s)
			}
			if end+6 <= len(s) && s[end] == '\\' && s[end+1] == 'u' {
				if _, ok := hex4([]byte(s[end+2:])); ok {
					end += 6
				}
			}
			dst = appendUnescaped(dst, []byte(s[i-1:end]))
			i = end - 1
		default:
			dst = append(dst, s[i])
		}
	}
	return string(dst), true
}

// numbers reads indexes or a slice from at to the bracket.
func (c *compiler) numbers(at int) int {
	end := strings.IndexByte(c.text[at:], ']')
	if end < 0 {
		c.errorf(len(c.text), "found the end, expected ']'")
	}
	end += at
	inner := strings.TrimRight(c.text[at:end], " ")
	for i := range len(inner) {
		if b := inner[i]; b != '-' && b != ':' && b != ',' && b != ' ' && (b < '0' || b > '9') {
			c.errorf(at+i, "found %s, expected numbers and ']'", c.found(at+i))
		}
	}
	if strings.IndexByte(inner, ':') >= 0 {
		c.slice(at, inner)
		return c.rest(end + 1)
	}
	var indexes []int
	for part := range strings.SplitSeq(inner, ",") {
		indexes = append(indexes, c.int(at, strings.Trim(part, " ")))
		at += len(part) + 1
	}
	c.add(step{kind: stepIndexes, indexes: indexes})
	return c.rest(end + 1)
}

func (c *compiler) int(at int, s string) int {
	i, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		c.errorf(at, "found %q, expected an integer of 32 bits", s)
	}
	return int(i)
}

func (c *compiler) slice(at int, inner string) {
	if i := strings.IndexAny(inner, ", "); i >= 0 {
		c.errorf(at+i, "found %s in a slice, expected from:to", c.found(at+i))
	}
	var s slice
	parts := strings.Split(inner, ":")
	if s.hasFrom = parts[0] != ""; s.hasFrom {
		s.from = c.int(at, parts[0])
	}
	if s.hasTo = parts[1] != ""; s.hasTo {
		s.to = c.int(at+len(parts[0])+1, parts[1])
	}
	if !s.hasFrom && !s.hasTo {
		c.errorf(at, "found a slice without ends, expected from:to")
	}
	c.add(step{kind: stepSlice, slice: s})
}
