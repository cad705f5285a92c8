package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
	"postern/internal/store"
)

const (
	before = `
Resources:
  A: {Type: Test::A::Thing, Properties: {Size: 1, Fixed: x}}
  B: {Type: Test::A::Thing, Properties: {Size: 1, Uses: !Ref A}}
  C: {Type: Test::A::Thing, Properties: {Uses: [!Ref B, !Ref A]}}
  Gone: {Type: Test::A::Other, Properties: {Uses: !Ref C}}
  GoneToo: {Type: Test::A::Other, Properties: {Uses: !Ref Gone}}
  Same: {Type: Test::A::Thing, Properties: {Size: 7}}
Outputs:
  Out: {Value: !Ref A}
`
	// A is replaced, so B and C are updated; D and E are new, Gone and GoneToo go.
	after = `
Resources:
  A: {Type: Test::A::Thing, Properties: {Size: 1, Fixed: y}}
  B: {Type: Test::A::Thing, Properties: {Size: 2, Uses: !Ref A}}
  C: {Type: Test::A::Thing, Properties: {Uses: [!Ref B, !Ref A, !Ref E]}}
  D: {Type: Test::A::Thing, Properties: {Uses: !Ref C}}
  E: {Type: Test::A::Thing, Properties: {Size: 5}}
  Same: {Type: Test::A::Thing, Properties: {Size: 7}}
Outputs:
  Out: {Value: !Ref A}
`
)

func equal(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestCreateTellsItsStory(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	st := l.must("s", "Resources:\n  B: {Type: Test::A::Thing, Properties: {Uses: !Ref A}}\n  A: {Type: Test::A::Thing}\n")
	equal(t, l.story(), []string{
		"s CREATE_IN_PROGRESS User Initiated",
		"A CREATE_IN_PROGRESS",
		"A CREATE_IN_PROGRESS Resource creation Initiated",
		"A CREATE_COMPLETE",
		"B CREATE_IN_PROGRESS",
		"B CREATE_IN_PROGRESS Resource creation Initiated",
		"B CREATE_COMPLETE",
		"s CREATE_COMPLETE",
	})
	if st.Status != CreateComplete || len(st.Resources) != 2 {
		t.Errorf("got %s with %d resources", st.Status, len(st.Resources))
	}
	l.check()
	stored, err := l.Events(context.Background(), "s", 0, 100)
	if err != nil || len(stored) != len(l.events) || stored[0].Status != CreateComplete || stored[0].Seq != 8 {
		t.Errorf("stored events: %v, %v", stored, err)
	}
	if page, _ := l.Events(context.Background(), "s", 4, 2); len(page) != 2 || page[0].Seq != 3 {
		t.Errorf("a page of events: %v", page)
	}
}

func TestUpdateMakesNewBeforeItDeletesOld(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	l.must("s", before)
	p, err := l.plan("s", after, Input{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range p.Changes {
		line := fmt.Sprintf("%s %s %s", c.Action, c.LogicalID, c.Replacement)
		for _, x := range c.Properties {
			line += fmt.Sprintf(" %s:%s→%s(%s %s)", x.Name, text(x.Before), text(x.After), x.Reason, x.Cause)
		}
		got = append(got, line)
	}
	equal(t, got, []string{
		"update A True Fixed:x→y(DirectModification )",
		"update B  Size:1→2(DirectModification ) Uses:p-A-1→{{changeSet:KNOWN_AFTER_APPLY}}(ResourceReference A)",
		"create E ",
		"update C  Uses:[p-B-2,p-A-1]→[p-B-2,{{changeSet:KNOWN_AFTER_APPLY}},{{changeSet:KNOWN_AFTER_APPLY}}](ResourceReference A)",
		"create D ",
		"delete GoneToo ",
		"delete Gone ",
	})
	if add, change, replace, remove := p.Count(); add != 2 || change != 2 || replace != 1 || remove != 2 {
		t.Errorf("counts are %d %d %d %d", add, change, replace, remove)
	}
	st, err := l.execute(p)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, l.w.calls, []string{"create A", "update B", "create E", "update C", "create D", "delete A", "delete GoneToo", "delete Gone"})
	l.check()
	if st.Status != UpdateComplete || st.Outputs[0].Value == "p-A-1" {
		t.Errorf("got %s, output %s", st.Status, st.Outputs[0].Value)
	}
	if again, err := l.plan("s", after, Input{}); err != nil || !again.Empty() {
		t.Errorf("the same template again: %+v, %v", again.Changes, err)
	}
}

func TestNothingToDo(t *testing.T) {
	l := newLab(t)
	l.must("s", before)
	st := l.must("s", strings.Replace(before, "Size: 7", `Size: "7"`, 1))
	if len(l.w.calls) != 0 || len(l.events) != 0 || st.Status != CreateComplete {
		t.Errorf("calls %v, events %v, status %s", l.w.calls, l.events, st.Status)
	}
}

func TestDeleteGoesBackwards(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	l.must("s", before)
	l.w.calls = nil
	var last Event
	if err := l.Delete(context.Background(), "s", DeleteOptions{Observer: func(ev Event) { last = ev }}); err != nil {
		t.Fatal(err)
	}
	equal(t, l.w.calls, []string{"delete GoneToo", "delete Gone", "delete C", "delete B", "delete A", "delete Same"})
	l.check()
	if last.Status != DeleteComplete || last.Type != StackType {
		t.Errorf("the last event is %+v", last)
	}
	if _, err := l.Describe(context.Background(), "s"); !errors.Is(err, ErrNoStack) {
		t.Errorf("got %v, want ErrNoStack", err)
	}
	if items, _, _ := l.memory.List(context.Background(), ""); len(items) != 0 {
		t.Errorf("%d keys are left, such as %s", len(items), items[0].Key)
	}
}

func TestFailedCreateRollsBack(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	l.w.fail["create C"] = &resource.Error{Code: resource.InvalidRequest, Message: "no", Path: []string{"Uses"}}
	st, err := l.up("s", before)
	var f *Failed
	if !errors.As(err, &f) || f.Status != RollbackComplete || len(f.Steps) != 1 {
		t.Fatalf("got %v", err)
	}
	if got, want := err.Error(), "t.yaml:5:48: Resources.C.Properties.Uses: create Test::A::Thing: no"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := "The following resource(s) failed to create: [C]. Rollback requested by user."; st.Status != RollbackComplete || st.Reason != want {
		t.Errorf("got %s %q", st.Status, st.Reason)
	}
	story := strings.Join(l.story(), "\n")
	if want := `C CREATE_FAILED Resource handler returned message: "no" (RequestToken: 00000005-0000-4000-8000-000000000000, HandlerErrorCode: InvalidRequest)`; !strings.Contains(story, want) {
		t.Errorf("the events lack %s\n%s", want, story)
	}
	if strings.Contains(story, "Gone") {
		t.Errorf("what needs C was started:\n%s", story)
	}
	if len(l.w.things) != 0 {
		t.Errorf("left over: %v", l.portrait())
	}
	// What failed can be tried again under the same name.
	delete(l.w.fail, "create C")
	if st := l.must("s", before); st.Status != CreateComplete {
		t.Errorf("got %s", st.Status)
	}
	l.check()
}

func TestDeleteFailedCreate(t *testing.T) {
	l := newLab(t)
	l.w.fail["create C"] = errors.New("no")
	p, err := l.plan("s", before, Input{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Execute(context.Background(), p, Options{DeleteFailedCreate: true}); err == nil {
		t.Error("got no error")
	}
	if items, _, _ := l.memory.List(context.Background(), ""); len(items) != 0 || len(l.w.things) != 0 {
		t.Errorf("%d keys and %d things are left", len(items), len(l.w.things))
	}
}

// Every call of an update fails once; each time the world is as before.
func TestEveryFailureRollsBack(t *testing.T) {
	for _, call := range []string{"create A", "update B", "create E", "update C", "create D"} {
		for _, code := range []resource.Code{resource.InvalidRequest, resource.InternalFailure, resource.AlreadyExists} {
			t.Run(fmt.Sprint(call, " ", code), func(t *testing.T) {
				l := newLab(t)
				l.must("s", before)
				old := l.portrait()
				p, err := l.plan("s", after, Input{})
				if err != nil {
					t.Fatal(err)
				}
				l.w.fail[call] = &resource.Error{Code: code, Message: "no"}
				n := 0
				l.w.inUse = func(c string) { // it fails once, so that it can be undone
					l.w.mu.Lock()
					defer l.w.mu.Unlock()
					if c == call {
						n++
					}
					if n == 2 {
						delete(l.w.fail, call)
					}
				}
				st, err := l.execute(p)
				var f *Failed
				if !errors.As(err, &f) || st.Status != UpdateRollbackComplete {
					t.Fatalf("got %v, %v", st, err)
				}
				if got := l.portrait(); got != old {
					t.Errorf("after the rollback\n%s\nbefore\n%s", got, old)
				}
				l.check()
				l.w.inUse = nil
				delete(l.w.fail, call)
				l.must("s", after)
				l.check()
			})
		}
	}
}

// A type that does not know how far it came may have made something.
func TestUncertainFailureIsLookedInto(t *testing.T) {
	l := newLab(t)
	l.Attempts = 1
	l.must("s", before)
	old := l.portrait()
	for _, call := range []string{"create A", "create E", "update B"} {
		l.w.late = map[string]error{call: &resource.Error{Code: resource.NetworkFailure, Message: "no answer"}}
		l.w.inUse = func(c string) {
			if c == "delete E" || c == "delete A" || c == "read E" || c == "create D" {
				clear(l.w.late)
			}
		}
		if call == "update B" {
			n := 0
			l.w.inUse = func(c string) {
				if c == call {
					n++
				}
				if n == 2 {
					clear(l.w.late)
				}
			}
		}
		st, err := l.up("s", after)
		if err == nil || st.Status != UpdateRollbackComplete {
			t.Errorf("%s: got %v, %v", call, st.Status, err)
		}
		l.check()
		if got := l.portrait(); got != old {
			t.Errorf("%s: after the rollback\n%s\nbefore\n%s", call, got, old)
		}
	}
}

// The order of deletion follows the template that is deployed, also where a
// new order of unchanged resources is all that is new.
func TestNewOrderIsKept(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	l.must("s", "Resources: {B: {Type: Test::A::Thing, Properties: {Size: 1}}, A: {Type: Test::A::Thing, DependsOn: B}}")
	l.must("s", "Resources: {B: {Type: Test::A::Thing, Properties: {Size: 2}, DependsOn: A}, A: {Type: Test::A::Thing}}")
	l.w.calls = nil
	if err := l.Delete(context.Background(), "s", DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	equal(t, l.w.calls, []string{"delete B", "delete A"})
}

// If another program ends the operation, this one stops where it stands.
func TestOperationIsOurs(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	p, err := l.plan("s", before, Input{})
	if err != nil {
		t.Fatal(err)
	}
	l.w.inUse = func(call string) {
		if call == "create A" {
			l.w.inUse = nil
			other := &Engine{Store: l.memory, Types: l.Types}
			if err := other.Recover(context.Background(), nil); err != nil {
				t.Error(err)
			}
		}
	}
	_, err = l.execute(p)
	if !errors.Is(err, store.ErrConflict) || slices.Contains(l.w.calls, "create B") {
		t.Errorf("got %v after %v", err, l.w.calls)
	}
}

func TestWhatIsWorthRepeatingIsRepeated(t *testing.T) {
	l := newLab(t)
	n := 0
	l.w.fail["create A"] = &resource.Error{Code: resource.Throttling, Message: "slow down"}
	l.w.inUse = func(string) {
		if n++; n == 3 {
			delete(l.w.fail, "create A")
		}
	}
	l.must("s", "Resources: {A: {Type: Test::A::Thing}}")
	if n != 3 {
		t.Errorf("created after %d calls, want 3", n)
	}
}

func TestBrokenTypeIsAFailure(t *testing.T) {
	l := newLab(t)
	first := true
	l.w.inUse = func(string) {
		if first {
			first = false
			panic("out of luck")
		}
	}
	_, err := l.up("s", "Resources: {A: {Type: Test::A::Thing}}")
	if err == nil || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("got %v", err)
	}
	l.check()
}

func TestFailedRollbackCanBeContinued(t *testing.T) {
	l := newLab(t)
	l.must("s", before)
	old := l.portrait()
	p, err := l.plan("s", after, Input{})
	if err != nil {
		t.Fatal(err)
	}
	l.w.fail["create D"] = errors.New("no")
	l.w.fail["delete E"] = errors.New("not yet")
	st, _ := l.execute(p)
	if st.Status != UpdateRollbackFailed {
		t.Fatalf("got %s", st.Status)
	}
	if _, err := l.plan("s", after, Input{}); !errors.Is(err, ErrBusy) {
		t.Errorf("a plan in that state: %v", err)
	}
	if _, err := l.ContinueRollback(context.Background(), "s", nil); err == nil {
		t.Error("continued although E still cannot be deleted")
	}
	delete(l.w.fail, "delete E")
	if st, err = l.ContinueRollback(context.Background(), "s", nil); err != nil || st.Status != UpdateRollbackComplete {
		t.Fatalf("got %v, %v", st, err)
	}
	if got := l.portrait(); got != old {
		t.Errorf("got\n%s\nwant\n%s", got, old)
	}
	l.check()
}

func TestWhatCannotBeCleanedUpIsTriedAgain(t *testing.T) {
	l := newLab(t)
	l.must("s", before)
	l.w.fail["delete GoneToo"] = errors.New("not yet")
	st := l.must("s", after)
	if st.Status != UpdateComplete || !strings.Contains(st.Reason, "[Gone, GoneToo]") {
		t.Errorf("got %s %q", st.Status, st.Reason)
	}
	l.check()
	delete(l.w.fail, "delete GoneToo")
	l.must("s", strings.Replace(after, "Size: 7", "Size: 8", 1))
	if len(l.w.things) != 6 {
		t.Errorf("left over:\n%s", l.portrait())
	}
	l.check()
}

func TestPolicies(t *testing.T) {
	const text = `
Resources:
  Keep: {Type: Test::A::Thing, DeletionPolicy: Retain, Properties: {Size: 1}}
  Old: {Type: Test::A::Thing, UpdateReplacePolicy: Retain, Properties: {Fixed: x}}
  Bye: {Type: Test::A::Thing, DeletionPolicy: RetainExceptOnCreate}
  Last: {Type: Test::A::Thing}
`
	l := newLab(t)
	l.must("s", text)
	st := l.must("s", strings.Replace(strings.Replace(text, "  Keep: {Type: Test::A::Thing, DeletionPolicy: Retain, Properties: {Size: 1}}\n", "", 1), "Fixed: x", "Fixed: y", 1))
	if len(l.w.things) != 5 || len(st.Resources) != 3 {
		t.Errorf("got %d things, %d resources\n%s", len(l.w.things), len(st.Resources), strings.Join(l.story(), "\n"))
	}
	if n := strings.Count(strings.Join(l.story(), "\n"), "DELETE_SKIPPED"); n != 2 {
		t.Errorf("%d were skipped, want Keep and the old Old", n)
	}
	if err := l.Delete(context.Background(), "s", DeleteOptions{Retain: []string{"Last"}}); err != nil {
		t.Fatal(err)
	}
	if got := l.portrait(); got != "Bye Test::A::Thing {}\nKeep Test::A::Thing {Size:1}\nLast Test::A::Thing {}\nOld Test::A::Thing {Fixed:x}" {
		t.Errorf("left:\n%s", got)
	}
	// In the rollback of a create, RetainExceptOnCreate deletes and Retain does not.
	l = newLab(t)
	l.Parallel = 1
	l.w.fail["create Last"] = errors.New("no")
	if _, err := l.up("s", text); err == nil {
		t.Fatal("no error")
	}
	if got := l.portrait(); got != "Keep Test::A::Thing {Size:1}" {
		t.Errorf("left:\n%s", got)
	}
}

func TestPolicyAloneIsAnUpdateWithoutACall(t *testing.T) {
	l := newLab(t)
	l.must("s", before)
	l.must("s", strings.Replace(before, "Same: {", "Same: {DeletionPolicy: Retain, ", 1))
	if len(l.w.calls) != 0 {
		t.Errorf("calls: %v", l.w.calls)
	}
	st, _ := l.Describe(context.Background(), "s")
	if got := st.records["Same"].Current.DeletionPolicy; got != "Retain" {
		t.Errorf("the policy is %q", got)
	}
}

func TestNamedThingCannotBeReplaced(t *testing.T) {
	l := newLab(t)
	const text = "Resources: {A: {Type: Test::A::Thing, Properties: {Name: named-1, Fixed: x}}}"
	l.must("s", text)
	_, err := l.up("s", strings.Replace(text, "Fixed: x", "Fixed: y", 1))
	if err == nil || !strings.Contains(err.Error(), "CloudFormation cannot update a stack when a custom-named resource requires replacing") {
		t.Errorf("got %v", err)
	}
	l.check()
	// Another stack does not take it over, nor delete it.
	if _, err := l.up("t", text); err == nil {
		t.Error("a thing was made twice")
	}
	l.check()
}

func TestParametersAndConditions(t *testing.T) {
	const text = `
Parameters:
  Size: {Type: Number, Default: 1}
  Big: {Type: String, Default: "no"}
  Word: {Type: String, NoEcho: true, Default: sesame}
Conditions: {IsBig: !Equals [!Ref Big, "yes"]}
Resources:
  A: {Type: Test::A::Thing, Properties: {Size: !Ref Size, Hidden: !Sub "${Word}!"}}
  B: {Type: Test::A::Thing, Condition: IsBig, Properties: {Uses: !Ref A}}
Outputs: {W: {Value: !Ref Word}}
`
	l := newLab(t)
	l.must("s", text)
	p, err := l.plan("s", text, Input{Parameters: map[string]string{"Size": "2", "Big": "yes", "Word": "changed"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Changes) != 2 || p.Changes[1].LogicalID != "B" || p.Changes[1].Action != Create {
		t.Fatalf("got %+v", p.Changes)
	}
	for _, x := range p.Changes[0].Properties {
		switch x.Name {
		case "Hidden":
			if x.Before != masked || x.After != masked {
				t.Errorf("a secret is shown: %+v", x)
			}
		case "Size":
			if x.Position.Line != 8 || x.Position.Column != 48 {
				t.Errorf("Size stands at %v", x.Position)
			}
		}
	}
	if o := p.Outputs[0]; o.Before != masked || o.After != masked {
		t.Errorf("a secret is shown: %+v", o)
	}
	l.w.fail["create B"] = errors.New("changed is a bad word")
	if _, err = l.execute(p); err == nil || !strings.HasSuffix(err.Error(), "**** is a bad word") {
		t.Errorf("got %v, want a failure without the secret", err)
	}
	for _, ev := range l.events {
		if strings.Contains(ev.Reason+ev.Message, "changed is") {
			t.Errorf("a secret is shown: %+v", ev)
		}
	}
	delete(l.w.fail, "create B")
	if _, err = l.execute(p); !errors.Is(err, ErrStale) {
		t.Errorf("an old plan: %v", err)
	}
	p, err = l.plan("s", text, Input{Parameters: map[string]string{"Size": "2"}, KeepAll: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = l.execute(p); err != nil {
		t.Fatal(err)
	}
	if p, _ = l.plan("s", text, Input{KeepAll: true}); !p.Empty() {
		t.Errorf("parameters were not kept: %+v", p.Changes)
	}
	if p, _ = l.plan("s", text, Input{}); p.Empty() || p.Changes[0].Properties[0].Reason != ParameterReference || p.Changes[0].Properties[0].Cause != "Size" {
		t.Errorf("got %+v, want the parameter as the reason", p.Changes)
	}
}

func TestTypesAndAttributesAreChecked(t *testing.T) {
	l := newLab(t)
	_, err := l.plan("s", `
Resources:
  A: {Type: Test::A::Thin, Properties: {Size: 1}}
  B: {Type: Test::A::Thing, Properties: {Size: 1}}
  C: {Type: Test::A::Thing, Properties: {Uses: !GetAtt B.Nope}}
`, Input{})
	var es cfn.Errors
	if !errors.As(err, &es) || len(es) != 2 {
		t.Fatalf("got %v", err)
	}
	if got, want := es[0].Error()+"|"+es[0].Help, "t.yaml:3:13: Resources.A.Type: there is no resource type Test::A::Thin|did you mean Test::A::Thing?"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := es[1].Error()+"|"+es[1].Help, "t.yaml:5:56: Resources.C.Properties.Uses.Fn::GetAtt: Test::A::Thing has no attribute Nope|it has Arn, Revision"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err = l.plan("s", "Resources:\n  A: {Type: Test::A::Thing, Properties: {Sise: 1, Size: 1000}}\n", Input{})
	if got, want := fmt.Sprint(err), "t.yaml:2:48: Resources.A.Properties.Sise: there is no such property\nt.yaml:2:57: Resources.A.Properties.Size: 1000 is outside 0–999"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestVolatileAttributesAreUnknown(t *testing.T) {
	l := newLab(t)
	const text = "Resources:\n  A: {Type: Test::A::Thing, Properties: {Size: 1}}\n  B: {Type: Test::A::Thing, Properties: {Fixed: !GetAtt A.Revision, Uses: !GetAtt A.Arn}}\n"
	l.must("s", text)
	p, err := l.plan("s", strings.Replace(text, "Size: 1", "Size: 2", 1), Input{})
	if err != nil {
		t.Fatal(err)
	}
	if b := p.Changes[1]; b.Replacement != Maybe || len(b.Properties) != 1 || b.Properties[0].Cause != "A.Revision" {
		t.Errorf("got %+v", b)
	}
	if _, err := l.execute(p); err != nil {
		t.Fatal(err)
	}
	l.check()
}

func TestTypesMayAskForOrder(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	l.must("s", "Resources:\n  A: {Type: Test::A::Late}\n  B: {Type: Test::A::Thing}\n  C: {Type: Test::A::Thing, DependsOn: A}\n")
	equal(t, l.w.calls, []string{"create B", "create A", "create C"})
}

func TestOneOperationAtATime(t *testing.T) {
	l := newLab(t)
	p, err := l.plan("s", before, Input{})
	if err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan bool), make(chan bool)
	l.w.inUse = func(call string) {
		if call == "create A" {
			entered <- true
			<-leave
		}
	}
	done := make(chan error)
	go func() {
		_, err := l.Execute(context.Background(), p, Options{})
		done <- err
	}()
	<-entered
	if _, err := l.Execute(context.Background(), p, Options{}); !errors.Is(err, ErrBusy) {
		t.Errorf("Execute meanwhile: %v", err)
	}
	if err := l.Delete(context.Background(), "s", DeleteOptions{}); !errors.Is(err, ErrBusy) {
		t.Errorf("Delete meanwhile: %v", err)
	}
	if _, err := l.plan("s", before, Input{}); !errors.Is(err, ErrBusy) || !strings.HasSuffix(err.Error(), "is in CREATE_IN_PROGRESS state and can not be updated.") {
		t.Errorf("Plan meanwhile: %v", err)
	}
	if err := l.Recover(context.Background(), nil); err != nil {
		t.Errorf("Recover meanwhile: %v", err)
	}
	leave <- true
	if err := <-done; err != nil {
		t.Error(err)
	}
	l.check()
}

func TestCancelRollsBack(t *testing.T) {
	l := newLab(t)
	l.Parallel = 1
	p, err := l.plan("s", before, Input{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.w.inUse = func(call string) {
		if call == "create B" {
			cancel()
		}
	}
	st, err := l.Execute(ctx, p, Options{})
	if !errors.Is(err, context.Canceled) || st.Status != RollbackComplete || len(l.w.things) != 0 {
		t.Errorf("got %v, %v\n%s", st, err, l.portrait())
	}
}

func TestTags(t *testing.T) {
	l := newLab(t)
	l.must("s", before)
	p, err := l.plan("s", before, Input{Tags: map[string]string{"team": "blue"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Changes) != 6 || p.Changes[0].Scope[0] != "Tags" {
		t.Fatalf("got %+v", p.Changes)
	}
	if st, err := l.execute(p); err != nil || st.Tags["team"] != "blue" || len(l.w.calls) != 6 {
		t.Errorf("got %v, %v, %v", st, err, l.w.calls)
	}
	if _, err := l.plan("s", before, Input{Tags: map[string]string{"aws:x": "y"}}); err == nil {
		t.Error("a reserved tag is accepted")
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{"a": true, "a-1": true, "": false, "1a": false, "a_b": false, "-": false, strings.Repeat("a", 129): false, "ä": false} {
		if err := CheckName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestDrift(t *testing.T) {
	l := newLab(t)
	st := l.must("s", before)
	for _, r := range st.Resources {
		switch r.LogicalID {
		case "Same":
			l.w.things[r.PhysicalID].props["Size"] = 8
		case "GoneToo":
			delete(l.w.things, r.PhysicalID)
		case "A":
			l.w.things[r.PhysicalID].props["Size"] = "1"
			l.w.things[r.PhysicalID].props["Other"] = "not ours"
		}
	}
	ds, err := l.Drift(context.Background(), "s")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range ds {
		line := d.LogicalID + " " + string(d.Status)
		for _, p := range d.Properties {
			line += fmt.Sprintf(" %s:%v→%v", p.Property, p.Before, p.After)
		}
		got = append(got, line)
	}
	equal(t, got, []string{"A IN_SYNC", "B IN_SYNC", "C IN_SYNC", "Gone IN_SYNC", "GoneToo DELETED", "Same MODIFIED Size:7→8"})
}

func TestAdviceIsAWarning(t *testing.T) {
	l := newLab(t)
	p, err := l.plan("s", "Resources:\n  A: {Type: Test::A::Late, Properties: {Size: 1}}\n", Input{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Warnings) != 1 || p.Warnings[0].Error() != "t.yaml:2:47: Resources.A.Properties.Size: is late for nothing" {
		t.Errorf("got %v", p.Warnings)
	}
}

// What the plan did not announce is not done.
func TestPlanIsKept(t *testing.T) {
	l := newLab(t)
	const text = "Resources: {A: {Type: Test::A::Thing, Properties: {Size: 1}}, B: {Type: Test::A::Thing, Properties: {Fixed: !GetAtt A.Arn}}}"
	st := l.must("s", text)
	for _, r := range st.Resources {
		if r.LogicalID == "A" {
			l.w.things[r.PhysicalID].token = "other" // its Arn is another after the update, which its type does not admit
		}
	}
	st, err := l.up("s", strings.Replace(text, "Size: 1", "Size: 2", 1))
	if err == nil || !strings.HasSuffix(err.Error(), "the plan announced no change, but Fixed is different now") || st.Status != UpdateRollbackComplete {
		t.Errorf("got %v, %v", st, err)
	}
	equal(t, l.w.calls, []string{"update A", "update A"})
	l.check()
}

// Instances that use each other, as an unlucky rollback may leave them, can be
// deleted where the world allows it.
func TestCircleOfInstancesCanBeDeleted(t *testing.T) {
	ctx := context.Background()
	l := newLab(t)
	l.Parallel = 1
	l.must("s", "Resources: {A: {Type: Test::A::Thing}, B: {Type: Test::A::Thing, Properties: {Uses: !Ref A}}, C: {Type: Test::A::Thing, Properties: {Uses: !Ref A}}}")
	st, _ := l.Describe(ctx, "s")
	a := st.records["A"]
	a.Current.Uses = []string{st.records["B"].Current.Token}
	value, err := encode(a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.memory.Commit(ctx, store.Txn{Do: []store.Write{store.Put(recordKey("s", "A"), value)}}); err != nil {
		t.Fatal(err)
	}
	l.w.fail["delete C"] = errors.New("not yet")
	if err := l.Delete(ctx, "s", DeleteOptions{}); err == nil {
		t.Error("deleted what cannot be")
	}
	if got := l.portrait(); got != "A Test::A::Thing {}\nC Test::A::Thing {Uses:<A>}" && got != "A Test::A::Thing {}\nB Test::A::Thing {Uses:<A>}\nC Test::A::Thing {Uses:<A>}" {
		t.Errorf("left:\n%s", got)
	}
	l.check()
	delete(l.w.fail, "delete C")
	if err := l.Delete(ctx, "s", DeleteOptions{}); err != nil || len(l.w.things) != 0 {
		t.Errorf("got %v, left:\n%s", err, l.portrait())
	}
}

func TestTemplateIsKept(t *testing.T) {
	l := newLab(t)
	l.must("s", before)
	if got, err := l.Template(context.Background(), "s"); err != nil || string(got) != before {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := l.Template(context.Background(), "t"); !errors.Is(err, ErrNoStack) {
		t.Errorf("got %v, want ErrNoStack", err)
	}
	for i := range 3 {
		l.must(fmt.Sprintf("other-%d", i), "Resources: {A: {Type: Test::A::Thing}}")
	}
	all, err := l.List(context.Background())
	if err != nil || len(all) != 4 || all[0].Name != "other-0" || all[3].Name != "s" {
		t.Errorf("got %v, %v", all, err)
	}
}
