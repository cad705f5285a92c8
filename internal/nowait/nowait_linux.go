//go:build !race

package nowait

import (
	"syscall"
	"unsafe"
)

// Read reads once. It returns 0 and no error at the end, and EAGAIN if nothing
// is there; it is called again where a signal came first.
func Read(fd uintptr, b []byte) (int, error) { return call(syscall.SYS_READ, fd, b) }

// Write writes once, which may be less than all of b. It returns EAGAIN if there
// is no room.
func Write(fd uintptr, b []byte) (int, error) { return call(syscall.SYS_WRITE, fd, b) }

func call(number, fd uintptr, b []byte) (int, error) {
	for {
		n, _, e := syscall.RawSyscall(number, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		switch e {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		default:
			return 0, e
		}
	}
}
