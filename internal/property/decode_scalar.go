package property

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"postern/internal/nearest"
)

// This file reads scalars. Templates write numbers and booleans also as text,
// and text also without quotes.

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
	e.Help = nearest.Question(str, words)
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

func (m *duration) decode(s *Surface, v any) error {
	n, err := intOf(s, v)
	if err != nil {
		return err
	}
	*m.p = time.Duration(n) * m.unit
	if most := int64(math.MaxInt64 / m.unit); n > most || n < -most {
		*m.p = math.MaxInt64 // beyond every limit, and no wrap to a value within
	}
	if s.coral {
		return nil
	}
	return within(n, m.min, m.max, " "+m.units())
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
