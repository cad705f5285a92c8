// Package backend says how to call what stands behind an integration. It knows
// no noun of API Gateway: it takes options.
//
// A Pool holds the connections. Its HTTP method makes a Backend for one set of
// options; backends of equal options share connections, whoever made them and
// whenever, so that warm connections outlive the plan that opened them.
package backend

import (
	"context"

	"postern/internal/message"
)

// A Backend performs one call. It is safe for concurrent use.
type Backend interface {
	// Invoke sends req and returns the response, read completely. It ends when
	// ctx does, with a *Timeout if that was a deadline and with the error of ctx
	// otherwise. Every other failure is one of the errors of this package.
	//
	// The response belongs to the caller. Invoke keeps nothing of req.
	Invoke(ctx context.Context, req *Request) (*message.Response, error)
}

// A Request is what an integration request has become.
type Request struct {
	Method string // as it is to be sent, its case included
	URL    string // absolute; path and query are sent byte for byte
	Header message.Header
	Body   []byte
	Caller Credentials // who signs a call with ServiceOptions.Caller
}

// Credentials are what calls to AWS are signed with. They print as nothing, so
// that no log or error shows them.
type Credentials struct {
	AccessKeyID  string
	SecretKey    string
	SessionToken string // of temporary credentials
}

func (Credentials) String() string   { return "{credentials}" }
func (Credentials) GoString() string { return "backend.Credentials{}" }
