package throttle

import (
	"sync"
	"time"
)

// A Set is a bucket per key, in bounded memory: a key is an API key and a
// method of a stage, for example.
//
// When it holds its maximum and a new key comes, a bucket that nobody has asked
// for longest is forgotten. A forgotten bucket starts full again, so one that
// had filled up in the meantime is forgotten without effect; forgetting another
// one forgives its key at most a burst. Choose a maximum above the number of
// keys that are busy at once.
//
// A Set is safe for concurrent use, and must not be copied. Allow allocates
// only for a key that is not in the set. Keys must be equal to themselves: a
// type with a floating-point number in it will not do.
type Set[K comparable] struct {
	now func() time.Time
	max int // keys

	mu     sync.Mutex
	byKey  map[K]*entry[K]
	newest *entry[K] // the ends of a list in order of use
	oldest *entry[K]
}

type entry[K comparable] struct {
	level
	key          K
	newer, older *entry[K]
}

// NewSet returns an empty set of at most max keys, at least one. A nil now
// means time.Now.
func NewSet[K comparable](max int, now func() time.Time) *Set[K] {
	if now == nil {
		now = time.Now
	}
	if max < 1 {
		max = 1
	}
	return &Set[K]{now: now, max: max, byKey: make(map[K]*entry[K])}
}

// Allow takes one token from the bucket of key and reports whether there was
// one. A new key starts with a full bucket. A limit other than last time
// changes the bucket in place, as Bucket.Set does.
func (s *Set[K]) Allow(key K, l Limit) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	e := s.byKey[key]
	if e == nil {
		e = s.add(key, l, now)
	} else if e != s.newest {
		s.unlink(e)
		s.link(e)
	}
	if e.limit != l {
		e.set(l, now)
	}
	return e.take(now)
}

// Len returns how many keys the set holds.
func (s *Set[K]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byKey)
}

// Forget removes the bucket of key, as when an API key is deleted.
func (s *Set[K]) Forget(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.byKey[key]; e != nil {
		s.remove(e)
	}
}

// evictionTries is how many of the oldest buckets are looked at for one that
// has filled up. It bounds the work of a new key.
const evictionTries = 8

// add puts key into the set, in the place of another one when it is full.
func (s *Set[K]) add(key K, l Limit, now time.Time) *entry[K] {
	if len(s.byKey) >= s.max {
		s.evict(now)
	}
	e := &entry[K]{level: fullLevel(l, now), key: key}
	s.byKey[key] = e
	s.link(e)
	return e
}

func (s *Set[K]) evict(now time.Time) {
	e := s.oldest
	for range evictionTries {
		if e == nil {
			break
		}
		if e.full(now) {
			s.remove(e)
			return
		}
		e = e.newer
	}
	s.remove(s.oldest)
}

func (s *Set[K]) remove(e *entry[K]) {
	delete(s.byKey, e.key)
	s.unlink(e)
}

func (s *Set[K]) link(e *entry[K]) {
	e.older, e.newer = s.newest, nil
	if s.newest != nil {
		s.newest.newer = e
	} else {
		s.oldest = e
	}
	s.newest = e
}

func (s *Set[K]) unlink(e *entry[K]) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		s.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		s.oldest = e.newer
	}
	e.newer, e.older = nil, nil
}
