package control_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/apigw/openapi"
	"postern/internal/control"
	"postern/internal/property"
)

// definitions are those of the reader's own tests.
const definitions = "../apigw/openapi/testdata"

// notes is a definition with a mock behind each path. parts is put at its top.
func notes(parts string, paths ...string) []byte {
	var b strings.Builder
	b.WriteString("openapi: 3.0.1\ninfo: {title: notes, version: '1'}\n" + parts + "\npaths:\n")
	for _, path := range paths {
		fmt.Fprintf(&b, "  %s:\n    get:\n      responses: {'200': {description: ok}}\n      x-amazon-apigateway-integration: {type: mock, responses: {default: {statusCode: 200}}}\n", path)
	}
	if len(paths) == 0 {
		b.WriteString("  {}\n")
	}
	return []byte(b.String())
}

// tree returns the identifiers of an API's resources by path, with the verbs.
func (f *fixture) tree(api string) (ids, verbs map[string]string) {
	f.t.Helper()
	list, _, err := f.GetResources(f.t.Context(), api, control.Page{Limit: 500})
	if err != nil {
		f.t.Fatal(err)
	}
	ids, verbs = map[string]string{}, map[string]string{}
	for _, r := range list {
		ids[r.Path] = r.ID
		verbs[r.Path] = strings.Join(slices.Sorted(maps.Keys(r.Methods)), ",")
	}
	return ids, verbs
}

func TestImportMakesAnAPI(t *testing.T) {
	f := newFixture(t)
	api, err := f.ImportRestAPI(t.Context(), notes("", "/", "/a/{b}/c"), control.ImportOptions{EndpointTypes: []string{"REGIONAL"}})
	if err != nil {
		t.Fatal(err)
	}
	if api.Name != "notes" || api.Version != "1" || api.EndpointConfiguration.Types[0] != "REGIONAL" || api.Warnings != nil {
		t.Errorf("API %+v", api)
	}
	ids, verbs := f.tree(api.ID)
	if want := map[string]string{"/": "GET", "/a": "", "/a/{b}": "", "/a/{b}/c": "GET"}; !maps.Equal(verbs, want) {
		t.Errorf("resources %v, want %v", verbs, want)
	}
	if ids["/"] != api.RootResourceID {
		t.Errorf("root %s, want %s", ids["/"], api.RootResourceID)
	}
	m, err := f.GetMethod(t.Context(), apigw.MethodKey{RestAPIID: api.ID, ResourceID: ids["/a/{b}/c"], HTTPMethod: "GET"})
	if err != nil {
		t.Fatal(err)
	}
	if !m.RequestParameters["method.request.path.b"] || m.Integration.CacheNamespace != ids["/a/{b}/c"] {
		t.Errorf("method %+v, integration %+v", m, m.Integration)
	}
	if models, _, err := f.GetModels(t.Context(), api.ID, control.Page{Limit: 10}); err != nil || len(models) > 0 {
		t.Errorf("models %v, error %v; an import has its own alone", models, err)
	}
}

func TestPutMergesOrOverwrites(t *testing.T) {
	const before = `
x-amazon-apigateway-binary-media-types: [image/png]
x-amazon-apigateway-minimum-compression-size: 10
x-amazon-apigateway-request-validators: {old: {validateRequestBody: true}, both: {}}
x-amazon-apigateway-gateway-responses: {THROTTLED: {statusCode: 420}}
components: {schemas: {Old: {type: object}, Both: {type: object}}}`
	const after = `
x-amazon-apigateway-binary-media-types: [image/png, image/gif]
x-amazon-apigateway-request-validators: {both: {validateRequestParameters: true}, new: {}}
components: {schemas: {Both: {type: array}, New: {type: object}}}`
	for _, tt := range []struct {
		merge      bool
		verbs      map[string]string
		validators string
		models     string
		throttled  string
		compressed bool
	}{
		{merge: true, verbs: map[string]string{"/": "", "/old": "GET", "/old/x": "GET", "/both": "GET", "/both/{id}": "GET", "/new": "GET"},
			validators: "old,both,new", models: "Both,New,Old", throttled: "420", compressed: true},
		{verbs: map[string]string{"/": "", "/both": "GET", "/both/{id}": "GET", "/new": "GET"},
			validators: "both,new", models: "Both,New", throttled: "429"},
	} {
		t.Run(fmt.Sprintf("merge %t", tt.merge), func(t *testing.T) {
			f := newFixture(t)
			api, err := f.ImportRestAPI(t.Context(), notes(before, "/old", "/old/x", "/both", "/both/{id}"), control.ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			first, _ := f.tree(api.ID)
			validators, _, err := f.GetRequestValidators(t.Context(), api.ID, control.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			out, err := f.PutRestAPI(t.Context(), api.ID, notes(after, "/new", "/both", "/both/{id}"), control.ImportOptions{Merge: tt.merge})
			if err != nil {
				t.Fatal(err)
			}
			second, verbs := f.tree(api.ID)
			if !maps.Equal(verbs, tt.verbs) {
				t.Errorf("resources %v, want %v", verbs, tt.verbs)
			}
			for _, path := range []string{"/", "/both", "/both/{id}"} {
				if first[path] != second[path] {
					t.Errorf("%s has the identifier %s, had %s", path, second[path], first[path])
				}
			}
			if want := []string{"image/png", "image/gif"}; !slices.Equal(out.BinaryMediaTypes, want) {
				t.Errorf("binary media types %v, want %v", out.BinaryMediaTypes, want)
			}
			if got := out.MinimumCompressionSize != nil; got != tt.compressed {
				t.Errorf("minimum compression size %v", out.MinimumCompressionSize)
			}
			list, _, err := f.GetRequestValidators(t.Context(), api.ID, control.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, v := range list {
				names = append(names, v.Name)
				if v.Name == "both" && (v.ID != validators[1].ID || !v.ValidateRequestParameters) {
					t.Errorf("validator %+v, was %+v", v, validators[1])
				}
			}
			if got := strings.Join(names, ","); got != tt.validators {
				t.Errorf("validators %s, want %s", got, tt.validators)
			}
			models, _, err := f.GetModels(t.Context(), api.ID, control.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			names = nil
			for _, m := range models {
				names = append(names, m.Name)
			}
			if got := strings.Join(names, ","); got != tt.models {
				t.Errorf("models %s, want %s", got, tt.models)
			}
			if g, err := f.GetGatewayResponse(t.Context(), api.ID, apigw.Throttled); err != nil || g.StatusCode != tt.throttled {
				t.Errorf("gateway response %+v, error %v; want %s", g, err, tt.throttled)
			}
		})
	}
}

// A path variable may get another name when the whole API is overwritten, and
// not beside the old one.
func TestPutRenamesAVariable(t *testing.T) {
	f := newFixture(t)
	api, err := f.ImportRestAPI(t.Context(), notes("", "/a/{id}"), control.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.PutRestAPI(t.Context(), api.ID, notes("", "/a/{name}"), control.ImportOptions{Merge: true})
	want := "Errors found during import:\n\tUnable to create resource at path '/a/{name}': A sibling ({id}) of this resource already has a variable path part -- only one is allowed"
	if got := messageOf(err); got != want {
		t.Errorf("merge: error %q, want %q", got, want)
	}
	if _, err := f.PutRestAPI(t.Context(), api.ID, notes("", "/a/{name}"), control.ImportOptions{}); err != nil {
		t.Errorf("overwrite: %v", err)
	}
}

func messageOf(err error) string {
	var e *apigw.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return fmt.Sprint(err)
}

func TestFaultsOfAnImportAreToldTogether(t *testing.T) {
	const text = `swagger: "2.0"
info: {title: t, version: "1"}
paths:
  /a:
    get:
      x-amazon-apigateway-integration: {type: http, httpMethod: GET, uri: "no address"}
    post:
      x-amazon-apigateway-request-validator: nobody
      parameters: [{in: query, name: "a[b]", type: string}]
    put:
      responses: {"999": {description: what}}
      x-amazon-apigateway-integration: {type: mock, responses: {default: {statusCode: "200", responseParameters: {method.response.header.A: "'1'"}}}}
  /b{c}: {}
definitions:
  no_name: {type: object}
  Lost: {$ref: "#/definitions/Nobody"}
`
	f := newFixture(t)
	_, err := f.ImportRestAPI(t.Context(), []byte(text), control.ImportOptions{})
	want := []string{
		"Errors found during import:",
		"Unable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint specified for URI",
		"Unable to put method 'POST' on resource at path '/a': Invalid Request Validator identifier specified",
		"Unable to put method response on 'PUT' for resource at path '/a': 1 validation error detected: Value '999' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d",
		"Unable to put integration response on 'PUT' for resource at path '/a': Invalid mapping expression specified: Validation Result: warnings : [], errors : [No method response exists for method.]",
		"Unable to create resource at path '/b{c}': Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
		"Unable to create model for 'no_name': Model name must be alphanumeric: no_name",
		"Unable to create model for 'Lost': Invalid model specified: Validation Result: warnings : [], errors : [Invalid model specified: Nobody]",
	}
	if got := messageOf(err); got != strings.Join(want, "\n\t") {
		t.Errorf("error\n%s\nwant\n%s", got, strings.Join(want, "\n\t"))
	}
	var findings openapi.Findings
	if !errors.As(err, &findings) || findings[0].Line != 6 || findings[1].Line != 8 || findings[4].Line != 13 || findings[5].Line != 15 {
		t.Errorf("findings without their places: %v", findings)
	}
	if apis, _, err := f.GetRestAPIs(t.Context(), control.Page{Limit: 10}); err != nil || len(apis) > 0 {
		t.Errorf("a refused import leaves %v, error %v", apis, err)
	}
}

func TestARefusedPutChangesNothing(t *testing.T) {
	f := newFixture(t)
	api, err := f.ImportRestAPI(t.Context(), notes("", "/a"), control.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := f.Store.Revision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		text string
		o    control.ImportOptions
		want string
	}{
		"no definition": {text: "hello", want: "Invalid OpenAPI input."},
		"a fault":       {text: string(notes("", "/b", "/a{x}")), want: "Errors found during import:\n\tUnable to create resource"},
		"a warning": {text: string(notes("components: {schemaas: {}}", "/b")), o: control.ImportOptions{FailOnWarnings: true},
			want: "Warnings found during import:\n\tParse issue: attribute components.schemaas is unexpected"},
		"no name":       {text: `{"openapi":"3.0.0","info":{},"paths":{"/b":{}}}`, want: "Name cannot be empty"},
		"bad policy":    {text: string(notes("x-amazon-apigateway-policy: nonsense", "/b")), want: "Invalid policy document."},
		"endpoint type": {text: string(notes("", "/b")), o: control.ImportOptions{EndpointTypes: []string{"MOON"}}, want: "Invalid EndpointTypes specified."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.PutRestAPI(t.Context(), api.ID, []byte(tt.text), tt.o)
			if got := messageOf(err); !strings.HasPrefix(got, tt.want) {
				t.Errorf("error %q, want %q", got, tt.want)
			}
			if got, err := f.Store.Revision(t.Context()); err != nil || got != before {
				t.Errorf("revision %d, was %d; error %v", got, before, err)
			}
		})
	}
	_, err = f.PutRestAPI(t.Context(), "nobody", []byte("hello"), control.ImportOptions{})
	if got, want := messageOf(err), "Invalid API identifier specified 111111111111:nobody"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
}

func TestTheSamePutAgainWritesNothing(t *testing.T) {
	for _, name := range definitionNames(t) {
		f := newFixture(t)
		text := readDefinition(t, name)
		api, err := f.ImportRestAPI(t.Context(), text, control.ImportOptions{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, merge := range []bool{false, true} {
			draft, err := f.Draft(t.Context(), api.ID)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.PutRestAPI(t.Context(), api.ID, text, control.ImportOptions{Merge: merge}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			again, err := f.Draft(t.Context(), api.ID)
			if err != nil {
				t.Fatal(err)
			}
			before, after := property.Encode(property.Wire, draft.Properties()), property.Encode(property.Wire, again.Properties())
			if fmt.Sprint(before) != fmt.Sprint(after) {
				t.Errorf("%s, merge %t:\n%v\nbecame\n%v", name, merge, before, after)
			}
		}
	}
}

func TestTwoPutsAtOnceAreOneAfterTheOther(t *testing.T) {
	f := newFixture(t)
	f.NewID = nil
	api := f.api()
	errs := together(8, func(i int) error {
		_, err := f.PutRestAPI(context.Background(), api.ID, notes("", fmt.Sprintf("/p%d/x", i), fmt.Sprintf("/p%d/y", i)), control.ImportOptions{})
		return err
	})
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	_, verbs := f.tree(api.ID)
	if len(verbs) != 4 {
		t.Errorf("resources %v, want those of one definition", verbs)
	}
}

func definitionNames(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(definitions + "/*.*")
	if err != nil || len(names) < 4 {
		t.Fatal(names, err)
	}
	return names
}

func readDefinition(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Exporting an API with its extensions, importing it again and exporting it
// gives the same definition.
func TestExportImportExport(t *testing.T) {
	for _, name := range definitionNames(t) {
		for _, o := range []control.ExportOptions{
			{Type: "oas30", Extensions: true},
			{Type: "oas30", Extensions: true, YAML: true},
			{Type: "swagger", Extensions: true},
			{Type: "swagger", Extensions: true, YAML: true},
		} {
			t.Run(fmt.Sprintf("%s %s %t %t", filepath.Base(name), o.Type, o.YAML, o.Extensions), func(t *testing.T) {
				f := newFixture(t)
				api, err := f.ImportRestAPI(t.Context(), readDefinition(t, name), control.ImportOptions{})
				if err != nil {
					t.Fatal(err)
				}
				first := f.export(api.ID, o)
				if _, err := f.PutRestAPI(t.Context(), api.ID, first, control.ImportOptions{FailOnWarnings: true}); err != nil {
					t.Fatalf("%v\n%s", err, first)
				}
				if second := f.export(api.ID, o); string(second) != string(first) {
					t.Errorf("exported\n%s\nthen\n%s", first, second)
				}
			})
		}
	}
}

// export puts an API as it is on a stage, and exports it. Every method gets an
// integration, without which nothing can be deployed.
func (f *fixture) export(api string, o control.ExportOptions) []byte {
	f.t.Helper()
	list, _, err := f.GetResources(f.t.Context(), api, control.Page{Limit: 500})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, r := range list {
		for verb, m := range r.Methods {
			if m.Integration == nil {
				k := apigw.MethodKey{RestAPIID: api, ResourceID: r.ID, HTTPMethod: verb}
				if _, err := f.PutIntegration(f.t.Context(), k, &apigw.Integration{Type: apigw.Mock}); err != nil {
					f.t.Fatal(err)
				}
			}
		}
	}
	if _, err := f.CreateDeployment(f.t.Context(), api, control.DeploymentInput{StageName: "dev"}); err != nil {
		f.t.Fatal(err)
	}
	out, err := f.GetExport(f.t.Context(), api, "dev", o)
	if err != nil {
		f.t.Fatal(err)
	}
	return out.Definition
}

func TestExportIsOfWhatIsDeployed(t *testing.T) {
	f := newFixture(t)
	api, err := f.ImportRestAPI(t.Context(), notes("", "/a"), control.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	first := f.export(api.ID, control.ExportOptions{Type: "oas30"})
	if _, err := f.PutRestAPI(t.Context(), api.ID, notes("", "/b"), control.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	out, err := f.GetExport(t.Context(), api.ID, "dev", control.ExportOptions{Type: "oas30"})
	if err != nil || string(out.Definition) != string(first) {
		t.Errorf("a change that was not deployed shows: %v\n%s", err, out.Definition)
	}
	if want := "oas30_1.json"; out.FileName != want {
		t.Errorf("file name %s, want %s", out.FileName, want)
	}
	for _, tt := range []struct{ stage, typ, want string }{
		{"prod", "oas30", "Invalid stage identifier specified"},
		{"dev", "raml", "Invalid export type specified: raml. Valid options are oas30,swagger"},
	} {
		if _, err := f.GetExport(t.Context(), api.ID, tt.stage, control.ExportOptions{Type: tt.typ}); messageOf(err) != tt.want {
			t.Errorf("stage %s, type %s: error %v, want %s", tt.stage, tt.typ, err, tt.want)
		}
	}
}

func TestDocumentationComesAndGoesWithADefinition(t *testing.T) {
	f := newFixture(t)
	const parts = `
x-amazon-apigateway-documentation:
  documentationParts:
    - {location: {type: API}, properties: {description: notes of people}}
    - {location: {type: METHOD, path: /a, method: GET}, properties: {summary: one, tags: [a, b]}}
    - {location: {type: nothing}, properties: {}}`
	api, err := f.ImportRestAPI(t.Context(), notes(parts, "/a"), control.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(api.Warnings) != 1 || !strings.HasPrefix(api.Warnings[0], "A documentation part is left out: ") {
		t.Errorf("warnings %q, want one", api.Warnings)
	}
	if _, err := f.CreateDocumentationVersion(t.Context(), api.ID, &apigw.DocumentationVersion{Version: "v1"}, ""); err != nil {
		t.Fatal(err)
	}
	f.export(api.ID, control.ExportOptions{Type: "oas30"})
	ops := []property.PatchOperation{{Op: "replace", Path: "/documentationVersion", Value: "v1", HasValue: true}}
	if _, err := f.UpdateStage(t.Context(), api.ID, "dev", ops); err != nil {
		t.Fatal(err)
	}
	out, err := f.GetExport(t.Context(), api.ID, "dev", control.ExportOptions{Type: "oas30", Documentation: true})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi.Read(out.Definition, openapi.Options{})
	if err != nil || len(doc.Documentation) != 3 || doc.Documentation[1].Text != `{"summary":"one","tags":["a","b"]}` || doc.Documentation[2].Text != `{"description":"ok"}` {
		t.Errorf("exported %v\n%s", err, out.Definition)
	}

	// What is said again keeps its identifier, and a definition that says nothing
	// takes nothing away.
	identifiers := func() (ids []string) {
		list, _, err := f.GetDocumentationParts(t.Context(), api.ID, control.DocumentationFilter{}, control.Page{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		return ids
	}
	before := identifiers()
	for _, text := range [][]byte{notes(parts, "/a"), notes("")} {
		if _, err := f.PutRestAPI(t.Context(), api.ID, text, control.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		if after := identifiers(); len(after) != 3 || !slices.Equal(before, after) {
			t.Errorf("parts %v, had %v", after, before)
		}
	}
}
