package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// Listen opens addr, a host:port. Its error says what to do.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen on %s: another process has this address; stop it or choose another port: %w", addr, err)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("listen on %s: not permitted; ports below 1024 need a privilege, choose a higher one: %w", addr, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("listen on %s: this machine has no such address; choose one of its own, or leave it out to listen on all: %w", addr, err)
	case err != nil:
		return nil, fmt.Errorf("listen on %q: expected host:port: %w", addr, err)
	}
	return l, nil
}

// A front is a listener whose connections are ready for net/http: TLS is agreed
// on, writes cannot stall for ever, and heads of HTTP/1.1 are seen. Plain ones
// begin in a lane, if there are lanes.
type front struct {
	net.Listener
	lanes   *lanes
	tls     *tls.Config // nil: plain
	timeout time.Duration
	write   time.Duration

	ready chan accepted
	open  context.Context // ends with Close
	close context.CancelFunc
	group sync.WaitGroup
}

type accepted struct {
	conn net.Conn
	err  error
}

func newFront(l net.Listener, config *tls.Config, timeout, write time.Duration, lanes *lanes) *front {
	f := &front{Listener: l, lanes: lanes, timeout: timeout, write: write, ready: make(chan accepted)}
	f.open, f.close = context.WithCancel(context.Background())
	if config != nil {
		f.tls = config.Clone()
		f.tls.NextProtos = []string{"h2", "http/1.1"}
		if f.tls.MinVersion == 0 {
			f.tls.MinVersion = tls.VersionTLS12
		}
	}
	f.group.Go(f.acceptAll)
	return f
}

// Accept returns the next connection that is ready.
func (f *front) Accept() (net.Conn, error) {
	select {
	case a := <-f.ready:
		return a.conn, a.err
	case <-f.open.Done():
		return nil, net.ErrClosed
	}
}

// Close stops accepting and ends the handshakes that have begun.
func (f *front) Close() error {
	f.close()
	return f.Listener.Close()
}

func (f *front) wait() { f.group.Wait() }

func (f *front) acceptAll() {
	for {
		conn, err := f.Listener.Accept()
		if err != nil {
			if !f.hand(nil, err) {
				return
			}
			continue
		}
		paced := &pacedConn{Conn: conn, limit: f.write}
		switch {
		case f.tls != nil:
			f.group.Go(func() { f.handshake(paced) })
		case !f.lanes.open(paced, f):
			f.hand(newHeadConn(paced, nil), nil)
		}
	}
}

// hand gives a connection to Accept, or closes it if nobody accepts any more.
func (f *front) hand(conn net.Conn, err error) bool {
	select {
	case f.ready <- accepted{conn, err}:
		return true
	case <-f.open.Done():
		if conn != nil {
			conn.Close()
		}
		return false
	}
}

func (f *front) handshake(raw net.Conn) {
	ctx, cancel := context.WithTimeout(f.open, f.timeout)
	defer cancel()
	conn := tls.Server(raw, f.tls)
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return
	}
	if conn.ConnectionState().NegotiatedProtocol == "h2" {
		f.hand(conn, nil) // net/http looks for the very type
		return
	}
	f.hand(newHeadConn(conn, conn), nil)
}

// A pacedConn gives each piece of what is written its own time, so that a
// client that takes nothing is let go, and one that is slow is not.
type pacedConn struct {
	net.Conn
	limit time.Duration // for one piece

	mu  sync.Mutex
	set time.Time // when the deadline was last moved
}

const piece = 64 << 10 // bytes

// CloseWrite is how net/http lets a client read the last answer before the
// connection is reset.
func (c *pacedConn) CloseWrite() error { return closeWrite(c.Conn) }

func closeWrite(conn net.Conn) error {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

func (c *pacedConn) Write(b []byte) (int, error) { return c.writeAt(time.Now(), b) }

// writeAt is Write for who knows the time.
func (c *pacedConn) writeAt(now time.Time, b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for ; ; now = time.Now() {
		part := b[n:min(n+piece, len(b))]
		// Moving the deadline costs, so it is moved only when a quarter is gone.
		if now.Sub(c.set) > c.limit/4 {
			if err := c.Conn.SetWriteDeadline(now.Add(c.limit)); err != nil {
				return n, err
			}
			c.set = now
		}
		m, err := c.Conn.Write(part)
		if n += m; err != nil || n == len(b) {
			return n, err
		}
	}
}
