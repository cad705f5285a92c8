package store

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
)

// This file is what the stores have in common: how a transaction is judged and
// performed, and how items are gathered. An implementation brings a Draft.

// A Draft is the state of a store while a transaction changes it. Its changes
// become the state of the store, or nobody ever sees them.
type Draft interface {
	Get(key string) (Item, error) // or ErrNotFound
	Scan(prefix, after string) iter.Seq2[Item, error]
	Put(Item) error
	Delete(key string) error // of a key that is there
}

// Apply judges the conditions of t and then performs its writes on d as
// revision next. It returns one event for each key that was written, in the
// order of the keys; none means that nothing changed.
//
// changed returns the newest revision after since that changed a key under
// prefix, or 0; see History.Changed. An error that is ErrConflict or ErrInvalid
// leaves d as it was.
func Apply(d Draft, t Txn, next Revision, changed func(prefix string, since Revision) Revision) ([]Event, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	for _, c := range t.If {
		if err := judge(d, c, next, changed); err != nil {
			return nil, err
		}
	}
	events := map[string]Event{}
	remove := func(key string) error {
		events[key] = Event{Key: key, Revision: next, Deleted: true}
		return d.Delete(key)
	}
	for _, w := range t.Do {
		switch w.kind {
		case put:
			it := Item{Key: w.Key, Value: append([]byte{}, w.Value...), Revision: next}
			if err := d.Put(it); err != nil {
				return nil, err
			}
			events[w.Key] = Event{Key: it.Key, Value: it.Value, Revision: next}
		case del:
			_, err := d.Get(w.Key)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if err := remove(w.Key); err != nil {
				return nil, err
			}
		case delPrefix:
			var keys []string
			for it, err := range d.Scan(w.Key, "") {
				if err != nil {
					return nil, err
				}
				keys = append(keys, it.Key)
			}
			for _, key := range keys {
				if err := remove(key); err != nil {
					return nil, err
				}
			}
		}
	}
	sorted := make([]Event, 0, len(events))
	for _, e := range events {
		sorted = append(sorted, e)
	}
	slices.SortFunc(sorted, func(a, b Event) int { return strings.Compare(a.Key, b.Key) })
	return sorted, nil
}

func judge(d Draft, c Condition, next Revision, changed func(string, Revision) Revision) error {
	if c.kind == prefixUnchanged {
		found := changed(c.Key, c.Revision)
		if c.Revision >= next {
			found = next - 1 // a revision of another store, or of a lost one
		} else if found == 0 {
			return nil
		}
		return &Conflict{Condition: c, Found: found}
	}
	it, err := d.Get(c.Key)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	there := err == nil
	var holds bool
	switch c.kind {
	case absent:
		holds = !there
	case present:
		holds = there
	case unchanged:
		holds = there && it.Revision <= c.Revision && c.Revision < next
	}
	if !holds {
		return &Conflict{Condition: c, Found: it.Revision}
	}
	return nil
}

// Collect gathers up to limit items, and says whether there are more. A limit
// of 0 is none. It stops with the error of ctx when ctx ends.
func Collect(ctx context.Context, seq iter.Seq2[Item, error], limit int) (items []Item, more bool, err error) {
	for it, err := range seq {
		if err != nil {
			return nil, false, err
		}
		if limit > 0 && len(items) == limit {
			return items, true, nil
		}
		if items = append(items, it); len(items)%1024 == 0 && ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
	}
	return items, false, nil
}
