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
// is read-only: changes make new routes, which share what they did not touch.
type Routes struct {
	shards  [shards]map[string]map[string]*Stage // by shardOf: API → stage name → stage
	domains map[string]*Domain                   // by domainKey
}

// shards is the number of parts, of which a change copies one: with many APIs
// the cost of a deployment should not be that of all others.
const shards = 256

// shardOf returns the part of an API by the end of its identifier, which is
// random, or what differs where it was chosen.
func shardOf(api string) int {
	n := len(api)
	switch n {
	case 0:
		return 0
	case 1:
		return int(api[0])
	}
	return (int(api[n-2])*36 + int(api[n-1])) % shards
}

// With returns routes in which stages serve their APIs and names, and r is left
// as it was.
func (r *Routes) With(stages ...*Stage) *Routes {
	out := r.clone()
	var own [shards]bool
	for _, s := range stages {
		out.set(&own, s.api, s.name, s)
	}
	return out
}

// Without returns routes that lack one stage.
func (r *Routes) Without(api, stage string) *Routes {
	out := r.clone()
	var own [shards]bool
	out.set(&own, api, stage, nil)
	return out
}

// set makes a stage serve, or none. own says which parts are r's alone already.
func (r *Routes) set(own *[shards]bool, api, name string, s *Stage) {
	i := shardOf(api)
	if !own[i] {
		shard := make(map[string]map[string]*Stage, len(r.shards[i])+1)
		maps.Copy(shard, r.shards[i])
		r.shards[i], own[i] = shard, true
	}
	byName := make(map[string]*Stage, len(r.shards[i][api])+1)
	maps.Copy(byName, r.shards[i][api])
	if s == nil {
		delete(byName, name)
	} else {
		byName[name] = s
	}
	if len(byName) == 0 {
		delete(r.shards[i], api)
	} else {
		r.shards[i][api] = byName
	}
}

// clone returns routes that share all parts with r.
func (r *Routes) clone() *Routes {
	if r == nil {
		return &Routes{}
	}
	out := *r
	return &out
}

// Stage returns a published stage, or nil.
func (r *Routes) Stage(api, name string) *Stage {
	if r == nil {
		return nil
	}
	return r.shards[shardOf(api)][api][name]
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
