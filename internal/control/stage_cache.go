package control

import (
	"context"
	"strconv"
)

// A StageCache is one of the caches of a stage.
type StageCache string

const (
	ResponseCache   StageCache = "responses"
	AuthorizerCache StageCache = "authorizers"
)

// FlushStageCache has everything let go of that a cache of a stage keeps. It
// has been when the commit is served.
//
// See "FlushStageCache" and "FlushStageAuthorizersCache".
func (s *Service) FlushStageCache(ctx context.Context, api, stage string, cache StageCache) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := loadStage(t, api, stage); err != nil {
			return err
		}
		t.put(flushKey(api, stage, string(cache)), strconv.AppendInt(nil, s.now().UnixNano(), 10))
		return nil
	})
}
