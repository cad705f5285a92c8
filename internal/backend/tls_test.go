package backend_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"postern/internal/backend"
)

// An identity is a certificate with its key.
type identity struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

// issue makes a certificate for host, signed by issuer or by itself.
func issue(t *testing.T, issuer *identity, set func(*x509.Certificate)) *identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		BasicConstraintsValid: true,
	}
	set(template)
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.Certificate, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &identity{c, key}
}

func authority(t *testing.T, issuer *identity, name string) *identity {
	return issue(t, issuer, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: name}
		c.IsCA = true
		c.KeyUsage = x509.KeyUsageCertSign
	})
}

func site(t *testing.T, issuer *identity, host string) *identity {
	return issue(t, issuer, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: host, Organization: []string{"Example, Inc."}, Country: []string{"US"}}
		c.DNSNames = []string{host}
	})
}

// chain is what a server presents: its own certificate first.
func chain(own *identity, others ...*identity) tls.Certificate {
	c := tls.Certificate{Certificate: [][]byte{own.Raw}, PrivateKey: own.key}
	for _, o := range others {
		c.Certificate = append(c.Certificate, o.Raw)
	}
	return c
}

// listenTLS answers every request with 200. Handshakes end within it.
func listenTLS(t *testing.T, c *tls.Config) (addr string, names chan string) {
	names = make(chan string, 100)
	return listenTCP(t, func(_ int, conn net.Conn, _ *bufio.Reader) {
		secured := tls.Server(conn, c)
		if secured.Handshake() != nil {
			return
		}
		state := secured.ConnectionState()
		name := state.ServerName
		if len(state.PeerCertificates) > 0 {
			name += " by " + state.PeerCertificates[0].Subject.CommonName
		}
		if state.DidResume {
			name += " again"
		}
		names <- name
		in := bufio.NewReader(secured)
		for readRaw(in) != "" {
			io.WriteString(secured, plainOK)
		}
	}), names
}

const (
	configuration = "Execution failed due to configuration error: "
	noPath        = configuration + "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target"
	notValidNow   = configuration + "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed"
	otherName     = configuration + "Host name 'api.test' does not match the certificate subject provided by the peer (CN=other.test, O=\"Example, Inc.\", C=US)"
)

func TestCertificatesOfBackends(t *testing.T) {
	root := authority(t, nil, "root")
	between := authority(t, root, "between")
	foreign := authority(t, nil, "foreign")
	foreignBetween := authority(t, foreign, "foreign between")
	expired := func(issuer *identity) *identity {
		return issue(t, issuer, func(c *x509.Certificate) {
			c.DNSNames = []string{"api.test"}
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		})
	}
	roots := x509.NewCertPool()
	roots.AddCert(root.Certificate)
	for _, tt := range []struct {
		name    string
		present tls.Certificate
		want    string // "" is a success
		skip    string // with InsecureSkipVerification
	}{
		{name: "of a trusted root", present: chain(site(t, root, "api.test"))},
		{name: "of a trusted root, with what is between", present: chain(site(t, between, "api.test"), between)},
		{name: "with what is between left out", present: chain(site(t, between, "api.test")), want: noPath, skip: noPath},
		{name: "of a wildcard", present: chain(site(t, root, "*.test"))},
		{name: "of another root that comes along", present: chain(site(t, foreign, "api.test"), foreign), want: noPath},
		{name: "of another root, with all that is between", present: chain(site(t, foreignBetween, "api.test"), foreignBetween, foreign), want: noPath},
		{name: "of another root that stays away", present: chain(site(t, foreignBetween, "api.test"), foreignBetween), want: noPath, skip: noPath},
		{name: "with a root that did not issue it", present: chain(site(t, foreign, "api.test"), authority(t, nil, "foreign")), want: noPath, skip: noPath},
		{name: "signed by itself", present: chain(site(t, nil, "api.test")), want: noPath},
		{name: "expired", present: chain(expired(root)), want: notValidNow, skip: notValidNow},
		{name: "signed by itself and expired", present: chain(expired(nil)), want: notValidNow, skip: notValidNow},
		{name: "of another host", present: chain(site(t, root, "other.test")), want: otherName, skip: otherName},
		{name: "of another host, signed by itself", present: chain(site(t, nil, "other.test")), want: noPath, skip: otherName},
	} {
		t.Run(tt.name, func(t *testing.T) {
			addr, names := listenTLS(t, &tls.Config{Certificates: []tls.Certificate{tt.present}})
			for skip, want := range map[bool]string{false: tt.want, true: tt.skip} {
				p := newPool(t)
				p.Roots = roots
				res, err := p.HTTP(backend.Options{Dial: addr, InsecureSkipVerification: skip}).Invoke(within(t), &backend.Request{Method: "GET", URL: "https://api.test/"})
				got := ""
				if err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("skip %v: got %s\nwant %s", skip, got, want)
				}
				if want != "" {
					continue
				}
				if name := <-names; name != "api.test" || string(res.Body) != "ok" {
					t.Errorf("skip %v: the server was asked for %q and answered %q", skip, name, res.Body)
				}
			}
		})
	}
}

func TestTheErrorsOfCertificatesHaveTheirTypes(t *testing.T) {
	addr, _ := listenTLS(t, &tls.Config{Certificates: []tls.Certificate{chain(site(t, nil, "other.test"))}})
	p := newPool(t)
	_, err := p.HTTP(backend.Options{Dial: addr}).Invoke(within(t), &backend.Request{Method: "GET", URL: "https://api.test/"})
	if e, ok := err.(*backend.Untrusted); !ok || e.Expired {
		t.Errorf("got %T %v, want untrusted", err, err)
	}
	_, err = p.HTTP(backend.Options{Dial: addr, InsecureSkipVerification: true}).Invoke(within(t), &backend.Request{Method: "GET", URL: "https://api.test/"})
	if e, ok := err.(*backend.WrongName); !ok || e.Host != "api.test" {
		t.Errorf("got %T %v, want a wrong name", err, err)
	}
}

func TestAnAddressIsANameToo(t *testing.T) {
	own := issue(t, nil, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} })
	addr, names := listenTLS(t, &tls.Config{Certificates: []tls.Certificate{chain(own)}})
	if _, err := newPool(t).HTTP(backend.Options{InsecureSkipVerification: true}).Invoke(within(t), &backend.Request{Method: "GET", URL: "https://" + addr}); err != nil {
		t.Fatal(err)
	}
	if name := <-names; name != "" {
		t.Errorf("got server name %q, want none for an address", name)
	}
}

func TestTheHostFieldDoesNotChangeTheName(t *testing.T) {
	root := authority(t, nil, "root")
	addr, names := listenTLS(t, &tls.Config{Certificates: []tls.Certificate{chain(site(t, root, "api.test"))}})
	p := newPool(t)
	p.Roots = x509.NewCertPool()
	p.Roots.AddCert(root.Certificate)
	if _, err := p.HTTP(backend.Options{Dial: addr}).Invoke(within(t), &backend.Request{Method: "GET", URL: "https://api.test/", Header: headerOf("Host", "other.test")}); err != nil {
		t.Fatal(err)
	}
	if name := <-names; name != "api.test" {
		t.Errorf("got server name %q, want that of the URL", name)
	}
}

func TestClientCertificates(t *testing.T) {
	root := authority(t, nil, "root")
	c := &tls.Config{
		Certificates: []tls.Certificate{chain(site(t, root, "api.test"))},
		ClientAuth:   tls.RequireAnyClientCert,
		// Names other issuers than ours, which must not keep us from showing it.
		ClientCAs: x509.NewCertPool(),
	}
	c.ClientCAs.AddCert(root.Certificate)
	p := newPool(t)
	p.Roots = c.ClientCAs
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c.MaxVersion = version
		addr, names := listenTLS(t, c.Clone())
		req := &backend.Request{Method: "GET", URL: "https://api.test/"}
		var certificates []*tls.Certificate
		for _, name := range []string{"one", "two"} {
			shown := chain(issue(t, nil, func(c *x509.Certificate) { c.Subject.CommonName = name }))
			certificates = append(certificates, &shown)
		}
		for i, want := range []string{"api.test by one", "api.test by two"} {
			if _, err := p.HTTP(backend.Options{Dial: addr, Certificate: certificates[i]}).Invoke(within(t), req); err != nil {
				t.Fatalf("%s: %v", tls.VersionName(version), err)
			}
			if got := <-names; got != want {
				t.Errorf("%s: got %q, want %q", tls.VersionName(version), got, want)
			}
		}
		_, err := p.HTTP(backend.Options{Dial: addr}).Invoke(within(t), req)
		e, ok := err.(*backend.Network)
		if !ok || !strings.HasPrefix(e.Reason, backend.FatalAlert) && e.Reason != backend.Closed && e.Reason != backend.Reset {
			t.Errorf("%s without a certificate: got %T %v, want a network error", tls.VersionName(version), err, err)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	addr, _ := listenTLS(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{chain(site(t, nil, "api.test"))}})
	_, err := newPool(t).HTTP(backend.Options{Dial: addr, InsecureSkipVerification: true}).Invoke(within(t), &backend.Request{Method: "GET", URL: "https://api.test/"})
	if e, ok := err.(*backend.Network); !ok || e.Reason != backend.FatalAlert+"protocol_version_not_supported" {
		t.Errorf("got %T %v, want an alert about the version", err, err)
	}
}

// TestAResumedSessionIsVerified resumes a session when the certificate has
// expired meanwhile.
func TestAResumedSessionIsVerified(t *testing.T) {
	root := authority(t, nil, "root")
	addr, names := listenTLS(t, &tls.Config{Certificates: []tls.Certificate{chain(site(t, root, "api.test"))}})
	now := time.Now()
	p := newPool(t)
	p.Roots = x509.NewCertPool()
	p.Roots.AddCert(root.Certificate)
	p.Now = func() time.Time { return now }
	b := p.HTTP(backend.Options{Dial: addr})
	req := &backend.Request{Method: "GET", URL: "https://api.test/"}
	for _, want := range []string{"api.test", "api.test again"} {
		if _, err := b.Invoke(within(t), req); err != nil {
			t.Fatal(err)
		}
		if got := <-names; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		p.CloseIdle()
	}
	now = now.Add(24 * time.Hour)
	if _, err := b.Invoke(within(t), req); err == nil || err.Error() != notValidNow {
		t.Errorf("a day later: got %v, want %s", err, notValidNow)
	}
}
