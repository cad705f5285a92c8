package apigw

import (
	"time"

	"postern/internal/property"
)

// An IntegrationType is the kind of backend that a method calls.
type IntegrationType string

const (
	HTTP      IntegrationType = "HTTP"       // an HTTP endpoint, with mappings
	HTTPProxy IntegrationType = "HTTP_PROXY" // an HTTP endpoint, passed through
	AWS       IntegrationType = "AWS"        // an AWS service action, with mappings
	AWSProxy  IntegrationType = "AWS_PROXY"  // a Lambda function that gets the whole request
	Mock      IntegrationType = "MOCK"       // no backend
)

// A ConnectionType is the way to the backend.
type ConnectionType string

const (
	Internet   ConnectionType = "INTERNET"
	ViaVPCLink ConnectionType = "VPC_LINK"
)

// A PassthroughBehavior says what becomes of a payload that no template fits.
type PassthroughBehavior string

const (
	WhenNoMatch     PassthroughBehavior = "WHEN_NO_MATCH"
	WhenNoTemplates PassthroughBehavior = "WHEN_NO_TEMPLATES"
	Never           PassthroughBehavior = "NEVER"
)

// A ContentHandling is the conversion of a payload. Empty means: pass as is.
type ContentHandling string

const (
	ConvertToBinary ContentHandling = "CONVERT_TO_BINARY"
	ConvertToText   ContentHandling = "CONVERT_TO_TEXT"
)

// A TransferMode says whether a response is read whole before it is sent on.
type TransferMode string

const (
	Buffered TransferMode = "BUFFERED"
	Stream   TransferMode = "STREAM"
)

// An Integration binds a method to its backend.
//
// See "AWS::ApiGateway::Method Integration" and "PutIntegration".
type Integration struct {
	Type                    IntegrationType
	HTTPMethod              string // of the integration request; ANY: the client's
	URI                     string
	ConnectionType          ConnectionType
	ConnectionID            string            // a VPC link's ID, or ${stageVariables.name}
	Credentials             string            // a role's ARN, or arn:aws:iam::*:user/*
	RequestParameters       map[string]string // integration.request.… → mapping expression
	RequestParametersInJSON map[string]string // the same, deprecated; never stored
	RequestTemplates        map[string]string // media type → mapping template
	PassthroughBehavior     PassthroughBehavior
	CacheNamespace          string
	CacheKeyParameters      []string
	ContentHandling         ContentHandling
	Timeout                 time.Duration // 50 ms to 29 s
	TLSConfig               *TLSConfig
	ResponseTransferMode    TransferMode
	IntegrationTarget       string                          // ARN of a load balancer behind a V2 VPC link
	Responses               map[string]*IntegrationResponse // by status code
}

// A TLSConfig says how an HTTPS backend is verified.
type TLSConfig struct {
	// InsecureSkipVerification skips the check that the certificate was issued
	// by a known authority. Its validity and host name are still checked.
	InsecureSkipVerification bool
}

// Properties is the one definition of a TLS configuration.
func (c *TLSConfig) Properties() property.List {
	return property.List{{
		Name:    "insecureSkipVerification",
		Value:   property.Bool(&c.InsecureSkipVerification),
		Is:      property.Always,
		Default: "false",
		Patch:   property.Replace,
		Doc:     "Skips the check that a certificate was issued by a known authority.",
	}}
}

var httpTypes = []string{string(HTTP), string(HTTPProxy)}

// Properties is the one definition of what can be said of an integration.
func (in *Integration) Properties() property.List {
	return property.List{
		{
			Name:  "type",
			Value: property.Enum(&in.Type, HTTP, Mock, AWSProxy, HTTPProxy, AWS),
			Is:    property.Required,
			Doc:   "The kind of backend.",
		},
		{
			Name:  "integrationHttpMethod",
			Names: property.Names{Wire: "httpMethod", OpenAPI: "httpMethod"},
			Value: property.Verb(&in.HTTPMethod),
			For:   []string{string(HTTP), string(HTTPProxy), string(AWS), string(AWSProxy)},
			Patch: property.Replace,
			Doc:   "The verb of the integration request. ANY means the client's.",
		},
		{
			Name:  "uri",
			Value: property.Text(&in.URI),
			For:   []string{string(HTTP), string(HTTPProxy), string(AWS), string(AWSProxy)},
			Patch: property.Replace,
			Doc:   "The backend's address: an http(s) URL, or arn:aws:apigateway:{region}:{service}:{path|action}/….",
		},
		{
			Name:    "connectionType",
			Value:   property.Enum(&in.ConnectionType, Internet, ViaVPCLink),
			Default: string(Internet),
			For:     httpTypes,
			Patch:   property.Replace,
			Doc:     "The way to the backend: the open network or a VPC link.",
		},
		{
			Name:  "connectionId",
			Value: property.Text(&in.ConnectionID),
			For:   httpTypes,
			Patch: property.Replace,
			Doc:   "The VPC link, or a stage variable that names it.",
		},
		{
			Name:  "credentials",
			Value: property.Text(&in.Credentials),
			For:   []string{string(AWS), string(AWSProxy)},
			Patch: property.Replace,
			Doc:   "The role to assume for the call, or arn:aws:iam::*:user/* for the caller's own identity.",
		},
		{
			Name:  "requestTemplates",
			Value: property.Templates(&in.RequestTemplates),
			For:   []string{string(HTTP), string(AWS), string(Mock)},
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "Mapping templates for the payload, by the request's media type.",
		},
		{
			Name:  "requestParameters",
			Value: property.TextMap(&in.RequestParameters, `^integration\.request\.[^\s]+$`),
			For:   []string{string(HTTP), string(HTTPProxy), string(AWS)},
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "Parameters of the integration request and the mapping expressions that fill them.",
		},
		{
			Name:    "passthroughBehavior",
			Value:   property.Choice(&in.PassthroughBehavior, WhenNoMatch, WhenNoTemplates, Never),
			Default: string(WhenNoMatch),
			For:     []string{string(HTTP), string(AWS), string(Mock)},
			Patch:   property.Replace,
			Doc:     "What becomes of a payload that no template fits.",
		},
		{
			Name:  "cacheKeyParameters",
			Value: property.TextList(&in.CacheKeyParameters),
			Is:    property.Always | property.Unordered,
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The method's parameters whose values make up the cache key.",
		},
		{
			Name:  "cacheNamespace",
			Value: property.Text(&in.CacheNamespace),
			Patch: property.Replace,
			Doc:   "Methods with the same namespace share cached responses. Absent: the resource's ID.",
		},
		{
			Name: "requestParametersInJson",
			Names: property.Names{Wire: property.None, CloudFormation: property.None, OpenAPI: property.None, CLI: property.None,
				Terraform: "request_parameters_in_json"},
			Value: property.MapInJSON(&in.RequestParametersInJSON),
			Is:    property.WriteOnly | property.Deprecated,
			For:   []string{string(HTTP), string(HTTPProxy), string(AWS)},
			Doc:   "Use RequestParameters. The same map as the text of a JSON object.",
		},
		{
			Name:  "contentHandling",
			Value: property.Enum(&in.ContentHandling, ConvertToBinary, ConvertToText),
			For:   []string{string(HTTP), string(AWS), string(Mock)},
			Patch: property.Replace,
			Doc:   "How the request's payload is converted before a template sees it.",
		},
		{
			Name:    "timeoutInMillis",
			Names:   property.Names{Terraform: "timeout_milliseconds"},
			Value:   property.Millis(&in.Timeout, 50, 900_000),
			Default: "29000",
			For:     []string{string(HTTP), string(HTTPProxy), string(AWS), string(AWSProxy)},
			Patch:   property.Replace,
			Doc:     "How long the gateway waits for the backend.",
		},
		{
			Name:  "tlsConfig",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Object(&in.TLSConfig),
			For:   httpTypes,
			Patch: property.Replace,
			Doc:   "How an HTTPS backend is verified.",
		},
		{
			Name:    "responseTransferMode",
			Value:   property.Enum(&in.ResponseTransferMode, Buffered, Stream),
			Default: string(Buffered),
			For:     []string{string(HTTPProxy), string(AWSProxy)},
			Patch:   property.Replace,
			Doc:     "Whether the response is read whole before it is sent on.",
		},
		{
			Name:  "integrationTarget",
			Value: property.Text(&in.IntegrationTarget),
			For:   []string{string(HTTPProxy)},
			Patch: property.Replace,
			Doc:   "The load balancer's ARN behind a V2 VPC link.",
		},
		{
			Name:  "integrationResponses",
			Names: property.Names{Terraform: property.None, OpenAPI: "responses", CLI: property.None},
			Value: property.ObjectMapBy(&in.Responses, "statusCode"),
			Doc:   "What becomes of the backend's response, by the status code of the method response.",
		},
	}
}
