package apigw

import (
	"regexp"

	"postern/internal/property"
)

// A Resource is one segment of a path, with its methods.
//
// See "CreateResource" and "AWS::ApiGateway::Resource".
type Resource struct {
	ID       string
	ParentID string // empty for the root
	PathPart string // empty for the root
	Path     string // from the root
	Methods  map[string]*Method
}

// Properties is the one definition of what can be said of a resource.
func (r *Resource) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "ResourceId"},
			Value: property.Text(&r.ID),
			Is:    property.ReadOnly,
			Doc:   "The resource's identifier.",
		},
		{
			Name:  "parentId",
			Value: property.Text(&r.ParentID),
			Is:    property.CreateOnly,
			Patch: property.Replace,
			Doc:   "The resource above.",
		},
		{
			Name:  "pathPart",
			Value: property.Text(&r.PathPart),
			Is:    property.CreateOnly,
			Patch: property.Replace,
			Doc:   "The segment: letters, digits and . _ - : or {name} or, as the last one, {name+}.",
		},
		{
			Name:  "path",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Text(&r.Path),
			Is:    property.ReadOnly,
			Doc:   "The path from the root.",
		},
		{
			Name:  "resourceMethods",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None, CLI: property.None},
			Value: property.ObjectMap(&r.Methods),
			Is:    property.ReadOnly,
			Doc:   "The methods, by verb.",
		},
	}
}

var pathPart = regexp.MustCompile(`^([a-zA-Z0-9._:,-]+|\{[a-zA-Z0-9._:-]+\+?\})$`)

// IsPathPart reports whether s can be a segment of a path.
func IsPathPart(s string) bool { return pathPart.MatchString(s) }

// Variable returns the name of a variable path part, and whether it is greedy.
func Variable(pathPart string) (name string, greedy, ok bool) {
	n := len(pathPart)
	if n < 3 || pathPart[0] != '{' || pathPart[n-1] != '}' {
		return "", false, false
	}
	name = pathPart[1 : n-1]
	if name[len(name)-1] == '+' {
		return name[:len(name)-1], true, true
	}
	return name, false, true
}
