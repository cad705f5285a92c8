package resource

import (
	"context"
	"slices"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A methodResponse is what a client can get with one status code.
type methodResponse struct {
	key apigw.MethodKey
	apigw.MethodResponse
	id string
}

func (m *methodResponse) responseKey() apigw.ResponseKey {
	return apigw.ResponseKey{MethodKey: m.key, StatusCode: m.StatusCode}
}

func methodResponseTypes(e *environment) []Type {
	return []Type{&methodResponseType{table[methodResponse]{
		name: terraform + "MethodResponse", surface: property.TerraformType, env: e, noun: "MethodResponse",
		doc:        "What a client of a method can get with one status code.",
		identifier: []string{"RestApiId", "ResourceId", "HttpMethod", "StatusCode"},
		rows: func(m *methodResponse) property.List {
			return slices.Concat(m.key.Properties(), m.Properties(), idRows(&m.id))
		},
		check:    func(m *methodResponse, _ map[string]any) property.Errors { return m.Validate() },
		describe: func(_ Request, m *methodResponse) { m.id = methodID("agmr", m.key, m.StatusCode) },
		create: func(ctx context.Context, _ Request, m *methodResponse) error {
			response, err := e.svc.PutMethodResponse(ctx, m.responseKey(), &m.MethodResponse)
			if err != nil {
				return err
			}
			m.MethodResponse = *response
			return nil
		},
		read: func(ctx context.Context, _ Request, m *methodResponse) error {
			response, err := e.svc.GetMethodResponse(ctx, m.responseKey())
			if err != nil {
				return err
			}
			m.MethodResponse = *response
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *methodResponse) error {
			return e.patchMethodResponse(ctx, want.responseKey(), &is.MethodResponse, &want.MethodResponse)
		},
		delete: func(ctx context.Context, _ Request, m *methodResponse) error {
			return e.svc.DeleteMethodResponse(ctx, m.responseKey())
		},
	}}}
}

func (e *environment) patchMethodResponse(ctx context.Context, k apigw.ResponseKey, is, want *apigw.MethodResponse) error {
	ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
	if len(ops) == 0 {
		return nil
	}
	_, err := e.svc.UpdateMethodResponse(ctx, k, ops)
	return err
}

// A methodResponseType comes after its method.
type methodResponseType struct{ table[methodResponse] }

// After returns the method in all, which a reference need not name.
func (*methodResponseType) After(self Resource, all []Resource) []string {
	return sameMethod(self, all, "Method")
}
