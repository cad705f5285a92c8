// Package control is the operations of the control plane: it checks a wish,
// fills in what was left out, and commits it to a store.
//
// Every refusal is an *apigw.Error. Any other error is the store's or the
// context's. Operations act as a whole or not at all; each commits on the
// condition that nothing it read has changed, and starts again if something
// has, so that writers never lose each other's changes.
package control

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"postern/internal/apigw"
	"postern/internal/store"
	"postern/internal/throttle"
)

// A Service performs the operations. It is safe for concurrent use. Its fields
// are set before the first call.
type Service struct {
	Store store.Store

	Now   func() time.Time        // nil: time.Now
	NewID func(length int) string // of [a-z0-9]; nil: random

	AccountID string // twelve digits; empty: 000000000000
	Region    string // empty: us-east-1
	Partition string // empty: aws

	// Usage is what the keys of usage plans have used; nil: nothing.
	Usage *throttle.Meter

	// Limits are the quotas; one that counts things is off when it is 0. Nil: the
	// published ones for sizes, and none for counts.
	Limits *apigw.Limits

	deletedLinks deletedLinks
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Service) accountID() string { return orElse(s.AccountID, "000000000000") }
func (s *Service) region() string    { return orElse(s.Region, "us-east-1") }
func (s *Service) partition() string { return orElse(s.Partition, "aws") }

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func (s *Service) limits() *apigw.Limits {
	if s.Limits == nil {
		l := apigw.DefaultLimits().Uncounted()
		return &l
	}
	return s.Limits
}

// Lengths of identifiers. Observed: ten characters for APIs and root resources,
// six for most others.
const (
	longID  = 10
	shortID = 6
)

func (s *Service) newID(length int) string {
	if s.NewID != nil {
		return s.NewID(length)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	id := make([]byte, 0, length)
	for random := make([]byte, 2*length); len(id) < length; {
		_, _ = rand.Read(random) // never fails
		for _, b := range random {
			// 252 is the highest multiple of 36 that fits a byte.
			if b < 252 && len(id) < length {
				id = append(id, letters[b%36])
			}
		}
	}
	return string(id)
}

// unusedID returns an identifier that is not yet part of a key.
func (s *Service) unusedID(r reader, length int, keyOf func(id string) string) (string, error) {
	for range attempts {
		id := s.newID(length)
		taken, err := r.has(keyOf(id))
		if err != nil {
			return "", err
		}
		if !taken {
			return id, nil
		}
	}
	return "", errors.New("every identifier that was made is taken; NewID is not random enough")
}

// attempts is how often an operation starts again when others keep changing
// what it reads. Whenever one of them fails, another one has succeeded.
const attempts = 64

// concurrent is the refusal when that was not enough. Clients try again when
// they read it.
func concurrent() error {
	return apigw.Conflict("Unable to complete operation due to concurrent modification. Please try again later.")
}

// write performs f and commits what it wrote, on the condition that all it read
// is unchanged. f is called again when it is not, and must not keep state.
func (s *Service) write(ctx context.Context, f func(*tx) error) error {
	for range attempts {
		var t *tx
		if err := s.Store.View(ctx, func(r store.Reader) error {
			t = &tx{view: view{r}}
			return f(t)
		}); err != nil {
			return err
		}
		if len(t.do) == 0 {
			return nil
		}
		_, err := s.Store.Commit(ctx, store.Txn{If: t.conditions, Do: t.do})
		switch {
		case errors.Is(err, store.ErrInvalid):
			return &apigw.Error{Code: apigw.LimitExceededException, Message: "The change is larger than the store can hold", Err: err}
		case !errors.Is(err, store.ErrConflict):
			return err
		}
	}
	return concurrent()
}

// read performs f on one snapshot of the store.
func (s *Service) read(ctx context.Context, f func(view) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return f(view{r}) })
}
