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

// reset empties x for the next request and keeps its memory. Field by field: an
// exchange is too large to be written twice for each request.
func (x *exchange) reset() {
	x.scope.Reset()
	x.request, x.stage, x.method = nil, nil, nil
	x.path, x.query, x.header = x.path[:0], x.query[:0], x.header[:0]
	x.traceID, x.below = "", ""
	x.caller, x.usageKey = nil, ""
	x.body, x.chosen = nil, converted{}
	x.rendered, x.uri = x.rendered[:0], x.uri[:0]
	x.out = backend.Request{Header: x.out.Header[:0]}
	x.values, x.cacheKey, x.order = x.values[:0], x.cacheKey[:0], x.order[:0]
	x.res = message.Response{Header: x.res.Header[:0]}
	x.record = Record{}
	x.trace, x.executing = nil, false
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
