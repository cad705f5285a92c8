package javaregexp

// This file reads character classes.
//
// Java joins what stands side by side, sets in sets too, and intersects with
// &&, which binds less: [a-z&&[^aeiou]x] is a-z and (no vowel, or x). A "^" at
// the start negates all of it. A "]" at the start is a character, and so is a
// "-" that makes no range.

// class reads from "[" to "]".
func (p *parser) class() set {
	open := p.offset()
	p.enter()
	defer p.leave()
	p.pos++
	negated := p.at(0) == '^'
	if negated {
		p.pos++
	}
	s := p.classBody(open)
	p.pos++
	if negated {
		s = s.negate()
	}
	return s
}

// classBody reads up to the "]" that ends the class, and leaves it.
func (p *parser) classBody(open int) set {
	var s set
	empty := true // nothing read yet
	add := func(t set) {
		if p.ranges += len(s) + len(t); p.ranges > maxRanges {
			p.failHere("character classes have more than %d ranges together", maxRanges)
		}
		s, empty = s.union(t), false
	}
	for {
		switch r := p.peek(); {
		case r == endOfPattern:
			p.failAt(open, "character class without ]")
		case r == ']' && !empty:
			return s
		case r == '[':
			add(p.class())
		case r == '&' && p.at(1) == '&':
			right, ok := p.intersected(open)
			switch {
			case ok && empty:
				s, empty = right, false
			case ok:
				s = s.intersect(right)
			case empty:
				p.failHere("nothing on either side of &&")
			}
		default:
			add(p.classRange())
		}
	}
}

// intersected reads "&&" and its right side, which ends before the next "&" or
// the "]". The side may be missing.
func (p *parser) intersected(open int) (right set, ok bool) {
	p.pos += 2
	p.enter()
	defer p.leave()
	for {
		switch p.peek() {
		case ']', '&', endOfPattern:
			return right, ok
		case '[':
			right = right.union(p.class())
		default:
			// What is spelled out reaches to the "]", with a && of its own.
			right = right.union(p.classBody(open))
		}
		ok = true
	}
}

// classRange reads one character, one range or one escape.
func (p *parser) classRange() set {
	lo, s, ok := p.classChar(p.at(0) == '\\' && p.at(2) == '-')
	if ok {
		return s
	}
	if p.peek() != '-' || p.at(1) == '[' || p.at(1) == ']' {
		return p.folded(single(lo))
	}
	p.pos++
	p.peek()
	offset := p.offset()
	if p.pos >= len(p.tokens) {
		p.failHere("range without an end")
	}
	hi, _, ok := p.classChar(true)
	if ok || hi < lo {
		p.failAt(offset, "range ends before it starts")
	}
	return p.folded(spans(span{lo, hi}))
}

// classChar reads one character, or an escape that is a set.
func (p *parser) classChar(inRange bool) (r rune, s set, isSet bool) {
	if p.at(0) != '\\' {
		r = p.tokens[p.pos].r
		p.pos++
		return r, nil, false
	}
	if s, ok := p.setEscape(inRange); ok {
		return 0, s, true
	}
	return p.charEscape(), nil, false
}
