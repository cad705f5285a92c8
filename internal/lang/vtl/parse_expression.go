package vtl

// This file parses expressions, from the loosest operator to the tightest.

func (p *parser) expression() expr {
	p.enter(p.peek())
	defer p.leave()
	return p.or()
}

func (p *parser) or() expr {
	x := p.and()
	for p.accept(tokOr) {
		x = &logicNode{left: x, right: p.and(), or: true}
	}
	return x
}

func (p *parser) and() expr {
	x := p.equality()
	for p.accept(tokAnd) {
		x = &logicNode{left: x, right: p.equality()}
	}
	return x
}

func (p *parser) equality() expr {
	x := p.relation()
	for p.is(tokEqual) || p.is(tokNotEqual) {
		op := p.take()
		n := &equalNode{at: p.place(op.start), left: x, right: p.relation(), not: op.kind == tokNotEqual}
		n.sides, n.whole = wholePair(n.left, n.right)
		x = n
	}
	return x
}

func (p *parser) relation() expr {
	x := p.sum()
	for {
		switch op := p.peek(); op.kind {
		case tokLess, tokLessEqual, tokGreater, tokGreaterEqual:
			p.take()
			n := &orderNode{at: p.place(op.start), left: x, right: p.sum(), op: op.kind}
			n.sides, n.whole = wholePair(n.left, n.right)
			x = n
		default:
			return x
		}
	}
}

func (p *parser) sum() expr {
	x := p.product()
	for p.is(tokPlus) || p.is(tokMinus) {
		op := p.take()
		x = p.math(x, op, (*parser).product)
	}
	return x
}

func (p *parser) product() expr {
	x := p.unary()
	for p.is(tokTimes) || p.is(tokDivide) || p.is(tokModulo) {
		op := p.take()
		x = p.math(x, op, (*parser).unary)
	}
	return x
}

// math makes an arithmetic node. Its source is that of the right side, because
// this is what plain Velocity prints for one without a result next to a string.
func (p *parser) math(left expr, op *token, operand func(*parser) expr) expr {
	first := p.peek()
	n := &mathNode{left: left, op: op.kind, at: p.place(op.start)}
	n.right = operand(p)
	n.source = literalFrom(first, p.cur)
	n.sides, n.whole = wholePair(n.left, n.right)
	for _, side := range n.sides {
		if side.node != nil {
			side.node.inner = n.whole
		}
	}
	return n
}

func (p *parser) unary() expr {
	t := p.peek()
	if t.kind == tokSpace && p.after(t).kind == tokNot {
		t = p.take().next
	}
	if t.kind != tokNot {
		return p.primary()
	}
	p.enter(t)
	defer p.leave()
	p.take()
	return &notNode{x: p.unary()}
}

func (p *parser) primary() expr {
	p.accept(tokSpace)
	var x expr
	if t := p.peek(); t.kind == tokParenOpen {
		p.take()
		first := p.peek()
		inner := p.expression()
		x = &parenNode{x: inner, source: literalFrom(first, p.cur)}
		p.expect(tokParenClose, "an operator or )")
	} else {
		x = p.value()
	}
	p.accept(tokSpace)
	return x
}

// startsValue reports whether a value can begin with a token of kind k.
func startsValue(k tokenKind) bool {
	switch k {
	case tokString, tokInteger, tokFloat, tokListOpen, tokMapOpen, tokTrue,
		tokFalse, tokIdentifier, tokBraceOpen:
		return true
	}
	return false
}

// parameter parses a value with white space around it.
func (p *parser) parameter() expr {
	p.accept(tokSpace)
	x := p.value()
	p.accept(tokSpace)
	return x
}

// value parses a literal or a reference.
func (p *parser) value() expr {
	t := p.peek()
	switch t.kind {
	case tokString:
		return p.stringLiteral(p.take())
	case tokInteger, tokFloat:
		if t.image[0] == '#' || t.image[0] == '$' {
			break // a sigil that started nothing
		}
		p.take()
		if t.kind == tokFloat {
			return &constNode{v: floatLiteral(t.image)}
		}
		return &constNode{v: integerLiteral(t.image)}
	case tokTrue:
		p.take()
		return &boolNode{b: true}
	case tokFalse:
		p.take()
		return &boolNode{}
	case tokIdentifier, tokBraceOpen:
		return p.reference()
	case tokListOpen:
		return p.listOrRange()
	case tokMapOpen:
		return p.mapLiteral()
	}
	p.fail(t, "found %s, expected a value", t.describe())
	return nil
}

// listOrRange parses [a, b] and [a..b].
func (p *parser) listOrRange() expr {
	open := p.take()
	p.enter(open)
	defer p.leave()
	n := &listNode{at: p.place(open.start)}
	if p.accept(tokListClose) {
		return n
	}
	p.accept(tokSpace)
	integer := p.is(tokInteger) || p.is(tokIdentifier) || p.is(tokBraceOpen)
	x := p.value()
	p.accept(tokSpace)
	if integer && p.accept(tokRange) {
		r := &rangeNode{from: x, at: p.place(open.start)}
		p.accept(tokSpace)
		if t := p.peek(); t.kind != tokInteger && t.kind != tokIdentifier && t.kind != tokBraceOpen {
			p.fail(t, "found %s, expected an integer or a reference after ..", t.describe())
		}
		r.to = p.value()
		p.accept(tokSpace)
		p.expect(tokListClose, "] after the range")
		r.source = literalFrom(open, p.cur)
		return r
	}
	n.elems = append(n.elems, x)
	for p.accept(tokComma) {
		n.elems = append(n.elems, p.parameter())
	}
	p.expect(tokListClose, "a comma or ]")
	n.settle()
	return n
}

func (p *parser) mapLiteral() expr {
	open := p.take()
	p.enter(open)
	defer p.leave()
	n := &mapNode{at: p.place(open.start)}
	t := p.peek()
	if t.kind == tokSpace {
		t = p.after(t)
	}
	if startsValue(t.kind) {
		for {
			key := p.parameter()
			p.expect(tokColon, "a colon after the key")
			n.keys = append(n.keys, key)
			n.vals = append(n.vals, p.parameter())
			if !p.accept(tokComma) {
				break
			}
		}
	} else {
		p.accept(tokSpace)
	}
	if !p.accept(tokBraceClose) {
		p.expect(tokMapClose, "a comma or }")
	}
	return n
}
