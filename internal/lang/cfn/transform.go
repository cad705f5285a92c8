package cfn

import (
	"encoding/json"
	"errors"
	"slices"
)

// A Transform rewrites a template before it is read.
//
// See "Transform" in "Template sections".
type Transform struct {
	Name   string // as the template names it; empty: it goes for every template
	Expand func(*Expansion)
}

// An Expansion is the work of a Transform on one template. What it makes has the
// places of the nodes that it was made for.
type Expansion struct {
	Root *Node // a Map

	p *parser
}

// Errorf reports what is wrong with a node.
func (x *Expansion) Errorf(at *Node, path []string, format string, args ...any) *Error {
	return x.p.errorf(at, path, format, args...)
}

// KeyErrorf reports what is wrong with a key, as Errorf does.
func (x *Expansion) KeyErrorf(at *Member, path []string, format string, args ...any) *Error {
	return x.p.keyErrorf(at, path, format, args...)
}

// Warnf reports what will surprise.
func (x *Expansion) Warnf(at *Node, path []string, format string, args ...any) {
	x.p.warnf(at, path, format, args...)
}

// expand runs the transforms that a template names, in its order, behind those
// that go for every template.
func (p *parser) expand(root *Node) {
	if root.Kind != Map {
		return
	}
	run := func(name string) {
		for _, t := range p.t.lim.Transforms {
			if t.Name == name {
				t.Expand(&Expansion{Root: root, p: p})
			}
		}
	}
	run("")
	n := root.get("Transform")
	switch {
	case n == nil:
	case n.Kind == List:
		for _, item := range n.Items {
			run(item.Text)
		}
	default:
		run(n.Text)
	}
}

// expands reports whether a transform is one that may be named.
func (p *parser) expands(name string) bool {
	return slices.ContainsFunc(p.t.lim.Transforms, func(t Transform) bool { return t.Name == name })
}

// NewText returns a text at the place of a node.
func NewText(at *Node, text string) *Node {
	return &Node{Kind: String, Text: text, line: at.line, column: at.column}
}

// NewList returns a list at the place of a node.
func NewList(at *Node, items ...*Node) *Node {
	return &Node{Kind: List, Items: items, line: at.line, column: at.column}
}

// NewMap returns a map at the place of a node.
func NewMap(at *Node, members ...Member) *Node {
	return &Node{Kind: Map, Members: members, line: at.line, column: at.column}
}

// NewMember returns a member whose key stands where its value does.
func NewMember(key string, value *Node) Member {
	return Member{Key: key, Value: value, line: value.line, column: value.column}
}

// Set sets the value of a key of a map.
func (n *Node) Set(key string, value *Node) {
	if m := n.member(key); m != nil {
		m.Value = value
		return
	}
	n.Members = append(n.Members, NewMember(key, value))
}

// Clone returns a deep copy of a node. It may be asked of no node.
func (n *Node) Clone() *Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Items, c.Members = nil, nil
	for _, item := range n.Items {
		c.Items = append(c.Items, item.Clone())
	}
	for _, m := range n.Members {
		m.Value = m.Value.Clone()
		c.Members = append(c.Members, m)
	}
	return &c
}

// Read reads JSON or YAML that is to stand in the place of a node, whose place
// all of it gets. What is wrong with it is reported at the node, and there is
// nothing then.
func (x *Expansion) Read(at *Node, path []string, name string, text []byte) *Node {
	rep := &report{limit: 1}
	r := &reader{file: name, lim: x.p.t.lim, report: rep}
	n := r.read(string(text))
	if err := rep.err(); err != nil || n == nil {
		e := x.Errorf(at, path, "%s cannot be read as JSON or YAML", name)
		var found Errors
		if errors.As(err, &found) {
			e.Message += ": " + found[0].Error()
		}
		return nil
	}
	n.place(at)
	return n
}

// place gives a node and all in it the place of another.
func (n *Node) place(at *Node) {
	n.line, n.column, n.style = at.line, at.column, plain
	for _, item := range n.Items {
		item.place(at)
	}
	for i := range n.Members {
		m := &n.Members[i]
		m.line, m.column = at.line, at.column
		m.Value.place(at)
	}
}

// Processed returns the template as it is behind its transforms: JSON, or the
// source if there are none. The language extensions are part of the language
// here, so they stay.
func (t *Template) Processed() []byte {
	if t.root == nil || !slices.ContainsFunc(t.Transforms, func(name string) bool { return name != languageExtensions }) {
		return t.Source()
	}
	root := *t.root
	root.Members = slices.DeleteFunc(slices.Clone(root.Members), func(m Member) bool { return m.Key == "Transform" })
	if t.extensions {
		root.Set("Transform", NewText(&root, languageExtensions))
	}
	return appendNode(nil, &root)
}

const languageExtensions = "AWS::LanguageExtensions"

// appendNode appends a node as JSON. A scalar that JSON spells otherwise is
// text.
func appendNode(dst []byte, n *Node) []byte {
	switch n.Kind {
	case List:
		dst = append(dst, '[')
		for i, item := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendNode(dst, item)
		}
		return append(dst, ']')
	case Map:
		dst = append(dst, '{')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendNode(dst, &Node{Kind: String, Text: m.Key}), ':')
			dst = appendNode(dst, m.Value)
		}
		return append(dst, '}')
	case Null:
		return append(dst, "null"...)
	case Bool, Number:
		if json.Valid([]byte(n.Text)) {
			return append(dst, n.Text...)
		}
	}
	text, _ := json.Marshal(n.Text) // a text always has JSON
	return append(dst, text...)
}
