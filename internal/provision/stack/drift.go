package stack

import (
	"context"

	"postern/internal/provision/resource"
)

// A Drift is how a resource differs from what its stack made of it.
//
// See "Detect unmanaged configuration changes to stacks and resources with drift detection".
type Drift struct {
	LogicalID  string            `json:"logicalId"`
	Type       string            `json:"type"`
	PhysicalID string            `json:"physicalId"`
	Status     DriftStatus       `json:"status"`
	Properties []resource.Change `json:"properties,omitempty"` // Before: expected, After: actual
	Message    string            `json:"message,omitempty"`    // why it was not checked
}

// A DriftStatus is the verdict on a resource.
type DriftStatus string

// The verdicts.
const (
	InSync     DriftStatus = "IN_SYNC"
	Modified   DriftStatus = "MODIFIED"
	Deleted    DriftStatus = "DELETED"
	NotChecked DriftStatus = "NOT_CHECKED"
)

// Drift reads every resource of a stack and compares it with the properties in
// the template, as its type reads them. Only those that the template gives
// count, and none that Read does not return. It changes nothing.
func (e *Engine) Drift(ctx context.Context, name string) ([]Drift, error) {
	st, err := e.Describe(ctx, name)
	if err != nil {
		return nil, err
	}
	r := e.newRun(st, operation{}, nil)
	var out []Drift
	for _, s := range st.Resources {
		d := Drift{LogicalID: s.LogicalID, Type: s.Type, PhysicalID: s.PhysicalID, Status: InSync}
		typ := e.Types.Lookup(s.Type)
		if typ == nil {
			d.Status, d.Message = NotChecked, "there is no resource type "+s.Type
			out = append(out, d)
			continue
		}
		var res resource.Result
		err := r.call(ctx, func(ctx context.Context) (err error) {
			res, err = typ.Read(ctx, r.request(s.LogicalID, &s.Instance, st.Tags))
			return err
		})
		switch {
		case resource.CodeOf(err) == resource.NotFound && err != nil:
			d.Status = Deleted
		case err != nil:
			d.Status, d.Message = NotChecked, err.Error()
		default:
			d.Properties = differences(typ, s.Instance, res.Properties)
			if len(d.Properties) > 0 {
				d.Status = Modified
			}
		}
		out = append(out, d)
	}
	return out, ctx.Err()
}

func differences(typ resource.Type, in Instance, actual map[string]any) (out []resource.Change) {
	schema := typ.Schema()
	secret := map[string]bool{}
	for _, name := range in.Secret {
		secret[name] = true
	}
	expected, found := map[string]any{}, map[string]any{}
	for name, v := range in.Properties {
		if schema.Properties[name].WriteOnly {
			continue
		}
		expected[name] = v
		if a, ok := actual[name]; ok {
			found[name] = a
		}
	}
	for _, c := range typ.Diff(expected, found) {
		if _, ours := expected[c.Property]; !ours {
			continue
		}
		if secret[c.Property] || schema.Properties[c.Property].Secret {
			c.Before, c.After = masked, masked
		}
		out = append(out, c)
	}
	return out
}
