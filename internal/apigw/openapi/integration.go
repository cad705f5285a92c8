package openapi

import (
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file reads x-amazon-apigateway-integration.
//
//   - Words such as http_proxy and when_no_match are taken in any case. Observed.
//   - In the maps of parameters and templates, what is no text is left out with
//     a warning. Observed for request parameters.
//   - A key of responses is a selection pattern; default has none.
//   - What only HTTP APIs have is ignored without a word. Observed.
//
// See "x-amazon-apigateway-integration object".

// enumerations are the properties whose words may be in any case.
var enumerations = map[string]bool{
	"type": true, "passthroughBehavior": true, "connectionType": true, "contentHandling": true, "responseTransferMode": true,
}

// textMaps are the properties whose values must be texts.
var textMaps = map[string]bool{
	"requestParameters": true, "requestTemplates": true, "responseParameters": true, "responseTemplates": true,
}

func (r *reader) integration(op *Operation, n *node) {
	if n == nil || n.is(null) {
		return
	}
	op.IntegrationAt = n.place()
	if !n.is(object) {
		r.malformed(op, n, "found "+n.kind.String()+", expected an object")
		return
	}
	in := &apigw.Integration{}
	if !r.part(op, n, in.Properties(), "responses") {
		return
	}
	for _, m := range n.get("responses").all() {
		response := r.integrationResponse(op, m)
		if response == nil {
			return
		}
		if in.Responses == nil {
			in.Responses = map[string]*apigw.IntegrationResponse{}
		}
		if in.Responses[response.StatusCode] != nil {
			r.note(m.value, "another integration response has the status code %s already, this one replaces it", clip(response.StatusCode))
		}
		in.Responses[response.StatusCode] = response
	}
	op.Method.Integration = in
}

func (r *reader) integrationResponse(op *Operation, m member) *apigw.IntegrationResponse {
	response := &apigw.IntegrationResponse{}
	if !r.part(op, m.value, response.Properties(), "") {
		return nil
	}
	if m.name != "default" {
		pattern := m.name
		response.SelectionPattern = &pattern
	} else {
		response.SelectionPattern = nil
	}
	return response
}

// part reads the members of n into rows, but for one that is read elsewhere. It
// reports whether that went well.
func (r *reader) part(op *Operation, n *node, rows property.List, except string) bool {
	if !n.is(object) {
		r.malformed(op, n, "found "+n.kind.String()+", expected an object")
		return false
	}
	members := map[string]any{}
	for _, m := range n.members {
		row, known := rows.Find(property.OpenAPI, m.name)
		switch {
		case m.name == except || m.value.is(null):
		case !known:
			r.note(m.value, "%s has no effect on an integration of a REST API", clip(m.name))
		case enumerations[m.name] && m.value.is(text):
			members[m.name] = strings.ToUpper(m.value.text)
		case textMaps[m.name] && m.value.is(object):
			members[m.name] = r.texts(op, m)
		case m.name == "integrationHttpMethod", row.Name == "integrationHttpMethod":
			members[m.name] = strings.ToUpper(m.value.scalar())
		default:
			members[m.name] = m.value.value()
		}
	}
	ok := true
	for _, e := range property.Decode(property.OpenAPI, rows, members).Failures() {
		if e.Path[0] == "timeoutInMillis" && e.Kind == property.OutOfRange {
			continue // control has the service's words
		}
		r.malformed(op, n.find(e.Path), e.Error())
		ok = false
	}
	return ok
}

// texts returns a map of texts without what is no text.
func (r *reader) texts(op *Operation, m member) map[string]any {
	out := map[string]any{}
	for _, entry := range m.value.members {
		switch {
		case entry.value.is(text), entry.value.is(null) && strings.HasSuffix(m.name, "Templates"):
			out[entry.name] = entry.value.text
		default:
			found := entry.value.scalar()
			if entry.value.kind >= list {
				found = string(appendCompact(nil, entry.value))
			}
			r.warn(entry.value, "Invalid format for '%s'. Expected type string for property '%s' of resource '%s' and method '%s' but got '%s'",
				m.name, clip(entry.name), clip(op.Path), op.Method.HTTPMethod, clip(found))
		}
	}
	return out
}

func (r *reader) malformed(op *Operation, n *node, detail string) {
	f := n.finding("Unable to parse API definition because of a malformed integration at path %s", clip(op.Path))
	f.Detail = detail
	r.errors = append(r.errors, f)
}
