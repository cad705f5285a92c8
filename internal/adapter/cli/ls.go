package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
)

// listSchema is what ls -o json prints.
const listSchema = "postern.ls/1"

type listDocument struct {
	Schema  string           `json:"schema"`
	Gateway *stackapi.Info   `json:"gateway"`
	Stacks  []stackapi.Stack `json:"stacks"`
	APIs    []stackapi.API   `json:"apis"`

	Functions []stackapi.Function `json:"functions"`
}

func (c *command) listCommand() *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:     "ls",
		Aliases: []string{"ps", "list"},
		Short:   "List stacks, APIs, stages, addresses and functions",
		Long: `List what the running gateway serves: stacks, APIs, stages, the address of every
method, and functions.`,
		Example: `  postern ls
  postern ls -o json --listen 127.0.0.1:4567`,
		Args: c.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.list(cmd.Context(), &p) },
	}
	p.clientFlags(cmd.Flags())
	return cmd
}

func (c *command) list(ctx context.Context, p *place) error {
	client, err := c.client(p)
	if err != nil {
		return err
	}
	info, err := client.Running(ctx)
	if err != nil {
		return fault(err)
	}
	stacks, err := client.Stacks(ctx)
	if err != nil {
		return fault(err)
	}
	apis, err := client.Endpoints(ctx)
	if err != nil {
		return fault(err)
	}
	functions, err := client.Functions(ctx)
	if err != nil {
		return fault(err)
	}
	if c.output == outputJSON {
		return c.json(&listDocument{Schema: listSchema, Gateway: info, Stacks: stacks, APIs: apis, Functions: functions})
	}
	width := len("STACK")
	for _, s := range stacks {
		width = max(width, len(s.Name))
	}
	if len(stacks) > 0 {
		fmt.Fprintf(c.Out, "%s  %s  %s\n", pad("STACK", width), pad("STATUS", 24), "TEMPLATE")
	}
	for _, s := range stacks {
		fmt.Fprintf(c.Out, "%s  %s  %s\n", pad(s.Name, width), pad(s.Status, 24), s.Template)
	}
	for _, api := range apis {
		from := ""
		if api.Stack != "" {
			from = "  stack " + api.Stack
		}
		fmt.Fprintf(c.Out, "%s\n", strings.TrimRight("API "+c.style.bold(named(api))+from, " "))
		for _, stage := range api.Stages {
			fmt.Fprintf(c.Out, "  stage %s  %s\n", stage.Name, stage.URL)
			if stage.Problem != "" {
				fmt.Fprintf(c.Out, "  %s serves an older deployment: %s\n", c.style.red("!"), stage.Problem)
			}
			c.methods(stage)
		}
		if len(api.Stages) == 0 {
			fmt.Fprintln(c.Out, "  no stage")
		}
	}
	for _, f := range functions {
		what := f.Runtime
		if f.Code != "" {
			what += "  " + f.Code
		}
		if f.Stack != "" {
			what += "  stack " + f.Stack
		}
		fmt.Fprintf(c.Out, "function %s  %s\n", c.style.bold(f.Name), what)
	}
	if len(stacks) == 0 && len(apis) == 0 && len(functions) == 0 {
		c.note("nothing is provisioned; try: postern up examples/quickstart/template.yaml")
	}
	return nil
}
