package apigw

import "postern/internal/property"

// The kinds of authorization of a method.
const (
	AuthNone    = "NONE"
	AuthIAM     = "AWS_IAM"
	AuthCustom  = "CUSTOM"
	AuthCognito = "COGNITO_USER_POOLS"
)

// A Method is one verb of a resource.
//
// See "PutMethod" and "AWS::ApiGateway::Method".
type Method struct {
	HTTPMethod          string
	AuthorizationType   string
	AuthorizerID        string
	APIKeyRequired      bool
	RequestValidatorID  string
	OperationName       string
	RequestParameters   map[string]bool   // method.request.… → required
	RequestModels       map[string]string // media type → model's name
	AuthorizationScopes []string
	Responses           map[string]*MethodResponse // by status code
	Integration         *Integration

	RequestParametersInJSON map[string]bool // deprecated; never stored
}

// Properties is the one definition of what can be said of a method.
func (m *Method) Properties() property.List {
	return property.List{
		{
			Name:  "httpMethod",
			Value: property.Verb(&m.HTTPMethod),
			Is:    property.Required | property.CreateOnly,
			Doc:   "The verb. ANY stands for every verb that has no method of its own.",
		},
		{
			Name:    "authorizationType",
			Names:   property.Names{Terraform: "authorization"},
			Value:   property.Choice(&m.AuthorizationType, AuthNone, AuthIAM, AuthCustom, AuthCognito),
			Default: AuthNone,
			Patch:   property.Replace,
			Doc:     "Who may call the method.",
		},
		{
			Name:  "authorizerId",
			Value: property.Text(&m.AuthorizerID),
			Patch: property.Replace,
			Doc:   "The authorizer, for CUSTOM and COGNITO_USER_POOLS.",
		},
		{
			Name:    "apiKeyRequired",
			Value:   property.Bool(&m.APIKeyRequired),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether a client must send an API key.",
		},
		{
			Name:  "requestValidatorId",
			Value: property.Text(&m.RequestValidatorID),
			Patch: property.Replace,
			Doc:   "The request validator.",
		},
		{
			Name:  "operationName",
			Value: property.Text(&m.OperationName),
			Patch: property.Replace,
			Doc:   "A name for people and SDKs.",
		},
		{
			Name:  "requestParameters",
			Value: property.BoolMap(&m.RequestParameters, `^method\.request\.[^\s]+$`),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The parameters that mappings may read, and whether a request must have them.",
		},
		{
			Name: "requestParametersInJson",
			Names: property.Names{Wire: property.None, CloudFormation: property.None, OpenAPI: property.None, CLI: property.None,
				Terraform: "request_parameters_in_json"},
			Value: property.BoolMapInJSON(&m.RequestParametersInJSON),
			Is:    property.WriteOnly | property.Deprecated,
			Doc:   "Use RequestParameters. The same map as the text of a JSON object.",
		},
		{
			Name:  "requestModels",
			Value: property.TextMap(&m.RequestModels, ""),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The models of the payload, by media type.",
		},
		{
			Name:  "authorizationScopes",
			Value: property.TextList(&m.AuthorizationScopes),
			Is:    property.Unordered,
			Patch: property.Add | property.Remove,
			Doc:   "The scopes of which an access token needs one.",
		},
		{
			Name:  "methodResponses",
			Names: property.Names{Terraform: property.None, OpenAPI: property.None, CLI: property.None},
			Value: property.ObjectMapBy(&m.Responses, "statusCode"),
			Doc:   "What a client can get, by status code.",
		},
		{
			Name:  "methodIntegration",
			Names: property.Names{CloudFormation: "Integration", Terraform: property.None, OpenAPI: property.None, CLI: property.None},
			Value: property.Object(&m.Integration),
			Doc:   "The backend.",
		},
	}
}

// A MethodResponse is what a client can get with one status code.
//
// See "PutMethodResponse".
type MethodResponse struct {
	StatusCode         string
	ResponseParameters map[string]bool   // method.response.header.… → required
	ResponseModels     map[string]string // media type → model's name

	ResponseParametersInJSON map[string]bool // deprecated; never stored
}

// Properties is the one definition of what can be said of a method response.
func (r *MethodResponse) Properties() property.List {
	return property.List{
		{
			Name:  "statusCode",
			Value: property.Text(&r.StatusCode),
			Is:    property.Required | property.CreateOnly,
			Doc:   "The status code that the client gets.",
		},
		{
			Name:  "responseParameters",
			Value: property.BoolMap(&r.ResponseParameters, `^method\.response\.header\.[^\s]+$`),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The headers that an integration response may fill.",
		},
		{
			Name: "responseParametersInJson",
			Names: property.Names{Wire: property.None, CloudFormation: property.None, OpenAPI: property.None, CLI: property.None,
				Terraform: "response_parameters_in_json"},
			Value: property.BoolMapInJSON(&r.ResponseParametersInJSON),
			Is:    property.WriteOnly | property.Deprecated,
			Doc:   "Use ResponseParameters. The same map as the text of a JSON object.",
		},
		{
			Name:  "responseModels",
			Value: property.TextMap(&r.ResponseModels, ""),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The models of the payload, by media type. They document and do not validate.",
		},
	}
}

// Validate reports what no single row can know.
func (r *MethodResponse) Validate() property.Errors { return checkStatusCode(r.StatusCode) }
