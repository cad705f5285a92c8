//go:build !unix

package nowait

import (
	"errors"
	"net"
	"syscall"
)

// A Conn is not there.
type Conn struct{ net.Conn }

// NewConn returns nil.
func NewConn(net.Conn) *Conn { return nil }

// CloseWrite is not there.
func (*Conn) CloseWrite() error { return errors.ErrUnsupported }

// SyscallConn is not there.
func (*Conn) SyscallConn() (syscall.RawConn, error) { return nil, errors.ErrUnsupported }
