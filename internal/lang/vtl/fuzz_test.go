package vtl_test

import (
	"errors"
	"strings"
	"testing"

	"postern/internal/lang/vtl"
)

func addSeeds(f *testing.F) {
	for _, c := range readCases(f) {
		if len(c.Template) < 400 {
			f.Add(c.Template)
		}
	}
}

// small are limits under which any template ends soon.
var small = vtl.Limits{Output: 1 << 16, Steps: 20_000, Depth: 20, Rounds: 50, Text: 1 << 14, Memory: 1 << 20, Elements: 1000}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, err := vtl.Parse("fuzz", text)
		if err != nil {
			wantPlace(t, text, err)
			return
		}
		once := tmpl.String()
		again, err := vtl.Parse("fuzz", once)
		if err != nil {
			t.Fatalf("%q\nprints %q,\nwhich is refused: %v", text, once, err)
		}
		if twice := again.String(); twice != once {
			t.Errorf("%q\nprints %q,\nand then %q", text, once, twice)
		}
	})
}

func FuzzExecute(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, err := vtl.Parse("fuzz", text)
		if err != nil {
			return
		}
		env := &vtl.Env{Limits: small}
		env.Scope = fuzzVariables(t)
		first, err := tmpl.AppendTo(nil, env)
		if err != nil {
			wantPlace(t, text, err)
			return
		}
		if len(first) > small.Output+small.Text+len(text) {
			t.Errorf("%q gives %d bytes", text, len(first))
		}
		env.Scope = fuzzVariables(t)
		second, err := tmpl.AppendTo(nil, env)
		if err != nil || string(first) != string(second) {
			t.Errorf("%q\ngives %q, the second time %q, %v", text, first, second, err)
		}
	})
}

func fuzzVariables(tb testing.TB) vtl.Variables {
	return variables(tb, []byte(`{"x": "X", "s": "a😀c", "n": 4, "d": 1.5, "t": true, "foo": "FOO",
		"l": [1, "two", null], "m": {"k": "v", "b": [3], "o": {"p": null}}, "big": 123456789012345678901}`))
}

func wantPlace(t *testing.T, text string, err error) {
	t.Helper()
	var e *vtl.Error
	if !errors.As(err, &e) {
		t.Fatalf("%q gives %v, want an *Error", text, err)
	}
	lines := 1 + strings.Count(text, "\n") + strings.Count(text, "\r")
	if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Column > len(text)+1 || e.Message == "" {
		t.Errorf("%q fails with %#v, want a place in it and a message", text, e)
	}
}
