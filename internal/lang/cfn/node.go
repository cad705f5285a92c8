package cfn

import (
	"strings"
)

// A Node is a value of a template as it is written. A call of a function is a
// Map with one member, whichever way it is spelled: !Ref X is {Ref: X}.
type Node struct {
	Kind    Kind
	Text    string   // of a scalar: its text or spelling
	Items   []*Node  // of a List
	Members []Member // of a Map, in the order of the file, keys unique

	line, column int32 // of the value, behind tag and anchor
	style        style
	short        bool // a call spelled as a tag
	bad          bool // reported: nobody complains about it again, its value is unknown
}

// A Member is a key with its value.
type Member struct {
	Key   string
	Value *Node

	line, column int32 // of the key
}

// A Kind is what a Node is.
type Kind uint8

// The kinds of nodes. A Number or Bool of a template may be meant as text; its
// spelling is kept.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// String returns the word for a kind in messages.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "list", "map"}[k]
}

// A style is how a scalar is written, which decides where a place inside its
// text stands in the file.
type style uint8

const (
	plain style = iota
	singleQuoted
	doubleQuoted // of YAML or JSON
	literal
	folded
)

// get returns the value of a key, or nil.
func (n *Node) get(key string) *Node {
	if m := n.member(key); m != nil {
		return m.Value
	}
	return nil
}

func (n *Node) member(key string) *Member {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if n.Members[i].Key == key {
			return &n.Members[i]
		}
	}
	return nil
}

// call returns the name and argument of a function call, or "" and nil.
func (n *Node) call() (string, *Node) {
	if n == nil || n.Kind != Map || len(n.Members) != 1 {
		return "", nil
	}
	m := &n.Members[0]
	if m.Key == "Ref" || strings.HasPrefix(m.Key, "Fn::") {
		return m.Key, m.Value
	}
	return "", nil
}

// isText reports whether a literal can stand where a string is due.
func (n *Node) isText() bool {
	return n != nil && (n.Kind == String || n.Kind == Number || n.Kind == Bool)
}

// brief describes a node in a message.
func (n *Node) brief() string {
	switch {
	case n == nil:
		return "nothing"
	case n.Kind == String || n.Kind == Number || n.Kind == Bool:
		return quote(n.Text)
	case n.Kind == Map && len(n.Members) == 1 && (n.Members[0].Key == "Ref" || strings.HasPrefix(n.Members[0].Key, "Fn::")):
		return n.Members[0].Key
	}
	return "a " + n.Kind.String()
}

// quote shows at most 80 characters of foreign text.
func quote(s string) string {
	r := []rune(strings.ToValidUTF8(s[:min(len(s), 400)], "?"))
	if len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '\n':
			b.WriteString(`\n`)
		case c < ' ' || c == 0x7f:
			b.WriteByte('?')
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
