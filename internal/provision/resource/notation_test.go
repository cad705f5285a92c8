package resource_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postern/internal/provision/resource"
)

// However a template is written, it means the same: whatever properties a type
// has, in two notations each.
func TestNotationsMeanTheSame(t *testing.T) {
	w := newWorld(t)
	for _, name := range w.Names() {
		typ := w.Lookup(name)
		pairs := name[0] == 'T'
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				schema := typ.Schema()
				plain, other := map[string]any{}, map[string]any{}
				for _, property := range slices.Sorted(maps.Keys(schema.Properties)) {
					if property == "RequestParametersInJson" || property == "ResponseParametersInJson" || rapid.Bool().Draw(rt, "skip "+property) {
						continue
					}
					p := schema.Properties[property]
					plain[property] = value(rt, property, p)
					other[property] = rewritten(rt, p, plain[property], pairs)
				}
				if d := typ.Diff(plain, other); len(d) > 0 {
					rt.Fatalf("%v\n%v\ndiffer: %v", plain, other, d)
				}
			})
		})
	}
}

// value makes a value of a property.
func value(t *rapid.T, name string, p resource.Property) any {
	word := rapid.StringMatching(`[a-z]{1,4}`)
	switch {
	case len(p.Enum) > 0:
		return rapid.SampledFrom(p.Enum).Draw(t, name)
	case p.Kind == resource.Integer:
		return rapid.Int64Range(1, 3000).Draw(t, name)
	case p.Kind == resource.Number:
		return float64(rapid.IntRange(0, 400).Draw(t, name)) / 4
	case p.Kind == resource.Boolean:
		return rapid.Bool().Draw(t, name)
	case p.Kind == resource.Map:
		out := map[string]any{}
		for _, k := range rapid.SliceOfN(word, 0, 3).Draw(t, name) {
			out[k] = value(t, name+"."+k, resource.Property{Kind: p.Elem, Members: p.Members})
		}
		return out
	case p.Kind == resource.List:
		out := []any{}
		for i := range rapid.IntRange(0, 3).Draw(t, name) {
			v := value(t, fmt.Sprint(name, i), resource.Property{Kind: p.Elem, Members: p.Members})
			if m, ok := v.(map[string]any); ok && p.Members["Key"].Kind == resource.String {
				m["Key"] = fmt.Sprint("k", i)
				m["Value"] = "v"
			}
			if m, ok := v.(map[string]any); ok && p.Members["StatusCode"].Kind == resource.String {
				m["StatusCode"] = fmt.Sprint(200 + i)
			}
			out = append(out, v)
		}
		return out
	case p.Kind == resource.Object:
		out := map[string]any{}
		for _, member := range slices.Sorted(maps.Keys(p.Members)) {
			if rapid.Bool().Draw(t, name+"."+member+"?") {
				out[member] = value(t, name+"."+member, p.Members[member])
			}
		}
		return out
	case p.Kind == resource.Any:
		return map[string]any{"a": []any{word.Draw(t, name), true}}
	}
	return word.Draw(t, name)
}

// rewritten writes a value in another notation.
func rewritten(t *rapid.T, p resource.Property, v any, pairs bool) any {
	pick := func(forms ...any) any { return forms[rapid.IntRange(0, len(forms)-1).Draw(t, "form")] }
	switch x := v.(type) {
	case int64:
		return pick(x, float64(x), fmt.Sprint(x), fmt.Sprintf("%d.0", x), json.Number(fmt.Sprint(x)))
	case float64:
		return pick(x, fmt.Sprint(x), json.Number(fmt.Sprint(x)))
	case bool:
		return pick(x, fmt.Sprint(x))
	case []any:
		out := []any{}
		for _, e := range x {
			item := rewritten(t, resource.Property{Kind: p.Elem, Members: p.Members}, e, pairs)
			if block, ok := item.([]any); ok && p.Elem == resource.Object {
				item = block[0] // an item is no block of its own
			}
			out = append(out, item)
		}
		if p.Unordered {
			slices.Reverse(out)
		}
		return out
	case map[string]any:
		if p.Kind == resource.Any {
			text, _ := json.MarshalIndent(x, "", " ")
			return pick(x, string(text))
		}
		out := map[string]any{}
		for k, e := range x {
			member := resource.Property{Kind: p.Elem, Members: p.Members}
			if p.Kind == resource.Object {
				member = p.Members[k]
			}
			out[k] = rewritten(t, member, e, pairs)
		}
		if !pairs {
			return out
		}
		if p.Kind == resource.Object {
			return pick(out, []any{out})
		}
		list := []any{}
		for k, e := range out {
			list = append(list, object("MapKey", k, "MapValue", e))
		}
		return pick(out, list)
	}
	return v
}
