package store

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
)

// A Memory is a Store that lives and dies with the process. Readers take no
// lock and never wait for a commit.
type Memory struct {
	state   atomic.Pointer[state]
	history *History
	closed  atomic.Bool

	mu sync.Mutex // held while committing
}

// A state is what one commit made. It never changes.
type state struct {
	tree     tree
	revision Revision
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	m := &Memory{history: NewHistory(0, 0)}
	m.state.Store(&state{})
	return m
}

func (m *Memory) alive(ctx context.Context) error {
	if m.closed.Load() {
		return ErrClosed
	}
	return ctx.Err()
}

// Get implements Store.
func (m *Memory) Get(ctx context.Context, key string) (Item, error) {
	if err := m.alive(ctx); err != nil {
		return Item{}, err
	}
	return m.state.Load().get(key)
}

// List implements Store.
func (m *Memory) List(ctx context.Context, prefix string) ([]Item, Revision, error) {
	if err := m.alive(ctx); err != nil {
		return nil, 0, err
	}
	s := m.state.Load()
	items, _, err := Collect(ctx, s.scan(prefix, ""), 0)
	return items, s.revision, err
}

// View implements Store.
func (m *Memory) View(ctx context.Context, f func(Reader) error) error {
	if err := m.alive(ctx); err != nil {
		return err
	}
	r := &memoryReader{state: m.state.Load()}
	defer func() { r.done = true }()
	return f(r)
}

// Revision implements Store.
func (m *Memory) Revision(ctx context.Context) (Revision, error) {
	if err := m.alive(ctx); err != nil {
		return 0, err
	}
	return m.state.Load().revision, nil
}

// Commit implements Store.
func (m *Memory) Commit(ctx context.Context, t Txn) (Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.alive(ctx); err != nil {
		return 0, err
	}
	old := m.state.Load()
	d := memoryDraft{old.tree.edit()}
	events, err := Apply(d, t, old.revision+1, m.history.Changed)
	if err != nil {
		return 0, err
	}
	if len(events) == 0 {
		return old.revision, nil
	}
	m.state.Store(&state{d.edit.tree, old.revision + 1})
	m.history.Append(events)
	return old.revision + 1, nil
}

// Watch implements Store.
func (m *Memory) Watch(ctx context.Context, prefix string, after Revision) iter.Seq2[Batch, error] {
	if after > m.state.Load().revision {
		return func(yield func(Batch, error) bool) { yield(Batch{}, ErrCompacted) }
	}
	return m.history.Watch(ctx, prefix, after)
}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed.Store(true)
	m.history.Close()
	return nil
}

func (s *state) get(key string) (Item, error) {
	if it, ok := s.tree.get(key); ok {
		return it, nil
	}
	return Item{}, fmt.Errorf("%q: %w", key, ErrNotFound)
}

func (s *state) scan(prefix, after string) iter.Seq2[Item, error] {
	return withoutErrors(s.tree.scan(prefix, after))
}

func withoutErrors(seq iter.Seq[Item]) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for it := range seq {
			if !yield(it, nil) {
				return
			}
		}
	}
}

type memoryReader struct {
	*state
	done bool
}

func (r *memoryReader) Revision() Revision { return r.revision }

func (r *memoryReader) Get(key string) (Item, error) {
	if r.done {
		return Item{}, ErrClosed
	}
	return r.get(key)
}

func (r *memoryReader) Scan(prefix, after string) iter.Seq2[Item, error] {
	if r.done {
		return Failed(ErrClosed)
	}
	return r.scan(prefix, after)
}

func (r *memoryReader) Page(prefix, after string, limit int) ([]Item, bool, error) {
	return Collect(context.Background(), r.Scan(prefix, after), max(limit, 1))
}

// Failed is a scan that yields one error.
func Failed(err error) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) { yield(Item{}, err) }
}

type memoryDraft struct{ *edit }

func (d memoryDraft) Get(key string) (Item, error) {
	return (&state{tree: d.tree}).get(key)
}

func (d memoryDraft) Scan(prefix, after string) iter.Seq2[Item, error] {
	return withoutErrors(d.scan(prefix, after))
}

func (d memoryDraft) Put(it Item) error {
	d.put(it)
	return nil
}

func (d memoryDraft) Delete(key string) error {
	d.delete(key)
	return nil
}
