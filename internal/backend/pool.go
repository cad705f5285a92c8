package backend

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"net"
	"sync"
	"time"
)

// MaxResponse is how many bytes of body a buffered response may have.
// See "Quotas for configuring and running a REST API in API Gateway".
const MaxResponse = 10_485_760

// A Pool holds connections to backends. The zero Pool is ready to use. Its
// fields are read at the first call and are not to be changed afterwards.
type Pool struct {
	Roots          *x509.CertPool // who may issue certificates; nil: the system's
	AllowLinkLocal bool           // permits calls to link-local and instance metadata addresses
	MaxResponse    int64          // bytes; 0: the constant MaxResponse
	Resolver       *net.Resolver  // nil: the system's
	Now            func() time.Time

	mu      sync.Mutex
	clients map[clientKey]*client
}

// Options are what an integration and its stage say about a connection. The
// zero Options dial the host of the URL and trust what the Pool trusts.
type Options struct {
	// Dial is the host:port that the connection goes to, as through a VPC link.
	// The URL still gives scheme, Host, path, and the name of the certificate.
	Dial string

	// InsecureSkipVerification accepts a certificate that no trusted root has
	// issued, if the chain that was presented ends in a root of its own. It must
	// still be valid today and name the host.
	// See "TlsConfig" in the API Gateway API reference.
	InsecureSkipVerification bool

	// Certificate is shown to a backend that asks for one.
	Certificate *tls.Certificate
}

// A clientKey is what makes connections differ.
type clientKey struct {
	dial        string
	skip        bool
	certificate [sha256.Size]byte // of its leaf; zeros: none
}

func (o Options) key() clientKey {
	k := clientKey{dial: o.Dial, skip: o.InsecureSkipVerification}
	if o.Certificate != nil {
		h := sha256.New()
		for _, der := range o.Certificate.Certificate {
			h.Write(der)
		}
		h.Sum(k.certificate[:0])
	}
	return k
}

// HTTP returns a Backend that calls HTTP and HTTPS endpoints.
func (p *Pool) HTTP(o Options) *HTTP {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := o.key()
	c := p.clients[k]
	if c == nil {
		c = &client{dialer: dialer{pool: p, options: o, sessions: tls.NewLRUClientSessionCache(256)}}
		if p.clients == nil {
			p.clients = map[clientKey]*client{}
		}
		p.clients[k] = c
	}
	limit := p.MaxResponse
	if limit == 0 {
		limit = MaxResponse
	}
	return &HTTP{client: c, limit: limit}
}

// CloseIdle closes the connections that no call is using.
func (p *Pool) CloseIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.clients {
		c.closeIdle(0)
	}
}

func (p *Pool) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}
