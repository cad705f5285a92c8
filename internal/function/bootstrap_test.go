package function_test

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"postern/internal/function"
)

// TestABootstrapInGo runs what github.com/aws/aws-lambda-go makes of a handler,
// from an archive as it is uploaded.
func TestABootstrapInGo(t *testing.T) {
	program := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags=-s -w", "-o", program, "postern/internal/function/bootstraptest")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	head := &zip.FileHeader{Name: "bootstrap", Method: zip.Store}
	head.SetMode(0o755)
	w, err := z.CreateHeader(head)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}

	b := newBench(t)
	f := b.open(function.Config{Runtime: "provided.al2023", Handler: "bootstrap", Code: function.Code{Zip: archive.Bytes()}})
	hello := `{"path":"/","httpMethod":"GET","pathParameters":{"name":"ada"}}`
	want := `{"statusCode":200,"headers":{"X-Deadline":"true","X-Function":"f"},"multiValueHeaders":null,"body":"hello ada"}`
	for range 50 {
		returns(t, f, hello, want)
	}
	if n := strings.Count(b.text(), "INIT_START"); n != 1 {
		t.Errorf("%d instances, want 1", n)
	}
	fails(t, f, `{"path":"/error"}`, "errorString", "no such pet")
	returns(t, f, hello, want)
	fails(t, f, `{"path":"/panic"}`, "string", "out of pets")
	returns(t, f, hello, want)
	fails(t, f, `{"path":"/exit"}`, "Runtime.ExitError", "Error: Runtime exited with error: exit status 3")
	returns(t, f, hello, want)
}
