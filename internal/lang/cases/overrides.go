package cases

import (
	"bytes"
	"encoding/json"

	"postern/internal/lang/mapping"
	"postern/internal/lang/vtl"
)

// Overrides returns what templates have set on $context.requestOverride and
// $context.responseOverride, as JSON values, or nil. Empty maps are left out.
func Overrides(s *mapping.Scope) any {
	out := map[string]any{}
	request, response := s.OverrideMaps()
	for name, m := range map[string]*vtl.Map{"requestOverride": request, "responseOverride": response} {
		if m == nil {
			continue
		}
		if v := plain(m.Value()); v != nil {
			out[name] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// plain turns a value into one that encoding/json writes, without empty maps.
func plain(v vtl.Value) any {
	m := v.AsMap()
	if m == nil {
		return json.RawMessage(v.AppendJSON(nil))
	}
	out := map[string]any{}
	m.Range(func(name, member vtl.Value) bool {
		if x := plain(member); x != nil {
			out[name.Text()] = x
		}
		return true
	})
	if len(out) == 0 {
		return nil
	}
	return out
}

// canonical writes a value of plain as JSON with sorted names; nil gives "none".
func canonical(v any) string {
	if v == nil {
		return "none"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
