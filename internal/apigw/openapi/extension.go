package openapi

import (
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file reads the extensions that stand at the top of a definition.
//
// See "OpenAPI extensions for API Gateway".

const prefix = "x-amazon-apigateway-"

func (r *reader) extensions() {
	api := &r.doc.API
	for _, m := range r.root.all() {
		name, ok := strings.CutPrefix(m.name, prefix)
		if !ok {
			continue
		}
		switch name {
		case "api-key-source":
			api.APIKeySource = strings.ToUpper(m.value.scalar())
			r.given("apiKeySource", m.value)
		case "binary-media-types":
			api.BinaryMediaTypes = nil
			for _, t := range m.value.list() {
				api.BinaryMediaTypes = append(api.BinaryMediaTypes, t.scalar())
			}
			r.given("binaryMediaTypes", m.value)
		case "minimum-compression-size":
			r.decode(m.value, "minimumCompressionSize", api.Properties())
		case "security-policy":
			r.decode(m.value, "securityPolicy", api.Properties())
		case "endpoint-access-mode":
			r.decode(m.value, "endpointAccessMode", api.Properties())
		case "policy":
			r.policy(m.value)
		case "endpoint-configuration":
			r.endpoint(m.value)
		case "request-validators":
			r.validators(m.value)
		case "gateway-responses":
			r.gatewayResponses(m.value)
		case "documentation":
			r.documentation(m.value)
		case "request-validator": // paths.go
		default: // cors, importexport-version, …
			r.note(m.value, "%s has no effect on a REST API", clip(m.name))
		}
	}
	for _, server := range r.root.get("servers").list() {
		if x := server.get(prefix + "endpoint-configuration"); x != nil {
			r.endpoint(x)
		}
	}
}

// decode reads a property of the API as its row has it.
func (r *reader) decode(n *node, name string, rows property.List) {
	row, ok := rows.ByName(name)
	if !ok || n.is(null) {
		return
	}
	r.given(name, n)
	for _, e := range property.Decode(property.OpenAPI, property.List{*row}, map[string]any{name: n.value()}).Failures() {
		r.fail(n.find(e.Path[1:]), "%s", e.Error())
	}
}

func (r *reader) policy(n *node) {
	r.given("policy", n)
	switch n.kind {
	case object:
		r.doc.API.Policy = string(appendCompact(nil, n))
	case text:
		r.doc.API.Policy = n.text
	default:
		r.fail(n, "%spolicy: found %s, expected an object", prefix, n.kind)
	}
}

// endpoint reads where the API is reached.
//
// See "x-amazon-apigateway-endpoint-configuration object".
func (r *reader) endpoint(n *node) {
	api := &r.doc.API
	if off := n.get("disableExecuteApiEndpoint"); off != nil {
		api.DisableExecuteAPIEndpoint = off.yes()
		r.given("disableExecuteApiEndpoint", off)
	}
	e := &apigw.EndpointConfiguration{}
	rows := e.Properties()
	members := map[string]any{}
	for i := range rows {
		if v := n.get(rows[i].Name); v != nil {
			members[rows[i].Name] = v.value()
		}
	}
	for _, failure := range property.Decode(property.OpenAPI, rows, members).Failures() {
		r.fail(n.find(failure.Path), "%sendpoint-configuration.%s", prefix, failure.Error())
	}
	if len(members) > 0 {
		api.EndpointConfiguration = e
		r.doc.Given["endpointConfiguration"] = true
	}
}

// validators reads the request validators, by name.
func (r *reader) validators(n *node) {
	for _, m := range n.all() {
		v := &apigw.RequestValidator{Name: m.name}
		v.ValidateRequestBody = m.value.get("validateRequestBody").yes()
		v.ValidateRequestParameters = m.value.get("validateRequestParameters").yes()
		r.doc.Validators = append(r.doc.Validators, v)
	}
}

func (r *reader) gatewayResponses(n *node) {
	for _, m := range n.all() {
		g := &apigw.GatewayResponse{}
		members := map[string]any{"responseType": m.name}
		for _, part := range m.value.all() {
			members[part.name] = part.value.value()
		}
		for _, e := range property.Decode(property.OpenAPI, g.Properties(), members).Failures() {
			if e.Kind == property.Unknown {
				r.note(m.value.find(e.Path), "%sgateway-responses.%s.%s has no effect", prefix, clip(m.name), clip(e.Path[0]))
				continue
			}
			r.fail(m.value.find(e.Path), "Unable to put gateway response '%s': %s", clip(m.name), e.Error())
		}
		r.doc.GatewayResponses = append(r.doc.GatewayResponses, g)
	}
}
