package property

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// This file reads the notations of maps and blocks that templates have.

// entries gives the members of a map in any notation that s accepts.
func entries(s *Surface, v any, tags bool) (map[string]any, error) {
	switch x := v.(type) {
	case map[string]any:
		return x, nil
	case []any:
		if s.pairs || tags && !s.coral {
			return pairs(x)
		}
	}
	return nil, wrongType(s, v, "an object", "Map")
}

// pairs reads [{MapKey, MapValue}…] or [{Key, Value}…].
// See "Notations accepted" in the resource type's published schema.
func pairs(list []any) (map[string]any, error) {
	out := make(map[string]any, len(list))
	for i, item := range list {
		if _, pending := item.(Placeholder); pending {
			continue
		}
		entry, ok := item.(map[string]any)
		at := strconv.Itoa(i)
		if !ok {
			return nil, under(at, &Error{Kind: WrongType, Found: item, Message: describe(item) + " found, an entry with MapKey and MapValue expected"})
		}
		key, value, ok := pair(entry)
		if !ok {
			return nil, under(at, &Error{Kind: WrongType, Found: item, Message: "an entry has exactly MapKey and MapValue"})
		}
		if _, pending := key.(Placeholder); pending {
			continue
		}
		name, err := textOf(CloudFormation, key)
		if err != nil {
			return nil, under(at, &Error{Kind: WrongType, Found: key, Message: describe(key) + " found, text expected as MapKey"})
		}
		if _, twice := out[name]; twice {
			return nil, under(at, &Error{Kind: Conflict, Found: name, Message: fmt.Sprintf("the key %q is given twice", name)})
		}
		out[name] = value
	}
	return out, nil
}

func pair(entry map[string]any) (key, value any, ok bool) {
	if len(entry) != 2 {
		return nil, nil, false
	}
	for _, names := range [][2]string{{"MapKey", "MapValue"}, {"Key", "Value"}} {
		k, hasKey := entry[names[0]]
		v, hasValue := entry[names[1]]
		if hasKey && hasValue {
			return k, v, true
		}
	}
	return nil, nil, false
}

// inJSON reads an object from its text.
func inJSON(s *Surface, v any) (map[string]any, error) {
	str, err := textOf(s, v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(str))
	d.UseNumber()
	var m map[string]any
	err = d.Decode(&m)
	if err == nil && m != nil {
		if _, after := d.Token(); after != io.EOF {
			m = nil // something stands behind the object
		}
	}
	if err != nil || m == nil {
		return nil, &Error{Kind: Invalid, Found: str, Message: fmt.Sprintf("%q is not the text of a JSON object", shorten(str))}
	}
	return m, nil
}

// objectOf reads a nested object, or a block: a list of at most one.
func objectOf(s *Surface, v any) (map[string]any, error) {
	switch x := v.(type) {
	case map[string]any:
		return x, nil
	case []any:
		if s.blocks && len(x) == 0 {
			return nil, nil
		}
		if s.blocks && len(x) == 1 {
			if m, ok := x[0].(map[string]any); ok {
				return m, nil
			}
			if _, pending := x[0].(Placeholder); pending {
				return nil, nil
			}
		}
		if s.blocks && len(x) > 1 {
			return nil, &Error{Kind: Invalid, Found: v, Message: fmt.Sprintf("%d blocks found, at most one expected", len(x))}
		}
	}
	return nil, wrongType(s, v, "an object", "Map")
}
