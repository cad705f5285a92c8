package control_test

import (
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/property"
)

func TestPutMethodRules(t *testing.T) {
	const badExpression = "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : ["
	declared := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	for _, tt := range []struct {
		name   string
		verb   string // empty: GET
		method apigw.Method
		want   string
	}{
		{name: "nothing said"},
		{name: "small letters", method: apigw.Method{AuthorizationType: "aws_iam"}},
		{name: "unknown verb", verb: "OPTION", want: "BadRequestException: Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"},
		{name: "unknown authorization", method: apigw.Method{AuthorizationType: "MAGIC"}, want: "BadRequestException: Invalid authorization type"},
		{name: "authorizer that does not exist", method: apigw.Method{AuthorizationType: "CUSTOM", AuthorizerID: "abc"}, want: "BadRequestException: Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."},
		{name: "validator that does not exist", method: apigw.Method{RequestValidatorID: "abc"}, want: "BadRequestException: Invalid Request Validator identifier specified"},
		{name: "model that does not exist", method: apigw.Method{RequestModels: map[string]string{"application/json": "Pet"}}, want: "BadRequestException: Invalid model identifier specified: Pet"},
		{name: "model of every API", method: apigw.Method{RequestModels: map[string]string{"application/json": "Empty"}}},
		{name: "no media type", method: apigw.Method{RequestModels: map[string]string{"123": "Empty"}}, want: "BadRequestException: Validation Result: warnings : [], errors : [Invalid content type specified: 123]"},
		{name: "all places", method: apigw.Method{RequestParameters: declared("method.request.path.a", "method.request.querystring.b", "method.request.header.C-d", "method.request.multivaluequerystring.b", "method.request.multivalueheader.$e")}},
		{name: "no place", method: apigw.Method{RequestParameters: declared("true")}, want: badExpression + "Invalid mapping expression specified: true]"},
		{name: "body is no parameter", method: apigw.Method{RequestParameters: declared("method.request.body")}, want: badExpression + "Invalid mapping expression specified: method.request.body]"},
		{name: "bad name", method: apigw.Method{RequestParameters: declared("method.request.header.a b")}, want: badExpression + "Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$]"},
		{name: "one name in two places", method: apigw.Method{RequestParameters: declared("method.request.header.a", "method.request.path.a")}, want: "BadRequestException: Parameter names must be unique across querystring, header and path"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: tt.verb}
			if tt.verb == "" {
				k.HTTPMethod = "GET"
			}
			_, err := f.PutMethod(t.Context(), k, &tt.method)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func TestPutMethodDoesNotOverwrite(t *testing.T) {
	f := newFixture(t)
	k := f.mock(f.api())
	_, err := f.PutMethod(t.Context(), k, &apigw.Method{})
	if wrong := refused(err, "ConflictException: Method already exists for this resource"); wrong != "" {
		t.Error(wrong)
	}
}

// A method may come with its responses and its integration, all or nothing.
func TestPutMethodWithItsParts(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	whole := func(destination string) *apigw.Method {
		return &apigw.Method{
			Responses: map[string]*apigw.MethodResponse{"200": {ResponseParameters: map[string]bool{"method.response.header.X": false}}},
			Integration: &apigw.Integration{Type: apigw.Mock, Responses: map[string]*apigw.IntegrationResponse{
				"200": {ResponseParameters: map[string]string{destination: "'x'"}},
			}},
		}
	}
	_, err := f.PutMethod(t.Context(), k, whole("method.response.header.Y"))
	if wrong := refused(err, "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.response.header.Y]"); wrong != "" {
		t.Error(wrong)
	}
	if _, err := f.GetMethod(t.Context(), k); err == nil {
		t.Error("the method of a refused put exists")
	}
	if _, err := f.PutMethod(t.Context(), k, whole("method.response.header.X")); err != nil {
		t.Fatal(err)
	}
	r, err := f.GetIntegrationResponse(t.Context(), apigw.ResponseKey{MethodKey: k, StatusCode: "200"})
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != "200" || r.ResponseParameters["method.response.header.X"] != "'x'" {
		t.Errorf("integration response: %+v", r)
	}
}

func TestUpdateMethodJudgesTheWholeList(t *testing.T) {
	for _, tt := range []struct {
		name string
		ops  []property.PatchOperation
		want string
	}{
		{name: "missing value clears", ops: []property.PatchOperation{replace("/operationName", "list"), {Op: "replace", Path: "/operationName"}}},
		{name: "unescaped parameter", ops: []property.PatchOperation{add("/requestParameters/method.request.querystring.a", "false")}},
		{name: "scope in the value", ops: []property.PatchOperation{add("/authorizationScopes", "a/b"), remove("/authorizationScopes/a~1b")}},
		{name: "parameter that is not there", ops: []property.PatchOperation{remove("/requestParameters/method.request.querystring.a")}, want: "NotFoundException: Invalid parameter name specified"},
		{name: "replaced parameter that is not there", ops: []property.PatchOperation{replace("/requestParameters/method.request.querystring.a", "true")}, want: "NotFoundException: Invalid parameter name specified"},
		{name: "model that is not there", ops: []property.PatchOperation{remove("/requestModels/text~1csv")}, want: "NotFoundException: Content-Type specified was not found"},
		{name: "scopes are not replaced", ops: []property.PatchOperation{replace("/authorizationScopes", "a")}, want: "BadRequestException: Invalid patch operation specified. Must be one of: [add, remove]"},
		{name: "bad name at last", ops: []property.PatchOperation{replace("/operationName", "x"), add("/requestParameters/nowhere", "true")}, want: "BadRequestException: Invalid mapping expression specified"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			k := f.mock(f.api())
			_, err := f.UpdateMethod(t.Context(), k, tt.ops)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
			m, err := f.GetMethod(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			if m.OperationName != "" || len(m.AuthorizationScopes) > 0 {
				t.Errorf("stored %+v", m)
			}
			if m.Integration == nil {
				t.Error("the update lost the integration")
			}
		})
	}
}

func TestModelInUseIsNotDeleted(t *testing.T) {
	for _, tt := range []struct {
		name string
		use  func(f *fixture, api *apigw.RestAPI)
		want string // where; empty: it can be deleted
	}{
		{name: "not in use", use: func(*fixture, *apigw.RestAPI) {}},
		{name: "request", want: "method request: //GET", use: func(f *fixture, api *apigw.RestAPI) {
			f.method(api, apigw.Method{RequestModels: map[string]string{"application/json": "Pet"}})
		}},
		{name: "response", want: "method response: //GET/200", use: func(f *fixture, api *apigw.RestAPI) {
			f.method(api, apigw.Method{Responses: map[string]*apigw.MethodResponse{"200": {ResponseModels: map[string]string{"application/json": "Pet"}}}})
		}},
		{name: "model", want: "model: Pets", use: func(f *fixture, api *apigw.RestAPI) {
			schema := `{"type":"array","items":{"$ref":"https://apigateway.amazonaws.com/restapis/` + api.ID + `/models/Pet"}}`
			if _, err := f.CreateModel(f.t.Context(), api.ID, &apigw.Model{Name: "Pets", Schema: schema}); err != nil {
				f.t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			if _, err := f.CreateModel(t.Context(), api.ID, &apigw.Model{Name: "Pet", Schema: `{"type":"object"}`}); err != nil {
				t.Fatal(err)
			}
			tt.use(f, api)
			want := tt.want
			if want != "" {
				want = "ConflictException: Cannot delete model 'Pet', is referenced in " + want
			}
			if wrong := refused(f.DeleteModel(t.Context(), api.ID, "Pet"), want); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func TestFlattenedModelHasItsReferencesInside(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	ref := func(name string) string {
		return `{"$ref":"https://apigateway.amazonaws.com/restapis/` + api.ID + `/models/` + name + `"}`
	}
	for _, m := range []apigw.Model{
		{Name: "Node", Schema: `{"type":"object","properties":{"next":` + ref("Node") + `,"pet":` + ref("Pet") + `}}`},
		{Name: "Pet", Schema: `{"type":"object","properties":{"name":{"type":"string"},"gone":` + ref("Gone") + `}}`},
	} {
		if _, err := f.CreateModel(t.Context(), api.ID, &m); err != nil {
			t.Fatal(err)
		}
	}
	node, err := f.GetModel(t.Context(), api.ID, "Node", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"next":{"$ref":"#/definitions/Node"}`, `"pet":{"$ref":"#/definitions/Pet"}`, `"definitions":{"Node":`, `"gone":` + ref("Gone")} {
		if !strings.Contains(node.Schema, want) {
			t.Errorf("no %s in %s", want, node.Schema)
		}
	}
	template, err := f.GetModelTemplate(t.Context(), api.ID, "Pet")
	if err != nil {
		t.Fatal(err)
	}
	const want = "#set($inputRoot = $input.path('$'))\n{\n  \"gone\" : $inputRoot.gone,\n  \"name\" : \"$inputRoot.name\"\n}"
	if template != want {
		t.Errorf("got  %q\nwant %q", template, want)
	}
	if _, err := f.GetModelTemplate(t.Context(), api.ID, "Node"); err != nil {
		t.Errorf("a model that contains itself: %v", err)
	}
}

func TestValidatorInUseIsNotDeleted(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	v, err := f.CreateRequestValidator(t.Context(), api.ID, &apigw.RequestValidator{Name: "v"})
	if err != nil {
		t.Fatal(err)
	}
	k := f.method(api, apigw.Method{RequestValidatorID: v.ID})
	if wrong := refused(f.DeleteRequestValidator(t.Context(), api.ID, v.ID), "ConflictException: is referenced in method: //GET"); wrong != "" {
		t.Error(wrong)
	}
	if err := f.DeleteMethod(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteRequestValidator(t.Context(), api.ID, v.ID); err != nil {
		t.Error(err)
	}
}
