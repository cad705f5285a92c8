package stack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"postern/internal/provision/resource"

	"pgregory.net/rapid"
)

// The program dies at every commit and every call of a create, an update, a
// failing update and a delete, before it takes effect and after. Recovered, the
// stack is what it was or what it should become, and nothing is left over.
func TestCrashAnywhere(t *testing.T) {
	oldPicture, newPicture := picture(t, before), picture(t, after)
	for _, tt := range []struct {
		name    string
		prepare string // template of the stack before; empty: none
		fail    string // a call that fails
		act     func(l *lab) error
		want    []string // pictures that are right
	}{
		{"create", "", "", up(before), []string{"", oldPicture}},
		{"failing create", "", "create Gone", up(before), []string{""}},
		{"update", before, "", up(after), []string{oldPicture, newPicture}},
		{"failing update", before, "create D", up(after), []string{oldPicture}},
		{"backwards", after, "", up(before), []string{oldPicture, newPicture}},
		{"delete", after, "", func(l *lab) error { return l.Delete(context.Background(), "s", DeleteOptions{}) }, []string{newPicture, ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			steps := 0
			for ; ; steps++ {
				died := false
				for _, after := range []bool{false, true} {
					l := newLab(t)
					l.Parallel = 1
					if tt.prepare != "" {
						l.must("s", tt.prepare)
					}
					if tt.fail != "" {
						l.w.fail[tt.fail] = errors.New("no")
					}
					c := &crash{left: steps, after: after}
					l.arm(c)
					l.Parallel = 1
					_ = tt.act(l)
					died = c.dead
					l.restart()
					if err := l.Recover(context.Background(), nil); err != nil {
						t.Fatalf("step %d, after %v: recover: %v", steps, after, err)
					}
					l.check()
					got, ok := l.portrait(), false
					for _, want := range tt.want {
						ok = ok || got == want
					}
					if !ok || t.Failed() {
						t.Fatalf("step %d, after %v: the world is neither old nor new:\n%s", steps, after, got)
					}
					// And the stack can go on.
					delete(l.w.fail, tt.fail)
					l.must("s", before)
					if got := l.portrait(); got != oldPicture {
						t.Fatalf("step %d, after %v: an update after the crash gives\n%s", steps, after, got)
					}
				}
				if !died {
					break
				}
			}
			if steps < 10 {
				t.Errorf("only %d steps", steps)
			}
		})
	}
}

// picture is the world after a create.
func picture(t *testing.T, text string) string {
	l := newLab(t)
	l.must("s", text)
	return l.portrait()
}

func up(text string) func(*lab) error {
	return func(l *lab) error {
		p, err := l.plan("s", text, Input{})
		if err != nil {
			return err
		}
		_, err = l.execute(p)
		return err
	}
}

func TestCrashWhileRecovering(t *testing.T) {
	old := picture(t, before)
	for first := 12; first < 40; first += 5 {
		for second := 0; ; second++ {
			l := newLab(t)
			l.must("s", before)
			l.arm(&crash{left: first, after: true})
			l.Parallel = 1
			_ = up(after)(l)
			c := &crash{left: second, after: second%2 == 0}
			l.arm(c)
			_ = l.Recover(context.Background(), nil)
			l.restart()
			if err := l.Recover(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			l.check()
			if got := l.portrait(); got != old && got != picture(t, after) {
				t.Fatalf("crashes at %d and %d:\n%s", first, second, got)
			}
			if !c.dead {
				break
			}
		}
	}
}

func TestRecoverySaysSo(t *testing.T) {
	l := newLab(t)
	l.must("s", before)
	l.arm(&crash{left: 5})
	_ = up(after)(l)
	l.restart()
	var events []Event
	if err := l.Recover(context.Background(), func(ev Event) { events = append(events, ev) }); err != nil {
		t.Fatal(err)
	}
	if len(events) == 0 || events[0].Status != UpdateRollbackInProgress || events[0].Reason != "The operation was interrupted. " {
		t.Errorf("got %+v", events)
	}
	if last := events[len(events)-1]; last.Status != UpdateRollbackComplete {
		t.Errorf("ends with %s", last.Status)
	}
}

// template draws a template of up to six resources that refer to earlier ones.
func template(t *rapid.T) string {
	ids := rapid.Permutation([]string{"A", "B", "C", "D", "E", "F"}).Draw(t, "order")
	var b strings.Builder
	b.WriteString("Resources:\n  Z: {Type: Test::A::Thing}\n")
	var there []string
	for _, id := range ids {
		if !rapid.Bool().Draw(t, "has "+id) {
			continue
		}
		fmt.Fprintf(&b, "  %s: {Type: Test::A::%s, Properties: {Size: %d", id,
			rapid.SampledFrom([]string{"Thing", "Thing", "Other", "Late"}).Draw(t, "type"), rapid.IntRange(1, 3).Draw(t, "size"))
		fmt.Fprintf(&b, ", Fixed: %s", rapid.SampledFrom([]string{"x", "x", "y"}).Draw(t, "fixed"))
		var uses []string
		for _, other := range there {
			switch rapid.IntRange(0, 3).Draw(t, "use") {
			case 0:
				uses = append(uses, "!Ref "+other)
			case 1:
				uses = append(uses, fmt.Sprintf("!GetAtt %s.Revision", other))
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "named") == 0 {
			fmt.Fprintf(&b, ", Name: named-%s", rapid.SampledFrom([]string{id, id, "A"}).Draw(t, "name"))
		}
		fmt.Fprintf(&b, ", Uses: [%s]}", strings.Join(uses, ", "))
		if len(there) > 0 && rapid.IntRange(0, 3).Draw(t, "depends") == 0 {
			fmt.Fprintf(&b, ", DependsOn: %s", rapid.SampledFrom(there).Draw(t, "on"))
		}
		b.WriteString("}\n")
		there = append(there, id)
	}
	return b.String()
}

// After any sequence of updates, failures and crashes the world is what the
// state says, and after a delete it is empty.
func TestWorldEqualsState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newLab(rt)
		ctx := context.Background()
		for range rapid.IntRange(1, 6).Draw(rt, "operations") {
			clear(l.w.fail)
			for _, verb := range []string{"create", "update", "delete", "read"} {
				if id := rapid.SampledFrom([]string{"", "", "", "A", "B", "C", "D"}).Draw(rt, verb); id != "" {
					code := rapid.SampledFrom([]resource.Code{resource.InvalidRequest, resource.InternalFailure, resource.Throttling}).Draw(rt, "code")
					l.w.fail[verb+" "+id] = &resource.Error{Code: code, Message: "drawn"}
				}
			}
			c := &crash{left: -1}
			if rapid.Bool().Draw(rt, "crash") {
				c = &crash{left: rapid.IntRange(0, 40).Draw(rt, "at"), after: rapid.Bool().Draw(rt, "after")}
			}
			l.arm(c)
			l.Parallel = rapid.IntRange(1, 3).Draw(rt, "parallel")
			if rapid.IntRange(0, 4).Draw(rt, "delete") == 0 {
				_ = l.Delete(ctx, "s", DeleteOptions{})
			} else {
				_ = up(template(rt))(l)
			}
			l.restart()
			if err := l.Recover(ctx, nil); err != nil {
				var f *Failed
				if !errors.As(err, &f) { // a delete that could not be finished
					rt.Fatalf("recover: %v", err)
				}
			}
			l.check()
			clear(l.w.fail)
			st, err := l.Describe(ctx, "s")
			if err == nil && (st.Status == UpdateRollbackFailed || st.Status == RollbackFailed) {
				if _, err := l.ContinueRollback(ctx, "s", nil); err != nil {
					rt.Fatalf("continue: %v", err)
				}
				l.check()
			}
			if rt.Failed() {
				return
			}
		}
		if err := l.Delete(ctx, "s", DeleteOptions{}); err != nil && !errors.Is(err, ErrNoStack) {
			rt.Fatalf("delete: %v", err)
		}
		if len(l.w.things) != 0 {
			rt.Fatalf("left over:\n%s", l.portrait())
		}
	})
}
