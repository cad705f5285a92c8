package auth

import (
	"time"

	"github.com/maypok86/otter/v2"
)

// Results keeps what Lambda authorizers said, for as long as each wants it kept.
// It is safe for concurrent use.
type Results struct {
	kept *otter.Cache[string, keptResult]
}

type keptResult struct {
	result *Result
	ttl    time.Duration
}

// maxResults is how many results are kept.
const maxResults = 10_000

// NewResults returns an empty cache. A nil now means time.Now.
func NewResults(now func() time.Time) *Results {
	if now == nil {
		now = time.Now
	}
	return &Results{otter.Must(&otter.Options[string, keptResult]{
		MaximumSize:      maxResults,
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, keptResult]) time.Duration { return e.Value.ttl }),
		Clock:            resultsClock(now),
		Executor:         func(task func()) { task() },
	})}
}

// Get returns the result under a key, or nil.
func (r *Results) Get(key string) *Result {
	k, _ := r.kept.GetIfPresent(key)
	return k.result
}

// Put keeps a result under a key.
func (r *Results) Put(key string, result *Result, ttl time.Duration) {
	if ttl > 0 {
		r.kept.Set(key, keptResult{result, ttl})
		r.kept.CleanUp()
	}
}

// Clear lets go of everything.
func (r *Results) Clear() {
	r.kept.InvalidateAll()
	r.kept.CleanUp()
}

// A resultsClock has no ticks: what has expired goes when something is put.
type resultsClock func() time.Time

func (c resultsClock) NowNano() int64                    { return c().UnixNano() }
func (resultsClock) Tick(time.Duration) <-chan time.Time { return nil }
