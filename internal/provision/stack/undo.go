package stack

import (
	"context"
	"errors"
	"fmt"

	"postern/internal/provision/resource"
	"postern/internal/store"
)

// failed rolls back and completes the error.
func (r *run) failed(f *Failed, o Options) (*State, error) {
	ctx := context.Background()
	if o.KeepFailedCreate && r.op.Kind == Create {
		return r.leave(ctx, f)
	}
	if err := r.rollback(ctx, f.Reason, o); err != nil {
		return nil, err
	}
	f.Status = r.st.Status
	if r.st.Status == RollbackComplete && o.DeleteFailedCreate {
		if err := r.forget(); err != nil {
			return nil, err
		}
	}
	st, err := r.e.Describe(ctx, r.st.Name)
	if err != nil && !errors.Is(err, ErrNoStack) {
		return nil, err
	}
	return st, f
}

// leave ends a create that failed where it stands. The stack can be deleted.
func (r *run) leave(ctx context.Context, f *Failed) (*State, error) {
	r.st.Imports = r.plan.bound.Imports()
	if err := r.end(CreateFailed, r.mask(f.Reason)); err != nil {
		return nil, err
	}
	f.Status = CreateFailed
	st, err := r.e.Describe(ctx, r.st.Name)
	if err != nil {
		return nil, err
	}
	return st, f
}

// rollback undoes what the operation did: first the updates in place, in the
// order of the old references, then what was made, in reverse order.
func (r *run) rollback(ctx context.Context, reason string, o Options) error {
	create := r.op.Kind == Create
	status, cleaning, complete, bad := UpdateRollbackInProgress, UpdateRollbackCleanup, UpdateRollbackComplete, UpdateRollbackFailed
	if create {
		status, complete, bad = RollbackInProgress, RollbackComplete, RollbackFailed
		if reason != "" {
			reason += "Rollback requested by user."
		}
	}
	if err := r.phase(rollback, status, r.mask(reason), nil); err != nil {
		return err
	}
	if create {
		reason += r.release(ctx)
	}
	ids := r.ids(func(rec *record) bool { return rec.Next != nil && (rec.Action == Update || rec.Action == Adopt) })
	errs := walk(ctx, ids, func(id string) []string { return r.record(id).Current.Needs }, r.e.parallel(), true, func(id string) error {
		return r.updateBack(ctx, id)
	})
	if r.dead != nil {
		return r.dead
	}
	if !create {
		if err := r.phase(rollback, cleaning, "", nil); err != nil {
			return err
		}
	}
	if len(errs) == 0 {
		ids = r.ids(func(rec *record) bool { return rec.Next != nil })
		needs := func(id string) []string { return r.record(id).Next.Needs }
		errs = walk(ctx, ids, reverse(ids, needs), r.e.parallel(), true, func(id string) error {
			return r.unmake(ctx, id, o)
		})
		if r.dead != nil {
			return r.dead
		}
	}
	if len(errs) > 0 {
		var ids []string
		for id := range errs {
			ids = append(ids, id)
		}
		return r.end(bad, fmt.Sprintf("The following resource(s) failed to roll back: %s. ", names(ids)))
	}
	if !create {
		reason = r.finishAgain(ctx)
	}
	return r.end(complete, reason, importWrites(r.st.Name, r.importsInUse(ctx), keepImports(r.st, create))...)
}

// keepImports returns the exports that a stack holds after a rollback.
func keepImports(st *State, create bool) []string {
	if create {
		return nil
	}
	return st.Imports
}

// importsInUse returns the exports that the store says the stack uses: those of
// the operation that is rolled back too.
func (r *run) importsInUse(ctx context.Context) (names []string) {
	exports, err := r.e.Exports(ctx)
	if err != nil {
		return nil
	}
	for _, x := range exports {
		if _, err := r.e.Store.Get(ctx, importKey(x.Name, r.st.Name)); err == nil {
			names = append(names, x.Name)
		}
	}
	return names
}

// finishAgain lets the Finisher see the resources as they are after a rollback
// or cleanup. It returns what went wrong, which does not undo anything.
func (r *run) finishAgain(ctx context.Context) string {
	if r.e.Finisher == nil {
		return ""
	}
	err := r.call(ctx, func(ctx context.Context) error {
		done, err := r.e.Finisher.Finish(ctx, r.info, r.members(false))
		if err == nil {
			r.st.Notes, r.st.Extra = done.Notes, done.Outputs
		}
		return err
	})
	if err == nil {
		return ""
	}
	return r.mask(err.Error())
}

// release tells the Finisher that the resources are about to go. It returns
// what went wrong.
func (r *run) release(ctx context.Context) string {
	if r.e.Finisher == nil {
		return ""
	}
	err := r.call(ctx, func(ctx context.Context) error { return r.e.Finisher.Release(ctx, r.info, r.members(true)) })
	if err == nil || resource.CodeOf(err) == resource.NotFound {
		return ""
	}
	return r.mask(err.Error())
}

// updateBack brings a resource that was updated in place back.
func (r *run) updateBack(ctx context.Context, id string) error {
	rec := r.record(id)
	if rec.Action == Adopt {
		rec.Next, rec.Action, rec.Pending = nil, "", false
		return r.save(id, rec)
	}
	if err := r.save(id, rec, r.event(id, rec.Current, Update, UpdateInProgress, "")); err != nil {
		return err
	}
	typ, err := r.typeOf(rec.Current)
	start := r.e.now()
	var res resource.Result
	if err == nil {
		err = r.call(ctx, func(ctx context.Context) (err error) {
			q := r.request(id, rec.Current, r.st.Tags)
			q.Old = rec.Next.Properties
			res, err = typ.Update(ctx, q)
			return err
		})
	}
	took := r.e.now().Sub(start)
	if err != nil {
		return r.failStep(id, rec, rec.Current, Update, UpdateFailed, nil, err, took)
	}
	rec.Current = rec.Current.with(res)
	rec.Next, rec.Action, rec.Pending = nil, "", false
	done := r.event(id, rec.Current, Update, UpdateComplete, "")
	done.Duration, done.Note = took, res.Note
	return r.save(id, rec, done)
}

// unmake deletes what the operation made in place of nothing or of Current.
func (r *run) unmake(ctx context.Context, id string, o Options) error {
	rec := r.record(id)
	if err := r.lost(ctx, id, rec); err != nil {
		return err
	}
	in := rec.Next
	drop := func() *record {
		c := *rec
		c.Next, c.Action, c.Pending = nil, "", false
		return &c
	}
	switch {
	case in == nil:
		return r.save(id, drop())
	case rec.Action == Create && in.DeletionPolicy == "Retain" && !o.RetainExceptOnCreate:
		return r.save(id, drop(), r.event(id, in, Delete, DeleteSkipped, ""))
	}
	return r.remove(ctx, id, in, rec, drop)
}

// lost finds out what became of a create whose answer was never stored. If it
// made nothing, rec.Next is nil afterwards.
func (r *run) lost(ctx context.Context, id string, rec *record) error {
	if !rec.Pending || rec.Next == nil || rec.Action == Update {
		return nil
	}
	typ, err := r.typeOf(rec.Next)
	var res resource.Result
	if err == nil {
		err = r.call(ctx, func(ctx context.Context) (err error) {
			res, err = typ.Read(ctx, r.request(id, rec.Next, r.info.Tags))
			return err
		})
	}
	switch {
	case err == nil:
		rec.Next, rec.Pending = rec.Next.with(res), false
	case resource.CodeOf(err) == resource.NotFound:
		rec.Next, rec.Action, rec.Pending = nil, "", false
	default:
		return r.failStep(id, rec, rec.Next, Delete, DeleteFailed, nil, err, 0)
	}
	return nil
}

// remove deletes one instance, and stores the record that drop returns.
func (r *run) remove(ctx context.Context, id string, in *Instance, rec *record, drop func() *record) error {
	if err := r.save(id, rec, r.event(id, in, Delete, DeleteInProgress, "")); err != nil {
		return err
	}
	typ, err := r.typeOf(in)
	start := r.e.now()
	if err == nil {
		err = r.call(ctx, func(ctx context.Context) error { return typ.Delete(ctx, r.request(id, in, r.st.Tags)) })
	}
	took := r.e.now().Sub(start)
	if err != nil && resource.CodeOf(err) != resource.NotFound {
		return r.failStep(id, rec, in, Delete, DeleteFailed, nil, err, took)
	}
	done := r.event(id, in, Delete, DeleteComplete, "")
	done.Duration = took
	return r.save(id, drop(), done)
}

// cleanup deletes what nothing uses any more, and ends the operation. What
// cannot be deleted stays garbage for the next operation.
func (r *run) cleanup(ctx context.Context) error {
	complete := UpdateComplete
	if r.op.Kind == Create {
		complete = CreateComplete
	}
	errs, removed := r.collect(ctx)
	if r.dead != nil {
		return r.dead
	}
	reason := ""
	if len(errs) > 0 {
		var ids []string
		for id := range errs {
			ids = append(ids, id)
		}
		reason = fmt.Sprintf("The following resource(s) failed to delete: %s. ", names(ids))
	}
	if removed {
		if note := r.finishAgain(ctx); note != "" {
			reason += note
		}
	}
	return r.end(complete, reason)
}

// collect deletes all garbage in reverse order.
func (r *run) collect(ctx context.Context) (errs map[string]error, removed bool) {
	var list []doomed
	for _, id := range r.ids(func(rec *record) bool { return len(rec.Garbage) > 0 }) {
		for _, in := range r.record(id).Garbage {
			list = append(list, doomed{id, in})
		}
	}
	return r.removeAll(ctx, list), len(list) > 0
}

// forget removes a stack of which nothing is left.
func (r *run) forget() error {
	conditions, writes, err := r.e.exportWrites(context.Background(), r.st, r.st.Outputs, nil)
	if err != nil {
		return err
	}
	writes = append(writes, importWrites(r.st.Name, r.importsInUse(context.Background()), nil)...)
	writes = append(writes, store.DeletePrefix("stacks/"+r.st.Name+"/"), store.DeletePrefix(changeSetsKey(r.st.Name)))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.op.Phase != deleting {
		r.opRevision = 0 // the operation has ended
	}
	if r.opRevision > 0 {
		conditions = append(conditions, store.Unchanged(operationKey(r.st.Name), r.opRevision))
	}
	if _, err := r.e.Store.Commit(context.Background(), store.Txn{If: conditions, Do: writes}); err != nil {
		r.dead = &errStore{err}
		return r.dead
	}
	return nil
}
