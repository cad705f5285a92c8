package lambda

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"postern/internal/function"
)

func TestAJournalRemembersTheLastLines(t *testing.T) {
	j := &Journal{}
	for i := range journalSize + 5 {
		j.Add(Line{Function: []string{"even", "odd"}[i%2], Line: function.Line{Text: strconv.Itoa(i)}})
	}
	var all, even []string
	for l := range j.Lines(t.Context(), "", -1, false) {
		all = append(all, l.Text)
	}
	for l := range j.Lines(t.Context(), "even", -1, false) {
		even = append(even, l.Text)
	}
	var last []string
	for l := range j.Lines(t.Context(), "odd", 2, false) {
		last = append(last, l.Text)
	}
	for l := range j.Lines(t.Context(), "odd", 0, false) {
		t.Errorf("got %s, want nothing", l.Text)
	}
	if want := []string{strconv.Itoa(journalSize + 1), strconv.Itoa(journalSize + 3)}; !slices.Equal(last, want) {
		t.Errorf("the last two odd lines are %v, want %v", last, want)
	}
	if len(all) != journalSize || all[0] != "5" || all[len(all)-1] != strconv.Itoa(journalSize+4) {
		t.Errorf("%d lines, from %s to %s", len(all), all[0], all[len(all)-1])
	}
	if len(even) != journalSize/2 || even[0] != "6" {
		t.Errorf("%d even lines from %s on", len(even), even[0])
	}
}

func TestAJournalIsFollowed(t *testing.T) {
	j := &Journal{}
	j.Add(Line{Line: function.Line{Text: "0"}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for l := range j.Lines(ctx, "", -1, true) {
		if l.Text != strconv.Itoa(n) {
			t.Fatalf("got %s, want %d", l.Text, n)
		}
		if n++; n == 100 {
			cancel()
			continue
		}
		j.Add(Line{Line: function.Line{Text: strconv.Itoa(n)}})
	}
	if n != 100 {
		t.Errorf("%d lines", n)
	}
}
