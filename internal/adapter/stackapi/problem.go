package stackapi

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
)

// problems turns the errors of a template into documents.
func problems(es cfn.Errors) []Problem {
	out := make([]Problem, len(es))
	for i, e := range es {
		severity := SeverityError
		if e.Warning {
			severity = SeverityWarning
		}
		out[i] = Problem{Severity: severity, File: e.File, Line: e.Line, Column: e.Column, Width: e.Width,
			Path: e.Path, Message: e.Message, Help: e.Help, AWS: e.AWS, Code: e.Code, Fails: e.Fails}
	}
	return out
}

// union joins lists of problems. What one says of a place is not repeated.
func union(lists ...[]Problem) []Problem {
	var out []Problem
	for _, p := range slices.Concat(lists...) {
		same := func(o Problem) bool { return o.Line == p.Line && o.Column == p.Column && o.Message == p.Message }
		if !slices.ContainsFunc(out, same) {
			out = append(out, p)
		}
	}
	return out
}

// blame makes an error that is the template's fault a Failure with problems, and
// leaves others alone.
func blame(err error) error {
	var es cfn.Errors
	if !errors.As(err, &es) {
		return err
	}
	f := &refusal{http.StatusUnprocessableEntity, Failure{Code: CodeTemplate, Message: "the template is not valid", Problems: problems(es)}}
	if len(es) > 0 {
		f.Message = es[0].Error()
	}
	return f
}

// quoted cuts what a stranger sent.
func quoted(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return `"` + strings.ToValidUTF8(s, "?") + `"`
}
