package lint

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"strings"

	"postern/internal/lang/vtl"
)

// This file renders a template for a sample and looks whether the output is the
// JSON that it begins to be.
//
//   - The sample has a value, 1, wherever the template looks for one, or none at
//     all. Only if neither makes JSON is there something to say.
//   - A template that computes, or cuts texts up, is not judged: what it makes of
//     the sample is no sign of what it makes of a request.

// cutting finds methods that take a text apart, or may take their time to.
var cutting = regexp.MustCompile(`\.(substring|subSequence|replace|replaceAll|replaceFirst|split|concat|charAt|trim|indexOf|lastIndexOf|format|matches)\s*\(`)

// sampleLimits are far below what a request may use: checking is to be quick.
var sampleLimits = vtl.Limits{Output: 1 << 20, Steps: 100_000, Memory: 8 << 20, Text: 1 << 20, Depth: 50}

func (c *checker) sample(t *vtl.Template, ctx Context) {
	if !IsJSON(ctx.MediaType) || c.computes || cutting.MatchString(c.text) || len(c.findings) > 0 && c.fails() {
		return
	}
	full, err := t.AppendTo(nil, &vtl.Env{Scope: everything{}, Limits: sampleLimits})
	if err != nil || !begun(full) || json.Valid(full) {
		return
	}
	empty, err := t.AppendTo(nil, &vtl.Env{Limits: sampleLimits})
	if err != nil || !begun(empty) || json.Valid(empty) {
		return
	}
	c.add(Finding{Code: "V0501", Severity: Warning,
		Message: "the output begins like JSON and is none: " + notJSON(full),
		Help:    "postern render shows the output for a request"}, len(c.text)-len(strings.TrimLeft(c.text, " \t\r\n")), 1)
}

// fails reports whether rendering would only repeat an error.
func (c *checker) fails() bool {
	for _, f := range c.findings {
		if f.Severity == Error {
			return true
		}
	}
	return false
}

// Output returns a warning if the output of a template for this media type
// begins like JSON and is none, or nil.
func Output(output []byte, mediaType string) *Finding {
	if !IsJSON(mediaType) || !begun(output) || json.Valid(output) {
		return nil
	}
	return &Finding{Code: "V0501", Severity: Warning, Length: 1, Message: "the output begins like JSON and is none: " + notJSON(output)}
}

// IsJSON reports whether a media type is one of JSON.
func IsJSON(mediaType string) bool {
	t, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		t = strings.ToLower(strings.TrimSpace(mediaType))
	}
	return t == "application/json" || strings.HasSuffix(t, "+json")
}

// begun reports whether an output is meant to be JSON. A template for JSON may
// make something else of it, such as the form that a service wants.
func begun(output []byte) bool {
	s := strings.TrimLeft(string(output[:min(len(output), 1024)]), " \t\r\n")
	return s != "" && (s[0] == '{' || s[0] == '[')
}

// notJSON says what is wrong with an output, and near what.
func notJSON(output []byte) string {
	var v any
	err := json.Unmarshal(output, &v)
	if err == nil {
		return ""
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	const around = 30 // bytes
	at := int(syntax.Offset)
	from, to := max(0, at-around), min(len(output), at+around/2)
	near := strings.ToValidUTF8(string(output[from:to]), "")
	line, column := vtl.Position(string(output), max(0, at-1))
	return fmt.Sprintf("%s at line %d, column %d of the output, near %s", err, line, column, strings.Join(strings.Fields(near), " "))
}

// everything is a Scope in which $input, $util, $context and $stageVariables
// have a value wherever one is looked for.
type everything struct{}

// Variable returns the four gateway variables.
func (everything) Variable(name string) (vtl.Value, bool) {
	switch name {
	case "input", "util", "context", "stageVariables":
		return vtl.Object(everything{}), true
	}
	return vtl.Null, false
}

// Property returns a value.
func (e everything) Property(string) (vtl.Value, bool) { return vtl.Object(e), true }

// Call returns a value.
func (e everything) Call(string, []vtl.Value) (vtl.Value, bool, error) {
	return vtl.Object(e), true, nil
}

// Index returns a value.
func (e everything) Index(vtl.Value) (vtl.Value, bool, error) { return vtl.Object(e), true, nil }

// AppendTo appends 1, which is JSON with and without quotation marks.
func (everything) AppendTo(dst []byte) []byte { return append(dst, '1') }
