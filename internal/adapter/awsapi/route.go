package awsapi

import (
	"net/url"
	"strings"
)

// A router finds the operation of a method and a path. It is read-only.
type router struct {
	root node
}

// A node is one segment of a path.
type node struct {
	literal   map[string]*node
	parameter *node // any segment but the empty one
	rest      bool  // this parameter takes all segments that are left
	at        map[string]*operation
	importAt  map[string]*operation // for mode=import
}

func newRouter(ops []operation) *router {
	r := &router{}
	for i := range ops {
		op := &ops[i]
		n := &r.root
		for segment := range strings.SplitSeq(op.path[1:], "/") {
			if name, ok := strings.CutPrefix(segment, "{"); ok {
				name = strings.TrimSuffix(name, "}")
				op.parameters = append(op.parameters, name)
				n = n.any(name)
				continue
			}
			n = n.child(segment)
		}
		table := &n.at
		if op.importing {
			table = &n.importAt
		}
		if *table == nil {
			*table = map[string]*operation{}
		}
		(*table)[op.method] = op
	}
	return r
}

func (n *node) any(name string) *node {
	if n.parameter == nil {
		// An ARN is one encoded segment; some clients leave its slashes bare.
		n.parameter = &node{rest: strings.HasSuffix(name, "_arn")}
	}
	return n.parameter
}

func (n *node) child(segment string) *node {
	if n.literal == nil {
		n.literal = map[string]*node{}
	}
	if n.literal[segment] == nil {
		n.literal[segment] = &node{}
	}
	return n.literal[segment]
}

// find returns the operation for a path as it was received, and the values of
// its parameters in their order, each decoded once. It returns nil for a path or
// a method that no operation has.
func (r *router) find(method, escapedPath string, importing bool) (*operation, []string) {
	n := &r.root
	path, ok := strings.CutPrefix(escapedPath, "/")
	if !ok {
		return nil, nil
	}
	path = strings.TrimSuffix(path, "/")
	var values []string
	for more := true; more; {
		var segment string
		segment, path, more = strings.Cut(path, "/")
		if next := n.literal[segment]; next != nil {
			n = next
			continue
		}
		if n.parameter == nil || segment == "" {
			return nil, nil
		}
		n = n.parameter
		if n.rest && more {
			segment, more = segment+"/"+path, false
		}
		value, err := url.PathUnescape(segment)
		if err != nil {
			return nil, nil
		}
		values = append(values, value)
	}
	if importing && n.importAt[method] != nil {
		return n.importAt[method], values
	}
	return n.at[method], values
}
