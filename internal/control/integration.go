package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// PutIntegration binds a method to a backend. What the method had before is
// replaced whole: everything that is not given goes back to its default, and the
// integration responses are gone. Observed.
func (s *Service) PutIntegration(ctx context.Context, k apigw.MethodKey, given *apigw.Integration) (*apigw.Integration, error) {
	var in *apigw.Integration
	err := s.changeMethod(ctx, k, func(_ *tx, m *apigw.Method) error {
		fresh := *given
		in = &fresh
		return s.putIntegration(k, m, in)
	})
	if err != nil {
		return nil, err
	}
	return in, nil
}

// putIntegration gives m the integration in, and in the responses that come
// with it.
func (s *Service) putIntegration(k apigw.MethodKey, m *apigw.Method, in *apigw.Integration) error {
	if len(in.RequestParametersInJSON) > 0 {
		if len(in.RequestParameters) > 0 {
			return refuse("requestParameters", nil, "requestParameters conflicts with requestParametersInJson")
		}
		in.RequestParameters, in.RequestParametersInJSON = in.RequestParametersInJSON, nil
	}
	responses := in.Responses
	in.Responses = nil
	if err := s.completeIntegration(k, m, in); err != nil {
		return err
	}
	m.Integration = in
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		response := *responses[status]
		response.StatusCode = status
		if err := s.putIntegrationResponse(m, &response); err != nil {
			return err
		}
	}
	return nil
}

// completeIntegration judges an integration and fills in what was left out.
//
// See the table "Defaults in the stored resource"; all of it is observed.
func (s *Service) completeIntegration(k apigw.MethodKey, m *apigw.Method, in *apigw.Integration) error {
	if err := Refusal(in.Validate(s.limits())); err != nil {
		return err
	}
	if err := checkRequestMappings(m, in); err != nil {
		return err
	}
	if err := checkCacheKeys(m, in); err != nil {
		return err
	}
	if in.Type == apigw.Mock {
		in.URI, in.HTTPMethod = "", ""
	}
	if in.Type != apigw.HTTP && in.Type != apigw.HTTPProxy {
		in.ConnectionType = ""
	} else if in.ConnectionType == "" {
		in.ConnectionType = apigw.Internet
	}
	if in.PassthroughBehavior == "" {
		in.PassthroughBehavior = apigw.WhenNoMatch
	}
	if in.Timeout == 0 {
		in.Timeout = apigw.DefaultTimeout
	}
	in.CacheNamespace = orElse(in.CacheNamespace, k.ResourceID)
	return nil
}

// GetIntegration returns the integration of a method with its responses.
func (s *Service) GetIntegration(ctx context.Context, k apigw.MethodKey) (*apigw.Integration, error) {
	m, err := s.GetMethod(ctx, k)
	if err != nil {
		return nil, err
	}
	if m.Integration == nil {
		return nil, unknownIntegration()
	}
	return m.Integration, nil
}

// UpdateIntegration changes the integration of a method. Rules that join two
// properties are judged after the last operation.
func (s *Service) UpdateIntegration(ctx context.Context, k apigw.MethodKey, ops []property.PatchOperation) (*apigw.Integration, error) {
	var in *apigw.Integration
	err := s.changeMethod(ctx, k, func(_ *tx, m *apigw.Method) error {
		if m.Integration == nil {
			return unknownIntegration()
		}
		limits := s.limits()
		timeout := fmt.Sprintf("Timeout should be between %d ms and %d ms", limits.MinTimeout.Milliseconds(), limits.IntegrationTimeout.Milliseconds())
		words := patchWords{bare: []string{"cacheKeyParameters"}, bad: map[string]string{"timeoutInMillis": timeout}}
		out, err := patched(m.Integration, ops, words, func(in *apigw.Integration, op property.PatchOperation) (bool, error) {
			return patchIntegration(m, in, op)
		})
		if err != nil {
			return err
		}
		if in = out; len(ops) == 0 {
			return nil
		}
		if out.Timeout == 0 { // not what was left out, but the value "0"
			return refuse("timeoutInMillis", 0, timeout)
		}
		if err := s.completeIntegration(k, m, out); err != nil {
			return err
		}
		m.Integration = out
		return nil
	})
	return in, err
}

// patchIntegration takes over the operations that touch more than they name.
// Observed.
func patchIntegration(m *apigw.Method, in *apigw.Integration, op property.PatchOperation) (bool, error) {
	segments := property.Segments(op.Path)
	if len(segments) < 2 {
		return false, nil
	}
	name := strings.Join(segments[1:], "/")
	switch {
	case segments[0] == "requestParameters" && op.Op == "remove":
		// The cache keys that the mapping named go with it.
		from, ok := in.RequestParameters[name]
		if !ok {
			return false, nil
		}
		in.CacheKeyParameters = slices.DeleteFunc(in.CacheKeyParameters, func(k string) bool { return k == name || k == from })
	case segments[0] == "cacheKeyParameters" && op.Op == "add":
		if !cacheKeyKnown(m, in, name) {
			return true, mappingError([]string{undeclared(name)})
		}
	case segments[0] == "cacheKeyParameters" && op.Op == "replace":
		if slices.Contains(in.CacheKeyParameters, name) {
			return true, nil // no effect
		}
	}
	return false, nil
}

// DeleteIntegration removes the integration of a method with its responses. On
// an unknown method it complains about the integration. Observed.
func (s *Service) DeleteIntegration(ctx context.Context, k apigw.MethodKey) error {
	return s.changeMethodOrIntegration(ctx, k, func(m *apigw.Method) error {
		if m.Integration == nil {
			return unknownIntegration()
		}
		m.Integration = nil
		return nil
	})
}

// changeMethodOrIntegration is changeMethod for operations to which a method
// that does not exist is an integration that does not exist.
func (s *Service) changeMethodOrIntegration(ctx context.Context, k apigw.MethodKey, change func(*apigw.Method) error) error {
	err := s.changeMethod(ctx, k, func(_ *tx, m *apigw.Method) error { return change(m) })
	if isRefusal(err, unknownMethod()) {
		return unknownIntegration()
	}
	return err
}
