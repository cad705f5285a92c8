package mapping

import (
	"errors"
	"strings"

	"postern/internal/lang/jsonpath"
)

// ErrInvalidJSONBody is returned for a payload that an expression has to read
// as JSON and cannot.
var ErrInvalidJSONBody = errors.New("the body is not JSON")

// A Source is where an expression takes its value.
type Source uint8

// The sources. The zero Source belongs to no expression.
const (
	MethodRequestPath Source = iota + 1
	MethodRequestQuery
	MethodRequestMultiValueQuery
	MethodRequestHeader
	MethodRequestMultiValueHeader
	MethodRequestBody
	IntegrationResponseHeader
	IntegrationResponseMultiValueHeader
	IntegrationResponseBody
	StageVariable
	ContextVariable
	Literal
)

// sources are the prefixes of expressions with a parameter's name.
var sources = [...]struct {
	prefix string
	source Source
}{
	{"method.request.path.", MethodRequestPath},
	{"method.request.querystring.", MethodRequestQuery},
	{"method.request.multivaluequerystring.", MethodRequestMultiValueQuery},
	{"method.request.header.", MethodRequestHeader},
	{"method.request.multivalueheader.", MethodRequestMultiValueHeader},
	{"integration.response.header.", IntegrationResponseHeader},
	{"integration.response.multivalueheader.", IntegrationResponseMultiValueHeader},
	{"stageVariables.", StageVariable},
	{"context.", ContextVariable},
}

// bodies are the prefixes of expressions with a JSONPath, which may be missing.
var bodies = [...]struct {
	prefix string
	source Source
}{
	{"method.request.body", MethodRequestBody},
	{"integration.response.body", IntegrationResponseBody},
}

// An Expression is a compiled parameter mapping expression: the right side of
// a mapping. It is a small value, read-only, safe for concurrent use.
type Expression struct {
	source  Source
	text    string
	name    string
	path    *jsonpath.Path // of a body; nil for the whole body
	context accessor       // of a ContextVariable
}

// ParseExpression compiles text. It returns an *ExpressionError.
//
// See "Mapping reference for API Gateway REST APIs".
func ParseExpression(text string) (Expression, error) {
	if n := len(text); n >= 2 && text[0] == '\'' && text[n-1] == '\'' {
		return Expression{source: Literal, text: text, name: text[1 : n-1]}, nil
	}
	for _, p := range sources {
		name, ok := strings.CutPrefix(text, p.prefix)
		if !ok {
			continue
		}
		if !isName(name) {
			return Expression{}, &ExpressionError{Text: text, Reason: BadParameterName}
		}
		e := Expression{source: p.source, text: text, name: name}
		if p.source == ContextVariable {
			e.context = resolve(name, inTemplates|inGatewayResponses)
		}
		return e, nil
	}
	for _, p := range bodies {
		path, ok := strings.CutPrefix(text, p.prefix)
		switch {
		case !ok:
		case path == "":
			return Expression{source: p.source, text: text}, nil
		case path[0] == '.' || path[0] == '[':
			compiled, err := jsonpath.Compile("$" + path)
			if err != nil {
				return Expression{}, &ExpressionError{Text: text, Reason: BadJSONPath, Err: err}
			}
			return Expression{source: p.source, text: text, name: strings.TrimPrefix(path, "."), path: compiled}, nil
		}
	}
	return Expression{}, &ExpressionError{Text: text, Reason: NotExpression}
}

// Source returns where e takes its value.
func (e Expression) Source() Source { return e.source }

// Name returns the parameter's name, the variable's name, the JSONPath of a
// body (empty for the whole body), or a literal's text.
func (e Expression) Name() string { return e.name }

// String returns the text e was compiled from.
func (e Expression) String() string { return e.text }

// Text returns the value of e as one text; false if there is none and the
// destination is left out. Several values are joined by commas. It returns
// ErrInvalidJSONBody and errors of the JSONPath.
func (e Expression) Text(s *Scope) (string, bool, error) {
	switch e.source {
	case MethodRequestMultiValueQuery, MethodRequestMultiValueHeader, IntegrationResponseMultiValueHeader:
		values, err := e.AppendValues(nil, s)
		return strings.Join(values, ","), len(values) > 0, err
	case MethodRequestPath:
		v, ok := s.Path.Last(e.name)
		return v, ok, nil
	case MethodRequestQuery:
		v, ok := s.Query.Last(e.name)
		return v, ok, nil
	case MethodRequestHeader:
		// The case of the name matters here. [observed]
		v, ok := s.Header.LastExact(e.name)
		return v, ok, nil
	case MethodRequestBody:
		return e.body(s.payload(false), false)
	case IntegrationResponseHeader:
		v, ok := s.responseHeader.Last(e.name)
		return v, ok, nil
	case IntegrationResponseBody:
		return e.body(s.payload(true), true)
	case StageVariable:
		v, ok := s.StageVariables[e.name]
		return v, ok, nil
	case ContextVariable:
		v := e.context.value(s)
		return v.string(), v.kind != noValue, nil
	case Literal:
		return e.name, true, nil
	}
	return "", false, nil
}

// AppendValues appends the values of e to dst: none if there is no value, and
// several only for the multivalue sources. It returns what Text returns.
func (e Expression) AppendValues(dst []string, s *Scope) ([]string, error) {
	switch e.source {
	case MethodRequestMultiValueQuery:
		for _, p := range s.Query {
			if p.Name == e.name {
				dst = append(dst, p.Value)
			}
		}
		return dst, nil
	case MethodRequestMultiValueHeader:
		for _, f := range s.Header {
			if f.Name == e.name {
				dst = append(dst, f.Value)
			}
		}
		return dst, nil
	case IntegrationResponseMultiValueHeader:
		for _, f := range s.responseHeader {
			if strings.EqualFold(f.Name, e.name) {
				dst = append(dst, f.Value)
			}
		}
		return dst, nil
	}
	v, ok, err := e.Text(s)
	if err != nil || !ok {
		return dst, err
	}
	return append(dst, v), nil
}

// body reads a payload. A request that is not JSON has no members, unless it
// begins as JSON does, which is an error. A response has to be JSON. [observed]
func (e Expression) body(p *payload, response bool) (string, bool, error) {
	if e.path == nil && !response {
		return p.text(), true, nil
	}
	root, err := p.doc().Root()
	if err != nil {
		return "", false, ErrInvalidJSONBody
	}
	if !p.doc().IsJSON() {
		if response || p.pretends() {
			return "", false, ErrInvalidJSONBody
		}
		return "", false, nil
	}
	if e.path == nil {
		return p.text(), true, nil
	}
	node, ok, err := e.path.EvalFrom(root)
	if err != nil || !ok || node.Kind() == jsonpath.Null {
		return "", false, err
	}
	if node.Kind() == jsonpath.String {
		return node.Text(), true, nil
	}
	return string(node.AppendJSON(nil)), true, nil
}
