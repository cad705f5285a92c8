package cfn

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"postern/internal/nearest"
)

// A parser turns nodes into a Template.
type parser struct {
	t      *Template
	report *report
}

func (p *parser) errorf(n *Node, path []string, format string, args ...any) *Error {
	e := &Error{Position: p.t.position(n), Width: width(n), Path: path, Message: fmt.Sprintf(format, args...)}
	p.report.add(e)
	return e
}

func (p *parser) keyErrorf(m *Member, path []string, format string, args ...any) *Error {
	e := &Error{Position: p.t.keyPosition(m), Width: utf8.RuneCountInString(m.Key), Path: path, Message: fmt.Sprintf(format, args...)}
	p.report.add(e)
	return e
}

func (p *parser) warnf(n *Node, path []string, format string, args ...any) {
	p.report.add(&Error{Position: p.t.position(n), Width: width(n), Path: path, Message: fmt.Sprintf(format, args...), Warning: true})
}

// See "Template sections".
var sectionNames = []string{
	"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
	"Conditions", "Transform", "Resources", "Outputs", "Hooks",
}

func (p *parser) sections(root *Node) {
	if root.Kind != Map {
		p.errorf(root, nil, "a template is a map with Resources, found %s", root.brief()).AWS = "Template format error: unsupported structure."
		return
	}
	for i := range root.Members {
		m := &root.Members[i]
		if !slices.Contains(sectionNames, m.Key) {
			e := p.keyErrorf(m, []string{m.Key}, "%s is not a section of a template", quote(m.Key))
			e.Help = nearest.Question(m.Key, sectionNames)
			e.AWS = fmt.Sprintf("Invalid template property or properties [%s]", m.Key)
		}
	}
	if n := root.get("AWSTemplateFormatVersion"); n != nil && n.Text != "2010-09-09" {
		p.errorf(n, []string{"AWSTemplateFormatVersion"}, "%s is not 2010-09-09", n.brief()).AWS =
			"Template format error: [" + n.Text + "] is not a supported value for AWSTemplateFormatVersion."
	}
	if n := root.get("Description"); n != nil {
		if !n.isText() {
			p.errorf(n, []string{"Description"}, "found %s, expected text", n.brief()).AWS =
				"Template format error: Description must be a string"
		} else if p.t.Description = n.Text; len(n.Text) > 1024 {
			p.errorf(n, []string{"Description"}, "has %d bytes, at most 1024 are allowed", len(n.Text)).AWS =
				"Template format error: 'Description' length is greater than 1024."
		}
	}
	p.t.Metadata = root.get("Metadata")
	p.transform(root.get("Transform"))
	if n := root.get("Hooks"); n != nil {
		p.errorf(n, []string{"Hooks"}, "hooks are not supported")
	}
	p.each(root, "Parameters", p.t.lim.Parameters, true, p.parameter)
	p.mappings(root)
	p.each(root, "Conditions", 0, true, func(m *Member, path []string) {
		c := &Named{Name: m.Key, Value: m.Value, member: m}
		p.t.Conditions, p.t.conditions[m.Key] = append(p.t.Conditions, c), c
	})
	p.each(root, "Rules", 0, true, func(m *Member, path []string) {
		p.t.rules = append(p.t.rules, &Named{Name: m.Key, Value: m.Value, member: m})
	})
	p.each(root, "Resources", p.t.lim.Resources, true, p.resource)
	p.each(root, "Outputs", p.t.lim.Outputs, true, p.output)
	if n := root.get("Resources"); n == nil || n.Kind == Map && len(n.Members) == 0 {
		at := root
		if n != nil {
			at = n
		}
		p.errorf(at, []string{"Resources"}, "a template has at least one resource").AWS =
			"Template format error: At least one Resources member must be defined."
	}
}

// each calls f for the members of a section with valid names.
func (p *parser) each(root *Node, section string, limit int, alnum bool, f func(*Member, []string)) {
	n := root.get(section)
	if n == nil {
		return
	}
	if n.Kind != Map {
		p.errorf(n, []string{section}, "found %s, expected a map", n.brief())
		return
	}
	if limit > 0 && len(n.Members) > limit {
		p.warnf(n, []string{section}, "%d members, AWS allows at most %d", len(n.Members), limit)
	}
	for i := range n.Members {
		if p.report.full() {
			return
		}
		m := &n.Members[i]
		path := []string{section, m.Key}
		switch {
		case strings.HasPrefix(m.Key, "Fn::ForEach"):
			p.keyErrorf(m, path, "Fn::ForEach is not supported: write the members out")
		case strings.HasPrefix(m.Key, "Fn::"):
			p.keyErrorf(m, path, "a function cannot stand here")
		case alnum && !isAlnum(m.Key):
			p.keyErrorf(m, path, "a name has only letters and digits, A-Z a-z 0-9").AWS =
				fmt.Sprintf("Template format error: %s name %s is non alphanumeric.", strings.TrimSuffix(section, "s"), m.Key)
		case len(m.Key) > p.t.lim.Name:
			p.keyErrorf(m, path, "a name has at most %d characters, this one %d", p.t.lim.Name, len(m.Key))
		default:
			f(m, path)
		}
	}
}

func isAlnum(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; !(c >= 'a' && c <= 'z' || s[i] >= '0' && s[i] <= '9') {
			return false
		}
	}
	return s != ""
}

func (p *parser) transform(n *Node) {
	if n == nil {
		return
	}
	items := []*Node{n}
	if n.Kind == List {
		items = n.Items
	}
	for _, item := range items {
		path := []string{"Transform"}
		switch {
		case item.Kind == Map:
			p.errorf(item, path, "includes and macros are not supported: write their result into the template")
		case !item.isText():
			p.errorf(item, path, "found %s, expected the name of a transform", item.brief()).AWS =
				"Key Name of transform definition must be a string."
		case item.Text == languageExtensions:
			p.t.extensions = true
			p.t.Transforms = append(p.t.Transforms, item.Text)
		case p.expands(item.Text):
			p.t.Transforms = append(p.t.Transforms, item.Text)
		case strings.HasPrefix(item.Text, "AWS::Serverless"):
			p.errorf(item, path, "the transform %s is not supported", item.Text).Help =
				"give the processed template, which `sam validate --debug` and GetTemplate with stage Processed show"
		default:
			p.errorf(item, path, "the transform %s is not supported, only AWS::LanguageExtensions is", quote(item.Text)).AWS =
				fmt.Sprintf("No transform named %s found.", item.Text)
		}
	}
}

// mappings checks the section: two levels of keys, then text or lists of text.
func (p *parser) mappings(root *Node) {
	p.each(root, "Mappings", p.t.lim.Mappings, true, func(m *Member, path []string) {
		p.t.Mappings = root.get("Mappings")
		if m.Value.Kind != Map {
			p.errorf(m.Value, path, "found %s, expected a map of maps", m.Value.brief()).AWS =
				fmt.Sprintf("Template format error: Every Mappings member %s must be a map", m.Key)
			return
		}
		for i := range m.Value.Members {
			top := &m.Value.Members[i]
			if top.Value.Kind != Map {
				p.errorf(top.Value, join(path, top.Key), "found %s, expected a map", top.Value.brief())
				continue
			}
			for j := range top.Value.Members {
				p.mapped(top.Value.Members[j].Value, join(path, top.Key, top.Value.Members[j].Key))
			}
		}
	})
}

func (p *parser) mapped(n *Node, path []string) {
	const aws = "Template format error: Every Mappings attribute must be a String or a List."
	if n.Kind == List {
		for _, item := range n.Items {
			if !item.isText() {
				p.errorf(item, path, "found %s, expected text", item.brief()).AWS = aws
			}
		}
		return
	}
	if !n.isText() {
		p.errorf(n, path, "found %s, expected text or a list of text without functions", n.brief()).AWS = aws
	}
}

// See "Resource attribute reference".
var resourceMembers = []string{
	"Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy",
}

func (p *parser) resource(m *Member, path []string) {
	n := m.Value
	if p.t.parameters[m.Key] != nil {
		p.keyErrorf(m, path, "a parameter has the same name").AWS = fmt.Sprintf("Template format error: Resource name %s is not unique.", m.Key)
	}
	r := &Resource{ID: m.Key, member: m}
	p.t.Resources, p.t.resources[m.Key] = append(p.t.Resources, r), r
	if n.Kind != Map {
		p.errorf(n, path, "found %s, expected a map with Type", n.brief()).AWS = "Template format error: Any Resources member must be an object."
		return
	}
	p.members(n, path, resourceMembers, "Invalid template resource property '%s'")
	if typ := n.get("Type"); typ == nil {
		p.keyErrorf(m, path, "has no Type").AWS = fmt.Sprintf("Template format error: [/Resources/%s] Every Resources object must contain a Type member.", m.Key)
	} else if typ.Kind != String || typ.Text == "" {
		p.errorf(typ, join(path, "Type"), "found %s, expected the name of a resource type", typ.brief())
	} else {
		r.Type = typ.Text
	}
	if props := n.get("Properties"); props != nil {
		switch {
		case props.Kind == Null:
			p.null(props, join(path, "Properties"))
		case props.Kind != Map:
			p.errorf(props, join(path, "Properties"), "found %s, expected a map", props.brief())
		default:
			r.Properties = props
		}
	}
	r.Metadata = n.get("Metadata")
	r.Condition = p.condition(n, path)
	r.DependsOn = p.dependsOn(r, n.get("DependsOn"), join(path, "DependsOn"))
	r.deletion = p.policy(n.get("DeletionPolicy"), join(path, "DeletionPolicy"), "Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
	r.replace = p.policy(n.get("UpdateReplacePolicy"), join(path, "UpdateReplacePolicy"), "Delete", "Retain", "Snapshot")
	for _, key := range []string{"CreationPolicy", "UpdatePolicy"} {
		if c := n.get(key); c != nil {
			p.warnf(c, join(path, key), "has no effect here")
		}
	}
}

// members reports keys that are not in a list.
func (p *parser) members(n *Node, path, known []string, aws string) {
	for i := range n.Members {
		if m := &n.Members[i]; !slices.Contains(known, m.Key) {
			e := p.keyErrorf(m, join(path, m.Key), "%s is not one of %s", quote(m.Key), strings.Join(known, ", "))
			e.Help = nearest.Question(m.Key, known)
			if aws != "" {
				e.AWS = fmt.Sprintf(aws, m.Key)
			}
		}
	}
}

func (p *parser) null(n *Node, path []string) {
	p.errorf(n, path, "found null, which templates do not allow; leave the member out or use AWS::NoValue").AWS =
		"[/" + strings.Join(path, "/") + "] 'null' values are not allowed in templates"
}

func (p *parser) condition(n *Node, path []string) string {
	c := n.get("Condition")
	if c == nil {
		return ""
	}
	path = join(path, "Condition")
	if c.Kind != String {
		p.errorf(c, path, "found %s, expected the name of a condition", c.brief())
		return ""
	}
	if p.t.conditions[c.Text] == nil {
		p.unknownCondition(c, path)
		return ""
	}
	return c.Text
}

func (p *parser) unknownCondition(n *Node, path []string) {
	names := make([]string, 0, len(p.t.Conditions))
	for _, c := range p.t.Conditions {
		names = append(names, c.Name)
	}
	e := p.errorf(n, path, "there is no condition %s", quote(n.Text))
	e.Help = nearest.Question(n.Text, names)
	e.AWS = fmt.Sprintf("Template format error: Unresolved condition dependency %s", n.Text)
}

func (p *parser) dependsOn(r *Resource, n *Node, path []string) (ids []string) {
	if n == nil {
		return nil
	}
	items := []*Node{n}
	if n.Kind == List {
		items = n.Items
	}
	for _, item := range items {
		if item.Kind != String {
			p.errorf(item, path, "found %s, expected the logical id of a resource", item.brief()).AWS =
				"Template format error: Every DependsOn value must be a string."
			continue
		}
		ids = append(ids, item.Text)
		p.t.references = append(p.t.references, Reference{Position: p.t.position(item), Width: width(item), Path: path, From: r.ID, To: item.Text, Depends: true})
	}
	return ids
}

func (p *parser) policy(n *Node, path []string, allowed ...string) *Node {
	if n == nil {
		return nil
	}
	if name, _ := n.call(); name != "" {
		if !p.t.extensions {
			p.errorf(n, path, "found %s, expected one of %s", name, strings.Join(allowed, ", ")).Help =
				"functions here need Transform: AWS::LanguageExtensions"
			return nil
		}
		return n
	}
	if n.Kind != String || !slices.Contains(allowed, n.Text) {
		e := p.errorf(n, path, "%s is not one of %s", n.brief(), strings.Join(allowed, ", "))
		e.Help = nearest.Question(n.Text, allowed)
		e.AWS = fmt.Sprintf("Template format error: Unrecognized %s %s for resource %s", path[2], n.Text, path[1])
		return nil
	}
	if n.Text == "Snapshot" {
		p.errorf(n, path, "Snapshot is not supported by the resource types here, expected %s", strings.Join(allowed[:len(allowed)-1], ", "))
		return nil
	}
	return n
}

func (p *parser) output(m *Member, path []string) {
	n := m.Value
	if n.Kind != Map {
		p.errorf(n, path, "found %s, expected a map with Value", n.brief()).AWS = "Template format error: Every Outputs member must contain a Value object"
		return
	}
	p.members(n, path, []string{"Value", "Description", "Condition", "Export"}, "")
	o := &Output{Name: m.Key, member: m, value: n.get("Value"), Condition: p.condition(n, path)}
	if o.value == nil {
		p.keyErrorf(m, path, "has no Value").AWS = "Template format error: Every Outputs member must contain a Value object"
		return
	}
	if d := n.get("Description"); d != nil {
		if !d.isText() {
			p.errorf(d, join(path, "Description"), "found %s, expected text", d.brief())
		}
		o.Description = d.Text
	}
	if x := n.get("Export"); x != nil {
		o.export = x.get("Name")
		if o.export == nil || len(x.Members) != 1 {
			p.errorf(x, join(path, "Export"), "expected a map with Name and nothing else")
		}
	}
	p.t.Outputs = append(p.t.Outputs, o)
}
