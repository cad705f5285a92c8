package openapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Finding is something to say about a definition.
type Finding struct {
	Place
	Message string // API Gateway's own sentence where it is known
	Detail  string // what was found, what would be right; may be empty
}

// A Place is where something stands in a definition. The zero Place is the
// whole.
type Place struct {
	Line, Column int      // from 1
	Path         []string // names and indices from the top; empty where only the text knows

	node *node // until the path is known
}

func (f *Finding) Error() string {
	text := f.Message
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	if f.Line == 0 {
		return text
	}
	return fmt.Sprintf("%d:%d: %s", f.Line, f.Column, text)
}

// Findings are the findings of one kind in the order of the text.
type Findings []*Finding

// Error returns one line for each finding.
func (fs Findings) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Messages returns the sentences of the findings.
func (fs Findings) Messages() []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Message)
	}
	return out
}

// NotADefinition is the refusal of a text that is no definition at all. Observed.
const NotADefinition = "Invalid OpenAPI input."

func (n *node) finding(format string, args ...any) *Finding {
	return &Finding{Place: n.place(), Message: fmt.Sprintf(format, args...)}
}

func (n *node) place() Place {
	if n == nil {
		return Place{}
	}
	return Place{Line: n.line, Column: n.column, node: n}
}

// locate gives places their paths. What aliases repeat has the first one.
func (n *node) locate(places []*Place) {
	wanted := map[*node][]*Place{}
	for _, p := range places {
		if p.node != nil {
			wanted[p.node] = append(wanted[p.node], p)
			p.node = nil
		}
	}
	if len(wanted) > 0 {
		n.visit(nil, wanted)
	}
}

func (n *node) visit(path []string, wanted map[*node][]*Place) {
	for _, p := range wanted[n] {
		if p.Path == nil {
			p.Path = slices.Clone(path)
		}
	}
	for i, item := range n.items {
		item.visit(append(path, strconv.Itoa(i)), wanted)
	}
	for _, m := range n.members {
		m.value.visit(append(path, m.name), wanted)
	}
}

// clip shows at most 100 characters of foreign text.
func clip(s string) string {
	r := []rune(strings.ToValidUTF8(s[:min(len(s), 400)], "?"))
	if len(r) <= 100 {
		return string(r)
	}
	return string(r[:99]) + "…"
}
