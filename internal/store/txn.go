package store

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Limits of what a commit may hold.
const (
	MaxKey    = 1024      // bytes of a key
	MaxValue  = 64 << 20  // bytes of one value
	MaxTxn    = 256 << 20 // bytes of keys and values in one transaction
	MaxWrites = 100_000   // writes of one transaction
)

// Errors to be compared with errors.Is.
var (
	ErrNotFound  = errors.New("key not found")
	ErrConflict  = errors.New("store changed meanwhile")
	ErrCompacted = errors.New("revision is outside the history of the store")
	ErrClosed    = errors.New("store is closed")
	ErrInvalid   = errors.New("invalid transaction")
)

// A Conflict names the condition that did not hold.
type Conflict struct {
	Condition Condition
	Found     Revision // of the item or of the newest change under the prefix; 0: no such item
}

func (c *Conflict) Error() string {
	switch c.Condition.kind {
	case absent:
		return fmt.Sprintf("%s: exists since revision %d, expected none", c.Condition.Key, c.Found)
	case present:
		return fmt.Sprintf("%s: does not exist", c.Condition.Key)
	case prefixUnchanged:
		return fmt.Sprintf("%s*: changed at or before revision %d, expected no change after %d", c.Condition.Key, c.Found, c.Condition.Revision)
	}
	if c.Found == 0 {
		return fmt.Sprintf("%s: does not exist, expected it as of revision %d", c.Condition.Key, c.Condition.Revision)
	}
	return fmt.Sprintf("%s: changed at revision %d, expected no change after %d", c.Condition.Key, c.Found, c.Condition.Revision)
}

// Is makes every Conflict an ErrConflict.
func (c *Conflict) Is(target error) bool { return target == ErrConflict }

// A Txn is a set of changes and what must hold for them. All conditions are
// judged on the state before the first write.
type Txn struct {
	If []Condition
	Do []Write // in order: a later write of a key wins
}

// A Condition is made by Unchanged, Absent, Present or PrefixUnchanged.
type Condition struct {
	Key      string // or the prefix
	Revision Revision
	kind     conditionKind
}

type conditionKind uint8

const (
	unchanged conditionKind = iota + 1
	absent
	present
	prefixUnchanged
)

// Unchanged holds if the item exists and no commit after since changed it.
// Since is the revision of the item or of the snapshot it was read from.
func Unchanged(key string, since Revision) Condition {
	return Condition{Key: key, Revision: since, kind: unchanged}
}

// Absent holds if there is no such key.
func Absent(key string) Condition { return Condition{Key: key, kind: absent} }

// Present holds if there is such a key.
func Present(key string) Condition { return Condition{Key: key, kind: present} }

// PrefixUnchanged holds if no commit after since put or deleted a key under
// prefix. It fails for a revision that is older than the history of the store,
// because nobody can tell.
func PrefixUnchanged(prefix string, since Revision) Condition {
	return Condition{Key: prefix, Revision: since, kind: prefixUnchanged}
}

// A Write is made by Put, Delete or DeletePrefix.
type Write struct {
	Key   string // or the prefix
	Value []byte
	kind  writeKind
}

type writeKind uint8

const (
	put writeKind = iota + 1
	del
	delPrefix
)

// Put sets the value of a key. Putting an equal value is a change too.
func Put(key string, value []byte) Write { return Write{Key: key, Value: value, kind: put} }

// Delete removes a key. To remove what is not there changes nothing.
func Delete(key string) Write { return Write{Key: key, kind: del} }

// DeletePrefix removes every key under prefix. The empty prefix is everything.
func DeletePrefix(prefix string) Write { return Write{Key: prefix, kind: delPrefix} }

// Check returns an error that is ErrInvalid if t breaks a limit or holds a
// condition or write that no function of this package made.
func (t Txn) Check() error {
	if n := len(t.If) + len(t.Do); n > MaxWrites {
		return fmt.Errorf("%w: %d conditions and writes, at most %d", ErrInvalid, n, MaxWrites)
	}
	for _, c := range t.If {
		if c.kind == 0 {
			return fmt.Errorf("%w: condition on %q has no kind", ErrInvalid, clip(c.Key))
		}
		if err := checkKey(c.Key, c.kind == prefixUnchanged); err != nil {
			return err
		}
	}
	size := 0
	for _, w := range t.Do {
		if w.kind == 0 {
			return fmt.Errorf("%w: write of %q has no kind", ErrInvalid, clip(w.Key))
		}
		if err := checkKey(w.Key, w.kind == delPrefix); err != nil {
			return err
		}
		if len(w.Value) > MaxValue {
			return fmt.Errorf("%w: value of %q has %d bytes, at most %d", ErrInvalid, clip(w.Key), len(w.Value), MaxValue)
		}
		if size += len(w.Key) + len(w.Value); size > MaxTxn {
			return fmt.Errorf("%w: keys and values have more than %d bytes", ErrInvalid, MaxTxn)
		}
	}
	return nil
}

func checkKey(key string, prefix bool) error {
	switch {
	case key == "" && !prefix:
		return fmt.Errorf("%w: empty key", ErrInvalid)
	case len(key) > MaxKey:
		return fmt.Errorf("%w: key %q… has %d bytes, at most %d", ErrInvalid, clip(key), len(key), MaxKey)
	case !prefix && !utf8.ValidString(key):
		return fmt.Errorf("%w: key %q is not UTF-8", ErrInvalid, clip(key))
	}
	for i := range len(key) {
		if key[i] == 0 {
			return fmt.Errorf("%w: key %q has a NUL byte", ErrInvalid, clip(key))
		}
	}
	return nil
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64]
	}
	return s
}
