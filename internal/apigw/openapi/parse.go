package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// This file reads JSON and YAML into nodes.
//
//   - A text that begins with a brace is tried as JSON first: what YAML makes of
//     JSON differs in tabs and in surrogate pairs.
//   - A repeated name: the last one counts. Chosen: so do the readers that API
//     Gateway is built on.
//   - Aliases and merges (<<) of YAML are followed.

// Limits on what a stranger may send.
const (
	maxBytes = 6 << 20 // See "Quotas for configuring and running a REST API".
	maxDepth = 120     // levels. Chosen.
	maxNodes = 400_000 // values, with what aliases repeat. Chosen.
)

// A parser turns a text into nodes.
type parser struct {
	nodes   int
	replace *strings.Replacer // of ${AWS::…} in texts; nil: nothing
	merging map[*yaml.Node]bool

	text         []byte // JSON
	offset       int    // where line and column stand
	line, column int
}

// errLimit says which limit a definition breaks.
type errLimit struct {
	line, column int
	what         string
}

func (e *errLimit) Error() string { return e.what }

// parse reads a text. An error is a *Finding.
func parse(content []byte, replace *strings.Replacer) (*node, error) {
	p := &parser{replace: replace}
	if len(content) > maxBytes {
		return nil, &Finding{Message: NotADefinition, Detail: fmt.Sprintf("%d bytes, at most %d are allowed", len(content), maxBytes)}
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		return nil, &Finding{Message: NotADefinition, Detail: "the text is not UTF-8"}
	}
	if trimmed := bytes.TrimLeft(content, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		n, err := p.json(content)
		if err == nil {
			return n, nil
		}
		var over *errLimit
		if errors.As(err, &over) {
			return nil, &Finding{Place: Place{Line: over.line, Column: over.column}, Message: NotADefinition, Detail: over.what}
		}
		// YAML also writes objects in braces; its reader has the better place.
	}
	p.nodes = 0
	n, err := p.yaml(content)
	if err != nil {
		f := &Finding{Message: NotADefinition, Detail: err.Error()}
		var over *errLimit
		var syntax *yaml.LoadError
		switch {
		case errors.As(err, &over):
			f.Line, f.Column, f.Detail = over.line, over.column, over.what
		case errors.As(err, &syntax):
			f.Detail = strings.TrimSpace(syntax.Message + " " + syntax.ContextMsg)
			if syntax.Mark.Line > 0 {
				f.Line, f.Column = int(syntax.Mark.Line), int(max(syntax.Mark.Column, 1))
			}
		}
		return nil, f
	}
	return n, nil
}

// count refuses a value too many or too deep.
func (p *parser) count(depth, line, column int) error {
	p.nodes++
	switch {
	case p.nodes > maxNodes:
		return &errLimit{line, column, fmt.Sprintf("more than %d values", maxNodes)}
	case depth > maxDepth:
		return &errLimit{line, column, fmt.Sprintf("more than %d levels", maxDepth)}
	}
	return nil
}

func (p *parser) textOf(s string) string {
	if p.replace == nil || !strings.Contains(s, "${AWS::") {
		return s
	}
	return p.replace.Replace(s)
}

func (p *parser) json(content []byte) (*node, error) {
	p.text, p.offset, p.line, p.column = content, 0, 1, 1
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	n, err := p.jsonValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more text after the value")
	}
	return n, nil
}

// place returns the line and column of the next token after offset, which only
// grows from call to call.
func (p *parser) place(offset int) (line, column int) {
	for offset < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[offset]) >= 0 {
		offset++
	}
	for ; p.offset < offset; p.offset++ {
		switch c := p.text[p.offset]; {
		case c == '\n':
			p.line, p.column = p.line+1, 1
		case utf8.RuneStart(c):
			p.column++
		}
	}
	return p.line, p.column
}

func (p *parser) jsonValue(d *json.Decoder, depth int) (*node, error) {
	n := &node{}
	n.line, n.column = p.place(int(d.InputOffset()))
	if err := p.count(depth, n.line, n.column); err != nil {
		return nil, err
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '[' {
			n.kind = list
			for d.More() {
				item, err := p.jsonValue(d, depth+1)
				if err != nil {
					return nil, err
				}
				n.items = append(n.items, item)
			}
		} else {
			n.kind = object
			seen := map[string]int{}
			for d.More() {
				name, err := d.Token()
				if err != nil {
					return nil, err
				}
				value, err := p.jsonValue(d, depth+1)
				if err != nil {
					return nil, err
				}
				text, _ := name.(string) // the decoder takes nothing else
				n.put(seen, text, value)
			}
		}
		_, err = d.Token() // the closing one
		return n, err
	case string:
		n.kind, n.text = text, p.textOf(v)
	case json.Number:
		n.kind, n.text = number, v.String()
	case bool:
		*n = node{kind: boolean, text: fmt.Sprint(v), line: n.line, column: n.column}
	}
	return n, nil
}

// put appends a member, or replaces the one of that name.
func (n *node) put(seen map[string]int, name string, value *node) {
	if i, ok := seen[name]; ok {
		n.members[i].value = value
		return
	}
	seen[name] = len(n.members)
	n.members = append(n.members, member{name, value})
}

func (p *parser) yaml(content []byte) (*node, error) {
	// Each value of a block stands on a line of its own, and in a flow a comma
	// or a bracket goes with it; so this many are too many before one is read.
	if bytes.Count(content, []byte(","))+bytes.Count(content, []byte("["))+bytes.Count(content, []byte("{")) > 4*maxNodes {
		return nil, &errLimit{1, 1, fmt.Sprintf("more than %d values", maxNodes)}
	}
	p.merging = map[*yaml.Node]bool{}
	loader, err := yaml.NewLoader(bytes.NewReader(content), yaml.WithPlugin(
		loaderlimits.New(loaderlimits.DepthValue(maxDepth), loaderlimits.AliasNone())))
	if err != nil {
		return nil, err
	}
	var doc, second yaml.Node
	if err := loader.Load(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the text is empty")
		}
		return nil, err
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return nil, &errLimit{second.Line, second.Column, "a second document begins here, a definition is one document"}
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, errors.New("the text is empty")
	}
	return p.yamlValue(doc.Content[0], 0)
}

func (p *parser) yamlValue(y *yaml.Node, depth int) (*node, error) {
	if err := p.count(depth, y.Line, y.Column); err != nil {
		return nil, err
	}
	n := &node{line: y.Line, column: y.Column}
	switch y.Kind {
	case yaml.AliasNode:
		if p.merging[y.Alias] {
			return nil, &errLimit{y.Line, y.Column, "the anchor &" + clip(y.Value) + " contains itself"}
		}
		return p.yamlValue(y.Alias, depth+1)
	case yaml.ScalarNode:
		n.kind, n.text = scalarKind(y), y.Value
		if n.kind == text {
			n.text = p.textOf(n.text)
		}
		return n, nil
	}
	p.merging[y] = true
	defer delete(p.merging, y)
	switch y.Kind {
	case yaml.SequenceNode:
		n.kind = list
		for _, c := range y.Content {
			item, err := p.yamlValue(c, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
	case yaml.MappingNode:
		n.kind = object
		return n, p.yamlObject(y, n, depth)
	}
	return n, nil
}

func (p *parser) yamlObject(y *yaml.Node, n *node, depth int) error {
	seen := map[string]int{}
	var merged []*node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k := y.Content[i]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode {
			return &errLimit{y.Content[i].Line, y.Content[i].Column, "a name must be text"}
		}
		value, err := p.yamlValue(y.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		if k.Tag == "!!merge" || k.Value == "<<" && k.Style == 0 {
			merged = append(merged, value)
			continue
		}
		n.put(seen, p.textOf(k.Value), value)
	}
	for _, m := range merged { // what the object says itself goes before
		from := []*node{m}
		if m.kind == list {
			from = m.items
		}
		for _, f := range from {
			for _, inherited := range f.all() {
				if _, own := seen[inherited.name]; !own {
					n.put(seen, inherited.name, inherited.value)
				}
			}
		}
	}
	return nil
}

// scalarKind decides what a scalar is. Only a plain one can be something else
// than text.
func scalarKind(y *yaml.Node) kind {
	if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle|yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return text
	}
	if tag := y.Tag; y.Style&yaml.TaggedStyle != 0 && tag != "!!null" && tag != "!!bool" && tag != "!!int" && tag != "!!float" {
		return text
	}
	switch v := y.Value; {
	case v == "" || v == "~" || v == "null" || v == "Null" || v == "NULL":
		return null
	case v == "true" || v == "True" || v == "TRUE" || v == "false" || v == "False" || v == "FALSE":
		return boolean
	case json.Valid([]byte(v)) && v[0] != '"' && v[0] != '[' && v[0] != '{':
		return number
	}
	return text
}
