package dataplane

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file is the call: what the backend is, how long it may take, and what
// its failures mean.

// An integration is the compiled backend of a method.
type integration struct {
	backend backend.Backend
	broken  *Fault        // set when the backend cannot be called at all
	timeout time.Duration // covers the call from its start to the last byte
	remote  bool          // not MOCK
	service bool          // of AWS
	lambda  bool          // a function

	caller bool // the caller's own credentials sign

	// secret returns the secret key of a caller; nil: none is known.
	secret func(ctx context.Context, accessKeyID string) (string, error)
}

// compileIntegration prepares the call.
func (c *compiler) integration(in *apigw.Integration) integration {
	out := integration{timeout: in.Timeout, remote: true}
	if out.timeout <= 0 {
		out.timeout = c.limits.IntegrationTimeout
	}
	if in.Type == apigw.Mock {
		return integration{backend: mockBackend{}}
	}
	options := backend.Options{Certificate: c.shown}
	if in.TLSConfig != nil {
		options.InsecureSkipVerification = in.TLSConfig.InsecureSkipVerification
	}
	if in.ConnectionType == apigw.ViaVPCLink {
		id := fillStageVariables(in.ConnectionID, c.variables)
		dial, err := c.suppliers.link(id, in.IntegrationTarget)
		if err != nil {
			out.broken = configurationError("There was an internal error while executing your request", err)
			return out
		}
		options.Dial = withPort(dial, fillStageVariables(in.URI, c.variables))
	}
	out.backend = c.suppliers.HTTP(options)
	return out
}

// withPort completes the address behind a VPC link with the port of the URI, if
// it has none of its own.
func withPort(address, uri string) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	port := "80"
	if u, err := url.Parse(uri); err == nil {
		if u.Scheme == "https" {
			port = "443"
		}
		if u.Port() != "" {
			port = u.Port()
		}
	}
	return net.JoinHostPort(strings.Trim(address, "[]"), port)
}

// call sends x.out to the backend and waits for the whole answer.
func (i *integration) call(ctx context.Context, x *exchange) (*message.Response, error) {
	if i.broken != nil {
		x.trace.enter(AtBackend)
		return nil, i.broken
	}
	if !i.remote {
		back, err := i.backend.Invoke(ctx, &x.out)
		if err != nil {
			return nil, unparsableStatus
		}
		return back, nil
	}
	if x.trace != nil {
		x.trace.add("Endpoint request URI: ", x.out.URL)
		x.trace.header("Endpoint request headers: ", x.out.Header)
		x.trace.body("Endpoint request body after transformations: ", x.out.Body)
		x.trace.enter(AtBackend)
		x.trace.add("Sending request to ", x.out.URL)
	}
	start := time.Now()
	limited := &callContext{Context: ctx, deadline: start.Add(i.timeout)}
	defer limited.end()
	ctx = limited
	if i.caller {
		if err := i.asCaller(ctx, x); err != nil {
			return nil, err
		}
		start = time.Now()
	}
	back, err := i.backend.Invoke(ctx, &x.out)
	latency := time.Since(start)
	x.record.IntegrationLatency = latency
	x.scope.Context.Integration.Latency = mapping.Num(latency.Milliseconds())
	if err != nil {
		f := backendFault(err)
		x.scope.Context.Integration.Error = f.Log
		return nil, f
	}
	if i.service {
		x.serviceAnswered(back)
	}
	x.scope.Context.Integration.IntegrationStatus = mapping.Num(int64(back.Status))
	x.scope.Context.Integration.Status = mapping.Num(int64(back.Status))
	if x.trace != nil {
		x.trace.add("Received response. Status: ", strconv.Itoa(back.Status), ", Integration latency: ", strconv.FormatInt(latency.Milliseconds(), 10), " ms")
		x.trace.enter(AtIntegrationResponse)
		x.trace.header("Endpoint response headers: ", back.Header)
		x.trace.body("Endpoint response body before transformations: ", back.Body)
		x.trace.enter(AtBackend)
	}
	if i.lambda {
		if f := lambdaFault(x, back); f != nil {
			x.scope.Context.Integration.Error = f.Log
			return nil, f
		}
	}
	return back, nil
}

// backendFault says which gateway response a failed call becomes.
//
// See "Gateway response types for API Gateway"; texts observed.
func backendFault(err error) *Fault {
	var timeout *backend.Timeout
	var network *backend.Network
	switch {
	case errors.As(err, &timeout):
		return &Fault{Type: apigw.IntegrationTimeout, Message: "Endpoint request timed out", Log: err.Error(), Err: err}
	case errors.As(err, &network):
		return &Fault{Type: apigw.IntegrationFailure, Message: "Network error communicating with endpoint", Log: err.Error(), Err: err}
	case errors.Is(err, context.Canceled):
		return &Fault{Type: apigw.IntegrationFailure, Message: "Network error communicating with endpoint", Log: "the client went away before the backend had answered", Err: err}
	}
	return &Fault{Type: apigw.APIConfigurationError, Message: "Internal server error", Log: err.Error(), Err: err}
}

// unparsableStatus is the failure of a MOCK template without a status code.
var unparsableStatus = configurationError("Unable to parse statusCode. It should be an integer that is defined in the request template.", nil)

// A mockBackend answers with the status code that the rendered request template
// names, and nothing else.
type mockBackend struct{}

func (mockBackend) Invoke(_ context.Context, req *backend.Request) (*message.Response, error) {
	status, ok := mockStatus(req.Body)
	if !ok {
		return nil, unparsableStatus
	}
	return mockResponse(status), nil
}

// mockResponse returns the shared answer of the usual statuses.
func mockResponse(status int) *message.Response {
	if status == http.StatusOK {
		return mockOK
	}
	return &message.Response{Status: status}
}

var mockOK = &message.Response{Status: http.StatusOK}

// loggable is a payload as the execution log shows it.
func loggable(b []byte) string {
	p := validText(b)
	if len(p) != len(b) {
		return "[Binary Data]"
	}
	return string(p)
}
