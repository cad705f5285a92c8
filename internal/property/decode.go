package property

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Decode reads in, an object in the spelling of s, into the fields of rows. A
// member that is null counts as absent. It reports all problems; the fields of
// properties without one are set.
//
// An unknown member is ignored on Wire, as API Gateway does, and an error
// elsewhere.
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
		if r.Is&ReadOnly != 0 && s != Wire {
			errs = append(errs, &Error{Path: []string{name}, Kind: ReadOnlyGiven, Found: v, Message: "set by the gateway, it cannot be given"})
			continue
		}
		if _, pending := v.(Placeholder); pending {
			continue
		}
		if err := r.Value.decode(s, v); err != nil {
			errs = append(errs, flatten(under(name, err))...)
		} else if v == "" && r.Is&Required != 0 && s != Wire {
			errs = append(errs, &Error{Path: []string{name}, Kind: Absent, Message: "empty, and it is required"})
		}
		if r.Is&Deprecated != 0 {
			errs = append(errs, &Error{Path: []string{name}, Kind: Old, Warning: true, Message: "deprecated: " + r.Doc})
		}
	}
	if s == Wire {
		return errs
	}
	for name, v := range in {
		if !names[name] {
			e := &Error{Path: []string{name}, Kind: Unknown, Found: v, Message: "no such property"}
			if near := Nearest(name, sortedKeys(names)); near != "" {
				e.Help = "did you mean " + near + "?"
			}
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

// textOf reads a string. Surfaces of templates also take numbers and booleans,
// because YAML writes both without quotes.
func textOf(s *Surface, v any) (string, error) {
	switch x := v.(type) {
	case string:
		return x, nil
	case bool:
		if s.quoted {
			return strconv.FormatBool(x), nil
		}
	case json.Number:
		if s.quoted {
			return x.String(), nil
		}
	case int:
		if s.quoted {
			return strconv.Itoa(x), nil
		}
	case int64:
		if s.quoted {
			return strconv.FormatInt(x, 10), nil
		}
	case float64:
		if s.quoted {
			return strconv.FormatFloat(x, 'f', -1, 64), nil
		}
	}
	return "", wrongType(s, v, "text", "String")
}

func boolOf(s *Surface, v any) (bool, error) {
	switch x := v.(type) {
	case bool:
		return x, nil
	case string:
		if s.quoted {
			switch x {
			case "true", "True", "TRUE":
				return true, nil
			case "false", "False", "FALSE":
				return false, nil
			}
		}
	}
	return false, wrongType(s, v, "true or false", "Boolean")
}

func floatOf(s *Surface, v any) (float64, error) {
	switch x := v.(type) {
	case float64:
		return x, nil
	case int:
		return float64(x), nil
	case int64:
		return float64(x), nil
	case json.Number:
		if f, err := x.Float64(); err == nil {
			return f, nil
		}
	case string:
		x = strings.TrimSpace(x)
		if s.quoted && !strings.ContainsFunc(x, notInNumber) {
			if f, err := strconv.ParseFloat(x, 64); err == nil {
				return f, nil
			}
		}
	}
	return 0, wrongType(s, v, "a number", "Double")
}

// notInNumber reports whether r cannot stand in a decimal number: ParseFloat
// alone would take 0x10 and Inf.
func notInNumber(r rune) bool { return !strings.ContainsRune("+-.0123456789eE", r) }

// intOf reads a whole number; 29000.0 is one.
func intOf(s *Surface, v any) (int64, error) {
	if x, ok := v.(json.Number); ok {
		if n, err := x.Int64(); err == nil {
			return n, nil
		}
	}
	f, err := floatOf(s, v)
	if err != nil {
		return 0, wrongType(s, v, "a whole number", "Integer")
	}
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, wrongType(s, v, "a whole number", "Integer")
	}
	return int64(f), nil
}

func (t *text[T]) decode(s *Surface, v any) error {
	str, err := textOf(s, v)
	if err != nil {
		return err
	}
	if t.allowed == nil || t.loose && s.coral {
		*t.p = T(str)
		return nil
	}
	if slices.Contains(t.allowed, T(str)) {
		*t.p = T(str)
		return nil
	}
	if alias, ok := t.aliases[str]; ok && s == TerraformType {
		*t.p = alias
		return &Error{Kind: Old, Found: v, Warning: true, Message: fmt.Sprintf("%q is read as %q", str, alias), Help: "write " + string(alias)}
	}
	words := make([]string, len(t.allowed))
	for i, a := range t.allowed {
		words[i] = string(a)
	}
	e := &Error{Kind: NotOneOf, Found: str, Allowed: words,
		Message: fmt.Sprintf("%q is not one of %s", shorten(str), strings.Join(words, ", "))}
	if near := Nearest(str, words); near != "" {
		e.Help = "did you mean " + near + "?"
	}
	return e
}

func (o *optional) decode(s *Surface, v any) error {
	str, err := textOf(s, v)
	if err != nil {
		return err
	}
	*o.p = &str
	return nil
}

func (b *boolean) decode(s *Surface, v any) (err error) {
	x, err := boolOf(s, v)
	if err == nil {
		*b.p = x
	}
	return err
}

func within(n, low, high int64, unit string) error {
	if n < low || n > high {
		return &Error{Kind: OutOfRange, Found: n, Message: fmt.Sprintf("%d is outside %d–%d%s", n, low, high, unit)}
	}
	return nil
}

func (i *integer) decode(s *Surface, v any) error {
	n, err := intOf(s, v)
	if err != nil {
		return err
	}
	*i.p = n
	if s.coral {
		return nil // the noun's Validate has API Gateway's words for a range
	}
	return within(n, i.min, i.max, "")
}

func (i *optionalInteger) decode(s *Surface, v any) error {
	n, err := intOf(s, v)
	if err != nil {
		return err
	}
	*i.p = &n
	if s.coral {
		return nil
	}
	return within(n, i.min, i.max, "")
}

func (f *float) decode(s *Surface, v any) error {
	x, err := floatOf(s, v)
	if err == nil {
		*f.p = x
	}
	return err
}

func (f *optionalFloat) decode(s *Surface, v any) error {
	x, err := floatOf(s, v)
	if err == nil {
		*f.p = &x
	}
	return err
}

func (m *millis) decode(s *Surface, v any) error {
	n, err := intOf(s, v)
	if err != nil {
		return err
	}
	*m.p = time.Duration(n) * time.Millisecond
	if most := int64(math.MaxInt64 / time.Millisecond); n > most || n < -most {
		*m.p = math.MaxInt64 // beyond every limit, and no wrap to a value within
	}
	if s.coral {
		return nil
	}
	return within(n, m.min, m.max, " milliseconds")
}

func (e *epoch) decode(s *Surface, v any) error {
	f, err := floatOf(s, v)
	if err != nil {
		return err
	}
	sec, frac := math.Modf(f)
	*e.p = time.Unix(int64(sec), int64(frac*1e9)).UTC()
	return nil
}

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

func (m *textMap) decode(s *Surface, v any) error {
	var in map[string]any
	var err error
	if m.json {
		// The text of the deprecated property is judged as the API judges JSON.
		if in, err = inJSON(s, v); err == nil {
			s = Wire
		}
	} else {
		in, err = entries(s, v, m.tags)
	}
	if err != nil {
		return err
	}
	var errs Errors
	out := make(map[string]string, len(in))
	for _, k := range sortedKeys(in) {
		switch x := in[k].(type) {
		case nil:
			out[k] = ""
		case Placeholder:
		default:
			str, err := textOf(s, x)
			if err != nil {
				errs = append(errs, flatten(under(k, err))...)
				continue
			}
			out[k] = str
		}
	}
	*m.p = out
	if len(errs) > 0 {
		return errs
	}
	return nil
}

func (m *boolMap) decode(s *Surface, v any) error {
	var in map[string]any
	var err error
	if m.json {
		in, err = inJSON(s, v)
	} else {
		in, err = entries(s, v, false)
	}
	if err != nil {
		return err
	}
	var errs Errors
	out := make(map[string]bool, len(in))
	for _, k := range sortedKeys(in) {
		switch x := in[k].(type) {
		case nil:
			out[k] = false
		case Placeholder:
			out[k] = true
		default:
			b, err := boolOf(s, x)
			if err != nil {
				errs = append(errs, flatten(under(k, err))...)
				continue
			}
			out[k] = b
		}
	}
	*m.p = out
	if len(errs) > 0 {
		return errs
	}
	return nil
}

func (l *textList) decode(s *Surface, v any) error {
	in, ok := v.([]any)
	if !ok {
		str, isText := v.(string)
		if !isText || !s.quoted {
			return wrongType(s, v, "a list", "List")
		}
		in = []any{str} // CloudFormation takes a single text for a list of one
	}
	out := make([]string, 0, len(in))
	var errs Errors
	for i, x := range in {
		if _, pending := x.(Placeholder); pending {
			continue
		}
		str, err := textOf(s, x)
		if err != nil {
			errs = append(errs, flatten(under(strconv.Itoa(i), err))...)
			continue
		}
		out = append(out, str)
	}
	*l.p = out
	if len(errs) > 0 {
		return errs
	}
	return nil
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

func (o *object[T, P]) decode(s *Surface, v any) error {
	m, err := objectOf(s, v)
	if err != nil || m == nil {
		return err
	}
	x := new(T)
	errs := Decode(s, P(x).Properties(), m)
	*o.p = x
	if len(errs) > 0 {
		return errs
	}
	return nil
}

func (o *objectMap[T, P]) decode(s *Surface, v any) error {
	if list, ok := v.([]any); ok && o.by != "" && !s.coral {
		return o.decodeList(s, list)
	}
	in, err := entries(s, v, false)
	if err != nil {
		return err
	}
	var errs Errors
	out := make(map[string]*T, len(in))
	for _, k := range sortedKeys(in) {
		if _, pending := in[k].(Placeholder); pending {
			continue
		}
		m, ok := in[k].(map[string]any)
		if !ok {
			errs = append(errs, flatten(under(k, wrongType(s, in[k], "an object", "Map")))...)
			continue
		}
		x := new(T)
		if es := Decode(s, P(x).Properties(), m); len(es) > 0 {
			errs = append(errs, flatten(under(k, es))...)
		}
		out[k] = x
	}
	*o.p = out
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// decodeList reads the notation of templates, in which the key is a member of
// the item.
func (o *objectMap[T, P]) decodeList(s *Surface, in []any) error {
	var errs Errors
	out := make(map[string]*T, len(in))
	for i, item := range in {
		at := strconv.Itoa(i)
		x, err := decodeItem[T, P](s, item)
		errs = append(errs, flatten(under(at, err))...)
		if x == nil {
			continue
		}
		r, ok := P(x).Properties().ByName(o.by)
		if !ok || r.Value.zero() {
			continue // pending, or reported as missing where the row is required
		}
		k, _ := r.Value.encode(s).(string)
		if _, twice := out[k]; twice {
			errs = append(errs, &Error{Path: []string{at, s.NameOf(r)}, Kind: Conflict, Found: k, Message: fmt.Sprintf("%q is given twice", k)})
		}
		out[k] = x
	}
	*o.p = out
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// decodeItem reads one object of a list. It returns nil for a pending one.
func decodeItem[T any, P interface {
	*T
	Noun
}](s *Surface, item any) (*T, error) {
	if _, pending := item.(Placeholder); pending {
		return nil, nil
	}
	m, ok := item.(map[string]any)
	if !ok {
		return nil, wrongType(s, item, "an object", "Map")
	}
	x := new(T)
	if errs := Decode(s, P(x).Properties(), m); len(errs) > 0 {
		return x, errs
	}
	return x, nil
}

func (o *objectList[T, P]) decode(s *Surface, v any) error {
	in, ok := v.([]any)
	if !ok {
		return wrongType(s, v, "a list", "List")
	}
	var errs Errors
	out := make([]*T, 0, len(in))
	for i, item := range in {
		x, err := decodeItem[T, P](s, item)
		errs = append(errs, flatten(under(strconv.Itoa(i), err))...)
		if x != nil {
			out = append(out, x)
		}
	}
	*o.p = out
	if len(errs) > 0 {
		return errs
	}
	return nil
}

func (d *document) decode(s *Surface, v any) error {
	switch x := v.(type) {
	case string:
		*d.p = x
		return nil
	case map[string]any, []any:
		if s.coral {
			break
		}
		if HasPlaceholder(x) {
			return nil
		}
		text, err := jsonText(x)
		if err != nil {
			return wrongType(s, v, "a JSON document", "String")
		}
		*d.p = text
		return nil
	}
	return wrongType(s, v, "a JSON document", "String")
}

// jsonText writes v without line breaks and without the escapes for HTML.
func jsonText(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func (o *inline[T, P]) decode(s *Surface, v any) error {
	x := &object[T, P]{new(*T)}
	err := x.decode(s, v)
	if *x.p != nil {
		*o.p = **x.p
	}
	return err
}
