package apigw

import (
	"regexp"

	"postern/internal/property"
)

// An IntegrationResponse turns one outcome of the backend into a method
// response.
//
// See "PutIntegrationResponse".
type IntegrationResponse struct {
	StatusCode         string            // of the method response
	SelectionPattern   *string           // matched against the backend's status; absent or empty: the default response
	ResponseParameters map[string]string // method.response.header.… → mapping expression
	ResponseTemplates  map[string]string // media type → mapping template
	ContentHandling    ContentHandling

	ResponseParametersInJSON map[string]string // deprecated; never stored
}

// A ResponseKey names a response of a method or of its integration.
type ResponseKey struct {
	MethodKey
	StatusCode string
}

// Properties is the one definition of what can be said of an integration
// response.
func (r *IntegrationResponse) Properties() property.List {
	return property.List{
		{
			Name:  "statusCode",
			Value: property.Text(&r.StatusCode),
			Is:    property.Required | property.CreateOnly,
			Doc:   "The status code of the method response that this response becomes.",
		},
		{
			Name:  "selectionPattern",
			Value: property.OptionalText(&r.SelectionPattern),
			Patch: property.Replace,
			Doc:   "A regular expression that the backend's whole status code must match. The response without one is the default.",
		},
		{
			Name:  "responseParameters",
			Value: property.TextMap(&r.ResponseParameters, `^method\.response\.header\.[^\s]+$`),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "Headers of the method response and the mapping expressions that fill them.",
		},
		{
			Name: "responseParametersInJson",
			Names: property.Names{Wire: property.None, CloudFormation: property.None, OpenAPI: property.None, CLI: property.None,
				Terraform: "response_parameters_in_json"},
			Value: property.MapInJSON(&r.ResponseParametersInJSON),
			Is:    property.WriteOnly | property.Deprecated,
			Doc:   "Use ResponseParameters. The same map as the text of a JSON object.",
		},
		{
			Name:  "responseTemplates",
			Value: property.Templates(&r.ResponseTemplates),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "Mapping templates for the payload, by the media type that the client accepts.",
		},
		{
			Name:  "contentHandling",
			Value: property.Enum(&r.ContentHandling, ConvertToBinary, ConvertToText),
			Patch: property.Replace,
			Doc:   "How the backend's payload is converted before a template sees it.",
		},
	}
}

// Default reports whether r answers when no pattern matches.
func (r *IntegrationResponse) Default() bool {
	return r.SelectionPattern == nil || *r.SelectionPattern == ""
}

// Validate reports what no single row can know, but for the selection pattern
// and the mapping expressions, which control judges.
func (r *IntegrationResponse) Validate(limits *Limits) property.Errors {
	errs := checkStatusCode(r.StatusCode)
	for _, k := range sortedKeys(r.ResponseParameters) {
		if r.ResponseParameters[k] == "" {
			e := property.Bad("responseParameters", nil, "the mapping is empty")
			e.Path = append(e.Path, k)
			errs = append(errs, e.Saying("Invalid null or empty value in responseParameters"))
		}
	}
	return append(errs, CheckTemplates("responseTemplates", r.ResponseTemplates, limits)...)
}

var statusCode = regexp.MustCompile(`^[1-5]\d\d$`)

// IsStatusCode reports whether s is three digits, the first from 1 to 5.
func IsStatusCode(s string) bool { return statusCode.MatchString(s) }

func checkStatusCode(s string) property.Errors {
	if IsStatusCode(s) {
		return nil
	}
	return property.Errors{property.Bad("statusCode", s, "%q is not a status code from 100 to 599", s).
		Saying(`1 validation error detected: Value '` + s + `' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`)}
}
