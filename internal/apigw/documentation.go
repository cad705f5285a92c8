package apigw

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"postern/internal/property"
)

// A DocumentationPart is what people say of one part of an API.
//
// See "CreateDocumentationPart" and "AWS::ApiGateway::DocumentationPart".
type DocumentationPart struct {
	ID       string
	Location *DocumentationLocation
	Text     string // the text of a JSON object, kept byte for byte; "properties" elsewhere
}

// Properties is the one definition of what can be said of a documentation part.
func (d *DocumentationPart) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "DocumentationPartId"},
			Value: property.Text(&d.ID),
			Is:    property.ReadOnly,
			Doc:   "The part's identifier.",
		},
		{
			Name:  "location",
			Value: property.Object(&d.Location),
			Is:    property.Required | property.CreateOnly,
			Doc:   "What the part is about.",
		},
		{
			Name:  "properties",
			Value: property.Text(&d.Text),
			Is:    property.Required,
			Patch: property.Replace,
			Doc:   "What it says: the text of a JSON object.",
		},
	}
}

// A DocumentationLocation says what a documentation part is about.
//
// See "Representation of API documentation in API Gateway".
type DocumentationLocation struct {
	Type       string
	Path       string // of a resource; empty: /
	Method     string // a verb; empty: *
	StatusCode string // empty: *
	Name       string // of a parameter, a model or an authorizer
}

// documentationMembers are the members of a location besides its type, by type.
// See "Representation of API documentation in API Gateway".
var documentationMembers = map[string][]string{
	"API":             nil,
	"AUTHORIZER":      {"name"},
	"MODEL":           {"name"},
	"RESOURCE":        {"path"},
	"METHOD":          {"path", "method"},
	"PATH_PARAMETER":  {"name", "path", "method"},
	"QUERY_PARAMETER": {"name", "path", "method"},
	"REQUEST_HEADER":  {"name", "path", "method"},
	"REQUEST_BODY":    {"path", "method"},
	"RESPONSE":        {"path", "method", "statusCode"},
	"RESPONSE_BODY":   {"path", "method", "statusCode"},
	"RESPONSE_HEADER": {"name", "path", "method", "statusCode"},
}

// Properties is the one definition of a location.
func (l *DocumentationLocation) Properties() property.List {
	return property.List{
		{
			Name: "type",
			Value: property.Enum(&l.Type, "API", "AUTHORIZER", "MODEL", "RESOURCE", "METHOD", "PATH_PARAMETER", "QUERY_PARAMETER",
				"REQUEST_HEADER", "REQUEST_BODY", "RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY"),
			Is:  property.Required,
			Doc: "The kind of thing.",
		},
		{Name: "path", Value: property.Text(&l.Path), Doc: "The path of a resource; / if it is left out."},
		{Name: "method", Value: property.Text(&l.Method), Doc: "A verb; * if it is left out."},
		{Name: "statusCode", Value: property.Text(&l.StatusCode), Doc: "A status code; * if it is left out."},
		{Name: "name", Value: property.Text(&l.Name), Doc: "The name of a parameter, a model or an authorizer."},
	}
}

// Complete returns l with the defaults of its type for what it leaves out, so
// that two locations are the same if and only if they are equal.
func (l DocumentationLocation) Complete() DocumentationLocation {
	for _, name := range documentationMembers[l.Type] {
		switch {
		case name == "path" && l.Path == "":
			l.Path = "/"
		case name == "method" && l.Method == "":
			l.Method = "*"
		case name == "statusCode" && l.StatusCode == "":
			l.StatusCode = "*"
		}
	}
	return l
}

// String writes l as messages do.
func (l DocumentationLocation) String() string {
	text := "type '" + l.Type + "'"
	for _, m := range l.members() {
		if m.value != "" {
			text += ", " + m.name + " '" + brief(m.value) + "'"
		}
	}
	return text
}

type locationMember struct{ name, value string }

func (l *DocumentationLocation) members() []locationMember {
	return []locationMember{{"path", l.Path}, {"method", l.Method}, {"statusCode", l.StatusCode}, {"name", l.Name}}
}

// Validate reports what no single row can know.
func (d *DocumentationPart) Validate() property.Errors {
	var errs property.Errors
	bad := func(name string, found any, sentence string) {
		errs = append(errs, property.Bad(name, found, "%s", sentence).Saying(sentence))
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(d.Text), &object); err != nil || object == nil {
		bad("properties", brief(d.Text), "Invalid documentation part properties specified: a JSON object is expected")
	}
	if d.Location == nil {
		bad("location", nil, "Documentation part location cannot be null")
		return errs
	}
	l := d.Location
	allowed, known := documentationMembers[l.Type]
	if !known {
		bad("location", brief(l.Type), "Invalid documentation part location type specified: "+brief(l.Type))
		return errs
	}
	for _, m := range l.members() {
		switch given := m.value != ""; {
		case given && !slices.Contains(allowed, m.name):
			bad("location", brief(m.value), "Invalid documentation part location specified: "+m.name+" is not a valid field for type "+l.Type)
		case !given && m.name == "name" && slices.Contains(allowed, "name"):
			bad("location", nil, "Invalid documentation part location specified: name is required for type "+l.Type)
		}
	}
	if l.Path != "" && !strings.HasPrefix(l.Path, "/") {
		bad("location", brief(l.Path), "Invalid documentation part location specified: the path begins with a slash")
	}
	if l.Method != "" && l.Method != "*" && !IsVerb(l.Method) {
		bad("location", brief(l.Method), "Invalid documentation part location specified: the method is *, or one of "+strings.Join(Verbs, ","))
	}
	if l.StatusCode != "" && l.StatusCode != "*" && !IsStatusCode(l.StatusCode) {
		bad("location", brief(l.StatusCode), "Invalid documentation part location specified: the status code is *, or one from 100 to 599")
	}
	return errs
}

// A DocumentationVersion is all documentation parts as they were at one moment.
//
// See "CreateDocumentationVersion" and "AWS::ApiGateway::DocumentationVersion".
type DocumentationVersion struct {
	Version     string
	CreatedDate time.Time
	Description string
}

// Properties is the one definition of what can be said of a version.
func (v *DocumentationVersion) Properties() property.List {
	return property.List{
		{
			Name:  "version",
			Names: property.Names{CloudFormation: "DocumentationVersion"},
			Value: property.Text(&v.Version),
			Is:    property.CreateOnly,
			Doc:   "The name of the version.",
		},
		{
			Name:  "createdDate",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Epoch(&v.CreatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the version was made.",
		},
		{
			Name:  "description",
			Value: property.Text(&v.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
	}
}

// A DocumentationSnapshot is what a version froze. It is stored once and never
// changed.
type DocumentationSnapshot struct{ Parts []*DocumentationPart }

// Properties makes a snapshot storable like every other noun.
func (s *DocumentationSnapshot) Properties() property.List {
	return property.List{{
		Name:  "parts",
		Names: property.Names{CloudFormation: property.None, Terraform: property.None, OpenAPI: property.None, CLI: property.None},
		Value: property.ObjectList(&s.Parts),
		Doc:   "The documentation parts.",
	}}
}
