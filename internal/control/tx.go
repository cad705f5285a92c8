package control

import (
	"bytes"
	"errors"
	"iter"

	"postern/internal/store"
)

// A reader reads the store: a view for its own sake, or a tx that remembers.
type reader interface {
	// get returns the record under key, or nil if there is none.
	get(key string) ([]byte, error)
	// has reports whether there is a record under key.
	has(key string) (bool, error)
	// scan yields the records under prefix in the order of their keys.
	scan(prefix string) iter.Seq2[store.Item, error]
}

// A view is one snapshot of the store.
type view struct{ r store.Reader }

func (v view) item(key string) (store.Item, bool, error) {
	if len(key) > store.MaxKey {
		return store.Item{}, false, nil // nobody could have put it
	}
	item, err := v.r.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Item{}, false, nil
	}
	return item, err == nil, err
}

func (v view) get(key string) ([]byte, error) {
	item, _, err := v.item(key)
	return item.Value, err
}

func (v view) has(key string) (bool, error) {
	_, ok, err := v.item(key)
	return ok, err
}

func (v view) scan(prefix string) iter.Seq2[store.Item, error] {
	if len(prefix) > store.MaxKey {
		return func(func(store.Item, error) bool) {}
	}
	return v.r.Scan(prefix, "")
}

// A tx is a snapshot that remembers what was read, as conditions of the commit,
// and what is to be written.
type tx struct {
	view
	conditions []store.Condition
	do         []store.Write
	values     map[string][]byte // what get returned
	written    map[string]bool   // the keys of puts
}

func (t *tx) get(key string) ([]byte, error) {
	item, ok, err := t.item(key)
	switch {
	case err != nil:
		return nil, err
	case ok:
		t.conditions = append(t.conditions, store.Unchanged(key, item.Revision))
		if t.values == nil {
			t.values = map[string][]byte{}
		}
		t.values[key] = item.Value
	case len(key) <= store.MaxKey:
		t.conditions = append(t.conditions, store.Absent(key))
	}
	return item.Value, nil
}

func (t *tx) has(key string) (bool, error) {
	ok, err := t.view.has(key)
	switch {
	case err != nil:
		return false, err
	case ok:
		t.conditions = append(t.conditions, store.Present(key))
	case len(key) <= store.MaxKey:
		t.conditions = append(t.conditions, store.Absent(key))
	}
	return ok, nil
}

func (t *tx) scan(prefix string) iter.Seq2[store.Item, error] {
	if len(prefix) <= store.MaxKey {
		t.conditions = append(t.conditions, store.PrefixUnchanged(prefix, t.r.Revision()))
	}
	return t.view.scan(prefix)
}

// put writes a value, unless it is the one that was read.
func (t *tx) put(key string, value []byte) {
	if old, ok := t.values[key]; ok && bytes.Equal(old, value) {
		return
	}
	if t.written == nil {
		t.written = map[string]bool{}
	}
	t.written[key] = true
	t.do = append(t.do, store.Put(key, value))
}

func (t *tx) delete(key string)          { t.do = append(t.do, store.Delete(key)) }
func (t *tx) deletePrefix(prefix string) { t.do = append(t.do, store.DeletePrefix(prefix)) }

// puts reports whether t writes a value under key.
func (t *tx) puts(key string) bool { return t.written[key] }
