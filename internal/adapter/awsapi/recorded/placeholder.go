package recorded

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// expand fills in the {{…}} of a request from the answers of earlier steps.
func (r *run) expand(text string) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, found := strings.Cut(rest, "}}")
		if !found {
			return "", fmt.Errorf("placeholder without }}: %s", rest)
		}
		value, err := r.lookup(name)
		if err != nil {
			return "", err
		}
		out.WriteString(value)
		text = after
	}
}

func (r *run) lookup(name string) (string, error) {
	if name == "backend" {
		if r.backend == "" {
			return "", fmt.Errorf("{{backend}}: the case names none")
		}
		return r.backend, nil
	}
	if rest, ok := strings.CutPrefix(name, "repeat:"); ok {
		what, count, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(count)
		if err != nil || n < 0 || n > 10<<20 {
			return "", fmt.Errorf("{{%s}}: %q is not a count", name, count)
		}
		return strings.Repeat(what, n), nil
	}
	step, path, _ := strings.Cut(name, ".")
	answer, ok := r.answers[step]
	if !ok {
		return "", fmt.Errorf("{{%s}}: no such step before this one", name)
	}
	value, err := at(answer, path)
	if err != nil {
		return "", fmt.Errorf("{{%s}}: %w", name, err)
	}
	switch v := value.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	}
	return "", fmt.Errorf("{{%s}}: is %T, not a text", name, value)
}

// at follows a path such as items.0.id, items.[path=/].id or body into value.
// A list that SDKs call items may be called item.
func at(value any, path string) (any, error) {
	if path == "" {
		return value, nil
	}
	for part := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			member, ok := v[part]
			if !ok && part == "items" {
				member, ok = v["item"]
			}
			if !ok {
				return nil, fmt.Errorf("no member %q in %s", part, show(v))
			}
			value = member
		case []any:
			if key, want, ok := strings.Cut(strings.Trim(part, "[]"), "="); ok && part[0] == '[' {
				i := indexBy(v, key, want)
				if i < 0 {
					return nil, fmt.Errorf("no item with %s %q in %s", key, want, show(v))
				}
				value = v[i]
				continue
			}
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil, fmt.Errorf("no item %q in a list of %d", part, len(v))
			}
			value = v[i]
		default:
			return nil, fmt.Errorf("%q is below %s", part, show(v))
		}
	}
	return value, nil
}

func indexBy(list []any, key, want string) int {
	for i, item := range list {
		if m, ok := item.(map[string]any); ok && m[key] == want {
			return i
		}
	}
	return -1
}

// expandAll is expand for every text in a JSON value.
func (r *run) expandAll(value any) (any, error) {
	switch v := value.(type) {
	case string:
		return r.expand(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = r.expandAll(v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			var err error
			if out[k], err = r.expandAll(v[k]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return value, nil
}

// Bindings are the values that numbered placeholders have taken in a case.
type bindings map[string]string

// hole finds the placeholders of an observed text. Numbered ones mean the same
// value throughout a case.
var hole = regexp.MustCompile(`<[A-Za-z][A-Za-z0-9_-]*(?::\d+)?>`)

var numbered = regexp.MustCompile(`[:-]\d+>$`)

// anything is the texts that the recording put in place of a value without
// marking them as placeholders.
var anything = map[string]bool{"datetime": true, "date": true}

// inside is the same for parts of longer texts.
var inside = regexp.MustCompile(`fake-api-id|<[A-Za-z][A-Za-z0-9_-]*(?::\d+)?>`)

// matchText compares a text with an observed one and binds its placeholders. It
// returns the bindings after the match, or false.
func matchText(want, got string, b bindings) (bindings, bool) {
	if want == got && !hole.MatchString(want) {
		return b, true
	}
	if anything[want] {
		return b, true
	}
	places := inside.FindAllStringIndex(want, -1)
	if places == nil {
		return b, false
	}
	var pattern strings.Builder
	var names []string
	pattern.WriteString(`(?s)\A`)
	last := 0
	for _, p := range places {
		pattern.WriteString(regexp.QuoteMeta(want[last:p[0]]))
		name := want[p[0]:p[1]]
		last = p[1]
		if value, bound := b[name]; bound {
			pattern.WriteString(regexp.QuoteMeta(value))
			continue
		}
		pattern.WriteString(`(.*?)`)
		names = append(names, name)
	}
	pattern.WriteString(regexp.QuoteMeta(want[last:]))
	pattern.WriteString(`\z`)
	found := regexp.MustCompile(pattern.String()).FindStringSubmatch(got)
	if found == nil {
		return b, false
	}
	out := b
	for i, name := range names {
		if !numbered.MatchString(name) {
			continue
		}
		value := found[i+1]
		if old, bound := out[name]; bound && old != value {
			return b, false
		}
		next := make(bindings, len(out)+1)
		for k, v := range out {
			next[k] = v
		}
		next[name] = value
		out = next
	}
	return out, true
}
