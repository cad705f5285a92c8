//go:build !unix

package function

import (
	"errors"
	"net"
	"os"
)

var errNoProcesses = errors.New("functions run on Linux, macOS and other Unix systems only")

type process struct{}

func startProcess([]string, string, []string, *os.File) (*process, *os.File, error) {
	return nil, nil, errNoProcesses
}

func socketPair() (net.Conn, *os.File, error) { return nil, nil, errNoProcesses }

func (*process) wait() error { return errNoProcesses }
func (*process) kill()       {}
func (*process) pid() int    { return 0 }

func readNow(uintptr, []byte) (int, error) { return 0, errNoProcesses }

func memory(int) int64 { return 0 }
