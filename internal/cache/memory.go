package cache

import (
	"context"
	"math"
	"time"

	"github.com/maypok86/otter/v2"

	"postern/internal/message"
)

// A Memory is a Cache in the memory of this process. It holds at most so many
// bytes and lets go of what is least likely to be asked for again.
type Memory struct {
	entries *otter.Cache[string, entry]
}

type entry struct {
	res *message.Response
	ttl time.Duration
}

// NewMemory returns a cache of at most size bytes. now is the clock; nil:
// time.Now.
func NewMemory(size int64, now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	options := &otter.Options[string, entry]{
		MaximumWeight: uint64(max(size, 0)),
		Weigher: func(key string, e entry) uint32 {
			return uint32(min(Size(key, e.res), math.MaxUint32))
		},
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, entry]) time.Duration { return e.Value.ttl }),
		Clock:            clock(now),
		// Room is made before Put returns, so that the size is never passed.
		Executor: func(task func()) { task() },
	}
	return &Memory{entries: otter.Must(options)}
}

// Get implements Cache.
func (m *Memory) Get(_ context.Context, key string) (*message.Response, bool) {
	e, ok := m.entries.GetIfPresent(key)
	return e.res, ok
}

// Put implements Cache.
func (m *Memory) Put(_ context.Context, key string, res *message.Response, ttl time.Duration) {
	if ttl <= 0 || uint64(Size(key, res)) > m.entries.GetMaximum() {
		m.entries.Invalidate(key) // what was there is not what was put
		return
	}
	m.entries.Set(key, entry{res, ttl})
	m.entries.CleanUp()
}

// Clear implements Cache.
func (m *Memory) Clear(context.Context) {
	m.entries.InvalidateAll()
	m.entries.CleanUp()
}

// Size returns how many bytes the cache holds, by Size.
func (m *Memory) Size() int64 { return int64(m.entries.WeightedSize()) }

// A clock tells the cache the time. It has no ticks: what has expired goes when
// something is put, so that there is no goroutine to end.
type clock func() time.Time

func (c clock) NowNano() int64                    { return c().UnixNano() }
func (clock) Tick(time.Duration) <-chan time.Time { return nil }
