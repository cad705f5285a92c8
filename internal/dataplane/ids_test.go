package dataplane

import (
	"regexp"
	"testing"
)

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := newIDs()
		for what, c := range map[string]struct{ text, form string }{
			"request":  {id.request, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
			"extended": {id.extended, `^[A-Za-z0-9_-]{15}=$`},
			"trace":    {id.trace, `^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$`},
		} {
			if !regexp.MustCompile(c.form).MatchString(c.text) {
				t.Fatalf("%s id %q", what, c.text)
			}
		}
		if seen[id.request] || seen[id.extended] {
			t.Fatalf("twice: %+v", id)
		}
		seen[id.request], seen[id.extended] = true, true
	}
}

func TestTraceHeaderKeepsWhatTheClientSent(t *testing.T) {
	const made = "Root=1-1-1;Parent=aa;Sampled=0"
	for client, want := range map[string]string{
		"":                                "Root=1-1-1;Parent=aa;Sampled=0",
		"Root=1-2-2":                      "Root=1-2-2;Parent=aa;Sampled=0",
		"Root=1-2-2;Parent=bb;Sampled=1":  "Root=1-2-2;Parent=bb;Sampled=1",
		"Parent=bb;Sampled=1":             "Root=1-1-1;Parent=bb;Sampled=1",
		"Root=1-2-2;Parent=bb;Sampled=?;": "Root=1-2-2;Parent=bb;Sampled=?;",
	} {
		if got := traceHeader(client, made); got != want {
			t.Errorf("%q: got %q, want %q", client, got, want)
		}
	}
}
