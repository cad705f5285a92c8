package stack

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
)

// maxErrors is how many errors are reported at once.
const maxErrors = 20

// add takes over the errors of a language.
func (c *comparison) add(err error) {
	var es cfn.Errors
	if errors.As(err, &es) {
		c.errors = append(c.errors, es...)
		return
	}
	c.errors = append(c.errors, &cfn.Error{Position: cfn.Position{File: c.bound.Template.File}, Width: 1, Message: err.Error()})
}

func (c *comparison) err() error {
	if len(c.errors) == 0 {
		return nil
	}
	slices.SortStableFunc(c.errors, func(a, b *cfn.Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return c.errors[:min(len(c.errors), maxErrors)]
}

// problem gives what a type complains about a place in the template.
func (c *comparison) problem(v *cfn.Resolved, p resource.Problem) {
	e := v.Error(c.mask(p.Message), p.Path...)
	e.Help, e.AWS, e.Warning = c.mask(p.Help), c.mask(p.AWS), p.Warning
	if len(e.Path) > 1 {
		e.Help = withConstruct(e.Help, c.bound.Template.Resource(e.Path[1]))
	}
	e.Code, e.Fails = p.Code, p.Fails
	switch {
	case p.Place == nil:
	case p.Place.OnKey:
		e.Position, e.Width = v.KeyPosition(p.Path...)
	default:
		e.Position, e.Width = v.TextPosition(p.Place.Offset, p.Path...), p.Place.Length
	}
	if p.Warning {
		c.plan.Warnings = append(slices.Clip(c.plan.Warnings), e)
		return
	}
	c.errors = append(c.errors, e)
}

// withConstruct adds to a help what made the resource, if the CDK did: nobody
// reads a synthesized template.
func withConstruct(help string, r *cfn.Resource) string {
	if r == nil || r.Metadata == nil {
		return help
	}
	path := r.Metadata.Get("aws:cdk:path")
	if path == nil || path.Kind != cfn.String {
		return help
	}
	if help != "" {
		help += "; "
	}
	return help + "in the CDK app it is " + path.Text
}

// mask keeps the values of NoEcho parameters out of what types say.
func (c *comparison) mask(s string) string {
	values := c.bound.Values()
	for _, name := range noEcho(c.bound.Template) {
		if v := values[name]; len(v) >= 4 {
			s = strings.ReplaceAll(s, v, masked)
		}
	}
	return s
}

// checkTypes reports types that do not exist and attributes that types do not have.
func (c *comparison) checkTypes() {
	t := c.bound.Template
	for _, r := range c.bound.Resources() {
		if r.Type == "" || c.types.Lookup(r.Type) != nil {
			continue // without a type it was reported
		}
		e := &cfn.Error{Position: t.TypePosition(r.ID), Width: len(r.Type), Path: []string{"Resources", r.ID, "Type"}}
		if near := c.types.Near(r.Type); near != "" {
			e.Message, e.Help = "there is no resource type "+r.Type, "did you mean "+near+"?"
			e.AWS = fmt.Sprintf("Template format error: Unrecognized resource types: [%s]", r.Type)
		} else { // AWS may have it
			e.Message = "resources of type " + r.Type + " are not part of Postern"
			e.Help = "take it into a template of its own, or give it a Condition that is false here; postern help templates names the types there are"
		}
		c.errors = append(c.errors, e)
	}
	for _, ref := range t.References() {
		r := c.bound.Resource(ref.To)
		if r == nil || ref.Attribute == "" || ref.From != "" && c.bound.Resource(ref.From) == nil {
			continue
		}
		typ := c.types.Lookup(r.Type)
		if typ == nil || hasAttribute(typ.Schema(), ref.Attribute) {
			continue
		}
		s := typ.Schema()
		names := make([]string, 0, len(s.Attributes))
		for n := range s.Attributes {
			names = append(names, n)
		}
		slices.Sort(names)
		e := &cfn.Error{Position: ref.Position, Width: ref.Width, Path: ref.Path,
			Message: fmt.Sprintf("%s has no attribute %s", typ.Name(), ref.Attribute),
			AWS:     fmt.Sprintf("[Error] /%s: Resource type %s does not support attribute {%s}. Rollback requested by user.", strings.Join(ref.Path, "/"), typ.Name(), ref.Attribute)}
		if len(names) > 0 {
			e.Help = "it has " + strings.Join(names, ", ")
		}
		c.errors = append(c.errors, e)
	}
}

// hasAttribute reports whether Fn::GetAtt can read a name: an attribute, or a
// property, of which also a member.
func hasAttribute(s resource.Schema, name string) bool {
	if _, ok := s.Attributes[name]; ok {
		return true
	}
	top, _, _ := strings.Cut(name, ".")
	_, ok := s.Properties[top]
	return ok || len(s.Properties) == 0 && len(s.Attributes) == 0
}

// advise collects the warnings that types have about a whole template.
func (c *comparison) advise(ids []string) {
	all := c.list(ids)
	for _, id := range ids {
		v, self := c.values[id], c.all[id]
		if a, ok := c.types.Lookup(c.bound.Resource(id).Type).(resource.Advisor); ok && v != nil {
			for _, p := range a.Advise(self, all) {
				p.Warning = true
				c.problem(v, p)
			}
		}
	}
}

func (c *comparison) list(ids []string) []resource.Resource {
	all := make([]resource.Resource, 0, len(ids))
	for _, id := range ids {
		if r, ok := c.all[id]; ok {
			all = append(all, r)
		}
	}
	return all
}

// arrange adds the order that types ask for beyond references. What would close
// a circle is dropped.
func (c *comparison) arrange(ids []string) {
	all := c.list(ids)
	for _, id := range ids {
		o, ok := c.types.Lookup(c.bound.Resource(id).Type).(resource.Orderer)
		if !ok || c.values[id] == nil {
			continue
		}
		above := c.dependents(id)
		needs := slices.Clone(c.plan.needs[id])
		has := map[string]bool{id: true}
		for _, n := range needs {
			has[n] = true
		}
		for _, before := range o.After(c.all[id], all) {
			if c.bound.Resource(before) == nil || has[before] || above[before] {
				continue
			}
			has[before] = true
			needs = append(needs, before)
		}
		c.plan.needs[id] = needs
	}
}

// dependents returns what needs a resource, directly or not.
func (c *comparison) dependents(id string) map[string]bool {
	by := map[string][]string{}
	for other, needs := range c.plan.needs {
		for _, n := range needs {
			by[n] = append(by[n], other)
		}
	}
	seen := map[string]bool{}
	queue := []string{id}
	for len(queue) > 0 {
		next := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, other := range by[next] {
			if !seen[other] {
				seen[other] = true
				queue = append(queue, other)
			}
		}
	}
	return seen
}

// A planResolver knows what of the old stack stays as it is.
//
//   - Ref of what exists and is not replaced is known.
//   - So are its attributes, unless they are volatile, or properties that change.
type planResolver struct{ c *comparison }

func (p planResolver) Ref(id string) (any, bool) {
	in := p.kept(id)
	if in == nil {
		return nil, false
	}
	return in.PhysicalID, true
}

func (p planResolver) GetAtt(id, attr string) (any, bool, error) {
	in := p.kept(id)
	if in == nil {
		return nil, false, nil
	}
	if x := p.c.found[id]; x != nil {
		s := p.c.types.Lookup(x.Type).Schema()
		if s.Attributes[attr].Volatile {
			return nil, false, nil
		}
		top, _, _ := strings.Cut(attr, ".")
		for _, changed := range x.Properties {
			if changed.Name == top {
				return nil, false, nil
			}
		}
	}
	v, ok := lookup(in, attr)
	return v, ok, nil
}

// kept returns the instance of a resource that is there and will stay.
func (p planResolver) kept(id string) *Instance {
	if x := p.c.found[id]; x != nil && (x.Action == Create || x.Replacement != No) {
		return nil
	}
	return p.c.current(id)
}

// lookup returns an attribute of an instance: from what the type returned, or
// one of its properties.
func lookup(in *Instance, attr string) (any, bool) {
	for _, m := range []map[string]any{in.Attributes, in.Stored, in.Properties} {
		if v, ok := m[attr]; ok {
			return v, true
		}
		var v any = m
		for _, name := range strings.Split(attr, ".") {
			inner, _ := v.(map[string]any)
			v = inner[name]
		}
		if v != nil {
			return v, true
		}
	}
	return nil, false
}
