package openapi

import (
	"encoding/json"
	"strings"
)

// A node is a value of a definition, as it is read and as it is written.
type node struct {
	kind    kind
	text    string   // of a scalar; a number keeps its spelling
	items   []*node  // of a list
	members []member // of an object, in order, names unique

	line, column int // where it begins; 0: nowhere
}

// A member is a name with its value.
type member struct {
	name  string
	value *node
}

type kind uint8

const (
	null kind = iota
	boolean
	number
	text
	list
	object
)

func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "text", "a list", "an object"}[k]
}

// get returns the value of a name, or nil. It may be called on nil.
func (n *node) get(name string) *node {
	if n == nil || n.kind != object {
		return nil
	}
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].value
		}
	}
	return nil
}

// all returns the members of an object, or none.
func (n *node) all() []member {
	if n == nil || n.kind != object {
		return nil
	}
	return n.members
}

// list returns the items of a list, or none.
func (n *node) list() []*node {
	if n == nil || n.kind != list {
		return nil
	}
	return n.items
}

// scalar returns the text of a scalar: the spelling of a number or a boolean,
// and nothing for null.
func (n *node) scalar() string {
	if n == nil || n.kind == null || n.kind >= list {
		return ""
	}
	return n.text
}

// is reports whether there is a value of kind k.
func (n *node) is(k kind) bool { return n != nil && n.kind == k }

// yes reports whether the value is true, with or without quotes.
func (n *node) yes() bool { return strings.EqualFold(n.scalar(), "true") }

// value returns the node as a JSON-like value.
func (n *node) value() any {
	if n == nil {
		return nil
	}
	switch n.kind {
	case boolean:
		return strings.EqualFold(n.text, "true")
	case number:
		return json.Number(n.text)
	case text:
		return n.text
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.value()
		}
		return out
	case object:
		out := make(map[string]any, len(n.members))
		for _, m := range n.members {
			out[m.name] = m.value.value()
		}
		return out
	}
	return nil
}

// find returns the node that a path of names and indices leads to, or the last
// one on the way.
func (n *node) find(path []string) *node {
	for _, name := range path {
		next := n.get(name)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// The rest is for writing.

func textNode(s string) *node { return &node{kind: text, text: s} }

func boolNode(b bool) *node {
	if b {
		return &node{kind: boolean, text: "true"}
	}
	return &node{kind: boolean, text: "false"}
}

func numberNode(spelling string) *node { return &node{kind: number, text: spelling} }

func listNode(items ...*node) *node { return &node{kind: list, items: items} }

func textsNode(texts []string) *node {
	n := listNode()
	for _, s := range texts {
		n.items = append(n.items, textNode(s))
	}
	return n
}

func objectNode() *node { return &node{kind: object} }

// set appends a member, unless there is nothing to say.
func (n *node) set(name string, value *node) {
	if value != nil {
		n.members = append(n.members, member{name, value})
	}
}

// setText appends a text, unless it is empty.
func (n *node) setText(name, s string) {
	if s != "" {
		n.set(name, textNode(s))
	}
}
