package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"postern/internal/apigw"
)

// This file finds resources by their paths, so that what an operation costs does
// not grow with the API: a record under a path holds the identifier of the
// resource there, and the records are in the order in which resources are
// listed.
//
// An API of a store that an earlier Postern wrote has no such records. Whoever
// changes its resources writes them first; whoever lists them does without.

// indexedPath is the longest path, in bytes, that is kept as it is. Of a longer
// one the rest is a digest, so that it is found, and not in its order.
const indexedPath = 800

func pathsPrefix(api string) string { return key("drafts", api, "paths") + "/" }

func pathKey(api, path string) string {
	if len(path) > indexedPath {
		digest := sha256.Sum256([]byte(path))
		path = path[:indexedPath] + "~" + hex.EncodeToString(digest[:])
	}
	return key("drafts", api, "paths") + path
}

// below returns the path of a part below another path.
func below(path, part string) string { return strings.TrimSuffix(path, "/") + "/" + part }

// loadResource returns a resource with its path and without its methods.
func loadResource(r reader, api, id string) (*apigw.Resource, error) {
	res, err := load[apigw.Resource](r, resourceKey(api, id))
	if err != nil {
		return nil, err
	}
	if res == nil {
		return nil, unknownResource()
	}
	for at := res; at != nil && at.ParentID != ""; {
		res.Path = "/" + at.PathPart + res.Path
		if at, err = load[apigw.Resource](r, resourceKey(api, at.ParentID)); err != nil {
			return nil, err
		}
	}
	res.Path = orElse(res.Path, "/")
	return res, nil
}

// resourceAt returns the resource whose identifier stands under a path.
func resourceAt(r reader, api, id, path string) (*apigw.Resource, error) {
	if len(path) > indexedPath {
		return loadResource(r, api, id)
	}
	res, err := load[apigw.Resource](r, resourceKey(api, id))
	if err == nil && res == nil {
		err = unknownResource()
	}
	if err != nil {
		return nil, err
	}
	res.Path = path
	return res, nil
}

// neighbors returns what decides whether r fits below another resource: that
// one, and those right below it that r could clash with.
func neighbors(t *tx, api string, above, r *apigw.Resource) (tree, error) {
	if len(r.Path) > indexedPath {
		return loadTree(t, api)
	}
	near := tree{above.ID: above}
	add := func(id, path string) error {
		other, err := resourceAt(t, api, id, path)
		if err == nil {
			near[id] = other
		}
		return err
	}
	if namesake, err := t.get(pathKey(api, r.Path)); err != nil {
		return nil, err
	} else if namesake != nil {
		if err := add(string(namesake), r.Path); err != nil {
			return nil, err
		}
	}
	if _, _, variable := apigw.Variable(r.PathPart); !variable {
		return near, nil
	}
	// The first that begins so is the sibling itself: what is below it comes
	// behind it.
	for item, err := range t.scan(pathKey(api, below(above.Path, "{"))) {
		if err != nil {
			return nil, err
		}
		return near, add(string(item.Value), item.Key[len(pathsPrefix(api))-1:])
	}
	return near, nil
}

// subtreeOf returns a resource and all that are below it, with their paths.
func subtreeOf(t *tx, api string, r *apigw.Resource) (tree, error) {
	if len(r.Path) > indexedPath {
		all, err := loadTree(t, api)
		if err != nil {
			return nil, err
		}
		out := tree{}
		for _, other := range all {
			if other.ID == r.ID || strings.HasPrefix(other.Path, r.Path+"/") {
				out[other.ID] = other
			}
		}
		return out, nil
	}
	out := tree{r.ID: r}
	for item, err := range t.scan(pathKey(api, r.Path) + "/") {
		if err != nil {
			return nil, err
		}
		res, err := resourceAt(t, api, string(item.Value), item.Key[len(pathsPrefix(api))-1:])
		if err != nil {
			return nil, err
		}
		out[res.ID] = res
	}
	return out, nil
}

// pageOfPaths returns a page of the resources in the order of their paths.
func pageOfPaths(v view, api string, p Page) (list []*apigw.Resource, next string, err error) {
	if p.Limit <= 0 {
		return nil, "", nil
	}
	indexed, err := v.has(pathKey(api, "/"))
	if err != nil {
		return nil, "", err
	}
	if !indexed {
		resources, err := loadTree(v, api)
		if err != nil {
			return nil, "", err
		}
		list, next = pageOf(resources.sorted(), p, func(r *apigw.Resource) string { return r.Path })
		return list, next, nil
	}
	after := ""
	if p.After != "" {
		if p.After[0] != '/' { // no position of ours
			p.After = "/" + p.After
		}
		after = pathKey(api, p.After)
	}
	items, more, err := v.r.Page(pathsPrefix(api), after, p.Limit)
	if err != nil {
		return nil, "", err
	}
	for _, item := range items {
		r, err := resourceAt(v, api, string(item.Value), item.Key[len(pathsPrefix(api))-1:])
		if err != nil {
			return nil, "", err
		}
		list = append(list, r)
	}
	if more {
		next = list[len(list)-1].Path
	}
	return list, next, nil
}

// changePaths is write for what changes where resources stand.
func (s *Service) changePaths(ctx context.Context, api string, f func(*tx) error) error {
	indexed := false
	err := s.read(ctx, func(v view) (err error) {
		indexed, err = v.has(pathKey(api, "/"))
		return err
	})
	if err == nil && !indexed {
		err = s.indexPaths(ctx, api)
	}
	if err != nil {
		return err
	}
	return s.write(ctx, f)
}

// indexPaths writes the paths of an API that has resources and no records of
// their paths.
func (s *Service) indexPaths(ctx context.Context, api string) error {
	return s.write(ctx, func(t *tx) error {
		resources, err := loadTree(t, api)
		if err != nil {
			return err
		}
		for _, r := range resources {
			t.put(pathKey(api, r.Path), []byte(r.ID))
		}
		return nil
	})
}

// count returns how many records are under a prefix.
func count(r reader, prefix string) (n int, err error) {
	for _, err := range r.scan(prefix) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
