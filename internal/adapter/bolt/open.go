// Package bolt keeps a configuration store in one file of a data directory.
package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"postern/internal/store"
)

// This file opens the data file and explains why it cannot be opened.

// FileName is the name of the data file in its directory.
const FileName = "postern.db"

// format is the layout of the data file: bucket "meta" with "format" in decimal
// and "revision" in 8 bytes, big endian; bucket "items" with, under each key,
// the 8 bytes of its revision and then its value.
const format = 1

var (
	metaBucket  = []byte("meta")
	itemsBucket = []byte("items")
	formatKey   = []byte("format")
	revisionKey = []byte("revision")
)

// Options are all optional.
type Options struct {
	LockTimeout time.Duration // how long to wait for another process to let go of the file; 0: one second
	HistorySize int           // bytes of commits remembered for Watch; 0: store.HistorySize
}

// Open opens the store in dir, which is made (mode 0700) if only its last
// element is missing, as is the data file in it (0600).
//
// One process at a time can have the file open. The history of Watch begins
// with the revision found in the file.
func Open(dir string, o Options) (*Store, error) {
	if o.LockTimeout == 0 {
		o.LockTimeout = time.Second
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, FileName)
	db, err := openFile(path, o.LockTimeout)
	if err != nil {
		return nil, explain(path, o.LockTimeout, err)
	}
	rev, err := prepare(db)
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(explain(path, o.LockTimeout, err), db.Close())
	}
	s := &Store{
		db:       db,
		history:  store.NewHistory(rev, o.HistorySize),
		requests: make(chan request),
		closing:  make(chan struct{}),
		ended:    make(chan struct{}),
	}
	s.close = sync.OnceValue(s.shut)
	go s.commitAll(rev)
	return s, nil
}

func makeDir(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.Mkdir(dir, 0o700); err == nil || errors.Is(err, fs.ErrExist) {
			return nil
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: the directory above it does not exist; create %s or choose another data directory", dir, filepath.Dir(dir))
	case err != nil:
		return explain(dir, 0, err)
	case !info.IsDir():
		return fmt.Errorf("%s: is not a directory; name the directory that is to hold the data, not a file", dir)
	}
	return nil
}

// openFile turns a panic of bbolt, which trusts the pages it reads, into an
// error.
func openFile(path string, timeout time.Duration) (db *bbolt.DB, err error) {
	defer recovered(&err)
	return bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         timeout,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: initialMmap(),
	})
}

// initialMmap returns the bytes of address space to reserve. A commit that must
// enlarge the mapping waits for every reader, so it is better large at once; it
// costs nothing but on Windows, where the file would grow with it.
func initialMmap() int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 0
	}
	return 1 << 30
}

var errDamaged = errors.New("data file is damaged")

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", errDamaged, r)
	}
}

// prepare checks the format, or writes it into a new file, and returns the
// revision.
func prepare(db *bbolt.DB) (rev store.Revision, err error) {
	defer recovered(&err)
	isNew := false
	err = db.View(func(tx *bbolt.Tx) error {
		meta, items := tx.Bucket(metaBucket), tx.Bucket(itemsBucket)
		if meta == nil && items == nil {
			if k, _ := tx.Cursor().First(); k != nil {
				return fmt.Errorf("%w: it was not written by Postern", errDamaged)
			}
			isNew = true
			return nil
		}
		if meta == nil || items == nil {
			return fmt.Errorf("%w: one of its two buckets is missing", errDamaged)
		}
		if f := string(meta.Get(formatKey)); f != strconv.Itoa(format) {
			return &formatError{found: f}
		}
		rev, err = revisionOf(tx)
		return err
	})
	if err != nil || !isNew {
		return rev, err
	}
	return 0, db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(itemsBucket); err != nil {
			return err
		}
		if err := meta.Put(formatKey, []byte(strconv.Itoa(format))); err != nil {
			return err
		}
		return setRevision(tx, 0)
	})
}

type formatError struct{ found string }

func (e *formatError) Error() string {
	return fmt.Sprintf("has format %q, this version reads format %d; open it with the version of Postern that wrote it, or a newer one", e.found, format)
}

func revisionOf(tx *bbolt.Tx) (store.Revision, error) {
	b := tx.Bucket(metaBucket).Get(revisionKey)
	if len(b) != 8 {
		return 0, fmt.Errorf("%w: the revision has %d bytes, expected 8", errDamaged, len(b))
	}
	return store.Revision(binary.BigEndian.Uint64(b)), nil
}

func setRevision(tx *bbolt.Tx, rev store.Revision) error {
	return tx.Bucket(metaBucket).Put(revisionKey, binary.BigEndian.AppendUint64(nil, uint64(rev)))
}

// syncDir makes the name of a new file durable. Where directories cannot be
// synced the system takes care of it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// explain says what is wrong with path and what to do.
func explain(path string, waited time.Duration, err error) error {
	var f *formatError
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%s: another process holds it (waited %v); stop that process or choose another data directory", path, waited)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s: cannot be written by user %d (%w); give that user write permission or choose another data directory", path, os.Geteuid(), err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%s: no space left; free some or choose another data directory: %w", path, err)
	case errors.Is(err, syscall.EISDIR):
		return fmt.Errorf("%s: is a directory; move it away or choose another data directory", path)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, errDamaged):
		return fmt.Errorf("%s: not a whole data file (%w); move it away to start empty, or restore a copy", path, err)
	case errors.As(err, &f):
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}
