package recorded

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// match compares an answer with an observed value. The comparison is exact but
// for placeholders, the order of lists called items, and texts that were
// parsed when they were recorded. It returns the bindings after the match.
func match(want, got any, place string, b bindings) (bindings, error) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if text, isText := got.(string); isText && !ok {
			if g, ok = parsed(text, w); !ok {
				return b, fmt.Errorf("%s: got the text %q, want %s", place, text, show(want))
			}
		}
		if !ok {
			return b, differ(place, want, got)
		}
		return matchMembers(w, g, place, b)
	case []any:
		g, ok := got.([]any)
		if text, isText := got.(string); isText {
			ok = json.Unmarshal([]byte(text), &g) == nil
		}
		if !ok || len(g) != len(w) {
			return b, differ(place, want, got)
		}
		if name := place[strings.LastIndexByte(place, '.')+1:]; name == "item" || name == "items" {
			if out, ok := matchAnyOrder(w, g, place, b); ok {
				return out, nil
			}
			// One order is enough to tell what differs.
		}
		for i := range w {
			var err error
			if b, err = match(w[i], g[i], place+"."+strconv.Itoa(i), b); err != nil {
				return b, err
			}
		}
		return b, nil
	case string:
		text, ok := got.(string)
		if n, isNumber := got.(float64); isNumber && (hole.MatchString(w) || anything[w]) {
			text, ok = strconv.FormatFloat(n, 'g', -1, 64), true
		}
		if !ok {
			return b, differ(place, want, got)
		}
		out, ok := matchText(w, text, b)
		if !ok {
			return b, fmt.Errorf("%s: got %q, want %q%s", place, text, w, bound(w, b))
		}
		return out, nil
	}
	if want != got {
		return b, differ(place, want, got)
	}
	return b, nil
}

func matchMembers(want, got map[string]any, place string, b bindings) (bindings, error) {
	var names []string
	for name := range want {
		names = append(names, name)
	}
	sort.Strings(names)
	seen := map[string]bool{}
	for _, name := range names {
		wire := name
		if _, ok := got[wire]; !ok && name == "items" {
			wire = "item"
		}
		value, ok := got[wire]
		if !ok {
			return b, fmt.Errorf("%s: no member %q, want %s", place, name, show(want[name]))
		}
		seen[wire] = true
		var err error
		if b, err = match(want[name], value, place+"."+wire, b); err != nil {
			return b, err
		}
	}
	for name, value := range got {
		if !seen[name] {
			return b, fmt.Errorf("%s: member %q is %s, want none", place, name, show(value))
		}
	}
	return b, nil
}

// matchAnyOrder matches every wanted item with another one.
func matchAnyOrder(want, got []any, place string, b bindings) (bindings, bool) {
	if len(want) == 0 {
		return b, true
	}
	for i := range got {
		next, err := match(want[0], got[i], place+".*", b)
		if err != nil {
			continue
		}
		rest := slices.Delete(slices.Clone(got), i, i+1)
		if out, ok := matchAnyOrder(want[1:], rest, place, next); ok {
			return out, true
		}
	}
	return b, false
}

// logDate begins a line of an execution log.
var logDate = regexp.MustCompile(`^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} :`)

// parsed reads a text that was recorded as an object: JSON, or a log that was
// split at newlines.
func parsed(text string, want map[string]any) (map[string]any, bool) {
	if _, isLog := want["line00"]; isLog {
		lines := map[string]any{}
		for i, line := range strings.Split(text, "\n") {
			lines[fmt.Sprintf("line%02d", i)] = logDate.ReplaceAllString(line, "DDD MMM dd hh:mm:ss UTC yyyy :")
		}
		return lines, true
	}
	var m map[string]any
	err := json.Unmarshal([]byte(text), &m)
	return m, err == nil && m != nil
}

func differ(place string, want, got any) error {
	return fmt.Errorf("%s: got %s, want %s", place, show(got), show(want))
}

func bound(want string, b bindings) string {
	var out []string
	for _, name := range hole.FindAllString(want, -1) {
		if value, ok := b[name]; ok {
			out = append(out, name+" is "+strconv.Quote(value))
		}
	}
	if out == nil {
		return ""
	}
	return " where " + strings.Join(out, ", ")
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(text) > 600 {
		return string(text[:600]) + "…"
	}
	return string(text)
}
