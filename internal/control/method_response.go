package control

import (
	"context"
	"maps"
	"slices"

	"postern/internal/apigw"
	"postern/internal/property"
)

// PutMethodResponse adds a response to a method.
func (s *Service) PutMethodResponse(ctx context.Context, k apigw.ResponseKey, given *apigw.MethodResponse) (*apigw.MethodResponse, error) {
	var out *apigw.MethodResponse
	err := s.changeMethod(ctx, k.MethodKey, func(t *tx, m *apigw.Method) error {
		fresh := *given
		out = &fresh
		out.StatusCode = k.StatusCode
		return putMethodResponse(t, k.RestAPIID, m, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func putMethodResponse(r reader, api string, m *apigw.Method, response *apigw.MethodResponse) error {
	if m.Responses[response.StatusCode] != nil {
		return apigw.Conflict("Response already exists for this resource")
	}
	if len(response.ResponseParametersInJSON) > 0 {
		if len(response.ResponseParameters) > 0 {
			return refuse("responseParameters", nil, "responseParameters conflicts with responseParametersInJson")
		}
		response.ResponseParameters, response.ResponseParametersInJSON = response.ResponseParametersInJSON, nil
	}
	if err := checkMethodResponse(r, api, response); err != nil {
		return err
	}
	if m.Responses == nil {
		m.Responses = map[string]*apigw.MethodResponse{}
	}
	m.Responses[response.StatusCode] = response
	return nil
}

func checkMethodResponse(r reader, api string, response *apigw.MethodResponse) error {
	if err := Refusal(response.Validate()); err != nil {
		return err
	}
	if err := checkModels(r, api, "responseModels", response.ResponseModels); err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(response.ResponseParameters))
	return mappingError(checkDeclared(names, "method.response", []string{"header"}))
}

// GetMethodResponse returns a response of a method.
func (s *Service) GetMethodResponse(ctx context.Context, k apigw.ResponseKey) (*apigw.MethodResponse, error) {
	m, err := s.GetMethod(ctx, k.MethodKey)
	if err != nil {
		return nil, err
	}
	response := m.Responses[k.StatusCode]
	if response == nil {
		return nil, unknownResponse()
	}
	return response, nil
}

// UpdateMethodResponse changes a response of a method.
func (s *Service) UpdateMethodResponse(ctx context.Context, k apigw.ResponseKey, ops []property.PatchOperation) (*apigw.MethodResponse, error) {
	var out *apigw.MethodResponse
	err := s.changeMethod(ctx, k.MethodKey, func(t *tx, m *apigw.Method) error {
		old := m.Responses[k.StatusCode]
		if old == nil {
			return unknownResponse()
		}
		var err error
		if out, err = patched(old, ops, patchWords{whole: []string{"responseModels"}}, nil); err != nil {
			return err
		}
		if err := checkMethodResponse(t, k.RestAPIID, out); err != nil {
			return err
		}
		m.Responses[k.StatusCode] = out
		return nil
	})
	return out, err
}

// DeleteMethodResponse removes a response of a method.
func (s *Service) DeleteMethodResponse(ctx context.Context, k apigw.ResponseKey) error {
	return s.changeMethod(ctx, k.MethodKey, func(_ *tx, m *apigw.Method) error {
		if m.Responses[k.StatusCode] == nil {
			return unknownResponse()
		}
		delete(m.Responses, k.StatusCode)
		return nil
	})
}
