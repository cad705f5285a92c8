//go:build unix

package function

import (
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

// startProcess runs args in dir with env alone, and with files as its
// descriptors from 3 on. It returns the end of a pipe that everything it writes comes
// out of.
func startProcess(args []string, dir string, env []string, files []*os.File) (*process, *os.File, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	cmd := &exec.Cmd{Path: args[0], Args: args, Dir: dir, Env: env, Stdout: in, Stderr: in, ExtraFiles: files}
	cmd.SysProcAttr = processAttributes()
	if err := cmd.Start(); err != nil {
		out.Close()
		return nil, nil, err
	}
	return &process{cmd: cmd}, out, nil
}

// pipeTo returns the ends of a pipe to a process: it reads, Go writes.
func pipeTo() (theirs, ours *os.File, err error) {
	r, w, err := pipeEnds()
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(r), "events"), polled(w, "events"), nil
}

// pipeFrom returns the ends of a pipe from a process: Go reads, it writes.
func pipeFrom() (ours, theirs *os.File, err error) {
	r, w, err := pipeEnds()
	if err != nil {
		return nil, nil, err
	}
	return polled(r, "answers"), os.NewFile(uintptr(w), "answers"), nil
}

// pipeEnds makes a pipe. Its ends block, as the bootstraps want them.
func pipeEnds() (r, w int, err error) {
	var ends [2]int
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := syscall.Pipe(ends[:]); err != nil {
		return 0, 0, err
	}
	syscall.CloseOnExec(ends[0])
	syscall.CloseOnExec(ends[1])
	return ends[0], ends[1], nil
}

// polled is a file whose reads and writes wait without a thread.
func polled(fd int, name string) *os.File {
	syscall.SetNonblock(fd, true) // what fails is that a thread waits
	return os.NewFile(uintptr(fd), name)
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
