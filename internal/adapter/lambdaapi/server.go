// Package lambdaapi speaks the wire of the Lambda API: REST and JSON, in the
// versions from 2015-03-31 on. The AWS CLI, the SDKs and Terraform talk to it.
//
// Signatures are neither asked for nor judged.
package lambdaapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"postern/internal/backend"
	"postern/internal/lambda"
)

// maxBody is the largest body of a request, in bytes, as the service has it.
const maxBody = 70_167_211

// A Server answers the Lambda API. It is made by NewServer and safe for
// concurrent use.
type Server struct {
	lambda *lambda.Service
	log    *slog.Logger
	mux    *http.ServeMux
}

// NewServer returns a server of the operations of s. Internal failures go to
// log; nil: nowhere.
func NewServer(s *lambda.Service, log *slog.Logger) *Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	server := &Server{lambda: s, log: log, mux: http.NewServeMux()}
	for _, op := range operations() {
		server.mux.Handle(op.method+" "+op.path, server.handler(op))
	}
	return server
}

var dated = regexp.MustCompile(`^/(20\d\d-\d\d-\d\d/(functions|layers|event-source-mappings|code-signing-configs|account-settings)|2017-03-31/tags)(/|$)`)

// Serves reports whether a path is one of the Lambda API. All of them begin with
// a date, as do those of other services.
func Serves(path string) bool { return dated.MatchString(path) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.handler(unknown).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// unknown is what is asked for where there is no operation.
var unknown = operation{serve: func(c *call) (any, error) {
	message := fmt.Sprintf("no operation of Lambda that Postern has is at %s %s", c.Method, c.URL.Path)
	for _, x := range []struct{ path, what string }{
		{"/url", "Function URLs are not part of Postern, an API can stand before the function"},
		{"/layers", "Layers are not part of Postern, what is in them can be part of the code"},
		{"/event-source-mappings", "Event source mappings are not part of Postern"},
		{"/provisioned-concurrency", "Provisioned concurrency is not part of Postern"},
		{"/code-signing-configs", "Code signing is not part of Postern"},
	} {
		if strings.Contains(c.URL.Path+"/", x.path+"/") {
			message = x.what + ": " + message
		}
	}
	return nil, &refused{status: http.StatusNotFound, code: "UnknownOperationException", message: message}
}}

// A call is one request.
type call struct {
	*http.Request
	server    *Server
	lambda    *lambda.Service
	answer    http.Header
	requestID string
	body      []byte
	status    int // of success; an operation may change it
}

// raw is an answer that is no JSON of ours.
type raw struct {
	contentType string
	body        []byte
}

func (s *Server) handler(op operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, server: s, lambda: s.lambda, answer: w.Header(), requestID: newRequestID(), status: op.status}
		c.answer.Set("x-amzn-RequestId", c.requestID)
		body, err := c.perform(op)
		if err != nil {
			s.refuse(c, w, err)
			return
		}
		out, ok := body.(*raw)
		if !ok {
			out = &raw{contentType: "application/json"}
			if body != nil {
				if out.body, err = marshal(body); err != nil {
					s.refuse(c, w, err)
					return
				}
			}
		}
		c.answer.Set("Content-Type", out.contentType)
		if c.status != http.StatusNoContent { // which has no length (RFC 9110, section 8.6)
			c.answer.Set("Content-Length", strconv.Itoa(len(out.body)))
		}
		w.WriteHeader(c.status)
		_, _ = w.Write(out.body) // the client may be gone
	})
}

// marshal writes JSON without the escapes for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// perform reads the body and performs the operation.
func (c *call) perform(op operation) (any, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &refused{status: http.StatusRequestEntityTooLarge, code: string(lambda.RequestTooLarge),
			message: fmt.Sprintf("Request must be smaller than %d bytes for the %s operation", maxBody, op.name)}
	case err != nil:
		return nil, &lambda.Error{Code: lambda.SerializationException, Message: "the body could not be read", Err: err}
	}
	c.body = text
	return op.serve(c)
}

// A refused is a refusal that the lambda room does not have.
type refused struct {
	status        int
	code, message string
}

func (e *refused) Error() string { return e.code + ": " + e.message }

// refuse answers with an error.
func (s *Server) refuse(c *call, w http.ResponseWriter, err error) {
	var own *lambda.Error
	var front *refused
	var call *backend.FunctionRefused
	status, code, message := http.StatusInternalServerError, string(lambda.ServiceException), "An error occurred and the request cannot be processed."
	switch {
	case errors.As(err, &front):
		status, code, message = front.status, front.code, front.message
	case errors.As(err, &own):
		status, code, message = own.Code.Status(), string(own.Code), own.Message
	case errors.As(err, &call):
		status, code, message = call.Status, call.Code, call.Reason
	case errors.Is(err, context.Canceled):
		return // nobody reads the answer
	default:
		s.log.Error("lambda", "method", c.Method, "path", c.URL.Path, "requestId", c.requestID, "error", err)
	}
	body := map[string]any{}
	// Which member has the sentence differs from exception to exception.
	switch code {
	case string(lambda.ResourceNotFound), string(lambda.ServiceException), "InvalidRuntimeException":
		body["Type"], body["Message"] = "User", message
	case "AccessDeniedException":
		body["Message"] = message
	case string(lambda.ValidationException), string(lambda.SerializationException), "UnknownOperationException":
		body["message"] = message
	default:
		body["Type"], body["message"] = "User", message
	}
	if status >= 500 {
		body["Type"] = "Service"
	}
	text, err := marshal(body)
	if err != nil {
		text = nil // cannot happen: texts always have JSON
	}
	c.answer.Set("Content-Type", "application/json")
	c.answer.Set("x-amzn-ErrorType", code)
	c.answer.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// newRequestID returns a random UUID.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
