package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"postern/internal/store"
)

// A Store is a store.Store in a file. Readers see what is on the disk; watchers
// are served from memory.
type Store struct {
	db       *bbolt.DB
	history  *store.History
	requests chan request
	closing  chan struct{} // closed by Close
	ended    chan struct{} // closed when the committing goroutine has ended
	close    func() error
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (it store.Item, err error) {
	err = s.View(ctx, func(r store.Reader) error {
		it, err = r.Get(key)
		return err
	})
	return it, err
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, prefix string) (items []store.Item, rev store.Revision, err error) {
	err = s.View(ctx, func(r store.Reader) error {
		rev = r.Revision()
		items, _, err = store.Collect(ctx, r.Scan(prefix, ""), 0)
		return err
	})
	return items, rev, err
}

// Revision implements store.Store.
func (s *Store) Revision(ctx context.Context) (rev store.Revision, err error) {
	err = s.View(ctx, func(r store.Reader) error {
		rev = r.Revision()
		return nil
	})
	return rev, err
}

// View implements store.Store.
func (s *Store) View(ctx context.Context, f func(store.Reader) error) error {
	select {
	case <-s.closing:
		return store.ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	tx, err := s.db.Begin(false)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", s.db.Path(), err)
	}
	r := &reader{items: tx.Bucket(itemsBucket)}
	defer func() {
		r.done = true
		tx.Rollback()
	}()
	if r.revision, err = revisionOf(tx); err != nil {
		return fmt.Errorf("read %s: %w", s.db.Path(), err)
	}
	return f(r)
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, prefix string, after store.Revision) iter.Seq2[store.Batch, error] {
	rev, err := s.Revision(context.WithoutCancel(ctx))
	if err == nil && after > rev {
		err = store.ErrCompacted
	}
	if err != nil {
		return func(yield func(store.Batch, error) bool) { yield(store.Batch{}, err) }
	}
	return s.history.Watch(ctx, prefix, after)
}

// Close implements store.Store. It waits for commits and views that have begun.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	close(s.closing)
	<-s.ended
	s.history.Close()
	return s.db.Close()
}

// A reader reads the items of a transaction, one that writes included.
type reader struct {
	items    *bbolt.Bucket
	revision store.Revision
	done     bool
}

func (r *reader) Revision() store.Revision { return r.revision }

func (r *reader) Get(key string) (store.Item, error) {
	if r.done {
		return store.Item{}, store.ErrClosed
	}
	v := r.items.Get([]byte(key))
	if v == nil {
		return store.Item{}, fmt.Errorf("%q: %w", key, store.ErrNotFound)
	}
	return decode(key, v)
}

func (r *reader) Scan(prefix, after string) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		if r.done {
			yield(store.Item{}, store.ErrClosed)
			return
		}
		c := r.items.Cursor()
		k, v := c.Seek([]byte(max(prefix, after)))
		if after != "" && string(k) == after {
			k, v = c.Next()
		}
		for ; k != nil && bytes.HasPrefix(k, []byte(prefix)); k, v = c.Next() {
			if !yield(decode(string(k), v)) {
				return
			}
		}
	}
}

func (r *reader) Page(prefix, after string, limit int) ([]store.Item, bool, error) {
	return store.Collect(context.Background(), r.Scan(prefix, after), max(limit, 1))
}

// decode copies what it returns: the bytes of bbolt end with the transaction.
func decode(key string, v []byte) (store.Item, error) {
	if len(v) < 8 {
		return store.Item{}, fmt.Errorf("%w: the record of %q has %d bytes, expected 8 or more", errDamaged, key, len(v))
	}
	return store.Item{
		Key:      key,
		Value:    append([]byte{}, v[8:]...),
		Revision: store.Revision(binary.BigEndian.Uint64(v)),
	}, nil
}
