package cases

import (
	"encoding/json"
	"errors"
	"fmt"

	"postern/internal/lang/mapping"
	"postern/internal/lang/vtl"
	"postern/internal/message"
)

// runTemplate renders the template of a case and compares.
func (l *line) runTemplate() Result {
	want, err := l.expectation()
	if err != nil {
		return malformed(l.ID, err)
	}
	name := l.ID
	if name == "" {
		name = "template"
	}
	var output string
	var overrides any
	var failure, broken error // of the template, of the case
	if l.alone() {
		output, failure, broken = l.renderAlone(name)
	} else {
		output, overrides, failure, broken = l.render(name)
	}
	switch {
	case broken != nil:
		return malformed(l.ID, broken)
	case failure != nil && !want.fails:
		res := differs("error", failure.Error(), want.output)
		res.Err = failure
		return res
	case failure != nil:
		return Result{}
	case want.fails:
		return differs("error", output, "an error")
	case want.hasOutput && output != want.output:
		return differs("output", output, want.output)
	}
	if got, wanted := canonical(overrides), canonical(want.overrides); got != wanted {
		return differs("overrides", got, wanted)
	}
	return Result{}
}

// alone reports whether the template has no variables but those of the case.
func (l *line) alone() bool {
	return !absent(l.Vars) && absent(l.Request) && absent(l.Context) && absent(l.StageVariables)
}

func (l *line) renderAlone(name string) (output string, failure, broken error) {
	vars, err := l.variables()
	if err != nil {
		return "", nil, err
	}
	t, err := vtl.Parse(name, *l.Template)
	if err != nil {
		return "", err, nil
	}
	out, err := t.AppendTo(nil, &vtl.Env{Scope: vars})
	return string(out), err, nil
}

func (l *line) render(name string) (output string, overrides any, failure, broken error) {
	s, err := l.scope()
	if err != nil {
		return "", nil, nil, err
	}
	t, err := mapping.ParseTemplate(name, *l.Template)
	if err != nil {
		return "", nil, err, nil
	}
	out, err := t.AppendTo(nil, s)
	if err != nil {
		return "", nil, err, nil
	}
	return string(out), Overrides(s), nil, nil
}

func (l *line) variables() (vtl.Variables, error) {
	if absent(l.Vars) {
		return nil, nil
	}
	m, err := Object(l.Vars, vtl.Ordered)
	if err != nil {
		return nil, fmt.Errorf("vars: %w", err)
	}
	vars := vtl.Variables{}
	m.Range(func(name, v vtl.Value) bool {
		vars[name.Text()] = v
		return true
	})
	return vars, nil
}

// scope is what the template sees.
func (l *line) scope() (*mapping.Scope, error) {
	s := new(mapping.Scope)
	vars, err := l.variables()
	if err != nil {
		return nil, err
	}
	s.GiveVariables(vars)
	if !absent(l.StageVariables) {
		m, err := Object(l.StageVariables, vtl.Ordered)
		if err != nil {
			return nil, fmt.Errorf("stageVariables: %w", err)
		}
		s.StageVariables = map[string]string{}
		m.Range(func(name, v vtl.Value) bool {
			s.StageVariables[name.Text()] = v.Text()
			return true
		})
	}
	context := vtl.NewMap(vtl.Ordered)
	if !absent(l.Context) {
		if context, err = Object(l.Context, vtl.Hashed|vtl.Silent); err != nil {
			return nil, fmt.Errorf("context: %w", err)
		}
	}
	s.GiveContext(context)
	if !absent(l.Request) {
		if err := setRequest(s, l.Request); err != nil {
			return nil, fmt.Errorf("request: %w", err)
		}
	}
	return s, nil
}

func setRequest(s *mapping.Scope, text json.RawMessage) error {
	var request struct {
		Body   json.RawMessage            `json:"body"`
		Params map[string]json.RawMessage `json:"params"`
	}
	if err := json.Unmarshal(text, &request); err != nil {
		return jsonError(err)
	}
	if !absent(request.Body) {
		var body string
		if err := json.Unmarshal(request.Body, &body); err != nil {
			return errors.New("body: found JSON that is not text, expected text or null")
		}
		s.SetRequestBody([]byte(body))
	}
	for group, params := range request.Params {
		add := adder(s, group)
		if add == nil {
			return fmt.Errorf("params: found %q, expected path, querystring or header", group)
		}
		if absent(params) {
			continue
		}
		m, err := Object(params, vtl.Ordered)
		if err != nil {
			return fmt.Errorf("params: %s: %w", group, err)
		}
		AddParameters(m, add)
	}
	return nil
}

// adder returns what adds a parameter to a group of them, or nil.
func adder(s *mapping.Scope, group string) func(name, value string) {
	switch group {
	case "path":
		return func(name, value string) { s.Path = append(s.Path, message.Pair{Name: name, Value: value}) }
	case "querystring":
		return func(name, value string) { s.Query = append(s.Query, message.Pair{Name: name, Value: value}) }
	case "header":
		return func(name, value string) { s.Header = append(s.Header, message.Field{Name: name, Value: value}) }
	}
	return nil
}

// AddParameters calls add for each parameter of a JSON object. A list is a
// parameter that is repeated.
func AddParameters(m *vtl.Map, add func(name, value string)) {
	m.Range(func(name, v vtl.Value) bool {
		list := v.AsList()
		if list == nil {
			add(name.Text(), v.Text())
			return true
		}
		for i := range list.Len() {
			add(name.Text(), list.At(i).Text())
		}
		return true
	})
}

// A renderExpectation is what a template case expects.
type renderExpectation struct {
	output    string
	hasOutput bool
	overrides any // nil: none
	fails     bool
}

func (l *line) expectation() (renderExpectation, error) {
	var e struct {
		Output    *string         `json:"output"`
		Overrides json.RawMessage `json:"overrides"`
		Error     json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(l.Expect, &e); err != nil {
		return renderExpectation{}, fmt.Errorf("expect: %w", jsonError(err))
	}
	x := renderExpectation{hasOutput: e.Output != nil, fails: !absent(e.Error) && string(e.Error) != "false"}
	switch {
	case x.fails && x.hasOutput:
		return x, errors.New("expect: found both output and error, expected one of them")
	case !x.fails && !x.hasOutput && absent(e.Overrides):
		return x, errors.New("expect: found none of output, overrides and error, expected one")
	}
	if x.hasOutput {
		x.output = *e.Output
	}
	if !absent(e.Overrides) {
		m, err := Object(e.Overrides, vtl.Ordered)
		if err != nil {
			return x, fmt.Errorf("expect: overrides: %w", err)
		}
		x.overrides = plain(m.Value())
	}
	return x, nil
}
