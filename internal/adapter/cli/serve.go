package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"postern/internal/adapter/stackapi"
)

// A server is a gateway of this process that listens.
type server struct {
	c        *command
	place    *place
	settings Settings
	house    House
	listener net.Listener
	front    Server
	drain    *stackapi.Drain
	url      string

	open bool // other machines can reach it

	stop    context.CancelFunc
	work    sync.WaitGroup
	failure chan error // why it cannot go on; has room for all who may say so
}

// start opens a gateway and its port. Nothing is served before serve.
func (c *command) start(ctx context.Context, p *place, withEcho string) (_ *server, err error) {
	settings, err := c.settings(p)
	if err != nil {
		return nil, err
	}
	s := &server{c: c, place: p, settings: settings, failure: make(chan error, 3)}
	var undo []func()
	defer func() {
		if err != nil {
			for i := len(undo) - 1; i >= 0; i-- {
				undo[i]()
			}
		}
	}()
	if s.listener, err = c.Listen(ctx, p.listen); err != nil {
		help := ""
		if errors.Is(err, syscall.EADDRINUSE) {
			help = elsewhere(p.listen)
		}
		return nil, failed(help, "%w", err)
	}
	undo = append(undo, func() { s.listener.Close() })
	if s.open, err = reach(s.listener.Addr(), s.settings); err != nil {
		return nil, err
	}
	s.settings.Insecure = s.settings.Insecure && s.open
	s.url = "http://" + s.address()
	s.settings.BaseURL = s.url
	s.settings.FunctionLog = c.functionLog
	var echo net.Listener
	if withEcho != "" {
		if echo, err = c.Listen(ctx, withEcho); err != nil {
			return nil, failed("", "--with-echo: %w", err)
		}
		undo = append(undo, func() { echo.Close() })
		if open, err := reach(echo.Addr(), Settings{}); err != nil || open {
			return nil, usage("", "--with-echo: found %s, expected a loopback address", withEcho)
		}
	}
	if s.house, err = c.open(s.settings); err != nil {
		return nil, err
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = cancel
	s.work.Go(func() {
		if err := s.house.Run(run); err != nil {
			s.failure <- fmt.Errorf("the gateway can no longer follow its store: %w", err)
		}
	})
	if err := untilReady(ctx, s.house, s.url); err != nil {
		s.close()
		return nil, err
	}
	if echo != nil {
		s.work.Go(func() { s.echo(run, echo) })
		c.note("echo backend at http://%s", echo.Addr())
	}
	s.drain = &stackapi.Drain{Handler: s.house.Handler(), Version: c.Version.Number}
	s.front = c.NewServer(s.drain, s.settings.Log)
	return s, nil
}

// address is what the gateway can be reached at.
func (s *server) address() string {
	host, _, _ := net.SplitHostPort(localAddress(s.place.listen))
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return net.JoinHostPort(host, port)
}

// reach reports whether other machines can reach an address. It refuses one
// where anybody could change what is served, unless that is wanted.
func reach(addr net.Addr, s Settings) (open bool, err error) {
	a, err := netip.ParseAddrPort(addr.String())
	if err == nil && a.Addr().Unmap().IsLoopback() {
		return false, nil
	}
	if len(s.Keys) > 0 || s.Insecure {
		return true, nil
	}
	return true, &exit{code: exitRefused, err: fmt.Errorf("listen on %s: other machines could change what is served", addr),
		help: "--credentials FILE asks every caller of the control plane for a signature; --insecure lets everybody in"}
}

// echo runs the echo backend beside the gateway.
func (s *server) echo(ctx context.Context, l net.Listener) {
	front := s.c.NewServer(&Echo{Version: s.c.Version.Number}, s.settings.Log)
	s.work.Go(func() {
		<-ctx.Done()
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_, _ = front.Shutdown(now)
	})
	if err := front.Serve(l); err != nil {
		s.failure <- fmt.Errorf("echo backend: %w", err)
	}
}

// serve accepts connections.
func (s *server) serve() {
	s.work.Go(func() {
		if err := s.front.Serve(s.listener); err != nil {
			s.failure <- fmt.Errorf("%s: %w", s.url, err)
		}
	})
}

// client asks this gateway without a connection.
func (s *server) client() *stackapi.Client { return within(s.house, s.url) }

// close ends the gateway without waiting for requests.
func (s *server) close() error {
	s.listener.Close()
	s.stop()
	s.work.Wait()
	return s.house.Close()
}

// wait serves until a signal comes, and ends cleanly. changes, if any, are run
// as they come.
func (s *server) wait(ctx context.Context, timeout time.Duration, changes <-chan func()) error {
	code := exitDone
	var why error
	for code == exitDone && why == nil {
		select {
		case sig := <-s.c.Signals:
			code = signalCode(sig)
		case <-ctx.Done():
			code = exitInterrupted
		case why = <-s.failure:
		case f := <-changes:
			f()
		}
	}
	s.drain.Start()
	s.c.note("stopping: no new connections; requests that have begun come to their end (at most %s). Ctrl-C again stops now", timeout)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	done := make(chan struct{})
	s.work.Go(func() {
		select {
		case <-s.c.Signals:
			cancel()
		case <-done:
		}
	})
	cut, err := s.front.Shutdown(end)
	close(done)
	if closed := s.close(); err == nil {
		err = closed
	}
	switch {
	case why != nil:
		return failed("", "%w", why)
	case cut > 0:
		return failed("", "stopped; %s cut", count(cut, "request"))
	case err != nil && end.Err() == nil:
		return failed("", "stop: %w", err)
	}
	s.c.note("stopped")
	return &exit{code: code}
}

func signalCode(sig os.Signal) int {
	if sig == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

func (c *command) serveCommand() *cobra.Command {
	var p place
	var timeout time.Duration
	var echo string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve what the data directory holds",
		Long: `Serve what the data directory holds, without a template.

The gateway, the control plane of API Gateway (for the AWS CLI and SDKs) and
Postern's own API share one port. The first Ctrl-C lets requests come to their
end, the second stops now.`,
		Example: `  postern serve
  postern serve --data-dir :memory: --listen 127.0.0.1:4567`,
		Args: c.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.serveData(cmd.Context(), &p, echo, timeout)
		},
	}
	p.houseFlags(cmd.Flags())
	drainFlag(cmd.Flags(), &timeout)
	echoFlag(cmd.Flags(), &echo)
	p.tracesFlag(cmd.Flags(), 0)
	return cmd
}

// tracesFlag adds how many requests are remembered, unless said otherwise as many
// as the command says.
func (p *place) tracesFlag(f *pflag.FlagSet, usual int) {
	f.IntVar(&p.traces, "traces", usual, "remember the last `N` requests with their execution logs, for postern trace; 0: none")
	f.Lookup("traces").NoOptDefVal = strconv.Itoa(usualTraces)
}

// usualTraces is how many requests are remembered if no other number is given.
const usualTraces = 200

// whereFlag is what other commands need to find the gateway; empty: nothing.
func (c *command) whereFlag(p *place) string {
	if p.listen == defaultListen || c.fromEnvironment["listen"] {
		return ""
	}
	return " --listen " + p.listen
}

func drainFlag(f *pflag.FlagSet, timeout *time.Duration) {
	f.DurationVar(timeout, "drain-timeout", 30*time.Second, "when the gateway stops, wait `TIME` for requests to come to their end")
}

func echoFlag(f *pflag.FlagSet, addr *string) {
	f.StringVar(addr, "with-echo", "", "also start the backend of the examples at `HOST:PORT`, see postern echo")
}

func (c *command) serveData(ctx context.Context, p *place, echo string, timeout time.Duration) error {
	info, err := c.running(ctx, p)
	if err != nil {
		return err
	}
	if info != nil {
		return failed("postern ls shows what it serves; --listen "+nextPort(p.listen)+" starts another one",
			"a Postern runs at %s already (process %d)", p.url(), info.PID)
	}
	s, err := c.start(ctx, p, echo)
	if err != nil {
		return err
	}
	apis, err := s.client().Endpoints(ctx)
	if err != nil {
		s.close()
		return fault(err)
	}
	if c.output == outputJSON {
		if err := c.json(&stackapi.Endpoints{Schema: stackapi.EndpointsSchema, APIs: apis}); err != nil {
			s.close()
			return err
		}
	} else {
		c.addresses(apis)
	}
	s.serve()
	c.live(s, len(apis) == 0)
	return s.wait(ctx, timeout, nil)
}

// live says where the gateway is and what can be done next.
func (c *command) live(s *server, empty bool) {
	where := s.settings.DataDir
	if where == "" {
		where = "memory, gone when it stops"
	}
	c.note("control plane %s (AWS_ENDPOINT_URL)   data: %s", s.url, where)
	switch {
	case s.open && len(s.settings.Keys) > 0:
		c.note("%s %s can be reached from other machines: APIs answer them; the control plane and Postern's own API want a signature", c.style.yellow("!"), s.listener.Addr())
	case s.open:
		c.note("%s %s can be reached from other machines, and --insecure lets all of them change what is served", c.style.yellow("!"), s.listener.Addr())
	}
	if empty {
		c.note("nothing is provisioned yet; try: postern up examples/quickstart/template.yaml")
	}
	var next []string
	if len(s.settings.Keys) == 0 { // browsers do not sign
		next = append(next, "console "+s.url+"/_postern/")
	}
	if s.settings.Traces > 0 {
		next = append(next, "traces: postern trace --last"+c.whereFlag(s.place))
	}
	c.note("%s", strings.Join(append(next, "stop: Ctrl-C"), "   "))
}
