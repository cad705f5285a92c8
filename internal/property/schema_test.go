package property_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"postern/internal/property"
)

func TestSchemaOfTypes(t *testing.T) {
	schema := property.Schema(property.TerraformType, "Test::Kitchen::Kettle", "A kettle.", (&kettle{}).Properties(), []string{"Name"})
	at := func(path string) any {
		var v any = schema
		for part := range strings.SplitSeq(path, "/") {
			m, _ := v.(map[string]any)
			v = m[part]
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, tt := range []struct{ path, want string }{
		{"primaryIdentifier", `["/properties/Name"]`},
		{"required", `["Name"]`},
		{"createOnlyProperties", `["/properties/Name"]`},
		{"readOnlyProperties", `["/properties/Id"]`},
		{"writeOnlyProperties", `["/properties/LabelsInJson"]`},
		{"deprecatedProperties", `["/properties/LabelsInJson"]`},
		{"properties/Name", `{"minLength":1,"type":"string"}`},
		{"properties/Color", `{"default":"RED","description":"The color.","enum":["RED","GREEN","BLUE"],"type":"string"}`},
		{"properties/BoilMilliseconds", `{"default":29000,"maximum":900000,"minimum":50,"type":"integer"}`},
		{"properties/Labels", `{"additionalProperties":false,"insertionOrder":false,"items":{"$ref":"#/definitions/MapEntry"},"patternProperties":{"^[a-z]+$":{"type":"string"}},"type":["object","array"]}`},
		{"properties/Lids", `{"insertionOrder":false,"items":{"type":"string"},"type":"array","uniqueItems":true}`},
		{"properties/Plug/items", `{"$ref":"#/definitions/Plug"}`},
		{"definitions/Plug/properties/Amps", `{"maximum":32,"minimum":1,"type":"integer"}`},
		{"definitions/MapEntry/required", `["MapKey","MapValue"]`},
		{"additionalProperties", `false`},
	} {
		if got := at(tt.path); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.path, got, tt.want)
		}
	}
}

// The registry takes no properties within properties.
func TestSchemaNestsByReference(t *testing.T) {
	for _, s := range []*property.Surface{property.TerraformType, property.CloudFormation} {
		schema := property.Schema(s, "Test::Kitchen::Kettle", "A kettle.", (&kettle{}).Properties(), []string{"Name"})
		refs := 0
		var walk func(at string, v any)
		walk = func(at string, v any) {
			switch v := v.(type) {
			case map[string]any:
				if ref, ok := v["$ref"].(string); ok {
					refs++
					name := strings.TrimPrefix(ref, "#/definitions/")
					if _, defined := schema["definitions"].(map[string]any)[name]; !defined {
						t.Errorf("%s %s: %s is not defined", s.Name, at, ref)
					}
				}
				for k, e := range v {
					if k == "properties" && at != "" && strings.Count(at, "/") > 2 {
						t.Errorf("%s %s: properties within properties", s.Name, at)
					}
					walk(at+"/"+k, e)
				}
			case []any:
				for _, e := range v {
					walk(at, e)
				}
			}
		}
		walk("", schema)
		if refs == 0 {
			t.Errorf("%s: no reference at all", s.Name)
		}
	}
}

func TestNamesOfSurfaces(t *testing.T) {
	rows := (&kettle{}).Properties()
	row, _ := rows.ByName("boilInMillis")
	got := map[string]string{}
	for _, s := range property.Surfaces() {
		got[s.Name] = s.NameOf(row)
	}
	want := map[string]string{"wire": "boilInMillis", "CloudFormation": "BoilInMillis", "TerraformType": "BoilMilliseconds",
		"Terraform": "boil_milliseconds", "OpenAPI": "boilInMillis", "CLI": "boil-in-millis"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if row, ok := rows.Find(property.Wire, "labelsInJson"); ok {
		t.Errorf("the wire has %s", row.Name)
	}
}

func TestErrorsTakeTheSpellingOfTheSurface(t *testing.T) {
	errs := property.Errors{property.Bad("boilInMillis", 20, "20 is too short")}
	got := errs.Spell(property.TerraformType, (&kettle{}).Properties())
	if got[0].Error() != "BoilMilliseconds: 20 is too short" || errs[0].Path[0] != "boilInMillis" {
		t.Errorf("got %v, and %v as it was", got, errs)
	}
}

func TestReferenceNamesEverySurface(t *testing.T) {
	page := property.Reference((&kettle{}).Properties())
	want := "| `BoilMilliseconds` | milliseconds, 50–900000 | `29000` | `BoilInMillis` | `boil_milliseconds` | `boilInMillis` | all |  |\n"
	if !strings.Contains(page, want) {
		t.Errorf("%s\nlacks %s", page, want)
	}
	if !strings.Contains(page, "(write-only, deprecated)") {
		t.Errorf("%s\nlacks the flags", page)
	}
}
