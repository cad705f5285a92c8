package jsonschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// A library holds the documents of one compilation. It is the compiler's only
// way to a document.
type library struct {
	ref   func(uri string) (string, bool)
	docs  map[string]any // by URI
	bytes int
	nodes int
}

// Load resolves a reference to another document.
func (l *library) Load(uri string) (any, error) {
	if doc, ok := l.docs[uri]; ok {
		return doc, nil
	}
	if l.ref == nil {
		return nil, errors.New("there is no such model")
	}
	if len(l.docs) >= maxDocuments {
		return nil, fmt.Errorf("more than %d models refer to each other", maxDocuments)
	}
	text, ok := l.ref(uri)
	if !ok {
		return nil, errors.New("there is no such model")
	}
	doc, err := l.read(text)
	if err != nil {
		return nil, err
	}
	l.docs[uri] = doc
	return doc, nil
}

// read reads a schema, within the limits, and takes the draft out of it.
func (l *library) read(text string) (any, error) {
	if l.bytes += len(text); l.bytes > maxSchemaBytes {
		return nil, fmt.Errorf("schemas have more than %d bytes together", maxSchemaBytes)
	}
	doc, err := decode([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("schema is not JSON: %w", err)
	}
	if _, ok := doc.(map[string]any); !ok {
		return nil, fmt.Errorf("schema is of type %s, want an object", typeName(doc))
	}
	return doc, l.check(doc, 0, false)
}

// check holds a schema to the limits and removes $schema where it names a
// draft. In the values of enum and default it is data.
func (l *library) check(v any, depth int, data bool) error {
	if depth > maxSchemaDepth {
		return fmt.Errorf("schema is more than %d levels deep", maxSchemaDepth)
	}
	switch v := v.(type) {
	case map[string]any:
		l.nodes++
		if _, ok := v["$schema"].(string); ok && !data {
			delete(v, "$schema")
		}
		for name, sub := range v {
			_, isArray := sub.([]any)
			if err := l.check(sub, depth+1, data || name == "enum" && isArray || name == "default"); err != nil {
				return err
			}
		}
	case []any:
		l.nodes++
		for _, sub := range v {
			if err := l.check(sub, depth+1, data); err != nil {
				return err
			}
		}
	case json.Number:
		return checkSchemaNumber(v)
	}
	if l.nodes > maxSchemaNodes {
		return fmt.Errorf("schemas have more than %d objects and arrays together", maxSchemaNodes)
	}
	return nil
}

// checkSchemaNumber refuses numbers that are costly to write out.
func checkSchemaNumber(n json.Number) error {
	const maxDigits, maxExponent = 200, 400
	d := parseDecimal(string(n))
	if len(n) > maxDigits || d.exp > maxExponent || d.exp < -maxExponent {
		return fmt.Errorf("number %.20s has more than %d digits, or an exponent beyond %d", n, maxDigits, maxExponent)
	}
	return nil
}

// raw returns the object behind a location that the compiler gives, a URI with
// a JSON pointer for fragment; nil for one of the compiler's own documents.
func (l *library) raw(location string) map[string]any {
	uri, fragment, _ := strings.Cut(location, "#")
	v, ok := l.docs[uri]
	if !ok {
		return nil
	}
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		return nil
	}
	for i, token := range strings.Split(pointer, "/") {
		if i == 0 {
			continue
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch in := v.(type) {
		case map[string]any:
			v = in[token]
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(in) {
				return nil
			}
			v = in[index]
		default:
			return nil
		}
	}
	object, _ := v.(map[string]any)
	return object
}

// decode reads one JSON text and keeps numbers as they are written. Of a name
// that comes twice the last value counts.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("found more behind the value")
	}
	return v, nil
}
