package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
	"postern/internal/store"
)

// A world is what resource types make. It checks that nothing refers to a thing
// that does not exist, so a wrong order is an error.
type world struct {
	mu     sync.Mutex
	things map[string]*thing // by physical id
	calls  []string
	fail   map[string]error // by call, such as "create A"
	late   map[string]error // the same, but what was asked for is done
	made   int
	crash  *crash
	inUse  func(call string) // told of each call, outside of the lock; nil: nobody
}

type thing struct {
	logicalID, typ, token string
	props                 map[string]any
}

var errCrash = errors.New("the program is dead")

// A crash stops everything at the n-th call or commit: before it takes effect,
// or after but without an answer.
type crash struct {
	mu    sync.Mutex
	left  int // -1: never
	after bool
	dead  bool
}

// guard runs f unless the program is dead or dies before it.
func (c *crash) guard(f func() error) error {
	if c == nil {
		return f()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return errCrash
	}
	if c.left == 0 {
		c.dead = true
		if c.after {
			_ = f()
		}
		return errCrash
	}
	if c.left > 0 {
		c.left--
	}
	return f()
}

// A mortal is a store that dies with the program.
type mortal struct {
	store.Store
	crash *crash
}

func (m mortal) Commit(ctx context.Context, t store.Txn) (rev store.Revision, err error) {
	err = m.crash.guard(func() (err error) {
		rev, err = m.Store.Commit(ctx, t)
		return err
	})
	return rev, err
}

// do runs one call of a type.
func (w *world) do(call string, f func() error) error {
	if w.inUse != nil {
		w.inUse(call)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.crash.guard(func() error {
		w.calls = append(w.calls, call)
		if err := w.fail[call]; err != nil {
			return err
		}
		if err := w.late[call]; err != nil {
			_ = f()
			return err
		}
		return f()
	})
}

// refs are the physical ids that properties name.
func refs(v any) (ids []string) {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "p-") || strings.HasPrefix(v, "named-") {
			return []string{v}
		}
	case map[string]any:
		for _, x := range v {
			ids = append(ids, refs(x)...)
		}
	case []any:
		for _, x := range v {
			ids = append(ids, refs(x)...)
		}
	}
	return ids
}

func (w *world) checkRefs(props map[string]any) error {
	for _, id := range refs(props["Uses"]) {
		if w.things[id] == nil {
			return &resource.Error{Code: resource.InvalidRequest, Message: id + " does not exist"}
		}
	}
	return nil
}

// A fake is a resource type whose resources are things of a world. Size is
// changed in place, Name and Fixed by replacement; Name is the identity.
type fake struct {
	name string
	w    *world
}

func (f *fake) Name() string { return f.name }

func (f *fake) Schema() resource.Schema {
	return resource.Schema{
		Properties: map[string]resource.Property{
			"Name":   {Kind: resource.String, CreateOnly: true},
			"Fixed":  {Kind: resource.String, CreateOnly: true},
			"Size":   {Kind: resource.Integer},
			"Uses":   {Kind: resource.Any},
			"Hidden": {Kind: resource.String, Secret: true},
			"Tags":   {Kind: resource.Map},
		},
		Attributes: map[string]resource.Attribute{"Arn": {Kind: resource.String}, "Revision": {Kind: resource.String, Volatile: true}},
	}
}

func (f *fake) Check(props map[string]any) (out []resource.Problem) {
	schema := f.Schema()
	for _, name := range slices.Sorted(maps.Keys(props)) {
		if _, ok := schema.Properties[name]; !ok {
			out = append(out, resource.Problem{Path: []string{name}, Message: "there is no such property"})
		}
	}
	if s := fmt.Sprint(props["Size"]); len(s) > 3 && props["Size"] != nil && !resource.HasUnknown(props["Size"]) {
		out = append(out, resource.Problem{Path: []string{"Size"}, Message: s + " is outside 0–999"})
	}
	return out
}

func (f *fake) Diff(old, new map[string]any) (out []resource.Change) {
	names := map[string]bool{}
	for n := range old {
		names[n] = true
	}
	for n := range new {
		names[n] = true
	}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if text(old[n]) != text(new[n]) {
			out = append(out, resource.Change{Property: n, Before: old[n], After: new[n], Replace: f.Schema().Properties[n].CreateOnly})
		}
	}
	return out
}

// text reads "5" and 5 as the same.
func text(v any) string {
	b, _ := json.Marshal(v)
	return strings.ReplaceAll(string(b), `"`, "")
}

func (f *fake) result(id string) resource.Result {
	t := f.w.things[id]
	return resource.Result{PhysicalID: id, Properties: maps.Clone(t.props), Note: "FAKE",
		Attributes: map[string]any{"Arn": "arn:" + t.token, "Revision": fmt.Sprint(text(t.props["Size"]))}}
}

func (f *fake) Create(_ context.Context, r resource.Request) (res resource.Result, err error) {
	err = f.w.do("create "+r.LogicalID, func() error {
		id, _ := r.Properties["Name"].(string)
		if id == "" {
			f.w.made++
			id = fmt.Sprintf("p-%s-%d", r.LogicalID, f.w.made)
		}
		if f.w.things[id] != nil {
			return &resource.Error{Code: resource.AlreadyExists, Message: id + " already exists"}
		}
		if err := f.w.checkRefs(r.Properties); err != nil {
			return err
		}
		f.w.things[id] = &thing{logicalID: r.LogicalID, typ: f.name, token: r.Token, props: maps.Clone(r.Properties)}
		res = f.result(id)
		return nil
	})
	return res, err
}

func (f *fake) Read(_ context.Context, r resource.Request) (res resource.Result, err error) {
	err = f.w.do("read "+r.LogicalID, func() error {
		for id, t := range f.w.things {
			if id == r.PhysicalID || r.PhysicalID == "" && t.token == r.Token {
				res = f.result(id)
				return nil
			}
		}
		return resource.ErrNotFound
	})
	return res, err
}

func (f *fake) Update(_ context.Context, r resource.Request) (res resource.Result, err error) {
	err = f.w.do("update "+r.LogicalID, func() error {
		t := f.w.things[r.PhysicalID]
		if t == nil {
			return resource.ErrNotFound
		}
		if err := f.w.checkRefs(r.Properties); err != nil {
			return err
		}
		t.props = maps.Clone(r.Properties)
		res = f.result(r.PhysicalID)
		return nil
	})
	return res, err
}

func (f *fake) Delete(_ context.Context, r resource.Request) error {
	return f.w.do("delete "+r.LogicalID, func() error {
		if f.w.things[r.PhysicalID] == nil {
			return resource.ErrNotFound
		}
		for id, t := range f.w.things {
			if slices.Contains(refs(t.props["Uses"]), r.PhysicalID) {
				return &resource.Error{Code: resource.InvalidRequest, Message: r.PhysicalID + " is in use by " + id}
			}
		}
		delete(f.w.things, r.PhysicalID)
		return nil
	})
}

// A lab is an engine over a world.
type lab struct {
	*Engine
	t      tester
	w      *world
	memory store.Store
	crash  *crash
	events []Event
	ids    int
	idMu   sync.Mutex
}

// A tester is a testing.T or a rapid.T.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

func newLab(t tester) *lab {
	m := store.NewMemory()
	l := &lab{t: t, memory: m, w: &world{things: map[string]*thing{}, fail: map[string]error{}}}
	l.restart()
	return l
}

// restart begins a new life of the program, which never crashes.
func (l *lab) restart() {
	l.arm(&crash{left: -1})
}

// arm begins a new life of the program that ends as c says.
func (l *lab) arm(c *crash) {
	types, err := resource.NewRegistry(&fake{"Test::A::Thing", l.w}, &fake{"Test::A::Other", l.w}, &late{fake{"Test::A::Late", l.w}})
	if err != nil {
		l.t.Fatal(err)
	}
	l.crash, l.w.crash = c, c
	l.Engine = &Engine{Store: mortal{l.memory, c}, Types: types, Backoff: func(int) time.Duration { return 0 },
		Now: func() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) },
		NewID: func() string {
			l.idMu.Lock()
			defer l.idMu.Unlock()
			l.ids++
			return fmt.Sprintf("%08d-0000-4000-8000-000000000000", l.ids)
		}}
}

// A late type comes after everything else.
type late struct{ fake }

func (*late) After(self resource.Resource, all []resource.Resource) (ids []string) {
	for _, r := range all {
		if r.LogicalID != self.LogicalID {
			ids = append(ids, r.LogicalID)
		}
	}
	return ids
}

// Advise warns where there is nothing to be late for.
func (*late) Advise(self resource.Resource, all []resource.Resource) []resource.Problem {
	if len(all) > 1 {
		return nil
	}
	return []resource.Problem{{Path: []string{"Size"}, Message: "is late for nothing"}}
}

func (l *lab) plan(name, text string, in Input) (*Plan, error) {
	l.t.Helper()
	tmpl, err := cfn.Parse("t.yaml", []byte(text), cfn.Limits{})
	if err != nil {
		l.t.Fatalf("%v\n%s", err, text)
	}
	return l.Plan(context.Background(), name, tmpl, in)
}

func (l *lab) up(name, text string) (*State, error) {
	l.t.Helper()
	p, err := l.plan(name, text, Input{})
	if err != nil {
		l.t.Fatalf("plan: %v\n%s", err, text)
	}
	return l.execute(p)
}

func (l *lab) execute(p *Plan) (*State, error) {
	l.w.calls, l.events = nil, nil
	return l.Execute(context.Background(), p, Options{Observer: func(ev Event) { l.events = append(l.events, ev) }})
}

func (l *lab) must(name, text string) *State {
	l.t.Helper()
	st, err := l.up(name, text)
	if err != nil {
		l.t.Fatalf("%v\n%s", err, text)
	}
	return st
}

// story writes events as "id STATUS reason".
func (l *lab) story() []string {
	var out []string
	for _, ev := range l.events {
		out = append(out, strings.TrimSpace(ev.LogicalID+" "+string(ev.Status)+" "+ev.Reason))
	}
	return out
}

// check fails unless the things of the world are those that the records of all
// stacks know of, no more, no less, and with the same properties.
func (l *lab) check() {
	l.t.Helper()
	stacks, err := l.List(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	known, pending := map[string]bool{}, map[string]bool{}
	for _, st := range stacks {
		if st.Status.InProgress() {
			l.t.Errorf("stack %s stays %s", st.Name, st.Status)
		}
		for id, rec := range st.records {
			for _, in := range append([]*Instance{rec.Current, rec.Next}, rec.Garbage...) {
				if in == nil {
					continue
				}
				if in.PhysicalID == "" { // nobody knows yet what became of the call
					pending[in.Token] = true
					continue
				}
				known[in.PhysicalID] = true
				th := l.w.things[in.PhysicalID]
				if th == nil {
					l.t.Errorf("%s: %s is in the state, not in the world", id, in.PhysicalID)
				} else if in == rec.Current && rec.Next == nil && !reflect.DeepEqual(text(th.props), text(in.Properties)) {
					l.t.Errorf("%s: properties are %v, the state says %v", id, text(th.props), text(in.Properties))
				}
			}
		}
	}
	for id, th := range l.w.things {
		if !known[id] && !pending[th.token] {
			l.t.Errorf("%s is in the world, not in any state", id)
		}
	}
}

// portrait describes the world without the names that change from run to run.
func (l *lab) portrait() string {
	var out []string
	for _, th := range l.w.things {
		s := text(th.props)
		for id, other := range l.w.things {
			s = strings.ReplaceAll(s, id, "<"+other.logicalID+">")
		}
		out = append(out, th.logicalID+" "+th.typ+" "+s)
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}
