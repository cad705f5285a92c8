package awsapi

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/message"
	"postern/internal/property"
	"postern/internal/publish"
)

// A TestInvocation asks for one request to a method as it is being edited.
//
// See "TestInvokeMethod".
type TestInvocation struct {
	Method              apigw.MethodKey
	PathWithQueryString string // empty: the resource's own path
	Body                string
	Headers             map[string]string
	MultiValueHeaders   map[string][]string
	ClientCertificateID string
	StageVariables      map[string]string
}

// Properties makes an invocation readable like a noun, but for the headers with
// several values.
func (in *TestInvocation) Properties() property.List {
	return property.List{
		{Name: "pathWithQueryString", Value: property.Text(&in.PathWithQueryString)},
		{Name: "body", Value: property.Text(&in.Body)},
		{Name: "headers", Value: property.TextMap(&in.Headers, "")},
		{Name: "clientCertificateId", Value: property.Text(&in.ClientCertificateID)},
		{Name: "stageVariables", Value: property.TextMap(&in.StageVariables, "")},
	}
}

// A TestResult is the method's answer and how it came about.
type TestResult struct {
	Status            int
	Body              string
	Headers           map[string]string
	MultiValueHeaders map[string][]string
	Log               string // lines, each ended by a newline
	Latency           time.Duration
}

// A TestInvoker performs a test invocation. It refuses a method that does not
// exist.
type TestInvoker func(ctx context.Context, in TestInvocation) (*TestResult, error)

func (c *call) testInvokeMethod() (any, error) {
	if c.server.TestInvoke == nil {
		return nil, notYet(c.op)
	}
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	in := TestInvocation{Method: c.method()}
	if err := c.decodeMembers(in.Properties(), members); err != nil {
		return nil, err
	}
	if in.MultiValueHeaders, err = textLists(members["multiValueHeaders"]); err != nil {
		return nil, err
	}
	out, err := c.server.TestInvoke(c.ctx, in)
	if err != nil {
		return nil, err
	}
	m := map[string]any{
		"status":            out.Status,
		"body":              out.Body,
		"headers":           anyMap(out.Headers),
		"multiValueHeaders": anyMap(out.MultiValueHeaders),
		"log":               out.Log,
		"latency":           out.Latency.Milliseconds(),
	}
	return m, nil
}

// Preview returns the test invoker of a publisher.
func Preview(p *publish.Publisher) TestInvoker {
	return func(ctx context.Context, in TestInvocation) (*TestResult, error) {
		start := time.Now()
		path, query, _ := strings.Cut(in.PathWithQueryString, "?")
		req := &message.Request{
			Method:   in.Method.HTTPMethod,
			Path:     path,
			Query:    query,
			Header:   in.header(),
			Body:     []byte(in.Body),
			Received: start,
		}
		if req.Method == "ANY" {
			req.Method = http.MethodGet // Chosen: a request has a verb.
		}
		if path != "" && path[0] != '/' {
			req.Path = "/" + path
		}
		answer, err := p.Preview(ctx, in.Method, in.StageVariables, in.ClientCertificateID, req)
		if err != nil {
			return nil, err
		}
		out := &TestResult{
			Status:            answer.Response.Status,
			Body:              strings.ToValidUTF8(string(answer.Response.Body), "\uFFFD"),
			Headers:           map[string]string{},
			MultiValueHeaders: map[string][]string{},
			Log:               answer.Trace.String(),
			Latency:           time.Since(start),
		}
		for _, f := range answer.Response.Header {
			out.Headers[f.Name] = f.Value
			out.MultiValueHeaders[f.Name] = append(out.MultiValueHeaders[f.Name], f.Value)
		}
		return out, nil
	}
}

// header returns the header fields of an invocation in a stable order. One that
// is given with several values is given by those alone.
func (in *TestInvocation) header() message.Header {
	var h message.Header
	for _, name := range slices.Sorted(maps.Keys(in.Headers)) {
		if in.MultiValueHeaders[name] == nil {
			h.Add(name, in.Headers[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.MultiValueHeaders)) {
		for _, value := range in.MultiValueHeaders[name] {
			h.Add(name, value)
		}
	}
	return h
}

// textLists reads a map of lists of texts.
func textLists(v any) (map[string][]string, error) {
	if v == nil {
		return nil, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, serialization("%v", err)
	}
	var lists map[string][]string
	if err := json.Unmarshal(text, &lists); err != nil {
		return nil, serialization("a map of lists of texts is expected: %v", err)
	}
	return lists, nil
}

func anyMap[V any](m map[string]V) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// TestInvokeMethod sends one request to a method as it is being edited.
func (c *Client) TestInvokeMethod(ctx context.Context, in TestInvocation) (*TestResult, error) {
	body := property.Encode(property.Wire, in.Properties())
	if len(in.MultiValueHeaders) > 0 {
		body["multiValueHeaders"] = anyMap(in.MultiValueHeaders)
	}
	members, err := c.call(ctx, "TestInvokeMethod", methodValues(in.Method), nil, body)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Status            int
		Body, Log         string
		Headers           map[string]string
		MultiValueHeaders map[string][]string
		Latency           int64
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	return &TestResult{
		Status: answer.Status, Body: answer.Body, Log: answer.Log,
		Headers: answer.Headers, MultiValueHeaders: answer.MultiValueHeaders,
		Latency: time.Duration(answer.Latency) * time.Millisecond,
	}, nil
}
