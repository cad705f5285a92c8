package backend

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postern/internal/message"
)

// A Lambda is a Backend that takes requests of Lambda's Invoke operation:
//
//	POST https://lambda.{region}.amazonaws.com/2015-03-31/functions/{function}/invocations
//
// Functions that Local knows run there; for all others the request goes on to
// Remote. What the Lambda API refuses is a response with its status.
//
// See "Invoke" in the Lambda API reference.
type Lambda struct {
	Local    Functions // nil: none
	Remote   Backend   // nil: none; also one that fails with NotConfigured
	Function string    // the function's ARN or name; empty: the one in the request's URL
	Home     string    // completes a name to an ARN, such as arn:aws:lambda:eu-west-1:123456789012:function:
	Service  bool      // API Gateway itself calls, so that the function's policy must permit it
	Checked  bool      // the requests are those of a proxy: their payloads are known to be JSON
}

// Payload limits of the Invoke operation, in bytes.
// See "Lambda quotas".
const (
	maxInvocation = 6 << 20 // RequestResponse
	maxEvent      = 1 << 20 // Event
	maxReply      = maxInvocation + 100
)

// Invoke implements Backend.
func (l *Lambda) Invoke(ctx context.Context, req *Request) (*message.Response, error) {
	call, refused := l.call(req)
	if refused != nil && l.Local != nil {
		return refusal(refused), nil
	}
	if l.Local != nil {
		answer, err := l.Local.InvokeFunction(ctx, call)
		switch {
		case err == nil:
			return l.answered(call, answer), nil
		case errors.As(err, &refused):
			return refusal(refused), nil
		case errors.Is(err, ErrNoFunction):
		default:
			return nil, classify(ctx, err)
		}
	}
	if l.Remote != nil {
		res, err := l.Remote.Invoke(ctx, req)
		var missing *NotConfigured
		if !errors.As(err, &missing) {
			return res, err
		}
	}
	name := l.Function
	if call != nil {
		name = call.ARN
	}
	return refusal(&FunctionRefused{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Reason: "Function not found: " + name}), nil
}

// call reads an Invoke request.
func (l *Lambda) call(req *Request) (*FunctionCall, *FunctionRefused) {
	if req.Method != http.MethodPost {
		return nil, &FunctionRefused{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowedException", Reason: "Lambda functions are invoked by POST"}
	}
	name := l.Function
	if name == "" {
		name = functionOf(req.URL)
	}
	if !strings.HasPrefix(name, "arn:") {
		name = l.Home + name
	}
	call := &FunctionCall{ARN: name, Type: "RequestResponse"}
	for _, f := range req.Header {
		switch {
		case message.EqualName(f.Name, "X-Amz-Invocation-Type"):
			call.Type = f.Value
		case message.EqualName(f.Name, "X-Amz-Log-Type"):
			call.LogTail = f.Value == "Tail"
		case message.EqualName(f.Name, "X-Amzn-Trace-Id"):
			call.TraceID = f.Value
		case message.EqualName(f.Name, "X-Amz-Source-Arn"):
			if l.Service {
				call.SourceARN, call.Principal = f.Value, "apigateway.amazonaws.com"
			}
		case message.EqualName(f.Name, "X-Amz-Client-Context"):
			b, err := base64.StdEncoding.DecodeString(f.Value)
			if err != nil || !json.Valid(b) {
				return nil, &FunctionRefused{Status: http.StatusBadRequest, Code: "InvalidRequestContentException", Reason: "Client context must be a valid Base64-encoded JSON object."}
			}
			call.ClientContext = string(b)
		}
	}
	limit := maxInvocation
	switch call.Type {
	case "RequestResponse", "DryRun":
	case "Event":
		limit = maxEvent
	default:
		return nil, &FunctionRefused{Status: http.StatusBadRequest, Code: "InvalidParameterValueException",
			Reason: "1 validation error detected: Value '" + clip(call.Type) + "' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"}
	}
	if len(req.Body) > limit {
		return nil, &FunctionRefused{Status: http.StatusRequestEntityTooLarge, Code: "RequestTooLargeException",
			Reason: "Request must be smaller than " + strconv.Itoa(limit) + " bytes for the InvokeFunction operation"}
	}
	if !l.Checked {
		if why := notJSON(req.Body); why != "" {
			return nil, &FunctionRefused{Status: http.StatusBadRequest, Code: "InvalidRequestContentException", Reason: "Could not parse request body into json: " + why}
		}
	}
	call.PayloadChecked = true
	call.Payload = req.Body
	return call, nil
}

// notJSON says why a payload is no JSON, or nothing if it is.
func notJSON(b []byte) string {
	if len(b) == 0 || json.Valid(b) {
		return ""
	}
	var v any
	err := json.Unmarshal(b, &v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Error() + " at byte " + strconv.FormatInt(syntax.Offset, 10)
	}
	return "it nests too deep"
}

// functionOf returns the function that the URL of an Invoke request names.
func functionOf(u string) string {
	_, name, _ := strings.Cut(u, "/functions/")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[:i]
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// answered is the response that the Lambda API makes of an answer. Nobody looks
// at how a proxy's was sent.
func (l *Lambda) answered(call *FunctionCall, a *FunctionAnswer) *message.Response {
	payload, failed := a.Payload, a.FunctionError
	if len(payload) > maxReply && failed == "" {
		failed = "Unhandled"
		payload = []byte(`{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}`)
	}
	id := a.RequestID
	if id == "" {
		id = call.RequestID
	}
	room := 6
	if !l.Checked {
		room = 9
	}
	h := make(message.Header, 0, room)
	if !l.Checked {
		h.Add("Date", time.Now().UTC().Format(http.TimeFormat))
		h.Add("Content-Length", strconv.Itoa(len(payload)))
		h.Add("Connection", "keep-alive")
	}
	h.Add("Content-Type", "application/json")
	h.Add("x-amzn-RequestId", id)
	if failed != "" {
		h.Add("X-Amz-Function-Error", failed)
	}
	if a.Log != "" {
		h.Add("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(a.Log)))
	}
	if a.ExecutedVersion != "" {
		h.Add("X-Amz-Executed-Version", a.ExecutedVersion)
	}
	h.Add("X-Amzn-Trace-Id", call.TraceID)
	return &message.Response{Status: a.Status, Header: h, Body: payload}
}

// refusal is the response that the Lambda API makes of a refusal.
func refusal(r *FunctionRefused) *message.Response {
	body, err := json.Marshal(map[string]string{"Type": "User", "message": r.Reason})
	if err != nil {
		body = []byte("{}")
	}
	return &message.Response{Status: r.Status, Body: body, Header: message.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "x-amzn-ErrorType", Value: r.Code},
	}}
}
