package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// integrationOrder is the order in which API Gateway writes an integration. What
// is not here follows. Observed for the ones that most integrations have.
var integrationOrder = []string{"type", "connectionId", "credentials", "httpMethod", "uri", "responses", "requestParameters",
	"requestTemplates", "passthroughBehavior", "connectionType", "timeoutInMillis", "cacheNamespace", "cacheKeyParameters",
	"contentHandling", "tlsConfig"}

// integrationNode writes an integration without what is as it is by default, or
// returns nil.
func integrationNode(r *apigw.Resource, in *apigw.Integration) *node {
	if in == nil {
		return nil
	}
	rows := in.Properties()
	members := property.Encode(property.OpenAPI, rows)
	for i := range rows {
		name := property.OpenAPI.NameOf(&rows[i])
		if v, ok := members[name]; ok && rows[i].Default != "" && fmt.Sprint(v) == rows[i].Default && name != "passthroughBehavior" {
			delete(members, name)
		}
	}
	for name := range enumerations {
		if word, ok := members[name].(string); ok && name != "contentHandling" && name != "connectionType" {
			members[name] = strings.ToLower(word)
		}
	}
	if in.CacheNamespace == r.ID {
		delete(members, "cacheNamespace")
	}
	if len(in.CacheKeyParameters) == 0 {
		delete(members, "cacheKeyParameters")
	}
	delete(members, "responses")
	n := objectNode()
	for _, name := range slices.Concat(integrationOrder, slices.Sorted(maps.Keys(members))) {
		if name == "responses" && len(in.Responses) > 0 {
			n.set(name, integrationResponses(in))
			continue
		}
		if v, ok := members[name]; ok && n.get(name) == nil {
			n.set(name, nodeOf(v))
		}
	}
	return n
}

func integrationResponses(in *apigw.Integration) *node {
	byPattern := map[string]*apigw.IntegrationResponse{}
	for _, r := range in.Responses {
		key := "default"
		if !r.Default() {
			key = *r.SelectionPattern
		}
		byPattern[key] = r
	}
	n := objectNode()
	for _, key := range hashOrder(byPattern) {
		members := property.Encode(property.OpenAPI, byPattern[key].Properties())
		out := objectNode()
		for _, name := range []string{"statusCode", "responseParameters", "responseTemplates", "contentHandling"} {
			if v, ok := members[name]; ok {
				out.set(name, nodeOf(v))
			}
		}
		n.set(key, out)
	}
	return n
}

// nodeOf returns a JSON-like value as nodes.
func nodeOf(v any) *node {
	switch v := v.(type) {
	case string:
		return textNode(v)
	case bool:
		return boolNode(v)
	case []any:
		n := listNode()
		for _, item := range v {
			n.items = append(n.items, nodeOf(item))
		}
		return n
	case map[string]any:
		n := objectNode()
		for _, k := range hashOrder(v) {
			n.set(k, nodeOf(v[k]))
		}
		return n
	case nil:
		return &node{}
	}
	spelling, err := json.Marshal(v)
	if err != nil {
		return &node{}
	}
	return numberNode(string(spelling))
}

// extensions writes what stands at the end of a definition.
func (w *writer) extensions(root *node) {
	if w.Documentation != nil {
		root.set(prefix+"documentation", w.Documentation.node())
	}
	if !w.Extensions {
		return
	}
	api := &w.Snapshot.API
	if policy, err := parse([]byte(api.Policy), nil); err == nil && policy.is(object) {
		root.set(prefix+"policy", policy)
	}
	root.set(prefix+"request-validators", w.requestValidators())
	root.set(prefix+"gateway-responses", w.gatewayResponses())
	if w.Swagger {
		root.set(prefix+"endpoint-configuration", w.endpoint())
	}
	if size := api.MinimumCompressionSize; size != nil {
		root.set(prefix+"minimum-compression-size", numberNode(strconv.FormatInt(*size, 10)))
	}
	if api.APIKeySource != "HEADER" {
		root.setText(prefix+"api-key-source", api.APIKeySource)
	}
	root.setText(prefix+"security-policy", api.SecurityPolicy)
	root.setText(prefix+"endpoint-access-mode", api.EndpointAccessMode)
	if len(api.BinaryMediaTypes) > 0 {
		root.set(prefix+"binary-media-types", textsNode(api.BinaryMediaTypes))
	}
}

func (w *writer) endpoint() *node {
	n := objectNode()
	if w.Snapshot.API.DisableExecuteAPIEndpoint {
		n.set("disableExecuteApiEndpoint", boolNode(true))
	}
	if e := w.Snapshot.API.EndpointConfiguration; e != nil && len(e.VPCEndpointIDs) > 0 {
		n.set("vpcEndpointIds", textsNode(e.VPCEndpointIDs))
	}
	if len(n.members) == 0 {
		return nil
	}
	return n
}

func (w *writer) requestValidators() *node {
	byName := map[string]*apigw.RequestValidator{}
	for _, v := range w.Snapshot.Validators {
		if byName[v.Name] == nil {
			byName[v.Name] = v
		}
	}
	n := objectNode()
	for _, name := range hashOrder(byName) {
		v := objectNode()
		v.set("validateRequestParameters", boolNode(byName[name].ValidateRequestParameters))
		v.set("validateRequestBody", boolNode(byName[name].ValidateRequestBody))
		n.set(name, v)
	}
	if len(n.members) == 0 {
		return nil
	}
	return n
}

func (w *writer) gatewayResponses() *node {
	byType := map[string]*apigw.GatewayResponse{}
	for _, g := range w.Snapshot.GatewayResponses {
		byType[string(g.ResponseType)] = g
	}
	n := objectNode()
	for _, typ := range hashOrder(byType) {
		g := byType[typ]
		out := objectNode()
		if _, err := strconv.Atoi(g.StatusCode); err == nil {
			out.set("statusCode", numberNode(g.StatusCode))
		}
		for _, m := range []struct {
			name string
			of   map[string]string
		}{{"responseParameters", g.ResponseParameters}, {"responseTemplates", g.ResponseTemplates}} {
			if len(m.of) == 0 {
				continue
			}
			entries := objectNode()
			for _, k := range hashOrder(m.of) {
				entries.set(k, textNode(m.of[k]))
			}
			out.set(m.name, entries)
		}
		n.set(typ, out)
	}
	if len(n.members) == 0 {
		return nil
	}
	return n
}
