package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
)

// step makes one resource what the template wants. Its errors are *StepError,
// and *errStore when the operation must stand still.
func (r *run) step(ctx context.Context, id string, planned *Change) error {
	want := r.plan.bound.Resource(id)
	typ := r.e.Types.Lookup(want.Type)
	rec := r.record(id)
	next := &Instance{Type: typ.Name(), Needs: r.plan.needs[id], DeletionPolicy: want.DeletionPolicy, UpdateReplacePolicy: want.UpdateReplacePolicy}
	v, err := r.plan.bound.Resolve(id, liveResolver{r})
	if err != nil {
		return r.refuse(id, next, Update, nil, err)
	}
	next.Properties = convert(v.Properties()).(map[string]any)
	if resource.HasUnknown(next.Properties) {
		return r.refuse(id, next, Update, v, errors.New("a property depends on a value that its resource does not give"))
	}
	if placed, ok := typ.(resource.Placed); ok && placed.Files(next.Properties) {
		next.Dir = r.plan.input.Dir
	}
	for name, p := range next.Properties {
		if v.Has(name) && v.Secret(name) && p != nil {
			next.Secret = append(next.Secret, name)
		}
	}
	slices.Sort(next.Secret)
	for _, n := range next.Needs {
		if in := (liveResolver{r}).instance(n); in != nil {
			next.Uses = append(next.Uses, in.Token)
		}
	}
	action, err := decide(typ, rec.Current, next, planned)
	if err != nil {
		return r.refuse(id, next, action, v, err)
	}
	switch action {
	case "":
		return nil
	case Adopt:
		keep := rec.Current.clone()
		keep.Needs, keep.Uses = next.Needs, next.Uses
		keep.DeletionPolicy, keep.UpdateReplacePolicy = next.DeletionPolicy, next.UpdateReplacePolicy
		keep.Properties, keep.Secret = next.Properties, next.Secret
		rec.Next, rec.Action = keep, Adopt
		return r.save(id, rec)
	}
	if err := r.plan.late[id]; err != nil {
		return r.invalid(id, rec, next, action, v, err)
	}
	if action == Update {
		return r.update(ctx, id, rec, next, typ, v)
	}
	return r.create(ctx, id, rec, next, typ, v, action)
}

// decide says what is to be done now that all values are known. It fails if
// that is not what the plan announced.
func decide(typ resource.Type, current, next *Instance, planned *Change) (Action, error) {
	if current == nil {
		return Create, nil
	}
	if current.Type != next.Type {
		return Replace, nil
	}
	diff := typ.Diff(current.Properties, next.Properties)
	if planned == nil {
		if len(diff) > 0 {
			return Update, fmt.Errorf("the plan announced no change, but %s is different now", diff[0].Property)
		}
		if slices.Equal(current.Uses, next.Uses) {
			return "", nil
		}
		return Adopt, nil
	}
	for _, d := range diff {
		if d.Replace && planned.Replacement == No {
			return Replace, fmt.Errorf("the plan announced no replacement, but %s is different now", d.Property)
		}
		if d.Replace {
			return Replace, nil
		}
	}
	if len(diff) == 0 && !slices.Contains(planned.Scope, "Tags") && (next.Dir == "" || next.Dir == current.Dir) {
		return Adopt, nil
	}
	return Update, nil
}

// refuse reports a step that fails before its type is called.
func (r *run) refuse(id string, in *Instance, action Action, v *cfn.Resolved, err error) error {
	status := UpdateFailed
	if r.record(id).Current == nil {
		action, status = Create, CreateFailed
	}
	ev := r.event(id, in, action, status, err.Error())
	ev.Message = r.mask(err.Error())
	if _, err := r.commit([]Event{ev}, nil); err != nil {
		return err
	}
	return r.stepError(id, in, action, v, err)
}

// invalid reports a step that its type would refuse, with the events of one that
// it did.
func (r *run) invalid(id string, rec *record, next *Instance, action Action, v *cfn.Resolved, err error) error {
	begun, failed := UpdateInProgress, UpdateFailed
	if action == Create {
		begun, failed = CreateInProgress, CreateFailed
	}
	if rec.Current != nil {
		next.PhysicalID = rec.Current.PhysicalID
	}
	next.Token = r.e.newID()
	if _, err := r.commit([]Event{r.event(id, next, action, begun, "")}, nil); err != nil {
		return err
	}
	return r.failStep(id, rec, next, action, failed, v, err, 0)
}

const replacing = "Requested update requires the creation of a new physical resource; hence creating one."

func (r *run) create(ctx context.Context, id string, rec *record, next *Instance, typ resource.Type, v *cfn.Resolved, action Action) error {
	status, reason := CreateInProgress, ""
	if action == Replace {
		status, reason = UpdateInProgress, replacing
	}
	next.Token = r.e.newID()
	rec.Next, rec.Action, rec.Pending = next, action, true
	if err := r.save(id, rec, r.event(id, next, action, status, reason)); err != nil {
		return err
	}
	start := r.e.now()
	var res resource.Result
	err := r.call(ctx, func(ctx context.Context) (err error) {
		res, err = typ.Create(ctx, r.request(id, next, r.info.Tags))
		return err
	})
	took := r.e.now().Sub(start)
	rec = r.record(id)
	if err != nil {
		if !uncertain(ctx, err) {
			rec.Next, rec.Action, rec.Pending = nil, "", false
		}
		failed := CreateFailed
		if action == Replace {
			failed = UpdateFailed
			if resource.CodeOf(err) == resource.AlreadyExists {
				err = &resource.Error{Code: resource.AlreadyExists, Err: err, Message: err.Error() +
					". CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename it and update the stack again."}
			}
		}
		return r.failStep(id, rec, next, action, failed, v, err, took)
	}
	rec.Next, rec.Pending = next.with(res), false
	initiated := r.event(id, rec.Next, action, status, "Resource creation Initiated")
	done := r.event(id, rec.Next, action, CreateComplete, "")
	if action == Replace {
		done.Status = UpdateComplete
	}
	done.Duration, done.Note = took, res.Note
	return r.save(id, rec, initiated, done)
}

// uncertain reports whether a failed create may have made something all the
// same: when nobody knows how far it came. It stays pending then.
func uncertain(ctx context.Context, err error) bool {
	switch resource.CodeOf(err) {
	case resource.InternalFailure, resource.NetworkFailure, resource.NotStabilized, resource.ServiceInternalError:
		return true
	}
	return ctx.Err() != nil
}

// failStep stores that a step failed, and returns why.
func (r *run) failStep(id string, rec *record, in *Instance, action Action, status Status, v *cfn.Resolved, err error, took time.Duration) error {
	failed := r.stepError(id, in, action, v, err)
	ev := r.failure(id, in, action, status, err, took)
	ev.Position = failed.Position
	if err := r.save(id, rec, ev); err != nil {
		return err
	}
	return failed
}

// with returns in with what a type returned.
func (in *Instance) with(res resource.Result) *Instance {
	c := in.clone()
	if res.PhysicalID != "" {
		c.PhysicalID = res.PhysicalID
	}
	c.Attributes, c.Stored, c.Note = res.Attributes, res.Properties, res.Note
	return c
}

func (r *run) update(ctx context.Context, id string, rec *record, next *Instance, typ resource.Type, v *cfn.Resolved) error {
	next.PhysicalID, next.Token = rec.Current.PhysicalID, rec.Current.Token
	rec.Next, rec.Action, rec.Pending = next, Update, true
	if err := r.save(id, rec, r.event(id, next, Update, UpdateInProgress, "")); err != nil {
		return err
	}
	start := r.e.now()
	var res resource.Result
	err := r.call(ctx, func(ctx context.Context) (err error) {
		q := r.request(id, next, r.info.Tags)
		q.Old = rec.Current.Properties
		res, err = typ.Update(ctx, q)
		return err
	})
	took := r.e.now().Sub(start)
	rec = r.record(id)
	if err != nil {
		// It stays pending: a part of the update may have happened.
		return r.failStep(id, rec, next, Update, UpdateFailed, v, err, took)
	}
	rec.Next, rec.Pending = next.with(res), false
	done := r.event(id, rec.Next, Update, UpdateComplete, "")
	done.Duration, done.Note = took, res.Note
	return r.save(id, rec, done)
}
