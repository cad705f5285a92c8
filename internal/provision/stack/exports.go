package stack

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
	"postern/internal/store"
)

// An Export is an output that other stacks can import.
type Export struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Stack   string `json:"stack"`
	StackID string `json:"stackId"`
}

// An exportError is a sentence of AWS about exports.
type exportError string

func (e exportError) Error() string { return string(e) }

func exportKey(name string) string { return "stack-exports/" + url.PathEscape(name) }
func importKey(name, stack string) string {
	return "stack-imports/" + url.PathEscape(name) + "/" + stack
}

// Exports returns all exports in the order of their names.
func (e *Engine) Exports(ctx context.Context) ([]Export, error) {
	items, _, err := e.Store.List(ctx, "stack-exports/")
	if err != nil {
		return nil, err
	}
	out := make([]Export, len(items))
	for i, item := range items {
		if err := decode(item.Key, item.Value, &out[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Export) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Imports returns the names of the stacks that import an export.
func (e *Engine) Imports(ctx context.Context, export string) ([]string, error) {
	names, _, err := e.importers(ctx, export)
	return names, err
}

func (e *Engine) importers(ctx context.Context, export string) ([]string, store.Revision, error) {
	prefix := importKey(export, "")
	items, revision, err := e.Store.List(ctx, prefix)
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = strings.TrimPrefix(item.Key, prefix)
	}
	return names, revision, err
}

// checkExports refuses a plan that would take an export away from a stack that
// uses it, or give one a second time.
func (e *Engine) checkExports(ctx context.Context, old *State, p *Plan) error {
	values, err := p.bound.ResolveOutputs(nil)
	if err != nil {
		return err
	}
	now := map[string]bool{}
	for _, v := range values {
		if v.Export == "" {
			continue
		}
		if now[v.Export] {
			return exportProblem(v, fmt.Sprintf("the export %s stands twice in this template", v.Export), "")
		}
		now[v.Export] = true
		item, err := e.Store.Get(ctx, exportKey(v.Export))
		if err != nil {
			continue
		}
		var x Export
		if err := decode(item.Key, item.Value, &x); err != nil {
			return err
		}
		if x.Stack != p.Stack {
			aws := fmt.Sprintf("Export with name %s is already exported by stack %s", v.Export, x.Stack)
			return exportProblem(v, aws, aws)
		}
	}
	if old == nil {
		return nil
	}
	for _, o := range old.Outputs {
		if o.Export == "" || now[o.Export] {
			continue
		}
		users, _, err := e.importers(ctx, o.Export)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return exportError(fmt.Sprintf("Export %s cannot be deleted as it is in use by %s", o.Export, strings.Join(users, ", ")))
		}
	}
	return nil
}

func exportProblem(v cfn.OutputValue, message, aws string) error {
	return cfn.Errors{{Position: v.Position, Width: 1, Path: []string{"Outputs", v.Name, "Export"}, Message: message, AWS: aws}}
}

// exportWrites returns what turns the exports of old outputs into those of new
// ones, and what must hold for it.
func (e *Engine) exportWrites(ctx context.Context, st *State, old, new []Output) (conditions []store.Condition, writes []store.Write, err error) {
	before := map[string]string{}
	for _, o := range old {
		if o.Export != "" {
			before[o.Export] = o.Value
		}
	}
	held := func(name, what string) error {
		users, revision, err := e.importers(ctx, name)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return exportError(fmt.Sprintf("Export %s cannot be %s as it is in use by %s", name, what, strings.Join(users, ", ")))
		}
		conditions = append(conditions, store.PrefixUnchanged(importKey(name, ""), revision))
		return nil
	}
	for _, o := range new {
		if o.Export == "" {
			continue
		}
		value, had := before[o.Export]
		delete(before, o.Export)
		if had && value == o.Value {
			continue
		}
		if had {
			if err := held(o.Export, "updated"); err != nil {
				return nil, nil, err
			}
		} else {
			if item, err := e.Store.Get(ctx, exportKey(o.Export)); err == nil {
				var x Export
				_ = decode(item.Key, item.Value, &x)
				return nil, nil, exportError(fmt.Sprintf("Export with name %s is already exported by stack %s", o.Export, x.Stack))
			}
			conditions = append(conditions, store.Absent(exportKey(o.Export)))
		}
		value2, err := encode(Export{Name: o.Export, Value: o.Value, Stack: st.Name, StackID: st.ID})
		if err != nil {
			return nil, nil, err
		}
		writes = append(writes, store.Put(exportKey(o.Export), value2))
	}
	for name := range before {
		if err := held(name, "deleted"); err != nil {
			return nil, nil, err
		}
		writes = append(writes, store.Delete(exportKey(name)))
	}
	return conditions, writes, nil
}

// importWrites notes which exports a stack uses, so that nobody takes them away.
func importWrites(stack string, old, new []string) (writes []store.Write) {
	for _, name := range new {
		if !slices.Contains(old, name) {
			writes = append(writes, store.Put(importKey(name, stack), nil))
		}
	}
	for _, name := range old {
		if !slices.Contains(new, name) {
			writes = append(writes, store.Delete(importKey(name, stack)))
		}
	}
	return writes
}
