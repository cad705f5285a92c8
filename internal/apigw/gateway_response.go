package apigw

import "postern/internal/property"

// A GatewayResponseType is a kind of failure that an API may word itself.
type GatewayResponseType string

// See "Gateway response types for API Gateway".
const (
	AccessDenied                 GatewayResponseType = "ACCESS_DENIED"
	APIConfigurationError        GatewayResponseType = "API_CONFIGURATION_ERROR"
	AuthorizerConfigurationError GatewayResponseType = "AUTHORIZER_CONFIGURATION_ERROR"
	AuthorizerFailure            GatewayResponseType = "AUTHORIZER_FAILURE"
	BadRequestBody               GatewayResponseType = "BAD_REQUEST_BODY"
	BadRequestParameters         GatewayResponseType = "BAD_REQUEST_PARAMETERS"
	Default4XX                   GatewayResponseType = "DEFAULT_4XX"
	Default5XX                   GatewayResponseType = "DEFAULT_5XX"
	ExpiredToken                 GatewayResponseType = "EXPIRED_TOKEN"
	IntegrationFailure           GatewayResponseType = "INTEGRATION_FAILURE"
	IntegrationTimeout           GatewayResponseType = "INTEGRATION_TIMEOUT"
	InvalidAPIKey                GatewayResponseType = "INVALID_API_KEY"
	InvalidSignature             GatewayResponseType = "INVALID_SIGNATURE"
	MissingAuthenticationToken   GatewayResponseType = "MISSING_AUTHENTICATION_TOKEN"
	QuotaExceeded                GatewayResponseType = "QUOTA_EXCEEDED"
	RequestTooLarge              GatewayResponseType = "REQUEST_TOO_LARGE"
	ResourceNotFound             GatewayResponseType = "RESOURCE_NOT_FOUND"
	Throttled                    GatewayResponseType = "THROTTLED"
	Unauthorized                 GatewayResponseType = "UNAUTHORIZED"
	UnsupportedMediaType         GatewayResponseType = "UNSUPPORTED_MEDIA_TYPE"
	WAFFiltered                  GatewayResponseType = "WAF_FILTERED"
)

// A GatewayResponseKind is one row of the table of types.
type GatewayResponseKind struct {
	Type   GatewayResponseType
	Status string // unless an API changes it; empty: that of the failure
}

// GatewayResponseKinds are the types in alphabetical order with their status
// codes. See "Gateway response types for API Gateway".
func GatewayResponseKinds() []GatewayResponseKind {
	return []GatewayResponseKind{
		{AccessDenied, "403"},
		{APIConfigurationError, "500"},
		{AuthorizerConfigurationError, "500"},
		{AuthorizerFailure, "500"},
		{BadRequestBody, "400"},
		{BadRequestParameters, "400"},
		{Default4XX, ""},
		{Default5XX, ""},
		{ExpiredToken, "403"},
		{IntegrationFailure, "504"},
		{IntegrationTimeout, "504"},
		{InvalidAPIKey, "403"},
		{InvalidSignature, "403"},
		{MissingAuthenticationToken, "403"},
		{QuotaExceeded, "429"},
		{RequestTooLarge, "413"},
		{ResourceNotFound, "404"},
		{Throttled, "429"},
		{Unauthorized, "401"},
		{UnsupportedMediaType, "415"},
		{WAFFiltered, "403"},
	}
}

// DefaultGatewayTemplate is the body of a gateway response until an API changes
// it. It is not a mapping template: variables are replaced and nothing else.
const DefaultGatewayTemplate = `{"message":$context.error.messageString}`

// A GatewayResponse is how an API words a failure of the gateway.
//
// See "PutGatewayResponse" and "AWS::ApiGateway::GatewayResponse".
type GatewayResponse struct {
	ResponseType       GatewayResponseType
	StatusCode         string            // empty: the type's own
	ResponseParameters map[string]string // gatewayresponse.header.… → mapping expression
	ResponseTemplates  map[string]string // media type → text with variables
	DefaultResponse    bool              // not customised
}

// Properties is the one definition of what can be said of a gateway response.
func (r *GatewayResponse) Properties() property.List {
	kinds := GatewayResponseKinds()
	types := make([]GatewayResponseType, len(kinds))
	for i, k := range kinds {
		types[i] = k.Type
	}
	return property.List{
		{
			Name:  "responseType",
			Value: property.Enum(&r.ResponseType, types...),
			Is:    property.CreateOnly,
			Doc:   "The kind of failure.",
		},
		{
			Name:  "statusCode",
			Value: property.Text(&r.StatusCode),
			Patch: property.Replace,
			Doc:   "The status code that the client gets.",
		},
		{
			Name:  "responseParameters",
			Value: property.TextMap(&r.ResponseParameters, `^gatewayresponse\.header\.[^\s]+$`),
			Is:    property.Always,
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "Headers of the answer and the mapping expressions that fill them.",
		},
		{
			Name:  "responseTemplates",
			Value: property.TextMap(&r.ResponseTemplates, ""),
			Is:    property.Always,
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The answer's body, by the media type that the client accepts. Variables are replaced and nothing else.",
		},
		{
			Name:  "defaultResponse",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None, OpenAPI: property.None},
			Value: property.Bool(&r.DefaultResponse),
			Is:    property.Always | property.ReadOnly,
			Doc:   "Whether the response has not been customised.",
		},
	}
}
