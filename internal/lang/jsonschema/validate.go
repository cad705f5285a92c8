package jsonschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// unparsable is the text for a body that is empty, not JSON, or beyond the
// limits below.
const unparsable = "Unknown error parsing request body"

// Limits on a body. Those of Java's JSON reader, which the pages do not give,
// are chosen: a body of the largest size stays within them if it is data.
const (
	maxNumber = 1000 // characters of a number
	maxDepth  = 1000 // objects and arrays in each other

	// A validation looks at so many pairs of a schema and a value. Without the
	// limit a recursive anyOf doubles the work with every level. A pattern that
	// is given up, and schemas without end, count as beyond the limit.
	minSteps     = 100_000
	stepsPerByte = 50

	maxNesting = 20_000 // schemas applied inside of each other
	maxErrors  = 100    // texts; more are not looked for
)

// Validate returns nil if the body is valid, or the texts of the errors in the
// order of the Java validator.
func (s *Schema) Validate(body []byte) []string {
	v, err := decode(body)
	if err != nil || !withinLimits(v, 0) {
		return []string{unparsable}
	}
	w := &walk{steps: minSteps + stepsPerByte*len(body)}
	var r report
	w.validate(s.root, v, &r)
	if w.exhausted {
		return []string{unparsable}
	}
	return r.texts
}

// String returns the name that Compile was given.
func (s *Schema) String() string { return s.name }

func withinLimits(v any, depth int) bool {
	switch v := v.(type) {
	case json.Number:
		return len(v) <= maxNumber
	case []any:
		if depth >= maxDepth {
			return false
		}
		for _, item := range v {
			if !withinLimits(item, depth+1) {
				return false
			}
		}
	case map[string]any:
		if depth >= maxDepth {
			return false
		}
		for _, item := range v {
			if !withinLimits(item, depth+1) {
				return false
			}
		}
	}
	return true
}

// A report collects the errors of one validation. A quiet one, below a keyword
// such as anyOf, only knows whether there are any.
type report struct {
	quiet  bool
	errors int
	texts  []string
}

func (r *report) add(format string, args ...any) {
	r.errors++
	if !r.quiet && r.errors <= maxErrors {
		r.texts = append(r.texts, fmt.Sprintf(format, args...))
	}
}

func (r *report) failed() bool { return r.errors > 0 }

// enough reports whether another error would change nothing.
func (r *report) enough() bool {
	return r.errors >= maxErrors || r.quiet && r.failed()
}

// A walk is one validation on its way.
type walk struct {
	steps     int // left
	nesting   int
	exhausted bool
}

// validate tries the keywords of n, and goes inside of v while r has no errors.
func (w *walk) validate(n *node, v any, r *report) {
	if w.steps--; w.steps < 0 || w.nesting >= maxNesting {
		w.exhausted = true
	}
	if w.exhausted || r.enough() {
		return
	}
	w.nesting++
	defer func() { w.nesting-- }()
	w.keywords(n, v, r)
	if r.failed() {
		return
	}
	switch v := v.(type) {
	case []any:
		w.insideArray(n, v, r)
	case map[string]any:
		w.insideObject(n, v, r)
	}
}

func (w *walk) insideArray(n *node, items []any, r *report) {
	for i, item := range items {
		switch {
		case n.items != nil:
			w.validate(n.items, item, r)
		case i < len(n.tuple):
			w.validate(n.tuple[i], item, r)
		case n.moreItems != nil:
			w.validate(n.moreItems, item, r)
		default:
			return
		}
	}
}

func (w *walk) insideObject(n *node, object map[string]any, r *report) {
	if len(n.properties) == 0 && len(n.patternProperties) == 0 && n.moreProperties == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		known := false
		if sub := n.properties[name]; sub != nil {
			known = true
			w.validate(sub, object[name], r)
		}
		for _, p := range n.patternProperties {
			if w.match(p.pattern, name) {
				known = true
				w.validate(p.node, object[name], r)
			}
		}
		if !known && n.moreProperties != nil {
			w.validate(n.moreProperties, object[name], r)
		}
	}
}

// keywords tries those that concern a value of this type, in the order of
// their names: upper case comes before lower case.
func (w *walk) keywords(n *node, v any, r *report) {
	array, isArray := v.([]any)
	object, isObject := v.(map[string]any)
	text, isString := v.(string)
	number, isNumber := v.(json.Number)

	if isArray {
		n.additionalItemsKeyword(array, r)
	}
	if isObject {
		w.additionalProperties(n, object, r)
	}
	w.allOf(n, v, r)
	w.anyOf(n, v, r)
	if isObject {
		w.dependencies(n, object, r)
	}
	if n.enum != nil && !n.enum.keys[w.key(v)] {
		r.add("instance value (%s) not found in enum (possible values: %s)", shown{v}, n.enum.text)
	}
	if isString && n.format != nil {
		n.format.check(text, r)
	}
	length := -1
	if isString && (n.minLength != nil || n.maxLength != nil) {
		length = utf8.RuneCountInString(text)
	}
	if isArray && n.maxItems != nil && len(array) > *n.maxItems {
		r.add("array is too long: must have at most %d elements but instance has %d elements", *n.maxItems, len(array))
	}
	if isString && n.maxLength != nil && length > *n.maxLength {
		r.add("string \"%s\" is too long (length: %d, maximum allowed: %d)", text, length, *n.maxLength)
	}
	if isObject && n.maxProperties != nil && len(object) > *n.maxProperties {
		r.add("object has too many properties (found %d but schema requires at most %d)", len(object), *n.maxProperties)
	}
	if isNumber && n.maximum != nil {
		n.maximumKeyword(number, r)
	}
	if isArray && n.minItems != nil && len(array) < *n.minItems {
		r.add("array is too short: must have at least %d elements but instance has %d elements", *n.minItems, len(array))
	}
	if isString && n.minLength != nil && length < *n.minLength {
		r.add("string \"%s\" is too short (length: %d, required minimum: %d)", text, length, *n.minLength)
	}
	if isObject && n.minProperties != nil && len(object) < *n.minProperties {
		r.add("object has too few properties (found %d but schema requires at least %d)", len(object), *n.minProperties)
	}
	if isNumber && n.minimum != nil {
		n.minimumKeyword(number, r)
	}
	if isNumber && n.multipleOf != nil && !parseDecimal(string(number)).multipleOf(n.multipleOf.value) {
		r.add("remainder of division is not zero (%s / %s)", number, n.multipleOf.text)
	}
	if n.not != nil && w.valid(n.not, v) {
		r.add("instance matched a schema which it should not have")
	}
	w.oneOf(n, v, r)
	if isString && n.pattern != nil && !w.match(n.pattern, text) {
		r.add("ECMA 262 regex \"%s\" does not match input string \"%s\"", n.pattern.expr, text)
	}
	if isObject {
		if missing := absent(n.required, object); missing != nil {
			r.add("object has missing required properties (%s)", namesText(missing))
		}
	}
	if n.types != nil && !slices.Contains(n.types, typeName(v)) {
		r.add("instance type (%s) does not match any allowed primitive type (allowed: %s)", typeName(v), namesText(n.types))
	}
	if isArray && n.unique && w.hasDuplicates(array) {
		r.add("array must not contain duplicate elements")
	}
}

// key is paid for, as the same value can be looked at again and again.
func (w *walk) key(v any) string {
	k := key(v)
	w.steps -= len(k) / 8
	return k
}

// match ends the walk when the pattern gives up: one such string costs enough.
func (w *walk) match(p *pattern, s string) bool {
	if w.exhausted {
		return false
	}
	ok, gaveUp := p.match(s)
	if gaveUp {
		w.exhausted = true
	}
	return ok
}

// valid looks at v apart from the errors of others.
func (w *walk) valid(n *node, v any) bool {
	r := report{quiet: true}
	w.validate(n, v, &r)
	return !r.failed()
}

func (w *walk) countValid(nodes []*node, v any) int {
	matched := 0
	for _, n := range nodes {
		if w.valid(n, v) {
			matched++
		}
	}
	return matched
}

func (w *walk) allOf(n *node, v any, r *report) {
	if matched := w.countValid(n.allOf, v); matched < len(n.allOf) {
		r.add("instance failed to match all required schemas (matched only %d out of %d)", matched, len(n.allOf))
	}
}

func (w *walk) anyOf(n *node, v any, r *report) {
	if n.anyOf == nil {
		return
	}
	for _, sub := range n.anyOf {
		if w.valid(sub, v) {
			return
		}
	}
	r.add("instance failed to match at least one required schema among %d", len(n.anyOf))
}

func (w *walk) oneOf(n *node, v any, r *report) {
	if n.oneOf == nil {
		return
	}
	if matched := w.countValid(n.oneOf, v); matched != 1 {
		r.add("instance failed to match exactly one schema (matched %d out of %d)", matched, len(n.oneOf))
	}
}

// dependencies reports missing properties first; a schema adds errors of its
// own.
func (w *walk) dependencies(n *node, object map[string]any, r *report) {
	for _, d := range n.dependencies {
		if _, ok := object[d.property]; !ok || d.node != nil {
			continue
		}
		if missing := absent(d.names, object); missing != nil {
			r.add("property \"%s\" of object has missing property dependencies (schema requires %s; missing: %s)",
				d.property, namesText(d.names), namesText(missing))
		}
	}
	for _, d := range n.dependencies {
		if _, ok := object[d.property]; ok && d.node != nil {
			w.validate(d.node, object, r)
		}
	}
}

func (n *node) additionalItemsKeyword(array []any, r *report) {
	if n.closedTuple && len(array) > len(n.tuple) {
		r.add("schema only allows %d elements in array but instance has %d elements", len(n.tuple), len(array))
	}
}

func (w *walk) additionalProperties(n *node, object map[string]any, r *report) {
	if !n.closed {
		return
	}
	var others []string
	for name := range object {
		if n.properties[name] == nil && !slices.ContainsFunc(n.patternProperties, func(p patternProperty) bool {
			return w.match(p.pattern, name)
		}) {
			others = append(others, name)
		}
	}
	if others != nil {
		slices.Sort(others)
		r.add("object instance has properties which are not allowed by the schema: %s", namesText(others))
	}
}

func (n *node) maximumKeyword(number json.Number, r *report) {
	switch c := parseDecimal(string(number)).compare(n.maximum.value); {
	case c > 0:
		r.add("numeric instance is greater than the required maximum (maximum: %s, found: %s)", n.maximum.text, number)
	case c == 0 && n.maximum.exclusive:
		r.add("numeric instance is not strictly lower than the required maximum %s", n.maximum.text)
	}
}

func (n *node) minimumKeyword(number json.Number, r *report) {
	switch c := parseDecimal(string(number)).compare(n.minimum.value); {
	case c < 0:
		r.add("numeric instance is lower than the required minimum (minimum: %s, found: %s)", n.minimum.text, number)
	case c == 0 && n.minimum.exclusive:
		r.add("numeric instance is not strictly greater than the required minimum %s", n.minimum.text)
	}
}

// absent returns those of names, which are sorted, that object lacks.
func absent(names []string, object map[string]any) []string {
	var missing []string
	for _, name := range names {
		if _, ok := object[name]; !ok {
			missing = append(missing, name)
		}
	}
	return missing
}

func (w *walk) hasDuplicates(array []any) bool {
	seen := make(map[string]bool, len(array))
	for _, item := range array {
		k := w.key(item)
		if seen[k] {
			return true
		}
		seen[k] = true
	}
	return false
}
