package jsonschema

import (
	"testing"
	"unicode/utf8"
)

// FuzzPattern holds both engines against each other where both can run.
func FuzzPattern(f *testing.F) {
	for _, expr := range []string{`^b`, `[^]x`, `[]`, `\s\S\d\D\w\W`, `a{2,}{`, `\p{L}`, `[a\-z\s-]`, `\x42\u0041\/`, `(?:a|b)+?$`, `(?!a)`, `[\b\d-]`, `{1,2}`} {
		f.Add(expr, "ab{L}\u00a0")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 100 || len(text) > 100 || !utf8.ValidString(expr) || !utf8.ValidString(text) {
			return
		}
		p, err := compilePattern(expr)
		if err != nil {
			return
		}
		got, _ := p.match(text)
		if p.linear == nil {
			return
		}
		back, err := compileBacktrack(expr)
		if err != nil {
			return
		}
		want, err := back.MatchString(text)
		if err == nil && got != want {
			t.Errorf("%q on %q: linear says %v, backtracking %v", expr, text, got, want)
		}
	})
}
