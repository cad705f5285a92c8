package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/mapping"
	"postern/internal/lang/vtl"
	"postern/internal/message"
)

const manual = "../../../docs/reference/mapping-templates.md"

// A fence is one block of the manual.
type fence struct {
	line int
	kind string
	text string // without the last line end
}

func fences(t *testing.T) []fence {
	t.Helper()
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	var out []fence
	open := false
	for i, line := range strings.Split(string(text), "\n") {
		kind, mark := strings.CutPrefix(line, "```")
		switch {
		case mark && open:
			open = false
			f := &out[len(out)-1]
			f.text = strings.TrimSuffix(f.text, "\n")
		case mark:
			open = true
			out = append(out, fence{line: i + 1, kind: kind})
		case open:
			out[len(out)-1].text += line + "\n"
		}
	}
	return out
}

// The manual's examples do what it says they do.
func TestManual(t *testing.T) {
	all := fences(t)
	if len(all) < 20 || all[0].kind != "json" {
		t.Fatalf("%d blocks, the first of kind %q; want the request first", len(all), all[0].kind)
	}
	request := all[0].text
	for i, f := range all[1:] {
		switch f.kind {
		case "velocity":
			if i+2 >= len(all) {
				t.Fatalf("line %d: an example without an output", f.line)
			}
			want := all[i+2]
			got, err := renderManual(t, request, f.text)
			var e *vtl.Error
			switch {
			case errors.As(err, &e) && want.kind == "error":
				if text := strings.TrimPrefix(err.Error(), "manual:"); text != want.text {
					t.Errorf("line %d\n fails: %s\nmanual: %s", f.line, text, want.text)
				}
			case err != nil || want.kind != "text":
				t.Errorf("line %d: output %q, %v; the manual has a block of kind %q", f.line, got, err, want.kind)
			case got != want.text:
				t.Errorf("line %d\n output: %s\nmanual: %s", f.line, got, want.text)
			}
		case "jsonpath":
			for _, line := range strings.Split(f.text, "\n") {
				path, want, _ := strings.Cut(line, "  ")
				if got := evalManual(t, request, path); got != strings.TrimSpace(want) {
					t.Errorf("%s\n   got %s\nmanual: %s", path, got, strings.TrimSpace(want))
				}
			}
		case "text", "error":
		default:
			t.Errorf("line %d: a block of kind %q", f.line, f.kind)
		}
	}
}

func renderManual(t *testing.T, request, text string) (string, error) {
	t.Helper()
	var in struct {
		Body, Path, Query, Headers, Context json.RawMessage
		StageVariables                      map[string]string
	}
	if err := json.Unmarshal([]byte(request), &in); err != nil {
		t.Fatal(err)
	}
	s := &mapping.Scope{StageVariables: in.StageVariables}
	s.SetRequestBody(in.Body)
	for _, group := range []struct {
		text json.RawMessage
		add  func(name, value string)
	}{
		{in.Path, func(n, v string) { s.Path = append(s.Path, message.Pair{Name: n, Value: v}) }},
		{in.Query, func(n, v string) { s.Query = append(s.Query, message.Pair{Name: n, Value: v}) }},
		{in.Headers, func(n, v string) { s.Header = append(s.Header, message.Field{Name: n, Value: v}) }},
	} {
		m, err := Object(group.text, vtl.Ordered)
		if err != nil {
			t.Fatal(err)
		}
		AddParameters(m, group.add)
	}
	context, err := Object(in.Context, vtl.Hashed|vtl.Silent)
	if err != nil {
		t.Fatal(err)
	}
	s.GiveContext(context)
	tmpl, err := mapping.ParseTemplate("manual", text)
	if err != nil {
		return "", err
	}
	out, err := tmpl.AppendTo(nil, s)
	return string(out), err
}

func evalManual(t *testing.T, request, path string) string {
	t.Helper()
	var in struct{ Body json.RawMessage }
	if err := json.Unmarshal([]byte(request), &in); err != nil {
		t.Fatal(err)
	}
	p, err := jsonpath.Compile(path)
	if err != nil {
		return err.Error()
	}
	n, ok, err := p.Eval(jsonpath.New(in.Body))
	if err != nil || !ok {
		return fmt.Sprint(`""`, strings.TrimPrefix(fmt.Sprint(err), "<nil>"))
	}
	return asJSON(n)
}

// The codes on the page are those of the linter.
func TestManualKnowsEveryCode(t *testing.T) {
	page, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../lint/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(page), "`", "")
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^//\t([VP]\d{4})  (.*)$`).FindAllStringSubmatch(string(doc), -1) {
		n++
		if row := "| " + m[1] + " | " + m[2] + " |"; !strings.Contains(plain, row) {
			t.Errorf("the manual lacks %s", row)
		}
	}
	if n < 20 {
		t.Errorf("only %d codes", n)
	}
}
