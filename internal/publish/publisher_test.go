package publish

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/control"
	"postern/internal/dataplane"
	"postern/internal/message"
	"postern/internal/property"
	"postern/internal/store"
)

// A world is a control plane and a gateway with the door between them.
type world struct {
	*testing.T
	ctx       context.Context
	control   *control.Service
	publisher *Publisher
	gateway   *dataplane.Gateway
	dialled   string
}

func newWorld(t *testing.T, s store.Store, links Links, more ...func(*world)) *world {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &world{T: t, ctx: ctx, gateway: &dataplane.Gateway{}}
	limits := apigw.DefaultLimits()
	w.publisher = &Publisher{Store: s, Control: &control.Service{Store: s}, Gateway: w.gateway, Links: links, Limits: limits,
		Suppliers: dataplane.Suppliers{HTTP: func(o backend.Options) backend.Backend { w.dialled = o.Dial; return nil }}}
	w.control = &control.Service{Store: &SyncStore{Store: s, Publisher: w.publisher}}
	for _, f := range more {
		f(w)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := w.publisher.Run(ctx); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wait.Wait() })
	if err := w.publisher.Wait(ctx, 0); err != nil {
		t.Fatal(err)
	}
	return w
}

// must returns v; a failing control plane is no subject of these tests.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// mockAPI makes an API whose GET / answers text, and returns its id.
func (w *world) mockAPI(text string) (id, root string) {
	w.Helper()
	api := must(w.control.CreateRestAPI(w.ctx, &apigw.RestAPI{Name: "w"}, control.RestAPIOptions{}))
	w.setMock(api.ID, api.RootResourceID, text, true)
	return api.ID, api.RootResourceID
}

func (w *world) setMock(api, root, text string, method bool) {
	w.Helper()
	k := apigw.MethodKey{RestAPIID: api, ResourceID: root, HTTPMethod: "GET"}
	if method {
		must(w.control.PutMethod(w.ctx, k, &apigw.Method{HTTPMethod: "GET", AuthorizationType: "NONE"}))
		must(w.control.PutMethodResponse(w.ctx, apigw.ResponseKey{MethodKey: k, StatusCode: "200"}, &apigw.MethodResponse{StatusCode: "200"}))
	}
	must(w.control.PutIntegration(w.ctx, k, &apigw.Integration{Type: apigw.Mock, RequestTemplates: map[string]string{"application/json": `{"statusCode":200}`}}))
	must(w.control.PutIntegrationResponse(w.ctx, apigw.ResponseKey{MethodKey: k, StatusCode: "200"},
		&apigw.IntegrationResponse{StatusCode: "200", ResponseTemplates: map[string]string{"application/json": text}}))
}

func (w *world) get(api, stage string) string {
	w.Helper()
	var body string
	err := w.gateway.Serve(w.ctx, &message.Request{Method: "GET", Host: api + ".execute-api.localhost", Path: "/" + stage + "/"}, func(r *message.Response) error {
		body = string(r.Body)
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return body
}

func (w *world) want(api, stage, want string) {
	w.Helper()
	if got := w.get(api, stage); got != want {
		w.Errorf("%s/%s: got %s, want %s", api, stage, got, want)
	}
}

const forbidden = `{"message":"Forbidden"}`

// A client that has the answer of the control plane can call what it deployed:
// no test of this file waits for anything.
func TestCommitsReturnWhenTheyAreServed(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	api, root := w.mockAPI("one")
	w.want(api, "prod", forbidden)
	must(w.control.CreateDeployment(w.ctx, api, control.DeploymentInput{StageName: "prod"}))
	w.want(api, "prod", "one")

	w.setMock(api, root, "two $stageVariables.v", false)
	w.want(api, "prod", "one") // a draft
	must(w.control.CreateDeployment(w.ctx, api, control.DeploymentInput{StageName: "prod"}))
	w.want(api, "prod", "two ")
	must(w.control.UpdateStage(w.ctx, api, "prod", []property.PatchOperation{{Op: "replace", Path: "/variables/v", Value: "x", HasValue: true}}))
	w.want(api, "prod", "two x") // a stage's variables act at once

	if err := w.control.DeleteStage(w.ctx, api, "prod"); err != nil {
		t.Fatal(err)
	}
	w.want(api, "prod", forbidden)
}

func TestStoredStagesAreServedAtTheStart(t *testing.T) {
	s := store.NewMemory()
	w := newWorld(t, s, nil)
	api, _ := w.mockAPI("kept")
	must(w.control.CreateDeployment(w.ctx, api, control.DeploymentInput{StageName: "prod"}))
	newWorld(t, s, nil).want(api, "prod", "kept")
}

func TestLastGoodStageKeepsServing(t *testing.T) {
	s := store.NewMemory()
	w := newWorld(t, s, nil)
	api, _ := w.mockAPI("good")
	d := must(w.control.CreateDeployment(w.ctx, api, control.DeploymentInput{StageName: "prod"}))
	items, _, err := s.List(w.ctx, control.SnapshotsPrefix)
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	// A record that nobody can read, and a change that makes the stage load it.
	broken := store.Txn{Do: []store.Write{store.Put(items[0].Key, []byte("not a record"))}}
	if _, err := s.Commit(w.ctx, broken); err != nil {
		t.Fatal(err)
	}
	must(w.control.UpdateStage(w.ctx, api, "prod", []property.PatchOperation{{Op: "replace", Path: "/description", Value: d.ID, HasValue: true}}))
	w.want(api, "prod", "good")
	if problems := w.publisher.Problems(); len(problems) != 1 {
		t.Errorf("got problems %v, want one", problems)
	}
}

func TestLinks(t *testing.T) {
	const arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1"
	w := newWorld(t, store.NewMemory(), Links{"byname": "10.0.0.1:1", "target": "10.0.0.2:2"})
	link := must(w.control.CreateVPCLink(w.ctx, &apigw.VPCLink{Name: "byname", TargetARNs: []string{arn}}))
	nowhere := must(w.control.CreateVPCLink(w.ctx, &apigw.VPCLink{Name: "nowhere", TargetARNs: []string{arn}}))
	resolve := w.publisher.Links.resolver(w.ctx, w.control)
	for _, tt := range []struct{ id, target, want, err string }{
		{id: link.ID, want: "10.0.0.1:1"},
		{id: link.ID, target: "target", want: "10.0.0.2:2"},
		{id: "byname", want: "10.0.0.1:1"},
		{id: nowhere.ID, err: "--vpc-link nowhere=HOST:PORT"},
		{id: "unknown", err: "does not exist"},
	} {
		got, err := resolve(tt.id, tt.target)
		if got != tt.want || (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s %s: got %q %v, want %q %s", tt.id, tt.target, got, err, tt.want, tt.err)
		}
	}
}

// An authorizer that cannot be asked, because no function can be called, turns
// everybody away.
func TestAMethodWithAnAuthorizerStaysClosed(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	api, root := w.mockAPI("open")
	a := must(w.control.CreateAuthorizer(w.ctx, api, &apigw.Authorizer{Name: "a", Type: apigw.TokenAuthorizer, IdentitySource: "method.request.header.A",
		AuthorizerURI: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"}))
	must(w.control.UpdateMethod(w.ctx, apigw.MethodKey{RestAPIID: api, ResourceID: root, HTTPMethod: "GET"}, []property.PatchOperation{
		{Op: "replace", Path: "/authorizerId", Value: a.ID, HasValue: true}, {Op: "replace", Path: "/authorizationType", Value: "CUSTOM", HasValue: true}}))
	must(w.control.CreateDeployment(w.ctx, api, control.DeploymentInput{StageName: "prod"}))
	w.want(api, "prod", `{"message":null}`)
}

func TestBackendsAreShownTheStagesCertificate(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil)
	var shown [][]byte
	w.publisher.Suppliers.HTTP = func(o backend.Options) backend.Backend {
		if shown = nil; o.Certificate != nil {
			shown = o.Certificate.Certificate
		}
		return nil
	}
	api := must(w.control.CreateRestAPI(w.ctx, &apigw.RestAPI{Name: "w"}, control.RestAPIOptions{}))
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	must(w.control.PutMethod(w.ctx, k, &apigw.Method{}))
	must(w.control.PutIntegration(w.ctx, k, &apigw.Integration{Type: apigw.HTTPProxy, HTTPMethod: "GET", URI: "https://example.com/"}))
	must(w.control.CreateDeployment(w.ctx, api.ID, control.DeploymentInput{StageName: "prod"}))
	if shown != nil {
		t.Error("a stage without a certificate shows one")
	}
	c := must(w.control.GenerateClientCertificate(w.ctx, "", nil))
	must(w.control.UpdateStage(w.ctx, api.ID, "prod", []property.PatchOperation{{Op: "replace", Path: "/clientCertificateId", Value: c.ID, HasValue: true}}))
	if pair := must(w.control.KeyPair(w.ctx, c.ID)); len(shown) != 1 || string(shown[0]) != string(pair.Certificate[0]) {
		t.Errorf("%d certificates are shown, want the stage's", len(shown))
	}
}
