//go:build unix

package backend

import (
	"crypto/tls"
	"net"
	"syscall"
)

// peek reports whether something waits to be read, without reading it, and
// whether the connection is open on the other side.
func peek(n net.Conn) (pending, open bool) {
	if t, ok := n.(*tls.Conn); ok {
		n = t.NetConn()
	}
	s, ok := n.(syscall.Conn)
	if !ok {
		return false, true
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false, false
	}
	var one [1]byte
	var got int
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		got, _, failed = syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	if err != nil {
		return false, false
	}
	return got > 0, got > 0 || failed == syscall.EAGAIN || failed == syscall.EWOULDBLOCK || failed == syscall.EINTR
}
