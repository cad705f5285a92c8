package property

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
)

// Normal returns in, an object in any notation that s accepts, in the one
// notation that s writes, with placeholders where they were: maps as objects,
// scalars without quotes. Properties that in does not give, gives as null or
// gives as an empty map or list are left out; so are unknown and read-only ones.
//
// rows are scratch: their fields are overwritten. What does not decode stays as
// it is, so that comparing never fails.
func Normal(s *Surface, rows List, in map[string]any) map[string]any {
	out := make(map[string]any, len(in))
	for i := range rows {
		r := &rows[i]
		name := s.NameOf(r)
		v, given := in[name]
		if name == "" || !given || v == nil || r.Is&ReadOnly != 0 {
			continue
		}
		v = normal(s, r.Value, v)
		if isEmpty(v) {
			continue
		}
		if list, ok := v.([]any); ok && r.Is&Unordered != 0 {
			v = sorted(list)
		}
		out[name] = v
	}
	return out
}

// A composite is a Value whose parts may be placeholders of their own.
type composite interface {
	normal(s *Surface, v any) any
}

func normal(s *Surface, value Value, v any) any {
	if _, pending := v.(Placeholder); pending {
		return v
	}
	if c, ok := value.(composite); ok {
		return c.normal(s, v)
	}
	return scalarNormal(s, value, v)
}

// scalarNormal reads and writes v through the field of value.
func scalarNormal(s *Surface, value Value, v any) any {
	for _, e := range flatten(value.decode(s, v)) {
		if !e.Warning && e.Kind != OutOfRange { // what is out of range was read
			return v
		}
	}
	return value.encode(s)
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// sorted returns list in the order of its texts, objects behind them in the
// order of their JSON, placeholders last.
func sorted(list []any) []any {
	list = slices.Clone(list)
	key := func(v any) string {
		if text, ok := v.(string); ok {
			return "0" + text
		}
		if _, pending := v.(Placeholder); pending {
			return "2"
		}
		text, _ := json.Marshal(v) // what cannot be written stays where it is
		return "1" + string(text)
	}
	slices.SortStableFunc(list, func(a, b any) int { return cmp.Compare(key(a), key(b)) })
	return list
}

// entriesNormal normalises the values of a map with one.
func entriesNormal(s *Surface, v any, tags bool, one func(any) any) any {
	in, err := entries(s, v, tags)
	if err != nil {
		return v
	}
	out := make(map[string]any, len(in))
	for k, e := range in {
		if _, pending := e.(Placeholder); !pending {
			e = one(e)
		}
		out[k] = e
	}
	// Pairs with a pending key have no name yet; they differ from everything
	// but themselves.
	if list, ok := v.([]any); ok {
		for _, item := range list {
			if _, pending := item.(Placeholder); pending {
				return v
			}
			if entry, ok := item.(map[string]any); ok {
				if k, _, ok := pair(entry); ok && HasPlaceholder(k) {
					return v
				}
			}
		}
	}
	return out
}

func (m *textMap) normal(s *Surface, v any) any {
	if m.json {
		if err := m.decode(s, v); err != nil {
			return v
		}
		return m.encode(s)
	}
	return entriesNormal(s, v, m.tags, func(e any) any {
		if e == nil {
			return ""
		}
		if text, err := textOf(s, e); err == nil {
			return text
		}
		return e
	})
}

func (m *boolMap) normal(s *Surface, v any) any {
	if m.json {
		if err := m.decode(s, v); err != nil {
			return v
		}
		return m.encode(s)
	}
	return entriesNormal(s, v, false, func(e any) any {
		if e == nil {
			return false
		}
		if b, err := boolOf(s, e); err == nil {
			return b
		}
		return e
	})
}

func (l *textList) normal(s *Surface, v any) any {
	in, ok := v.([]any)
	if !ok {
		return scalarNormal(s, l, v)
	}
	out := make([]any, len(in))
	for i, e := range in {
		out[i] = e
		if text, err := textOf(s, e); err == nil {
			out[i] = text
		}
	}
	return out
}

// objectNormal normalises an object with the rows of a fresh T. Members that
// stand for themselves when absent are filled in.
func objectNormal[T any, P interface {
	*T
	Noun
}](s *Surface, v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	rows := P(new(T)).Properties()
	out := Normal(s, rows, m)
	fillDefaults(s, rows, out)
	return out
}

// fillDefaults gives the absent properties that have a default its value.
func fillDefaults(s *Surface, rows List, out map[string]any) {
	for i := range rows {
		r := &rows[i]
		name := s.NameOf(r)
		if _, given := out[name]; given || name == "" || r.Is&ReadOnly != 0 {
			continue
		}
		if v := r.DefaultValue(s); v != nil {
			out[name] = v
		}
	}
}

// DefaultValue returns what an absent property means, as s writes it, or nil if
// it means nothing else. It overwrites the row's field.
func (r *Row) DefaultValue(s *Surface) any {
	if r.Default == "" {
		return nil
	}
	if r.Value.decode(CLI, r.Default) != nil {
		return nil
	}
	return r.Value.encode(s)
}

func (o *object[T, P]) normal(s *Surface, v any) any {
	if list, ok := v.([]any); ok && s.blocks && len(list) == 1 {
		if _, pending := list[0].(Placeholder); pending {
			return list[0]
		}
	}
	m, err := objectOf(s, v)
	if err != nil {
		return v
	}
	if m == nil {
		return map[string]any{}
	}
	return objectNormal[T, P](s, m)
}

func (o *inline[T, P]) normal(s *Surface, v any) any { return objectNormal[T, P](s, v) }

func (o *objectList[T, P]) normal(s *Surface, v any) any {
	in, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]any, len(in))
	for i, e := range in {
		if _, pending := e.(Placeholder); !pending {
			e = objectNormal[T, P](s, e)
		}
		out[i] = e
	}
	return out
}

func (o *objectMap[T, P]) normal(s *Surface, v any) any {
	if list, ok := v.([]any); ok && o.by != "" && !s.coral {
		out := (&objectList[T, P]{}).normal(s, list).([]any)
		r, _ := P(new(T)).Properties().ByName(o.by)
		slices.SortStableFunc(out, func(a, b any) int {
			return cmp.Compare(memberText(a, s.NameOf(r)), memberText(b, s.NameOf(r)))
		})
		return out
	}
	return entriesNormal(s, v, false, func(e any) any { return objectNormal[T, P](s, e) })
}

// memberText returns a member of an object if it is text.
func memberText(v any, name string) string {
	m, _ := v.(map[string]any)
	text, _ := m[name].(string)
	return text
}

// A document is compared without its white space.
func (d *document) normal(s *Surface, v any) any {
	if HasPlaceholder(v) {
		return v
	}
	if err := d.decode(s, v); err != nil {
		return v
	}
	var b bytes.Buffer
	if json.Compact(&b, []byte(*d.p)) != nil {
		return *d.p
	}
	return b.String()
}
