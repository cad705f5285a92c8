package javaregexp

// group reads from "(" to ")". It returns nil for a group of flags, (?i), which
// acts on what follows it.
func (p *parser) group() *node {
	open := p.offset()
	p.enter()
	defer p.leave()
	p.pos++
	saved := p.flags
	n := &node{}
	if p.peek() == '?' {
		p.pos++
		switch r := p.peek(); r {
		case ':':
			p.pos++
			n.op = opConcat
		case '=', '!':
			p.pos++
			n.op, n.not = opLook, r == '!'
		case '>':
			p.pos++
			n.op = opAtomic
		case '<':
			p.pos++
			if r := p.at(0); r == '=' || r == '!' {
				p.pos++
				n.op, n.behind, n.not = opLook, true, r == '!'
				break
			}
			n.op = opCapture
			p.groups++
			n.group = p.groups
			offset := p.offset()
			name := p.groupName()
			if p.names[name] != 0 {
				p.failAt(offset, "group %s is defined twice", name)
			}
			p.names[name] = n.group
		default:
			if p.inlineFlags() {
				return nil
			}
			n.op = opConcat
		}
	} else {
		n.op = opCapture
		p.groups++
		n.group = p.groups
	}
	n.subs = []*node{p.alternation()}
	if p.peek() != ')' {
		p.failAt(open, "group without )")
	}
	p.pos++
	p.flags = saved
	return n
}

// groupName reads a name and the ">" behind it.
func (p *parser) groupName() string {
	if !isLetter(p.at(0)) {
		p.failHere("the name of a group starts with a letter from a to z")
	}
	var name []rune
	for isLetter(p.at(0)) || isDigit(p.at(0)) {
		name = append(name, p.at(0))
		p.pos++
	}
	if p.at(0) != '>' {
		p.failHere("the name of a group has letters and digits, and > behind it")
	}
	p.pos++
	return string(name)
}

// inlineFlags reads the flags behind "(?" and reports whether the group ends
// with them.
func (p *parser) inlineFlags() (closed bool) {
	on := true
	for {
		switch r := p.at(0); r {
		case 'i':
			p.flags.fold = on
		case 'm':
			p.flags.multiline = on
		case 's':
			p.flags.dotAll = on
		case 'd':
			p.flags.unixLines = on
		case 'u':
			p.flags.unicodeCase = on
		case 'c':
		case 'x':
			p.flags.comments = on
		case 'U':
			p.flags.unicode, p.flags.unicodeCase = on, on
		case '-':
			if !on {
				p.failHere("found - twice in the flags of a group")
			}
			on = false
		case ')', ':':
			p.pos++
			return r == ')'
		default:
			p.failHere("want one of : = ! > < or the flags imsduxU behind (?")
		}
		p.pos++
	}
}
