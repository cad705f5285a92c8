package vtl

import "strconv"

// A Phase says when an Error arose.
type Phase uint8

const (
	Compiling Phase = iota // in Parse
	Rendering              // in AppendTo
)

// An Error is a mistake in a template, or the failure of one that runs.
//
// It prints as "name:line:column: message", followed by the source of the
// expression where there is one.
type Error struct {
	Name    string // of the template
	Line    int    // from 1
	Column  int    // from 1, in characters; a tab is one
	Message string // what was found, and what would be right
	Source  string // text of the failed expression; empty for Compiling
	Phase   Phase
	Err     error // cause, such as a host's error or ErrLimit; may be nil
}

func (e *Error) Error() string {
	b := make([]byte, 0, len(e.Name)+len(e.Message)+len(e.Source)+24)
	if e.Name != "" {
		b = append(append(b, e.Name...), ':')
	}
	b = strconv.AppendInt(b, int64(e.Line), 10)
	b = append(b, ':')
	b = strconv.AppendInt(b, int64(e.Column), 10)
	b = append(append(b, ": "...), e.Message...)
	if e.Source != "" {
		b = append(append(b, " in "...), clip(e.Source)...)
	}
	return string(b)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// clip shortens source for a message, on a character boundary.
func clip(source string) string {
	const most = 80 // bytes
	if len(source) <= most {
		return source
	}
	cut := most
	for cut > 0 && source[cut]&0xC0 == 0x80 {
		cut--
	}
	return source[:cut] + "…"
}
