package cli

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// holder names the program that listens on the port of addr, or "" if that
// cannot be known: only Linux tells, and only of one's own processes.
func holder(addr string) string {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ""
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		if inode := listener(string(text), uint16(n)); inode != "" {
			return owner(inode)
		}
	}
	return ""
}

// listener finds the inode of the socket that listens on a port.
//
// See proc_pid_net(5), "/proc/net/tcp".
func listener(table string, port uint16) string {
	const listening = "0A"
	suffix := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > 9 && strings.HasSuffix(f[1], suffix) && f[3] == listening && f[9] != "0" {
			return f[9]
		}
	}
	return ""
}

// owner finds the process that has a socket open.
func owner(inode string) string {
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return ""
	}
	for _, l := range links {
		if to, err := os.Readlink(l); err != nil || to != "socket:["+inode+"]" {
			continue
		}
		pid := strings.Split(l, "/")[2]
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil {
			return ""
		}
		return fmt.Sprintf("%s (process %s)", printable(strings.TrimSpace(string(name))), pid)
	}
	return ""
}
