package vtl

import "strconv"

// A flow says how a statement ended.
type flow uint8

const (
	onward   flow = iota
	breaking      // #break: to the end of Env.breakTo, or of the nearest loop
	stopping      // #stop: to the end of the template
	failing       // Env.err says why
)

// A statement appends its output.
type statement interface {
	render(e *Env, dst []byte) ([]byte, flow)
}

func (b block) render(e *Env, dst []byte) ([]byte, flow) {
	var f flow
	for _, s := range b {
		switch s := s.(type) {
		case *textNode:
			dst = append(dst, s.text...)
			continue
		case *printNode:
			dst, f = s.render(e, dst)
		case *setNode:
			dst, f = s.render(e, dst)
		case *ifNode:
			dst, f = s.render(e, dst)
		default:
			dst, f = s.render(e, dst)
		}
		if f != onward {
			return dst, f
		}
	}
	return dst, onward
}

type textNode struct{ text string }

func (n *textNode) add(s string) { n.text += s }

func (n *textNode) render(e *Env, dst []byte) ([]byte, flow) {
	return append(dst, n.text...), onward
}

// A printNode prints text and then the value of a reference.
type printNode struct {
	before string
	ref    *reference
	call   bool // $host.method(…) and no more, which the host may print itself
	leaf   bool // $x or $map.name.name… and no more, which a document may print
}

func (n *printNode) render(e *Env, dst []byte) ([]byte, flow) {
	dst = append(dst, n.before...)
	if n.leaf {
		if out, printed := n.ref.appendLeaf(e, dst); printed {
			return n.within(e, out)
		}
	}
	var v Value
	var o outcome
	if n.call {
		var printed bool
		if dst, printed, v, o = n.ask(e, dst); printed {
			return n.within(e, dst)
		}
	} else {
		v, o = n.ref.eval(e)
	}
	switch o {
	case failed:
		return dst, e.ended()
	case absent:
		return dst, onward
	}
	if n.ref.prefix != "" {
		if _, block := v.ref.(*definedBlock); !block { // it prints without
			dst = append(dst, n.ref.prefix...)
		}
	}
	switch v.kind {
	case KindString:
		dst = append(dst, v.str()...)
	case KindInt:
		dst = strconv.AppendInt(dst, int64(v.num), 10)
	default:
		var f flow
		if dst, f = n.other(e, dst, v); f != onward {
			return dst, f
		}
	}
	return n.within(e, dst)
}

// appendLeaf prints what stands in a document without making a value of it.
func (r *reference) appendLeaf(e *Env, dst []byte) (out []byte, printed bool) {
	doc, place := r.document(e)
	if doc == nil || e.steps < len(r.steps) {
		return dst, false
	}
	var names []string
	if len(r.steps) > 0 {
		names = r.steps[0].run
	}
	if dst, printed = doc.AppendLeaf(dst, place, names, e.hints[r.hints:r.hints+len(names)]); printed {
		e.steps -= len(names)
	}
	return dst, printed
}

// within fails if the output is too long.
func (n *printNode) within(e *Env, dst []byte) ([]byte, flow) {
	if len(dst) > e.room {
		return dst, n.tooLong(e)
	}
	return dst, onward
}

func (n *printNode) tooLong(e *Env) flow {
	return e.exceed(n.ref.at, n.ref.source, "output", e.max.Output, "bytes")
}

// ask calls the method, and lets the host print the result if it can. If not,
// the result is v.
func (n *printNode) ask(e *Env, dst []byte) (out []byte, printed bool, v Value, o outcome) {
	r := n.ref
	root, _ := e.load(r.slot)
	host, able := root.ref.(CallAppender)
	if !able {
		v, o = r.eval(e)
		return dst, false, v, o
	}
	s := &r.steps[0]
	base, ok := len(e.args), e.step(s.at)
	for i := 0; ok && i < len(s.args); i++ {
		a, p := s.args[i].eval(e)
		e.args = append(e.args, a)
		ok = p != failed
	}
	if !ok {
		e.args = e.args[:base]
		return dst, false, Null, failed
	}
	out, printed, err := host.AppendCall(dst, s.name, e.args[base:])
	if err == nil && !printed {
		v, ok, err = e.call(root, s, e.args[base:])
	}
	e.args = e.args[:base]
	switch {
	case err != nil || e.err != nil:
		r.check(e, s, err)
		return dst, false, Null, failed
	case !ok || v.kind == KindNull:
		v = String("")
	}
	return out, printed, v, found
}

// other prints values that take more to print.
func (n *printNode) other(e *Env, dst []byte, v Value) ([]byte, flow) {
	if b, ok := v.ref.(*definedBlock); ok {
		out, f, printed := b.render(e, dst)
		if !printed {
			out = append(out, n.ref.nullText()...)
		}
		return out, f
	}
	out, err := e.appendValue(dst, v)
	if err != nil {
		return out[:len(dst)], e.fail(n.ref.at, n.ref.source, err.Error(), err)
	}
	return out, onward
}

// An actNode is an escaped reference, which calls its methods all the same.
type actNode struct{ ref *reference }

func (n *actNode) render(e *Env, dst []byte) ([]byte, flow) {
	if _, o := n.ref.eval(e); o == failed {
		return dst, e.ended()
	}
	return dst, onward
}

// A setNode is #set.
type setNode struct {
	target *reference
	value  expr
	whole  *mathNode // value, if it is an integer operation for a variable
}

func (n *setNode) render(e *Env, dst []byte) ([]byte, flow) {
	if !e.step(n.target.at) {
		return dst, e.ended()
	}
	if n.whole != nil {
		if i, k := n.whole.long(e); k != KindNull {
			e.storeWhole(n.target.slot, i, k)
			return dst, onward
		}
	}
	v, o := n.value.eval(e)
	switch o {
	case failed:
		return dst, e.ended()
	case absent:
		return dst, onward
	}
	if !n.target.assign(e, v) {
		return dst, e.ended()
	}
	return dst, onward
}

type branch struct {
	cond expr
	body block
}

// An ifNode is #if with its #elseif and #else.
type ifNode struct {
	branches  []branch
	otherwise block
}

func (n *ifNode) render(e *Env, dst []byte) ([]byte, flow) {
	for i := range n.branches {
		b := &n.branches[i]
		yes, ok := b.cond.test(e)
		if !ok {
			return dst, e.ended()
		}
		if yes {
			return b.body.render(e, dst)
		}
	}
	return n.otherwise.render(e, dst)
}

// A breakNode is #break.
type breakNode struct {
	at     int
	scope  expr // nil for the nearest
	source string
}

func (n *breakNode) render(e *Env, dst []byte) ([]byte, flow) {
	e.breakTo = nil
	if n.scope == nil {
		return dst, breaking
	}
	v, o := n.scope.eval(e)
	if o == failed {
		return dst, e.ended()
	}
	l, ok := v.ref.(*loop)
	if !ok {
		return dst, e.fail(n.at, n.source, "found an argument of #break that is no loop, expected $foreach or $foreach.parent", nil)
	}
	e.breakTo = l
	return dst, breaking
}

// A stopNode is #stop.
type stopNode struct{}

func (stopNode) render(e *Env, dst []byte) ([]byte, flow) { return dst, stopping }

// A failNode is a directive that cannot be executed.
type failNode struct {
	at      int
	message string
	source  string
}

func (n *failNode) render(e *Env, dst []byte) ([]byte, flow) {
	return dst, e.fail(n.at, n.source, n.message, nil)
}

// A defineNode is #define.
type defineNode struct {
	at   int
	slot int // -1 where no name can be set
	id   int
	body block
}

func (n *defineNode) render(e *Env, dst []byte) ([]byte, flow) {
	e.store(n.slot, Value{kind: KindObject, ref: &definedBlock{env: e, run: e.run, node: n}})
	return dst, onward
}

// A definedBlock is the value that #define makes. It prints its statements anew
// each time, and nothing after its rendering has given way to another.
type definedBlock struct {
	env  *Env
	run  uint64 // of env
	node *defineNode
}

// twice is how deep a block can be in its own printing.
const twice = 2

// isNull reports whether b is being printed twice already and has no text.
func (b *definedBlock) isNull(e *Env) bool {
	return e == b.env && e.run == b.run && e.defining[b.node.id] == twice
}

// render prints the block, unless it is null.
func (b *definedBlock) render(e *Env, dst []byte) (out []byte, f flow, printed bool) {
	if e != b.env || e.run != b.run {
		return dst, onward, true
	}
	busy := &e.defining[b.node.id]
	if *busy == twice {
		return dst, onward, false
	}
	if e.depth == 0 {
		return dst, e.exceed(b.node.at, "", "nesting", e.max.Depth, "levels"), true
	}
	*busy++
	e.depth--
	dst, f = b.node.body.render(e, dst)
	e.depth++
	if f == breaking && e.breakTo == nil {
		f = onward
	}
	if f != breaking { // a block that leaves a loop stays busy, as in Java
		*busy--
	}
	return dst, f, true
}
