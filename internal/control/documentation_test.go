package control_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func part(typ, path, method, status, name string) *apigw.DocumentationPart {
	return &apigw.DocumentationPart{Text: `{ "description":"d" }`,
		Location: &apigw.DocumentationLocation{Type: typ, Path: path, Method: method, StatusCode: status, Name: name}}
}

func TestDocumentationPartRules(t *testing.T) {
	for _, tt := range []struct {
		name string
		part *apigw.DocumentationPart
		want string
	}{
		{name: "API", part: part("API", "", "", "", "")},
		{name: "resource", part: part("RESOURCE", "/pets", "", "", "")},
		{name: "any method", part: part("METHOD", "/", "*", "", "")},
		{name: "response header", part: part("RESPONSE_HEADER", "/", "GET", "200", "X")},
		{name: "type of nobody", part: part("PAGE", "", "", "", ""), want: "BadRequestException: Invalid documentation part location type specified: PAGE"},
		{name: "API with a path", part: part("API", "/", "", "", ""), want: "BadRequestException: Invalid documentation part location specified: path is not a valid field for type API"},
		{name: "model without a name", part: part("MODEL", "", "", "", ""), want: "BadRequestException: Invalid documentation part location specified: name is required for type MODEL"},
		{name: "relative path", part: part("RESOURCE", "pets", "", "", ""), want: "BadRequestException: Invalid documentation part location specified: the path begins with a slash"},
		{name: "verb of nobody", part: part("METHOD", "/", "get", "", ""), want: "BadRequestException: Invalid documentation part location specified: the method is *"},
		{name: "status of nobody", part: part("RESPONSE", "/", "GET", "2xx", ""), want: "BadRequestException: Invalid documentation part location specified: the status code is *"},
		{name: "no text", part: &apigw.DocumentationPart{Location: &apigw.DocumentationLocation{Type: "API"}}, want: "BadRequestException: Invalid documentation part properties specified"},
		{name: "a list", part: &apigw.DocumentationPart{Text: "[]", Location: &apigw.DocumentationLocation{Type: "API"}}, want: "BadRequestException: Invalid documentation part properties specified"},
		{name: "nothing at all", part: &apigw.DocumentationPart{Text: "{}"}, want: "BadRequestException: Documentation part location cannot be null"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			p, err := f.CreateDocumentationPart(t.Context(), api.ID, tt.part)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Fatal(wrong)
			}
			if err == nil && (p.Text != tt.part.Text || *p.Location != *tt.part.Location) {
				t.Errorf("got %+v, want what was given, byte for byte", p)
			}
		})
	}
}

func TestOneDocumentationPartPerLocation(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	if _, err := f.CreateDocumentationPart(t.Context(), api.ID, part("METHOD", "", "", "", "")); err != nil {
		t.Fatal(err)
	}
	_, err := f.CreateDocumentationPart(t.Context(), api.ID, part("METHOD", "/", "*", "", "")) // the defaults
	if wrong := refused(err, "ConflictException: Documentation part already exists for the specified location: type 'METHOD', path '/', method '*'"); wrong != "" {
		t.Error(wrong)
	}
}

// found returns the locations of the parts that f wants, in their order.
func (f *fixture) found(api string, filter control.DocumentationFilter) []string {
	f.t.Helper()
	var out []string
	page := control.Page{Limit: 2}
	for {
		list, next, err := f.GetDocumentationParts(f.t.Context(), api, filter, page)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, p := range list {
			l := p.Location
			out = append(out, strings.TrimRight(fmt.Sprintf("%s %s %s %s %s", l.Type, l.Path, l.Method, l.StatusCode, l.Name), " "))
		}
		if page.After = next; next == "" {
			return out
		}
	}
}

func TestDocumentationPartsAreFiltered(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	k := f.mock(api)
	if _, err := f.PutMethodResponse(t.Context(), apigw.ResponseKey{MethodKey: k, StatusCode: "200"}, &apigw.MethodResponse{StatusCode: "200",
		ResponseParameters: map[string]bool{"method.response.header.X": false}, ResponseModels: map[string]string{"application/json": "Empty"}}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*apigw.DocumentationPart{part("RESOURCE", "/", "", "", ""), part("MODEL", "", "", "", "Error"), part("METHOD", "/", "GET", "", "")} {
		if _, err := f.CreateDocumentationPart(t.Context(), api.ID, p); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		filter control.DocumentationFilter
		want   []string
	}{
		{want: []string{"RESOURCE /", "MODEL    Error", "METHOD / GET"}},
		{filter: control.DocumentationFilter{Type: "MODEL"}, want: []string{"MODEL    Error"}},
		{filter: control.DocumentationFilter{Path: "/"}, want: []string{"RESOURCE /", "METHOD / GET"}},
		{filter: control.DocumentationFilter{Name: "Erro"}},
		{filter: control.DocumentationFilter{Undocumented: true}, want: []string{"API", "MODEL    Empty", "RESPONSE / GET 200", "RESPONSE_HEADER / GET 200 X", "RESPONSE_BODY / GET 200"}},
		{filter: control.DocumentationFilter{Undocumented: true, Type: "API"}, want: []string{"API"}},
	} {
		if got := f.found(api.ID, tt.filter); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%+v: got %q, want %q", tt.filter, got, tt.want)
		}
	}
}

// A version does not change with the parts, and dies with its API.
func TestDocumentationVersionsAreFrozen(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	f.mock(api)
	f.deploy(api)
	p, err := f.CreateDocumentationPart(t.Context(), api.ID, part("API", "", "", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.CreateDocumentationVersion(t.Context(), api.ID, &apigw.DocumentationVersion{Version: "1"}, "prod")
	if err != nil || v.CreatedDate.IsZero() {
		t.Fatalf("%+v %v", v, err)
	}
	if stage, err := f.GetStage(t.Context(), api.ID, "prod"); err != nil || stage.DocumentationVersion != "1" {
		t.Errorf("the stage has %+v %v, want version 1", stage, err)
	}
	if err := f.DeleteDocumentationPart(t.Context(), api.ID, p.ID); err != nil {
		t.Fatal(err)
	}
	parts, err := f.LoadDocumentation(t.Context(), api.ID, "1")
	if err != nil || len(parts) != 1 || parts[0].ID != p.ID {
		t.Errorf("version 1 holds %+v %v, want the part", parts, err)
	}
	for _, tt := range []struct{ version, stage, want string }{
		{"1", "", "ConflictException: Documentation version already exists"},
		{"2", "none", "NotFoundException: Invalid stage identifier specified"},
		{"", "", "BadRequestException: Invalid documentation version specified"},
	} {
		_, err := f.CreateDocumentationVersion(t.Context(), api.ID, &apigw.DocumentationVersion{Version: tt.version}, tt.stage)
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%q on %q: %s", tt.version, tt.stage, wrong)
		}
	}
	if _, err := f.UpdateDocumentationVersion(t.Context(), api.ID, "1", []property.PatchOperation{replace("/description", "d")}); err != nil {
		t.Error(err)
	}
	if err := f.DeleteRestAPI(t.Context(), api.ID); err != nil {
		t.Fatal(err)
	}
	if keys := f.keys(); len(keys) > 0 {
		t.Errorf("left over: %v", keys)
	}
}

const documented = `swagger: "2.0"
x-amazon-apigateway-documentation:
  documentationParts:
    - location: {type: API}
      properties: {description: hello}
    - location: {type: RESPONSE, path: /, method: GET, statusCode: 200}
      properties: {description: ok}
`

func TestImportDocumentationParts(t *testing.T) {
	for _, tt := range []struct {
		name, definition string
		overwrite, fail  bool
		want             string // a refusal, or the locations afterwards
		warnings         int
	}{
		{name: "merged", definition: documented, want: "[MODEL    Old API RESPONSE / GET 200]"},
		{name: "overwritten", definition: documented, overwrite: true, want: "[API RESPONSE / GET 200]"},
		{name: "JSON", definition: `{"openapi":"3.0.1","x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"MODEL","name":"Old"},"properties":{"b":1,"a":2}}]}}`, want: "[MODEL    Old]"},
		{name: "none", definition: `{"openapi":"3.0.1"}`, want: "[MODEL    Old]"},
		{name: "one that cannot be kept", definition: documented + "    - location: {type: MODEL}\n      properties: {}\n", want: "[MODEL    Old API RESPONSE / GET 200]", warnings: 1},
		{name: "no warnings wanted", definition: documented + "    - location: {type: MODEL}\n      properties: {}\n", fail: true, want: "BadRequestException: Warnings found during import:\n\tDocumentation part 3 is left out: Invalid documentation part location specified: name is required"},
		{name: "twice", definition: documented + "    - location: {type: API}\n      properties: {description: again}\n", want: "[MODEL    Old API RESPONSE / GET 200]", warnings: 1},
		{name: "no definition", definition: `{}`, want: "BadRequestException: Unable to build importer with provided input."},
		{name: "text", definition: `hello`, want: "BadRequestException: Unable to build importer with provided input."},
		{name: "nothing", want: "BadRequestException: Unable to build importer with provided input."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			if _, err := f.CreateDocumentationPart(t.Context(), api.ID, part("MODEL", "", "", "", "Old")); err != nil {
				t.Fatal(err)
			}
			ids, warnings, err := f.ImportDocumentationParts(t.Context(), api.ID, []byte(tt.definition), tt.overwrite, tt.fail)
			if strings.Contains(tt.want, "Exception: ") {
				if wrong := refused(err, tt.want); wrong != "" {
					t.Error(wrong)
				}
				tt.want = "[MODEL    Old]"
			} else if err != nil || len(warnings) != tt.warnings {
				t.Fatalf("%v %v %v, want %d warnings", ids, warnings, err, tt.warnings)
			}
			if got := fmt.Sprint(f.found(api.ID, control.DocumentationFilter{})); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			for _, id := range ids {
				if _, err := f.GetDocumentationPart(t.Context(), api.ID, id); err != nil {
					t.Errorf("part %s: %v", id, err)
				}
			}
		})
	}
}

// A part that is there already keeps its identifier and gets the new text.
func TestImportKeepsIdentifiers(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	old, err := f.CreateDocumentationPart(t.Context(), api.ID, part("API", "", "", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	ids, _, err := f.ImportDocumentationParts(t.Context(), api.ID, []byte(documented), false, false)
	if err != nil || len(ids) != 2 || ids[0] != old.ID {
		t.Fatalf("%v %v, want the old identifier %s first", ids, err, old.ID)
	}
	if p, err := f.GetDocumentationPart(t.Context(), api.ID, old.ID); err != nil || p.Text != `{"description":"hello"}` {
		t.Errorf("%+v %v, want the text of the definition", p, err)
	}
}

func FuzzImportDocumentationParts(f *testing.F) {
	f.Add([]byte(documented))
	f.Add([]byte(`{"openapi":"3.0.1","x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"API"},"properties":{}}]}}`))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? [1]\n: 2\nswagger: .nan"))
	f.Fuzz(func(t *testing.T, definition []byte) {
		s := newFixture(t)
		_, _, err := s.ImportDocumentationParts(t.Context(), s.api().ID, definition, true, false)
		var refusal *apigw.Error
		if err != nil && !errors.As(err, &refusal) {
			t.Errorf("%q: %v is no refusal", definition, err)
		}
	})
}
