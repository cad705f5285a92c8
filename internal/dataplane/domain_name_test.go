package dataplane

import (
	"testing"

	"postern/internal/apigw"
	"postern/internal/message"
)

func TestDomainNamesLeadToStages(t *testing.T) {
	var routes *Routes
	routes = routes.WithDomains(
		CompileDomain(&apigw.DomainName{DomainName: "api.example.com"}, []*apigw.BasePathMapping{
			{BasePath: apigw.NoBasePath, RestAPIID: "root", Stage: "prod"},
			{BasePath: "orders", RestAPIID: "orders", Stage: "prod"},
			{BasePath: "any", RestAPIID: "any"},
		}),
		CompileDomain(&apigw.DomainName{DomainName: "*.example.com"}, []*apigw.BasePathMapping{{BasePath: apigw.NoBasePath, RestAPIID: "wild"}}),
		CompileDomain(&apigw.DomainName{DomainName: "empty.example.org"}, nil),
	)
	for _, tt := range []struct {
		host, path string
		want       Address
	}{
		{"api.example.com", "/", Address{API: "root", Stage: "prod", Path: "/"}},
		{"API.Example.com:8443", "/orders", Address{API: "orders", Stage: "prod", Path: "/", BasePath: "orders"}},
		{"api.example.com.", "/orders/1/", Address{API: "orders", Stage: "prod", Path: "/1/", BasePath: "orders"}},
		{"api.example.com", "//orders//1", Address{API: "orders", Stage: "prod", Path: "//1", BasePath: "orders"}},
		{"api.example.com", "/ordersx", Address{API: "root", Stage: "prod", Path: "/ordersx"}},
		{"api.example.com", "/ORDERS", Address{API: "root", Stage: "prod", Path: "/ORDERS"}},
		{"api.example.com", "/any/dev/a/b", Address{API: "any", Stage: "dev", Path: "/a/b", BasePath: "any"}},
		{"api.example.com", "/any", Address{API: "any", Path: "/", BasePath: "any"}},
		// No way around the mappings of a name.
		{"api.example.com", "/_aws/execute-api/secret/prod/", Address{API: "root", Stage: "prod", Path: "/_aws/execute-api/secret/prod/"}},
		{"other.example.com", "/dev/a", Address{API: "wild", Stage: "dev", Path: "/a"}},
		{"empty.example.org", "/a", Address{Path: "/a"}},
	} {
		tt.want.Custom = true
		if got, ok := routes.Address(tt.host, tt.path); !ok || got != tt.want {
			t.Errorf("%s %s: got %+v %t, want %+v", tt.host, tt.path, got, ok, tt.want)
		}
	}
	for _, host := range []string{"a.b.example.com", ".example.com", "example.com", "", ".", "127.0.0.1:4566", "[::1]:4566"} {
		if got, ok := routes.Address(host, "/restapis"); ok {
			t.Errorf("%q: got %+v, want no address", host, got)
		}
	}
	if got, ok := routes.WithoutDomain("API.example.com").Address("api.example.com", "/dev/a"); !ok || got.API != "wild" {
		t.Errorf("without the exact name: got %+v %t, want the wildcard's", got, ok)
	}
	if got, _ := routes.Address("abc.execute-api.example.com", "/prod/a"); got.Custom || got.API != "abc" {
		t.Errorf("a default endpoint: got %+v", got)
	}
}

func TestDomainNamesStayClosed(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    apigw.DomainName
		want bool
	}{
		{"plain", apigw.DomainName{}, false},
		{"rules, then mappings", apigw.DomainName{RoutingMode: "ROUTING_RULE_THEN_BASE_PATH_MAPPING"}, false},
		{"rules only", apigw.DomainName{RoutingMode: "ROUTING_RULE_ONLY"}, true},
		{"mutual TLS", apigw.DomainName{MutualTLS: &apigw.MutualTLS{TruststoreURI: "s3://b/k"}}, true},
		{"private", apigw.DomainName{EndpointConfiguration: &apigw.EndpointConfiguration{Types: []string{"PRIVATE"}}}, true},
		{"policy", apigw.DomainName{Policy: "{}"}, true},
	} {
		tt.d.DomainName = "a.example.com"
		d := CompileDomain(&tt.d, nil)
		if got := d.address("/").closed != nil; got != tt.want || got != (d.Closed() != "") {
			t.Errorf("%s: closed %t, want %t", tt.name, got, tt.want)
		}
	}
}

// A function finds the base path in the path, and not the stage. Observed.
func TestFunctionsSeeTheBasePath(t *testing.T) {
	f := &fakeFunctions{}
	f.returns(`{"statusCode":200}`)
	d := deployFunction(t, f, method{verb: "GET", path: "/pets/{id}", Method: lambdaProxy()})
	d.gateway.Swap(d.gateway.Routes().WithDomains(CompileDomain(&apigw.DomainName{DomainName: "api.example.com"},
		[]*apigw.BasePathMapping{{BasePath: "test", RestAPIID: "api1234567", Stage: "test"}})))
	// The base path of the request is what send puts before its path.
	if a := d.send(message.Request{Host: "api.example.com:4566", Path: "/pets/7"}); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	event := f.event(t)
	context := event["requestContext"].(map[string]any)
	for _, tt := range []struct{ name, got, want any }{
		{"path", event["path"], "/test/pets/7"},
		{"requestContext.path", context["path"], "/test/pets/7"},
		{"stage", context["stage"], "test"},
		{"domainName", context["domainName"], "api.example.com"},
		{"domainPrefix", context["domainPrefix"], "api"},
		{"pathParameters", event["pathParameters"].(map[string]any)["id"], "7"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}
