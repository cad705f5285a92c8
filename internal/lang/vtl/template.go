package vtl

import (
	"strings"
	"unicode/utf8"
)

// A Template is a compiled template. It never changes and is safe for
// concurrent use.
type Template struct {
	name    string
	text    string
	body    block
	slots   map[string]int // variable to its place in Env.slots
	names   []string       // the same, by place
	defines int            // number of #define
	hints   int            // number of properties
	loops   []*foreachNode // until the names of all variables are known
	halves  bool           // a string literal has half of a surrogate pair

	patterns map[string]*pattern // regular expressions known when compiled
}

// Name returns the name given to Parse.
func (t *Template) Name() string { return t.name }

// Source returns the text given to Parse.
func (t *Template) Source() string { return t.text }

// Variables returns the names of the variables that t reads or sets, in order
// of appearance. The list belongs to t.
func (t *Template) Variables() []string { return t.names }

// AppendTo renders t with the variables of env and appends the output to dst.
// After an error, which is an *Error, what was appended is not to be used.
func (t *Template) AppendTo(dst []byte, env *Env) ([]byte, error) {
	env.begin(t, len(dst))
	start := len(dst)
	dst, f := t.body.render(env, dst)
	if f == breaking && env.breakTo != nil {
		f = env.fail(0, "", "found #break with a loop that has ended, expected a running one", nil)
	}
	if f == failing {
		return dst, env.err
	}
	if env.halves {
		dst = mendSurrogates(dst, start)
	}
	return dst, nil
}

// slot returns the place of the variable called name.
func (t *Template) slot(name string) int {
	i, ok := t.slots[name]
	if !ok {
		i = len(t.names)
		t.slots[name] = i
		t.names = append(t.names, name)
	}
	return i
}

// pattern compiles a regular expression that a literal in t gives. One with a
// mistake fails only when it is used.
func (t *Template) pattern(expr string) {
	if _, ok := t.patterns[expr]; ok {
		return
	}
	re, err := compilePattern(expr)
	if err != nil {
		return
	}
	if t.patterns == nil {
		t.patterns = map[string]*pattern{}
	}
	t.patterns[expr] = re
}

// finish tells the loops which of their variables t reads, and drops what only
// the parser needs.
func (t *Template) finish() {
	place := func(name string) int {
		if i, ok := t.slots[name]; ok {
			return i
		}
		return -1
	}
	for _, n := range t.loops {
		n.loop = place("foreach")
		n.count = place("velocityCount")
		n.more = place("velocityHasNext")
	}
	t.slots, t.loops = nil, nil
}

// position returns the line and column of an offset, both from 1.
func (t *Template) position(offset int) (line, column int) {
	offset = min(offset, len(t.text))
	before := t.text[:offset]
	line = 1
	start := 0
	for i := 0; i < len(before); i++ {
		switch before[i] {
		case '\r':
			if strings.HasPrefix(t.text[i:], "\r\n") {
				continue
			}
		case '\n':
		default:
			continue
		}
		line++
		start = i + 1
	}
	return line, utf8.RuneCountInString(before[start:]) + 1
}
