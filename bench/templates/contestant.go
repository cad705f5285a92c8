package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A contestant is a process that renders on command.
type contestant struct {
	name    string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	skips   map[string]string    // workload → why it takes no part
	wrong   map[string]bool      // workload → its output is not the expected one
	renders map[string][]float64 // workload → CPU time in µs per render, by round
}

func start(name string, cmd *exec.Cmd) (*contestant, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &contestant{
		name: name, cmd: cmd, in: in, out: bufio.NewReader(out),
		skips: map[string]string{}, wrong: map[string]bool{}, renders: map[string][]float64{},
	}, nil
}

// stop ends the process.
func (c *contestant) stop() error {
	return errors.Join(c.in.Close(), c.cmd.Wait())
}

// ask sends a command and returns the number that is the answer.
func (c *contestant) ask(command string) (int, error) {
	if _, err := fmt.Fprintln(c.in, command); err != nil {
		return 0, err
	}
	line, err := c.out.ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("%s: %s: %w", c.name, command, err)
	}
	return strconv.Atoi(strings.TrimSpace(line))
}

// show returns one output.
func (c *contestant) show(workload string) ([]byte, error) {
	n, err := c.ask("show " + workload)
	if err != nil {
		return nil, err
	}
	text := make([]byte, n)
	_, err = io.ReadFull(c.out, text)
	return text, err
}

// round renders for a while and returns the CPU time of the process per render
// in µs.
func (c *contestant) round(workload string, length time.Duration) (float64, error) {
	before, err := cpu(c.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	n, err := c.ask(fmt.Sprintf("run %s %d %d", workload, length.Milliseconds(), batches[workload]))
	if err != nil {
		return 0, err
	}
	after, err := cpu(c.cmd.Process.Pid)
	return float64((after - before).Microseconds()) / float64(n), err
}

// cpu returns the user and system time of a process, of all its threads. The
// system gives it in hundredths of a second.
func cpu(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	const user, system = 11, 12 // fields after the name, which is in parentheses
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	if len(fields) <= system {
		return 0, fmt.Errorf("found no CPU time of process %d", pid)
	}
	var total int64
	for _, f := range []string{fields[user], fields[system]} {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return time.Duration(total) * 10 * time.Millisecond, nil
}
