package property

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postern/internal/nearest"
)

// Decode reads in, an object in the spelling of s, into the fields of rows. A
// member that is null counts as absent. It reports all problems; the fields of
// properties without one are set.
//
// An unknown member is ignored on Wire and Service, as the services do, and an
// error elsewhere.
func Decode(s *Surface, rows List, in map[string]any) Errors {
	var errs Errors
	names := make(map[string]bool, len(rows))
	for i := range rows {
		r := &rows[i]
		name := s.NameOf(r)
		if name == "" {
			continue
		}
		names[name] = true
		v, given := in[name]
		if !given || v == nil {
			if r.Is&Required != 0 {
				errs = append(errs, &Error{Path: []string{name}, Kind: Absent, Message: "missing, and it is required"})
			}
			continue
		}
		if r.Is&ReadOnly != 0 && !s.open {
			errs = append(errs, &Error{Path: []string{name}, Kind: ReadOnlyGiven, Found: v, Message: "set by the gateway, it cannot be given"})
			continue
		}
		if _, pending := v.(Placeholder); pending {
			continue
		}
		if err := r.Value.decode(s, v); err != nil {
			errs = append(errs, flatten(under(name, err))...)
		} else if v == "" && r.Is&Required != 0 && !s.open {
			errs = append(errs, &Error{Path: []string{name}, Kind: Absent, Message: "empty, and it is required"})
		}
		if r.Is&Deprecated != 0 {
			errs = append(errs, &Error{Path: []string{name}, Kind: Old, Warning: true, Message: "deprecated: " + r.Doc})
		}
	}
	if s.open {
		return errs
	}
	for name, v := range in {
		if !names[name] {
			e := &Error{Path: []string{name}, Kind: Unknown, Found: v, Message: "no such property"}
			e.Help = nearest.Question(name, sortedKeys(names))
			errs = append(errs, e)
		}
	}
	slices.SortStableFunc(errs, func(a, b *Error) int {
		return strings.Compare(strings.Join(a.Path, "\x00"), strings.Join(b.Path, "\x00"))
	})
	return errs
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// wrongType says that v is of another type than want.
func wrongType(s *Surface, v any, want, java string) error {
	msg := fmt.Sprintf("%s found, %s expected", describe(v), want)
	if s.coral {
		msg = javaClass(v) + " can not be converted to an " + java
	}
	return &Error{Kind: WrongType, Found: v, Message: msg}
}

// describe names the type of a JSON-like value, with the value if it is short.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "text " + strconv.Quote(shorten(v))
	case bool:
		return fmt.Sprintf("boolean %t", v)
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	default:
		return fmt.Sprintf("number %v", v)
	}
}

// shorten cuts a value to 80 characters for a message.
func shorten(s string) string {
	r := []rune(s)
	if len(r) <= 80 {
		return s
	}
	return string(r[:79]) + "…"
}

// javaClass is how API Gateway's front end calls the type of a JSON value.
func javaClass(v any) string {
	switch v.(type) {
	case bool:
		return "class java.lang.Boolean"
	case string:
		return "class java.lang.String"
	case map[string]any:
		return "class java.util.LinkedHashMap"
	case []any:
		return "class java.util.ArrayList"
	default:
		return "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
	}
}
