package control

import (
	"bytes"
	"iter"
	"maps"
	"slices"
	"strings"

	"postern/internal/property"
	"postern/internal/store"
)

// This file is the importer as a reader: what judges a method sees the draft as
// it is going to be.

// get implements reader.
func (im *importer) get(key string) ([]byte, error) { return im.after[key], nil }

// has implements reader.
func (im *importer) has(key string) (bool, error) { return im.after[key] != nil, nil }

// scan implements reader.
func (im *importer) scan(prefix string) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		for _, key := range keysUnder(im.after, prefix) {
			if !yield(store.Item{Key: key, Value: im.after[key]}, nil) {
				return
			}
		}
	}
}

func keysUnder(records map[string][]byte, prefix string) []string {
	var keys []string
	for key := range records {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// put writes a noun into the draft. created is that of a record before, if the
// noun is not new.
func (im *importer) put(key string, n property.Noun, created int64) error {
	data, err := encode(n, created)
	if err == nil {
		im.after[key] = data
	}
	return err
}

// drop takes all records under a prefix out of the draft.
func (im *importer) drop(prefix string) {
	maps.DeleteFunc(im.after, func(key string, _ []byte) bool { return strings.HasPrefix(key, prefix) })
}

// commit writes what changed.
func (im *importer) commit(t *tx) {
	for _, key := range keysUnder(im.before, "") {
		if im.after[key] == nil {
			t.delete(key)
		}
	}
	for _, key := range keysUnder(im.after, "") {
		if !bytes.Equal(im.before[key], im.after[key]) {
			t.put(key, im.after[key])
		}
	}
}
