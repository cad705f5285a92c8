package listen

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"postern/internal/message"
	"postern/internal/wire"
)

// This file reads requests from a connection and has them answered, without
// net/http.
//
//   - A lane is for ordinary requests to the Handler that the Director names.
//     With the first one that is not, the connection and all that was read of the
//     request go to net/http and stay there. So does a request that ends early.
//   - One goroutine reads, asks and writes. An answer is one write, unless it is
//     long.
//   - Deadlines are moved when a quarter of their time is gone.
//   - That a client went away in the middle of a request is seen from outside;
//     see lanes.

// A lane is a connection that is read without net/http.
type lane struct {
	lanes  *lanes
	front  *front
	conn   *pacedConn
	raw    syscall.RawConn
	peer   string          // IP address of the client
	port   string          // that the connection came in by
	ctx    context.Context // ends when the client goes away, and with the lane
	cancel context.CancelFunc

	turn atomic.Uint64 // see begin
	seen uint64        // by lanes.look; turn as it was

	buf      []byte // what was read; buf[from:to] belongs to the next request
	from, to int
	until    time.Time     // when reading ends
	allowed  time.Duration // how long before until that was set

	log      *slog.Logger // the server's, then that of the Handler
	head     wire.Head
	req      message.Request
	reply    *reply
	begun    bool      // there has been a request
	answered time.Time // when it was, the last one
	closing  bool      // nothing follows the answer at hand
	refused  bool      // by an answer of ours, which the client is to read
	handed   bool      // to net/http
}

// gone is turn when the lane has been closed in an idle moment.
const gone = 1 << 63

// errOdd is why net/http must take over.
var errOdd = errors.New("not an ordinary request")

func (l *lane) run() {
	defer l.end()
	for l.serve() {
	}
}

// end recovers from a panic and leaves the connection.
func (l *lane) end() {
	if p := recover(); p != nil {
		logPanic(l.log, l.req.Method, l.req.Path, p)
		if l.busy() && !l.reply.written && p != http.ErrAbortHandler {
			l.refuse(internalServerError)
		}
	}
	if l.refused {
		// What the client has sent meanwhile would keep it from reading the answer.
		_ = closeWrite(l.conn)
		_ = l.conn.SetReadDeadline(time.Now().Add(lingering))
		_, _ = io.CopyN(io.Discard, l.conn, 256<<10)
	}
	if !l.handed {
		l.conn.Close()
	}
	l.cancel()
	l.lanes.leave(l)
}

// serve answers a request. It returns false if there is not to be another one.
func (l *lane) serve() bool {
	n, err := l.awaitHead()
	if err == errOdd {
		return l.handOver(l.buf[l.from:l.to])
	}
	if err != nil {
		return false
	}
	text := string(l.buf[l.from : l.from+n]) // names, values and path are parts of it
	h := l.handler(text)
	if h == nil {
		return l.handOver(l.buf[l.from:l.to])
	}
	if !l.begin() {
		return false
	}
	l.from += n
	l.describe(h)
	body, err := l.readBody(h.Limits.orQuota().Reading)
	switch {
	case err == io.EOF:
		return l.handOver(append([]byte(text), body...))
	case err != nil && isTimeout(err):
		l.reply.written = true
		l.refuse(requestTimeout)
		return false
	case err != nil:
		return false
	}
	l.req.Body = body
	h.ask(l.ctx, &l.req, l.reply)
	l.req.Body = nil
	l.begun = true
	return l.finish() && l.reply.written && l.reply.lost == nil && !l.closing && l.ctx.Err() == nil
}

// handler reads a head. It returns nil if the request is not for a lane.
func (l *lane) handler(text string) *Handler {
	if !l.head.Parse(text) {
		return nil
	}
	h := l.lanes.director.Direct(l.head.Host, l.head.Path)
	if h == nil {
		return nil
	}
	limits := h.Limits.orQuota()
	if l.head.URL > limits.URL || l.head.Size > limits.Headers || l.head.Length > limits.Body {
		return nil
	}
	return h
}

// describe makes the message of the head.
func (l *lane) describe(h *Handler) {
	l.log, l.closing = h.logger(), l.head.Close
	l.reply.written, l.reply.lost = false, nil
	l.req = message.Request{
		Method:   l.head.Method,
		Scheme:   "http",
		Host:     l.head.Host,
		Path:     l.head.Path,
		Query:    l.head.Query,
		Header:   l.head.Fields,
		Peer:     l.peer,
		Port:     l.port,
		Received: h.now(),
	}
}

// begin makes the lane busy, and returns false if it has been closed. A turn is
// even while the lane is idle, and no two are the same.
func (l *lane) begin() bool {
	turn := l.turn.Load()
	return turn != gone && l.turn.CompareAndSwap(turn, turn+1)
}

// finish makes the lane idle, and returns false if it must be closed.
func (l *lane) finish() bool {
	l.turn.Add(1)
	return !l.lanes.shutting.Load()
}

func (l *lane) busy() bool { return l.turn.Load()&1 == 1 }

// handOver gives the connection to net/http, which reads unread again. It
// returns false.
func (l *lane) handOver(unread []byte) bool {
	l.handed = true
	l.lanes.leave(l)
	l.front.hand(&headConn{Conn: l.conn, buf: l.buf, unread: unread}, nil)
	return false
}

// awaitHead reads until there is a whole head, and returns its length. A head
// that ends early, or is too long, is odd.
func (l *lane) awaitHead() (int, error) {
	skip := 0
	if l.head.Method == http.MethodPost {
		skip = 4
	}
	seen, rest := 0, false
	for {
		// Old clients send a line end behind the body of a POST. net/http takes four
		// bytes of them.
		for ; seen == 0 && skip > 0 && l.from < l.to && (l.buf[l.from] == '\r' || l.buf[l.from] == '\n'); skip-- {
			l.from++
		}
		if l.to > l.from+seen {
			n, odd := wire.End(l.buf[l.from:l.to], seen)
			if n > 0 {
				return n, nil
			}
			if seen = l.to - l.from; odd || seen >= maxHead {
				return 0, errOdd
			}
		}
		var err error
		switch {
		case !l.begun && l.until.IsZero():
			err = l.allow(l.lanes.headerTimeout, time.Now())
		case !l.begun || rest: // a head that has begun gets its time once
		case seen == 0:
			err = l.allow(l.lanes.idleTimeout, l.answered)
		default:
			rest, l.until = true, time.Time{}
			err = l.allow(l.lanes.headerTimeout, time.Now())
		}
		if err == nil {
			err = l.fill()
		}
		if err == io.EOF && seen > 0 {
			err = errOdd
		}
		if err != nil {
			return 0, err
		}
	}
}

// fill reads more of a head, once.
func (l *lane) fill() error {
	switch {
	case l.from == l.to && len(l.buf) != readBuffer:
		l.buf, l.from, l.to = make([]byte, readBuffer), 0, 0
	case l.from == l.to:
		l.from, l.to = 0, 0
	case l.to == len(l.buf) && l.from > 0:
		l.to = copy(l.buf, l.buf[l.from:l.to])
		l.from = 0
	case l.to == len(l.buf):
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	n, err := l.conn.Read(l.buf[l.to:])
	l.to += n
	if n > 0 {
		return nil
	}
	return err
}

const readBuffer = 4 << 10 // bytes

// allow lets reading take d from now on, or three quarters of that if that has
// been said before.
func (l *lane) allow(d time.Duration, now time.Time) error {
	if l.allowed == d && l.until.Sub(now) > d-d/4 {
		return nil
	}
	l.allowed, l.until = d, now.Add(d)
	return l.conn.SetReadDeadline(l.until)
}

// readBody reads the body. It is not the lane's to use again.
func (l *lane) readBody(limit time.Duration) ([]byte, error) {
	length := int(l.head.Length)
	if length == 0 {
		return nil, nil
	}
	have := min(l.to-l.from, length)
	// What is declared may never come, so not all of it is set aside at once.
	body := make([]byte, have, min(length, max(have, 256<<10)))
	copy(body, l.buf[l.from:])
	l.from += have
	if have == length {
		return body, nil
	}
	l.until = time.Time{}
	if err := l.allow(limit, time.Now()); err != nil {
		return body, err
	}
	for len(body) < length {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(length, 2*cap(body))), body...)
		}
		n, err := l.conn.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err != nil && len(body) < length {
			return body, err
		}
	}
	return body, nil
}

// respond implements responder.
func (l *lane) respond(res *message.Response) error {
	l.closing = l.closing || l.lanes.shutting.Load()
	length, body := framing(l.head.Method, res)
	head := wire.ResponseHead{Status: res.Status, Fields: res.Header, Length: length, Close: l.closing}
	p, _ := l.lanes.buffers.Get().(*[]byte)
	if p == nil {
		p = new([]byte)
	}
	now := time.Now()
	l.answered = now
	out := head.AppendTo((*p)[:0], l.lanes.dates.At(now))
	n := min(len(body), max(piece-len(out), 0))
	out = append(out, body[:n]...)
	_, err := l.conn.writeAt(now, out)
	if err == nil && n < len(body) {
		_, err = l.conn.Write(body[n:])
	}
	if *p = out; cap(out) <= 2*piece {
		l.lanes.buffers.Put(p)
	}
	return err
}

// refuse implements responder. The lane ends behind it.
func (l *lane) refuse(f *refusal) {
	l.closing, l.refused = true, true
	// A client that is gone does not miss it.
	_ = l.respond(&message.Response{
		Status: f.status,
		Header: message.Header{{Name: "Content-Type", Value: f.contentType}},
		Body:   []byte(f.body),
	})
}

// splitAddr returns the host and the port of an address, or all of it and
// nothing.
func splitAddr(addr net.Addr) (host, port string) {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String(), ""
	}
	return host, port
}
