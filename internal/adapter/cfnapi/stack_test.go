package cfnapi

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"postern/internal/provision/stack"
)

func TestShortOperationsAreAwaited(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name    string
		begins  bool
		takes   time.Duration
		err     error
		answers time.Duration // after that
		want    error
	}{
		{name: "short", begins: true, takes: time.Second, answers: time.Second},
		{name: "long", begins: true, takes: time.Hour, answers: patience},
		{name: "fails when it has begun", begins: true, takes: time.Second, err: broken, answers: time.Second},
		{name: "never begins", takes: time.Second, err: broken, answers: time.Second, want: broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Server{}
				c := &call{Server: s, ctx: t.Context()}
				start := time.Now()
				err := c.begin(func(_ context.Context, observe stack.Observer) error {
					if tt.begins {
						observe(stack.Event{})
					}
					time.Sleep(tt.takes)
					return tt.err
				})
				if took := time.Since(start); err != tt.want || took != tt.answers {
					t.Errorf("got %v after %v, want %v after %v", err, took, tt.want, tt.answers)
				}
				s.work.Wait()
			})
		})
	}
}
