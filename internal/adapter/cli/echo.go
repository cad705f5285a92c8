package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// echoHeader marks the answers of the echo backend.
const echoHeader = "Postern-Echo"

// maxEcho is the size of a body in bytes that the echo backend takes.
const maxEcho = 16 << 20

// An Echo is the small backend of the examples: it answers with what it
// received.
//
//	/status/{code}…   that status
//	/delay/{ms}…      after so many milliseconds, at most a minute
//	anything else     200
type Echo struct{ Version string }

// echoed is the answer. Names are sorted, so that it can be compared.
type echoed struct {
	Method  string         `json:"method"`
	Path    string         `json:"path"`
	Query   map[string]any `json:"query"`   // text, or a list of texts
	Headers map[string]any `json:"headers"` // the same
	Body    string         `json:"body"`    // base64 if it is no text
	JSON    any            `json:"json,omitempty"`
}

// ServeHTTP implements http.Handler.
func (e *Echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	version := e.Version
	if version == "" {
		version = "devel"
	}
	w.Header().Set(echoHeader, version)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEcho))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	status, delay, err := instruction(r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if delay > 0 {
		t := time.NewTimer(delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		}
	}
	out := echoed{Method: r.Method, Path: r.URL.Path, Query: single(r.URL.Query()), Headers: single(r.Header), Body: string(body)}
	out.Headers["Host"] = r.Host
	if !utf8.Valid(body) {
		out.Body = base64.StdEncoding.EncodeToString(body)
	}
	if len(body) > 0 && json.Valid(body) {
		out.JSON = json.RawMessage(body)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status == http.StatusNoContent || status == http.StatusNotModified || r.Method == http.MethodHead {
		return
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(&out) // the client has gone
}

// instruction reads what the path asks for.
func instruction(path string) (status int, delay time.Duration, err error) {
	what, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	number, _, _ := strings.Cut(rest, "/")
	switch what {
	case "status":
		n, err := strconv.Atoi(number)
		if err != nil || n < 200 || n > 599 {
			return 0, 0, fmt.Errorf("/status/%.40s: expected a number from 200 to 599", number)
		}
		return n, 0, nil
	case "delay":
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n > 60_000 {
			return 0, 0, fmt.Errorf("/delay/%.40s: expected milliseconds from 0 to 60000", number)
		}
		return http.StatusOK, time.Duration(n) * time.Millisecond, nil
	}
	return http.StatusOK, 0, nil
}

// single makes a text of a list of one.
func single(values map[string][]string) map[string]any {
	out := make(map[string]any, len(values)+1)
	for k, v := range values {
		if len(v) == 1 {
			out[k] = v[0]
		} else {
			out[k] = v
		}
	}
	return out
}

func (c *command) echoCommand() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "echo",
		Short: "Run the small backend of the examples",
		Long: `Run a small HTTP backend that answers with what it received, as JSON.

  /status/{code}…   answers with that status
  /delay/{ms}…      answers after so many milliseconds
  anything else     answers with 200`,
		Example: `  postern echo
  postern echo --listen 127.0.0.1:8098`,
		Args: c.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runEcho(cmd.Context(), addr) },
	}
	cmd.Flags().StringVar(&addr, "listen", "127.0.0.1:8099", "listen at `HOST:PORT`")
	return cmd
}

func (c *command) runEcho(ctx context.Context, addr string) error {
	l, err := c.Listen(ctx, addr)
	if err != nil {
		return failed("--listen "+nextPort(addr)+" takes another address", "%w", err)
	}
	front := c.NewServer(&Echo{Version: c.Version.Number}, c.log())
	failure := make(chan error, 1)
	go func() { failure <- front.Serve(l) }()
	fmt.Fprintf(c.Out, "http://%s\n", l.Addr())
	c.note("echo backend; stop: Ctrl-C")
	code := exitInterrupted
	select {
	case sig := <-c.Signals:
		code = signalCode(sig)
	case <-ctx.Done():
	case err := <-failure:
		return failed("", "%s: %w", l.Addr(), err)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = front.Shutdown(end)
	<-failure
	return &exit{code: code}
}
