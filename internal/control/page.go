package control

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"postern/internal/store"
)

// Limits of a page. See "GetRestApis".
const (
	DefaultLimit = 25
	MaxLimit     = 500
)

// A Page says which part of a list is wanted.
type Page struct {
	After string // what the last page returned as next; empty: from the beginning
	Limit int    // items at most; 0: none
}

// pageOf returns the items of a sorted list that p asks for, and what to ask
// for after them. name is what the list is sorted by; names are unique.
func pageOf[T any](items []T, p Page, name func(T) string) (page []T, next string) {
	if p.Limit <= 0 {
		return nil, ""
	}
	rest := items
	if p.After != "" {
		rest = items[sort.Search(len(items), func(i int) bool { return name(items[i]) > p.After }):]
	}
	if len(rest) <= p.Limit {
		return rest, ""
	}
	return rest[:p.Limit], name(rest[p.Limit-1])
}

// pageOfKeys returns the nouns under a prefix that p asks for, in the order of
// their keys, reading no more than those.
func pageOfKeys[T any, P noun[T]](v view, prefix string, p Page) (nouns []*T, next string, err error) {
	if p.Limit <= 0 {
		return nil, "", nil
	}
	after := ""
	if p.After != "" {
		after = prefix + key(p.After)
	}
	if len(after) > store.MaxKey {
		return nil, "", nil
	}
	items, more, err := v.r.Page(prefix, after, p.Limit)
	if err != nil {
		return nil, "", err
	}
	for _, item := range items {
		n, err := decode[T, P](item.Value)
		if err != nil {
			return nil, "", err
		}
		nouns = append(nouns, n)
	}
	if more {
		last := items[len(items)-1].Key
		next = segment(last[len(prefix):], 0)
	}
	return nouns, next, nil
}

// all returns the nouns under a prefix in the order of their keys.
func all[T any, P noun[T]](r reader, prefix string) ([]*T, error) {
	var nouns []*T
	for item, err := range r.scan(prefix) {
		if err != nil {
			return nil, err
		}
		n, err := decode[T, P](item.Value)
		if err != nil {
			return nil, err
		}
		nouns = append(nouns, n)
	}
	return nouns, nil
}

// A dated is a noun with the time of its creation.
type dated[T any] struct {
	noun    *T
	created int64 // nanoseconds since 1970
	id      string
}

// place is what a list of dated nouns is sorted by.
func (d dated[T]) place() string { return place(d.created, d.id) }

func place(created int64, id string) string { return fmt.Sprintf("%020d/%s", created, id) }

// A moment is a record with the time of its creation, of which no more was read.
type moment struct {
	created int64
	id      string
	record  []byte
}

// momentsUnder returns the records under a prefix, the oldest first.
func momentsUnder(r reader, prefix string) ([]moment, error) {
	var list []moment
	for item, err := range r.scan(prefix) {
		if err != nil {
			return nil, err
		}
		created, err := createdOf(item.Value)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", item.Key, err)
		}
		list = append(list, moment{created, segment(item.Key[len(prefix):], 0), item.Value})
	}
	slices.SortFunc(list, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.created, b.created), strings.Compare(a.id, b.id))
	})
	return list, nil
}

// byCreation returns the nouns under a prefix, the oldest first.
func byCreation[T any, P noun[T]](r reader, prefix string) ([]dated[T], error) {
	moments, err := momentsUnder(r, prefix)
	if err != nil {
		return nil, err
	}
	list := make([]dated[T], len(moments))
	for i, m := range moments {
		n, err := decode[T, P](m.record)
		if err != nil {
			return nil, err
		}
		list[i] = dated[T]{n, m.created, m.id}
	}
	return list, nil
}

// pageByCreation returns a page of the nouns under a prefix, the oldest first.
// It reads no more than when the others were made.
func pageByCreation[T any, P noun[T]](r reader, prefix string, p Page) (nouns []*T, next string, err error) {
	list, err := momentsUnder(r, prefix)
	if err != nil {
		return nil, "", err
	}
	page, next := pageOf(list, p, func(m moment) string { return place(m.created, m.id) })
	for _, m := range page {
		n, err := decode[T, P](m.record)
		if err != nil {
			return nil, "", err
		}
		nouns = append(nouns, n)
	}
	return nouns, next, nil
}

// anyUnder reports whether there is a record under a prefix.
func anyUnder(r reader, prefix string) (bool, error) {
	for _, err := range r.scan(prefix) {
		return err == nil, err
	}
	return false, nil
}
