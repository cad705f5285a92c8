package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Examples in the help are commands that can be typed: the flags exist, the
// arguments are accepted, and the files are there.
func TestExamplesOfTheHelpCanBeTyped(t *testing.T) {
	newRoot := func() *cobra.Command {
		c := &command{Program: &Program{Getenv: func(string) string { return "" }, Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}}
		return c.root()
	}
	var lines []string
	for _, cmd := range append(newRoot().Commands(), newRoot()) {
		if cmd.Name() == "help" || cmd.Name() == "completion" {
			continue
		}
		if cmd.Runnable() && strings.Count(cmd.Example, "\n") < 1 {
			t.Errorf("%s has fewer than two examples", cmd.Name())
		}
		for line := range strings.Lines(cmd.Example + "\n" + cmd.Long) {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "postern "); ok && !strings.Contains(rest, "  ") && strings.HasPrefix(line, "  ") {
				lines = append(lines, rest)
			}
		}
	}
	if len(lines) < 15 {
		t.Fatalf("found %d examples, want at least 15: %q", len(lines), lines)
	}
	for _, line := range lines {
		args := spreadLists(shellFields(line))
		cmd, rest, err := newRoot().Find(args)
		if err != nil {
			t.Errorf("postern %s: %v", line, err)
			continue
		}
		if err := cmd.ParseFlags(rest); err != nil {
			t.Errorf("postern %s: %v", line, err)
			continue
		}
		if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
			t.Errorf("postern %s: %v", line, err)
		}
		for _, a := range args {
			if strings.HasPrefix(a, "examples/") {
				if _, err := os.Stat(filepath.Join("../../..", a)); err != nil {
					t.Errorf("postern %s: %v", line, err)
				}
			}
		}
	}
}

// shellFields splits a line at blanks outside of single quotes.
func shellFields(line string) []string {
	var out []string
	for _, f := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
		out = append(out, strings.Trim(f, "'"))
	}
	return out
}

// The topic about templates names every type that has a schema.
func TestTopicOfTemplatesNamesTheTypes(t *testing.T) {
	files, err := filepath.Glob("../../../docs/reference/schemas/*-ApiGateway*.json")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d schemas, %v", len(files), err)
	}
	for _, f := range files {
		_, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(f), ".json"), "ApiGateway")
		if name = strings.TrimPrefix(name, "-"); !regexp.MustCompile(`\b` + name + `\b`).MatchString(templatesTopic) {
			t.Errorf("postern help templates does not name %s", name)
		}
	}
}
