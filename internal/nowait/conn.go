package nowait

import (
	"io"
	"net"
	"sync"
	"syscall"
)

// Listener returns a listener whose TCP connections are read and written by Read
// and Write. They are what they were otherwise: deadlines, CloseWrite and so on.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		if raw, err := tcp.SyscallConn(); err == nil {
			return newConn(tcp, raw), nil
		}
	}
	return c, err
}

// A conn is a connection whose calls do not wait.
type conn struct {
	*net.TCPConn
	raw syscall.RawConn

	reading sync.Mutex

	in      []byte
	got     int
	readErr error
	reads   func(fd uintptr) (done bool) // readable

	writing sync.Mutex

	out      []byte // that is not written yet
	writeErr error
	writes   func(fd uintptr) (done bool) // writable
}

func newConn(tcp *net.TCPConn, raw syscall.RawConn) *conn {
	c := &conn{TCPConn: tcp, raw: raw}
	c.reads, c.writes = c.readable, c.writable
	return c
}

func (c *conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	c.in, c.got, c.readErr = b, 0, nil
	err := c.raw.Read(c.reads)
	c.in = nil
	switch {
	case err != nil:
		return 0, err
	case c.readErr != nil:
		return 0, &net.OpError{Op: "read", Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: c.readErr}
	case c.got == 0:
		return 0, io.EOF
	}
	return c.got, nil
}

func (c *conn) readable(fd uintptr) bool {
	c.got, c.readErr = Read(fd, c.in)
	return c.readErr != syscall.EAGAIN
}

func (c *conn) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	c.out, c.writeErr = b, nil
	err := c.raw.Write(c.writes)
	n := len(b) - len(c.out)
	c.out = nil
	if err == nil && c.writeErr != nil {
		err = &net.OpError{Op: "write", Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: c.writeErr}
	}
	return n, err
}

func (c *conn) writable(fd uintptr) bool {
	var n int
	for len(c.out) > 0 {
		if n, c.writeErr = Write(fd, c.out); c.writeErr != nil {
			return c.writeErr != syscall.EAGAIN
		}
		c.out = c.out[n:]
	}
	return true
}

// ReadFrom hides that of the connection, which writes on its own.
func (c *conn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(writer{c}, r) }

// WriteTo hides that of the connection, which reads on its own.
func (c *conn) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, reader{c}) }

type (
	writer struct{ io.Writer }
	reader struct{ io.Reader }
)
