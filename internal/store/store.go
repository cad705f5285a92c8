// Package store keeps configuration: values under keys, changed in commits that
// happen as a whole or not at all, each of which moves the revision of the
// store by one and can be watched.
//
// A key is a path such as apis/{id}/resources/{id}, of 1 to MaxKey bytes of
// UTF-8 without NUL. A prefix is compared byte by byte and knows nothing of
// path segments: "apis/a" covers "apis/ab", "apis/a/" does not, and "" covers
// everything.
//
// A store does not look into its values.
package store

import (
	"context"
	"iter"
)

// A Revision counts the commits of a whole store. 0 is the empty store.
type Revision int64

// An Item is a key with its value.
type Item struct {
	Key      string
	Value    []byte   // shared with other readers: not to be changed
	Revision Revision // of the commit that put it
}

// A Store is safe for concurrent use. After Close every method returns
// ErrClosed.
type Store interface {
	// Get returns the item under key, or ErrNotFound.
	Get(ctx context.Context, key string) (Item, error)

	// List returns the items under prefix in the order of their keys, as they
	// stood together at the revision it returns.
	List(ctx context.Context, prefix string) ([]Item, Revision, error)

	// View calls f with one snapshot of the store. What commits meanwhile, f
	// does not see; nor does f keep anyone from committing. The Reader is dead
	// when f returns, and f must not call Commit. View returns the error of f.
	View(ctx context.Context, f func(Reader) error) error

	// Commit performs t as a whole and returns the revision it made. It returns
	// a *Conflict, which is ErrConflict, if a condition does not hold; a
	// transaction that changes nothing returns the revision as it is.
	//
	// The commit is durable, and visible to every later call, when Commit
	// returns. ctx is looked at before the commit begins, not after: an error of
	// ctx means that nothing was changed.
	Commit(ctx context.Context, t Txn) (Revision, error)

	// Watch yields the commits after a revision, in their order and without
	// gaps, and then waits for more. A reader that is slower than the commits
	// gets several of them as one batch.
	//
	// The sequence ends without an error when ctx ends, and otherwise with one:
	// ErrCompacted if the store no longer remembers the commits after that
	// revision, or never reached it (load the state again and watch from there);
	// ErrClosed when the store is closed.
	Watch(ctx context.Context, prefix string, after Revision) iter.Seq2[Batch, error]

	// Revision returns the revision of the last commit.
	Revision(ctx context.Context) (Revision, error)

	// Close ends every Watch and frees what the store holds. Closing twice is
	// harmless.
	Close() error
}

// A Reader reads one snapshot. It is for one goroutine.
type Reader interface {
	// Revision returns the revision of the snapshot.
	Revision() Revision

	// Get returns the item under key, or ErrNotFound.
	Get(key string) (Item, error)

	// Scan yields the items under prefix whose keys are greater than after, in
	// the order of their keys. An after of "" begins with the first.
	Scan(prefix, after string) iter.Seq2[Item, error]

	// Page returns up to limit items of Scan, and whether there are more. The
	// key of the last item is the after of the next page.
	Page(prefix, after string, limit int) (items []Item, more bool, err error)
}

// A Batch is what one commit, or several in a row, changed under the prefix of
// a Watch. It has no events if the commits touched other keys only, so that a
// watcher always knows how far it has come.
type Batch struct {
	Revision Revision // all events up to this revision have been yielded
	Events   []Event  // in the order of their commits, then of their writes
}

// An Event is one change of one key.
type Event struct {
	Key      string
	Value    []byte // nil if the key was deleted; not to be changed
	Revision Revision
	Deleted  bool
}
