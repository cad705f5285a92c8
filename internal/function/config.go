package function

import (
	"strings"
	"time"
)

// A Config is one version of a function. Nobody changes it after Open.
//
// See "CreateFunction" in the Lambda API reference.
type Config struct {
	Name    string // without version
	ARN     string // without version; its region is the function's
	Version string // "": $LATEST

	Runtime string // nodejs20.x, python3.12, provided.al2023 …; see CheckRuntime
	Handler string // as the runtime reads it; may be empty for provided.*
	Code    Code
	Layers  []Code // in order; later ones hide earlier ones

	Environment map[string]string // must not hold what Reserved reports
	Timeout     time.Duration     // of one invocation; 0: 3 s
	MemorySize  int               // MB; 0: 128
	LogGroup    string            // "": /aws/lambda/{Name}

	// Reserved is how many invocations of all versions of this function may run
	// at once; nil: what the others leave of Runner.Concurrency. Functions of
	// the same ARN share the number of the one that was opened last.
	Reserved *int

	// Retries is how often an Event invocation that ends with a function error
	// is run again; nil: twice.
	Retries *int

	// Log receives every line of the log, those of the platform (START, END,
	// REPORT …) included. It is called by one goroutine per instance at a time
	// and must not block for long. Nil: lines are only kept for FunctionAnswer.Log.
	Log func(Line)
}

// A Code is where the files of a function or layer are: exactly one field is set.
type Code struct {
	// Dir is a directory, used where it is. When a file in it changes, running
	// invocations finish with the old code and the next ones start with the new.
	// Directories named node_modules or __pycache__, and those whose name begins
	// with a dot, are not watched.
	Dir string

	// Zip is an archive. Equal archives are unpacked once.
	Zip []byte
}

// A Line is one event of a function's log, as CloudWatch Logs shows it.
type Line struct {
	Time      time.Time
	Stream    string // the instance's log stream, such as 2026/11/25/[$LATEST]0123…
	RequestID string // of the invocation that ran meanwhile; "": none, as while starting
	Text      string // without line end at its end; console.log of several lines is one event
}

// filled returns c with its defaults written out.
func (c *Config) filled() Config {
	out := *c
	if out.Version == "" {
		out.Version = "$LATEST"
	}
	if out.Timeout == 0 {
		out.Timeout = 3 * time.Second
	}
	if out.MemorySize == 0 {
		out.MemorySize = 128
	}
	if out.LogGroup == "" {
		out.LogGroup = "/aws/lambda/" + out.Name
	}
	return out
}

// region returns the fourth part of the ARN.
func (c *Config) region() string {
	if parts := strings.SplitN(c.ARN, ":", 5); len(parts) == 5 && parts[3] != "" {
		return parts[3]
	}
	return "us-east-1"
}
