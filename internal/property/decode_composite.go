package property

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// This file reads maps, lists and objects.

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
