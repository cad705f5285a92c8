package control_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func TestDeploymentIsFrozen(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	k := f.mock(api)
	d := f.deploy(api)
	if err := f.DeleteMethod(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	if _, err := f.UpdateRestAPI(t.Context(), api.ID, []property.PatchOperation{replace("/name", "other")}); err != nil {
		t.Fatal(err)
	}
	stage, snapshot, err := f.LoadStage(t.Context(), api.ID, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if stage.DeploymentID != d.ID || snapshot.Deployment.ID != d.ID {
		t.Errorf("stage serves %s, snapshot is of %s, want %s", stage.DeploymentID, snapshot.Deployment.ID, d.ID)
	}
	if snapshot.API.Name != "pets" || snapshot.Resources[0].Methods["GET"] == nil {
		t.Errorf("the snapshot changed with the draft: %+v", snapshot)
	}
	draft, err := f.Draft(t.Context(), api.ID)
	if err != nil {
		t.Fatal(err)
	}
	if draft.API.Name != "other" || len(draft.Resources[0].Methods) > 0 {
		t.Errorf("the draft is not the API as it is: %+v", draft)
	}
}

func TestCreateDeploymentRules(t *testing.T) {
	canary := &apigw.CanarySettings{PercentTraffic: 10}
	for _, tt := range []struct {
		name  string
		setUp func(f *fixture, api *apigw.RestAPI)
		in    control.DeploymentInput
		want  string
	}{
		{name: "no methods", want: "BadRequestException: The REST API doesn't contain any methods"},
		{name: "no integration", setUp: func(f *fixture, api *apigw.RestAPI) { f.method(api, apigw.Method{}) }, want: "BadRequestException: No integration defined for method"},
		{name: "no stage", setUp: func(f *fixture, api *apigw.RestAPI) { f.mock(api) }},
		{name: "bad stage", setUp: func(f *fixture, api *apigw.RestAPI) { f.mock(api) }, in: control.DeploymentInput{StageName: "a b"}, want: "BadRequestException: Stage name only allows a-zA-Z0-9_-"},
		{name: "canary of no stage", setUp: func(f *fixture, api *apigw.RestAPI) { f.mock(api) }, in: control.DeploymentInput{CanarySettings: canary}, want: "BadRequestException: Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null"},
		{name: "canary of a new stage", setUp: func(f *fixture, api *apigw.RestAPI) { f.mock(api) }, in: control.DeploymentInput{StageName: "dev", CanarySettings: canary}, want: "BadRequestException: Invalid deployment content specified.Stage dev must already be created before making a canary release deployment"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			if tt.setUp != nil {
				tt.setUp(f, api)
			}
			_, err := f.CreateDeployment(t.Context(), api.ID, tt.in)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
			list, _, err := f.GetDeployments(t.Context(), api.ID, control.Page{Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			if (tt.want == "") != (len(list) == 1) {
				t.Errorf("%d deployments after it", len(list))
			}
		})
	}
}

func TestDeployingAgainKeepsTheRestOfTheStage(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	f.mock(api)
	first := f.deploy(api)
	if _, err := f.UpdateStage(t.Context(), api.ID, "prod", []property.PatchOperation{replace("/variables/a", "1"), replace("/*/*/caching/enabled", "true")}); err != nil {
		t.Fatal(err)
	}
	second := f.deploy(api)
	stage, err := f.GetStage(t.Context(), api.ID, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if stage.DeploymentID != second.ID || stage.Variables["a"] != "1" || !stage.MethodSettings["*/*"].CachingEnabled {
		t.Errorf("stage after the second deployment: %+v", stage)
	}
	if !stage.LastUpdatedDate.After(stage.CreatedDate) {
		t.Errorf("last updated %v, created %v", stage.LastUpdatedDate, stage.CreatedDate)
	}
	list, _, err := f.GetDeployments(t.Context(), api.ID, control.Page{Limit: 5})
	if err != nil || len(list) != 2 || list[0].ID != first.ID {
		t.Errorf("deployments %v %v, want the older one first", list, err)
	}
	if err := f.DeleteDeployment(t.Context(), api.ID, first.ID); err != nil {
		t.Error(err)
	}
	if _, err := f.LoadSnapshot(t.Context(), api.ID, first.ID); err == nil {
		t.Error("the snapshot of a deleted deployment is still there")
	}
}

func TestCanaryHoldsItsDeployment(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	f.mock(api)
	first := f.deploy(api)
	d, err := f.CreateDeployment(t.Context(), api.ID, control.DeploymentInput{StageName: "prod", CanarySettings: &apigw.CanarySettings{PercentTraffic: 33.33}})
	if err != nil {
		t.Fatal(err)
	}
	stage, err := f.GetStage(t.Context(), api.ID, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if stage.DeploymentID != first.ID || stage.CanarySettings.DeploymentID != d.ID || stage.CanarySettings.PercentTraffic != 33.33 {
		t.Errorf("stage %s, canary %+v", stage.DeploymentID, stage.CanarySettings)
	}
	if wrong := refused(f.DeleteDeployment(t.Context(), api.ID, d.ID), "BadRequestException: Active stages pointing to this deployment must be moved or deleted"); wrong != "" {
		t.Error(wrong)
	}
}

func TestUpdateStageRules(t *testing.T) {
	for _, tt := range []struct {
		name string
		ops  []property.PatchOperation
		want string
	}{
		{name: "unknown deployment", ops: []property.PatchOperation{replace("/deploymentId", "x")}, want: "BadRequestException: Deployment id does not exist"},
		{name: "unknown path", ops: []property.PatchOperation{replace("/tags/a", "x")}, want: "BadRequestException: Invalid method setting path: /tags/a. Must be one of: [/deploymentId,"},
		{name: "added variable", ops: []property.PatchOperation{add("/variables/a", "x")}, want: "BadRequestException: Invalid add operation with path: /variables/a"},
		{name: "variable name", ops: []property.PatchOperation{replace("/variables/a-b", "x")}, want: "BadRequestException: Invalid stage variable name: a-b.  Please use names with only word characters."},
		{name: "variable value", ops: []property.PatchOperation{replace("/variables/a", strings.Repeat("x", 513))}, want: "BadRequestException: Invalid stage variable value for a: at most 512 characters"},
		{name: "variable without value", ops: []property.PatchOperation{replace("/variables/a", "")}, want: "BadRequestException: Invalid stage variable value"},
		{name: "variable value with a dollar", ops: []property.PatchOperation{replace("/variables/a", "$LATEST")}, want: "BadRequestException: Invalid stage variable value"},
		{name: "variable value with braces", ops: []property.PatchOperation{replace("/variables/a", "{x}")}, want: "BadRequestException: Invalid stage variable value"},
		{name: "variable that is not there", ops: []property.PatchOperation{remove("/variables/a")}, want: "BadRequestException: Cannot remove method setting variables/a because there is no method setting for this method "},
		{name: "cache size", ops: []property.PatchOperation{replace("/cacheClusterSize", "7")}, want: "BadRequestException: Invalid value specified for /cacheClusterSize"},
		{name: "time to live", ops: []property.PatchOperation{replace("/*/*/caching/ttlInSeconds", "3601")}, want: "BadRequestException: Invalid time-to-live setting, must be an integer no greater than 3600"},
		{name: "time to live is no number", ops: []property.PatchOperation{replace("/*/*/caching/ttlInSeconds", "long")}, want: "BadRequestException: Invalid value specified"},
		{name: "no limit", ops: []property.PatchOperation{replace("/*/*/throttling/burstLimit", "-1"), replace("/*/*/throttling/rateLimit", "-1.000000")}},
		{name: "negative limit", ops: []property.PatchOperation{replace("/*/*/throttling/rateLimit", "-2")}, want: "BadRequestException: Throttling limits must be -1 or greater"},
		{name: "logging without a role", ops: []property.PatchOperation{replace("/*/*/logging/loglevel", "INFO")}, want: "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging"},
		{name: "logging off", ops: []property.PatchOperation{replace("/*/*/logging/loglevel", "OFF")}},
		{name: "share above all", ops: []property.PatchOperation{replace("/canarySettings/percentTraffic", "100.1")}, want: "BadRequestException: Percent traffic"},
		{name: "share is no number", ops: []property.PatchOperation{replace("/canarySettings/percentTraffic", "NaN")}, want: "BadRequestException: Invalid value specified"},
		{name: "certificate", ops: []property.PatchOperation{replace("/clientCertificateId", "abc")}, want: "BadRequestException: Invalid Client Certificate identifier specified"},
		{name: "no certificate", ops: []property.PatchOperation{replace("/clientCertificateId", "")}},
		{name: "operation of nobody", ops: []property.PatchOperation{{Op: "test", Path: "/description"}}, want: "BadRequestException: Invalid patch operation specified."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			f.mock(api)
			f.deploy(api)
			ops := append([]property.PatchOperation{replace("/description", "new")}, tt.ops...)
			_, err := f.UpdateStage(t.Context(), api.ID, "prod", ops)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
			stage, err := f.GetStage(t.Context(), api.ID, "prod")
			if err != nil {
				t.Fatal(err)
			}
			if changed := stage.Description == "new"; changed != (tt.want == "") {
				t.Errorf("description is %q after it", stage.Description)
			}
		})
	}
}

func TestLoggingNeedsARole(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	f.mock(api)
	f.deploy(api)
	if _, err := f.UpdateAccount(t.Context(), []property.PatchOperation{replace("/cloudwatchRoleArn", "arn:aws:iam::1:role/logs")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.UpdateStage(t.Context(), api.ID, "prod", []property.PatchOperation{replace("/*/*/logging/loglevel", "INFO")}); err != nil {
		t.Error(err)
	}
}

// The same method may be written with escaped slashes or with bare ones.
func TestMethodSettingsOfOnePath(t *testing.T) {
	for _, tt := range []struct {
		first, again string // paths of one method
		key          string // under which the settings are shown
		loaded       string // under which they are loaded
	}{
		{first: "/*/*", again: "/*/*", key: "*/*", loaded: "*/*"},
		{first: "/pets/GET", again: "/~1pets/GET", key: "pets/GET", loaded: "pets/GET"},
		{first: "/~1pets/GET", again: "/pets/GET", key: "pets/GET", loaded: "pets/GET"},
		{first: "/a/b/GET", again: "/a~1b/GET", key: "a/b/GET", loaded: "a~1b/GET"},
		{first: "/~1a~1b/GET", again: "/a/b/GET", key: "a~1b/GET", loaded: "a~1b/GET"},
		{first: "/~1/GET", again: "//GET", key: "~1/GET", loaded: "~1/GET"},
	} {
		t.Run(tt.first, func(t *testing.T) {
			f := newFixture(t)
			api := f.api()
			f.mock(api)
			f.deploy(api)
			stage, err := f.UpdateStage(t.Context(), api.ID, "prod", []property.PatchOperation{
				replace(tt.first+"/caching/ttlInSeconds", "7"), replace(tt.again+"/metrics/enabled", "true"),
			})
			if err != nil {
				t.Fatal(err)
			}
			setting := stage.MethodSettings[tt.key]
			if len(stage.MethodSettings) != 1 || setting == nil || setting.CacheTTLInSeconds != 7 || !setting.MetricsEnabled || setting.ThrottlingBurstLimit != 5000 {
				t.Errorf("settings %v, want one under %s", stage.MethodSettings, tt.key)
			}
			loaded, _, err := f.LoadStage(t.Context(), api.ID, "prod")
			if err != nil {
				t.Fatal(err)
			}
			if loaded.MethodSettings[tt.loaded] == nil {
				t.Errorf("loaded settings %v, want one under %s", loaded.MethodSettings, tt.loaded)
			}
			stage, err = f.UpdateStage(t.Context(), api.ID, "prod", []property.PatchOperation{remove(tt.again)})
			if err != nil || len(stage.MethodSettings) > 0 {
				t.Errorf("remove %s: %v, left %v", tt.again, err, stage.MethodSettings)
			}
		})
	}
}

func TestPublishedStages(t *testing.T) {
	f := newFixture(t)
	var want []control.StageKey
	for range 2 {
		api := f.api()
		f.mock(api)
		f.deploy(api)
		want = append(want, control.StageKey{RestAPIID: api.ID, StageName: "prod"})
	}
	got, err := f.PublishedStages(t.Context())
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
	_, _, err = f.LoadStage(t.Context(), want[0].RestAPIID, "dev")
	var e *apigw.Error
	if !errors.As(err, &e) || e.Code != apigw.NotFoundException {
		t.Errorf("a stage that is not there: %v", err)
	}
}

func TestVPCLinkInUseIsNotDeleted(t *testing.T) {
	f := newFixture(t)
	link, err := f.CreateVPCLink(t.Context(), &apigw.VPCLink{Name: "l", TargetARNs: []string{"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/n/1"}})
	if err != nil {
		t.Fatal(err)
	}
	if link.Status != "PENDING" {
		t.Errorf("a new link is %s, want PENDING", link.Status)
	}
	api := f.api()
	k := f.method(api, apigw.Method{Integration: &apigw.Integration{Type: apigw.HTTPProxy, HTTPMethod: "GET", URI: "http://a.example", ConnectionType: apigw.ViaVPCLink, ConnectionID: link.ID}})
	d, err := f.CreateDeployment(t.Context(), api.ID, control.DeploymentInput{StageName: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	want := "BadRequestException: Cannot delete vpc link. Vpc link '" + link.ID + "', is referenced in [" +
		strings.Join([]string{api.ID, "GET", k.ResourceID, "prod"}, ":") + "] in format of [RESTApiId:Method:Resource:Stage]."
	if wrong := refused(f.DeleteVPCLink(t.Context(), link.ID), want); wrong != "" {
		t.Error(wrong)
	}
	if err := f.DeleteStage(t.Context(), api.ID, "prod"); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteDeployment(t.Context(), api.ID, d.ID); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteVPCLink(t.Context(), link.ID); err != nil {
		t.Error(err)
	}
	for _, k := range f.keys() {
		if strings.HasPrefix(k, "linkuses/") {
			t.Errorf("left %s", k)
		}
	}
}

func TestDeletedVPCLinkIsShownOnce(t *testing.T) {
	f := newFixture(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Now = func() time.Time { return now }
	gone := "NotFoundException: Invalid Vpc Link identifier specified"
	deleted := func() string {
		link, err := f.CreateVPCLink(t.Context(), &apigw.VPCLink{Name: "l", TargetARNs: []string{"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/n/1"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.DeleteVPCLink(t.Context(), link.ID); err != nil {
			t.Fatal(err)
		}
		if wrong := refused(f.DeleteVPCLink(t.Context(), link.ID), gone); wrong != "" {
			t.Errorf("deleted twice: %s", wrong)
		}
		return link.ID
	}
	id := deleted()
	if link, err := f.GetVPCLink(t.Context(), id); err != nil || link.Status != "DELETING" || link.StatusMessage != "" {
		t.Errorf("the first read answers %+v, %v; want DELETING", link, err)
	}
	_, err := f.GetVPCLink(t.Context(), id)
	if wrong := refused(err, gone); wrong != "" {
		t.Errorf("the second read: %s", wrong)
	}
	id = deleted()
	now = now.Add(2 * time.Minute)
	_, err = f.GetVPCLink(t.Context(), id)
	if wrong := refused(err, gone); wrong != "" {
		t.Errorf("a read long afterwards: %s", wrong)
	}
}

func TestVPCLinkRules(t *testing.T) {
	for _, tt := range []struct {
		name string
		link apigw.VPCLink
		want string
	}{
		{name: "no name", link: apigw.VPCLink{TargetARNs: []string{"arn:aws:x:y:z:w"}}, want: "BadRequestException: Name cannot be empty"},
		{name: "two targets", link: apigw.VPCLink{Name: "l", TargetARNs: []string{"a", "b"}}, want: "BadRequestException: More than one target arn specified for vpc link."},
		{name: "no ARN", link: apigw.VPCLink{Name: "l", TargetARNs: []string{"here"}}, want: "BadRequestException: Invalid ARN. ARN is not well formed here"},
	} {
		f := newFixture(t)
		_, err := f.CreateVPCLink(t.Context(), &tt.link)
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%s: %s", tt.name, wrong)
		}
	}
}
