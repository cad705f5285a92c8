package backend

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"postern/internal/message"
)

// An HTTP is a Backend over HTTP/1.1. Get one from a Pool.
//
// Redirects are not followed and bodies are not decompressed. What is not in
// the request is not sent, but for Host and the length of the body. A call is
// repeated only on a kept connection that turns out to be dead, and then only
// if nothing of the call was sent, or it has no body and an idempotent method.
//
// Package net/http limits what can be kept: fields are sent in the order of
// their names (repeated ones in their own order), and names of the response
// arrive in canonical spelling (X-Foo for x-foo), likewise sorted.
type HTTP struct {
	transport *http.Transport
	limit     int64 // bytes of a response body
}

// Invoke implements Backend.
func (h *HTTP) Invoke(ctx context.Context, req *Request) (*message.Response, error) {
	return h.send(ctx, req, nil)
}

// send is Invoke with a last look at what is sent.
func (h *HTTP) send(ctx context.Context, req *Request, sign func(*http.Request) error) (*message.Response, error) {
	if ctx.Err() != nil {
		return nil, classify(ctx, ctx.Err())
	}
	out, err := outgoing(ctx, req)
	if err != nil {
		return nil, err
	}
	defer setBody(out, req.Body)()
	if sign != nil {
		if err := sign(out); err != nil {
			return nil, &InvalidRequest{Reason: "the request cannot be signed"}
		}
	}
	in, err := h.transport.RoundTrip(out)
	if err != nil {
		return nil, classify(ctx, err)
	}
	defer in.Body.Close()
	if in.StatusCode < 200 {
		return nil, &Network{Reason: NotHTTP} // 101 to an upgrade that was not ours, or no status at all
	}
	body, err := h.read(in)
	if err != nil {
		return nil, classify(ctx, err)
	}
	return &message.Response{Status: in.StatusCode, Header: incoming(in.Header), Body: body}, nil
}

func (h *HTTP) read(in *http.Response) ([]byte, error) {
	if in.Body == http.NoBody {
		return nil, nil // 204, 304 and the answer to HEAD may declare a length all the same
	}
	if in.ContentLength > h.limit {
		return nil, &TooLarge{Length: in.ContentLength, Limit: h.limit}
	}
	var buf bytes.Buffer
	if in.ContentLength > 0 {
		buf.Grow(int(min(in.ContentLength, 1<<20)) + bytes.MinRead) // what is declared may never come
	}
	n, err := buf.ReadFrom(io.LimitReader(in.Body, h.limit+1))
	if err != nil {
		return nil, err
	}
	if n > h.limit {
		return nil, &TooLarge{Length: n, Limit: h.limit}
	}
	return buf.Bytes(), nil
}

// outgoing makes the request of net/http, its body aside.
func outgoing(ctx context.Context, req *Request) (*http.Request, error) {
	u, err := endpoint(req.URL)
	if err != nil {
		return nil, err
	}
	// A method is a token, as a field name is. CONNECT would make a tunnel.
	if !httpguts.ValidHeaderFieldName(req.Method) || req.Method == http.MethodConnect {
		return nil, &InvalidRequest{Reason: "Invalid HTTP method"}
	}
	out := (&http.Request{
		Method: req.Method,
		URL:    u,
		Host:   u.Host,
		Header: make(http.Header, len(req.Header)+1),
	}).WithContext(ctx)
	if err := setHeader(out, req.Header); err != nil {
		return nil, err
	}
	return out, nil
}

// setHeader copies the fields in their spelling. Not copied are those that
// describe the connection or the framing, which are ours.
func setHeader(out *http.Request, header message.Header) error {
	for _, f := range header {
		if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
			return &InvalidRequest{Reason: "Invalid header " + clip(cleanName(f.Name))}
		}
		name := f.Name
		switch http.CanonicalHeaderKey(name) {
		case "Connection", "Keep-Alive", "Proxy-Connection", "Content-Length", "Transfer-Encoding":
			continue
		case "Host":
			if !httpguts.ValidHostHeader(f.Value) {
				return &InvalidRequest{Reason: "Invalid header Host"}
			}
			out.Host = f.Value
			continue
		case "Trailer", "Idempotency-Key", "X-Idempotency-Key":
			// net/http does not send the first, and for the others repeats calls
			// that are not ours to repeat, but knows only the usual spelling.
			name = strings.ToLower(name)
		case "User-Agent":
			if name == "User-Agent" {
				continue // below
			}
		}
		out.Header[name] = append(out.Header[name], f.Value)
	}
	// net/http sends one User-Agent in the usual spelling, and its own if there
	// is no such key; an empty value keeps it from doing so.
	out.Header["User-Agent"] = []string{""}
	if v, ok := header.LastExact("User-Agent"); ok {
		out.Header["User-Agent"][0] = v
	}
	return nil
}

func cleanName(name string) string {
	return string(bytes.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, []byte(name)))
}

// incoming returns the fields sorted by name, repeated ones in their order.
func incoming(h http.Header) message.Header {
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
