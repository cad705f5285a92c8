package control_test

import (
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// The tree has /pets, /pets/{id}, /files and /files/{path+}.
func petTree(f *fixture) (api *apigw.RestAPI, ids map[string]string) {
	f.t.Helper()
	api = f.api()
	ids = map[string]string{"/": api.RootResourceID}
	for _, r := range []struct{ parent, part, path string }{
		{"/", "pets", "/pets"},
		{"/pets", "{id}", "/pets/{id}"},
		{"/", "files", "/files"},
		{"/files", "{path+}", "/files/{path+}"},
	} {
		made, err := f.CreateResource(f.t.Context(), api.ID, ids[r.parent], r.part)
		if err != nil {
			f.t.Fatal(err)
		}
		if made.Path != r.path {
			f.t.Fatalf("path %s, want %s", made.Path, r.path)
		}
		ids[r.path] = made.ID
	}
	return api, ids
}

func TestCreateResourceRules(t *testing.T) {
	const badPart = "BadRequestException: Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end."
	for _, tt := range []struct {
		name, parent, part, want string
	}{
		{name: "plain", parent: "/", part: "dogs"},
		{name: "all letters", parent: "/", part: "a-Z_0.9:b"},
		{name: "variable beside a literal", parent: "/", part: "{name}"},
		{name: "same name", parent: "/", part: "pets", want: "ConflictException: Another resource with the same parent already has this name: pets"},
		{name: "second variable", parent: "/pets", part: "{other}", want: "BadRequestException: A sibling ({id}) of this resource already has a variable path part -- only one is allowed"},
		{name: "same variable", parent: "/pets", part: "{id}", want: "ConflictException: Another resource"},
		{name: "below a greedy one", parent: "/files/{path+}", part: "x", want: "BadRequestException: Cannot create a child of a resource with a greedy path variable: {path+}"},
		{name: "empty", parent: "/", part: "", want: badPart},
		{name: "slash", parent: "/", part: "a/b", want: badPart},
		{name: "half a variable", parent: "/", part: "{x", want: badPart},
		{name: "part of a segment", parent: "/", part: "a{x}", want: badPart},
		{name: "no parent", parent: "", part: "x", want: "NotFoundException: Invalid Resource identifier specified"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api, ids := petTree(f)
			_, err := f.CreateResource(t.Context(), api.ID, ids[tt.parent], tt.part)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func TestMoveResource(t *testing.T) {
	for _, tt := range []struct {
		name, resource, parent, part string // parent: its path; part: ""
		want                         string // the new path, or a refusal
	}{
		{name: "rename", resource: "/pets", part: "dogs", want: "/dogs"},
		{name: "move", resource: "/pets/{id}", parent: "/", want: "/{id}"},
		{name: "below itself", resource: "/pets", parent: "/pets/{id}", want: "BadRequestException: Resources cannot be cyclical."},
		{name: "into itself", resource: "/pets", parent: "/pets", want: "BadRequestException: Resources cannot be cyclical."},
		{name: "onto a variable", resource: "/pets/{id}", parent: "/files", want: "BadRequestException: A sibling ({path+})"},
		{name: "greedy with children", resource: "/pets", part: "{all+}", want: "BadRequestException: Cannot create a child of a resource with a greedy path variable: {all+}"},
		{name: "the same again", resource: "/pets", part: "pets", want: "/pets"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api, ids := petTree(f)
			var ops []property.PatchOperation
			if tt.part != "" {
				ops = append(ops, replace("/pathPart", tt.part))
			}
			if tt.parent != "" {
				ops = append(ops, replace("/parentId", ids[tt.parent]))
			}
			r, err := f.UpdateResource(t.Context(), api.ID, ids[tt.resource], ops)
			if tt.want[0] != '/' {
				if wrong := refused(err, tt.want); wrong != "" {
					t.Error(wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.Path != tt.want {
				t.Errorf("path %s, want %s", r.Path, tt.want)
			}
		})
	}
}

func TestChildrenMoveAlong(t *testing.T) {
	f := newFixture(t)
	api, ids := petTree(f)
	if _, err := f.UpdateResource(t.Context(), api.ID, ids["/pets"], []property.PatchOperation{replace("/pathPart", "dogs")}); err != nil {
		t.Fatal(err)
	}
	r, err := f.GetResource(t.Context(), api.ID, ids["/pets/{id}"])
	if err != nil {
		t.Fatal(err)
	}
	if r.Path != "/dogs/{id}" {
		t.Errorf("path %s, want /dogs/{id}", r.Path)
	}
}

func TestDeleteResourceTakesTheSubtreeAndItsMethods(t *testing.T) {
	f := newFixture(t)
	api, ids := petTree(f)
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: ids["/pets/{id}"], HTTPMethod: "GET"}
	if _, err := f.PutMethod(t.Context(), k, &apigw.Method{}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteResource(t.Context(), api.ID, ids["/pets"]); err != nil {
		t.Fatal(err)
	}
	list, _, err := f.GetResources(t.Context(), api.ID, control.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, r := range list {
		paths = append(paths, r.Path)
	}
	if len(paths) != 3 || paths[1] != "/files" {
		t.Errorf("left: %v, want / /files /files/{path+}", paths)
	}
	_, err = f.GetMethod(t.Context(), k)
	if wrong := refused(err, "NotFoundException: Invalid Resource identifier specified"); wrong != "" {
		t.Error(wrong)
	}
	if wrong := refused(f.DeleteResource(t.Context(), api.ID, ids["/"]), "BadRequestException: Root resource"); wrong != "" {
		t.Error(wrong)
	}
}

func TestResourceQuota(t *testing.T) {
	f := newFixture(t)
	limits := apigw.DefaultLimits()
	limits.Resources = 2
	f.Limits = &limits
	api := f.api()
	if _, err := f.CreateResource(t.Context(), api.ID, api.RootResourceID, "a"); err != nil {
		t.Fatal(err)
	}
	_, err := f.CreateResource(t.Context(), api.ID, api.RootResourceID, "b")
	if wrong := refused(err, "LimitExceededException: Maximum number of Resources for this API has been reached.  Please contact AWS"); wrong != "" {
		t.Error(wrong)
	}
}
