package dataplane

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestACallEndsAsADeadlineDoes(t *testing.T) {
	for _, wait := range []bool{false, true} {
		for _, tt := range []struct {
			name string
			end  func(parent context.CancelFunc, c *callContext)
			left time.Duration
			want error
		}{
			{"not yet", func(context.CancelFunc, *callContext) {}, time.Hour, nil},
			{"the client goes away", func(cancel context.CancelFunc, _ *callContext) { cancel() }, time.Hour, context.Canceled},
			{"the call is over", func(_ context.CancelFunc, c *callContext) { c.end() }, time.Hour, context.Canceled},
			{"too late", func(context.CancelFunc, *callContext) {}, -1, context.DeadlineExceeded},
		} {
			parent, cancel := context.WithCancel(t.Context())
			c := &callContext{Context: parent, deadline: time.Now().Add(tt.left)}
			if wait {
				c.Done()
			}
			tt.end(cancel, c)
			if err := c.Err(); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
			select {
			case <-c.Done():
				if tt.want == nil {
					t.Errorf("%s: it is done", tt.name)
				}
			default:
				if tt.want != nil {
					t.Errorf("%s: it is not done", tt.name)
				}
			}
			if err := c.Err(); !errors.Is(err, tt.want) {
				t.Errorf("%s, waited for: got %v, want %v", tt.name, err, tt.want)
			}
			child, cancelChild := context.WithCancel(c)
			if tt.want != nil {
				<-child.Done()
			}
			cancelChild()
			c.end()
			cancel()
		}
	}
}
