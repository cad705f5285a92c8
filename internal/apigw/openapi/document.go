package openapi

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"postern/internal/apigw"
)

// A Document is what a definition says of an API.
type Document struct {
	API   apigw.RestAPI
	Given map[string]bool // what the definition mentions: the API's properties, in the control plane's spelling, and documentation

	Paths            []string // of resources, in the order of the text, with the base path
	Operations       []*Operation
	PathsAt          []*Place // where they stand
	Models           []*apigw.Model
	ModelsAt         []*Place
	Validators       []*apigw.RequestValidator
	ValidatorsAt     []*Place
	GatewayResponses []*apigw.GatewayResponse

	GatewayResponsesAt []*Place

	Authorizers   []*Authorizer
	Documentation []*apigw.DocumentationPart

	Warnings Findings // what API Gateway warns of
	Notes    Findings // what has no effect and is not worth a warning to API Gateway
}

// An Operation is a method of a path. Its method has no identifiers.
type Operation struct {
	Path       string
	Method     *apigw.Method
	Validator  string // a name; empty: none
	Authorizer string // a name; empty: none

	At, IntegrationAt Place
}

// An Authorizer is a security scheme with x-amazon-apigateway-authorizer.
//
// See "x-amazon-apigateway-authorizer object".
type Authorizer struct {
	apigw.Authorizer

	At Place
}

// Options say how a definition is read.
type Options struct {
	BasePath            string // ignore, prepend or split; empty: ignore
	IgnoreDocumentation bool   // read no documentation parts

	AccountID, Region, Partition string // for ${AWS::AccountId} and the like; empty: they stay
}

// Read reads a definition. An error is Findings: all that is wrong with it.
func Read(content []byte, o Options) (*Document, error) {
	var replace *strings.Replacer
	if o.AccountID != "" {
		replace = strings.NewReplacer("${AWS::AccountId}", o.AccountID, "${AWS::Region}", o.Region, "${AWS::Partition}", o.Partition)
	}
	root, err := parse(content, replace)
	if err != nil {
		var f *Finding
		if !errors.As(err, &f) {
			f = &Finding{Message: NotADefinition, Detail: err.Error()}
		}
		return nil, Findings{f}
	}
	r := &reader{root: root, options: o, doc: &Document{Given: map[string]bool{}},
		named: map[*node]string{}, schemas: map[string]string{}, schemes: map[string]*scheme{}}
	if !r.version() {
		return nil, r.errors
	}
	r.info()
	r.extensions()
	r.securitySchemes()
	r.models()
	r.paths()
	r.descriptions()
	r.strays()
	r.locate()
	if len(r.errors) > 0 {
		return nil, r.errors
	}
	return r.doc, nil
}

// locate sorts the findings, and gives all places their paths.
func (r *reader) locate() {
	var places []*Place
	for _, fs := range []Findings{r.errors, r.doc.Warnings, r.doc.Notes} {
		slices.SortStableFunc(fs, func(a, b *Finding) int { return a.Line - b.Line })
		for _, f := range fs {
			places = append(places, &f.Place)
		}
	}
	for _, op := range r.doc.Operations {
		places = append(places, &op.At, &op.IntegrationAt)
	}
	for _, a := range r.doc.Authorizers {
		places = append(places, &a.At)
	}
	places = slices.Concat(places, r.doc.PathsAt, r.doc.ModelsAt, r.doc.ValidatorsAt, r.doc.GatewayResponsesAt)
	r.root.locate(places)
}

// Is reports whether a text is meant as a definition.
func Is(content []byte) bool {
	if !bytes.Contains(content, []byte("swagger")) && !bytes.Contains(content, []byte("openapi")) {
		return false
	}
	root, err := parse(content, nil)
	return err == nil && root.get("Resources") == nil && (root.get("swagger") != nil || root.get("openapi") != nil)
}

// A reader turns nodes into a document.
type reader struct {
	root    *node
	swagger bool // 2.0
	options Options
	doc     *Document
	errors  Findings

	copied  int               // values of schemas, with what references repeat
	named   map[*node]string  // the models of schemas without a name
	schemas map[string]string // of the models, by name
	schemes map[string]*scheme
}

func (r *reader) fail(n *node, format string, args ...any) {
	r.errors = append(r.errors, n.finding(format, args...))
}

func (r *reader) warn(n *node, format string, args ...any) {
	r.doc.Warnings = append(r.doc.Warnings, n.finding(format, args...))
}

func (r *reader) note(n *node, format string, args ...any) {
	r.doc.Notes = append(r.doc.Notes, n.finding(format, args...))
}

// version tells the two versions apart and refuses what is neither.
func (r *reader) version() bool {
	swagger, openapi := r.root.get("swagger").scalar(), r.root.get("openapi").scalar()
	switch {
	case swagger == "2.0" || swagger == "2":
		r.swagger = true
		return true
	case strings.HasPrefix(openapi, "3.0"):
		return true
	}
	f := r.root.finding("%s", NotADefinition)
	switch {
	case swagger != "":
		f.Detail = "swagger: " + clip(swagger) + " is not 2.0"
	case openapi != "":
		f.Detail = "openapi: " + clip(openapi) + " is not 3.0, which is what REST APIs take"
	default:
		f.Detail = `there is neither swagger: "2.0" nor openapi: 3.0.x`
	}
	r.errors = append(r.errors, f)
	return false
}

// What stands at the top of a definition. Names that are not here, and do not
// begin with x-, are warned of.
var (
	swaggerNames = []string{"swagger", "info", "host", "basePath", "schemes", "consumes", "produces", "paths", "definitions",
		"parameters", "responses", "securityDefinitions", "security", "tags", "externalDocs"}
	openapiNames   = []string{"openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"}
	infoNames      = []string{"title", "description", "termsOfService", "contact", "license", "version"}
	componentNames = []string{"schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes",
		"links", "callbacks"}
)

// unexpected warns of names that OpenAPI does not have.
func (r *reader) unexpected(n *node, place string, known []string) {
	for _, m := range n.all() {
		if !slices.Contains(known, m.name) && !strings.HasPrefix(m.name, "x-") {
			r.warn(m.value, "Parse issue: attribute %s%s is unexpected", place, clip(m.name))
		}
	}
}

func (r *reader) info() {
	known := openapiNames
	if r.swagger {
		known = swaggerNames
	}
	r.unexpected(r.root, "", known)
	r.unexpected(r.root.get("info"), "info.", infoNames)
	if !r.swagger {
		r.unexpected(r.root.get("components"), "components.", componentNames)
	}
	info := r.root.get("info")
	api := &r.doc.API
	api.Name = info.get("title").scalar()
	r.given("name", info.get("title"))
	api.Version = info.get("version").scalar()
	r.given("version", info.get("version"))
	api.Description = info.get("description").scalar()
	r.given("description", info.get("description"))
}

// given notes that the definition mentions a property of the API.
func (r *reader) given(property string, n *node) {
	if n != nil && n.kind != null {
		r.doc.Given[property] = true
	}
}

// component returns what a definition keeps under a name, by both versions'
// words for it.
func (r *reader) component(swagger, openapi string) *node {
	if r.swagger {
		return r.root.get(swagger)
	}
	return r.root.get("components").get(openapi)
}
