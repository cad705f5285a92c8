package control

import (
	"context"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// loadMethod returns a method of a resource. Each part that is missing has its
// own refusal; an unknown API is an unknown resource here. Observed.
func loadMethod(r reader, k apigw.MethodKey) (*apigw.Method, error) {
	ok, err := r.has(resourceKey(k.RestAPIID, k.ResourceID))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, unknownResource()
	}
	m, err := load[apigw.Method](r, methodKey(k.RestAPIID, k.ResourceID, k.HTTPMethod))
	if err == nil && m == nil {
		err = unknownMethod()
	}
	return m, err
}

// changeMethod loads a method, has it changed, and saves it. A method, its
// responses, its integration and the integration's responses are one record.
func (s *Service) changeMethod(ctx context.Context, k apigw.MethodKey, change func(*tx, *apigw.Method) error) error {
	return s.write(ctx, func(t *tx) error {
		m, err := loadMethod(t, k)
		if err != nil {
			return err
		}
		if err := change(t, m); err != nil {
			return err
		}
		return t.save(methodKey(k.RestAPIID, k.ResourceID, k.HTTPMethod), m, 0)
	})
}

// PutMethod makes a method. Responses and an integration that it brings along
// are judged as if they were put one after the other.
func (s *Service) PutMethod(ctx context.Context, k apigw.MethodKey, given *apigw.Method) (*apigw.Method, error) {
	var m *apigw.Method
	err := s.write(ctx, func(t *tx) error {
		ok, err := t.has(resourceKey(k.RestAPIID, k.ResourceID))
		if err != nil {
			return err
		}
		if !ok {
			return unknownResource()
		}
		if !apigw.IsVerb(k.HTTPMethod) {
			return apigw.BadRequest("Invalid HttpMethod specified. Valid options are %s", strings.Join(apigw.Verbs, ","))
		}
		taken, err := t.has(methodKey(k.RestAPIID, k.ResourceID, k.HTTPMethod))
		if err != nil {
			return err
		}
		if taken {
			return apigw.Conflict("Method already exists for this resource")
		}
		fresh := *given
		m = &fresh
		m.HTTPMethod = k.HTTPMethod
		if err := s.completeMethod(t, k.RestAPIID, m); err != nil {
			return err
		}
		if err := s.completeParts(t, k, m); err != nil {
			return err
		}
		return t.save(methodKey(k.RestAPIID, k.ResourceID, k.HTTPMethod), m, 0)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// completeMethod fills in defaults and judges what a method says of itself.
func (s *Service) completeMethod(r reader, api string, m *apigw.Method) error {
	if len(m.RequestParametersInJSON) > 0 {
		if len(m.RequestParameters) > 0 {
			return refuse("requestParameters", nil, "requestParameters conflicts with requestParametersInJson")
		}
		m.RequestParameters, m.RequestParametersInJSON = m.RequestParametersInJSON, nil
	}
	m.AuthorizationType = strings.ToUpper(orElse(m.AuthorizationType, apigw.AuthNone))
	switch m.AuthorizationType {
	case apigw.AuthNone, apigw.AuthIAM:
		m.AuthorizerID = "" // ignored, whatever it names. Observed.
	case apigw.AuthCustom, apigw.AuthCognito:
		if err := needAuthorizer(r, api, m); err != nil {
			return err
		}
	default:
		return refuse("authorizationType", clip(m.AuthorizationType), "Invalid authorization type specified. Valid options are NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS")
	}
	if m.RequestValidatorID != "" {
		ok, err := r.has(validatorKey(api, m.RequestValidatorID))
		if err != nil {
			return err
		}
		if !ok {
			return refuse("requestValidatorId", m.RequestValidatorID, "Invalid Request Validator identifier specified")
		}
	}
	if err := checkModels(r, api, "requestModels", m.RequestModels); err != nil {
		return err
	}
	return checkRequestParameters(m.RequestParameters)
}

// checkModels judges a map from media type to model.
func checkModels(r reader, api, name string, models map[string]string) error {
	for _, contentType := range slices.Sorted(maps.Keys(models)) {
		if !apigw.IsMediaType(contentType) {
			return refuse(name, contentType, "Validation Result: warnings : [], errors : [Invalid content type specified: "+clip(contentType)+"]")
		}
		ok, err := r.has(modelKey(api, models[contentType]))
		if err != nil {
			return err
		}
		if !ok {
			return refuse(name, models[contentType], "Invalid model identifier specified: "+clip(models[contentType]))
		}
	}
	return nil
}

// completeParts judges the responses and the integration that come with a
// method.
func (s *Service) completeParts(r reader, k apigw.MethodKey, m *apigw.Method) error {
	responses := m.Responses
	m.Responses = nil
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		response := *responses[status]
		response.StatusCode = status
		if err := putMethodResponse(r, k.RestAPIID, m, &response); err != nil {
			return err
		}
	}
	if m.Integration == nil {
		return nil
	}
	in := *m.Integration
	m.Integration = nil
	return s.putIntegration(k, m, &in)
}

// GetMethod returns a method with its responses and its integration.
func (s *Service) GetMethod(ctx context.Context, k apigw.MethodKey) (*apigw.Method, error) {
	var m *apigw.Method
	err := s.read(ctx, func(v view) (err error) {
		m, err = loadMethod(v, k)
		return err
	})
	return m, err
}

// UpdateMethod changes what a method says of itself.
func (s *Service) UpdateMethod(ctx context.Context, k apigw.MethodKey, ops []property.PatchOperation) (*apigw.Method, error) {
	var m *apigw.Method
	err := s.changeMethod(ctx, k, func(t *tx, old *apigw.Method) error {
		out, err := patched(old, ops, patchWords{whole: []string{"requestModels"}}, nil)
		if err != nil {
			return err
		}
		if len(ops) > 0 {
			if err := s.completeMethod(t, k.RestAPIID, out); err != nil {
				return err
			}
		}
		*old, m = *out, out
		return nil
	})
	return m, err
}

// DeleteMethod removes a method with its responses and its integration.
func (s *Service) DeleteMethod(ctx context.Context, k apigw.MethodKey) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := loadMethod(t, k); err != nil {
			return err
		}
		t.delete(methodKey(k.RestAPIID, k.ResourceID, k.HTTPMethod))
		return nil
	})
}
