package control_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

var update = flag.Bool("update", false, "write what definitions become in testdata/definitions anew")

// A definitionCase is a definition, and what its import must make.
type definitionCase struct {
	path string
	*txtar.Archive
}

func definitionCases(t *testing.T) map[string]*definitionCase {
	t.Helper()
	paths, err := filepath.Glob("testdata/definitions/*.txtar")
	if err != nil || len(paths) < 12 {
		t.Fatal(paths, err)
	}
	out := map[string]*definitionCase{}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".txtar")] = &definitionCase{path, a}
	}
	return out
}

// definition is the text to be imported.
func (c *definitionCase) definition() []byte { return c.Files[0].Data }

// Each definition becomes the API that its file says: a line for each thing, as
// the control plane shows it, with names for identifiers.
func TestDefinitionsBecomeAPIs(t *testing.T) {
	for name, c := range definitionCases(t) {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			api, err := f.ImportRestAPI(t.Context(), c.definition(), control.ImportOptions{FailOnWarnings: true, BasePath: "prepend"})
			if err != nil {
				t.Fatal(err)
			}
			got := f.table(api.ID)
			want := ""
			if len(c.Files) > 1 {
				want = string(c.Files[1].Data)
			}
			if got == want {
				return
			}
			if !*update {
				t.Fatalf("got\n%s\nwant\n%s", got, want)
			}
			c.Files = append(c.Files[:1], txtar.File{Name: "want", Data: []byte(got)})
			if err := os.WriteFile(c.path, txtar.Format(c.Archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// table writes all that an API is.
func (f *fixture) table(id string) string {
	f.t.Helper()
	draft, err := f.Draft(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	var b strings.Builder
	line := func(what string, n property.Noun, without ...string) {
		members := property.Encode(property.Wire, n.Properties())
		for _, name := range append(without, "id", "createdDate") {
			delete(members, name)
		}
		text, err := json.Marshal(members)
		if err != nil {
			f.t.Fatal(err)
		}
		unescaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", id, "{api}").Replace(string(text))
		fmt.Fprintf(&b, "%s %s\n", what, unescaped)
	}
	line("API", &draft.API, "rootResourceId")
	names := map[string]string{}
	for _, v := range draft.Validators {
		names[v.ID] = v.Name
		line("validator", v)
	}
	for _, a := range draft.Authorizers {
		names[a.ID] = a.Name
		line("authorizer", a)
	}
	for _, m := range draft.Models {
		m.Schema = compact(m.Schema)
		line("model", m)
	}
	for _, g := range draft.GatewayResponses {
		line("gateway response", g)
	}
	slices.SortFunc(draft.Resources, func(a, b *apigw.Resource) int { return strings.Compare(a.Path, b.Path) })
	for _, r := range draft.Resources {
		fmt.Fprintf(&b, "%s\n", r.Path)
		for _, verb := range slices.Sorted(maps.Keys(r.Methods)) {
			m := r.Methods[verb]
			at := r.Path + " " + verb
			m.AuthorizerID, m.RequestValidatorID = names[m.AuthorizerID], names[m.RequestValidatorID]
			line(at, m, "httpMethod", "methodResponses", "methodIntegration")
			for _, status := range slices.Sorted(maps.Keys(m.Responses)) {
				line(at+" "+status, m.Responses[status], "statusCode")
			}
			in := m.Integration
			if in == nil {
				continue
			}
			if in.CacheNamespace == r.ID {
				in.CacheNamespace = "{resource}"
			}
			line(at+" integration", in, "integrationResponses")
			for _, status := range slices.Sorted(maps.Keys(in.Responses)) {
				line(at+" integration "+status, in.Responses[status], "statusCode")
			}
		}
	}
	parts, _, err := f.GetDocumentationParts(f.t.Context(), id, control.DocumentationFilter{}, control.Page{Limit: 500})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, part := range parts {
		fmt.Fprintf(&b, "documentation of %s %s\n", part.Location, part.Text)
	}
	return b.String()
}

// compact writes JSON without white space.
func compact(text string) string {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	out, _ := json.Marshal(v)
	return string(out)
}

// allExports are all ways to export an API that lose nothing.
var allExports = []control.ExportOptions{
	{Type: "oas30", Extensions: true, Documentation: true},
	{Type: "oas30", Extensions: true, Documentation: true, YAML: true},
	{Type: "swagger", Extensions: true, Documentation: true},
	{Type: "swagger", Extensions: true, Documentation: true, YAML: true},
}

// What is exported is a definition to those who know nothing of API Gateway, and
// importing it makes the same export.
func TestExportsAreValidAndStable(t *testing.T) {
	for name, c := range definitionCases(t) {
		for _, o := range allExports {
			t.Run(fmt.Sprintf("%s %s YAML=%t", name, o.Type, o.YAML), func(t *testing.T) {
				f := newFixture(t)
				api, err := f.ImportRestAPI(t.Context(), c.definition(), control.ImportOptions{})
				if err != nil {
					t.Fatal(err)
				}
				first := f.documented(api.ID, o)
				if err := checkDefinition(first, o.Type == "swagger"); err != nil {
					t.Errorf("%v\n%s", err, first)
				}
				again, err := f.PutRestAPI(t.Context(), api.ID, first, control.ImportOptions{FailOnWarnings: true})
				if err != nil {
					t.Fatalf("%v\n%s", err, first)
				}
				if second := f.documented(again.ID, o); string(second) != string(first) {
					t.Errorf("exported\n%s\nthen\n%s", first, second)
				}
				fresh, err := f.ImportRestAPI(t.Context(), first, control.ImportOptions{FailOnWarnings: true})
				if err != nil {
					t.Fatal(err)
				}
				if third := strings.ReplaceAll(string(f.documented(fresh.ID, o)), fresh.ID, api.ID); third != string(first) {
					t.Errorf("exported\n%s\nthen of another API\n%s", first, third)
				}
			})
		}
	}
}

// documented is export with the documentation as it is now.
func (f *fixture) documented(api string, o control.ExportOptions) []byte {
	f.t.Helper()
	f.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	f.export(api, control.ExportOptions{Type: o.Type})
	show := func(version string) {
		ops := []property.PatchOperation{{Op: "replace", Path: "/documentationVersion", Value: version, HasValue: true}}
		if _, err := f.UpdateStage(f.t.Context(), api, "dev", ops); err != nil {
			f.t.Fatal(err)
		}
	}
	if _, err := f.GetDocumentationVersion(f.t.Context(), api, "v"); err == nil {
		show("")
		if err := f.DeleteDocumentationVersion(f.t.Context(), api, "v"); err != nil {
			f.t.Fatal(err)
		}
	}
	if _, err := f.CreateDocumentationVersion(f.t.Context(), api, &apigw.DocumentationVersion{Version: "v"}, "dev"); err != nil {
		f.t.Fatal(err)
	}
	out, err := f.GetExport(f.t.Context(), api, "dev", o)
	if err != nil {
		f.t.Fatal(err)
	}
	return out.Definition
}

// checkDefinition judges a definition as others do.
func checkDefinition(text []byte, swagger bool) error {
	loader := openapi3.NewLoader()
	if !swagger {
		doc, err := loader.LoadFromData(text)
		if err != nil {
			return err
		}
		return doc.Validate(loader.Context)
	}
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil { // which reads JSON too
		return err
	}
	content, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var old openapi2.T
	if err := json.Unmarshal(content, &old); err != nil {
		return err
	}
	doc, err := openapi2conv.ToV3(&old)
	if err != nil {
		return err
	}
	return doc.Validate(loader.Context)
}

// The check is one.
func TestChecksOfDefinitionsFail(t *testing.T) {
	for text, swagger := range map[string]bool{
		`{"openapi":"3.0.1","info":{"title":"t","version":"1"}}`:                                                  false,
		`{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{"/{a}":{"get":{"responses":{}}}}}`:        false,
		`{"swagger":"2.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"parameters":[{"in":"q"}]}}}}`: true,
	} {
		if checkDefinition([]byte(text), swagger) == nil {
			t.Errorf("%s passes", text)
		}
	}
}

// What can be imported can be exported, and then be imported again to the same.
func FuzzImport(f *testing.F) {
	paths, err := filepath.Glob("testdata/definitions/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Files[0].Data, true)
	}
	f.Add([]byte("openapi: 3.0.0\ninfo: {title: t}\npaths: {/a: {get: {responses: {'200': {}}}}}"), false)
	f.Fuzz(func(t *testing.T, definition []byte, swagger bool) {
		fx := newFixture(t)
		api, err := fx.ImportRestAPI(t.Context(), definition, control.ImportOptions{BasePath: "split"})
		if err != nil {
			var refusal *apigw.Error
			if !errors.As(err, &refusal) {
				t.Fatalf("%v is no answer of the service", err)
			}
			return
		}
		o := control.ExportOptions{Type: "oas30", Extensions: true, Documentation: true}
		if swagger {
			o.Type = "swagger"
		}
		if _, verbs := fx.tree(api.ID); strings.Trim(strings.Join(slices.Collect(maps.Values(verbs)), ""), ",") == "" {
			return // without a method nothing can be deployed
		}
		first := fx.documented(api.ID, o)
		if _, err := fx.PutRestAPI(t.Context(), api.ID, first, control.ImportOptions{}); err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		if second := fx.documented(api.ID, o); string(second) != string(first) {
			t.Fatalf("exported\n%s\nthen\n%s", first, second)
		}
	})
}
