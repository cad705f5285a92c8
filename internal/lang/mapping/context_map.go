package mapping

// This file is $context as templates see it: hash maps, in which a variable is
// looked up when a template asks for it.

import (
	"slices"
	"strings"

	"postern/internal/lang/vtl"
)

// A contextNode is one name on a level of $context: a variable or a map.
type contextNode struct {
	name     string
	variable *variable // nil for a map
	children []*contextNode
	byName   map[string]*contextNode

	place int // in contextNodes

	// Of a map:
	branch   int                 // among all maps
	present  func(*Context) bool // nil: always
	named    uint32              // place of the first member that the table does not know; 0: none
	override bool                // requestOverride or responseOverride
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
	root.child("requestOverride").override = true
	root.child("responseOverride").override = true

	authorizer, cert := root.child("authorizer"), root.path("identity.clientCert")
	claims, validity := authorizer.child("claims"), cert.child("validity")
	authorizer.present = func(c *Context) bool { return c.Authorizer.Present }
	authorizer.named = inAuthorizerContext
	claims.present = func(c *Context) bool { return c.Authorizer.Claims != nil }
	claims.named = inAuthorizerClaims
	cert.present = func(c *Context) bool { return c.Identity.ClientCert != nil }
	validity.present = cert.present
	return root
}()

// contextNodes are the nodes of the tree by place, the root first, and
// contextMaps is how many of them are maps.
var contextNodes, contextMaps = contextTree.list(nil, 0)

// list appends the nodes to those before, of which some are maps.
func (n *contextNode) list(before []*contextNode, maps int) ([]*contextNode, int) {
	n.place = len(before)
	before = append(before, n)
	if n.variable == nil {
		n.branch = maps
		maps++
	}
	for _, c := range n.children {
		before, maps = c.list(before, maps)
	}
	return before, maps
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
		if m.scope.given != nil {
			m.context.m = *m.givenContext()
		} else {
			m.context.m.Reset(vtl.Hashed|vtl.Silent, (*contextRoot)(m))
			m.context.m.Bind((*contextRoot)(m), 0)
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

// Changed reports whether a template has changed $context, or has had it listed.
func (c *contextRoot) Changed() bool { return c.context.changed }

// Holds is asked of lists only, of which there are none.
func (c *contextRoot) Holds(uint32) bool { return !c.context.changed }

// Change is called when a template is about to.
func (c *contextRoot) Change() { c.context.changed = true }

// Places from here on are members that the table does not know: of one of the
// two lists in the authorizer's part.
const (
	inAuthorizerContext = 1 << 16
	inAuthorizerClaims  = 1 << 17
)

// Value returns the value at a place.
func (c *contextRoot) Value(place uint32) vtl.Value {
	switch a := &c.scope.Context.Authorizer; {
	case place >= inAuthorizerClaims:
		return vtl.String(a.Claims[place-inAuthorizerClaims].Text)
	case place >= inAuthorizerContext:
		return vtl.String(a.Context[place-inAuthorizerContext].Text)
	}
	return (*machine)(c).value(contextNodes[place])
}

// Walk goes down the table from a place. A hint is where among the children of a
// node one was found.
func (c *contextRoot) Walk(place uint32, names []string, hints []uint32) (end uint32, ok, known bool) {
	if place >= inAuthorizerContext || c.context.changed {
		return 0, false, false
	}
	n := contextNodes[place]
	for i, name := range names {
		if n.variable != nil || n.override {
			return 0, false, false
		}
		var child *contextNode
		if h := hints[i]; h < uint32(len(n.children)) && n.children[h].name == name {
			child = n.children[h]
		} else if child = n.byName[name]; child != nil {
			hints[i] = uint32(slices.Index(n.children, child))
		}
		switch {
		case child == nil && n.named != 0 && i == len(names)-1:
			return c.walkNamed(n, name)
		case child == nil && n.named != 0:
			return 0, false, false
		case child == nil:
			return 0, false, true
		case child.present != nil && !child.present(&c.scope.Context):
			return 0, false, n.named == 0 // or a member of the same name
		case n.named != 0 && child.variable != nil && child.variable.get(&c.scope.Context).kind == noValue:
			return 0, false, false
		}
		n = child
	}
	return uint32(n.place), true, !n.override
}

// walkNamed finds a member that the table does not know.
func (c *contextRoot) walkNamed(n *contextNode, name string) (end uint32, ok, known bool) {
	for i, v := range n.members(&c.scope.Context) {
		if v.Name == name {
			return n.named + uint32(i), true, true
		}
	}
	return 0, false, true
}

// AppendLeaf prints a variable.
func (c *contextRoot) AppendLeaf(dst []byte, place uint32, names []string, hints []uint32) (out []byte, known bool) {
	place, ok, known := c.Walk(place, names, hints)
	switch {
	case !ok || !known:
		return dst, known
	case place >= inAuthorizerContext:
		v, _ := c.Value(place).AsString()
		return append(dst, v...), true
	}
	n := contextNodes[place]
	if n.variable == nil {
		return dst, false
	}
	return n.variable.get(&c.scope.Context).appendTo(dst), true
}

// Elements has none: there are no lists.
func (c *contextRoot) Elements(uint32) (first uint32, n int, ok bool) { return 0, 0, false }

// Next is never asked for.
func (c *contextRoot) Next(place uint32) uint32 { return place }

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
	return b.node.members(&b.m.scope.Context)
}

// members returns what the table does not know of a map.
func (n *contextNode) members(c *Context) []Value {
	switch n.named {
	case inAuthorizerContext:
		return c.Authorizer.Context
	case inAuthorizerClaims:
		return c.Authorizer.Claims
	}
	return nil
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
	b := &m.branches[n.branch]
	if !b.known {
		m.branched = true
		b.m, b.node, b.known = m, n, true
		b.hash.Reset(vtl.Hashed|vtl.Silent, b)
		b.hash.Bind((*contextRoot)(m), uint32(n.place))
	}
	return b.hash.Value()
}
