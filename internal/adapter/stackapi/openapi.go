package stackapi

import (
	"bytes"
	"errors"
	"strings"

	"postern/internal/apigw/openapi"
)

// This file takes an OpenAPI definition for a template: a stack of one API with
// the definition as its Body. Positions are those of the definition.

const (
	// before stands before the definition, each line of which is indented.
	before = `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body: |2
`
	linesBefore  = 5
	columnsMore  = 8
	pathOfBefore = 4 // names: Resources, Api, Properties, Body
)

// A wrapped says whether a template is a definition that was wrapped.
type wrapped bool

// wrap makes a template of a definition, and leaves a template alone.
func wrap(t *Template) wrapped {
	if !openapi.Is([]byte(t.Text)) {
		return false
	}
	var b strings.Builder
	b.Grow(len(t.Text) + len(t.Text)/2 + len(before))
	b.WriteString(before)
	text := string(bytes.TrimPrefix([]byte(t.Text), []byte("\ufeff")))
	indent := strings.Repeat(" ", columnsMore)
	isJSON := strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{")
	for line := range strings.Lines(text) {
		if strings.TrimRight(line, "\r\n") != "" {
			b.WriteString(indent)
		}
		// In front of a line of JSON a blank is as good as a tab, which would
		// stand where YAML looks for the end of the indentation.
		if rest := strings.TrimLeft(line, " \t"); isJSON && rest != line {
			b.WriteString(strings.Repeat(" ", len(line)-len(rest)))
			line = rest
		}
		b.WriteString(line)
	}
	t.Text = b.String()
	return true
}

// problems gives problems the places that they have in the definition.
func (w wrapped) problems(ps []Problem) []Problem {
	if !w {
		return ps
	}
	for i := range ps {
		p := &ps[i]
		if p.Line -= linesBefore; p.Line < 1 { // about the whole
			p.Line, p.Column, p.Width = 1, 1, 1
		} else {
			p.Column = max(p.Column-columnsMore, 1)
		}
		p.Path = p.Path[min(len(p.Path), pathOfBefore):]
	}
	return ps
}

// failure does so to those of a failure.
func (w wrapped) failure(err error) error {
	var f *refusal
	if bool(w) && errors.As(err, &f) {
		f.Problems = w.problems(f.Problems)
		if len(f.Problems) > 0 {
			f.Message = f.Problems[0].Message
		}
	}
	return err
}

// plan does so to those of a plan.
func (w wrapped) plan(p *Plan) *Plan {
	if w {
		p.Warnings = w.problems(p.Warnings)
		for i := range p.Changes {
			p.Changes[i].Line = 1
		}
	}
	return p
}
