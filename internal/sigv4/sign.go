package sigv4

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// unsigned are the fields that change on the way, or are the signature itself.
var unsigned = [...]string{"authorization", "user-agent", "x-amzn-trace-id", "expect", "transfer-encoding", "connection"}

// Sign returns the fields that make r a signed request, and leaves r as it is.
// X-Amz-Date and X-Amz-Security-Token must not be among the fields of r. A field
// X-Amz-Content-Sha256 with UNSIGNED-PAYLOAD leaves the body out.
func (c Credentials) Sign(r *Request, region, service string, now time.Time) [][2]string {
	now = now.UTC()
	added := [][2]string{{"X-Amz-Date", now.Format(dateFormat)}}
	if c.SessionToken != "" {
		added = append(added, [2]string{"X-Amz-Security-Token", c.SessionToken})
	}
	full := *r
	full.Header = func(yield func(string, string) bool) {
		if r.Header != nil {
			for name, value := range r.Header {
				if !yield(name, value) {
					return
				}
			}
		}
		for _, f := range added {
			if !yield(f[0], f[1]) {
				return
			}
		}
	}
	signed := []string{"host"}
	for name := range full.Header {
		if name = strings.ToLower(name); !slices.Contains(unsigned[:], name) {
			signed = append(signed, name)
		}
	}
	slices.Sort(signed)
	signed = slices.Compact(signed)
	s := scope{date: now.Format("20060102"), region: region, service: service}
	claim := claim{scope: s}
	paths := canonicalPaths(r.Path, service)
	text := stringToSign(now, s, full.canonical(paths[0], signed, claim.payload(r)))
	return append(added, [2]string{"Authorization", algorithm + " Credential=" + c.AccessKeyID + "/" + s.String() +
		", SignedHeaders=" + strings.Join(signed, ";") +
		", Signature=" + hex.EncodeToString(signature(c.SecretAccessKey, s, text))})
}

// A Transport signs requests before it sends them.
type Transport struct {
	Credentials Credentials
	Region      string
	Service     string
	Base        http.RoundTripper // nil: http.DefaultTransport
	Now         func() time.Time  // nil: time.Now
}

// RoundTrip implements http.RoundTripper. It reads the body to its end.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	signed := r.Clone(r.Context())
	if body != nil {
		signed.Body = io.NopCloser(bytes.NewReader(body))
	}
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	for _, f := range t.Credentials.Sign(FromHTTP(signed, body), t.Region, t.Service, now()) {
		signed.Header.Set(f[0], f[1])
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	return base.RoundTrip(signed)
}
