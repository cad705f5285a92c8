package vtl

import (
	"errors"
	"fmt"
)

// This file takes the steps of a path: properties, indexes, method calls, and
// assignments to what they name.

// property returns v.name: what a getter gives, or else the entry of a map, or
// else what an is-method gives.
func (e *Env) property(v Value, s *step) (Value, bool, error) {
	switch o := v.ref.(type) {
	case stringData:
		switch s.name {
		case "empty", "Empty":
			return Bool(v.num == 0), true, nil
		case "blank", "Blank":
			return Bool(isBlank(v.str())), true, nil
		case "bytes", "Bytes":
			return stringBytes(e, v, nil)
		}
	case nil:
		if v.kind != KindDouble && v.kind != KindFloat {
			break
		}
		f := v.float64()
		switch s.name {
		case "infinite", "Infinite":
			return Bool(f-f != 0 && f == f), true, nil
		case "naN", "NaN":
			return Bool(f != f), true, nil
		}
	case *Map:
		out, ok := o.get(s.key)
		return out, ok, nil
	case *List:
		if o.array == noArray && (s.name == "empty" || s.name == "Empty") {
			return Bool(o.Len() == 0), true, nil
		}
	case *mapView:
		if s.name == "empty" || s.name == "Empty" {
			return Bool(o.m.Len() == 0), true, nil
		}
	case *mapEntry:
		switch s.name {
		case "key", "Key":
			return o.key, true, nil
		case "value", "Value":
			return o.value(), true, nil
		}
	case *loop:
		out, ok := o.property(s.name)
		return out, ok, nil
	case Host:
		out, ok := o.Property(s.name)
		return out, ok, nil
	}
	return Null, false, nil
}

// index returns v[key].
func (e *Env) index(v, key Value) (Value, bool, error) {
	if i, ok := key.AsInt(); ok && key.kind == KindInt && i < 0 {
		n, ok := length(v)
		if !ok {
			if x, ok := v.ref.(Indexer); ok {
				return x.Index(key)
			}
			return Null, false, fmt.Errorf("found the index %d of a value without a size, expected a list", i)
		}
		key = Int(int32(int64(n) + i))
	}
	switch o := v.ref.(type) {
	case *List:
		if !fitsInt(key) {
			return Null, false, nil
		}
		i := int64(key.num)
		if err := inRange(i, o.Len()); err != nil {
			return Null, false, err
		}
		if err := o.usable(); err != nil {
			return failure(err)
		}
		return o.At(int(i)), true, nil
	case *Map:
		out, ok := o.get(key)
		return out, ok, nil
	case *loop:
		if o.entries != nil {
			out, ok := o.entries.get(key)
			return out, ok, nil
		}
	case Host:
		return e.indexHost(v, key)
	}
	return Null, false, nil
}

func (e *Env) indexHost(v, key Value) (Value, bool, error) {
	if x, ok := v.ref.(Indexer); ok {
		return x.Index(key)
	}
	return Null, false, nil
}

// length returns the number of elements of what has a size method.
func length(v Value) (int, bool) {
	switch o := v.ref.(type) {
	case *List:
		return o.Len(), true
	case *Map:
		return o.Len(), true
	case *mapView:
		return o.m.Len(), true
	case *loop:
		if o.entries == nil {
			return 0, true
		}
		return o.entries.Len(), true
	}
	return 0, false
}

func fitsInt(v Value) bool { return v.kind >= KindByte && v.kind <= KindInt }

// inRange fails if i is not the place of one of n elements.
func inRange(i int64, n int) error {
	if i < 0 || i >= int64(n) {
		return rangeError(i, n)
	}
	return nil
}

func rangeError(i int64, n int) error {
	if n == 0 {
		return fmt.Errorf("found the index %d of an empty list, expected none", i)
	}
	return fmt.Errorf("found the index %d, expected one from 0 to %d", i, n-1)
}

// setProperty is #set($v.name = x).
func (e *Env) setProperty(v Value, s *step, x Value) error {
	switch o := v.ref.(type) {
	case *Map:
		return e.putEntry(o, s.key, x)
	case *mapEntry:
		if s.name == "value" || s.name == "Value" {
			o.val = x
			o.m.put(o.key, x)
		}
	case *loop:
		o.put(s.key, x)
	case Setter:
		return o.Set(s.key, x)
	}
	return nil
}

// setIndex is #set($v[key] = x).
func (e *Env) setIndex(v, key, x Value) error {
	if i, ok := key.AsInt(); ok && key.kind == KindInt && i < 0 {
		n, ok := length(v)
		if !ok {
			return fmt.Errorf("found the index %d of a value without a size, expected a list", i)
		}
		key = Int(int32(int64(n) + i))
	}
	switch o := v.ref.(type) {
	case *List:
		if !fitsInt(key) {
			return nil
		}
		_, err := e.setElement(o, int64(key.num), x)
		return err
	case *Map:
		return e.putEntry(o, key, x)
	case *loop:
		o.put(key, x)
	case Setter:
		return o.Set(key, x)
	}
	return nil
}

var errElementType = errors.New("found a value of another type than the array's, expected one of its own")

// setElement replaces the element at i and returns the old one.
func (e *Env) setElement(l *List, i int64, x Value) (Value, error) {
	if err := inRange(i, l.Len()); err != nil {
		return Null, err
	}
	if err := l.usable(); err != nil {
		return Null, err
	}
	want := KindNull
	switch l.array {
	case stringArray:
		want = KindString
	case charArray:
		want = KindChar
	case byteArray:
		want = KindByte
	}
	if want != KindNull && x.kind != want && (x.kind != KindNull || want != KindString) {
		return Null, errElementType
	}
	old := l.At(int(i))
	l.Set(int(i), x)
	return old, nil
}

// putEntry sets an entry within the limits.
func (e *Env) putEntry(m *Map, key, x Value) error {
	const bytes = 128 // of an entry, roughly
	if err := e.grow(bytes); err != nil {
		return err
	}
	if m.Len() >= e.max.Elements {
		if _, ok := m.get(key); !ok {
			return limitError{"a map", e.max.Elements, "entries"}
		}
	}
	if _, simple := simpleKey(key); !simple {
		if err := e.work(m.Len()); err != nil {
			return err
		}
	}
	m.put(key, x)
	return nil
}

// addElement puts x before the element at i.
func (e *Env) addElement(l *List, i int, x Value) error {
	const bytes = 64 // of an element, roughly
	if err := e.grow(bytes); err != nil {
		return err
	}
	if l.Len() >= e.max.Elements {
		return limitError{"a list", e.max.Elements, "elements"}
	}
	if err := e.work((l.Len() - i) / 16); err != nil {
		return err
	}
	return l.insert(i, x)
}

// call returns v.name(args). Without a method for these arguments there is no
// result, but one that takes none fails if there are some.
func (e *Env) call(v Value, s *step, args []Value) (Value, bool, error) {
	if v.kind == KindObject {
		if h, ok := v.ref.(Host); ok {
			return h.Call(s.name, args)
		}
	}
	if s.calls == nil {
		return Null, false, nil
	}
	if l, ok := v.ref.(*List); ok && l.from != nil {
		if err := l.usable(); err != nil {
			return failure(err)
		}
	}
	set := s.calls[typeOf(v)]
	takesNone := false
	for i := range set {
		m := &set[i]
		if m.accepts(args) {
			return m.fn(e, v, args)
		}
		takesNone = takesNone || len(m.params) == 0
	}
	if takesNone {
		return Null, false, fmt.Errorf("found %d arguments of %s, expected none", len(args), s.name)
	}
	return Null, false, nil
}
