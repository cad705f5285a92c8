package cfn

import (
	"fmt"
	"unicode/utf8"
)

// A Document is JSON or YAML that is not a template, such as an OpenAPI
// definition, of which places in texts are wanted. It is read-only.
type Document struct {
	Root *Node

	file   string
	source *source
}

// ReadDocument reads JSON or YAML. The name is for messages. The error is
// Errors.
func ReadDocument(name string, text []byte, lim Limits) (*Document, error) {
	lim = lim.withDefaults()
	if len(text) > lim.Body {
		return nil, tooLong(name, lim, fmt.Sprintf("more than %d bytes", lim.Body))
	}
	rep := &report{limit: lim.Errors}
	r := &reader{file: name, lim: lim, report: rep}
	body := string(text)
	root := r.read(body)
	if err := rep.err(); err != nil {
		return nil, err
	}
	if root == nil {
		return nil, Errors{{Position: Position{File: name}, Width: 1, Message: "found nothing, expected JSON or YAML"}}
	}
	if len(body) >= 3 && body[:3] == "\ufeff" {
		body = body[3:]
	}
	return &Document{root, name, newSource(body)}, nil
}

// Get returns the value of a key, or nil. It may be asked of no node.
func (n *Node) Get(key string) *Node { return n.get(key) }

// Position returns where a node of d stands, and its width.
func (d *Document) Position(n *Node) (Position, int) {
	return Position{File: d.file, Line: int(n.line), Column: int(n.column)}, width(n)
}

// KeyPosition returns where the key of a member stands, and its width.
func (d *Document) KeyPosition(m *Member) (Position, int) {
	return Position{File: d.file, Line: int(m.line), Column: int(m.column)}, utf8.RuneCountInString(m.Key)
}

// TextPosition returns where the byte at offset of a node's text stands in the
// file, inside of block scalars and behind escapes.
func (d *Document) TextPosition(n *Node, offset int) Position {
	p := d.source.textPlace(n, offset)
	return Position{File: d.file, Line: p.line, Column: p.column}
}
