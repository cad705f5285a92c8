package awsapi

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write derived pages anew")

// Every operation of the service's model is there, under its method, path and
// status; what it does not do is said.
func TestEveryOperationAnswers(t *testing.T) {
	text, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			known[name] = rest
		}
	}
	for _, op := range operations() {
		want := known[op.name]
		delete(known, op.name)
		path := op.path
		if op.importing {
			path += "?mode=import"
		}
		if got := fmt.Sprintf("%s %s %d", op.method, path, op.status); got != want {
			t.Errorf("%s: got %s, want %s", op.name, got, want)
		}
		if op.serve == nil && op.note == "" {
			t.Errorf("%s: it refuses, and nothing says so", op.name)
		}
	}
	for name := range known {
		t.Errorf("%s is missing", name)
	}
}

// The page of operations says what the table says.
func TestReferenceOfOperations(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Operations of the control plane\n\nDerived from the table in `internal/adapter/awsapi/operations.go`; `go test ./internal/adapter/awsapi -run Reference -update`\nwrites this page anew. Requests and answers are those of API Gateway's REST API of 2015-07-09.\n\n| Operation | Request | Status | |\n|---|---|---|---|\n")
	for _, op := range operations() {
		path := op.path
		if op.importing {
			path += "?mode=import"
		}
		fmt.Fprintf(&b, "| %s | `%s %s` | %d | %s |\n", op.name, op.method, path, op.status, op.note)
	}
	path := filepath.Join("..", "..", "..", "docs", "reference", "control-plane.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is not what the table says; write it anew with -update", path)
	}
}
