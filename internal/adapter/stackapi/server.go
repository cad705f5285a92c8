package stackapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"sync"

	"postern/internal/adapter/listen"
	"postern/internal/dataplane"
	"postern/internal/provision/stack"
)

const (
	prefix        = "/_postern/api/v1/"
	versionHeader = "Postern-Version"

	// maxTemplate is the size of a template in bytes; see cfn.Limits.
	maxTemplate = 50 << 20
	// maxBody is the size of a request in bytes: a template in which JSON
	// escapes every character, or several smaller ones.
	maxBody = 2*maxTemplate + 1<<20
)

// A Server answers the API. Its fields are set before it serves. It is safe for
// concurrent use.
type Server struct {
	Stacks    *stack.Engine
	Endpoints func(context.Context) ([]API, error) // APIs with stages and methods, without addresses
	Invoke    func(context.Context, InvokeRequest) (*InvokeResponse, error)
	Functions func(context.Context) ([]Function, error)                                           // without stacks; nil: there are none
	Logs      func(ctx context.Context, function string, tail int, follow bool) iter.Seq[LogLine] // of one function or, with "", of all; nil: there are none
	Recorder  *dataplane.Recorder                                                                 // of the requests that are answered; nil: none are remembered
	Ready     func() []string                                                                     // reasons why it is not; nil: it always is

	// Admit refuses who may not use the API; nil: those who are not local.
	Admit func(http.ResponseWriter, *http.Request) *listen.Refused

	Info Info
	Log  *slog.Logger // nil: nowhere

	once sync.Once
	mux  *http.ServeMux
}

// ServeHTTP implements http.Handler for paths under /_postern/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(versionHeader, s.version())
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.once.Do(s.route)
	s.mux.ServeHTTP(w, r)
}

func (s *Server) version() string {
	if s.Info.Version == "" {
		return "devel"
	}
	return s.Info.Version
}

// route says what answers where.
func (s *Server) route() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_postern/healthz", s.health)
	mux.HandleFunc("GET /_postern/livez", s.health)
	mux.HandleFunc("GET "+NeighborHealth, s.neighborHealth)
	mux.HandleFunc("GET /_postern/readyz", s.ready)
	api := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+prefix+path, func(w http.ResponseWriter, r *http.Request) {
			if err := s.admit(w, r); err != nil {
				s.fail(w, r, err)
				return
			}
			if err := f(w, r); err != nil {
				s.fail(w, r, err)
			}
		})
	}
	api("GET info", s.getInfo)
	api("POST check", s.check)
	api("GET stacks", s.listStacks)
	api("GET stacks/{name}", s.getStack)
	api("POST stacks/{name}/plan", s.planStack)
	api("PUT stacks/{name}", s.putStack)
	api("DELETE stacks/{name}", s.deleteStack)
	api("GET endpoints", s.listEndpoints)
	api("POST invoke", s.invoke)
	api("GET functions", s.listFunctions)
	api("GET logs", s.logs)
	api("GET traces", s.listTraces)
	api("GET traces/{id}", s.getTrace)
	mux.HandleFunc("GET /_postern/{$}", s.console)
	mux.HandleFunc("GET /_postern/console/{file}", s.console)
	mux.Handle("GET /_postern", http.RedirectHandler("/_postern/", http.StatusMovedPermanently))
	mux.HandleFunc("/", s.nothing)
	s.mux = mux
}

// nothing answers where nothing else does.
func (s *Server) nothing(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &refusal{http.StatusNotFound, Failure{Code: CodeNotFound,
		Message: "there is nothing at " + r.Method + " " + quoted(r.URL.Path), Help: "the paths of Postern's own API begin with " + prefix}})
}

// admit refuses a request that may not use the API. Those of this process may.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) error {
	if r.Context().Value(insideKey{}) != nil {
		return nil
	}
	admit := s.Admit
	if admit == nil {
		admit = (&listen.Admission{}).Admit
	}
	refused := admit(w, r)
	if refused == nil {
		return nil
	}
	f := &refusal{refused.Status, Failure{Code: CodeNotAllowed, Message: refused.Message}}
	if refused.Code != listen.AccessDenied {
		f.Help = "--credentials FILE signs what is asked; it needs one of the access keys that the gateway was started with"
	}
	return f
}

// A refusal is a Failure with its HTTP status.
type refusal struct {
	status int
	Failure
}

func (e *refusal) Error() string { return e.Message }

// invalid refuses a request that makes no sense.
func invalid(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, Failure{Code: CodeInvalid, Message: fmt.Sprintf(format, args...)}}
}

// fail answers with an error.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := s.refuse(r, err)
	f.Schema = FailureSchema
	write(w, f.status, &f.Failure)
}

func (s *Server) refuse(r *http.Request, err error) *refusal {
	var f *refusal
	var missing *stack.NoStack
	var busy *stack.Busy
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &missing):
		return &refusal{http.StatusNotFound, Failure{Code: CodeNotFound, Message: fmt.Sprintf("there is no stack %s", quoted(missing.Name)),
			Help: "postern ls shows what there is"}}
	case errors.As(err, &busy):
		return &refusal{http.StatusConflict, Failure{Code: CodeConflict, Message: busy.Error(), Help: busy.Help}}
	case errors.Is(err, stack.ErrStale), errors.Is(err, stack.ErrBusy):
		return &refusal{http.StatusConflict, Failure{Code: CodeConflict, Message: err.Error(), Help: "try again"}}
	}
	if s.Log != nil {
		s.Log.Error("own API", "method", r.Method, "path", r.URL.Path, "err", err)
	}
	return &refusal{http.StatusInternalServerError, Failure{Code: CodeInternal, Message: err.Error()}}
}

// read reads the JSON of a request.
func read(w http.ResponseWriter, r *http.Request, out any) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return &refusal{http.StatusUnsupportedMediaType, Failure{Code: CodeInvalid,
			Message: "the Content-Type is " + quoted(r.Header.Get("Content-Type")) + ", expected application/json"}}
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(out)
	if err == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return invalid("the body has more than one JSON value")
		}
		return nil
	}
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return &refusal{http.StatusRequestEntityTooLarge, Failure{Code: CodeTooLarge,
			Message: fmt.Sprintf("the request has more than %d bytes", maxBody), Help: fmt.Sprintf("a template may have %d bytes", maxTemplate)}}
	}
	return invalid("the body is not what is expected: %v", err)
}

// write answers with a document.
func write(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(document) // the client has gone
}

func (s *Server) getInfo(w http.ResponseWriter, r *http.Request) error {
	info := s.Info
	info.Schema, info.Version = InfoSchema, s.version()
	write(w, http.StatusOK, &info)
	return nil
}
