package awsapi_test

import (
	"strings"
	"testing"

	"postern/internal/adapter/awsapi"
	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func TestAPIKeysAndUsagePlansOnTheWire(t *testing.T) {
	server := newServer(t)
	c := &awsapi.Client{Endpoint: server.URL}
	ctx := t.Context()
	api, err := c.CreateRestAPI(ctx, &apigw.RestAPI{Name: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	if _, err := c.PutMethod(ctx, k, &apigw.Method{AuthorizationType: "NONE"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutIntegration(ctx, k, &apigw.Integration{Type: apigw.Mock}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateDeployment(ctx, api.ID, awsapi.DeploymentInput{StageName: "prod"}); err != nil {
		t.Fatal(err)
	}
	_, body := send(t, server, "POST", "/apikeys", `{"name":"n","stageKeys":[{"restApiId":"`+api.ID+`","stageName":"prod"}],"generateDistinctId":true,"createdDate":5,"id":"mine"}`)
	if !strings.Contains(body, `"stageKeys":["`+api.ID+`/prod"]`) || strings.Contains(body, "mine") || strings.Contains(body, `"createdDate":5,`) {
		t.Errorf("%s, want stages as api/stage and nothing that only the server sets", body)
	}
	key, err := c.CreateAPIKey(ctx, &apigw.APIKey{Name: "m", Value: strings.Repeat("v", 30), Enabled: true, StageKeys: []string{api.ID + "/prod"}, Tags: map[string]string{"a": "b"}})
	if err != nil || key.Value != strings.Repeat("v", 30) || len(key.StageKeys) != 1 || key.Tags["a"] != "b" {
		t.Fatalf("%+v %v", key, err)
	}
	if got, err := c.GetAPIKey(ctx, key.ID, true); err != nil || got.Value != key.Value {
		t.Errorf("%+v %v", got, err)
	}
	if list, err := c.GetAPIKeys(ctx, control.APIKeyFilter{Name: "m"}); err != nil || len(list) != 1 || list[0].Value != "" {
		t.Errorf("%+v %v", list, err)
	}
	if got, err := c.UpdateAPIKey(ctx, key.ID, []property.PatchOperation{{Op: "replace", Path: "/enabled", Value: "no"}}); err != nil || got.Enabled {
		t.Errorf("%+v %v", got, err)
	}
	ids, warnings, err := c.ImportAPIKeys(ctx, []byte("Name,Key\ni,"+strings.Repeat("i", 30)+"\nj,short\n"), false)
	if err != nil || len(ids) != 1 || len(warnings) != 1 {
		t.Errorf("%v %v %v, want one key and one warning", ids, warnings, err)
	}
	for path, want := range map[string]string{
		"/apikeys?mode=import":             "Value null at 'format'",
		"/apikeys?mode=import&format=yaml": "Value 'yaml' at 'format' failed to satisfy constraint: Member must satisfy enum value set: [csv]",
	} {
		if _, body := send(t, server, "POST", path, "Name,Key"); !strings.Contains(body, want) {
			t.Errorf("%s: %s, want %s", path, body, want)
		}
	}

	plan, err := c.CreateUsagePlan(ctx, &apigw.UsagePlan{Name: "p", APIStages: []*apigw.APIStage{{APIID: api.ID, Stage: "prod"}}, Quota: &apigw.Quota{Limit: 5, Period: "DAY"}})
	if err != nil || plan.Quota.Limit != 5 || plan.Throttle != nil {
		t.Fatalf("%+v %v", plan, err)
	}
	plan, err = c.UpdateUsagePlan(ctx, plan.ID, []property.PatchOperation{{Op: "replace", Path: "/apiStages/" + api.ID + ":prod/throttle//a/GET/rateLimit", Value: "1.5"}})
	if err != nil || plan.APIStages[0].Throttle["/a/GET"].RateLimit != 1.5 {
		t.Fatalf("%+v %v", plan, err)
	}
	if _, body := send(t, server, "GET", "/usageplans/"+plan.ID, ""); !strings.Contains(body, `"throttle":{"/a/GET":{"burstLimit":0,"rateLimit":1.5}}`) || !strings.Contains(body, `"tags":{}`) {
		t.Error(body)
	}
	member, err := c.CreateUsagePlanKey(ctx, plan.ID, key.ID)
	if err != nil || member.Value != key.Value || member.Type != "API_KEY" {
		t.Fatalf("%+v %v", member, err)
	}
	if got, err := c.GetUsagePlanKey(ctx, plan.ID, key.ID); err != nil || got.Name != "m" {
		t.Errorf("%+v %v", got, err)
	}
	if list, err := c.GetUsagePlanKeys(ctx, plan.ID, ""); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	if list, err := c.GetUsagePlans(ctx, key.ID); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	for _, tt := range []struct{ method, path, body, want string }{
		{"POST", "/usageplans", `{}`, "Value null at 'createUsagePlanInput.name'"},
		{"POST", "/usageplans", `{"name":"p","quota":{"limit":1,"period":"YEAR"}}`, "Value 'YEAR' at 'createUsagePlanInput.quota.period' failed to satisfy constraint: Member must satisfy enum value set: ["},
		{"POST", "/usageplans/" + plan.ID + "/keys", `{}`, "2 validation errors detected: Value null at 'createUsagePlanKeyInput.keyId'"},
		{"GET", "/usageplans/" + plan.ID + "/usage", "", "2 validation errors detected: Value null at 'startDate' failed to satisfy constraint: Member must not be null; Value null at 'endDate'"},
		{"GET", "/usageplans/" + plan.ID + "/usage?startDate=2026-01-01&endDate=2026-01-02", "", `{"endDate":"2026-01-02","startDate":"2026-01-01","usagePlanId":"` + plan.ID + `","values":{}}`},
		{"PATCH", "/usageplans/" + plan.ID + "/keys/" + key.ID + "/usage", `{"patchOperations":[{"op":"replace","path":"/remaining","value":"5"}]}`, "has no quota, so there is nothing that remains of it"},
		{"GET", "/usageplans/none/keys", "", `{"item":[]}`},
	} {
		if _, body := send(t, server, tt.method, tt.path, tt.body); !strings.Contains(body, tt.want) {
			t.Errorf("%s %s: %s, want %s", tt.method, tt.path, body, tt.want)
		}
	}
	if err := c.DeleteUsagePlanKey(ctx, plan.ID, key.ID); err != nil {
		t.Error(err)
	}
	if err := c.DeleteUsagePlan(ctx, plan.ID); err == nil || !strings.Contains(err.Error(), "API Stages associated with it") {
		t.Errorf("a plan with stages: %v", err)
	}
	if err := c.DeleteAPIKey(ctx, key.ID); err != nil {
		t.Error(err)
	}
}
