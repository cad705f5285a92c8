package apigw

import "postern/internal/property"

// A Model is the JSON Schema (draft 4) of a payload.
//
// See "CreateModel" and "AWS::ApiGateway::Model".
type Model struct {
	ID          string
	Name        string
	Description string
	Schema      string // JSON
	ContentType string
}

// Properties is the one definition of what can be said of a model.
func (m *Model) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Text(&m.ID),
			Is:    property.ReadOnly,
			Doc:   "The model's identifier.",
		},
		{
			Name:  "name",
			Value: property.Text(&m.Name),
			Is:    property.CreateOnly,
			Doc:   "The model's name: letters and digits.",
		},
		{
			Name:  "description",
			Value: property.Text(&m.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "schema",
			Value: property.Document(&m.Schema),
			Patch: property.Replace,
			Doc:   "The JSON Schema, draft 4.",
		},
		{
			Name:  "contentType",
			Value: property.Text(&m.ContentType),
			Is:    property.CreateOnly,
			Doc:   "The media type of the payload.",
		},
	}
}

// A RequestValidator says what of a request is checked before the backend is
// called.
//
// See "CreateRequestValidator" and "AWS::ApiGateway::RequestValidator".
type RequestValidator struct {
	ID                        string
	Name                      string
	ValidateRequestBody       bool
	ValidateRequestParameters bool
}

// Properties is the one definition of what can be said of a request validator.
func (v *RequestValidator) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "RequestValidatorId"},
			Value: property.Text(&v.ID),
			Is:    property.ReadOnly,
			Doc:   "The validator's identifier.",
		},
		{
			Name:  "name",
			Value: property.Text(&v.Name),
			Patch: property.Replace,
			Doc:   "The validator's name.",
		},
		{
			Name:    "validateRequestBody",
			Value:   property.Bool(&v.ValidateRequestBody),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether the payload is checked against the method's model.",
		},
		{
			Name:    "validateRequestParameters",
			Value:   property.Bool(&v.ValidateRequestParameters),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether required parameters must be there.",
		},
	}
}
