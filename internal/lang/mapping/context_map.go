package mapping

// This file is $context as templates see it: hash maps, in which a variable is
// looked up when a template asks for it.

import (
	"strings"

	"postern/internal/lang/vtl"
)

// A contextNode is one name on a level of $context: a variable or a map.
type contextNode struct {
	name     string
	variable *variable // nil for a map
	children []*contextNode
	byName   map[string]*contextNode
}

// enteredFirst are the names that come before others of their bucket when
// keySet lists them in hash order. [observed]
var enteredFirst = [...]string{"path", "domainName", "requestId", "identity.sourceIp"}

// contextTree is the variables that templates know, by level.
var contextTree = func() *contextNode {
	root := &contextNode{}
	for _, name := range enteredFirst {
		root.path(name)
	}
	for i := range variables {
		if v := &variables[i]; v.where&inTemplates != 0 {
			root.path(v.name).variable = v
		}
	}
	root.path("authorizer.claims")
	root.child("requestOverride")
	root.child("responseOverride")
	return root
}()

// path returns the node at the end of a dotted name.
func (n *contextNode) path(name string) *contextNode {
	for part := range strings.SplitSeq(name, ".") {
		n = n.child(part)
	}
	return n
}

// child returns the child called name, and makes it if there is none.
func (n *contextNode) child(name string) *contextNode {
	if c := n.byName[name]; c != nil {
		return c
	}
	c := &contextNode{name: name}
	if n.byName == nil {
		n.byName = make(map[string]*contextNode)
	}
	n.byName[name] = c
	n.children = append(n.children, c)
	return c
}

// contextMap returns $context.
func (m *machine) contextMap() *vtl.Map {
	if !m.context.known && m.scope.given != nil {
		m.context.m = *m.givenContext()
		m.context.known = true
	}
	if !m.context.known {
		m.context.m = *vtl.LazyMap((*contextRoot)(m), vtl.Hashed|vtl.Silent)
		m.context.known = true
	}
	return &m.context.m
}

// contextRoot is the source of $context.
type contextRoot machine

// Len returns how many variables there are.
func (c *contextRoot) Len() int { return (*machine)(c).count(contextTree) }

// Get returns $context.name.
func (c *contextRoot) Get(name string) (vtl.Value, bool) {
	return (*machine)(c).member(contextTree, name)
}

// Entry returns the variable at i.
func (c *contextRoot) Entry(i int) (string, vtl.Value) {
	return (*machine)(c).entry(contextTree, i)
}

// contextBranch is the source of a map in $context.
type contextBranch struct {
	m    *machine
	node *contextNode
}

// Len returns how many members there are.
func (b *contextBranch) Len() int {
	n := b.m.count(b.node)
	if values := b.m.named(b.node); values != nil {
		n += len(values)
	}
	return n
}

// Get returns the member called name.
func (b *contextBranch) Get(name string) (vtl.Value, bool) {
	if v, ok := b.m.member(b.node, name); ok {
		return v, true
	}
	v := find(b.m.named(b.node), name)
	return v.vtl(), v.kind != noValue
}

// Entry returns the member at i.
func (b *contextBranch) Entry(i int) (string, vtl.Value) {
	n := b.m.count(b.node)
	if i < n {
		return b.m.entry(b.node, i)
	}
	v := b.m.named(b.node)[i-n]
	return v.Name, vtl.String(v.Text)
}

// named returns the members of a map that the table does not know.
func (m *machine) named(n *contextNode) []Value {
	authorizer := contextTree.byName["authorizer"]
	switch n {
	case authorizer:
		return m.scope.Context.Authorizer.Context
	case authorizer.byName["claims"]:
		return m.scope.Context.Authorizer.Claims
	}
	return nil
}

// listed reports whether n is there for templates.
func (m *machine) listed(n *contextNode) bool {
	c := &m.scope.Context
	if n.variable != nil {
		return n.variable.where&always != 0 || n.variable.get(c).kind != noValue
	}
	switch n.name {
	case "authorizer":
		return c.Authorizer.Present
	case "claims":
		return c.Authorizer.Claims != nil
	case "clientCert", "validity":
		return c.Identity.ClientCert != nil
	}
	return true
}

func (m *machine) count(n *contextNode) int {
	count := 0
	for _, c := range n.children {
		if m.listed(c) {
			count++
		}
	}
	return count
}

func (m *machine) entry(n *contextNode, i int) (string, vtl.Value) {
	for _, c := range n.children {
		if !m.listed(c) {
			continue
		}
		if i == 0 {
			return c.name, m.value(c)
		}
		i--
	}
	return "", vtl.Null
}

func (m *machine) member(n *contextNode, name string) (vtl.Value, bool) {
	c := n.byName[name]
	if c == nil || !m.listed(c) {
		return vtl.Null, false
	}
	return m.value(c), true
}

// value returns a variable, or the one map of this exchange for a map.
func (m *machine) value(n *contextNode) vtl.Value {
	if n.variable != nil {
		return n.variable.get(&m.scope.Context).vtl()
	}
	switch n.name {
	case "requestOverride":
		return m.overrides.requestMap().Value()
	case "responseOverride":
		return m.overrides.responseMap().Value()
	}
	for _, have := range m.nested {
		if have.node == n {
			return have.m.Value()
		}
	}
	branch := vtl.LazyMap(&contextBranch{m, n}, vtl.Hashed|vtl.Silent)
	m.nested = append(m.nested, nestedMap{n, branch})
	return branch.Value()
}
