package dataplane

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/auth"
	"postern/internal/backend"
	"postern/internal/cache"
	"postern/internal/message"
)

// A deployed is one API under test, served by a gateway at stage "test".
type deployed struct {
	t        *testing.T
	gateway  *Gateway
	snapshot *apigw.Snapshot
	stage    *apigw.Stage
	backend  *fakeBackend
	kept     *cache.Responses // what a stage with a cache gets
	record   Record

	functions backend.Functions                            // may be nil
	aws       func(backend.ServiceOptions) backend.Backend // may be nil
	secret    func(context.Context, string) (string, error)

	now  func() time.Time
	keys func(string) (auth.Key, bool)

	apiKeys  *KeyTable
	results  func(api, stage string) *auth.Results
	userPool func(arn string) (*auth.UserPool, error)
}

// fakeBackend answers what it is told and remembers what it got.
type fakeBackend struct {
	mu      sync.Mutex
	options backend.Options
	got     backend.Request
	answer  message.Response
	err     error
	wait    bool                                              // until the context ends
	respond func(*backend.Request) (*message.Response, error) // instead of all that; called at once
}

func (f *fakeBackend) Invoke(ctx context.Context, req *backend.Request) (*message.Response, error) {
	if f.respond != nil {
		return f.respond(req)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = backend.Request{Method: req.Method, URL: req.URL, Body: append([]byte(nil), req.Body...)}
	f.got.Header = append(message.Header(nil), req.Header...)
	if f.wait {
		<-ctx.Done()
		return nil, &backend.Timeout{Err: ctx.Err()}
	}
	if f.err != nil {
		return nil, f.err
	}
	answer := f.answer
	if answer.Status == 0 {
		answer.Status = 200
	}
	return &answer, nil
}

// deploy compiles one method GET|POST… at a path.
func deploy(t *testing.T, methods ...method) *deployed {
	t.Helper()
	d := &deployed{t: t, backend: &fakeBackend{}, gateway: &Gateway{},
		snapshot: &apigw.Snapshot{
			Deployment: apigw.Deployment{ID: "dep123"},
			API:        apigw.RestAPI{ID: "api1234567", Name: "test"},
		},
		stage: &apigw.Stage{StageName: "test"},
	}
	for i, m := range methods {
		if m.responses == nil {
			m.responses = map[string]*apigw.MethodResponse{"200": {StatusCode: "200"}}
		}
		m.Method.Responses = m.responses
		m.Method.HTTPMethod = m.verb
		var r *apigw.Resource
		for _, other := range d.snapshot.Resources {
			if other.Path == m.path {
				r = other
			}
		}
		if r == nil {
			r = &apigw.Resource{ID: fmt.Sprintf("res%03d", i), Path: m.path, Methods: map[string]*apigw.Method{}}
			d.snapshot.Resources = append(d.snapshot.Resources, r)
		}
		method := m.Method
		r.Methods[m.verb] = &method
	}
	d.gateway.Observe = func(r *Record) { d.record = *r }
	d.publish()
	return d
}

type method struct {
	verb, path string
	responses  map[string]*apigw.MethodResponse
	apigw.Method
}

// publish compiles the API as it is now.
func (d *deployed) publish() {
	d.t.Helper()
	s, err := Compile(d.config())
	if err != nil {
		d.t.Fatal(err)
	}
	d.gateway.Swap(d.gateway.Routes().With(s))
}

func (d *deployed) config() Config {
	return Config{
		Snapshot: d.snapshot, Stage: d.stage, AccountID: "123456789012", Region: "eu-west-1", Limits: apigw.DefaultLimits(),
		Suppliers: Suppliers{
			Now:       d.now,
			Keys:      d.keys,
			APIKeys:   d.apiKeys,
			Results:   d.results,
			UserPool:  d.userPool,
			HTTP:      func(o backend.Options) backend.Backend { d.backend.options = o; return d.backend },
			Cache:     func(string, string, int64) *cache.Responses { return d.kept },
			Functions: d.functions,
			AWS:       d.aws,
			Secret:    d.secret,
			Link: func(id, target string) (string, error) {
				if id == "link01" {
					return "10.0.0.1:8443", nil
				}
				return "", fmt.Errorf("VPC link %s does not exist", id)
			},
		},
	}
}

// answer is a response that outlives its exchange.
type answer struct {
	status int
	header message.Header
	body   string
}

func (d *deployed) send(req message.Request) answer {
	d.t.Helper()
	if req.Method == "" {
		req.Method = "GET"
	}
	if req.Host == "" {
		req.Host = "api1234567.execute-api.localhost:4566"
	}
	req.Path = "/test" + req.Path
	req.Scheme, req.Port, req.Peer = "http", "4566", "192.0.2.7"
	var a answer
	d.gateway.Serve(context.Background(), &req, func(res *message.Response) error {
		a = answer{res.Status, append(message.Header(nil), res.Header...), string(res.Body)}
		return nil
	})
	return a
}

func (d *deployed) get(path string) answer { return d.send(message.Request{Path: path}) }

func header(pairs ...string) message.Header {
	var h message.Header
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// mock is a MOCK integration that answers 200 with a template.
func mock(template string) apigw.Method {
	return apigw.Method{Integration: &apigw.Integration{
		Type:             apigw.Mock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
		Responses: map[string]*apigw.IntegrationResponse{"200": {
			StatusCode: "200", ResponseTemplates: map[string]string{"application/json": template}}},
	}}
}

// proxy is an HTTP_PROXY integration.
func proxy(uri string) apigw.Method {
	return apigw.Method{Integration: &apigw.Integration{Type: apigw.HTTPProxy, HTTPMethod: "ANY", URI: uri}}
}

// custom is an HTTP integration with a default response.
func custom(uri string) apigw.Method {
	return apigw.Method{Integration: &apigw.Integration{Type: apigw.HTTP, HTTPMethod: "POST", URI: uri,
		Responses: map[string]*apigw.IntegrationResponse{"200": {StatusCode: "200"}}}}
}

func (a answer) want(t *testing.T, status int, body string) {
	t.Helper()
	if a.status != status || a.body != body {
		t.Errorf("got  %d %s\nwant %d %s", a.status, a.body, status, body)
	}
}

func (a answer) wantHeader(t *testing.T, name, want string) {
	t.Helper()
	if got := a.header.Get(name); got != want {
		t.Errorf("header %s: got %q, want %q", name, got, want)
	}
}

func TestMockAnswersWithItsTemplate(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/hello/{name}", Method: mock(`{"hello": "$input.params('name')"}`)})
	a := d.get("/hello/ada")
	a.want(t, 200, `{"hello": "ada"}`)
	a.wantHeader(t, "Content-Type", "application/json")
	if len(a.header.Get("x-amzn-RequestId")) != 36 || len(a.header.Get("x-amz-apigw-id")) != 16 {
		t.Errorf("no request ids: %v", a.header)
	}
	if a.header.Has("X-Amzn-Trace-Id") {
		t.Error("a MOCK answer carries X-Amzn-Trace-Id")
	}
}

func TestNothingFoundIsMissingAuthenticationToken(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/a", Method: mock("")})
	for _, path := range []string{"/b", "/a/b", ""} {
		a := d.get(path)
		a.want(t, 403, `{"message":"Missing Authentication Token"}`)
		a.wantHeader(t, "x-amzn-ErrorType", "MissingAuthenticationTokenException")
	}
	d.send(message.Request{Method: "POST", Path: "/a"}).want(t, 403, `{"message":"Missing Authentication Token"}`)
}

func TestUnknownStageOrAPIIsForbidden(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/", Method: mock("")})
	for _, req := range []message.Request{
		{Method: "GET", Host: "other.execute-api.localhost", Path: "/test"},
		{Method: "GET", Host: "api1234567.execute-api.localhost", Path: "/Test"},
		{Method: "GET", Host: "api1234567.execute-api.localhost", Path: "/"},
	} {
		var a answer
		d.gateway.Serve(context.Background(), &req, func(res *message.Response) error {
			a = answer{res.Status, append(message.Header(nil), res.Header...), string(res.Body)}
			return nil
		})
		a.want(t, 403, `{"message":"Forbidden"}`)
		a.wantHeader(t, "x-amzn-ErrorType", "ForbiddenException")
	}
}

func TestAddressForms(t *testing.T) {
	for _, tt := range []struct {
		host, path string
		want       Address
		ok         bool
	}{
		{"abc.execute-api.localhost:4566", "/prod/a/b", Address{API: "abc", Stage: "prod", Path: "/a/b"}, true},
		{"ABC.Execute-Api.eu-west-1.amazonaws.com", "/prod", Address{API: "abc", Stage: "prod", Path: "/"}, true},
		{"abc-vpce123.execute-api.eu-west-1.amazonaws.com", "//prod//a", Address{API: "abc", Stage: "prod", Path: "//a"}, true},
		{"127.0.0.1:4566", "/_aws/execute-api/abc/prod/a", Address{API: "abc", Stage: "prod", Path: "/a", Base: "/_aws/execute-api/abc"}, true},
		{"127.0.0.1:4566", "/_aws/execute-api/abc/prod", Address{API: "abc", Stage: "prod", Path: "/", Base: "/_aws/execute-api/abc"}, true},
		{"127.0.0.1:4566", "/restapis/abc/prod/_user_request_/a/", Address{API: "abc", Stage: "prod", Path: "/a/", Base: "/restapis/abc"}, true},
		{"127.0.0.1:4566", "/restapis/abc/prod/_user_request_", Address{API: "abc", Stage: "prod", Path: "/", Base: "/restapis/abc"}, true},
		{"127.0.0.1:4566", "/restapis/abc/resources", Address{}, false},
		{"127.0.0.1:4566", "/restapis", Address{}, false},
		{"localhost:4566", "/", Address{}, false},
		{"abc.execute-apis.localhost", "/prod", Address{}, false},
	} {
		got, ok := (*Routes)(nil).Address(tt.host, tt.path)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s %s: got %+v %t, want %+v %t", tt.host, tt.path, got, ok, tt.want, tt.ok)
		}
	}
}

func TestPassthroughMatrix(t *testing.T) {
	template := map[string]string{"application/json": `"templated"`}
	for _, tt := range []struct {
		name        string
		behavior    apigw.PassthroughBehavior
		templates   map[string]string
		contentType string
		want        string // the backend's body, or the client's error
	}{
		{"no templates, no match", apigw.WhenNoMatch, nil, "text/csv", "body"},
		{"no templates, no templates", apigw.WhenNoTemplates, nil, "text/csv", "body"},
		{"no templates, never", apigw.Never, nil, "text/csv", "415"},
		{"match, no match", apigw.WhenNoMatch, template, "application/json", `"templated"`},
		{"match, no templates", apigw.WhenNoTemplates, template, "application/json; charset=utf-8", `"templated"`},
		{"match, never", apigw.Never, template, "Application/JSON", `"templated"`},
		{"no type counts as JSON", apigw.Never, template, "", `"templated"`},
		{"other type, no match", apigw.WhenNoMatch, template, "text/csv", "body"},
		{"other type, no templates", apigw.WhenNoTemplates, template, "text/csv", "415"},
		{"other type, never", apigw.Never, template, "text/csv", "415"},
		{"default catches all", apigw.Never, map[string]string{"$default": `"caught"`}, "text/csv", `"caught"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := custom("http://backend.test/")
			m.Integration.PassthroughBehavior = tt.behavior
			m.Integration.RequestTemplates = tt.templates
			d := deploy(t, method{verb: "POST", path: "/", Method: m})
			req := message.Request{Method: "POST", Body: []byte("body")}
			if tt.contentType != "" {
				req.Header = header("Content-Type", tt.contentType)
			}
			a := d.send(req)
			if tt.want == "415" {
				a.want(t, 415, `{"message": "Unsupported Media Type"}`)
				a.wantHeader(t, "x-amzn-ErrorType", "BadRequestException")
				return
			}
			if got := string(d.backend.got.Body); got != tt.want || a.status != 200 {
				t.Errorf("backend got %q, client %d; want %q", got, a.status, tt.want)
			}
		})
	}
}

func TestCustomIntegrationSendsOnlyItsOwnHeaders(t *testing.T) {
	d := deploy(t, method{verb: "POST", path: "/", Method: custom("http://backend.test/")})
	a := d.send(message.Request{Method: "POST", Header: header("X-Own", "1", "User-Agent", "curl", "Accept-Encoding", "gzip", "Content-Type", "text/csv"), Body: []byte("a,b")})
	got := d.backend.got.Header
	for name, want := range map[string]string{
		"Accept": "application/json", "Content-Type": "text/csv", "User-Agent": "AmazonAPIGateway_api1234567",
		"X-Amzn-Apigateway-Api-Id": "api1234567", "X-Own": "", "Accept-Encoding": "", "X-Forwarded-For": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, got.Get(name), want)
		}
	}
	if !strings.HasPrefix(got.Get("X-Amzn-Trace-Id"), "Root=1-") {
		t.Errorf("trace: %q", got.Get("X-Amzn-Trace-Id"))
	}
	a.wantHeader(t, "X-Amzn-Trace-Id", got.Get("X-Amzn-Trace-Id"))
}

func TestProxyPassesTheWholeRequest(t *testing.T) {
	d := deploy(t, method{verb: "ANY", path: "/{proxy+}", Method: proxy("http://backend.test/base?own=1")})
	d.backend.answer = message.Response{Status: 418, Header: header("X-Back", "yes", "Server", "s", "Date", "d", "Via", "v", "Transfer-Encoding", "chunked", "x-amzn-RequestId", "r"), Body: []byte("tea")}
	a := d.send(message.Request{Method: "PUT", Path: "/x", Query: "own=2&b=a+b;c", Body: []byte("body"),
		Header: header("X-Own", "1", "user-agent", "curl", "Via", "p", "Content-Encoding", "x", "Connection", "close", "X-Forwarded-For", "10.0.0.1", "Host", "evil")})
	got := d.backend.got
	if got.Method != "PUT" || got.URL != "http://backend.test/base?own=1&own=2&b=a%20b&c=" || string(got.Body) != "body" {
		t.Errorf("backend got %s %s %q", got.Method, got.URL, got.Body)
	}
	for name, want := range map[string]string{
		"X-Own": "1", "User-Agent": "curl", "X-Forwarded-For": "10.0.0.1, 192.0.2.7", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "4566",
		"Via": "", "Content-Encoding": "", "Connection": "", "Host": "",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("backend's %s: got %q, want %q", name, v, want)
		}
	}
	a.want(t, 418, "tea")
	for name, want := range map[string]string{
		"X-Back": "yes", "x-amzn-Remapped-Server": "s", "x-amzn-Remapped-Date": "d", "x-amzn-Remapped-x-amzn-RequestId": "r",
		"Via": "", "Transfer-Encoding": "", "Server": "", "X-Amzn-Trace-Id": "", "Content-Type": "application/json",
	} {
		a.wantHeader(t, name, want)
	}
}

func TestProxyKeepsSignaturesToItself(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/x", Method: proxy("http://backend.test/")})
	for value, want := range map[string]string{
		"AWS4-HMAC-SHA256 Credential=AKID/20261125/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0": "",
		"Bearer AWS4-HMAC-SHA256": "Bearer AWS4-HMAC-SHA256",
	} {
		d.send(message.Request{Path: "/x", Header: header("authorization", value)})
		if got := d.backend.got.Header.Get("Authorization"); got != want {
			t.Errorf("%s: the backend got %q, want %q", value, got, want)
		}
	}
}

func TestAddressAssembly(t *testing.T) {
	for _, tt := range []struct {
		name      string
		uri       string
		variables map[string]string
		params    map[string]string
		path      string
		query     string
		want      string // the URL, or the log line of the failure
	}{
		{name: "path parameter", uri: "http://b.test/pets/{id}", params: map[string]string{"integration.request.path.id": "method.request.path.name"}, path: "/a%20b", want: "http://b.test/pets/a%20b"},
		{name: "escapes stay", uri: "http://b.test/{id}", params: map[string]string{"integration.request.path.id": "method.request.path.name"}, path: "/a%2Fb", want: "http://b.test/a%2Fb"},
		{name: "a client's query cannot leave its segment", uri: "http://b.test/pets/{id}", params: map[string]string{"integration.request.path.id": "method.request.querystring.q"}, path: "/x", query: "q=../admin", want: "http://b.test/pets/..%2Fadmin?q=..%2Fadmin"},
		{name: "unfilled placeholder stays", uri: "http://b.test/{id}", path: "/x", want: "http://b.test/%7Bid%7D"},
		{name: "unfilled greedy placeholder fails", uri: "http://b.test/{proxy+}", path: "/x", want: "Illegal character in path"},
		{name: "placeholder in the query", uri: "http://b.test/p?testVar={v}", params: map[string]string{"integration.request.path.v": "method.request.path.name"}, path: "/foobar", query: "testVar=bar", want: "http://b.test/p?testVar=foobar&testVar=bar"},
		{name: "mapped query is added", uri: "http://b.test/p", params: map[string]string{"integration.request.querystring.a": "'1'"}, path: "/x", query: "a=2", want: "http://b.test/p?a=2&a=1"},
		{name: "absent source adds nothing", uri: "http://b.test/p", params: map[string]string{"integration.request.querystring.a": "method.request.querystring.nope"}, path: "/x", want: "http://b.test/p"},
		{name: "all values", uri: "http://b.test/p", params: map[string]string{"integration.request.querystring.m": "method.request.multivaluequerystring.a"}, path: "/x", query: "a=1&a=2", want: "http://b.test/p?a=1&a=2&m=1&m=2"},
		{name: "stage variable", uri: "http://${stageVariables.host}/p", variables: map[string]string{"host": "v.test:81"}, path: "/x", want: "http://v.test:81/p"},
		{name: "unset stage variable", uri: "https://${stageVariables.host}", path: "/x", want: "Invalid endpoint address"},
		{name: "no path", uri: "http://b.test", path: "/x", want: "http://b.test/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := proxy(tt.uri)
			m.Integration.RequestParameters = tt.params
			d := deploy(t, method{verb: "GET", path: "/{name}", Method: m})
			d.stage.Variables = tt.variables
			d.publish()
			a := d.send(message.Request{Path: tt.path, Query: tt.query})
			if strings.HasPrefix(tt.want, "http") {
				if got := d.backend.got.URL; got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				return
			}
			a.want(t, 500, `{"message": "Internal server error"}`)
			if d.record.Fault == nil || !strings.Contains(d.record.Fault.Log, tt.want) {
				t.Errorf("fault %v, want %s", d.record.Fault, tt.want)
			}
		})
	}
}

// See "Amazon API Gateway important notes for REST APIs"; observed.
func TestMappedRequestHeaders(t *testing.T) {
	for _, kind := range []apigw.Method{custom("http://b.test/"), proxy("http://b.test/")} {
		for name, want := range map[string]string{
			"Accept": "pass", "Authorization": "pass", "Content-Encoding": "pass", "Content-Md5": "pass", "Content-Type": "pass", "Date": "pass",
			"Host": "pass", "Max-Forwards": "pass", "Server": "pass", "Trailer": "pass", "Upgrade": "pass", "User-Agent": "pass", "Www-Authenticate": "pass",
			"Connection": "drop", "Expect": "drop", "Proxy-Authenticate": "drop", "Te": "drop", "Via": "drop",
			"Content-Length": "fail", "Transfer-Encoding": "fail", "X-Amzn-Trace-Id": "fail",
		} {
			m := kind
			in := *kind.Integration
			in.RequestParameters = map[string]string{"integration.request.header." + name: "'own'"}
			m.Integration = &in
			d := deploy(t, method{verb: "POST", path: "/", Method: m})
			a := d.send(message.Request{Method: "POST", Header: header("te", "client")})
			got := d.backend.got.Header.Get(name)
			switch {
			case want == "fail" && (a.status != 500 || d.record.Fault.Log != "Execution failed due to configuration error: "+name+" header already present"):
				t.Errorf("%s %s: got %d %v, want a failure", in.Type, name, a.status, d.record.Fault)
			case want == "pass" && got != "own", want == "drop" && got != "":
				t.Errorf("%s %s: backend got %q, want %s", in.Type, name, got, want)
			}
		}
	}
}

func TestMappedResponseHeaders(t *testing.T) {
	for name, want := range map[string]string{
		"Accept": "Accept", "Content-Encoding": "Content-Encoding", "Content-Type": "Content-Type", "TE": "TE", "Via": "Via", "Warn": "Warn",
		"Authorization": "x-amzn-Remapped-Authorization", "Connection": "x-amzn-Remapped-Connection", "Content-Length": "x-amzn-Remapped-Content-Length",
		"Host": "x-amzn-Remapped-Host", "Server": "x-amzn-Remapped-Server", "WWW-Authenticate": "x-amzn-Remapped-WWW-Authenticate",
		"Transfer-Encoding": "",
	} {
		m := mock("")
		m.Integration.Responses["200"].ResponseParameters = map[string]string{"method.response.header." + name: "'own'"}
		a := deploy(t, method{verb: "GET", path: "/", Method: m}).get("/")
		var got string
		for _, f := range a.header {
			if f.Value == "own" {
				got = f.Name
			}
		}
		if got != want {
			t.Errorf("%s arrives as %q, want %q", name, got, want)
		}
	}
}

func TestSelection(t *testing.T) {
	pattern := func(s string) *string { return &s }
	responses := map[string]*apigw.IntegrationResponse{
		"200": {StatusCode: "200"},
		"400": {StatusCode: "400", SelectionPattern: pattern(`4\d{2}`)},
		"503": {StatusCode: "503", SelectionPattern: pattern(`5..`)},
		"418": {StatusCode: "418", SelectionPattern: pattern(`418`)},
		"502": {StatusCode: "502", SelectionPattern: pattern(`302`)},
	}
	declared := map[string]*apigw.MethodResponse{"200": {}, "400": {}, "503": {}, "418": {}}
	for _, tt := range []struct {
		backend, want int
		log           string
	}{
		{201, 200, ""}, {404, 400, ""}, {500, 503, ""}, {418, 400, ""}, // 400 comes before 418
		{302, 500, "Execution failed due to configuration error: Output mapping refers to an invalid method response: 502"},
	} {
		m := custom("http://b.test/")
		m.Integration.Responses = responses
		d := deploy(t, method{verb: "GET", path: "/", Method: m, responses: declared})
		d.backend.answer = message.Response{Status: tt.backend, Body: []byte("b")}
		a := d.get("/")
		if a.status != tt.want || tt.log != "" && d.record.Fault.Log != tt.log {
			t.Errorf("%d: got %d %v, want %d %s", tt.backend, a.status, d.record.Fault, tt.want, tt.log)
		}
	}
	m := custom("http://b.test/")
	m.Integration.Responses = map[string]*apigw.IntegrationResponse{"400": responses["400"]}
	d := deploy(t, method{verb: "GET", path: "/", Method: m, responses: declared})
	d.get("/").want(t, 500, `{"message": "Internal server error"}`)
	if want := "Execution failed due to configuration error: No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200"; d.record.Fault.Log != want {
		t.Errorf("got %q, want %q", d.record.Fault.Log, want)
	}
}

func TestMockStatus(t *testing.T) {
	for body, want := range map[string]int{
		`{"statusCode": 200}`: 200, `{statusCode: 200}`: 200, `{"statusCode": 200,}`: 200, `{'statusCode':404}`: 404,
		"{\n  \"a\": {\"statusCode\": 1}, \"statusCode\" : 201 }\n": 201, `{"a": [1, {"b": "}"}], "statusCode": 500}`: 500,
		`{"statusCode": "200"}`: 0, `{}`: 0, ``: 0, `200`: 0, `{"statusCode": 200`: 0, `{"statusCode: 200}`: 0, `{"statusCode": 200.5}`: 0,
		`{"statusCode": }`: 0, `{"a": "b" "statusCode": 200}`: 0, `{"statusCode": 200} x`: 0, `{"statusCode": true}`: 0,
	} {
		got, ok := mockStatus([]byte(body))
		if ok != (want != 0) || ok && got != want {
			t.Errorf("%s: got %d %t, want %d", body, got, ok, want)
		}
	}
}

func FuzzMockStatus(f *testing.F) {
	f.Add(`{"statusCode": 200, 'a': [1, {b: c}]}`)
	f.Fuzz(func(t *testing.T, s string) { mockStatus([]byte(s)) })
}

func TestOverrides(t *testing.T) {
	m := custom("http://b.test/{p}?q=0")
	m.Integration.RequestParameters = map[string]string{
		"integration.request.header.X-A": "'mapped'", "integration.request.path.p": "'mapped'", "integration.request.querystring.q": "'mapped'",
	}
	m.Integration.RequestTemplates = map[string]string{"application/json": `#set($context.requestOverride.header.X-A = 'over')#set($context.requestOverride.path.p = 'a/b')#set($context.requestOverride.querystring.q = ['1', '2'])#set($context.responseOverride.status = 444)#set($context.responseOverride.header.X-B = 'resp')body`}
	d := deploy(t, method{verb: "POST", path: "/", Method: m})
	a := d.send(message.Request{Method: "POST"})
	if got := d.backend.got; got.Header.Get("X-A") != "over" || got.URL != "http://b.test/a/b?q=1&q=2" || string(got.Body) != "body" {
		t.Errorf("backend got %s %v %q", got.URL, got.Header, got.Body)
	}
	if a.status != 444 || a.header.Get("X-B") != "resp" {
		t.Errorf("client got %d %v", a.status, a.header)
	}
}

func TestBackendFailures(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		body   string
		log    string
	}{
		{&backend.Timeout{}, 504, `{"message": "Endpoint request timed out"}`, "Execution failed due to a timeout error"},
		{&backend.Network{Reason: backend.Reset}, 504, `{"message": "Network error communicating with endpoint"}`, "Execution failed due to a network error communicating with endpoint: Connection reset by peer"},
		{&backend.InvalidEndpoint{}, 500, `{"message": "Internal server error"}`, "Execution failed due to configuration error: Invalid endpoint address"},
		{&backend.TooLarge{Length: 10485761, Limit: 10485760}, 500, `{"message": "Internal server error"}`, "Execution failed due to configuration error: Integration response of reported length 10485761 is larger than allowed maximum of 10485760 bytes."},
	} {
		d := deploy(t, method{verb: "GET", path: "/", Method: proxy("http://b.test/")})
		d.backend.err = tt.err
		a := d.get("/")
		a.want(t, tt.status, tt.body)
		a.wantHeader(t, "x-amzn-ErrorType", "InternalServerErrorException")
		if d.record.Fault.Log != tt.log {
			t.Errorf("got %q, want %q", d.record.Fault.Log, tt.log)
		}
	}
}

func TestTimeoutIsTheIntegrations(t *testing.T) {
	m := proxy("http://b.test/")
	m.Integration.Timeout = 50 * time.Millisecond
	d := deploy(t, method{verb: "GET", path: "/", Method: m})
	d.backend.wait = true
	start := time.Now()
	d.get("/").want(t, 504, `{"message": "Endpoint request timed out"}`)
	if took := time.Since(start); took < 50*time.Millisecond || took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestGatewayResponses(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/", Method: proxy("http://b.test/")})
	d.backend.err = &backend.Timeout{}
	d.snapshot.GatewayResponses = []*apigw.GatewayResponse{
		{ResponseType: apigw.Default5XX, StatusCode: "599", ResponseParameters: map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}},
		{ResponseType: apigw.MissingAuthenticationToken, StatusCode: "404", ResponseTemplates: map[string]string{
			"application/json": `{"why": $context.error.messageString, "type": "$context.error.responseType", "path": "$context.path"}`,
			"text/plain":       `no $context.error.message`}},
	}
	d.publish()
	a := d.get("/")
	a.want(t, 599, `{"message": "Endpoint request timed out"}`)
	a.wantHeader(t, "Access-Control-Allow-Origin", "*")
	a = d.get("/nope")
	a.want(t, 404, `{"why": "Missing Authentication Token", "type": "MISSING_AUTHENTICATION_TOKEN", "path": "/test/nope"}`)
	a.wantHeader(t, "x-amzn-ErrorType", "MissingAuthenticationTokenException")
	a = d.send(message.Request{Path: "/nope", Header: header("Accept", "text/plain, */*")})
	a.want(t, 404, `no Missing Authentication Token`)
	a.wantHeader(t, "Content-Type", "text/plain")
}

func TestWhatIsNotEnforcedYetStaysClosed(t *testing.T) {
	for _, tt := range []struct {
		change func(*deployed, *apigw.Method)
		status int
	}{
		{func(_ *deployed, m *apigw.Method) { m.AuthorizationType = apigw.AuthCustom }, 500}, // without an authorizer
		{func(_ *deployed, m *apigw.Method) { m.AuthorizationType = apigw.AuthCognito }, 500},
		{func(_ *deployed, m *apigw.Method) { m.AuthorizationType = "OF_A_LATER_DAY" }, 401},
		{func(_ *deployed, m *apigw.Method) { m.APIKeyRequired = true }, 403},
		{func(d *deployed, _ *apigw.Method) { d.snapshot.API.Policy = `{"Version": "1999"}` }, 403},
		{func(d *deployed, _ *apigw.Method) {
			d.snapshot.API.EndpointConfiguration = &apigw.EndpointConfiguration{Types: []string{"PRIVATE"}}
		}, 403},
		{func(d *deployed, _ *apigw.Method) { d.snapshot.API.DisableExecuteAPIEndpoint = true }, 403},
		{func(_ *deployed, m *apigw.Method) { m.Integration.Type = apigw.AWSProxy }, 500},
		{func(_ *deployed, m *apigw.Method) { m.Integration.Type = apigw.AWS }, 500},
	} {
		d := deploy(t, method{verb: "GET", path: "/", Method: mock("open")})
		tt.change(d, d.snapshot.Resources[0].Methods["GET"])
		d.publish()
		a := d.get("/")
		if a.status != tt.status || d.record.Fault == nil || d.record.Fault.Log == "" {
			t.Errorf("got %d %s, fault %v; want %d with a log line", a.status, a.body, d.record.Fault, tt.status)
		}
	}
}

func TestVPCLink(t *testing.T) {
	m := proxy("https://private.test/x")
	m.Integration.ConnectionType = apigw.ViaVPCLink
	m.Integration.ConnectionID = "${stageVariables.link}"
	d := deploy(t, method{verb: "GET", path: "/", Method: m})
	d.get("/").want(t, 500, `{"message": "Internal server error"}`)
	d.stage.Variables = map[string]string{"link": "link01"}
	d.publish()
	if a := d.get("/"); a.status != 200 || d.backend.options.Dial != "10.0.0.1:8443" || d.backend.got.URL != "https://private.test/x" {
		t.Errorf("got %d, dialled %q for %s", a.status, d.backend.options.Dial, d.backend.got.URL)
	}
}

func TestTemplateFailureIsInternalServerError(t *testing.T) {
	m := custom("http://b.test/")
	m.Integration.RequestTemplates = map[string]string{"application/json": "#if(true)"}
	d := deploy(t, method{verb: "GET", path: "/", Method: m})
	d.get("/").want(t, 500, `{"message": "Internal server error"}`)
	if d.backend.got.URL != "" {
		t.Error("the backend was called")
	}
	if f := d.record.Fault; f == nil || f.Log != "Execution failed due to configuration error: Unable to transform request" || f.Err == nil {
		t.Errorf("fault %+v", f)
	}
}

func TestCanary(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/", Method: mock("base $stageVariables.v $context.isCanaryRequest")})
	other := *d.snapshot
	canary := mock("canary $stageVariables.v $stageVariables.w $context.isCanaryRequest")
	canary.Responses = map[string]*apigw.MethodResponse{"200": {}}
	other.Resources = []*apigw.Resource{{ID: "r", Path: "/", Methods: map[string]*apigw.Method{"GET": &canary}}}
	other.Deployment.ID = "dep456"
	d.stage.Variables = map[string]string{"v": "1", "w": "2"}
	for percent, want := range map[float64]string{0: "base 1 false", 100: "canary 3 2 true"} {
		d.stage.CanarySettings = &apigw.CanarySettings{PercentTraffic: percent, StageVariableOverrides: map[string]string{"v": "3"}}
		s, err := Compile(Config{Snapshot: d.snapshot, Canary: &other, Stage: d.stage, Limits: apigw.DefaultLimits()})
		if err != nil {
			t.Fatal(err)
		}
		d.gateway.Swap(d.gateway.Routes().With(s))
		d.get("/").want(t, 200, want)
	}
}

func TestThrottle(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/a/b", Method: mock("ok")}, method{verb: "GET", path: "/", Method: mock("root")})
	d.stage.MethodSettings = map[string]*apigw.MethodSetting{"a~1b/GET": {ThrottlingBurstLimit: 2, ThrottlingRateLimit: 0.001}}
	d.publish()
	d.get("/a/b").want(t, 200, "ok")
	d.get("/a/b").want(t, 200, "ok")
	a := d.get("/a/b")
	a.want(t, 429, `{"message":"Too Many Requests"}`)
	a.wantHeader(t, "x-amzn-ErrorType", "TooManyRequestsException")
	d.get("/").want(t, 200, "root")
}
