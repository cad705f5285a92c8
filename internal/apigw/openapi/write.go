package openapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"postern/internal/apigw"
)

// An Export says what is written, and how.
//
// See "GetExport" and "Export a REST API from API Gateway".
type Export struct {
	Snapshot  *apigw.Snapshot
	StageName string
	Region    string

	Swagger bool // 2.0; else OpenAPI 3.0
	YAML    bool // else JSON

	Integrations     bool // with x-amazon-apigateway-integration
	AuthorizerDetail bool // with x-amazon-apigateway-authorizer
	Extensions       bool // with every extension but documentation

	Documentation *Documentation // nil: without
}

// Version is the definition's own version: the API's, or when it was made.
func (e *Export) Version() string {
	return cmp.Or(e.Snapshot.API.Version, e.Snapshot.API.CreatedDate.UTC().Format(time.RFC3339))
}

// Write writes a definition. It is the same text each time. The error is that a
// model is not JSON.
func Write(e *Export) ([]byte, error) {
	w := &writer{Export: e, validators: map[string]string{}, authorizers: map[string]*apigw.Authorizer{}}
	for _, v := range e.Snapshot.Validators {
		w.validators[v.ID] = v.Name
	}
	for _, a := range e.Snapshot.Authorizers {
		w.authorizers[a.ID] = a
	}
	root, err := w.document()
	if err != nil {
		return nil, err
	}
	if e.YAML {
		return append(appendYAML([]byte("---"), root, 0, false), '\n'), nil
	}
	return appendJSON(nil, root, 0), nil
}

// A writer turns a snapshot into nodes.
type writer struct {
	*Export
	validators  map[string]string // name by identifier
	authorizers map[string]*apigw.Authorizer
	apiKey      bool // a method requires one
	signature   bool // a method requires one
}

func (w *writer) document() (*node, error) {
	paths := w.paths() // before the schemes, of which it tells the ones in use
	models, err := w.models()
	if err != nil {
		return nil, err
	}
	schemes := w.schemes()
	root := objectNode()
	if w.Swagger {
		root.setText("swagger", "2.0")
		root.set("info", w.info())
		root.setText("host", w.host())
		root.setText("basePath", "/"+w.StageName)
		root.set("schemes", textsNode([]string{"https"}))
		root.set("paths", paths)
		if len(schemes.members) > 0 {
			root.set("securityDefinitions", schemes)
		}
		if len(models.members) > 0 {
			root.set("definitions", models)
		}
		w.extensions(root)
		return root, nil
	}
	root.setText("openapi", "3.0.1")
	root.set("info", w.info())
	root.set("servers", listNode(w.server()))
	root.set("paths", paths)
	components := objectNode()
	if len(models.members) > 0 {
		components.set("schemas", models)
	}
	if len(schemes.members) > 0 {
		components.set("securitySchemes", schemes)
	}
	root.set("components", components)
	w.extensions(root)
	return root, nil
}

func (w *writer) info() *node {
	api, n := &w.Snapshot.API, objectNode()
	if w.Swagger {
		n.setText("description", api.Description)
		n.setText("version", w.Version())
		n.setText("title", api.Name)
		return n
	}
	n.setText("title", api.Name)
	n.setText("description", api.Description)
	n.setText("version", w.Version())
	return n
}

func (w *writer) host() string {
	return w.Snapshot.API.ID + ".execute-api." + w.Region + ".amazonaws.com"
}

func (w *writer) server() *node {
	basePath := objectNode()
	basePath.setText("default", w.StageName)
	variables := objectNode()
	variables.set("basePath", basePath)
	n := objectNode()
	n.setText("url", "https://"+w.host()+"/{basePath}")
	n.set("variables", variables)
	if w.Extensions {
		n.set(prefix+"endpoint-configuration", w.endpoint())
	}
	return n
}

// paths writes the resources that have methods, and those that have nothing
// below them.
func (w *writer) paths() *node {
	byPath := map[string]*apigw.Resource{}
	parents := map[string]bool{}
	for _, r := range w.Snapshot.Resources {
		parents[r.ParentID] = true
	}
	for _, r := range w.Snapshot.Resources {
		if len(r.Methods) > 0 || r.ParentID != "" && !parents[r.ID] {
			byPath[r.Path] = r
		}
	}
	n := objectNode()
	for _, path := range hashOrder(byPath) {
		item := objectNode()
		for _, verb := range w.verbs() {
			if m := byPath[path].Methods[verbs[verb]]; m != nil {
				item.set(verb, w.operation(byPath[path], m))
			}
		}
		n.set(path, item)
	}
	return n
}

// verbs returns the members of a path in the order of the models that API
// Gateway writes them with.
func (w *writer) verbs() []string {
	if w.Swagger {
		return []string{"get", "head", "post", "put", "delete", "options", "patch", anyMethod}
	}
	return []string{"get", "put", "post", "delete", "options", "head", "patch", anyMethod}
}

func (w *writer) operation(r *apigw.Resource, m *apigw.Method) *node {
	n := objectNode()
	n.setText("operationId", m.OperationName)
	if w.Swagger {
		n.set("consumes", mediaTypesNode(m.RequestModels))
		produced := map[string]string{}
		for _, response := range m.Responses {
			for t := range response.ResponseModels {
				produced[t] = t
			}
		}
		n.set("produces", mediaTypesNode(produced))
	}
	parameters := w.parameters(m)
	if w.Swagger {
		if body := bodyParameter(m); body != nil {
			parameters.items = append(parameters.items, body)
		}
	}
	if len(parameters.items) > 0 {
		n.set("parameters", parameters)
	}
	if !w.Swagger && len(m.RequestModels) > 0 {
		body := objectNode()
		body.set("content", w.content(m.RequestModels))
		body.set("required", boolNode(true))
		n.set("requestBody", body)
	}
	if responses := w.responses(m); len(responses.members) > 0 || w.Swagger {
		n.set("responses", responses)
	}
	n.set("security", w.security(m))
	if w.Extensions {
		n.setText(prefix+"request-validator", w.validators[m.RequestValidatorID])
	}
	if w.Extensions || w.Integrations {
		n.set(prefix+"integration", integrationNode(r, m.Integration))
	}
	return n
}

func mediaTypesNode(models map[string]string) *node {
	if len(models) == 0 {
		return nil
	}
	return textsNode(hashOrder(models))
}

// parameters writes what a method declares. A parameter that is read for one
// value and for several is one parameter.
func (w *writer) parameters(m *apigw.Method) *node {
	out := listNode()
	seen := map[string]bool{}
	for _, declared := range hashOrder(m.RequestParameters) {
		place, name, _ := strings.Cut(strings.TrimPrefix(declared, "method.request."), ".")
		in := map[string]string{"querystring": "query", "multivaluequerystring": "query", "header": "header", "multivalueheader": "header", "path": "path"}[place]
		if in == "" || seen[in+name] {
			continue
		}
		seen[in+name] = true
		required := m.RequestParameters[declared]
		p := objectNode()
		p.setText("name", name)
		p.setText("in", in)
		if w.Swagger {
			p.set("required", boolNode(required))
			p.setText("type", "string")
		} else {
			if required {
				p.set("required", boolNode(true))
			}
			p.set("schema", stringSchema())
		}
		out.items = append(out.items, p)
	}
	return out
}

func stringSchema() *node {
	n := objectNode()
	n.setText("type", "string")
	return n
}

// bodyParameter writes the payload of Swagger 2.0, which can have one model.
func bodyParameter(m *apigw.Method) *node {
	if len(m.RequestModels) == 0 {
		return nil
	}
	model := m.RequestModels[hashOrder(m.RequestModels)[0]]
	p := objectNode()
	p.setText("in", "body")
	p.setText("name", model)
	p.set("required", boolNode(true))
	p.set("schema", reference("#/definitions/"+model))
	return p
}

func reference(to string) *node {
	n := objectNode()
	n.setText("$ref", to)
	return n
}

// content writes models by media type.
func (w *writer) content(models map[string]string) *node {
	n := objectNode()
	for _, t := range hashOrder(models) {
		schema := objectNode()
		schema.set("schema", reference("#/components/schemas/"+models[t]))
		n.set(t, schema)
	}
	return n
}

func (w *writer) responses(m *apigw.Method) *node {
	n := objectNode()
	for _, status := range hashOrder(m.Responses) {
		r := m.Responses[status]
		out := objectNode()
		out.setText("description", status+" response")
		if models := r.ResponseModels; w.Swagger && len(models) > 0 {
			out.set("schema", reference("#/definitions/"+models[hashOrder(models)[0]]))
		}
		names := map[string]bool{}
		for name := range r.ResponseParameters {
			names[strings.TrimPrefix(name, "method.response.header.")] = true
		}
		if len(names) > 0 {
			headers := objectNode()
			for _, name := range hashOrder(names) {
				header := stringSchema()
				if !w.Swagger {
					header = objectNode()
					header.set("schema", stringSchema())
				}
				headers.set(name, header)
			}
			out.set("headers", headers)
		}
		if !w.Swagger {
			out.set("content", w.content(r.ResponseModels))
		}
		n.set(status, out)
	}
	return n
}

// models writes the models with references as definitions have them.
func (w *writer) models() (*node, error) {
	byName := map[string]*apigw.Model{}
	for _, m := range w.Snapshot.Models {
		byName[m.Name] = m
	}
	base := "#/components/schemas/"
	if w.Swagger {
		base = "#/definitions/"
	}
	n := objectNode()
	for _, name := range hashOrder(byName) {
		schema, err := parse([]byte(byName[name].Schema), nil)
		if err != nil {
			return nil, fmt.Errorf("model %s is not JSON and cannot be exported: %w", name, err)
		}
		schema.members = slices.DeleteFunc(schema.members, func(m member) bool { return m.name == "$schema" })
		localize(schema, schema, base, name)
		n.set(name, schema)
	}
	return n, nil
}

// localize gives the references in n, a part of the schema root, the form that
// they have in a definition.
func localize(n, root *node, base, name string) {
	for _, item := range n.items {
		localize(item, root, base, name)
	}
	for _, m := range n.members {
		if m.name != "$ref" || !m.value.is(text) {
			localize(m.value, root, base, name)
			continue
		}
		to := m.value.text
		if local, ok := strings.CutPrefix(to, "#/definitions/"); ok && root.get("definitions").get(local) != nil {
			m.value.text = base + name + "/definitions/" + local
		} else if model, ok := modelName(to); ok {
			m.value.text = base + model
		}
	}
}
