package dataplane

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"

	"postern/internal/apigw"
	"postern/internal/auth"
	"postern/internal/backend"
	"postern/internal/message"
)

// A gatekeeper is a Lambda authorizer's function: it remembers its events.
type gatekeeper struct {
	mu     sync.Mutex
	events []string
	source string
	answer backend.FunctionAnswer
	err    error
}

func (g *gatekeeper) InvokeFunction(_ context.Context, call *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.events, g.source = append(g.events, string(call.Payload)), call.SourceARN+" "+call.Principal+" "+call.ARN
	if g.err != nil {
		return nil, g.err
	}
	answer := g.answer
	if answer.Status == 0 {
		answer.Status = 200
	}
	return &answer, nil
}

const authorizerURI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:gate/invocations"

// says is what a function returns: a policy with one statement.
func says(effect, resource, more string) backend.FunctionAnswer {
	return backend.FunctionAnswer{Payload: []byte(`{"principalId":"ada","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"` +
		effect + `","Resource":"` + resource + `"}]}` + more + `}`)}
}

// guarded deploys two methods with an authorizer.
func guarded(t *testing.T, a apigw.Authorizer, g *gatekeeper) *deployed {
	t.Helper()
	m := withAuth(mock(`$context.authorizer.principalId $context.authorizer.n $context.authorizer.b`), apigw.AuthCustom)
	m.AuthorizerID = "auth01"
	d := deploy(t, method{verb: "GET", path: "/pets/{id}", Method: m}, method{verb: "POST", path: "/pets", Method: m})
	a.ID, a.Name = "auth01", "gate"
	if a.AuthorizerURI == "" {
		a.AuthorizerURI = authorizerURI
	}
	d.snapshot.Authorizers = []*apigw.Authorizer{&a}
	d.functions = g
	d.now = func() time.Time { return testTime }
	d.publish()
	return d
}

func tokenAuthorizer() apigw.Authorizer {
	return apigw.Authorizer{Type: apigw.TokenAuthorizer, IdentitySource: "method.request.header.Auth"}
}

func TestTokenAuthorizerDecides(t *testing.T) {
	const everything = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/*"
	for _, tt := range []struct {
		name      string
		answer    backend.FunctionAnswer
		err       error
		token     string // t if empty
		want      int
		body      string
		errorType string
	}{
		{name: "allowed", answer: says("Allow", everything, `,"context":{"n":1,"b":true}`), want: 200, body: "ada 1 true"},
		{name: "denied", answer: says("Deny", everything, ""), want: 403, errorType: "AccessDeniedException",
			body: `{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}`},
		{name: "something else is allowed", answer: says("Allow", "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/POST/*", ""), want: 403, errorType: "AccessDeniedException",
			body: `{"Message":"User is not authorized to access this resource"}`},
		{name: "unauthorized", answer: backend.FunctionAnswer{FunctionError: "Unhandled", Payload: []byte(`{"errorMessage":"Unauthorized"}`)}, want: 401,
			errorType: "UnauthorizedException", body: `{"message":"Unauthorized"}`},
		{name: "it fails", answer: backend.FunctionAnswer{FunctionError: "Unhandled", Payload: []byte(`{"errorMessage":"boom"}`)}, want: 500,
			errorType: "AuthorizerConfigurationException", body: `{"message":null}`},
		{name: "nonsense", answer: backend.FunctionAnswer{Payload: []byte(`"yes"`)}, want: 500, errorType: "AuthorizerConfigurationException", body: `{"message":null}`},
		{name: "no principal", answer: backend.FunctionAnswer{Payload: []byte(`{"policyDocument":{"Statement":[]}}`)}, want: 500, errorType: "AuthorizerConfigurationException", body: `{"message":null}`},
		{name: "a context with an object", answer: says("Allow", "*", `,"context":{"a":{}}`), want: 500, errorType: "AuthorizerConfigurationException", body: `{"message":null}`},
		{name: "no permission", err: &backend.FunctionRefused{Status: 403, Code: "AccessDeniedException"}, want: 500, errorType: "AuthorizerConfigurationException", body: `{"message":null}`},
		{name: "no such function", err: backend.ErrNoFunction, want: 500, errorType: "AuthorizerConfigurationException", body: `{"message":null}`},
		{name: "too many invocations", err: &backend.FunctionRefused{Status: 429, Code: "TooManyRequestsException"}, want: 500, errorType: "InternalServerErrorException", body: `{"message":"Internal server error"}`},
		{name: "out of reach", err: errors.New("no route"), want: 500, errorType: "InternalServerErrorException", body: `{"message":"Internal server error"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := &gatekeeper{answer: tt.answer, err: tt.err}
			d := guarded(t, tokenAuthorizer(), g)
			a := d.send(message.Request{Path: "/pets/a%20b", Header: header("auth", "t")})
			a.want(t, tt.want, tt.body)
			if tt.want != 200 {
				a.wantHeader(t, "x-amzn-ErrorType", tt.errorType)
			}
			if want := `{"type":"TOKEN","methodArn":"arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/pets/a%20b","authorizationToken":"t"}`; len(g.events) != 1 || g.events[0] != want {
				t.Errorf("the function got %v, want %s", g.events, want)
			}
			if want := "arn:aws:execute-api:eu-west-1:123456789012:api1234567/authorizers/auth01 apigateway.amazonaws.com arn:aws:lambda:eu-west-1:123456789012:function:gate"; g.source != want {
				t.Errorf("called as %s, want %s", g.source, want)
			}
			if (tt.want == 500) != (d.record.Fault != nil && d.record.Fault.Log != "") {
				t.Errorf("the log of %v", d.record.Fault)
			}
		})
	}
}

func TestNobodyIsAskedWithoutIdentity(t *testing.T) {
	g := &gatekeeper{answer: says("Allow", "*", "")}
	a := tokenAuthorizer()
	a.IdentityValidationExpression = "Bearer [a-z]+"
	d := guarded(t, a, g)
	for _, h := range []message.Header{nil, header("Auth", ""), header("Auth", "Bearer 7"), header("Auth", "xBearer a")} {
		d.send(message.Request{Path: "/pets/7", Header: h}).want(t, 401, `{"message":"Unauthorized"}`)
	}
	if len(g.events) != 0 {
		t.Errorf("asked %v", g.events)
	}
	d.send(message.Request{Path: "/pets/7", Header: header("Auth", "Bearer a")}).want(t, 200, "ada  ")
}

// The policy is kept, and evaluated for each method.
func TestResultsAreKeptByIdentity(t *testing.T) {
	now := testTime
	g := &gatekeeper{answer: says("Allow", "arn:aws:execute-api:*:*:*/test/GET/*", "")}
	d := guarded(t, tokenAuthorizer(), g)
	results := auth.NewResults(func() time.Time { return now })
	d.results = func(string, string) *auth.Results { return results }
	d.publish()
	step := func(what, verb, path, token string, status, asked int) {
		t.Helper()
		a := d.send(message.Request{Method: verb, Path: path, Header: header("Auth", token)})
		if a.status != status || len(g.events) != asked {
			t.Errorf("%s: got %d after %d questions, want %d after %d", what, a.status, len(g.events), status, asked)
		}
	}
	step("first", "GET", "/pets/1", "a", 200, 1)
	step("kept", "GET", "/pets/2", "a", 200, 1)
	step("kept for another method, which it does not allow", "POST", "/pets", "a", 403, 1)
	step("another token", "GET", "/pets/1", "b", 200, 2)
	d.publish()
	step("kept over a deployment", "GET", "/pets/1", "b", 200, 2)
	now = now.Add(defaultTTL)
	step("too old", "GET", "/pets/1", "b", 200, 3)
	results.Clear()
	step("flushed", "GET", "/pets/1", "b", 200, 4)
	g.answer = backend.FunctionAnswer{FunctionError: "Unhandled", Payload: []byte(`{"errorMessage":"Unauthorized"}`)}
	step("failures are not kept", "GET", "/pets/1", "c", 401, 5)
	step("so that it is asked again", "GET", "/pets/1", "c", 401, 6)
	d.snapshot.Authorizers[0].AuthorizerURI = strings.Replace(authorizerURI, "gate/", "gate2/", 1)
	d.publish()
	step("another function", "GET", "/pets/1", "b", 401, 7)
}

// defaultTTL is how long an authorizer's answer holds if it does not say.
const defaultTTL = apigw.DefaultAuthorizerTTL * time.Second

func TestRequestAuthorizer(t *testing.T) {
	g := &gatekeeper{answer: says("Allow", "*", "")}
	a := apigw.Authorizer{Type: apigw.RequestAuthorizer, IdentitySource: "method.request.header.Auth, method.request.querystring.q, stageVariables.v, context.httpMethod"}
	d := guarded(t, a, g)
	d.stage.Variables = map[string]string{"v": "1"}
	d.publish()
	ask := func(query, header1 string) answer {
		return d.send(message.Request{Path: "/pets/7", Query: query, Header: header("Auth", header1, "x-api-key", "k")})
	}
	ask("q=1", "").want(t, 401, `{"message":"Unauthorized"}`)
	ask("r=1", "t").want(t, 401, `{"message":"Unauthorized"}`)
	if len(g.events) != 0 {
		t.Errorf("asked %v", g.events)
	}
	ask("q=1&q=2", "t").want(t, 200, "ada  ")
	ask("q=2", "t").want(t, 200, "ada  ") // the last value
	if len(g.events) != 1 {
		t.Fatalf("asked %d times, want once", len(g.events))
	}
	var event struct {
		Type, MethodARN, Resource, Path, HTTPMethod string
		Headers, QueryStringParameters              map[string]string
		MultiValueQueryStringParameters             map[string][]string
		PathParameters, StageVariables              map[string]string
		RequestContext                              struct {
			Stage    string
			Identity struct{ APIKey, SourceIP string }
		}
		Body any
	}
	if err := json.Unmarshal([]byte(g.events[0]), &event); err != nil {
		t.Fatal(err)
	}
	if event.Type != "REQUEST" || !strings.HasSuffix(event.MethodARN, "/test/GET/pets/7") || event.Resource != "/pets/{id}" || event.Path != "/pets/7" || event.HTTPMethod != "GET" ||
		event.Headers["Auth"] != "t" || event.QueryStringParameters["q"] != "2" || len(event.MultiValueQueryStringParameters["q"]) != 2 || event.PathParameters["id"] != "7" ||
		event.StageVariables["v"] != "1" || event.RequestContext.Stage != "test" || event.RequestContext.Identity.APIKey != "k" || event.RequestContext.Identity.SourceIP != "192.0.2.7" {
		t.Errorf("the function got %s", g.events[0])
	}
	d.snapshot.Authorizers[0].IdentitySource = ""
	none := int64(0)
	d.snapshot.Authorizers[0].ResultTTL = &none
	d.stage.Variables = nil
	d.publish()
	for range 2 {
		d.send(message.Request{Method: "POST", Path: "/pets"}).want(t, 200, "ada  ")
	}
	if len(g.events) != 3 || !strings.Contains(g.events[2], `"queryStringParameters":{},"multiValueQueryStringParameters":{},"pathParameters":{},"stageVariables":{}`) {
		t.Errorf("without sources: %v", g.events)
	}
}

// Imported definitions may come without identity sources.
func TestAuthorizersWithoutIdentitySource(t *testing.T) {
	g := &gatekeeper{answer: says("Allow", "*", "")}
	d := guarded(t, apigw.Authorizer{Type: apigw.RequestAuthorizer}, g)
	for range 2 {
		d.get("/pets/7").want(t, 200, "ada  ")
	}
	if len(g.events) != 2 {
		t.Errorf("asked %d times, want twice: what one caller may is not what another may", len(g.events))
	}
	d = guarded(t, apigw.Authorizer{Type: apigw.TokenAuthorizer}, g)
	d.get("/pets/7").want(t, 500, `{"message":null}`)
}

// The rows are those of "How API Gateway resource policies affect authorization
// workflow", table A.
func TestLambdaAuthorizerAndResourcePolicy(t *testing.T) {
	const denied = "User: anonymous is not authorized to perform: execute-api:Invoke"
	for _, tt := range []struct {
		resource, function string // Allow, Deny; empty: nothing said
		status, asked      int
		body               string
	}{
		{"Allow", "Allow", 200, 1, "ada"},
		{"Allow", "", 200, 1, "ada"},
		{"Allow", "Deny", 403, 1, `{"Message":"User is not authorized to access this resource with an explicit deny`},
		{"", "Allow", 200, 1, "ada"},
		{"", "", 403, 1, `{"Message":"User is not authorized to access this resource"}`},
		{"", "Deny", 403, 1, `{"Message":"User is not authorized to access this resource with an explicit deny`},
		{"Deny", "Allow", 403, 0, `{"Message":"` + denied},
		{"Deny", "Deny", 403, 0, `{"Message":"` + denied},
	} {
		g := &gatekeeper{answer: says(tt.function, "*", "")}
		if tt.function == "" {
			g.answer = says("Allow", "arn:aws:execute-api:*:*:other/*", "")
		}
		d := guarded(t, tokenAuthorizer(), g)
		effect, resource := tt.resource, "execute-api:/*"
		if effect == "" {
			effect, resource = "Allow", "execute-api:/other/*"
		}
		d.snapshot.API.Policy = `{"Statement":{"Effect":"` + effect + `","Principal":"*","Action":"execute-api:Invoke","Resource":"` + resource + `"}}`
		d.publish()
		a := d.send(message.Request{Path: "/pets/7", Header: header("Auth", "t")})
		if a.status != tt.status || !strings.HasPrefix(a.body, tt.body) || len(g.events) != tt.asked {
			t.Errorf("resource %q, function %q: got %d %s after %d questions, want %d %s after %d", tt.resource, tt.function, a.status, a.body, len(g.events), tt.status, tt.body, tt.asked)
		}
	}
}

func TestAuthorizerNamesTheAPIKey(t *testing.T) {
	k := deployKeyed(t, apigw.UsagePlan{})
	g := &gatekeeper{answer: says("Allow", "*", `,"usageIdentifierKey":"`+keyValue+`"`)}
	k.snapshot.API.APIKeySource = "AUTHORIZER"
	a := tokenAuthorizer()
	a.ID, a.Name, a.AuthorizerURI = "auth01", "gate", authorizerURI
	k.snapshot.Authorizers = []*apigw.Authorizer{&a}
	m := k.snapshot.Resources[0].Methods["GET"]
	m.AuthorizationType, m.AuthorizerID = apigw.AuthCustom, "auth01"
	k.functions = g
	k.publish()
	ask := func(token string) answer {
		return k.send(message.Request{Path: "/pets/7", Header: header("Auth", token, "x-api-key", keyValue)})
	}
	ask("a").want(t, 200, keyValue+" key01")
	g.answer = says("Allow", "*", "")
	ask("b").want(t, 403, `{"message":"Forbidden"}`) // the header does not count
}

func TestUserPoolAuthorizer(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	broken := false
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		public, err := jwk.Import(key.Public())
		if err == nil {
			err = public.Set(jwk.KeyIDKey, "one")
		}
		if err != nil || broken {
			http.Error(w, "no", 500)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{public}})
	}))
	defer issuer.Close()
	token := func(end time.Time, claims map[string]any) string {
		claims["iss"], claims["exp"], claims["sub"] = issuer.URL, end.Unix(), "ada"
		payload, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}
		h := jws.NewHeaders()
		if err := h.Set(jws.KeyIDKey, "one"); err != nil {
			t.Fatal(err)
		}
		text, err := jws.Sign(payload, jws.WithKey(jwa.RS256(), key, jws.WithProtectedHeaders(h)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	later := testTime.Add(time.Hour)
	m := withAuth(mock(`$context.authorizer.claims.sub $context.authorizer.claims['cognito:username']`), apigw.AuthCognito)
	m.AuthorizerID = "auth01"
	scoped := m
	scoped.AuthorizationScopes = []string{"pets/read"}
	d := deploy(t, method{verb: "GET", path: "/", Method: m}, method{verb: "GET", path: "/scoped", Method: scoped})
	d.snapshot.Authorizers = []*apigw.Authorizer{{ID: "auth01", Name: "pool", Type: apigw.CognitoAuthorizer, IdentitySource: "method.request.header.Authorization",
		ProviderARNs: []string{"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc"}, IdentityValidationExpression: "app-[0-9]"}}
	d.now = func() time.Time { return testTime }
	d.userPool = func(arn string) (*auth.UserPool, error) {
		return &auth.UserPool{Issuer: issuer.URL, Now: d.now}, nil
	}
	d.publish()
	good := token(later, map[string]any{"token_use": "id", "aud": "app-1", "cognito:username": "ada l"})
	access := func(scope string) string {
		return token(later, map[string]any{"token_use": "access", "aud": "app-1", "scope": scope})
	}
	for _, tt := range []struct {
		name, path, token string
		status            int
		body              string
	}{
		{"an ID token", "/", good, 200, "ada ada l"},
		{"with a word before it", "/", "Bearer " + good, 200, "ada ada l"},
		{"none", "/", "", 401, `{"message":"Unauthorized"}`},
		{"nonsense", "/", "abc", 401, `{"message":"Unauthorized"}`},
		{"expired", "/", token(testTime.Add(-time.Second), map[string]any{"token_use": "id", "aud": "app-1"}), 401, `{"message":"The incoming token has expired"}`},
		{"for somebody else", "/", token(later, map[string]any{"token_use": "id", "aud": "app-12"}), 401, `{"message":"Unauthorized"}`},
		{"with the scope", "/scoped", access("a pets/read"), 200, "ada "},
		{"without the scope", "/scoped", access("pets/write"), 401, `{"message":"Unauthorized"}`},
		{"an ID token where a scope is wanted", "/scoped", good, 401, `{"message":"Unauthorized"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d.send(message.Request{Path: tt.path, Header: header("Authorization", tt.token)}).want(t, tt.status, tt.body)
		})
	}
	d.snapshot.API.Policy = `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"execute-api:/test/POST/*"}}`
	d.publish()
	if a := d.send(message.Request{Path: "/", Header: header("Authorization", good)}); a.status != 403 {
		t.Errorf("a resource policy that allows nothing: got %d %s", a.status, a.body)
	}
	d.snapshot.API.Policy = ""
	broken = true
	d.publish()
	a := d.send(message.Request{Path: "/", Header: header("Authorization", good)})
	a.want(t, 500, `{"message":null}`)
	a.wantHeader(t, "x-amzn-ErrorType", "AuthorizerConfigurationException")
}
