package mapping

import (
	"maps"
	"slices"

	"postern/internal/lang/vtl"
)

// stageVariables is $stageVariables. A Go map has no order, so that of the names
// stands in for the order of entry.
type stageVariables struct {
	vars  map[string]string
	names []string // sorted; nil until a template lists them
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
	if v.names == nil {
		v.names = slices.Sorted(maps.Keys(v.vars))
	}
	return v.names[i], vtl.String(v.vars[v.names[i]])
}
