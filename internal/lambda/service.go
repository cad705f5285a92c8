package lambda

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"postern/internal/function"
	"postern/internal/store"
)

// A Service performs the operations of the Lambda API. It is safe for
// concurrent use. Its fields are set before the first call, and it must not be
// copied. There is one Service for a store.
type Service struct {
	Store  store.Store
	Codes  *Codes           // of archives; nil: functions with folders only
	Runner *function.Runner // nil: nothing can be invoked

	Journal *Journal   // remembers what functions log; nil: nobody
	Log     func(Line) // gets every line of the functions' logs; nil: nobody

	AccountID string // twelve digits; empty: 000000000000
	Region    string // empty: us-east-1
	Partition string // empty: aws

	Now    func() time.Time // nil: time.Now
	NewID  func() string    // UUIDs; nil: random
	Chance func() float64   // from 0 to 1, for the weights of aliases; nil: random

	mu   sync.RWMutex
	live map[string]*live // by name; what invocations need
}

// A Line is a line of a function's log.
type Line struct {
	Function string
	Group    string // the log group
	function.Line
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now().UTC()
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

func (s *Service) newID() string {
	if s.NewID != nil {
		return s.NewID()
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Keys of the store.
const (
	functionsPrefix = "lambda/functions/"
	versionsPrefix  = "lambda/versions/"
)

func functionKey(name string) string   { return functionsPrefix + name }
func versionsOf(name string) string    { return versionsPrefix + name + "/" }
func versionKey(name, n string) string { return versionsOf(name) + fmt.Sprintf("%018s", n) }

// format is the version of the records that are written. Older ones are read
// for ever.
const format = 1

// An entry is a function with all that belongs to it but its published versions.
type entry struct {
	Format      int                     `json:"format"`
	Latest      *Function               `json:"latest"`
	LastVersion int64                   `json:"lastVersion,omitempty"` // the number of the newest ever published
	Aliases     map[string]*Alias       `json:"aliases,omitempty"`
	Policies    map[string]*Policy      `json:"policies,omitempty"` // by qualifier; "" is the function's own
	Reserved    *int64                  `json:"reserved,omitempty"` // concurrent invocations
	Tags        map[string]string       `json:"tags,omitempty"`
	Events      map[string]*EventInvoke `json:"events,omitempty"` // by qualifier, $LATEST too
}

// A published is the record of a version.
type published struct {
	Format   int       `json:"format"`
	Function *Function `json:"function"`
}

func decodeEntry(item store.Item) (*entry, error) {
	var e entry
	if err := json.Unmarshal(item.Value, &e); err != nil {
		return nil, fmt.Errorf("record %s: %w", item.Key, err)
	}
	if e.Format < 1 || e.Format > format || e.Latest == nil {
		return nil, fmt.Errorf("record %s: format %d is not one of 1 to %d; a newer Postern wrote this record", item.Key, e.Format, format)
	}
	return &e, nil
}

func decodeVersion(item store.Item) (*Function, error) {
	var p published
	if err := json.Unmarshal(item.Value, &p); err != nil {
		return nil, fmt.Errorf("record %s: %w", item.Key, err)
	}
	if p.Format < 1 || p.Format > format || p.Function == nil {
		return nil, fmt.Errorf("record %s: format %d is not one of 1 to %d; a newer Postern wrote this record", item.Key, p.Format, format)
	}
	return p.Function, nil
}

// A view is a function in one snapshot of the store.
type view struct {
	r     store.Reader
	name  string
	entry *entry // nil: there is no such function
	item  store.Item
}

func look(r store.Reader, name string) (*view, error) {
	v := &view{r: r, name: name}
	item, err := r.Get(functionKey(name))
	if errors.Is(err, store.ErrNotFound) {
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	v.item = item
	v.entry, err = decodeEntry(item)
	return v, err
}

// version returns a version by its number or $LATEST, or nil.
func (v *view) version(n string) (*Function, error) {
	if n == Latest || n == "" {
		return v.entry.Latest, nil
	}
	if !numberForm.MatchString(n) || len(n) > 18 {
		return nil, nil
	}
	item, err := v.r.Get(versionKey(v.name, n))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decodeVersion(item)
}

// versions returns the published versions, the oldest first.
func (v *view) versions() ([]*Function, error) {
	var out []*Function
	for item, err := range v.r.Scan(versionsOf(v.name), "") {
		if err != nil {
			return nil, err
		}
		f, err := decodeVersion(item)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// A tx is a view that will be changed.
type tx struct {
	*view
	do []store.Write
}

func (t *tx) putVersion(f *Function) error {
	value, err := json.Marshal(published{Format: format, Function: f})
	if err != nil {
		return err
	}
	t.do = append(t.do, store.Put(versionKey(t.name, f.Version), value))
	return nil
}

func (t *tx) deleteVersion(n string) { t.do = append(t.do, store.Delete(versionKey(t.name, n))) }

// attempts is how often an operation starts again when others change the same
// function. Whenever one of them fails, another one has succeeded.
const attempts = 64

// change performs f on a function and commits what it made of t.entry: another
// one, a changed one or none. f is called again if somebody else was faster.
func (s *Service) change(ctx context.Context, name string, f func(*tx) error) error {
	for range attempts {
		var t *tx
		if err := s.Store.View(ctx, func(r store.Reader) error {
			v, err := look(r, name)
			if err != nil {
				return err
			}
			t = &tx{view: v}
			return f(t)
		}); err != nil {
			return err
		}
		condition := store.Absent(functionKey(name))
		if t.item.Key != "" {
			condition = store.Unchanged(functionKey(name), t.item.Revision)
		}
		if t.entry == nil {
			t.do = append(t.do, store.Delete(functionKey(name)), store.DeletePrefix(versionsOf(name)))
		} else {
			t.entry.Format = format
			value, err := json.Marshal(t.entry)
			if err != nil {
				return err
			}
			if len(t.do) == 0 && bytes.Equal(value, t.item.Value) {
				return nil
			}
			t.do = append(t.do, store.Put(functionKey(name), value))
		}
		_, err := s.Store.Commit(ctx, store.Txn{If: []store.Condition{condition}, Do: t.do})
		switch {
		case err == nil:
			return s.refresh(context.WithoutCancel(ctx), name)
		case !errors.Is(err, store.ErrConflict):
			return err
		}
	}
	return &Error{Code: TooManyRequests, Message: "The function is changed by many at once. Please try again later."}
}

// update is change for a function that must exist.
func (s *Service) update(ctx context.Context, n Name, f func(*tx) error) error {
	if !s.ours(n) {
		return s.unknown(n)
	}
	return s.change(ctx, n.Function, func(t *tx) error {
		if t.entry == nil {
			return s.unknown(n)
		}
		return f(t)
	})
}

// read performs f on a function, which must exist.
func (s *Service) read(ctx context.Context, n Name, f func(*view) error) error {
	if !s.ours(n) {
		return s.unknown(n)
	}
	return s.Store.View(ctx, func(r store.Reader) error {
		v, err := look(r, n.Function)
		if err != nil {
			return err
		}
		if v.entry == nil {
			return s.unknown(n)
		}
		return f(v)
	})
}

// names returns the names of all functions in their order.
func (s *Service) names(ctx context.Context) ([]string, error) {
	items, _, err := s.Store.List(ctx, functionsPrefix)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = strings.TrimPrefix(item.Key, functionsPrefix)
	}
	return out, nil
}
