package vtl

import "slices"

// A Style says how a Map orders and prints its entries.
type Style uint8

const (
	Ordered Style = 0         // entries keep the order of entry; prints as {k=v, k2=v2}
	Hashed  Style = 1 << iota // entries are in the order of a Java hash map
	Silent                    // the map prints nothing
)

// A Map is a map that templates can change. Keys keep their type. Its zero
// value is an empty map in order of entry. A map is not safe for concurrent use.
type Map struct {
	style   Style
	entries []entry        // in order of entry
	index   map[mapKey]int // entry of a simple key; nil in small maps
	mods    int            // how often an entry came or went
	order   []int          // of entries, for Hashed; empty when it has to be found
	table   int            // buckets of the hash table that Java would have; never shrinks

	// Where src is set, entries come from there.
	src     MapSource
	touched bool     // a template has had a list or map from src
	doc     Document // of src; nil for none
	place   uint32   // in doc
}

type entry struct{ key, val Value }

// A mapKey is a key that Go can compare: a string, an integer, a boolean.
type mapKey struct {
	kind Kind
	num  uint64
	str  string
}

// smallMap is how many entries are searched one by one.
const smallMap = 12

// NewMap returns an empty map.
func NewMap(style Style) *Map { return &Map{style: style} }

// LazyMap returns a map that asks src for an entry when a template asks for it.
func LazyMap(src MapSource, style Style) *Map { return &Map{src: src, style: style} }

// Reset makes m an empty map again, or with src a lazy one, and keeps its
// memory. What a template had of m must not be used any more.
func (m *Map) Reset(style Style, src MapSource) {
	if len(m.entries) > 0 {
		clear(m.entries)
		m.entries = m.entries[:0]
	}
	if m.index != nil {
		m.index = nil
	}
	m.style, m.src, m.touched, m.mods, m.table = style, src, false, 0, 0
	m.order = m.order[:0]
	m.doc, m.place = nil, 0
}

// Bind makes the lazy map m that of a place in doc.
func (m *Map) Bind(doc Document, place uint32) { m.doc, m.place = doc, place }

// release ends what binds m to its document, since it is about to change.
func (m *Map) release() {
	if m.doc != nil {
		m.doc.Change()
		m.doc = nil
	}
}

// IsLazy reports whether m still asks its source: no template has changed it.
func (m *Map) IsLazy() bool { return m.src != nil }

// Value returns m as a value.
func (m *Map) Value() Value { return Value{kind: KindMap, ref: m} }

// Len returns the number of entries.
func (m *Map) Len() int {
	if m.src != nil {
		return m.src.Len()
	}
	return len(m.entries)
}

// Get returns the entry whose key is the string key.
func (m *Map) Get(key string) (Value, bool) {
	if m.src != nil {
		v, ok := m.src.Get(key)
		m.touched = m.touched || v.kind == KindList || v.kind == KindMap
		return v, ok
	}
	if m.index != nil {
		return m.get(String(key))
	}
	for i := range m.entries {
		if e := &m.entries[i]; e.key.kind == KindString && e.key.str() == key {
			return e.val, true
		}
	}
	return Null, false
}

// Put sets the entry whose key is the string key.
func (m *Map) Put(key string, v Value) { m.put(String(key), v) }

// Delete removes the entry whose key is the string key, if there is one.
func (m *Map) Delete(key string) { m.remove(String(key)) }

// Range calls yield for each entry, in the order of m, until it returns false.
// The map must not change meanwhile.
func (m *Map) Range(yield func(key, v Value) bool) {
	if m.src == nil && (m.style&Hashed == 0 || len(m.entries) == 1) {
		for i := 0; i < len(m.entries); i++ { // a block that is printed can change them
			if e := m.entries[i]; !yield(e.key, e.val) {
				return
			}
		}
		return
	}
	for i := 0; i < m.Len(); i++ {
		e := m.entry(i)
		if !yield(e.key, e.val) {
			return
		}
	}
}

// entry returns entry number i in the order of m. It is empty if there is none.
func (m *Map) entry(i int) entry {
	if i >= m.Len() {
		return entry{}
	}
	if m.style&Hashed != 0 {
		if m.own(); len(m.entries) > 1 {
			i = m.hashOrder()[i]
		}
		return m.entries[i]
	}
	if m.src != nil {
		k, v := m.src.Entry(i)
		m.touched = m.touched || v.kind == KindList || v.kind == KindMap
		return entry{String(k), v}
	}
	return m.entries[i]
}

// key returns the key of entry number i in the order of m.
func (m *Map) key(i int) Value {
	if m.src == nil || m.style&Hashed != 0 || i >= m.src.Len() {
		return m.entry(i).key
	}
	k, v := m.src.Entry(i)
	m.touched = m.touched || v.kind == KindList || v.kind == KindMap
	return String(k)
}

// get returns the entry under key. A null in it is a value as well.
func (m *Map) get(key Value) (Value, bool) {
	if m.src != nil {
		if key.kind != KindString {
			return Null, false
		}
		return m.Get(key.str())
	}
	if i := m.find(key); i >= 0 {
		return m.entries[i].val, true
	}
	return Null, false
}

// put sets the entry under key and returns the former value.
func (m *Map) put(key, v Value) (old Value, had bool) {
	m.own()
	if i := m.find(key); i >= 0 {
		old = m.entries[i].val
		m.entries[i].val = v
		return old, true
	}
	m.add(key, v)
	m.mods++
	return Null, false
}

// add appends an entry.
func (m *Map) add(key, v Value) {
	m.entries = append(m.entries, entry{key, v})
	m.order = m.order[:0]
	m.resize()
	switch {
	case m.index != nil:
		if k, ok := simpleKey(key); ok {
			m.index[k] = len(m.entries) - 1
		}
	case len(m.entries) > smallMap:
		m.reindex()
	}
}

// remove takes the entry under key out.
func (m *Map) remove(key Value) (old Value, had bool) {
	m.own()
	i := m.find(key)
	if i < 0 {
		return Null, false
	}
	old = m.entries[i].val
	m.removeAt(i)
	return old, true
}

func (m *Map) removeAt(i int) {
	copy(m.entries[i:], m.entries[i+1:])
	last := len(m.entries) - 1
	m.entries[last] = entry{}
	m.entries = m.entries[:last]
	m.order = m.order[:0]
	m.mods++
	if m.index != nil {
		m.reindex()
	}
}

func (m *Map) clear() {
	m.release()
	m.src, m.entries, m.index, m.order = nil, nil, nil, nil
	m.mods++
}

// own takes all entries from the source.
func (m *Map) own() {
	if m.src == nil {
		return
	}
	m.release()
	src := m.src
	m.src, m.entries, m.index, m.order = nil, slices.Grow(m.entries[:0], src.Len()), nil, m.order[:0]
	for i := range src.Len() {
		k, v := src.Entry(i)
		m.add(String(k), v)
	}
}

// find returns the place of key in entries, or -1.
func (m *Map) find(key Value) int {
	if key.kind == KindString && m.index == nil {
		name := key.str()
		for i := range m.entries {
			if k := &m.entries[i].key; k.kind == KindString && k.str() == name {
				return i
			}
		}
		return -1
	}
	if k, ok := simpleKey(key); ok && m.index != nil {
		if i, ok := m.index[k]; ok {
			return i
		}
		return -1
	}
	for i := range m.entries {
		if equals(m.entries[i].key, key) {
			return i
		}
	}
	return -1
}

func (m *Map) reindex() {
	m.index = make(map[mapKey]int, 2*len(m.entries))
	for i := range m.entries {
		if k, ok := simpleKey(m.entries[i].key); ok {
			m.index[k] = i
		}
	}
}

// simpleKey returns the key that stands for v, if values equal to v have the
// same one and others do not.
func simpleKey(v Value) (mapKey, bool) {
	switch v.kind {
	case KindString, KindNull, KindBool, KindByte, KindShort, KindInt, KindLong, KindChar:
		return mapKey{v.kind, v.num, v.str()}, true
	}
	return mapKey{}, false
}

// untouched is List.untouched for maps.
func (m *Map) untouched() (JSONAppender, bool) {
	if m.src == nil || m.style != Ordered {
		return nil, false
	}
	if m.doc == nil && m.touched || m.doc != nil && m.doc.Changed() {
		return nil, false
	}
	a, ok := m.src.(JSONAppender)
	return a, ok
}

// A mapView is a key set, a value collection or an entry set. It follows the
// map.
type mapView struct {
	m    *Map
	what viewOf
}

type viewOf uint8

const (
	keys viewOf = iota
	vals
	pairs
)

// at returns element i of the view.
func (w *mapView) at(i int) Value {
	if w.what == keys {
		return w.m.key(i)
	}
	e := w.m.entry(i)
	if w.what == vals {
		return e.val
	}
	return Value{kind: KindObject, ref: &mapEntry{m: w.m, key: e.key, val: e.val}}
}

// A mapEntry is an element of an entry set.
type mapEntry struct {
	m        *Map
	key, val Value
}

// value returns the value in the map, or the last one if the entry is gone.
func (e *mapEntry) value() Value {
	if v, ok := e.m.get(e.key); ok {
		e.val = v
	}
	return e.val
}
