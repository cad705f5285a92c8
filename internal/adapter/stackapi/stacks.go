package stackapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/provision/stack"
)

// autoDeployTag on a stack, with the value "off", says that a template without
// Deployment or Stage is not served.
const autoDeployTag = "postern:auto-deploy"

func (s *Server) listStacks(w http.ResponseWriter, r *http.Request) error {
	states, err := s.Stacks.List(r.Context())
	if err != nil {
		return err
	}
	out := Stacks{Schema: StacksSchema, Stacks: make([]Stack, len(states))}
	for i, st := range states {
		out.Stacks[i] = document(st)
		out.Stacks[i].Schema = ""
	}
	write(w, http.StatusOK, &out)
	return nil
}

func (s *Server) getStack(w http.ResponseWriter, r *http.Request) error {
	st, err := s.Stacks.Describe(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	out := document(st)
	write(w, http.StatusOK, &out)
	return nil
}

// document shows a stack without its secrets.
func document(st *stack.State) Stack {
	out := Stack{Schema: StackSchema, Name: st.Name, ID: st.ID, Status: string(st.Status), Reason: st.Reason, Description: st.Description,
		Template: st.File, Created: st.Created, Updated: st.Updated, Tags: st.Tags, Notes: st.Notes}
	for k, v := range st.Parameters {
		if out.Parameters == nil {
			out.Parameters = map[string]string{}
		}
		if slices.Contains(st.NoEcho, k) {
			v = "****"
		}
		out.Parameters[k] = v
	}
	for _, o := range st.Outputs {
		value := o.Value
		if o.Secret {
			value = "****"
		}
		out.Outputs = append(out.Outputs, Output{Name: o.Name, Description: o.Description, Value: value, Export: o.Export})
	}
	for _, r := range st.Resources {
		out.Resources = append(out.Resources, Resource{LogicalID: r.LogicalID, Type: r.Type, PhysicalID: r.PhysicalID,
			Status: string(r.Status), Reason: r.Reason, Note: r.Note})
	}
	return out
}

// check reports what is wrong with templates, each as a new stack. It needs no
// stack and changes none; what a template imports is taken as given.
func (s *Server) check(w http.ResponseWriter, r *http.Request) error {
	var in CheckRequest
	if err := read(w, r, &in); err != nil {
		return err
	}
	out := Problems{Schema: ProblemsSchema, Problems: []Problem{}}
	for _, t := range in.Templates {
		found, err := s.checkOne(t)
		if err != nil {
			return err
		}
		out.Problems = append(out.Problems, found...)
	}
	write(w, http.StatusOK, &out)
	return nil
}

func (s *Server) checkOne(in CheckTemplate) ([]Problem, error) {
	if in.Stack != "" {
		if err := stack.CheckName(in.Stack); err != nil {
			return nil, invalid("%v", err)
		}
	}
	input := cfn.Input{Parameters: in.Parameters, Region: s.Stacks.Region, AccountID: s.Stacks.AccountID, StackName: in.Stack,
		StackID: fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/00000000-0000-0000-0000-000000000000", s.Stacks.Region, s.Stacks.AccountID, in.Stack),
		Export:  func(name string) (string, bool) { return name, true }}
	var found []Problem
	w := wrap(&in.Template)
	t, err := stack.Parse(in.Template.Name, []byte(in.Template.Text), in.Dir)
	if err == nil && in.Keeps && lacks(t, in.Parameters) {
		errs, warnings := stack.Examine(in.Template.Name, []byte(in.Template.Text), in.Dir, input, s.Stacks.Types, cfn.Limits{})
		found = union(problems(errs), problems(warnings))
	} else if err == nil {
		found = problems(t.Warnings)
		var b *cfn.Bound
		b, err = t.Bind(input)
		if err == nil {
			var p *stack.Plan
			if p, err = stack.Compare(nil, b, s.Stacks.Types); err == nil {
				found = problems(p.Warnings)
			}
		}
	}
	var es cfn.Errors
	switch {
	case errors.As(err, &es):
		// What stands in the way of a plan hides what comes after it.
		more, warnings := stack.Examine(in.Template.Name, []byte(in.Template.Text), in.Dir, input, s.Stacks.Types, cfn.Limits{})
		found = union(problems(es), problems(more), found, problems(warnings))
	case err != nil:
		found = append(found, Problem{Severity: SeverityError, File: in.Template.Name, Message: err.Error()})
	}
	found = w.problems(found)
	slices.SortStableFunc(found, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return found, nil
}

// lacks reports whether a parameter has neither a value nor a Default.
func lacks(t *cfn.Template, values map[string]string) bool {
	return slices.ContainsFunc(t.Parameters, func(p *cfn.Parameter) bool {
		_, given := values[p.Name]
		return !given && p.Default == nil
	})
}

// plan reads a StackRequest and compares it with the stack.
func (s *Server) plan(ctx context.Context, name string, in *StackRequest) (*stack.Plan, error) {
	if err := stack.CheckName(name); err != nil {
		return nil, &refusal{http.StatusBadRequest, Failure{Code: CodeInvalid, Message: fmt.Sprintf("%s is not a name for a stack", quoted(name)),
			Help: "a name begins with a letter and has letters, digits and hyphens, at most 128"}}
	}
	if in.Dir != "" && !filepath.IsAbs(in.Dir) {
		return nil, invalid("dir is %s, expected an absolute path", quoted(in.Dir))
	}
	t, err := stack.Parse(in.Template.Name, []byte(in.Template.Text), in.Dir)
	if err != nil {
		return nil, blame(err)
	}
	tags := maps.Clone(in.Tags)
	if in.NoAutoDeploy {
		if tags == nil {
			tags = map[string]string{}
		}
		tags[autoDeployTag] = "off"
	}
	p, err := s.Stacks.Plan(ctx, name, t, stack.Input{Parameters: in.Parameters, KeepAll: true, Tags: tags, Dir: in.Dir})
	var es cfn.Errors
	switch {
	case errors.As(err, &es):
		return nil, blame(err)
	case errors.Is(err, stack.ErrBusy), errors.Is(err, stack.ErrNoStack), ctx.Err() != nil:
		return nil, err
	case err != nil: // tags and exports; the message says which
		return nil, &refusal{http.StatusUnprocessableEntity, Failure{Code: CodeTemplate, Message: err.Error(),
			Problems: []Problem{{Severity: SeverityError, File: in.Template.Name, Message: err.Error()}}}}
	}
	return p, nil
}

func (s *Server) planStack(w http.ResponseWriter, r *http.Request) error {
	var in StackRequest
	if err := read(w, r, &in); err != nil {
		return err
	}
	definition := wrap(&in.Template)
	p, err := s.plan(r.Context(), r.PathValue("name"), &in)
	if err != nil {
		return definition.failure(err)
	}
	write(w, http.StatusOK, definition.plan(s.planDocument(r.Context(), p, in.Template.Name)))
	return nil
}

// planDocument shows a plan.
func (s *Server) planDocument(ctx context.Context, p *stack.Plan, template string) *Plan {
	out := &Plan{Schema: PlanSchema, Stack: p.Stack, Template: template, Action: ActionUpdate, Changes: []Change{},
		Parameters: p.Parameters, Tags: p.Tags, Warnings: problems(p.Warnings)}
	switch {
	case p.Empty():
		out.Action = ActionNone
	case p.Kind == stack.Create:
		out.Action = ActionCreate
	}
	if st, err := s.Stacks.Describe(ctx, p.Stack); err == nil && p.Kind == stack.Update {
		out.Resources = len(st.Resources)
	}
	for _, c := range p.Changes {
		change := Change{Action: string(c.Action), LogicalID: c.LogicalID, Type: c.Type, PhysicalID: c.PhysicalID,
			Conditional: c.Replacement == stack.Maybe, Retain: c.Retain, Scope: c.Scope, File: c.Position.File, Line: c.Position.Line}
		switch {
		case c.Action == stack.Create:
			out.Resources++
		case c.Action == stack.Delete:
			out.Resources--
		case c.Replacement != stack.No:
			change.Action = ActionReplace
		}
		for _, x := range c.Properties {
			change.Properties = append(change.Properties, PropertyChange{Name: x.Name, Before: x.Before, After: x.After,
				Replace: x.Replace, Unknown: x.Unknown, Cause: x.Cause})
		}
		out.Changes = append(out.Changes, change)
	}
	for _, o := range p.Outputs {
		out.Outputs = append(out.Outputs, OutputChange(o))
	}
	return out
}

// putStack makes or changes a stack. Once begun, it comes to its end even if the
// client goes away.
func (s *Server) putStack(w http.ResponseWriter, r *http.Request) error {
	var in StackRequest
	if err := read(w, r, &in); err != nil {
		return err
	}
	definition := wrap(&in.Template)
	p, err := s.plan(r.Context(), r.PathValue("name"), &in)
	if err != nil {
		return definition.failure(err)
	}
	ctx := context.WithoutCancel(r.Context())
	out := newLines(w)
	out.write(&Line{Plan: definition.plan(s.planDocument(ctx, p, in.Template.Name))})
	st, err := s.Stacks.Execute(ctx, p, stack.Options{Observer: out.event, DeleteFailedCreate: true})
	result := out.result(err, p.Stack)
	result.Problems = definition.problems(result.Problems)
	if err == nil {
		result.Stack = document(st)
		apis, err := s.endpoints(ctx, r)
		if err != nil {
			result.OK, result.Reason = false, "list endpoints: "+err.Error()
		}
		own := apisOf(st)
		for _, api := range apis {
			if slices.Contains(own, api.ID) {
				result.APIs = append(result.APIs, api)
			}
		}
	} else if st, err := s.Stacks.Describe(ctx, p.Stack); err == nil {
		result.Stack = document(st)
	}
	out.write(&Line{Result: result})
	return nil
}

func (s *Server) deleteStack(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	st, err := s.Stacks.Describe(r.Context(), name)
	if err != nil {
		return err
	}
	ctx := context.WithoutCancel(r.Context())
	plan := &Plan{Schema: PlanSchema, Stack: name, Template: st.File, Action: ActionDelete, Changes: []Change{}}
	for _, x := range st.Resources {
		plan.Changes = append(plan.Changes, Change{Action: ActionDelete, LogicalID: x.LogicalID, Type: x.Type, PhysicalID: x.PhysicalID,
			Retain: x.DeletionPolicy != "" && x.DeletionPolicy != "Delete"})
	}
	out := newLines(w)
	out.write(&Line{Plan: plan})
	err = s.Stacks.Delete(ctx, name, stack.DeleteOptions{Observer: out.event})
	result := out.result(err, name)
	if err == nil {
		result.Stack.Status = string(stack.DeleteComplete)
	} else if st, err := s.Stacks.Describe(ctx, name); err == nil {
		result.Stack = document(st)
	}
	out.write(&Line{Result: result})
	return nil
}

// lines is an answer that goes on: one Line after the other.
type lines struct {
	w        http.ResponseWriter
	enc      *json.Encoder
	began    map[string]time.Time // by logical id
	messages map[string]string    // of failures, by logical id, without secrets
}

func newLines(w http.ResponseWriter) *lines {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	l := &lines{w: w, enc: json.NewEncoder(w), began: map[string]time.Time{}, messages: map[string]string{}}
	l.enc.SetEscapeHTML(false)
	return l
}

func (l *lines) write(line *Line) {
	line.Schema = LineSchema
	_ = l.enc.Encode(line) // the client may have gone; the work goes on
	_ = http.NewResponseController(l.w).Flush()
}

// event hands on a step of the engine, which calls it one at a time.
func (l *lines) event(ev stack.Event) {
	out := &Event{Time: ev.Time, LogicalID: ev.LogicalID, Type: ev.Type, PhysicalID: ev.PhysicalID, Status: string(ev.Status), Reason: ev.Message, Note: ev.Note}
	if out.Reason == "" {
		out.Reason = ev.Reason
	}
	if ev.Status.InProgress() {
		if l.began[ev.LogicalID].IsZero() {
			l.began[ev.LogicalID] = ev.Time
		}
	} else {
		took := ev.Duration
		if began := l.began[ev.LogicalID]; took == 0 && !began.IsZero() {
			took = ev.Time.Sub(began)
		}
		out.Millis = float64(took.Microseconds()) / 1000
		delete(l.began, ev.LogicalID)
	}
	if ev.Status.Failed() && ev.Message != "" {
		l.messages[ev.LogicalID] = ev.Message
	}
	l.write(&Line{Event: out})
}

// result says how the work ended. Messages of failed steps are those of their
// events, in which secrets are hidden.
func (l *lines) result(err error, name string) *Result {
	out := &Result{OK: err == nil, Stack: Stack{Name: name}}
	if err == nil {
		return out
	}
	var failed *stack.Failed
	if !errors.As(err, &failed) {
		out.Reason = err.Error()
		return out
	}
	out.Reason = strings.TrimSpace(failed.Reason)
	for _, step := range failed.Steps {
		p := Problem{Severity: SeverityError, File: step.Position.File, Line: step.Position.Line, Column: step.Position.Column, Width: 1,
			Path: step.Path, Message: l.messages[step.LogicalID]}
		if p.Message == "" {
			p.Message = step.Err.Error()
		}
		if len(step.Path) == 2 { // the resource itself
			p.Width = len(step.LogicalID)
		}
		p.Message = fmt.Sprintf("%s %s (%s): %s", step.Action, step.LogicalID, step.Type, p.Message)
		out.Problems = append(out.Problems, p)
	}
	return out
}
