package javaregexp

// An op says what a node matches.
type op uint8

const (
	opSet          op = iota // one character of set
	opConcat                 // subs one after the other; nothing if there are none
	opAlternate              // the first of subs that leads on
	opRepeat                 // subs[0], least to most times
	opCapture                // subs[0], remembered as group
	opAtomic                 // subs[0], without a second try
	opLook                   // the place, if subs[0] is ahead of it or behind it
	opBackref                // what group matched
	opBegin                  // \A, ^ without (?m), \G
	opEnd                    // \z
	opEndLine                // \Z, $ without (?m): the end, or a terminator before it
	opMultiBegin             // ^ with (?m)
	opMultiEnd               // $ with (?m)
	opWordBoundary           // \b
	opGrapheme               // \X
)

// unbounded is the most of a repetition without an upper limit.
const unbounded = -1

// A node is a part of a parsed pattern, without any trace of notation or flags.
type node struct {
	op   op
	subs []*node

	set set // opSet; opWordBoundary: the characters of words, or nil for letters, digits and _

	least, most int // opRepeat
	lazy        bool

	group  int  // opCapture, opBackref
	fold   bool // opBackref: in any case
	behind bool // opLook
	not    bool // opLook, opWordBoundary
	unix   bool // opEndLine, opMultiBegin, opMultiEnd: only \n is a terminator
}

// weight is the number of sets in n when repetitions are written out, cut off
// well above maxLinear.
func (n *node) weight() int {
	const enough = 100 * maxLinear
	w := 1 + len(n.set)/4
	for _, sub := range n.subs {
		w += sub.weight()
	}
	w = min(w, enough)
	if n.op == opRepeat {
		w *= max(n.least, n.most, 1)
	}
	return min(w, enough)
}
