package iam

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"postern/internal/store"
)

// A Service performs the operations. It is safe for concurrent use. Its fields
// are set before the first call.
type Service struct {
	Store store.Store

	AccountID string           // twelve digits; empty: 000000000000
	Partition string           // empty: aws
	Now       func() time.Time // nil: time.Now
}

// A Code is the kind of a refusal.
type Code string

const (
	NoSuchEntity            Code = "NoSuchEntity"
	EntityAlreadyExists     Code = "EntityAlreadyExists"
	DeleteConflict          Code = "DeleteConflict"
	MalformedPolicyDocument Code = "MalformedPolicyDocument"
	ValidationError         Code = "ValidationError"
	ConcurrentModification  Code = "ConcurrentModification"
)

// Status returns the HTTP status that goes with c.
func (c Code) Status() int {
	switch c {
	case NoSuchEntity:
		return http.StatusNotFound
	case EntityAlreadyExists, DeleteConflict, ConcurrentModification:
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

// An Error is a refusal.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

func refused(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC().Truncate(time.Second)
	}
	return s.Now().UTC().Truncate(time.Second)
}

// arn returns the ARN of a role or policy. The path begins and ends with a slash.
func (s *Service) arn(kind, path, name string) string {
	return "arn:" + orElse(s.Partition, "aws") + ":iam::" + orElse(s.AccountID, "000000000000") + ":" + kind + path + name
}

// newID returns an identifier in the service's form: four letters that say what
// it is of, and random ones.
func newID(kind string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var b [17]byte
	_, _ = rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return kind + string(b[:])
}

// Keys of the store.
const (
	rolesPrefix    = "iam/roles/"
	policiesPrefix = "iam/policies/"
)

// format is the version of the records that are written.
const format = 1

type record[T any] struct {
	Format int `json:"format"`
	Value  *T  `json:"value"`
}

func decode[T any](item store.Item) (*T, error) {
	var r record[T]
	if err := json.Unmarshal(item.Value, &r); err != nil {
		return nil, fmt.Errorf("record %s: %w", item.Key, err)
	}
	if r.Format < 1 || r.Format > format || r.Value == nil {
		return nil, fmt.Errorf("record %s: format %d is not one of 1 to %d; a newer Postern wrote this record", item.Key, r.Format, format)
	}
	return r.Value, nil
}

// get returns the thing under a key, or nil.
func get[T any](ctx context.Context, s store.Store, key string) (*T, store.Item, error) {
	item, err := s.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, item, nil
	}
	if err != nil {
		return nil, item, err
	}
	v, err := decode[T](item)
	return v, item, err
}

// list returns the things under a prefix, sorted by key.
func list[T any](ctx context.Context, s store.Store, prefix string) ([]*T, error) {
	items, _, err := s.List(ctx, prefix)
	if err != nil {
		return nil, err
	}
	out := make([]*T, len(items))
	for i, item := range items {
		if out[i], err = decode[T](item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// attempts is how often a change starts again when others change the same thing.
const attempts = 64

// change replaces the thing under a key by what f makes of it: another one, a
// changed one or nil. f is called again if somebody else was faster.
func change[T any](ctx context.Context, s store.Store, key string, f func(*T) (*T, error)) error {
	for range attempts {
		old, item, err := get[T](ctx, s, key)
		if err != nil {
			return err
		}
		had := old != nil
		next, err := f(old)
		if err != nil {
			return err
		}
		t := store.Txn{If: []store.Condition{store.Absent(key)}, Do: []store.Write{store.Delete(key)}}
		if had {
			t.If[0] = store.Unchanged(key, item.Revision)
		}
		if next != nil {
			value, err := json.Marshal(record[T]{Format: format, Value: next})
			if err != nil {
				return err
			}
			if had && bytes.Equal(value, item.Value) {
				return nil
			}
			t.Do[0] = store.Put(key, value)
		}
		if _, err := s.Commit(ctx, t); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return refused(ConcurrentModification, "The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.")
}

// checkDocument refuses what is no JSON object.
func checkDocument(document string) error {
	var v map[string]any
	if err := json.Unmarshal([]byte(document), &v); err != nil {
		return refused(MalformedPolicyDocument, "Syntax errors in policy.")
	}
	if _, ok := v["Statement"]; !ok {
		return refused(MalformedPolicyDocument, "Syntax errors in policy.")
	}
	return nil
}

// checkName refuses a name that cannot be one of a role or policy.
func checkName(member, name string, most int) error {
	ok := name != "" && len(name) <= most
	for _, c := range name {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
		ok = ok && (letter || strings.ContainsRune("+=,.@-_", c))
	}
	if !ok {
		return refused(ValidationError, "The specified value for %s is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-", member)
	}
	return nil
}

// checkPath refuses a path that is none.
func checkPath(path string) error {
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") || len(path) > 512 {
		return refused(ValidationError, "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")
	}
	return nil
}
