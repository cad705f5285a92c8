package dataplane

import (
	"postern/internal/auth"
	"postern/internal/backend"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// An exchange is the luggage of one request. Each field has one writer.
type exchange struct {
	request   *message.Request // gateway.go
	stage     *Stage           // gateway.go; nil until it is found
	method    *Method          // gateway.go; nil until it is found
	scope     mapping.Scope    // gateway.go, then the stations
	path      message.Pairs    // gateway.go; memory of scope.Path
	query     message.Pairs    // gateway.go; memory of scope.Query
	header    message.Header   // gateway.go; memory of scope.Header
	traceID   string           // gateway.go; X-Amzn-Trace-Id for the backend and the client
	below     string           // gateway.go; the path below the stage, with the base path of a custom domain name
	caller    *auth.Principal  // access.go; nil: nobody has signed, or nobody was asked to
	usageKey  string           // access.go; the API key that an authorizer named; empty: none
	body      []byte           // method_request.go; the payload, decompressed
	chosen    converted        // integration_request.go
	rendered  []byte           // integration_request.go, then integration_response.go; memory of a rendered template
	uri       []byte           // integration_request.go; memory of the backend's address
	out       backend.Request  // integration_request.go
	values    []string         // memory for the values of one mapping
	cacheKey  []byte           // stage_cache.go; memory of the key
	order     []int            // memory for the order of names in an event
	res       message.Response // integration_response.go or gateway_response.go, then method_response.go
	record    Record           // gateway.go
	trace     *Trace           // nil unless asked for
	executing bool             // method.go; past the method request
}

// reset empties x for the next request and keeps its memory.
func (x *exchange) reset() {
	scope := x.scope
	scope.Reset()
	*x = exchange{
		scope:    scope,
		path:     x.path[:0],
		query:    x.query[:0],
		header:   x.header[:0],
		rendered: x.rendered[:0],
		uri:      x.uri[:0],
		out:      backend.Request{Header: x.out.Header[:0]},
		values:   x.values[:0],
		cacheKey: x.cacheKey[:0],
		order:    x.order[:0],
		res:      message.Response{Header: x.res.Header[:0]},
	}
}

// maxKept is the memory in bytes that a buffer may keep between requests.
const maxKept = 1 << 20

// trim lets go of memory that one large request needed.
func (x *exchange) trim() {
	if cap(x.rendered) > maxKept {
		x.rendered = nil
	}
	if cap(x.uri) > maxKept {
		x.uri = nil
	}
	if cap(x.cacheKey) > maxKept {
		x.cacheKey = nil
	}
}
