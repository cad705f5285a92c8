package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"postern/internal/adapter/bolt"
	"postern/internal/store"
)

// This file kills a process that writes, again and again, and looks at what it
// has left.

const (
	crashDir     = "POSTERN_TEST_CRASH_DIR" // tells the test binary to write there
	crashWriters = 4
	crashKeys    = 3  // of one commit, all with the same value
	crashLog     = 20 // entries that a writer keeps
)

// writeUntilKilled has several writers commit as fast as they can. Commit n of
// writer w sets its keys to n, adds a log entry and removes an old one. Once it
// is acknowledged "w n" is printed.
func writeUntilKilled(dir string) {
	s, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var wg sync.WaitGroup
	for w := range crashWriters {
		wg.Go(func() {
			next := 0
			if it, err := s.Get(context.Background(), fmt.Sprintf("w/%d/0", w)); err == nil {
				fmt.Sscan(string(it.Value), &next)
				next++
			}
			for ; ; next++ {
				if _, err := s.Commit(context.Background(), crashTxn(w, next)); err != nil {
					fmt.Println(err)
					return
				}
				fmt.Printf("%d %d\n", w, next)
			}
		})
	}
	wg.Wait()
}

func crashTxn(w, n int) store.Txn {
	var txn store.Txn
	for k := range crashKeys {
		txn.Do = append(txn.Do, store.Put(fmt.Sprintf("w/%d/%d", w, k), []byte(fmt.Sprint(n))))
	}
	txn.Do = append(txn.Do,
		store.Put(fmt.Sprintf("log/%d/%09d", w, n), []byte(strings.Repeat("x", n%3000))),
		store.Delete(fmt.Sprintf("log/%d/%09d", w, n-crashLog)))
	return txn
}

func TestAKilledProcessLosesNothingItAcknowledged(t *testing.T) {
	const rounds = 300
	dir := t.TempDir()
	end := time.Now().Add(25 * time.Second)
	acknowledged := [crashWriters]int{}
	for w := range acknowledged {
		acknowledged[w] = -1
	}
	kills := 0
	for ; kills < rounds && time.Now().Before(end); kills++ {
		killOne(t, dir, &acknowledged)
		s := open(t, dir)
		checkCrashed(t, s, acknowledged)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("after %d kills", kills+1)
		}
	}
	t.Logf("%d kills, acknowledged %v", kills, acknowledged)
	if kills < 20 || acknowledged[0] < kills {
		t.Errorf("%d kills and %v commits say little", kills, acknowledged)
	}
}

// killOne starts a writing process, kills it after some commits and a moment,
// and notes what it acknowledged.
func killOne(t *testing.T, dir string, acknowledged *[crashWriters]int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = cmd.Process.Kill() } // it may have ended by itself, which Wait tells
	last := rand.IntN(40)
	var timer *time.Timer
	in := bufio.NewReader(out)
	for n := 0; ; n++ {
		if n == last {
			timer = time.AfterFunc(rand.N(3*time.Millisecond), kill)
		}
		line, err := in.ReadString('\n')
		if err != nil {
			break // what the kill cut off was not acknowledged
		}
		var w, i int
		if _, err := fmt.Sscanf(line, "%d %d\n", &w, &i); err != nil {
			t.Errorf("the writer says %q", line)
			break
		}
		if i <= acknowledged[w] {
			t.Errorf("writer %d acknowledged %d after %d: it had lost what it wrote", w, i, acknowledged[w])
		}
		acknowledged[w] = i
	}
	kill()
	if timer != nil {
		timer.Stop()
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the writer ended with %v, want killed", err)
	}
}

func checkCrashed(t *testing.T, s store.Store, acknowledged [crashWriters]int) {
	t.Helper()
	items, rev, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, it := range items {
		values[it.Key] = string(it.Value)
	}
	want, commits := 0, 0
	for w := range crashWriters {
		n := -1
		if v, ok := values[fmt.Sprintf("w/%d/0", w)]; ok {
			fmt.Sscan(v, &n)
			want += crashKeys
		}
		commits += n + 1
		if n < acknowledged[w] {
			t.Errorf("writer %d acknowledged commit %d, commit %d is there", w, acknowledged[w], n)
		}
		for k := range crashKeys {
			if v := values[fmt.Sprintf("w/%d/%d", w, k)]; n >= 0 && v != fmt.Sprint(n) {
				t.Errorf("writer %d: key 0 has %d, key %d has %q: half a commit", w, n, k, v)
			}
		}
		for i := max(0, n-crashLog+1); i <= n; i++ {
			want++
			if v, ok := values[fmt.Sprintf("log/%d/%09d", w, i)]; !ok || len(v) != i%3000 {
				t.Errorf("writer %d: entry %d of %d is there: %v, with %d bytes", w, i, n, ok, len(v))
			}
		}
	}
	if len(items) != want {
		t.Errorf("%d items are there, want %d", len(items), want)
	}
	if rev != store.Revision(commits) {
		t.Errorf("revision %d after %d commits", rev, commits)
	}
}
