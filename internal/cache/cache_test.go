package cache_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"postern/internal/cache"
	"postern/internal/cache/cachetest"
	"postern/internal/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	cachetest.Run(t, func(testing.TB) cachetest.Subject {
		var now atomic.Int64
		now.Store(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC).UnixNano())
		const size = 64 << 10
		m := cache.NewMemory(size, func() time.Time { return time.Unix(0, now.Load()) })
		return cachetest.Subject{Cache: m, Sleep: func(d time.Duration) { now.Add(int64(d)) }, Size: m.Size, Max: size}
	})
}

// Two lists of parts make one key only if they are the same list.
func TestKeysTellPartsApart(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		part := rapid.StringMatching(`[a\x00\x01]{0,3}`)
		parts := rapid.SliceOfN(part, 0, 4)
		a, b := parts.Draw(r, "a"), parts.Draw(r, "b")
		key := func(parts []string) string {
			var k []byte
			for _, p := range parts {
				k = cache.AppendPart(k, p)
			}
			return string(k)
		}
		same := len(a) == len(b)
		for i := 0; same && i < len(a); i++ {
			same = a[i] == b[i]
		}
		if (key(a) == key(b)) != same {
			r.Fatalf("%q and %q", a, b)
		}
	})
}

func responses() *cache.Responses {
	return &cache.Responses{Cache: cache.NewMemory(1<<20, nil), MaxBody: 1000}
}

func TestOneFetchForManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := responses()
		var fetches, owners atomic.Int64
		release := make(chan struct{})
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				res, own, err := r.Fetch(t.Context(), "k", time.Minute, func() (*message.Response, error) {
					fetches.Add(1)
					<-release
					return &message.Response{Status: 200, Body: []byte("x")}, nil
				})
				if err != nil || string(res.Body) != "x" {
					t.Errorf("got %v, %v", res, err)
				}
				if own {
					owners.Add(1)
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		if fetches.Load() != 1 || owners.Load() != 1 {
			t.Errorf("%d fetches of %d callers, want one", fetches.Load(), owners.Load())
		}
	})
}

func TestWaitersShareAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := responses()
		failure := errors.New("no backend")
		release := make(chan struct{})
		var fetches atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, _, err := r.Fetch(t.Context(), "k", time.Minute, func() (*message.Response, error) {
					fetches.Add(1)
					<-release
					return nil, failure
				})
				if err != failure {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		if fetches.Load() != 1 {
			t.Errorf("%d fetches", fetches.Load())
		}
		// An error is not kept.
		res, own, err := r.Fetch(t.Context(), "k", time.Minute, func() (*message.Response, error) {
			return &message.Response{Status: 200}, nil
		})
		if err != nil || !own || res.Status != 200 {
			t.Errorf("after the failure: %v, %v, %v", res, own, err)
		}
	})
}

// The client whose request fetches may go away. That is not the others' failure.
func TestNextCallerFetchesWhenTheFirstLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := responses()
		leaving, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, own, err := r.Fetch(leaving, "k", time.Minute, func() (*message.Response, error) {
				<-leaving.Done()
				return nil, leaving.Err()
			})
			if !own || !errors.Is(err, context.Canceled) {
				t.Errorf("the one who left: %v, %v", own, err)
			}
		})
		synctest.Wait()
		var fetches atomic.Int64
		for range 5 {
			wg.Go(func() {
				res, _, err := r.Fetch(t.Context(), "k", time.Minute, func() (*message.Response, error) {
					fetches.Add(1)
					return &message.Response{Status: 200}, nil
				})
				if err != nil || res.Status != 200 {
					t.Errorf("got %v, %v", res, err)
				}
			})
		}
		synctest.Wait()
		leave()
		wg.Wait()
		if fetches.Load() != 1 {
			t.Errorf("%d fetches after the first left, want one", fetches.Load())
		}
	})
}

func TestLargeBodiesAreAnsweredAndNotKept(t *testing.T) {
	r := responses()
	for range 2 {
		res, own, err := r.Fetch(t.Context(), "k", time.Minute, func() (*message.Response, error) {
			return &message.Response{Status: 200, Body: make([]byte, 1001)}, nil
		})
		if err != nil || !own || len(res.Body) != 1001 {
			t.Errorf("got %v, %v", own, err)
		}
	}
}

// What a caller does with its own response later does not change the cache.
func TestWhatIsKeptIsACopy(t *testing.T) {
	r := responses()
	body := []byte("one")
	fetch := func() (*message.Response, error) { return &message.Response{Status: 200, Body: body}, nil }
	if _, err := r.Renew(t.Context(), "k", time.Minute, fetch); err != nil {
		t.Fatal(err)
	}
	copy(body, "two")
	res, own, err := r.Fetch(t.Context(), "k", time.Minute, fetch)
	if err != nil || own || string(res.Body) != "one" {
		t.Errorf("got %s, %v, %v", res.Body, own, err)
	}
}
