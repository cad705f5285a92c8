package cli

import (
	"testing"
	"time"

	"postern/internal/adapter/stackapi"
)

func TestProgressHasALineForEachResource(t *testing.T) {
	c, out, errs := captured()
	p := c.newProgress("pets.yaml")
	p.now = func() time.Time { return time.Date(2026, 11, 23, 12, 30, 45, 678e6, time.UTC) }
	for _, l := range []*stackapi.Line{
		{Plan: &stackapi.Plan{Action: "update", Resources: 3, Changes: []stackapi.Change{
			{Action: "create", LogicalID: "New", Type: "T::A"},
			{Action: "replace", LogicalID: "Stage", Type: "T::Stage"},
			{Action: "update", LogicalID: "Hello", Type: "T::A", Properties: []stackapi.PropertyChange{{Name: "Uri"}, {Name: "Type"}}},
			{Action: "delete", LogicalID: "Old", Type: "T::A"},
		}}},
		{Event: &stackapi.Event{LogicalID: "pets", Type: "AWS::CloudFormation::Stack", Status: "UPDATE_IN_PROGRESS", Reason: "User Initiated"}},
		{Event: &stackapi.Event{LogicalID: "New", Type: "T::A", Status: "CREATE_IN_PROGRESS"}},
		{Event: &stackapi.Event{LogicalID: "New", Type: "T::A", Status: "CREATE_COMPLETE", Millis: 1.25, Note: "MOCK"}},
		{Event: &stackapi.Event{LogicalID: "Stage", Type: "T::Stage", Status: "UPDATE_COMPLETE", Millis: 1500}},
		{Event: &stackapi.Event{LogicalID: "Hello", Type: "T::A", Status: "UPDATE_COMPLETE", Millis: 12}},
		{Event: &stackapi.Event{LogicalID: "Old", Type: "T::A", Status: "DELETE_SKIPPED"}},
		{Event: &stackapi.Event{LogicalID: "Old", Type: "T::A", Status: "DELETE_FAILED", Reason: "it is in use"}},
		{Event: &stackapi.Event{LogicalID: "pets", Type: "AWS::CloudFormation::Stack", Status: "UPDATE_ROLLBACK_IN_PROGRESS", Reason: "X failed. Rollback requested by user."}},
	} {
		p.line(l)
	}
	p.close()
	want := `12:30:45.678  pets.yaml  3 resources  plan: +1 ~1 !1 -1
12:30:45.678  + New    T::A     created 1.2 ms MOCK
12:30:45.678  ! Stage  T::Stage replaced 1.5 s
12:30:45.678  ~ Hello  T::A     updated 12 ms (Uri, Type)
12:30:45.678    Old    T::A     kept, as its policy says
12:30:45.678  ✗ Old    T::A     delete failed
12:30:45.678      it is in use
12:30:45.678  ! rolling back: X failed.
`
	if errs.String() != want || out.Len() > 0 {
		t.Errorf("got\n%s\nwant\n%s", errs, want)
	}
}

// On a terminal what takes long is shown while it goes on, and taken away.
func TestProgressShowsWhatTakesLong(t *testing.T) {
	c, _, errs := captured()
	p := c.newProgress("pets.yaml")
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	p.now = func() time.Time { return start.Add(2500 * time.Millisecond) }
	p.line(&stackapi.Line{Event: &stackapi.Event{LogicalID: "Slow", Status: "CREATE_IN_PROGRESS", Time: start}})
	p.line(&stackapi.Line{Event: &stackapi.Event{LogicalID: "Fresh", Status: "CREATE_IN_PROGRESS", Time: start.Add(2400 * time.Millisecond)}})
	p.draw()
	p.erase()
	p.close()
	if want := "  … Slow create in progress, 2.5 s, and 1 more\r\x1b[K"; errs.String() != want {
		t.Errorf("got %q, want %q", errs, want)
	}
}
