package vtl

import "fmt"

// maxNesting is how deep directives, brackets and templates within strings may
// be nested. A deeper template is a syntax error. Chosen: Java's stack ends
// somewhere between one and ten thousand.
const maxNesting = 1000

// A parser makes a tree of statements out of tokens. It fails by a panic with
// an *Error, which Parse catches.
type parser struct {
	tmpl   *Template
	lx     lexer
	cur    *token          // last consumed
	macros map[string]bool // names defined so far; a backslash escapes their calls
	depth  int
	tidy   bool // mark tokens for Template.String

	// A template within a string has its own parser. Places in it are reported
	// at the string, or inside it when origin says that offsets are the same.
	outer int  // offset of the string in the outermost template
	exact bool // offset in src + outer is the place in the outermost template
}

// Parse compiles text. The name appears in errors only. An error is an *Error
// that says where the template does not follow the grammar.
func Parse(name, text string) (t *Template, err error) {
	t = &Template{name: name, text: text, slots: map[string]int{}}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			t, err = nil, e
		}
	}()
	p := newParser(t, text)
	t.body = p.template()
	t.finish()
	return t, nil
}

func newParser(t *Template, src string) *parser {
	return &parser{
		tmpl:   t,
		lx:     lexer{src: src},
		cur:    &token{},
		macros: map[string]bool{},
		exact:  true,
	}
}

// template parses to the end of the text.
func (p *parser) template() block {
	var b block
	for p.startsStatement() {
		b = p.statement(b)
	}
	if t := p.peek(); t.kind != tokEOF {
		p.fail(t, "found %s, expected a statement or the end of the template", t.describe())
	}
	return b
}

// peek returns the next token without consuming it.
func (p *parser) peek() *token { return p.after(p.cur) }

// after returns the token after t.
func (p *parser) after(t *token) *token {
	if t.next == nil {
		n, bad := p.lx.next()
		if bad != nil {
			p.failLexical(bad)
		}
		t.next = n
	}
	return t.next
}

// take consumes the next token.
func (p *parser) take() *token {
	p.cur = p.peek()
	return p.cur
}

// is reports whether the next token is of kind k.
func (p *parser) is(k tokenKind) bool { return p.peek().kind == k }

// accept consumes the next token if it is of kind k.
func (p *parser) accept(k tokenKind) bool {
	if p.is(k) {
		p.take()
		return true
	}
	return false
}

// expect consumes the next token, which must be of kind k.
func (p *parser) expect(k tokenKind, what string) *token {
	if t := p.peek(); t.kind != k {
		p.fail(t, "found %s, expected %s", t.describe(), what)
	}
	return p.take()
}

// enter counts a level of nesting; leave ends it.
func (p *parser) enter(t *token) {
	p.depth++
	if p.depth > maxNesting {
		p.fail(t, "found more than %d levels of nesting, expected fewer", maxNesting)
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) fail(t *token, format string, args ...any) {
	p.failAt(t.start, fmt.Sprintf(format, args...))
}

func (p *parser) failLexical(bad *lexicalError) {
	if bad.atEOF {
		msg := "found the end of the template, expected more after '$' or '#'"
		switch p.lx.mode {
		case inTextblock:
			msg = "found the end of the template, expected ]]# to end the textblock"
		case inBlockComment, inFormalComment:
			msg = "found the end of the template, expected *# to end the comment"
		case inReference:
			msg = "found '$' at the end of the template, expected a name or other text after it"
		case inWord:
			msg = "found '#' at the end of the template, expected a directive or other text after it"
		}
		p.failAt(bad.offset, msg)
	}
	var what string
	switch p.lx.mode {
	case inArguments:
		what = "an argument"
	case inIndex:
		what = "a string, an integer, true, false or a reference, and ]"
	default:
		what = "an expression"
	}
	rest := p.lx.src[bad.offset:]
	switch rest[0] {
	case '"', '\'':
		p.failAt(bad.offset, fmt.Sprintf("found %s without its end, expected another %c", quote(rest), rest[0]))
	}
	for i := range rest {
		if i > 0 {
			rest = rest[:i]
			break
		}
	}
	p.failAt(bad.offset, fmt.Sprintf("found %s, expected %s", quote(rest), what))
}

func (p *parser) failAt(offset int, msg string) {
	line, col := p.tmpl.position(p.place(offset))
	panic(&Error{Name: p.tmpl.name, Line: line, Column: col, Message: msg})
}

// place returns the offset in the outermost template for an offset in p's text.
func (p *parser) place(offset int) int {
	if p.exact {
		return p.outer + offset
	}
	return p.outer
}
