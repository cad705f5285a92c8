package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"postern/internal/store"
)

// DeleteOptions change how a stack is deleted.
type DeleteOptions struct {
	Observer Observer
	Retain   []string // logical ids that stay, although their policy would delete them
}

// Delete removes the resources of a stack, each before what it needs, and then
// the stack. It is ErrNoStack if there is none, ErrBusy while something is being
// done with it, and *Failed if a resource could not be deleted: then the stack
// is in DELETE_FAILED and Delete can be called again. A stack whose exports are
// in use is left alone.
func (e *Engine) Delete(ctx context.Context, name string, o DeleteOptions) error {
	release, ok := e.take(name)
	if !ok {
		return &Busy{StackID: name, Status: DeleteInProgress}
	}
	defer release()
	st, op, _, err := load(ctx, e.Store, name)
	if err != nil {
		return err
	}
	if op != nil {
		return &Busy{StackID: st.ID, Status: st.Status}
	}
	if st.Protected {
		return protectedError(name)
	}
	r := e.newRun(st, operation{Format: format, ID: e.newID(), Kind: Delete}, o.Observer)
	if r.seq, _, err = e.lastEvent(ctx, name); err != nil {
		return err
	}
	conditions := []store.Condition{store.Unchanged(stackKey(name), st.revision), store.Absent(operationKey(name))}
	for _, out := range st.Outputs {
		if out.Export == "" {
			continue
		}
		users, revision, err := e.importers(ctx, out.Export)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			// Observed: the stack keeps its status, and an event says why.
			reason := fmt.Sprintf("Export %s cannot be deleted as it is in use by %s", out.Export, strings.Join(users, ", "))
			if err := r.end(st.Status, reason); err != nil {
				return err
			}
			return exportError(reason)
		}
		conditions = append(conditions, store.PrefixUnchanged(importKey(out.Export, ""), revision))
	}
	if err := r.phase(deleting, DeleteInProgress, "User Initiated", conditions); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return &Busy{StackID: st.ID, Status: st.Status}
		}
		return err
	}
	return r.delete(ctx, o.Retain)
}

// delete removes everything that the records know of.
func (r *run) delete(ctx context.Context, retain []string) error {
	if note := r.release(ctx); note != "" {
		return r.notDeleted(nil, note)
	}
	errs := map[string]error{}
	var list []doomed
	for _, id := range r.ids(func(*record) bool { return true }) {
		some, err := r.doom(ctx, id, slices.Contains(retain, id))
		if r.dead != nil {
			return r.dead
		}
		if err != nil {
			errs[id] = err
		}
		list = append(list, some...)
	}
	for id, err := range r.removeAll(ctx, list) {
		errs[id] = err
	}
	if r.dead != nil {
		return r.dead
	}
	if len(errs) > 0 {
		return r.notDeleted(errs, "")
	}
	done := r.stackEvent(DeleteComplete, "")
	done.Seq = r.seq + 1
	if err := r.forget(); err != nil {
		return err
	}
	r.observe(done)
	return nil
}

func (r *run) notDeleted(errs map[string]error, reason string) error {
	f := &Failed{Status: DeleteFailed, Reason: reason}
	if reason != "" {
		f.Err = errors.New(reason)
	}
	var ids []string
	for id, err := range errs {
		var step *StepError
		if errors.As(err, &step) {
			f.Steps = append(f.Steps, step)
			ids = append(ids, id)
		}
	}
	slices.SortFunc(f.Steps, func(a, b *StepError) int { return strings.Compare(a.LogicalID, b.LogicalID) })
	switch {
	case len(ids) > 0:
		f.Reason = fmt.Sprintf("The following resource(s) failed to delete: %s. ", names(ids))
	case f.Reason == "":
		f.Reason = "Stack delete cancelled"
	}
	if err := r.end(DeleteFailed, f.Reason); err != nil {
		return err
	}
	return f
}

// doom lists the instances of a logical id that are to be deleted. Those that
// stay are taken out of the record.
func (r *run) doom(ctx context.Context, id string, retain bool) (list []doomed, err error) {
	rec := r.record(id)
	asked := rec.Pending
	err = r.lost(ctx, id, rec)
	if r.dead != nil {
		return nil, err
	}
	for _, in := range rec.Garbage {
		list = append(list, doomed{id, in})
	}
	inPlace := rec.Action == Update || rec.Action == Adopt
	if rec.Next != nil && !inPlace && err == nil {
		list = append(list, doomed{id, rec.Next})
	}
	var events []Event
	if in := rec.Current; in != nil {
		if retain || retains(in.DeletionPolicy) {
			events = append(events, r.event(id, in, Delete, DeleteSkipped, ""))
			rec = rec.without(in.Token)
		} else {
			both := in.clone()
			if rec.Next != nil && inPlace {
				both.Uses = union(in.Uses, rec.Next.Uses)
			}
			list = append(list, doomed{id, both})
		}
	}
	if len(events) > 0 || asked != rec.Pending {
		if err := r.save(id, rec, events...); err != nil {
			return nil, err
		}
	}
	return list, err
}
