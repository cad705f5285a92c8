package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestHistoryForgetsTheOldestFirst(t *testing.T) {
	h := NewHistory(10, 3*(2*eventOverhead+100))
	for rev := Revision(11); rev <= 20; rev++ {
		h.Append([]Event{{Key: fmt.Sprintf("k/%d", rev), Value: []byte(strings.Repeat("v", 96)), Revision: rev}})
	}
	if got := h.Last(); got != 20 {
		t.Errorf("got last revision %d, want 20", got)
	}
	for after, want := range map[Revision]string{9: "compacted", 10: "compacted", 16: "compacted", 17: "k/18 k/19 k/20", 19: "k/20"} {
		var got []string
		for b, err := range h.Watch(t.Context(), "", after) {
			if errors.Is(err, ErrCompacted) {
				got = append(got, "compacted")
			}
			for _, e := range b.Events {
				got = append(got, e.Key)
			}
			break
		}
		if strings.Join(got, " ") != want {
			t.Errorf("watch after %d: got %q, want %q", after, got, want)
		}
	}
}

func TestHistoryKeepsOneCommitOfAnySize(t *testing.T) {
	h := NewHistory(0, 1)
	h.Append([]Event{{Key: "a", Value: make([]byte, 1000), Revision: 1}})
	for b, err := range h.Watch(t.Context(), "", 0) {
		if err != nil || len(b.Events) != 1 {
			t.Errorf("got %+v, %v, want one event", b, err)
		}
		break
	}
}

func TestWhatIsForgottenCountsAsChanged(t *testing.T) {
	h := NewHistory(5, 1)
	for rev := Revision(6); rev <= 8; rev++ {
		h.Append([]Event{{Key: "a", Revision: rev}})
	}
	for _, tt := range []struct {
		prefix      string
		since, want Revision
	}{
		{"a", 8, 0},
		{"a", 7, 8},
		{"b", 7, 0},
		{"b", 6, 7},
		{"b", 0, 7},
		{"a", 0, 8},
	} {
		if got := h.Changed(tt.prefix, tt.since); got != tt.want {
			t.Errorf("Changed(%q, %d): got %d, want %d", tt.prefix, tt.since, got, tt.want)
		}
	}
}

func TestASlowWatcherIsToldThatItMissedCommits(t *testing.T) {
	h := NewHistory(0, 1)
	h.Append([]Event{{Key: "a", Revision: 1}})
	var got []string
	for b, err := range h.Watch(t.Context(), "", 0) {
		got = append(got, fmt.Sprint(b.Revision, err))
		for rev := Revision(2); rev <= 4 && err == nil; rev++ {
			h.Append([]Event{{Key: "a", Revision: rev}})
		}
	}
	if want := fmt.Sprint(Revision(1), error(nil)) + "|" + fmt.Sprint(Revision(0), ErrCompacted); strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
