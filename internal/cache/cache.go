// Package cache is the stage cache: it keeps responses of backends for a time.
//
// A Cache only keeps; Responses puts one fetch for many waiting callers before
// it. cachetest holds the contract of every Cache.
//
// See "Cache settings for REST APIs in API Gateway".
package cache

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"postern/internal/message"
)

// A Cache keeps responses under keys until they expire, are cleared, or have to
// make room. It is safe for concurrent use.
//
// A response that went in and one that comes out belong to the cache: nobody
// changes them.
type Cache interface {
	// Get returns the response under exactly key, unless it has expired.
	Get(ctx context.Context, key string) (*message.Response, bool)

	// Put keeps res under key for ttl, in place of what was there. What does not
	// fit is not kept, and neither is anything for a ttl that is not positive.
	Put(ctx context.Context, key string, res *message.Response, ttl time.Duration)

	// Clear lets go of everything.
	Clear(ctx context.Context)
}

// AppendPart appends a part of a key. Keys are the same only if their parts
// are, one by one: the length of each part stands before it.
func AppendPart[T string | []byte](key []byte, part T) []byte {
	return append(binary.AppendUvarint(key, uint64(len(part))), part...)
}

// Size is what a response takes in a cache, in bytes, its key included.
func Size(key string, res *message.Response) int {
	const entry, field = 160, 32 // bookkeeping, roughly
	n := entry + len(key) + len(res.Body)
	for _, f := range res.Header {
		n += field + len(f.Name) + len(f.Value)
	}
	return n
}

// Keep returns a copy of res that shares no memory with it.
func Keep(res *message.Response) *message.Response {
	kept := &message.Response{Status: res.Status, Header: make(message.Header, len(res.Header)), Body: append([]byte(nil), res.Body...)}
	for i, f := range res.Header {
		kept.Header[i] = message.Field{Name: strings.Clone(f.Name), Value: strings.Clone(f.Value)}
	}
	return kept
}

// Responses is a cache with one fetch for many waiting callers.
type Responses struct {
	Cache   Cache
	MaxBody int // bytes of a body; larger ones are not kept

	flights singleflight.Group
}

// Fetch returns the response under key. If there is none, it calls fetch and
// keeps what that returns for ttl. Callers who ask for the same key meanwhile
// wait, and get the same response or error; if the one who fetched has gone
// away, the next one fetches.
//
// own says that the response, or the error, is that of the caller's own fetch.
func (r *Responses) Fetch(ctx context.Context, key string, ttl time.Duration, fetch func() (*message.Response, error)) (res *message.Response, own bool, err error) {
	for {
		if res, ok := r.Cache.Get(ctx, key); ok {
			return res, false, nil
		}
		v, err, _ := r.flights.Do(key, func() (any, error) {
			// Another flight may have landed since.
			if res, ok := r.Cache.Get(ctx, key); ok {
				return res, nil
			}
			own = true
			return r.Renew(ctx, key, ttl, fetch)
		})
		switch {
		case err == nil:
			return v.(*message.Response), own, nil
		case own || ctx.Err() != nil || !errors.Is(err, context.Canceled):
			return nil, own, err
		}
	}
}

// Renew calls fetch and keeps what it returns for ttl, whatever is there.
func (r *Responses) Renew(ctx context.Context, key string, ttl time.Duration, fetch func() (*message.Response, error)) (*message.Response, error) {
	res, err := fetch()
	if err != nil {
		return nil, err
	}
	res = Keep(res)
	if len(res.Body) <= r.MaxBody {
		r.Cache.Put(ctx, key, res, ttl)
	}
	return res, nil
}
