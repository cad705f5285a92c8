package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/store"
)

// A ChangeSet is a plan that was given a name, to be looked at and carried out
// later. It is kept as the template and what the stack was told; the plan is made
// again from them, which is the same plan as long as the stack has not changed.
//
// See "CreateChangeSet".
type ChangeSet struct {
	Format       int       `json:"format"`
	Name         string    `json:"name"`
	ID           string    `json:"id"` // ARN
	Stack        string    `json:"stack"`
	StackID      string    `json:"stackId"`
	Create       bool      `json:"create,omitempty"` // of a stack that does not exist
	Description  string    `json:"description,omitempty"`
	Capabilities []string  `json:"capabilities,omitempty"`
	Created      time.Time `json:"created"`
	Reason       string    `json:"reason,omitempty"` // why it cannot be carried out; empty: it can
	File         string    `json:"file"`             // name of the template
	Template     string    `json:"template"`
	Input        Input     `json:"input"`

	Revision store.Revision `json:"revision"` // of the stack it was made for; 0: none
}

// noChanges is the reason of a change set that says what is so already.
const noChanges = "The submitted information didn't contain changes. Submit different information to create a change set."

// ErrNoChangeSet says that there is no change set of a name. Compare with
// errors.Is.
var ErrNoChangeSet = errors.New("change set does not exist")

// A NoChangeSet names it.
type NoChangeSet struct{ Name string }

func (e *NoChangeSet) Error() string { return fmt.Sprintf("ChangeSet [%s] does not exist", e.Name) }

// Is makes every NoChangeSet an ErrNoChangeSet.
func (e *NoChangeSet) Is(target error) bool { return target == ErrNoChangeSet }

func changeSetsKey(stack string) string      { return "stack-change-sets/" + stack + "/" }
func changeSetKey(stack, name string) string { return changeSetsKey(stack) + name }

// CreateChangeSet plans c for a template and keeps it. It fills in what c does
// not have: the identifiers, the time, and the reason why it cannot be carried
// out. The error is that of Plan, or says that the name is taken.
func (e *Engine) CreateChangeSet(ctx context.Context, c ChangeSet, t *cfn.Template) (*ChangeSet, error) {
	if others, err := e.ChangeSets(ctx, c.Stack); err != nil {
		return nil, err
	} else if c.Create && len(others) > 0 {
		c.Input.StackID = others[0].StackID // the stack that is being reviewed already
	}
	p, err := e.Plan(ctx, c.Stack, t, c.Input)
	if err != nil {
		return nil, err
	}
	c.Format, c.StackID, c.Created, c.Revision = format, p.StackID, e.now(), p.revision
	c.Input.StackID = p.StackID
	c.ID = fmt.Sprintf("arn:aws:cloudformation:%s:%s:changeSet/%s/%s", e.region(), e.account(), c.Name, e.newID())
	c.File, c.Template = t.File, string(t.Source())
	if p.Empty() {
		c.Reason = noChanges
	}
	value, err := encode(&c)
	if err != nil {
		return nil, err
	}
	k := changeSetKey(c.Stack, c.Name)
	if _, err = e.Store.Commit(ctx, store.Txn{If: []store.Condition{store.Absent(k)}, Do: []store.Write{store.Put(k, value)}}); errors.Is(err, store.ErrConflict) {
		return nil, fmt.Errorf("ChangeSet %s already exists", c.Name)
	}
	return &c, err
}

// ChangeSet returns a change set with its plan. The plan is nil if the change
// set cannot be carried out, or not any more.
func (e *Engine) ChangeSet(ctx context.Context, stack, name string) (*ChangeSet, *Plan, error) {
	c, err := e.changeSet(ctx, stack, name)
	if err != nil || c.Reason != "" {
		return c, nil, err
	}
	t, err := Parse(c.File, []byte(c.Template), c.Input.Dir)
	if err != nil {
		return nil, nil, err
	}
	p, err := e.Plan(ctx, stack, t, c.Input)
	switch {
	case errors.Is(err, ErrBusy):
		return c, nil, nil
	case err != nil:
		return nil, nil, err
	case p.revision != c.Revision:
		return c, nil, nil
	}
	return c, p, nil
}

func (e *Engine) changeSet(ctx context.Context, stack, name string) (*ChangeSet, error) {
	item, err := e.Store.Get(ctx, changeSetKey(stack, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, &NoChangeSet{name}
	}
	if err != nil {
		return nil, err
	}
	c := &ChangeSet{}
	if err := decode(item.Key, item.Value, c); err != nil {
		return nil, err
	}
	if c.Format > format {
		return nil, fmt.Errorf("%s: written by a newer version, format %d, this one reads up to %d", item.Key, c.Format, format)
	}
	return c, nil
}

// ChangeSets returns the change sets of a stack, the oldest first; of all stacks
// if the name is empty.
func (e *Engine) ChangeSets(ctx context.Context, stack string) ([]*ChangeSet, error) {
	prefix := "stack-change-sets/"
	if stack != "" {
		prefix = changeSetsKey(stack)
	}
	items, _, err := e.Store.List(ctx, prefix)
	if err != nil {
		return nil, err
	}
	out := make([]*ChangeSet, 0, len(items))
	for _, item := range items {
		c := &ChangeSet{}
		if err := decode(item.Key, item.Value, c); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b *ChangeSet) int { return a.Created.Compare(b.Created) })
	return out, nil
}

// DeleteChangeSet forgets a change set. It is ErrNoChangeSet if there is none.
func (e *Engine) DeleteChangeSet(ctx context.Context, stack, name string) error {
	k := changeSetKey(stack, name)
	_, err := e.Store.Commit(ctx, store.Txn{If: []store.Condition{store.Present(k)}, Do: []store.Write{store.Delete(k)}})
	if errors.Is(err, store.ErrConflict) {
		return &NoChangeSet{name}
	}
	return err
}

// ForgetChangeSets forgets all change sets of a stack, and with them a stack of
// which there is nothing else. Executing a plan does that by itself.
func (e *Engine) ForgetChangeSets(ctx context.Context, stack string) error {
	_, err := e.Store.Commit(ctx, store.Txn{Do: []store.Write{store.DeletePrefix(changeSetsKey(stack))}})
	return err
}

// Protect sets whether a stack may be deleted.
//
// See "UpdateTerminationProtection".
func (e *Engine) Protect(ctx context.Context, name string, protected bool) error {
	release, ok := e.take(name)
	if !ok {
		return &Busy{StackID: name, Status: UpdateInProgress}
	}
	defer release()
	st, op, _, err := load(ctx, e.Store, name)
	if err != nil {
		return err
	}
	if op != nil {
		return &Busy{StackID: st.ID, Status: st.Status}
	}
	st.Protected = protected
	value, err := encode(st)
	if err != nil {
		return err
	}
	_, err = e.Store.Commit(ctx, store.Txn{If: []store.Condition{store.Unchanged(stackKey(name), st.revision)}, Do: []store.Write{store.Put(stackKey(name), value)}})
	if errors.Is(err, store.ErrConflict) {
		return &Busy{StackID: st.ID, Status: st.Status}
	}
	return err
}

// ErrProtected says that a stack may not be deleted. Compare with errors.Is.
var ErrProtected = errors.New("the stack is protected")

// A protectedError says so in the words of AWS.
type protectedError string

func (e protectedError) Error() string {
	return fmt.Sprintf("Stack [%s] cannot be deleted while TerminationProtection is enabled", string(e))
}

func (e protectedError) Is(target error) bool { return target == ErrProtected }

// StackOfID returns the name in a stack's ARN; a name is its own.
func StackOfID(id string) string {
	_, rest, ok := strings.Cut(id, ":stack/")
	if !ok {
		return id
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
