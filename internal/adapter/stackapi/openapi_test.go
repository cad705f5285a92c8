package stackapi

import (
	"strings"
	"testing"

	"postern/internal/lang/cfn"
)

func TestADefinitionIsATemplate(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		wrapped    bool
	}{
		{name: "YAML", text: "openapi: 3.0.1\ninfo:\n  title: a\n\npaths: {}\n", wrapped: true},
		{name: "blanks first", text: "\n  openapi: 3.0.1\n  paths: {}", wrapped: true},
		{name: "JSON with tabs", text: "{\n\t\"swagger\": \"2.0\",\n\t\"paths\": {}\n}", wrapped: true},
		{name: "CRLF", text: "swagger: '2.0'\r\npaths: {}\r\n", wrapped: true},
		{name: "byte order mark", text: "\ufeffswagger: '2.0'\n", wrapped: true},
		{name: "document marks", text: "---\nopenapi: 3.0.0\npaths: {}\n", wrapped: true},
		{name: "template", text: "Resources:\n  A: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {openapi: 3.0.1}}}\n"},
		{name: "template that mentions it", text: "# openapi\nResources: {}\n"},
		{name: "broken", text: "openapi: [\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			template := Template{Name: "f", Text: tt.text}
			if got := wrap(&template); bool(got) != tt.wrapped {
				t.Fatalf("wrapped %t, want %t", got, tt.wrapped)
			}
			if !tt.wrapped {
				if template.Text != tt.text {
					t.Errorf("changed to %q", template.Text)
				}
				return
			}
			d, err := cfn.ReadDocument("f", []byte(template.Text), cfn.Limits{})
			if err != nil {
				t.Fatalf("%v\n%s", err, template.Text)
			}
			body := d.Root.Get("Resources").Get("Api").Get("Properties").Get("Body").Text
			lines := func(s string) []string { return strings.Fields(strings.TrimPrefix(s, "\ufeff")) }
			if got, want := strings.Join(lines(body), " "), strings.Join(lines(tt.text), " "); got != want {
				t.Errorf("the body is %q, want %q", got, want)
			}
		})
	}
}

func TestPlacesAreThoseOfTheDefinition(t *testing.T) {
	got := wrapped(true).problems([]Problem{
		{Line: 8, Column: 12, Path: []string{"Resources", "Api", "Properties", "Body", "x"}},
		{Line: 2, Column: 3, Width: 3, Path: []string{"Resources", "Api"}},
	})
	if p := got[0]; p.Line != 3 || p.Column != 4 || len(p.Path) != 1 || p.Path[0] != "x" {
		t.Errorf("inside: %+v", p)
	}
	if p := got[1]; p.Line != 1 || p.Column != 1 || len(p.Path) != 0 {
		t.Errorf("about the whole: %+v", p)
	}
}
