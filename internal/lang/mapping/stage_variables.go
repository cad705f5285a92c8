package mapping

import (
	"slices"

	"postern/internal/lang/vtl"
)

// stageVariables is $stageVariables. A Go map has no order, so that of the names
// stands in for the order of entry.
type stageVariables struct {
	vars  map[string]string
	names []string // sorted; empty until a template lists them
	hash  vtl.Map  // what templates have of it
}

// reset makes v the map of vars and keeps the memory.
func (v *stageVariables) reset(vars map[string]string) *vtl.Map {
	clear(v.names)
	v.vars, v.names = vars, v.names[:0]
	v.hash.Reset(vtl.Hashed, v)
	return &v.hash
}

// Len returns the number of variables.
func (v *stageVariables) Len() int { return len(v.vars) }

// Get returns the variable called name.
func (v *stageVariables) Get(name string) (vtl.Value, bool) {
	s, ok := v.vars[name]
	return vtl.String(s), ok
}

// Entry returns the variable at i.
func (v *stageVariables) Entry(i int) (string, vtl.Value) {
	if len(v.names) == 0 {
		for name := range v.vars {
			v.names = append(v.names, name)
		}
		slices.Sort(v.names)
	}
	return v.names[i], vtl.String(v.vars[v.names[i]])
}
