package cli

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"postern/internal/adapter/stackapi"
)

// upSchema is what up -o json prints when everything is live.
const upSchema = "postern.up/1"

type upDocument struct {
	Schema string             `json:"schema"`
	URL    string             `json:"url"`
	Stacks []*stackapi.Result `json:"stacks"`
}

// An up is one run of postern up.
type up struct {
	*command
	place     place
	templates templates
	echo      string
	timeout   time.Duration
	watching  bool
	flags     *pflag.FlagSet
}

func (c *command) upCommand() *cobra.Command {
	u := &up{command: c}
	cmd := &cobra.Command{
		Use:     "up TEMPLATE…",
		Aliases: []string{"deploy"},
		Short:   "Provision templates and serve them",
		Long: `Provision CloudFormation templates and serve what they describe.

Each template is a stack, named after its file. Resources are made in the order
of their references, what a changed template no longer has is removed at the
end, and when a step fails everything goes back to what it was. An OpenAPI
definition (2.0 or 3.0) is a template of one API.

Without a gateway at the address, one is started in this process and serves
until Ctrl-C. If a Postern answers there already, that one is updated, without
dropping a request, and the command ends.`,
		Example: `  postern up examples/quickstart/template.yaml --with-echo 127.0.0.1:8099
  postern up examples/errors/template.yaml --parameters Backend=http://127.0.0.1:8099
  postern up examples/quickstart/template.yaml --with-echo 127.0.0.1:8099 --watch`,
		Args: c.needTemplates,
		RunE: func(cmd *cobra.Command, args []string) error {
			u.flags = cmd.Flags()
			return u.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	u.templates.flags(f)
	f.BoolVarP(&u.watching, "watch", "w", false, "follow the templates and the files they name: provision them again when they change")
	f.BoolVar(&u.templates.noDeploy, "no-auto-deploy", false, "do not serve a template without Deployment or Stage at a stage local")
	u.place.houseFlags(f)
	echoFlag(f, &u.echo)
	drainFlag(f, &u.timeout)
	u.place.tracesFlag(f, usualTraces)
	return cmd
}

// flags adds those about templates.
func (t *templates) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&t.parameters, "parameters", nil, "parameters of the template, `KEY=VALUE` …; those not given keep their value")
	f.StringArrayVar(&t.overrides, "parameter-overrides", nil, "the same as --parameters")
	f.StringArrayVar(&t.vars, "var", nil, "the same as --parameters")
	f.StringArrayVar(&t.tags, "tags", nil, "tags of the stack, `KEY=VALUE` …")
	f.StringVar(&t.stackName, "stack-name", "", "call the stack `NAME`, not like its file")
	f.StringArray("capabilities", nil, "accepted and not needed")
	f.Lookup("parameter-overrides").Hidden = true
	f.Lookup("var").Hidden = true
	f.Lookup("capabilities").Hidden = true
}

func (u *up) run(ctx context.Context, files []string) error {
	sources, requests, err := u.ask(files)
	if err != nil {
		return err
	}
	settings, err := u.settings(&u.place)
	if err != nil {
		return err
	}
	info, err := u.running(ctx, &u.place)
	if err != nil {
		return err
	}
	if err := u.check(ctx, settings, sources, requests, info != nil || settings.holds()); err != nil {
		return err
	}
	if info != nil {
		return u.update(ctx, info, settings, files, sources, requests)
	}
	s, err := u.start(ctx, &u.place, u.echo)
	if err != nil {
		return err
	}
	results, err := u.patiently(func() ([]*stackapi.Result, error) { return u.put(ctx, s.client(), sources, requests) })
	if errors.Is(err, errNow) {
		return &exit{code: exitInterrupted} // without waiting for anything
	}
	if err == nil {
		err = u.show(s.url, results)
	}
	if err != nil {
		s.close()
		return err
	}
	var changes chan func()
	if u.watching {
		w, err := u.watch(files, s.client())
		if err != nil {
			s.close()
			return err
		}
		defer w.close()
		changes = w.changes
	}
	s.serve()
	u.live(s, false)
	return s.wait(ctx, u.timeout, changes)
}

// errNow is what patiently returns for the second signal.
var errNow = errors.New("interrupted")

// patiently lets work come to its end although a signal comes: a stack is never
// left half done. With the second one it does not wait; then the next start takes
// back what was begun.
func (u *up) patiently(work func() ([]*stackapi.Result, error)) ([]*stackapi.Result, error) {
	type outcome struct {
		results []*stackapi.Result
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		results, err := work()
		done <- outcome{results, err}
	}()
	var first os.Signal
	for {
		select {
		case o := <-done:
			if o.err == nil && first != nil {
				o.err = &exit{code: signalCode(first)}
			}
			return o.results, o.err
		case sig := <-u.Signals:
			if first != nil {
				return nil, errNow
			}
			first = sig
			u.note("stopping when what has begun is done. Ctrl-C again stops now")
		}
	}
}

// ask reads the templates and makes the requests of them.
func (u *up) ask(files []string) ([]source, []stackapi.StackRequest, error) {
	sources, err := u.read(files, &u.templates)
	if err != nil {
		return nil, nil, err
	}
	requests, err := u.templates.requests(sources)
	return sources, requests, err
}

// check looks at all templates before anything is changed. Warnings come with
// the plan. keeps says that there may be stacks of them, whose parameters keep
// their values.
func (c *command) check(ctx context.Context, settings Settings, sources []source, requests []stackapi.StackRequest, keeps bool) error {
	problems, err := c.checkAll(ctx, settings, sources, requests, keeps)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if p.Severity == stackapi.SeverityError {
			return c.invalid(problems, sources)
		}
	}
	return nil
}

func (c *command) checkAll(ctx context.Context, settings Settings, sources []source, requests []stackapi.StackRequest, keeps bool) ([]stackapi.Problem, error) {
	client, done, err := c.checker(settings)
	if err != nil {
		return nil, err
	}
	defer done()
	var problems []stackapi.Problem
	for i, s := range sources {
		found, err := client.Check(ctx, stackapi.CheckRequest{Templates: []stackapi.CheckTemplate{{Stack: s.stack, Keeps: keeps, StackRequest: requests[i]}}})
		if err != nil {
			return nil, fault(err)
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// invalid shows what is wrong with templates.
func (c *command) invalid(problems []stackapi.Problem, sources []source) error {
	c.problems(problems, sources)
	if c.output == outputJSON {
		if err := c.json(&stackapi.Problems{Schema: stackapi.ProblemsSchema, Problems: problems}); err != nil {
			return err
		}
	}
	return &exit{code: exitInvalid}
}

// blame shows the problems of a failure, or turns another error into an exit.
func (c *command) blame(err error, sources ...source) error {
	var f *stackapi.Failure
	if errors.As(err, &f) && len(f.Problems) > 0 {
		return c.invalid(f.Problems, sources)
	}
	return fault(err)
}

// put provisions the stacks one after the other. It stops at the first that
// fails; that one is then what it was before.
func (c *command) put(ctx context.Context, client *stackapi.Client, sources []source, requests []stackapi.StackRequest) ([]*stackapi.Result, error) {
	var results []*stackapi.Result
	for i, s := range sources {
		r, err := c.putOne(ctx, client, s, requests[i])
		if err != nil {
			if i > 0 {
				c.note("%s stack %s is not as wanted; before it were provisioned: %s", c.style.yellow("!"), s.stack, count(i, "stack"))
			}
			return results, err
		}
		results = append(results, r)
	}
	return results, nil
}

func (c *command) putOne(ctx context.Context, client *stackapi.Client, s source, r stackapi.StackRequest) (*stackapi.Result, error) {
	progress := c.newProgress(s.name)
	var warnings []stackapi.Problem
	result, err := client.Put(ctx, s.stack, r, func(l *stackapi.Line) {
		progress.line(l)
		if l.Plan != nil {
			warnings = l.Plan.Warnings
		}
	})
	progress.close()
	if !c.quiet {
		c.problems(warnings, []source{s})
	}
	if err != nil {
		return nil, c.blame(err, s)
	}
	if !result.OK {
		c.problems(result.Problems, []source{s})
		if c.output == outputJSON {
			if err := c.json(&upDocument{Schema: upSchema, URL: client.URL, Stacks: []*stackapi.Result{result}}); err != nil {
				return nil, err
			}
		}
		return nil, failed("mend it and bring it up again", "stack %s was not changed: %s", s.stack, result.Reason)
	}
	for _, n := range result.Stack.Notes {
		c.note("%s", n)
	}
	return result, nil
}

// show prints what is live.
func (c *command) show(url string, results []*stackapi.Result) error {
	if c.output == outputJSON {
		return c.json(&upDocument{Schema: upSchema, URL: url, Stacks: results})
	}
	for _, r := range results {
		c.addresses(r.APIs)
		for _, o := range r.Stack.Outputs {
			c.note("output %s = %s", o.Name, o.Value)
		}
	}
	return nil
}

// update changes a gateway that runs in another process.
func (u *up) update(ctx context.Context, info *stackapi.Info, settings Settings, files []string, sources []source, requests []stackapi.StackRequest) error {
	if err := u.agrees(info, &u.place, settings, u.flags); err != nil {
		return err
	}
	if u.echo != "" && !echoAnswers(ctx, u.echo) {
		return failed("start it in another terminal: postern echo --listen "+u.echo, "--with-echo %s: this command ends when the gateway at %s is updated, and no echo backend runs there yet", u.echo, u.place.url())
	}
	u.note("updating the gateway that runs at %s (process %d)", u.place.url(), info.PID)
	client, err := u.client(&u.place)
	if err != nil {
		return err
	}
	results, err := u.patiently(func() ([]*stackapi.Result, error) { return u.put(ctx, client, sources, requests) })
	if errors.Is(err, errNow) {
		return &exit{code: exitInterrupted} // the gateway goes on
	}
	if err != nil {
		return err
	}
	if err := u.show(client.URL, results); err != nil {
		return err
	}
	if !u.watching {
		return nil
	}
	w, err := u.watch(files, client)
	if err != nil {
		return err
	}
	defer w.close()
	u.note("stop: Ctrl-C (the gateway goes on)")
	for {
		select {
		case <-u.Signals:
			return &exit{code: exitInterrupted}
		case <-ctx.Done():
			return &exit{code: exitInterrupted}
		case f := <-w.changes:
			f()
		}
	}
}

// echoAnswers reports whether an echo backend runs at an address.
func echoAnswers(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.Header.Get(echoHeader) != ""
}
