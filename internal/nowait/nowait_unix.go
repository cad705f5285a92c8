//go:build unix && (!linux || race)

// The race detector sees what package syscall does, and takes a read for what
// comes after the write.

package nowait

import "syscall"

// Read reads once. It returns 0 and no error at the end, and EAGAIN if nothing
// is there; it is called again where a signal came first.
func Read(fd uintptr, b []byte) (int, error) { return again(syscall.Read, fd, b) }

// Write writes once, which may be less than all of b. It returns EAGAIN if there
// is no room.
func Write(fd uintptr, b []byte) (int, error) { return again(syscall.Write, fd, b) }

func again(call func(int, []byte) (int, error), fd uintptr, b []byte) (int, error) {
	for {
		n, err := call(int(fd), b)
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}
