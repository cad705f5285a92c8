package property_test

import (
	"fmt"
	"reflect"
	"testing"

	"postern/internal/property"
)

func TestDifferences(t *testing.T) {
	for _, tt := range []struct {
		name       string
		old, after map[string]any
		want       string // changed properties; ! means replacement
	}{
		{"quotes", object("BoilMilliseconds", "5000", "Whistles", "false"), object("BoilMilliseconds", 5000.0), "[]"},
		{"defaults", object("BoilMilliseconds", 29000, "Color", "RED"), object(), "[]"},
		{"pairs and objects", object("Labels", pairsOf("MapKey", "MapValue", "a", "1")), object("Labels", object("a", 1)), "[]"},
		{"empty is absent", object("Labels", list(), "Plug", list(), "Lids", list(), "Needs", object()), object(), "[]"},
		{"null is absent", object("Labels", nil), object(), "[]"},
		{"order of a set", object("Lids", list("a", "b")), object("Lids", list("b", "a")), "[]"},
		{"order of a list", object("Order", list("a", "b")), object("Order", list("b", "a")), "[Order]"},
		{"order of items with keys", object("Feet", list(object("Side", "l"), object("Side", "r"))), object("Feet", list(object("Side", "r", "Length", 3), object("Side", "l"))), "[]"},
		{"member of an item", object("Feet", list(object("Side", "l"))), object("Feet", list(object("Side", "l", "Length", 4))), "[Feet]"},
		{"blocks", object("Plug", list(object("Amps", "13"))), object("Plug", object("Amps", 13, "Earthed", "false")), "[]"},
		{"white space of a document", object("Deed", `{"a": [1]}`), object("Deed", object("a", list(1))), "[]"},
		{"white space of JSON", object("LabelsInJson", `{"a":"b"}`), object("LabelsInJson", `{ "a": "b" }`), "[]"},
		{"alias", object("Verb", "OPTION"), object("Verb", "OPTIONS"), "[]"},
		{"create-only", object("Name", "a"), object("Name", "b"), "[Name!]"},
		{"value", object("Color", "BLUE", "Cups", 2), object("Cups", 3), "[Color Cups]"},
		{"same placeholder", object("Name", later("x"), "Labels", object("a", later("y"))), object("Name", later("x"), "Labels", pairsOf("MapKey", "MapValue", "a", later("y"))), "[]"},
		{"another placeholder", object("Name", later("x"), "Labels", object("a", later("y"))), object("Name", later("z"), "Labels", object("a", "1")), "[Name! Labels]"},
		{"what does not decode", object("Cups", "many"), object("Cups", "few"), "[Cups]"},
		{"read-only", object("Id", "a"), object("Id", "b"), "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, rows := property.TerraformType, (&kettle{}).Properties()
			got := []string{}
			for _, c := range property.DiffNormal(s, rows, property.Normal(s, rows, tt.old), property.Normal(s, rows, tt.after)) {
				if c.Replace {
					c.Property += "!"
				}
				got = append(got, c.Property)
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("old  %v\nnew  %v\ngot  %v\nwant %s", tt.old, tt.after, got, tt.want)
			}
		})
	}
}

func TestDiffOfNouns(t *testing.T) {
	a, b := &kettle{Name: "k", Lids: []string{"a", "b"}}, &kettle{Name: "l", Lids: []string{"b", "a"}, Whistles: true}
	got := property.Diff(property.CloudFormation, a.Properties(), b.Properties())
	want := []property.Change{
		{Property: "Name", Before: "k", After: "l", Replace: true},
		{Property: "Whistles", Before: false, After: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
