//go:build unix

package nowait

import (
	"io"
	"net"
	"syscall"
)

// A Conn is a connection of package net that is read and written without telling
// the scheduler. One goroutine at a time reads, and one writes.
type Conn struct {
	net.Conn
	raw syscall.RawConn

	in, out     transfer
	read, write func(fd uintptr) bool // methods of in and out, made once
}

// piece is how many bytes a call moves at most: the scheduler cannot take the
// processor away meanwhile.
const piece = 128 << 10

// A transfer is what is being read or written.
type transfer struct {
	b   []byte
	n   int
	err error
}

// NewConn returns conn as a Conn, or nil if it cannot be one.
func NewConn(conn net.Conn) *Conn {
	s, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	c := &Conn{Conn: conn, raw: raw}
	c.read, c.write = c.in.read, c.out.write
	return c
}

func (t *transfer) read(fd uintptr) bool {
	t.n, t.err = Read(fd, t.b[:min(len(t.b), piece)])
	return t.err != syscall.EAGAIN
}

func (t *transfer) write(fd uintptr) bool {
	for t.n < len(t.b) {
		n, err := Write(fd, t.b[t.n:min(len(t.b), t.n+piece)])
		if err == syscall.EAGAIN {
			return false
		}
		if t.n += n; err != nil {
			t.err = err
			break
		}
	}
	return true
}

// done returns the outcome, as a connection of package net has it.
func (c *Conn) done(op string, t *transfer, waiting error) (int, error) {
	n, err := t.n, t.err
	if waiting != nil {
		err = waiting
	}
	if o, ok := err.(*net.OpError); ok {
		err = o.Err
	}
	*t = transfer{}
	if err != nil {
		err = &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
	}
	return n, err
}

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.in.b = b
	err := c.raw.Read(c.read)
	n, err := c.done("read", &c.in, err)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// Write implements net.Conn.
func (c *Conn) Write(b []byte) (int, error) {
	c.out.b = b
	err := c.raw.Write(c.write)
	return c.done("write", &c.out, err)
}

// CloseWrite tells the other side that no more comes.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// SyscallConn implements syscall.Conn.
func (c *Conn) SyscallConn() (syscall.RawConn, error) { return c.raw, nil }
