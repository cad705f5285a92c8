package mapping

import "strings"

// A Place is what a mapping writes to.
type Place uint8

// The places. The zero Place belongs to no target.
const (
	IntegrationRequestHeader Place = iota + 1
	IntegrationRequestQuery
	IntegrationRequestPath
	MethodResponseHeader
	GatewayResponseHeader
)

var places = [...]struct {
	prefix string
	place  Place
}{
	{"integration.request.header.", IntegrationRequestHeader},
	{"integration.request.querystring.", IntegrationRequestQuery},
	{"integration.request.path.", IntegrationRequestPath},
	{"method.response.header.", MethodResponseHeader},
	{"gatewayresponse.header.", GatewayResponseHeader},
}

// A Target is the left side of a mapping.
type Target struct {
	Place Place
	Name  string
}

// ParseTarget reads text: integration.request.{header,querystring,path}.name,
// method.response.header.name or gatewayresponse.header.name. It returns an
// *ExpressionError.
//
// See "Mapping reference for API Gateway REST APIs".
func ParseTarget(text string) (Target, error) {
	for _, p := range places {
		name, ok := strings.CutPrefix(text, p.prefix)
		if !ok {
			continue
		}
		if !isName(name) {
			return Target{}, &ExpressionError{Text: text, Reason: BadParameterName}
		}
		return Target{p.place, name}, nil
	}
	return Target{}, &ExpressionError{Text: text, Reason: NotExpression}
}

// String returns the text t was read from.
func (t Target) String() string {
	for _, p := range places {
		if p.place == t.Place {
			return p.prefix + t.Name
		}
	}
	return ""
}
