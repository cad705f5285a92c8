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

// A LeafSource is a MapSource that can go down several levels at once.
type LeafSource interface {
	// Leaf returns what the names lead to, one level each. It knows this only if
	// a template has had none of the lists and maps on the way, and the end is
	// neither.
	Leaf(names []string) (v Value, ok, known bool)

	// AppendLeaf appends the printed form of what the names lead to, or nothing
	// if they lead nowhere, if Leaf would know it.
	AppendLeaf(dst []byte, names []string) (out []byte, known bool)
}

// A JSONAppender is a ListSource or MapSource that can print itself as compact
// JSON. It is used as long as no template has touched the containers in it, and
// must give what AppendJSON gives for the same values.
type JSONAppender interface {
	AppendJSON(dst []byte) []byte
}
