package function_test

import (
	"regexp"
	"testing"
)

// matches checks that a pattern describes the whole of got.
func matches(t *testing.T, got, pattern string) {
	t.Helper()
	if !regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString(got) {
		t.Errorf("got:\n%s\nwant:\n%s", got, pattern)
	}
}
