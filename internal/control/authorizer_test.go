package control_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

const (
	functionURI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:who/invocations"
	userPool    = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a"
)

func token(name string) *apigw.Authorizer {
	return &apigw.Authorizer{Name: name, Type: "TOKEN", AuthorizerURI: functionURI, IdentitySource: "method.request.header.Authorization"}
}

func TestAuthorizerRules(t *testing.T) {
	ttl := func(n int64) *int64 { return &n }
	for _, tt := range []struct {
		name string
		a    apigw.Authorizer
		want string
	}{
		{name: "token", a: *token("a")},
		{name: "blanks in the address", a: apigw.Authorizer{Name: "a", Type: "TOKEN", IdentitySource: "method.request.header.Auth",
			AuthorizerURI: strings.Replace(functionURI, "path/", "path/                 ", 1)}},
		{name: "no address", a: apigw.Authorizer{Name: "a", Type: "TOKEN", IdentitySource: "method.request.header.A"}, want: "BadRequestException: Invalid Authorizer URI: . Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."},
		{name: "no source", a: apigw.Authorizer{Name: "a", Type: "TOKEN", AuthorizerURI: functionURI}, want: "BadRequestException: A TOKEN authorizer needs an identity source"},
		{name: "query for a token", a: apigw.Authorizer{Name: "a", Type: "TOKEN", AuthorizerURI: functionURI, IdentitySource: "method.request.querystring.a"}, want: "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: method.request.querystring.a]"},
		{name: "two headers for a token", a: apigw.Authorizer{Name: "a", Type: "TOKEN", AuthorizerURI: functionURI, IdentitySource: "method.request.header.a, method.request.header.b"}, want: "BadRequestException: A TOKEN authorizer has one identity source"},
		{name: "blank name", a: apigw.Authorizer{Name: " ", Type: "TOKEN", AuthorizerURI: functionURI, IdentitySource: "method.request.header.a"}, want: "BadRequestException: Authorizer name cannot be blank"},
		{name: "request", a: apigw.Authorizer{Name: "a", Type: "REQUEST", AuthorizerURI: functionURI, IdentitySource: "method.request.header.a,method.request.querystring.b, context.identity.sourceIp,stageVariables.v"}},
		{name: "request by path", a: apigw.Authorizer{Name: "a", Type: "REQUEST", AuthorizerURI: functionURI, IdentitySource: "method.request.path.id"}, want: "BadRequestException: Invalid mapping expression"},
		{name: "request without source", a: apigw.Authorizer{Name: "a", Type: "REQUEST", AuthorizerURI: functionURI}, want: "BadRequestException: A REQUEST authorizer needs an identity source unless authorizerResultTtlInSeconds is 0"},
		{name: "request without source or cache", a: apigw.Authorizer{Name: "a", Type: "REQUEST", AuthorizerURI: functionURI, ResultTTL: ttl(0)}},
		{name: "longest time", a: apigw.Authorizer{Name: "a", Type: "REQUEST", AuthorizerURI: functionURI, ResultTTL: ttl(3600), IdentitySource: "context.path"}},
		{name: "too long a time", a: apigw.Authorizer{Name: "a", Type: "REQUEST", AuthorizerURI: functionURI, ResultTTL: ttl(3601), IdentitySource: "context.path"}, want: "BadRequestException: Authorizer result TTL must be between 0 and 3600 seconds"},
		{name: "pool", a: apigw.Authorizer{Name: "a", Type: "COGNITO_USER_POOLS", ProviderARNs: []string{userPool}, IdentitySource: "method.request.header.A"}},
		{name: "no pool", a: apigw.Authorizer{Name: "a", Type: "COGNITO_USER_POOLS", IdentitySource: "method.request.header.A"}, want: "BadRequestException: A COGNITO_USER_POOLS authorizer needs the ARN of at least one user pool"},
		{name: "pool of another kind", a: apigw.Authorizer{Name: "a", Type: "COGNITO_USER_POOLS", ProviderARNs: []string{"arn:aws:s3:::b"}, IdentitySource: "method.request.header.A"}, want: "BadRequestException: Invalid ARN. ARN is not well formed arn:aws:s3:::b"},
		{name: "bad expression", a: apigw.Authorizer{Name: "a", Type: "TOKEN", AuthorizerURI: functionURI, IdentitySource: "method.request.header.a", IdentityValidationExpression: "("}, want: "BadRequestException: Invalid identity validation expression specified"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			a, err := f.CreateAuthorizer(t.Context(), api.ID, &tt.a)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Fatal(wrong)
			}
			if err == nil && (a.ID == "" || a.AuthType == "") {
				t.Errorf("got %+v, want an identifier and a word for what decides", a)
			}
		})
	}
}

func TestAuthorizerNamesAreUnique(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	if _, err := f.CreateAuthorizer(t.Context(), api.ID, token("a")); err != nil {
		t.Fatal(err)
	}
	_, err := f.CreateAuthorizer(t.Context(), api.ID, token("a"))
	if wrong := refused(err, "BadRequestException: Authorizer name must be unique. Authorizer a already exists in this RestApi."); wrong != "" {
		t.Error(wrong)
	}
	if _, err := f.CreateAuthorizer(t.Context(), f.api().ID, token("a")); err != nil {
		t.Errorf("in another API: %v", err)
	}
}

func TestUpdateAuthorizer(t *testing.T) {
	for _, tt := range []struct {
		name string
		ops  []property.PatchOperation
		want string // a refusal, or type, source, pools and TTL
	}{
		{name: "nothing", want: "TOKEN method.request.header.Authorization [] -"},
		{name: "time", ops: []property.PatchOperation{replace("/authorizerResultTtlInSeconds", "0")}, want: "TOKEN method.request.header.Authorization [] 0"},
		{name: "too long a time", ops: []property.PatchOperation{replace("/authorizerResultTtlInSeconds", "9999")}, want: "BadRequestException: Authorizer result TTL must be"},
		{name: "no number", ops: []property.PatchOperation{replace("/authorizerResultTtlInSeconds", "soon")}, want: "BadRequestException: Invalid value specified for /authorizerResultTtlInSeconds"},
		{name: "sources one by one", ops: []property.PatchOperation{replace("/type", "REQUEST"), add("/identitySource", "context.path"), {Op: "remove", Path: "/identitySource", Value: "method.request.header.Authorization", HasValue: true}}, want: "REQUEST context.path [] -"},
		{name: "no source", ops: []property.PatchOperation{remove("/identitySource")}, want: "BadRequestException: A TOKEN authorizer needs an identity source"},
		{name: "to a pool, pool last", ops: []property.PatchOperation{replace("/type", "COGNITO_USER_POOLS"), add("/providerARNs", userPool)}, want: "COGNITO_USER_POOLS method.request.header.Authorization [" + userPool + "] -"},
		{name: "type of nobody", ops: []property.PatchOperation{replace("/type", "OIDC")}, want: "BadRequestException: Invalid value specified for /type"},
		{name: "path of nobody", ops: []property.PatchOperation{replace("/id", "x")}, want: "BadRequestException: Invalid patch path /id"},
		{name: "name cannot be added", ops: []property.PatchOperation{add("/name", "x")}, want: "BadRequestException: Invalid patch operation specified. Must be one of: [replace]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			a, err := f.CreateAuthorizer(t.Context(), api.ID, token("a"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.UpdateAuthorizer(t.Context(), api.ID, a.ID, tt.ops)
			if strings.Contains(tt.want, "Exception: ") {
				if wrong := refused(err, tt.want); wrong != "" {
					t.Error(wrong)
				}
				tt.want = "TOKEN method.request.header.Authorization [] -"
			} else if err != nil {
				t.Fatal(err)
			}
			if a, err = f.GetAuthorizer(t.Context(), api.ID, a.ID); err != nil {
				t.Fatal(err)
			}
			seconds := "-"
			if a.ResultTTL != nil {
				seconds = fmt.Sprint(*a.ResultTTL)
			}
			if got := fmt.Sprint(a.Type, " ", a.IdentitySource, " ", a.ProviderARNs, " ", seconds); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestMethodsHoldTheirAuthorizer(t *testing.T) {
	const invalid = "BadRequestException: Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
	f := newFixture(t)
	api := f.api()
	a, err := f.CreateAuthorizer(t.Context(), api.ID, token("a"))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := f.CreateAuthorizer(t.Context(), f.api().ID, token("a"))
	if err != nil {
		t.Fatal(err)
	}
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	for _, m := range []apigw.Method{
		{AuthorizationType: "CUSTOM"},
		{AuthorizationType: "CUSTOM", AuthorizerID: "none"},
		{AuthorizationType: "CUSTOM", AuthorizerID: elsewhere.ID},
		{AuthorizationType: "COGNITO_USER_POOLS", AuthorizerID: a.ID},
	} {
		_, err := f.PutMethod(t.Context(), k, &m)
		if wrong := refused(err, invalid); wrong != "" {
			t.Errorf("%s by %q: %s", m.AuthorizationType, m.AuthorizerID, wrong)
		}
	}
	if _, err := f.PutMethod(t.Context(), k, &apigw.Method{AuthorizationType: "custom", AuthorizerID: a.ID}); err != nil {
		t.Fatal(err)
	}
	wrong := refused(f.DeleteAuthorizer(t.Context(), api.ID, a.ID), "ConflictException: Cannot delete authorizer 'a', is referenced in method: //GET")
	if wrong != "" {
		t.Error(wrong)
	}
	_, err = f.UpdateAuthorizer(t.Context(), api.ID, a.ID, []property.PatchOperation{replace("/type", "COGNITO_USER_POOLS"), add("/providerARNs", userPool)})
	if wrong := refused(err, "ConflictException: Cannot change the type of authorizer 'a'"); wrong != "" {
		t.Error(wrong)
	}
	m, err := f.UpdateMethod(t.Context(), k, []property.PatchOperation{replace("/authorizationType", "NONE")})
	if err != nil || m.AuthorizerID != "" {
		t.Errorf("open again: %+v %v, want no authorizer", m, err)
	}
	if err := f.DeleteAuthorizer(t.Context(), api.ID, a.ID); err != nil {
		t.Error(err)
	}
	if wrong := refused(f.DeleteAuthorizer(t.Context(), api.ID, a.ID), "NotFoundException: Invalid Authorizer identifier specified"); wrong != "" {
		t.Error(wrong)
	}
}

// A method never keeps an authorizer that was deleted meanwhile.
func TestAuthorizersAreNotDeletedUnderAMethod(t *testing.T) {
	for range 20 {
		f := newFixture(t)
		api := f.api()
		a, err := f.CreateAuthorizer(t.Context(), api.ID, token("a"))
		if err != nil {
			t.Fatal(err)
		}
		k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
		errs := together(2, func(i int) error {
			if i == 0 {
				return f.DeleteAuthorizer(t.Context(), api.ID, a.ID)
			}
			_, err := f.PutMethod(t.Context(), k, &apigw.Method{AuthorizationType: "CUSTOM", AuthorizerID: a.ID})
			return err
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("delete: %v, put: %v; want one of them refused", errs[0], errs[1])
		}
	}
}

func TestCloneBringsAuthorizersAlong(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	a, err := f.CreateAuthorizer(t.Context(), api.ID, token("a"))
	if err != nil {
		t.Fatal(err)
	}
	f.method(api, apigw.Method{AuthorizationType: "CUSTOM", AuthorizerID: a.ID})
	copied, err := f.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "b"}, control.RestAPIOptions{CloneFrom: api.ID})
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := f.GetAuthorizers(t.Context(), copied.ID, control.Page{Limit: 9})
	if err != nil || len(list) != 1 || list[0].ID == a.ID || list[0].Name != "a" {
		t.Fatalf("%+v %v, want one authorizer with an identifier of its own", list, err)
	}
	m, err := f.GetMethod(t.Context(), apigw.MethodKey{RestAPIID: copied.ID, ResourceID: copied.RootResourceID, HTTPMethod: "GET"})
	if err != nil || m.AuthorizerID != list[0].ID {
		t.Errorf("%+v %v, want the authorizer %s", m, err, list[0].ID)
	}
}

// A deployment freezes authorizers; a snapshot of an older Postern has none and
// is still read.
func TestSnapshotsHoldAuthorizers(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	if _, err := f.CreateAuthorizer(t.Context(), api.ID, token("a")); err != nil {
		t.Fatal(err)
	}
	f.mock(api)
	d := f.deploy(api)
	snapshot, err := f.LoadSnapshot(t.Context(), api.ID, d.ID)
	if err != nil || len(snapshot.Authorizers) != 1 || snapshot.Authorizers[0].AuthorizerURI != functionURI {
		t.Fatalf("%+v %v, want one authorizer", snapshot, err)
	}
	text, err := json.Marshal(property.Encode(property.Wire, snapshot.Properties()))
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	delete(members, "authorizers")
	var old apigw.Snapshot
	if err := property.Decode(property.Wire, old.Properties(), members).Err(); err != nil || old.Authorizers != nil {
		t.Errorf("an old snapshot: %v %v", old.Authorizers, err)
	}
}
