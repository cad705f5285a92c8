package macro

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"postern/internal/lang/cfn"
)

var update = flag.Bool("update", false, "write what templates become in testdata anew")

func limits() cfn.Limits { return cfn.Limits{Transforms: Transforms("")} }

// Each template becomes what its file says: its resources and outputs, or what
// is wrong with it, each with its place.
func TestExpansions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir, last := t.TempDir(), len(a.Files)-1
			for _, f := range a.Files[1:] {
				if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got := expanded(t, dir, a.Files[0].Name, a.Files[0].Data)
			if a.Files[last].Name == "want" {
				if got == string(a.Files[last].Data) {
					return
				}
				a.Files = a.Files[:last]
			}
			if !*update {
				t.Fatalf("got\n%s", got)
			}
			a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(got)})
			if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func expanded(t *testing.T, dir, name string, text []byte) string {
	t.Helper()
	var b strings.Builder
	tmpl, err := cfn.Parse(name, text, cfn.Limits{Transforms: Transforms(dir)})
	if err != nil {
		var es cfn.Errors
		if !errors.As(err, &es) {
			t.Fatal(err)
		}
		for _, e := range es {
			fmt.Fprintf(&b, "%v\n", e)
			if e.Help != "" {
				fmt.Fprintf(&b, "  help: %s\n", e.Help)
			}
		}
		return b.String()
	}
	for _, w := range tmpl.Warnings {
		fmt.Fprintf(&b, "warning: %v\n", w)
	}
	for _, r := range tmpl.Resources {
		fmt.Fprintf(&b, "%s %s", r.ID, r.Type)
		if r.Condition != "" {
			fmt.Fprintf(&b, " if %s", r.Condition)
		}
		for _, d := range r.DependsOn {
			fmt.Fprintf(&b, " after %s", d)
		}
		b.WriteByte('\n')
		show(&b, "  ", r.Properties, "Body", "paths")
	}
	for _, ref := range tmpl.References() {
		if ref.From == "" {
			fmt.Fprintf(&b, "output names %s %s\n", ref.To, ref.Attribute)
		}
	}
	return b.String()
}

// show writes the members of a map, each on a line, but for those of the given
// names, which are written so in turn.
func show(b *strings.Builder, indent string, n *cfn.Node, open ...string) {
	for _, m := range members(n) {
		if slices.Contains(open, m.Key) {
			fmt.Fprintf(b, "%s%s:\n", indent, m.Key)
			show(b, indent+"  ", m.Value, open...)
			continue
		}
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		_ = e.Encode(plain(m.Value)) // it has only what JSON has
		fmt.Fprintf(b, "%s%s: %s", indent, m.Key, out.String())
	}
}

// Without the transform the types are unknown, and its section is none.
func TestOnlyWhereItIsNamed(t *testing.T) {
	text := "Globals: {}\nResources: {F: {Type: 'AWS::Serverless::Function'}}\n"
	_, err := cfn.Parse("t.yaml", []byte(text), limits())
	if err == nil || !strings.Contains(err.Error(), `"Globals" is not a section`) {
		t.Errorf("error %v, want one about the section", err)
	}
}

func FuzzExpand(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Files[0].Data)
	}
	f.Add([]byte("Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Tags: a}}\nResources: {F: {Type: 'AWS::Serverless::Function', Properties: {Tags: {}, Events: [], Policies: [{}], CodeUri: {}}}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tmpl, err := cfn.Parse("t.yaml", text, limits())
		if err != nil {
			return
		}
		for _, r := range tmpl.Resources {
			if strings.HasPrefix(r.Type, serverless) && len(tmpl.Transforms) > 0 {
				t.Errorf("%s is still %s", r.ID, r.Type)
			}
		}
	})
}

func TestGlobalsThatGrowWithoutEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Environment: {Variables: {")
	for i := range 30_000 {
		fmt.Fprintf(&b, "V%d: a, ", i)
	}
	b.WriteString("}}}}\nResources:\n")
	for i := range 20 {
		fmt.Fprintf(&b, "  F%d: {Type: 'AWS::Serverless::Function', Properties: {InlineCode: a}}\n", i)
	}
	_, err := cfn.Parse("t.yaml", []byte(b.String()), limits())
	if err == nil || !strings.Contains(err.Error(), "more than 500000 values") {
		t.Errorf("error %v, want one about the globals", err)
	}
}

func TestOnlyFilesMayNameFiles(t *testing.T) {
	text := "Resources: {A: {Type: 'AWS::ApiGateway::RestApi', Properties: {BodyS3Location: macro_test.go}}}\n"
	_, err := cfn.Parse("t.yaml", []byte(text), limits())
	if err == nil || !strings.Contains(err.Error(), "macro_test.go is not read: only a template that postern up was given as a file may name others") {
		t.Errorf("error %v, want one about the file", err)
	}
}

// A processed template is one that needs no transform, and says the same.
func TestProcessedTemplates(t *testing.T) {
	for _, name := range []string{"implicit", "api", "definition"} {
		a, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := cfn.Parse(a.Files[0].Name, a.Files[0].Data, limits())
		if err != nil {
			t.Fatal(err)
		}
		again, err := cfn.Parse("processed.json", tmpl.Processed(), cfn.Limits{})
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, tmpl.Processed())
		}
		if len(again.Transforms) > 0 || len(again.Resources) != len(tmpl.Resources) {
			t.Fatalf("%s: transforms %v, %d resources, want none and %d", name, again.Transforms, len(again.Resources), len(tmpl.Resources))
		}
		for i, r := range again.Resources {
			var got, want strings.Builder
			show(&got, "", r.Properties)
			show(&want, "", tmpl.Resources[i].Properties)
			if got.String() != want.String() {
				t.Errorf("%s: %s is\n%s\nwant\n%s", name, r.ID, got.String(), want.String())
			}
		}
	}
}
