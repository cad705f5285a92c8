package function

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// processAttributes gives an instance a group of its own, and ends it when
// Postern is killed.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// memory returns how many bytes a process and its children have in memory.
func memory(pid int) int64 {
	id := strconv.Itoa(pid)
	b, err := os.ReadFile("/proc/" + id + "/statm")
	if err != nil {
		return 0
	}
	var sum int64
	if fields := strings.Fields(string(b)); len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		sum = pages * int64(os.Getpagesize())
	}
	b, err = os.ReadFile("/proc/" + id + "/task/" + id + "/children") // not in every kernel
	if err != nil {
		return sum
	}
	for child := range strings.FieldsSeq(string(b)) {
		if n, err := strconv.Atoi(child); err == nil {
			sum += memory(n)
		}
	}
	return sum
}
