package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
)

// A tracing is one run of postern trace.
type tracing struct {
	*command
	place  place
	filter stackapi.TraceFilter
	last   bool
	failed bool
	follow bool
	tail   int

	names  map[string]string // of APIs, by their ids
	stages bool              // there are several, so that rows name theirs
}

func (c *command) traceCommand() *cobra.Command {
	t := &tracing{command: c}
	cmd := &cobra.Command{
		Use:   "trace [ID]",
		Short: "Show the last requests, and why one was answered as it was",
		Long: `Show the last requests that the running gateway answered or, with an ID, one of
them whole: what API Gateway's execution log says at each station, and where it
failed. Secrets are masked, and long lines are cut as CloudWatch cuts them.

The ID is one of those that every answer carries: x-amzn-RequestId, of which the
beginning is enough, x-amz-apigw-id, or X-Amzn-Trace-Id.

postern up remembers the last 200 requests; postern serve does with --traces.
They are gone when the gateway stops.`,
		Example: `  postern trace
  postern trace --last
  postern trace --failed --follow
  postern trace 4f1d2a7c`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("postern trace --help shows how it is used", "found %s, expected one ID or none", count(len(args), "argument"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			given := ""
			for _, name := range []string{"last", "failed", "follow", "tail", "api", "stage", "status", "path"} {
				if cmd.Flags().Changed(name) && !c.fromEnvironment[name] {
					given = name
				}
			}
			switch {
			case len(args) == 1 && given != "":
				return usage("", "an ID means one request: --%s has no place beside it", given)
			case len(args) == 1:
				return t.one(cmd.Context(), args[0])
			case t.last && (t.follow || cmd.Flags().Changed("tail")):
				return usage("", "--last shows one request, --follow and --tail show many")
			}
			return t.list(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&t.last, "last", false, "show the newest one whole")
	f.BoolVar(&t.failed, "failed", false, "only those answered with 4xx or 5xx")
	f.BoolVarP(&t.follow, "follow", "f", false, "go on with the requests to come, until Ctrl-C")
	f.IntVarP(&t.tail, "tail", "n", 20, "show the last `N`")
	f.StringVar(&t.filter.API, "api", "", "only those of the API with this `ID` or name")
	f.StringVar(&t.filter.Stage, "stage", "", "only those of the stage of this `NAME`")
	f.StringVar(&t.filter.Status, "status", "", "only those with this `STATUS`, such as 404 or 5xx")
	f.StringVar(&t.filter.Path, "path", "", "only those whose path below the stage begins with `PATH`")
	t.place.clientFlags(f)
	return cmd
}

func (t *tracing) list(ctx context.Context) error {
	switch {
	case t.failed && t.filter.Status != "":
		return usage("", "--failed means 4xx and 5xx: it has no place beside --status")
	case t.failed:
		t.filter.Status = stackapi.StatusFailed
	case t.tail < 1:
		return usage("", "%s: found %d, expected a number of requests", t.setting("tail"), t.tail)
	}
	client, err := t.client(&t.place)
	if err != nil {
		return err
	}
	if err := t.know(ctx, client); err != nil {
		return err
	}
	switch {
	case t.last:
		return t.newest(ctx, client)
	case t.follow:
		return t.followed(ctx, client)
	}
	list, err := client.Traces(ctx, t.filter)
	if err != nil {
		return fault(err)
	}
	earlier := max(0, len(list.Traces)-t.tail)
	list.Traces = list.Traces[earlier:]
	if t.output == outputJSON {
		return t.json(list)
	}
	if len(list.Traces) == 0 {
		t.note("%s", t.none())
		return nil
	}
	t.rows(list.Traces)
	if earlier > 0 {
		t.note("%s before these: postern trace --tail %d", count(earlier, "more request"), earlier+t.tail)
	}
	t.note("one whole: postern trace ID")
	return nil
}

// know learns what the APIs are called.
func (t *tracing) know(ctx context.Context, client *stackapi.Client) error {
	apis, err := client.Endpoints(ctx)
	if err != nil {
		return fault(err)
	}
	t.names = map[string]string{}
	n := 0
	for _, a := range apis {
		t.names[a.ID] = a.Name
		n += len(a.Stages)
		if t.filter.API == a.Name {
			t.filter.API = a.ID
		}
	}
	t.stages = n > 1
	return nil
}

// none says that there is nothing to show.
func (t *tracing) none() string {
	f := t.filter
	if f.Status == "" && f.API == "" && f.Stage == "" && f.Path == "" {
		return "no request has been answered yet; postern ls shows what can be asked"
	}
	return "no such request is remembered; postern trace shows all there are"
}

func (t *tracing) newest(ctx context.Context, client *stackapi.Client) error {
	f := t.filter
	f.Last = 1
	list, err := client.Traces(ctx, f)
	if err != nil {
		return fault(err)
	}
	if len(list.Traces) == 0 {
		return failed("", "%s", t.none())
	}
	trace, err := client.Trace(ctx, list.Traces[0].ExtendedID) // clients may repeat the other
	if err != nil {
		return fault(err)
	}
	return t.show(trace)
}

func (t *tracing) one(ctx context.Context, id string) error {
	client, err := t.client(&t.place)
	if err != nil {
		return err
	}
	trace, err := client.Trace(ctx, id)
	if err != nil {
		return fault(err)
	}
	if err := t.know(ctx, client); err != nil {
		return err
	}
	return t.show(trace)
}

// followed shows requests as they come.
func (t *tracing) followed(ctx context.Context, client *stackapi.Client) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan *exit, 1)
	go func() {
		select {
		case sig := <-t.Signals:
			ended <- &exit{code: signalCode(sig)}
			stop()
		case <-ctx.Done():
		}
	}()
	t.filter.Last = t.tail
	first := true
	err := client.FollowTraces(ctx, t.filter, func(a *stackapi.Answered) {
		if t.output == outputJSON {
			if text, err := json.Marshal(a); err == nil {
				fmt.Fprintf(t.Out, "%s\n", text)
			}
			return
		}
		const usual = 24
		if first {
			t.head(usual)
			first = false
		}
		t.row(a, usual)
	})
	select {
	case e := <-ended:
		return e
	default:
	}
	return fault(err)
}

// rows shows requests as a table.
func (t *tracing) rows(list []stackapi.Answered) {
	width := len("PATH")
	for i := range list {
		width = max(width, len([]rune(t.path(&list[i]))))
	}
	t.head(width)
	for i := range list {
		t.row(&list[i], width)
	}
}

func (t *tracing) head(width int) {
	fmt.Fprintf(t.Out, "%s  %s  %s  %s  %s  %s  %s\n", pad("TIME", 12), "STATUS", pad("METHOD", 7), pad("PATH", width), padLeft("MS", 7), pad("ID", 8), "WHAT FAILED")
}

func (t *tracing) row(a *stackapi.Answered, width int) {
	paint := t.style.green
	switch {
	case a.Status >= 500:
		paint = t.style.red
	case a.Status >= 400:
		paint = t.style.yellow
	}
	fmt.Fprintln(t.Out, strings.TrimRight(fmt.Sprintf("%s  %s  %s  %s  %s  %s  %s",
		t.style.dim(a.Time.Local().Format("15:04:05.000")), paint(pad(fmt.Sprint(a.Status), 6)), pad(cutText(oneLine(a.HTTPMethod), 10), 7),
		pad(t.path(a), width), padLeft(fmt.Sprintf("%.1f", a.Millis), 7), cutID(a.RequestID), cutText(t.what(a), 160)), " "))
}

// path is what a row says of where a request went.
func (t *tracing) path(a *stackapi.Answered) string {
	path := a.Path
	if t.stages {
		name := t.names[a.API]
		if name == "" {
			name = a.API
		}
		path = name + "/" + a.Stage + path
	}
	return cutText(oneLine(path), 60)
}

// cutID is as much of a request id as tells it from others.
func cutID(id string) string { return id[:min(len(id), 8)] }

// what says in a line what failed; empty: nothing.
func (t *tracing) what(a *stackapi.Answered) string {
	f := a.Fault
	switch {
	case f != nil:
		out := t.reason(a)
		if f.Cause != "" {
			out += ": " + f.Cause
		}
		return oneLine(out)
	case a.Status < 400:
		return ""
	case a.BackendStatus == a.Status:
		return fmt.Sprintf("the backend answered %d", a.Status)
	case a.BackendStatus != 0:
		return fmt.Sprintf("the backend answered %d, which the method makes %d", a.BackendStatus, a.Status)
	}
	return fmt.Sprintf("the method answers %d", a.Status)
}

// reason says why a gateway response answered.
func (t *tracing) reason(a *stackapi.Answered) string {
	f := a.Fault
	_, known := t.names[a.API]
	switch {
	case f.Log != "":
		return strings.TrimPrefix(f.Log, "Execution failed due to configuration error: ")
	case a.Resource != "":
		return f.ResponseType + ": " + f.Message
	case f.ResponseType == "MISSING_AUTHENTICATION_TOKEN":
		return "no method is at " + a.HTTPMethod + " " + a.Path
	case f.ResponseType == "ACCESS_DENIED" && f.Message == "Forbidden" && !known:
		return "there is no API " + a.API
	case f.ResponseType == "ACCESS_DENIED" && f.Message == "Forbidden":
		return t.names[a.API] + " has no deployed stage " + a.Stage
	}
	return f.ResponseType + ": " + f.Message
}

// The stations that a trace shows, in walking order.
var stations = []struct{ number, name string }{
	{"1", "method request"}, {"2", "integration request"}, {" ", "backend"}, {"3", "integration response"}, {"4", "method response"},
}

const gatewayResponse = "gateway response"

// show prints a request whole.
func (t *tracing) show(a *stackapi.Trace) error {
	if t.output == outputJSON {
		return t.json(a)
	}
	mark, paint := t.style.green("✓"), t.style.green
	if a.Status >= 400 {
		mark, paint = t.style.red("✗"), t.style.red
	}
	status := strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)))
	fmt.Fprintf(t.Out, "%s %s  %s  %s  %s\n", mark, paint(status), t.style.bold(oneLine(a.HTTPMethod+" "+a.Path)), duration(milliseconds(a.Millis)),
		t.style.dim(a.Time.Local().Format("2006-01-02 15:04:05.000 -07:00")))
	if what := t.what(&a.Answered); what != "" {
		fmt.Fprintf(t.Out, "  %s\n", paint(what))
	}
	line := func(label, text string) { fmt.Fprintf(t.Out, "  %s %s\n", t.style.dim(pad(label, 16)), oneLine(text)) }
	line("asked", a.URL)
	method := "no method"
	if a.Resource != "" {
		method = "method " + a.HTTPMethod + " " + a.Resource
	}
	line("of", named(stackapi.API{ID: a.API, Name: t.names[a.API]})+", stage "+a.Stage+", "+method)
	line("by", fmt.Sprintf("%s; %s sent, %s got", a.Client, bytesOf(a.RequestBytes), bytesOf(a.ResponseBytes)))
	line("x-amzn-RequestId", a.RequestID)
	line("x-amz-apigw-id", a.ExtendedID)
	line("X-Amzn-Trace-Id", a.TraceID)
	fmt.Fprintln(t.Out)
	for i, s := range stations {
		if s.name == "method response" && a.Fault != nil && a.Fault.Station != s.name {
			t.station(a, "!", gatewayResponse, a.Fault.ResponseType, "")
			continue
		}
		about, nothing := "", "nothing is logged"
		switch {
		case s.name == "backend" && a.BackendStatus != 0:
			about = fmt.Sprintf("%d after %s", a.BackendStatus, duration(milliseconds(a.BackendMillis)))
		case s.name == "backend" && a.BackendMillis > 0:
			about = "no answer after " + duration(milliseconds(a.BackendMillis))
		}
		switch {
		case a.Fault != nil && i > slices.IndexFunc(stations, func(s struct{ number, name string }) bool { return s.name == a.Fault.Station }):
			nothing = "not reached"
		case a.Cache == "hit" && i > 0:
			nothing = "spared: the stage cache answered"
		case s.name == "backend":
			nothing = "none is called"
		}
		t.station(a, s.number, s.name, about, nothing)
	}
	return nil
}

// station prints the lines of one station.
func (t *tracing) station(a *stackapi.Trace, number, name, about, nothing string) {
	var lines []string
	for _, l := range a.Log {
		if l.Station == name {
			lines = append(lines, l.Text)
		}
	}
	failed := a.Fault != nil && a.Fault.Station == name
	title := number + " " + name
	switch {
	case failed:
		title = t.style.red(title)
	case len(lines) > 0 || about != "":
		title = t.style.bold(title)
	default:
		title = t.style.dim(title)
	}
	switch {
	case about != "":
		title += "  " + about
	case len(lines) == 0 && !failed:
		title += "  " + t.style.dim(nothing)
	}
	fmt.Fprintln(t.Out, title)
	told := false
	for i, text := range lines {
		if failed && text == a.Fault.Log && !slices.Contains(lines[i+1:], text) {
			t.fault(text, a.Fault.Cause)
			told = true
			continue
		}
		t.line(text)
	}
	if failed && !told {
		t.fault(t.reason(&a.Answered), a.Fault.Cause)
	}
}

// line prints a line of the log. The lines of a payload stand below one another.
func (t *tracing) line(text string) {
	label, rest, ok := strings.Cut(strings.TrimRight(text, " \r\n"), ": ")
	if ok {
		label += ":"
	}
	parts := strings.Split(rest, "\n")
	if len(parts) == 1 {
		fmt.Fprintln(t.Out, strings.TrimRight("    "+t.style.dim(oneLine(label))+" "+oneLine(rest), " "))
		return
	}
	fmt.Fprintln(t.Out, "    "+t.style.dim(oneLine(label)))
	for _, p := range parts {
		fmt.Fprintln(t.Out, strings.TrimRight("      "+oneLine(strings.TrimSuffix(p, "\r")), " "))
	}
}

// fault prints what went wrong at a station.
func (t *tracing) fault(text, cause string) {
	fmt.Fprintf(t.Out, "  %s %s\n", t.style.red("✗"), t.style.red(oneLine(text)))
	if cause != "" {
		fmt.Fprintf(t.Out, "    %s\n", t.style.bold(oneLine(cause)))
	}
}

// oneLine is what a stranger wrote as it can stand in a line of a terminal.
func oneLine(s string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(printable(s))
}

func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-len(text))) + text
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

func bytesOf(n int) string { return count(n, "byte") }
