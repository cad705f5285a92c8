package mapping

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

// A Target is the left side of a mapping.
type Target struct {
	Place Place
	Name  string
}

// ParseTarget reads text: integration.request.{header,querystring,path}.name,
// method.response.header.name or gatewayresponse.header.name. It returns an
// *ExpressionError.
func ParseTarget(text string) (Target, error) {
	return Target{}, errIncomplete
}
