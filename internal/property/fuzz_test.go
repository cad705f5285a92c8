package property_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"postern/internal/property"
)

// What decodes without complaint is written and read back as the same.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"Name":"k","Color":"RED","BoilMilliseconds":"5000","Labels":[{"MapKey":"a","MapValue":"1"}]}`,
		`{"Name":1,"Plug":[{"Amps":"3"}],"Feet":[{"Side":"l"},{"Side":"l"}],"Deed":{"a":[null]}}`,
		`{"name":"k","labels":{"a":null},"recipes":{"a/b":""},"spare":0,"made":1.5,"note":""}`,
		`{"Verb":"OPTION","LabelsInJson":"{\"a\":1}","Weight":1e999,"Needs":{"a":"true"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		var in map[string]any
		if json.Unmarshal(text, &in) != nil {
			return
		}
		for _, s := range property.Surfaces() {
			k := &kettle{}
			rows := k.Properties()
			errs := property.Decode(s, rows, in)
			for _, e := range errs {
				if e == nil || e.Message == "" {
					t.Fatalf("%s: an error without words: %v", s.Name, errs)
				}
			}
			property.Normal(s, (&kettle{}).Properties(), in)
			if len(errs.Failures()) > 0 || k.Name == "" { // the wire leaves it to the noun that a text is empty
				continue
			}
			out := property.Encode(s, rows)
			again := &kettle{}
			if err := property.Decode(s, again.Properties(), out).Err(); err != nil {
				t.Fatalf("%s: %s\nwrote %v\nand refuses it: %v", s.Name, text, out, err)
			}
			if back := property.Encode(s, again.Properties()); !reflect.DeepEqual(back, out) {
				t.Fatalf("%s: %s\nwrote %v\nread  %v", s.Name, text, out, back)
			}
			if d := property.Diff(s, rows, again.Properties()); len(d) > 0 {
				t.Fatalf("%s: %s\ndiffers from itself: %v", s.Name, text, d)
			}
		}
	})
}

func FuzzPatch(f *testing.F) {
	for _, seed := range [][3]string{
		{"replace", "/boilInMillis", "5000"}, {"add", "/recipes/a~1b~0c", ""}, {"remove", "/lids/0", ""},
		{"replace", "/plug/amps", "1"}, {"add", "/labels//", "x"}, {"remove", "/", ""}, {"replace", "/lids/99999999999999999999", "y"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, kind, path, value string) {
		k := &kettle{Name: "k", Labels: map[string]string{"a": "1"}, Lids: []string{"a", "b"}}
		before := property.Encode(property.Wire, k.Properties())
		if property.Apply(k.Properties(), property.PatchOperation{Op: kind, Path: path, Value: value, HasValue: true}) != nil {
			return
		}
		after := property.Encode(property.Wire, k.Properties())
		// The difference as operations makes the same of the same.
		fresh := &kettle{}
		if err := property.Decode(property.Wire, fresh.Properties(), before).Err(); err != nil {
			t.Fatal(err)
		}
		ops, stuck := property.PatchesFrom(fresh.Properties(), k.Properties())
		if len(stuck) > 0 {
			t.Fatalf("%s %s: no operation changes %v", kind, path, stuck)
		}
		for _, op := range ops {
			if err := property.Apply(fresh.Properties(), op); err != nil {
				t.Fatalf("%s %s %q: %v", kind, path, value, err)
			}
		}
		if got := property.Encode(property.Wire, fresh.Properties()); !reflect.DeepEqual(got, after) {
			t.Fatalf("%s %s %q\ngot  %v\nwant %v", kind, path, value, got, after)
		}
	})
}
