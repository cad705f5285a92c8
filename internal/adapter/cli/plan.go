package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
)

// plansSchema is what plan -o json prints.
const plansSchema = "postern.plans/1"

type plansDocument struct {
	Schema string           `json:"schema"`
	Plans  []*stackapi.Plan `json:"plans"` // each of schema postern.plan/1
}

func (c *command) planCommand() *cobra.Command {
	var p place
	var t templates
	var detailed bool
	cmd := &cobra.Command{
		Use:     "plan TEMPLATE…",
		Aliases: []string{"diff"},
		Short:   "Show what up would change, with before and after",
		Long: `Show what postern up would change, with before and after. Nothing is changed.

The templates are compared with the running gateway, or if none runs with the
data directory, or if there is none with nothing.

  +  is made        ~  is changed in place
  -  is deleted     !  is replaced: a new one is made, then the old one deleted`,
		Example: `  postern plan examples/quickstart/template.yaml
  postern plan examples/quickstart/template.yaml --detailed-exitcode -o json`,
		Args: c.needTemplates,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.plan(cmd, &p, &t, args, detailed)
		},
	}
	f := cmd.Flags()
	t.flags(f)
	f.BoolVar(&detailed, "detailed-exitcode", false, "exit with 2 if there are differences, 0 if there are none")
	f.BoolVar(&t.noDeploy, "no-auto-deploy", false, "as in postern up")
	p.houseFlags(f)
	return cmd
}

func (c *command) plan(cmd *cobra.Command, p *place, t *templates, files []string, detailed bool) error {
	ctx := cmd.Context()
	sources, err := c.read(files, t)
	if err != nil {
		return err
	}
	requests, err := t.requests(sources)
	if err != nil {
		return err
	}
	settings, err := c.settings(p)
	if err != nil {
		return err
	}
	client, where, done, err := c.reach(ctx, p, cmd.Flags())
	if err != nil {
		return err
	}
	defer done()
	if err := c.check(ctx, settings, sources, requests, where != ""); err != nil {
		return err
	}
	out := plansDocument{Schema: plansSchema}
	for i, s := range sources {
		plan, err := client.Plan(ctx, s.stack, requests[i])
		if err != nil {
			return c.blame(err, s)
		}
		out.Plans = append(out.Plans, plan)
	}
	different := slices.ContainsFunc(out.Plans, func(p *stackapi.Plan) bool { return !p.Empty() })
	if c.output == outputJSON {
		err = c.json(&out)
	} else {
		for i, plan := range out.Plans {
			if !c.quiet {
				c.problems(plan.Warnings, sources[i:i+1])
			}
			c.showPlan(plan)
		}
		if where == "" {
			c.note("no gateway runs at %s and there is no data directory: compared with nothing", p.url())
		} else {
			c.note("compared with %s; nothing has been changed", where)
		}
	}
	if err == nil && detailed && different {
		return &exit{code: exitUsage}
	}
	return err
}

// showPlan prints a plan.
func (c *command) showPlan(plan *stackapi.Plan) {
	what := "nothing to change"
	if !plan.Empty() {
		what = c.counts(plan)
	}
	fmt.Fprintf(c.Out, "%s  stack %s  plan: %s\n", c.style.bold(plan.Template), plan.Stack, what)
	ids, types := 0, 0
	for _, ch := range plan.Changes {
		ids, types = max(ids, utf8.RuneCountInString(ch.LogicalID)), max(types, len(ch.Type))
	}
	for _, ch := range plan.Changes {
		line := fmt.Sprintf("  %s %s  %s  %s", c.sign(ch.Action), pad(ch.LogicalID, ids), pad(ch.Type, types), word(ch))
		if ch.Line > 0 {
			line += "  " + c.style.dim(fmt.Sprintf("%s:%d", ch.File, ch.Line))
		}
		fmt.Fprintln(c.Out, strings.TrimRight(line, " "))
		for _, p := range ch.Properties {
			c.showChange("      ", p)
		}
		for _, s := range ch.Scope {
			if s != "Properties" {
				fmt.Fprintf(c.Out, "      %s\n", s)
			}
		}
	}
	for _, o := range plan.Outputs {
		fmt.Fprintf(c.Out, "  output %s: %s → %s\n", o.Name, orNone(o.Before), orNone(o.After))
	}
	if plan.Parameters {
		fmt.Fprintln(c.Out, "  parameters of the stack change")
	}
	if plan.Tags {
		fmt.Fprintln(c.Out, "  tags of the stack change")
	}
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func word(ch stackapi.Change) string {
	kept := ""
	if ch.Retain {
		kept = ", the old one is kept"
	}
	switch {
	case ch.Action == stackapi.ActionReplace && ch.Conditional:
		return "is replaced, perhaps" + kept
	case ch.Action == stackapi.ActionReplace:
		return "is replaced" + kept
	case ch.Action == stackapi.ActionDelete && ch.Retain:
		return "leaves the stack and is kept"
	}
	return ""
}

// showChange prints a property before and after. Of maps only what differs is
// shown, of texts with several lines only the lines.
func (c *command) showChange(indent string, p stackapi.PropertyChange) {
	why := ""
	if p.Replace {
		why = c.style.yellow("  forces a replacement")
	}
	if p.Cause != "" {
		why += c.style.dim("  because of " + p.Cause)
	}
	before, isMap := p.Before.(map[string]any)
	after, both := p.After.(map[string]any)
	if isMap && both {
		fmt.Fprintf(c.Out, "%s%s%s\n", indent, p.Name, why)
		names := slices.Sorted(maps.Keys(before))
		for name := range after {
			if _, had := before[name]; !had {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			b, a := before[name], after[name]
			if encode(b) != encode(a) {
				c.showChange(indent+"  ", stackapi.PropertyChange{Name: name, Before: b, After: a})
			}
		}
		return
	}
	b, a := value(p.Before), value(p.After)
	if !strings.Contains(b+a, "\n") && utf8.RuneCountInString(b+a) <= 100 {
		fmt.Fprintf(c.Out, "%s%s: %s → %s%s\n", indent, p.Name, orNone(b), orNone(a), why)
		return
	}
	fmt.Fprintf(c.Out, "%s%s%s\n", indent, p.Name, why)
	old, now := splitLines(b), splitLines(a)
	for len(old) > 0 && len(now) > 0 && old[0] == now[0] {
		old, now = old[1:], now[1:]
	}
	for len(old) > 0 && len(now) > 0 && old[len(old)-1] == now[len(now)-1] {
		old, now = old[:len(old)-1], now[:len(now)-1]
	}
	for _, l := range old {
		fmt.Fprintf(c.Out, "%s  %s %s\n", indent, c.sign(stackapi.ActionDelete), l)
	}
	for _, l := range now {
		fmt.Fprintf(c.Out, "%s  %s %s\n", indent, c.sign(stackapi.ActionCreate), l)
	}
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// value writes a property's value: text as it is, all else as JSON.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if v == "{{changeSet:KNOWN_AFTER_APPLY}}" {
			return "(known after it is made)"
		}
		return printable(v)
	}
	return printable(encode(v))
}

func encode(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// printable takes out what a terminal would obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0) {
			return '?'
		}
		return r
	}, s)
}
