package lambda

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// journalSize is how many lines of all functions are remembered.
const journalSize = 20_000

// A Journal remembers the last lines of the functions' logs. The zero Journal is
// empty. It is safe for concurrent use.
type Journal struct {
	mu      sync.Mutex
	lines   []Line // a ring, once it is full
	first   int    // the oldest line in the ring
	added   int64  // lines ever
	changed chan struct{}
}

// Add appends a line.
func (j *Journal) Add(line Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) < journalSize {
		j.lines = append(j.lines, line)
	} else {
		j.lines[j.first] = line
		j.first = (j.first + 1) % len(j.lines)
	}
	j.added++
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// since returns the lines that were added after the first n, and how many there
// are now.
func (j *Journal) since(n int64) (lines []Line, added int64, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	new := int(min(j.added-n, int64(len(j.lines))))
	if new > 0 {
		all := append(slices.Clone(j.lines[j.first:]), j.lines[:j.first]...)
		lines = all[len(all)-new:]
	}
	return lines, j.added, j.changed
}

// Lines yields the last lines of a function, or of all if it is empty, that are
// remembered: as many as tail says, all if it is negative. With follow, also those
// to come, until ctx ends. A reader that is much slower than the functions misses
// lines.
func (j *Journal) Lines(ctx context.Context, function string, tail int, follow bool) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for n := int64(0); ; {
			lines, added, changed := j.since(n)
			if function != "" {
				lines = slices.DeleteFunc(lines, func(l Line) bool { return l.Function != function })
			}
			if n == 0 && tail >= 0 {
				lines = lines[max(0, len(lines)-tail):]
			}
			n = added
			for _, l := range lines {
				if !yield(l) {
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
