package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// A Director is an http.Handler that leaves requests to Handlers.
type Director interface {
	http.Handler

	// Direct returns the Handler that would answer requests to host for path,
	// which is as it was received, or nil if not all of them go to one. A Server
	// then asks that Handler and not ServeHTTP.
	Direct(host, path string) *Handler
}

// A Server serves an http.Handler on one or more listeners. Its fields are not
// to be changed once it serves.
type Server struct {
	Handler http.Handler // one that is a Director gets lanes
	TLS     *tls.Config  // nil: plain HTTP. NextProtos is set, but not in what GetConfigForClient returns.
	Log     *slog.Logger // nil: slog.Default

	HeaderTimeout time.Duration // for a TLS handshake, and for the header of a request; 0: 30 seconds
	IdleTimeout   time.Duration // between requests; 0: 310 seconds, see "Quotas" as in Limits
	WriteTimeout  time.Duration // for the client to take 64 KiB of a response; 0: one minute

	once   sync.Once
	server *http.Server
	active atomic.Int64 // requests being answered by net/http
	lanes  *lanes       // nil: none
}

// Serve accepts connections from l until Shutdown, and then returns nil. It
// closes l.
func (s *Server) Serve(l net.Listener) error {
	s.once.Do(s.build)
	front := newFront(l, s.TLS, orDuration(s.HeaderTimeout, 30*time.Second), orDuration(s.WriteTimeout, time.Minute), s.lanes)
	err := s.server.Serve(front)
	front.wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Shutdown stops accepting, lets the requests that have begun come to their end
// until ctx ends, and then cuts off those that have not. It returns how many
// those were.
func (s *Server) Shutdown(ctx context.Context) (cut int, err error) {
	s.once.Do(s.build)
	s.lanes.shut()
	err = s.server.Shutdown(ctx)
	if err == nil {
		err = s.lanes.wait(ctx)
	}
	if err == nil || ctx.Err() == nil {
		return 0, err
	}
	cut = int(s.active.Load()) + s.lanes.cut()
	return cut, s.server.Close()
}

func (s *Server) build() {
	log := s.Log
	if log == nil {
		log = slog.Default()
	}
	s.server = &http.Server{
		Handler:                      guard(log, s.count(unambiguous(s.Handler))),
		ReadHeaderTimeout:            orDuration(s.HeaderTimeout, 30*time.Second),
		IdleTimeout:                  orDuration(s.IdleTimeout, 310*time.Second),
		MaxHeaderBytes:               maxHead,
		ConnContext:                  withConn,
		Protocols:                    new(http.Protocols),
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		DisableGeneralOptionsHandler: true,
		HTTP2:                        &http.HTTP2Config{MaxConcurrentStreams: 250},
	}
	if d, ok := s.Handler.(Director); ok && peekable {
		s.lanes = newLanes(d, log, s.server.ReadHeaderTimeout, s.server.IdleTimeout)
	}
	s.server.Protocols.SetHTTP1(true)
	s.server.Protocols.SetHTTP2(true)
	s.server.Protocols.SetUnencryptedHTTP2(true)
}

func (s *Server) count(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.active.Add(1)
		defer s.active.Add(-1)
		h.ServeHTTP(w, r)
	})
}

// unambiguous refuses requests that may have ended elsewhere for others, and
// closes the connection where the next one might.
func unambiguous(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := headOf(r)
		switch {
		case head == nil:
		case head.ambiguous:
			badRequest.write(w, r)
			return
		case head.mustClose:
			w.Header()["Connection"] = []string{"close"}
		}
		h.ServeHTTP(w, r)
	})
}

// guard answers 500 for a handler that panics, and cuts the connection if the
// answer had begun. http.ErrAbortHandler asks for the latter without a word.
func guard(log *slog.Logger, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := &begunWriter{ResponseWriter: w}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			logPanic(log, r.Method, r.URL.Path, p)
			if begun.yes || p == http.ErrAbortHandler {
				panic(http.ErrAbortHandler)
			}
			internalServerError.write(w, r)
		}()
		h.ServeHTTP(begun, r)
	})
}

// logPanic is called by the function that has recovered.
func logPanic(log *slog.Logger, method, path string, p any) {
	if p != http.ErrAbortHandler {
		log.Error("panic while answering a request", "method", method, "path", path, "panic", p, "stack", string(debug.Stack()))
	}
}

// A begunWriter knows whether a final status has been written.
type begunWriter struct {
	http.ResponseWriter
	yes bool
}

func (w *begunWriter) WriteHeader(status int) {
	w.yes = w.yes || status >= 200
	w.ResponseWriter.WriteHeader(status)
}

func (w *begunWriter) Write(b []byte) (int, error) {
	w.yes = true
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *begunWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush implements http.Flusher, which some handlers look for.
func (w *begunWriter) Flush() {
	w.yes = true
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a writer that cannot flush has nothing to
}

func orDuration(d, zero time.Duration) time.Duration {
	if d == 0 {
		return zero
	}
	return d
}
