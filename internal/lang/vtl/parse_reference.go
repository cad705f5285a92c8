package vtl

import "strings"

// appendReference parses a reference that prints its value.
func (p *parser) appendReference(b block) block {
	return appendPrinted(b, p.reference())
}

// appendPrinted appends the statements that print r.
func appendPrinted(b block, r *reference) block {
	switch {
	case r.runt:
		return appendText(b, r.source)
	case r.escaped:
		if r.acts() {
			b = append(b, &actNode{ref: r})
		}
		return appendText(b, r.prefix+r.source)
	}
	call := r.slot >= 0 && len(r.steps) == 1 && r.steps[0].kind == callMethod && r.prefix == ""
	leaf := r.slot >= 0 && r.prefix == "" && (len(r.steps) == 0 || len(r.steps[0].run) == len(r.steps))
	n := &printNode{ref: r, call: call, leaf: leaf}
	if last := len(b) - 1; last >= 0 {
		if t, ok := b[last].(*textNode); ok {
			n.before, b = t.text, b[:last]
		}
	}
	return append(b, n)
}

// acts reports whether finding the value can do more than find it.
func (r *reference) acts() bool {
	for _, s := range r.steps {
		if s.kind != getProperty {
			return true
		}
	}
	return false
}

// reference parses a reference, whose first token is there.
func (p *parser) reference() *reference {
	first := p.peek()
	p.enter(first)
	defer p.leave()
	r := &reference{at: p.place(first.start), slot: -1, computable: true}
	braced := p.accept(tokBraceOpen)
	name := p.expect(tokIdentifier, "a name after ${")
	r.steps = p.indexes(nil)
	for p.is(tokDot) && p.after(p.peek()).kind == tokIdentifier {
		p.take()
		r.steps = p.indexes(append(r.steps, p.member()))
	}
	if braced {
		p.expect(tokBraceClose, "} after the reference")
	}
	linkProperties(r.steps)
	r.hints = p.tmpl.hints
	p.tmpl.hints += len(r.steps)
	p.nameReference(r, first, name)
	return r
}

// member parses what stands after a dot: a property, or a method with its
// arguments. It is a method if an argument list can begin after the parenthesis.
func (p *parser) member() step {
	name := p.take()
	s := step{kind: getProperty, name: name.image, at: p.place(name.start)}
	open := p.peek()
	if open.kind != tokParenOpen {
		return s.resolved()
	}
	if k := p.after(open).kind; k != tokArgsClose && k != tokSpace && !startsValue(k) {
		return s.resolved()
	}
	p.take()
	s.kind = callMethod
	if !p.is(tokArgsClose) {
		for {
			s.args = append(s.args, p.parameter())
			if !p.accept(tokComma) {
				break
			}
		}
	}
	p.expect(tokArgsClose, "another argument or )")
	switch s.name {
	case "matches", "replaceAll", "replaceFirst", "split":
		if len(s.args) == 0 {
			break
		}
		if c, ok := s.args[0].(*constNode); ok && c.v.kind == KindString {
			p.tmpl.pattern(c.v.str())
		}
	}
	return s.resolved()
}

// indexes parses [i][j]….
func (p *parser) indexes(steps []step) []step {
	for p.is(tokIndexOpen) {
		t := p.take()
		p.accept(tokSpace)
		switch k := p.peek(); k.kind {
		case tokString, tokInteger, tokTrue, tokFalse, tokIdentifier, tokBraceOpen:
		default:
			p.fail(k, "found %s, expected a string, an integer, true, false or a reference", k.describe())
		}
		s := step{kind: getIndex, at: p.place(t.start), args: []expr{p.value()}}
		p.accept(tokSpace)
		p.expect(tokIndexClose, "] after the index")
		steps = append(steps, s.resolved())
	}
	return steps
}

// nameReference works out what the sigils before the name mean, and takes from
// the token what does not belong to the reference.
func (p *parser) nameReference(r *reference, first, name *token) {
	image := first.image
	if strings.Contains(image, `\!`) {
		// $\! and its like: a reference that nothing can set.
		r.computable = false
		r.source = literalFrom(first, p.cur)
		return
	}
	n := backslashes(image)
	r.escaped = n%2 == 1
	r.prefix = image[:n/2]
	image = image[n:]
	if last := strings.LastIndexByte(image, '$'); last > 0 {
		if !r.escaped {
			r.prefix += image[:last]
		}
		image = image[last:]
	}
	first.image = image
	r.source = literalFrom(first, p.cur)

	root := ""
	switch {
	case strings.HasPrefix(image, "$!{"), image == "${":
		root = name.image
	case strings.HasPrefix(image, "$!"):
		root = image[2:]
	case strings.HasPrefix(image, "$"):
		root = image[1:]
		r.plain = true
	default:
		r.runt = true
		r.source = image
		return
	}
	if strings.HasPrefix(root, "$") {
		r.computable = false // ${$x}
		return
	}
	r.slot = p.tmpl.slot(root)
}
