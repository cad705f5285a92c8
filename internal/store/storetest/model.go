package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postern/internal/store"
)

// This file compares a store with the plainest thing that keeps its contract: a
// map, and a list of all that ever changed.

var modeling = []rule{
	{"any transactions do what they do to a plain map", func(t *testing.T, s store.Store) {
		const steps = 1500
		m := &model{items: map[string]store.Item{}}
		r := rand.New(rand.NewPCG(1, 2)) // the same every time
		for range steps {
			before := maps.Clone(m.items)
			txn, say := m.draw(r)
			want, wantConflict := m.commit(txn)
			got, err := s.Commit(t.Context(), txn.txn())
			if errors.Is(err, store.ErrConflict) != wantConflict || !wantConflict && (err != nil || got != want) {
				t.Fatalf("%s on %v: got %d, %v, want %d, conflict %v", say, before, got, err, want, wantConflict)
			}
			wantItems(t, s, "", m.texts()...)
			if t.Failed() {
				t.Fatalf("after %s on %v", say, before)
			}
		}
		wantEvents(t, s, "", 0, m.revision, m.events...)
	}},
}

type model struct {
	items    map[string]store.Item
	revision store.Revision
	changes  []change
	events   []string
}

type change struct {
	revision store.Revision
	key      string
}

// A modelTxn is a transaction in words that the model understands too.
type modelTxn struct {
	conditions []step
	writes     []step
}

type step struct {
	verb     string
	key      string
	value    string
	revision store.Revision
}

func (m *model) draw(r *rand.Rand) (modelTxn, string) {
	keys := []string{"a", "a/", "a/1", "a/2", "a/22", "b", "b/1", "é"}
	prefixes := append([]string{"", "a/2", "c"}, keys...)
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	var txn modelTxn
	for range r.IntN(3) {
		verb := pick([]string{"unchanged", "absent", "present", "prefix unchanged"})
		c := step{verb: verb, key: pick(keys), revision: max(0, m.revision-store.Revision(r.IntN(4)))}
		if verb == "prefix unchanged" {
			c.key = pick(prefixes)
		}
		txn.conditions = append(txn.conditions, c)
	}
	for range r.IntN(5) {
		w := step{verb: pick([]string{"put", "put", "put", "delete", "delete prefix"}), key: pick(keys), value: fmt.Sprint(r.IntN(10))}
		if w.verb == "delete prefix" {
			w.key = pick(prefixes)
		}
		txn.writes = append(txn.writes, w)
	}
	return txn, fmt.Sprintf("%+v", txn)
}

func (x modelTxn) txn() (t store.Txn) {
	for _, c := range x.conditions {
		t.If = append(t.If, map[string]store.Condition{
			"unchanged":        store.Unchanged(c.key, c.revision),
			"absent":           store.Absent(c.key),
			"present":          store.Present(c.key),
			"prefix unchanged": store.PrefixUnchanged(c.key, c.revision),
		}[c.verb])
	}
	for _, w := range x.writes {
		t.Do = append(t.Do, map[string]store.Write{
			"put":           store.Put(w.key, []byte(w.value)),
			"delete":        store.Delete(w.key),
			"delete prefix": store.DeletePrefix(w.key),
		}[w.verb])
	}
	return t
}

// commit returns the revision after x, or that a condition does not hold.
func (m *model) commit(x modelTxn) (rev store.Revision, conflict bool) {
	for _, c := range x.conditions {
		if !m.holds(c) {
			return 0, true
		}
	}
	next := m.revision + 1
	touched := map[string]bool{}
	for _, w := range x.writes {
		for _, key := range slices.Sorted(maps.Keys(m.items)) {
			if w.verb == "delete" && key == w.key || w.verb == "delete prefix" && strings.HasPrefix(key, w.key) {
				delete(m.items, key)
				touched[key] = true
			}
		}
		if w.verb == "put" {
			m.items[w.key] = store.Item{Key: w.key, Value: []byte(w.value), Revision: next}
			touched[w.key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(touched)) {
		m.changes = append(m.changes, change{next, key})
		if it, ok := m.items[key]; ok {
			m.events = append(m.events, texts([]store.Item{it})...)
		} else {
			m.events = append(m.events, fmt.Sprintf("-%s@%d", key, next))
		}
	}
	if len(touched) > 0 {
		m.revision = next
	}
	return m.revision, false
}

func (m *model) holds(c step) bool {
	_, there := m.items[c.key]
	changed := slices.ContainsFunc(m.changes, func(h change) bool {
		return h.revision > c.revision && (h.key == c.key || c.verb == "prefix unchanged" && strings.HasPrefix(h.key, c.key))
	})
	switch c.verb {
	case "absent":
		return !there
	case "present":
		return there
	case "unchanged":
		return there && !changed
	}
	return !changed
}

func (m *model) texts() []string {
	var items []store.Item
	for _, key := range slices.Sorted(maps.Keys(m.items)) {
		items = append(items, m.items[key])
	}
	return texts(items)
}
