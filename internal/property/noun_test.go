package property_test

import (
	"testing"
	"time"

	"postern/internal/property"
)

// A kettle has a property of every kind.
type kettle struct {
	Name     string
	Color    string
	Verb     string
	Note     *string
	Whistles bool
	Cups     int64
	Spare    *int64
	Weight   float64
	Tare     *float64
	Boil     time.Duration
	Made     time.Time
	Labels   map[string]string
	Recipes  map[string]string
	Tags     map[string]string
	InJSON   map[string]string
	Needs    map[string]bool
	Lids     []string
	Order    []string
	Plug     *plug
	Feet     map[string]*foot
	Deed     string
	ID       string
}

type plug struct {
	Earthed bool
	Amps    int64
}

func (p *plug) Properties() property.List {
	return property.List{
		{Name: "earthed", Value: property.Bool(&p.Earthed), Is: property.Always, Default: "false", Patch: property.Replace},
		{Name: "amps", Value: property.Int(&p.Amps, 1, 32), Patch: property.Replace},
	}
}

type foot struct {
	Side   string
	Length int64
}

func (f *foot) Properties() property.List {
	return property.List{
		{Name: "side", Value: property.Text(&f.Side), Is: property.Required},
		{Name: "length", Value: property.Int(&f.Length, 0, 9), Default: "3"},
	}
}

const every = property.Add | property.Replace | property.Remove

func (k *kettle) Properties() property.List {
	return property.List{
		{Name: "id", Value: property.Text(&k.ID), Is: property.ReadOnly},
		{Name: "name", Value: property.Text(&k.Name), Is: property.Required | property.CreateOnly},
		{Name: "color", Value: property.Enum(&k.Color, "RED", "GREEN", "BLUE"), Default: "RED", Patch: property.Replace, Doc: "The color."},
		{Name: "verb", Value: property.Verb(&k.Verb)},
		{Name: "note", Value: property.OptionalText(&k.Note), Patch: property.Replace},
		{Name: "whistles", Value: property.Bool(&k.Whistles), Is: property.Always, Default: "false", Patch: property.Replace},
		{Name: "cups", Value: property.Int(&k.Cups, 1, 12), Patch: property.Replace},
		{Name: "spare", Value: property.OptionalInt(&k.Spare, 0, 5), Patch: property.Replace},
		{Name: "weight", Value: property.Float(&k.Weight), Patch: property.Replace},
		{Name: "tare", Value: property.OptionalFloat(&k.Tare), Patch: property.Replace},
		{Name: "boilInMillis", Names: property.Names{Terraform: "boil_milliseconds"}, Value: property.Millis(&k.Boil, 50, 900_000), Default: "29000", Patch: property.Replace},
		{Name: "made", Value: property.Epoch(&k.Made)},
		{Name: "labels", Value: property.TextMap(&k.Labels, `^[a-z]+$`), Patch: every},
		{Name: "recipes", Value: property.Templates(&k.Recipes), Patch: every},
		{Name: "tags", Value: property.Tags(&k.Tags)},
		{Name: "labelsInJson", Names: property.Names{Wire: property.None}, Value: property.MapInJSON(&k.InJSON), Is: property.WriteOnly | property.Deprecated, Doc: "Use labels."},
		{Name: "needs", Value: property.BoolMap(&k.Needs, ""), Patch: every},
		{Name: "lids", Value: property.TextList(&k.Lids), Is: property.Unordered, Patch: every},
		{Name: "order", Value: property.TextList(&k.Order), Patch: property.Replace | property.Remove},
		{Name: "plug", Value: property.Object(&k.Plug), Patch: property.Replace},
		{Name: "feet", Value: property.ObjectMapBy(&k.Feet, "side")},
		{Name: "deed", Value: property.Document(&k.Deed), Patch: property.Replace},
	}
}

// later is a value that is not known yet.
type later string

func (later) PropertyPlaceholder() {}

func object(members ...any) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(members); i += 2 {
		out[members[i].(string)] = members[i+1]
	}
	return out
}

func list(items ...any) []any { return items }

func pairsOf(key, value string, members ...any) []any {
	var out []any
	for i := 0; i < len(members); i += 2 {
		out = append(out, object(key, members[i], value, members[i+1]))
	}
	return out
}

func mustDecode(t *testing.T, s *property.Surface, in map[string]any) *kettle {
	t.Helper()
	k := &kettle{}
	if err := property.Decode(s, k.Properties(), in).Err(); err != nil {
		t.Fatalf("%v: %v", in, err)
	}
	return k
}
