package jsonpath

// This file is for callers who go through a document step by step and want no
// Node of each: places are numbers that belong to one document.

// Place returns the place of n in its document.
func (n Node) Place() uint32 { return n.at }

// Node returns the value at a place.
func (d *Document) Node(place uint32) Node { return Node{d, place} }

// Walk returns what the names lead to from a place on, one member each. It is
// not known where a name is asked of what is no object of the payload.
//
// The hints are one for each name. They remember where in an object a name was
// found, since the objects of a list mostly have the same members in the same
// order, and can hold anything.
func (d *Document) Walk(place uint32, names []string, hints []uint32) (end uint32, ok, known bool) {
	hints = hints[:len(names)]
	for i, name := range names {
		e := &d.tape[place]
		if e.kind != Object || e.flags&(made|aux) != 0 {
			return 0, false, false
		}
		if k := uint(place) + uint(hints[i]); k < uint(len(d.tape)) {
			k := &d.tape[k]
			if k.kind == keyEntry && k.next == place && k.flags&(dead|escaped) == 0 &&
				string(d.text[k.start+1:k.end-1]) == name {
				place = k.n
				continue
			}
		}
		key, found := d.ownKey(place, name)
		if !found {
			return 0, false, true
		}
		hints[i] = key - place
		place = d.tape[key].n
	}
	return place, true, true
}

// Elements returns the place of the first element of an array of the payload,
// and how many there are.
func (d *Document) Elements(place uint32) (first uint32, n int, ok bool) {
	e := &d.tape[place]
	return place + 1, int(e.n), e.kind == Array && e.flags&made == 0
}

// Next returns the place of the element after the one at a place.
func (d *Document) Next(place uint32) uint32 { return d.tape[place].next }

// AppendLeaf appends the printed form of what is no array and no object.
func (d *Document) AppendLeaf(dst []byte, place uint32) (out []byte, ok bool) {
	e := &d.tape[place]
	switch {
	case e.kind == String && e.flags&(escaped|aux) == 0 && d.json:
		return append(dst, d.text[e.start+1:e.end-1]...), true
	case e.kind >= Array:
		return dst, false
	case e.kind == Null:
		return dst, true
	}
	return d.appendText(dst, place), true
}
