package property

import "slices"

// A Placeholder stands for a value that is not known yet, such as another
// resource's identifier. It is comparable. Decode takes it as given and leaves
// the field, the entry or the element out.
type Placeholder interface{ PropertyPlaceholder() }

// HasPlaceholder reports whether v is or contains a Placeholder.
func HasPlaceholder(v any) bool {
	switch v := v.(type) {
	case Placeholder:
		return true
	case map[string]any:
		for _, e := range v {
			if HasPlaceholder(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, HasPlaceholder)
	}
	return false
}

// Pending returns the properties whose value in in is or contains a
// Placeholder, by the names of their rows. It is what Errors.Without needs.
func Pending(s *Surface, rows List, in map[string]any) map[string]bool {
	out := map[string]bool{}
	for i := range rows {
		if name := s.NameOf(&rows[i]); name != "" && HasPlaceholder(in[name]) {
			out[rows[i].Name] = true
		}
	}
	return out
}
