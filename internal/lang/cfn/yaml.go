package cfn

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"postern/internal/nearest"
)

// This file reads YAML with positions.
//
//   - Refused as AWS documents it: merges (<<) and the tags binary, omap, pairs,
//     set, timestamp. Aliases are a warning.
//   - A repeated key is an error.
//
// See "CloudFormation template formats".

// shortTags are the functions that have a short form.
var shortTags = []string{
	"Ref", "Condition", "Sub", "GetAtt", "Join", "Select", "Split", "FindInMap", "ImportValue", "Base64", "Cidr", "GetAZs",
	"If", "And", "Or", "Not", "Equals", "Transform", "ValueOf", "ValueOfAll", "RefAll", "Contains", "EachMemberIn",
	"EachMemberEquals", "ToJsonString", "Length",
}

type yamlReader struct {
	*reader
	source  *source
	open    map[*yaml.Node]bool // anchors whose aliases are being followed
	aliased bool
}

func (r *reader) yaml(text string) (*Node, error) {
	if err := r.estimate(text); err != nil {
		return nil, err
	}
	y := &yamlReader{reader: r, source: newSource(text), open: map[*yaml.Node]bool{}}
	loader, err := yaml.NewLoader(strings.NewReader(text), yaml.WithPlugin(
		loaderlimits.New(loaderlimits.DepthValue(r.lim.Depth), loaderlimits.AliasNone())))
	if err != nil {
		return nil, y.syntax(err)
	}
	var doc yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		r.report.add(&Error{Position: r.position(1, 1), Message: "the template is empty, expected at least Resources",
			AWS: "Template format error: unsupported structure."})
		return nil, errStop{}
	case err != nil:
		return nil, y.syntax(err)
	}
	var second yaml.Node
	switch err := loader.Load(&second); {
	case err == nil:
		r.report.add(&Error{Position: r.position(int32(second.Line), int32(second.Column)),
			Message: "a second document begins here, a template is one document"})
		return nil, errStop{}
	case !errors.Is(err, io.EOF):
		return nil, y.syntax(err)
	}
	if len(doc.Content) == 0 {
		return nil, y.fail(&doc, "the template is empty")
	}
	return y.node(doc.Content[0], 0)
}

// estimate refuses text that could become many more nodes than allowed, before
// the YAML reader spends memory on them. Commas and line ends inside of block
// scalars count too, hence the factor.
func (r *reader) estimate(text string) error {
	n := 0
	for _, c := range []string{",", "\n", "[", "{", ": "} {
		n += strings.Count(text, c)
	}
	if n > 4*r.lim.Nodes {
		r.report.add(&Error{Position: r.position(1, 1), Message: fmt.Sprintf("more than %d values in one template", r.lim.Nodes)})
		return errStop{}
	}
	return nil
}

func (y *yamlReader) fail(n *yaml.Node, format string, args ...any) error {
	y.report.add(&Error{Position: y.position(int32(n.Line), int32(n.Column)), Message: fmt.Sprintf(format, args...)})
	return errStop{}
}

// syntax reports an error of the YAML reader in our words' order: place first.
func (y *yamlReader) syntax(err error) error {
	e := &Error{Position: y.position(1, 1), Message: err.Error()}
	var le *yaml.LoadError
	if errors.As(err, &le) {
		e.Message = le.Message
		if le.ContextMsg != "" {
			e.Message += " " + le.ContextMsg
		}
		if le.Mark.Line > 0 {
			e.Line, e.Column = le.Mark.Line, max(le.Mark.Column, 1)
		}
	}
	switch {
	case strings.Contains(e.Message, "cannot start any token"):
		e.Help = "lines are indented with spaces, not with tabs; text that begins with @, ` or % stands in quotation marks"
	case strings.Contains(e.Message, "parsing a flow"):
		e.Help = "between { } and [ ], text with one of {}[], in it stands in quotation marks, such as \"/{proxy+}\""
	case strings.Contains(e.Message, "mapping values are not allowed"):
		e.Help = "a key stands as far to the right as those beside it; text with a colon and a blank in it stands in quotation marks"
	}
	e.AWS = fmt.Sprintf("Template format error: YAML not well-formed. (line %d, column %d)", e.Line, e.Column)
	y.report.add(e)
	return errStop{}
}

func (y *yamlReader) node(n *yaml.Node, depth int) (*Node, error) {
	line, column := int32(n.Line), int32(n.Column)
	if err := y.count(depth, line, column); err != nil {
		return nil, err
	}
	if n.Kind == yaml.AliasNode {
		return y.alias(n, depth)
	}
	if n.Anchor != "" {
		if y.open[n] {
			return nil, y.fail(n, "the anchor &%s contains itself", n.Anchor)
		}
		y.open[n] = true
		defer delete(y.open, n)
	}
	tagged := n.Style&yaml.TaggedStyle != 0
	tag := n.Tag
	if !tagged {
		tag = ""
	}
	if tagged || n.Anchor != "" {
		at := y.source.skipProperties(n.Line, n.Column)
		line, column = int32(at.line), int32(at.column)
	}
	out := &Node{line: line, column: column}
	if err := y.content(n, out, tag, depth); err != nil {
		return nil, err
	}
	if strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") && tag != "!" {
		return y.short(n, tag[1:], out)
	}
	return out, nil
}

func (y *yamlReader) alias(n *yaml.Node, depth int) (*Node, error) {
	if !y.aliased {
		y.aliased = true
		y.report.add(&Error{Position: y.position(int32(n.Line), int32(n.Column)), Width: len(n.Value) + 1, Warning: true,
			Message: "aliases work here, AWS documents them as unsupported"})
	}
	if y.open[n.Alias] {
		return nil, y.fail(n, "the anchor &%s contains itself", n.Value)
	}
	return y.node(n.Alias, depth)
}

func (y *yamlReader) content(n *yaml.Node, out *Node, tag string, depth int) error {
	switch tag {
	case "!!binary", "!!omap", "!!pairs", "!!set", "!!timestamp":
		return y.fail(n, "the tag %s is not supported in templates", tag)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		y.scalar(n, out, tag)
		return nil
	case yaml.SequenceNode:
		out.Kind = List
		out.Items = make([]*Node, 0, len(n.Content))
		for _, c := range n.Content {
			item, err := y.node(c, depth+1)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, item)
		}
		return nil
	case yaml.MappingNode:
		return y.mapping(n, out, depth)
	}
	return y.fail(n, "found a value that templates do not have")
}

func (y *yamlReader) mapping(n *yaml.Node, out *Node, depth int) error {
	out.Kind = Map
	out.Members = make([]Member, 0, len(n.Content)/2)
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode {
			return y.fail(n.Content[i], "a key must be text")
		}
		if k.Tag == "!!merge" {
			return y.fail(k, "merges (<<) are not supported in templates")
		}
		m := Member{Key: k.Value, line: int32(n.Content[i].Line), column: int32(n.Content[i].Column)}
		v, err := y.node(n.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		m.Value = v
		if first, ok := seen[m.Key]; ok {
			y.report.add(&Error{Position: y.position(m.line, m.column), Width: utf8.RuneCountInString(m.Key),
				Message: fmt.Sprintf("key %s stands here for the second time, the first is in line %d", quote(m.Key), out.Members[first].line)})
			continue
		}
		seen[m.Key] = len(out.Members)
		out.Members = append(out.Members, m)
	}
	return nil
}

// scalar decides what a scalar is. Only a plain one can be something else than
// text.
func (y *yamlReader) scalar(n *yaml.Node, out *Node, tag string) {
	out.Kind, out.Text = String, n.Value
	switch {
	case n.Style&yaml.LiteralStyle != 0:
		out.style = literal
	case n.Style&yaml.FoldedStyle != 0:
		out.style = folded
	case n.Style&yaml.DoubleQuotedStyle != 0:
		out.style = doubleQuoted
	case n.Style&yaml.SingleQuotedStyle != 0:
		out.style = singleQuoted
	}
	if out.style != plain || tag != "" && tag != "!!null" && tag != "!!bool" && tag != "!!int" && tag != "!!float" {
		return
	}
	switch v := n.Value; {
	case v == "" || v == "~" || v == "null" || v == "Null" || v == "NULL":
		out.Kind = Null
	case v == "true" || v == "True" || v == "TRUE" || v == "false" || v == "False" || v == "FALSE":
		out.Kind = Bool
	case isNumber(v):
		out.Kind = Number
	}
}

// short turns a tagged value into a call in its long form.
func (y *yamlReader) short(n *yaml.Node, name string, arg *Node) (*Node, error) {
	known := false
	for _, s := range shortTags {
		known = known || s == name
	}
	if !known {
		e := &Error{Position: y.position(int32(n.Line), int32(n.Column)), Width: utf8.RuneCountInString(name) + 1,
			Message: fmt.Sprintf("!%s is not a function of templates", clip(name))}
		if s := nearest.Word(name, shortTags); s != "" {
			e.Help = "did you mean !" + s + "?"
		}
		y.report.add(e)
		arg.bad = true
		return arg, nil
	}
	if arg.Kind == Null && arg.Text == "" {
		arg.Kind = String // !Ref without anything
	}
	key := "Fn::" + name
	switch name {
	case "Ref", "Condition":
		key = name
	case "GetAtt":
		splitGetAtt(arg)
	}
	line, column := int32(n.Line), int32(n.Column)
	return &Node{Kind: Map, line: line, column: column, short: true,
		Members: []Member{{Key: key, Value: arg, line: line, column: column}}}, nil
}

// splitGetAtt turns the text A.B.C into the list A, B.C.
func splitGetAtt(arg *Node) {
	if arg.Kind != String {
		return
	}
	id, attr, ok := strings.Cut(arg.Text, ".")
	if !ok {
		return
	}
	at := arg.column
	if arg.style == singleQuoted || arg.style == doubleQuoted {
		at++
	}
	*arg = Node{Kind: List, line: arg.line, column: arg.column, short: true, Items: []*Node{
		{Kind: String, Text: id, line: arg.line, column: at},
		{Kind: String, Text: attr, line: arg.line, column: at + int32(utf8.RuneCountInString(id)) + 1},
	}}
}

func clip(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}
