//go:build unix

package function

import (
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// A process is the process group of an instance.
type process struct {
	cmd *exec.Cmd

	mu    sync.Mutex
	ended bool // its number may belong to others by now
}

// startProcess runs args in dir with env alone, and with file descriptor 3 if
// third is not nil. It returns the end of a pipe that everything it writes comes
// out of.
func startProcess(args []string, dir string, env []string, third *os.File) (*process, *os.File, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	cmd := &exec.Cmd{Path: args[0], Args: args, Dir: dir, Env: env, Stdout: in, Stderr: in}
	if third != nil {
		cmd.ExtraFiles = []*os.File{third}
	}
	cmd.SysProcAttr = processAttributes()
	if err := cmd.Start(); err != nil {
		out.Close()
		return nil, nil, err
	}
	return &process{cmd: cmd}, out, nil
}

// socketPair returns two ends that are connected: one for Go, one for a process.
func socketPair() (ours net.Conn, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(ends[0])
		syscall.CloseOnExec(ends[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	theirs = os.NewFile(uintptr(ends[1]), "pipe")
	file := os.NewFile(uintptr(ends[0]), "pipe")
	defer file.Close()
	if ours, err = net.FileConn(file); err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}

// wait returns when the process has ended, and ends what is left of its group.
func (p *process) wait() error {
	err := p.cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	// The group outlives its leader if a child is left; else nothing has its number yet.
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	return err
}

// kill ends the whole group. It does not wait.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	}
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// readNow reads what is there, or fails with EAGAIN.
func readNow(fd uintptr, b []byte) (int, error) { return syscall.Read(int(fd), b) }
