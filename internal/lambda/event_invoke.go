package lambda

import (
	"context"
	"maps"
	"slices"
	"time"

	"postern/internal/property"
)

// An EventInvoke says what becomes of Event invocations that fail. Of an alias it
// is kept and has no effect, as is MaxAge.
//
// See "Asynchronous invocation", how Lambda handles errors and retries.
type EventInvoke struct {
	Qualifier string    `json:"qualifier"`         // a version, $LATEST or an alias
	Retries   *int64    `json:"retries,omitempty"` // nil: 2
	MaxAge    *int64    `json:"maxAge,omitempty"`  // seconds; nil: six hours
	Modified  time.Time `json:"modified"`
}

// Properties is the one definition of what can be said of it.
func (e *EventInvoke) Properties() property.List {
	return property.List{
		{Name: "maximumRetryAttempts", Value: property.OptionalInt(&e.Retries, 0, 2), Doc: "How often an invocation that fails is made again."},
		{Name: "maximumEventAgeInSeconds", Value: property.OptionalInt(&e.MaxAge, 60, 21600), Doc: "How long an invocation may wait. It is kept and not obeyed."},
	}
}

func (s *Service) noEventInvoke(n Name) *Error {
	return notFound("The function %s doesn't have an EventInvokeConfig", s.ARN(n.Function, orElse(n.Qualifier, Latest)))
}

// PutEventInvoke sets what edit makes of what a function has, which may be
// nothing. With must, it has to have something.
func (s *Service) PutEventInvoke(ctx context.Context, name, qualifier string, must bool, edit func(*EventInvoke)) (*EventInvoke, error) {
	n, err := QualifiedName(name, qualifier)
	if err != nil {
		return nil, err
	}
	q := orElse(n.Qualifier, Latest)
	var out *EventInvoke
	err = s.update(ctx, n, func(t *tx) error {
		f, err := t.version(q)
		if err != nil {
			return err
		}
		if f == nil && t.entry.Aliases[q] == nil {
			return s.unknown(n)
		}
		old := t.entry.Events[q]
		if old == nil && must {
			return s.noEventInvoke(n)
		}
		out = &EventInvoke{Qualifier: q}
		if old != nil {
			*out = *old
		}
		edit(out)
		out.Modified = s.now()
		if t.entry.Events == nil {
			t.entry.Events = map[string]*EventInvoke{}
		}
		t.entry.Events[q] = out
		return nil
	})
	return out, err
}

// GetEventInvoke returns what a function has.
func (s *Service) GetEventInvoke(ctx context.Context, name, qualifier string) (out *EventInvoke, err error) {
	n, err := QualifiedName(name, qualifier)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, n, func(v *view) error {
		if out = v.entry.Events[orElse(n.Qualifier, Latest)]; out == nil {
			return s.noEventInvoke(n)
		}
		return nil
	})
	return out, err
}

// ListEventInvokes returns what a function has for its qualifiers, in their order.
func (s *Service) ListEventInvokes(ctx context.Context, name string) (out []*EventInvoke, err error) {
	n, err := QualifiedName(name, "")
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, n, func(v *view) error {
		for _, q := range slices.Sorted(maps.Keys(v.entry.Events)) {
			out = append(out, v.entry.Events[q])
		}
		return nil
	})
	return out, err
}

// DeleteEventInvoke forgets what a function has.
func (s *Service) DeleteEventInvoke(ctx context.Context, name, qualifier string) error {
	n, err := QualifiedName(name, qualifier)
	if err != nil {
		return err
	}
	return s.update(ctx, n, func(t *tx) error {
		q := orElse(n.Qualifier, Latest)
		if t.entry.Events[q] == nil {
			return s.noEventInvoke(n)
		}
		delete(t.entry.Events, q)
		return nil
	})
}
