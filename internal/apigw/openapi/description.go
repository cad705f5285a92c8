package openapi

import (
	"strings"

	"postern/internal/apigw"
)

// This file makes documentation parts of the descriptions that stand in a
// definition. What x-amazon-apigateway-documentation says of the same thing goes
// before. That an import does so is observed; which words go into which part is
// inferred from "Representation of API documentation in API Gateway".

// parameterParts are the types of the parts about parameters, by their place.
var parameterParts = map[string]string{"query": "QUERY_PARAMETER", "path": "PATH_PARAMETER", "header": "REQUEST_HEADER"}

// descriptions makes the parts.
func (r *reader) descriptions() {
	if r.options.IgnoreDocumentation {
		return
	}
	d := &describer{reader: r, known: map[apigw.DocumentationLocation]bool{}}
	for _, part := range r.doc.Documentation {
		d.known[part.Location.Complete()] = true
	}
	if info := words(r.root.get("info"), "description"); info != nil {
		whole := objectNode()
		whole.set("info", info)
		d.say(apigw.DocumentationLocation{Type: "API"}, whole)
	}
	base := r.basePath()
	for _, m := range r.root.get("paths").all() {
		if item := r.led(m.value); strings.HasPrefix(m.name, "/") {
			d.path(r.prefixed(base, m.name), item)
		}
	}
	for _, m := range r.component("definitions", "schemas").all() {
		d.say(apigw.DocumentationLocation{Type: "MODEL", Name: m.name}, words(m.value, "description"))
	}
	for _, m := range r.component("securityDefinitions", "securitySchemes").all() {
		if s := r.schemes[m.name]; s != nil && s.authorizer != nil {
			d.say(apigw.DocumentationLocation{Type: "AUTHORIZER", Name: m.name}, words(r.led(m.value), "description"))
		}
	}
}

// A describer collects parts.
type describer struct {
	*reader
	known map[apigw.DocumentationLocation]bool
}

// words returns the members of n that are about it, or nil.
func words(n *node, names ...string) *node {
	out := objectNode()
	for _, m := range n.all() {
		for _, name := range names {
			if m.name == name && (m.value.is(text) && m.value.text != "" || len(m.value.list()) > 0) {
				out.set(name, m.value)
			}
		}
	}
	if len(out.members) == 0 {
		return nil
	}
	return out
}

// say makes a part, unless there is nothing to say or it has been said.
func (d *describer) say(at apigw.DocumentationLocation, content *node) {
	if content == nil || d.known[at.Complete()] {
		return
	}
	part := &apigw.DocumentationPart{Location: &at, Text: string(appendCompact(nil, content))}
	if len(part.Validate().Failures()) > 0 {
		return // about something that the import tells to be wrong
	}
	d.known[at.Complete()] = true
	d.doc.Given["documentation"] = true
	d.doc.Documentation = append(d.doc.Documentation, part)
}

func (d *describer) path(path string, item *node) {
	d.say(apigw.DocumentationLocation{Type: "RESOURCE", Path: path}, words(item, "summary", "description"))
	d.parameters(path, "", item.get("parameters"))
	for _, m := range item.all() {
		verb := verbs[m.name]
		if verb == "" {
			continue
		}
		d.say(apigw.DocumentationLocation{Type: "METHOD", Path: path, Method: verb}, words(m.value, "tags", "summary", "description"))
		d.parameters(path, verb, m.value.get("parameters"))
		if !d.swagger {
			d.say(apigw.DocumentationLocation{Type: "REQUEST_BODY", Path: path, Method: verb}, words(d.led(m.value.get("requestBody")), "description"))
		}
		for _, response := range m.value.get("responses").all() {
			d.response(apigw.DocumentationLocation{Path: path, Method: verb, StatusCode: response.name}, d.led(response.value))
		}
	}
}

func (d *describer) parameters(path, verb string, list *node) {
	for _, given := range list.list() {
		p := d.led(given)
		at := apigw.DocumentationLocation{Path: path, Method: verb, Name: p.get("name").scalar()}
		in := p.get("in").scalar()
		if at.Type = parameterParts[in]; in == "body" && d.swagger {
			at.Type, at.Name = "REQUEST_BODY", ""
		}
		d.say(at, words(p, "description"))
	}
}

func (d *describer) response(at apigw.DocumentationLocation, n *node) {
	// A description is required, so an export makes one up.
	if at.Type = "RESPONSE"; n.get("description").scalar() != at.StatusCode+" response" {
		d.say(at, words(n, "description"))
	}
	at.Type = "RESPONSE_HEADER"
	for _, header := range n.get("headers").all() {
		at.Name = header.name
		d.say(at, words(d.led(header.value), "description"))
	}
}

// led is follow without a word about a reference that leads nowhere, which has
// been told.
func (r *reader) led(n *node) *node {
	for range maxHops {
		ref := n.get("$ref")
		if !ref.is(text) {
			break
		}
		n = r.target(ref.text)
	}
	return n
}
