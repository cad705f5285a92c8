package javaregexp

import (
	"fmt"
	"math"
)

// This file reads everything outside of character classes.
//
// The grammar is that of java.util.regex.Pattern in Java 17, with its habits: a
// quantifier is applied once, "a{2}{3}" is a{2} and three times nothing; a "]"
// or "}" without its partner is a character, a "{" is not.

type flags struct {
	fold        bool // i
	multiline   bool // m
	dotAll      bool // s
	unixLines   bool // d
	unicodeCase bool // u
	comments    bool // x
	unicode     bool // U
}

// A token is a character of the pattern. One that stood between \Q and \E has
// no other meaning than itself.
type token struct {
	r      rune
	quoted bool
	offset int
}

type parser struct {
	tokens []token
	pos    int
	end    int // offset behind the last character
	flags  flags
	depth  int
	ranges int // ranges of all sets made
	groups int
	names  map[string]int
	refs   []*node // back references, to be checked when all groups are known
}

// endOfPattern is what peek returns behind the last token.
const endOfPattern = -1

// quoted is what peek returns for a quoted character: nothing with a meaning.
const quoted = -2

// fail is how the parser leaves; parse catches it and nothing else.
type fail struct{ err *Error }

func parse(pattern string) (n *node, err error) {
	runes := []rune(pattern)
	if len(runes) > maxPattern {
		return nil, &Error{maxPattern, fmt.Sprintf("pattern has %d characters, at most %d are allowed", len(runes), maxPattern)}
	}
	p := &parser{tokens: unquote(runes), end: len(runes), names: map[string]int{}}
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(fail)
			if !ok {
				panic(r)
			}
			n, err = nil, f.err
		}
	}()
	n = p.alternation()
	if p.peek() == ')' {
		p.failHere("found ) without (")
	}
	for _, ref := range p.refs {
		// A reference to a group that does not exist matches nothing.
		if ref.group > p.groups {
			*ref = node{op: opSet}
		}
	}
	return n, nil
}

// unquote drops \Q and \E and marks what stands between them.
func unquote(runes []rune) []token {
	tokens := make([]token, 0, len(runes))
	inside := false
	for i := 0; i < len(runes); i++ {
		escape := runes[i] == '\\' && i+1 < len(runes)
		switch {
		case inside && escape && runes[i+1] == 'E':
			inside = false
			i++
		case inside:
			tokens = append(tokens, token{runes[i], true, i})
		case escape && runes[i+1] == 'Q':
			inside = true
			i++
		case escape:
			tokens = append(tokens, token{runes[i], false, i}, token{runes[i+1], false, i + 1})
			i++
		default:
			tokens = append(tokens, token{runes[i], false, i})
		}
	}
	return tokens
}

func (p *parser) failAt(offset int, format string, args ...any) {
	panic(fail{&Error{offset, fmt.Sprintf(format, args...)}})
}

func (p *parser) failHere(format string, args ...any) {
	p.failAt(p.offset(), format, args...)
}

func (p *parser) offset() int {
	if p.pos < len(p.tokens) {
		return p.tokens[p.pos].offset
	}
	return p.end
}

// at returns the token i places on, as peek does.
func (p *parser) at(i int) rune {
	if p.pos+i >= len(p.tokens) {
		return endOfPattern
	}
	if t := p.tokens[p.pos+i]; !t.quoted {
		return t.r
	}
	return quoted
}

// peek returns the next character that means something, or endOfPattern, or
// quoted. With (?x) it passes over white space and comments.
func (p *parser) peek() rune {
	for p.flags.comments {
		switch r := p.at(0); {
		case isASCIISpace(r):
			p.pos++
		case r == '#':
			for p.pos < len(p.tokens) && !p.isTerminator(p.at(0)) {
				p.pos++
			}
		default:
			return r
		}
	}
	return p.at(0)
}

func (p *parser) isTerminator(r rune) bool {
	return r == '\n' || !p.flags.unixLines && terminators.contains(r)
}

func isASCIISpace(r rune) bool {
	return r == ' ' || r >= '\t' && r <= '\r'
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.failHere("groups are nested more than %d deep", maxNesting)
	}
}

func (p *parser) leave() { p.depth-- }

// alternation reads up to a ")" or the end.
func (p *parser) alternation() *node {
	subs := []*node{p.sequence()}
	for p.peek() == '|' {
		p.pos++
		subs = append(subs, p.sequence())
	}
	if len(subs) == 1 {
		return subs[0]
	}
	return &node{op: opAlternate, subs: subs}
}

func (p *parser) sequence() *node {
	seq := &node{op: opConcat}
	for {
		var atom *node
		switch p.peek() {
		case endOfPattern, '|', ')':
			return seq
		case '(':
			atom = p.group()
			if atom == nil { // only flags; a quantifier cannot follow
				continue
			}
		case '*', '+', '?':
			p.failHere("found %c, a quantifier, with nothing before it", p.at(0))
		case '{':
			atom = &node{op: opConcat}
		default:
			atom = p.atom()
		}
		seq.subs = append(seq.subs, p.quantified(atom))
	}
}

// atom reads one character, class, escape or anchor.
func (p *parser) atom() *node {
	switch p.at(0) {
	case '[':
		return p.ofSet(p.class())
	case '\\':
		return p.escape()
	case '.':
		p.pos++
		switch {
		case p.flags.dotAll:
			return p.ofSet(everything())
		case p.flags.unixLines:
			return p.ofSet(single('\n').negate())
		}
		return p.ofSet(terminators.negate())
	case '^':
		p.pos++
		if p.flags.multiline {
			return &node{op: opMultiBegin, unix: p.flags.unixLines}
		}
		return &node{op: opBegin}
	case '$':
		p.pos++
		if p.flags.multiline {
			return &node{op: opMultiEnd, unix: p.flags.unixLines}
		}
		return &node{op: opEndLine, unix: p.flags.unixLines}
	}
	r := p.tokens[p.pos].r
	p.pos++
	return p.ofSet(p.folded(single(r)))
}

// ofSet counts the ranges of s, which are what a pattern costs.
func (p *parser) ofSet(s set) *node {
	if p.ranges += len(s); p.ranges > maxRanges {
		p.failHere("character classes have more than %d ranges together", maxRanges)
	}
	return &node{op: opSet, set: s}
}

// folded applies (?i) and (?u) to a set that the pattern spells out.
func (p *parser) folded(s set) set {
	switch {
	case !p.flags.fold:
		return s
	case !p.flags.unicodeCase:
		return s.foldASCII()
	case len(s) == 1 && s[0].lo == s[0].hi:
		return singleUnicode(s[0].lo)
	}
	p.ranges += 500 // the work is in going through all letters
	return s.foldUnicode()
}

// quantified reads the quantifier behind atom, if there is one.
func (p *parser) quantified(atom *node) *node {
	rep := &node{op: opRepeat, subs: []*node{atom}}
	switch p.peek() {
	case '?':
		p.pos++
		rep.least, rep.most = 0, 1
	case '*':
		p.pos++
		rep.least, rep.most = 0, unbounded
	case '+':
		p.pos++
		rep.least, rep.most = 1, unbounded
	case '{':
		p.pos++
		rep.least, rep.most = p.counts()
	default:
		return atom
	}
	switch p.peek() {
	case '?':
		p.pos++
		rep.lazy = true
	case '+':
		p.pos++
		return &node{op: opAtomic, subs: []*node{rep}}
	}
	return rep
}

// counts reads the rest of {n}, {n,} or {n,m}.
func (p *parser) counts() (least, most int) {
	if !isDigit(p.at(0)) {
		p.failHere("found { without a number; write \\{ for the character")
	}
	least = p.number()
	most = least
	if p.at(0) == ',' {
		p.pos++
		most = unbounded
		if p.at(0) != '}' {
			if !isDigit(p.at(0)) {
				p.failHere("want a number or } in a repetition")
			}
			most = p.number()
		}
	}
	if p.at(0) != '}' {
		p.failHere("repetition without }")
	}
	if most != unbounded && most < least {
		p.failHere("repetition from %d to %d", least, most)
	}
	p.pos++
	return least, most
}

func (p *parser) number() int {
	n := 0
	for isDigit(p.at(0)) {
		n = n*10 + int(p.at(0)-'0')
		if n > math.MaxInt32 {
			p.failHere("repetition of more than %d times", math.MaxInt32)
		}
		p.pos++
	}
	return n
}
