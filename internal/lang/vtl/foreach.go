package vtl

// A foreachNode is #foreach.
type foreachNode struct {
	at     int
	item   int // place of the loop variable, or -1
	list   expr
	ref    *reference // list, if it is $x.name.name… and no more
	source string     // of list
	body   block

	// Places of $foreach, $velocityCount, $velocityHasNext, or -1 where the
	// template does not name them.
	loop, count, more int
}

// A loop is one run of #foreach, and the value of $foreach in it.
type loop struct {
	it      iterator
	index   int
	parent  *loop
	node    *foreachNode
	entries *Map // what a template put into $foreach
}

func (n *foreachNode) render(e *Env, dst []byte) ([]byte, flow) {
	if !e.step(n.at) {
		return dst, e.ended()
	}
	l := e.loops.Take()
	if !n.elements(e, &l.it) {
		v, o := n.list.eval(e)
		switch o {
		case failed:
			return dst, e.ended()
		case absent:
			return dst, onward
		}
		if !e.iterate(&l.it, v) {
			return dst, onward
		}
	}
	l.index, l.node = -1, n
	oldItem, oldLoop := e.save(n.item), e.save(n.loop)
	oldCount, oldMore := e.save(n.count), e.save(n.more)
	l.parent, _ = oldLoop.v.ref.(*loop)
	e.store(n.loop, Value{kind: KindObject, ref: l})

	doc := l.it.doc
	var f flow
	for l.it.hasNext() {
		if l.index+1 == e.max.Rounds {
			e.loopsCut++
			break
		}
		if !e.step(n.at) {
			return dst, e.ended()
		}
		var next Value
		var (
			place           uint32
			i               int32
			placed, integer bool
		)
		if l.it.doc != nil {
			place, placed = l.it.nextPlace()
		} else {
			i, integer = l.it.nextInteger()
		}
		if !placed && !integer {
			var err error
			if next, err = l.it.next(); err != nil {
				return dst, e.fail(n.at, n.source, err.Error(), err)
			}
		}
		l.index++
		if n.count >= 0 {
			e.store(n.count, Int(int32(l.index+1)))
		}
		if n.more >= 0 {
			e.store(n.more, Bool(l.it.hasNext()))
		}
		switch {
		case placed:
			e.storePlace(n.item, doc, place)
		case integer:
			e.storeWhole(n.item, int64(i), KindInt)
		default:
			e.store(n.item, next)
		}
		dst, f = n.body.render(e, dst)
		if f != onward {
			if f == breaking && (e.breakTo == nil || e.breakTo == l) {
				e.breakTo = nil
				f = onward
			}
			break
		}
		if len(dst) > e.room {
			return dst, e.exceed(n.at, n.source, "output", e.max.Output, "bytes")
		}
	}
	e.restore(n.item, oldItem)
	e.restore(n.loop, oldLoop)
	e.restore(n.count, oldCount)
	e.restore(n.more, oldMore)
	return dst, f
}

// elements lets it go over a list that is reached without making values of what
// is on the way.
func (n *foreachNode) elements(e *Env, it *iterator) bool {
	if n.ref == nil {
		return false
	}
	doc, place, ok, known := n.ref.walk(e)
	if !known {
		return false
	}
	if ok && it.enter(doc, place) {
		return true
	}
	e.steps += len(n.ref.steps) // which others take now
	return false
}

// property returns $foreach.name. What the loop does not know may have been put
// there by the template.
func (l *loop) property(name string) (Value, bool) {
	switch name {
	case "index":
		return Int(int32(l.index)), true
	case "count":
		return Int(int32(l.index + 1)), true
	case "hasNext":
		return Bool(l.it.hasNext()), true
	case "first":
		return Bool(l.index < 1), true
	case "last":
		return Bool(!l.it.hasNext()), true
	case "parent":
		if l.parent == nil {
			return Null, false
		}
		return Value{kind: KindObject, ref: l.parent}, true
	case "topmost":
		top := l
		for top.parent != nil {
			top = top.parent
		}
		return Value{kind: KindObject, ref: top}, true
	case "info":
		return Object(loopInfo{l}), true
	}
	if l.entries == nil {
		return Null, false
	}
	return l.entries.get(String(name))
}

// put sets $foreach.name.
func (l *loop) put(key, v Value) {
	if l.entries == nil {
		l.entries = NewMap(Ordered)
	}
	l.entries.put(key, v)
}

// A loopInfo is $foreach.info.
type loopInfo struct{ l *loop }

// Property returns what is known of the loop's directive.
func (i loopInfo) Property(name string) (Value, bool) {
	switch name {
	case "name":
		return String("foreach"), true
	case "type":
		return String("block"), true
	case "depth":
		d := int32(1)
		for p := i.l.parent; p != nil; p = p.parent {
			d++
		}
		return Int(d), true
	}
	return Null, false
}

// Call has no methods to call.
func (loopInfo) Call(string, []Value) (Value, bool, error) { return Null, false, nil }

// AppendTo appends the name of the directive.
func (loopInfo) AppendTo(dst []byte) []byte { return append(dst, "#foreach"...) }
