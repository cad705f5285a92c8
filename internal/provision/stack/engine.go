package stack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
	"postern/internal/store"
)

// An Engine plans and carries out operations on stacks. It is safe for
// concurrent use; the fields are set before. There is one Engine for a store.
type Engine struct {
	Store     store.Store
	Types     *resource.Registry
	Finisher  resource.Finisher               // nil: none
	Region    string                          // us-east-1 if empty
	AccountID string                          // 000000000000 if empty
	Parallel  int                             // resources worked on at once; 10 if 0
	Attempts  int                             // of a call that fails with a code worth repeating; 4 if 0
	Backoff   func(attempt int) time.Duration // before attempt 1, 2, …; nil: 100 ms, doubled each time
	Now       func() time.Time                // nil: time.Now
	NewID     func() string                   // random UUIDs; nil: from crypto/rand
	KeepEvent int                             // events kept of a stack; 1000 if 0

	mu      sync.Mutex
	running map[string]bool // names of stacks this engine works on
}

// An Input is what a stack is told besides its template.
type Input struct {
	Parameters map[string]string
	Previous   []string // parameters that keep their value
	KeepAll    bool     // every parameter that is not given keeps its value
	Tags       map[string]string
	// Capabilities are what the user acknowledged. They are kept to be shown.
	Capabilities []string
	// Late lets what a type refuses of a resource fail the resource's step, as
	// CloudFormation does, and not the plan.
	Late    bool
	StackID string // of a stack that does not exist; empty: a new one
	Dir     string // of the template's file, absolute, to which paths in it are relative; empty: it was no file of this machine
}

// ErrBusy says that something else is being done with a stack, or that it is in
// a state in which this cannot be done. Compare with errors.Is.
var ErrBusy = errors.New("stack is not in the right state")

// A Busy names the stack and its state.
type Busy struct {
	StackID string
	Status  Status
	Help    string
}

func (e *Busy) Error() string {
	return fmt.Sprintf("Stack:%s is in %s state and can not be updated.", e.StackID, e.Status)
}

// Is makes every Busy an ErrBusy.
func (e *Busy) Is(target error) bool { return target == ErrBusy }

// ErrStale says that the stack has changed since its plan was made.
var ErrStale = errors.New("the stack has changed since the plan was made; plan again")

func (e *Engine) now() time.Time {
	if e.Now != nil {
		return e.Now().UTC()
	}
	return time.Now().UTC()
}

func (e *Engine) newID() string {
	if e.NewID != nil {
		return e.NewID()
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // it does not fail: see crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (e *Engine) region() string {
	if e.Region != "" {
		return e.Region
	}
	return "us-east-1"
}

func (e *Engine) account() string {
	if e.AccountID != "" {
		return e.AccountID
	}
	return "000000000000"
}

func (e *Engine) parallel() int {
	if e.Parallel > 0 {
		return e.Parallel
	}
	return 10
}

// CheckName returns an error if a stack cannot have a name.
//
// See "CreateStack", StackName.
func CheckName(name string) error {
	const pattern = "[a-zA-Z][-a-zA-Z0-9]*"
	ok := len(name) > 0 && len(name) <= 128
	for i := range len(name) {
		c, letter := name[i], name[i]|0x20 >= 'a' && name[i]|0x20 <= 'z'
		ok = ok && (letter || i > 0 && (c == '-' || c >= '0' && c <= '9'))
	}
	if !ok {
		if len(name) > 140 {
			name = name[:140] + "…"
		}
		return fmt.Errorf("1 validation error detected: Value '%s' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: %s", name, pattern)
	}
	return nil
}

// Plan compares a template with the stack of a name, which need not exist. It
// changes nothing. The error is cfn.Errors when the template is to blame, ErrBusy
// when the stack is.
func (e *Engine) Plan(ctx context.Context, name string, t *cfn.Template, in Input) (*Plan, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	old, op, _, err := load(ctx, e.Store, name)
	if err != nil && !errors.Is(err, ErrNoStack) {
		return nil, err
	}
	var revision store.Revision
	before := old
	if old != nil {
		revision = old.revision
		switch {
		case op != nil:
			return nil, &Busy{StackID: old.ID, Status: old.Status}
		case old.Status == RollbackComplete:
			before = nil // nothing is left of it
		case !old.Status.updatable():
			return nil, &Busy{StackID: old.ID, Status: old.Status, Help: "delete the stack, or continue its rollback"}
		}
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	in.Parameters = keepParameters(before, t, in)
	id := in.StackID
	switch {
	case before != nil:
		id = before.ID
	case id == "":
		id = fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%s", e.region(), e.account(), name, e.newID())
	}
	exports, err := e.Exports(ctx)
	if err != nil {
		return nil, err
	}
	b, err := t.Bind(cfn.Input{
		Parameters: in.Parameters, Region: e.region(), AccountID: e.account(), StackName: name, StackID: id,
		Export: func(name string) (string, bool) {
			for _, x := range exports {
				if x.Name == name && x.StackID != id {
					return x.Value, true
				}
			}
			return "", false
		},
	})
	if err != nil {
		return nil, err
	}
	in.Parameters = b.Values()
	p, err := compare(before, b, e.Types, in.Late)
	if err != nil {
		return nil, err
	}
	p.Stack, p.StackID, p.input, p.template, p.revision = name, id, in, t.Source(), revision
	if old != nil && before == nil {
		p.started = old.ID
	}
	if before != nil {
		p.Tags = !maps.Equal(before.Tags, in.Tags)
		p.Parameters = !maps.Equal(before.Parameters, in.Parameters)
		if p.Tags {
			p.retag(before, e.Types)
		}
		p.relocate(before, e.Types)
	}
	if err := e.checkExports(ctx, before, p); err != nil {
		return nil, err
	}
	return p, nil
}

// keepParameters adds the values that stay.
func keepParameters(old *State, t *cfn.Template, in Input) map[string]string {
	out := maps.Clone(in.Parameters)
	if out == nil {
		out = map[string]string{}
	}
	if old == nil {
		return out
	}
	for _, p := range t.Parameters {
		_, given := out[p.Name]
		value, had := old.Parameters[p.Name]
		if had && !given && (in.KeepAll || slices.Contains(in.Previous, p.Name)) {
			out[p.Name] = value
		}
	}
	return out
}

// checkTags refuses what AWS refuses. See "Tag".
func checkTags(tags map[string]string) error {
	if len(tags) > 50 {
		return fmt.Errorf("%d tags, at most 50 are allowed", len(tags))
	}
	for k, v := range tags {
		switch {
		case k == "" || len(k) > 128*4 || len(v) > 256*4:
			return fmt.Errorf("tag %.140q: a key has 1 to 128 characters, a value at most 256", k)
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			return fmt.Errorf("tag %.140q: the prefix aws: is reserved", k)
		}
	}
	return nil
}

// relocate notes an update of everything whose files are elsewhere now.
func (p *Plan) relocate(old *State, types *resource.Registry) {
	for _, id := range p.order {
		rec := old.records[id]
		if p.input.Dir == "" || rec == nil || rec.Current == nil || rec.Current.Dir == p.input.Dir ||
			slices.ContainsFunc(p.Changes, func(c Change) bool { return c.LogicalID == id }) {
			continue
		}
		typ := types.Lookup(p.bound.Resource(id).Type)
		if placed, ok := typ.(resource.Placed); ok && placed.Files(rec.Current.Properties) {
			p.Changes = append(p.Changes, Change{Action: Update, LogicalID: id, Type: typ.Name(), PhysicalID: rec.Current.PhysicalID,
				Scope: []string{"Properties"}, Position: p.bound.Template.PositionOf(id)})
		}
	}
}

// retag notes an update of everything that can have tags.
func (p *Plan) retag(old *State, types *resource.Registry) {
	planned := map[string]int{}
	for i, c := range p.Changes {
		planned[c.LogicalID] = i
	}
	for _, id := range p.order {
		rec := old.records[id]
		typ := types.Lookup(p.bound.Resource(id).Type)
		if _, taggable := typ.Schema().Properties["Tags"]; !taggable || rec == nil || rec.Current == nil {
			continue
		}
		if i, ok := planned[id]; ok {
			p.Changes[i].Scope = append(p.Changes[i].Scope, "Tags")
			continue
		}
		p.Changes = append(p.Changes, Change{Action: Update, LogicalID: id, Type: typ.Name(), PhysicalID: rec.Current.PhysicalID,
			Scope: []string{"Tags"}, Position: p.bound.Template.PositionOf(id)})
	}
}

// Describe returns a stack, or an error that is ErrNoStack.
func (e *Engine) Describe(ctx context.Context, name string) (*State, error) {
	st, _, _, err := load(ctx, e.Store, name)
	return st, err
}

// Template returns the text of a stack's template.
func (e *Engine) Template(ctx context.Context, name string) ([]byte, error) {
	item, err := e.Store.Get(ctx, templateKey(name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, &NoStack{name}
	}
	return item.Value, err
}

// List returns all stacks in alphabetical order.
func (e *Engine) List(ctx context.Context) ([]*State, error) {
	names, err := e.names(ctx, "/stack")
	if err != nil {
		return nil, err
	}
	out := make([]*State, 0, len(names))
	for _, name := range names {
		st, err := e.Describe(ctx, name)
		if errors.Is(err, ErrNoStack) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	return out, nil
}

// names returns the stacks that have a key with a suffix.
func (e *Engine) names(ctx context.Context, suffix string) (names []string, err error) {
	err = e.Store.View(ctx, func(r store.Reader) error {
		// From stack to stack, without reading what is in between.
		for after := ""; ; {
			items, _, err := r.Page("stacks/", after, 1)
			if err != nil || len(items) == 0 {
				return err
			}
			name, _, _ := strings.Cut(strings.TrimPrefix(items[0].Key, "stacks/"), "/")
			after = "stacks/" + name + "0" // the byte behind the slash
			switch _, err := r.Get("stacks/" + name + suffix); {
			case err == nil:
				names = append(names, name)
			case !errors.Is(err, store.ErrNotFound):
				return err
			}
		}
	})
	return names, err
}

// take reserves a stack for this engine, until the returned function is called.
func (e *Engine) take(name string) (release func(), ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running[name] {
		return nil, false
	}
	if e.running == nil {
		e.running = map[string]bool{}
	}
	e.running[name] = true
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.running, name)
	}, true
}
