//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package listen

import (
	"errors"
	"syscall"
)

// peekable says that a connection can be looked at while nobody reads it.
const peekable = true

// ended reports whether the other side of a connection sends nothing more. While
// there is something to be read, that is not known.
func ended(raw syscall.RawConn) bool {
	var n int
	var failure error
	err := raw.Control(func(fd uintptr) {
		var b [1]byte
		n, _, failure = syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	switch {
	case err != nil:
		return true // it is closed
	case failure == nil:
		return n == 0
	}
	return !errors.Is(failure, syscall.EAGAIN) && !errors.Is(failure, syscall.EINTR)
}
