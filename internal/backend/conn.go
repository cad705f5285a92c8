package backend

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"postern/internal/message"
	"postern/internal/nowait"
)

// A conn is a connection to a host, for one call at a time.
type conn struct {
	net.Conn
	host  *host
	in    *bufio.Reader
	out   []byte // reused
	used  bool   // for a call
	since time.Time

	ctx   context.Context // of the call; nil: it ends by other means, or there is none
	fires atomic.Int64    // when the deadline passes, Unix nanoseconds; 0: there is none
}

func newConn(h *host, n net.Conn) *conn {
	if !h.secure {
		if plain := nowait.NewConn(n); plain != nil {
			n = plain
		}
	}
	c := &conn{Conn: n, host: h}
	c.in = bufio.NewReaderSize(c, 4<<10)
	return c
}

// patience is how long a plain connection waits until it looks whether its call
// has ended. To be told, or to set a deadline for each call, costs a tenth of a
// call.
const patience = 500 * time.Millisecond

// attend has the connection's deadline pass within patience, and not after that
// of the call.
func (c *conn) attend(now time.Time) error {
	next := now.Add(patience)
	if end, ok := c.ctx.Deadline(); ok && end.Before(next) {
		next = end
	} else if c.fires.Load() > now.Add(patience/4).UnixNano() {
		return nil // soon enough
	}
	c.fires.Store(next.UnixNano())
	return c.SetDeadline(next)
}

// goOn reports whether a read or write that failed is to be tried again, and how
// it failed otherwise.
func (c *conn) goOn(err error) (again bool, _ error) {
	if c.ctx == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false, err
	}
	c.fires.Store(0)
	if ended := c.ctx.Err(); ended != nil {
		return false, ended
	}
	if err := c.attend(time.Now()); err != nil {
		return false, err
	}
	return true, nil
}

// Read reads until the call ends.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if n > 0 || err == nil {
			return n, nil // an error comes again
		}
		again, err := c.goOn(err)
		if !again {
			return 0, err
		}
	}
}

// Write writes until the call ends.
func (c *conn) Write(p []byte) (int, error) {
	for n := 0; ; {
		m, err := c.Conn.Write(p[n:])
		if n += m; err == nil {
			return n, nil
		}
		again, err := c.goOn(err)
		if !again {
			return n, err
		}
	}
}

// writeAll writes several pieces until the call ends.
func (c *conn) writeAll(pieces net.Buffers) (n int64, err error) {
	for {
		m, err := pieces.WriteTo(c.Conn)
		if n += m; err == nil {
			return n, nil
		}
		again, err := c.goOn(err)
		if !again {
			return n, err
		}
	}
}

// open reports whether the other side has neither closed the connection nor
// said something that nobody asked for.
func (c *conn) open() bool {
	if c.in.Buffered() > 0 {
		return false
	}
	pending, ok := peek(c.Conn)
	if !ok || !pending {
		return ok
	}
	if !c.host.secure {
		return false
	}
	// What waits may be a session ticket, or the end.
	if c.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return false
	}
	c.fires.Store(0)
	_, err := c.in.Peek(1)
	return errors.Is(err, os.ErrDeadlineExceeded) && c.SetReadDeadline(time.Time{}) == nil
}

// exchange makes one call and keeps the connection, or closes it. A failure may
// be tried again on another connection if again is true.
func (c *conn) exchange(ctx context.Context, what *call) (res *message.Response, again bool, err error) {
	var stop func() bool
	if !c.host.secure {
		c.ctx = ctx
		err = c.attend(time.Now())
	} else if ctx.Done() != nil { // a write of TLS cannot be gone on with
		stop = context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	}
	x := exchange{conn: c, call: what}
	if err == nil {
		res, err = x.run()
	}
	c.ctx = nil
	if stop != nil && !stop() {
		x.last = true // its deadline is set, or about to be
	}
	switch {
	case err != nil && ctx.Err() != nil:
		err = ctx.Err() // and not that the deadline of the connection has passed
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		err = &net.OpError{Op: "read", Net: "tcp", Addr: c.RemoteAddr(), Err: err} // who it was
	}
	again = c.used && !x.begun && (x.unsent || what.idempotent())
	if err != nil || x.last {
		c.Close()
	} else {
		c.host.client.keep(c) // it may be another's already
	}
	return res, again, err
}

// An exchange is one call on one connection.
type exchange struct {
	conn   *conn
	call   *call
	unsent bool // nothing of the call was sent
	begun  bool // something of a response has come
	last   bool // the connection is not to be used again
}

func (x *exchange) run() (*message.Response, error) {
	c := x.conn
	head := appendHead(c.out[:0], x.call)
	body := x.call.body
	if cap(head) <= keptBufBytes+largeBody {
		c.out = head
	}
	if len(body) <= largeBody {
		head = append(head, body...)
		if cap(head) <= keptBufBytes+largeBody {
			c.out = head
		}
		if n, err := c.Write(head); err != nil {
			x.unsent = n == 0
			return nil, err
		}
		return x.response()
	}
	// The answer may come before all of the body is sent, and in place of it.
	sent := make(chan error, 1)
	go func() {
		n, err := c.writeAll(net.Buffers{head, body})
		x.unsent = err != nil && n == 0
		sent <- err
	}()
	res, err := x.response()
	select {
	case e := <-sent:
		x.last = x.last || e != nil
	default:
		x.last = true
		c.Close() // the body is the caller's again when the call ends
		<-sent
	}
	return res, err
}

// appendHead appends the head of a request.
func appendHead(b []byte, c *call) []byte {
	b = append(append(b, c.method...), ' ')
	b = append(append(b, c.target...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, c.host...), "\r\n"...)
	if len(c.body) > 0 || c.method == "POST" || c.method == "PUT" || c.method == "PATCH" {
		b = append(b, "Content-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(c.body)), 10), "\r\n"...)
	}
	for i := range c.header {
		f := &c.header[i]
		if framing(f.Name) || len(f.Name) == len("Host") && message.EqualName(f.Name, "Host") {
			continue
		}
		b = append(append(b, f.Name...), ": "...)
		b = append(append(b, f.Value...), "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// response reads the final response.
func (x *exchange) response() (*message.Response, error) {
	for range maxInterim {
		text, err := x.head()
		if err != nil {
			return nil, err
		}
		h, err := parseHead(text)
		switch {
		case err != nil:
			return nil, err
		case h.status == 101: // to an upgrade that was not ours
			return nil, errNotHTTP
		case h.status >= 200:
			x.last = h.last
			body, err := x.body(h)
			if err != nil {
				return nil, err
			}
			if x.conn.in.Buffered() > 0 {
				x.last = true // something that nobody asked for
			}
			return &message.Response{Status: h.status, Header: h.fields, Body: body}, nil
		}
	}
	return nil, errNotHTTP
}

// body reads what follows a head.
func (x *exchange) body(h *responseHead) ([]byte, error) {
	if h.status == 204 || h.status == 304 || x.call.method == "HEAD" {
		return nil, nil // whatever it declares
	}
	limit := x.call.limit
	in := x.conn.in
	switch {
	case h.chunked:
		return x.chunked(limit)
	case h.length > limit:
		return nil, &TooLarge{Length: h.length, Limit: limit}
	case h.length == 0:
		return nil, nil
	case h.length > 0:
		const atOnce = 1 << 20 // what is declared may never come
		if h.length <= atOnce {
			body := make([]byte, h.length)
			_, err := io.ReadFull(in, body)
			return body, unexpected(err)
		}
		body, err := readAll(io.LimitReader(in, h.length), atOnce)
		if err == nil && int64(len(body)) < h.length {
			err = io.ErrUnexpectedEOF
		}
		return body, err
	}
	x.last = true
	body, err := readAll(io.LimitReader(in, limit+1), 512)
	if int64(len(body)) > limit {
		return nil, &TooLarge{Length: int64(len(body)), Limit: limit}
	}
	return body, err
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
