package stackapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"postern/internal/adapter/listen"
	"postern/internal/adapter/stackapi"
	"postern/internal/house"
	"postern/internal/provision/resource"
)

// server returns the API over an empty house, and a client of it.
func server(t *testing.T) (*stackapi.Server, *stackapi.Client) {
	t.Helper()
	h, err := house.New(house.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Stacks.Finisher = stackapi.Finisher{Finisher: h.Stacks.Finisher}
	s := &stackapi.Server{
		Stacks: h.Stacks,
		Endpoints: func(context.Context) ([]stackapi.API, error) {
			return []stackapi.API{{ID: "abc", Name: "pets", Stages: []stackapi.Stage{
				{Name: "prod", Methods: []stackapi.Method{{HTTPMethod: "GET", Path: "/pets/{name}/{rest+}", Type: "MOCK"}}}}}}, nil
		},
		Invoke: func(_ context.Context, r stackapi.InvokeRequest) (*stackapi.InvokeResponse, error) {
			return &stackapi.InvokeResponse{Status: 200, Headers: r.Headers, Body: r.Body}, nil
		},
		Info: stackapi.Info{Version: "1.2.3", AccountID: "000000000000", Region: "us-east-1"},
	}
	return s, &stackapi.Client{URL: "http://127.0.0.1:4566", Transport: stackapi.Local{Handler: s}}
}

func TestOnlyLocalProgramsAreAnswered(t *testing.T) {
	s, _ := server(t)
	for _, tt := range []struct {
		name   string
		remote string
		host   string
		header http.Header
		want   int
	}{
		{name: "address", host: "127.0.0.1:4566", want: 200},
		{name: "name", host: "localhost:4566", want: 200},
		{name: "IPv6", remote: "[::1]:5000", host: "[::1]:4566", want: 200},
		{name: "own page", host: "localhost:4566", header: http.Header{"Origin": {"http://localhost:4566"}, "Sec-Fetch-Site": {"same-origin"}}, want: 200},
		{name: "DNS rebinding", host: "evil.example:4566", want: 403},
		{name: "name that begins well", host: "localhost.evil.example", want: 403},
		{name: "page of another site", host: "localhost:4566", header: http.Header{"Origin": {"https://evil.example"}}, want: 403},
		{name: "page of another port", host: "localhost:4566", header: http.Header{"Origin": {"http://localhost:3000"}}, want: 403},
		{name: "page from a file", host: "localhost:4566", header: http.Header{"Origin": {"null"}}, want: 403},
		{name: "image of another site", host: "localhost:4566", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}, want: 403},
		{name: "another machine", remote: "192.0.2.1:5000", host: "127.0.0.1:4566", want: 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/_postern/api/v1/stacks", nil)
			r.RemoteAddr, r.Host = "127.0.0.1:5000", tt.host
			if tt.remote != "" {
				r.RemoteAddr = tt.remote
			}
			if tt.header != nil {
				r.Header = tt.header
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	s, _ := server(t)
	for _, tt := range []struct {
		name         string
		method, path string
		contentType  string
		body         io.Reader
		want         int
		code         string
	}{
		{name: "nothing there", method: "GET", path: "nothing", want: 404, code: stackapi.CodeNotFound},
		{name: "no such stack", method: "GET", path: "stacks/pets", want: 404, code: stackapi.CodeNotFound},
		{name: "delete no such stack", method: "DELETE", path: "stacks/pets", want: 404, code: stackapi.CodeNotFound},
		{name: "form of another site", method: "POST", path: "check", contentType: "text/plain", body: strings.NewReader(`{}`), want: 415, code: stackapi.CodeInvalid},
		{name: "not JSON", method: "POST", path: "check", body: strings.NewReader(`{`), want: 400, code: stackapi.CodeInvalid},
		{name: "unknown member", method: "POST", path: "check", body: strings.NewReader(`{"template": {}}`), want: 400, code: stackapi.CodeInvalid},
		{name: "two documents", method: "POST", path: "check", body: strings.NewReader(`{} {}`), want: 400, code: stackapi.CodeInvalid},
		{name: "name of a stack", method: "PUT", path: "stacks/1st", body: strings.NewReader(`{"template": {"name": "a", "text": ""}}`), want: 400, code: stackapi.CodeInvalid},
		{name: "too large", method: "POST", path: "check", body: io.MultiReader(strings.NewReader(`{"templates": [{"template": {"text": "`), io.LimitReader(blanks{}, 110<<20)), want: 413, code: stackapi.CodeTooLarge},
		{name: "no API", method: "POST", path: "invoke", body: strings.NewReader(`{"method": "GET", "path": "/"}`), want: 400, code: stackapi.CodeInvalid},
		{name: "path", method: "POST", path: "invoke", body: strings.NewReader(`{"api": "a", "stage": "b", "method": "GET", "path": "x"}`), want: 400, code: stackapi.CodeInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "/_postern/api/v1/"+tt.path, tt.body)
			r.RemoteAddr, r.Host = "127.0.0.1:5000", "127.0.0.1:4566"
			r.Header.Set("Content-Type", "application/json")
			if tt.contentType != "" {
				r.Header.Set("Content-Type", tt.contentType)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			var f stackapi.Failure
			if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if w.Code != tt.want || f.Code != tt.code || f.Schema != stackapi.FailureSchema || f.Message == "" {
				t.Errorf("got %d %+v, want %d %s", w.Code, f, tt.want, tt.code)
			}
		})
	}
}

// blanks is blanks without end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

const petsTemplate = `
Parameters:
  Secret: {Type: String, NoEcho: true, Default: hush-hush}
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: pets, Description: !Ref Secret}
  Pets:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: pets}
`

func request(text string) stackapi.StackRequest {
	return stackapi.StackRequest{Template: stackapi.Template{Name: "pets.yaml", Text: text}}
}

func TestPutSaysThePlanThenEachStepThenTheResult(t *testing.T) {
	_, c := server(t)
	var kinds []string
	result, err := c.Put(t.Context(), "pets", request(petsTemplate), func(l *stackapi.Line) {
		switch {
		case l.Plan != nil:
			kinds = append(kinds, "plan")
		case l.Event != nil:
			kinds = append(kinds, l.Event.LogicalID+" "+l.Event.Status)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"plan", "pets CREATE_IN_PROGRESS", "Api CREATE_IN_PROGRESS", "Api CREATE_COMPLETE", "Pets CREATE_IN_PROGRESS", "Pets CREATE_COMPLETE", "pets CREATE_COMPLETE"}
	kinds = slices.Compact(kinds) // a create that has its identifier is in progress twice
	if !slices.Equal(kinds, want) {
		t.Errorf("got  %q\nwant %q", kinds, want)
	}
	if !result.OK || result.Stack.Status != "CREATE_COMPLETE" || len(result.Stack.Resources) != 2 {
		t.Errorf("got %+v", result)
	}
	if got := result.Stack.Parameters["Secret"]; got == "hush-hush" {
		t.Errorf("a NoEcho parameter is shown: %q", got)
	}

	plan, err := c.Plan(t.Context(), "pets", request(strings.ReplaceAll(petsTemplate, "PathPart: pets", "PathPart: cats")))
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Changes) != 1 || plan.Changes[0].LogicalID != "Pets" || plan.Resources != 2 {
		t.Fatalf("got %+v, want a change of Pets", plan)
	}
	if p := plan.Changes[0].Properties; len(p) != 1 || p[0].Before != "pets" || p[0].After != "cats" {
		t.Errorf("got %+v, want pets → cats", p)
	}

	stacks, err := c.Stacks(t.Context())
	if err != nil || len(stacks) != 1 || stacks[0].Name != "pets" {
		t.Errorf("got %+v, %v, want one stack", stacks, err)
	}
	gone, err := c.Delete(t.Context(), "pets", nil)
	if err != nil || !gone.OK {
		t.Errorf("delete: %+v, %v", gone, err)
	}
	var f *stackapi.Failure
	if _, err := c.Stack(t.Context(), "pets"); !errors.As(err, &f) || f.Code != stackapi.CodeNotFound {
		t.Errorf("got %v, want %s", err, stackapi.CodeNotFound)
	}
}

func TestFailedPutLeavesNothing(t *testing.T) {
	_, c := server(t)
	twice := petsTemplate + `
  Same:
    Type: AWS::ApiGateway::Resource
    DependsOn: Pets
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: pets}
`
	result, err := c.Put(t.Context(), "pets", request(twice), nil)
	if err != nil {
		t.Fatal(err)
	}
	if result.OK || len(result.Problems) != 1 || result.Problems[0].Line == 0 || !strings.Contains(result.Problems[0].Message, "Same") {
		t.Errorf("got %+v, want a problem of Same with its place", result)
	}
	stacks, err := c.Stacks(t.Context())
	if err != nil || len(stacks) != 0 {
		t.Errorf("got %+v, %v, want no stack", stacks, err)
	}
}

func TestInvalidTemplatesAreRefusedWithPlaces(t *testing.T) {
	_, c := server(t)
	bad := strings.ReplaceAll(petsTemplate, "PathPart: pets", "PathPrat: pets")
	_, err := c.Put(t.Context(), "pets", request(bad), nil)
	var f *stackapi.Failure
	if !errors.As(err, &f) || f.Code != stackapi.CodeTemplate || len(f.Problems) == 0 || f.Problems[0].Line == 0 {
		t.Fatalf("got %#v, want problems with places", err)
	}
	problems, err := c.Check(t.Context(), stackapi.CheckRequest{Templates: []stackapi.CheckTemplate{{Stack: "pets", StackRequest: request(bad)}}})
	if err != nil || len(problems) != len(f.Problems) {
		t.Errorf("check finds %d problems (%v), put %d", len(problems), err, len(f.Problems))
	}
}

func TestAddressesAreThoseOfTheClient(t *testing.T) {
	_, c := server(t)
	c.URL = "http://localhost:9999"
	apis, err := c.Endpoints(t.Context())
	if err != nil || len(apis) != 1 {
		t.Fatalf("got %+v, %v", apis, err)
	}
	stage := apis[0].Stages[0]
	if want := "http://localhost:9999/_aws/execute-api/abc/prod/pets/name/rest"; stage.Methods[0].URL != want {
		t.Errorf("got %s, want %s", stage.Methods[0].URL, want)
	}
	if want := "http://abc.execute-api.localhost:9999/prod"; stage.HostURL != want {
		t.Errorf("got %s, want %s", stage.HostURL, want)
	}
}

func TestClientTellsWhoAnswers(t *testing.T) {
	_, c := server(t)
	info, err := c.Running(t.Context())
	if err != nil || info.Version != "1.2.3" {
		t.Errorf("got %+v, %v", info, err)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	var u *stackapi.Unreachable
	if _, err := (&stackapi.Client{URL: other.URL}).Running(t.Context()); !errors.As(err, &u) || u.Err != nil {
		t.Errorf("got %v, want an Unreachable without a cause", err)
	}
	other.Close()
	if _, err := (&stackapi.Client{URL: other.URL}).Running(t.Context()); !errors.As(err, &u) || u.Err == nil {
		t.Errorf("got %v, want an Unreachable with a cause", err)
	}
}

func TestReadyzSaysWhyNot(t *testing.T) {
	s, c := server(t)
	reasons, err := c.Ready(t.Context())
	if err != nil || len(reasons) != 0 {
		t.Errorf("got %q, %v, want ready", reasons, err)
	}
	drain := &stackapi.Drain{Handler: s}
	drain.Start()
	c.Transport = stackapi.Local{Handler: drain}
	reasons, err = c.Ready(t.Context())
	if err != nil || !slices.Equal(reasons, []string{"draining"}) {
		t.Errorf("got %q, %v, want draining", reasons, err)
	}
}

// A Drain leaves to lanes what its handler leaves to them, until it starts.
func TestDrainTakesRequestsFromLanes(t *testing.T) {
	h := &listen.Handler{}
	drain := &stackapi.Drain{Handler: h}
	if got := drain.Direct("h", "/p"); got != h {
		t.Errorf("got %p, want %p", got, h)
	}
	drain.Start()
	if got := drain.Direct("h", "/p"); got != nil {
		t.Errorf("while draining: got %p, want nil", got)
	}
	if got := (&stackapi.Drain{Handler: http.NotFoundHandler()}).Direct("h", "/p"); got != nil {
		t.Errorf("around a handler without lanes: got %p, want nil", got)
	}
}

// A finished is a Finisher that counts.
type finished struct{ finish, release int }

func (f *finished) Finish(context.Context, resource.Stack, []resource.Resource) (resource.Finished, error) {
	f.finish++
	return resource.Finished{}, nil
}

func (f *finished) Release(context.Context, resource.Stack, []resource.Resource) error {
	f.release++
	return nil
}

func TestNoAutoDeployReleasesInsteadOfFinishing(t *testing.T) {
	s, c := server(t)
	f := &finished{}
	s.Stacks.Finisher = stackapi.Finisher{Finisher: f}
	r := request(petsTemplate)
	if _, err := c.Put(t.Context(), "pets", r, nil); err != nil || f.finish == 0 || f.release != 0 {
		t.Errorf("got %+v, %v, want it finished", f, err)
	}
	*f, r.NoAutoDeploy = finished{}, true
	if _, err := c.Put(t.Context(), "pets", r, nil); err != nil || f.finish != 0 || f.release == 0 {
		t.Errorf("got %+v, %v, want it released", f, err)
	}
}

// What a handler in the same process writes can be read before it is done, and
// a client that goes away ends the request.
func TestLocalStreams(t *testing.T) {
	ended := make(chan struct{})
	c := &http.Client{Transport: stackapi.Local{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		w.Header().Set("X-Early", "yes")
		_, _ = io.WriteString(w, "first\n")
		w.Header().Set("X-Late", "yes")
		<-r.Context().Done()
	})}}
	res, err := c.Get("http://127.0.0.1/")
	if err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 6)
	if _, err := io.ReadFull(res.Body, line); err != nil || string(line) != "first\n" {
		t.Errorf("got %q, %v", line, err)
	}
	if res.Header.Get("X-Early") != "yes" || res.Header.Get("X-Late") != "" {
		t.Errorf("got header %v, want what was set before the body", res.Header)
	}
	if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
	<-ended

	c.Transport = stackapi.Local{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken") })}
	if res, err := c.Get("http://127.0.0.1/"); err != nil || res.StatusCode != 500 {
		t.Errorf("a panic became %v, %v, want a 500", res, err)
	}
}
