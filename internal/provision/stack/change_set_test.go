package stack

import (
	"errors"
	"testing"

	"postern/internal/lang/cfn"
)

// A change set is carried out as it was shown, or not at all.
func TestChangeSetsAreForTheStackTheyWereMadeFor(t *testing.T) {
	l := newLab(t)
	template := func(text string) *cfn.Template {
		t.Helper()
		tpl, err := cfn.Parse("s.yaml", []byte(text), cfn.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return tpl
	}
	make := func(name, text string) *ChangeSet {
		t.Helper()
		c, err := l.CreateChangeSet(t.Context(), ChangeSet{Name: name, Stack: "s", Create: name == "new" || name == "other"}, template(text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	plan := func(name string) *Plan {
		t.Helper()
		_, p, err := l.ChangeSet(t.Context(), "s", name)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	made, other := make("new", before), make("other", after)
	if made.StackID != other.StackID {
		t.Errorf("two change sets of one stack to be: %s and %s", made.StackID, other.StackID)
	}
	if _, err := l.CreateChangeSet(t.Context(), ChangeSet{Name: "new", Stack: "s", Create: true}, template(after)); err == nil {
		t.Error("a name can be given twice")
	}
	if _, err := l.Describe(t.Context(), "s"); !errors.Is(err, ErrNoStack) {
		t.Errorf("planning made the stack: %v", err)
	}
	l.restart() // what was shown survives it
	st, err := l.execute(plan("new"))
	if err != nil || st.ID != made.StackID {
		t.Fatalf("got stack %v, %v; want %s", st, err, made.StackID)
	}
	if _, _, err := l.ChangeSet(t.Context(), "s", "other"); !errors.Is(err, ErrNoChangeSet) {
		t.Errorf("the other change set: %v", err)
	}
	if c := make("same", before); c.Reason == "" || plan("same") != nil {
		t.Errorf("a change set without changes can be carried out: %+v", c)
	}
	make("update", after)
	p := plan("update")
	if p == nil || p.Empty() {
		t.Fatal("an update has no plan")
	}
	// The stack changes in between by another way.
	if err := l.Protect(t.Context(), "s", true); err != nil {
		t.Fatal(err)
	}
	if plan("update") != nil {
		t.Error("a change set for a stack that has changed can be carried out")
	}
	if _, err := l.execute(p); !errors.Is(err, ErrStale) {
		t.Errorf("its plan is carried out: %v", err)
	}
	if err := l.Delete(t.Context(), "s", DeleteOptions{}); !errors.Is(err, ErrProtected) {
		t.Errorf("a protected stack is deleted: %v", err)
	}
	if err := l.Protect(t.Context(), "s", false); err != nil {
		t.Fatal(err)
	}
	if err := l.Delete(t.Context(), "s", DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if sets, err := l.ChangeSets(t.Context(), ""); err != nil || len(sets) != 0 {
		t.Errorf("a stack that is gone has change sets: %v, %v", sets, err)
	}
}
