package examples_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The README's first command, without which its curl lines make no sense.
const firstCommand = "go run ./cmd/postern up examples/quickstart/template.yaml --with-echo 127.0.0.1:8099"

// A question is a curl line of the README with the answer it promises.
type question struct{ command, answer string }

// questions reads the console blocks of the README.
func questions(readme string) []question {
	var out []question
	inside := false
	for line := range strings.Lines(readme) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "```console":
			inside = true
		case line == "```":
			inside = false
		case !inside:
		case strings.HasPrefix(line, "$ "):
			out = append(out, question{command: line[2:]})
		case len(out) > 0:
			out[len(out)-1].answer += line + "\n"
		}
	}
	return out
}

func TestCurlLinesOfTheReadmeGiveItsAnswers(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "```sh\n"+firstCommand+"\n```") {
		t.Errorf("the README does not begin with %q", firstCommand)
	}
	bin := build(t)
	echo := startEcho(t, bin)
	doc := up(t, bin, "examples/quickstart/template.yaml", "--parameters", "Backend=http://"+echo)
	answers(t, string(text), doc.URL)
}

func TestCurlLinesOfTheAuthorizersReadmeGiveItsAnswers(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	text, err := os.ReadFile("lambda-authorizer/README.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := up(t, build(t), "examples/lambda-authorizer/template.yaml")
	answers(t, string(text), doc.URL)
}

// answers asks the gateway at url what a README asks.
func answers(t *testing.T, readme, url string) {
	t.Helper()
	asked := questions(readme)
	if len(asked) < 3 {
		t.Fatalf("the README has %d questions, want at least 3", len(asked))
	}
	for _, q := range asked {
		if !strings.Contains(q.command, "http://127.0.0.1:4566/") {
			t.Errorf("%s: asks nobody at http://127.0.0.1:4566/", q.command)
			continue
		}
		// The gateway of the test has another port, and nothing else is changed.
		got, err := exec.Command("sh", "-c", strings.ReplaceAll(q.command, "http://127.0.0.1:4566/", url+"/")+" --silent --show-error").CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", q.command, err, got)
			continue
		}
		if !like(string(got), q.answer) {
			t.Errorf("%s\ngot\n%s\nwant\n%s", q.command, got, q.answer)
		}
	}
}
