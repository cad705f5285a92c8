package javaregexp

import "unicode/utf16"

// escape reads from a "\" outside of a class.
func (p *parser) escape() *node {
	r := p.at(1)
	switch {
	case r >= '1' && r <= '9':
		return p.backref()
	case r == 'k':
		return p.namedBackref()
	}
	if n := p.place(r); n != nil {
		p.pos += 2
		if r == 'b' && p.at(0) == '{' && !isDigit(p.at(1)) {
			p.failHere("\\b{g} is not supported")
		}
		return n
	}
	if s, ok := p.setEscape(false); ok {
		return p.ofSet(s)
	}
	return p.ofSet(p.folded(single(p.charEscape())))
}

// place returns what \r matches if that is not one character, or nil.
func (p *parser) place(r rune) *node {
	switch r {
	case 'A', 'G':
		return &node{op: opBegin}
	case 'B', 'b':
		n := &node{op: opWordBoundary, not: r == 'B'}
		if p.flags.unicode {
			n.set = p.ofSet(p.words()).set
		}
		return n
	case 'R':
		return lineBreak()
	case 'X':
		return &node{op: opGrapheme}
	case 'Z':
		return &node{op: opEndLine, unix: p.flags.unixLines}
	case 'z':
		return &node{op: opEnd}
	}
	return nil
}

// lineBreak is \R: the pair, or any vertical white space.
func lineBreak() *node {
	return &node{op: opAlternate, subs: []*node{
		{op: opConcat, subs: []*node{{op: opSet, set: single('\r')}, {op: opSet, set: single('\n')}}},
		{op: opSet, set: verticalSpace},
	}}
}

// backref reads \1 and so on. More digits belong to it as long as there are
// that many groups up to here.
func (p *parser) backref() *node {
	group := int(p.at(1) - '0')
	p.pos += 2
	for isDigit(p.at(0)) {
		next := group*10 + int(p.at(0)-'0')
		if next > p.groups {
			break
		}
		group = next
		p.pos++
	}
	return p.reference(group)
}

// namedBackref reads \k<name>.
func (p *parser) namedBackref() *node {
	p.pos += 2
	if p.at(0) != '<' {
		p.failHere("want < behind \\k")
	}
	p.pos++
	offset := p.offset()
	name := p.groupName()
	group := p.names[name]
	if group == 0 {
		p.failAt(offset, "there is no group %s before this", name)
	}
	return p.reference(group)
}

func (p *parser) reference(group int) *node {
	n := &node{op: opBackref, group: group, fold: p.flags.fold}
	p.refs = append(p.refs, n)
	return n
}

// setEscape reads an escape that stands for several characters, if there is
// one. \v before or behind the "-" of a range is one character.
func (p *parser) setEscape(inRange bool) (set, bool) {
	r := p.at(1)
	if r == 'p' || r == 'P' {
		return p.property(), true
	}
	var s set
	switch r {
	case 'd', 'D':
		s = p.digits()
	case 'h', 'H':
		s = horizontalSpace
	case 's', 'S':
		s = p.spaces()
	case 'v', 'V':
		if r == 'v' && inRange {
			return nil, false
		}
		s = verticalSpace
	case 'w', 'W':
		s = p.words()
	default:
		return nil, false
	}
	p.pos += 2
	if r <= 'Z' {
		s = s.negate()
	}
	return s, true
}

// charEscape reads an escape that stands for one character.
func (p *parser) charEscape() rune {
	p.pos++
	start := p.offset()
	if p.pos >= len(p.tokens) {
		p.failHere("nothing behind \\")
	}
	r := p.at(0)
	p.pos++
	switch r {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'a':
		return '\a'
	case 'e':
		return 0x1b
	case 'v':
		return '\v'
	case '0':
		return p.octal()
	case 'c':
		if p.pos >= len(p.tokens) {
			p.failHere("nothing behind \\c")
		}
		r := p.tokens[p.pos].r
		p.pos++
		return r ^ 64
	case 'u':
		return p.utf16Escape()
	case 'x':
		return p.hexEscape()
	}
	if isLetter(r) || isDigit(r) {
		p.failAt(start, "\\%c is not an escape", r)
	}
	return r
}

// octal reads up to three digits, no more than 377.
func (p *parser) octal() rune {
	n, digits := rune(0), 0
	for digits < 3 && p.at(0) >= '0' && p.at(0) <= '7' && n*8 <= 0o370 {
		n = n*8 + p.at(0) - '0'
		digits++
		p.pos++
	}
	if digits == 0 {
		p.failHere("want a digit from 0 to 7 behind \\0")
	}
	return n
}

// utf16Escape reads the four digits of \u, and a second \u that makes a pair
// with it.
func (p *parser) utf16Escape() rune {
	r := p.hex(4)
	if utf16.IsSurrogate(r) && p.at(0) == '\\' && p.at(1) == 'u' {
		mark := p.pos
		p.pos += 2
		if pair := utf16.DecodeRune(r, p.hex(4)); pair != 0xFFFD {
			return pair
		}
		p.pos = mark
	}
	return r
}

// hexEscape reads \xhh or \x{h…h}.
func (p *parser) hexEscape() rune {
	if p.at(0) != '{' {
		return p.hex(2)
	}
	p.pos++
	n, digits := rune(0), 0
	for p.at(0) != '}' {
		n = n*16 + p.hex(1)
		if n > maxRune {
			p.failHere("\\x{…} is above 10FFFF")
		}
		digits++
	}
	if digits == 0 {
		p.failHere("want hexadecimal digits in \\x{}")
	}
	p.pos++
	return n
}

func (p *parser) hex(digits int) rune {
	n := rune(0)
	for range digits {
		r := p.at(0)
		switch {
		case isDigit(r):
			r -= '0'
		case r >= 'a' && r <= 'f':
			r -= 'a' - 10
		case r >= 'A' && r <= 'F':
			r -= 'A' - 10
		default:
			p.failHere("want a hexadecimal digit")
		}
		n = n*16 + r
		p.pos++
	}
	return n
}
