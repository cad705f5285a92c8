package stack

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

func TestWalk(t *testing.T) {
	needs := map[string][]string{"a": nil, "b": {"a", "a", "elsewhere"}, "c": {"b"}, "d": nil, "e": {"d"}, "x": {"y"}, "y": {"x"}}
	get := func(id string) []string { return needs[id] }
	for _, tt := range []struct {
		name string
		ids  []string
		keep bool
		fail string
		want []string // what is done, in order
		skip []string
	}{
		{"order", []string{"c", "b", "a"}, false, "", []string{"a", "b", "c"}, nil},
		{"stop at the first failure", []string{"a", "b", "c", "d", "e"}, false, "a", []string{"a"}, []string{"b", "c", "d", "e"}},
		{"keep going beside a failure", []string{"a", "b", "c", "d", "e"}, true, "a", []string{"a", "d", "e"}, []string{"b", "c"}},
		{"a circle is skipped", []string{"x", "y", "d"}, true, "", []string{"d"}, []string{"x", "y"}},
		{"nothing", nil, true, "", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var done, skipped []string
			errs := walk(context.Background(), tt.ids, get, 1, tt.keep, func(id string) error {
				done = append(done, id)
				if id == tt.fail {
					return errors.New("no")
				}
				return nil
			})
			for id, err := range errs {
				if errors.Is(err, errSkipped) {
					skipped = append(skipped, id)
				}
			}
			slices.Sort(skipped)
			if !slices.Equal(done, tt.want) || !slices.Equal(skipped, tt.skip) {
				t.Errorf("did %v, skipped %v; want %v, %v", done, skipped, tt.want, tt.skip)
			}
		})
	}
}

func TestWalkIsBounded(t *testing.T) {
	ids := make([]string, 40)
	for i := range ids {
		ids[i] = string(rune('A' + i))
	}
	var mu sync.Mutex
	running, most := 0, 0
	all := make(chan bool)
	errs := walk(context.Background(), ids, func(string) []string { return nil }, 4, false, func(string) error {
		mu.Lock()
		running++
		most = max(most, running)
		if running == 4 {
			select {
			case <-all:
			default:
				close(all) // four have met
			}
		}
		mu.Unlock()
		<-all
		mu.Lock()
		running--
		mu.Unlock()
		return nil
	})
	if len(errs) != 0 || most != 4 {
		t.Errorf("%d ran at once, want 4; errors %v", most, errs)
	}
}
