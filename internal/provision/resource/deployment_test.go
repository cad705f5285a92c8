package resource_test

import (
	"context"
	"reflect"
	"testing"

	"postern/internal/apigw"
	"postern/internal/provision/resource"
)

// deployable makes an API that can be deployed and returns its identifier.
func (w *world) deployable() string {
	w.t.Helper()
	key := w.hello()
	w.make("Terraform::AWS::ApiGatewayIntegration", "I", with(key, "Type", "MOCK"))
	return key["RestApiId"].(string)
}

func (w *world) stage(api, name string) *apigw.Stage {
	w.t.Helper()
	s, err := w.svc.GetStage(context.Background(), api, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func TestDeploymentWithAStage(t *testing.T) {
	for _, typ := range []string{"AWS::ApiGateway::Deployment", "Terraform::AWS::ApiGatewayDeployment"} {
		t.Run(typ, func(t *testing.T) {
			w := newWorld(t)
			api := w.deployable()
			given := object("RestApiId", api, "StageName", "prod")
			first := w.make(typ, "D1", given)
			id := first.Attributes[map[string]string{"AWS::ApiGateway::Deployment": "DeploymentId", "Terraform::AWS::ApiGatewayDeployment": "Id"}[typ]]
			if got := w.stage(api, "prod").DeploymentID; got != id {
				t.Errorf("the stage serves %s, want %s", got, id)
			}
			second := w.make(typ, "D2", given)
			if got := w.stage(api, "prod").DeploymentID; got == id {
				t.Error("the second deployment did not take the stage")
			}
			first.remove() // the stage has moved on, so it stays
			w.stage(api, "prod")
			second.remove()
			if _, err := w.svc.GetStage(context.Background(), api, "prod"); err == nil {
				t.Error("the stage that the deployment made is still there")
			}
		})
	}
}

func TestNativeDeploymentTellsItsStage(t *testing.T) {
	w := newWorld(t)
	api := w.deployable()
	x := w.make("AWS::ApiGateway::Deployment", "D", object("RestApiId", api, "StageName", "prod", "StageDescription", object(
		"Description", "the shop", "Variables", object("v", "1"), "ThrottlingBurstLimit", "0", "MethodSettings", list(
			object("ResourcePath", "/hello", "HttpMethod", "GET", "ThrottlingRateLimit", "0.5")))))
	s := w.stage(api, "prod")
	if s.Description != "the shop" || s.Variables["v"] != "1" {
		t.Errorf("got %+v", s)
	}
	every, one := s.MethodSettings["*/*"], s.MethodSettings["hello/GET"]
	if every == nil || every.ThrottlingBurstLimit != 0 || every.ThrottlingRateLimit != 10000 || one == nil || one.ThrottlingRateLimit != 0.5 {
		t.Errorf("settings: %+v, %+v", every, one)
	}
	x.set(object("RestApiId", api, "StageName", "prod", "StageDescription", object("Variables", object("v", "2"))))
	if s = w.stage(api, "prod"); s.Description != "the shop" || s.Variables["v"] != "2" || len(s.MethodSettings) != 2 {
		t.Errorf("what is not said must stay: %+v", s)
	}
	x.set(object("RestApiId", api, "StageName", "test"))
	if w.stage(api, "test").DeploymentID != w.stage(api, "prod").DeploymentID {
		t.Error("the other stage serves another deployment")
	}
}

// What the stage refuses leaves no deployment behind.
func TestFailedDeploymentLeavesNothing(t *testing.T) {
	w := newWorld(t)
	api := w.deployable()
	_, err := w.try("AWS::ApiGateway::Deployment", "D", object("RestApiId", api, "StageName", "prod", "StageDescription", object("Variables", object("not a name", "1"))))
	wantCode(t, err, resource.InvalidRequest)
	list, _, err := w.svc.GetDeployments(context.Background(), api, everyPage)
	if err != nil || len(list) != 0 {
		t.Errorf("left %v, %v", list, err)
	}
}

func TestCanaryOfADeployment(t *testing.T) {
	w := newWorld(t)
	api := w.deployable()
	w.make("AWS::ApiGateway::Deployment", "D", object("RestApiId", api, "StageName", "prod"))
	x := w.make("AWS::ApiGateway::Deployment", "C", object("RestApiId", api, "StageName", "prod", "DeploymentCanarySettings", object("PercentTraffic", "5")))
	s := w.stage(api, "prod")
	if s.CanarySettings == nil || s.CanarySettings.DeploymentID != x.attribute("DeploymentId") || s.CanarySettings.PercentTraffic != 5 {
		t.Fatalf("got %+v", s.CanarySettings)
	}
	x.remove()
	if s = w.stage(api, "prod"); s.CanarySettings != nil {
		t.Errorf("the canary is still there: %+v", s.CanarySettings)
	}
}

func TestAttributesOfDeploymentsAndStages(t *testing.T) {
	w := newWorld(t)
	api := w.deployable()
	d := w.make("Terraform::AWS::ApiGatewayDeployment", "D", object("RestApiId", api, "StageName", "prod"))
	got := []string{d.attribute("InvokeUrl"), d.attribute("ExecutionArn"), d.attribute("CreatedDate")}
	s := w.make("Terraform::AWS::ApiGatewayStage", "S", object("RestApiId", api, "StageName", "test", "DeploymentId", d.attribute("Id")))
	got = append(got, s.attribute("InvokeUrl"), s.attribute("ExecutionArn"), s.attribute("Arn"), s.attribute("Id"), s.attribute("tfcfnid"))
	want := []string{"http://local/" + api + "/prod", "arn:aws:execute-api:us-east-1:000000000000:" + api + "/prod", "2020-09-13T12:26:40Z",
		"http://local/" + api + "/test", "arn:aws:execute-api:us-east-1:000000000000:" + api + "/test", "arn:aws:apigateway:us-east-1::/restapis/" + api + "/stages/test",
		"ags-" + api + "-test", "ags-" + api + "-test"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// Settings of a method are found under every way to write its path.
func TestSettingsOfNestedPaths(t *testing.T) {
	w := newWorld(t)
	api := w.deployable()
	d := w.make("AWS::ApiGateway::Deployment", "D", object("RestApiId", api))
	cfn := w.make("AWS::ApiGateway::Stage", "S", object("RestApiId", api, "StageName", "prod", "DeploymentId", d.ref(), "MethodSettings", list(
		object("ResourcePath", "/~1a~1{b}", "HttpMethod", "GET", "ThrottlingBurstLimit", 1), object("ResourcePath", "/", "HttpMethod", "GET", "ThrottlingBurstLimit", 2))))
	same(t, cfn)
	tf := w.make("Terraform::AWS::ApiGatewayMethodSettings", "M", object("RestApiId", api, "StageName", "prod", "MethodPath", "a/c/GET", "Settings", object("ThrottlingBurstLimit", 3)))
	same(t, tf)
	got := map[string]int64{}
	stage, _, err := w.svc.LoadStage(context.Background(), api, "prod")
	if err != nil {
		t.Fatal(err)
	}
	for k, s := range stage.MethodSettings {
		got[k] = s.ThrottlingBurstLimit
	}
	if want := map[string]int64{"a~1{b}/GET": 1, "~1/GET": 2, "a~1c/GET": 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if rate := stage.MethodSettings["a~1c/GET"].ThrottlingRateLimit; rate != -1 {
		t.Errorf("Terraform's default is no limit, got %v", rate)
	}
	tf.remove()
	if n := len(w.stage(api, "prod").MethodSettings); n != 2 {
		t.Errorf("%d settings are left, want 2", n)
	}
}

// A logging level needs a role that writes; without one it is kept out of the
// stage, and that is no drift.
func TestLoggingLevelWaitsForARole(t *testing.T) {
	w := newWorld(t)
	api := w.deployable()
	d := w.make("AWS::ApiGateway::Deployment", "D", object("RestApiId", api))
	given := object("RestApiId", api, "StageName", "prod", "DeploymentId", d.ref(), "MethodSettings", list(object("ResourcePath", "/*", "HttpMethod", "*", "LoggingLevel", "INFO")))
	x := w.make("AWS::ApiGateway::Stage", "S", given)
	same(t, x)
	if level := w.stage(api, "prod").MethodSettings["*/*"].LoggingLevel; level != "" {
		t.Errorf("level %s", level)
	}
	w.make("AWS::ApiGateway::Account", "A", object("CloudWatchRoleArn", "arn:aws:iam::000000000000:role/r"))
	x.set(given)
	if level := w.stage(api, "prod").MethodSettings["*/*"].LoggingLevel; level != "INFO" {
		t.Errorf("level %q after there is a role", level)
	}
}

// A canary's deployment is the stage's until somebody says otherwise.
func TestCanaryOfAStage(t *testing.T) {
	w := newWorld(t)
	api := w.deployable()
	d := w.make("AWS::ApiGateway::Deployment", "D", object("RestApiId", api))
	d2 := w.make("AWS::ApiGateway::Deployment", "D2", object("RestApiId", api))
	base := object("RestApiId", api, "StageName", "prod", "DeploymentId", d.ref())
	x := w.make("AWS::ApiGateway::Stage", "S", base)
	for _, canary := range []any{
		object("PercentTraffic", "10"),
		object("PercentTraffic", 20, "StageVariableOverrides", object("a", "b")),
		object("PercentTraffic", 0, "DeploymentId", d2.ref(), "UseStageCache", "true"),
		nil,
	} {
		x.set(with(base, "CanarySetting", canary))
		same(t, x)
	}
	if s := w.stage(api, "prod"); s.CanarySettings != nil {
		t.Errorf("the canary is still there: %+v", s.CanarySettings)
	}
}
