package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"

	"postern/internal/store"
)

var watching = []rule{
	{"a watch yields every later commit, in order and once", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", []byte("1")))
		commit(t, s, store.Put("b", []byte("2")), store.Delete("a"))
		commit(t, s, store.Put("b", []byte("3")))
		wantEvents(t, s, "", 0, 3, "a=1@1", "-a@2", "b=2@2", "b=3@3")
		wantEvents(t, s, "", 1, 3, "-a@2", "b=2@2", "b=3@3")
		wantEvents(t, s, "", 2, 3, "b=3@3")
		wantEvents(t, s, "b", 0, 3, "b=2@2", "b=3@3")
		wantEvents(t, s, "none", 0, 3)
	}},
	{"a commit has one event for each key", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("p/1", nil), store.Put("p/2", nil))
		commit(t, s, store.DeletePrefix("p/"), store.Put("p/2", []byte("b")), store.Put("p/2", []byte("c")), store.Put("a", nil))
		wantEvents(t, s, "", 1, 2, "a=@2", "-p/1@2", "p/2=c@2")
	}},
	{"a watch waits for what is to come", func(t *testing.T, s store.Store) {
		next, stop := iter.Pull2(s.Watch(t.Context(), "a", 0))
		defer stop()
		for i := range 3 {
			go s.Commit(context.Background(), store.Txn{Do: []store.Write{store.Put("a", []byte{'0' + byte(i)})}})
			b, err, ok := next()
			if !ok || err != nil {
				t.Fatalf("got %v, %v", err, ok)
			}
			wantTexts(t, "batch", eventTexts(b.Events), fmt.Sprintf("a=%d@%d", i, i+1))
		}
	}},
	{"commits under other prefixes move the revision of a watch", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("other", nil))
		for b, err := range s.Watch(t.Context(), "a", 0) {
			if err != nil || b.Revision != 1 || len(b.Events) != 0 {
				t.Errorf("got %+v, %v, want revision 1 without events", b, err)
			}
			break
		}
	}},
	{"who reads at a revision and watches from there misses nothing", func(t *testing.T, s store.Store) {
		const commits, watchers = 200, 4
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range commits {
				w := store.Put(fmt.Sprintf("k/%d", i%10), []byte(fmt.Sprint(i)))
				if i%7 == 0 {
					w = store.Delete(fmt.Sprintf("k/%d", (i+3)%10))
				}
				if _, err := s.Commit(context.Background(), store.Txn{Do: []store.Write{w, store.Put("tick", nil)}}); err != nil {
					t.Error(err)
				}
			}
		})
		for range watchers {
			wg.Go(func() { follow(t, s, commits) })
		}
		wg.Wait()
	}},
	{"a watch ends without an error when its context ends", func(t *testing.T, s store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		started := make(chan bool)
		go func() {
			<-started
			cancel()
		}()
		commit(t, s, store.Put("a", nil))
		for b, err := range s.Watch(ctx, "", 0) {
			if err != nil {
				t.Fatalf("got %+v, %v", b, err)
			}
			close(started)
		}
		for b, err := range s.Watch(ctx, "", 0) {
			t.Errorf("after the end: got %+v, %v", b, err)
		}
	}},
	{"a watch from a revision that never was is refused", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil))
		for _, after := range []store.Revision{-1, 2, 1 << 40} {
			var last error
			for _, err := range s.Watch(t.Context(), "", after) {
				last = err
			}
			if !errors.Is(last, store.ErrCompacted) {
				t.Errorf("after %d: got error %v, want ErrCompacted", after, last)
			}
		}
	}},
	{"a transaction that changes nothing is not an event", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil))
		commit(t, s, store.Delete("b"))
		if _, err := s.Commit(t.Context(), store.Txn{If: []store.Condition{store.Absent("a")}, Do: []store.Write{store.Put("a", nil)}}); err == nil {
			t.Fatal("the condition held")
		}
		commit(t, s, store.Put("c", nil))
		wantEvents(t, s, "", 0, 2, "a=@1", "c=@2")
	}},
}

var closing = []rule{
	{"after Close everything answers ErrClosed", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil))
		for range 2 {
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		ctx := t.Context()
		_, get := s.Get(ctx, "a")
		_, _, list := s.List(ctx, "")
		_, rev := s.Revision(ctx)
		_, com := s.Commit(ctx, store.Txn{Do: []store.Write{store.Put("a", nil)}})
		var watch error
		for _, err := range s.Watch(ctx, "", 0) {
			watch = err
		}
		for name, err := range map[string]error{
			"Get": get, "List": list, "Revision": rev, "Commit": com, "Watch": watch,
			"View": s.View(ctx, func(store.Reader) error { return nil }),
		} {
			if !errors.Is(err, store.ErrClosed) {
				t.Errorf("%s: got error %v, want ErrClosed", name, err)
			}
		}
	}},
	{"Close ends a watch that waits", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil))
		var last error
		for _, err := range s.Watch(t.Context(), "", 0) {
			if err == nil {
				go s.Close()
			}
			last = err
		}
		if !errors.Is(last, store.ErrClosed) {
			t.Errorf("got error %v, want ErrClosed", last)
		}
	}},
}

// follow keeps a copy of k/ from one list and the events after it, and compares
// it with the store when that has come to revision last.
func follow(t *testing.T, s store.Store, last store.Revision) {
	ctx := context.Background()
	items, at, err := s.List(ctx, "k/")
	if err != nil {
		t.Error(err)
		return
	}
	mine := map[string]string{}
	for _, it := range items {
		mine[it.Key] = string(it.Value)
	}
	if at == last {
		return
	}
	for b, err := range s.Watch(ctx, "k/", at) {
		if err != nil || b.Revision <= at {
			t.Errorf("watching after %d: got revision %d, %v", at, b.Revision, err)
			return
		}
		before := at
		for _, e := range b.Events {
			if e.Revision <= at || e.Revision < before {
				t.Errorf("watching after %d: event of %d after one of %d", at, e.Revision, before)
			}
			before = e.Revision
			if delete(mine, e.Key); !e.Deleted {
				mine[e.Key] = string(e.Value)
			}
		}
		if at = b.Revision; at == last {
			break
		}
	}
	items, _, err = s.List(ctx, "k/")
	if err != nil {
		t.Error(err)
	}
	if len(items) != len(mine) {
		t.Errorf("followed to %d items, the store has %d", len(mine), len(items))
	}
	for _, it := range items {
		if mine[it.Key] != string(it.Value) {
			t.Errorf("%s: followed to %q, the store has %q", it.Key, mine[it.Key], it.Value)
		}
	}
}

func eventTexts(events []store.Event) []string {
	var out []string
	for _, e := range events {
		if e.Deleted {
			out = append(out, fmt.Sprintf("-%s@%d", e.Key, e.Revision))
			continue
		}
		out = append(out, fmt.Sprintf("%s=%s@%d", e.Key, e.Value, e.Revision))
	}
	return out
}

// wantEvents watches until revision last.
func wantEvents(t *testing.T, s store.Store, prefix string, after, last store.Revision, want ...string) {
	t.Helper()
	var got []string
	for b, err := range s.Watch(t.Context(), prefix, after) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, eventTexts(b.Events)...)
		if b.Revision >= last {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("watch of %q after %d: got %q, want %q", prefix, after, got, want)
	}
}
