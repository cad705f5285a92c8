package backend

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"

	"postern/internal/message"
	"postern/internal/wire"
)

// An HTTP is a Backend over HTTP/1.1. Get one from a Pool.
//
// The request is sent as it is given, field by field, and what is not in it is
// not sent, but for Host and the length of the body, which come first. The
// response comes as it was sent, less what frames it. Redirects are not followed
// and bodies are not decompressed. A call is repeated only on a kept connection
// that turns out to be dead, and then only if nothing of the call was sent, or
// it has no body and an idempotent method.
type HTTP struct {
	client *client
	limit  int64 // bytes of a response body

	latest atomic.Pointer[host] // that was called
}

// Invoke implements Backend.
func (h *HTTP) Invoke(ctx context.Context, req *Request) (*message.Response, error) {
	res, err := h.invoke(ctx, req)
	if err != nil {
		return nil, classify(ctx, err)
	}
	return res, nil
}

// invoke is Invoke with failures of the network as they come.
func (h *HTTP) invoke(ctx context.Context, req *Request) (*message.Response, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	to, target, err := h.target(req.URL)
	if err != nil {
		return nil, err
	}
	if err := checkMethod(req.Method); err != nil {
		return nil, err
	}
	hostField := to.name
	for i := range req.Header {
		f := &req.Header[i]
		if !wire.ValidName(f.Name) || !wire.ValidValue(f.Value) {
			return nil, &InvalidRequest{Reason: "Invalid header " + clip(cleanName(f.Name))}
		}
		if len(f.Name) == len("Host") && message.EqualName(f.Name, "Host") {
			if !httpguts.ValidHostHeader(f.Value) {
				return nil, &InvalidRequest{Reason: "Invalid header Host"}
			}
			hostField = f.Value
		}
	}
	return h.client.do(ctx, to, &call{method: req.Method, target: target, host: hostField, header: req.Header, body: req.Body, limit: h.limit})
}

// send is Invoke with a last look at what is sent, as package net/http has it.
func (h *HTTP) send(ctx context.Context, req *Request, sign func(*http.Request) error) (*message.Response, error) {
	if ctx.Err() != nil {
		return nil, classify(ctx, ctx.Err())
	}
	out, err := outgoing(ctx, req)
	if err != nil {
		return nil, err
	}
	if err := sign(out); err != nil {
		return nil, &InvalidRequest{Reason: "the request cannot be signed"}
	}
	to := h.client.host(out.URL.Scheme, out.URL.Host)
	res, err := h.client.do(ctx, to, &call{method: out.Method, target: out.URL.RequestURI(), host: out.Host, header: sorted(out.Header), body: req.Body, limit: h.limit})
	if err != nil {
		return nil, classify(ctx, err)
	}
	return res, nil
}

// target returns whom a URL leads to, and what to ask for there.
func (h *HTTP) target(raw string) (to *host, target string, err error) {
	if to := h.latest.Load(); to != nil && !to.gone.Load() && strings.HasPrefix(raw, to.prefix) {
		if rest := raw[len(to.prefix):]; rest == "" || rest[0] == '/' || rest[0] == '?' || rest[0] == '#' {
			if printable(rest) {
				return to, targetOf(rest), nil
			}
		}
	}
	u, err := endpoint(raw)
	if err != nil {
		return nil, "", err
	}
	to = h.client.host(u.scheme, u.host)
	if strings.HasPrefix(raw, to.prefix) {
		h.latest.Store(to)
	}
	return to, u.target, nil
}

// checkMethod refuses what is no method: a token, as a field name is. CONNECT
// would make a tunnel.
func checkMethod(method string) error {
	if !wire.ValidName(method) || method == http.MethodConnect {
		return &InvalidRequest{Reason: "Invalid HTTP method"}
	}
	return nil
}

// framing reports whether a field describes the connection or the framing, which
// are ours.
func framing(name string) bool {
	switch len(name) {
	case len("Connection"): // and Keep-Alive
		return message.EqualName(name, "Connection") || message.EqualName(name, "Keep-Alive")
	case len("Content-Length"):
		return message.EqualName(name, "Content-Length")
	case len("Proxy-Connection"):
		return message.EqualName(name, "Proxy-Connection")
	case len("Transfer-Encoding"):
		return message.EqualName(name, "Transfer-Encoding")
	}
	return false
}

// outgoing makes a request of net/http, as signers want it, without its body.
func outgoing(ctx context.Context, req *Request) (*http.Request, error) {
	u, err := endpoint(req.URL)
	if err != nil {
		return nil, err
	}
	if err := checkMethod(req.Method); err != nil {
		return nil, err
	}
	out := (&http.Request{
		Method:        req.Method,
		URL:           u.url(),
		Host:          u.host,
		Header:        make(http.Header, len(req.Header)),
		ContentLength: int64(len(req.Body)),
	}).WithContext(ctx)
	for _, f := range req.Header {
		switch {
		case !wire.ValidName(f.Name) || !wire.ValidValue(f.Value):
			return nil, &InvalidRequest{Reason: "Invalid header " + clip(cleanName(f.Name))}
		case framing(f.Name):
		case message.EqualName(f.Name, "Host"):
			if !httpguts.ValidHostHeader(f.Value) {
				return nil, &InvalidRequest{Reason: "Invalid header Host"}
			}
			out.Host = f.Value
		default:
			out.Header[f.Name] = append(out.Header[f.Name], f.Value)
		}
	}
	return out, nil
}

// A roundTripper is an HTTP for those who know package net/http.
type roundTripper HTTP

// RoundTrip implements http.RoundTripper.
func (t *roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	req := &Request{Method: r.Method, URL: r.URL.String(), Header: sorted(r.Header)}
	if r.Host != "" {
		req.Header.Add("Host", r.Host)
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		req.Body = body
	}
	res, err := (*HTTP)(t).invoke(r.Context(), req)
	if err != nil {
		return nil, err
	}
	out := &http.Response{
		Status: strconv.Itoa(res.Status), StatusCode: res.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, len(res.Header)), Request: r,
		Body: io.NopCloser(bytes.NewReader(res.Body)), ContentLength: int64(len(res.Body)),
	}
	for _, f := range res.Header {
		out.Header.Add(f.Name, f.Value)
	}
	return out, nil
}

// sorted returns the fields by name, repeated ones in their order.
func sorted(h http.Header) message.Header {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make(message.Header, 0, len(names))
	for _, name := range names {
		for _, v := range h[name] {
			out.Add(name, v)
		}
	}
	return out
}

func cleanName(name string) string {
	return string(bytes.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, []byte(name)))
}
