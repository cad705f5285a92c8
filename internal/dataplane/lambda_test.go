package dataplane

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/message"
)

const testFunction = "arn:aws:lambda:eu-west-1:123456789012:function:pets"

// lambdaURI is the URI of an integration with a function.
func lambdaURI(function string) string {
	return "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + function + "/invocations"
}

// fakeFunctions answers what it is told and remembers the last call.
type fakeFunctions struct {
	mu     sync.Mutex
	got    backend.FunctionCall
	answer backend.FunctionAnswer
	err    error
	wait   bool // until the context ends
}

func (f *fakeFunctions) InvokeFunction(ctx context.Context, call *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	f.mu.Lock()
	f.got = *call
	answer, err, wait := f.answer, f.err, f.wait
	f.mu.Unlock()
	if wait {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if answer.Status == 0 {
		answer.Status = 200
	}
	return &answer, nil
}

func (f *fakeFunctions) returns(payload string) { f.answer.Payload = []byte(payload) }

// lambdaProxy is an AWS_PROXY integration with a function.
func lambdaProxy() apigw.Method {
	return apigw.Method{Integration: &apigw.Integration{Type: apigw.AWSProxy, HTTPMethod: "POST", URI: lambdaURI(testFunction)}}
}

// lambdaCustom is an AWS integration with a function.
func lambdaCustom() apigw.Method {
	return apigw.Method{Integration: &apigw.Integration{Type: apigw.AWS, HTTPMethod: "POST", URI: lambdaURI(testFunction),
		Responses: map[string]*apigw.IntegrationResponse{"200": {StatusCode: "200"}}}}
}

// deployFunction deploys methods whose functions are f's.
func deployFunction(t *testing.T, f *fakeFunctions, methods ...method) *deployed {
	t.Helper()
	d := deploy(t, methods...)
	d.functions = f
	d.publish()
	return d
}

// event is what the function got.
func (f *fakeFunctions) event(t *testing.T) map[string]any {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal(f.got.Payload, &event); err != nil {
		t.Fatalf("%v: %s", err, f.got.Payload)
	}
	return event
}

func TestRecordedEvents(t *testing.T) {
	var file struct {
		Cases []struct {
			Name    string
			Request struct {
				Method   string
				RawPath  string `json:"raw_path"`
				RawQuery string `json:"raw_query"`
				Headers  map[string]string
				Body     string
			}
			Event map[string]any
		}
	}
	readCases(t, "lambda-proxy-events.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			f := &fakeFunctions{}
			f.returns(`{}`)
			d := deployFunction(t, f, method{verb: "ANY", path: "/{proxy+}", Method: lambdaProxy()}, method{verb: "ANY", path: "/hardcoded", Method: lambdaProxy()})
			d.stage.StageName = "stage"
			d.publish()
			req := message.Request{Method: c.Request.Method, Scheme: "http", Port: "80", Peer: "192.0.2.7",
				Host: "api1234567.execute-api.localhost", Path: c.Request.RawPath, Query: c.Request.RawQuery, Body: []byte(c.Request.Body)}
			for _, name := range slices.Sorted(maps.Keys(c.Request.Headers)) {
				req.Header.Add(name, c.Request.Headers[name])
			}
			req.Header.Add("Accept", "*/*")
			req.Header.Add("Accept-Encoding", "gzip, deflate")
			req.Header.Add("Connection", "keep-alive")
			req.Header.Add("Content-Length", "1")
			status := 0
			err := d.gateway.Serve(context.Background(), &req, func(res *message.Response) error { status = res.Status; return nil })
			if err != nil || status != 200 {
				t.Fatalf("got %d %v", status, err)
			}
			seen := map[string]any{}
			matches(t, "event", c.Event, f.event(t), seen)
		})
	}
}

// matches compares what was recorded with what was made. <name:n> stands for
// the same value wherever it is, and <name> for any; an account is an account.
func matches(t *testing.T, at string, want, got any, seen map[string]any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || !slices.Equal(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(g))) {
			t.Errorf("%s: got %v, want %v", at, got, want)
			return
		}
		for k := range want {
			matches(t, at+"."+k, want[k], g[k], seen)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			t.Errorf("%s: got %v, want %v", at, got, want)
			return
		}
		for i := range want {
			matches(t, fmt.Sprintf("%s[%d]", at, i), want[i], g[i], seen)
		}
	case string:
		if !strings.HasPrefix(want, "<") {
			if want != got && want != "111111111111" {
				t.Errorf("%s: got %v, want %v", at, got, want)
			}
			return
		}
		if got == nil || got == "" {
			t.Errorf("%s: got %v, want %s", at, got, want)
		}
		if strings.Contains(want, ":") || want == "<api-id>" {
			if before, ok := seen[want]; ok && before != got {
				t.Errorf("%s: got %v, which was %v elsewhere", at, got, before)
			}
			seen[want] = got
		}
	default:
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%s: got %v, want %v", at, got, want)
		}
	}
}

func TestRecordedReplies(t *testing.T) {
	var file struct {
		Cases []struct {
			Name    string
			Result  json.RawMessage `json:"function_result"`
			Status  int
			Body    string
			Headers map[string]string
		}
	}
	readCases(t, "lambda-proxy-responses.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			f := &fakeFunctions{}
			f.returns(string(c.Result))
			if string(c.Result) == `"(the function raised an error)"` {
				f.answer.FunctionError = "Unhandled"
				f.returns(`{"errorMessage": "boom", "errorType": "Error"}`)
			}
			d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaProxy()})
			a := d.get("/")
			a.want(t, c.Status, c.Body)
			if c.Headers == nil {
				return
			}
			got := map[string]string{}
			for _, h := range a.header {
				if got[h.Name] != "" {
					got[h.Name] += ", "
				}
				got[h.Name] += h.Value
			}
			for name, want := range c.Headers {
				switch {
				case name == "Connection", name == "Content-Length": // the listener's
				case strings.HasPrefix(want, "<"):
					if got[name] == "" {
						t.Errorf("no header %s: %v", name, a.header)
					}
				case got[name] != want:
					t.Errorf("header %s: got %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

func TestRepliesThatBreakTheContract(t *testing.T) {
	for _, reply := range []string{
		``, `null`, `[]`, `1`, `"x"`, `{"statusCode": 200`, `{"statusCode": 101}`, `{"statusCode": 600}`, `{"statusCode": 200.5}`, `{"statusCode": []}`,
		`{"statusCode": "abc"}`, `{"StatusCode": 200}`, `{"headers": []}`, `{"headers": {"a": {}}}`, `{"headers": {"a": ["b"]}}`,
		`{"headers": {"a b": "c"}}`, `{"headers": {"a": "b\r\nc: d"}}`, `{"multiValueHeaders": {"a": "b"}}`, `{"multiValueHeaders": {"a": [{}]}}`,
		`{"body": {}}`, `{"body": ["a"]}`, `{"isBase64Encoded": 1}`, `{"isBase64Encoded": {}}`, `{"extra": null}`,
	} {
		f := &fakeFunctions{}
		f.returns(reply)
		d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaProxy()})
		a := d.get("/")
		if a.status != 502 || a.body != `{"message": "Internal server error"}` || a.header.Get("x-amzn-ErrorType") != "InternalServerErrorException" {
			t.Errorf("%s: got %d %s %v", reply, a.status, a.body, a.header)
		}
		if fault := d.record.Fault; fault == nil || fault.Log != "Execution failed due to configuration error: Malformed Lambda proxy response" || fault.Err == nil {
			t.Errorf("%s: fault %v", reply, fault)
		}
	}
}

func TestRepliesAreReadLeniently(t *testing.T) {
	for _, tt := range []struct {
		reply  string
		status int
		body   string
		header string // of X, joined by |
	}{
		{reply: `{"statusCode": "404", "body": "a\u00e9\n\"b\" \ud83d\ude00"}`, status: 404, body: "a\u00e9\n\"b\" \U0001F600"},
		{reply: ` { "body" : 12.50 , "statusCode" : null } `, status: 200, body: "12.50"},
		{reply: `{"body": true, "isBase64Encoded": "false", "multiValueHeaders": null}`, status: 200, body: "true"},
		{reply: `{"headers": {"x": 1, "y": null}, "multiValueHeaders": {"X": ["a", 2, null, false], "z": []}}`, status: 200, header: "a|2|false|1"},
		{reply: `{"statusCode": 201, "statusCode": 202}`, status: 202},
		{reply: "{\"body\": \"\xff\"}", status: 200, body: "\uFFFD"},
		{reply: `{"body": "{\"a\": [1, {\"b\": \"}\"}]}"}`, status: 200, body: `{"a": [1, {"b": "}"}]}`},
	} {
		f := &fakeFunctions{}
		f.returns(tt.reply)
		d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaProxy()})
		a := d.get("/")
		a.want(t, tt.status, tt.body)
		var values []string
		for _, h := range a.header {
			if message.EqualName(h.Name, "x") {
				values = append(values, h.Value)
			}
		}
		if got := strings.Join(values, "|"); got != tt.header {
			t.Errorf("%s: got X %q, want %q", tt.reply, got, tt.header)
		}
	}
}

func TestReplyHeadersOfTheGatewayAreRemapped(t *testing.T) {
	f := &fakeFunctions{}
	f.returns(`{"headers": {"Date": "d", "Server": "s", "Via": "v", "Transfer-Encoding": "chunked", "TE": "t", "x-amzn-RequestId": "r", "content-type": "text/plain", "Set-Cookie": "a=1"},
		"multiValueHeaders": {"Set-Cookie": ["b=2", "c=3"]}}`)
	d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaProxy()})
	a := d.get("/")
	for name, want := range map[string]string{"x-amzn-Remapped-Date": "d", "x-amzn-Remapped-Server": "s", "Via": "v", "x-amzn-Remapped-x-amzn-RequestId": "r", "Transfer-Encoding": "", "TE": "", "Content-Type": "text/plain"} {
		a.wantHeader(t, name, want)
	}
	var cookies []string
	for _, h := range a.header {
		if h.Name == "Set-Cookie" {
			cookies = append(cookies, h.Value)
		}
	}
	if want := []string{"b=2", "c=3", "a=1"}; !slices.Equal(cookies, want) {
		t.Errorf("cookies: got %q, want %q", cookies, want)
	}
}

func TestBinaryReplies(t *testing.T) {
	raw := []byte{0x89, 0xff, 0}
	text := base64.StdEncoding.EncodeToString(raw)
	for _, tt := range []struct {
		name    string
		types   []string
		accept  string
		encoded string
		body    string
		status  int
		want    string
	}{
		{name: "accepted", types: []string{"image/png"}, accept: "image/png, */*", encoded: "true", body: text, status: 200, want: string(raw)},
		{name: "not first", types: []string{"image/png"}, accept: "text/html, image/png", encoded: "true", body: text, status: 200, want: text},
		{name: "no Accept", types: []string{"image/png"}, encoded: "true", body: text, status: 200, want: text},
		{name: "all types", types: []string{"*/*"}, encoded: "true", body: text, status: 200, want: string(raw)},
		{name: "not encoded", types: []string{"*/*"}, encoded: "false", body: text, status: 200, want: text},
		{name: "no base64", types: []string{"*/*"}, encoded: "true", body: "?", status: 500, want: `{"message": "Internal server error"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fakeFunctions{}
			f.returns(fmt.Sprintf(`{"isBase64Encoded": %s, "body": %q}`, tt.encoded, tt.body))
			d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaProxy()})
			d.snapshot.API.BinaryMediaTypes = tt.types
			d.publish()
			var h message.Header
			if tt.accept != "" {
				h = header("Accept", tt.accept)
			}
			d.send(message.Request{Header: h}).want(t, tt.status, tt.want)
		})
	}
}

func TestEventOfBinaryAndBrokenText(t *testing.T) {
	f := &fakeFunctions{}
	f.returns(`{}`)
	d := deployFunction(t, f, method{verb: "POST", path: "/", Method: lambdaProxy()})
	d.snapshot.API.BinaryMediaTypes = []string{"image/*"}
	d.stage.Variables = map[string]string{"b": "2", "a": `"1"`}
	d.publish()
	d.send(message.Request{Method: "POST", Header: header("Content-Type", "image/png"), Body: []byte{0xff}})
	if e := f.event(t); e["body"] != "/w==" || e["isBase64Encoded"] != true {
		t.Errorf("binary: %v %v", e["body"], e["isBase64Encoded"])
	}
	d.send(message.Request{Method: "POST", Header: header("Content-Type", "text/plain", "X-A", "1", "x-a", "2"), Body: []byte{'a', 0xff}})
	e := f.event(t)
	if e["body"] != "a\uFFFD" || e["isBase64Encoded"] != false {
		t.Errorf("text: %v %v", e["body"], e["isBase64Encoded"])
	}
	if got := e["multiValueHeaders"].(map[string]any)["X-A"]; !reflect.DeepEqual(got, []any{"1", "2"}) {
		t.Errorf("repeated header: %v", got)
	}
	if got := e["headers"].(map[string]any)["X-A"]; got != "2" {
		t.Errorf("repeated header: %v", got)
	}
	if got := e["stageVariables"]; !reflect.DeepEqual(got, map[string]any{"a": `"1"`, "b": "2"}) {
		t.Errorf("stage variables: %v", got)
	}
	if e := f.got; e.ARN != testFunction || e.Type != "RequestResponse" || e.Principal != "apigateway.amazonaws.com" ||
		e.SourceARN != "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/POST/" || !strings.HasPrefix(e.TraceID, "Root=1-") {
		t.Errorf("call: %+v", e)
	}
}

func TestFunctionOfAMethod(t *testing.T) {
	for _, tt := range []struct {
		name, uri, credentials string
		want, source           string
	}{
		{"alias by stage variable", lambdaURI(testFunction + ":${stageVariables.alias}"), "", testFunction + ":live", "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/{id}"},
		{"function by stage variable", lambdaURI("arn:aws:lambda:eu-west-1:123456789012:function:${stageVariables.fn}"), "", "arn:aws:lambda:eu-west-1:123456789012:function:cats", "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/{id}"},
		{"a role has permissions of its own", lambdaURI(testFunction), "arn:aws:iam::123456789012:role/r", testFunction, ""},
		{"another region", "arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-west-2:123456789012:function:f/invocations", "", "arn:aws:lambda:us-west-2:123456789012:function:f", "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/{id}"},
		{"a bare name", lambdaURI("dogs"), "", "arn:aws:lambda:eu-west-1:123456789012:function:dogs", "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/{id}"},
		{"two slashes", "arn:aws:apigateway:eu-west-1:lambda:path//2015-03-31/functions/" + testFunction + "/invocations", "", testFunction, "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/{id}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fakeFunctions{}
			f.returns(`{}`)
			m := lambdaProxy()
			m.Integration.URI, m.Integration.Credentials = tt.uri, tt.credentials
			d := deployFunction(t, f, method{verb: "ANY", path: "/{id}", Method: m})
			d.stage.Variables = map[string]string{"alias": "live", "fn": "cats"}
			d.publish()
			d.get("/7").want(t, 200, "")
			if f.got.ARN != tt.want || f.got.SourceARN != tt.source {
				t.Errorf("got %s from %s, want %s from %s", f.got.ARN, f.got.SourceARN, tt.want, tt.source)
			}
		})
	}
}

func TestInvocationsThatDoNotTakePlace(t *testing.T) {
	for _, tt := range []struct {
		name   string
		err    error
		status int
		body   string
		log    string
	}{
		{"no function", backend.ErrNoFunction, 500, `{"message": "Internal server error"}`, "Execution failed due to configuration error: Invalid permissions on Lambda function"},
		{"not permitted", &backend.FunctionRefused{Status: 403, Code: "AccessDeniedException", Reason: "no"}, 500, `{"message": "Internal server error"}`, "Execution failed due to configuration error: Invalid permissions on Lambda function"},
		{"throttled", &backend.FunctionRefused{Status: 429, Code: "TooManyRequestsException", Reason: "Rate Exceeded."}, 500, `{"message": "Internal server error"}`, "Execution failed due to configuration error: Rate Exceeded."},
		{"too large", &backend.FunctionRefused{Status: 413, Code: "RequestTooLargeException", Reason: "x"}, 413, `{"message": "Request Too Long"}`, "Lambda invocation failed with status 413"},
		{"the service fails", &backend.FunctionRefused{Status: 500, Code: "ServiceException", Reason: "x"}, 500, `{"message": "Internal server error"}`, "Execution failed due to configuration error: There was an internal error while executing your request"},
		{"network", &backend.Network{Reason: backend.Refused}, 504, `{"message": "Network error communicating with endpoint"}`, "Execution failed due to a network error communicating with endpoint: Connection refused"},
		{"something else", errors.New("x"), 504, `{"message": "Network error communicating with endpoint"}`, "Execution failed due to a network error communicating with endpoint: Malformed HTTP response"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fakeFunctions{err: tt.err}
			for kind, m := range map[string]apigw.Method{"proxy": lambdaProxy(), "custom": lambdaCustom()} {
				d := deployFunction(t, f, method{verb: "GET", path: "/", Method: m})
				d.get("/").want(t, tt.status, tt.body)
				if d.record.Fault == nil || d.record.Fault.Log != tt.log {
					t.Errorf("%s: got %v, want %s", kind, d.record.Fault, tt.log)
				}
			}
		})
	}
}

func TestFunctionErrorOfAProxyIs502(t *testing.T) {
	f := &fakeFunctions{answer: backend.FunctionAnswer{FunctionError: "Unhandled", RequestID: "r-1", Payload: []byte(`{"errorMessage": "2 \"no\"", "errorType": "E"}`)}}
	d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaProxy()})
	d.get("/").want(t, 502, `{"message": "Internal server error"}`)
	if want := `Lambda execution failed with status 200 due to customer function error: 2 "no". Lambda request id: r-1`; d.record.Fault.Log != want {
		t.Errorf("got %s", d.record.Fault.Log)
	}
}

func TestFunctionPastTheIntegrationsTimeout(t *testing.T) {
	f := &fakeFunctions{wait: true}
	m := lambdaProxy()
	m.Integration.Timeout = 50 * time.Millisecond
	d := deployFunction(t, f, method{verb: "GET", path: "/", Method: m})
	d.get("/").want(t, 504, `{"message": "Endpoint request timed out"}`)
}

func TestLogSaysWhoMayLetTheGatewayInvoke(t *testing.T) {
	refused := &backend.FunctionRefused{Status: 403, Code: "AccessDeniedException",
		Reason: "User: apigateway.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: " + testFunction}
	source := "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/"
	for kind, m := range map[string]apigw.Method{"proxy": lambdaProxy(), "custom": lambdaCustom()} {
		d := deployFunction(t, &fakeFunctions{err: refused}, method{verb: "GET", path: "/", Method: m})
		d.get("/").want(t, 500, `{"message": "Internal server error"}`)
		for _, want := range []string{refused.Reason, "AWS::Lambda::Permission", source} {
			if got := d.record.Fault.Err.Error(); !strings.Contains(got, want) {
				t.Errorf("%s: got %s, want %s in it", kind, got, want)
			}
		}
	}

	g := &gatekeeper{err: refused}
	d := guarded(t, tokenAuthorizer(), g)
	d.send(message.Request{Path: "/pets/a", Header: header("auth", "t")})
	source = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/authorizers/auth01"
	if got := d.record.Fault.Err.Error(); !strings.Contains(got, "AWS::Lambda::Permission") || !strings.Contains(got, source) {
		t.Errorf("authorizer: got %s, want %s in it", got, source)
	}
}

func TestProxyMustPost(t *testing.T) {
	f := &fakeFunctions{}
	m := lambdaProxy()
	m.Integration.HTTPMethod = "GET"
	d := deployFunction(t, f, method{verb: "GET", path: "/", Method: m})
	d.get("/").want(t, 500, `{"message": "Internal server error"}`)
	m = lambdaProxy()
	m.Integration.RequestParameters = map[string]string{"integration.request.header.TE": "'x'"}
	d = deployFunction(t, f, method{verb: "GET", path: "/", Method: m})
	d.get("/").want(t, 500, `{"message": "Internal server error"}`)
	if f.got.ARN != "" {
		t.Error("the function was called")
	}
}

func TestCustomFunctionGetsTheTemplatesOutput(t *testing.T) {
	f := &fakeFunctions{}
	f.returns(`{"ok": true}`)
	m := lambdaCustom()
	m.Integration.RequestTemplates = map[string]string{"application/json": `{"id": "$input.params('id')"}`}
	m.Integration.RequestParameters = map[string]string{
		"integration.request.header.X-Amz-Client-Context": "'eyJhIjoxfQ=='",
		"integration.request.header.X-Amz-Log-Type":       "'Tail'",
	}
	m.Integration.Responses["200"].ResponseParameters = map[string]string{"method.response.header.X-Version": "integration.response.header.X-Amz-Executed-Version"}
	f.answer.ExecutedVersion = "3"
	d := deployFunction(t, f, method{verb: "GET", path: "/{id}", Method: m})
	a := d.get("/7")
	a.want(t, 200, `{"ok": true}`)
	a.wantHeader(t, "X-Version", "3")
	a.wantHeader(t, "Content-Type", "application/json")
	if !a.header.Has("X-Amzn-Trace-Id") {
		t.Error("no trace header")
	}
	if c := f.got; string(c.Payload) != `{"id": "7"}` || c.ClientContext != `{"a":1}` || !c.LogTail {
		t.Errorf("call: %+v", c)
	}
}

func TestCustomFunctionWithoutPayloadGetsAnObject(t *testing.T) {
	f := &fakeFunctions{}
	f.returns(`null`)
	d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaCustom()})
	d.get("/").want(t, 200, "null")
	if string(f.got.Payload) != "{}" {
		t.Errorf("got %s", f.got.Payload)
	}
}

func TestCustomFunctionNeedsJSON(t *testing.T) {
	f := &fakeFunctions{}
	d := deployFunction(t, f, method{verb: "POST", path: "/", Method: lambdaCustom()})
	a := d.send(message.Request{Method: "POST", Header: header("Content-Type", "text/plain"), Body: []byte("hello")})
	if a.status != 400 || !strings.HasPrefix(a.body, `{"message": "Could not parse request body into json: `) || f.got.ARN != "" {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestInvocationTypes(t *testing.T) {
	for _, tt := range []struct {
		kind   string
		status int // of the Lambda API
	}{{"Event", 202}, {"DryRun", 204}, {"RequestResponse", 200}} {
		f := &fakeFunctions{answer: backend.FunctionAnswer{Status: tt.status}}
		m := lambdaCustom()
		m.Integration.RequestParameters = map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'" + tt.kind + "'"}
		d := deployFunction(t, f, method{verb: "POST", path: "/", Method: m})
		d.send(message.Request{Method: "POST", Body: []byte("{}")}).want(t, 200, "")
		if f.got.Type != tt.kind {
			t.Errorf("got %s, want %s", f.got.Type, tt.kind)
		}
	}
	f := &fakeFunctions{}
	m := lambdaCustom()
	m.Integration.RequestParameters = map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Never'"}
	d := deployFunction(t, f, method{verb: "POST", path: "/", Method: m})
	d.send(message.Request{Method: "POST", Body: []byte("{}")}).want(t, 500, `{"message": "Internal server error"}`)
}

func TestErrorMessagesSelectTheResponse(t *testing.T) {
	pattern := func(s string) *string { return &s }
	m := lambdaCustom()
	m.Integration.Responses["404"] = &apigw.IntegrationResponse{StatusCode: "404", SelectionPattern: pattern(`.*not found.*`),
		ResponseTemplates: map[string]string{"application/json": `{"error": "$input.path('$.errorMessage')"}`}}
	m.Integration.Responses["400"] = &apigw.IntegrationResponse{StatusCode: "400", SelectionPattern: pattern(`(?s).*Bad.*`)}
	f := &fakeFunctions{}
	responses := map[string]*apigw.MethodResponse{"200": {StatusCode: "200"}, "400": {StatusCode: "400"}, "404": {StatusCode: "404"}}
	d := deployFunction(t, f, method{verb: "GET", path: "/", responses: responses, Method: m})
	for _, tt := range []struct {
		payload string
		status  int
		body    string
	}{
		{`{"errorMessage": "pet not found", "errorType": "E"}`, 404, `{"error": "pet not found"}`},
		{`{"errorMessage": "a\nBad\nthing"}`, 400, `{"errorMessage": "a\nBad\nthing"}`},
		{`{"errorMessage": "other"}`, 200, `{"errorMessage": "other"}`},
		{`{"message": "not found"}`, 200, `{"message": "not found"}`},
		{`"not found"`, 200, `"not found"`},
	} {
		f.returns(tt.payload)
		f.answer.FunctionError = "Handled"
		d.get("/").want(t, tt.status, tt.body)
	}
}

func TestURIsOfServices(t *testing.T) {
	for _, tt := range []struct {
		uri  string
		want awsTarget
		ok   bool
	}{
		{"arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue", awsTarget{partition: "aws", region: "us-east-1", service: "sqs", path: "123456789012/queue"}, true},
		{"arn:aws-cn:apigateway:cn-north-1:dynamodb:action/PutItem", awsTarget{partition: "aws-cn", region: "cn-north-1", service: "dynamodb", action: "PutItem"}, true},
		{"arn:aws-us-gov:apigateway:us-gov-west-1:abc.execute-api:path/prod/{p}?x=1", awsTarget{partition: "aws-us-gov", region: "us-gov-west-1", subdomain: "abc", service: "execute-api", path: "prod/{p}?x=1"}, true},
		{"arn:aws:apigateway::s3:action/GetObject&Bucket=b&Key={k}", awsTarget{partition: "aws", region: "home", service: "s3", action: "GetObject", path: "Bucket=b&Key={k}"}, true},
		{"arn:aws:apigateway:eu-west-1:sns:action/Action=Publish&TopicArn=arn:aws:sns:eu-west-1:1:t", awsTarget{partition: "aws", region: "eu-west-1", service: "sns", action: "Publish", path: "TopicArn=arn:aws:sns:eu-west-1:1:t"}, true},
		{"arn:aws:apigateway:eu-west-1:data.iot:path/topics/t", awsTarget{partition: "aws", region: "eu-west-1", subdomain: "data", service: "iot", path: "topics/t"}, true},
		{"arn:aws:apigateway:eu-west-1:sns:action/", awsTarget{}, false},
		{"arn:aws:apigateway:eu-west-1::path/x", awsTarget{}, false},
		{"arn:aws:apigateway:eu-west-1:evil.test/x:path/y", awsTarget{}, false},
		{"arn:aws:apigateway:eu-west-1@x:sqs:path/y", awsTarget{}, false},
		{"arn:aws:iam::1:role/x", awsTarget{}, false},
		{"", awsTarget{}, false},
	} {
		got, ok := parseAWSURI(tt.uri, "home")
		if ok != tt.ok || ok && *got != tt.want {
			t.Errorf("%s: got %+v %t, want %+v %t", tt.uri, got, ok, tt.want, tt.ok)
		}
	}
}

// Whatever a function returns, its reply is an answer that can be sent or a
// malformed one.
func FuzzReply(f *testing.F) {
	for _, reply := range []string{`{"statusCode":200,"headers":{"a":"b"},"multiValueHeaders":{"c":["d"]},"body":"e","isBase64Encoded":true}`, `{"body":"\ud800"}`, `[1,{"a":"}"}]`, `{"headers":{"":1e9}}`, ` {} `} {
		f.Add([]byte(reply))
	}
	p := &lambdaReply{binary: binaryTypes{"*/*"}}
	f.Fuzz(func(t *testing.T, reply []byte) {
		x := &exchange{}
		errorMessage(reply)
		if _, why := p.read(x, reply); why != "" {
			return
		}
		if !json.Valid(reply) || x.res.Status < 200 || x.res.Status > 599 {
			t.Errorf("%q became %+v", reply, x.res)
		}
		for _, h := range x.res.Header {
			if h.Name == "" || strings.ContainsAny(h.Value, "\r\n\x00") {
				t.Errorf("%q became the header %q", reply, h)
			}
		}
	})
}

// Whatever a client sends, the event is JSON and says it.
func FuzzEvent(f *testing.F) {
	f.Add("X-A", "b", "q", "v", []byte("body"))
	f.Add("a\xff", "\"\\", "\x00", "\u2028", []byte{0xff})
	m := &lambdaEvent{resource: `{"resource":"/","path":`, variables: "null"}
	f.Fuzz(func(t *testing.T, name, value, query, text string, body []byte) {
		x := &exchange{below: "/" + text, body: body}
		x.scope.Header = message.Header{{Name: name, Value: value}, {Name: name, Value: text}}
		x.scope.Query = message.Pairs{{Name: query, Value: text}}
		var event struct {
			Headers               map[string]string
			MultiValueHeaders     map[string][]string
			QueryStringParameters map[string]string
			Body                  *string
		}
		out := m.appendTo(nil, x)
		if err := json.Unmarshal(out, &event); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if !utf8.Valid(out) || len(event.Headers) != 1 || len(event.QueryStringParameters) != 1 || (event.Body == nil) != (len(body) == 0) {
			t.Errorf("%s", out)
		}
	})
}

// A text reads as encoding/json reads it.
func FuzzJSONText(f *testing.F) {
	for _, text := range []string{`"a\u00e9\n\"\\\/\b\f\r\t"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83d\u0041"`, `"\ude00\ud83d\ude00x"`, "\"\xff\xc3\"", `"plain"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var want string
		if len(b) < 2 || b[0] != '"' || json.Unmarshal(b, &want) != nil {
			return
		}
		b = bytes.TrimRight(b, " \t\r\n")
		if got := string(jsonText{b}.text(nil)); got != want {
			t.Errorf("%q: got %q, want %q", b, got, want)
		}
	})
}

func TestRequestTimeOfAnEvent(t *testing.T) {
	for at := time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC); at.Year() < 2031; at = at.Add(1234567 * time.Second) {
		if got, want := string(appendRequestTime(nil, at)), at.Format("02/Jan/2006:15:04:05 -0700"); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}
