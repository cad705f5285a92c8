package vtl

import "strings"

// A directiveType says what follows the arguments of a directive.
type directiveType uint8

const (
	line   directiveType = iota + 1 // nothing
	blocky                          // statements and #end
)

// directiveKind returns the type of the directives that are not part of the
// grammar itself.
func directiveKind(name string) (directiveType, bool) {
	switch name {
	case "foreach", "define", "literal", "macro":
		return blocky, true
	case "include", "parse", "break", "stop":
		return line, true
	}
	return line, false
}

// An argument is one value between the parentheses of a directive.
type argument struct {
	first, last *token
	word        bool       // a bare word
	value       expr       // nil for a word
	ref         *reference // value, if it is a reference
}

// directive parses #word, its arguments and its block.
func (p *parser) directive(b block) block {
	t := p.take()
	name := wordName(t)
	kind, known := directiveKind(name)
	if !known && strings.HasPrefix(name, "@") {
		kind = blocky
	}

	p.lx.mode = inDirective
	if !p.lx.parenFollows() {
		if name == "macro" {
			p.fail(t, "found #macro without arguments, expected (name)")
		}
		p.lx.pop()
		return p.bareDirective(b, t, name, known)
	}

	p.accept(tokSpace)
	open := p.expect(tokParenOpen, "(")
	args := p.directiveArguments(t, name, known)
	p.accept(tokSpace)
	p.expect(tokParenClose, "another argument or )")
	if name == "foreach" {
		p.markTidy(open, p.cur, true)
	}
	if kind == line {
		if !known {
			return appendText(b, imagesFrom(t, p.cur))
		}
		return p.lineDirective(b, t, name, args)
	}

	opened := p.cur
	body := p.statements()
	closed := p.cur
	p.expect(tokEnd, "#end to end #"+name)
	if !known || name == "literal" {
		p.markTidy(t, p.cur, false)
	}
	if !known {
		return appendText(b, imagesFrom(t, p.cur))
	}
	switch name {
	case "foreach":
		if n := p.foreachNode(t, args, body); n != nil {
			b = append(b, n)
		}
		return b
	case "define":
		return append(b, p.defineNode(t, args, body))
	case "macro":
		if len(args) == 0 {
			p.fail(t, "found #macro without a name, expected (name)")
		}
		p.macros[args[0].first.image] = true
		return b
	}
	// #literal prints the source of its first argument, or else of its body.
	if len(args) > 0 {
		return appendText(b, literalFrom(args[0].first, args[0].last))
	}
	if opened == closed {
		p.fail(p.cur, "found nothing in #literal, expected text before #end")
	}
	return appendText(b, literalFrom(opened.next, closed))
}

// wordName returns the word without # and braces.
func wordName(t *token) string {
	if t.kind == tokBracedWord {
		return t.image[2 : len(t.image)-1]
	}
	return t.image[1:]
}

// directiveArguments parses the arguments, which commas may separate.
func (p *parser) directiveArguments(t *token, name string, known bool) []argument {
	var args []argument
	for p.argumentFollows() {
		p.accept(tokSpace)
		if p.accept(tokComma) {
			p.accept(tokSpace)
		}
		a := p.directiveArgument()
		switch {
		case name == "macro" && len(args) == 0:
			if !a.word {
				p.fail(t, "found %s as the name of a macro, expected a word", a.first.describe())
			}
		case a.word && known && (name != "foreach" || len(args) != 1):
			p.fail(a.first, "found %s, expected a value", a.first.describe())
		}
		args = append(args, a)
	}
	return args
}

// argumentFollows looks two tokens ahead for an argument.
func (p *parser) argumentFollows() bool {
	t := p.peek()
	switch t.kind {
	case tokSpace:
		n := p.after(t)
		return n.kind == tokComma || startsArgument(n.kind)
	case tokComma:
		n := p.after(t)
		return n.kind == tokSpace || startsArgument(n.kind)
	}
	return startsArgument(t.kind)
}

func startsArgument(k tokenKind) bool {
	return k == tokWord || startsValue(k)
}

func (p *parser) directiveArgument() argument {
	a := argument{first: p.peek()}
	if p.accept(tokWord) {
		a.word = true
	} else {
		a.value = p.value()
		a.ref, _ = a.value.(*reference)
	}
	a.last = p.cur
	return a
}

// bareDirective handles a word without parentheses.
func (p *parser) bareDirective(b block, t *token, name string, known bool) block {
	if !known {
		return appendText(b, t.image)
	}
	switch name {
	case "foreach", "define", "literal":
		p.fail(t, "found #%s without arguments, expected (", name)
	}
	return p.lineDirective(b, t, name, nil)
}

// lineDirective makes #break, #stop, #include, #parse.
func (p *parser) lineDirective(b block, t *token, name string, args []argument) block {
	at := p.place(t.start)
	switch name {
	case "break":
		if len(args) > 1 {
			p.fail(t, "found %d arguments of #break, expected one at most", len(args))
		}
		n := &breakNode{at: at}
		if len(args) == 1 {
			n.scope = args[0].value
			n.source = literalFrom(args[0].first, args[0].last)
		}
		return append(b, n)
	case "stop":
		if len(args) > 1 {
			p.fail(t, "found %d arguments of #stop, expected one at most", len(args))
		}
		return append(b, stopNode{})
	case "include":
		if len(args) == 0 {
			return b
		}
	}
	message := "found #" + name + ", expected none: there are no files to read"
	return append(b, &failNode{at: at, message: message, source: imagesFrom(t, p.cur)})
}

// foreachNode makes a loop. The third argument is the list; what stands in its
// place, or after it, is what plain Velocity takes there.
func (p *parser) foreachNode(t *token, args []argument, body block) statement {
	at := p.place(t.start)
	if len(args) < 2 {
		return &failNode{at: at, message: "found #foreach without a list, expected ($item in $list)"}
	}
	n := &foreachNode{at: at, body: body, item: -1}
	if r := args[0].ref; r != nil && !r.runt && r.computable {
		n.item = r.slot
	}
	if len(args) == 2 {
		return nil // the list is the block, which has no value
	}
	p.tmpl.loops = append(p.tmpl.loops, n)
	n.list = args[2].value
	if r, ok := n.list.(*reference); ok && r.slot >= 0 && len(r.steps) > 0 && len(r.steps[0].run) == len(r.steps) {
		n.ref = r
	}
	n.source = literalFrom(args[2].first, args[2].last)
	if len(args) > 3 {
		n.body = nil
		if r := args[3].ref; r != nil {
			n.body = appendPrinted(nil, r)
		}
	}
	return n
}

func (p *parser) defineNode(t *token, args []argument, body block) statement {
	if len(args) != 1 {
		p.fail(t, "found %d arguments of #define, expected one reference", len(args))
	}
	n := &defineNode{at: p.place(t.start), slot: -1, id: p.tmpl.defines, body: body}
	p.tmpl.defines++
	if r := args[0].ref; r != nil && r.plain {
		n.slot = r.slot
	}
	return n
}
