package jsonpath

import (
	"fmt"
	"unicode/utf8"
)

// MaxPath is how long a path may be.
const MaxPath = 64 << 10 // bytes

const shownPath = 200 // bytes of a path in a message

// A Path is a compiled path. It is read-only and safe for concurrent use.
type Path struct {
	text     string
	steps    []step
	definite bool
	relative bool // begins with '@'
	doubt    *Error
}

// An Error is a path that does not compile.
type Error struct {
	Path string
	Pos  int // character at fault, from 1; one more than the path has at its end
	Text string
}

func (e *Error) Error() string {
	path := e.Path
	if len(path) > shownPath {
		path = path[:shownPath] + "…"
	}
	return fmt.Sprintf("JSONPath %q: %d: %s", path, e.Pos, e.Text)
}

// Compile compiles a path. The error is an *Error.
func Compile(text string) (*Path, error) {
	return compile(text, 0)
}

// Doubt returns the error that an evaluation of p ends with if it comes to a
// function that does not exist, or nil.
func (p *Path) Doubt() error {
	if p.doubt == nil {
		return nil
	}
	return p.doubt
}

// String returns the text p was compiled from.
func (p *Path) String() string { return p.text }

// IsRoot reports whether p is $, the whole document.
func (p *Path) IsRoot() bool { return len(p.steps) == 0 && !p.relative }

// Definite reports whether p can give at most one value. Other paths always
// give a list.
func (p *Path) Definite() bool { return p.definite }

// A step is one part of a path.
type step struct {
	kind     stepKind
	names    []string // stepNames
	indexes  []int    // stepIndexes
	slice    slice    // stepSlice
	filter   *filter  // stepFilter
	function *call    // stepFunction
	many     bool     // there may be more than one value
}

type stepKind uint8

const (
	stepNames stepKind = iota + 1
	stepWildcard
	stepIndexes
	stepSlice
	stepFilter
	stepScan // ..
	stepFunction
)

// A slice is [from:to].
type slice struct {
	from, to       int
	hasFrom, hasTo bool
}

// settle decides what depends on the whole list of steps.
func (p *Path) settle() {
	p.definite = true
	for i := range p.steps {
		s := &p.steps[i]
		switch s.kind {
		case stepNames:
			// A list of names is an object if it is the last step.
			s.many = len(s.names) > 1 && i+1 < len(p.steps)
		case stepIndexes:
			s.many = len(s.indexes) > 1
		case stepFunction:
		default:
			s.many = true
		}
		if s.many {
			p.definite = false
		}
	}
}

// invert makes $..x.f() the function f over the list $..x.
func (p *Path) invert() (ok bool) {
	n := len(p.steps)
	if n == 0 || p.steps[0].kind != stepScan || p.steps[n-1].kind != stepFunction {
		return true
	}
	at := 0
	for p.steps[at].kind != stepFunction {
		at++
	}
	if at == 1 {
		return false
	}
	inner := &Path{text: p.text, steps: p.steps[:at:at]}
	inner.settle()
	inner.relative = p.relative
	f := *p.steps[at].function
	f.args = []argument{{path: inner}}
	p.steps = append([]step{{kind: stepFunction, function: &f}}, p.steps[at+1:]...)
	return true
}

// position returns the number of the character at byte i of text, from 1.
func position(text string, i int) int {
	return utf8.RuneCountInString(text[:max(0, min(i, len(text)))]) + 1
}
