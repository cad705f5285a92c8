package openapi

import (
	"strings"

	"postern/internal/apigw"
)

const anyMethod = prefix + "any-method"

// verbs are the members of a path that are operations, and the method that each
// becomes.
var verbs = map[string]string{
	"get": "GET", "put": "PUT", "post": "POST", "delete": "DELETE", "options": "OPTIONS", "head": "HEAD", "patch": "PATCH",
	anyMethod: "ANY",
}

func (r *reader) paths() {
	base := r.basePath()
	paths := r.root.get("paths")
	if paths != nil && paths.kind != object && paths.kind != null {
		r.fail(paths, "%s", NotADefinition)
	}
	for _, m := range paths.all() {
		if !strings.HasPrefix(m.name, "/") {
			if !strings.HasPrefix(m.name, "x-") {
				r.fail(m.value, "Unable to create resource at path '%s': a path begins with /", clip(m.name))
			}
			continue
		}
		item := r.follow(m.value)
		if item == nil {
			continue
		}
		path := r.prefixed(base, m.name)
		at := m.value.place()
		r.doc.Paths, r.doc.PathsAt = append(r.doc.Paths, path), append(r.doc.PathsAt, &at)
		for _, part := range item.all() {
			switch verb := verbs[part.name]; {
			case verb != "":
				r.operation(path, verb, item, part.value)
			case part.name == "trace":
				r.note(part.value, "trace is no method of a REST API")
			}
		}
	}
}

// operation reads the method of a path. item is what is said of the whole path.
func (r *reader) operation(path, verb string, item, n *node) {
	if !n.is(object) {
		r.fail(n, "Unable to parse API definition because of a malformed operation at path %s", clip(path))
		return
	}
	op := &Operation{Path: path, Method: &apigw.Method{HTTPMethod: verb}, At: n.place()}
	op.Method.OperationName = n.get("operationId").scalar()
	r.parameters(op, item, n)
	r.requestBody(op, n)
	r.responses(op, n)
	r.secure(op, n)
	op.Validator = r.root.get(prefix + "request-validator").scalar()
	if own := n.get(prefix + "request-validator"); own != nil {
		op.Validator = own.scalar()
	}
	r.integration(op, n.get(prefix+"integration"))
	r.doc.Operations = append(r.doc.Operations, op)
}

// places are the places of parameters, as OpenAPI and as a method call them.
var places = map[string]string{"query": "querystring", "header": "header", "path": "path"}

// parameters reads what an operation and its path say of parameters. Each
// variable of the path is a required one, said or not. Observed.
func (r *reader) parameters(op *Operation, item, n *node) {
	declared := map[string]bool{}
	for _, list := range []*node{item.get("parameters"), n.get("parameters")} {
		for _, given := range list.list() {
			p := r.follow(given)
			if p == nil {
				continue
			}
			name, in := p.get("name").scalar(), p.get("in").scalar()
			switch place := places[in]; {
			case place != "":
				declared["method.request."+place+"."+name] = p.get("required").yes() || in == "path"
			case in == "body" && r.swagger:
				r.bodyModels(op, p.get("schema"), r.mediaTypes(n, "consumes"))
			default:
				r.note(p, "the parameter %s in %s has no effect on a REST API", clip(name), clip(in))
			}
		}
	}
	for segment := range strings.SplitSeq(op.Path, "/") {
		if name, _, ok := apigw.Variable(segment); ok {
			declared["method.request.path."+name] = true
		}
	}
	if len(declared) > 0 {
		op.Method.RequestParameters = declared
	}
}

// mediaTypes returns what an operation consumes or produces, or the whole
// definition, or JSON.
func (r *reader) mediaTypes(n *node, name string) []string {
	for _, from := range []*node{n, r.root} {
		var out []string
		for _, t := range from.get(name).list() {
			out = append(out, t.scalar())
		}
		if len(out) > 0 {
			return out
		}
	}
	return []string{"application/json"}
}

func (r *reader) bodyModels(op *Operation, schema *node, types []string) {
	name := r.model(schema)
	if name == "" {
		return
	}
	if op.Method.RequestModels == nil {
		op.Method.RequestModels = map[string]string{}
	}
	for _, t := range types {
		op.Method.RequestModels[t] = name
	}
}

// requestBody reads the payloads of OpenAPI 3.
func (r *reader) requestBody(op *Operation, n *node) {
	given := n.get("requestBody")
	if r.swagger || given == nil {
		return
	}
	body := r.follow(given)
	for _, content := range body.get("content").all() {
		r.bodyModels(op, content.value.get("schema"), []string{content.name})
	}
}

// responses reads what a client can get.
func (r *reader) responses(op *Operation, n *node) {
	for _, m := range n.get("responses").all() {
		if strings.HasPrefix(m.name, "x-") {
			continue
		}
		if m.name == "default" {
			r.note(m.value, "a default response has no effect on a REST API, a method response has a status code")
			continue
		}
		given := r.follow(m.value)
		if given == nil {
			continue
		}
		response := &apigw.MethodResponse{StatusCode: m.name}
		for _, header := range given.get("headers").all() {
			if response.ResponseParameters == nil {
				response.ResponseParameters = map[string]bool{}
			}
			response.ResponseParameters["method.response.header."+header.name] = false
		}
		for _, t := range r.payloads(n, given) {
			if response.ResponseModels == nil {
				response.ResponseModels = map[string]string{}
			}
			response.ResponseModels[t.mediaType] = t.model
		}
		if op.Method.Responses == nil {
			op.Method.Responses = map[string]*apigw.MethodResponse{}
		}
		op.Method.Responses[m.name] = response
	}
}

// A payload is the model of a media type.
type payload struct{ mediaType, model string }

func (r *reader) payloads(operation, response *node) []payload {
	var out []payload
	if r.swagger {
		if name := r.model(response.get("schema")); name != "" {
			for _, t := range r.mediaTypes(operation, "produces") {
				out = append(out, payload{t, name})
			}
		}
		return out
	}
	for _, content := range response.get("content").all() {
		if name := r.model(content.value.get("schema")); name != "" {
			out = append(out, payload{content.name, name})
		}
	}
	return out
}
