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
			return exportError(fmt.Sprintf("Export %s cannot be deleted as it is in use by %s", out.Export, strings.Join(users, ", ")))
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
	ids := r.ids(func(*record) bool { return true })
	needs := func(id string) (all []string) {
		rec := r.record(id)
		for _, in := range append([]*Instance{rec.Current, rec.Next}, rec.Garbage...) {
			if in != nil {
				all = append(all, in.Needs...)
			}
		}
		return all
	}
	errs := walk(ctx, ids, reverse(ids, needs), r.e.parallel(), true, func(id string) error {
		return r.deleteOne(ctx, id, slices.Contains(retain, id))
	})
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

// deleteOne removes all instances of a logical id: the newest first.
func (r *run) deleteOne(ctx context.Context, id string, retain bool) error {
	rec := r.record(id)
	if err := r.lost(ctx, id, rec); err != nil {
		return err
	}
	if next := rec.Next; next != nil && rec.Action != Update && rec.Action != Adopt {
		err := r.remove(ctx, id, next, rec, func() *record {
			c := *rec
			c.Next, c.Action, c.Pending = nil, "", false
			return &c
		})
		if err != nil {
			return err
		}
		rec = r.record(id)
	}
	if err := r.collectOne(ctx, id); err != nil {
		return err
	}
	rec = r.record(id)
	rec.Next, rec.Action, rec.Pending = nil, "", false
	gone := func() *record { return &record{Format: format} }
	switch in := rec.Current; {
	case in == nil:
		return r.save(id, rec)
	case retain || retains(in.DeletionPolicy):
		return r.save(id, gone(), r.event(id, in, Delete, DeleteSkipped, ""))
	default:
		return r.remove(ctx, id, in, rec, gone)
	}
}
