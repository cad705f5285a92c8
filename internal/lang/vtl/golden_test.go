package vtl_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"postern/internal/lang/vtl"
)

var update = flag.Bool("update", false, "rewrite what the golden files want")

// TestGolden renders the template of each file. In files about mistakes the
// line end that txtar puts behind the template is taken off.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var template string
			var vars json.RawMessage
			want := -1
			for i, f := range a.Files {
				switch f.Name {
				case "template":
					template = string(f.Data)
				case "vars":
					vars = f.Data
				case "want":
					want = i
				case "error":
					want = i
					template = strings.TrimSuffix(template, "\n")
				default:
					t.Fatalf("%s has a part %q, want template, vars, want or error", file, f.Name)
				}
			}
			if want < 0 {
				t.Fatalf("%s has neither want nor error", file)
			}
			got := render(name, template, variables(t, vars))
			if got == string(a.Files[want].Data) {
				return
			}
			if *update {
				a.Files[want].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("%q\ngives %q\nwant  %q", template, got, a.Files[want].Data)
		})
	}
}

// render returns the output, or the error and a line end.
func render(name, template string, vars vtl.Variables) string {
	tmpl, err := vtl.Parse(name, template)
	if err != nil {
		return err.Error() + "\n"
	}
	out, err := tmpl.AppendTo(nil, &vtl.Env{Scope: vars})
	if err != nil {
		return err.Error() + "\n"
	}
	return string(out)
}
