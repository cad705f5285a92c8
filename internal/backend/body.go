package backend

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
)

// This file sends a body and lets go of it. net/http may go on reading a body
// when the call has ended, as when the answer came early, but then the bytes
// are the caller's again.

// smallBody is up to how many bytes a body is copied. Such a body leaves with
// the header in one write; net/http knows no other kind that does.
const smallBody = 16 << 10

// setBody gives out a body, and with it the answer to whether net/http may send
// the request again: an idempotent one if it has no body, another only if
// nothing of it was sent. After release, body is not read.
func setBody(out *http.Request, body []byte) (release func()) {
	if len(body) == 0 {
		out.Body = http.NoBody
		return func() {}
	}
	l := &lentBody{bytes: body}
	release = l.release
	get := func() (io.ReadCloser, error) { return &lentReader{body: l}, nil }
	if len(body) <= smallBody {
		own := bytes.Clone(body)
		release = func() {}
		get = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(own)), nil }
	}
	out.Body, _ = get()
	out.ContentLength = int64(len(body))
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace}, out.Method) {
		out.GetBody = get
	}
	return release
}

// A lentBody is bytes that belong to someone else until release.
type lentBody struct {
	mu    sync.Mutex
	bytes []byte // nil: released
}

func (l *lentBody) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes = nil
}

var errReleased = errors.New("the call has ended")

// A lentReader reads a lentBody from its beginning.
type lentReader struct {
	body *lentBody
	at   int
}

func (r *lentReader) Read(p []byte) (int, error) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.body.bytes == nil {
		return 0, errReleased
	}
	n := copy(p, r.body.bytes[r.at:])
	if r.at += n; n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (r *lentReader) Close() error { return nil }
