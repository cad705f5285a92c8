package control_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
	"postern/internal/throttle"
)

// stages makes an API with the stages prod and dev.
func (f *fixture) stages() *apigw.RestAPI {
	f.t.Helper()
	api := f.api()
	f.mock(api)
	f.deploy(api)
	if _, err := f.CreateDeployment(f.t.Context(), api.ID, control.DeploymentInput{StageName: "dev"}); err != nil {
		f.t.Fatal(err)
	}
	return api
}

func TestUsagePlanRules(t *testing.T) {
	quota := func(limit, offset int64, period string) *apigw.Quota {
		return &apigw.Quota{Limit: limit, Offset: offset, Period: period}
	}
	f := newFixture(t)
	api := f.stages()
	prod := &apigw.APIStage{APIID: api.ID, Stage: "prod"}
	for _, tt := range []struct {
		name string
		plan apigw.UsagePlan
		want string
	}{
		{name: "only a name"},
		{name: "stage", plan: apigw.UsagePlan{APIStages: []*apigw.APIStage{prod}}},
		{name: "stage of nobody", plan: apigw.UsagePlan{APIStages: []*apigw.APIStage{{APIID: api.ID, Stage: "none"}}}, want: "BadRequestException: Invalid API Stage specified"},
		{name: "no stage", plan: apigw.UsagePlan{APIStages: []*apigw.APIStage{{APIID: api.ID}}}, want: "BadRequestException: Invalid API Stage specified"},
		{name: "stage twice", plan: apigw.UsagePlan{APIStages: []*apigw.APIStage{prod, prod}}, want: "BadRequestException: Invalid API Stage specified"},
		{name: "more at once than in the long run", plan: apigw.UsagePlan{Throttle: &apigw.ThrottleSettings{BurstLimit: 20, RateLimit: 10}}},
		{name: "day", plan: apigw.UsagePlan{Quota: quota(5, 0, "DAY")}},
		{name: "day with an offset", plan: apigw.UsagePlan{Quota: quota(5, 1, "DAY")}, want: "BadRequestException: Usage Plan quota offset must be zero in the DAY period"},
		{name: "week", plan: apigw.UsagePlan{Quota: quota(5, 6, "WEEK")}},
		{name: "week too long", plan: apigw.UsagePlan{Quota: quota(5, 7, "WEEK")}, want: "BadRequestException: Usage Plan quota offset must be between zero and six inclusive in the WEEK period"},
		{name: "month", plan: apigw.UsagePlan{Quota: quota(5, 27, "MONTH")}},
		{name: "month too long", plan: apigw.UsagePlan{Quota: quota(5, 28, "MONTH")}, want: "BadRequestException: Usage Plan quota offset must be between zero and 27 inclusive in the MONTH period"},
		{name: "no period", plan: apigw.UsagePlan{Quota: quota(5, 0, "")}, want: "BadRequestException: Usage Plan quota period must be one of"},
		{name: "no limit", plan: apigw.UsagePlan{Quota: quota(0, 0, "DAY")}, want: "BadRequestException: Usage Plan quota limit must be greater than zero"},
	} {
		tt.plan.Name = "p"
		_, err := f.CreateUsagePlan(t.Context(), &tt.plan)
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%s: %s", tt.name, wrong)
		}
	}
}

func TestUpdateUsagePlan(t *testing.T) {
	value := func(op, path, value string) property.PatchOperation {
		return property.PatchOperation{Op: op, Path: path, Value: value, HasValue: true}
	}
	for _, tt := range []struct {
		name string
		ops  []property.PatchOperation // API stands for the API's identifier
		want string                    // a refusal, or a part of the plan
	}{
		{name: "throttle and quota out of nothing, judged at the end", ops: []property.PatchOperation{replace("/throttle/rateLimit", "0.5"), replace("/throttle/burstLimit", "5"),
			replace("/quota/offset", "20"), replace("/quota/limit", "9"), replace("/quota/period", "MONTH")},
			want: `"quota":{"limit":9,"offset":20,"period":"MONTH"}`},
		{name: "quota half built", ops: []property.PatchOperation{replace("/quota/offset", "20"), replace("/quota/limit", "9")}, want: "BadRequestException: Usage Plan quota period"},
		{name: "quota gone", ops: []property.PatchOperation{add("/quota/limit", "9"), add("/quota/period", "DAY"), remove("/quota")}, want: `"name":"p"}`},
		{name: "product", ops: []property.PatchOperation{add("/productCode", "x")}, want: `"productCode":"x"`},
		{name: "product gone", ops: []property.PatchOperation{add("/productCode", "x"), remove("/productCode")}, want: `"name":"p"}`},
		{name: "stages replaced one by one", ops: []property.PatchOperation{value("remove", "/apiStages", "API:prod"), value("add", "/apiStages", "API:dev")}, want: `"apiStages":[{"apiId":"API","stage":"dev"}]`},
		{name: "stage added twice", ops: []property.PatchOperation{add("/apiStages", "API:prod")}, want: `"apiStages":[{"apiId":"API","stage":"prod"}]`},
		{name: "stage of nobody added", ops: []property.PatchOperation{add("/apiStages", "API:none")}, want: "NotFoundException: Invalid API Stage {api: API, stage: none} specified for usageplan "},
		{name: "stage replaced", ops: []property.PatchOperation{replace("/apiStages", "API:dev")}, want: "BadRequestException: Invalid patch operation specified. Must be one of: [add, remove]"},
		{name: "throttle of a method with its slashes", ops: []property.PatchOperation{replace("/apiStages/API:prod/throttle//pets/{id}/GET/rateLimit", "1"), replace("/apiStages/API:prod/throttle//pets/{id}/GET/burstLimit", "2")},
			want: `"throttle":{"/pets/{id}/GET":{"burstLimit":2,"rateLimit":1}}`},
		{name: "throttle of a method, escaped", ops: []property.PatchOperation{add("/apiStages/API:prod/throttle/~1pets~1{id}/GET/rateLimit", "1")}, want: `"throttle":{"/pets/{id}/GET":{"burstLimit":0,"rateLimit":1}}`},
		{name: "throttle of a method, without the first slash", ops: []property.PatchOperation{add("/apiStages/API:prod/throttle/pets/GET/rateLimit", "1"), remove("/apiStages/API:prod/throttle//pets/GET")}, want: `"apiStages":[{"apiId":"API","stage":"prod"}]`},
		{name: "throttles gone", ops: []property.PatchOperation{add("/apiStages/API:prod/throttle//a/GET/rateLimit", "1"), remove("/apiStages/API:prod/throttle")}, want: `"apiStages":[{"apiId":"API","stage":"prod"}]`},
		{name: "throttle of a method that has none", ops: []property.PatchOperation{remove("/apiStages/API:prod/throttle//a/GET")}, want: "NotFoundException: Invalid parameter name specified"},
		{name: "throttle of a stage of another plan", ops: []property.PatchOperation{add("/apiStages/API:dev/throttle//a/GET/rateLimit", "1")}, want: "NotFoundException: Invalid API Stage {api: API, stage: dev}"},
		{name: "throttle is no number", ops: []property.PatchOperation{add("/apiStages/API:prod/throttle//a/GET/rateLimit", "fast")}, want: "BadRequestException: Invalid value specified for /rateLimit"},
		{name: "throttle of nothing", ops: []property.PatchOperation{add("/apiStages/API:prod/throttle/rateLimit", "1")}, want: "BadRequestException: Invalid patch path /apiStages/API:prod/throttle/rateLimit"},
		{name: "what a stage does not have", ops: []property.PatchOperation{add("/apiStages/API:prod/quota", "1")}, want: "BadRequestException: Invalid patch path /apiStages/API:prod/quota"},
		{name: "path of nobody", ops: []property.PatchOperation{replace("/apiStagesX", "1")}, want: "BadRequestException: Invalid patch path /apiStagesX"},
		{name: "negative rate", ops: []property.PatchOperation{replace("/throttle/rateLimit", "-1")}, want: "BadRequestException: Throttling limits of a usage plan must be 0 or greater"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			api := f.stages()
			p, err := f.CreateUsagePlan(t.Context(), &apigw.UsagePlan{Name: "p", APIStages: []*apigw.APIStage{{APIID: api.ID, Stage: "prod"}}})
			if err != nil {
				t.Fatal(err)
			}
			fill := strings.NewReplacer("API:", api.ID+":", "api: API", "api: "+api.ID, `"API"`, `"`+api.ID+`"`)
			for i := range tt.ops {
				tt.ops[i].Path, tt.ops[i].Value = fill.Replace(tt.ops[i].Path), fill.Replace(tt.ops[i].Value)
			}
			want := fill.Replace(tt.want)
			p, err = f.UpdateUsagePlan(t.Context(), p.ID, tt.ops)
			if strings.Contains(want, "Exception: ") {
				if wrong := refused(err, want); wrong != "" {
					t.Error(wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.GetUsagePlan(t.Context(), p.ID)
			if err != nil {
				t.Fatal(err)
			}
			members := property.Encode(property.Wire, got.Properties())
			delete(members, "id")
			text, err := json.Marshal(members)
			if err != nil || !strings.Contains(string(text), want) {
				t.Errorf("got %s %v, want %s", text, err, want)
			}
		})
	}
}

func TestKeysOfPlans(t *testing.T) {
	f := newFixture(t)
	api := f.stages()
	ctx := t.Context()
	plan := func(stages ...string) string {
		p := &apigw.UsagePlan{Name: "p"}
		for _, s := range stages {
			p.APIStages = append(p.APIStages, &apigw.APIStage{APIID: api.ID, Stage: s})
		}
		made, err := f.CreateUsagePlan(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	prod, both, dev := plan("prod"), plan("prod", "dev"), plan("dev")
	k, err := f.CreateAPIKey(ctx, &apigw.APIKey{Name: "k", Value: keyValue})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ plan, key, typ, want string }{
		{"none", k.ID, "API_KEY", "NotFoundException: Invalid Usage Plan ID specified"},
		{prod, "none", "API_KEY", "NotFoundException: Invalid API Key identifier specified"},
		{prod, k.ID, "KEY", "BadRequestException: Invalid key type specified"},
		{prod, k.ID, "API_KEY", ""},
		{prod, k.ID, "API_KEY", "ConflictException: already has the API Key"},
		{both, k.ID, "API_KEY", "ConflictException: a key is in one plan for each stage"},
		{dev, k.ID, "API_KEY", ""},
	} {
		_, err := f.CreateUsagePlanKey(ctx, tt.plan, tt.key, tt.typ)
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%+v: %s", tt, wrong)
		}
	}
	_, err = f.UpdateUsagePlan(ctx, dev, []property.PatchOperation{add("/apiStages", api.ID+":prod")})
	if wrong := refused(err, "ConflictException: a key is in one plan for each stage"); wrong != "" {
		t.Error(wrong)
	}
	member, err := f.GetUsagePlanKey(ctx, prod, k.ID)
	if err != nil || *member != (apigw.UsagePlanKey{ID: k.ID, Type: "API_KEY", Value: keyValue, Name: "k"}) {
		t.Errorf("%+v %v", member, err)
	}
	for _, tt := range []struct {
		plan, name string
		want       int
	}{{prod, "", 1}, {prod, "k", 1}, {prod, "x", 0}, {both, "", 0}, {"none", "", 0}} {
		list, _, err := f.GetUsagePlanKeys(ctx, tt.plan, tt.name, control.Page{Limit: 9})
		if err != nil || len(list) != tt.want {
			t.Errorf("keys of %+v: %v %v", tt, list, err)
		}
	}
	plans, _, err := f.GetUsagePlans(ctx, k.ID, control.Page{Limit: 9})
	if err != nil || len(plans) != 2 || plans[0].ID != prod || plans[1].ID != dev {
		t.Errorf("plans of the key: %+v %v", plans, err)
	}
	if wrong := refused(f.DeleteUsagePlan(ctx, prod), "BadRequestException: Cannot delete Usage Plan "+prod+" because there are API Stages associated with it"); wrong != "" {
		t.Error(wrong)
	}
	if _, err := f.UpdateUsagePlan(ctx, prod, []property.PatchOperation{{Op: "remove", Path: "/apiStages", Value: api.ID + ":prod", HasValue: true}}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteUsagePlan(ctx, prod); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteAPIKey(ctx, k.ID); err != nil {
		t.Fatal(err)
	}
	if wrong := refused(f.DeleteUsagePlanKey(ctx, dev, k.ID), "NotFoundException: Invalid API Key identifier specified"); wrong != "" {
		t.Error(wrong)
	}
	for _, key := range f.keys() {
		if strings.HasPrefix(key, "usageplankeys/") || strings.HasPrefix(key, "usagekeyplans/") || strings.HasPrefix(key, "apikey") {
			t.Errorf("%s is left over", key)
		}
	}
}

// Terraform adds many keys to a plan at once.
func TestManyKeysAreAddedToAPlanAtOnce(t *testing.T) {
	f := newFixture(t)
	p, err := f.CreateUsagePlan(t.Context(), &apigw.UsagePlan{Name: "p"})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range together(12, func(i int) error {
		k, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{Name: fmt.Sprint(i)})
		if err == nil {
			_, err = f.CreateUsagePlanKey(t.Context(), p.ID, k.ID, "API_KEY")
		}
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if list, _, err := f.GetUsagePlanKeys(t.Context(), p.ID, "", control.Page{Limit: 99}); err != nil || len(list) != 12 {
		t.Errorf("%d keys, %v; want 12", len(list), err)
	}
}

func TestGetUsageWantsATime(t *testing.T) {
	f := newFixture(t)
	p, err := f.CreateUsagePlan(t.Context(), &apigw.UsagePlan{Name: "p"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ plan, key, start, end, want string }{
		{p.ID, "", "2026-01-01", "2026-01-01", ""},
		{p.ID, "", "2026-01-01", "2026-03-31", ""},
		{p.ID, "", "2026-01-01", "2026-04-01", "BadRequestException: Invalid date range specified: it is longer than 90 days"},
		{p.ID, "", "2026-01-02", "2026-01-01", "BadRequestException: Invalid end date specified: it is before the start date"},
		{p.ID, "", "1.1.2026", "2026-01-01", "BadRequestException: Invalid start date specified"},
		{p.ID, "", "2026-01-01", "2026-13-01", "BadRequestException: Invalid end date specified"},
		{"none", "", "2026-01-01", "2026-01-01", "NotFoundException: Invalid Usage Plan ID specified"},
		{p.ID, "none", "2026-01-01", "2026-01-01", "NotFoundException: Invalid API Key identifier specified"},
	} {
		u, _, err := f.GetUsage(t.Context(), tt.plan, tt.key, tt.start, tt.end, control.Page{Limit: 25})
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%+v: %s", tt, wrong)
		}
		if err == nil && (len(u.Values) > 0 || u.StartDate != tt.start) {
			t.Errorf("%+v: %+v", tt, u)
		}
	}
}

func TestUsageIsWhatWasCounted(t *testing.T) {
	f := newFixture(t)
	now := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	f.Service.Now, f.Service.Usage = now, throttle.NewMeter(now)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := f.CreateUsagePlan(t.Context(), &apigw.UsagePlan{Name: "p", Quota: &apigw.Quota{Limit: 10, Period: "MONTH"}})
	must(err)
	var ids []string
	for i := range 3 {
		k, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{Name: fmt.Sprint(i)})
		must(err)
		_, err = f.CreateUsagePlanKey(t.Context(), p.ID, k.ID, "API_KEY")
		must(err)
		ids = append(ids, k.ID)
		for range i { // the first one is not used
			f.Service.Usage.Take(throttle.Consumer{Plan: p.ID, Key: k.ID}, &throttle.Quota{Limit: 10, Period: throttle.Month})
		}
	}
	usage := func(key string, page control.Page) (*control.Usage, string) {
		t.Helper()
		u, next, err := f.GetUsage(t.Context(), p.ID, key, "2026-01-01", "2026-01-02", page)
		must(err)
		return u, next
	}
	u, _ := usage("", control.Page{Limit: 25})
	if want := map[string][][2]int64{ids[1]: {{0, 10}, {1, 9}}, ids[2]: {{0, 10}, {2, 8}}}; !reflect.DeepEqual(u.Values, want) {
		t.Errorf("got %v, want %v", u.Values, want)
	}
	if u, next := usage("", control.Page{Limit: 2}); len(u.Values) != 1 || next == "" {
		t.Errorf("a page of two keys: %v, next %q", u.Values, next)
	} else if u, next := usage("", control.Page{Limit: 2, After: next}); len(u.Values) != 1 || next != "" {
		t.Errorf("the page after: %v, next %q", u.Values, next)
	}
	if u, _ := usage(ids[2], control.Page{}); len(u.Values) != 1 {
		t.Errorf("one key: %v", u.Values)
	}

	replace := func(path, value string) []property.PatchOperation {
		return []property.PatchOperation{{Op: "replace", Path: path, Value: value, HasValue: true}}
	}
	u, err = f.UpdateUsage(t.Context(), p.ID, ids[2], replace("/remaining", "100"))
	must(err)
	if want := map[string][][2]int64{ids[2]: {{2, 100}}}; u.StartDate != "2026-01-02" || !reflect.DeepEqual(u.Values, want) {
		t.Errorf("got %+v, want %v", u, want)
	}
	for _, tt := range []struct {
		key  string
		ops  []property.PatchOperation
		want string
	}{
		{"none", replace("/remaining", "1"), "NotFoundException: Invalid API Key identifier specified"},
		{ids[0], replace("/remaining", "-1"), "BadRequestException: Invalid value specified for /remaining"},
		{ids[0], replace("/used", "1"), "BadRequestException: Invalid patch path /used"},
	} {
		_, err := f.UpdateUsage(t.Context(), p.ID, tt.key, tt.ops)
		if wrong := refused(err, tt.want); wrong != "" {
			t.Error(wrong)
		}
	}
	free, err := f.CreateUsagePlan(t.Context(), &apigw.UsagePlan{Name: "free"})
	must(err)
	_, err = f.CreateUsagePlanKey(t.Context(), free.ID, ids[0], "API_KEY")
	must(err)
	_, err = f.UpdateUsage(t.Context(), free.ID, ids[0], replace("/remaining", "1"))
	if wrong := refused(err, "BadRequestException: Usage Plan "+free.ID+" has no quota"); wrong != "" {
		t.Error(wrong)
	}

	// What is saved comes back, but for keys that have left.
	must(f.SaveUsage(t.Context(), f.Service.Usage.Changed()))
	must(f.DeleteUsagePlanKey(t.Context(), p.ID, ids[1]))
	kept, err := f.LoadUsage(t.Context())
	must(err)
	if n := kept[throttle.Consumer{Plan: p.ID, Key: ids[2]}]; len(kept) != 1 || n.Days["2026-01-02"] != 2 || n.Granted != 92 {
		t.Errorf("kept %v", kept)
	}
	f.Service.Usage.Take(throttle.Consumer{Plan: p.ID, Key: ids[1]}, nil)
	must(f.SaveUsage(t.Context(), f.Service.Usage.Changed()))
	if kept, err := f.LoadUsage(t.Context()); err != nil || len(kept) != 1 {
		t.Errorf("kept %v, %v", kept, err)
	}
}
