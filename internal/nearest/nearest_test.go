package nearest

import (
	"strings"
	"testing"
)

func TestWord(t *testing.T) {
	verbs := []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"}
	for _, tt := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"OPTION", verbs, "OPTIONS"},
		{"get", verbs, "GET"},
		{"DELTEE", verbs, "DELETE"},
		{"HTTPS", []string{"HTTP", "MOCK", "HTTP_PROXY"}, "HTTP"},
		{"TimeoutMiliseconds", []string{"TimeoutMilliseconds", "Type"}, "TimeoutMilliseconds"},
		{"XYZ", verbs, ""},
		{"", verbs, ""},
		{"ab", []string{"ac", "aa"}, "aa"},
		{strings.Repeat("x", 300), verbs, ""},
		{"GET", nil, ""},
	} {
		if got := Word(tt.word, tt.candidates); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.word, got, tt.want)
		}
	}
	if got := Question("GTE", verbs); got != "did you mean GET?" {
		t.Errorf("got %q", got)
	}
}
