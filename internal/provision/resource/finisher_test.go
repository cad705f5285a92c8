package resource_test

import (
	"context"
	"strings"
	"testing"

	"postern/internal/control"
	"postern/internal/provision/resource"
)

var everyPage = control.Page{Limit: control.MaxLimit}

// A town is the resources of a stack, as the engine hands them to a finisher.
func town(things ...*thing) []resource.Resource {
	var all []resource.Resource
	for _, x := range things {
		all = append(all, resource.Resource{LogicalID: x.LogicalID, Type: x.typ.Name(), PhysicalID: x.Result.PhysicalID,
			Properties: x.Request.Properties, Attributes: x.Attributes})
	}
	return all
}

func (w *world) finish(all []resource.Resource) resource.Finished {
	w.t.Helper()
	done, err := w.finisher.Finish(context.Background(), resource.Stack{Name: "shop", Region: "us-east-1"}, all)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

func (w *world) deployments(api string) int {
	w.t.Helper()
	list, _, err := w.svc.GetDeployments(context.Background(), api, everyPage)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

func TestTemplateWithoutADeploymentIsServed(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	api := w.make("AWS::ApiGateway::RestApi", "Api", object("Name", "shop"))
	id := api.ref()

	done := w.finish(town(api))
	if len(done.Notes) != 1 || !strings.Contains(done.Notes[0], "Api is not served") || !strings.Contains(done.Notes[0], "doesn't contain any methods") {
		t.Errorf("without methods: %v", done.Notes)
	}

	bare := w.make("AWS::ApiGateway::Method", "Bare", object("RestApiId", id, "ResourceId", api.attribute("RootResourceId"), "HttpMethod", "PUT", "AuthorizationType", "NONE"))
	done = w.finish(town(api, bare))
	if len(done.Notes) != 1 || !strings.HasSuffix(done.Notes[0], "No integration defined for method: PUT /") {
		t.Errorf("without an integration: %v", done.Notes)
	}
	bare.remove()

	key := object("RestApiId", id, "ResourceId", api.attribute("RootResourceId"), "HttpMethod", "GET")
	method := w.make("AWS::ApiGateway::Method", "Get", with(key, "Integration", object("Type", "MOCK")))
	all := town(api, method)
	done = w.finish(all)
	want := "the template has no deployment or stage, so Api is served on an implicit stage local at http://local/" + id + "/local"
	if len(done.Notes) != 1 || done.Notes[0] != want || done.Outputs["Api.InvokeUrl"] != "http://local/"+id+"/local" {
		t.Errorf("first: got %v, %v\nwant %s", done.Notes, done.Outputs, want)
	}
	first := w.stage(id, "local").DeploymentID

	if done = w.finish(all); len(done.Notes) != 0 || w.stage(id, "local").DeploymentID != first {
		t.Errorf("nothing changed, but: %v", done.Notes)
	}
	if done.Outputs["Api.InvokeUrl"] == "" {
		t.Error("the address is no longer told")
	}

	method.set(with(key, "Integration", object("Type", "MOCK", "RequestTemplates", object("application/json", "{}"))))
	if done = w.finish(all); len(done.Notes) != 1 || w.stage(id, "local").DeploymentID == first || w.deployments(id) != 1 {
		t.Errorf("after a change: %v, %d deployments", done.Notes, w.deployments(id))
	}

	// The template gets a deployment of its own.
	own := w.make("AWS::ApiGateway::Deployment", "D", object("RestApiId", id, "StageName", "prod"))
	w.finish(town(api, method, own))
	if _, err := w.svc.GetStage(ctx, id, "local"); err == nil || w.deployments(id) != 1 {
		t.Errorf("the implicit stage stays: %v, %d deployments", err, w.deployments(id))
	}
}

func TestReleaseRemovesWhatFinishMade(t *testing.T) {
	w := newWorld(t)
	id := w.deployable()
	all := []resource.Resource{{LogicalID: "Api", Type: "Terraform::AWS::ApiGatewayRestApi", PhysicalID: id}, {LogicalID: "Gone", Type: "AWS::ApiGateway::RestApi", PhysicalID: "nowhere"}}
	w.finish(all[:1])
	for range 2 {
		if err := w.finisher.Release(context.Background(), resource.Stack{}, all); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.svc.GetStage(context.Background(), id, "local"); err == nil || w.deployments(id) != 0 {
		t.Errorf("stage: %v, %d deployments", err, w.deployments(id))
	}
}

// Somebody else's stage of that name is theirs.
func TestForeignLocalStageIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	id := w.deployable()
	ctx := context.Background()
	if _, err := w.svc.CreateDeployment(ctx, id, control.DeploymentInput{StageName: "local"}); err != nil {
		t.Fatal(err)
	}
	before := w.stage(id, "local").DeploymentID
	all := []resource.Resource{{LogicalID: "Api", Type: "Terraform::AWS::ApiGatewayRestApi", PhysicalID: id}}
	if done := w.finish(all); len(done.Notes) != 1 || !strings.Contains(done.Notes[0], "left alone") {
		t.Errorf("got %v", done.Notes)
	}
	if err := w.finisher.Release(ctx, resource.Stack{}, all); err != nil {
		t.Fatal(err)
	}
	if w.stage(id, "local").DeploymentID != before {
		t.Error("the stage was changed")
	}
}

// A template that starts to make a stage called local takes the name over.
func TestOwnStageReplacesTheImplicitOne(t *testing.T) {
	for _, typ := range []string{"AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment", "Terraform::AWS::ApiGatewayDeployment"} {
		w := newWorld(t)
		id := w.deployable()
		all := []resource.Resource{{LogicalID: "Api", Type: "Terraform::AWS::ApiGatewayRestApi", PhysicalID: id}}
		w.finish(all)
		given := object("RestApiId", id, "StageName", "local")
		if typ == "AWS::ApiGateway::Stage" {
			given["DeploymentId"] = w.make("AWS::ApiGateway::Deployment", "D", object("RestApiId", id)).ref()
		}
		x := w.make(typ, "Own", given)
		w.finish(append(all, town(x)...))
		if s := w.stage(id, "local"); s.Description != "" {
			t.Errorf("%s: the stage is still %q", typ, s.Description)
		}
		if n := w.deployments(id); n != 1 {
			t.Errorf("%s: %d deployments", typ, n)
		}
	}
}

// An API that can no longer be deployed goes on as it was.
func TestBrokenAPIIsServedAsItWas(t *testing.T) {
	w := newWorld(t)
	id := w.deployable()
	all := []resource.Resource{{LogicalID: "Api", Type: "Terraform::AWS::ApiGatewayRestApi", PhysicalID: id}}
	w.finish(all)
	before := w.stage(id, "local").DeploymentID
	api, err := w.svc.GetRestAPI(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	w.make("AWS::ApiGateway::Method", "Bare", object("RestApiId", id, "ResourceId", api.RootResourceID, "HttpMethod", "GET"))
	if done := w.finish(all); len(done.Notes) != 1 || !strings.Contains(done.Notes[0], "served as it was") {
		t.Errorf("got %v", done.Notes)
	}
	if w.stage(id, "local").DeploymentID != before {
		t.Error("the stage was changed")
	}
}
