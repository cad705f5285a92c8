package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"postern/internal/store"
)

var committing = []rule{
	{"each commit moves the revision by one, whatever it holds", func(t *testing.T, s store.Store) {
		for i := range store.Revision(5) {
			if rev := commit(t, s, store.Put("a", []byte("same")), store.Put(fmt.Sprint(i), nil)); rev != i+1 {
				t.Errorf("got revision %d, want %d", rev, i+1)
			}
		}
	}},
	{"a transaction that changes nothing keeps the revision", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil))
		for _, txn := range []store.Txn{
			{},
			{If: []store.Condition{store.Present("a")}},
			{Do: []store.Write{store.Delete("b"), store.DeletePrefix("c")}},
		} {
			if rev, err := s.Commit(t.Context(), txn); err != nil || rev != 1 {
				t.Errorf("got revision %d, %v, want 1", rev, err)
			}
		}
	}},
	{"writes happen in order and the last of a key wins", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("d/1", nil), store.Put("d/2", nil), store.Put("e", nil))
		commit(t, s,
			store.DeletePrefix("d/"), store.Put("d/2", []byte("again")), store.Put("d/3", []byte("x")), store.Delete("d/3"),
			store.Delete("e"), store.Put("e", []byte("1")), store.Put("e", []byte("2")))
		wantItems(t, s, "", "d/2=again@2", "e=2@2")
	}},
	{"deleting a prefix spares its neighbours", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil), store.Put("a/", nil), store.Put("a/1", nil), store.Put("a/2/3", nil), store.Put("a0", nil), store.Put("b", nil))
		commit(t, s, store.DeletePrefix("a/"))
		wantItems(t, s, "", "a=@1", "a0=@1", "b=@1")
		commit(t, s, store.DeletePrefix(""))
		wantItems(t, s, "")
	}},
	{"conditions are judged before the first write", func(t *testing.T, s store.Store) {
		_, err := s.Commit(t.Context(), store.Txn{
			If: []store.Condition{store.Present("a")},
			Do: []store.Write{store.Put("a", nil)},
		})
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("got error %v, want ErrConflict", err)
		}
	}},
	{"a condition that fails leaves nothing behind and names its key", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", []byte("1")), store.Put("p/x", nil))
		commit(t, s, store.Put("b", []byte("1")))
		commit(t, s, store.Put("a", []byte("2")), store.Delete("p/x"), store.Put("p/y", nil))
		for _, tt := range []struct {
			name      string
			condition store.Condition
			found     store.Revision
			conflict  bool
		}{
			{name: "unchanged since its own revision", condition: store.Unchanged("a", 3)},
			{name: "unchanged since a later snapshot", condition: store.Unchanged("b", 3)},
			{name: "changed", condition: store.Unchanged("a", 1), found: 3, conflict: true},
			{name: "changed since a snapshot in between", condition: store.Unchanged("a", 2), found: 3, conflict: true},
			{name: "gone", condition: store.Unchanged("p/x", 1), conflict: true},
			{name: "never there", condition: store.Unchanged("none", 3), conflict: true},
			{name: "of a revision that never was", condition: store.Unchanged("a", 99), found: 3, conflict: true},
			{name: "absent", condition: store.Absent("none")},
			{name: "absent since its deletion", condition: store.Absent("p/x")},
			{name: "not absent", condition: store.Absent("b"), found: 2, conflict: true},
			{name: "present", condition: store.Present("b")},
			{name: "not present", condition: store.Present("p/x"), conflict: true},
			{name: "prefix unchanged", condition: store.PrefixUnchanged("p/", 3)},
			{name: "prefix unchanged beside changes", condition: store.PrefixUnchanged("b", 2)},
			{name: "prefix of nothing", condition: store.PrefixUnchanged("none/", 1)},
			{name: "prefix changed", condition: store.PrefixUnchanged("p/y", 2), found: 3, conflict: true},
			{name: "prefix changed by a deletion", condition: store.PrefixUnchanged("p/x", 2), found: 3, conflict: true},
			{name: "everything", condition: store.PrefixUnchanged("", 2), found: 3, conflict: true},
			{name: "everything, as of now", condition: store.PrefixUnchanged("", 3)},
			{name: "prefix as of a revision that never was", condition: store.PrefixUnchanged("none/", 99), found: 3, conflict: true},
		} {
			// The first condition holds, so that the one that fails is named.
			txn := store.Txn{If: []store.Condition{store.Present("a"), tt.condition}}
			if tt.conflict {
				txn.Do = []store.Write{store.Put("b", []byte("half")), store.Delete("a")}
			}
			rev, err := s.Commit(t.Context(), txn)
			if !tt.conflict {
				if err != nil || rev != 3 {
					t.Errorf("%s: got revision %d, %v, want 3", tt.name, rev, err)
				}
				continue
			}
			var c *store.Conflict
			if !errors.Is(err, store.ErrConflict) || !errors.As(err, &c) {
				t.Errorf("%s: got error %v, want a *Conflict", tt.name, err)
				continue
			}
			if c.Condition != tt.condition || c.Found != tt.found {
				t.Errorf("%s: got %+v, want %+v and found %d", tt.name, c, tt.condition, tt.found)
			}
			if !strings.HasPrefix(err.Error(), tt.condition.Key) {
				t.Errorf("%s: the error %q does not begin with its key", tt.name, err)
			}
		}
		wantItems(t, s, "", "a=2@3", "b=1@2", "p/y=@3")
	}},
	{"what breaks a limit is refused as a whole", func(t *testing.T, s store.Store) {
		long := strings.Repeat("k", store.MaxKey)
		for name, txn := range map[string]store.Txn{
			"empty key":            {Do: []store.Write{store.Put("", nil)}},
			"empty key to delete":  {Do: []store.Write{store.Delete("")}},
			"long key":             {Do: []store.Write{store.Put(long+"k", nil)}},
			"NUL":                  {Do: []store.Write{store.Put("a\x00b", nil)}},
			"not UTF-8":            {Do: []store.Write{store.Put("a\xff", nil)}},
			"NUL in a prefix":      {Do: []store.Write{store.DeletePrefix("a\x00")}},
			"long value":           {Do: []store.Write{store.Put("a", make([]byte, store.MaxValue+1))}},
			"no kind of write":     {Do: []store.Write{{Key: "a"}}},
			"no kind of condition": {If: []store.Condition{{Key: "a"}}},
			"condition on nothing": {If: []store.Condition{store.Absent("")}},
			"many writes":          {Do: slices.Repeat([]store.Write{store.Delete("a")}, store.MaxWrites+1)},
		} {
			txn.Do = append([]store.Write{store.Put("half", nil)}, txn.Do...)
			if _, err := s.Commit(t.Context(), txn); !errors.Is(err, store.ErrInvalid) {
				t.Errorf("%s: got error %v, want ErrInvalid", name, err)
			}
		}
		wantItems(t, s, "")
		commit(t, s, store.Put(long, nil))
		wantItems(t, s, "", long+"=@1")
	}},
	{"one of many who write on the same condition wins", func(t *testing.T, s store.Store) {
		const writers, rounds = 8, 20
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := map[store.Revision]int{}
		for w := range writers {
			wg.Go(func() {
				for done := 0; done < rounds; {
					rev, err := s.Revision(context.Background())
					if err != nil {
						t.Error(err)
						return
					}
					got, err := s.Commit(context.Background(), store.Txn{
						If: []store.Condition{store.PrefixUnchanged("c/", rev)},
						Do: []store.Write{store.Put("c/last", []byte{byte(w)}), store.Put(fmt.Sprintf("c/%d/%d", w, done), nil)},
					})
					if errors.Is(err, store.ErrConflict) {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					won[got]++
					if got != rev+1 {
						t.Errorf("read at %d, committed at %d: something came between", rev, got)
					}
					mu.Unlock()
					done++
				}
			})
		}
		wg.Wait()
		if len(won) != writers*rounds {
			t.Errorf("got %d revisions for %d commits", len(won), writers*rounds)
		}
		wantRevision(t, s, writers*rounds)
	}},
	{"a commit is visible to its own writer at once", func(t *testing.T, s store.Store) {
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 25 {
					key := fmt.Sprintf("%d/%d", w, i)
					rev, err := s.Commit(context.Background(), store.Txn{Do: []store.Write{store.Put(key, nil)}})
					if err != nil {
						t.Error(err)
						return
					}
					if it, err := s.Get(context.Background(), key); err != nil || it.Revision != rev {
						t.Errorf("Get(%s) after the commit of %d: got %+v, %v", key, rev, it, err)
					}
				}
			})
		}
		wg.Wait()
	}},
	{"a context that has ended changes nothing", func(t *testing.T, s store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Commit(ctx, store.Txn{Do: []store.Write{store.Put("a", nil)}}); !errors.Is(err, context.Canceled) {
			t.Errorf("Commit: got error %v, want context.Canceled", err)
		}
		if _, err := s.Get(ctx, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("Get: got error %v, want context.Canceled", err)
		}
		if _, _, err := s.List(ctx, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("List: got error %v, want context.Canceled", err)
		}
		if err := s.View(ctx, func(store.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("View: got error %v, want context.Canceled", err)
		}
		wantItems(t, s, "")
	}},
}
