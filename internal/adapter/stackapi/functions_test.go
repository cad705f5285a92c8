package stackapi_test

import (
	"context"
	"iter"
	"net/http/httptest"
	"testing"
	"time"

	"postern/internal/adapter/stackapi"
	"postern/internal/provision/resource"
	"postern/internal/provision/stack"
	"postern/internal/store"
)

// Who follows logs gets them as they come, and is sent away when the gateway is
// about to stop.
func TestLogsAreFollowedUntilTheGatewayStops(t *testing.T) {
	more := make(chan string)
	api := &stackapi.Server{
		Stacks:    &stack.Engine{Store: store.NewMemory(), Types: &resource.Registry{}},
		Functions: func(context.Context) ([]stackapi.Function, error) { return []stackapi.Function{{Name: "greet"}}, nil },
		Logs: func(ctx context.Context, function string, tail int, follow bool) iter.Seq[stackapi.LogLine] {
			return func(yield func(stackapi.LogLine) bool) {
				if !yield(stackapi.LogLine{Function: function, Text: "old"}) || !follow {
					return
				}
				for {
					select {
					case text := <-more:
						if !yield(stackapi.LogLine{Function: function, Text: text}) {
							return
						}
					case <-ctx.Done():
						return
					}
				}
			}
		},
	}
	drain := &stackapi.Drain{Handler: api}
	server := httptest.NewServer(drain)
	defer server.Close()
	client := &stackapi.Client{URL: server.URL}

	functions, err := client.Functions(t.Context())
	if err != nil || len(functions) != 1 || functions[0].Name != "greet" {
		t.Fatalf("functions %v, %v", functions, err)
	}
	lines := make(chan string)
	done := make(chan error, 1)
	go func() {
		done <- client.Logs(t.Context(), "greet", -1, true, func(l *stackapi.LogLine) { lines <- l.Function + " " + l.Text })
	}()
	if got := <-lines; got != "greet old" {
		t.Errorf("got %s", got)
	}
	more <- "new"
	if got := <-lines; got != "greet new" {
		t.Errorf("got %s", got)
	}
	drain.Start()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	n := 0
	if err := client.Logs(t.Context(), "", -1, false, func(*stackapi.LogLine) { n++ }); err != nil || n != 1 {
		t.Errorf("%d lines, %v", n, err)
	}
}
