package stackapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/internal/adapter/stackapi"
	"postern/internal/dataplane"
	"postern/internal/message"
	"postern/internal/provision/resource"
	"postern/internal/provision/stack"
	"postern/internal/store"
)

// answering is a gateway without APIs that remembers the last three requests, and
// the API that tells of them.
func answering() (*stackapi.Server, func(verb, path, id string)) {
	gateway := &dataplane.Gateway{Recorder: dataplane.NewRecorder(3)}
	ask := func(verb, path, id string) {
		req := &message.Request{Method: verb, Scheme: "http", Host: "abc.execute-api.localhost", Path: path, Peer: "192.0.2.7"}
		req.Header.Add("x-amzn-RequestId", id)
		req.Header.Add("X-Api-Key", "0123456789abcdef")
		_ = gateway.Serve(context.Background(), req, func(*message.Response) error { return nil })
	}
	return &stackapi.Server{
		Stacks:   &stack.Engine{Store: store.NewMemory(), Types: &resource.Registry{}},
		Recorder: gateway.Recorder,
	}, ask
}

// requestID returns a request id that a client may choose, which begins with n.
func requestID(n int) string { return fmt.Sprintf("%08d-1111-4111-8111-111111111111", n) }

func TestRequestsAreRemembered(t *testing.T) {
	api, ask := answering()
	client := &stackapi.Client{URL: "http://127.0.0.1:4566", Transport: stackapi.Local{Handler: api}}
	list, err := client.Traces(t.Context(), stackapi.TraceFilter{})
	if err != nil || list.Schema != stackapi.TracesSchema || list.Size != 3 || list.Traces == nil || len(list.Traces) != 0 {
		t.Fatalf("at first: %+v, %v", list, err)
	}
	for i, path := range []string{"/prod/forgotten", "/prod/pets/1", "/dev/pets/2", "/prod/orders"} {
		ask("GET", path, requestID(i))
	}
	for _, tt := range []struct {
		name   string
		filter stackapi.TraceFilter
		want   string
	}{
		{"all", stackapi.TraceFilter{}, "/pets/1 /pets/2 /orders"},
		{"stage", stackapi.TraceFilter{Stage: "prod"}, "/pets/1 /orders"},
		{"API", stackapi.TraceFilter{API: "abc"}, "/pets/1 /pets/2 /orders"},
		{"another API", stackapi.TraceFilter{API: "xyz"}, ""},
		{"status", stackapi.TraceFilter{Status: "403"}, "/pets/1 /pets/2 /orders"},
		{"class", stackapi.TraceFilter{Status: "4xx"}, "/pets/1 /pets/2 /orders"},
		{"another class", stackapi.TraceFilter{Status: "5XX"}, ""},
		{"failed", stackapi.TraceFilter{Status: stackapi.StatusFailed, Last: 1}, "/orders"},
		{"path", stackapi.TraceFilter{Path: "/pets"}, "/pets/1 /pets/2"},
		{"path as a pattern", stackapi.TraceFilter{Path: "/pets/*"}, "/pets/1 /pets/2"},
		{"last", stackapi.TraceFilter{Last: 2}, "/pets/2 /orders"},
		{"since", stackapi.TraceFilter{Since: requestID(2)}, "/orders"},
		{"since one that is forgotten", stackapi.TraceFilter{Since: requestID(0)}, "/pets/1 /pets/2 /orders"},
	} {
		list, err := client.Traces(t.Context(), tt.filter)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for _, a := range list.Traces {
			got = append(got, a.Path)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}

	trace, err := client.Trace(t.Context(), requestID(2))
	if err != nil {
		t.Fatal(err)
	}
	if trace.Schema != stackapi.TraceSchema || trace.Number != 3 || trace.Status != 403 || trace.Client != "192.0.2.7" || trace.Fault == nil ||
		trace.Fault.ResponseType != "ACCESS_DENIED" || trace.Fault.Station != "method request" || len(trace.Log) != 1 ||
		trace.Log[0].Station != "gateway response" || !slices.Contains(trace.Headers, [2]string{"X-Api-Key", "**********abcdef"}) {
		t.Errorf("got %+v", trace)
	}
	for _, id := range []string{trace.ExtendedID, trace.TraceID, strings.TrimPrefix(strings.Split(trace.TraceID, ";")[0], "Root=")} {
		if same, err := client.Trace(t.Context(), id); err != nil || same.RequestID != trace.RequestID {
			t.Errorf("%s: got %+v, %v", id, same, err)
		}
	}
	for id, want := range map[string]string{
		requestID(0): "no request \"00000000-1111-4111-8111-111111111111\" is remembered; ids are in the headers of an answer: x-amzn-RequestId such as " + requestID(3) +
			", x-amz-apigw-id, or X-Amzn-Trace-Id; the last 3 requests are remembered (at most 3)",
		"0000": `"0000" begins the ids of 3 requests; write more of it; `,
	} {
		_, err := client.Trace(t.Context(), id)
		f := &stackapi.Failure{}
		if !errors.As(err, &f) || f.Message+"; "+f.Help != want {
			t.Errorf("%s: got %v; %s\nwant %s", id, err, f.Help, want)
		}
	}
	for _, filter := range []stackapi.TraceFilter{{Status: "bad"}, {Status: "4x"}, {Last: -1, Status: "44x"}} {
		if _, err := client.Traces(t.Context(), filter); err == nil {
			t.Errorf("%+v is accepted", filter)
		}
	}
}

func TestAGatewayThatRemembersNothingSaysHowToStartIt(t *testing.T) {
	_, client := server(t)
	for _, err := range []error{
		second(client.Traces(t.Context(), stackapi.TraceFilter{})),
		second(client.Trace(t.Context(), "any")),
		client.FollowTraces(t.Context(), stackapi.TraceFilter{}, func(*stackapi.Answered) {}),
	} {
		f := &stackapi.Failure{}
		if !errors.As(err, &f) || f.Code != stackapi.CodeNoTraces || !strings.Contains(f.Help, "--traces") {
			t.Errorf("got %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Who follows requests gets those that are remembered and those to come that are
// meant, and is sent away when the gateway is about to stop.
func TestRequestsAreFollowedUntilTheGatewayStops(t *testing.T) {
	api, ask := answering()
	ask("GET", "/prod/old", requestID(1))
	drain := &stackapi.Drain{Handler: api}
	server := httptest.NewServer(drain)
	defer server.Close()
	client := &stackapi.Client{URL: server.URL}
	paths := make(chan string)
	done := make(chan error, 1)
	go func() {
		done <- client.FollowTraces(t.Context(), stackapi.TraceFilter{Stage: "prod"}, func(a *stackapi.Answered) { paths <- a.Path })
	}()
	if got := <-paths; got != "/old" {
		t.Errorf("got %s", got)
	}
	ask("GET", "/dev/other", requestID(2))
	ask("GET", "/prod/new", requestID(3))
	if got := <-paths; got != "/new" {
		t.Errorf("got %s", got)
	}
	drain.Start()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
}
