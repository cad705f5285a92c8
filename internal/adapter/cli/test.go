package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"postern/internal/lang/cases"
)

// testsSchema is what test -o json prints.
const testsSchema = "postern.tests/1"

type testsDocument struct {
	Schema   string        `json:"schema"`
	Passed   int           `json:"passed"`
	Failed   int           `json:"failed"`
	Skipped  int           `json:"skipped"` // cases that expect nothing
	Failures []testFailure `json:"failures"`
}

type testFailure struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	ID     string `json:"id,omitempty"`
	What   string `json:"what,omitempty"`   // what differs; absent if the line is no case
	Source string `json:"source,omitempty"` // template or path
	Got    string `json:"got"`
	Want   string `json:"want"`
	Error  string `json:"error,omitempty"`
}

func (c *command) testCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test CASES…",
		Short: "Run unit tests of mapping templates and JSONPaths",
		Long: `Run unit tests of mapping templates and JSONPaths. Tests are data: JSON Lines, one
case a line, in files or in directories with *.jsonl files; - is standard input.

  {"id": "…", "template": "…", "request": {"body": "…", "params": {"path": {}, "querystring": {},
   "header": {}}}, "context": {}, "stageVariables": {}, "vars": {}, "expect": {"output": "…"}}
  {"id": "…", "json": "…", "path": "$.items[0]", "expect": {"json_text": "…"}}

expect has output, overrides or error of a template; value, kind, path_text,
json_text or error of a path. A case whose expect is null is not run.

Each failing case is shown, and last how many passed and failed. The exit code is 1
if any failed.`,
		Example: `  postern test tests/templates.jsonl
  postern test tests -o json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("postern test tests/templates.jsonl", "postern test needs a file of cases")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.test(args) },
	}
}

func (c *command) test(args []string) error {
	files, err := caseFiles(args)
	if err != nil {
		return err
	}
	doc := testsDocument{Schema: testsSchema, Failures: []testFailure{}}
	for _, file := range files {
		if err := c.runCases(file, &doc); err != nil {
			return err
		}
	}
	if c.output == outputJSON {
		err = c.json(&doc)
	} else {
		if doc.Skipped > 0 {
			fmt.Fprintf(c.Out, "%d skipped: nothing is expected of them\n", doc.Skipped)
		}
		_, err = fmt.Fprintf(c.Out, "%d passed, %d failed\n", doc.Passed, doc.Failed)
	}
	if err == nil && doc.Failed > 0 {
		return &exit{code: exitFailed}
	}
	return err
}

// caseFiles returns the files of cases that args name: themselves, or those of a
// directory.
func caseFiles(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if arg == "-" || err != nil || !info.IsDir() {
			files = append(files, arg)
			continue
		}
		found, err := filepath.Glob(filepath.Join(escapeGlob(arg), "*.jsonl"))
		if err != nil || len(found) == 0 {
			return nil, failed("name the files of cases", "%s: there is no *.jsonl file in this directory", arg)
		}
		files = append(files, found...)
	}
	return files, nil
}

// escapeGlob takes the meaning from the signs of a pattern in the name of a
// directory. On Windows a backslash separates, and such names are rare.
func escapeGlob(dir string) string {
	if filepath.Separator == '\\' {
		return dir
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

func (c *command) runCases(file string, doc *testsDocument) error {
	in := c.In
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			help := ""
			if errors.Is(err, os.ErrPermission) {
				help = "give yourself permission to read it"
			}
			return failed(help, "%w", err)
		}
		defer f.Close()
		in = io.Reader(f)
	}
	err := cases.Run(file, in, cases.Limits{}, func(r cases.Result) bool {
		switch r.Outcome {
		case cases.Passed:
			doc.Passed++
		case cases.Skipped:
			doc.Skipped++
		default:
			doc.Failed++
			if c.output == outputJSON {
				doc.Failures = append(doc.Failures, failureOf(r))
			} else {
				c.showFailure(r)
			}
		}
		return true
	})
	if err != nil {
		return failed("cases are JSON Lines: one JSON object a line", "%w", err)
	}
	return nil
}

func failureOf(r cases.Result) testFailure {
	out := testFailure{File: r.File, Line: r.Line, ID: r.ID, What: r.What, Source: r.Source, Got: r.Got, Want: r.Want}
	if r.Err != nil {
		out.Error = r.Err.Error()
	}
	return out
}

// showFailure prints a case that failed, with what differs.
func (c *command) showFailure(r cases.Result) {
	place := fmt.Sprintf("%s:%d:", r.File, r.Line)
	if r.ID != "" {
		place += " " + printable(r.ID) + ":"
	}
	switch {
	case r.What == "":
		fmt.Fprintf(c.Out, "%s %s %s\n", c.style.red("✗"), c.style.bold(place), printable(r.Err.Error()))
		return
	case r.Err != nil:
		fmt.Fprintf(c.Out, "%s %s it fails: %s\n", c.style.red("✗"), c.style.bold(place), printable(r.Err.Error()))
	case r.What == "error":
		fmt.Fprintf(c.Out, "%s %s it does not fail, and was to\n", c.style.red("✗"), c.style.bold(place))
	default:
		fmt.Fprintf(c.Out, "%s %s %s differs\n", c.style.red("✗"), c.style.bold(place), r.What)
	}
	c.showSource(r.Source)
	if r.What != "error" {
		c.showDiff(r.Want, r.Got)
	}
}

const (
	maxSourceLines = 12  // of a template that is shown with its failure
	maxDiffLines   = 40  // of each side
	maxDiffLine    = 400 // characters
)

func (c *command) showSource(source string) {
	lines := strings.Split(strings.TrimSuffix(source, "\n"), "\n")
	for i, l := range lines {
		if i == maxSourceLines {
			fmt.Fprintf(c.Out, "    %s\n", c.style.dim(fmt.Sprintf("… and %d more lines", len(lines)-i)))
			return
		}
		fmt.Fprintf(c.Out, "    %s %s\n", c.style.dim("│"), visible(cutText(l, maxDiffLine)))
	}
}

// showDiff prints the lines that differ, and under a line where it begins to.
func (c *command) showDiff(want, got string) {
	if want == got {
		return
	}
	old, now := strings.Split(want, "\n"), strings.Split(got, "\n")
	same := 0
	for same < len(old)-1 && same < len(now)-1 && old[same] == now[same] {
		same++
	}
	old, now = old[same:], now[same:]
	for len(old) > 1 && len(now) > 1 && old[len(old)-1] == now[len(now)-1] {
		old, now = old[:len(old)-1], now[:len(now)-1]
	}
	if same > 0 {
		fmt.Fprintf(c.Out, "    %s\n", c.style.dim(fmt.Sprintf("from line %d on", same+1)))
	}
	from := commonPrefix(old[0], now[0])
	c.showSide("-", old, from)
	c.showSide("+", now, from)
	if len(old) == 1 && len(now) == 1 {
		cut := 0
		if from > maxDiffLine/2 {
			cut = from - maxDiffLine/2
		}
		before := utf8.RuneCountInString(visible(string([]rune(now[0])[cut:from])))
		if cut > 0 {
			before++
		}
		fmt.Fprintf(c.Out, "      %s%s\n", strings.Repeat(" ", before), c.style.yellow("^ differs from here"))
	}
}

// showSide prints the lines of one side. The first is cut so that the character
// at from, where it begins to differ, can be seen.
func (c *command) showSide(sign string, lines []string, from int) {
	paint := c.style.green
	if sign == "-" {
		paint = c.style.red
	}
	for i, l := range lines {
		if i == maxDiffLines {
			fmt.Fprintf(c.Out, "    %s %s\n", paint(sign), c.style.dim(fmt.Sprintf("… and %d more lines", len(lines)-i)))
			return
		}
		r := []rune(l)
		if i == 0 && from > maxDiffLine/2 {
			l = "…" + string(r[from-maxDiffLine/2:])
		}
		text := visible(cutText(l, maxDiffLine))
		if i < len(lines)-1 {
			text += c.style.dim("⏎")
		}
		fmt.Fprintf(c.Out, "    %s %s\n", paint(sign), text)
	}
}

// commonPrefix counts the characters at the beginning that are the same.
func commonPrefix(a, b string) int {
	x, y := []rune(a), []rune(b)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// visible writes a line so that blanks at its end and signs without a shape can
// be seen.
func visible(line string) string {
	trimmed := strings.TrimRight(line, " ")
	blanks := len(line) - len(trimmed)
	var b strings.Builder
	for _, r := range trimmed {
		switch {
		case r == '\t':
			b.WriteString("→")
		case r == '\r':
			b.WriteString("␍")
		case r < ' ' || r >= 0x7f && r < 0xa0:
			b.WriteString("?")
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + strings.Repeat("·", blanks)
}
