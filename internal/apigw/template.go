package apigw

import (
	"maps"

	"postern/internal/property"
)

// This file reads what only templates say: maps that were once given as the text
// of a JSON object, beside the real ones.
//
// See "Removed arguments" of Terraform's aws_api_gateway_integration.

// FromTemplate reads a template's properties, in the spelling of s, into the
// noun that rows belong to. Deprecated properties end up in the ones that took
// their place.
func FromTemplate(s *property.Surface, n any, rows property.List, properties map[string]any) property.Errors {
	errs := property.Decode(s, rows, properties)
	if m, ok := n.(interface{ MergeDeprecated() property.Errors }); ok {
		errs = append(errs, m.MergeDeprecated().Spell(s, rows)...)
	}
	return errs
}

// MergeDeprecated moves the request parameters that were given as JSON to the
// others. It is an error to give both.
func (in *Integration) MergeDeprecated() property.Errors {
	return merge(&in.RequestParameters, &in.RequestParametersInJSON, "requestParameters")
}

// MergeDeprecated moves the response parameters that were given as JSON to the
// others. It is an error to give both.
func (r *IntegrationResponse) MergeDeprecated() property.Errors {
	return merge(&r.ResponseParameters, &r.ResponseParametersInJSON, "responseParameters")
}

// MergeDeprecated moves the request parameters that were given as JSON to the
// others. It is an error to give both.
func (m *Method) MergeDeprecated() property.Errors {
	return merge(&m.RequestParameters, &m.RequestParametersInJSON, "requestParameters")
}

// MergeDeprecated moves the response parameters that were given as JSON to the
// others. It is an error to give both.
func (r *MethodResponse) MergeDeprecated() property.Errors {
	return merge(&r.ResponseParameters, &r.ResponseParametersInJSON, "responseParameters")
}

func merge[V any](into, from *map[string]V, name string) property.Errors {
	if len(*from) == 0 {
		*from = nil
		return nil
	}
	if len(*into) > 0 {
		// Terraform's words, in its spelling.
		snake := map[string]string{"requestParameters": "request_parameters", "responseParameters": "response_parameters"}[name]
		return property.Errors{{
			Path:    []string{name + "InJson"},
			Kind:    property.Conflict,
			Message: snake + " conflicts with " + snake + "_in_json",
			Help:    "keep " + snake + " alone; the other is deprecated",
			Because: []string{name},
		}}
	}
	*into, *from = maps.Clone(*from), nil
	return nil
}
