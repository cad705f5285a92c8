package openapi

import (
	"fmt"
	"strings"
)

// A Finding is something to say about a definition.
type Finding struct {
	Line, Column int    // from 1; 0: about the whole
	Message      string // API Gateway's own sentence where it is known
	Detail       string // what was found, what would be right; may be empty
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
	f := &Finding{Message: fmt.Sprintf(format, args...)}
	if n != nil {
		f.Line, f.Column = n.line, n.column
	}
	return f
}

// clip shows at most 100 characters of foreign text.
func clip(s string) string {
	r := []rune(strings.ToValidUTF8(s[:min(len(s), 400)], "?"))
	if len(r) <= 100 {
		return string(r)
	}
	return string(r[:99]) + "…"
}
