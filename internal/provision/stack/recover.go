package stack

import (
	"context"
	"errors"
	"fmt"
)

const interrupted = "The operation was interrupted. "

// Recover ends what was going on when the program last stopped: an operation
// that was going forward is rolled back, every other one is finished. No stack
// stays in progress. It is called before anything else is done, and may be
// called again after an error of the store; what is alive is left alone.
//
// The error joins those of all stacks; the others are recovered all the same.
func (e *Engine) Recover(ctx context.Context, observe Observer) error {
	names, err := e.names(ctx, "/operation")
	if err != nil {
		return err
	}
	var all []error
	for _, name := range names {
		if err := e.resume(ctx, name, observe); err != nil {
			all = append(all, fmt.Errorf("stack %s: recover: %w", name, err))
		}
	}
	return errors.Join(all...)
}

func (e *Engine) resume(ctx context.Context, name string, observe Observer) error {
	release, ok := e.take(name)
	if !ok {
		return nil // alive
	}
	defer release()
	st, op, revision, err := load(ctx, e.Store, name)
	if errors.Is(err, ErrNoStack) || err == nil && op == nil {
		return nil
	}
	if err != nil {
		return err
	}
	r := e.newRun(st, *op, observe)
	r.opRevision = revision
	if r.seq, _, err = e.lastEvent(ctx, name); err != nil {
		return err
	}
	switch op.Phase {
	case forward:
		return r.rollback(ctx, interrupted, Options{})
	case rollback:
		return r.rollback(ctx, op.Reason, Options{})
	case cleanup:
		return r.cleanup(ctx)
	case deleting:
		return r.delete(ctx, nil)
	}
	return fmt.Errorf("the operation is in the unknown phase %q", op.Phase)
}

// ContinueRollback tries again to undo what a rollback could not. The stack is
// in UPDATE_ROLLBACK_FAILED or ROLLBACK_FAILED; otherwise the error is ErrBusy.
//
// See "ContinueUpdateRollback".
func (e *Engine) ContinueRollback(ctx context.Context, name string, observe Observer) (*State, error) {
	release, ok := e.take(name)
	if !ok {
		return nil, &Busy{StackID: name, Status: UpdateRollbackInProgress}
	}
	defer release()
	st, op, _, err := load(ctx, e.Store, name)
	if err != nil {
		return nil, err
	}
	kind := Update
	switch {
	case op != nil, st.Status != UpdateRollbackFailed && st.Status != RollbackFailed:
		return nil, &Busy{StackID: st.ID, Status: st.Status}
	case st.Status == RollbackFailed:
		kind = Create
	}
	r := e.newRun(st, operation{Format: format, ID: e.newID(), Kind: kind}, observe)
	if r.seq, _, err = e.lastEvent(ctx, name); err != nil {
		return nil, err
	}
	if err := r.rollback(ctx, "", Options{}); err != nil {
		return nil, err
	}
	st, err = e.Describe(ctx, name)
	if err == nil && st.Status.Failed() {
		err = &Failed{Status: st.Status, Reason: st.Reason}
	}
	return st, err
}
