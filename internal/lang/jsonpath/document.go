package jsonpath

import (
	"errors"
	"hash/maphash"
	"slices"
	"strings"
)

// MaxDepth is how deep objects and arrays may nest. The library that API
// Gateway uses fails beyond it.
const MaxDepth = 400

// ErrTooDeep is returned for a document that nests deeper than MaxDepth.
var ErrTooDeep = errors.New("the JSON nests deeper than 400 levels")

// ErrTooLarge is returned for a document that positions of 32 bits cannot hold.
var ErrTooLarge = errors.New("the JSON is longer than 1 GiB")

const maxText = 1 << 30 // bytes

// A Document is one payload, read when it is first asked for and at most once.
// A payload that is not JSON is one text value.
//
// The zero Document is the empty text. A Document is not safe for concurrent
// use; Reset keeps its memory for the next payload.
type Document struct {
	text []byte // the payload
	aux  []byte // texts of values that paths have made
	tape []entry
	refs []uint32 // contents of lists and objects that paths have made

	read bool
	json bool
	err  error

	literals map[*byte]uint32 // places of the JSON in paths, by its first byte
	texts    *strings.Builder // strings that were asked for, many to an allocation

	eval  evaluation // reused by every path
	spent int        // values that paths have visited; see maxVisits

	stack  []frame      // the reader's open objects and arrays
	open   []uint32     // the reader's keys of one object
	hashes []uint64     // of names, for AppendJSON
	table  []uint32     // the reader's hash table of one object's keys
	seed   maphash.Seed // zero until an object has many keys
}

// An entry is one value or one key on the tape. A key stands directly before
// its value; a container before its contents.
type entry struct {
	kind  Kind
	flags flags
	start uint32 // of the value's or key's text, quotes and brackets included
	end   uint32
	next  uint32 // the entry after this value and all that is in it; of a key: its object
	n     uint32 // of a container: its size; of a key: where its value stands
}

type flags uint8

const (
	canonical flags = 1 << iota // the text is what AppendJSON would give
	escaped                     // a string or key with a backslash
	made                        // a container whose contents are in refs, from start
	aux                         // the text is in aux
	dead                        // a key that came again: its first place has the value; while reading, an object that may have one
	keySet                      // an array of keys(), which prints as a Java set
)

// New returns the document of text. The document keeps text, which must not
// change.
func New(text []byte) *Document {
	d := new(Document)
	d.Reset(text)
	return d
}

// Reset makes d the document of text and keeps d's memory. Nodes of the former
// document must not be used any more.
func (d *Document) Reset(text []byte) {
	const keep = 1 << 18 // entries; what one huge payload took is given back
	if cap(d.tape) > keep || cap(d.refs) > keep || len(d.aux) > keep {
		*d = Document{seed: d.seed}
	}
	*d = Document{
		text:   text,
		aux:    d.aux[:0],
		tape:   d.tape[:0],
		refs:   d.refs[:0],
		eval:   evaluation{out: d.eval.out[:0]},
		texts:  d.texts,
		stack:  d.stack[:0],
		open:   d.open[:0],
		hashes: d.hashes[:0],
		table:  d.table,
		seed:   d.seed,
	}
}

// Text returns the payload.
func (d *Document) Text() []byte { return d.text }

// IsJSON reports whether the payload is JSON. It reads the document.
func (d *Document) IsJSON() bool {
	d.parse()
	return d.json
}

// Root returns the document's value. It reads the document, and returns
// ErrTooDeep or ErrTooLarge.
func (d *Document) Root() (Node, error) {
	d.parse()
	if d.err != nil {
		return Node{}, d.err
	}
	return Node{d, 0}, nil
}

// parse reads the payload if that has not been done.
func (d *Document) parse() {
	if d.read {
		return
	}
	d.read = true
	if len(d.text) > maxText {
		d.err = ErrTooLarge
		return
	}
	const bytesPerEntry = 12 // as in JSON with short names; more are appended
	d.tape = slices.Grow(d.tape, len(d.text)/bytesPerEntry)
	r := reader{d: d, text: d.text, long: hasLongStrings(d.text)}
	ok := r.document()
	switch {
	case r.deep:
		d.err = ErrTooDeep
	case ok:
		d.json = true
	default:
		d.tape = append(d.tape[:0], entry{kind: String, end: uint32(len(d.text)), next: 1})
	}
}

// adopt reads the JSON of a value that a path has made and returns its place.
// What is no JSON becomes null.
func (d *Document) adopt(json []byte) uint32 {
	from := len(d.aux)
	if from+len(json) > maxText {
		return d.null()
	}
	d.aux = append(d.aux, json...)
	at := len(d.tape)
	r := reader{d: d, text: d.aux, pos: from, mark: aux}
	if !r.document() {
		d.tape = d.tape[:at]
		return d.null()
	}
	return uint32(at)
}

// null adds a null to the tape.
func (d *Document) null() uint32 {
	at := uint32(len(d.tape))
	d.tape = append(d.tape, entry{kind: Null, next: at + 1})
	return at
}

// list adds a list of values to the tape.
func (d *Document) list(values []uint32) uint32 {
	return d.make(Array, values)
}

// make adds a container of values or keys, which have their places already.
func (d *Document) make(kind Kind, contents []uint32) uint32 {
	at, from := uint32(len(d.tape)), uint32(len(d.refs))
	d.refs = append(d.refs, contents...)
	d.tape = append(d.tape, entry{
		kind: kind, flags: made, start: from, next: at + 1, n: uint32(len(contents)),
	})
	return at
}

// source returns the text of an entry with its quotes or brackets.
func (d *Document) source(e *entry) []byte {
	if e.flags&aux != 0 {
		return d.aux[e.start:e.end]
	}
	return d.text[e.start:e.end]
}
