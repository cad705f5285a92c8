package throttle

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestKeysHaveBucketsOfTheirOwn(t *testing.T) {
	c := newClock()
	s := NewSet[string](10, c.now)
	l := Limit{1, 2}
	for _, key := range []string{"a", "b"} {
		if got := admitted(5, func() bool { return s.Allow(key, l) }); got != 2 {
			t.Errorf("key %s: admitted %d, want 2", key, got)
		}
	}
	c.advance(time.Second)
	if !s.Allow("a", l) || s.Allow("a", l) {
		t.Error("key a: want exactly one more after a second")
	}
}

func TestSetChangesLimitInPlace(t *testing.T) {
	c := newClock()
	s := NewSet[string](10, c.now)
	for range 3 {
		s.Allow("a", Limit{1, 5})
	}
	if got := admitted(10, func() bool { return s.Allow("a", Limit{1, 100}) }); got != 2 {
		t.Errorf("admitted %d with the larger burst, want the 2 that were left", got)
	}
}

func TestSetForgetsTheLongestUnused(t *testing.T) {
	c := newClock()
	s := NewSet[string](2, c.now)
	l := Limit{0.001, 1}
	s.Allow("a", l)
	s.Allow("b", l)
	s.Allow("a", l) // now b is the oldest
	s.Allow("c", l)
	if s.Len() != 2 {
		t.Fatalf("%d keys, want 2", s.Len())
	}
	if s.Allow("a", l) {
		t.Error("a was forgotten, b was unused for longer")
	}
	if !s.Allow("b", l) {
		t.Error("b was not forgotten")
	}
}

func TestSetPrefersToForgetAFullBucket(t *testing.T) {
	c := newClock()
	s := NewSet[string](2, c.now)
	slow, fast := Limit{0.001, 1}, Limit{1000, 1}
	s.Allow("slow", slow)
	s.Allow("fast", fast)
	c.advance(time.Second) // fast is full again, slow is not
	s.Allow("new", fast)
	if s.Allow("slow", slow) {
		t.Error("slow was forgotten although fast was full")
	}
}

func TestForget(t *testing.T) {
	c := newClock()
	s := NewSet[string](10, c.now)
	l := Limit{1, 1}
	s.Allow("a", l)
	s.Allow("b", l)
	s.Forget("a")
	s.Forget("unknown")
	if s.Len() != 1 {
		t.Errorf("%d keys, want 1", s.Len())
	}
	if !s.Allow("a", l) {
		t.Error("a was not forgotten")
	}
	if s.Allow("b", l) {
		t.Error("b was forgotten")
	}
}

// A set is so many buckets, as long as it need not forget.
func TestSetIsAMapOfBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		s := NewSet[int](8, c.now)
		model := map[int]*Bucket{}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			c.advance(time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "advance")))
			key := rapid.IntRange(0, 7).Draw(t, "key")
			l := Limit{float64(rapid.IntRange(0, 5).Draw(t, "rate")), rapid.IntRange(0, 3).Draw(t, "burst")}
			if model[key] == nil {
				model[key] = NewBucket(l, c.now)
			} else if model[key].limit != l {
				model[key].Set(l)
			}
			got, want := s.Allow(key, l), model[key].Allow()
			if got != want {
				t.Fatalf("key %d with %+v: set says %v, bucket says %v", key, l, got, want)
			}
		}
	})
}

func TestSetStaysBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		most := rapid.IntRange(-1, 20).Draw(t, "max")
		s := NewSet[int](most, c.now)
		for range 200 {
			c.advance(time.Millisecond)
			s.Allow(rapid.IntRange(0, 100).Draw(t, "key"), Limit{1, 3})
			if rapid.IntRange(0, 9).Draw(t, "forget") == 0 {
				s.Forget(rapid.IntRange(0, 100).Draw(t, "forgotten"))
			}
			if s.Len() > max(most, 1) {
				t.Fatalf("%d keys, at most %d are right", s.Len(), max(most, 1))
			}
			n := 0
			for e := s.oldest; e != nil; e = e.newer {
				n++
			}
			if n != s.Len() {
				t.Fatalf("%d in the list, %d in the map", n, s.Len())
			}
		}
	})
}

func TestSetFromManyGoroutines(t *testing.T) {
	s := NewSet[string](16, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 500 {
				s.Allow(strconv.Itoa((i*j)%40), Limit{10, 10})
			}
		})
	}
	wg.Wait()
	if s.Len() > 16 {
		t.Errorf("%d keys, at most 16 are right", s.Len())
	}
}
