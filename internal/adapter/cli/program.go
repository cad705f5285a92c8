package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"

	"postern/internal/adapter/stackapi"

	"postern/internal/sigv4"
)

// A Program is what the commands need of the outside. All fields but Signals are
// needed.
type Program struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal Terminal
	Getenv   func(string) string
	Environ  func() []string  // NAME=value; nil: not known
	Signals  <-chan os.Signal // interrupts; nil: none
	Version  Version

	Open      func(Settings) (House, error)
	Listen    func(ctx context.Context, addr string) (net.Listener, error)
	NewServer func(http.Handler, *slog.Logger) Server
}

// A Terminal says which of the streams are one.
type Terminal struct{ In, Out, Err bool }

// Settings are what a gateway is started with.
type Settings struct {
	DataDir   string // empty: in memory
	AccountID string
	Region    string
	Links     map[string]string // VPC link, name or ARN → host:port
	Endpoints map[string]string // service of AWS → base URL
	LinkLocal bool              // backends may have link-local addresses
	Keys      []sigv4.Profile   // who may sign; none: only local programs may change anything
	Insecure  bool              // without Keys: anybody may
	Lend      bool              // functions get this process's credentials for AWS
	Traces    int               // requests that are remembered with their execution logs; 0: none
	BaseURL   string            // of the listener, for addresses shown to people; empty: not known
	Version   string
	Log       *slog.Logger

	FunctionLog func(stackapi.LogLine) // gets every line of the functions' logs
}

// A House is a gateway in this process.
type House interface {
	// Handler answers for the data plane, the control plane and the own API.
	Handler() http.Handler
	// Run keeps what is served equal to what is stored, until ctx ends.
	Run(ctx context.Context) error
	Close() error
}

// A Server carries a handler on a listener.
type Server interface {
	Serve(net.Listener) error
	// Shutdown lets requests come to their end until ctx ends, and returns how
	// many were cut.
	Shutdown(ctx context.Context) (cut int, err error)
}

// Main runs a command and returns its exit code.
func (p *Program) Main(ctx context.Context, args []string) int {
	c := &command{Program: p, output: outputText}
	c.style = p.style("auto")
	root := c.root()
	root.SetArgs(spreadLists(args))
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var e *exit
	if !errors.As(err, &e) {
		// What cobra complains about before a command begins.
		e = &exit{code: exitUsage, err: err, help: "postern help shows how it is used"}
	}
	c.report(e)
	return e.code
}

// A command is one run of the program.
type command struct {
	*Program
	style   style
	output  string // text or json
	color   string
	verbose int
	quiet   bool

	fromEnvironment map[string]bool // flags that were set so
}

// Output formats.
const (
	outputText = "text"
	outputJSON = "json"
)
