// Package awsapi speaks the wire of API Gateway's control plane: REST and JSON,
// version 2015-07-09. The Server is what the AWS CLI, the SDKs, Terraform and
// the like talk to; the Client speaks the same wire from the other side.
//
// Signatures are judged before requests come here: see listen.Admission.
package awsapi

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
)

// maxBody is the largest request body, in bytes: a definition of 6 MB fits.
const maxBody = 10 << 20

// A Server answers the control-plane API. It is made by NewServer and safe for
// concurrent use.
type Server struct {
	// TestInvoke performs TestInvokeMethod. It is set before the first request;
	// nil: the operation is not part of the server.
	TestInvoke TestInvoker

	// TestAuthorizer performs TestInvokeAuthorizer, likewise.
	TestAuthorizer AuthorizerTester

	control *control.Service
	log     *slog.Logger
	router  *router
}

// NewServer returns a server of the operations of c. Internal failures go to
// log; nil: nowhere.
func NewServer(c *control.Service, log *slog.Logger) *Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Server{control: c, log: log, router: newRouter(operations())}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	requestID := newRequestID()
	h.Set("x-amzn-RequestId", requestID)
	h.Set("x-amz-apigw-id", newOpaqueID())
	status, body, err := s.answer(w, r)
	if err != nil {
		e := public(err)
		if e.Code == apigw.InternalFailure && r.Context().Err() == nil {
			s.log.Error("control plane", "method", r.Method, "path", r.URL.Path, "requestId", requestID, "error", err)
		}
		h.Set("x-amzn-ErrorType", string(e.Code))
		if e.Code == apigw.TooManyRequestsException {
			h.Set("Retry-After", "1")
		}
		status, body = statusOf(e.Code), errorBody(e)
	}
	h.Set("Content-Type", "application/json")
	if f, ok := body.(*file); ok {
		f.write(w, status)
		return
	}
	if body == nil {
		if status != http.StatusNoContent { // which has no length (RFC 9110, section 8.6)
			h.Set("Content-Length", "0")
		}
		w.WriteHeader(status)
		return
	}
	text, err := appendJSON(nil, body)
	if err != nil {
		s.log.Error("control plane", "path", r.URL.Path, "requestId", requestID, "error", err)
		h.Set("x-amzn-ErrorType", string(apigw.InternalFailure))
		status, text = http.StatusInternalServerError, []byte(`{"message":"Internal failure"}`)
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client may be gone
}

// answer performs the operation that r asks for.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) (status int, body any, err error) {
	query, malformed := url.ParseQuery(r.URL.RawQuery)
	op, values := s.router.find(r.Method, r.URL.EscapedPath(), query.Get("mode") == "import")
	if op == nil && strings.HasPrefix(r.URL.Path, "/v2/") {
		return 0, nil, &apigw.Error{Code: apigw.NotImplementedException, Message: "HTTP and WebSocket APIs (API Gateway, version 2) are not part of Postern, which has REST APIs"}
	}
	if op == nil {
		return 0, nil, &apigw.Error{Code: unknownOperation,
			Message: fmt.Sprintf("no operation of API Gateway (REST) is at %s %s", r.Method, r.URL.Path)}
	}
	if op.serve == nil {
		return 0, nil, notYet(op)
	}
	if malformed != nil {
		return 0, nil, serialization("the query string could not be read: %v", malformed)
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return 0, nil, &apigw.Error{Code: requestEntityTooLarge, Message: fmt.Sprintf("the body has more than %d bytes", maxBody)}
	case err != nil:
		return 0, nil, serialization("the body could not be read: %v", err)
	}
	c := &call{server: s, control: s.control, ctx: r.Context(), op: op, values: values, query: query, header: r.Header, body: text}
	body, err = op.serve(c)
	return op.status, body, err
}

// newRequestID returns a random UUID.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newOpaqueID returns an identifier in the form of the service's extended ones.
func newOpaqueID() string {
	var b [11]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}
