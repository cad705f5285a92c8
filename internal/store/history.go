package store

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
)

// HistorySize is how much a History remembers unless told otherwise: bytes
// of keys and values, with eventOverhead for each event.
const HistorySize = 64 << 20

const eventOverhead = 128 // bytes, about what an event and its slot take

// A History remembers the newest commits of a store in memory and wakes those
// who watch it. It is safe for concurrent use.
type History struct {
	limit int

	mu      sync.Mutex
	base    Revision // commits holds those after base, without gaps
	commits []past
	size    int
	more    chan struct{} // closed at the next commit and at Close
	closed  bool
}

type past struct {
	events []Event
	size   int
}

// NewHistory begins at revision at: nothing before it is remembered. A limit of
// 0 bytes is HistorySize. The newest commit is remembered whatever its size.
func NewHistory(at Revision, limit int) *History {
	if limit == 0 {
		limit = HistorySize
	}
	return &History{base: at, limit: limit, more: make(chan struct{})}
}

// Append adds the commit after the last. The state must be visible to readers
// already.
func (h *History) Append(events []Event) {
	p := past{events: events, size: eventOverhead}
	for _, e := range events {
		p.size += len(e.Key) + len(e.Value) + eventOverhead
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commits = append(h.commits, p)
	h.size += p.size
	for h.size > h.limit && len(h.commits) > 1 {
		h.size -= h.commits[0].size
		h.commits[0] = past{}
		h.commits = h.commits[1:]
		h.base++
	}
	close(h.more)
	h.more = make(chan struct{})
}

// Last returns the revision of the newest commit.
func (h *History) Last() Revision {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last()
}

func (h *History) last() Revision { return h.base + Revision(len(h.commits)) }

// Changed returns the newest revision after since that changed a key under
// prefix, or 0 if there is none. What is forgotten counts as changed.
func (h *History) Changed(prefix string, since Revision) Revision {
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := h.last(); r > max(since, h.base); r-- {
		if Touches(h.commits[r-h.base-1].events, prefix) {
			return r
		}
	}
	if since < h.base {
		return h.base
	}
	return 0
}

// Touches reports whether one of the events is under prefix.
// Touches reports whether one of the events is under prefix.
func Touches(events []Event, prefix string) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return strings.HasPrefix(e.Key, prefix) })
}

// Watch is Store.Watch for a revision that the store has reached. The history may
// be a moment behind the state, so Watch waits for a revision it does not know;
// the store refuses revisions that it does not know either.
func (h *History) Watch(ctx context.Context, prefix string, after Revision) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		for at := after; ctx.Err() == nil; {
			commits, more, err := h.after(at)
			if err != nil {
				yield(Batch{}, err)
				return
			}
			if len(commits) == 0 {
				select {
				case <-more:
				case <-ctx.Done():
				}
				continue
			}
			at += Revision(len(commits))
			if !yield(Batch{Revision: at, Events: under(prefix, commits)}, nil) {
				return
			}
		}
	}
}

// after returns the commits after a revision, or a channel that is closed when
// there are some.
func (h *History) after(at Revision) ([]past, <-chan struct{}, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, nil, ErrClosed
	case at < h.base:
		return nil, nil, ErrCompacted
	case at > h.last():
		return nil, h.more, nil
	}
	return slices.Clone(h.commits[at-h.base:]), h.more, nil
}

func under(prefix string, commits []past) []Event {
	var events []Event
	for _, c := range commits {
		for _, e := range c.events {
			if strings.HasPrefix(e.Key, prefix) {
				events = append(events, e)
			}
		}
	}
	return events
}

// Close ends every Watch with ErrClosed.
func (h *History) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.more)
	}
}
