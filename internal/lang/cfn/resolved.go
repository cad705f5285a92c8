package cfn

import (
	"sort"
	"strconv"
	"unicode/utf8"
)

// An origin says where a computed value stands in the file.
type origin struct {
	node    *Node
	key     *Member // of the map it is in; nil: of none
	members map[string]*origin
	items   []*origin
	pieces  []piece // of a text that Fn::Sub made
	secret  bool    // made of a NoEcho parameter
}

// A piece is a part of the text that Fn::Sub made.
type piece struct {
	at      int  // byte offset in the result
	from    int  // byte offset in the text of the template
	literal bool // copied; otherwise the value of a variable that stands at from
}

// A Resolved is the computed properties of a resource. It is read-only.
type Resolved struct {
	template *Template
	path     []string
	value    any
	origin   *origin
	fallback *Member // the resource
}

// Properties returns the values: map[string]any, []any, string, json.Number,
// bool, and Unknown. They may be shared; nobody changes them.
func (r *Resolved) Properties() map[string]any { return r.value.(map[string]any) }

// Path returns the whole path of a property, beginning with Resources.
func (r *Resolved) Path(path ...string) []string { return join(r.path, path...) }

// find returns the origin of a path and how many of its names it covers.
func (r *Resolved) find(path []string) (*origin, int) {
	o := r.origin
	for i, name := range path {
		var next *origin
		if o.members != nil {
			next = o.members[name]
		} else if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < len(o.items) {
			next = o.items[n]
		}
		if next == nil {
			return o, i
		}
		o = next
	}
	return o, len(path)
}

// Has reports whether the template has a value at a path or inside a function
// there.
func (r *Resolved) Has(path ...string) bool {
	_, n := r.find(path)
	return n == len(path)
}

// Position returns where the value at a path stands, and its width. For a path
// that is not there it is the nearest value around it; for the properties
// themselves, the resource.
func (r *Resolved) Position(path ...string) (Position, int) {
	o, n := r.find(path)
	if n == 0 {
		return r.template.keyPosition(r.fallback), utf8.RuneCountInString(r.fallback.Key)
	}
	if n < len(path) && o.key != nil && (o.members != nil || o.items != nil) {
		// Something is missing in a map or list: its key tells more than its brace.
		return r.template.keyPosition(o.key), utf8.RuneCountInString(o.key.Key)
	}
	return r.template.position(o.node), width(o.node)
}

// KeyPosition returns where the name of a property stands, and its width.
func (r *Resolved) KeyPosition(path ...string) (Position, int) {
	o, n := r.find(path)
	if n == len(path) && o.key != nil {
		return r.template.keyPosition(o.key), utf8.RuneCountInString(o.key.Key)
	}
	return r.Position(path...)
}

// TextPosition returns where the byte at offset of a text stands in the file:
// inside of block scalars, behind escapes and Fn::Sub. A place inside a value
// that Fn::Sub put in is that of the variable.
func (r *Resolved) TextPosition(offset int, path ...string) Position {
	o, n := r.find(path)
	if n < len(path) || o.node == nil || !o.node.isText() {
		p, _ := r.Position(path...)
		return p
	}
	if i := sort.Search(len(o.pieces), func(i int) bool { return o.pieces[i].at > offset }); i > 0 {
		p := o.pieces[i-1]
		offset -= p.at
		if !p.literal {
			offset = 0
		} else {
			// ${!x} is a character longer in the file than in the result.
			offset = p.from + escapedOffset(o.node.Text[p.from:], offset)
			return r.template.textPosition(o.node, offset)
		}
		offset += p.from
	}
	return r.template.textPosition(o.node, offset)
}

// escapedOffset returns how far in text the byte at offset of unescapeSub(text) is.
func escapedOffset(text string, offset int) int {
	at := 0
	for ; offset > 0 && at < len(text); offset-- {
		if len(text)-at >= 3 && text[at:at+3] == "${!" {
			if offset == 1 {
				return at + 1
			}
			at += 3
			offset--
			continue
		}
		at++
	}
	return at
}

// Secret reports whether the value at a path is made of a NoEcho parameter.
func (r *Resolved) Secret(path ...string) bool {
	o, _ := r.find(path)
	return o.secret
}

// Error returns an error about the property at a path.
func (r *Resolved) Error(message string, path ...string) *Error {
	p, w := r.Position(path...)
	return &Error{Position: p, Width: w, Path: r.Path(path...), Message: message}
}

func (t *Template) textPosition(n *Node, offset int) Position {
	p := t.source.textPlace(n, offset)
	return Position{File: t.File, Line: p.line, Column: p.column}
}
