package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
	"postern/internal/store"
)

// A run is one operation on one stack while it is being done.
type run struct {
	e       *Engine
	st      *State // as stored, but for the status; tags of the last good state
	info    resource.Stack
	plan    *Plan // nil when recovering or deleting
	observe Observer
	secrets []string // NoEcho values, to be kept out of messages

	mu         sync.Mutex
	op         operation
	opRevision store.Revision
	seq        int   // of the last event
	dead       error // the store failed: nothing more may be done
}

// An errStore wraps an error of the store. It ends an operation where it stands;
// Recover continues.
type errStore struct{ err error }

func (e *errStore) Error() string { return "store: " + e.err.Error() }
func (e *errStore) Unwrap() error { return e.err }

func (e *Engine) newRun(st *State, op operation, observe Observer) *run {
	if observe == nil {
		observe = func(Event) {}
	}
	r := &run{e: e, st: st, op: op, observe: observe}
	r.info = resource.Stack{Name: st.Name, ID: st.ID, Region: e.region(), AccountID: e.account(), Tags: st.Tags}
	r.hide(st.Parameters, st.NoEcho)
	return r
}

// hide keeps the values of NoEcho parameters out of messages. Very short ones
// cannot be told from other text.
func (r *run) hide(values map[string]string, names []string) {
	for _, n := range names {
		if v := values[n]; len(v) >= 4 {
			r.secrets = append(r.secrets, v)
		}
	}
}

func (r *run) mask(s string) string {
	for _, v := range r.secrets {
		s = strings.ReplaceAll(s, v, masked)
	}
	return s
}

// commit stores writes and events together, if the operation is still ours.
// Events are handed on afterwards. Its only error is *errStore.
func (r *run) commit(events []Event, conditions []store.Condition, writes ...store.Write) (store.Revision, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead != nil {
		return 0, r.dead
	}
	revision, err := r.commitLocked(events, conditions, writes)
	if err != nil {
		r.dead = err
	}
	return revision, err
}

func (r *run) commitLocked(events []Event, conditions []store.Condition, writes []store.Write) (store.Revision, error) {
	seq := r.seq
	for i := range events {
		seq++
		events[i].Seq = seq
		value, err := encode(events[i])
		if err != nil {
			return 0, &errStore{err}
		}
		writes = append(writes, store.Put(eventKey(r.st.Name, seq), value))
	}
	if r.opRevision > 0 {
		conditions = append(conditions, store.Unchanged(operationKey(r.st.Name), r.opRevision))
	}
	// What was done must be recorded even if the caller has gone.
	revision, err := r.e.Store.Commit(context.Background(), store.Txn{If: conditions, Do: writes})
	if err != nil {
		return 0, &errStore{err}
	}
	r.seq = seq
	for _, ev := range events {
		r.observe(ev)
	}
	return revision, nil
}

// phase stores a new phase of the operation and status of the stack, after
// other writes.
func (r *run) phase(p phase, status Status, reason string, conditions []store.Condition, writes ...store.Write) error {
	op := r.op
	op.Phase, op.Reason = p, reason
	st := *r.st
	st.Status, st.Reason = status, reason
	ws, err := r.encodeAll(map[string]any{operationKey(st.Name): op, stackKey(st.Name): &st})
	if err != nil {
		return err
	}
	revision, err := r.commit([]Event{r.stackEvent(status, reason)}, conditions, append(writes, ws...)...)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.op, r.opRevision = op, revision
	r.st.Status, r.st.Reason = status, reason
	return nil
}

// end stores the last status of an operation and forgets the operation.
func (r *run) end(status Status, reason string, writes ...store.Write) error {
	st := *r.st
	st.Status, st.Reason, st.Updated = status, reason, r.e.now()
	ws, err := r.encodeAll(map[string]any{stackKey(st.Name): &st})
	if err != nil {
		return err
	}
	ws = append(append(ws, writes...), store.Delete(operationKey(st.Name)))
	if _, err := r.commit([]Event{r.stackEvent(status, reason)}, nil, ws...); err != nil {
		return err
	}
	*r.st = st
	return nil
}

func (r *run) encodeAll(values map[string]any) (writes []store.Write, err error) {
	for key, v := range values {
		b, err := encode(v)
		if err != nil {
			return nil, &errStore{fmt.Errorf("%s: %w", key, err)}
		}
		writes = append(writes, store.Put(key, b))
	}
	return writes, nil
}

func (r *run) stackEvent(status Status, reason string) Event {
	return Event{Time: r.e.now(), Operation: r.op.ID, Stack: r.st.Name, StackID: r.st.ID, LogicalID: r.st.Name,
		PhysicalID: r.st.ID, Type: StackType, Status: status, Reason: r.mask(reason)}
}

func (r *run) event(id string, in *Instance, action Action, status Status, reason string) Event {
	return Event{Time: r.e.now(), Operation: r.op.ID, Stack: r.st.Name, StackID: r.st.ID, LogicalID: id,
		PhysicalID: in.PhysicalID, Type: in.Type, Action: action, Status: status, Reason: r.mask(reason)}
}

// record returns the record of a logical id, or an empty one.
func (r *run) record(id string) *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rec := r.st.records[id]; rec != nil {
		c := *rec
		return &c
	}
	return &record{Format: format}
}

// save stores a record with events. An empty record is deleted.
func (r *run) save(id string, rec *record, events ...Event) error {
	key := recordKey(r.st.Name, id)
	for _, ev := range events {
		rec.Status, rec.Reason = ev.Status, ev.Reason
	}
	w := store.Delete(key)
	if !rec.empty() {
		b, err := encode(rec)
		if err != nil {
			return &errStore{fmt.Errorf("%s: %w", key, err)}
		}
		w = store.Put(key, b)
	}
	if _, err := r.commit(events, nil, w); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if rec.empty() {
		delete(r.st.records, id)
	} else {
		c := *rec
		r.st.records[id] = &c
	}
	return nil
}

// ids returns the logical ids of the records for which f holds, sorted.
func (r *run) ids(f func(*record) bool) (ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, rec := range r.st.records {
		if f(rec) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// call runs one operation of a type: again while it fails with a code worth
// repeating, and with a panic as an error.
func (r *run) call(ctx context.Context, f func(context.Context) error) (err error) {
	once := func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = &resource.Error{Code: resource.InternalFailure, Message: fmt.Sprintf("the resource type broke: %v", v)}
			}
		}()
		return f(ctx)
	}
	attempts := r.e.Attempts
	if attempts <= 0 {
		attempts = 4
	}
	for i := 1; ; i++ {
		if err = once(); err == nil || i >= attempts || !resource.CodeOf(err).Retry() {
			return err
		}
		pause := 100 * time.Millisecond << (i - 1)
		if r.e.Backoff != nil {
			pause = r.e.Backoff(i)
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return err
		}
	}
}

// typeOf returns the type of an instance.
func (r *run) typeOf(in *Instance) (resource.Type, error) {
	if t := r.e.Types.Lookup(in.Type); t != nil {
		return t, nil
	}
	return nil, &resource.Error{Code: resource.InvalidRequest, Message: "there is no resource type " + in.Type + " any more"}
}

func (r *run) request(id string, in *Instance, tags map[string]string) resource.Request {
	all := map[string]string{
		"aws:cloudformation:stack-name": r.info.Name,
		"aws:cloudformation:stack-id":   r.info.ID,
		"aws:cloudformation:logical-id": id,
	}
	for k, v := range tags {
		all[k] = v
	}
	return resource.Request{Stack: r.info.Name, StackID: r.info.ID, LogicalID: id, PhysicalID: in.PhysicalID, Token: in.Token,
		Properties: in.Properties, Dir: in.Dir, Region: r.info.Region, AccountID: r.info.AccountID, Tags: all}
}

// A StepError is why a resource could not be made, changed or removed.
type StepError struct {
	LogicalID string
	Type      string
	Action    Action
	Position  cfn.Position // of the property or resource in the template; zero if unknown
	Path      []string     // in the template
	Err       error        // of the type
}

func (e *StepError) Error() string {
	place := ""
	if e.Position.Line > 0 {
		place = e.Position.String() + ": "
	}
	path := strings.Join(e.Path, ".")
	if path == "" {
		path = e.LogicalID
	}
	return fmt.Sprintf("%s%s: %s %s: %s", place, path, e.Action, e.Type, e.Err)
}

// Unwrap returns the error of the type.
func (e *StepError) Unwrap() error { return e.Err }

// failure is the event of a failed step, with the sentence that AWS shows.
func (r *run) failure(id string, in *Instance, action Action, status Status, err error, took time.Duration) Event {
	code := string(resource.CodeOf(err))
	ev := r.event(id, in, action, status, fmt.Sprintf("Resource handler returned message: %q (RequestToken: %s, HandlerErrorCode: %s)", err.Error(), in.Token, code))
	ev.Message, ev.Code, ev.Duration = r.mask(err.Error()), code, took
	return ev
}

// stepError adds the place in the template.
func (r *run) stepError(id string, in *Instance, action Action, v *cfn.Resolved, err error) *StepError {
	out := &StepError{LogicalID: id, Type: in.Type, Action: action, Err: err}
	if text := err.Error(); r.mask(text) != text {
		out.Err = &resource.Error{Code: resource.CodeOf(err), Message: r.mask(text)}
	}
	var re *resource.Error
	switch {
	case v != nil && errors.As(err, &re) && len(re.Path) > 0:
		out.Position, _ = v.Position(re.Path...)
		out.Path = v.Path(re.Path...)
	case r.plan != nil && r.plan.bound.Template.Resource(id) != nil:
		out.Position, out.Path = r.plan.bound.Template.PositionOf(id), []string{"Resources", id}
	}
	return out
}

// names joins logical ids for a reason.
func names(ids []string) string {
	ids = slices.Sorted(slices.Values(ids))
	return "[" + strings.Join(ids, ", ") + "]"
}
