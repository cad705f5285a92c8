package vtl

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"unicode/utf16"
)

// collection is what lists, arrays and map views have in common.
type collection interface {
	Len() int
	At(i int) Value
}

func (w *mapView) Len() int       { return w.m.Len() }
func (w *mapView) At(i int) Value { return w.at(i) }

// contains reports whether v is an element of the view.
func (w *mapView) contains(v Value) bool {
	switch w.what {
	case keys:
		_, ok := w.m.get(v)
		return ok
	case pairs:
		e, ok := v.ref.(*mapEntry)
		if !ok {
			return false
		}
		mine, ok := w.m.get(e.key)
		return ok && equals(mine, e.value())
	}
	for i, n := 0, w.m.Len(); i < n; i++ {
		if equals(w.at(i), v) {
			return true
		}
	}
	return false
}

// find returns the place of v among the elements, or -1.
func (e *Env) find(c collection, v Value, last bool) (int, error) {
	n := c.Len()
	if err := e.work(n); err != nil {
		return -1, err
	}
	for i := range n {
		at := i
		if last {
			at = n - 1 - i
		}
		x := c.At(at)
		if x.kind != v.kind {
			continue
		}
		same, err := e.equal(v, x)
		if err != nil {
			return -1, err
		}
		if same {
			return at, nil
		}
	}
	return -1, nil
}

// elements returns the collection that v is.
func elements(v Value) (collection, bool) {
	switch o := v.ref.(type) {
	case *List:
		return o, true
	case *mapView:
		return o, true
	}
	return nil, false
}

// collected returns the collection that an argument is, which must not be null.
func collected(v Value) (collection, error) {
	c, ok := elements(v)
	if !ok {
		return nil, errNull
	}
	return c, nil
}

// collectionMethods are those of lists, arrays and map views.
var collectionMethods = with(objectMethods, methodTable{
	"size": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		c, _ := elements(v)
		return Int(int32(c.Len())), true, nil
	}}},
	"isEmpty": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		c, _ := elements(v)
		return Bool(c.Len() == 0), true, nil
	}}},
	"contains": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if w, ok := v.ref.(*mapView); ok && w.what == keys {
			return Bool(w.contains(a[0])), true, nil
		}
		c, _ := elements(v)
		i, err := e.find(c, a[0], false)
		return Bool(i >= 0), true, err
	}}},
	"containsAll": {{params: []param{aCollection}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		mine, _ := elements(v)
		c, err := collected(a[0])
		if err != nil {
			return failure(err)
		}
		for i, n := 0, c.Len(); i < n; i++ {
			at, err := e.find(mine, c.At(i), false)
			if err != nil {
				return failure(err)
			}
			if at < 0 {
				return Bool(false), true, nil
			}
		}
		return Bool(true), true, nil
	}}},
	"iterator": {{fn: newIterator}},
	"toArray": {{params: []param{anything}, rest: true, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		c, _ := elements(v)
		n := c.Len()
		if len(a) == 1 && a[0].kind == KindNull {
			return failure(errNull)
		}
		if err := e.growElements(n); err != nil {
			return failure(err)
		}
		out := make([]Value, max(n, len(a)))
		copy(out, a) // arguments are an array to fill
		for i := range n {
			out[i] = c.At(i)
		}
		if n < len(a) {
			out[n] = Null
		}
		return newArray(objectArray, out), true, nil
	}}},
})

// growElements counts the memory of n elements.
func (e *Env) growElements(n int) error {
	const bytes = 64 // of an element, roughly
	if err := e.work(n / 16); err != nil {
		return err
	}
	return e.grow(bytes * n)
}

func newIterator(e *Env, v Value, a []Value) (Value, bool, error) {
	var it iterator
	e.iterate(&it, v)
	return Value{kind: KindObject, ref: &iteratorObject{iterator: it}}, true, nil
}

// sequenceMethods are those of lists and arrays.
var sequenceMethods = with(collectionMethods, methodTable{
	"get": {{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		l := v.ref.(*List)
		i := int64(a[0].num)
		if err := inRange(i, l.Len()); err != nil {
			return failure(err)
		}
		return result(l.At(int(i)))
	}}},
	"set": {{params: []param{aInt, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		old, err := e.setElement(v.ref.(*List), int64(a[0].num), a[1])
		if err != nil {
			return failure(err)
		}
		return result(old)
	}}},
	"add": {
		{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := v.ref.(*List)
			return Bool(true), true, e.addElement(l, l.Len(), a[0])
		}},
		{params: []param{aInt, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := v.ref.(*List)
			if err := insertRange(a[0], l); err != nil {
				return failure(err)
			}
			return void, true, e.addElement(l, int(int64(a[0].num)), a[1])
		}},
	},
	"addAll": {
		{params: []param{aCollection}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := v.ref.(*List)
			return e.addAll(l, l.Len(), a[0])
		}},
		{params: []param{aInt, aCollection}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := v.ref.(*List)
			if err := insertRange(a[0], l); err != nil {
				return failure(err)
			}
			return e.addAll(l, int(int64(a[0].num)), a[1])
		}},
	},
	"remove": {
		{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := v.ref.(*List)
			i := int64(a[0].num)
			if err := inRange(i, l.Len()); err != nil {
				return failure(err)
			}
			old := l.At(int(i))
			if err := e.removeElement(l, int(i)); err != nil {
				return failure(err)
			}
			return result(old)
		}},
		{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := v.ref.(*List)
			i, err := e.find(l, a[0], false)
			if err != nil || i < 0 {
				return Bool(false), true, err
			}
			return Bool(true), true, e.removeElement(l, i)
		}},
	},
	"removeAll": {{params: []param{aCollection}, fn: keepElements(false)}},
	"retainAll": {{params: []param{aCollection}, fn: keepElements(true)}},
	"indexOf": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		i, err := e.find(v.ref.(*List), a[0], false)
		return Int(int32(i)), true, err
	}}},
	"lastIndexOf": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		i, err := e.find(v.ref.(*List), a[0], true)
		return Int(int32(i)), true, err
	}}},
	"subList": {{params: []param{aInt, aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		l := v.ref.(*List)
		begin, end := int64(a[0].num), int64(a[1].num)
		if begin < 0 || end > int64(l.Len()) || begin > end {
			return failure(fmt.Errorf("found subList from %d to %d, expected places from 0 to %d", begin, end, l.Len()))
		}
		if err := e.nest(l); err != nil {
			return failure(err)
		}
		return l.view(int(begin), int(end)).Value(), true, nil
	}}},
	"sort": {{params: []param{anything}, fn: sortList}},
	"clear": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		l := v.ref.(*List)
		if err := e.work(l.Len()); err != nil {
			return failure(err)
		}
		return void, true, l.clear()
	}}},
	"listIterator": {
		{fn: newIterator},
		{params: []param{aInt}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			l := v.ref.(*List)
			if err := insertRange(a[0], l); err != nil {
				return failure(err)
			}
			var it iterator
			e.iterate(&it, v)
			it.i = int(int64(a[0].num))
			return Value{kind: KindObject, ref: &iteratorObject{iterator: it}}, true, nil
		}},
	},
})

// nest fails where views of views of a list are too many.
func (e *Env) nest(l *List) error {
	for n := 0; l.from != nil; l = l.from {
		if n++; n >= e.max.Depth {
			return limitError{"nested views of a list", e.max.Depth, "levels"}
		}
	}
	return nil
}

// insertRange fails if nothing can be inserted at place i of l.
func insertRange(i Value, l *List) error {
	if n := int64(i.num); n < 0 || n > int64(l.Len()) {
		return fmt.Errorf("found the index %d, expected one from 0 to %d", n, l.Len())
	}
	return nil
}

func (e *Env) addAll(l *List, at int, from Value) (Value, bool, error) {
	c, err := collected(from)
	if err != nil {
		return failure(err)
	}
	more := make([]Value, 0, 16)
	n := c.Len()
	if l.Len()+n > e.max.Elements {
		return failure(limitError{"a list", e.max.Elements, "elements"})
	}
	if err := e.growElements(n); err != nil {
		return failure(err)
	}
	for i := range n {
		more = append(more, c.At(i))
	}
	if l.array != noArray {
		if n == 0 {
			return Bool(false), true, nil
		}
		return failure(errFixedLength)
	}
	if l.from != nil {
		for i, v := range more {
			if err := e.addElement(l, at+i, v); err != nil {
				return failure(err)
			}
		}
		return Bool(n > 0), true, nil
	}
	if err := e.work((l.Len() - at) / 16); err != nil {
		return failure(err)
	}
	l.own()
	tail := append([]Value(nil), l.elems[at:]...)
	l.elems = append(append(l.elems[:at], more...), tail...)
	l.mods++
	return Bool(n > 0), true, nil
}

func (e *Env) removeElement(l *List, i int) error {
	if err := e.work((l.Len() - i) / 16); err != nil {
		return err
	}
	return l.remove(i)
}

// keepElements makes removeAll and retainAll.
func keepElements(those bool) methodFunc {
	return func(e *Env, v Value, a []Value) (Value, bool, error) {
		l := v.ref.(*List)
		c, err := collected(a[0])
		if err != nil {
			return failure(err)
		}
		changed := false
		for i := l.Len() - 1; i >= 0; i-- {
			at, err := e.find(c, l.At(i), false)
			if err != nil {
				return failure(err)
			}
			if (at >= 0) == those {
				continue
			}
			changed = true
			if err := e.removeElement(l, i); err != nil {
				return failure(err)
			}
		}
		return Bool(changed), true, nil
	}
}

// listMethods are the methods of lists.
var listMethods = with(sequenceMethods, methodTable{
	"clone": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		l := v.ref.(*List)
		if l.from != nil {
			return Null, false, nil
		}
		if err := e.growElements(l.Len()); err != nil {
			return failure(err)
		}
		return (&List{elems: l.values(), json: l.json}).Value(), true, nil
	}}},
	"toJSONString": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if !v.ref.(*List).json {
			return Null, false, nil
		}
		s, err := e.textOf(v)
		return String(s), true, err
	}}},
})

// sortList sorts by the order that the elements have in Java, where no Comparator
// is given.
func sortList(e *Env, v Value, a []Value) (Value, bool, error) {
	if a[0].kind != KindNull {
		return Null, false, nil
	}
	l := v.ref.(*List)
	elems := l.values()
	n := len(elems)
	if err := e.growElements(n); err != nil {
		return failure(err)
	}
	if err := e.work(n * bits.Len(uint(n))); err != nil {
		return failure(err)
	}
	if n > 1 {
		for i := range elems {
			if k := elems[i].kind; k != elems[0].kind || k < KindBool || k > KindString {
				return failure(errCompare)
			}
		}
	}
	slices.SortStableFunc(elems, natural)
	for i, x := range elems {
		l.Set(i, x)
	}
	if l.from == nil {
		l.mods++
	}
	return void, true, nil
}

// natural compares values of one type as compareTo does.
func natural(a, b Value) int {
	switch {
	case a.kind == KindString:
		return slices.Compare(utf16.Encode([]rune(a.str())), utf16.Encode([]rune(b.str())))
	case a.isNumber():
		return compareSame(a, b)
	}
	return cmp.Compare(a.num, b.num)
}

// arrayMethods are the methods of arrays, which print and compare by identity.
var arrayMethods = with(sequenceMethods, methodTable{
	"equals": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(v.ref == a[0].ref), true, nil
	}}},
	"hashCode": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) { return Int(0), true, nil }}},
})

// viewMethods are the methods of key sets, values and entry sets.
var viewMethods = with(collectionMethods, methodTable{
	"remove": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		w := v.ref.(*mapView)
		i, err := e.find(w, a[0], false)
		if err != nil || i < 0 {
			return Bool(false), true, err
		}
		w.m.remove(w.m.entry(i).key)
		return Bool(true), true, e.work(w.m.Len())
	}}},
	"removeAll": {{params: []param{aCollection}, fn: keepEntries(false)}},
	"retainAll": {{params: []param{aCollection}, fn: keepEntries(true)}},
	"clear": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		v.ref.(*mapView).m.clear()
		return void, true, nil
	}}},
	"add": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return failure(errView)
	}}},
	"addAll": {{params: []param{aCollection}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return failure(errView)
	}}},
})

// keepEntries makes removeAll and retainAll of views.
func keepEntries(those bool) methodFunc {
	return func(e *Env, v Value, a []Value) (Value, bool, error) {
		w := v.ref.(*mapView)
		c, err := collected(a[0])
		if err != nil {
			return failure(err)
		}
		changed := false
		for i := w.Len() - 1; i >= 0; i-- {
			at, err := e.find(c, w.at(i), false)
			if err != nil {
				return failure(err)
			}
			if (at >= 0) == those {
				continue
			}
			changed = true
			w.m.remove(w.m.key(i))
			if err := e.work(w.m.Len()); err != nil {
				return failure(err)
			}
		}
		return Bool(changed), true, nil
	}
}
