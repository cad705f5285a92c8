package property_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"postern/internal/property"
)

// A template may write one thing in several ways.
func TestNotationsMeanTheSame(t *testing.T) {
	five := int64(5)
	for _, tt := range []struct {
		name    string
		surface *property.Surface
		give    []any // notations of one property
		of      string
		want    func(*kettle) any
		value   any
	}{
		{"whole number", property.TerraformType, list(5000, int64(5000), 5000.0, json.Number("5000"), "5000", " 5000 ", "5000.0", json.Number("5e3")),
			"BoilMilliseconds", func(k *kettle) any { return k.Boil }, 5 * time.Second},
		{"optional number", property.CloudFormation, list(5, "5", json.Number("5")),
			"Spare", func(k *kettle) any { return k.Spare }, &five},
		{"number", property.CloudFormation, list(2.5, "2.5", json.Number("2.5"), "25e-1"),
			"Weight", func(k *kettle) any { return k.Weight }, 2.5},
		{"boolean", property.TerraformType, list(true, "true", "True", "TRUE"),
			"Whistles", func(k *kettle) any { return k.Whistles }, true},
		{"map", property.TerraformType, list(object("a", "1", "b", ""), object("a", 1, "b", nil), pairsOf("MapKey", "MapValue", "a", "1", "b", ""),
			pairsOf("Key", "Value", "a", json.Number("1"), "b", "")),
			"Labels", func(k *kettle) any { return k.Labels }, map[string]string{"a": "1", "b": ""}},
		{"map of booleans", property.TerraformType, list(object("a", true, "b", false), object("a", "true", "b", "false"), pairsOf("MapKey", "MapValue", "a", true, "b", "false"), object("a", true, "b", nil)),
			"Needs", func(k *kettle) any { return k.Needs }, map[string]bool{"a": true, "b": false}},
		{"tags of native types", property.CloudFormation, list(pairsOf("Key", "Value", "a", "1"), object("a", "1")),
			"Tags", func(k *kettle) any { return k.Tags }, map[string]string{"a": "1"}},
		{"map in JSON", property.TerraformType, list(`{"a":"1"}`, " {\"a\" :\t\"1\"}\n"),
			"LabelsInJson", func(k *kettle) any { return k.InJSON }, map[string]string{"a": "1"}},
		{"list", property.CloudFormation, list(list("x"), "x"),
			"Lids", func(k *kettle) any { return k.Lids }, []string{"x"}},
		{"block", property.TerraformType, list(object("Earthed", true), list(object("Earthed", "true"))),
			"Plug", func(k *kettle) any { return k.Plug }, &plug{Earthed: true}},
		{"empty block", property.TerraformType, list(list()),
			"Plug", func(k *kettle) any { return k.Plug }, (*plug)(nil)},
		{"list of objects with their key", property.CloudFormation, list(list(object("Side", "left", "Length", 2)), list(object("Side", "left", "Length", "2"))),
			"Feet", func(k *kettle) any { return k.Feet }, map[string]*foot{"left": {"left", 2}}},
		{"document", property.CloudFormation, list(`{"a":"<&>"}`, object("a", "<&>")),
			"Deed", func(k *kettle) any { return k.Deed }, `{"a":"<&>"}`},
		{"verb as it was published", property.TerraformType, list("OPTIONS", "OPTION"),
			"Verb", func(k *kettle) any { return k.Verb }, "OPTIONS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, v := range tt.give {
				k := mustDecode(t, tt.surface, object("Name", "k", tt.of, v))
				if got := tt.want(k); !reflect.DeepEqual(got, tt.value) {
					t.Errorf("%s: %#v\ngot  %#v\nwant %#v", tt.of, v, got, tt.value)
				}
			}
		})
	}
}

func TestTextTakesUnquotedScalars(t *testing.T) {
	for _, tt := range []struct {
		give any
		want string
	}{
		{200, "200"}, {int64(-1), "-1"}, {0.5, "0.5"}, {json.Number("1.50"), "1.50"}, {true, "true"}, {"yes", "yes"},
	} {
		if got := mustDecode(t, property.CloudFormation, object("Name", tt.give)).Name; got != tt.want {
			t.Errorf("%#v: got %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name    string
		surface *property.Surface
		in      map[string]any
		want    string // path: message
		help    string
	}{
		{"required", property.CloudFormation, object(), "Name: missing, and it is required", ""},
		{"required and empty", property.CloudFormation, object("Name", ""), "Name: empty, and it is required", ""},
		{"null is absent", property.CloudFormation, object("Name", nil), "Name: missing, and it is required", ""},
		{"unknown", property.CloudFormation, object("Name", "k", "Colour", "RED"), "Colour: no such property", "did you mean Color?"},
		{"unknown and far from any", property.CloudFormation, object("Name", "k", "Zzzzzzz", 1), "Zzzzzzz: no such property", ""},
		{"read-only", property.CloudFormation, object("Name", "k", "Id", "x"), "Id: set by the gateway, it cannot be given", ""},
		{"enumeration", property.CloudFormation, object("Name", "k", "Color", "PINK"), `Color: "PINK" is not one of RED, GREEN, BLUE`, ""},
		{"other letter case", property.TerraformType, object("Name", "k", "Color", "green"), `Color: "green" is not one of RED, GREEN, BLUE`, "did you mean GREEN?"},
		{"verb of a native type", property.CloudFormation, object("Name", "k", "Verb", "OPTION"), `Verb: "OPTION" is not one of GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS, ANY`, "did you mean OPTIONS?"},
		{"range", property.TerraformType, object("Name", "k", "BoilMilliseconds", 20), "BoilMilliseconds: 20 is outside 50–900000 milliseconds", ""},
		{"too long for a duration", property.TerraformType, object("Name", "k", "BoilMilliseconds", json.Number("9007199254740991")), "BoilMilliseconds: 9007199254740991 is outside 50–900000 milliseconds", ""},
		{"range of a number", property.CloudFormation, object("Name", "k", "Cups", "13"), "Cups: 13 is outside 1–12", ""},
		{"fraction", property.CloudFormation, object("Name", "k", "Cups", 1.5), "Cups: number 1.5 found, a whole number expected", ""},
		{"hexadecimal", property.CloudFormation, object("Name", "k", "Cups", "0x1"), `Cups: text "0x1" found, a whole number expected`, ""},
		{"infinite", property.CloudFormation, object("Name", "k", "Weight", "Inf"), `Weight: text "Inf" found, a number expected`, ""},
		{"huge", property.CloudFormation, object("Name", "k", "Weight", json.Number("1e999")), `Weight: number 1e999 found, a number expected`, ""},
		{"not a boolean", property.CloudFormation, object("Name", "k", "Whistles", "yes"), `Whistles: text "yes" found, true or false expected`, ""},
		{"object as text", property.CloudFormation, object("Name", object()), "Name: an object found, text expected", ""},
		{"pairs on a native type", property.CloudFormation, object("Name", "k", "Labels", pairsOf("MapKey", "MapValue", "a", "1")), "Labels: a list found, an object expected", ""},
		{"a key twice", property.TerraformType, object("Name", "k", "Labels", pairsOf("MapKey", "MapValue", "a", "1", "a", "2")), `Labels.1: the key "a" is given twice`, ""},
		{"half a pair", property.TerraformType, object("Name", "k", "Labels", list(object("MapKey", "a"))), "Labels.0: an entry has exactly MapKey and MapValue", ""},
		{"no pair", property.TerraformType, object("Name", "k", "Labels", list("a")), `Labels.0: text "a" found, an entry with MapKey and MapValue expected`, ""},
		{"a list as key", property.TerraformType, object("Name", "k", "Labels", list(object("MapKey", list(), "MapValue", "1"))), "Labels.0: a list found, text expected as MapKey", ""},
		{"value of a map", property.CloudFormation, object("Name", "k", "Labels", object("a", list())), "Labels.a: a list found, text expected", ""},
		{"boolean of a map", property.CloudFormation, object("Name", "k", "Needs", object("a", 1)), "Needs.a: number 1 found, true or false expected", ""},
		{"text that is no JSON", property.TerraformType, object("Name", "k", "LabelsInJson", "{"), `LabelsInJson: "{" is not the text of a JSON object`, ""},
		{"a list in JSON", property.TerraformType, object("Name", "k", "LabelsInJson", "[]"), `LabelsInJson: "[]" is not the text of a JSON object`, ""},
		{"null in JSON", property.TerraformType, object("Name", "k", "LabelsInJson", "null"), `LabelsInJson: "null" is not the text of a JSON object`, ""},
		{"more than JSON", property.TerraformType, object("Name", "k", "LabelsInJson", "{}}"), `LabelsInJson: "{}}" is not the text of a JSON object`, ""},
		{"boolean in JSON", property.TerraformType, object("Name", "k", "LabelsInJson", `{"a":true}`), "LabelsInJson.a: class java.lang.Boolean can not be converted to an String", ""},
		{"number in JSON", property.TerraformType, object("Name", "k", "LabelsInJson", `{"a":1}`), "LabelsInJson.a: class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String", ""},
		{"two blocks", property.TerraformType, object("Name", "k", "Plug", list(object(), object())), "Plug: 2 blocks found, at most one expected", ""},
		{"block on a native type", property.CloudFormation, object("Name", "k", "Plug", list(object())), "Plug: a list found, an object expected", ""},
		{"member of an object", property.CloudFormation, object("Name", "k", "Plug", object("Amps", 99)), "Plug.Amps: 99 is outside 1–32", ""},
		{"unknown member", property.CloudFormation, object("Name", "k", "Plug", object("Amp", 1)), "Plug.Amp: no such property", "did you mean Amps?"},
		{"item twice", property.CloudFormation, object("Name", "k", "Feet", list(object("Side", "l"), object("Side", "l"))), `Feet.1.Side: "l" is given twice`, ""},
		{"item without its key", property.CloudFormation, object("Name", "k", "Feet", list(object("Length", 1))), "Feet.0.Side: missing, and it is required", ""},
		{"item of a list", property.CloudFormation, object("Name", "k", "Lids", list("a", object())), "Lids.1: an object found, text expected", ""},
		{"text on the wire", property.Wire, object("name", 1), "name: class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String", ""},
		{"map on the wire", property.Wire, object("name", "k", "labels", pairsOf("MapKey", "MapValue", "a", "1")), "labels: class java.util.ArrayList can not be converted to an Map", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			errs := property.Decode(tt.surface, (&kettle{}).Properties(), tt.in).Failures()
			if len(errs) != 1 || errs[0].Error() != tt.want {
				t.Fatalf("%v\ngot  %v\nwant %s", tt.in, errs, tt.want)
			}
			if errs[0].Help != tt.help {
				t.Errorf("help: got %q, want %q", errs[0].Help, tt.help)
			}
		})
	}
}

func TestDecodeReportsEveryProblem(t *testing.T) {
	errs := property.Decode(property.CloudFormation, (&kettle{}).Properties(), object("Color", "PINK", "Cups", "x", "Sugar", true))
	var at []string
	for _, e := range errs {
		at = append(at, strings.Join(e.Path, "."))
	}
	if got, want := strings.Join(at, " "), "Color Cups Name Sugar"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWireIgnoresUnknownMembers(t *testing.T) {
	mustDecode(t, property.Wire, object("name", "k", "_links", object()))
}

func TestWarnings(t *testing.T) {
	errs := property.Decode(property.TerraformType, (&kettle{}).Properties(), object("Name", "k", "Verb", "OPTION", "LabelsInJson", "{}"))
	want := []string{"LabelsInJson: deprecated: Use labels.", `Verb: "OPTION" is read as "OPTIONS"`}
	if len(errs.Failures()) > 0 || len(errs.Warnings()) != len(want) {
		t.Fatalf("got %v", errs)
	}
	for i, e := range errs.Warnings() {
		if e.Error() != want[i] {
			t.Errorf("got %s, want %s", e, want[i])
		}
	}
}

// What is not known yet is given and valid, wherever it stands.
func TestPlaceholdersAreGivenAndValid(t *testing.T) {
	in := object(
		"Name", later("a"), "Color", later("b"), "BoilMilliseconds", later("c"), "Whistles", later("d"),
		"Labels", object("a", later("e"), "b", "1"),
		"Recipes", list(object("MapKey", later("f"), "MapValue", "x"), later("g")),
		"Needs", later("h"), "Lids", list("x", later("i")),
		"Plug", list(later("j")), "Feet", list(later("k"), object("Side", later("l"))),
		"Deed", object("Resource", later("m")), "LabelsInJson", later("n"),
	)
	k := mustDecode(t, property.TerraformType, in)
	if want := map[string]string{"b": "1"}; !reflect.DeepEqual(k.Labels, want) {
		t.Errorf("labels: got %v, want %v", k.Labels, want)
	}
	if want := []string{"x"}; !reflect.DeepEqual(k.Lids, want) {
		t.Errorf("lids: got %v, want %v", k.Lids, want)
	}
	pending := property.Pending(property.TerraformType, k.Properties(), in)
	for _, name := range []string{"name", "labels", "recipes", "plug", "feet", "deed", "boilInMillis"} {
		if !pending[name] {
			t.Errorf("%s is not pending in %v", name, pending)
		}
	}
	if pending["id"] || pending["cups"] {
		t.Errorf("too much is pending: %v", pending)
	}
}

func TestErrorsThatRestOnPendingPropertiesGo(t *testing.T) {
	errs := property.Errors{
		property.Bad("uri", nil, "about itself"),
		property.Missing("connectionId", "connectionType is VPC_LINK").DueTo("connectionType"),
		property.Bad("timeout", nil, "stays"),
	}
	got := errs.Without(map[string]bool{"uri": true, "connectionType": true})
	if len(got) != 1 || got[0].Path[0] != "timeout" {
		t.Errorf("got %v, want timeout alone", got)
	}
}

// A nap has what only some nouns need.
type nap struct {
	Name string
	Long time.Duration
	Who  string
}

func (n *nap) Properties() property.List {
	return property.List{
		{Name: "name", Value: property.Text(&n.Name), Is: property.Required},
		{Name: "longest", Value: property.Seconds(&n.Long, 1, 900)},
		{Name: "who", Names: property.Names{Wire: "WHO"}, Value: property.Text(&n.Who), Is: property.ReadOnly},
	}
}

func TestSecondsOnEachSurface(t *testing.T) {
	for _, tt := range []struct {
		surface *property.Surface
		in      map[string]any
		want    time.Duration
		refusal string
	}{
		{property.CloudFormation, object("Name", "n", "Longest", "15"), 15 * time.Second, ""},
		{property.CloudFormation, object("Name", "n", "Longest", 0), 0, "Longest: 0 is outside 1–900 seconds"},
		{property.Service, object("Name", "n", "Longest", 0, "Other", 1, "WHO", "me"), 0, ""}, // the noun judges
		{property.Service, object("Name", "n", "Longest", json.Number("30")), 30 * time.Second, ""},
		{property.Service, object("Name", "n", "Longest", "30"), 0, "Longest: class java.lang.String can not be converted to an Integer"},
	} {
		var n nap
		errs := property.Decode(tt.surface, n.Properties(), tt.in)
		if got := errs.Error(); got != tt.refusal || n.Long != tt.want {
			t.Errorf("%s %v: got %v and %q, want %v and %q", tt.surface.Name, tt.in, n.Long, got, tt.want, tt.refusal)
		}
	}
	n := nap{Name: "n", Long: 90 * time.Second, Who: "me"}
	if got := fmt.Sprint(property.Encode(property.Service, n.Properties())); got != "map[Longest:90 Name:n WHO:me]" {
		t.Errorf("got %s", got)
	}
}
