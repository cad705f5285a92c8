package backend

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"strings"
	"unicode"
)

// This file decides whether a backend is the one that the URL names.
//
//   - First the chain is judged, then the name, so that a certificate that is
//     wrong in both is reported as API Gateway does.
//   - With InsecureSkipVerification a chain may also end in a root that came
//     with it. An expired certificate or another host's is refused all the same.

// tls returns the settings for a connection to host. The checks of crypto/tls
// are replaced, not left out: VerifyConnection runs for resumed sessions too.
func (d *dialer) tls(host string) *tls.Config {
	c := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         host,
		NextProtos:         []string{"http/1.1"},
		InsecureSkipVerify: true, // see VerifyConnection
		VerifyConnection: func(cs tls.ConnectionState) error {
			return d.verify(host, cs.PeerCertificates)
		},
		ClientSessionCache: d.sessions,
	}
	if cert := d.options.Certificate; cert != nil {
		// Shown whomever the backend names as issuers: ours is self-signed.
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	return c
}

func (d *dialer) verify(host string, chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return &Untrusted{Err: errors.New("no certificate")}
	}
	leaf := chain[0]
	err := d.verifyChain(leaf, chain[1:], d.pool.Roots)
	if err != nil && d.options.InsecureSkipVerification {
		err = d.verifyChain(leaf, chain[1:], ownRoots(chain))
	}
	if err != nil {
		var invalid x509.CertificateInvalidError
		return &Untrusted{Err: err, Expired: errors.As(err, &invalid) && invalid.Reason == x509.Expired}
	}
	if err := leaf.VerifyHostname(host); err != nil {
		return &WrongName{Host: host, Subject: subject(leaf), Err: err}
	}
	return nil
}

func (d *dialer) verifyChain(leaf *x509.Certificate, others []*x509.Certificate, roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, c := range others {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: d.pool.now()})
	return err
}

// ownRoots returns the certificates of a chain that signed themselves.
func ownRoots(chain []*x509.Certificate) *x509.CertPool {
	roots := x509.NewCertPool()
	for _, c := range chain {
		if bytes.Equal(c.RawIssuer, c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
			roots.AddCert(c)
		}
	}
	return roots
}

// subject writes the subject of c as Java does: from its last element to its
// first, a space behind each comma, and in quotes what has a comma of its own.
func subject(c *x509.Certificate) string {
	var parts []string
	for _, set := range c.Subject.ToRDNSequence() {
		part := pkix.RDNSequence{set}.String()
		if name, value, _ := strings.Cut(part, "="); strings.Contains(value, `\`) {
			part = name + `="` + strings.ReplaceAll(value, `\`, "") + `"`
		}
		parts = append([]string{part}, parts...)
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.Join(parts, ", "))
}
