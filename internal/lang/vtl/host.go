package vtl

// A Scope gives the variables that exist before a template runs. It is asked
// at most once per name and rendering, when the template first reads the name.
type Scope interface {
	// Variable returns the value of $name. If ok is false the variable is unset.
	Variable(name string) (v Value, ok bool)
}

// Variables is a Scope made of a Go map.
type Variables map[string]Value

// Variable returns the entry called name.
func (vs Variables) Variable(name string) (Value, bool) {
	v, ok := vs[name]
	return v, ok
}

// A Host is an object of the caller's that templates can use. Wrap it by Object.
//
// A result with ok false, like a null, is "no result": the reference prints
// nothing. An error fails the template at the position of the reference.
type Host interface {
	// Property returns $host.name.
	Property(name string) (v Value, ok bool)

	// Call returns $host.name(args). The slice belongs to the caller and is
	// reused after the call.
	Call(name string, args []Value) (v Value, ok bool, err error)

	// AppendTo appends the printed form of the host.
	AppendTo(dst []byte) []byte
}

// An Indexer is a Host that understands $host[key]. Without it an index has no
// result.
type Indexer interface {
	Index(key Value) (v Value, ok bool, err error)
}

// A Setter is a Host that can be assigned to: #set($host.key = v) and
// #set($host[key] = v). Without it such an assignment does nothing.
type Setter interface {
	Set(key, v Value) error
}

// A CallAppender is a Host that can print what some of its calls give, for a
// template that only prints it. Where ok is false, Call is asked.
type CallAppender interface {
	AppendCall(dst []byte, name string, args []Value) (out []byte, ok bool, err error)
}

// A ListSource backs a list that comes from a document and becomes a list of
// values only when a template changes it. It must not change, and must give the
// same list or map each time it is asked for one.
type ListSource interface {
	Len() int
	At(i int) Value // 0 <= i < Len()
}

// A MapSource backs a map that comes from a document, as a ListSource does a
// list. It gives the same lists and maps each time. Keys are distinct strings.
type MapSource interface {
	Len() int
	Get(key string) (v Value, ok bool)
	Entry(i int) (key string, v Value) // 0 <= i < Len(), in order of entry
}

// A Document is a tree of values to which lazy maps and lists belong: see
// Map.Bind. References go down the tree, and loops over its lists, without making
// maps and lists of what they pass, where no template has changed one. Its owner
// numbers the values as places.
type Document interface {
	// Changed reports whether Change was called.
	Changed() bool

	// Holds reports whether the list or map at a place, not what is in the lists and
	// maps in it, is as it was.
	Holds(place uint32) bool

	// Change is called before a template changes one of the lists and maps.
	Change()

	// Value returns what templates have of the value at a place: the same list
	// or map each time.
	Value(place uint32) Value

	// Walk returns the place that the names lead to, one level each, as MapSource.Get
	// would. It may not know, and does not if a map on the way has changed; then
	// others are asked. There is a hint for each name, with what Walk left there the
	// last time, or anything.
	Walk(place uint32, names []string, hints []uint32) (end uint32, ok, known bool)

	// AppendLeaf appends the printed form of what the names lead to, if Walk knows
	// it and it is neither list nor map; null and what is not there give nothing.
	AppendLeaf(dst []byte, place uint32, names []string, hints []uint32) (out []byte, known bool)

	// Elements returns the place of the first element of a list that is as it was,
	// and how many there are; Next the place of the element after the one at a place.
	Elements(place uint32) (first uint32, n int, ok bool)
	Next(place uint32) uint32
}

// A JSONAppender is a ListSource or MapSource that can print itself as compact
// JSON. It is used as long as no template has touched the containers in it, or
// has changed none of its Document, and must give what AppendJSON gives for the
// same values.
type JSONAppender interface {
	AppendJSON(dst []byte) []byte
}
