package listen

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"postern/internal/message"
)

// This file looks at HTTP/1.1 on its way to net/http and remembers the head of
// each request, because net/http forgets the order and spelling of fields and
// mends what it ought to refuse.
//
//   - A read never goes beyond the end of a head, nor of a body of known length,
//     so that the head remembered last is the one of the request at hand.
//   - A request with both Content-Length and Transfer-Encoding, or with either
//     of them twice, or with a field that a lenient reader would see elsewhere,
//     is ambiguous: someone between the client and us may have seen its end at
//     another place (RFC 9112, sections 6.3 and 11.2).
//   - Behind a chunked body the connection is closed: where the next head begins
//     is for net/http to know.

// maxHead is how many bytes a head may have before net/http refuses it.
const maxHead = 32 << 10

// A head is what the first lines of a request said.
type head struct {
	fields    message.Header
	ambiguous bool
	mustClose bool
}

// A headConn is a connection with its heads being seen. Like the connections of
// net/http's server it is read by one goroutine at a time.
type headConn struct {
	net.Conn
	buf    []byte // what was read from Conn
	unread []byte // the part of buf that Read has not returned
	lines  []byte // of the head that has not ended
	body   int64  // bytes of the body still to be returned; -1: heads are no longer looked for
	latest *head
}

// newHeadConn returns conn, which is conn over TLS if secured is not nil.
func newHeadConn(conn net.Conn, secured *tls.Conn) net.Conn {
	c := &headConn{Conn: conn}
	if secured == nil {
		return c
	}
	return &securedConn{headConn: c, tls: secured}
}

// A securedConn has the method by which net/http finds the state of TLS.
type securedConn struct {
	*headConn
	tls *tls.Conn
}

func (c *securedConn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

func (c *headConn) CloseWrite() error { return closeWrite(c.Conn) }

type connKey struct{}

// withConn lets headOf find the connection of a request.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	switch c := conn.(type) {
	case *headConn:
		return context.WithValue(ctx, connKey{}, c)
	case *securedConn:
		return context.WithValue(ctx, connKey{}, c.headConn)
	}
	return ctx
}

// headOf returns the head of r, or nil if no Server has seen it.
func headOf(r *http.Request) *head {
	c, ok := r.Context().Value(connKey{}).(*headConn)
	if !ok || r.ProtoMajor != 1 {
		return nil
	}
	return c.latest
}

func (c *headConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(c.unread) == 0 {
		if c.body != 0 {
			if c.body > 0 {
				p = p[:min(int64(len(p)), c.body)]
			}
			n, err := c.Conn.Read(p)
			c.passed(n)
			return n, err
		}
		if c.buf == nil {
			c.buf = make([]byte, 4<<10)
		}
		n, err := c.Conn.Read(c.buf)
		if n == 0 {
			return 0, err // what came with n > 0 comes again at the next read
		}
		c.unread = c.buf[:n]
	}
	from := c.unread[:min(len(p), len(c.unread))]
	if c.body == 0 {
		from = from[:c.look(from)]
	} else {
		if c.body > 0 {
			from = from[:min(int64(len(from)), c.body)]
		}
		c.passed(len(from))
	}
	n := copy(p, from)
	c.unread = c.unread[n:]
	return n, nil
}

func (c *headConn) passed(n int) {
	if c.body > 0 {
		c.body -= int64(n)
	}
}

// look takes b as more of a head and returns how many bytes of b belong to it.
func (c *headConn) look(b []byte) int {
	for i := 0; i < len(b); {
		end := bytes.IndexByte(b[i:], '\n')
		if end < 0 {
			c.keep(b)
			return len(b)
		}
		i += end + 1
		if c.ends(b[:i]) {
			c.keep(b[:i])
			c.finish()
			return i
		}
	}
	c.keep(b)
	return len(b)
}

// keep remembers lines, but no more than net/http will read.
func (c *headConn) keep(b []byte) {
	if len(c.lines) <= 2*maxHead {
		c.lines = append(c.lines, b...)
	}
}

// ends reports whether more, which ends with a line feed, ends the head. Empty
// lines before the first line do not.
func (c *headConn) ends(more []byte) bool {
	last := func(n int) byte { // the nth byte from the end, or 0
		if n <= len(more) {
			return more[len(more)-n]
		}
		if n -= len(more); n <= len(c.lines) {
			return c.lines[len(c.lines)-n]
		}
		return 0
	}
	n := 2
	if last(n) == '\r' {
		n++
	}
	if last(n) != '\n' {
		return false
	}
	return len(bytes.Trim(more, "\r\n")) > 0 || len(bytes.Trim(c.lines, "\r\n")) > 0
}

// finish makes the latest head out of the lines.
func (c *headConn) finish() {
	text := string(c.lines)
	c.lines = c.lines[:0]
	if cap(c.lines) > 8<<10 {
		c.lines = nil
	}
	c.latest, c.body = parseHead(text)
}
