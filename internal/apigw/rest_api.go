package apigw

import (
	"time"

	"postern/internal/property"
)

// A RestAPI is an API: the root of everything else.
//
// See "CreateRestApi" and "AWS::ApiGateway::RestApi".
type RestAPI struct {
	ID                        string
	Name                      string
	Description               string
	CreatedDate               time.Time
	Version                   string
	Warnings                  []string
	BinaryMediaTypes          []string
	MinimumCompressionSize    *int64 // bytes; nil: no compression
	APIKeySource              string // HEADER or AUTHORIZER
	EndpointConfiguration     *EndpointConfiguration
	Policy                    string // a JSON document
	Tags                      map[string]string
	DisableExecuteAPIEndpoint bool
	RootResourceID            string
	SecurityPolicy            string
	EndpointAccessMode        string
}

// An EndpointConfiguration says from where an API is reached.
type EndpointConfiguration struct {
	Types          []string // exactly one of REGIONAL, EDGE, PRIVATE
	IPAddressType  string   // ipv4 or dualstack
	VPCEndpointIDs []string
}

// Properties is the one definition of an endpoint configuration.
func (c *EndpointConfiguration) Properties() property.List {
	return property.List{
		{
			Name:  "types",
			Value: property.TextList(&c.Types),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "REGIONAL, EDGE or PRIVATE; exactly one.",
		},
		{
			Name:  "ipAddressType",
			Value: property.Enum(&c.IPAddressType, "ipv4", "dualstack"),
			Patch: property.Replace,
			Doc:   "The address families of the endpoint.",
		},
		{
			Name:  "vpcEndpointIds",
			Value: property.TextList(&c.VPCEndpointIDs),
			Is:    property.Unordered,
			Patch: property.Add | property.Remove,
			Doc:   "The VPC endpoints of a private API.",
		},
	}
}

// Properties is the one definition of what can be said of an API.
func (a *RestAPI) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "RestApiId"},
			Value: property.Text(&a.ID),
			Is:    property.ReadOnly,
			Doc:   "The API's identifier.",
		},
		{
			Name:  "name",
			Value: property.Text(&a.Name),
			Patch: property.Replace,
			Doc:   "The API's name.",
		},
		{
			Name:  "description",
			Value: property.Text(&a.Description),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "createdDate",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Epoch(&a.CreatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the API was made.",
		},
		{
			Name:  "version",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Text(&a.Version),
			Doc:   "A version of the caller's own.",
		},
		{
			Name:  "warnings",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.TextList(&a.Warnings),
			Is:    property.ReadOnly,
			Doc:   "What an import had to say.",
		},
		{
			Name:  "binaryMediaTypes",
			Value: property.TextList(&a.BinaryMediaTypes),
			Is:    property.Unordered,
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The media types whose payloads are bytes and not text.",
		},
		{
			Name:  "minimumCompressionSize",
			Value: property.OptionalInt(&a.MinimumCompressionSize, 0, 10_485_760),
			Patch: property.Replace,
			Doc:   "The size in bytes from which responses are compressed. Absent: never.",
		},
		{
			Name:    "apiKeySource",
			Names:   property.Names{CloudFormation: "ApiKeySourceType"},
			Value:   property.Enum(&a.APIKeySource, "HEADER", "AUTHORIZER"),
			Default: "HEADER",
			Patch:   property.Replace,
			Doc:     "Where an API key is read from.",
		},
		{
			Name:  "endpointConfiguration",
			Value: property.Object(&a.EndpointConfiguration),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "From where the API is reached.",
		},
		{
			Name:  "policy",
			Value: property.Document(&a.Policy),
			Patch: property.Replace,
			Doc:   "The resource policy.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&a.Tags),
			Doc:   "Tags.",
		},
		{
			Name:    "disableExecuteApiEndpoint",
			Value:   property.Bool(&a.DisableExecuteAPIEndpoint),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether the API is reached by custom domain names only.",
		},
		{
			Name:  "rootResourceId",
			Value: property.Text(&a.RootResourceID),
			Is:    property.ReadOnly,
			Doc:   "The resource of the path /.",
		},
		{
			Name:  "securityPolicy",
			Names: property.Names{Terraform: property.None},
			Value: property.Text(&a.SecurityPolicy),
			Patch: property.Replace,
			Doc:   "The least TLS version.",
		},
		{
			Name:  "endpointAccessMode",
			Names: property.Names{Terraform: property.None},
			Value: property.Enum(&a.EndpointAccessMode, "BASIC", "STRICT"),
			Patch: property.Replace,
			Doc:   "How strictly the endpoint checks who connects.",
		},
	}
}
