package vtl

// This file prints a template in its normal form.
//
//   - White space between the parentheses of #set, #if, #elseif and #foreach
//     becomes one blank around operators and after commas, and nothing after
//     an opening and before a closing bracket.
//   - All else can be seen in the output, if only when a reference is escaped,
//     and stays as it is.

// String returns the source of t in its normal form. Parsing it gives the same
// template.
func (t *Template) String() string {
	scratch := &Template{name: t.name, text: t.text, slots: map[string]int{}}
	p := newParser(scratch, t.text)
	p.tidy = true
	first := p.cur
	p.template() // did not fail in Parse

	out := make([]byte, 0, len(t.text))
	end := 0
	gap := false
	last := first
	for tok := first.next; tok.kind != tokEOF; tok = tok.next {
		text := t.text[end:tok.end]
		end = tok.end
		if tok.tidy && tok.mode == inDirective {
			if tok.kind == tokSpace {
				gap = true
				continue
			}
			if spaced(last, tok) || gap && !tight(last, tok) {
				out = append(out, ' ')
			}
		} else if gap && !tight(last, tok) || tok.tidy && spaced(last, tok) {
			out = append(out, ' ')
		}
		gap = false
		out = append(out, text...)
		last = tok
	}
	return string(append(out, t.text[end:]...))
}

// spaced reports whether a blank belongs between two tokens.
func spaced(a, b *token) bool {
	if a.tidy && a.mode == inDirective && (a.kind == tokComma || a.binary() || a.image == "not") {
		return true
	}
	return b.mode == inDirective && b.binary()
}

// tight reports whether nothing belongs between two tokens.
func tight(a, b *token) bool {
	if a.mode == inDirective || a.kind == tokSet {
		switch a.kind {
		case tokParenOpen, tokListOpen, tokMapOpen, tokSet, tokNot:
			return a.image != "not"
		}
	}
	switch b.kind {
	case tokParenClose, tokListClose, tokMapClose, tokBraceClose, tokComma:
		return true
	}
	return false
}

// binary reports whether t stands between two values.
func (t *token) binary() bool {
	switch t.kind {
	case tokAssign, tokOr, tokAnd, tokEqual, tokNotEqual, tokLess, tokLessEqual,
		tokGreater, tokGreaterEqual, tokPlus, tokMinus, tokTimes, tokDivide,
		tokModulo, tokColon, tokWord:
		return true
	}
	return false
}

// markTidy sets or takes away the mark of the tokens after open, up to close.
func (p *parser) markTidy(open, close *token, tidy bool) {
	if !p.tidy {
		return
	}
	for t := open; t != close; {
		t = t.next
		t.tidy = tidy
	}
}
