package javaregexp

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// A recorded is a line of testdata/java17.jsonl.
type recorded struct {
	Pattern string `json:"pattern"`
	Text    string `json:"text"`
	Match   bool   `json:"match"`
	Error   bool   `json:"error"`
}

func recordings(t testing.TB) []recorded {
	f, err := os.Open("testdata/java17.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []recorded
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("line %d: %v", len(all)+1, err)
		}
		all = append(all, r)
	}
	if len(all) < 400 {
		t.Fatalf("only %d recordings", len(all))
	}
	return all
}

func TestAnswersAreJavas(t *testing.T) {
	for _, r := range recordings(t) {
		re, err := Compile(r.Pattern)
		switch {
		case r.Error && err == nil:
			t.Errorf("%q was compiled, Java refuses it", r.Pattern)
		case !r.Error && err != nil:
			t.Errorf("%q was refused (%v), Java compiles it", r.Pattern, err)
		case err == nil && re.MatchAll(r.Text) != r.Match:
			t.Errorf("%q on %q: got %v, Java says %v", r.Pattern, r.Text, !r.Match, r.Match)
		}
	}
}

func TestErrorSaysWhereAndWhy(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		offset  int
		reason  string // part of it
	}{
		{"ab(c", 2, "without )"},
		{"ab)c", 2, ") without ("},
		{"ab[c", 2, "without ]"},
		{"[a[b]", 0, "without ]"},
		{"*a", 0, "nothing before"},
		{"a**", 2, "nothing before"},
		{"(?i)+", 4, "nothing before"},
		{"{a}", 1, "without a number"},
		{"a{2", 3, "without }"},
		{"a{2,1}", 5, "from 2 to 1"},
		{"[z-a]", 3, "before it starts"},
		{`é\y`, 2, `\y is not an escape`},
		{`\p{Foo}`, 0, `"Foo"`},
		{`\p{L`, 0, "without }"},
		{`a\k<n>`, 4, "no group n"},
		{`(?<n>a)(?<n>b)`, 10, "twice"},
		{`(?<1>a)`, 3, "starts with a letter"},
		{"(?z)", 2, "imsduxU"},
		{`\u00g0`, 4, "hexadecimal"},
		{`a\`, 2, "nothing behind"},
		{strings.Repeat("(", 300), 200, "nested"},
		{strings.Repeat("[", 300), 200, "nested"},
		{strings.Repeat("a", maxPattern+1), maxPattern, "characters"},
		{strings.Repeat(`\p{L}`, 1000), 1555, "ranges"},
	} {
		_, err := Compile(tt.pattern)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.40q: got %v, want an *Error", tt.pattern, err)
			continue
		}
		if e.Offset != tt.offset && !strings.Contains(e.Reason, "ranges") || !strings.Contains(e.Reason, tt.reason) {
			t.Errorf("%.40q: got offset %d, %s; want offset %d, …%s…", tt.pattern, e.Offset, e.Reason, tt.offset, tt.reason)
		}
	}
}

func TestWhatPeopleWriteIsLinear(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		want    bool
	}{
		{`5\d{2}`, true},
		{`.*Error.*`, true},
		{`(\n|.)+`, true},
		{`^4..$`, true},
		{`(^4..$)|(^5..$)`, true},
		{`(?i).*not found.*`, true},
		{`(?iu)straße`, true},
		{`[a-z&&[^aeiou]]+`, true},
		{`(a+)+b`, true},
		{`\p{IsAlphabetic}*\R?`, true},
		{`\Qa.b\E.*?`, true},
		{`.*\bError\b.*`, false}, // for a text in ASCII it is
		{`(?!200).*`, false},
		{`(a)\1`, false},
		{`a++`, false},
		{`a$\n?`, false},
		{`(?m)^a$`, false},
		{`(a{1000}){1000}`, false}, // too large to be written out
	} {
		re, err := Compile(tt.pattern)
		if err != nil {
			t.Errorf("%q: %v", tt.pattern, err)
			continue
		}
		if got := re.Linear(); got != tt.want {
			t.Errorf("%q: linear %v, want %v", tt.pattern, got, tt.want)
		}
	}
}

func TestMatchThatExplodesIsGivenUp(t *testing.T) {
	text := strings.Repeat("a", 5000) + "!"
	for _, pattern := range []string{
		`(a+)+(?=b)b`,
		`(?:(a|a|a)*)*\1b`,
		`(?=(a*)*b).*`,
		`((a{0,100}){0,100}){0,100}\1b`,
		`(?:a?){5000}(?=b)a{5000}`,
	} {
		re, err := Compile(pattern)
		if err != nil {
			t.Errorf("%q: %v", pattern, err)
			continue
		}
		start := time.Now()
		if re.MatchAll(text) {
			t.Errorf("%q matches", pattern)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%q took %v", pattern, d)
		}
	}
}

func TestInvalidUTF8IsReadAsReplacementCharacters(t *testing.T) {
	for _, pattern := range []string{".", "(?=.).", `\x{FFFD}`, "\xff"} {
		re, err := Compile(pattern)
		if err != nil {
			t.Fatalf("%q: %v", pattern, err)
		}
		if !re.MatchAll("\xff") {
			t.Errorf("%q does not match one invalid byte", pattern)
		}
	}
}

func TestRegexpFromManyGoroutines(t *testing.T) {
	for _, pattern := range []string{`(\d)\1+`, `(\d)+`, `\b\d+\b`} {
		re, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					if !re.MatchAll("111") || re.MatchAll("11x") {
						t.Errorf("%q: wrong answer", pattern)
					}
				}
			})
		}
		wg.Wait()
	}
}

// FuzzCompile holds both engines against each other where both can run.
func FuzzCompile(f *testing.F) {
	for _, r := range recordings(f) {
		f.Add(r.Pattern, r.Text)
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 200 {
			return
		}
		re, err := Compile(pattern)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len([]rune(pattern)) {
				t.Fatalf("%q: error %v is not one with an offset in the pattern", pattern, err)
			}
			return
		}
		got := re.MatchAll(text)
		if re.linear == nil || re.asciiOnly && !isASCII(text) {
			return
		}
		n, err := parse(pattern)
		if err != nil {
			t.Fatal(err)
		}
		back, err := regexp2Compile(n)
		if err != nil {
			return
		}
		want, err := back.MatchString(text)
		if err == nil && got != want {
			t.Errorf("%q on %q: linear says %v, backtracking %v", pattern, text, got, want)
		}
	})
}

func BenchmarkMatchAll(b *testing.B) {
	for _, pattern := range []string{`5\d{2}`, `(\n|.)+`, `(?!200).*`} {
		re, err := Compile(pattern)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(pattern, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				re.MatchAll("503")
			}
		})
	}
}
