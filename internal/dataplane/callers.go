package dataplane

import (
	"postern/internal/apigw"
	"postern/internal/lang/mapping"
)

// callers notes what a method asks of those who call it.
func (c *compiler) callers(address *MethodAddress, m *apigw.Method) {
	if m.APIKeyRequired && c.snapshot.API.APIKeySource != "AUTHORIZER" {
		address.Headers = append(address.Headers, "x-api-key")
	}
	switch m.AuthorizationType {
	case apigw.AuthIAM:
		address.Scope = "aws:amz:" + c.region + ":execute-api"
	case apigw.AuthCustom, apigw.AuthCognito:
		for _, a := range c.snapshot.Authorizers {
			if a.ID != m.AuthorizerID {
				continue
			}
			for _, source := range a.IdentitySources() {
				e, err := mapping.ParseExpression(source)
				if err != nil {
					continue // its method fails when it is reached
				}
				switch e.Source() {
				case mapping.MethodRequestHeader, mapping.MethodRequestMultiValueHeader:
					address.Headers = append(address.Headers, e.Name())
				case mapping.MethodRequestQuery, mapping.MethodRequestMultiValueQuery:
					address.Query = append(address.Query, e.Name())
				}
			}
		}
	}
}
