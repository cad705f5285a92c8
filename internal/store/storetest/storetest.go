// Package storetest holds the contract of store.Store as a suite of tests.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postern/internal/store"
)

// Run tests the stores that open returns. Each call of open returns an empty
// store, which Run closes.
func Run(t *testing.T, open func(*testing.T) store.Store) {
	for _, c := range slices.Concat(reading, committing, modeling, watching, closing) {
		t.Run(strings.ReplaceAll(c.rule, " ", "_"), func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			c.test(t, s)
		})
	}
}

// A rule is a sentence of the contract and its test.
type rule struct {
	rule string
	test func(t *testing.T, s store.Store)
}

var reading = []rule{
	{"an empty store has revision 0 and no items", func(t *testing.T, s store.Store) {
		wantRevision(t, s, 0)
		wantItems(t, s, "")
		if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Get: got error %v, want ErrNotFound", err)
		}
	}},
	{"an item has the revision of its last change, not of the store", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", []byte("1")))
		commit(t, s, store.Put("b", []byte("2")))
		commit(t, s, store.Put("b", []byte("3")))
		wantItems(t, s, "", "a=1@1", "b=3@3")
		wantGet(t, s, "a", "a=1@1")
		wantGet(t, s, "b", "b=3@3")
	}},
	{"a list is in the order of bytes and ends with its prefix", func(t *testing.T, s store.Store) {
		var writes []store.Write
		for _, k := range []string{"apis/b/x", "apis/a", "apis/a/y", "apis/a/x", "apis/aa", "apis0", "é", "z", "apis/a/x/1"} {
			writes = append(writes, store.Put(k, nil))
		}
		commit(t, s, writes...)
		wantItems(t, s, "apis/a/", "apis/a/x=@1", "apis/a/x/1=@1", "apis/a/y=@1")
		wantItems(t, s, "apis/a", "apis/a=@1", "apis/a/x=@1", "apis/a/x/1=@1", "apis/a/y=@1", "apis/aa=@1")
		wantItems(t, s, "apis/c")
		wantItems(t, s, "z", "z=@1")
		wantItems(t, s, "\xc3", "é=@1")
	}},
	{"an empty value is a value", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("nil", nil), store.Put("empty", []byte{}))
		for _, k := range []string{"nil", "empty"} {
			it, err := s.Get(t.Context(), k)
			if err != nil || it.Value == nil || len(it.Value) != 0 {
				t.Errorf("Get(%q): got %#v, %v, want an empty value that is not nil", k, it.Value, err)
			}
		}
	}},
	{"values are bytes of any kind, and long", func(t *testing.T, s store.Store) {
		long := strings.Repeat("\x00\xff\n", 1<<20)
		commit(t, s, store.Put("long", []byte(long)))
		it, err := s.Get(t.Context(), "long")
		if err != nil || string(it.Value) != long {
			t.Errorf("got %d bytes, %v, want the %d bytes that were put", len(it.Value), err, len(long))
		}
	}},
	{"who put a value may change its bytes afterwards", func(t *testing.T, s store.Store) {
		v := []byte("before")
		commit(t, s, store.Put("a", v))
		copy(v, "after!")
		wantGet(t, s, "a", "a=before@1")
	}},
	{"a key that nobody could have put is not found", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil))
		for _, key := range []string{"", "a\x00", "\xff", strings.Repeat("k", 100_000)} {
			if _, err := s.Get(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Get(%.10q): got error %v, want ErrNotFound", key, err)
			}
			if items, _, err := s.List(t.Context(), key+"\xff"); err != nil || len(items) > 0 {
				t.Errorf("List(%.10q): got %d items, %v, want none", key, len(items), err)
			}
		}
	}},
	{"pages join to the whole list", func(t *testing.T, s store.Store) {
		var writes []store.Write
		var all []string
		for i := range 100 {
			k := fmt.Sprintf("p/%03d", i)
			writes = append(writes, store.Put(k, nil))
			all = append(all, k)
		}
		commit(t, s, append(writes, store.Put("o", nil), store.Put("q", nil))...)
		for _, size := range []int{1, 7, 50, 99, 100, 101} {
			var got []string
			view(t, s, func(r store.Reader) {
				for after, more := "", true; more; {
					items, m, err := r.Page("p/", after, size)
					if err != nil {
						t.Fatal(err)
					}
					if len(items) > size || m && len(items) < size {
						t.Fatalf("page of %d: got %d items, more %v", size, len(items), m)
					}
					for _, it := range items {
						got = append(got, it.Key)
						after = it.Key
					}
					more = m
				}
			})
			if !slices.Equal(got, all) {
				t.Errorf("pages of %d: got %q, want %q", size, got, all)
			}
		}
	}},
	{"a scan begins behind any key, there or not, in the prefix or not", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("p/a", nil), store.Put("p/b", nil), store.Put("p/bb", nil), store.Put("q", nil))
		view(t, s, func(r store.Reader) {
			for after, want := range map[string]string{
				"": "p/a p/b p/bb", "a": "p/a p/b p/bb", "p/": "p/a p/b p/bb", "p/a": "p/b p/bb",
				"p/ab": "p/b p/bb", "p/b": "p/bb", "p/bb": "", "q": "", "zz": "",
			} {
				var got []string
				for it, err := range r.Scan("p/", after) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, it.Key)
				}
				if strings.Join(got, " ") != want {
					t.Errorf("after %q: got %q, want %q", after, got, want)
				}
			}
		})
	}},
	{"a view does not see what commits meanwhile", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", []byte("1")), store.Put("b", []byte("1")))
		view(t, s, func(r store.Reader) {
			done := make(chan error)
			go func() {
				_, err := s.Commit(context.Background(), store.Txn{Do: []store.Write{
					store.Put("a", []byte("2")), store.Delete("b"), store.Put("c", []byte("2")),
				}})
				done <- err
			}()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if r.Revision() != 1 {
				t.Errorf("got revision %d, want 1", r.Revision())
			}
			items, _, err := r.Page("", "", 10)
			if err != nil {
				t.Fatal(err)
			}
			wantTexts(t, "the view", texts(items), "a=1@1", "b=1@1")
			if _, err := r.Get("c"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Get(c) in the view: got error %v, want ErrNotFound", err)
			}
		})
		wantItems(t, s, "", "a=2@2", "c=2@2")
	}},
	{"a view returns the error of its function, and its reader dies", func(t *testing.T, s store.Store) {
		commit(t, s, store.Put("a", nil))
		mine := errors.New("mine")
		var kept store.Reader
		if err := s.View(t.Context(), func(r store.Reader) error { kept = r; return mine }); err != mine {
			t.Errorf("got error %v, want the function's own", err)
		}
		if _, err := kept.Get("a"); !errors.Is(err, store.ErrClosed) {
			t.Errorf("Get after the view: got error %v, want ErrClosed", err)
		}
		if _, _, err := kept.Page("", "", 1); !errors.Is(err, store.ErrClosed) {
			t.Errorf("Page after the view: got error %v, want ErrClosed", err)
		}
	}},
	{"many items stay in order through many changes", func(t *testing.T, s store.Store) {
		const n = 5000
		var writes []store.Write
		for i := range n {
			writes = append(writes, store.Put(fmt.Sprintf("k/%05d", i*7919%n), []byte{byte(i)}))
		}
		commit(t, s, writes...)
		writes = writes[:0]
		for i := range n {
			if i%3 != 0 {
				writes = append(writes, store.Delete(fmt.Sprintf("k/%05d", i)))
			}
		}
		commit(t, s, writes...)
		items, rev, err := s.List(t.Context(), "k/")
		if err != nil || rev != 2 || len(items) != (n+2)/3 {
			t.Fatalf("got %d items at revision %d, %v, want %d at 2", len(items), rev, err, (n+2)/3)
		}
		for i, it := range items {
			if want := fmt.Sprintf("k/%05d", i*3); it.Key != want {
				t.Fatalf("item %d is %s, want %s", i, it.Key, want)
			}
		}
		commit(t, s, store.DeletePrefix("k/"))
		wantItems(t, s, "")
	}},
}

// The rest is how the rules are written.

func commit(t *testing.T, s store.Store, writes ...store.Write) store.Revision {
	t.Helper()
	rev, err := s.Commit(t.Context(), store.Txn{Do: writes})
	if err != nil {
		t.Fatalf("Commit: %v", err)
	}
	return rev
}

func view(t *testing.T, s store.Store, f func(store.Reader)) {
	t.Helper()
	if err := s.View(t.Context(), func(r store.Reader) error { f(r); return nil }); err != nil {
		t.Fatalf("View: %v", err)
	}
}

func texts(items []store.Item) []string {
	var out []string
	for _, it := range items {
		out = append(out, fmt.Sprintf("%s=%s@%d", it.Key, it.Value, it.Revision))
	}
	return out
}

func wantTexts(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func wantItems(t *testing.T, s store.Store, prefix string, want ...string) {
	t.Helper()
	items, rev, err := s.List(t.Context(), prefix)
	if err != nil {
		t.Fatalf("List(%q): %v", prefix, err)
	}
	wantTexts(t, fmt.Sprintf("List(%q)", prefix), texts(items), want...)
	wantRevision(t, s, rev)
}

func wantGet(t *testing.T, s store.Store, key, want string) {
	t.Helper()
	it, err := s.Get(t.Context(), key)
	if err != nil {
		t.Errorf("Get(%q): %v, want %s", key, err, want)
		return
	}
	wantTexts(t, "Get", texts([]store.Item{it}), want)
}

func wantRevision(t *testing.T, s store.Store, want store.Revision) {
	t.Helper()
	if rev, err := s.Revision(t.Context()); err != nil || rev != want {
		t.Errorf("got revision %d, %v, want %d", rev, err, want)
	}
}
