package dataplane

import (
	"maps"
	"strings"

	"postern/internal/message"
)

// This file decides which method answers a request.
//
//   - At each level a literal segment comes before {variable}, and that before
//     {greedy+}. A branch that ends nowhere, or in a resource without a method
//     for the verb, is left for the next. Observed.
//   - A trailing slash is ignored, and so are doubled ones before the match;
//     inside a greedy value they are kept. Observed.
//   - Segments are compared as they were received: nothing is decoded.

// Routes is every published stage, and every domain name that leads to one. It
// is read-only.
type Routes struct {
	apis    map[string]map[string]*Stage // API → stage name → stage
	domains map[string]*Domain           // by domainKey
}

// With returns routes in which stage serves its API and name, and r is left as
// it was.
func (r *Routes) With(stages ...*Stage) *Routes {
	out := r.clone()
	for _, s := range stages {
		byName := make(map[string]*Stage, len(out.apis[s.api])+1)
		for name, other := range out.apis[s.api] {
			byName[name] = other
		}
		byName[s.name] = s
		out.apis[s.api] = byName
	}
	return out
}

// Without returns routes that lack one stage.
func (r *Routes) Without(api, stage string) *Routes {
	out := r.clone()
	byName := make(map[string]*Stage, len(out.apis[api]))
	for name, other := range out.apis[api] {
		if name != stage {
			byName[name] = other
		}
	}
	if len(byName) == 0 {
		delete(out.apis, api)
	} else {
		out.apis[api] = byName
	}
	return out
}

func (r *Routes) clone() *Routes {
	out := &Routes{apis: make(map[string]map[string]*Stage), domains: make(map[string]*Domain)}
	if r != nil {
		maps.Copy(out.apis, r.apis)
		maps.Copy(out.domains, r.domains)
	}
	return out
}

// Stage returns a published stage, or nil.
func (r *Routes) Stage(api, name string) *Stage {
	if r == nil {
		return nil
	}
	return r.apis[api][name]
}

// A node is one level of an API's resource tree.
type node struct {
	literals map[string]*node
	variable *node
	greedy   *node
	name     string // of the parameter, in a variable or greedy node
	resource *resource
}

// A resource is one compiled path with its methods.
type resource struct {
	methods [len(verbs)]*Method // ANY is in every place that has no method of its own
}

// verbs are the HTTP methods that a resource can have. Others find nothing.
var verbs = [...]string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}

func verbIndex(verb string) int {
	for i, v := range verbs {
		if v == verb {
			return i
		}
	}
	return -1
}

// find walks path, which begins with a slash, down from n. It appends the
// values of path parameters to params and returns the method, or nil.
func (n *node) find(path string, verb int, params message.Pairs) (*Method, message.Pairs) {
	rest := strings.TrimLeft(path, "/")
	if rest == "" {
		if n.resource != nil && n.resource.methods[verb] != nil {
			return n.resource.methods[verb], params
		}
		return nil, params
	}
	segment, below := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		segment, below = rest[:i], rest[i:]
	}
	if child := n.literals[segment]; child != nil {
		if m, p := child.find(below, verb, params); m != nil {
			return m, p
		}
	}
	if n.variable != nil {
		if m, p := n.variable.find(below, verb, append(params, message.Pair{Name: n.variable.name, Value: segment})); m != nil {
			return m, p
		}
	}
	if g := n.greedy; g != nil && g.resource.methods[verb] != nil {
		return g.resource.methods[verb], append(params, message.Pair{Name: g.name, Value: strings.TrimSuffix(rest, "/")})
	}
	return nil, params
}
