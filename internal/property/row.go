package property

// A Row is one property of a noun.
type Row struct {
	Name    string   // camelCase, as the control plane's JSON has it
	Names   Names    // the irregular spellings
	Value   Value    // bound to the field
	Is      Flags    // Required, CreateOnly, …
	Default string   // as text; what an absent property means
	For     []string // integration types the row matters to; empty: all
	Patch   Ops      // operations of an update; zero: none documented
	Doc     string   // one or two sentences
}

// A List is the rows of one noun in reading order.
type List []Row

// Flags say what may be done with a property.
type Flags uint8

const (
	Required   Flags = 1 << iota // must be given
	CreateOnly                   // a change means a new resource
	ReadOnly                     // set by the gateway
	WriteOnly                    // accepted and never returned
	Deprecated                   // works, with a warning
	Secret                       // never shown
	Unordered                    // a list whose order means nothing
	Always                       // written even when it is zero
)

// Ops are the operations that an update may use on a property's path.
type Ops uint8

const (
	Add Ops = 1 << iota
	Replace
	Remove
)

// Find returns the row that surface s calls name.
func (l List) Find(s *Surface, name string) (*Row, bool) {
	for i := range l {
		if n := s.NameOf(&l[i]); n != "" && n == name {
			return &l[i], true
		}
	}
	return nil, false
}

// ByName returns the row called name in the control plane's spelling.
func (l List) ByName(name string) (*Row, bool) {
	for i := range l {
		if l[i].Name == name {
			return &l[i], true
		}
	}
	return nil, false
}
