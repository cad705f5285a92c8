package stack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
	"postern/internal/store"
)

// A Plan says what will happen to a stack. It is made by Compare and carried
// out by Execute, and shows no secrets.
type Plan struct {
	Stack    string         `json:"stack"`
	StackID  string         `json:"stackId"`
	Kind     Action         `json:"kind"` // Create or Update
	Changes  []Change       `json:"changes"`
	Outputs  []OutputChange `json:"outputs,omitempty"`
	Warnings cfn.Errors     `json:"-"`

	// Parameters and Tags report whether those of the stack differ.
	Parameters bool `json:"parametersChange,omitempty"`
	Tags       bool `json:"tagsChange,omitempty"`

	bound    *cfn.Bound
	template []byte
	input    Input
	order    []string            // logical ids, each after what it needs
	needs    map[string][]string // with the order that types ask for
	revision store.Revision      // of the stack the plan was made for
	started  string              // old stack id that a create replaces
	late     map[string]error    // what types refuse, by logical id; see Input
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool {
	return p.Kind == Update && len(p.Changes) == 0 && len(p.Outputs) == 0 && !p.Tags && !p.Parameters
}

// Values returns the values of the parameters in use, "****" for secrets.
func (p *Plan) Values() map[string]string { return p.bound.Parameters() }

// Count returns how many resources are added, changed in place, replaced (for
// certain or perhaps) and removed.
func (p *Plan) Count() (add, change, replace, remove int) {
	for _, c := range p.Changes {
		switch {
		case c.Action == Create:
			add++
		case c.Action == Delete:
			remove++
		case c.Replacement != No:
			replace++
		default:
			change++
		}
	}
	return add, change, replace, remove
}

// A Change is what will happen to one resource.
type Change struct {
	Action      Action           `json:"action"` // Create, Update or Delete
	LogicalID   string           `json:"logicalId"`
	Type        string           `json:"type"`
	PhysicalID  string           `json:"physicalId,omitempty"`
	Replacement Replacement      `json:"replacement,omitempty"` // of an Update
	Retain      bool             `json:"retain,omitempty"`      // what is removed or replaced stays, without the stack
	Scope       []string         `json:"scope,omitempty"`       // Properties, Tags, DeletionPolicy, UpdateReplacePolicy
	Properties  []PropertyChange `json:"properties,omitempty"`
	Position    cfn.Position     `json:"position,omitzero"` // of the resource in the template
}

// A Replacement says whether an Update makes a new resource and deletes the old.
type Replacement string

// Maybe means that it depends on a value that is not known yet.
const (
	No    Replacement = ""
	Maybe Replacement = "Conditional"
	Yes   Replacement = "True"
)

// A PropertyChange is a property that differs.
type PropertyChange struct {
	Name     string       `json:"name"`
	Before   any          `json:"before"` // nil: absent
	After    any          `json:"after"`  // nil: absent; a value not known yet is written as AWS does
	Replace  bool         `json:"replace,omitempty"`
	Unknown  bool         `json:"unknown,omitempty"` // may turn out equal
	Reason   Reason       `json:"reason"`
	Cause    string       `json:"cause,omitempty"`   // the parameter, resource or Resource.Attribute
	Position cfn.Position `json:"position,omitzero"` // of the new value
}

// A Reason is why a property differs, in the words of change sets.
type Reason string

// See "ResourceChangeDetail".
const (
	DirectModification Reason = "DirectModification"
	ParameterReference Reason = "ParameterReference"
	ResourceReference  Reason = "ResourceReference"
	ResourceAttribute  Reason = "ResourceAttribute"
)

// An OutputChange is an output that differs.
type OutputChange struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

const (
	masked  = "****"
	unknown = "{{changeSet:KNOWN_AFTER_APPLY}}" // what AWS shows in change sets
)

// A comparison is the work of Compare.
type comparison struct {
	old    *State // nil: there is no stack
	bound  *cfn.Bound
	types  *resource.Registry
	plan   *Plan
	found  map[string]*Change
	all    map[string]resource.Resource // of the template, as far as known
	values map[string]*cfn.Resolved
	errors cfn.Errors
	late   bool // what types refuse is of the plan
}

// Compare returns what must happen to make a stack what a template wants. It
// touches nothing. Old is nil for a stack that does not exist. The error is
// cfn.Errors: all that types and references complain about.
func Compare(old *State, b *cfn.Bound, types *resource.Registry) (*Plan, error) {
	return compare(old, b, types, false)
}

func compare(old *State, b *cfn.Bound, types *resource.Registry, late bool) (*Plan, error) {
	c := &comparison{old: old, bound: b, types: types, late: late, found: map[string]*Change{}, all: map[string]resource.Resource{}, values: map[string]*cfn.Resolved{}}
	c.plan = &Plan{Kind: Create, bound: b, needs: map[string][]string{}, late: map[string]error{}, Warnings: b.Template.Warnings}
	if old != nil {
		c.plan.Kind, c.plan.Stack, c.plan.StackID = Update, old.Name, old.ID
	}
	c.checkTypes()
	if err := c.err(); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(b.Resources()))
	for _, r := range b.Resources() {
		ids = append(ids, r.ID)
		c.plan.needs[r.ID] = r.Needs
	}
	for _, id := range sorted(ids, c.needs) {
		c.compare(b.Resource(id))
	}
	c.arrange(ids)
	c.plan.order = sorted(ids, c.needs)
	c.advise(ids)
	if err := c.err(); err != nil {
		return nil, err
	}
	for _, id := range c.plan.order {
		if x := c.found[id]; x != nil {
			c.plan.Changes = append(c.plan.Changes, *x)
		}
	}
	c.removals()
	if err := c.outputs(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(c.plan.Warnings, func(a, b *cfn.Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return c.plan, nil
}

func (c *comparison) needs(id string) []string { return c.plan.needs[id] }

// current returns the instance of a logical id in the old stack, or nil.
func (c *comparison) current(id string) *Instance {
	if c.old == nil {
		return nil
	}
	if rec := c.old.records[id]; rec != nil {
		return rec.Current
	}
	return nil
}

// compare resolves one resource, lets its type check it, and notes the change.
func (c *comparison) compare(r *cfn.BoundResource) {
	typ := c.types.Lookup(r.Type)
	if typ == nil {
		return // reported by checkTypes
	}
	v, err := c.bound.Resolve(r.ID, planResolver{c})
	if err != nil {
		c.add(err)
		return
	}
	props := convert(v.Properties()).(map[string]any)
	c.values[r.ID] = v
	self := resource.Resource{LogicalID: r.ID, Type: typ.Name(), Properties: props, After: r.Needs}
	old := c.current(r.ID)
	if old != nil && old.Type == typ.Name() {
		self.PhysicalID, self.Attributes = old.PhysicalID, old.Attributes
	}
	c.all[r.ID] = self
	for _, p := range typ.Check(props) {
		if !c.late || p.Warning {
			c.problem(v, p)
		} else if c.plan.late[r.ID] == nil {
			c.plan.late[r.ID] = &resource.Error{Code: resource.InvalidRequest, Path: p.Path, Message: cmp.Or(p.AWS,
				fmt.Sprintf("Properties validation failed for resource %s with message: #/%s: %s", r.ID, strings.Join(p.Path, "/"), p.Message))}
		}
	}
	x := &Change{Action: Create, LogicalID: r.ID, Type: typ.Name(), Position: c.bound.Template.PositionOf(r.ID)}
	if old == nil {
		c.found[r.ID] = x
		return
	}
	x.Action, x.PhysicalID = Update, old.PhysicalID
	if old.Type != typ.Name() {
		x.Replacement, x.Scope = Yes, []string{"Properties"}
	} else {
		c.properties(x, typ, old, props, v)
	}
	x.Retain = x.Replacement != No && r.UpdateReplacePolicy == "Retain"
	if !samePolicy(old.DeletionPolicy, r.DeletionPolicy) {
		x.Scope = append(x.Scope, "DeletionPolicy")
	}
	if !samePolicy(old.UpdateReplacePolicy, r.UpdateReplacePolicy) {
		x.Scope = append(x.Scope, "UpdateReplacePolicy")
	}
	if len(x.Scope) > 0 {
		c.found[r.ID] = x
	}
}

// samePolicy reads no policy as Delete.
func samePolicy(a, b string) bool { return cmp.Or(a, "Delete") == cmp.Or(b, "Delete") }

// properties asks the type what differs.
func (c *comparison) properties(x *Change, typ resource.Type, old *Instance, props map[string]any, v *cfn.Resolved) {
	for _, d := range typ.Diff(old.Properties, props) {
		unsure := resource.HasUnknown(d.After)
		p := PropertyChange{Name: d.Property, Before: show(d.Before), After: show(d.After), Replace: d.Replace, Unknown: unsure}
		if v.Has(d.Property) {
			p.Position, _ = v.Position(d.Property)
		} else {
			p.Position = x.Position
		}
		secret := typ.Schema().Properties[d.Property].Secret
		if p.Before != nil && (secret || slices.Contains(old.Secret, d.Property)) {
			p.Before = masked
		}
		if p.After != nil && (secret || v.Has(d.Property) && v.Secret(d.Property)) {
			p.After = masked
		}
		p.Reason, p.Cause = c.reason(x.LogicalID, d.Property, unsure)
		x.Properties = append(x.Properties, p)
		switch {
		case d.Replace && !unsure:
			x.Replacement = Yes
		case d.Replace && x.Replacement == No:
			x.Replacement = Maybe
		}
	}
	if len(x.Properties) > 0 {
		x.Scope = append(x.Scope, "Properties")
	}
}

// reason finds in the template what the value of a property comes from.
func (c *comparison) reason(id, property string, unsure bool) (Reason, string) {
	in := func(path []string) bool {
		return len(path) > 3 && path[0] == "Resources" && path[1] == id && path[2] == "Properties" && path[3] == property
	}
	if unsure {
		for _, r := range c.bound.Template.References() {
			if !in(r.Path) || c.found[r.To] == nil {
				continue
			}
			if r.Attribute != "" {
				if _, known, _ := (planResolver{c}).GetAtt(r.To, r.Attribute); !known {
					return ResourceAttribute, r.To + "." + r.Attribute
				}
			} else if _, known := (planResolver{c}).Ref(r.To); !known {
				return ResourceReference, r.To
			}
		}
	}
	if c.old != nil {
		now := c.bound.Parameters()
		for _, r := range c.bound.Template.ParameterReferences() {
			if before, ok := c.old.Parameters[r.To]; in(r.Path) && ok && (before != now[r.To] && now[r.To] != masked) {
				return ParameterReference, r.To
			}
		}
	}
	return DirectModification, ""
}

// removals lists what the template no longer has, in the order of deletion.
func (c *comparison) removals() {
	if c.old == nil {
		return
	}
	var ids []string
	for _, r := range c.old.Resources {
		if c.bound.Resource(r.LogicalID) == nil && c.current(r.LogicalID) != nil {
			ids = append(ids, r.LogicalID)
		}
	}
	needs := func(id string) []string { return c.current(id).Needs }
	order := sorted(ids, needs)
	slices.Reverse(order)
	for _, id := range order {
		in := c.current(id)
		c.plan.Changes = append(c.plan.Changes, Change{Action: Delete, LogicalID: id, Type: in.Type, PhysicalID: in.PhysicalID, Retain: retains(in.DeletionPolicy)})
	}
}

// retains reports whether a policy keeps a resource that was once complete.
func retains(policy string) bool { return policy == "Retain" || policy == "RetainExceptOnCreate" }

// outputs compares outputs as far as they are known.
func (c *comparison) outputs() error {
	values, err := c.bound.ResolveOutputs(planResolver{c})
	if err != nil {
		return err
	}
	before := map[string]Output{}
	if c.old != nil {
		for _, o := range c.old.Outputs {
			before[o.Name] = o
		}
	}
	for _, v := range values {
		after, known := v.Value.(string)
		if !known {
			after = unknown
		}
		b, had := before[v.Name]
		delete(before, v.Name)
		if had && known && b.Value == after && b.Export == v.Export && b.Description == v.Description {
			continue
		}
		if v.Secret {
			after = masked
		}
		c.plan.Outputs = append(c.plan.Outputs, OutputChange{Name: v.Name, Before: b.shown(), After: after})
	}
	for _, o := range before {
		c.plan.Outputs = append(c.plan.Outputs, OutputChange{Name: o.Name, Before: o.shown()})
	}
	slices.SortFunc(c.plan.Outputs, func(a, b OutputChange) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

func (o Output) shown() string {
	if o.Secret {
		return masked
	}
	return o.Value
}

// show writes a value as change sets do.
func show(v any) any {
	switch v := v.(type) {
	case resource.Unknown:
		return unknown
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = show(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = show(x)
		}
		return out
	}
	return v
}

// convert turns the Unknowns of cfn into those of resource.
func convert(v any) any {
	switch v := v.(type) {
	case cfn.Unknown:
		return resource.Unknown(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = convert(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = convert(x)
		}
		return out
	}
	return v
}
