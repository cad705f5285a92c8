package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"postern/internal/adapter/bolt"
	"postern/internal/store"
	"postern/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeUntilKilled(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, dir string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFileKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, t.TempDir()) })
}

// TestFileIsLikeMemory performs the same transactions on a file, which is closed
// and opened in between, and in memory.
func TestFileIsLikeMemory(t *testing.T) {
	key := rapid.SampledFrom([]string{"a", "a/", "a/1", "a/2", "a/2/x", "aa", "b", "b/1", "b/2", "é"})
	prefix := rapid.SampledFrom([]string{"", "a", "a/", "a/2", "b/", "c"})
	dirs := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(dirs, "")
		if err != nil {
			t.Fatal(err)
		}
		file, err := bolt.Open(dir, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { file.Close() }()
		memory := store.NewMemory()
		defer memory.Close()
		var opened store.Revision // of the last opening, where the file's history begins
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "reopen") == 0 {
				if err := file.Close(); err != nil {
					t.Fatal(err)
				}
				if file, err = bolt.Open(dir, bolt.Options{}); err != nil {
					t.Fatal(err)
				}
				opened = revision(t, file)
			}
			txn := drawTxn(t, key, prefix, opened, revision(t, memory))
			want, wantErr := memory.Commit(t.Context(), txn)
			got, gotErr := file.Commit(t.Context(), txn)
			if got != want || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("%+v: got %d, %v, memory has %d, %v", txn, got, gotErr, want, wantErr)
			}
			compare(t, file, memory, prefix.Draw(t, "listed"))
		}
		compareEvents(t, file, memory, opened)
	})
}

// drawTxn draws a transaction. Prefixes are not compared with revisions before
// the last opening, of which the file knows less than memory.
func drawTxn(t *rapid.T, key, prefix *rapid.Generator[string], opened, now store.Revision) store.Txn {
	var txn store.Txn
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		rev := store.Revision(rapid.Int64Range(max(0, int64(now)-3), int64(now)).Draw(t, "since"))
		txn.If = append(txn.If, rapid.SampledFrom([]store.Condition{
			store.Unchanged(key.Draw(t, "unchanged"), rev),
			store.Absent(key.Draw(t, "absent")),
			store.Present(key.Draw(t, "present")),
			store.PrefixUnchanged(prefix.Draw(t, "prefix unchanged"), max(rev, opened)),
		}).Draw(t, "condition"))
	}
	for range rapid.IntRange(0, 4).Draw(t, "writes") {
		txn.Do = append(txn.Do, rapid.SampledFrom([]store.Write{
			store.Put(key.Draw(t, "put"), rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "value")),
			store.Delete(key.Draw(t, "delete")),
			store.DeletePrefix(prefix.Draw(t, "delete prefix")),
		}).Draw(t, "write"))
	}
	return txn
}

func revision(t rapid.TB, s store.Store) store.Revision {
	t.Helper()
	rev, err := s.Revision(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

func compare(t *rapid.T, file, memory store.Store, prefix string) {
	t.Helper()
	got, gotRev, err := file.List(context.Background(), prefix)
	if err != nil {
		t.Fatal(err)
	}
	want, wantRev, err := memory.List(context.Background(), prefix)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(gotRev, got) != fmt.Sprint(wantRev, want) {
		t.Fatalf("list of %q: got %d %v, memory has %d %v", prefix, gotRev, got, wantRev, want)
	}
}

func compareEvents(t *rapid.T, file, memory store.Store, after store.Revision) {
	t.Helper()
	if revision(t, memory) == after {
		return
	}
	read := func(s store.Store) string {
		for b, err := range s.Watch(context.Background(), "", after) {
			return fmt.Sprint(b, err)
		}
		return ""
	}
	if got, want := read(file), read(memory); got != want {
		t.Fatalf("events after %d: got %s, memory has %s", after, got, want)
	}
}

func TestAFileRemembersItsItemsAndRevision(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 5 {
		if _, err := s.Commit(t.Context(), store.Txn{Do: []store.Write{store.Put(fmt.Sprint(i), []byte("v"))}}); err != nil {
			t.Fatal(err)
		}
	}
	before, _, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer s.Close()
	after, rev, err := s.List(t.Context(), "")
	if err != nil || rev != 5 || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("got %v at %d, %v, want %v at 5", after, rev, err, before)
	}
	for _, err := range s.Watch(t.Context(), "", 4) {
		if !errors.Is(err, store.ErrCompacted) {
			t.Errorf("watch from before the opening: got %v, want ErrCompacted", err)
		}
	}
	_, err = s.Commit(t.Context(), store.Txn{If: []store.Condition{store.PrefixUnchanged("9", 4)}})
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("a prefix as of before the opening: got %v, want ErrConflict", err)
	}
}

// TestTransactionsOfOneGroupSeeEachOther makes many wait for the same sync.
func TestTransactionsOfOneGroupSeeEachOther(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	const writers = 64
	for round := range 10 {
		key := fmt.Sprintf("k/%d", round)
		rev := revision(t, s)
		var mu sync.Mutex
		var errs []error
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				c := []store.Condition{store.Absent(key), store.PrefixUnchanged(key, rev)}[i%2]
				_, err := s.Commit(context.Background(), store.Txn{If: []store.Condition{c}, Do: []store.Write{store.Put(key, []byte{byte(i)})}})
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, store.ErrConflict) {
				t.Errorf("got %v, want ErrConflict", err)
			}
		}
		if now := revision(t, s); won != 1 || now != rev+1 {
			t.Fatalf("round %d: %d of %d won, revision went from %d to %d", round, won, writers, rev, now)
		}
	}
}

func TestCloseAnswersEveryCommit(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var mu sync.Mutex
	var kept []string
	var wg sync.WaitGroup
	started := make(chan bool, 16)
	for w := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d", w, i)
				_, err := s.Commit(context.Background(), store.Txn{Do: []store.Write{store.Put(key, nil)}})
				if errors.Is(err, store.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				kept = append(kept, key)
				mu.Unlock()
				if i == 0 {
					started <- true
				}
			}
		})
	}
	for range 16 {
		<-started
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	s = open(t, dir)
	defer s.Close()
	items, _, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range items {
		got = append(got, it.Key)
	}
	slices.Sort(kept)
	if !slices.Equal(got, kept) {
		t.Errorf("%d items are there, %d were acknowledged", len(got), len(kept))
	}
}
