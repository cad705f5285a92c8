package function

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"postern/internal/backend"
)

// This file is the Lambda Runtime API, as one instance sees it.
//
//   - GET next waits. Who has an event writes it to the waiting connection
//     itself; meanwhile the connection's goroutine reads, so that it sees what
//     comes next or that the other side has gone.
//   - What is answered to POST is only sent at once if no further request has
//     come with it: a runtime that asks for its next event in the same write
//     costs one write per invocation.
//
// See "Using the Lambda runtime API for custom runtimes".

const (
	maxResponse = 6*1024*1024 + 100 // bytes; Observed: the number in Lambda's own sentence
	maxRead     = 256 << 20         // bytes of a response, after which nobody listens any more
	apiPrefix   = "/2018-06-01/runtime/"
)

// A conn is a connection from an instance.
type conn struct {
	instance *instance
	net      net.Conn
	in       *bufio.Reader

	mu  sync.Mutex
	out []byte // answers that are not sent yet
}

func (c *conn) close() { c.net.Close() }

// serve reads requests until the connection ends.
func (c *conn) serve() {
	defer c.net.Close()
	defer c.instance.unpark(c)
	c.in = bufio.NewReaderSize(c.net, 8<<10)
	var settle func() // ends an invocation for its caller
	for {
		req, err := http.ReadRequest(c.in)
		if err != nil {
			if settle != nil {
				settle()
			}
			return
		}
		if req.Header.Get("Expect") == "100-continue" {
			c.send([]byte("HTTP/1.1 100 Continue\r\n\r\n"), true)
		}
		next, ok := c.answer(req)
		// The instance is ready again before its answer is: who asks once more finds it.
		if settle != nil {
			settle()
		}
		if settle = next; settle != nil && c.in.Buffered() == 0 {
			settle()
			settle = nil
		}
		if !ok || req.Close {
			if settle != nil {
				settle()
			}
			return
		}
	}
}

// answer does what a request asks for. It returns what is to be done
// when the connection has been asked for its next request, and whether there may be one.
func (c *conn) answer(req *http.Request) (settle func(), ok bool) {
	route, found := strings.CutPrefix(req.URL.Path, apiPrefix)
	if req.Method == http.MethodGet && found && route == "invocation/next" {
		if !c.instance.park(c) {
			c.refuse(403, "InvalidStateTransition", "State transition from Running to Ready failed for runtime. Error: State transition is not allowed")
		}
		return nil, true
	}
	body, large, err := readBody(req)
	if err != nil {
		return nil, false
	}
	if req.Method != http.MethodPost || !found {
		c.refuse(404, "NotFound", "404 page not found")
		return nil, true
	}
	kind := req.Header.Get("Lambda-Runtime-Function-Error-Type")
	if route == "init/error" {
		if !c.instance.failInit(reported(kind, body)) {
			c.refuse(403, "InvalidStateTransition", "State transition from Ready to InitError failed for runtime. Error: State transition is not allowed")
			return nil, true
		}
		c.accepted()
		return nil, true
	}
	id, what, _ := strings.Cut(strings.TrimPrefix(route, "invocation/"), "/")
	answer := &backend.FunctionAnswer{Payload: body}
	var why *failure
	switch {
	case what == "response" && large:
		why = tooLarge()
		answer.FunctionError, answer.Payload = "Unhandled", why.answer("")
	case what == "response":
		if t := req.Trailer.Get("Lambda-Runtime-Function-Error-Type"); t != "" { // the stream broke off
			b, err := base64.StdEncoding.DecodeString(req.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
			if err != nil || len(b) == 0 {
				b = failed(t, "the response stream broke off").answer("")
			}
			why = reported(t, b)
			answer.FunctionError, answer.Payload = "Unhandled", b
		}
	case what == "error":
		why = reported(kind, body)
		answer.FunctionError, answer.Payload = "Unhandled", why.answer(id)
	default:
		c.refuse(404, "NotFound", "404 page not found")
		return nil, true
	}
	settle, current := c.instance.respond(id, answer, why)
	switch {
	case !current:
		c.refuse(400, "InvalidRequestID", "Invalid request ID")
	case large && what == "response":
		c.refuse(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size ("+strconv.Itoa(maxResponse)+" bytes).")
	default:
		c.accepted()
	}
	return settle, true
}

// reported is a failure in the runtime's own words.
func reported(kind string, payload []byte) *failure {
	if kind == "" {
		var e struct {
			Type string `json:"errorType"`
		}
		_ = json.Unmarshal(payload, &e) // what is no JSON has no type
		if kind = e.Type; kind == "" {
			kind = "Runtime.Unknown"
		}
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	return &failure{kind: kind, payload: payload, status: "error"}
}

func tooLarge() *failure {
	return failed("Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponse)
}

// readBody reads a request's body to its end, and keeps what a response may have.
func readBody(req *http.Request) (body []byte, large bool, err error) {
	defer req.Body.Close()
	if n := req.ContentLength; n >= 0 && n <= maxResponse {
		body = make([]byte, n)
		_, err = io.ReadFull(req.Body, body)
		return body, false, err
	}
	if req.ContentLength < 0 {
		if body, err = io.ReadAll(io.LimitReader(req.Body, maxResponse+1)); err != nil || len(body) <= maxResponse {
			return body, false, err
		}
	}
	n, err := io.Copy(io.Discard, io.LimitReader(req.Body, maxRead))
	if err == nil && n == maxRead {
		err = io.ErrShortBuffer
	}
	return nil, true, err
}

const acceptedText = "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n"

func (c *conn) accepted() { c.send([]byte(acceptedText), c.in.Buffered() == 0) }

// refuse answers a request that is wrong, as Lambda words it.
func (c *conn) refuse(status int, kind, message string) {
	body, _ := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{message, kind}) // two strings can always be written
	head := "HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) +
		"\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	c.send(append([]byte(head), body...), true)
}

// send sends an answer, or keeps it until the next one. That the other side has
// gone is seen where it is read from.
func (c *conn) send(b []byte, now bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = append(c.out, b...)
	if now {
		c.net.Write(c.out)
		c.out = c.out[:0]
	}
}

// event answers a waiting GET next.
func (c *conn) event(v *invocation, deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := append(c.out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: "...)
	b = append(append(b, v.requestID...), "\r\nLambda-Runtime-Deadline-Ms: "...)
	b = append(strconv.AppendInt(b, deadline.UnixMilli(), 10), "\r\nLambda-Runtime-Invoked-Function-Arn: "...)
	b = append(b, headerText(v.arn)...)
	if v.traceID != "" {
		b = append(append(b, "\r\nLambda-Runtime-Trace-Id: "...), headerText(v.traceID)...)
	}
	if v.client != "" {
		b = append(append(b, "\r\nLambda-Runtime-Client-Context: "...), headerText(v.client)...)
	}
	b = append(b, "\r\nContent-Length: "...)
	b = append(strconv.AppendInt(b, int64(len(v.payload)), 10), "\r\n\r\n"...)
	if len(v.payload) >= largeEvent {
		buffers := net.Buffers{b, v.payload}
		_, err := buffers.WriteTo(c.net)
		c.out = b[:0]
		return err
	}
	b = append(b, v.payload...)
	_, err := c.net.Write(b)
	c.out = b[:0]
	return err
}
