package property

import (
	"fmt"
	"strings"
)

// Reference writes rows as a table in Markdown, with each surface's name.
func Reference(rows List) string {
	var b strings.Builder
	b.WriteString("| Property | Kind | Default | Native type | Terraform | API | Matters to | What it says |\n|---|---|---|---|---|---|---|---|\n")
	for i := range rows {
		r := &rows[i]
		matters := strings.Join(r.For, ", ")
		if matters == "" {
			matters = "all"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n",
			code(TerraformType.NameOf(r)), r.Kind(), code(r.Default),
			code(CloudFormation.NameOf(r)), code(Terraform.NameOf(r)), code(Wire.NameOf(r)), matters, strings.ReplaceAll(r.Doc, "|", `\|`))
	}
	return b.String()
}

// Kind says in words what a property can be set to.
func (r *Row) Kind() string { return strings.TrimSpace(r.Value.kind() + " " + r.Is.words()) }

// Words returns the operations by their names, in the service's order.
func (o Ops) Words() []string {
	var out []string
	for _, op := range []struct {
		flag Ops
		word string
	}{{Add, "add"}, {Replace, "replace"}, {Remove, "remove"}} {
		if o&op.flag != 0 {
			out = append(out, op.word)
		}
	}
	return out
}

func code(s string) string {
	if s == "" {
		return "–"
	}
	return "`" + s + "`"
}

func (f Flags) words() string {
	var out []string
	for _, w := range []struct {
		flag Flags
		word string
	}{{Required, "required"}, {CreateOnly, "create-only"}, {ReadOnly, "read-only"}, {WriteOnly, "write-only"}, {Deprecated, "deprecated"}, {Secret, "secret"}} {
		if f&w.flag != 0 {
			out = append(out, w.word)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func (t *text[T]) kind() string {
	if t.allowed == nil {
		return "text"
	}
	words := make([]string, len(t.allowed))
	for i, a := range t.allowed {
		words[i] = string(a)
	}
	return "one of " + strings.Join(words, ", ")
}
func (o *optional) kind() string        { return "text" }
func (b *boolean) kind() string         { return "boolean" }
func (i *integer) kind() string         { return fmt.Sprintf("whole number, %d–%d", i.min, i.max) }
func (i *optionalInteger) kind() string { return fmt.Sprintf("whole number, %d–%d", i.min, i.max) }
func (f *float) kind() string           { return "number" }
func (f *optionalFloat) kind() string   { return "number" }
func (m *duration) kind() string        { return fmt.Sprintf("%s, %d–%d", m.units(), m.min, m.max) }
func (e *epoch) kind() string           { return "time" }
func (m *textMap) kind() string {
	if m.json {
		return "JSON object of text, as text"
	}
	return "map of text"
}
func (m *boolMap) kind() string {
	if m.json {
		return "JSON object of booleans, as text"
	}
	return "map of booleans"
}
func (l *textList) kind() string         { return "list of text" }
func (o *object[T, P]) kind() string     { return "object" }
func (o *objectMap[T, P]) kind() string  { return "map of objects" }
func (o *objectList[T, P]) kind() string { return "list of objects" }
func (d *document) kind() string         { return "JSON document" }
func (o *inline[T, P]) kind() string     { return "object" }
