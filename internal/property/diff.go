package property

import "reflect"

// A Change is one property that differs between two values of a noun.
type Change struct {
	Property      string // as the surface calls it
	Before, After any    // as the surface writes them; nil: absent
	Replace       bool   // the property is create-only
}

// Diff compares two values of one noun as s writes them: the notation of a map
// or the quotes around a number make no difference.
func Diff(s *Surface, before, after List) []Change {
	var out []Change
	for i := range before {
		a, b := &before[i], &after[i]
		name := s.NameOf(a)
		if name == "" || a.Is&ReadOnly != 0 {
			continue
		}
		x, y := written(s, a), written(s, b)
		if reflect.DeepEqual(x, y) {
			continue
		}
		out = append(out, Change{Property: name, Before: x, After: y, Replace: a.Is&CreateOnly != 0})
	}
	return out
}

// written returns a property as s writes it, or nil if it is not there.
func written(s *Surface, r *Row) any {
	if r.Value.zero() && r.Is&Always == 0 {
		return nil
	}
	v := r.Value.encode(s)
	if list, ok := v.([]any); ok && r.Is&Unordered != 0 {
		return sorted(list)
	}
	return v
}

// DiffNormal compares two objects in the notation of Normal. An absent property
// is equal to its default, and a Placeholder only to itself. rows are scratch.
func DiffNormal(s *Surface, rows List, before, after map[string]any) []Change {
	var out []Change
	for i := range rows {
		r := &rows[i]
		name := s.NameOf(r)
		if name == "" || r.Is&ReadOnly != 0 {
			continue
		}
		x, y := before[name], after[name]
		d := r.DefaultValue(s)
		if reflect.DeepEqual(orDefault(x, d), orDefault(y, d)) {
			continue
		}
		out = append(out, Change{Property: name, Before: x, After: y, Replace: r.Is&CreateOnly != 0})
	}
	return out
}

func orDefault(v, d any) any {
	if v == nil {
		return d
	}
	return v
}
