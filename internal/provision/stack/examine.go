package stack

import (
	"postern/internal/lang/cfn"
	"postern/internal/provision/macro"
	"postern/internal/provision/resource"
)

// Examine reads a template and returns all that is wrong with it, of every
// kind at once: its form, its references, and what resource types say about
// properties. Parameters without a value are unknown. It knows no stack and
// touches nothing; a template without errors can be planned.
//
// Errors are sorted by position, at most 20.
func Examine(name string, text []byte, dir string, in cfn.Input, types *resource.Registry, lim cfn.Limits) (errors, warnings cfn.Errors) {
	lim.Transforms = macro.Transforms(dir)
	b, found := cfn.Examine(name, text, in, lim)
	if b == nil {
		return found, nil
	}
	c := &comparison{bound: b, types: types, found: map[string]*Change{}, all: map[string]resource.Resource{}, values: map[string]*cfn.Resolved{}, errors: found}
	c.plan = &Plan{Kind: Create, bound: b, needs: map[string][]string{}, Warnings: b.Template.Warnings}
	c.checkTypes()
	var ids []string
	for _, r := range b.Resources() {
		if types.Lookup(r.Type) != nil {
			ids = append(ids, r.ID)
			c.plan.needs[r.ID] = r.Needs
		}
	}
	for _, id := range sorted(ids, c.needs) {
		c.compare(b.Resource(id))
	}
	if len(c.errors) == 0 {
		c.advise(ids)
		return nil, c.plan.Warnings
	}
	_ = c.err() // sorts
	return c.errors[:min(len(c.errors), maxErrors)], c.plan.Warnings
}

// Parse reads a template with all that it may be expanded by. dir is the
// directory of its file, absolute; empty: it was no file of this machine. The
// error is cfn.Errors.
func Parse(name string, text []byte, dir string) (*cfn.Template, error) {
	return cfn.Parse(name, text, cfn.Limits{Transforms: macro.Transforms(dir)})
}
