package cfn

import (
	"fmt"
	"slices"
	"sort"
	"unicode/utf8"
)

// A Template is a template that makes sense by itself. It is read-only.
type Template struct {
	File        string
	Description string
	Parameters  []*Parameter // in the order of the file, as are all lists here
	Conditions  []*Named
	Resources   []*Resource
	Outputs     []*Output
	Mappings    *Node // nil if there are none; two levels of maps, then text or a list of text
	Metadata    *Node // nil if there is none
	Transforms  []string
	Warnings    Errors

	lim        Limits
	source     *source
	root       *Node // behind the transforms
	rules      []*Named
	decide     []*Named // conditions, each after those it needs
	references []Reference
	uses       []Reference // of parameters
	resources  map[string]*Resource
	parameters map[string]*Parameter
	conditions map[string]*Named
	extensions bool // AWS::LanguageExtensions
}

// A Named is a member of a section that is one expression.
type Named struct {
	Name  string
	Value *Node

	member *Member
}

// A Resource is a resource as it is declared.
type Resource struct {
	ID         string
	Type       string
	Properties *Node // nil if it has none
	DependsOn  []string
	Condition  string // name of a condition; empty: always
	Metadata   *Node  // nil if it has none

	deletion, replace *Node // policies; nil: Delete
	member            *Member
}

// An Output is an output as it is declared.
type Output struct {
	Name        string
	Description string
	Condition   string // name of a condition; empty: always

	value, export *Node
	member        *Member
}

// A Reference is a place where a resource is named. The stack engine checks
// attributes against the types of resources.
type Reference struct {
	Position  Position
	Width     int      // characters
	Path      []string // of the place
	From      string   // resource that refers; empty: an output
	To        string   // resource that is named
	Attribute string   // empty: Ref or DependsOn
	Depends   bool     // DependsOn
	maybe     bool     // in a branch of Fn::If
	call      *Node    // the function that names it; nil: DependsOn
}

// Parse reads a template. The name is for messages. The error is Errors.
func Parse(name string, text []byte, lim Limits) (*Template, error) {
	t, err := parse(name, text, lim)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// parse returns what there is of a template with errors, or nil.
func parse(name string, text []byte, lim Limits) (*Template, error) {
	lim = lim.withDefaults()
	if len(text) > lim.Body {
		return nil, tooLong(name, lim, fmt.Sprintf("more than %d bytes", lim.Body))
	}
	rep := &report{limit: lim.Errors}
	r := &reader{file: name, lim: lim, report: rep}
	body := string(text)
	root := r.read(body)
	if root == nil {
		return nil, rep.err()
	}
	if len(body) >= 3 && body[:3] == "\ufeff" {
		body = body[3:]
	}
	t := &Template{
		File: name, lim: lim, source: newSource(body),
		resources: map[string]*Resource{}, parameters: map[string]*Parameter{}, conditions: map[string]*Named{},
	}
	p := &parser{t: t, report: rep}
	p.expand(root)
	t.root = root
	p.sections(root)
	p.check()
	t.Warnings = sortErrors(rep.warnings)
	return t, rep.err()
}

// Line returns a line of the source, without its end, for showing where an
// Error stands; n counts from 1.
func (t *Template) Line(n int) string { return t.source.line(n) }

// SourceLine returns line n of a template's text, from 1, for showing an Error
// of a template that could not be parsed.
func SourceLine(text []byte, n int) string { return newSource(string(text)).line(n) }

// Resource returns a resource by its logical id, or nil.
func (t *Template) Resource(id string) *Resource { return t.resources[id] }

// References returns every place where a resource is named, sorted by position.
func (t *Template) References() []Reference {
	out := append([]Reference(nil), t.references...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i].Position, out[j].Position
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return out
}

// ParameterReferences returns every place where a parameter is named: To is its
// name.
func (t *Template) ParameterReferences() []Reference { return slices.Clone(t.uses) }

// PositionOf returns where the declaration of a resource stands.
func (t *Template) PositionOf(id string) Position {
	if r := t.resources[id]; r != nil {
		return t.keyPosition(r.member)
	}
	return Position{File: t.File}
}

// TypePosition returns where the Type of a resource stands.
func (t *Template) TypePosition(id string) Position {
	if r := t.resources[id]; r != nil {
		if n := r.member.Value.get("Type"); n != nil {
			return t.position(n)
		}
	}
	return t.PositionOf(id)
}

func (t *Template) position(n *Node) Position {
	return Position{File: t.File, Line: int(n.line), Column: int(n.column)}
}

func (t *Template) keyPosition(m *Member) Position {
	return Position{File: t.File, Line: int(m.line), Column: int(m.column)}
}

// width returns how many characters of a line a node takes, roughly: it is for
// underlining.
func width(n *Node) int {
	switch {
	case n == nil || n.style == literal || n.style == folded:
		return 1
	case n.Kind == Map && len(n.Members) == 1 && n.short:
		return utf8.RuneCountInString(n.Members[0].Key)
	case n.Kind == List || n.Kind == Map:
		return 1
	}
	w := utf8.RuneCountInString(n.Text)
	if n.style != plain {
		w += 2
	}
	return min(max(w, 1), 200)
}

// Source returns the text of the template.
func (t *Template) Source() []byte { return []byte(t.source.text) }
