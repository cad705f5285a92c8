package sigv4

import (
	"iter"
	"net/http"
	"strings"
	"time"
)

// A Request is what a signature is about.
type Request struct {
	Method string
	Host   string                    // with its port, if the client named one
	Path   string                    // as received: not decoded, not cleaned
	Query  string                    // as received, without the question mark
	Header iter.Seq2[string, string] // in the sender's order; nil: none
	Body   []byte
}

// FromHTTP returns the request of r, whose body is given.
func FromHTTP(r *http.Request, body []byte) *Request {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	return &Request{
		Method: r.Method,
		Host:   host,
		Path:   r.URL.EscapedPath(),
		Query:  r.URL.RawQuery,
		Header: func(yield func(string, string) bool) {
			for name, values := range r.Header {
				for _, v := range values {
					if !yield(name, v) {
						return
					}
				}
			}
		},
		Body: body,
	}
}

// header returns the first value of a field, and whether there is one.
func (r *Request) header(name string) (string, bool) {
	if r.Header == nil {
		return "", false
	}
	for n, v := range r.Header {
		if strings.EqualFold(n, name) {
			return strings.TrimSpace(v), true
		}
	}
	return "", false
}

// Credentials are what a caller signs with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string    // of temporary credentials; empty: they are not
	Expires         time.Time // of temporary credentials; zero: never
}

// String shows no secret.
func (c Credentials) String() string { return c.AccessKeyID }

// GoString shows no secret.
func (c Credentials) GoString() string { return c.AccessKeyID }

// A Caller is who signed a request.
type Caller struct {
	AccessKeyID  string
	SessionToken string // as the request carried it; it is the one of the credentials
	Date         time.Time
	Region       string
	Service      string
	Presigned    bool
}

// A Code is an exception of AWS.
type Code string

// The codes of an Error.
const (
	MissingAuthenticationToken Code = "MissingAuthenticationTokenException"
	IncompleteSignature        Code = "IncompleteSignatureException"
	InvalidSignature           Code = "InvalidSignatureException"
	UnrecognizedClient         Code = "UnrecognizedClientException"
	ExpiredToken               Code = "ExpiredTokenException"
)

// An Error is a signature that was refused. The message is for the client that
// sent it: it repeats parts of the request and must not be logged.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return string(e.Code) }
