package listen

import (
	"io"
	"net"
	"syscall"

	"postern/internal/nowait"
)

// A socket is a connection that is read and written without telling the
// scheduler; see package nowait. Like that of a lane, one goroutine at a time
// reads and one writes.
type socket struct {
	net.Conn
	raw syscall.RawConn

	in, out     transfer
	read, write func(fd uintptr) bool // methods of in and out, made once
}

// A transfer is what is being read or written.
type transfer struct {
	b   []byte
	n   int
	err error
}

// newSocket returns conn as a socket, or nil if it cannot be one.
func newSocket(conn net.Conn) *socket {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	s := &socket{Conn: conn, raw: raw}
	s.read, s.write = s.in.read, s.out.write
	return s
}

func (t *transfer) read(fd uintptr) bool {
	t.n, t.err = nowait.Read(fd, t.b)
	return t.err != syscall.EAGAIN
}

func (t *transfer) write(fd uintptr) bool {
	for t.n < len(t.b) {
		n, err := nowait.Write(fd, t.b[t.n:])
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
func (s *socket) done(op string, t *transfer, waiting error) (int, error) {
	n, err := t.n, t.err
	if waiting != nil {
		err = waiting
	}
	if o, ok := err.(*net.OpError); ok {
		err = o.Err
	}
	*t = transfer{}
	if err != nil {
		err = &net.OpError{Op: op, Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: err}
	}
	return n, err
}

func (s *socket) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	s.in.b = b
	err := s.raw.Read(s.read)
	n, err := s.done("read", &s.in, err)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

func (s *socket) Write(b []byte) (int, error) {
	s.out.b = b
	err := s.raw.Write(s.write)
	return s.done("write", &s.out, err)
}

func (s *socket) CloseWrite() error { return closeWrite(s.Conn) }
