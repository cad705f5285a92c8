package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"postern/internal/adapter/stackapi"
)

// captured returns a command with what it writes to stdout and stderr.
func captured() (*command, *bytes.Buffer, *bytes.Buffer) {
	var out, errs bytes.Buffer
	return &command{Program: &Program{Out: &out, Err: &errs}}, &out, &errs
}

func TestProblemsAreShownWhereTheyStand(t *testing.T) {
	text := "Resources:\n\tApi: # é\n    Type: RestApi\n"
	for _, tt := range []struct {
		name    string
		problem stackapi.Problem
		want    string
	}{
		{
			name:    "with everything",
			problem: stackapi.Problem{Severity: "error", File: "a.yaml", Line: 3, Column: 11, Width: 7, Path: []string{"Resources", "Api", "Type"}, Message: "no such type", Help: "did you mean X?", AWS: "Nope"},
			want: `error: no such type
   ┌─ a.yaml:3:11
 3 │     Type: RestApi
   │           ^^^^^^^
   = at: Resources.Api.Type
   = AWS would answer: Nope
   = help: did you mean X?
1 error in a.yaml
`,
		},
		{
			name:    "behind a tab and a letter of two bytes",
			problem: stackapi.Problem{Severity: "warning", File: "a.yaml", Line: 2, Column: 9, Width: 1, Message: "look"},
			want: `warning: look
   ┌─ a.yaml:2:9
 2 │     Api: # é
   │            ^
1 warning in a.yaml
`,
		},
		{
			name:    "behind the end of a line",
			problem: stackapi.Problem{Severity: "error", File: "a.yaml", Line: 1, Column: 11, Width: 1, Message: "missing"},
			want: `error: missing
   ┌─ a.yaml:1:11
 1 │ Resources:
   │           ^
1 error in a.yaml
`,
		},
		{
			name:    "of a property",
			problem: stackapi.Problem{Severity: "error", File: "a.yaml", Path: []string{"Resources", "Api", "Properties", "Name", "Ref"}, Message: "no"},
			want: `error: Name: no
   ┌─ a.yaml
   = at: Resources.Api.Properties.Name.Ref
1 error in a.yaml
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, out, errs := captured()
			c.problems([]stackapi.Problem{tt.problem}, []source{{name: "a.yaml", text: []byte(text)}})
			if errs.String() != tt.want || out.Len() > 0 {
				t.Errorf("got\n%s\nwant\n%s", errs, tt.want)
			}
		})
	}
}

func TestLongLinesAreCutAroundThePlace(t *testing.T) {
	text := strings.Repeat("a", 500) + "HERE" + strings.Repeat("b", 500)
	line, under := excerpt(stackapi.Problem{File: "a", Line: 1, Column: 501, Width: 4}, []source{{name: "a", text: []byte(text)}})
	if n := utf8.RuneCountInString(line); n > maxSource+2 {
		t.Errorf("the line has %d characters", n)
	}
	at := strings.Index(under, "^")
	if got := string([]rune(line)[at : at+4]); got != "HERE" || strings.Count(under, "^") != 4 {
		t.Errorf("%s\n%s", line, under)
	}
}

func TestTerminalsObeyNothingFromTemplates(t *testing.T) {
	c, _, errs := captured()
	c.problems([]stackapi.Problem{{Severity: "error", File: "a", Line: 1, Column: 1, Width: 1, Message: "found \x1b[2J"}},
		[]source{{name: "a", text: []byte("\x1b[2J\u009b2J x")}})
	if strings.ContainsAny(errs.String(), "\x1b\u009b") {
		t.Errorf("got %q", errs)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("Resources:\n\tApi: é\n", 2, 3, 4)
	f.Add(strings.Repeat("x", 400), 1, 390, 50)
	f.Fuzz(func(t *testing.T, text string, line, column, width int) {
		shown, under := excerpt(stackapi.Problem{File: "a", Line: line, Column: column, Width: width}, []source{{name: "a", text: []byte(text)}})
		if shown == "" {
			return
		}
		if n := utf8.RuneCountInString(shown); n > maxSource+8 {
			t.Errorf("%d characters are shown", n)
		}
		if !strings.Contains(under, "^") || len(under) > maxSource+16 {
			t.Errorf("underlined with %q", under)
		}
	})
}
