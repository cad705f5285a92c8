// Package cachetest is the contract of every cache.Cache, as tests.
package cachetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"postern/internal/cache"
	"postern/internal/message"
)

// A Subject is a cache under test.
type Subject struct {
	Cache cache.Cache
	Sleep func(time.Duration) // lets time pass for the cache
	Size  func() int64        // bytes held; nil: it cannot be told
	Max   int64               // bytes that it may hold
}

// Run holds what open makes to the contract. Each subject holds at least 64 KB.
func Run(t *testing.T, open func(t testing.TB) Subject) {
	ctx := context.Background()
	t.Run("what was put comes back, and nothing else", func(t *testing.T) {
		c := open(t).Cache
		if res, ok := c.Get(ctx, "a"); ok {
			t.Errorf("an empty cache has %v", res)
		}
		c.Put(ctx, "a", response("one"), time.Minute)
		c.Put(ctx, "b", response("two"), time.Minute)
		want(t, c, "a", "one")
		want(t, c, "b", "two")
		none(t, c, "")
		none(t, c, "A")
	})
	t.Run("a second put replaces the first", func(t *testing.T) {
		c := open(t).Cache
		c.Put(ctx, "a", response("one"), time.Minute)
		c.Put(ctx, "a", response("two"), time.Minute)
		want(t, c, "a", "two")
	})
	t.Run("a response keeps its status, its fields in their order, and its bytes", func(t *testing.T) {
		c := open(t).Cache
		res := &message.Response{Status: 404, Body: []byte{0, 255, 10}}
		res.Header.Add("b", "1")
		res.Header.Add("a", "")
		res.Header.Add("B", "2")
		c.Put(ctx, "k", cache.Keep(res), time.Minute)
		got, ok := c.Get(ctx, "k")
		if !ok || fmt.Sprint(*got) != fmt.Sprint(*res) {
			t.Errorf("got %v, want %v", got, res)
		}
	})
	t.Run("an entry lives as long as it was put for", func(t *testing.T) {
		s := open(t)
		s.Cache.Put(ctx, "short", response("one"), 10*time.Second)
		s.Cache.Put(ctx, "long", response("two"), time.Hour)
		s.Sleep(9 * time.Second)
		want(t, s.Cache, "short", "one")
		s.Sleep(2 * time.Second)
		none(t, s.Cache, "short")
		want(t, s.Cache, "long", "two")
		// A new life does not end with the old one.
		s.Cache.Put(ctx, "long", response("three"), 2*time.Hour)
		s.Sleep(90 * time.Minute)
		want(t, s.Cache, "long", "three")
		s.Sleep(time.Hour)
		none(t, s.Cache, "long")
	})
	t.Run("no time to live means not kept, and what was there is gone", func(t *testing.T) {
		c := open(t).Cache
		c.Put(ctx, "a", response("one"), time.Minute)
		c.Put(ctx, "a", response("two"), 0)
		none(t, c, "a")
	})
	t.Run("clearing leaves nothing, and the cache usable", func(t *testing.T) {
		c := open(t).Cache
		for i := range 50 {
			c.Put(ctx, fmt.Sprint(i), response("x"), time.Minute)
		}
		c.Clear(ctx)
		for i := range 50 {
			none(t, c, fmt.Sprint(i))
		}
		c.Put(ctx, "a", response("one"), time.Minute)
		want(t, c, "a", "one")
	})
	t.Run("what is larger than the cache is not kept, and what was there is gone", func(t *testing.T) {
		s := open(t)
		s.Cache.Put(ctx, "a", response("one"), time.Minute)
		s.Cache.Put(ctx, "b", response("two"), time.Minute)
		s.Cache.Put(ctx, "a", &message.Response{Status: 200, Body: make([]byte, s.Max)}, time.Minute)
		none(t, s.Cache, "a")
		want(t, s.Cache, "b", "two")
	})
	t.Run("it never grows over its size, and never gives one key's entry to another", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := open(t)
			put := map[string]string{}
			r.Repeat(map[string]func(*rapid.T){
				"put": func(r *rapid.T) {
					key := rapid.StringMatching(`[ab\x00]{0,4}`).Draw(r, "key")
					size := rapid.IntRange(0, int(s.Max)/2).Draw(r, "size")
					text := fmt.Sprintf("%d of %q: %*s", len(put), key, size, "")
					s.Cache.Put(ctx, key, response(text), time.Duration(rapid.IntRange(1, 100).Draw(r, "ttl"))*time.Second)
					put[key] = text
				},
				"get": func(r *rapid.T) {
					key := rapid.StringMatching(`[ab\x00]{0,4}`).Draw(r, "key")
					if got, ok := s.Cache.Get(ctx, key); ok && string(got.Body) != put[key] {
						r.Fatalf("%q has %.40q, put was %.40q", key, got.Body, put[key])
					}
				},
				"sleep": func(r *rapid.T) {
					s.Sleep(time.Duration(rapid.IntRange(0, 50).Draw(r, "seconds")) * time.Second)
				},
				"": func(r *rapid.T) {
					if s.Size == nil {
						return
					}
					if n := s.Size(); n > s.Max {
						r.Fatalf("the cache holds %d bytes, %d are allowed", n, s.Max)
					}
				},
			})
		})
	})
	t.Run("many use it at once", func(t *testing.T) {
		c := open(t).Cache
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for n := range 200 {
					key := fmt.Sprint((i + n) % 20)
					c.Put(ctx, key, response(key), time.Minute)
					if got, ok := c.Get(ctx, key); ok && string(got.Body) != key {
						t.Errorf("%s has %s", key, got.Body)
					}
					if n%50 == 0 {
						c.Clear(ctx)
					}
				}
			})
		}
		wg.Wait()
	})
}

func response(body string) *message.Response {
	return &message.Response{Status: 200, Body: []byte(body)}
}

func want(t *testing.T, c cache.Cache, key, body string) {
	t.Helper()
	got, ok := c.Get(t.Context(), key)
	if !ok || string(got.Body) != body {
		t.Errorf("%s: got %v, %v; want %s", key, got, ok, body)
	}
}

func none(t *testing.T, c cache.Cache, key string) {
	t.Helper()
	if got, ok := c.Get(t.Context(), key); ok {
		t.Errorf("%s: got %s, want nothing", key, got.Body)
	}
}
