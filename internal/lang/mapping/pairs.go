package mapping

import (
	"slices"

	"postern/internal/lang/vtl"
	"postern/internal/message"
)

// pairs is a map of texts for templates: each name once, in the order of its
// first pair, with the value of its last.
type pairs []message.Pair

// newPairs makes a map of the n pairs that at gives.
func newPairs(n int, at func(int) message.Pair) *pairs {
	const few = 32 // up to here comparing is faster than hashing
	p := make(pairs, 0, n)
	var places map[string]int
	if n > few {
		places = make(map[string]int, n)
	}
	for i := range n {
		pair := at(i)
		place, ok := places[pair.Name]
		if places == nil {
			place = slices.IndexFunc(p, func(q message.Pair) bool { return q.Name == pair.Name })
			ok = place >= 0
		}
		if ok {
			p[place].Value = pair.Value
			continue
		}
		if places != nil {
			places[pair.Name] = len(p)
		}
		p = append(p, pair)
	}
	return &p
}

// Len returns the number of names.
func (p *pairs) Len() int { return len(*p) }

// Get returns the value of a name.
func (p *pairs) Get(name string) (vtl.Value, bool) {
	v, ok := message.Pairs(*p).Last(name)
	return vtl.String(v), ok
}

// Entry returns the pair at i.
func (p *pairs) Entry(i int) (string, vtl.Value) {
	return (*p)[i].Name, vtl.String((*p)[i].Value)
}
