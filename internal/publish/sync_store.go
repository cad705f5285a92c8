package publish

import (
	"context"
	"strings"

	"postern/internal/control"
	"postern/internal/store"
)

// A SyncStore is a store whose commits of published things return when the
// gateway of this process serves them, so that a client who has the answer to
// CreateDeployment can call what it deployed.
type SyncStore struct {
	store.Store
	Publisher *Publisher
}

// Commit implements store.Store. If the gateway does not follow before ctx
// ends, the commit stands all the same and its revision is returned.
func (s *SyncStore) Commit(ctx context.Context, t store.Txn) (store.Revision, error) {
	r, err := s.Store.Commit(ctx, t)
	if err != nil || !publishes(t) {
		return r, err
	}
	if _, running := s.Publisher.Served(); running {
		// The commit is durable; that nobody waits for the gateway any more is
		// no failure of it.
		_ = s.Publisher.Wait(ctx, r)
	}
	return r, nil
}

// publishes reports whether t touches what the data plane is made of.
func publishes(t store.Txn) bool {
	for _, w := range t.Do {
		for _, prefix := range control.Published() {
			if strings.HasPrefix(w.Key, prefix) || strings.HasPrefix(prefix, w.Key) {
				return true
			}
		}
	}
	return false
}
