package house_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"postern/internal/house"
)

// This file reads scripts of requests and answers, as a client of the control
// plane has them. See testdata/terraform/README.md for their form.

// A step is one request with what must be answered.
type step struct {
	line   int
	method string
	target string   // path and query
	header []string // Name: value
	body   string
	status string
	code   string   // of an error; empty: none
	text   string   // of an error; empty: any
	want   []string // Name: value, of the answer's header
	answer string   // a pattern; empty: anything, or nothing if bare
	bare   bool     // the answer has no body
}

var (
	requestLine = regexp.MustCompile(`^(GET|PUT|POST|PATCH|DELETE) (/\S*)$`)
	headerLine  = regexp.MustCompile(`^[A-Za-z-]+: `)
	variable    = regexp.MustCompile(`\$\{(\w+)\}`)
)

// parseScript reads a script. A step is a request line, header lines, a body,
// a line "-> status [Code[: message]]", header lines and a pattern.
func parseScript(text string) ([]step, error) {
	var steps []step
	var s *step
	var body []string
	answering, started := false, false // which half of a step it is, and whether its body has begun
	finish := func() {
		if s == nil {
			return
		}
		s.answer = strings.TrimSpace(strings.Join(body, "\n"))
		steps = append(steps, *s)
	}
	for i, line := range strings.Split(text, "\n") {
		switch m := requestLine.FindStringSubmatch(line); {
		case m != nil && (s == nil || answering):
			finish()
			s, body, answering, started = &step{line: i + 1, method: m[1], target: m[2]}, nil, false, false
		case strings.HasPrefix(line, "# ") && (s == nil || answering):
		case s == nil && strings.TrimSpace(line) == "":
		case s == nil:
			return nil, fmt.Errorf("line %d: %q stands before the first request", i+1, line)
		case strings.HasPrefix(line, "-> ") && !answering:
			s.body = strings.TrimSpace(strings.Join(body, "\n"))
			outcome, message, _ := strings.Cut(line[3:], ": ")
			s.status, s.code, _ = strings.Cut(outcome, " ")
			if s.code == "bare" {
				s.bare, s.code = true, ""
			}
			s.text, body, answering, started = message, nil, true, false
		case headerLine.MatchString(line) && !started && answering:
			s.want = append(s.want, line)
		case headerLine.MatchString(line) && !started:
			s.header = append(s.header, line)
		default:
			started = true
			body = append(body, line)
		}
	}
	finish()
	for _, s := range steps {
		if s.status == "" {
			return nil, fmt.Errorf("line %d: %s %s has no answer", s.line, s.method, s.target)
		}
	}
	return steps, nil
}

// A scripted is a client that plays steps and remembers what it was told.
type scripted struct {
	url    string
	values map[string]string
}

// fill puts the values of variables into a text.
func (c *scripted) fill(text string) (string, error) {
	var missing error
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		value, ok := c.values[v[2:len(v)-1]]
		if !ok {
			missing = fmt.Errorf("%s has no value yet", v)
		}
		return value
	}), missing
}

// play sends the request of a step and compares the answer.
func (c *scripted) play(s step) error {
	target, err := c.fill(s.target)
	if err != nil {
		return err
	}
	body, err := c.fill(s.body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(s.method, c.url+target, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261125/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=00")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range s.header {
		name, value, _ := strings.Cut(h, ": ")
		if value, err = c.fill(value); err != nil {
			return err
		}
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if got := fmt.Sprint(res.StatusCode); got != s.status {
		return fmt.Errorf("got status %s %s, want %s: %s", got, res.Header.Get("X-Amzn-Errortype"), s.status, text)
	}
	if got := res.Header.Get("X-Amzn-Errortype"); got != s.code {
		return fmt.Errorf("got X-Amzn-Errortype %q, want %q: %s", got, s.code, text)
	}
	for _, h := range s.want {
		name, value, _ := strings.Cut(h, ": ")
		if value, err = c.fill(value); err != nil {
			return err
		}
		if got := res.Header.Get(name); got != value {
			return fmt.Errorf("got %s %q, want %q", name, got, value)
		}
	}
	return c.judge(s, text)
}

func (c *scripted) judge(s step, text []byte) error {
	if s.bare || s.answer == "" && s.text == "" {
		if s.bare && len(text) > 0 {
			return fmt.Errorf("got a body, want none: %s", text)
		}
		return nil
	}
	var got any
	if err := json.Unmarshal(text, &got); err != nil {
		want, err := c.fill(s.answer)
		if err == nil && strings.TrimSpace(string(text)) != want {
			err = fmt.Errorf("got %s\nwant %s", text, want)
		}
		return err
	}
	if s.text != "" {
		want, err := c.fill(s.text)
		if err != nil {
			return err
		}
		if message, _ := got.(map[string]any)["message"].(string); message != want {
			return fmt.Errorf("got message %q, want %q", message, want)
		}
		return nil
	}
	var want any
	if err := json.Unmarshal([]byte(s.answer), &want); err != nil {
		return fmt.Errorf("the pattern is not JSON: %w", err)
	}
	if err := c.match("", want, got); err != nil {
		return fmt.Errorf("%w\nanswer: %s", err, text)
	}
	return nil
}

// match compares a value with a pattern. Objects and lists have exactly the
// members of the pattern, unless one of them is "...".
func (c *scripted) match(at string, want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: got %v, want an object", at, got)
		}
		filled := map[string]any{}
		for k, v := range want {
			k, err := c.fill(k)
			if err != nil {
				return err
			}
			filled[k] = v
		}
		_, open := filled["..."]
		delete(filled, "...")
		for _, k := range slices.Sorted(maps.Keys(filled)) {
			v, ok := object[k]
			if absent := filled[k] == "<absent>"; absent == ok {
				return fmt.Errorf("%s.%s: present %t, want %t", at, k, ok, !absent)
			} else if absent {
				continue
			}
			if err := c.match(at+"."+k, filled[k], v); err != nil {
				return err
			}
		}
		for _, k := range slices.Sorted(maps.Keys(object)) {
			if _, ok := filled[k]; !ok && !open {
				return fmt.Errorf("%s.%s: got %v, want no such member", at, k, object[k])
			}
		}
		return nil
	case []any:
		list, ok := got.([]any)
		if !ok {
			return fmt.Errorf("%s: got %v, want a list", at, got)
		}
		open := len(want) > 0 && want[len(want)-1] == "..."
		if open {
			want = want[:len(want)-1]
		}
		if len(list) < len(want) || len(list) > len(want) && !open {
			return fmt.Errorf("%s: got %d elements, want %d", at, len(list), len(want))
		}
		for i := range want {
			if err := c.match(fmt.Sprintf("%s[%d]", at, i), want[i], list[i]); err != nil {
				return err
			}
		}
		return nil
	case string:
		return c.matchText(at, want, got)
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: got %#v, want %#v", at, got, want)
	}
	return nil
}

// matchText compares a value with a text of a pattern: <any>, <number>,
// <~regular expression>, or text. A variable that is alone and has no value yet
// takes the value.
func (c *scripted) matchText(at, want string, got any) error {
	switch {
	case want == "<any>":
		return nil
	case want == "<number>":
		if _, ok := got.(float64); !ok {
			return fmt.Errorf("%s: got %#v, want a number", at, got)
		}
		return nil
	}
	text, ok := got.(string)
	if !ok {
		return fmt.Errorf("%s: got %#v, want text: %s", at, got, want)
	}
	if pattern, ok := strings.CutPrefix(want, "<~"); ok {
		if !regexp.MustCompile(`^(?:` + strings.TrimSuffix(pattern, ">") + `)$`).MatchString(text) {
			return fmt.Errorf("%s: got %q, want %s", at, text, want)
		}
		return nil
	}
	if m := variable.FindStringSubmatch(want); m != nil && m[0] == want {
		if _, known := c.values[m[1]]; !known {
			c.values[m[1]] = text
			return nil
		}
	}
	filled, err := c.fill(want)
	if err == nil && text != filled {
		err = fmt.Errorf("%s: got %q, want %q", at, text, filled)
	}
	return err
}

// TestTerraform replays what Terraform's AWS provider sends for each of its
// aws_api_gateway resources and data sources, and compares all that it looks at.
func TestTerraform(t *testing.T) { playAll(t, "testdata/terraform") }

// TestScripts plays what else is best seen as requests and answers.
func TestScripts(t *testing.T) { playAll(t, "testdata/scripts") }

func playAll(t *testing.T, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			steps, err := parseScript(string(text))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			h, err := house.New(house.Config{AccountID: "111111111111", Region: "us-west-2"})
			if err != nil {
				t.Fatal(err)
			}
			c := &scripted{url: serve(t, h), values: map[string]string{}}
			for _, s := range steps {
				if err := c.play(s); err != nil {
					t.Errorf("%s:%d: %s %s: %v", file, s.line, s.method, s.target, err)
				}
			}
		})
	}
}
