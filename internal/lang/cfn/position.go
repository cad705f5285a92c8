package cfn

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Position is a place in a file. The zero Position is nowhere.
type Position struct {
	File   string
	Line   int // from 1
	Column int // from 1, in characters
}

// String returns file:line:column.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// An Error is one thing wrong with a template.
type Error struct {
	Position
	Width   int      // characters to underline, at least 1
	Path    []string // such as Resources, Orders, Properties, TimeoutMilliseconds; empty for syntax
	Message string   // what was found, what would be right
	Help    string   // what to write instead; may be empty
	AWS     string   // what AWS would say, where it is known
	Warning bool
	Code    string // stable name of the rule that was broken; may be empty
	Fails   bool   // of a warning: what is provisioned fails when it is used
}

// Error returns file:line:column: path: message.
func (e *Error) Error() string {
	if len(e.Path) == 0 {
		return e.Position.String() + ": " + e.Message
	}
	return e.Position.String() + ": " + strings.Join(e.Path, ".") + ": " + e.Message
}

// Errors are all that is wrong, sorted by position, without warnings.
type Errors []*Error

// Error returns one line for each error.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes each error visible to errors.As.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// A report gathers errors and warnings.
type report struct {
	limit    int // of errors
	errors   Errors
	added    int // errors so far, repeated ones too
	warnings Errors
}

func (r *report) add(e *Error) {
	e.Width = max(e.Width, 1)
	if e.Warning {
		if len(r.warnings) < r.limit {
			r.warnings = append(r.warnings, e)
		}
		return
	}
	r.added++
	for _, old := range r.errors {
		if old.Position == e.Position && old.Message == e.Message {
			return
		}
	}
	// More than shown are kept, so that the shown ones are the first in the file.
	if r.full() {
		return
	}
	r.errors = append(r.errors, e)
}

// full reports whether there is no room for more errors, so that looking for
// them can stop.
func (r *report) full() bool { return len(r.errors) >= 10*r.limit }

// err returns the first errors in the order of the file, or nil.
func (r *report) err() error {
	if len(r.errors) == 0 {
		return nil
	}
	es := sortErrors(r.errors)
	if len(es) > r.limit {
		es = es[:r.limit:r.limit]
	}
	return es
}

func sortErrors(es Errors) Errors {
	es = slices.Clone(es)
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return es
}

// join returns path with names, without sharing its memory.
func join(path []string, names ...string) []string {
	return append(slices.Clip(slices.Clone(path)), names...)
}
