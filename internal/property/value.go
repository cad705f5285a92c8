package property

import "time"

// A Value binds a row to the field that holds its value. It knows how the
// value is read from and written to each surface, what is allowed, and how the
// schema describes it.
type Value interface {
	// decode reads v, a JSON-like value, into the field.
	decode(s *Surface, v any) error
	// encode returns the field as a JSON-like value, also when it is zero.
	encode(s *Surface) any
	zero() bool
	// schema describes the value in JSON Schema. name is what s calls the
	// property, after which nested objects are defined in defs.
	schema(s *Surface, defs map[string]any, name string) map[string]any
	// sample sets the field to something that is not its zero value.
	sample()
	kind() string
}

// text is a string, with an enumeration that some surfaces leave to the noun.
type text[T ~string] struct {
	p       *T
	allowed []T
	loose   bool // the control plane takes any text; Validate judges
	aliases map[string]T
}

// Text binds a string.
func Text[T ~string](p *T) Value { return &text[T]{p: p} }

// Enum binds a string that is one of values.
func Enum[T ~string](p *T, values ...T) Value { return &text[T]{p: p, allowed: values} }

// Choice is Enum on every surface but Wire, where the noun's Validate judges
// because API Gateway's model has a plain string there.
func Choice[T ~string](p *T, values ...T) Value {
	return &text[T]{p: p, allowed: values, loose: true}
}

// Verb binds an HTTP method. The Terraform-shaped types also take the published
// misspelling OPTION for OPTIONS, with a warning.
func Verb(p *string) Value {
	return &text[string]{p: p, loose: true, aliases: map[string]string{"OPTION": "OPTIONS"},
		allowed: []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"}}
}

// optional is a string that may be absent or empty, and the two differ.
type optional struct{ p **string }

// OptionalText binds a string of which absent and empty are two values.
func OptionalText(p **string) Value { return &optional{p} }

type boolean struct{ p *bool }

// Bool binds a boolean.
func Bool(p *bool) Value { return &boolean{p} }

type integer struct {
	p        *int64
	min, max int64
}

// Int binds a whole number from low to high.
func Int(p *int64, low, high int64) Value { return &integer{p, low, high} }

type optionalInteger struct {
	p        **int64
	min, max int64
}

// OptionalInt binds a whole number of which absent and 0 are two values.
func OptionalInt(p **int64, low, high int64) Value { return &optionalInteger{p, low, high} }

type float struct{ p *float64 }

// Float binds a number.
func Float(p *float64) Value { return &float{p} }

type optionalFloat struct{ p **float64 }

// OptionalFloat binds a number of which absent and 0 are two values.
func OptionalFloat(p **float64) Value { return &optionalFloat{p} }

type duration struct {
	p        *time.Duration
	unit     time.Duration
	min, max int64 // units
}

// Millis binds a duration that surfaces write in whole milliseconds, from low
// to high. It and Seconds are the only conversions between the two.
func Millis(p *time.Duration, low, high int64) Value {
	return &duration{p, time.Millisecond, low, high}
}

// Seconds binds a duration that surfaces write in whole seconds, from low to
// high.
func Seconds(p *time.Duration, low, high int64) Value { return &duration{p, time.Second, low, high} }

func (m *duration) units() string {
	if m.unit == time.Second {
		return "seconds"
	}
	return "milliseconds"
}

type epoch struct{ p *time.Time }

// Epoch binds a time that surfaces write in seconds since 1970.
func Epoch(p *time.Time) Value { return &epoch{p} }

type textMap struct {
	p         *map[string]string
	nulls     bool // an empty entry is written as null
	tags      bool // the native types write [{Key, Value}]
	json      bool // the whole map comes as the text of a JSON object
	keySchema string
}

// TextMap binds a map of strings. keys is a regular expression for the schema.
func TextMap(p *map[string]string, keys string) Value { return &textMap{p: p, keySchema: keys} }

// Templates binds a map from media type to template. An empty template is
// written as null, as API Gateway does.
func Templates(p *map[string]string) Value { return &textMap{p: p, nulls: true, keySchema: "^.+$"} }

// Tags binds a map that the native types write as a list of Key and Value.
func Tags(p *map[string]string) Value { return &textMap{p: p, tags: true, keySchema: "^.+$"} }

// MapInJSON binds a map that is given as the text of a JSON object of strings.
func MapInJSON(p *map[string]string) Value { return &textMap{p: p, json: true} }

type boolMap struct {
	p         *map[string]bool
	json      bool
	keySchema string
}

// BoolMap binds a map of booleans.
func BoolMap(p *map[string]bool, keys string) Value { return &boolMap{p: p, keySchema: keys} }

// BoolMapInJSON binds a map of booleans that is given as the text of a JSON object.
func BoolMapInJSON(p *map[string]bool) Value { return &boolMap{p: p, json: true} }

type textList struct{ p *[]string }

// TextList binds a list of strings.
func TextList(p *[]string) Value { return &textList{p} }

// A Noun has rows.
type Noun interface{ Properties() List }

type object[T any, P interface {
	*T
	Noun
}] struct {
	p **T
}

// Object binds a nested object. Absent is nil.
func Object[T any, P interface {
	*T
	Noun
}](p **T) Value {
	return &object[T, P]{p}
}

type objectMap[T any, P interface {
	*T
	Noun
}] struct {
	p  *map[string]*T
	by string // templates write a list whose items carry the key under this name
}

// ObjectMapBy binds a map of nested objects that templates write as a list: the
// key of an entry is the item's row called by.
func ObjectMapBy[T any, P interface {
	*T
	Noun
}](p *map[string]*T, by string) Value {
	return &objectMap[T, P]{p: p, by: by}
}

// ObjectMap binds a map of nested objects.
func ObjectMap[T any, P interface {
	*T
	Noun
}](p *map[string]*T) Value {
	return &objectMap[T, P]{p: p}
}

type objectList[T any, P interface {
	*T
	Noun
}] struct {
	p *[]*T
}

// ObjectList binds a list of nested objects.
func ObjectList[T any, P interface {
	*T
	Noun
}](p *[]*T) Value {
	return &objectList[T, P]{p}
}

type document struct{ p *string }

// Document binds a JSON document that is held as text. Templates may write it
// as an object.
func Document(p *string) Value { return &document{p} }

type inline[T any, P interface {
	*T
	Noun
}] struct {
	p *T
}

// Inline binds a nested object that is always there.
func Inline[T any, P interface {
	*T
	Noun
}](p *T) Value {
	return &inline[T, P]{p}
}
