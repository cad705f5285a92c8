package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postern/internal/provision/resource"
)

const (
	producer = `
Resources: {A: {Type: Test::A::Thing, Properties: {Size: 1, Fixed: x}}}
Outputs: {O: {Value: !Ref A, Export: {Name: !Sub "${AWS::StackName}:a/b"}}}
`
	consumer = `
Resources: {B: {Type: Test::A::Thing, Properties: {Uses: !ImportValue "p:a/b"}}}
`
)

func TestExportsAreHeldByTheirImporters(t *testing.T) {
	ctx := context.Background()
	l := newLab(t)
	if _, err := l.plan("c", consumer, Input{}); err == nil || !strings.Contains(err.Error(), `no stack exports "p:a/b"`) {
		t.Errorf("import of nothing: %v", err)
	}
	l.must("p", producer)
	l.must("c", consumer)
	l.check()
	if got, _ := l.Imports(ctx, "p:a/b"); !slices.Equal(got, []string{"c"}) {
		t.Errorf("importers are %v", got)
	}
	for name, err := range map[string]error{
		"delete": l.Delete(ctx, "p", DeleteOptions{}),
		"without": func() error {
			_, err := l.plan("p", "Resources: {A: {Type: Test::A::Thing}}", Input{})
			return err
		}(),
	} {
		if err == nil || err.Error() != "Export p:a/b cannot be deleted as it is in use by c" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// A replacement would change the value: nobody knows before it is done.
	old := l.portrait()
	st, err := l.up("p", strings.Replace(producer, "Fixed: x", "Fixed: y", 1))
	if err == nil || !strings.Contains(err.Error(), "Export p:a/b cannot be updated as it is in use by c") || st.Status != UpdateRollbackComplete {
		t.Errorf("got %v, %v", st, err)
	}
	if got := l.portrait(); got != old {
		t.Errorf("after the rollback\n%s\nbefore\n%s", got, old)
	}
	// A second exporter of the name is refused.
	if _, err := l.plan("q", strings.Replace(producer, `!Sub "${AWS::StackName}:a/b"`, `"p:a/b"`, 1), Input{}); err == nil || !strings.Contains(err.Error(), "Export with name p:a/b is already exported by stack p") {
		t.Errorf("second export: %v", err)
	}
	// When the importer is gone, so is the hold.
	if err := l.Delete(ctx, "c", DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := l.Delete(ctx, "p", DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if items, _, _ := l.memory.List(ctx, ""); len(items) != 0 {
		t.Errorf("left: %d keys, such as %s", len(items), items[0].Key)
	}
}

func TestFailedImporterHoldsNothing(t *testing.T) {
	l := newLab(t)
	l.must("p", producer)
	l.w.fail["create B"] = errors.New("no")
	if _, err := l.up("c", consumer); err == nil {
		t.Fatal("no error")
	}
	if got, _ := l.Imports(context.Background(), "p:a/b"); len(got) != 0 {
		t.Errorf("importers are %v", got)
	}
	if err := l.Delete(context.Background(), "p", DeleteOptions{}); err != nil {
		t.Error(err)
	}
}

func TestExportThatGoesWhileAPlanWaits(t *testing.T) {
	l := newLab(t)
	l.must("p", producer)
	p, err := l.plan("c", consumer, Input{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Delete(context.Background(), "p", DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.execute(p); !errors.Is(err, ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
}

// A finisher writes down what it is told.
type finisher struct {
	calls []string
	fail  error
}

func (f *finisher) Finish(_ context.Context, s resource.Stack, all []resource.Resource) (resource.Finished, error) {
	call := "finish " + s.Name
	for _, r := range all {
		call += " " + r.LogicalID + "=" + r.PhysicalID
	}
	f.calls = append(f.calls, call)
	return resource.Finished{Notes: []string{"live"}, Outputs: map[string]string{"url": "http://x"}}, f.fail
}

func (f *finisher) Release(_ context.Context, s resource.Stack, all []resource.Resource) error {
	f.calls = append(f.calls, fmt.Sprintf("release %s %d", s.Name, len(all)))
	return f.fail
}

func TestFinisher(t *testing.T) {
	l := newLab(t)
	f := &finisher{}
	l.Finisher, l.Parallel = f, 1
	told := func(want ...string) {
		t.Helper()
		equal(t, f.calls, want)
		f.calls = nil
	}
	const text = "Resources: {A: {Type: Test::A::Thing, Properties: {Size: 1}}, B: {Type: Test::A::Thing}}"
	st := l.must("s", text)
	told("finish s A=p-A-1 B=p-B-2")
	if st.Notes[0] != "live" || st.Extra["url"] != "http://x" {
		t.Errorf("got %v, %v", st.Notes, st.Extra)
	}
	l.must("s", strings.Replace(text, ", B: {Type: Test::A::Thing}", "", 1))
	told("finish s A=p-A-1", "finish s A=p-A-1") // before B is deleted, and after
	f.fail = errors.New("no port")
	st, err := l.up("s", strings.Replace(text, "Size: 1", "Size: 2", 1))
	if err == nil || !strings.Contains(err.Error(), "no port") || st.Status != UpdateRollbackComplete {
		t.Errorf("got %v, %v", st, err)
	}
	f.calls = nil
	if err := l.Delete(context.Background(), "s", DeleteOptions{}); err == nil {
		t.Error("deleted although Release failed")
	}
	f.fail = nil
	f.calls = nil
	if err := l.Delete(context.Background(), "s", DeleteOptions{}); err != nil {
		t.Error(err)
	}
	told("release s 1")
	l.check()
	f.fail = errors.New("no port")
	if st, err := l.up("s", text); err == nil || st.Status != RollbackComplete {
		t.Errorf("got %v, %v", st, err)
	}
	l.check()
}
