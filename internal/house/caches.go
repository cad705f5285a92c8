package house

import (
	"context"
	"sync"
	"time"

	"postern/internal/cache"
	"postern/internal/control"
)

// caches keeps the caches of stages from one plan to the next.
type caches struct {
	now func() time.Time
	max int // bytes of a body that is kept

	mu     sync.Mutex
	stages map[control.StageKey]*stageCaches
}

type stageCaches struct {
	responses *cache.Responses
	size      int64
}

// responses returns the cache of a stage. One of another size is a new one.
func (c *caches) responses(api, stage string, size int64) *cache.Responses {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := control.StageKey{RestAPIID: api, StageName: stage}
	if s := c.stages[k]; s != nil && s.size == size {
		return s.responses
	}
	if c.stages == nil {
		c.stages = make(map[control.StageKey]*stageCaches)
	}
	s := &stageCaches{&cache.Responses{Cache: cache.NewMemory(size, c.now), MaxBody: c.max}, size}
	c.stages[k] = s
	return s.responses
}

func (c *caches) flush(k control.StageKey, which control.StageCache) {
	c.mu.Lock()
	s := c.stages[k]
	c.mu.Unlock()
	if s != nil && which == control.ResponseCache {
		s.responses.Cache.Clear(context.Background())
	}
}

func (c *caches) forget(k control.StageKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.stages, k)
}
