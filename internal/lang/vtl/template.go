package vtl

import "errors"

// A Template is a compiled template. It never changes and is safe for
// concurrent use.
type Template struct {
	name string
	text string
}

// Parse compiles text. The name appears in errors only. An error is an *Error.
func Parse(name, text string) (*Template, error) {
	return &Template{name: name, text: text}, nil
}

// Name returns the name given to Parse.
func (t *Template) Name() string { return t.name }

// Source returns the text given to Parse.
func (t *Template) Source() string { return t.text }

// AppendTo renders t with the variables of env and appends the output to dst.
// After an error, which is an *Error, what was appended is not to be used.
func (t *Template) AppendTo(dst []byte, env *Env) ([]byte, error) {
	return dst, &Error{Name: t.name, Line: 1, Column: 1, Message: "rendering is not written yet", Err: errors.ErrUnsupported}
}
