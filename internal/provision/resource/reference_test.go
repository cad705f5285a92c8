package resource

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postern/internal/control"
)

// rewriting reports whether derived pages are to be written anew. The flag is
// that of the schemas.
func rewriting(t *testing.T) bool {
	t.Helper()
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

// The page of resource types says what the types say.
func TestReferenceOfTypes(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Resource types

Derived from the types in ` + "`internal/provision/resource`" + `; ` + "`go test ./internal/provision/resource -update`" + ` writes this page anew.
The schemas are in [schemas](schemas).

` + "`TF::AWS::…`" + ` is another name of ` + "`Terraform::AWS::…`" + `. Maps of the Terraform-shaped types may be written as objects or as lists of
` + "`MapKey`" + ` and ` + "`MapValue`" + `, and nested objects as lists of one. Numbers and booleans may stand in quotes. In a property that takes an
identifier, the ` + "`Ref`" + ` of a Terraform-shaped type, such as ` + "`a1b2c3d4e5|x7y8z9`" + `, stands for its last part.

## Not yet

| Type | Property | Values | What happens |
|---|---|---|---|
`)
	for _, l := range notYet {
		values, what := "any", "refused"
		if len(l.values) > 0 {
			values = strings.Join(l.values, ", ")
		}
		if l.accepted {
			what = "warned of"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s: %s |\n", l.noun, l.property, values, what, l.sentence)
	}
	types := Types(&control.Service{}, Options{})
	slices.SortFunc(types, func(a, b Type) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, typ := range types {
		s := typ.Schema()
		fmt.Fprintf(&b, "\n## %s\n\n%s Identifier: %s.\n", typ.Name(), s.Doc, codes(s.Identifier))
		if len(s.Attributes) > 0 {
			fmt.Fprintf(&b, "Attributes: %s.\n", codes(names(s.Attributes)))
		}
		b.WriteString("\n| Property | Kind | Default | A change | What it says |\n|---|---|---|---|---|\n")
		writeMembers(&b, "", s.Properties)
	}
	path := filepath.Join("..", "..", "..", "docs", "reference", "resource-types.md")
	if rewriting(t) {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is not what the types say; write it anew with -update", path)
	}
}

func writeMembers(b *strings.Builder, in string, members map[string]Property) {
	for _, name := range names(members) {
		p := members[name]
		kind := p.Kind.String()
		if p.Kind == List || p.Kind == Map {
			kind += " of " + p.Elem.String()
		}
		if len(p.Enum) > 0 {
			kind = "one of " + strings.Join(p.Enum, ", ")
		}
		if p.Required {
			kind += ", required"
		}
		change := "in place"
		if p.CreateOnly {
			change = "replaces"
		}
		if in != "" {
			change = ""
		}
		value := ""
		if p.Default != "" {
			value = "`" + p.Default + "`"
		}
		fmt.Fprintf(b, "| `%s%s` | %s | %s | %s | %s |\n", in, name, kind, value, change, strings.ReplaceAll(p.Doc, "|", `\|`))
		writeMembers(b, in+name+".", p.Members)
	}
}

func names[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func codes(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// Every row of notYet speaks of a property that some type has.
func TestLimitationsAreOfProperties(t *testing.T) {
	known := map[string]bool{}
	for _, typ := range Types(&control.Service{}, Options{}) {
		var collect func(members map[string]Property)
		collect = func(members map[string]Property) {
			for name, p := range members {
				known[strings.ToLower(name)] = true
				collect(p.Members)
			}
		}
		collect(typ.Schema().Properties)
	}
	// What is spelled otherwise in templates.
	spelled := map[string]string{"apiKeySource": "apikeysourcetype", "canarySettings": "canarysetting", "accessLogSettings": "accesslogsetting"}
	for _, l := range notYet {
		if name := or(spelled[l.property], strings.ToLower(l.property)); !known[name] {
			t.Errorf("%s: no type has a property %s", l.noun, l.property)
		}
		if l.sentence == "" {
			t.Errorf("%s %s: no sentence", l.noun, l.property)
		}
	}
}
