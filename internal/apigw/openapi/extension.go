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
			source := *m.value
			source.text = strings.ToUpper(source.text)
			r.decode(&source, "apiKeySource", api.Properties())
		case "binary-media-types":
			r.decode(m.value, "binaryMediaTypes", api.Properties())
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
		}
	}
	for _, server := range r.root.get("servers").list() {
		if x := server.get(prefix + "endpoint-configuration"); x != nil {
			r.endpoint(x)
		}
	}
}

// extensionOf is what a definition calls a property of the API.
var extensionOf = map[string]string{
	"apiKeySource": prefix + "api-key-source", "binaryMediaTypes": prefix + "binary-media-types", "securityPolicy": prefix + "security-policy",
	"disableExecuteApiEndpoint": prefix + "endpoint-configuration.disableExecuteApiEndpoint",
	"minimumCompressionSize":    prefix + "minimum-compression-size", "endpointAccessMode": prefix + "endpoint-access-mode",
}

// decode reads a property of the API as its row has it.
func (r *reader) decode(n *node, name string, rows property.List) {
	row, ok := rows.ByName(name)
	if !ok || n.is(null) {
		return
	}
	r.given(name, n)
	for _, e := range property.Decode(property.OpenAPI, property.List{*row}, map[string]any{name: n.value()}).Failures() {
		e.Path[0] = extensionOf[name]
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
	if !r.object(n, "endpoint-configuration") {
		return
	}
	if off := n.get("disableExecuteApiEndpoint"); off != nil {
		r.decode(off, "disableExecuteApiEndpoint", api.Properties())
	}
	e := &apigw.EndpointConfiguration{}
	rows := e.Properties()
	members := map[string]any{}
	for _, m := range n.members {
		switch _, known := rows.Find(property.OpenAPI, m.name); {
		case known:
			members[m.name] = m.value.value()
		case m.name != "disableExecuteApiEndpoint":
			r.note(m.value, "%sendpoint-configuration.%s has no effect", prefix, clip(m.name))
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

// object reports whether an extension is an object, as it must be. One that is
// null says nothing.
func (r *reader) object(n *node, extension string) bool {
	if !n.is(object) && !n.is(null) {
		r.fail(n, "%s%s: found %s, expected an object", prefix, extension, n.kind)
	}
	return n.is(object)
}

// validators reads the request validators, by name.
func (r *reader) validators(n *node) {
	if !r.object(n, "request-validators") {
		return
	}
	for _, m := range n.members {
		if !r.object(m.value, "request-validators."+clip(m.name)) {
			continue
		}
		v, at := &apigw.RequestValidator{}, m.value.place()
		members := map[string]any{"name": m.name}
		for _, part := range m.value.members {
			members[part.name] = part.value.value()
		}
		for _, e := range property.Decode(property.OpenAPI, v.Properties(), members).Failures() {
			if e.Kind == property.Unknown || e.Kind == property.ReadOnlyGiven {
				r.note(m.value.find(e.Path), "%srequest-validators.%s.%s has no effect", prefix, clip(m.name), clip(e.Path[0]))
				continue
			}
			r.fail(m.value.find(e.Path), "Unable to create request validator '%s': %s", clip(m.name), e.Error())
		}
		v.Name = m.name
		r.doc.Validators = append(r.doc.Validators, v)
		r.doc.ValidatorsAt = append(r.doc.ValidatorsAt, &at)
	}
}

func (r *reader) gatewayResponses(n *node) {
	if !r.object(n, "gateway-responses") {
		return
	}
	for _, m := range n.members {
		if !r.object(m.value, "gateway-responses."+clip(m.name)) {
			continue
		}
		at := m.value.place()
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
		r.doc.GatewayResponsesAt = append(r.doc.GatewayResponsesAt, &at)
	}
}
