package cli

import (
	"context"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
)

func (c *command) checkCommand() *cobra.Command {
	var p place
	var t templates
	cmd := &cobra.Command{
		Use:     "check TEMPLATE…",
		Aliases: []string{"validate"},
		Short:   "Check templates without a gateway",
		Long: `Check templates without a gateway and without side effects: syntax, functions,
references, types, and the properties of every resource. Each problem is shown
where it stands, with what AWS would answer and what to write instead.

Mapping templates, mapping expressions and selection patterns are read too. What
provisions and then fails when a request comes is an error here, and a warning of
postern up, which does as AWS does.

The exit code is 3 if there are errors, 0 if there are only warnings or none.`,
		Example: `  postern check examples/quickstart/template.yaml
  postern check examples/quickstart/template.yaml examples/vpc-link/template.yaml -o json`,
		Args: c.needTemplates,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.checkFiles(cmd.Context(), &p, &t, args)
		},
	}
	f := cmd.Flags()
	t.flags(f)
	f.StringVar(&p.account, "account-id", "", "twelve-digit `ID` of the account in ARNs (default 000000000000)")
	f.StringVar(&p.region, "region", "", "`REGION` in ARNs (default AWS_REGION, else us-east-1)")
	return cmd
}

func (c *command) checkFiles(ctx context.Context, p *place, t *templates, files []string) error {
	sources, err := c.read(files, t)
	if err != nil {
		return err
	}
	requests, err := t.requests(sources)
	if err != nil {
		return err
	}
	p.dataDir = inMemory
	settings, err := c.settings(p)
	if err != nil {
		return err
	}
	problems, err := c.checkAll(ctx, settings, sources, requests, false)
	if err != nil {
		return err
	}
	if problems == nil {
		problems = []stackapi.Problem{}
	}
	for i := range problems {
		if problems[i].Fails { // AWS provisions it, and requests fail
			problems[i].Severity = stackapi.SeverityError
		}
	}
	if c.output == outputJSON {
		if err := c.json(&stackapi.Problems{Schema: stackapi.ProblemsSchema, Problems: problems}); err != nil {
			return err
		}
		for _, x := range problems {
			if x.Severity == stackapi.SeverityError {
				return &exit{code: exitInvalid}
			}
		}
		return nil
	}
	if c.problems(problems, sources) > 0 {
		return &exit{code: exitInvalid}
	}
	if len(problems) == 0 {
		c.note("%s %s: nothing is wrong", c.style.green("✓"), count(len(sources), "template"))
	}
	return nil
}
