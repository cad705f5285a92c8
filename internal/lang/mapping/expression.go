package mapping

import "errors"

// ErrInvalidJSONBody is returned for a payload that an expression has to read
// as JSON and cannot.
var ErrInvalidJSONBody = errors.New("invalid JSON in body")

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

// An Expression is a compiled parameter mapping expression: the right side of
// a mapping. It is a small value, read-only, safe for concurrent use.
type Expression struct {
	source Source
	text   string
	name   string
}

// ParseExpression compiles text. It returns an *ExpressionError.
//
// See "Mapping reference for API Gateway REST APIs".
func ParseExpression(text string) (Expression, error) {
	return Expression{}, errIncomplete
}

// Text returns the value of e as one text; false if there is none and the
// destination is left out. It returns ErrInvalidJSONBody.
func (e Expression) Text(s *Scope) (string, bool, error) {
	return "", false, errIncomplete
}

// AppendValues appends the values of e to dst: none if there is no value, and
// several only for the multivalue sources. It returns ErrInvalidJSONBody.
func (e Expression) AppendValues(dst []string, s *Scope) ([]string, error) {
	return dst, errIncomplete
}

// Source returns where e takes its value.
func (e Expression) Source() Source { return e.source }

// Name returns the parameter's name, the variable's name, the JSONPath of a
// body (empty for the whole body), or a literal's text.
func (e Expression) Name() string { return e.name }

// String returns the text e was compiled from.
func (e Expression) String() string { return e.text }
