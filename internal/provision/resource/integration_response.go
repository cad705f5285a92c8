package resource

import (
	"context"
	"slices"

	"postern/internal/apigw"
	"postern/internal/lang/lint"
	"postern/internal/property"
)

// An integrationResponse turns one outcome of a backend into a method response.
type integrationResponse struct {
	key apigw.MethodKey
	apigw.IntegrationResponse
	id string
}

func (m *integrationResponse) responseKey() apigw.ResponseKey {
	return apigw.ResponseKey{MethodKey: m.key, StatusCode: m.StatusCode}
}

func integrationResponseTypes(e *environment) []Type {
	return []Type{&integrationResponseType{table[integrationResponse]{
		name: terraform + "IntegrationResponse", surface: property.TerraformType, env: e, noun: "IntegrationResponse",
		doc:        "What becomes of a backend's response.",
		identifier: []string{"RestApiId", "ResourceId", "HttpMethod", "StatusCode"},
		rows: func(m *integrationResponse) property.List {
			return slices.Concat(m.key.Properties(), m.Properties(), idRows(&m.id))
		},
		check:    func(m *integrationResponse, _ map[string]any) property.Errors { return m.Validate(e.limits) },
		lint:     func(given map[string]any) []Problem { return lintIntegrationResponse(given, lint.Declaration{}) },
		equate:   equateIntegrationResponse,
		describe: func(_ Request, m *integrationResponse) { m.id = methodID("agir", m.key, m.StatusCode) },
		create:   e.createIntegrationResponse,
		read: func(ctx context.Context, _ Request, m *integrationResponse) error {
			response, err := e.svc.GetIntegrationResponse(ctx, m.responseKey())
			if err != nil {
				return err
			}
			m.IntegrationResponse = *response
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *integrationResponse) error {
			if equal(is.Properties(), want.Properties()) {
				return nil
			}
			_, err := e.svc.PutIntegrationResponse(ctx, want.responseKey(), &want.IntegrationResponse)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *integrationResponse) error {
			return e.svc.DeleteIntegrationResponse(ctx, m.responseKey())
		},
	}}}
}

// An integrationResponseType comes after the integration and the method response
// that it joins.
type integrationResponseType struct{ table[integrationResponse] }

// After returns what the response needs, which a reference need not name.
func (*integrationResponseType) After(self Resource, all []Resource) []string {
	return append(sameMethod(self, all, "Method", "Integration"), sameResponse(self, all, "MethodResponse")...)
}

// equateIntegrationResponse leaves out an empty pattern: it makes the default
// response, as no pattern does.
func equateIntegrationResponse(normal map[string]any) {
	if normal["SelectionPattern"] == "" {
		delete(normal, "SelectionPattern")
	}
}

func (e *environment) createIntegrationResponse(ctx context.Context, r Request, m *integrationResponse) error {
	e.putting.Lock()
	defer e.putting.Unlock()
	_, err := e.svc.GetIntegrationResponse(ctx, m.responseKey())
	if err == nil {
		return &Error{Code: AlreadyExists, Message: takenSentence(terraform+"IntegrationResponse",
			joinID(m.key.RestAPIID, m.key.ResourceID, m.key.HTTPMethod, m.StatusCode))}
	}
	if !gone(err) {
		return err
	}
	response, err := e.svc.PutIntegrationResponse(ctx, m.responseKey(), &m.IntegrationResponse)
	if err != nil {
		return err
	}
	m.IntegrationResponse = *response
	return nil
}
