package mapping

import (
	"postern/internal/lang/vtl"
	"postern/internal/message"
)

// pairs is a map of texts for templates: each name once, in the order of its
// first pair, with the value of its last.
type pairs struct {
	list   message.Pairs
	places map[string]int // in list; nil while they are few
}

// few is up to where comparing is faster than hashing.
const few = 32

func (p *pairs) reset() {
	clear(p.list)
	p.list, p.places = p.list[:0], nil
}

// add sets the value of a name.
func (p *pairs) add(pair message.Pair) {
	if i := p.place(pair.Name); i >= 0 {
		p.list[i].Value = pair.Value
		return
	}
	p.list = append(p.list, pair)
	switch {
	case p.places != nil:
		p.places[pair.Name] = len(p.list) - 1
	case len(p.list) > few:
		p.places = make(map[string]int, 2*few)
		for i := range p.list {
			p.places[p.list[i].Name] = i
		}
	}
}

// place returns where name stands in the list, or -1.
func (p *pairs) place(name string) int {
	if p.places != nil {
		if i, ok := p.places[name]; ok {
			return i
		}
		return -1
	}
	for i := range p.list {
		if p.list[i].Name == name {
			return i
		}
	}
	return -1
}

// Len returns the number of names.
func (p *pairs) Len() int { return len(p.list) }

// Get returns the value of a name.
func (p *pairs) Get(name string) (vtl.Value, bool) {
	if i := p.place(name); i >= 0 {
		return vtl.String(p.list[i].Value), true
	}
	return vtl.Null, false
}

// Entry returns the pair at i.
func (p *pairs) Entry(i int) (string, vtl.Value) {
	return p.list[i].Name, vtl.String(p.list[i].Value)
}
