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

// document reads a value that fills the rest of the text.
func (r *reader) document() bool {
	r.blanks()
	if !r.value(0) {
		return false
	}
	r.blanks()
	return r.pos == len(r.text)
}

// blanks skips blanks and reports whether anything is left.
func (r *reader) blanks() bool {
	if r.pos < len(r.text) && r.text[r.pos] > ' ' {
		return true
	}
	from := r.pos
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
			continue
		}
		break
	}
	r.odd += r.pos - from
	return r.pos < len(r.text)
}

func (r *reader) value(depth int) bool {
	if r.pos >= len(r.text) {
		return false
	}
	switch c := r.text[r.pos]; c {
	case '{':
		return r.object(depth + 1)
	case '[':
		return r.array(depth + 1)
	case '"':
		return r.string(String)
	case 't':
		return r.word("true", True)
	case 'f':
		return r.word("false", False)
	case 'n':
		return r.word("null", Null)
	default:
		return r.number()
	}
}

func (r *reader) word(w string, kind Kind) bool {
	if len(r.text)-r.pos < len(w) || string(r.text[r.pos:r.pos+len(w)]) != w {
		return false
	}
	r.scalar(kind, r.pos+len(w), canonical)
	return true
}

// scalar adds what stands between r.pos and end, and goes there.
func (r *reader) scalar(kind Kind, end int, f flags) {
	if f&canonical == 0 {
		r.odd++
	}
	r.d.tape = append(r.d.tape, entry{
		kind: kind, flags: f | r.mark,
		start: uint32(r.pos), end: uint32(end), next: uint32(len(r.d.tape) + 1),
	})
	r.pos = end
}

func (r *reader) array(depth int) bool {
	if depth > MaxDepth {
		r.deep = true
		return false
	}
	at := r.begin(Array)
	odd, n := r.odd, uint32(0)
	if !r.blanks() {
		return false
	}
	if r.text[r.pos] == ']' {
		return r.finish(at, odd, n)
	}
	for {
		if !r.value(depth) {
			return false
		}
		n++
		if !r.blanks() {
			return false
		}
		switch r.text[r.pos] {
		case ',':
			r.pos++
			if !r.blanks() {
				return false
			}
		case ']':
			return r.finish(at, odd, n)
		default:
			return false
		}
	}
}

func (r *reader) object(depth int) bool {
	if depth > MaxDepth {
		r.deep = true
		return false
	}
	at := r.begin(Object)
	odd, first := r.odd, len(r.d.open)
	if !r.blanks() {
		return false
	}
	if r.text[r.pos] == '}' {
		return r.finish(at, odd, 0)
	}
	for {
		key := uint32(len(r.d.tape))
		if r.text[r.pos] != '"' || !r.string(keyEntry) {
			return false
		}
		r.d.tape[key].n = key + 1
		r.d.open = append(r.d.open, key)
		if !r.blanks() || r.text[r.pos] != ':' {
			return false
		}
		r.pos++
		if !r.blanks() || !r.value(depth) || !r.blanks() {
			return false
		}
		switch r.text[r.pos] {
		case ',':
			r.pos++
			if !r.blanks() {
				return false
			}
		case '}':
			n := len(r.d.open) - first
			n -= r.repeated(r.d.open[first:])
			r.d.open = r.d.open[:first]
			return r.finish(at, odd, uint32(n))
		default:
			return false
		}
	}
}

// begin adds a container whose opening bracket is at r.pos.
func (r *reader) begin(kind Kind) int {
	at := len(r.d.tape)
	r.d.tape = append(r.d.tape, entry{kind: kind, flags: r.mark, start: uint32(r.pos)})
	r.pos++
	return at
}

// finish ends the container at, whose closing bracket is at r.pos. odd is what
// r.odd was when it began.
func (r *reader) finish(at, odd int, n uint32) bool {
	r.pos++
	e := &r.d.tape[at]
	e.end, e.next, e.n = uint32(r.pos), uint32(len(r.d.tape)), n
	if r.odd == odd {
		e.flags |= canonical
	}
	return true
}

// plain holds the bytes of a string that need no second look.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// string adds the string or key whose opening quote is at r.pos.
func (r *reader) string(kind Kind) bool {
	f := canonical
	text, i := r.text, r.pos+1
	for {
		for i < len(text) && plain[text[i]] {
			i++
		}
		switch {
		case i >= len(text):
			return false
		case text[i] == '"':
			r.scalar(kind, i+1, f)
			return true
		case text[i] == '\\':
			f |= escaped
			if i++; i >= len(text) {
				return false
			}
			switch text[i] {
			case '"', '\\', 'b', 'f', 'n', 'r', 't':
				i++
			case '/':
				f &^= canonical
				i++
			case 'u':
				f &^= canonical
				if _, ok := hex4(text[i+1:]); !ok {
					return false
				}
				i += 5
			default:
				return false
			}
		default:
			return false
		}
	}
}

// number adds the number at r.pos.
func (r *reader) number() bool {
	text, i := r.text, r.pos
	if i < len(text) && text[i] == '-' {
		i++
	}
	from := i
	if i = digits(text, i); i == from || i > from+1 && text[from] == '0' {
		return false
	}
	kind := Integer
	if i < len(text) && text[i] == '.' {
		kind, from = Decimal, i+1
		if i = digits(text, from); i == from {
			return false
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		kind, from = Decimal, i+1
		if from < len(text) && (text[from] == '+' || text[from] == '-') {
			from++
		}
		if i = digits(text, from); i == from {
			return false
		}
	}
	f := flags(0)
	if canonicalNumber(text[r.pos:i], kind) {
		f = canonical
	}
	r.scalar(kind, i, f)
	return true
}

// digits returns where the digits that begin at i end.
func digits(text []byte, i int) int {
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	return i
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
		at := int(maphash.Bytes(d.seed, r.key(k))) & (size - 1)
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
	return bytes.Equal(r.key(a), r.key(b))
}

// key returns the name a key stands for.
func (r *reader) key(at uint32) []byte {
	e := &r.d.tape[at]
	name := r.text[e.start+1 : e.end-1]
	if e.flags&escaped == 0 {
		return name
	}
	return appendUnescaped(nil, name)
}
