package mapping

import (
	"strings"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
)

// A Template is a compiled mapping template. It is read-only and safe for
// concurrent use.
//
// See "Mapping templates for REST APIs in API Gateway".
type Template struct {
	compiled *vtl.Template
	paths    map[string]*jsonpath.Path // of the calls $input.path('…') and $input.json('…')
}

// ParseTemplate compiles text. A syntax error is a *vtl.Error; name stands at
// its beginning.
func ParseTemplate(name, text string) (*Template, error) {
	compiled, err := vtl.Parse(name, text)
	if err != nil {
		return nil, err
	}
	return &Template{compiled, literalPaths(text)}, nil
}

// Name returns the name given to ParseTemplate.
func (t *Template) Name() string { return t.compiled.Name() }

// Source returns the text given to ParseTemplate.
func (t *Template) Source() string { return t.compiled.Source() }

// AppendTo renders t to the end of dst and takes what it has set on
// $context.requestOverride and $context.responseOverride into s.Override. On
// failure, which is a *vtl.Error, the result is dst as it was, and s.Override is
// unchanged.
func (t *Template) AppendTo(dst []byte, s *Scope) ([]byte, error) {
	m := s.work()
	m.begin(t)
	out, err := t.compiled.AppendTo(dst, &m.env)
	if err != nil {
		return dst, err
	}
	m.collect()
	return out, nil
}

// literalPaths compiles the paths that stand in text as literals, so that no
// request has to. One that does not compile fails when a rendering reaches it.
func literalPaths(text string) map[string]*jsonpath.Path {
	const most = 1000 // more are compiled when they are used
	paths := make(map[string]*jsonpath.Path)
	for len(paths) < most {
		path, json := strings.Index(text, ".path("), strings.Index(text, ".json(")
		at := path
		if at < 0 || json >= 0 && json < at {
			at = json
		}
		if at < 0 {
			break
		}
		text = strings.TrimLeft(text[at+len(".path("):], " ")
		if text == "" || text[0] != '\'' && text[0] != '"' {
			continue
		}
		end := strings.IndexByte(text[1:], text[0])
		if end < 0 {
			break
		}
		literal := text[1 : 1+end]
		if p, err := jsonpath.Compile(literal); err == nil {
			paths[literal] = p
		}
	}
	return paths
}
