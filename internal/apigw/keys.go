package apigw

import (
	"maps"
	"slices"
)

// A MethodKey names a method of a resource.
type MethodKey struct {
	RestAPIID  string
	ResourceID string
	HTTPMethod string // GET, …, ANY
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
