package apigw

import (
	"maps"
	"slices"

	"postern/internal/property"
)

// A MethodKey names a method of a resource.
type MethodKey struct {
	RestAPIID  string
	ResourceID string
	HTTPMethod string // GET, …, ANY
}

// Properties is the one definition of what names a method. Templates give the
// names among the other properties, the HTTP API has them in the path.
func (k *MethodKey) Properties() property.List {
	return property.List{
		{
			Name:  "restApiId",
			Value: property.Text(&k.RestAPIID),
			Is:    property.Required | property.CreateOnly,
			Doc:   "The API.",
		},
		{
			Name:  "resourceId",
			Value: property.Text(&k.ResourceID),
			Is:    property.Required | property.CreateOnly,
			Doc:   "The resource of the API.",
		},
		{
			Name:  "httpMethod",
			Value: property.Verb(&k.HTTPMethod),
			Is:    property.Required | property.CreateOnly,
			Doc:   "The verb of the method request. ANY stands for every verb that has no method of its own.",
		},
	}
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
