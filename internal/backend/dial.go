package backend

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// dialLimit ends a dial, its handshake included, that nobody waits for any more:
// net/http lets it go on when the request has ended.
const dialLimit = 60 * time.Second

// A dialer opens connections for one transport.
type dialer struct {
	pool     *Pool
	options  Options
	sessions tls.ClientSessionCache
}

func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	if d.options.Dial != "" {
		addr = d.options.Dial
	}
	nd := net.Dialer{KeepAlive: 30 * time.Second, Resolver: d.pool.Resolver}
	if !d.pool.AllowLinkLocal {
		nd.Control = refuseLinkLocal
	}
	return nd.DialContext(ctx, network, addr)
}

func (d *dialer) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	raw, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, d.tls(host))
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, &handshakeError{err}
	}
	return conn, nil
}

// A handshakeError tells a failure to agree on TLS from one to connect.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

var errLinkLocal = errors.New("address is link-local or for instance metadata")

// refuseLinkLocal looks at the address that is about to be dialed, after names
// were resolved, so that no name leads around it.
func refuseLinkLocal(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if isLinkLocal(ap.Addr()) {
		return fmt.Errorf("%s: %w", ap.Addr(), errLinkLocal)
	}
	return nil
}

// The instance metadata service by IPv6 (see "Access instance metadata for an
// EC2 instance"), and the prefix that carries IPv4 addresses (RFC 6052).
var (
	metadata6 = netip.MustParseAddr("fd00:ec2::254")
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
)

func isLinkLocal(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	return a.IsLinkLocalUnicast() || a == metadata6
}
