package stackapi

import (
	"context"
	"io"
	"net/http"
	"sync"
)

// insideKey marks the context of a request of this process. No other request can
// have it.
type insideKey struct{}

// A Local is an http.RoundTripper that asks a handler of this process. The
// answer can be read while it is written.
type Local struct{ Handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (l Local) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	in := r.Clone(context.WithValue(ctx, insideKey{}, true))
	in.RemoteAddr = "127.0.0.1:0"
	in.RequestURI = r.URL.RequestURI()
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	read, write := io.Pipe()
	w := &localWriter{header: http.Header{}, body: write, started: make(chan struct{})}
	go func() {
		defer in.Body.Close()
		defer func() {
			if p := recover(); p != nil {
				w.WriteHeader(http.StatusInternalServerError)
				write.CloseWithError(io.ErrUnexpectedEOF)
			}
		}()
		l.Handler.ServeHTTP(w, in)
		w.WriteHeader(http.StatusOK)
		write.Close()
	}()
	select {
	case <-w.started:
	case <-ctx.Done():
		read.CloseWithError(ctx.Err())
		cancel()
		return nil, ctx.Err()
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: localBody{read, cancel}, ContentLength: -1, Request: r,
	}, nil
}

type localWriter struct {
	header  http.Header
	body    *io.PipeWriter
	once    sync.Once
	started chan struct{} // closed when status and sent are set
	status  int
	sent    http.Header
}

func (w *localWriter) Header() http.Header { return w.header }

func (w *localWriter) WriteHeader(status int) {
	if status >= 100 && status < 200 {
		return
	}
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.started)
	})
}

func (w *localWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Flush implements http.Flusher; nothing is held back.
func (w *localWriter) Flush() { w.WriteHeader(http.StatusOK) }

// A localBody ends the request when it is closed.
type localBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b localBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}
