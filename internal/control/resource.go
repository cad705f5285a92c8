package control

import (
	"context"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A tree is the resources of an API as they are being edited.
type tree map[string]*apigw.Resource // by identifier

// loadTree reads the resources of an API, with their paths and without their
// methods.
func loadTree(r reader, api string) (tree, error) {
	list, err := all[apigw.Resource](r, resourcesPrefix(api))
	if err != nil {
		return nil, err
	}
	t := make(tree, len(list))
	for _, res := range list {
		t[res.ID] = res
	}
	for _, res := range list {
		t.fillPath(res)
	}
	return t, nil
}

// fillPath sets the path of a resource and of those above it.
func (t tree) fillPath(r *apigw.Resource) {
	if r.Path != "" {
		return
	}
	r.Path = "/" + r.PathPart // also what ends a circle, which no operation makes
	parent := t[r.ParentID]
	if parent == nil {
		return
	}
	t.fillPath(parent)
	r.Path = strings.TrimSuffix(parent.Path, "/") + "/" + r.PathPart
}

// sorted returns the resources by their paths; so parents come before children.
func (t tree) sorted() []*apigw.Resource {
	list := make([]*apigw.Resource, 0, len(t))
	for _, r := range t {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *apigw.Resource) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// children returns the resources right below one.
func (t tree) children(id string) []*apigw.Resource {
	var list []*apigw.Resource
	for _, r := range t {
		if r.ParentID == id && r.ID != id {
			list = append(list, r)
		}
	}
	return list
}

// fits judges whether a resource may stand where its parent and its path part
// say, among the others.
func (t tree) fits(r *apigw.Resource) error {
	parent := t[r.ParentID]
	if parent == nil {
		return unknownResource()
	}
	if !apigw.IsPathPart(r.PathPart) {
		return refuse("pathPart", clip(r.PathPart), "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
	}
	if _, greedy, _ := apigw.Variable(parent.PathPart); greedy {
		return apigw.BadRequest("Cannot create a child of a resource with a greedy path variable: %s", parent.PathPart)
	}
	_, greedy, variable := apigw.Variable(r.PathPart)
	if greedy && len(t.children(r.ID)) > 0 {
		return apigw.BadRequest("Cannot create a child of a resource with a greedy path variable: %s", r.PathPart)
	}
	siblings := t.children(r.ParentID)
	for _, other := range siblings {
		if other.ID != r.ID && other.PathPart == r.PathPart {
			return apigw.Conflict("Another resource with the same parent already has this name: %s", r.PathPart)
		}
	}
	for _, other := range siblings {
		if _, _, ok := apigw.Variable(other.PathPart); ok && variable && other.ID != r.ID {
			return apigw.BadRequest("A sibling (%s) of this resource already has a variable path part -- only one is allowed", other.PathPart)
		}
	}
	return nil
}

// saveResource writes what a resource says of itself, and where it stands; its
// methods are records of their own.
func (s *Service) saveResource(t *tx, api string, r *apigw.Resource) error {
	t.put(pathKey(api, r.Path), []byte(r.ID))
	return t.save(resourceKey(api, r.ID), &apigw.Resource{ID: r.ID, ParentID: r.ParentID, PathPart: r.PathPart}, 0)
}

// CreateResource makes a resource below another one.
func (s *Service) CreateResource(ctx context.Context, api, parent, pathPart string) (*apigw.Resource, error) {
	var r *apigw.Resource
	err := s.changePaths(ctx, api, func(t *tx) error {
		above, err := loadResource(t, api, parent)
		if err != nil {
			return err
		}
		id, err := s.unusedID(t, shortID, func(id string) string { return resourceKey(api, id) })
		if err != nil {
			return err
		}
		r = &apigw.Resource{ID: id, ParentID: parent, PathPart: pathPart, Path: below(above.Path, pathPart)}
		near, err := neighbors(t, api, above, r)
		if err != nil {
			return err
		}
		if err := near.fits(r); err != nil {
			return err
		}
		if limit := s.limits().Resources; limit > 0 {
			n, err := count(t, resourcesPrefix(api))
			if err != nil {
				return err
			}
			if n >= limit {
				return &apigw.Error{Code: apigw.LimitExceededException,
					Message: "Maximum number of Resources for this API has been reached.  Please contact AWS if you need additional Resources."}
			}
		}
		return s.saveResource(t, api, r)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// GetResource returns a resource with its methods.
func (s *Service) GetResource(ctx context.Context, api, id string) (*apigw.Resource, error) {
	var r *apigw.Resource
	err := s.read(ctx, func(v view) (err error) {
		if r, err = loadResource(v, api, id); err != nil {
			return err
		}
		return loadMethods(v, methodsOfPrefix(api, id), tree{id: r})
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// GetResources returns a page of the resources with their methods, in the order
// of their paths.
func (s *Service) GetResources(ctx context.Context, api string, p Page) (list []*apigw.Resource, next string, err error) {
	err = s.read(ctx, func(v view) error {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		if list, next, err = pageOfPaths(v, api, p); err != nil {
			return err
		}
		for _, r := range list {
			if err := loadMethods(v, methodsOfPrefix(api, r.ID), tree{r.ID: r}); err != nil {
				return err
			}
		}
		return nil
	})
	return list, next, err
}

// loadMethods gives the resources of a tree the methods under a prefix.
func loadMethods(r reader, prefix string, resources tree) error {
	for item, err := range r.scan(prefix) {
		if err != nil {
			return err
		}
		m, err := decode[apigw.Method](item.Value)
		if err != nil {
			return err
		}
		res := resources[segment(item.Key, 3)]
		if res == nil {
			continue // deleted with its resource, and put again by nobody
		}
		if res.Methods == nil {
			res.Methods = map[string]*apigw.Method{}
		}
		res.Methods[m.HTTPMethod] = m
	}
	return nil
}

// UpdateResource moves or renames a resource. What is below it moves along.
func (s *Service) UpdateResource(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.Resource, error) {
	var r *apigw.Resource
	err := s.changePaths(ctx, api, func(t *tx) (err error) {
		if r, err = loadResource(t, api, id); err != nil {
			return err
		}
		words := patchWords{replaceOnly: []string{"/parentId", "/pathPart"}}
		moved, err := patched(&apigw.Resource{ID: r.ID, ParentID: r.ParentID, PathPart: r.PathPart}, ops, words, nil)
		if err != nil {
			return err
		}
		if len(ops) > 0 {
			if err := s.moveResource(t, api, r, moved); err != nil {
				return err
			}
		}
		return loadMethods(t, methodsOfPrefix(api, id), tree{id: r})
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// moveResource puts r where to stands, if it fits there, with all that is below
// it.
func (s *Service) moveResource(t *tx, api string, r, to *apigw.Resource) error {
	if r.ParentID == "" {
		if to.PathPart != r.PathPart {
			return apigw.BadRequest("Root resource cannot update its pathPart.")
		}
		if to.ParentID != r.ParentID {
			return apigw.BadRequest("Root resource cannot update its parentId.")
		}
		return nil
	}
	above, err := loadResource(t, api, to.ParentID)
	if err != nil {
		return err
	}
	subtree, err := subtreeOf(t, api, r)
	if err != nil {
		return err
	}
	if subtree[above.ID] != nil {
		return apigw.BadRequest("Resources cannot be cyclical.")
	}
	to.Path = below(above.Path, to.PathPart)
	near, err := neighbors(t, api, above, to)
	if err != nil {
		return err
	}
	for _, child := range subtree.children(r.ID) {
		near[child.ID] = child
	}
	if err := near.fits(to); err != nil {
		return err
	}
	if to.Path != r.Path {
		for _, moved := range subtree {
			t.delete(pathKey(api, moved.Path))
		}
		for _, moved := range subtree {
			t.put(pathKey(api, to.Path+strings.TrimPrefix(moved.Path, r.Path)), []byte(moved.ID))
		}
	}
	r.ParentID, r.PathPart, r.Path = to.ParentID, to.PathPart, to.Path
	return s.saveResource(t, api, r)
}

// DeleteResource removes a resource with all that is below it.
func (s *Service) DeleteResource(ctx context.Context, api, id string) error {
	return s.changePaths(ctx, api, func(t *tx) error {
		r, err := loadResource(t, api, id)
		if err != nil {
			return err
		}
		if r.ParentID == "" {
			return apigw.BadRequest("Root resource cannot be deleted.")
		}
		subtree, err := subtreeOf(t, api, r)
		if err != nil {
			return err
		}
		for _, gone := range subtree {
			t.delete(resourceKey(api, gone.ID))
			t.delete(pathKey(api, gone.Path))
			t.deletePrefix(methodsOfPrefix(api, gone.ID))
		}
		return nil
	})
}
