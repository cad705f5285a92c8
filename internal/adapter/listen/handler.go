// Package listen is the front of the data plane: sockets, TLS, HTTP/1.1 and
// HTTP/2.
//
// Handler translates between net/http and a Gateway; it can be mounted wherever
// an http.Handler can. Server carries any http.Handler and is what makes the
// difference in fidelity: behind it, requests over HTTP/1.1 keep the order and
// the spelling of their header fields, and requests whose end is ambiguous are
// refused. Behind another server a Handler knows what net/http knows: names in
// canonical spelling, sorted, repeated ones in their order. Over HTTP/2 names are
// in lower case, sorted.
//
// A Server reads ordinary requests over plain HTTP/1.1 for a Handler itself, in a
// lane, and leaves everything else to net/http. What is refused, and how, is
// the same on both ways. Fields of responses are written in their spelling; in a
// lane in the gateway's order, elsewhere sorted by name, because net/http sorts
// them.
package listen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"postern/internal/message"
)

// A Gateway answers requests.
type Gateway interface {
	// Serve answers req by calling write once. The response may be changed or
	// reused as soon as write returns; the error of write says that the client
	// did not get it. ctx ends when the client goes away, and may be that of many
	// requests. req and the list of its fields are used again when Serve returns;
	// its strings and its body are not.
	Serve(ctx context.Context, req *message.Request, write func(*message.Response) error) error
}

// Limits of a request. A zero field stands for the published quota.
//
// See "Quotas for configuring and running a REST API in API Gateway".
type Limits struct {
	Body    int64         // bytes of a body; 10,485,760
	Headers int           // bytes of header names, values and separators; 10,240
	URL     int           // bytes of the request target; 10,240
	Reading time.Duration // for the body to arrive; Chosen: two minutes
}

func (l Limits) orQuota() Limits {
	if l.Body == 0 {
		l.Body = 10_485_760
	}
	if l.Headers == 0 {
		l.Headers = 10_240
	}
	if l.URL == 0 {
		l.URL = 10_240
	}
	if l.Reading == 0 {
		l.Reading = 2 * time.Minute
	}
	return l
}

// A Handler is an http.Handler that asks a Gateway.
type Handler struct {
	Gateway Gateway
	Limits  Limits
	Log     *slog.Logger     // nil: slog.Default
	Now     func() time.Time // nil: time.Now
}

// ServeHTTP implements http.Handler. A panic of the gateway becomes a 500.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guard(h.logger(), http.HandlerFunc(h.serve)).ServeHTTP(w, r)
}

// Direct implements Director: a Handler answers everything.
func (h *Handler) Direct(string, string) *Handler { return h }

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) {
	limits := h.Limits.orQuota()
	req, refused := h.request(r, limits)
	if refused == nil {
		req.Body, refused = readBody(w, r, limits)
	}
	if refused != nil {
		refused.write(w, r)
		return
	}
	h.ask(r.Context(), req, newReply(httpResponder{w, r}))
}

// A responder carries one answer to a client.
type responder interface {
	respond(*message.Response) error // with a final status
	refuse(*refusal)
}

// A reply is what becomes of a request.
type reply struct {
	to      responder
	write   func(*message.Response) error // for Gateway.Serve
	written bool
	lost    error // what kept the client from getting the answer
}

func newReply(to responder) *reply {
	r := &reply{to: to}
	r.write = r.once
	return r
}

func (r *reply) once(res *message.Response) error {
	if r.written {
		return errors.New("a response has been written already")
	}
	if res.Status < 200 || res.Status > 999 {
		return fmt.Errorf("status %d cannot be sent, expected 200 to 999", res.Status)
	}
	r.written = true
	r.lost = r.to.respond(res)
	return r.lost
}

// ask has the gateway answer.
func (h *Handler) ask(ctx context.Context, req *message.Request, r *reply) {
	err := h.Gateway.Serve(ctx, req, r.write)
	switch {
	case ctx.Err() != nil:
		return // nobody is there to be answered
	case r.lost != nil:
		h.logger().Debug("client did not take the answer", "method", req.Method, "path", req.Path, "error", r.lost)
	case err != nil:
		h.logger().Error("request failed", "method", req.Method, "path", req.Path, "error", err)
	case !r.written:
		h.logger().Error("request was not answered", "method", req.Method, "path", req.Path)
	}
	if !r.written {
		r.to.refuse(internalServerError)
	}
}

func (h *Handler) logger() *slog.Logger {
	if h.Log != nil {
		return h.Log
	}
	return slog.Default()
}

func (h *Handler) now() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

// readBody reads the body to its end. It refuses a length that is declared too
// long before the client sends it.
func readBody(w http.ResponseWriter, r *http.Request, limits Limits) ([]byte, *refusal) {
	if r.ContentLength > limits.Body {
		return nil, tooLong(limits.Body)
	}
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, nil
	}
	rc := http.NewResponseController(w)
	// An http.ResponseWriter without deadlines is one of a test.
	_ = rc.SetReadDeadline(time.Now().Add(limits.Reading))
	body, err := readAll(io.LimitReader(r.Body, limits.Body+1), r.ContentLength)
	if int64(len(body)) > limits.Body {
		return nil, tooLong(limits.Body)
	}
	if err != nil {
		if isTimeout(err) {
			return nil, requestTimeout
		}
		return nil, badRequest
	}
	_ = rc.SetReadDeadline(time.Time{})
	return body, nil
}

func readAll(r io.Reader, declared int64) ([]byte, error) {
	// What is declared may never come, so not all of it is set aside at once.
	buf := make([]byte, 0, 512+min(max(declared, 0), 256<<10))
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}

// A refusal is an answer of the front itself. It closes the connection, since
// the rest of the request may still be on its way.
type refusal struct {
	status      int
	contentType string
	body        string
}

// Observed: the text of tooLong, which no gateway response customizes, and the
// body of internalServerError. Chosen: the rest, in the form of gateway errors.
var (
	badRequest          = &refusal{400, "application/json", `{"message": "Bad Request"}`}
	requestTimeout      = &refusal{408, "application/json", `{"message": "Request Timeout"}`}
	urlTooLong          = &refusal{414, "application/json", `{"message": "Request URI too long"}`}
	headersTooLong      = &refusal{431, "application/json", `{"message": "Request Header Fields Too Large"}`}
	internalServerError = &refusal{500, "application/json", `{"message": "Internal server error"}`}
)

func tooLong(limit int64) *refusal {
	return &refusal{413, "text/plain", "HTTP content length exceeded " + strconv.FormatInt(limit, 10) + " bytes."}
}

// lingering is how long a refused client may go on sending.
const lingering = 500 * time.Millisecond

func (f *refusal) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	clear(h)
	h["Content-Type"] = []string{f.contentType}
	h["Content-Length"] = []string{strconv.Itoa(len(f.body))}
	if r.ProtoMajor == 1 {
		h["Connection"] = []string{"close"}
	}
	// net/http reads some of what is left of the body, so that the client gets
	// to read the answer. An error means that w has no deadlines.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingering))
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, f.body) // a client that is gone does not miss it
	}
}
