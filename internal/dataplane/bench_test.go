package dataplane

import (
	"context"
	"testing"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/message"
)

// The corridor's cost without sockets: a backend that answers at once. Run with
//
//	go test -bench Corridor -benchmem ./internal/dataplane
//
// Times are for comparison within one run; the allocations are guarded below.

// A corridor is one kind of integration under the benchmark.
type corridor struct {
	name   string
	method apigw.Method
	body   string
	allocs float64 // per request, at most
}

func corridors() []corridor {
	proxied := proxy("http://backend.test/pets/{id}")
	proxied.Integration.RequestParameters = map[string]string{
		"integration.request.path.id":       "method.request.path.id",
		"integration.request.header.X-Kind": "'pet'",
	}
	service := custom("arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem")
	service.Integration.Type = apigw.AWS
	service.Integration.RequestTemplates = map[string]string{"application/json": `{"id": "$input.params('id')", "name": $input.json('$.name')}`}
	service.Integration.Responses["200"].ResponseTemplates = map[string]string{"application/json": `{"pet": $input.json('$')}`}
	templated := custom("http://backend.test/pets")
	templated.Integration.RequestTemplates = map[string]string{"application/json": `{"id": "$input.params('id')", "name": $input.json('$.name')}`}
	templated.Integration.Responses["200"].ResponseTemplates = map[string]string{"application/json": `{"pet": $input.json('$')}`}
	return []corridor{
		{name: "MOCK", method: mock(`{"hello": "$input.params('id')"}`), allocs: 2},
		{name: "HTTP_PROXY", method: proxied, allocs: 7},
		{name: "AWS", method: service, body: `{"name": "ada", "tags": ["a", "b"]}`, allocs: 11},
		{name: "AWS_PROXY", method: lambdaProxy(), body: `{"name": "ada", "tags": ["a", "b"]}`, allocs: 15},
		{name: "HTTP", method: templated, body: `{"name": "ada", "tags": ["a", "b"]}`, allocs: 11},
	}
}

// instant answers with the same response every time.
type instant struct{ res message.Response }

func (i *instant) Invoke(context.Context, *backend.Request) (*message.Response, error) {
	return &i.res, nil
}

// instantFunctions return the same reply every time.
type instantFunctions struct{}

func (instantFunctions) InvokeFunction(context.Context, *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	return &backend.FunctionAnswer{Status: 200, Payload: []byte(`{"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": "{\"id\": 7}"}`)}, nil
}

func (c *corridor) open(tb testing.TB) (*Gateway, *message.Request) {
	tb.Helper()
	m := c.method
	m.HTTPMethod = "POST"
	m.Responses = map[string]*apigw.MethodResponse{"200": {StatusCode: "200"}}
	answer := &instant{message.Response{Status: 200, Header: header("Content-Type", "application/json"), Body: []byte(`{"id": 7}`)}}
	s, err := Compile(Config{
		Snapshot: &apigw.Snapshot{
			API:       apigw.RestAPI{ID: "api1234567"},
			Resources: []*apigw.Resource{{ID: "r", Path: "/pets/{id}", Methods: map[string]*apigw.Method{"POST": &m}}},
		},
		Stage:  &apigw.Stage{StageName: "prod"},
		Limits: apigw.DefaultLimits(),
		Suppliers: Suppliers{
			HTTP:      func(backend.Options) backend.Backend { return answer },
			AWS:       func(backend.ServiceOptions) backend.Backend { return answer },
			Functions: instantFunctions{},
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	g := &Gateway{}
	g.Swap(g.Routes().With(s))
	return g, &message.Request{
		Method: "POST", Scheme: "http", Host: "api1234567.execute-api.localhost:4566", Path: "/prod/pets/7", Peer: "127.0.0.1", Port: "4566",
		Header: header("Accept", "*/*", "User-Agent", "bench", "Content-Type", "application/json"),
		Body:   []byte(c.body),
	}
}

func discard(*message.Response) error { return nil }

func BenchmarkCorridor(b *testing.B) {
	for _, c := range corridors() {
		b.Run(c.name, func(b *testing.B) {
			g, req := c.open(b)
			b.ReportAllocs()
			for b.Loop() {
				if err := g.Serve(context.Background(), req, discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The guard: allocations per request must not grow unnoticed.
func TestCorridorAllocations(t *testing.T) {
	for _, c := range corridors() {
		g, req := c.open(t)
		status := 0
		got := testing.AllocsPerRun(200, func() {
			_ = g.Serve(context.Background(), req, func(res *message.Response) error { status = res.Status; return nil })
		})
		if status != 200 {
			t.Errorf("%s: got status %d", c.name, status)
		}
		if got > c.allocs && !raceEnabled {
			t.Errorf("%s: %.0f allocations per request, at most %.0f are allowed", c.name, got, c.allocs)
		}
	}
}
