package resource_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
	"postern/internal/provision/resource"
)

const integrationType = "Terraform::AWS::ApiGatewayIntegration"

// Each row of "Property by property": set, changed, unset, and what the control
// plane holds each time. The responses must outlive it all.
func TestIntegrationPropertyByProperty(t *testing.T) {
	http := object("Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/a")
	pairs := func(members ...any) []any {
		var out []any
		for i := 0; i < len(members); i += 2 {
			out = append(out, object("MapKey", members[i], "MapValue", members[i+1]))
		}
		return out
	}
	const header, query = "integration.request.header.X", "integration.request.querystring.q"
	for _, tt := range []struct {
		property string
		base     map[string]any
		values   []any // nil: left out
		member   string
		want     []string // JSON; "-": absent
	}{
		{"Type", object("IntegrationHttpMethod", "POST", "Uri", "http://b/a", "Type", "HTTP"), []any{"HTTP", "HTTP_PROXY", "HTTP"}, "type", []string{`"HTTP"`, `"HTTP_PROXY"`, `"HTTP"`}},
		{"IntegrationHttpMethod", http, []any{"GET", "OPTION", "ANY"}, "httpMethod", []string{`"GET"`, `"OPTIONS"`, `"ANY"`}},
		{"Uri", http, []any{"http://b/a", "https://c/{x}"}, "uri", []string{`"http://b/a"`, `"https://c/{x}"`}},
		{"ConnectionType", http, []any{nil, "INTERNET", nil}, "connectionType", []string{`"INTERNET"`, `"INTERNET"`, `"INTERNET"`}},
		{"ConnectionId", with(http, "ConnectionType", "VPC_LINK"), []any{"abc", "${stageVariables.link}"}, "connectionId", []string{`"abc"`, `"${stageVariables.link}"`}},
		{"Credentials", http, []any{nil, "arn:aws:iam::000000000000:role/a", "arn:aws:iam::000000000000:role/b", nil}, "credentials",
			[]string{"-", `"arn:aws:iam::000000000000:role/a"`, `"arn:aws:iam::000000000000:role/b"`, "-"}},
		{"RequestParameters", http, []any{nil, object(header, "'a'"), object(header, "'b'", query, "method.request.querystring.name"), pairs(query, "'c'"), object(), nil}, "requestParameters",
			[]string{"-", `{"` + header + `":"'a'"}`, `{"` + header + `":"'b'","` + query + `":"method.request.querystring.name"}`, `{"` + query + `":"'c'"}`, "-", "-"}},
		{"RequestParametersInJson", http, []any{`{"` + header + `":"'a'"}`, `{"` + header + `":"'b'"}`, nil}, "requestParameters",
			[]string{`{"` + header + `":"'a'"}`, `{"` + header + `":"'b'"}`, "-"}},
		{"RequestTemplates", http, []any{object("application/json", "a"), pairs("application/json", "b", "text/y+z", ""), list(), nil}, "requestTemplates",
			[]string{`{"application/json":"a"}`, `{"application/json":"b","text/y+z":null}`, "-", "-"}},
		{"PassthroughBehavior", http, []any{nil, "NEVER", "WHEN_NO_TEMPLATES", nil}, "passthroughBehavior", []string{`"WHEN_NO_MATCH"`, `"NEVER"`, `"WHEN_NO_TEMPLATES"`, `"WHEN_NO_MATCH"`}},
		{"ContentHandling", http, []any{nil, "CONVERT_TO_TEXT", "CONVERT_TO_BINARY", nil}, "contentHandling", []string{"-", `"CONVERT_TO_TEXT"`, `"CONVERT_TO_BINARY"`, "-"}},
		{"CacheNamespace", http, []any{nil, "ours", nil}, "cacheNamespace", []string{`"{resource}"`, `"ours"`, `"{resource}"`}},
		{"CacheKeyParameters", with(http, "RequestParameters", object(query, "method.request.querystring.name")),
			[]any{nil, list("method.request.querystring.name"), list("method.request.header.X-Name"), nil}, "cacheKeyParameters",
			[]string{`[]`, `["method.request.querystring.name"]`, `["method.request.header.X-Name"]`, `[]`}},
		{"TimeoutMilliseconds", http, []any{nil, 5000, "500", json.Number("50"), nil}, "timeoutInMillis", []string{`29000`, `5000`, `500`, `50`, `29000`}},
		{"TlsConfig", http, []any{nil, object("InsecureSkipVerification", "true"), list(object("InsecureSkipVerification", false)), list(object("InsecureSkipVerification", true)), list(), nil}, "tlsConfig",
			[]string{"-", `{"insecureSkipVerification":true}`, `{"insecureSkipVerification":false}`, `{"insecureSkipVerification":true}`, `{"insecureSkipVerification":false}`, `{"insecureSkipVerification":false}`}},
		{"ResponseTransferMode", http, []any{nil, "BUFFERED", nil}, "responseTransferMode", []string{"-", `"BUFFERED"`, "-"}},
	} {
		t.Run(tt.property, func(t *testing.T) {
			w := newWorld(t)
			key := w.hello()
			base := with(tt.base, "RestApiId", key["RestApiId"], "ResourceId", key["ResourceId"], "HttpMethod", "GET")
			x := w.make(integrationType, "I", with(base, tt.property, tt.values[0]))
			w.make("Terraform::AWS::ApiGatewayMethodResponse", "R", with(key, "StatusCode", "200"))
			w.make("Terraform::AWS::ApiGatewayIntegrationResponse", "IR", with(key, "StatusCode", "200", "SelectionPattern", "2.."))
			for i, v := range tt.values {
				if i > 0 {
					x.set(with(base, tt.property, v))
				}
				same(t, x)
				in, err := w.svc.GetIntegration(context.Background(), methodKey(key))
				if err != nil {
					t.Fatal(err)
				}
				got := "-"
				if member, ok := property.Encode(property.Wire, in.Properties())[tt.member]; ok {
					text, err := json.Marshal(member)
					if err != nil {
						t.Fatal(err)
					}
					got = string(text)
				}
				if want := strings.ReplaceAll(tt.want[i], "{resource}", key["ResourceId"].(string)); got != want {
					t.Errorf("%s %v: %s is %s, want %s", tt.property, v, tt.member, got, want)
				}
				if r := in.Responses["200"]; r == nil || *r.SelectionPattern != "2.." {
					t.Errorf("%s %v: the integration response is gone", tt.property, v)
				}
			}
		})
	}
}

// The old notation of a template and the new one are the same stack.
func TestNotationsAreTheSameIntegration(t *testing.T) {
	typ := newWorld(t).Lookup(integrationType)
	newForm := object("RestApiId", "a", "ResourceId", "b", "HttpMethod", "OPTIONS", "Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/{name}",
		"TimeoutMilliseconds", 5000, "RequestParameters", object("integration.request.path.name", "method.request.path.name"),
		"RequestTemplates", object("application/json", "{}"), "PassthroughBehavior", "WHEN_NO_MATCH", "CacheKeyParameters", list("x", "y"))
	oldForm := object("RestApiId", "a", "ResourceId", "a|b", "HttpMethod", "OPTION", "Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/{name}",
		"TimeoutMilliseconds", "5000", "RequestParametersInJson", `{"integration.request.path.name":"method.request.path.name"}`,
		"RequestTemplates", list(object("MapKey", "application/json", "MapValue", "{}")), "ConnectionType", "INTERNET", "CacheNamespace", "b",
		"TlsConfig", list(object("InsecureSkipVerification", "false")), "ResponseTransferMode", "BUFFERED", "CacheKeyParameters", list("y", "x"), "ContentHandling", nil)
	if d := typ.Diff(oldForm, newForm); len(d) > 0 {
		t.Errorf("differs: %v", d)
	}
	d := typ.Diff(newForm, with(oldForm, "RestApiId", "z", "Type", "MOCK", "Uri", nil, "RequestParametersInJson", nil))
	var got []string
	for _, c := range d {
		got = append(got, fmt.Sprint(c.Property, " ", c.Replace))
	}
	if want := []string{"RequestParameters false", "RestApiId true", "Type false", "Uri false"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// An unknown equals itself and nothing else.
func TestUnknownsInDifferences(t *testing.T) {
	typ := newWorld(t).Lookup(integrationType)
	api, link := resource.Unknown{Text: "${Api}"}, resource.Unknown{Text: "${Link}"}
	base := object("RestApiId", api, "ResourceId", "b", "HttpMethod", "GET", "Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/",
		"RequestParameters", object("integration.request.header.X", link))
	if d := typ.Diff(base, with(base, "RequestParameters", list(object("MapKey", "integration.request.header.X", "MapValue", link)))); len(d) > 0 {
		t.Errorf("equal unknowns differ: %v", d)
	}
	d := typ.Diff(base, with(base, "RestApiId", "abc", "RequestParameters", object("integration.request.header.X", api)))
	if len(d) != 2 || d[0].Property != "RequestParameters" || d[1].Property != "RestApiId" || !d[1].Replace || d[1].Before != any(api) {
		t.Errorf("got %v", d)
	}
	for _, p := range typ.Check(base) {
		t.Errorf("unknowns are valid: %v", p)
	}
}

func TestIntegrationCombinations(t *testing.T) {
	typ := newWorld(t).Lookup(integrationType)
	key := object("RestApiId", "a", "ResourceId", "b", "HttpMethod", "GET")
	http := with(key, "Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/")
	mock := with(key, "Type", "MOCK")
	for _, tt := range []struct {
		name  string
		given map[string]any
		want  []string // path: message; warnings begin with ?
	}{
		{"nothing", object(), []string{"HttpMethod: missing, and it is required", "ResourceId: missing, and it is required", "RestApiId: missing, and it is required", "Type: missing, and it is required"}},
		{"mock", mock, nil},
		{"http", http, nil},
		{"http without the rest", with(key, "Type", "HTTP"), []string{"IntegrationHttpMethod: missing, but the type is HTTP", "Uri: missing, but the type is HTTP"}},
		{"misspelled", with(mock, "RequestTemplate", object()), []string{"RequestTemplate: no such property (did you mean RequestTemplates?)"}},
		{"a verb that never worked", with(mock, "HttpMethod", "OPTION"), []string{`?HttpMethod: "OPTION" is read as "OPTIONS" (write OPTIONS)`}},
		{"another verb", with(mock, "HttpMethod", "TRACE"), []string{`HttpMethod: "TRACE" is not one of GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS, ANY`}},
		{"out of range", with(http, "TimeoutMilliseconds", 20), []string{"TimeoutMilliseconds: 20 is outside 50–900000 milliseconds"}},
		{"beyond the quota", with(http, "TimeoutMilliseconds", 30000), []string{"TimeoutMilliseconds: 30000 is outside 50–29000 milliseconds"}},
		{"link without an id", with(http, "ConnectionType", "VPC_LINK"), []string{"ConnectionId: missing, but connectionType is VPC_LINK"}},
		{"id without a link", with(http, "ConnectionId", "x"), []string{"ConnectionId: a VPC link is given, but the connection type is not VPC_LINK"}},
		{"link of another type", with(mock, "ConnectionType", "VPC_LINK", "ConnectionId", "x"), []string{"?ConnectionId: it has no effect on an integration of type MOCK", "ConnectionType: VPC_LINK needs the type HTTP or HTTP_PROXY"}},
		{"TLS of another type", with(mock, "TlsConfig", object()), []string{"TlsConfig: it needs the type HTTP or HTTP_PROXY", "?TlsConfig: it has no effect on an integration of type MOCK"}},
		{"both maps", with(http, "RequestParameters", object("integration.request.header.X", "'a'"), "RequestParametersInJson", `{"integration.request.header.X":"'a'"}`),
			[]string{"?RequestParametersInJson: deprecated: Use RequestParameters. The same map as the text of a JSON object.", "RequestParametersInJson: request_parameters conflicts with request_parameters_in_json (keep request_parameters alone; the other is deprecated)"}},
		{"no JSON", with(http, "RequestParametersInJson", "{"), []string{`RequestParametersInJson: "{" is not the text of a JSON object`, "?RequestParametersInJson: deprecated: Use RequestParameters. The same map as the text of a JSON object."}},
		{"stream", with(http, "Type", "HTTP_PROXY", "ResponseTransferMode", "STREAM"), []string{"ResponseTransferMode: STREAM is not part of Postern yet; leave it out or write BUFFERED"}},
		{"stream of a mapped type", with(http, "ResponseTransferMode", "STREAM"), []string{"ResponseTransferMode: STREAM needs the type HTTP_PROXY or AWS_PROXY"}},
		{"target", with(http, "Type", "HTTP_PROXY", "ConnectionType", "VPC_LINK", "ConnectionId", "x", "IntegrationTarget", "arn:x"), nil},
		{"target without a link", with(http, "Type", "HTTP_PROXY", "IntegrationTarget", "arn:x"), []string{"IntegrationTarget: an integration target needs the type HTTP_PROXY and the connection type VPC_LINK"}},
		{"a key twice", with(http, "RequestTemplates", list(object("MapKey", "a/b", "MapValue", "1"), object("MapKey", "a/b", "MapValue", "2")), "PassthroughBehavior", "NEVER"), []string{`RequestTemplates.1: the key "a/b" is given twice`}},
		{"templates without a behavior", with(http, "RequestTemplates", object("a/b", "")), []string{"?RequestTemplates: without PassthroughBehavior, a payload that no template fits is passed through (WHEN_NO_MATCH)"}},
		{"a mock with an address", with(mock, "Uri", "http://b"), []string{"?Uri: it has no effect on an integration of type MOCK"}},
		{"a function that is not posted to", with(key, "Type", "AWS_PROXY", "IntegrationHttpMethod", "GET", "Uri", "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"),
			[]string{"?IntegrationHttpMethod: a Lambda function is invoked with POST; with GET every request fails"}},
		{"type unknown yet", with(key, "Type", resource.Unknown{Text: "${T}"}, "ConnectionType", "VPC_LINK"), nil},
		{"read-only", with(mock, "Id", "x"), []string{"Id: set by the gateway, it cannot be given"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range typ.Check(tt.given) {
				text := strings.Join(p.Path, ".") + ": " + p.Message
				if p.Help != "" && !strings.Contains(p.Message, "is not one of") {
					text += " (" + p.Help + ")"
				}
				if p.Warning {
					text = "?" + text
				}
				got = append(got, text)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%v\ngot  %q\nwant %q", tt.given, got, tt.want)
			}
		})
	}
}

// What the service refuses has a property and the service's words.
func TestRefusalsOfTheControlPlane(t *testing.T) {
	w := newWorld(t)
	key := w.hello()
	_, err := w.try(integrationType, "I", with(key, "Type", "MOCK", "RequestParameters", object("integration.request.header.X", "method.request.header.Undeclared")))
	wantCode(t, err, resource.InvalidRequest, "Invalid mapping expression specified")
	_, err = w.try(integrationType, "I", with(key, "Type", "MOCK", "HttpMethod", "PUT"))
	wantCode(t, err, resource.InvalidRequest, "Invalid Method identifier specified", "HttpMethod PUT")
	_, err = w.try(integrationType, "I", with(key, "Type", "MOCK", "ResourceId", "nowhere"))
	wantCode(t, err, resource.InvalidRequest, "Invalid Resource identifier specified", "ResourceId nowhere")
	_, err = w.try("Terraform::AWS::ApiGatewayIntegrationResponse", "IR", with(key, "StatusCode", "200"))
	wantCode(t, err, resource.InvalidRequest, "No integration defined for method", "DependsOn")
}

// Somebody deletes the method; the stack is updated, then deleted.
func TestDeletedOutside(t *testing.T) {
	w := newWorld(t)
	key := w.hello()
	x := w.make(integrationType, "I", with(key, "Type", "MOCK"))
	if err := w.svc.DeleteMethod(context.Background(), methodKey(key)); err != nil {
		t.Fatal(err)
	}
	wantCode(t, x.trySet(with(key, "Type", "MOCK", "TimeoutMilliseconds", 50)), resource.NotFound,
		"Resource of type 'Terraform::AWS::ApiGatewayIntegration' with identifier '"+x.ref()+"' was not found.")
	x.remove()
}

// An integration that exists is taken over by its identifier, and an update that
// changes nothing writes nothing.
func TestTakingOver(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	key := w.hello()
	if _, err := w.svc.PutIntegration(ctx, methodKey(key), &apigw.Integration{Type: apigw.HTTP, HTTPMethod: "GET", URI: "http://b/", Timeout: 5 * time.Second,
		RequestTemplates: map[string]string{"application/json": ""}}); err != nil {
		t.Fatal(err)
	}
	typ := w.Lookup(integrationType)
	r := w.request("I", nil)
	r.PhysicalID = key["RestApiId"].(string) + "|" + key["ResourceId"].(string) + "|GET"
	got, err := typ.Read(ctx, r)
	if err != nil || got.PhysicalID != r.PhysicalID || got.Properties["HttpMethod"] != "GET" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if problems := typ.Check(got.Properties); len(problems) > 0 {
		t.Errorf("what was read is refused: %v", problems)
	}
	before := w.revision()
	r.Old, r.Properties = got.Properties, with(key, "Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/", "TimeoutMilliseconds", "5000")
	if _, err := typ.Update(ctx, r); err == nil && w.revision() == before {
		t.Error("the template has no RequestTemplates, but the integration keeps them")
	}
	before = w.revision()
	r.Old = r.Properties
	if _, err := typ.Update(ctx, r); err != nil || w.revision() != before {
		t.Errorf("a change of nothing wrote something: %v", err)
	}
}

// A stack of the old type has a UUID for a physical ID. The properties name the
// integration.
func TestPhysicalIDOfTheOldType(t *testing.T) {
	w := newWorld(t)
	key := w.hello()
	x := w.make(integrationType, "I", with(key, "Type", "MOCK"))
	r := x.Request
	r.PhysicalID = "5f1d6a9e-0000-4000-8000-000000000000"
	got, err := x.typ.Read(context.Background(), r)
	if err != nil || got.PhysicalID != x.ref() {
		t.Errorf("got %s, %v, want %s", got.PhysicalID, err, x.ref())
	}
}

func TestIdentifiersOfIntegrations(t *testing.T) {
	w := newWorld(t)
	key := w.hello()
	x := w.make("TF::AWS::ApiGatewayIntegration", "I", with(key, "Type", "MOCK"))
	id := fmt.Sprintf("agi-%s-%s-GET", key["RestApiId"], key["ResourceId"])
	if x.attribute("Id") != id || x.attribute("tfcfnid") != id || x.attribute("HttpMethod") != "GET" {
		t.Errorf("got %v, want %s", x.Attributes, id)
	}
	if x.Result.Note != "MOCK" {
		t.Errorf("note: got %s", x.Result.Note)
	}
	wantCode(t, x.trySet(with(key, "Type", "MOCK", "HttpMethod", "POST")), resource.NotUpdatable, "HttpMethod")
}

// What nobody mentions in a template stays as it is.
func TestUpdateLeavesAloneWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	key := w.hello()
	base := with(key, "Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/")
	x := w.make(integrationType, "I", base)
	ctx := context.Background()
	if _, err := w.svc.UpdateIntegration(ctx, methodKey(key), []property.PatchOperation{
		{Op: "replace", Path: "/contentHandling", Value: "CONVERT_TO_TEXT", HasValue: true},
		{Op: "replace", Path: "/timeoutInMillis", Value: "700", HasValue: true},
	}); err != nil {
		t.Fatal(err)
	}
	x.set(with(base, "TimeoutMilliseconds", 800))
	in, err := w.svc.GetIntegration(ctx, methodKey(key))
	if err != nil || in.ContentHandling != apigw.ConvertToText || in.Timeout.Milliseconds() != 800 {
		t.Errorf("got %+v, %v", in, err)
	}
}
