package jsonschema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const models = "https://apigateway.amazonaws.com/restapis/abc/models/"

func TestReferences(t *testing.T) {
	library := map[string]string{
		models + "Pet": `{"type":"object","required":["name"],"properties":{"owner":{"$ref":"` + models + `Owner"}}}`,
		models + "Owner": `{"type":"object","required":["phone"],"properties":{"pets":{"type":"array","items":{"$ref":"` + models + `Pet"}}},
			"definitions":{"phone":{"type":"string"}}}`,
	}
	asked := map[string]int{}
	ref := func(uri string) (string, bool) {
		asked[uri]++
		text, ok := library[uri]
		return text, ok
	}
	for _, tt := range []struct{ schema, valid, invalid string }{
		{`{"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}}}`, `"x"`, `1`},
		{`{"$ref":"#/definitions/a~1b%20c","definitions":{"a/b c":{"type":"string"}}}`, `"x"`, `1`},
		{`{"properties":{"next":{"$ref":"#"}},"required":["v"]}`, `{"v":1,"next":{"v":2}}`, `{"v":1,"next":{}}`},
		{`{"$ref":"` + models + `Pet"}`, `{"name":"x","owner":{"phone":"1","pets":[]}}`, `{"name":"x","owner":{}}`},
		{`{"$ref":"` + models + `Owner#/definitions/phone"}`, `"x"`, `1`},
		{`{"oneOf":[{"type":"null"},{"$ref":"` + models + `Pet"}]}`, `null`, `{}`},
		{`{"$ref":"http://json-schema.org/draft-04/schema#"}`, `{"minimum":1}`, `{"minimum":"x"}`},
		{`{"$ref":"#/definitions/a","type":"null","definitions":{"a":{"type":"string"}}}`, `"x"`, `null`},
		{`{"id":"http://example.com/x","properties":{"a":{"$ref":"#/definitions/b"}},"definitions":{"b":{"type":"string"}}}`, `{"a":"x"}`, `{"a":1}`},
	} {
		s, err := Compile("M", tt.schema, ref)
		if err != nil {
			t.Errorf("%s: %v", tt.schema, err)
			continue
		}
		if got := s.Validate([]byte(tt.valid)); got != nil {
			t.Errorf("%s on %s: got %q, want none", tt.schema, tt.valid, got)
		}
		if got := s.Validate([]byte(tt.invalid)); got == nil {
			t.Errorf("%s on %s: got none", tt.schema, tt.invalid)
		}
	}
	for uri := range asked {
		if library[uri] == "" {
			t.Errorf("asked for %s", uri)
		}
	}
}

func TestModelThatRefersToItself(t *testing.T) {
	schema := `{"type":"object","required":["v"],"properties":{"next":{"$ref":"` + models + `Node"}}}`
	s, err := Compile(models+"Node", schema, func(uri string) (string, bool) {
		t.Errorf("asked for %s", uri)
		return "", false
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Validate([]byte(`{"v":1,"next":{"v":1,"next":{}}}`)); len(got) != 1 {
		t.Errorf("got %q, want one text", got)
	}
}

func TestOtherDraftsAreReadAsDraft4(t *testing.T) {
	for _, name := range []string{
		"http://json-schema.org/draft-04/schema#",
		"http://json-schema.org/draft-03/schema#",
		"http://json-schema.org/draft-07/schema#",
		"https://json-schema.org/draft/2020-12/schema",
		"http://example.com/nowhere",
		"not a URI %zz",
		"",
	} {
		// Neither const nor if is a keyword of draft 4.
		schema := fmt.Sprintf(`{"$schema":%q,"const":1,"if":{},"then":{"type":"null"},"properties":{"a":{"$schema":%q,"id":"x","type":"string"}}}`, name, name)
		s, err := Compile("M", schema, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []string{`instance type (integer) does not match any allowed primitive type (allowed: ["string"])`}
		if got := s.Validate([]byte(`{"a":1}`)); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, tt := range []struct{ schema, want string }{
		{``, "not JSON"},
		{`{`, "not JSON"},
		{`{} {}`, "more behind"},
		{`[]`, "type array, want an object"},
		{`"x"`, "type string"},
		{`{"type":"strin"}`, "#/type"},
		{`{"properties":{"a":{"minimum":"1"}}}`, "#/properties/a/minimum"},
		{`{"properties":{"a":true}}`, "#/properties/a"},
		{`{"exclusiveMinimum":1}`, "#/"},
		{`{"pattern":"("}`, "("},
		{`{"$ref":"#/definitions/a"}`, "definitions/a"},
		{`{"$ref":"https://apigateway.amazonaws.com/restapis/abc/models/None"}`, "no such model"},
		{`{"$ref":"file:///etc/hostname"}`, "no such model"},
		{`{"$ref":"other.json"}`, "no such model"},
		{`{"$ref":"#"}`, "back to itself"},
		{`{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}`, "back to itself"},
		{`{"minLength":1.5}`, "#/minLength"},
		{`{"minItems":-1}`, "#/minItems"},
		{`{"multipleOf":0}`, "#/multipleOf"},
		{`{"minimum":1e999999999}`, "exponent"},
		{`{"multipleOf":1e-999999999}`, "exponent"},
		{`{"enum":[1e999999999]}`, "exponent"},
		{`{"pattern":"` + strings.Repeat("a", maxPattern+1) + `"}`, "bytes"},
		{strings.Repeat(`{"not":`, 300) + "{}" + strings.Repeat("}", 300), "levels"},
		{`{"allOf":[` + strings.TrimSuffix(strings.Repeat("{},", 20_000), ",") + `]}`, "objects and arrays"},
		{`{"title":"` + strings.Repeat("a", maxSchemaBytes) + `"}`, "bytes"},
	} {
		_, err := Compile("Pet", tt.schema, nil)
		if err == nil {
			t.Errorf("%.80s: compiled", tt.schema)
			continue
		}
		if text := err.Error(); !strings.HasPrefix(text, "model Pet: ") || !strings.Contains(text, tt.want) {
			t.Errorf("%.80s: got %.300q, want …%s…", tt.schema, text, tt.want)
		}
	}
}

func TestReferencesWithoutEnd(t *testing.T) {
	n := 0
	_, err := Compile("M", `{"$ref":"https://example.com/0"}`, func(string) (string, bool) {
		n++
		return fmt.Sprintf(`{"properties":{"a":{"$ref":"https://example.com/%d"}}}`, n), true
	})
	if err == nil || !strings.Contains(err.Error(), "refer to each other") {
		t.Errorf("got %v after %d documents", err, n)
	}
}
