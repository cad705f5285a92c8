package dataplane

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/message"
)

// last returns the newest exchange that a gateway remembers.
func last(t *testing.T, g *Gateway) *Recorded {
	t.Helper()
	list, _, _ := g.Recorder.Since(0)
	if len(list) == 0 {
		t.Fatal("nothing is remembered")
	}
	return list[len(list)-1]
}

// stations writes which stations have lines, in the order of the lines.
func stations(e *Recorded) string {
	var out []string
	for _, l := range e.Lines {
		if s := l.Station.String(); len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

func text(e *Recorded) string {
	var b strings.Builder
	for _, l := range e.Lines {
		b.WriteString(l.Text + "\n")
	}
	return b.String()
}

func TestRequestsAreRecordedBeforeTheyAreAnswered(t *testing.T) {
	d := deploy(t, method{verb: "POST", path: "/pets/{id}", Method: custom("http://backend.test/pets")})
	d.gateway.Recorder = NewRecorder(10)
	d.backend.answer = message.Response{Status: 200, Header: header("Content-Type", "application/json"), Body: []byte(`{"id": 7}`)}
	var e *Recorded
	var id, extended, trace string
	req := &message.Request{Method: "POST", Scheme: "http", Host: "api1234567.execute-api.localhost", Path: "/test/pets/7", Query: "a=b",
		Peer: "192.0.2.7", Port: "80", Header: header("Accept", "*/*"), Body: []byte(`{"name":"ada"}`)}
	if err := d.gateway.Serve(t.Context(), req, func(res *message.Response) error {
		e = last(t, d.gateway)
		id, extended, trace = res.Header.Get("x-amzn-RequestId"), res.Header.Get("x-amz-apigw-id"), res.Header.Get("X-Amzn-Trace-Id")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if e.RequestID != id || e.ExtendedID != extended || e.TraceID != trace {
		t.Errorf("ids: got %s %s %s, want %s %s %s", e.RequestID, e.ExtendedID, e.TraceID, id, extended, trace)
	}
	got := fmt.Sprint(e.Number, e.API, e.Stage, e.HTTPMethod, e.ResourcePath, e.Path, e.URL, e.Peer, e.Status, e.BackendStatus, e.RequestBytes, e.ResponseBytes, e.Failure)
	want := fmt.Sprint(int64(1), "api1234567", "test", "POST", "/pets/{id}", "/pets/7", "http://api1234567.execute-api.localhost/test/pets/7?a=b", "192.0.2.7", 200, 200, 14, 9, (*Failure)(nil))
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if e.Latency < e.IntegrationLatency || e.Start.IsZero() {
		t.Errorf("latency %s, of the integration %s, begun %s", e.Latency, e.IntegrationLatency, e.Start)
	}
	if got, want := stations(e), "method request, integration request, backend, integration response, method response"; got != want {
		t.Errorf("stations:\ngot  %s\nwant %s", got, want)
	}
	for _, id := range []string{id, strings.ToUpper(id), id[:8], extended, trace, traceRoot(trace), "Root=" + traceRoot(trace)} {
		if found, _ := d.gateway.Recorder.Find(id); len(found) != 1 || found[0] != e {
			t.Errorf("%s: found %d", id, len(found))
		}
	}
	for _, id := range []string{"", id[:3], extended[:8], "zzzzzzzz"} {
		if found, _ := d.gateway.Recorder.Find(id); found != nil {
			t.Errorf("%q: found %d", id, len(found))
		}
	}
}

func TestAFailureIsRecordedWithItsStation(t *testing.T) {
	bad := custom("http://backend.test/")
	bad.Integration.RequestTemplates = map[string]string{"application/json": "{\n  \"a\": #foreach($x in \n}"}
	late := custom("http://backend.test/")
	late.Integration.Responses["200"].ResponseTemplates = map[string]string{"application/json": "#foreach("}
	unmatched := custom("http://backend.test/")
	pattern := "5.."
	unmatched.Integration.Responses["200"].SelectionPattern = &pattern
	down := custom("http://backend.test/")
	d := deploy(t,
		method{verb: "GET", path: "/request", Method: bad}, method{verb: "GET", path: "/response", Method: late},
		method{verb: "GET", path: "/unmatched", Method: unmatched}, method{verb: "GET", path: "/down", Method: down},
		method{verb: "GET", path: "/mock", Method: mock("#set(")})
	d.gateway.Recorder = NewRecorder(10)
	for _, tt := range []struct {
		path      string
		station   Station
		kind      apigw.GatewayResponseType
		log, what string // the cause begins with what
	}{
		{"/request", AtIntegrationRequest, apigw.APIConfigurationError, "Execution failed due to configuration error: Unable to transform request", "GET /request"},
		{"/response", AtIntegrationResponse, apigw.APIConfigurationError, "Execution failed due to configuration error: Unable to transform response", "GET /response"},
		{"/mock", AtIntegrationResponse, apigw.APIConfigurationError, "Execution failed due to configuration error: Unable to transform response", "GET /mock"},
		{"/unmatched", AtIntegrationResponse, apigw.APIConfigurationError, "Execution failed due to configuration error: No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200", ""},
		{"/down", AtBackend, apigw.IntegrationTimeout, "Execution failed due to a timeout error", ""},
		{"/nowhere", AtMethodRequest, apigw.MissingAuthenticationToken, "", ""},
	} {
		d.backend.err = nil
		if tt.path == "/down" {
			d.backend.err = &backend.Timeout{Err: context.DeadlineExceeded}
		}
		d.get(tt.path)
		e := last(t, d.gateway)
		f := e.Failure
		if f == nil {
			t.Errorf("%s: no failure", tt.path)
			continue
		}
		if f.Station != tt.station || f.Type != tt.kind || f.Log != tt.log || !strings.HasPrefix(f.Cause, tt.what) || f.Message == "" {
			t.Errorf("%s: got %s, %+v", tt.path, f.Station, f)
		}
		if end := e.Lines[len(e.Lines)-1]; end.Station != AtGatewayResponse || !strings.HasPrefix(end.Text, "Method completed with status: ") {
			t.Errorf("%s: ends with %s: %s", tt.path, end.Station, end.Text)
		}
	}
	if got := last(t, d.gateway).ResourcePath; got != "" {
		t.Errorf("a resource where there is none: %s", got)
	}
}

func TestAClientThatGoesAwayIsRecorded(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/", Method: mock("")})
	d.gateway.Recorder = NewRecorder(10)
	gone := errors.New("gone")
	req := &message.Request{Method: "GET", Host: "api1234567.execute-api.localhost", Path: "/test/"}
	if err := d.gateway.Serve(t.Context(), req, func(*message.Response) error { return gone }); !errors.Is(err, gone) {
		t.Fatal(err)
	}
	e := last(t, d.gateway)
	if e.Status != 200 || e.Failure == nil || e.Failure.Log != "the client went away before it had the answer" {
		t.Errorf("got %d, %+v", e.Status, e.Failure)
	}
}

// What names a caller stays out of every line: of the headers, of the event of a
// function, of an address, of the function's reply.
func TestSecretsAreNotRecorded(t *testing.T) {
	const token, key, cookie, session, set = "Bearer eyJhbGciOiJub25lIn0", "k3y-of-a-caller-1234", `id="0123456789"`, "FwoGZXIvYXdzEBYaD", "sid=fedcba9876543210"
	direct := proxy("http://backend.test/{t}")
	direct.Integration.RequestParameters = map[string]string{
		"integration.request.path.t":        "method.request.header.Authorization",
		"integration.request.querystring.k": "method.request.header.X-Api-Key",
	}
	d := deploy(t, method{verb: "GET", path: "/function", Method: lambdaProxy()}, method{verb: "GET", path: "/direct", Method: direct})
	d.functions = repliesWith(`{"statusCode": 200, "headers": {"Set-Cookie": "` + set + `"}, "body": ""}`)
	d.publish()
	d.gateway.Recorder = NewRecorder(10)
	for _, path := range []string{"/function", "/direct"} {
		a := d.send(message.Request{Path: path, Query: "X-Amz-Security-Token=" + session, Header: header("Authorization", token, "x-api-key", key, "Cookie", cookie)})
		e := last(t, d.gateway)
		all := fmt.Sprintf("%s %+v %s", text(e), e.Header, e.URL)
		for _, secret := range []string{token, token[7:], key, cookie, strings.ReplaceAll(cookie, `"`, `\"`), session, set} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %s is recorded:\n%s", path, secret, all)
			}
		}
		if a.status != 200 || !strings.Contains(all, mask(key)) {
			t.Errorf("%s: %d\n%s", path, a.status, all)
		}
	}
}

// repliesWith are functions that say the same every time.
type repliesWith string

func (r repliesWith) InvokeFunction(context.Context, *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	return &backend.FunctionAnswer{Status: 200, Payload: []byte(r)}, nil
}

// A secret that a line is cut through is masked before.
func TestLinesAreCut(t *testing.T) {
	d := deploy(t, method{verb: "POST", path: "/", Method: proxy("http://backend.test/")})
	d.gateway.Recorder = NewRecorder(10)
	secret := strings.Repeat("s3cret", 20)
	body := strings.Repeat("é", 480) + secret + strings.Repeat("x", 1<<20)
	d.send(message.Request{Method: "POST", Path: "/", Header: header("Authorization", secret), Body: []byte(body)})
	e := last(t, d.gateway)
	cut := 0
	for _, l := range e.Lines {
		if len(l.Text) > maxLine+len(" [TRUNCATED]") {
			t.Errorf("%d bytes: %.40s…", len(l.Text), l.Text)
		}
		if strings.HasSuffix(l.Text, " [TRUNCATED]") {
			cut++
		}
		if strings.Contains(l.Text, "s3cret") && !strings.Contains(l.Text, "Authorization") {
			t.Errorf("not masked: %s", l.Text)
		}
	}
	if cut != 2 {
		t.Errorf("%d lines are cut, want those of the two bodies:\n%s", cut, text(e))
	}
	// A caller who wants the log whole gets it so.
	req := &message.Request{Method: "POST", Host: "api1234567.execute-api.localhost", Path: "/test/", Header: header("Authorization", secret), Body: []byte(body)}
	if err := d.gateway.Trace(t.Context(), req, func(_ *message.Response, trace *Trace) error {
		if !strings.Contains(trace.String(), body) {
			t.Error("the log of a caller is cut")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if second := last(t, d.gateway); second.Number != 2 || strings.Contains(text(second), secret) {
		t.Errorf("number %d\n%s", second.Number, text(second))
	}
}

func TestTheOldestMakeRoom(t *testing.T) {
	r := NewRecorder(3)
	for range 5 {
		r.add(&Recorded{bytes: 10})
	}
	list, added, _ := r.Since(0)
	if len(list) != 3 || list[0].Number != 3 || added != 5 || r.bytes != 30 {
		t.Errorf("%d from %d of %d, %d bytes", len(list), list[0].Number, added, r.bytes)
	}
	if list, _, _ := r.Since(4); len(list) != 1 || list[0].Number != 5 {
		t.Errorf("since 4: %d", len(list))
	}
	if list, _, changed := r.Since(5); list != nil || isClosed(changed) {
		t.Errorf("since 5: %d", len(list))
	}
	_, _, changed := r.Since(5)
	r.add(&Recorded{bytes: maxRecorded - 5})
	if list, _, _ := r.Since(0); len(list) != 1 || list[0].Number != 6 || r.bytes != maxRecorded-5 || !isClosed(changed) {
		t.Errorf("%d are kept, %d bytes", len(list), r.bytes)
	}
	r.add(&Recorded{bytes: maxRecorded + 5})
	if list, _, _ := r.Since(0); len(list) != 1 || list[0].Number != 7 {
		t.Errorf("the newest is not kept")
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestRecorderIsSafeForConcurrentUse(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/", Method: mock("")})
	d.gateway.Recorder, d.gateway.Observe = NewRecorder(20), nil
	const each = 50
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range each {
				req := &message.Request{Method: "GET", Host: "api1234567.execute-api.localhost", Path: "/test/"}
				_ = d.gateway.Serve(t.Context(), req, func(*message.Response) error {
					if i%2 == 0 {
						return errors.New("gone")
					}
					return nil
				})
			}
		})
		all.Go(func() {
			for n := int64(0); n < 4*each; {
				list, added, changed := d.gateway.Recorder.Since(n)
				for _, e := range list {
					d.gateway.Recorder.Find(e.RequestID)
				}
				if n = added; n < 4*each {
					<-changed
				}
			}
		})
	}
	all.Wait()
	if list, added, _ := d.gateway.Recorder.Since(0); len(list) != 20 || added != 4*each {
		t.Errorf("%d of %d", len(list), added)
	}
}
