package property_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"postern/internal/property"
)

func op(kind, path string, value ...string) property.PatchOperation {
	o := property.PatchOperation{Op: kind, Path: path}
	if len(value) > 0 {
		o.Value, o.HasValue = value[0], true
	}
	return o
}

func TestPatches(t *testing.T) {
	four := int64(4)
	for _, tt := range []struct {
		name   string
		before kettle
		op     property.PatchOperation
		want   func(*kettle) any
		value  any
	}{
		{"replace text", kettle{Color: "RED"}, op("replace", "/color", "BLUE"), func(k *kettle) any { return k.Color }, "BLUE"},
		{"replace with nothing clears", kettle{Color: "RED"}, op("replace", "/color", ""), func(k *kettle) any { return k.Color }, ""},
		{"replace without a value clears", kettle{Color: "RED"}, op("replace", "/color"), func(k *kettle) any { return k.Color }, ""},
		{"boolean", kettle{}, op("replace", "/whistles", "true"), func(k *kettle) any { return k.Whistles }, true},
		{"no boolean is false", kettle{Whistles: true}, op("replace", "/whistles", "perhaps"), func(k *kettle) any { return k.Whistles }, false},
		{"boolean without a value", kettle{Whistles: true}, op("replace", "/whistles"), func(k *kettle) any { return k.Whistles }, false},
		{"milliseconds", kettle{}, op("replace", "/boilInMillis", "5000"), func(k *kettle) any { return k.Boil }, 5 * time.Second},
		{"number", kettle{}, op("replace", "/weight", "0.5"), func(k *kettle) any { return k.Weight }, 0.5},
		{"optional number", kettle{}, op("replace", "/spare", "4"), func(k *kettle) any { return k.Spare }, &four},
		{"optional number cleared", kettle{Spare: &four}, op("replace", "/spare", ""), func(k *kettle) any { return k.Spare }, (*int64)(nil)},
		{"add to a map that is not there", kettle{}, op("add", "/recipes/application~1json", "x"), func(k *kettle) any { return k.Recipes }, map[string]string{"application/json": "x"}},
		{"a key with its slash", kettle{}, op("add", "/recipes/application/json", "x"), func(k *kettle) any { return k.Recipes }, map[string]string{"application/json": "x"}},
		{"both escapes", kettle{}, op("add", "/recipes/a~1b~0c", "x"), func(k *kettle) any { return k.Recipes }, map[string]string{"a/b~c": "x"}},
		{"a tilde nobody escaped", kettle{}, op("add", "/recipes/a~b", "x"), func(k *kettle) any { return k.Recipes }, map[string]string{"a~b": "x"}},
		{"add overwrites", kettle{Labels: map[string]string{"a": "1"}}, op("add", "/labels/a", "2"), func(k *kettle) any { return k.Labels }, map[string]string{"a": "2"}},
		{"remove with a value", kettle{Labels: map[string]string{"a": "1"}}, op("remove", "/labels/a", "1"), func(k *kettle) any { return k.Labels }, map[string]string{}},
		{"boolean of a map", kettle{}, op("add", "/needs/x.y", "true"), func(k *kettle) any { return k.Needs }, map[string]bool{"x.y": true}},
		{"add an element by path", kettle{Lids: []string{"a"}}, op("add", "/lids/image~1png"), func(k *kettle) any { return k.Lids }, []string{"a", "image/png"}},
		{"add an element by value", kettle{}, op("add", "/lids", "b"), func(k *kettle) any { return k.Lids }, []string{"b"}},
		{"add an element twice", kettle{Lids: []string{"a"}}, op("add", "/lids/a", ""), func(k *kettle) any { return k.Lids }, []string{"a"}},
		{"a new element goes to the end", kettle{Lids: []string{"a", "b"}}, op("replace", "/lids/a", "c"), func(k *kettle) any { return k.Lids }, []string{"b", "c"}},
		{"replace an element by itself", kettle{Lids: []string{"a", "b"}}, op("replace", "/lids/a", ""), func(k *kettle) any { return k.Lids }, []string{"a", "b"}},
		{"replace by index", kettle{Order: []string{"EDGE"}}, op("replace", "/order/0", "REGIONAL"), func(k *kettle) any { return k.Order }, []string{"REGIONAL"}},
		{"remove an element", kettle{Lids: []string{"a", "b"}}, op("remove", "/lids/a", ""), func(k *kettle) any { return k.Lids }, []string{"b"}},
		{"a member makes its object", kettle{}, op("replace", "/plug/earthed", "true"), func(k *kettle) any { return k.Plug }, &plug{Earthed: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := property.Apply(tt.before.Properties(), tt.op); err != nil {
				t.Fatal(err)
			}
			if got := tt.want(&tt.before); !reflect.DeepEqual(got, tt.value) {
				t.Errorf("%v: got %#v, want %#v", tt.op, got, tt.value)
			}
		})
	}
}

func TestPatchRefusals(t *testing.T) {
	for _, tt := range []struct {
		name string
		op   property.PatchOperation
		want property.PatchReason
	}{
		{"no slash", op("replace", "color", "RED"), property.PatchUnknownPath},
		{"empty path", op("replace", "", "RED"), property.PatchUnknownPath},
		{"no such property", op("replace", "/colour", "RED"), property.PatchUnknownPath},
		{"cannot be patched", op("replace", "/name", "x"), property.PatchUnknownPath},
		{"read-only", op("replace", "/id", "x"), property.PatchUnknownPath},
		{"operation of others", op("add", "/color", "RED"), property.PatchUnsupported},
		{"move", op("move", "/labels/a", ""), property.PatchUnsupported},
		{"below a scalar", op("replace", "/color/x", "RED"), property.PatchUnknownPath},
		{"map without a key", op("add", "/labels", "x"), property.PatchUnknownPath},
		{"no such key", op("remove", "/labels/b"), property.PatchNoSuchKey},
		{"replace of a key that is not there", op("replace", "/labels/b", "x"), property.PatchNoSuchKey},
		{"no such element", op("remove", "/lids/z"), property.PatchNoSuchKey},
		{"index out of range", op("replace", "/lids/7", "z"), property.PatchNoSuchKey},
		{"list without an element", op("add", "/lids"), property.PatchUnknownPath},
		{"not a number", op("replace", "/boilInMillis", "soon"), property.PatchBadValue},
		{"too big a number", op("replace", "/boilInMillis", "99999999999999999999"), property.PatchBadValue},
		{"no number", op("replace", "/weight", "NaN"), property.PatchBadValue},
		{"no number, optional", op("replace", "/tare", "+Inf"), property.PatchBadValue},
		{"not in the enumeration", op("replace", "/color", "PINK"), property.PatchBadValue},
		{"no such member", op("replace", "/plug/fuse", "1"), property.PatchUnknownPath},
		{"object without a member", op("replace", "/plug", "1"), property.PatchUnknownPath},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := kettle{Labels: map[string]string{"a": "1"}, Lids: []string{"a"}}
			err := property.Apply(k.Properties(), tt.op)
			var e *property.PatchError
			if !errors.As(err, &e) || e.Reason != tt.want {
				t.Errorf("%v: got %v, want reason %d", tt.op, err, tt.want)
			}
		})
	}
}

// The operations that are made of a difference undo it.
func TestPatchesFromDifference(t *testing.T) {
	full := func() *kettle {
		two := int64(2)
		note := "n"
		return &kettle{Name: "k", Color: "BLUE", Note: &note, Whistles: true, Cups: 3, Spare: &two, Weight: 1.5, Boil: 5 * time.Second,
			Tare: new(float64), Labels: map[string]string{"a": "1", "b": "2"}, Recipes: map[string]string{"a/b": "", "c~d": "x"}, Needs: map[string]bool{"x": true, "y": false},
			Lids: []string{"l", "m/n"}, Plug: &plug{Earthed: true, Amps: 3}, Deed: "{}"}
	}
	other := func() *kettle {
		k := full()
		k.Color, k.Cups, k.Spare, k.Boil, k.Deed = "RED", 5, nil, time.Second, `{"a":1}`
		k.Labels = map[string]string{"b": "3", "c": "4"}
		k.Needs = map[string]bool{"y": true}
		k.Lids = []string{"l", "z"}
		k.Plug = &plug{Amps: 4}
		return k
	}
	for _, tt := range []struct {
		name     string
		from, to *kettle
	}{
		{"equal", full(), full()},
		{"change", full(), other()},
		{"change back", other(), full()},
		{"unset", full(), &kettle{Name: "k", Plug: &plug{}}},
		{"set", &kettle{Name: "k"}, full()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ops, stuck := property.PatchesFrom(tt.from.Properties(), tt.to.Properties())
			if len(stuck) > 0 {
				t.Fatalf("stuck: %v", stuck)
			}
			for _, o := range ops {
				if err := property.Apply(tt.from.Properties(), o); err != nil {
					t.Fatal(err)
				}
			}
			got, want := property.Encode(property.Wire, tt.from.Properties()), property.Encode(property.Wire, tt.to.Properties())
			if !reflect.DeepEqual(got, want) {
				t.Errorf("after %v\ngot  %v\nwant %v", ops, got, want)
			}
			if tt.name == "equal" && len(ops) > 0 {
				t.Errorf("operations for no difference: %v", ops)
			}
		})
	}
}

func TestWhatNoPatchChangesIsStuck(t *testing.T) {
	_, stuck := property.PatchesFrom((&kettle{Name: "a", Verb: "GET"}).Properties(), (&kettle{Name: "b", Feet: map[string]*foot{"l": {}}, Verb: "GET"}).Properties())
	if want := []string{"name", "feet"}; !reflect.DeepEqual(stuck, want) {
		t.Errorf("got %v, want %v", stuck, want)
	}
}
