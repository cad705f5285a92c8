// Package examples_test runs the examples as a user does: with the command, over
// connections, and with the echo backend of the command behind them.
package examples_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// build compiles the command into a directory of the test.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "postern")
	if out, err := exec.Command("go", "build", "-o", bin, "postern/cmd/postern").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// A process is a running command. It is interrupted at the end of the test and
// must then end with 130.
type process struct {
	out    *bufio.Reader
	errors bytes.Buffer
}

func start(t *testing.T, bin string, args ...string) *process {
	t.Helper()
	p := &process{}
	cmd := exec.Command(bin, args...)
	cmd.Dir = ".."
	cmd.Stderr = &p.errors
	cmd.Env = append(os.Environ(), "AWS_REGION=us-east-1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		timer := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		_, _ = io.Copy(io.Discard, p.out)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("postern %s: exit code %d, want 130\n%s", strings.Join(args, " "), code, p.errors.String())
		}
	})
	return p
}

// startEcho starts the echo backend and returns its address.
func startEcho(t *testing.T, bin string) string {
	t.Helper()
	p := start(t, bin, "echo", "--listen", "127.0.0.1:0")
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("echo: %v", err)
	}
	return strings.TrimPrefix(strings.TrimSpace(line), "http://")
}

// An upDocument is what up -o json prints.
type upDocument struct {
	URL    string `json:"url"`
	Stacks []struct {
		APIs []struct {
			ID     string `json:"id"`
			Stages []struct {
				URL string `json:"url"`
			} `json:"stages"`
		} `json:"apis"`
	} `json:"stacks"`
}

// up provisions a template in a gateway of its own.
func up(t *testing.T, bin, template string, flags ...string) upDocument {
	t.Helper()
	args := append([]string{"up", template, "--listen", "127.0.0.1:0", "--data-dir", ":memory:", "-o", "json"}, flags...)
	p := start(t, bin, args...)
	var doc upDocument
	if err := json.NewDecoder(p.out).Decode(&doc); err != nil {
		t.Fatalf("postern %s: %v", strings.Join(args, " "), err)
	}
	if len(doc.Stacks) != 1 || len(doc.Stacks[0].APIs) != 1 || len(doc.Stacks[0].APIs[0].Stages) != 1 {
		t.Fatalf("got %+v, want one API with one stage", doc)
	}
	return doc
}

func TestExamples(t *testing.T) {
	bin := build(t)
	echo := startEcho(t, bin)
	fill := strings.NewReplacer("$ECHO_ADDRESS", echo, "$ECHO", "http://"+echo)
	files, err := filepath.Glob("*/requests.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d examples with requests, want at least 5 (%v)", len(files), err)
	}
	for _, file := range files {
		name := filepath.Dir(file)
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := map[string]string{}
			for _, f := range archive.Files {
				text[f.Name] = string(f.Data)
			}
			for _, program := range strings.Fields(text["needs"]) {
				if _, err := exec.LookPath(program); err != nil {
					t.Skipf("%s is not installed, and the functions of this example need it", program)
				}
			}
			doc := up(t, bin, "examples/"+name+"/template.yaml", strings.Fields(fill.Replace(text["flags"]))...)
			base := doc.Stacks[0].APIs[0].Stages[0].URL
			for _, f := range archive.Files {
				step, ok := strings.CutSuffix(f.Name, ".request")
				if !ok {
					continue
				}
				t.Run(step, func(t *testing.T) {
					ask(t, base, string(f.Data), text[step+".answer"])
				})
			}
		})
	}
}

// ask sends a request and compares the answer: status, the header fields that
// are named, and the body.
func ask(t *testing.T, base, request, answer string) {
	t.Helper()
	head, body, _ := strings.Cut(request, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	verb, path, _ := strings.Cut(lines[0], " ")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, verb, base+path, strings.NewReader(strings.TrimSuffix(body, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ = strings.Cut(answer, "\n\n")
	lines = strings.Split(strings.TrimSpace(head), "\n")
	if strconv.Itoa(res.StatusCode) != lines[0] {
		t.Errorf("got status %d, want %s", res.StatusCode, lines[0])
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		if res.Header.Get(name) != value {
			t.Errorf("got %s: %q, want %q", name, res.Header.Get(name), value)
		}
	}
	if !like(string(got), body) {
		t.Errorf("%s\ngot\n%s\nwant\n%s", request, got, body)
	}
}

// like compares texts without regard to the end of the last line. A line with
// only … in want stands for any lines, … in a line for any text.
func like(got, want string) bool {
	pattern := regexp.QuoteMeta(strings.TrimSpace(want))
	pattern = regexp.MustCompile(`(?m)^…$`).ReplaceAllString(pattern, `(?s:.*?)`)
	pattern = strings.ReplaceAll(pattern, "…", `.*?`)
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(strings.TrimSpace(got))
}

func TestLikeComparesAllButEllipses(t *testing.T) {
	for _, tt := range []struct {
		got, want string
		like      bool
	}{
		{"a\nb\n", "a\nb", true},
		{"a\nb\nc", "a\n…\nc", true},
		{"a\nb\nc", "a\n…\nd", false},
		{"x: 12", "x: …", true},
		{"x: 12\ny", "x: …", false},
		{"a.b", "a?b", false},
	} {
		if got := like(tt.got, tt.want); got != tt.like {
			t.Errorf("like(%q, %q) is %v", tt.got, tt.want, got)
		}
	}
}
