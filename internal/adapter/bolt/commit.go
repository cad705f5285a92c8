package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"postern/internal/store"
)

// This file commits. One goroutine does, so that commits which arrive while the
// disk is busy share the next sync: each keeps its own conditions, its own
// revision and its own answer.

const (
	groupSize  = 128     // transactions that share a sync
	groupBytes = 8 << 20 // of values, after which a group takes no more
)

type request struct {
	ctx    context.Context
	txn    store.Txn
	answer chan<- answer // with room for one
}

type answer struct {
	revision store.Revision
	err      error
}

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, t store.Txn) (store.Revision, error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	got := make(chan answer, 1)
	select {
	case <-s.closing:
		return 0, store.ErrClosed
	default:
	}
	select {
	case s.requests <- request{ctx, t, got}:
	case <-s.closing:
		return 0, store.ErrClosed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	a := <-got
	return a.revision, a.err
}

// commitAll answers requests until the store is closed.
func (s *Store) commitAll(rev store.Revision) {
	defer close(s.ended)
	var broken error
	for {
		var group []request
		select {
		case r := <-s.requests:
			group = s.gather(r)
		case <-s.closing:
			return
		}
		if broken == nil {
			rev, broken = s.commit(group, rev)
			continue
		}
		for _, r := range group {
			r.answer <- answer{err: broken}
		}
	}
}

// gather returns first and those who are waiting behind it.
func (s *Store) gather(first request) []request {
	group := []request{first}
	size := 0
	for len(group) < groupSize {
		for _, w := range group[len(group)-1].txn.Do {
			size += len(w.Value)
		}
		if size > groupBytes {
			break
		}
		select {
		case r := <-s.requests:
			group = append(group, r)
			continue
		default:
		}
		break
	}
	return group
}

// commit performs a group whose first transaction would make revision rev+1,
// answers it and returns the new revision. The error, if any, says that the
// store cannot commit any more.
func (s *Store) commit(group []request, rev store.Revision) (store.Revision, error) {
	var answers []answer
	var commits [][]store.Event // of revision rev+1 and so on
	err := s.update(func(tx *bbolt.Tx) error {
		d := &draft{reader{items: tx.Bucket(itemsBucket)}}
		for _, r := range group {
			a, events, err := apply(d, r, rev+store.Revision(len(commits)), s.changed(rev, &commits))
			if err != nil {
				return err
			}
			if len(events) > 0 {
				commits = append(commits, events)
			}
			answers = append(answers, a)
		}
		if len(commits) == 0 {
			return errNothing
		}
		return setRevision(tx, rev+store.Revision(len(commits)))
	})
	var broken error
	switch {
	case err == nil:
		rev += store.Revision(len(commits))
		for _, events := range commits {
			s.history.Append(events)
		}
	case !errors.Is(err, errNothing):
		err = fmt.Errorf("write %s: %w", s.db.Path(), err)
		broken = s.uncertain(rev, err)
		answers = make([]answer, len(group))
		for i := range answers {
			answers[i].err = err
		}
	}
	for i, r := range group {
		r.answer <- answers[i]
	}
	return rev, broken
}

var errNothing = errors.New("nothing to write")

func (s *Store) update(f func(*bbolt.Tx) error) (err error) {
	defer recovered(&err)
	return s.db.Update(f)
}

// apply performs one transaction on d. The error is one that ends the group.
func apply(d *draft, r request, rev store.Revision, changed func(string, store.Revision) store.Revision) (answer, []store.Event, error) {
	if err := r.ctx.Err(); err != nil {
		return answer{err: err}, nil, nil
	}
	events, err := store.Apply(d, r.txn, rev+1, changed)
	switch {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrInvalid):
		return answer{err: err}, nil, nil
	case err != nil:
		return answer{}, nil, err
	case len(events) == 0:
		return answer{revision: rev}, nil, nil
	}
	return answer{revision: rev + 1}, events, nil
}

// changed is History.Changed that knows the commits of the group as well.
func (s *Store) changed(rev store.Revision, commits *[][]store.Event) func(string, store.Revision) store.Revision {
	return func(prefix string, since store.Revision) store.Revision {
		for i := len(*commits) - 1; i >= 0; i-- {
			at := rev + store.Revision(i) + 1
			if at <= since {
				break
			}
			if store.Touches((*commits)[i], prefix) {
				return at
			}
		}
		return s.history.Changed(prefix, since)
	}
}

// uncertain looks at what a write that failed has left. A write whose last sync
// failed may be visible without being durable; nothing may be built on that.
func (s *Store) uncertain(rev store.Revision, cause error) error {
	var found store.Revision
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		found, err = revisionOf(tx)
		return err
	})
	if err == nil && found == rev {
		return nil
	}
	return fmt.Errorf("commits are refused until the store is opened again: %w", cause)
}

// A draft is the items under a transaction that writes.
type draft struct{ reader }

func (d *draft) Put(it store.Item) error {
	v := make([]byte, 8, 8+len(it.Value))
	binary.BigEndian.PutUint64(v, uint64(it.Revision))
	return d.items.Put([]byte(it.Key), append(v, it.Value...))
}

func (d *draft) Delete(key string) error { return d.items.Delete([]byte(key)) }
