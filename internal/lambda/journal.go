package lambda

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
	"time"
)

// journalSize is how many lines of all functions are remembered.
const journalSize = 20_000

// A Journal remembers the last lines of the functions' logs. The zero Journal is
// empty. It is safe for concurrent use.
type Journal struct {
	mu      sync.Mutex
	lines   []numbered // a ring, once it is full
	first   int        // the oldest line in the ring
	added   int64      // lines ever
	changed chan struct{}
}

// A numbered is a line with its number among all that there ever were.
type numbered struct {
	number int64 // from 1
	Line
}

// Add appends a line.
func (j *Journal) Add(line Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.added++
	e := numbered{j.added, line}
	if len(j.lines) < journalSize {
		j.lines = append(j.lines, e)
	} else {
		j.lines[j.first] = e
		j.first = (j.first + 1) % len(j.lines)
	}
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// since returns the lines that were added after the first n, how many there ever
// were, and what is closed when there are more.
func (j *Journal) since(n int64) (entries []numbered, added int64, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	if j.added > n {
		entries = j.inOrder()
		from, _ := slices.BinarySearchFunc(entries, n+1, func(e numbered, n int64) int { return cmp.Compare(e.number, n) })
		entries = entries[from:]
	}
	return entries, j.added, j.changed
}

// inOrder returns a copy of the lines, the oldest first. The caller holds mu.
func (j *Journal) inOrder() []numbered {
	return append(slices.Clone(j.lines[j.first:]), j.lines[:j.first]...)
}

// Group yields the lines of a log group that are remembered, with their numbers,
// which grow.
func (j *Journal) Group(group string) iter.Seq2[int64, Line] {
	return func(yield func(int64, Line) bool) {
		entries, _, _ := j.since(0)
		for _, e := range entries {
			if e.Group == group && !yield(e.number, e.Line) {
				return
			}
		}
	}
}

// groups returns the log groups of which lines are remembered, with the time of
// the first.
func (j *Journal) groups() map[string]time.Time {
	entries, _, _ := j.since(0)
	out := map[string]time.Time{}
	for _, e := range entries {
		if _, ok := out[e.Group]; !ok {
			out[e.Group] = e.Time
		}
	}
	return out
}

// forget forgets the lines that drop says, and reports whether there were any.
func (j *Journal) forget(drop func(Line) bool) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	before := len(j.lines)
	j.lines, j.first = slices.DeleteFunc(j.inOrder(), func(e numbered) bool { return drop(e.Line) }), 0
	return len(j.lines) < before
}

// Lines yields the last lines of a function, or of all if it is empty, that are
// remembered: as many as tail says, all if it is negative. With follow, also those
// to come, until ctx ends. A reader that is much slower than the functions misses
// lines.
func (j *Journal) Lines(ctx context.Context, function string, tail int, follow bool) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for n := int64(0); ; {
			entries, added, changed := j.since(n)
			if function != "" {
				entries = slices.DeleteFunc(entries, func(e numbered) bool { return e.Function != function })
			}
			if n == 0 && tail >= 0 {
				entries = entries[max(0, len(entries)-tail):]
			}
			n = added
			for _, e := range entries {
				if !yield(e.Line) {
					return
				}
			}
			if !follow {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}
