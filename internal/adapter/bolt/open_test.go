package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"postern/internal/store"
)

func TestOpenMakesWhatOnlyItsOwnerCanRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for path, want := range map[string]fs.FileMode{dir: 0o700 | fs.ModeDir, filepath.Join(dir, FileName): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: got %v, %v, want mode %v", path, info.Mode(), err, want)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	write := func(t *testing.T, path string, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, dir string) (open string)
		want    string // after the path that begins the error; {dir} is the directory prepared
	}{
		{
			name:    "a directory far from being there",
			prepare: func(t *testing.T, dir string) string { return filepath.Join(dir, "x", "data") },
			want:    "{dir}/x/data: the directory above it does not exist; create {dir}/x or choose another data directory",
		},
		{
			name: "a file for a directory",
			prepare: func(t *testing.T, dir string) string {
				write(t, filepath.Join(dir, "data"), nil)
				return filepath.Join(dir, "data")
			},
			want: "{dir}/data: is not a directory; name the directory that is to hold the data, not a file",
		},
		{
			name: "a directory for a file",
			prepare: func(t *testing.T, dir string) string {
				if err := os.Mkdir(filepath.Join(dir, FileName), 0o700); err != nil {
					t.Fatal(err)
				}
				return dir
			},
			want: "{dir}/postern.db: is a directory; move it away",
		},
		{
			name: "another kind of file",
			prepare: func(t *testing.T, dir string) string {
				write(t, filepath.Join(dir, FileName), []byte(strings.Repeat("not a database\n", 4096)))
				return dir
			},
			want: "{dir}/postern.db: not a whole data file (",
		},
		{
			name: "a file cut short",
			prepare: func(t *testing.T, dir string) string {
				mustClose(t, mustOpen(t, dir))
				if err := os.Truncate(filepath.Join(dir, FileName), 100); err != nil {
					t.Fatal(err)
				}
				return dir
			},
			want: "{dir}/postern.db: not a whole data file (",
		},
		{
			name: "a database of another program",
			prepare: func(t *testing.T, dir string) string {
				edit(t, dir, func(tx *bbolt.Tx) error {
					_, err := tx.CreateBucket([]byte("other"))
					return err
				})
				return dir
			},
			want: "{dir}/postern.db: not a whole data file (data file is damaged: it was not written by Postern)",
		},
		{
			name: "a newer format",
			prepare: func(t *testing.T, dir string) string {
				mustClose(t, mustOpen(t, dir))
				edit(t, dir, func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put(formatKey, []byte("2")) })
				return dir
			},
			want: `{dir}/postern.db: has format "2", this version reads format 1; open it with the version of Postern that wrote it, or a newer one`,
		},
		{
			name: "a revision that is none",
			prepare: func(t *testing.T, dir string) string {
				mustClose(t, mustOpen(t, dir))
				edit(t, dir, func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put(revisionKey, []byte("2")) })
				return dir
			},
			want: "{dir}/postern.db: not a whole data file (data file is damaged: the revision has 1 bytes, expected 8)",
		},
		{
			name: "half of its buckets",
			prepare: func(t *testing.T, dir string) string {
				mustClose(t, mustOpen(t, dir))
				edit(t, dir, func(tx *bbolt.Tx) error { return tx.DeleteBucket(itemsBucket) })
				return dir
			},
			want: "{dir}/postern.db: not a whole data file (",
		},
		{
			name: "held by another",
			prepare: func(t *testing.T, dir string) string {
				s := mustOpen(t, dir)
				t.Cleanup(func() { mustClose(t, s) })
				return dir
			},
			want: "{dir}/postern.db: another process holds it (waited 20ms); stop that process or choose another data directory",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := tt.prepare(t, dir)
			s, err := Open(path, Options{LockTimeout: 20 * time.Millisecond})
			if err == nil {
				s.Close()
				t.Fatal("no error")
			}
			if want := strings.ReplaceAll(tt.want, "{dir}", dir); !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got  %s\nwant %s", err, want)
			}
		})
	}
}

// TestErrorsOfTheSystemAreExplained is for what cannot be brought about by a
// test that may run as root.
func TestErrorsOfTheSystemAreExplained(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.EACCES: "p: cannot be written by user ",
		syscall.EROFS:  "p: cannot be written by user ",
		syscall.ENOSPC: "p: no space left; free some",
		syscall.EIO:    "open p: ",
	} {
		err := explain("p", 0, &fs.PathError{Op: "open", Path: "p", Err: errno})
		if !strings.HasPrefix(err.Error(), want) || !errors.Is(err, errno) {
			t.Errorf("%v: got %q, want %q", errno, err, want)
		}
	}
}

func TestADamagedRecordIsAnError(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, mustOpen(t, dir))
	edit(t, dir, func(tx *bbolt.Tx) error { return tx.Bucket(itemsBucket).Put([]byte("a"), []byte("short")) })
	s := mustOpen(t, dir)
	defer mustClose(t, s)
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, errDamaged) {
		t.Errorf("Get: got %v, want errDamaged", err)
	}
	if _, _, err := s.List(t.Context(), ""); !errors.Is(err, errDamaged) {
		t.Errorf("List: got %v, want errDamaged", err)
	}
	// What cannot be read fails the transactions that need it, not the store.
	if _, err := s.Commit(t.Context(), store.Txn{If: []store.Condition{store.Present("a")}}); !errors.Is(err, errDamaged) {
		t.Errorf("Commit: got %v, want errDamaged", err)
	}
	if rev, err := s.Commit(t.Context(), store.Txn{Do: []store.Write{store.Put("a", nil)}}); err != nil || rev != 1 {
		t.Errorf("Commit: got %d, %v, want 1", rev, err)
	}
}

func TestAFileThatGoesAwayFailsCommitsOnly(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	if _, err := s.Commit(t.Context(), store.Txn{Do: []store.Write{store.Put("a", nil)}}); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Close(); err != nil { // beneath the store, as by a bug
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Commit(context.Background(), store.Txn{Do: []store.Write{store.Put("b", nil)}}); err == nil {
			t.Error("a commit without a file has no error")
		}
	}
	mustClose(t, s)
}

// TestAWriteThatFailedAndCanBeSeenEndsCommits is for a disk whose last sync
// fails: the revision in the file is then ahead of the one that was answered.
func TestAWriteThatFailedAndCanBeSeenEndsCommits(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	defer mustClose(t, s)
	cause := errors.New("sync failed")
	if err := s.uncertain(0, cause); err != nil {
		t.Errorf("a write that left nothing: got %v, want more commits", err)
	}
	if err := s.db.Update(func(tx *bbolt.Tx) error { return setRevision(tx, 1) }); err != nil {
		t.Fatal(err)
	}
	if err := s.uncertain(0, cause); !errors.Is(err, cause) {
		t.Errorf("a write that can be seen: got %v, want no more commits", err)
	}
}

func mustOpen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustClose(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// edit changes the data file behind the store's back.
func edit(t *testing.T, dir string, f func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, FileName), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(f), db.Close()); err != nil {
		t.Fatal(fmt.Errorf("edit: %w", err))
	}
}
