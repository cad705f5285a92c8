package vtl

import "strings"

// This file shows what a template is made of to those who check templates
// without running them.

// A Part is a piece of a template: a reference, or something else that a reader
// of templates may have taken for something else.
type Part struct {
	Role   Role
	Offset int    // in the text, in bytes; inside a string with escapes, that of the string
	Source string // as written; empty for Looped, Defined, Untrue and Computed
	Name   string // of the variable, or the word without #
	Steps  []Step // behind the variable

	Message string // of the error that Failing ends with
}

// A Role says what a Part does.
type Role uint8

// The roles. The parts up to Defined are references.
const (
	Printed  Role = iota + 1 // its value prints
	Read                     // its value is used
	Tested                   // its truth is asked
	Assigned                 // the target of #set
	Looped                   // the variable of #foreach
	Defined                  // the variable of #define
	Untrue                   // a string, list, map or number whose truth is asked: always false
	Failing                  // a directive that cannot be executed, such as #parse
	Computed                 // an arithmetic operation
	Word                     // a #word that does nothing and prints as it is, or #macro
)

// A Step is one element of a reference behind its variable.
type Step struct {
	Kind   StepKind
	Name   string // of the property or method
	Offset int    // of the name, or of the bracket
	Args   []Argument
}

// A StepKind is what a Step asks for.
type StepKind uint8

// The kinds of steps.
const (
	Property StepKind = iota + 1
	Method
	Index
)

// An Argument is what a method or an index is given.
type Argument struct {
	Text    string // of a string literal without references and directives
	Literal bool   // it is such a literal
}

// Walk calls visit for each part of t, in the order of the text as far as roles
// allow: the words come last. Parts of a string in double quotes are parts of t.
func (t *Template) Walk(visit func(Part)) {
	w := walker{t, visit}
	w.block(t.body)
	w.words()
}

// Position returns the line and the column, both from 1, of an offset in the
// text of a template, as errors have them.
func Position(text string, offset int) (line, column int) {
	t := Template{text: text}
	return t.position(offset)
}

// CheckPattern returns why a text is no regular expression, in the words of the
// error that a method which is given it fails with, or nil.
func CheckPattern(expr string) error {
	_, err := compilePattern(expr)
	return err
}

type walker struct {
	t     *Template
	visit func(Part)
}

func (w walker) block(b block) {
	for _, s := range b {
		w.statement(s)
	}
}

func (w walker) statement(s statement) {
	switch s := s.(type) {
	case *printNode:
		w.reference(s.ref, Printed)
	case *actNode:
		w.reference(s.ref, Read)
	case *setNode:
		w.expr(s.value, Read)
		w.reference(s.target, Assigned)
	case *ifNode:
		for _, b := range s.branches {
			w.expr(b.cond, Tested)
			w.block(b.body)
		}
		w.block(s.otherwise)
	case *foreachNode:
		if s.list != nil {
			w.expr(s.list, Read)
		}
		if s.item >= 0 {
			w.visit(Part{Role: Looped, Offset: s.at, Name: w.t.names[s.item]})
		}
		w.block(s.body)
	case *defineNode:
		if s.slot >= 0 {
			w.visit(Part{Role: Defined, Offset: s.at, Name: w.t.names[s.slot]})
		}
		w.block(s.body)
	case *breakNode:
		if s.scope != nil {
			w.expr(s.scope, Read)
		}
	case *failNode:
		w.visit(Part{Role: Failing, Offset: s.at, Source: s.source, Message: s.message})
	}
}

// expr visits an expression of which role, Read or Tested, is asked.
func (w walker) expr(x expr, role Role) {
	switch x := x.(type) {
	case *reference:
		w.reference(x, role)
	case *parenNode:
		w.expr(x.x, role)
	case *notNode:
		w.expr(x.x, Tested)
	case *logicNode:
		w.expr(x.left, Tested)
		w.expr(x.right, Tested)
	case *equalNode:
		w.expr(x.left, Read)
		w.expr(x.right, Read)
	case *orderNode:
		w.expr(x.left, Read)
		w.expr(x.right, Read)
	case *mathNode:
		w.visit(Part{Role: Computed, Offset: x.at})
		w.untrue(x.at, role)
		w.expr(x.left, Read)
		w.expr(x.right, Read)
	case *stringNode:
		w.untrue(x.at, role)
		w.block(x.body)
	case *listNode:
		w.untrue(x.at, role)
		w.all(x.elems)
	case *rangeNode:
		w.untrue(x.at, role)
		w.expr(x.from, Read)
		w.expr(x.to, Read)
	case *mapNode:
		w.untrue(x.at, role)
		for i := range x.keys {
			w.expr(x.keys[i], Read)
			w.expr(x.vals[i], Read)
		}
	}
}

func (w walker) all(xs []expr) {
	for _, x := range xs {
		w.expr(x, Read)
	}
}

func (w walker) untrue(at int, role Role) {
	if role == Tested {
		w.visit(Part{Role: Untrue, Offset: at})
	}
}

func (w walker) reference(r *reference, role Role) {
	for _, s := range r.steps {
		w.all(s.args)
	}
	if r.slot < 0 {
		return
	}
	p := Part{Role: role, Offset: r.at, Source: r.source, Name: w.t.names[r.slot]}
	// Sigils and backslashes before the reference do not belong to it.
	if i := strings.Index(w.t.text[min(r.at, len(w.t.text)):], r.source); i > 0 && i <= len(r.prefix)*2+1 {
		p.Offset += i
	}
	for i := range r.steps {
		p.Steps = append(p.Steps, r.steps[i].part())
	}
	w.visit(p)
}

func (s *step) part() Step {
	out := Step{Kind: Property, Name: s.name, Offset: s.at}
	switch s.kind {
	case callMethod:
		out.Kind = Method
	case getIndex:
		out.Kind = Index
	}
	for _, x := range s.args {
		out.Args = append(out.Args, argumentOf(x))
	}
	return out
}

// argumentOf returns the text of an argument that is the same in each rendering,
// such as 'a' and "$.a".
func argumentOf(x expr) Argument {
	switch x := x.(type) {
	case *constNode:
		if x.v.kind == KindString {
			return Argument{x.v.str(), true}
		}
	case *stringNode:
		if len(x.body) != 1 || x.cut {
			break
		}
		if t, ok := x.body[0].(*textNode); ok {
			return Argument{t.text, true}
		}
	}
	return Argument{}
}

// words visits the words that are no directives, which the tree has as text.
func (w walker) words() {
	p := newParser(&Template{name: w.t.name, text: w.t.text, slots: map[string]int{}}, w.t.text)
	first := p.cur
	p.template() // did not fail in Parse
	for tok := first.next; tok != nil && tok.kind != tokEOF; tok = tok.next {
		if tok.kind != tokWord && tok.kind != tokBracedWord || !strings.HasPrefix(tok.image, "#") {
			continue
		}
		name := wordName(tok)
		if _, known := directiveKind(name); known && name != "macro" {
			continue
		}
		w.visit(Part{Role: Word, Offset: tok.start, Source: tok.image, Name: name})
	}
}
