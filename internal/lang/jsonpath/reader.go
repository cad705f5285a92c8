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
	"encoding/binary"
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
	long bool  // strings mostly are
}

// A frame is an object or an array that is not yet closed.
type frame struct {
	at   int    // on the tape
	n    uint32 // contents that have ended
	odd  int    // reader.odd when it began
	seen uint64 // two bits for each key, by its hash
}

// document reads a value that fills the rest of the text. The tape of d is as it
// was if that fails.
//
// It is one long function because its state is in local variables: with fields
// and methods for each kind of value, reading takes half as long again.
func (r *reader) document() bool {
	text, i, mark, tape := r.text, r.pos, r.mark, r.d.tape
	stack, top, object := r.d.stack[:0], frame{}, false
	for {
		// A value, or the beginning of one.
		if i >= len(text) || text[i] <= ' ' {
			if i = r.skip(i); i == len(text) {
				return false
			}
		}
		kind, end, f := Kind(0), 0, canonical
		switch c := text[i]; c {
		case '{', '[':
			if len(stack) == MaxDepth {
				r.deep = true
				return false
			}
			stack = append(stack, top)
			top = frame{at: len(tape), odd: r.odd}
			object, kind = c == '{', Array
			if object {
				kind = Object
			}
			tape = extend(tape)
			e := &tape[top.at]
			e.kind, e.flags, e.start = kind, mark, uint32(i)
			i++
			if i >= len(text) || text[i] <= ' ' {
				if i = r.skip(i); i == len(text) {
					return false
				}
			}
			if text[i] != c+2 { // '}' or ']'
				if !object {
					continue
				}
				goto key
			}
			goto after
		case '"':
			kind = String
			if end = shortEnd(text, i); end == 0 {
				if r.long {
					end, f = longStringEnd(text, i)
				} else {
					end, f = stringEnd(text, i)
				}
			}
		case 't', 'f', 'n':
			end, kind = wordEnd(text, i)
		default:
			var same bool
			if end, kind, same = numberEnd(text, i); !same {
				f = 0
			}
		}
		if end == 0 {
			return false
		}
		{
			at := len(tape)
			tape = extend(tape)
			e := &tape[at]
			e.kind, e.flags = kind, f|mark
			e.start, e.end, e.next, e.n = uint32(i), uint32(end), uint32(at+1), 0
			if f&canonical == 0 {
				r.odd++
			}
			i = end
			top.n++
		}
	after: // a value, or at the end of a container without contents
		if i >= len(text) || text[i] <= ' ' {
			i = r.skip(i)
		}
		if len(stack) == 0 {
			r.d.tape, r.d.stack, r.pos = tape, stack, i
			return i == len(text)
		}
		if i == len(text) {
			return false
		}
		if c := text[i]; c != ',' {
			if object && c != '}' || !object && c != ']' {
				return false
			}
			i++
			e := &tape[top.at]
			e.end, e.next, e.n = uint32(i), uint32(len(tape)), top.n
			if e.flags&dead != 0 {
				e.flags &^= dead
				r.d.tape = tape
				e.n -= uint32(r.repeated(r.keys(&top)))
			}
			if r.odd == top.odd {
				e.flags |= canonical
			}
			top, stack = stack[len(stack)-1], stack[:len(stack)-1]
			top.n++
			object = len(stack) > 0 && tape[top.at].kind == Object
			goto after
		}
		i++
		if !object {
			continue
		}
		if i >= len(text) || text[i] <= ' ' {
			if i = r.skip(i); i == len(text) {
				return false
			}
		}
	key:
		if text[i] != '"' {
			return false
		}
		two := ^uint64(0) // a name with escapes may be any
		if end, f = shortEnd(text, i), canonical; end != 0 {
			hash := shortHash(binary.LittleEndian.Uint64(text[i+1:]), end-i-2)
			two = uint64(1)<<(hash&63) | uint64(1)<<(hash>>6&63)
		} else if end, f = stringEnd(text, i); end == 0 {
			return false
		} else if f&escaped == 0 {
			hash := nameHash(text, i+1, end-1)
			two = uint64(1)<<(hash&63) | uint64(1)<<(hash>>6&63)
		}
		if top.seen&two != 0 && (top.seen&two == two || f&escaped != 0) {
			tape[top.at].flags |= dead // to be looked at when it ends
		}
		top.seen |= two
		at := len(tape)
		tape = extend(tape)
		e := &tape[at]
		e.kind, e.flags = keyEntry, f|mark
		e.start, e.end, e.next, e.n = uint32(i), uint32(end), uint32(top.at), uint32(at+1)
		if f&canonical == 0 {
			r.odd++
		}
		if i = end; i >= len(text) || text[i] <= ' ' {
			i = r.skip(i)
		}
		if i == len(text) || text[i] != ':' {
			return false
		}
		i++
	}
}

// extend makes room for an entry, whose fields are those of an old one. To
// append an entry that is made elsewhere takes three times as long.
func extend(tape []entry) []entry {
	if len(tape) == cap(tape) {
		return append(tape, entry{})
	}
	return tape[:len(tape)+1]
}

// skip returns where the blanks at i end.
func (r *reader) skip(i int) int {
	end := blanksEnd(r.text, i)
	r.odd += end - i
	return end
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
