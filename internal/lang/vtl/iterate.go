package vtl

import "errors"

var (
	errNoMore = errors.New("found no more elements, expected a call of hasNext before next")
	errNoLast = errors.New("found no element to remove, expected a call of next before remove")
)

// An iterator goes through a list, a map view, or another iterator.
type iterator struct {
	list  *List
	view  *mapView
	outer *iteratorObject
	i     int
	size  int // of the view, when it began
	mods  int

	// Of a list in a document, which becomes list when it changes:
	doc   Document
	place uint32
	at    uint32 // place of the next element
}

// An iteratorObject is an iterator that a template holds.
type iteratorObject struct {
	iterator
	given bool // there is a last element, which remove can take out
}

// next is iterator.next.
func (it *iteratorObject) next() (Value, error) {
	v, err := it.iterator.next()
	it.given = err == nil
	return v, err
}

// remove takes the last element out of the list or map.
func (it *iteratorObject) remove(e *Env) error {
	if !it.given {
		return errNoLast
	}
	it.given = false
	if it.doc != nil && it.inDocument() {
		it.list, it.doc = it.doc.Value(it.place).AsList(), nil
		it.mods = it.list.mods
	}
	if it.list != nil {
		if it.mods != it.list.mods || it.list.stale() {
			return errChanged
		}
		it.i--
		err := e.removeElement(it.list, it.i)
		it.mods = it.list.mods
		return err
	}
	m := it.view.m
	if it.mods != m.mods {
		return errChanged
	}
	it.i--
	it.size--
	m.remove(m.key(it.i))
	it.mods = m.mods
	return e.work(m.Len())
}

// iterate lets it, which is new, go over v. It is false if v cannot be looped
// over. A map gives its values.
func (e *Env) iterate(it *iterator, v Value) bool {
	switch o := v.ref.(type) {
	case *List:
		if o.doc == nil || !it.enter(o.doc, o.place) {
			it.list, it.mods = o, o.mods
		}
	case *Map:
		it.over(e.view(o, vals))
	case *mapView:
		it.over(o)
	case *iteratorObject:
		it.outer = o
	case *loop:
		if o.entries == nil {
			it.list = &List{}
		} else {
			it.over(e.view(o.entries, vals))
		}
	default:
		return false
	}
	return true
}

// enter lets it go over a list in a document, if there is one.
func (it *iterator) enter(doc Document, place uint32) bool {
	first, n, ok := doc.Elements(place)
	if ok {
		it.doc, it.place, it.at, it.size = doc, place, first, n
	}
	return ok
}

// nextPlace is next for a list in a document.
func (it *iterator) nextPlace() (place uint32, ok bool) {
	if !it.inDocument() || it.i >= it.size {
		return 0, false
	}
	place = it.at
	if it.i++; it.i < it.size {
		it.at = it.doc.Next(place)
	}
	return place, true
}

// inDocument reports whether the elements come from the document, for an iterator
// that has one. If not, the list has changed, and has them.
func (it *iterator) inDocument() bool {
	if it.doc.Holds(it.place) {
		return true
	}
	it.list, it.doc = it.doc.Value(it.place).AsList(), nil
	return false
}

// view returns a view of a map.
func (e *Env) view(m *Map, what viewOf) *mapView {
	w := e.views.Take()
	w.m, w.what = m, what
	return w
}

// over lets it go over a view.
func (it *iterator) over(w *mapView) {
	if w.m.style&Hashed != 0 {
		w.m.own()
	}
	it.view, it.size, it.mods = w, w.m.Len(), w.m.mods
}

func (it *iterator) hasNext() bool {
	switch {
	case it.doc != nil && it.inDocument():
		return it.i < it.size
	case it.outer != nil:
		return it.outer.hasNext()
	case it.list != nil:
		return it.i != it.list.Len()
	}
	return it.i < it.size
}

// nextInteger is next for a range that has not been changed.
func (it *iterator) nextInteger() (i int32, ok bool) {
	if it.list == nil || it.mods != it.list.mods {
		return 0, false
	}
	r, ok := it.list.src.(*integers)
	if !ok || it.i >= r.size {
		return 0, false
	}
	it.i++
	return r.first + int32(it.i-1)*r.step, true
}

// next returns the next element. It fails if there is none, or if the
// collection has changed.
func (it *iterator) next() (Value, error) {
	if it.doc != nil {
		if place, ok := it.nextPlace(); ok {
			return it.doc.Value(place), nil
		}
	}
	switch {
	case it.outer != nil:
		return it.outer.next()
	case it.list != nil:
		if it.mods != it.list.mods || it.list.stale() {
			return Null, errChanged
		}
		if it.i >= it.list.Len() {
			return Null, errNoMore
		}
		it.i++
		return it.list.At(it.i - 1), nil
	}
	if it.mods != it.view.m.mods {
		return Null, errChanged
	}
	if it.i >= it.size {
		return Null, errNoMore
	}
	it.i++
	return it.view.at(it.i - 1), nil
}
