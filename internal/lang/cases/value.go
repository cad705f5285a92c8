package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"

	"postern/internal/lang/vtl"
)

// Object reads a JSON object as a map, with the maps in it, of a style. Arrays
// become plain lists. The text must be JSON.
func Object(text []byte, style vtl.Style) (*vtl.Map, error) {
	v, err := value(text, style)
	if err != nil {
		return nil, err
	}
	m := v.AsMap()
	if m == nil {
		return nil, fmt.Errorf("found %s, expected an object", kindOf(v))
	}
	return m, nil
}

func value(text []byte, style vtl.Style) (vtl.Value, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return next(d, style)
}

func next(d *json.Decoder, style vtl.Style) (vtl.Value, error) {
	t, err := d.Token()
	if err != nil {
		return vtl.Null, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return array(d, style)
		}
		return object(d, style)
	case string:
		return vtl.String(t), nil
	case bool:
		return vtl.Bool(t), nil
	case json.Number:
		return number(t), nil
	case nil:
		return vtl.Null, nil
	}
	return vtl.Null, io.ErrUnexpectedEOF
}

func array(d *json.Decoder, style vtl.Style) (vtl.Value, error) {
	l := vtl.NewList()
	for d.More() {
		v, err := next(d, style)
		if err != nil {
			return vtl.Null, err
		}
		l.Append(v)
	}
	_, err := d.Token()
	return l.Value(), err
}

func object(d *json.Decoder, style vtl.Style) (vtl.Value, error) {
	m := vtl.NewMap(style)
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return vtl.Null, err
		}
		name, ok := k.(string)
		if !ok {
			return vtl.Null, io.ErrUnexpectedEOF
		}
		v, err := next(d, style)
		if err != nil {
			return vtl.Null, err
		}
		m.Put(name, v)
	}
	_, err := d.Token()
	return m.Value(), err
}

// number returns a number in the type that JSON of a payload would have.
func number(n json.Number) vtl.Value {
	const longestInteger = 100_000 // digits; reading takes time that grows with the square
	const longestDouble = 18       // characters
	if i, err := n.Int64(); err == nil {
		return vtl.Integer(i)
	}
	if len(n) <= longestInteger {
		if i, ok := new(big.Int).SetString(n.String(), 10); ok {
			return vtl.BigInt(i)
		}
		if v, ok := vtl.ParseDecimal(n.String()); ok && len(n) > longestDouble {
			return v
		}
	}
	f, _ := n.Float64() // out of range gives the infinity, as in Java
	return vtl.Double(f)
}

func kindOf(v vtl.Value) string {
	switch v.Kind() {
	case vtl.KindNull:
		return "null"
	case vtl.KindBool:
		return "a boolean"
	case vtl.KindString:
		return "text"
	case vtl.KindList:
		return "an array"
	case vtl.KindMap:
		return "an object"
	}
	return "a number"
}
