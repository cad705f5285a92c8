package jsonpath

// This file reads JSON (RFC 8259) to the tape.
//
//   - Strict: what is not JSON to the last byte is not JSON at all.
//   - Strings and numbers are checked, not converted.
//   - What needs no rewriting to be compact JSON is marked canonical, so that
//     it can be printed by copying.
//   - A key that comes again keeps its first place and gets its last value.

import (
	"bytes"
	"hash/maphash"
)

// A reader reads one value from text and adds it to the tape of d.
type reader struct {
	d    *Document
	text []byte
	pos  int
	mark flags // for every entry
	odd  int   // things seen so far that AppendJSON would write otherwise
	deep bool  // nesting is the reason of the failure
}

// A frame is an object or an array that is not yet closed.
type frame struct {
	at   int    // on the tape
	n    uint32 // contents that have ended
	odd  int    // reader.odd when it began
	seen uint64 // two bits for each key, by its hash
}

// document reads a value that fills the rest of the text.
func (r *reader) document() bool {
	r.d.stack = r.d.stack[:0]
	var top frame
	for {
		// A value, or the beginning of one.
		if !r.blanks() {
			return false
		}
		switch c := r.text[r.pos]; c {
		case '{', '[':
			if len(r.d.stack) == MaxDepth {
				r.deep = true
				return false
			}
			r.d.stack = append(r.d.stack, top)
			kind, closing := Object, byte('}')
			if c == '[' {
				kind, closing = Array, ']'
			}
			top = r.begin(kind)
			if !r.blanks() {
				return false
			}
			if r.text[r.pos] != closing {
				if kind == Object && !r.key(&top) {
					return false
				}
				continue
			}
		case '"':
			end, f := stringEnd(r.text, r.pos)
			if end == 0 {
				return false
			}
			r.scalar(String, end, f)
			top.n++
		case 't', 'f', 'n':
			end, kind := wordEnd(r.text, r.pos)
			if end == 0 {
				return false
			}
			r.scalar(kind, end, canonical)
			top.n++
		default:
			end, kind, same := numberEnd(r.text, r.pos)
			if end == 0 {
				return false
			}
			f := flags(0)
			if same {
				f = canonical
			}
			r.scalar(kind, end, f)
			top.n++
		}
		// What follows a value.
		for more := false; !more; {
			if len(r.d.stack) == 0 {
				r.blanks()
				return r.pos == len(r.text)
			}
			if !r.blanks() {
				return false
			}
			object := r.d.tape[top.at].kind == Object
			switch c := r.text[r.pos]; {
			case c == ',':
				r.pos++
				if object && (!r.blanks() || !r.key(&top)) {
					return false
				}
				more = true
			case c == '}' && object, c == ']' && !object:
				r.finish(&top)
				last := len(r.d.stack) - 1
				top, r.d.stack = r.d.stack[last], r.d.stack[:last]
				top.n++
			default:
				return false
			}
		}
	}
}

// blanks skips blanks and reports whether anything is left.
func (r *reader) blanks() bool {
	if r.pos < len(r.text) && r.text[r.pos] > ' ' {
		return true
	}
	end := blanksEnd(r.text, r.pos)
	r.odd += end - r.pos
	r.pos = end
	return end < len(r.text)
}

// scalar adds what stands between r.pos and end, and goes there.
func (r *reader) scalar(kind Kind, end int, f flags) {
	if f&canonical == 0 {
		r.odd++
	}
	at := len(r.d.tape)
	e := r.add()
	e.kind, e.flags = kind, f|r.mark
	e.start, e.end = uint32(r.pos), uint32(end)
	e.next, e.n = uint32(at+1), uint32(at+1)
	r.pos = end
}

// add adds an entry, whose fields are those of an old one. Appending an entry
// made elsewhere takes three times as long.
func (r *reader) add() *entry {
	at := len(r.d.tape)
	if at == cap(r.d.tape) {
		r.d.tape = append(r.d.tape, entry{})
	} else {
		r.d.tape = r.d.tape[:at+1]
	}
	return &r.d.tape[at]
}

// key adds the key at r.pos to the object top and goes behind its colon.
func (r *reader) key(top *frame) bool {
	if r.text[r.pos] != '"' {
		return false
	}
	end, f := stringEnd(r.text, r.pos)
	if end == 0 {
		return false
	}
	hash := uint(0)
	if f&escaped == 0 {
		hash = uint(nameHash(r.text, r.pos+1, end-1))
	} else {
		top.seen = ^uint64(0) // it may be any name
	}
	two := uint64(1)<<(hash&63) | uint64(1)<<(hash>>6&63)
	if top.seen&two == two {
		r.d.tape[top.at].flags |= dead // to be looked at when it ends
	}
	top.seen |= two
	r.scalar(keyEntry, end, f)
	if !r.blanks() || r.text[r.pos] != ':' {
		return false
	}
	r.pos++
	return true
}

// begin adds a container whose opening bracket is at r.pos.
func (r *reader) begin(kind Kind) frame {
	f := frame{at: len(r.d.tape), odd: r.odd}
	e := r.add()
	e.kind, e.flags, e.start = kind, r.mark, uint32(r.pos)
	r.pos++
	return f
}

// finish ends the container top, whose closing bracket is at r.pos.
func (r *reader) finish(top *frame) {
	r.pos++
	e := &r.d.tape[top.at]
	e.end, e.next, e.n = uint32(r.pos), uint32(len(r.d.tape)), top.n
	if e.flags&dead != 0 {
		e.flags &^= dead
		e.n -= uint32(r.repeated(r.keys(top)))
	}
	if r.odd == top.odd {
		e.flags |= canonical
	}
}

// keys returns the places of the keys of the object top.
func (r *reader) keys(top *frame) []uint32 {
	keys, at := r.d.open[:0], uint32(top.at+1)
	for range top.n {
		keys = append(keys, at)
		at = r.d.tape[at+1].next
	}
	r.d.open = keys
	return keys
}

// repeated finds keys that come again, gives their values to the first of
// them, and returns how many it has marked dead.
func (r *reader) repeated(keys []uint32) int {
	const few = 16 // up to here comparing all pairs is faster than hashing
	n := 0
	if len(keys) <= few {
		for i := 1; i < len(keys); i++ {
			for j := 0; j < i; j++ {
				if r.same(keys[i], keys[j]) {
					r.bury(keys[j], keys[i])
					n++
					break
				}
			}
		}
		return n
	}
	d, size := r.d, 1
	for size < 2*len(keys) {
		size <<= 1
	}
	if cap(d.table) < size {
		d.table = make([]uint32, size)
	}
	if d.seed == (maphash.Seed{}) {
		d.seed = maphash.MakeSeed()
	}
	table := d.table[:size] // numbers of keys from 1, by hash
	clear(table)
	for i, k := range keys {
		at := int(maphash.Bytes(d.seed, r.name(k))) & (size - 1)
		for table[at] != 0 && !r.same(k, keys[table[at]-1]) {
			at = (at + 1) & (size - 1)
		}
		if table[at] == 0 {
			table[at] = uint32(i) + 1
			continue
		}
		r.bury(keys[table[at]-1], k)
		n++
	}
	return n
}

// bury gives the value of again to first, which has the same name.
func (r *reader) bury(first, again uint32) {
	r.d.tape[first].n = r.d.tape[again].n
	r.d.tape[again].flags |= dead
	r.odd++
}

func (r *reader) same(a, b uint32) bool {
	ea, eb := &r.d.tape[a], &r.d.tape[b]
	if (ea.flags|eb.flags)&escaped == 0 {
		return ea.end-ea.start == eb.end-eb.start &&
			bytes.Equal(r.text[ea.start:ea.end], r.text[eb.start:eb.end])
	}
	return bytes.Equal(r.name(a), r.name(b))
}

// name returns the name a key stands for.
func (r *reader) name(at uint32) []byte {
	e := &r.d.tape[at]
	name := r.text[e.start+1 : e.end-1]
	if e.flags&escaped == 0 {
		return name
	}
	return appendUnescaped(nil, name)
}
