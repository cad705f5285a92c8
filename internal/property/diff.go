package property

import (
	"cmp"
	"reflect"
	"slices"
)

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

func written(s *Surface, r *Row) any {
	if r.Value.zero() && r.Is&Always == 0 {
		return nil
	}
	v := r.Value.encode(s)
	if list, ok := v.([]any); ok && r.Is&Unordered != 0 {
		list = slices.Clone(list)
		slices.SortFunc(list, func(a, b any) int {
			x, _ := a.(string)
			y, _ := b.(string)
			return cmp.Compare(x, y)
		})
		return list
	}
	return v
}
