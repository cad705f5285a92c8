package cfn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"postern/internal/nearest"
)

// An Input is what a template is told from outside.
type Input struct {
	Parameters       map[string]string
	Region           string // us-east-1 if empty
	AccountID        string // 000000000000 if empty
	Partition        string // aws if empty
	URLSuffix        string // amazonaws.com if empty
	StackName        string
	StackID          string
	NotificationARNs []string

	// Export returns the value of another stack's export. Nil: there are none.
	Export func(name string) (string, bool)
}

// A Bound is a template with its parameter values, in which conditions are
// decided and every function that does not depend on a resource is known to
// work. It is read-only.
type Bound struct {
	Template *Template

	in         Input
	values     map[string]any // of parameters: string or []any of string
	texts      map[string]string
	conditions map[string]bool
	resources  []*BoundResource
	byID       map[string]*BoundResource
	outputs    []*Output
	imports    []string
	lenient    bool // for Examine
}

// A BoundResource is a resource that exists under the given parameters.
type BoundResource struct {
	*Resource
	DeletionPolicy      string   // Delete, Retain or RetainExceptOnCreate
	UpdateReplacePolicy string   // Delete or Retain
	Needs               []string // logical ids that come before it, sorted; without DependsOn on what does not exist
}

// Bind checks parameter values, decides conditions and rules, and tries every
// function. The error is Errors, as for Parse.
func (t *Template) Bind(in Input) (*Bound, error) {
	b, rep := t.bind(in, false)
	if err := rep.err(); err != nil {
		return nil, err
	}
	return b, nil
}

// Examine reads a template to find as much as possible that is wrong with it:
// it does not stop at the first kind of errors. What is missing or wrong is
// Unknown in the result, which is good for looking at and nothing else; it is
// nil if the text cannot be read. The Errors are all that was found.
func Examine(name string, text []byte, in Input, lim Limits) (*Bound, Errors) {
	var found Errors
	t, err := parse(name, text, lim)
	if err != nil {
		found = err.(Errors)
	}
	if t == nil {
		return nil, found
	}
	b, rep := t.bind(in, true)
	return b, append(found, rep.errors...)
}

// bind stops after the first step with errors, unless it is told to go on.
func (t *Template) bind(in Input, lenient bool) (*Bound, *report) {
	in.defaults()
	b := &Bound{Template: t, in: in, lenient: lenient, values: map[string]any{}, texts: map[string]string{}, conditions: map[string]bool{}, byID: map[string]*BoundResource{}}
	rep := &report{limit: t.lim.Errors}
	stop := func() bool { return len(rep.errors) > 0 && !lenient }
	if b.parameters(rep); stop() {
		return nil, rep
	}
	e := b.evaluator(nil, rep)
	for _, c := range t.decide {
		e.condition(c.Name, c.Value, []string{"Conditions", c.Name})
	}
	if stop() {
		return nil, rep
	}
	if !lenient {
		b.rules(e)
	}
	if b.choose(e); stop() {
		return nil, rep
	}
	if !lenient {
		b.depend(rep)
	}
	return b, rep
}

// defaults fills what is empty.
func (in *Input) defaults() {
	for _, d := range []struct {
		field *string
		value string
	}{{&in.Region, "us-east-1"}, {&in.AccountID, "000000000000"}, {&in.Partition, "aws"}, {&in.URLSuffix, "amazonaws.com"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
}

func (b *Bound) parameters(rep *report) {
	t := b.Template
	var missing []string
	for _, p := range t.Parameters {
		value, given := b.in.Parameters[p.Name]
		if !given {
			if p.Default == nil && b.lenient {
				b.values[p.Name] = Unknown{"${" + p.Name + "}"}
				continue
			}
			if p.Default == nil {
				missing = append(missing, p.Name)
				continue
			}
			value = *p.Default
		}
		fail := func(message, aws string) {
			rep.add(&Error{Position: t.keyPosition(p.member), Width: utf8.RuneCountInString(p.Name), Path: []string{"Parameters", p.Name}, Message: message, AWS: aws})
		}
		if len(value) > t.lim.Parameter {
			fail(fmt.Sprintf("the value has %d bytes, at most %d are allowed", len(value), t.lim.Parameter), "")
			continue
		}
		if !utf8.ValidString(value) {
			fail("the value is not UTF-8", "")
			continue
		}
		if problem, aws := p.check(value); problem != "" {
			if given || !b.lenient { // Parse has complained about a Default
				fail(problem, aws)
			}
			b.values[p.Name] = Unknown{"${" + p.Name + "}"}
			continue
		}
		b.texts[p.Name] = value
		b.values[p.Name] = value
		if p.IsList() {
			b.values[p.Name] = p.split(value)
		}
	}
	for _, name := range missing {
		p := t.parameters[name]
		rep.add(&Error{Position: t.keyPosition(p.member), Width: utf8.RuneCountInString(name), Path: []string{"Parameters", name},
			Message: "has no value and no Default", Help: "give it one, as in --parameters " + name + "=…, or a Default", AWS: fmt.Sprintf("Parameters: [%s] must have values", strings.Join(missing, ", "))})
	}
	var names []string
	for _, p := range t.Parameters {
		names = append(names, p.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(b.in.Parameters)) {
		if t.parameters[name] == nil {
			aws := fmt.Sprintf("Parameters: [%s] do not exist in the template", name)
			if len(names) == 0 {
				aws = "Parameter values specified for a template which does not require them."
			}
			rep.add(&Error{Position: Position{File: t.File}, Path: []string{"Parameters", name}, Message: "a value is given for a parameter that the template does not have",
				Help: nearest.Question(name, names), AWS: aws})
		}
	}
}

// rules asserts what the Rules section demands.
func (b *Bound) rules(e *evaluator) {
	for _, r := range b.Template.rules {
		path := []string{"Rules", r.Name}
		apply := true
		for _, key := range []string{"RuleCondition", "RuleConditions"} {
			if c := r.Value.get(key); c != nil {
				apply = apply && e.truth(c, join(path, key))
			}
		}
		if !apply {
			continue
		}
		for _, a := range r.Value.get("Assertions").Items {
			if e.truth(a.get("Assert"), path) {
				continue
			}
			why := "an assertion does not hold"
			if d := a.get("AssertDescription"); d != nil {
				why = d.Text
			}
			e.fail(a, path, "%s", why).AWS = "Template validation error: Rule " + r.Name + " failed: " + why
		}
	}
}

// choose takes the resources and outputs whose conditions hold, and resolves
// each once with nothing known, to find what cannot work.
func (b *Bound) choose(e *evaluator) {
	for _, r := range b.Template.Resources {
		if r.Condition != "" && !b.conditions[r.Condition] {
			continue
		}
		x := &BoundResource{Resource: r}
		b.resources, b.byID[r.ID] = append(b.resources, x), x
	}
	for _, o := range b.Template.Outputs {
		if o.Condition == "" || b.conditions[o.Condition] {
			b.outputs = append(b.outputs, o)
		}
	}
	for _, x := range b.resources {
		x.DeletionPolicy = b.policy(e, x.deletion, []string{"Resources", x.ID, "DeletionPolicy"}, "Delete", "Retain", "RetainExceptOnCreate")
		x.UpdateReplacePolicy = b.policy(e, x.replace, []string{"Resources", x.ID, "UpdateReplacePolicy"}, "Delete", "Retain")
		needs := map[string]bool{}
		e.needs, e.budget = needs, b.Template.lim.Output
		if x.Properties != nil {
			e.value(x.Properties, []string{"Resources", x.ID, "Properties"})
		}
		for _, id := range x.DependsOn {
			if b.byID[id] != nil {
				needs[id] = true
			}
		}
		x.Needs = slices.Sorted(maps.Keys(needs))
	}
	e.needs = nil
	for _, o := range b.outputs {
		e.budget = b.Template.lim.Output
		path := []string{"Outputs", o.Name}
		if v, _ := e.value(o.value, join(path, "Value")); v != nil {
			if _, isText := textOf(v); !isText && !isUnknown(v) && !isVoid(v) {
				e.fail(o.value, join(path, "Value"), "found %s, an output is a string", kindOf(v)).AWS =
					fmt.Sprintf("Template format error: Output %s is malformed. The Value field of every Outputs member must evaluate to a String.", o.Name)
			}
		}
		if o.export != nil {
			e.value(o.export, join(path, "Export", "Name"))
		}
	}
	b.imports = slices.Sorted(maps.Keys(e.imported))
}

func (b *Bound) policy(e *evaluator, n *Node, path []string, allowed ...string) string {
	if n == nil {
		return "Delete"
	}
	v, _ := e.value(n, path)
	if x, ok := v.(void); ok && x.failed {
		return "Delete"
	}
	s, ok := v.(string)
	if !ok || !slices.Contains(allowed, s) {
		e.fail(n, path, "%s is not one of %s", kindOf(v), strings.Join(allowed, ", "))
		return "Delete"
	}
	return s
}

// depend reports circles among the resources that exist.
func (b *Bound) depend(rep *report) {
	g := graph{}
	for _, x := range b.resources {
		g[x.ID] = x.Needs
	}
	b.Template.reportCircles(rep, g)
}

// Resources returns the resources whose conditions hold, in the order of the
// template.
func (b *Bound) Resources() []*BoundResource { return b.resources }

// Resource returns one of them, or nil.
func (b *Bound) Resource(id string) *BoundResource { return b.byID[id] }

// Outputs returns the outputs whose conditions hold.
func (b *Bound) Outputs() []*Output { return b.outputs }

// Imports returns the names of the exports that the template uses, sorted.
func (b *Bound) Imports() []string { return b.imports }

// Condition returns whether a condition holds.
func (b *Bound) Condition(name string) bool { return b.conditions[name] }

// Values returns the values of all parameters in use, with secrets.
func (b *Bound) Values() map[string]string { return maps.Clone(b.texts) }

// Parameters returns the values in use as text, with those of NoEcho parameters
// as "****".
func (b *Bound) Parameters() map[string]string {
	out := make(map[string]string, len(b.texts))
	for name, v := range b.texts {
		if b.Template.parameters[name].NoEcho {
			v = masked
		}
		out[name] = v
	}
	return out
}
