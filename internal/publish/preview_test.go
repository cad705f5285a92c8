package publish

import (
	"context"
	"errors"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/control"
	"postern/internal/message"
	"postern/internal/property"
	"postern/internal/store"
)

// An echo is a backend that answers with what it got.
type echo struct{ got backend.Request }

func (e *echo) Invoke(_ context.Context, req *backend.Request) (*message.Response, error) {
	e.got = *req
	return &message.Response{Status: 200, Header: message.Header{{Name: "Content-Type", Value: "text/plain"}}, Body: req.Body}, nil
}

// controlOptions asks for nothing special.
var controlOptions = control.RestAPIOptions{}

// patches replaces what stands at each path, given path and value in turns.
func patches(pairs ...string) (ops []property.PatchOperation) {
	for i := 0; i < len(pairs); i += 2 {
		ops = append(ops, property.PatchOperation{Op: "replace", Path: pairs[i], Value: pairs[i+1], HasValue: true})
	}
	return ops
}

func added(path, value string) []property.PatchOperation {
	return []property.PatchOperation{{Op: "add", Path: path, Value: value, HasValue: true}}
}

func TestPreviewRunsWhatIsBeingEdited(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	api, root := w.mockAPI(`{"v":"$stageVariables.v","stage":"$context.stage","type":"$input.params('Content-Type')"}`)
	k := apigw.MethodKey{RestAPIID: api, ResourceID: root, HTTPMethod: "GET"}
	answer, err := w.publisher.Preview(w.ctx, k, map[string]string{"v": "1"}, "", &message.Request{Method: "GET",
		Header: message.Header{{Name: "content-type", Value: "text/csv"}, {Name: "X-Api-Key", Value: "secret-secret"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(answer.Response.Body), `{"v":"1","stage":"test-invoke-stage","type":""}`; got != want {
		t.Errorf("body: got %s, want %s", got, want)
	}
	log := answer.Trace.String()
	if strings.Contains(log, "secret-") || !strings.Contains(log, "Method request headers: {X-Api-Key=*******secret}\n") {
		t.Errorf("the log does not mask the key:\n%s", log)
	}
	if w.get(api, "prod") == string(answer.Response.Body) {
		t.Error("a preview was published")
	}
}

func TestPreviewAsksNobody(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	api := must(w.control.CreateRestAPI(w.ctx, &apigw.RestAPI{Name: "w", DisableExecuteAPIEndpoint: true,
		Policy: `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`}, controlOptions))
	w.setMock(api.ID, api.RootResourceID, "pass", true)
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	must(w.control.UpdateMethod(w.ctx, k, patches("/authorizationType", "AWS_IAM", "/apiKeyRequired", "true")))
	answer, err := w.publisher.Preview(w.ctx, k, nil, "", &message.Request{Method: "GET", Path: "/"})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Fault != nil || string(answer.Response.Body) != "pass" {
		t.Errorf("got %d %s (%v)\n%s", answer.Response.Status, answer.Response.Body, answer.Fault, answer.Trace)
	}
}

func TestPreviewFindsItsPathParameters(t *testing.T) {
	for _, tt := range []struct {
		resource, path string
		want           string // of the log
	}{
		{resource: "pets/{id}", path: "/pets/7", want: "{id=7}"},
		{resource: "pets/{id}", path: "/pets/7/", want: "{id=7}"},
		{resource: "pets/{id}", path: "/pets/a%2Fb", want: "{id=a%2Fb}"},
		{resource: "pets/{id}", path: "/dogs/7", want: "{}"},
		{resource: "pets/{id}", path: "/pets/7/more", want: "{}"},
		{resource: "pets/{id}", path: "", want: "{id={id}}"},
		{resource: "{kind}/{rest+}", path: "/a/b/c", want: "{kind=a, rest=b/c}"},
		{resource: "{kind}/{rest+}", path: "", want: "{kind={kind}, rest={rest+}}"},
	} {
		w := newWorld(t, store.NewMemory(), nil)
		api := must(w.control.CreateRestAPI(w.ctx, &apigw.RestAPI{Name: "w"}, controlOptions))
		id := api.RootResourceID
		for part := range strings.SplitSeq(tt.resource, "/") {
			id = must(w.control.CreateResource(w.ctx, api.ID, id, part)).ID
		}
		w.setMock(api.ID, id, "x", true)
		k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: id, HTTPMethod: "GET"}
		answer, err := w.publisher.Preview(w.ctx, k, nil, "", &message.Request{Method: "GET", Path: tt.path})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(answer.Trace.String(), "Method request path: "+tt.want+"\n") {
			t.Errorf("%s with %q: want %s in\n%s", tt.resource, tt.path, tt.want, answer.Trace)
		}
	}
}

func TestPreviewOfAnyUsesTheVerbOfTheRequest(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	e := &echo{}
	w.publisher.Suppliers.HTTP = func(backend.Options) backend.Backend { return e }
	api := must(w.control.CreateRestAPI(w.ctx, &apigw.RestAPI{Name: "w"}, controlOptions))
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "ANY"}
	must(w.control.PutMethod(w.ctx, k, &apigw.Method{}))
	must(w.control.PutIntegration(w.ctx, k, &apigw.Integration{Type: apigw.HTTPProxy, HTTPMethod: "ANY", URI: "https://example.com/a"}))
	k.HTTPMethod = "PUT"
	answer, err := w.publisher.Preview(w.ctx, k, nil, "", &message.Request{Method: "PUT", Body: []byte("hello")})
	if err != nil {
		t.Fatal(err)
	}
	if e.got.Method != "PUT" || string(answer.Response.Body) != "hello" {
		t.Errorf("the backend got %s %s and the client %s", e.got.Method, e.got.Body, answer.Response.Body)
	}
	for _, tt := range []struct{ resource, verb, want string }{
		{api.RootResourceID, "wrong", "NotFoundException: Invalid Method identifier specified"},
		{"none", "GET", "NotFoundException: Invalid Resource identifier specified"},
	} {
		_, err := w.publisher.Preview(w.ctx, apigw.MethodKey{RestAPIID: api.ID, ResourceID: tt.resource, HTTPMethod: tt.verb}, nil, "", &message.Request{Method: tt.verb})
		var refused *apigw.Error
		if !errors.As(err, &refused) || refused.Error() != tt.want {
			t.Errorf("%s of %s: got %v, want %s", tt.verb, tt.resource, err, tt.want)
		}
	}
}

func TestPreviewOfAMethodWithoutIntegration(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	api := must(w.control.CreateRestAPI(w.ctx, &apigw.RestAPI{Name: "w"}, controlOptions))
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	must(w.control.PutMethod(w.ctx, k, &apigw.Method{}))
	_, err := w.publisher.Preview(w.ctx, k, nil, "", &message.Request{Method: "GET"})
	var refused *apigw.Error
	if !errors.As(err, &refused) || refused.Code != apigw.BadRequestException {
		t.Errorf("got %v, want a refusal", err)
	}
}

// A gateway response of the API is part of the answer.
func TestPreviewAnswersWithTheGatewayResponse(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	api, root := w.mockAPI("x")
	k := apigw.MethodKey{RestAPIID: api, ResourceID: root, HTTPMethod: "GET"}
	v := must(w.control.CreateRequestValidator(w.ctx, api, &apigw.RequestValidator{Name: "v", ValidateRequestParameters: true}))
	must(w.control.UpdateMethod(w.ctx, k, patches("/requestValidatorId", v.ID)))
	must(w.control.UpdateMethod(w.ctx, k, added("/requestParameters/method.request.header.X", "true")))
	must(w.control.PutGatewayResponse(w.ctx, api, &apigw.GatewayResponse{ResponseType: apigw.BadRequestParameters, StatusCode: "422",
		ResponseParameters: map[string]string{"gatewayresponse.header.X-Why": "'rules'"}}))
	answer, err := w.publisher.Preview(w.ctx, k, nil, "", &message.Request{Method: "GET"})
	if err != nil {
		t.Fatal(err)
	}
	h := answer.Response.Header
	if answer.Response.Status != 422 || h.Get("X-Why") != "rules" || h.Has("Content-Type") || h.Get("x-amzn-ErrorType") != "BadRequestException" {
		t.Errorf("got %d %v\n%s", answer.Response.Status, h, answer.Trace)
	}
	if !strings.HasSuffix(answer.Trace.String(), " : Method completed with status: 422\n") {
		t.Errorf("the log ends without the status:\n%s", answer.Trace)
	}
}
