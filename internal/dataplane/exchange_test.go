package dataplane

import (
	"reflect"
	"testing"
	"time"

	"postern/internal/auth"
	"postern/internal/backend"
	"postern/internal/message"
)

// TestNothingOfARequestIsLeft fails for a field that reset forgets, and for one
// that the test does.
func TestNothingOfARequestIsLeft(t *testing.T) {
	field := message.Header{{Name: "a", Value: "b"}}
	x := &exchange{
		request: &message.Request{}, stage: &Stage{}, method: &Method{},
		path: message.Pairs{{}}, query: message.Pairs{{}}, header: field, traceID: "t", below: "b",
		caller: &auth.Principal{}, usageKey: "k", body: []byte("b"), chosen: converted{decodeLater: true}, rendered: []byte("r"), uri: []byte("u"),
		out: backend.Request{Method: "GET", Header: field}, values: []string{"v"}, cacheKey: []byte("c"), order: []int{1},
		res: message.Response{Status: 200, Header: field}, record: Record{Start: time.Unix(1, 0)}, trace: &Trace{}, executing: true,
	}
	x.scope.Path = message.Pairs{{}}
	x.scope.Context.Stage = "s"
	v := reflect.ValueOf(x).Elem()
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the test says nothing of %s", v.Type().Field(i).Name)
		}
	}
	x.reset()
	for _, n := range []int{len(x.path), len(x.query), len(x.header), len(x.rendered), len(x.uri), len(x.values), len(x.cacheKey), len(x.order), len(x.out.Header), len(x.res.Header)} {
		if n > 0 {
			t.Error("a slice is not empty")
		}
	}
	if len(x.scope.Path) > 0 || x.scope.Context.Stage != "" {
		t.Errorf("the scope is left: %+v", x.scope.Context)
	}
	// What is kept is memory.
	want := exchange{scope: x.scope, path: x.path, query: x.query, header: x.header, rendered: x.rendered, uri: x.uri,
		out: backend.Request{Header: x.out.Header}, values: x.values, cacheKey: x.cacheKey, order: x.order, res: message.Response{Header: x.res.Header}}
	if !reflect.DeepEqual(*x, want) {
		t.Errorf("got  %+v\nwant %+v", *x, want)
	}
}
