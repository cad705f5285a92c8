package vtl

import "strings"

// A block is a list of statements.
type block []statement

// startsStatement reports whether the next token begins a statement. The
// tokens that do not are those that belong inside parentheses, and #else,
// #elseif, #end, which end a block.
func (p *parser) startsStatement() bool {
	switch p.peek().kind {
	case tokIf, tokIdentifier, tokBraceOpen, tokLineComment, tokBlockComment,
		tokFormalComment, tokTextblock, tokSet, tokEscapedWord, tokTwoEscapes,
		tokWord, tokBracedWord, tokText, tokDot, tokParenClose, tokParenOpen,
		tokInteger, tokFloat, tokString, tokEscape, tokBraceClose, tokEmptyIndex:
		return true
	}
	return false
}

// statements parses as many statements as there are.
func (p *parser) statements() block {
	p.enter(p.cur)
	defer p.leave()
	var b block
	for p.startsStatement() {
		b = p.statement(b)
	}
	return b
}

// statement parses one statement and appends what is left of it to b.
func (p *parser) statement(b block) block {
	t := p.peek()
	switch t.kind {
	case tokIf:
		return append(b, p.ifStatement())
	case tokIdentifier:
		return p.appendReference(b)
	case tokBraceOpen:
		if p.after(t).kind == tokIdentifier {
			return p.appendReference(b)
		}
		return p.text(b)
	case tokLineComment:
		b = p.comment(b)
		p.accept(tokLineCommentEnd)
		return b
	case tokBlockComment, tokFormalComment:
		return p.comment(b)
	case tokTextblock:
		p.take()
		const open, end = "#[[", "]]#"
		return appendText(b, t.image[len(open):len(t.image)-len(end)])
	case tokSet:
		return append(b, p.setStatement())
	case tokEscapedWord:
		p.take()
		p.unescapeWord(t)
		return appendText(b, t.image)
	case tokTwoEscapes:
		return p.escapes(b)
	case tokWord, tokBracedWord:
		return p.directive(b)
	}
	return p.text(b)
}

func (p *parser) text(b block) block {
	return appendText(b, p.take().literal())
}

// comment drops a comment. Sigils before it print.
func (p *parser) comment(b block) block {
	t := p.take()
	at := strings.Index(t.image, "##")
	if at < 0 {
		at = strings.Index(t.image, "#*")
	}
	if at > 0 {
		b = appendText(b, t.image[:at])
	}
	return b
}

// unescapeWord takes half of the backslashes off an escaped directive word. In
// front of other words they stay.
func (p *parser) unescapeWord(t *token) {
	last := strings.LastIndexByte(t.image, '\\')
	word := t.image[last+1:]
	name := strings.Trim(word[1:], "{}")
	_, known := directiveKind(name)
	switch name {
	case "if", "end", "set", "else", "elseif":
		known = true
	}
	if known || p.macros[name] {
		t.image = t.image[:last/2] + word
	}
}

// escapes parses pairs of backslashes. Before a directive each pair prints one.
func (p *parser) escapes(b block) block {
	pairs := 0
	for p.is(tokTwoEscapes) {
		p.take()
		pairs++
	}
	each := `\\`
	switch t := p.peek(); t.kind {
	case tokIf, tokElse, tokElseIf, tokEnd:
		each = `\`
	case tokEOF:
	default:
		if name := t.image[1:]; p.macros[name] {
			each = `\`
		} else if _, known := directiveKind(name); known {
			each = `\`
		}
	}
	return appendText(b, strings.Repeat(each, pairs))
}

// appendText appends s, to the last statement if that is text.
func appendText(b block, s string) block {
	if s == "" {
		return b
	}
	if n := len(b); n > 0 {
		if last, ok := b[n-1].(*textNode); ok {
			last.add(s)
			return b
		}
	}
	return append(b, &textNode{text: s})
}

func (p *parser) ifStatement() statement {
	n := &ifNode{}
	for {
		p.take() // #if, #elseif
		p.accept(tokSpace)
		open := p.expect(tokParenOpen, "( after #if or #elseif")
		cond := p.expression()
		p.closeDirective(open)
		n.branches = append(n.branches, branch{cond, p.statements()})
		if !p.is(tokElseIf) {
			break
		}
	}
	if p.accept(tokElse) {
		n.otherwise = p.statements()
	}
	p.expect(tokEnd, "#end to end #if")
	return n
}

func (p *parser) setStatement() statement {
	open := p.take()
	p.accept(tokSpace)
	if t := p.peek(); t.kind != tokIdentifier && t.kind != tokBraceOpen {
		p.fail(t, "found %s, expected the reference to set", t.describe())
	}
	target := p.reference()
	p.accept(tokSpace)
	p.expect(tokAssign, "= after the reference")
	value := p.expression()
	p.closeDirective(open)
	p.lx.inSet = false
	n := &setNode{target: target, value: value}
	n.settle()
	return n
}

// closeDirective consumes the parenthesis that ends what began with open.
func (p *parser) closeDirective(open *token) {
	p.expect(tokParenClose, "an operator or )")
	p.markTidy(open, p.cur, true)
}
