package vtl

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
	entries []entry
	src     MapSource // entries are still there
}

type entry struct{ key, val Value }

// NewMap returns an empty map.
func NewMap(style Style) *Map { return &Map{style: style} }

// LazyMap returns a map that asks src for an entry when a template asks for it.
func LazyMap(src MapSource, style Style) *Map { return &Map{src: src, style: style} }

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
func (m *Map) Get(key string) (Value, bool) { return Null, false }

// Put sets the entry whose key is the string key.
func (m *Map) Put(key string, v Value) {}

// Range calls yield for each entry, in the order of m, until it returns false.
// The map must not change meanwhile.
func (m *Map) Range(yield func(key, v Value) bool) {
	for _, e := range m.entries {
		if !yield(e.key, e.val) {
			return
		}
	}
}
