//go:build unix && !linux

package function

import "syscall"

func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// memory is not known here: functions run without a memory limit.
func memory(int) int64 { return 0 }
