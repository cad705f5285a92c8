package mapping

import "errors"

var errIncomplete = errors.New("not yet")

// A Template is a compiled mapping template. It is read-only and safe for
// concurrent use.
type Template struct {
	name string
}

// ParseTemplate compiles text. A syntax error is a *vtl.Error; name stands at
// its beginning.
func ParseTemplate(name, text string) (*Template, error) {
	return nil, errIncomplete
}

// AppendTo renders t to the end of dst. On failure the result is dst as it was.
func (t *Template) AppendTo(dst []byte, s *Scope) ([]byte, error) {
	return dst, errIncomplete
}
