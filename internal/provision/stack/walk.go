package stack

import (
	"container/heap"
	"context"
	"errors"
	"sort"
)

// errSkipped is what walk reports for what it did not start.
var errSkipped = errors.New("not started")

// walk calls f for every id after all that it needs, at most parallel at once,
// in the order of ids where there is a choice. Names in needs that are not
// among ids do not matter.
//
// When f fails, what needs that id is not started, and unless keepGoing nothing
// else is either; what runs is waited for. The same happens when ctx ends. walk
// returns the errors, with errSkipped for what was not started. A circle is
// skipped as a whole.
func walk(ctx context.Context, ids []string, needs func(string) []string, parallel int, keepGoing bool, f func(string) error) map[string]error {
	waits := make(map[string]int, len(ids)) // how many needs are not done
	index := make(map[string]int, len(ids))
	for i, id := range ids {
		index[id] = i
	}
	follow := make(map[string][]string, len(ids))
	for _, id := range ids {
		seen := map[string]bool{id: true}
		for _, n := range needs(id) {
			if _, ok := index[n]; ok && !seen[n] {
				seen[n] = true
				waits[id]++
				follow[n] = append(follow[n], id)
			}
		}
	}
	ready := &queue{}
	for i, id := range ids {
		if waits[id] == 0 {
			heap.Push(ready, i)
		}
	}
	type result struct {
		id  string
		err error
	}
	results := make(chan result)
	errs := map[string]error{}
	started := make(map[string]bool, len(ids))
	running, stopped := 0, false
	for {
		for ready.Len() > 0 && running < parallel && !stopped && ctx.Err() == nil {
			id := ids[heap.Pop(ready).(int)]
			started[id] = true
			running++
			go func() { results <- result{id, f(id)} }()
		}
		if running == 0 {
			break
		}
		r := <-results
		running--
		if r.err != nil {
			errs[r.id] = r.err
			stopped = stopped || !keepGoing
			continue
		}
		for _, id := range follow[r.id] {
			if waits[id]--; waits[id] == 0 {
				heap.Push(ready, index[id])
			}
		}
	}
	for _, id := range ids {
		if !started[id] {
			errs[id] = errSkipped
		}
	}
	return errs
}

// A queue gives the smallest index first.
type queue struct{ sort.IntSlice }

// Push adds an int.
func (q *queue) Push(x any) { q.IntSlice = append(q.IntSlice, x.(int)) }

// Pop removes the last int, which heap has made the smallest.
func (q *queue) Pop() any {
	last := q.Len() - 1
	x := q.IntSlice[last]
	q.IntSlice = q.IntSlice[:last]
	return x
}

// reverse turns needs around: what needs an id comes before it.
func reverse(ids []string, needs func(string) []string) func(string) []string {
	back := map[string][]string{}
	for _, id := range ids {
		for _, n := range needs(id) {
			back[n] = append(back[n], id)
		}
	}
	return func(id string) []string { return back[id] }
}

// sorted returns ids so that each comes after what it needs, otherwise in the
// given order. Members of a circle come last.
func sorted(ids []string, needs func(string) []string) []string {
	out := make([]string, 0, len(ids))
	errs := walk(context.Background(), ids, needs, 1, false, func(id string) error {
		out = append(out, id)
		return nil
	})
	for _, id := range ids {
		if errs[id] != nil {
			out = append(out, id)
		}
	}
	return out
}
