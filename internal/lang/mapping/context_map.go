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

	// Of a map:
	place   int                    // among all maps
	present func(*Context) bool    // nil: always
	named   func(*Context) []Value // members that the table does not know; nil: none
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

	authorizer, cert := root.child("authorizer"), root.path("identity.clientCert")
	claims, validity := authorizer.child("claims"), cert.child("validity")
	authorizer.present = func(c *Context) bool { return c.Authorizer.Present }
	authorizer.named = func(c *Context) []Value { return c.Authorizer.Context }
	claims.present = func(c *Context) bool { return c.Authorizer.Claims != nil }
	claims.named = func(c *Context) []Value { return c.Authorizer.Claims }
	cert.present = func(c *Context) bool { return c.Identity.ClientCert != nil }
	validity.present = cert.present
	return root
}()

// contextMaps is how many maps there are, $context included.
var contextMaps = contextTree.number(0)

// number gives the maps their places, from first on, and returns the next one.
func (n *contextNode) number(first int) int {
	if n.variable != nil {
		return first
	}
	n.place = first
	first++
	for _, c := range n.children {
		first = c.number(first)
	}
	return first
}

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
	if !m.context.known {
		m.context.known = true
		m.context.m.Reset(vtl.Hashed|vtl.Silent, (*contextRoot)(m))
		if m.scope.given != nil {
			m.context.m = *m.givenContext()
		}
	}
	return &m.context.m
}

// contextRoot is the source of $context.
type contextRoot machine

// Len returns how many variables there are.
func (c *contextRoot) Len() int { return (*machine)(c).count(contextTree) }

// Get returns $context.name.
func (c *contextRoot) Get(name string) (vtl.Value, bool) {
	switch name { // what templates set needs no search
	case "requestOverride":
		return c.overrides.requestMap().Value(), true
	case "responseOverride":
		return c.overrides.responseMap().Value(), true
	}
	return (*machine)(c).member(contextTree, name)
}

// Leaf returns the variable that the names lead to.
func (c *contextRoot) Leaf(names []string) (vtl.Value, bool, bool) {
	v, known := (*machine)(c).variable(names)
	return v.vtl(), v.kind != noValue, known
}

// AppendLeaf prints the variable that the names lead to.
func (c *contextRoot) AppendLeaf(dst []byte, names []string) ([]byte, bool) {
	v, known := (*machine)(c).variable(names)
	return v.appendTo(dst), known
}

// variable finds a variable that stands in the table, if no template has had a
// map on the way.
func (m *machine) variable(names []string) (v value, known bool) {
	n := contextTree
	for _, name := range names {
		if m.branches != nil && n != contextTree && m.branches[n.place].known {
			return value{}, false
		}
		if n = n.byName[name]; n == nil || n.present != nil && !n.present(&m.scope.Context) {
			return value{}, false
		}
	}
	if n.variable == nil {
		return value{}, false
	}
	return n.variable.get(&m.scope.Context), true
}

// Entry returns the variable at i.
func (c *contextRoot) Entry(i int) (string, vtl.Value) {
	return (*machine)(c).entry(contextTree, i)
}

// contextBranch is a map in $context, and its source.
type contextBranch struct {
	m     *machine
	node  *contextNode
	hash  vtl.Map
	known bool
}

// Len returns how many members there are.
func (b *contextBranch) Len() int { return b.m.count(b.node) + len(b.named()) }

// Get returns the member called name.
func (b *contextBranch) Get(name string) (vtl.Value, bool) {
	if v, ok := b.m.member(b.node, name); ok {
		return v, true
	}
	v := find(b.named(), name)
	return v.vtl(), v.kind != noValue
}

// Entry returns the member at i.
func (b *contextBranch) Entry(i int) (string, vtl.Value) {
	n := b.m.count(b.node)
	if i < n {
		return b.m.entry(b.node, i)
	}
	v := b.named()[i-n]
	return v.Name, vtl.String(v.Text)
}

// named returns the members that the table does not know.
func (b *contextBranch) named() []Value {
	if b.node.named == nil {
		return nil
	}
	return b.node.named(&b.m.scope.Context)
}

// listed reports whether n is there for templates.
func (m *machine) listed(n *contextNode) bool {
	c := &m.scope.Context
	if n.variable != nil {
		return n.variable.where&always != 0 || n.variable.get(c).kind != noValue
	}
	return n.present == nil || n.present(c)
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
	if m.branches == nil {
		m.branches = make([]contextBranch, contextMaps)
	}
	b := &m.branches[n.place]
	if !b.known {
		b.m, b.node, b.known = m, n, true
		b.hash.Reset(vtl.Hashed|vtl.Silent, b)
	}
	return b.hash.Value()
}
