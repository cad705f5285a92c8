package cli

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
	"postern/internal/nearest"
)

// downSchema is what down -o json prints.
const downSchema = "postern.down/1"

type downDocument struct {
	Schema string             `json:"schema"`
	Stacks []*stackapi.Result `json:"stacks"`
}

func (c *command) downCommand() *cobra.Command {
	var p place
	var all, yes bool
	cmd := &cobra.Command{
		Use:     "down [STACK|TEMPLATE]…",
		Aliases: []string{"destroy"},
		Short:   "Delete stacks and what they made",
		Long: `Delete stacks with everything they made, in the running gateway, or if none
runs in the data directory.

A stack is named by itself or by its template. Without a name the only stack is
meant. On a terminal you are asked first; elsewhere --yes is needed.`,
		Example: `  postern down quickstart
  postern down examples/quickstart/template.yaml --yes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.down(cmd, &p, args, all, yes)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&all, "all", false, "every stack there is")
	f.BoolVarP(&yes, "yes", "y", false, "do not ask")
	p.houseFlags(f)
	return cmd
}

func (c *command) down(cmd *cobra.Command, p *place, args []string, all, yes bool) error {
	ctx := cmd.Context()
	client, where, done, err := c.reach(ctx, p, cmd.Flags())
	if err != nil {
		return err
	}
	defer done()
	stacks, err := client.Stacks(ctx)
	if err != nil {
		return fault(err)
	}
	names, err := chosen(stacks, args, all)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		c.note("there is no stack")
		return nil
	}
	if where == "" {
		where = "memory"
	}
	if err := c.confirm(fmt.Sprintf("delete %s and everything made by it from %s?", strings.Join(names, ", "), where), yes); err != nil {
		return err
	}
	out := downDocument{Schema: downSchema}
	for _, name := range names {
		progress := c.newProgress("stack " + name)
		result, err := client.Delete(ctx, name, progress.line)
		progress.close()
		if err != nil {
			return fault(err)
		}
		out.Stacks = append(out.Stacks, result)
		if !result.OK {
			c.problems(result.Problems, nil)
			return failed("try again when the reason is gone", "stack %s was not deleted: %s", name, result.Reason)
		}
	}
	if c.output == outputJSON {
		return c.json(&out)
	}
	for _, name := range names {
		fmt.Fprintf(c.Out, "deleted %s\n", name)
	}
	return nil
}

// chosen returns the names of the stacks that are meant.
func chosen(stacks []stackapi.Stack, args []string, all bool) ([]string, error) {
	var have []string
	for _, s := range stacks {
		have = append(have, s.Name)
	}
	switch {
	case all && len(args) > 0:
		return nil, usage("", "--all and names exclude each other")
	case all:
		return have, nil
	case len(args) == 0 && len(have) > 1:
		return nil, usage("name one of them, or --all", "there are %d stacks: %s", len(have), strings.Join(have, ", "))
	case len(args) == 0:
		return have, nil
	}
	var names []string
	for _, a := range args {
		name := a
		if !slices.Contains(have, name) {
			name = stackName(a)
		}
		if !slices.Contains(have, name) {
			help := "there is none at all"
			if len(have) > 0 {
				help = thereIs(have)
			}
			if best := nearest.Word(a, have); best != "" {
				help = "did you mean " + best + "?"
			}
			return nil, failed(help, "there is no stack %s", a)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// confirm asks before a loss. The default is no.
func (c *command) confirm(question string, yes bool) error {
	if yes {
		return nil
	}
	if !c.Terminal.In || !c.Terminal.Err {
		return &exit{code: exitRefused, err: fmt.Errorf("%s not confirmed", strings.TrimSuffix(question, "?")), help: "--yes confirms where nobody can be asked"}
	}
	fmt.Fprintf(c.Err, "%s [y/N] ", question)
	line, _ := bufio.NewReader(c.In).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	return &exit{code: exitRefused, err: fmt.Errorf("not confirmed, nothing has been changed")}
}
