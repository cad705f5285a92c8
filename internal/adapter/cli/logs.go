package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
)

func (c *command) logsCommand() *cobra.Command {
	var p place
	var follow bool
	var tail int
	cmd := &cobra.Command{
		Use:   "logs [FUNCTION]",
		Short: "Show what functions log",
		Long: `Show the log of a Lambda function of the running gateway, or of all functions: the
last lines, and with --follow those to come. The gateway remembers the lines of
its own life.`,
		Example: `  postern logs
  postern logs Greet --tail 20
  postern logs -f shop-Greet-ab12cd34ef56`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("postern logs --help shows how it is used", "found %s, expected one function or none", count(len(args), "argument"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			function := ""
			if len(args) == 1 {
				function = args[0]
			}
			return c.logs(cmd.Context(), &p, function, tail, follow)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with the lines to come, until Ctrl-C")
	cmd.Flags().IntVarP(&tail, "tail", "n", -1, "show the last `N` of the lines that are remembered")
	cmd.Flags().Lookup("tail").DefValue = "all"
	p.clientFlags(cmd.Flags())
	return cmd
}

func (c *command) logs(ctx context.Context, p *place, function string, tail int, follow bool) error {
	client, err := c.client(p)
	if err != nil {
		return err
	}
	functions, err := client.Functions(ctx)
	if err != nil {
		return fault(err)
	}
	if function, err = oneFunction(functions, function); err != nil {
		return err
	}
	if len(functions) == 0 {
		c.note("there are no functions")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan *exit, 1)
	if follow {
		go func() {
			select {
			case sig := <-c.Signals:
				ended <- &exit{code: signalCode(sig)}
				stop()
			case <-ctx.Done():
			}
		}()
	}
	err = client.Logs(ctx, function, tail, follow, func(l *stackapi.LogLine) {
		if c.output == outputJSON {
			text, err := json.Marshal(l)
			if err == nil {
				fmt.Fprintf(c.Out, "%s\n", text)
			}
			return
		}
		fmt.Fprintln(c.Out, c.logLine(l))
	})
	select {
	case e := <-ended:
		return e
	default:
	}
	if err != nil {
		return fault(err)
	}
	return nil
}

// oneFunction finds the function that is meant: by its name, or by its logical
// id if only one function has that in its name.
func oneFunction(functions []stackapi.Function, name string) (string, error) {
	var names, found []string
	for _, f := range functions {
		names = append(names, f.Name)
		if f.Name == name {
			return name, nil
		}
		if name != "" && strings.Contains(f.Name, "-"+name+"-") {
			found = append(found, f.Name)
		}
	}
	switch {
	case name == "":
		return "", nil
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return "", failed("there are "+strings.Join(found, ", "), "%s stands for several functions", cutText(name, 80))
	case len(names) == 0:
		return "", failed("postern up examples/lambda-proxy/template.yaml makes two", "there is no function %s, and no other", cutText(name, 80))
	}
	return "", failed("there are "+strings.Join(names, ", "), "there is no function %s", cutText(name, 80))
}

// logLine shows a line.
func (c *command) logLine(l *stackapi.LogLine) string {
	return c.style.dim(l.Time.Local().Format("15:04:05.000")) + " " + c.style.bold(l.Function) + "  " + printable(l.Text)
}

// functionLog shows a line as it comes, beside what the gateway itself has to
// say. What Lambda adds to each invocation is for -v.
func (c *command) functionLog(l stackapi.LogLine) {
	for _, platform := range []string{"START RequestId: ", "END RequestId: ", "REPORT RequestId: ", "INIT_START "} {
		if c.verbose == 0 && strings.HasPrefix(l.Text, platform) {
			return
		}
	}
	if !c.quiet {
		fmt.Fprintf(c.Err, "%s\n", c.logLine(&l))
	}
}
