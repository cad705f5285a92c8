package cases

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Limits are the ceilings of reading. A field that is zero has the value of
// DefaultLimits.
type Limits struct {
	Line int   // bytes of one case
	File int64 // bytes of one file, without line ends
}

// DefaultLimits returns the limits of a reader that names none.
func DefaultLimits() Limits { return Limits{Line: 16 << 20, File: 1 << 30} }

// An Outcome says how a case ended.
type Outcome uint8

// The outcomes.
const (
	Passed  Outcome = iota
	Failed          // what was got is not what was expected, or the line is no case
	Skipped         // the case expects nothing
)

// String returns the outcome in one word.
func (o Outcome) String() string { return [...]string{"passed", "failed", "skipped"}[o] }

// A Result is what became of one line.
type Result struct {
	File    string
	Line    int    // from 1
	ID      string // empty where the line says none
	Outcome Outcome

	// Of a failure:
	What   string // what differs: output, overrides, kind…; empty if the line is no case
	Source string // the template or path
	Got    string
	Want   string
	Err    error // why the line is no case, or why the template failed; may be nil
}

// Run runs the cases that r holds and gives each result to yield until it
// returns false. The name is for messages. It returns an error if r cannot be
// read, or has more than the limits allow.
func Run(name string, r io.Reader, lim Limits, yield func(Result) bool) error {
	defaults := DefaultLimits()
	if lim.Line <= 0 {
		lim.Line = defaults.Line
	}
	if lim.File <= 0 {
		lim.File = defaults.File
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, min(lim.Line, 64<<10)), lim.Line+len("\r\n"))
	n := 0
	left := lim.File
	for lines.Scan() {
		n++
		if left -= int64(len(lines.Bytes())); left < 0 {
			return fmt.Errorf("%s:%d: found more than %d bytes in one file, expected fewer", name, n, lim.File)
		}
		text := lines.Bytes()
		if n == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		res := runLine(text)
		res.File, res.Line = name, n
		if !yield(res) {
			return nil
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s:%d: found more than %d bytes on one line, expected fewer", name, n+1, lim.Line)
	case err != nil:
		return fmt.Errorf("%s: read: %w", name, err)
	}
	return nil
}

// A line is the fields of a case that are read; see the package's comment.
type line struct {
	ID string `json:"id"`

	Template       *string         `json:"template"`
	Vars           json.RawMessage `json:"vars"`
	Request        json.RawMessage `json:"request"`
	Context        json.RawMessage `json:"context"`
	StageVariables json.RawMessage `json:"stageVariables"`

	Path     *string `json:"path"`
	JSON     *string `json:"json"`
	Definite *bool   `json:"definite"`

	Expect json.RawMessage `json:"expect"`
}

func runLine(text []byte) Result {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return malformed("", jsonError(err))
	}
	switch {
	case l.Template == nil && l.Path == nil:
		return malformed(l.ID, errors.New(`found neither "template" nor "path", expected one of them`))
	case l.Template != nil && l.Path != nil:
		return malformed(l.ID, errors.New(`found both "template" and "path", expected one of them`))
	case l.Expect == nil:
		return malformed(l.ID, errors.New(`found no "expect", expected it, or null if nothing is known`))
	case absent(l.Expect):
		return Result{ID: l.ID, Outcome: Skipped}
	}
	var res Result
	if l.Template != nil {
		res = l.runTemplate()
		res.Source = *l.Template
	} else {
		res = l.runPath()
		res.Source = *l.Path
	}
	res.ID = l.ID
	return res
}

func malformed(id string, err error) Result {
	return Result{ID: id, Outcome: Failed, Err: err}
}

func differs(what, got, want string) Result {
	return Result{Outcome: Failed, What: what, Got: got, Want: want}
}

// absent reports whether a member is not there or null.
func absent(text json.RawMessage) bool {
	return len(text) == 0 || string(text) == "null"
}

// jsonError says in which column a line is not the JSON that is expected.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("column %d: %w, expected one JSON object on the line", max(syntax.Offset, 1), err)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("found %s, expected one JSON object on the line", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("%s: found %s, expected %s", kind.Field, kind.Value, kindWord(kind.Type.String()))
	}
	return err
}

func kindWord(goType string) string {
	switch goType {
	case "bool":
		return "true, false or null"
	case "string":
		return "text"
	}
	return "an object"
}
