//go:build !unix

package function

import (
	"errors"
	"os"
)

var errNoProcesses = errors.New("functions run on Linux, macOS and other Unix systems only")

type process struct{}

func startProcess([]string, string, []string, []*os.File) (*process, *os.File, error) {
	return nil, nil, errNoProcesses
}

func pipeTo() (theirs, ours *os.File, err error)   { return nil, nil, errNoProcesses }
func pipeFrom() (ours, theirs *os.File, err error) { return nil, nil, errNoProcesses }

func (*process) wait() error { return errNoProcesses }
func (*process) kill()       {}
func (*process) pid() int    { return 0 }

func memory(int) int64 { return 0 }
