package backend

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"postern/internal/message"
)

// A client speaks HTTP/1.1 to hosts and keeps connections for the next call. See
// "HTTP integrations for REST APIs in API Gateway". It knows no proxy.
type client struct {
	dialer dialer

	mu    sync.Mutex
	hosts map[hostKey]*host
	sweep *time.Timer // set while connections are kept
}

type hostKey struct{ scheme, name string }

// A host is where connections lead to.
type host struct {
	client  *client
	name    string // as in URLs, with the port if they have one
	prefix  string // scheme://name
	address string // host:port
	secure  bool

	kept []*conn     // that no call is using, the latest last; client.mu is held
	gone atomic.Bool // client knows another by the same name, or none
}

const (
	maxKept      = 512              // connections of one host
	maxHosts     = 4096             // beyond, those without connections are forgotten
	keptFor      = 60 * time.Second // that nobody used
	aMoment      = 10 * time.Millisecond
	largeBody    = 64 << 10 // bytes; a smaller one leaves with the head in one write
	maxHead      = 128 << 10
	maxInterim   = 16 // informational responses before the final one
	keptBufBytes = 64 << 10
)

// host returns the host called name.
func (c *client) host(scheme, name string) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := hostKey{scheme, name}
	if h := c.hosts[k]; h != nil {
		return h
	}
	if len(c.hosts) >= maxHosts {
		for k, h := range c.hosts {
			if len(h.kept) == 0 {
				h.gone.Store(true)
				delete(c.hosts, k)
			}
		}
	}
	k.name = strings.Clone(name) // not the whole URL
	h := &host{client: c, name: k.name, prefix: scheme + "://" + name, address: k.name, secure: scheme == "https"}
	if i := strings.LastIndexByte(name, ':'); i < 0 || name[len(name)-1] == ']' {
		port := "80"
		if h.secure {
			port = "443"
		}
		h.address = net.JoinHostPort(strings.Trim(name, "[]"), port)
	}
	if c.hosts == nil {
		c.hosts = map[hostKey]*host{}
	}
	c.hosts[k] = h
	return h
}

// A call is what is asked of a host.
type call struct {
	method string
	target string
	host   string // field
	header message.Header
	body   []byte
	limit  int64 // bytes of a response body
}

// idempotent reports whether a call may be made again though it may have been
// answered.
func (c *call) idempotent() bool {
	switch c.method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return len(c.body) == 0
	}
	return false
}

// do makes a call, on a kept connection if there is one.
func (c *client) do(ctx context.Context, h *host, what *call) (*message.Response, error) {
	for {
		conn, err := c.take(h, what.idempotent()), error(nil)
		if conn == nil {
			if conn, err = c.dial(ctx, h); err != nil {
				return nil, err
			}
		}
		res, again, err := conn.exchange(ctx, what)
		if err == nil || !again || ctx.Err() != nil {
			return res, err
		}
	}
}

func (c *client) dial(ctx context.Context, h *host) (*conn, error) {
	dial := c.dialer.dial
	if h.secure {
		dial = c.dialer.dialTLS
	}
	n, err := dial(ctx, "tcp", h.address)
	if err != nil {
		return nil, err
	}
	return newConn(h, n), nil
}

// take returns a connection that is kept for h and seems to be open, or nil. One
// that was used a moment ago is not looked at for calls that can be made again.
func (c *client) take(h *host, again bool) *conn {
	for {
		c.mu.Lock()
		last := len(h.kept) - 1
		if last < 0 {
			c.mu.Unlock()
			return nil
		}
		conn := h.kept[last]
		h.kept[last] = nil
		h.kept = h.kept[:last]
		c.mu.Unlock()
		idle := time.Since(conn.since)
		if idle < keptFor && (again && idle < aMoment || conn.open()) {
			return conn
		}
		conn.Close()
	}
}

// keep keeps a connection for the next call, or closes it.
func (c *client) keep(conn *conn) {
	conn.used, conn.since = true, time.Now()
	h := conn.host
	c.mu.Lock()
	full := len(h.kept) >= maxKept || h.gone.Load()
	if !full {
		h.kept = append(h.kept, conn)
		if c.sweep == nil {
			c.sweep = time.AfterFunc(keptFor, c.sweepIdle)
		}
	}
	c.mu.Unlock()
	if full {
		conn.Close()
	}
}

// sweepIdle closes what was kept for too long, and comes again if something is
// left.
func (c *client) sweepIdle() {
	left := c.closeIdle(keptFor)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sweep = nil; left {
		c.sweep = time.AfterFunc(keptFor/2, c.sweepIdle)
	}
}

// closeIdle closes the connections that nobody has used for as long, and reports
// whether there are others.
func (c *client) closeIdle(since time.Duration) (left bool) {
	var closing []*conn
	limit := time.Now().Add(-since)
	c.mu.Lock()
	for _, h := range c.hosts {
		// The latest used is the last.
		n, _ := slices.BinarySearchFunc(h.kept, limit, func(conn *conn, t time.Time) int {
			if conn.since.After(t) {
				return 1
			}
			return -1
		})
		closing = append(closing, h.kept[:n]...)
		h.kept = slices.Delete(h.kept, 0, n)
		left = left || len(h.kept) > 0
	}
	if !left && c.sweep != nil {
		c.sweep.Stop()
		c.sweep = nil
	}
	c.mu.Unlock()
	for _, conn := range closing {
		conn.Close()
	}
	return left
}
