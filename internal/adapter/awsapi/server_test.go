package awsapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"postern/internal/adapter/awsapi"
	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
	"postern/internal/store"
)

// newServer returns a server over an empty store.
func newServer(t *testing.T) *httptest.Server {
	t.Helper()
	service := &control.Service{Store: store.NewMemory(), AccountID: "111111111111"}
	server := httptest.NewServer(awsapi.NewServer(service, nil))
	t.Cleanup(server.Close)
	return server
}

// send sends a request and returns the answer with its body.
func send(t *testing.T, server *httptest.Server, method, path, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func TestRefusalsOfTheFront(t *testing.T) {
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		kind                     string
		message                  string // a part of it
	}{
		{name: "unknown path", method: "GET", path: "/pets", status: 404, kind: "UnknownOperationException", message: "no operation of API Gateway (REST) is at GET /pets"},
		{name: "root", method: "GET", path: "/", status: 404, kind: "UnknownOperationException"},
		{name: "unknown method", method: "PUT", path: "/restapis", status: 404, kind: "UnknownOperationException"},
		{name: "empty segment", method: "GET", path: "/restapis//resources", status: 404, kind: "UnknownOperationException"},
		{name: "not built yet", method: "POST", path: "/restapis/x/authorizers/y", status: 501, kind: "NotImplementedException", message: "TestInvokeAuthorizer is not part of Postern yet"},
		{name: "import by the query", method: "POST", path: "/restapis?mode=import", body: "{}", status: 400, kind: "BadRequestException", message: "Invalid OpenAPI input."},
		{name: "no JSON", method: "POST", path: "/restapis", body: "{", status: 400, kind: "SerializationException", message: "request body is not JSON"},
		{name: "two values", method: "POST", path: "/restapis", body: "{}{}", status: 400, kind: "SerializationException", message: "more text after the value"},
		{name: "list", method: "POST", path: "/restapis", body: "[]", status: 400, kind: "SerializationException", message: "a JSON list, expected an object"},
		{name: "very deep", method: "POST", path: "/restapis", body: strings.Repeat(`{"a":`, 100_000), status: 400, kind: "SerializationException"},
		{name: "no UTF-8", method: "POST", path: "/restapis", body: "{\"name\":\"\xff\"}", status: 400, kind: "SerializationException", message: "it is not UTF-8"},
		{name: "cut in a character", method: "POST", path: "/restapis", body: "{\"name\":\"\xe2\x82\"}", status: 400, kind: "SerializationException", message: "it is not UTF-8"},
		{name: "half a pair", method: "POST", path: "/restapis", body: `{"name":"\ud800"}`, status: 201},
		{name: "a name twice", method: "POST", path: "/restapis", body: `{"name":true,"name":"last"}`, status: 201},
		{name: "compressed", method: "POST", path: "/restapis", body: "\x1f\x8b\x08\x00", status: 400, kind: "SerializationException"},
		{name: "YAML", method: "POST", path: "/restapis", body: "name: a", status: 400, kind: "SerializationException"},
		{name: "bare text", method: "POST", path: "/restapis", body: `"name"`, status: 400, kind: "SerializationException", message: "a JSON scalar, expected an object"},
		{name: "comment", method: "POST", path: "/restapis", body: `{"name":"a"} // api`, status: 400, kind: "SerializationException"},
		{name: "trailing comma", method: "POST", path: "/restapis", body: `{"name":"a",}`, status: 400, kind: "SerializationException"},
		{name: "import of no UTF-8", method: "POST", path: "/restapis?mode=import", body: "openapi: \xff", status: 400, kind: "BadRequestException", message: "Invalid OpenAPI input."},
		{name: "object for a text", method: "POST", path: "/restapis", body: `{"name":{"a":"b"}}`, status: 400, kind: "SerializationException"},
		{name: "list for a map", method: "POST", path: "/restapis", body: `{"name":"a","tags":["b"]}`, status: 400, kind: "SerializationException"},
		{name: "number in a map of texts", method: "POST", path: "/restapis", body: `{"name":"a","tags":{"b":1}}`, status: 400, kind: "SerializationException"},
		{name: "text for a list", method: "POST", path: "/restapis", body: `{"name":"a","binaryMediaTypes":"image/png"}`, status: 400, kind: "SerializationException"},
		{name: "text for a number", method: "POST", path: "/restapis", body: `{"name":"a","minimumCompressionSize":"1"}`, status: 400, kind: "SerializationException"},
		{name: "fraction for a whole number", method: "POST", path: "/restapis", body: `{"name":"a","minimumCompressionSize":1.5}`, status: 400, kind: "SerializationException"},
		{name: "number beyond all", method: "POST", path: "/restapis", body: `{"name":"a","minimumCompressionSize":1e999}`, status: 400, kind: "SerializationException"},
		{name: "query with a broken escape", method: "GET", path: "/restapis?limit=%zz", status: 400, kind: "SerializationException", message: "the query string could not be read"},
		{name: "tags with a broken escape", method: "DELETE", path: "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fx?tagKeys=%", status: 400, kind: "SerializationException"},
		{name: "boolean for a text", method: "POST", path: "/restapis", body: `{"name":true}`, status: 400, kind: "SerializationException", message: "class java.lang.Boolean can not be converted to an String"},
		{name: "number for a text", method: "POST", path: "/restapis", body: `{"name":5}`, status: 400, kind: "SerializationException", message: "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String"},
		{name: "text for a boolean", method: "POST", path: "/restapis", body: `{"name":"a","disableExecuteApiEndpoint":"true"}`, status: 400, kind: "SerializationException"},
		{name: "name missing", method: "POST", path: "/restapis", body: `{}`, status: 400, kind: "ValidationException", message: "1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null"},
		{name: "enumeration", method: "POST", path: "/restapis", body: `{"name":"a","apiKeySource":"BODY"}`, status: 400, kind: "ValidationException", message: "Value 'BODY' at 'createRestApiInput.apiKeySource' failed to satisfy constraint: Member must satisfy enum value set: ["},
		{name: "two violations", method: "POST", path: "/restapis", body: `{"apiKeySource":"BODY"}`, status: 400, kind: "ValidationException", message: "2 validation errors detected: "},
		{name: "address type", method: "POST", path: "/restapis", body: `{"name":"a","endpointConfiguration":{"types":["EDGE"],"ipAddressType":"ipv6"}}`, status: 400, kind: "BadRequestException", message: "ipAddressType must be either ipv4 or dualstack."},
		{name: "unknown member", method: "POST", path: "/restapis", body: `{"name":"a","color":"red","id":"mine","rootResourceId":"mine","warnings":["w"]}`, status: 201},
		{name: "null member", method: "POST", path: "/restapis", body: `{"name":"a","description":null,"tags":null}`, status: 201},
		{name: "null body", method: "PATCH", path: "/account", body: "null", status: 200},
		{name: "no body", method: "PATCH", path: "/account", status: 200},
		{name: "patch of a text", method: "PATCH", path: "/account", body: `{"patchOperations":"x"}`, status: 400, kind: "SerializationException"},
		{name: "patch value of a number", method: "PATCH", path: "/account", body: `{"patchOperations":[{"op":"replace","path":"/x","value":5}]}`, status: 400, kind: "SerializationException", message: "TruncatingBigNumber can not be converted to an String"},
		{name: "patch of null", method: "PATCH", path: "/account", body: `{"patchOperations":[null]}`, status: 400, kind: "SerializationException"},
		{name: "limit of a text", method: "GET", path: "/restapis?limit=many", status: 400, kind: "SerializationException"},
		{name: "negative limit", method: "GET", path: "/restapis?limit=-1", status: 200},
		{name: "position of nobody", method: "GET", path: "/restapis?position=%21", status: 400, kind: "BadRequestException"},
		{name: "slash at the end", method: "GET", path: "/restapis/", status: 200},
		{name: "identifier with a slash", method: "GET", path: "/restapis/a%2Fb", status: 404, kind: "NotFoundException", message: "Invalid API identifier specified 111111111111:a/b"},
		{name: "identifier with a zero byte", method: "GET", path: "/restapis/a%00b", status: 404, kind: "NotFoundException"},
		{name: "identifier that is no UTF-8", method: "GET", path: "/restapis/%ff", status: 404, kind: "NotFoundException"},
		{name: "long identifier", method: "GET", path: "/restapis/" + strings.Repeat("a", 5000), status: 404, kind: "NotFoundException"},
		{name: "long model name", method: "DELETE", path: "/restapis/x/models/" + strings.Repeat("a", 5000), status: 404, kind: "NotFoundException"},
		{name: "no tag keys", method: "DELETE", path: "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fx", status: 400, kind: "ValidationException"},
		{name: "bare ARN", method: "GET", path: "/tags/arn:aws:apigateway:us-east-1::/restapis/x", status: 404, kind: "NotFoundException", message: "111111111111:x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kept := store.NewMemory()
			server := httptest.NewServer(awsapi.NewServer(&control.Service{Store: kept, AccountID: "111111111111"}, nil))
			t.Cleanup(server.Close)
			response, body := send(t, server, tt.method, tt.path, tt.body)
			if revision, err := kept.Revision(t.Context()); err != nil || tt.status >= 400 && revision != 0 {
				t.Errorf("something was written: revision %d, %v", revision, err)
			}
			if response.StatusCode != tt.status {
				t.Fatalf("status %d, want %d: %s", response.StatusCode, tt.status, body)
			}
			if got := response.Header.Get("x-amzn-ErrorType"); got != tt.kind {
				t.Errorf("x-amzn-ErrorType %q, want %q", got, tt.kind)
			}
			if tt.kind == "" {
				return
			}
			var e struct{ Message string }
			if err := json.Unmarshal([]byte(body), &e); err != nil || !strings.Contains(e.Message, tt.message) {
				t.Errorf("body %s, want a message with %q", body, tt.message)
			}
		})
	}
}

func TestAnswersCarryTheServicesHeaders(t *testing.T) {
	server := newServer(t)
	for _, path := range []string{"/account", "/nowhere"} {
		response, _ := send(t, server, "GET", path, "")
		if id := response.Header.Get("x-amzn-RequestId"); !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
			t.Errorf("%s: x-amzn-RequestId %q, want a UUID", path, id)
		}
		if response.Header.Get("x-amz-apigw-id") == "" || response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: headers %v", path, response.Header)
		}
	}
}

func TestABodyTooLarge(t *testing.T) {
	response, body := send(t, newServer(t), "POST", "/restapis", `{"name":"`+strings.Repeat("a", 10<<20)+`"}`)
	if response.StatusCode != 413 || response.Header.Get("x-amzn-ErrorType") != "RequestEntityTooLargeException" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

// A failing store is a store whose every look fails.
type failing struct{ store.Store }

func (failing) View(context.Context, func(store.Reader) error) error {
	return errors.New("the disk with secret-of-the-house is gone")
}

func TestInternalFailuresAreLoggedAndNotShown(t *testing.T) {
	var log strings.Builder
	handler := awsapi.NewServer(&control.Service{Store: failing{}}, slog.New(slog.NewTextHandler(&log, nil)))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/account", nil))
	if w.Code != 500 || w.Header().Get("x-amzn-ErrorType") != "InternalFailure" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if !strings.Contains(log.String(), "secret-of-the-house") {
		t.Errorf("the log says %q, want the cause", log.String())
	}
}

func TestNumbersAndPolicyOnTheWire(t *testing.T) {
	server := newServer(t)
	_, body := send(t, server, "GET", "/account", "")
	if want := `"rateLimit":10000.0`; !strings.Contains(body, want) {
		t.Errorf("%s, want %s", body, want)
	}
	_, body = send(t, server, "POST", "/restapis", `{"name":"a","id":"mine","rootResourceId":"mine","createdDate":5,"warnings":["mine"]}`)
	if strings.Contains(body, "mine") || strings.Contains(body, `"createdDate":5,`) {
		t.Errorf("%s, want nothing that only the server sets", body)
	}
	_, body = send(t, server, "POST", "/restapis", `{"name":"a & b","policy":"{ \"Resource\": \"a/b\" }"}`)
	for _, want := range []string{`"policy":"{\\\"Resource\\\":\\\"a\\/b\\\"}"`, `"name":"a & b"`, `"createdDate":1`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s, want %s", body, want)
		}
	}
}

func TestMethodsOfResourcesInThreeForms(t *testing.T) {
	server := newServer(t)
	c := &awsapi.Client{Endpoint: server.URL}
	api, err := c.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	path := "/restapis/" + api.ID + "/resources/" + api.RootResourceID
	if _, body := send(t, server, "GET", path, ""); strings.Contains(body, "resourceMethods") {
		t.Errorf("no methods: %s", body)
	}
	if _, err := c.PutMethod(t.Context(), apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}, &apigw.Method{AuthorizationType: "NONE"}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"":                         `"resourceMethods":{"GET":{}}`,
		"?embed=methods":           `"resourceMethods":{"GET":{"apiKeyRequired":false,"authorizationType":"NONE","httpMethod":"GET"}}`,
		"?embed=other,methods":     `"authorizationType":"NONE"`,
		"?embed=x&embed=methods":   `"authorizationType":"NONE"`,
		"?embed=methodIntegration": `"resourceMethods":{"GET":{}}`,
	} {
		if _, body := send(t, server, "GET", path+query, ""); !strings.Contains(body, want) {
			t.Errorf("%s: %s, want %s", query, body, want)
		}
	}
}

// The client brings back what the server was told, for each noun, and walks
// through pages.
func TestClientAndServerUnderstandEachOther(t *testing.T) {
	c := &awsapi.Client{Endpoint: newServer(t).URL + "/"}
	ctx := t.Context()
	size := int64(0)
	api, err := c.CreateRestAPI(ctx, &apigw.RestAPI{Name: "a", Policy: `{"Resource":"a/\"b"}`, MinimumCompressionSize: &size, Tags: map[string]string{"k": "v"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if api.Policy != `{"Resource":"a/\"b"}` || *api.MinimumCompressionSize != 0 || api.Tags["k"] != "v" {
		t.Errorf("%+v", api)
	}
	for i := range 30 {
		if _, err := c.CreateResource(ctx, api.ID, api.RootResourceID, "r"+string(rune('a'+i%26))+strings.Repeat("x", i/26)); err != nil {
			t.Fatal(err)
		}
	}
	resources, err := c.GetResources(ctx, api.ID)
	if err != nil || len(resources) != 31 {
		t.Errorf("%d resources, %v; want 31", len(resources), err)
	}
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	if _, err := c.PutMethod(ctx, k, &apigw.Method{AuthorizationType: "NONE"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutIntegration(ctx, k, &apigw.Integration{Type: apigw.Mock, RequestTemplates: map[string]string{"application/json": ""}}); err != nil {
		t.Fatal(err)
	}
	in, err := c.UpdateIntegration(ctx, k, []property.PatchOperation{{Op: "replace", Path: "/timeoutInMillis", Value: "1000", HasValue: true}})
	if err != nil || in.Timeout.Milliseconds() != 1000 {
		t.Errorf("%+v %v", in, err)
	}
	if text, ok := in.RequestTemplates["application/json"]; !ok || text != "" {
		t.Errorf("an empty template came back as %v", in.RequestTemplates)
	}
	on := true
	d, err := c.CreateDeployment(ctx, api.ID, awsapi.DeploymentInput{StageName: "prod", StageDescription: "s", Description: "d", Variables: map[string]string{"a": "b"}, TracingEnabled: &on})
	if err != nil || d.Description != "d" {
		t.Fatalf("%+v %v", d, err)
	}
	stages, err := c.GetStages(ctx, api.ID, d.ID)
	if err != nil || len(stages) != 1 || stages[0].Description != "s" || stages[0].Variables["a"] != "b" || !stages[0].TracingEnabled {
		t.Errorf("%+v %v", stages, err)
	}
	_, err = c.GetStage(ctx, api.ID, "dev")
	var e *apigw.Error
	if !errors.As(err, &e) || e.Code != apigw.NotFoundException || e.Message != "Invalid stage identifier specified" {
		t.Errorf("a stage that is not there: %v", err)
	}
	arn := "arn:aws:apigateway:us-east-1::/restapis/" + api.ID
	if err := c.TagResource(ctx, arn, map[string]string{"a": "b"}); err != nil {
		t.Error(err)
	}
	if err := c.UntagResource(ctx, arn, []string{"k"}); err != nil {
		t.Error(err)
	}
	if tags, err := c.GetTags(ctx, arn); err != nil || len(tags) != 1 || tags["a"] != "b" {
		t.Errorf("tags %v %v", tags, err)
	}
	if g, err := c.GetGatewayResponses(ctx, api.ID); err != nil || len(g) != 21 {
		t.Errorf("%d gateway responses, %v; want 21", len(g), err)
	}
	if err := c.DeleteRestAPI(ctx, api.ID); err != nil {
		t.Error(err)
	}
}

func TestGetDeploymentEmbedsItsSummary(t *testing.T) {
	server := newServer(t)
	c := &awsapi.Client{Endpoint: server.URL}
	api, err := c.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	if _, err := c.PutMethod(t.Context(), k, &apigw.Method{AuthorizationType: "AWS_IAM", APIKeyRequired: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutIntegration(t.Context(), k, &apigw.Integration{Type: apigw.Mock}); err != nil {
		t.Fatal(err)
	}
	d, err := c.CreateDeployment(t.Context(), api.ID, awsapi.DeploymentInput{})
	if err != nil {
		t.Fatal(err)
	}
	_, body := send(t, server, "GET", "/restapis/"+api.ID+"/deployments/"+d.ID+"?embed=apisummary", "")
	if want := `"apiSummary":{"/":{"GET":{"apiKeyRequired":true,"authorizationType":"AWS_IAM"}}}`; !strings.Contains(body, want) {
		t.Errorf("%s, want %s", body, want)
	}
}

func TestInvokeMethodAsksTheInvoker(t *testing.T) {
	service := &control.Service{Store: store.NewMemory()}
	handler := awsapi.NewServer(service, nil)
	var got awsapi.TestInvocation
	handler.TestInvoke = func(_ context.Context, in awsapi.TestInvocation) (*awsapi.TestResult, error) {
		got = in
		return &awsapi.TestResult{Status: 418, Body: "b", Log: "l\n", Latency: 7 * time.Millisecond,
			Headers: map[string]string{"A": "1"}, MultiValueHeaders: map[string][]string{"A": {"1", "2"}}}, nil
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c := &awsapi.Client{Endpoint: server.URL}
	api, err := c.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	in := awsapi.TestInvocation{
		Method:              apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"},
		PathWithQueryString: "/a?b=c", Body: "body", Headers: map[string]string{"H": "v"},
		MultiValueHeaders: map[string][]string{"M": {"1", "2"}}, StageVariables: map[string]string{"s": "t"},
	}
	out, err := c.TestInvokeMethod(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, in) {
		t.Errorf("the invoker got %+v, want %+v", got, in)
	}
	if out.Status != 418 || out.Body != "b" || out.Log != "l\n" || out.Latency != 7*time.Millisecond || out.MultiValueHeaders["A"][1] != "2" || out.Headers["A"] != "1" {
		t.Errorf("the client got %+v", out)
	}
}

// No request, however odd, is answered with an internal failure.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "/restapis", `{"name":"a","tags":{"_custom_id_":"x"}}`)
	f.Add("PATCH", "/restapis/fuzzed", `{"patchOperations":[{"op":"replace","path":"/endpointConfiguration/types/0","value":"REGIONAL"}]}`)
	f.Add("PUT", "/restapis/fuzzed/resources/root/methods/GET", `{"authorizationType":"NONE","requestParameters":{"method.request.path.a":true}}`)
	f.Add("PUT", "/restapis/fuzzed/resources/root/methods/GET/integration", `{"type":"HTTP","httpMethod":"GET","uri":"http://a","requestParameters":{"integration.request.path.a":"method.request.path.a"}}`)
	f.Add("PATCH", "/restapis/fuzzed/resources/root/methods/GET/integration", `{"patchOperations":[{"op":"add","path":"/cacheKeyParameters/x","value":""}]}`)
	f.Add("PUT", "/restapis/fuzzed/resources/root/methods/GET/integration/responses/200", `{"selectionPattern":"(","responseTemplates":{"a/b":null}}`)
	f.Add("POST", "/restapis/fuzzed/deployments", `{"stageName":"s","canarySettings":{"percentTraffic":1e999}}`)
	f.Add("PATCH", "/restapis/fuzzed/stages/s", `{"patchOperations":[{"op":"copy","path":"/variables","from":"/canarySettings/stageVariableOverrides"}]}`)
	f.Add("PATCH", "/restapis/fuzzed/stages/s", `{"patchOperations":[{"op":"replace","path":"/~1/GET/caching/ttlInSeconds","value":"1"}]}`)
	f.Add("POST", "/restapis/fuzzed/authorizers", `{"name":"a","type":"TOKEN","authorizerUri":"arn:aws:apigateway:r:lambda:path/2015-03-31/functions/f/invocations","identitySource":"method.request.header.A"}`)
	f.Add("POST", "/restapis/fuzzed/documentation/parts", `{"location":{"type":"METHOD","path":"/"},"properties":"{}"}`)
	f.Add("PUT", "/restapis/fuzzed/documentation/parts?mode=overwrite", "swagger: '2.0'\nx-amazon-apigateway-documentation: {documentationParts: [{location: {type: API}, properties: {}}]}")
	f.Add("POST", "/apikeys", `{"value":"aaaaaaaaaaaaaaaaaaaa","stageKeys":[{"restApiId":"fuzzed","stageName":"s"}]}`)
	f.Add("POST", "/apikeys?mode=import&format=csv", "Name,Key\na,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n")
	f.Add("POST", "/usageplans", `{"name":"a","apiStages":[{"apiId":"fuzzed","stage":"s","throttle":{"/a/GET":{"rateLimit":1e999}}}],"quota":{"limit":1,"period":"DAY"}}`)
	f.Add("GET", "/usageplans/a/usage?startDate=2026-01-01&endDate=2026-01-02", "")
	f.Add("POST", "/domainnames", `{"domainName":"a.b","certificateArn":"arn:aws:acm:us-east-1:1:certificate/a","endpointConfiguration":{"types":[]}}`)
	f.Add("PATCH", "/domainnames/a.b", `{"patchOperations":[{"op":"remove","path":"/endpointConfiguration/types/0"}]}`)
	f.Add("DELETE", "/tags/arn:aws:apigateway:::/restapis/fuzzed?tagKeys=a", "")
	f.Add("GET", "/restapis/fuzzed/resources?limit=1&position=AA&embed=methods", "")
	f.Add("POST", "/restapis/fuzzed/models", `{"name":"A","contentType":"a/b","schema":"{\"a\":[{}]}"}`)
	f.Fuzz(func(t *testing.T, method, target, body string) {
		r, err := http.NewRequest(method, "http://localhost", strings.NewReader(body))
		if err != nil || !strings.HasPrefix(target, "/") {
			return
		}
		if r.URL, err = r.URL.Parse(target); err != nil {
			return
		}
		service := &control.Service{Store: store.NewMemory(), NewID: nil}
		api, err := service.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, control.RestAPIOptions{ID: "fuzzed"})
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path = strings.ReplaceAll(r.URL.Path, "/root/", "/"+api.RootResourceID+"/")
		r.URL.RawPath = strings.ReplaceAll(r.URL.RawPath, "/root/", "/"+api.RootResourceID+"/")
		k := apigw.MethodKey{RestAPIID: "fuzzed", ResourceID: api.RootResourceID, HTTPMethod: "GET"}
		if _, err := service.PutMethod(t.Context(), k, &apigw.Method{Integration: &apigw.Integration{Type: apigw.Mock}}); err != nil {
			t.Fatal(err)
		}
		if _, err := service.CreateDeployment(t.Context(), "fuzzed", control.DeploymentInput{StageName: "s"}); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		awsapi.NewServer(service, nil).ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != 501 {
			t.Errorf("%s %s %s: %d %s", method, target, body, w.Code, w.Body)
		}
		if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("the answer is no JSON: %s", w.Body)
		}
	})
}
