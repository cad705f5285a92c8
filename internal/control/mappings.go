package control

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/lang/mapping"
)

// This file judges parameter mappings: whether both sides are expressions, and
// whether they name what has been declared.
//
// See "Mapping reference for API Gateway REST APIs".

// mappingError is how the service wraps complaints about mappings.
func mappingError(complaints []string) error {
	if len(complaints) == 0 {
		return nil
	}
	return apigw.BadRequest("Invalid mapping expression specified: Validation Result: warnings : [], errors : [%s]", strings.Join(complaints, ", "))
}

func undeclared(expression string) string {
	return "Invalid mapping expression parameter specified: " + expression
}

const badParameterName = "Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$"

var parameterName = regexp.MustCompile(`^[a-zA-Z0-9._$-]+$`)

// requestPlaces are where a method declares request parameters.
var requestPlaces = []string{"path", "querystring", "header", "multivaluequerystring", "multivalueheader"}

// checkDeclared judges the names of declared parameters. prefix is what they
// begin with, places what may follow it.
func checkDeclared(names []string, prefix string, places []string) []string {
	var complaints []string
	for _, text := range names {
		rest, ok := strings.CutPrefix(text, prefix+".")
		place, name, dotted := strings.Cut(rest, ".")
		switch {
		case !ok || !dotted || !slices.Contains(places, place):
			complaints = append(complaints, "Invalid mapping expression specified: "+text)
		case !parameterName.MatchString(name):
			complaints = append(complaints, badParameterName)
		}
	}
	return complaints
}

// checkRequestParameters judges what a method declares.
func checkRequestParameters(declared map[string]bool) error {
	names := slices.Sorted(maps.Keys(declared))
	if err := mappingError(checkDeclared(names, "method.request", requestPlaces)); err != nil {
		return err
	}
	// A name may be declared for one value and for several, in one place.
	placeOf := map[string]string{}
	for _, text := range names {
		place, name, _ := strings.Cut(strings.TrimPrefix(text, "method.request."), ".")
		place = strings.TrimPrefix(place, "multivalue")
		if other, seen := placeOf[name]; seen && other != place {
			return apigw.BadRequest("Parameter names must be unique across querystring, header and path")
		}
		placeOf[name] = place
	}
	return nil
}

// checkRequestMappings judges the parameter mappings of an integration against
// what its method declares.
func checkRequestMappings(m *apigw.Method, in *apigw.Integration) error {
	var complaints []string
	for _, to := range slices.Sorted(maps.Keys(in.RequestParameters)) {
		switch target, err := mapping.ParseTarget(to); {
		case err != nil:
			complaint, err := complaintOf(err)
			if err != nil {
				return err
			}
			complaints = append(complaints, complaint)
		case target.Place != mapping.IntegrationRequestHeader && target.Place != mapping.IntegrationRequestQuery && target.Place != mapping.IntegrationRequestPath:
			complaints = append(complaints, "Invalid mapping expression specified: "+to)
		}
		from := in.RequestParameters[to]
		e, err := mapping.ParseExpression(from)
		if err != nil {
			complaint, err := complaintOf(err)
			if err != nil {
				return err
			}
			complaints = append(complaints, complaint)
			continue
		}
		switch e.Source() {
		case mapping.MethodRequestPath, mapping.MethodRequestQuery, mapping.MethodRequestMultiValueQuery,
			mapping.MethodRequestHeader, mapping.MethodRequestMultiValueHeader:
			if !declares(m, from) {
				complaints = append(complaints, undeclared(from))
			}
		case mapping.IntegrationResponseHeader, mapping.IntegrationResponseMultiValueHeader, mapping.IntegrationResponseBody:
			complaints = append(complaints, "Invalid mapping expression specified: "+from)
		}
	}
	return mappingError(complaints)
}

// declares reports whether a method declares a request parameter. One that is
// read with all its values may be declared for one.
func declares(m *apigw.Method, expression string) bool {
	if _, ok := m.RequestParameters[expression]; ok {
		return true
	}
	_, ok := m.RequestParameters[strings.Replace(expression, "method.request.multivalue", "method.request.", 1)]
	return ok
}

// complaintOf returns what the service says of a text that is no expression.
// Any other error is returned as it is.
func complaintOf(err error) (string, error) {
	var e *mapping.ExpressionError
	if errors.As(err, &e) {
		return e.Error(), nil
	}
	return "", err
}

// checkCacheKeys judges the cache keys of an integration, which are parameters
// of the method or of the integration.
func checkCacheKeys(m *apigw.Method, in *apigw.Integration) error {
	for _, k := range in.CacheKeyParameters {
		if !cacheKeyKnown(m, in, k) {
			return refuse("cacheKeyParameters", k, "Invalid cache key parameter specified")
		}
	}
	return nil
}

func cacheKeyKnown(m *apigw.Method, in *apigw.Integration, k string) bool {
	_, mapped := in.RequestParameters[k]
	return mapped || declares(m, k)
}

// checkResponseMappings judges the parameter mappings of an integration
// response against the method response that it becomes.
func checkResponseMappings(m *apigw.Method, r *apigw.IntegrationResponse) error {
	if len(r.ResponseParameters) == 0 {
		return nil
	}
	response := m.Responses[r.StatusCode]
	if response == nil {
		return mappingError([]string{"No method response exists for method."})
	}
	var complaints []string
	for _, to := range slices.Sorted(maps.Keys(r.ResponseParameters)) {
		target, err := mapping.ParseTarget(to)
		if err != nil {
			complaint, err := complaintOf(err)
			if err != nil {
				return err
			}
			complaints = append(complaints, complaint)
		} else if target.Place != mapping.MethodResponseHeader {
			complaints = append(complaints, "Invalid mapping expression specified: "+to)
		} else if _, declared := response.ResponseParameters[to]; !declared {
			complaints = append(complaints, undeclared(to))
		}
		from := r.ResponseParameters[to]
		e, err := mapping.ParseExpression(from)
		if err != nil {
			complaint, err := complaintOf(err)
			if err != nil {
				return err
			}
			complaints = append(complaints, complaint)
			continue
		}
		switch e.Source() {
		case mapping.MethodRequestPath, mapping.MethodRequestQuery, mapping.MethodRequestMultiValueQuery,
			mapping.MethodRequestHeader, mapping.MethodRequestMultiValueHeader, mapping.MethodRequestBody:
			complaints = append(complaints, "Invalid mapping expression specified: "+from)
		}
	}
	return mappingError(complaints)
}
