package throttle

import (
	"sync"
	"time"
)

// A Limit says how many requests are admitted.
//
// The zero Limit rejects everything, as does one whose Rate or Burst is not
// above zero. A setting that means "inherit" or "no limit" is for the caller to
// resolve: it has no Limit.
type Limit struct {
	Rate  float64 // tokens per second
	Burst int     // tokens, capacity of the bucket
}

// admits reports whether l lets any request through. NaN is not above zero.
func (l Limit) admits() bool {
	return l.Rate > 0 && l.Burst > 0
}

// tokenSlack is how far below one token a bucket may be and still give one.
// Without it ten refills of 0.1 are less than one token. It is borrowed, not
// given: the level goes below zero by as much.
const tokenSlack = 1e-9 // tokens

// A Bucket is one token bucket. It is safe for concurrent use, and must not be
// copied.
type Bucket struct {
	now func() time.Time

	mu sync.Mutex
	level
}

// NewBucket returns a full bucket. A nil now means time.Now, whose monotonic
// part keeps the bucket right when the wall clock is set.
func NewBucket(l Limit, now func() time.Time) *Bucket {
	if now == nil {
		now = time.Now
	}
	return &Bucket{now: now, level: fullLevel(l, now())}
}

// Allow takes one token and reports whether there was one.
func (b *Bucket) Allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.take(b.now())
}

// Set changes the limit and keeps the level, cut to the new burst. What was
// earned until now was earned at the old rate.
func (b *Bucket) Set(l Limit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.set(l, b.now())
}

// A level is the state of a bucket at one moment.
type level struct {
	limit  Limit
	tokens float64   // within tokenSlack of 0 … limit.Burst
	at     time.Time // when tokens was right
}

func fullLevel(l Limit, now time.Time) level {
	return level{limit: l, tokens: l.capacity(), at: now}
}

func (l Limit) capacity() float64 {
	if !l.admits() {
		return 0
	}
	return float64(l.Burst)
}

func (v *level) take(now time.Time) bool {
	v.refill(now)
	if !v.limit.admits() || v.tokens < 1-tokenSlack {
		return false
	}
	v.tokens--
	return true
}

func (v *level) set(l Limit, now time.Time) {
	v.refill(now)
	v.limit = l
	v.tokens = min(v.tokens, l.capacity())
}

// refill adds what was earned since v.at. A clock that runs backwards earns
// nothing, and what it ran back is not earned twice. A limit that admits
// nothing earns nothing either, so that the bucket is empty when it changes.
func (v *level) refill(now time.Time) {
	elapsed := now.Sub(v.at)
	if elapsed <= 0 {
		return
	}
	v.at = now
	if !v.limit.admits() {
		return
	}
	v.tokens = min(v.tokens+v.limit.Rate*elapsed.Seconds(), v.limit.capacity())
}

// full reports whether v is what a new bucket would be.
func (v *level) full(now time.Time) bool {
	v.refill(now)
	return v.tokens >= v.limit.capacity()
}
