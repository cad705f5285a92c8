// Package logsapi speaks the part of CloudWatch Logs' wire that tells what
// functions log: JSON 1.1, version 2014-03-28. Log groups are recorded, and their
// events are the lines that Postern remembers.
//
// See "Amazon CloudWatch Logs API Reference".
package logsapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"postern/internal/lambda"
)

// Service is what signatures for this API are made for.
const Service = "logs"

const (
	target  = "Logs_20140328."
	maxBody = 1 << 20 // bytes of a request
)

// Serves reports whether a request is one of this API: they name their operation
// in a header.
func Serves(r *http.Request) bool {
	return r.URL.Path == "/" && strings.HasPrefix(r.Header.Get("X-Amz-Target"), target)
}

// A Server answers the API. It is safe for concurrent use.
type Server struct {
	Lambda *lambda.Service
	Log    *slog.Logger // nil: nowhere
}

// A call is one request.
type call struct {
	ctx    context.Context
	lambda *lambda.Service
	body   []byte
}

// operations are those that there are, by name. Their results are written as
// JSON; nil is an empty body.
var operations = map[string]func(*call) (any, error){
	"CreateLogGroup":        (*call).createGroup,
	"DeleteLogGroup":        (*call).deleteGroup,
	"DescribeLogGroups":     (*call).describeGroups,
	"PutRetentionPolicy":    (*call).putRetention,
	"DeleteRetentionPolicy": (*call).deleteRetention,
	"TagLogGroup":           (*call).tagGroup,
	"UntagLogGroup":         (*call).untagGroup,
	"ListTagsLogGroup":      (*call).listGroupTags,
	"TagResource":           (*call).tagResource,
	"UntagResource":         (*call).untagResource,
	"ListTagsForResource":   (*call).listResourceTags,
	"DescribeLogStreams":    (*call).describeStreams,
	"DeleteLogStream":       (*call).deleteStream,
	"GetLogEvents":          (*call).getEvents,
	"FilterLogEvents":       (*call).filterEvents,
}

// A refusal is an error in the words of CloudWatch Logs.
type refusal struct{ code, message string }

func (e *refusal) Error() string { return e.code + ": " + e.message }

func invalid(format string, args ...any) error {
	return &refusal{"InvalidParameterException", fmt.Sprintf(format, args...)}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	h := w.Header()
	h.Set("x-amzn-RequestId", id)
	h.Set("Content-Type", "application/x-amz-json-1.1")
	name := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), target)
	var result any
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	op := operations[name]
	switch {
	case err != nil:
		err = &refusal{"SerializationException", fmt.Sprintf("the request could not be read: %v", err)}
	case op == nil:
		err = &refusal{"UnknownOperationException", fmt.Sprintf("Of CloudWatch Logs, Postern has log groups and what functions log; it has no operation %.80q", name)}
	default:
		result, err = op(&call{r.Context(), s.Lambda, body})
	}
	status := http.StatusOK
	if err != nil {
		status, result = s.refuse(r, name, id, err)
		h.Set("x-amzn-ErrorType", result.(*failure).Type)
	}
	var text []byte
	if result != nil {
		if text, err = json.Marshal(result); err != nil { // these structs always have JSON
			status = http.StatusInternalServerError
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client may be gone
}

type failure struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

// refuse finds the words for an error. The lambda room speaks of its own
// exceptions, some of which have another name here.
func (s *Server) refuse(r *http.Request, name, id string, err error) (int, *failure) {
	var own *refusal
	var refused *lambda.Error
	switch {
	case errors.As(err, &own):
		return http.StatusBadRequest, &failure{own.code, own.message}
	case errors.As(err, &refused):
		code := string(refused.Code)
		switch refused.Code {
		case lambda.ResourceConflict:
			code = "ResourceAlreadyExistsException"
		case lambda.ValidationException:
			code = "InvalidParameterException"
		}
		return http.StatusBadRequest, &failure{code, refused.Message}
	}
	if s.Log != nil && r.Context().Err() == nil {
		s.Log.Error("logs", "operation", name, "requestId", id, "error", err)
	}
	return http.StatusInternalServerError, &failure{"InternalFailure", "The request processing has failed because of an unknown error, exception or failure."}
}

// read reads the request into v.
func (c *call) read(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		return &refusal{"SerializationException", err.Error()}
	}
	return nil
}

// null is the refusal of a request without a member it must have.
func null(name string) error {
	return invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", name)
}

// page cuts a list to what limit and token ask for, and returns the token of
// what is left. A limit of 0 is most.
func page[T any](list []T, limit, most int, token string) (items []T, next string, err error) {
	if limit < 0 || limit > most {
		return nil, "", invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", limit, most)
	}
	from := 0
	if token != "" {
		if from, err = strconv.Atoi(token); err != nil || from < 0 {
			return nil, "", invalid("The specified nextToken is invalid.")
		}
	}
	if limit == 0 {
		limit = most
	}
	list = list[min(from, len(list)):]
	if len(list) > limit {
		return list[:limit], strconv.Itoa(from + limit), nil
	}
	return list, "", nil
}

// newRequestID returns a random UUID.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
