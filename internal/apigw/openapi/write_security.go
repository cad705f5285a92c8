package openapi

import (
	"cmp"
	"strconv"
	"strings"

	"postern/internal/apigw"
)

// The names of the schemes that stand for the gateway's own ways.
const (
	apiKeyScheme    = "api_key"
	signatureScheme = "sigv4"
)

// security writes who may call a method, or nil.
func (w *writer) security(m *apigw.Method) *node {
	out := listNode()
	require := func(name string, scopes []string) {
		n := objectNode()
		n.set(name, textsNode(scopes))
		out.items = append(out.items, n)
	}
	if a := w.authorizers[m.AuthorizerID]; a != nil {
		require(a.Name, m.AuthorizationScopes)
	}
	if m.AuthorizationType == apigw.AuthIAM {
		w.signature = true
		require(signatureScheme, nil)
	}
	if m.APIKeyRequired {
		w.apiKey = true
		require(apiKeyScheme, nil)
	}
	if len(out.items) == 0 {
		return nil
	}
	return out
}

// schemes writes the schemes that are in use, and every authorizer.
func (w *writer) schemes() *node {
	all := map[string]*node{}
	detail := w.Extensions || w.AuthorizerDetail
	for _, a := range w.Snapshot.Authorizers {
		header := strings.TrimPrefix(a.IdentitySource, "method.request.header.")
		if a.Type == apigw.RequestAuthorizer || header == a.IdentitySource {
			header = unusedHeader
		}
		n := keyScheme(header)
		if detail {
			n.setText(prefix+"authtype", cmp.Or(a.AuthType, "custom"))
			n.set(prefix+"authorizer", authorizerNode(a))
		}
		all[a.Name] = n
	}
	if w.signature {
		n := keyScheme("Authorization")
		if detail {
			n.setText(prefix+"authtype", "awsSigv4")
		}
		all[signatureScheme] = n
	}
	if w.apiKey {
		all[apiKeyScheme] = keyScheme("x-api-key")
	}
	out := objectNode()
	for _, name := range hashOrder(all) {
		out.set(name, all[name])
	}
	return out
}

func keyScheme(header string) *node {
	n := objectNode()
	n.setText("type", "apiKey")
	n.setText("name", header)
	n.setText("in", "header")
	return n
}

func authorizerNode(a *apigw.Authorizer) *node {
	n := objectNode()
	n.setText("authorizerUri", a.AuthorizerURI)
	n.setText("authorizerCredentials", a.AuthorizerCredentials)
	if len(a.ProviderARNs) > 0 {
		n.set("providerARNs", textsNode(a.ProviderARNs))
	}
	if a.ResultTTL != nil {
		n.set("authorizerResultTtlInSeconds", numberNode(strconv.FormatInt(*a.ResultTTL, 10)))
	}
	n.setText("identitySource", a.IdentitySource)
	n.setText("identityValidationExpression", a.IdentityValidationExpression)
	n.setText("type", strings.ToLower(a.Type))
	return n
}
