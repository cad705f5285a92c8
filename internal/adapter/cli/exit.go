package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"postern/internal/adapter/stackapi"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1   // something asked for did not happen
	exitUsage       = 2   // wrong usage; plan --detailed-exitcode: there are differences
	exitInvalid     = 3   // the template or configuration is invalid
	exitUnreachable = 4   // no gateway answers
	exitRefused     = 5   // not confirmed, not allowed
	exitInterrupted = 130 // after a clean stop
	exitTerminated  = 143
)

// An exit is why a command ends with a code other than 0.
type exit struct {
	code int
	err  error  // nil: all is said
	help string // what to do; may be empty
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func failed(help, format string, args ...any) error {
	return &exit{code: exitFailed, err: fmt.Errorf(format, args...), help: help}
}

func usage(help, format string, args ...any) error {
	return &exit{code: exitUsage, err: fmt.Errorf(format, args...), help: help}
}

// report says on stderr why a command failed.
func (c *command) report(e *exit) {
	if e.err == nil {
		return
	}
	fmt.Fprintf(c.Err, "%s %s\n", c.style.red("error:"), strings.ReplaceAll(e.err.Error(), "\n", "\n       "))
	if e.help != "" {
		fmt.Fprintf(c.Err, "   %s %s\n", c.style.blue("= help:"), e.help)
	}
}

// fault turns what a Client returned into an exit. A failure with problems of a
// template is shown by the caller first.
func fault(err error) error {
	var e *exit
	var f *stackapi.Failure
	var u *stackapi.Unreachable
	switch {
	case err == nil || errors.As(err, &e):
		return err
	case errors.As(err, &u) && u.Err == nil:
		return &exit{code: exitUnreachable, err: err, help: "name the address of the gateway with --listen HOST:PORT"}
	case errors.As(err, &u):
		return &exit{code: exitUnreachable, err: err, help: "start one with postern up TEMPLATE or postern serve, or name its address with --listen HOST:PORT"}
	case errors.As(err, &f):
		code := exitFailed
		switch f.Code {
		case stackapi.CodeTemplate:
			code = exitInvalid
		case stackapi.CodeInvalid:
			code = exitUsage
		case stackapi.CodeNotAllowed:
			code = exitRefused
		}
		return &exit{code: code, err: f, help: f.Help}
	case errors.Is(err, context.Canceled):
		return &exit{code: exitInterrupted}
	}
	return &exit{code: exitFailed, err: err}
}

// json writes a result document to stdout.
func (c *command) json(document any) error {
	enc := json.NewEncoder(c.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}

// note says something on stderr that is no result.
func (c *command) note(format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(c.Err, "  "+format+"\n", args...)
	}
}
