package vtl

import "errors"

var (
	errView    = errors.New("found an addition to a view of a map, expected put on the map")
	errNull    = errors.New("found a null argument, expected a value")
	errCompare = errors.New("found an argument of another type, expected the type of the value it is compared with")
)

// mapMethods are the methods of maps.
var mapMethods = with(objectMethods, methodTable{
	"size": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Int(int32(v.ref.(*Map).Len())), true, nil
	}}},
	"isEmpty": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Bool(v.ref.(*Map).Len() == 0), true, nil
	}}},
	"get": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		out, err := e.entryOf(v, a[0])
		if err != nil {
			return failure(err)
		}
		return result(out)
	}}},
	"getOrDefault": {{params: []param{anything, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		if out, ok := v.ref.(*Map).get(a[0]); ok {
			return result(out)
		}
		return result(a[1])
	}}},
	"put": {{params: []param{anything, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		old, err := e.entryOf(v, a[0])
		if err == nil {
			err = e.putEntry(v.ref.(*Map), a[0], a[1])
		}
		if err != nil {
			return failure(err)
		}
		return result(old)
	}}},
	"putAll": {{params: []param{aMap}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		from := a[0].AsMap()
		if from == nil {
			return failure(errNull)
		}
		m := v.ref.(*Map)
		if m == from {
			return void, true, nil
		}
		var err error
		from.Range(func(k, x Value) bool {
			err = e.putEntry(m, k, x)
			return err == nil
		})
		return void, true, err
	}}},
	"putIfAbsent": {{params: []param{anything, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		old, err := e.entryOf(v, a[0])
		if err != nil {
			return failure(err)
		}
		if old.kind != KindNull {
			return old, true, nil
		}
		return Null, false, e.putEntry(v.ref.(*Map), a[0], a[1])
	}}},
	"replace": {
		{params: []param{anything, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			m := v.ref.(*Map)
			old, ok := m.get(a[0])
			if !ok {
				return Null, false, nil
			}
			m.put(a[0], a[1])
			return result(old)
		}},
		{params: []param{anything, anything, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			m := v.ref.(*Map)
			old, ok := m.get(a[0])
			if !ok {
				return Bool(false), true, nil
			}
			same, err := e.equal(old, a[1])
			if same && err == nil {
				m.put(a[0], a[2])
			}
			return Bool(same), true, err
		}},
	},
	"remove": {
		{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			m := v.ref.(*Map)
			old, _ := m.remove(a[0])
			if err := e.work(m.Len()); err != nil {
				return failure(err)
			}
			return result(old)
		}},
		{params: []param{anything, anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
			m := v.ref.(*Map)
			old, ok := m.get(a[0])
			if !ok {
				return Bool(false), true, nil
			}
			same, err := e.equal(old, a[1])
			if same && err == nil {
				m.remove(a[0])
				err = e.work(m.Len())
			}
			return Bool(same), true, err
		}},
	},
	"containsKey": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		_, ok := v.ref.(*Map).get(a[0])
		return Bool(ok), true, nil
	}}},
	"containsValue": {{params: []param{anything}, fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		i, err := e.find(&mapView{v.ref.(*Map), vals}, a[0], false)
		return Bool(i >= 0), true, err
	}}},
	"clone": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		m := v.ref.(*Map)
		out := NewMap(m.style)
		var err error
		m.Range(func(k, x Value) bool {
			err = e.putEntry(out, k, x)
			return err == nil
		})
		return out.Value(), true, err
	}}},
	"keySet":   {{fn: viewMethod(keys)}},
	"values":   {{fn: viewMethod(vals)}},
	"entrySet": {{fn: viewMethod(pairs)}},
	"clear": {{fn: func(e *Env, v Value, a []Value) (Value, bool, error) {
		v.ref.(*Map).clear()
		return void, true, nil
	}}},
})

// entryOf returns the entry under key, and counts the work of a long search.
func (e *Env) entryOf(v, key Value) (Value, error) {
	m := v.ref.(*Map)
	if _, simple := simpleKey(key); !simple {
		if err := e.work(m.Len()); err != nil {
			return Null, err
		}
	}
	out, _ := m.get(key)
	return out, nil
}

func viewMethod(what viewOf) methodFunc {
	return func(e *Env, v Value, a []Value) (Value, bool, error) {
		return Value{kind: KindObject, ref: e.view(v.ref.(*Map), what)}, true, nil
	}
}
