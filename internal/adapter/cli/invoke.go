package cli

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
)

func (c *command) invokeCommand() *cobra.Command {
	var p place
	var headers []string
	var body, api, stage string
	var trace bool
	cmd := &cobra.Command{
		Use:   "invoke METHOD PATH",
		Short: "Send a request to a method, with its execution log if asked for",
		Long: `Send a request to a method of the running gateway. The body of the answer goes
to stdout; its status and headers, and with --trace the execution log, to stderr.

The path is that below the stage, with a query if there is one. The API and the
stage need not be named if there is only one.`,
		Example: `  postern invoke GET /hello/ada
  postern invoke POST /orders --body '{"item":"tea","count":2}' --header Content-Type:application/json --trace`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("postern invoke GET /hello/ada", "found %s, expected METHOD and PATH", count(len(args), "argument"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			r := stackapi.InvokeRequest{API: api, Stage: stage, Method: strings.ToUpper(args[0]), Path: args[1]}
			return c.invoke(cmd.Context(), &p, r, headers, body, trace)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&headers, "header", "H", nil, "send the header `NAME:VALUE`; may be repeated")
	f.StringVarP(&body, "body", "d", "", "send the body `TEXT`; @file reads a file, - reads stdin")
	f.StringVar(&api, "api", "", "the API with this `ID` or name")
	f.StringVar(&stage, "stage", "", "the stage of this `NAME`")
	f.BoolVar(&trace, "trace", false, "show the execution log")
	p.clientFlags(f)
	return cmd
}

func (c *command) invoke(ctx context.Context, p *place, r stackapi.InvokeRequest, headers []string, body string, trace bool) error {
	if !strings.HasPrefix(r.Path, "/") {
		return usage("", "the path is %q, expected it to begin with a slash", cutText(r.Path, 80))
	}
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || name == "" {
			return usage("", "--header: found %q, expected NAME:VALUE", cutText(h, 80))
		}
		r.Headers = append(r.Headers, [2]string{name, strings.TrimSpace(value)})
	}
	var err error
	if r.Body, err = c.body(body); err != nil {
		return err
	}
	client, err := c.client(p)
	if err != nil {
		return err
	}
	apis, err := client.Endpoints(ctx)
	if err != nil {
		return fault(err)
	}
	if r.API, r.Stage, err = target(apis, r.API, r.Stage); err != nil {
		return err
	}
	res, err := client.Invoke(ctx, r)
	if err != nil {
		return fault(err)
	}
	if c.output == outputJSON {
		if !trace {
			res.Log = nil
		}
		return c.json(res)
	}
	if trace {
		for _, line := range res.Log {
			fmt.Fprintln(c.Err, printable(line))
		}
	}
	if !c.quiet {
		status := fmt.Sprintf("%d %s", res.Status, http.StatusText(res.Status))
		paint := c.style.green
		if res.Status >= 400 {
			paint = c.style.red
		}
		fmt.Fprintf(c.Err, "%s  %s\n", paint(strings.TrimSpace(status)), c.style.dim(fmt.Sprintf("%.1f ms", res.Millis)))
		for _, h := range res.Headers {
			fmt.Fprintf(c.Err, "%s: %s\n", c.style.dim(printable(h[0])), printable(h[1]))
		}
		fmt.Fprintln(c.Err)
	}
	out := res.Body
	if c.Terminal.Out && !utf8.Valid(out) {
		c.note("%d bytes that are no text; send stdout to a file to have them", len(out))
		return nil
	}
	_, err = c.Out.Write(out)
	if c.Terminal.Out && len(out) > 0 && out[len(out)-1] != '\n' {
		fmt.Fprintln(c.Out)
	}
	return err
}

// body reads the value of --body.
func (c *command) body(value string) ([]byte, error) {
	name, isFile := strings.CutPrefix(value, "@")
	if rest, ok := strings.CutPrefix(value, "file://"); ok {
		name, isFile = rest, true
	}
	switch {
	case value == "-":
		return c.readFile("-")
	case isFile:
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, failed("", "--body: %w", err)
		}
		return b, nil
	}
	return []byte(value), nil
}

// target finds the API and the stage that are meant.
func target(apis []stackapi.API, api, stage string) (id, name string, err error) {
	var names []string
	var found []stackapi.API
	for _, a := range apis {
		names = append(names, named(a))
		if api == "" && len(a.Stages) > 0 || api != "" && (a.ID == api || a.Name == api) {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 0 && api == "" && len(apis) > 0:
		return "", "", failed("deploy it: aws apigateway create-deployment --rest-api-id "+apis[0].ID+" --stage-name dev --endpoint-url …", "%s has no stage", strings.Join(names, ", "))
	case len(found) == 0 && api == "":
		return "", "", failed("postern up TEMPLATE provisions one", "no API is served")
	case len(found) == 0:
		return "", "", failed(thereIs(names), "there is no API %s", api)
	case len(found) > 1:
		return "", "", usage("name one with --api: "+strings.Join(names, ", "), "there are %d APIs", len(found))
	}
	a := found[0]
	names = nil
	for _, s := range a.Stages {
		names = append(names, s.Name)
		if s.Name == stage {
			return a.ID, stage, nil
		}
	}
	switch {
	case stage != "":
		return "", "", failed(thereIs(names), "%s has no stage %s", named(a), stage)
	case len(names) == 0:
		return "", "", failed("", "%s has no stage", named(a))
	case len(names) > 1:
		return "", "", usage("name one with --stage: "+strings.Join(names, ", "), "%s has %d stages", named(a), len(names))
	}
	return a.ID, names[0], nil
}
