package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
	"postern/internal/store"
)

// Options change how a plan is carried out.
type Options struct {
	Observer             Observer // nil: nobody
	DeleteFailedCreate   bool     // after the rollback of a create, forget the stack
	KeepFailedCreate     bool     // leave what a create made until it failed, without a rollback
	RetainExceptOnCreate bool     // delete on the rollback of a create what its policy would retain
}

// A Failed says that an operation did not happen.
type Failed struct {
	Status Status // that the stack has now
	Reason string // in the words of AWS
	Steps  []*StepError
	Err    error // what failed besides steps; may be nil
}

func (e *Failed) Error() string {
	lines := make([]string, 0, len(e.Steps)+1)
	for _, s := range e.Steps {
		lines = append(lines, s.Error())
	}
	if e.Err != nil {
		lines = append(lines, e.Err.Error())
	}
	if len(lines) == 0 {
		lines = append(lines, e.Reason)
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors of steps and what else failed.
func (e *Failed) Unwrap() []error {
	var out []error
	for _, s := range e.Steps {
		out = append(out, s)
	}
	if e.Err != nil {
		out = append(out, e.Err)
	}
	return out
}

// Execute does what a plan says and returns the stack as it is then. When a
// step fails, or ctx ends, the stack goes back to what it was and the error is a
// *Failed. It is ErrStale if the stack is not the one that was planned for, and
// ErrBusy if something is being done with it. After an error of the store the
// operation stands still until Recover.
func (e *Engine) Execute(ctx context.Context, p *Plan, o Options) (*State, error) {
	release, ok := e.take(p.Stack)
	if !ok {
		return nil, &Busy{StackID: p.StackID, Status: UpdateInProgress}
	}
	defer release()
	if p.Empty() {
		return e.Describe(ctx, p.Stack)
	}
	r, err := e.begin(ctx, p, o)
	if err != nil {
		return nil, err
	}
	failed := r.forward(ctx)
	if r.dead != nil {
		return nil, r.dead
	}
	if failed != nil {
		return r.failed(failed, o)
	}
	if err := r.cleanup(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	return e.Describe(context.WithoutCancel(ctx), p.Stack)
}

// begin stores that the operation goes on.
func (e *Engine) begin(ctx context.Context, p *Plan, o Options) (*run, error) {
	st, op, _, err := load(ctx, e.Store, p.Stack)
	switch {
	case errors.Is(err, ErrNoStack) && p.revision == 0:
	case errors.Is(err, ErrNoStack):
		return nil, ErrStale
	case err != nil:
		return nil, err
	case op != nil:
		return nil, &Busy{StackID: st.ID, Status: st.Status}
	case st.revision != p.revision:
		return nil, ErrStale
	}
	condition := store.Absent(stackKey(p.Stack))
	if p.revision > 0 {
		condition = store.Unchanged(stackKey(p.Stack), p.revision)
	}
	conditions := []store.Condition{condition, store.Absent(operationKey(p.Stack))}
	// What was planned for the stack as it was is for a stack that is no more.
	writes := []store.Write{store.DeletePrefix(changeSetsKey(p.Stack))}
	status := UpdateInProgress
	if p.Kind == Create {
		status = CreateInProgress
		if p.started != "" {
			writes = append(writes, store.DeletePrefix("stacks/"+p.Stack+"/"))
		}
		st = &State{Format: format, Name: p.Stack, ID: p.StackID, Created: e.now(), Description: p.bound.Template.Description, Capabilities: p.input.Capabilities,
			Parameters: p.input.Parameters, NoEcho: noEcho(p.bound.Template), Tags: p.input.Tags, File: p.bound.Template.File, records: map[string]*record{}}
		writes = append(writes, store.Put(templateKey(p.Stack), p.template))
	}
	r := e.newRun(st, operation{Format: format, ID: e.newID(), Kind: p.Kind}, o.Observer)
	r.plan = p
	r.info.Tags = p.input.Tags
	r.hide(p.input.Parameters, noEcho(p.bound.Template))
	if p.Kind == Update {
		seq, old, err := e.lastEvent(ctx, p.Stack)
		if err != nil {
			return nil, err
		}
		r.seq = seq
		for _, key := range old {
			writes = append(writes, store.Delete(key))
		}
	}
	for _, name := range p.bound.Imports() {
		conditions = append(conditions, store.Present(exportKey(name)))
	}
	writes = append(writes, importWrites(p.Stack, st.Imports, union(st.Imports, p.bound.Imports()))...)
	if err := r.phase(forward, status, "User Initiated", conditions, writes...); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return nil, ErrStale
		}
		return nil, err
	}
	return r, nil
}

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

func noEcho(t *cfn.Template) (names []string) {
	for _, p := range t.Parameters {
		if p.NoEcho {
			names = append(names, p.Name)
		}
	}
	return names
}

// forward makes and changes resources, computes the outputs, lets the Finisher
// work, and makes the result the state of the stack. It returns why not.
func (r *run) forward(ctx context.Context) *Failed {
	planned := map[string]*Change{}
	for i := range r.plan.Changes {
		planned[r.plan.Changes[i].LogicalID] = &r.plan.Changes[i]
	}
	errs := walk(ctx, r.plan.order, func(id string) []string { return r.plan.needs[id] }, r.e.parallel(), false, func(id string) error {
		return r.step(ctx, id, planned[id])
	})
	if r.dead != nil {
		return nil
	}
	f := &Failed{}
	var failedIDs []string
	verb := "create"
	for _, id := range r.plan.order {
		err := errs[id]
		var step *StepError
		if errors.As(err, &step) {
			f.Steps = append(f.Steps, step)
			failedIDs = append(failedIDs, id)
			if step.Action == Update {
				verb = "update"
			}
		} else if err != nil && !errors.Is(err, errSkipped) {
			f.Err = err
		}
	}
	switch {
	case len(failedIDs) > 0:
		f.Reason = fmt.Sprintf("The following resource(s) failed to %s: %s. ", verb, names(failedIDs))
		return f
	case len(errs) > 0:
		f.Reason = "Stack operation cancelled"
		f.Err = ctx.Err()
		return f
	}
	if err := r.finish(ctx); err != nil {
		f.Reason, f.Err = r.mask(err.Error()), err
		return f
	}
	return nil
}

// finish is the end of the way forward: after its commit the new is what counts.
func (r *run) finish(ctx context.Context) error {
	values, err := r.plan.bound.ResolveOutputs(liveResolver{r})
	if err != nil {
		return err
	}
	st := *r.st
	st.Outputs = nil
	for _, v := range values {
		s, ok := v.Value.(string)
		if !ok {
			return fmt.Errorf("%s: Outputs.%s: the value is not known although all resources exist", v.Position, v.Name)
		}
		st.Outputs = append(st.Outputs, Output{Name: v.Name, Description: v.Description, Value: s, Export: v.Export, Secret: v.Secret})
	}
	if r.e.Finisher != nil {
		var done resource.Finished
		err := r.call(ctx, func(ctx context.Context) (err error) {
			done, err = r.e.Finisher.Finish(ctx, r.info, r.members(true))
			return err
		})
		if err != nil {
			return err
		}
		st.Notes, st.Extra = done.Notes, done.Outputs
	}
	conditions, writes, err := r.e.exportWrites(context.WithoutCancel(ctx), r.st, r.st.Outputs, st.Outputs)
	if err != nil {
		return err
	}
	st.Description, st.File, st.Imports = r.plan.bound.Template.Description, r.plan.bound.Template.File, r.plan.bound.Imports()
	st.Capabilities = r.plan.input.Capabilities
	st.Parameters, st.NoEcho, st.Tags = r.plan.input.Parameters, noEcho(r.plan.bound.Template), r.plan.input.Tags
	writes = append(writes, store.Put(templateKey(st.Name), r.plan.template))
	writes = append(writes, importWrites(st.Name, union(r.st.Imports, st.Imports), st.Imports)...)
	return r.promote(&st, conditions, writes)
}

// promote makes what is Next Current, and what was Current or left the template
// Garbage, in one commit with the new state.
func (r *run) promote(st *State, conditions []store.Condition, writes []store.Write) error {
	records := map[string]*record{}
	var events []Event
	for _, id := range r.ids(func(*record) bool { return true }) {
		rec := r.record(id)
		old, policy := rec.Current, ""
		switch {
		case r.plan.bound.Resource(id) == nil:
			if rec.Current == nil {
				continue // only garbage of an earlier operation
			}
			policy = rec.Current.DeletionPolicy
			rec.Current = nil
		case rec.Next == nil:
			continue
		default:
			if rec.Action != Replace {
				old = nil
			}
			policy = r.plan.bound.Resource(id).UpdateReplacePolicy
			rec.Current, rec.Next, rec.Action, rec.Pending = rec.Next, nil, "", false
		}
		switch {
		case old == nil:
		case retains(policy):
			events = append(events, r.event(id, old, Delete, DeleteSkipped, ""))
		default:
			rec.Garbage = append(slices.Clip(rec.Garbage), old)
		}
		records[id] = rec
	}
	for _, id := range slices.Sorted(maps.Keys(records)) {
		rec := records[id]
		if rec.empty() {
			writes = append(writes, store.Delete(recordKey(st.Name, id)))
			continue
		}
		b, err := encode(rec)
		if err != nil {
			return err
		}
		writes = append(writes, store.Put(recordKey(st.Name, id), b))
	}
	st.Status, st.Reason, st.Updated = UpdateCleanup, "", r.e.now()
	if r.op.Kind == Create {
		st.Status = CreateInProgress
	}
	op := r.op
	op.Phase = cleanup
	ws, err := r.encodeAll(map[string]any{stackKey(st.Name): st, operationKey(st.Name): op})
	if err != nil {
		return err
	}
	if r.op.Kind != Create {
		events = append(events, r.stackEvent(st.Status, ""))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	revision, err := r.commitLocked(events, conditions, append(ws, writes...))
	if errors.Is(err, store.ErrConflict) && len(conditions) > 0 {
		return fmt.Errorf("an export or its use changed meanwhile: %w", err)
	}
	if err != nil {
		r.dead = err
		return err
	}
	for id, rec := range records {
		if rec.empty() {
			delete(r.st.records, id)
		} else {
			r.st.records[id] = rec
		}
	}
	st.records = r.st.records
	*r.st = *st
	r.op, r.opRevision = op, revision
	return nil
}

// members returns the resources of the stack as they are now, or, without next,
// as they were before the operation.
func (r *run) members(next bool) (all []resource.Resource) {
	for _, id := range r.ids(func(*record) bool { return true }) {
		rec := r.record(id)
		in := rec.Current
		if next && r.plan != nil && r.plan.bound.Resource(id) == nil {
			continue
		}
		if next && rec.Next != nil {
			in = rec.Next
		}
		if in != nil {
			all = append(all, in.resource(id))
		}
	}
	return all
}

// A liveResolver knows what exists by now.
type liveResolver struct{ r *run }

func (l liveResolver) instance(id string) *Instance {
	rec := l.r.record(id)
	if rec.Next != nil && !rec.Pending {
		return rec.Next
	}
	return rec.Current
}

func (l liveResolver) Ref(id string) (any, bool) {
	if in := l.instance(id); in != nil {
		return in.PhysicalID, true
	}
	return nil, false
}

func (l liveResolver) GetAtt(id, attr string) (any, bool, error) {
	in := l.instance(id)
	if in == nil {
		return nil, false, nil
	}
	if v, ok := lookup(in, attr); ok {
		return v, true, nil
	}
	return nil, false, fmt.Errorf("%s has no attribute %s", in.Type, attr)
}
