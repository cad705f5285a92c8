package control

import (
	"context"
	"errors"

	"postern/internal/apigw"
	"postern/internal/lang/javaregexp"
	"postern/internal/property"
)

// PutIntegrationResponse gives the integration of a method a response, or
// replaces the one of that status code.
func (s *Service) PutIntegrationResponse(ctx context.Context, k apigw.ResponseKey, given *apigw.IntegrationResponse) (*apigw.IntegrationResponse, error) {
	var out *apigw.IntegrationResponse
	err := s.changeMethod(ctx, k.MethodKey, func(_ *tx, m *apigw.Method) error {
		if m.Integration == nil {
			return apigw.NotFound("No integration defined for method")
		}
		fresh := *given
		out = &fresh
		out.StatusCode = k.StatusCode
		return s.putIntegrationResponse(m, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) putIntegrationResponse(m *apigw.Method, r *apigw.IntegrationResponse) error {
	if len(r.ResponseParametersInJSON) > 0 {
		if len(r.ResponseParameters) > 0 {
			return refuse("responseParameters", nil, "responseParameters conflicts with responseParametersInJson")
		}
		r.ResponseParameters, r.ResponseParametersInJSON = r.ResponseParametersInJSON, nil
	}
	if err := Refusal(r.Validate(s.limits())); err != nil {
		return err
	}
	if err := checkSelectionPattern(r.SelectionPattern); err != nil {
		return err
	}
	if err := checkResponseMappings(m, r); err != nil {
		return err
	}
	for status, other := range m.Integration.Responses {
		if status != r.StatusCode && patternOf(other) == patternOf(r) {
			return apigw.Conflict("Integration response with selection pattern %s already exists", orElse(patternOf(r), "default"))
		}
	}
	if m.Integration.Responses == nil {
		m.Integration.Responses = map[string]*apigw.IntegrationResponse{}
	}
	m.Integration.Responses[r.StatusCode] = r
	return nil
}

// patternOf returns the selection pattern; that of the default response is empty.
func patternOf(r *apigw.IntegrationResponse) string {
	if r.SelectionPattern == nil {
		return ""
	}
	return *r.SelectionPattern
}

// checkSelectionPattern judges a pattern as a regular expression of Java.
func checkSelectionPattern(pattern *string) error {
	if pattern == nil || *pattern == "" {
		return nil
	}
	if _, err := javaregexp.Compile(*pattern); err != nil {
		return refuse("selectionPattern", clip(*pattern), "Invalid regex pattern specified")
	}
	return nil
}

// GetIntegrationResponse returns a response of a method's integration.
func (s *Service) GetIntegrationResponse(ctx context.Context, k apigw.ResponseKey) (*apigw.IntegrationResponse, error) {
	in, err := s.GetIntegration(ctx, k.MethodKey)
	if err != nil {
		return nil, err
	}
	r := in.Responses[k.StatusCode]
	if r == nil {
		return nil, unknownResponse()
	}
	return r, nil
}

// UpdateIntegrationResponse changes a response of a method's integration.
func (s *Service) UpdateIntegrationResponse(ctx context.Context, k apigw.ResponseKey, ops []property.PatchOperation) (*apigw.IntegrationResponse, error) {
	var out *apigw.IntegrationResponse
	err := s.changeMethod(ctx, k.MethodKey, func(_ *tx, m *apigw.Method) error {
		if m.Integration == nil {
			return unknownIntegration()
		}
		old := m.Integration.Responses[k.StatusCode]
		if old == nil {
			return unknownResponse()
		}
		var err error
		if out, err = patched(old, ops, patchWords{}, nil); err != nil {
			return err
		}
		if len(ops) == 0 {
			return nil
		}
		return s.putIntegrationResponse(m, out)
	})
	return out, err
}

// DeleteIntegrationResponse removes a response of a method's integration. On an
// unknown method it complains about the integration. Observed.
func (s *Service) DeleteIntegrationResponse(ctx context.Context, k apigw.ResponseKey) error {
	return s.changeMethodOrIntegration(ctx, k.MethodKey, func(m *apigw.Method) error {
		if m.Integration == nil {
			return unknownIntegration()
		}
		if m.Integration.Responses[k.StatusCode] == nil {
			return unknownResponse()
		}
		delete(m.Integration.Responses, k.StatusCode)
		return nil
	})
}

// isRefusal reports whether err is the refusal want.
func isRefusal(err, want error) bool {
	var got, wanted *apigw.Error
	return errors.As(err, &got) && errors.As(want, &wanted) && got.Code == wanted.Code && got.Message == wanted.Message
}
