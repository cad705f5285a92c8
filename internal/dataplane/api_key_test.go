package dataplane

import (
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/message"
	"postern/internal/throttle"
)

// A withPlan is an API with a key and a plan, and a clock that only the test moves.
type withPlan struct {
	*deployed
	table *KeyTable
	meter *throttle.Meter
	t     time.Time
}

const keyValue = "k-0123456789-abcdefghij"

func deployKeyed(t *testing.T, plan apigw.UsagePlan) *withPlan {
	t.Helper()
	m := mock(`$context.identity.apiKey $context.identity.apiKeyId`)
	m.APIKeyRequired = true
	open := mock("open")
	k := &withPlan{t: testTime, deployed: deploy(t, method{verb: "GET", path: "/pets/{id}", Method: m}, method{verb: "ANY", path: "/any", Method: m},
		method{verb: "GET", path: "/open", Method: open})}
	now := func() time.Time { return k.t }
	k.meter = throttle.NewMeter(now)
	k.table = NewKeyTable(k.meter, now)
	k.deployed.apiKeys = k.table
	plan.ID = "plan01"
	if plan.APIStages == nil {
		plan.APIStages = []*apigw.APIStage{{APIID: "api1234567", Stage: "test"}}
	}
	k.table.SetPlan(plan.ID, &plan)
	k.table.SetKey("key01", &apigw.APIKey{ID: "key01", Value: keyValue, Enabled: true}, []string{"plan01"})
	k.publish()
	return k
}

// ask sends a key and returns the status.
func (k *withPlan) ask(path, value string) answer {
	var h message.Header
	if value != "" {
		h = header("X-API-KEY", value)
	}
	return k.send(message.Request{Path: path, Header: h})
}

func TestAPIKeyIsRequired(t *testing.T) {
	for _, tt := range []struct {
		name   string
		value  string
		change func(*withPlan)
		ok     bool
	}{
		{name: "known", value: keyValue, ok: true},
		{name: "none"},
		{name: "unknown", value: "x" + keyValue},
		{name: "disabled", value: keyValue, change: func(k *withPlan) {
			k.table.SetKey("key01", &apigw.APIKey{ID: "key01", Value: keyValue}, []string{"plan01"})
		}},
		{name: "in no plan", value: keyValue, change: func(k *withPlan) {
			k.table.SetKey("key01", &apigw.APIKey{ID: "key01", Value: keyValue, Enabled: true}, nil)
		}},
		{name: "in a plan of another stage", value: keyValue, change: func(k *withPlan) {
			k.table.SetPlan("plan01", &apigw.UsagePlan{ID: "plan01", APIStages: []*apigw.APIStage{{APIID: "api1234567", Stage: "prod"}}})
		}},
		{name: "its plan is gone", value: keyValue, change: func(k *withPlan) { k.table.SetPlan("plan01", nil) }},
		{name: "it is gone", value: keyValue, change: func(k *withPlan) { k.table.SetKey("key01", nil, nil) }},
		{name: "everything is gone", value: keyValue, change: func(k *withPlan) { k.table.Clear() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := deployKeyed(t, apigw.UsagePlan{})
			if tt.change != nil {
				tt.change(k) // without a deployment
			}
			a := k.ask("/pets/7", tt.value)
			k.ask("/open", "").want(t, 200, "open")
			if tt.ok {
				a.want(t, 200, keyValue+" key01")
				return
			}
			a.want(t, 403, `{"message":"Forbidden"}`)
			a.wantHeader(t, "x-amzn-ErrorType", "ForbiddenException")
			if k.record.Fault != nil {
				t.Error("the last request was refused")
			}
		})
	}
}

func TestNewValueTakesThePlaceOfTheOld(t *testing.T) {
	k := deployKeyed(t, apigw.UsagePlan{})
	k.table.SetKey("key01", &apigw.APIKey{ID: "key01", Value: "another-value-of-the-key", Enabled: true}, []string{"plan01"})
	k.ask("/pets/7", keyValue).want(t, 403, `{"message":"Forbidden"}`)
	k.ask("/pets/7", "another-value-of-the-key").want(t, 200, "another-value-of-the-key key01")
}

func TestPlanThrottlesEachKey(t *testing.T) {
	k := deployKeyed(t, apigw.UsagePlan{Throttle: &apigw.ThrottleSettings{RateLimit: 1, BurstLimit: 2}, APIStages: []*apigw.APIStage{{APIID: "api1234567", Stage: "test",
		Throttle: map[string]*apigw.ThrottleSettings{"/any/ANY": {RateLimit: 1, BurstLimit: 1}}}}})
	k.table.SetKey("key02", &apigw.APIKey{ID: "key02", Value: "2" + keyValue, Enabled: true}, []string{"plan01"})
	admitted := func(path, value string) (n int) {
		for range 5 {
			switch a := k.ask(path, value); a.status {
			case 200:
				n++
			default:
				a.want(t, 429, `{"message":"Too Many Requests"}`)
				a.wantHeader(t, "x-amzn-ErrorType", "TooManyRequestsException")
			}
		}
		return n
	}
	for _, tt := range []struct {
		path, value string
		want        int
	}{
		{"/pets/1", keyValue, 2},
		{"/pets/2", keyValue, 0},       // one bucket for all methods
		{"/any", keyValue, 1},          // but this one has its own
		{"/pets/1", "2" + keyValue, 2}, // and each key its own
	} {
		if got := admitted(tt.path, tt.value); got != tt.want {
			t.Errorf("%s with %s: admitted %d, want %d", tt.path, tt.value, got, tt.want)
		}
	}
	k.t = k.t.Add(time.Second)
	if got := admitted("/pets/1", keyValue); got != 1 {
		t.Errorf("a second later: admitted %d, want 1", got)
	}
}

func TestQuotaIsUsedUp(t *testing.T) {
	k := deployKeyed(t, apigw.UsagePlan{Quota: &apigw.Quota{Limit: 3, Period: "DAY"}})
	for range 3 {
		if a := k.ask("/pets/1", keyValue); a.status != 200 {
			t.Fatalf("got %d %s", a.status, a.body)
		}
	}
	a := k.ask("/any", keyValue)
	a.want(t, 429, `{"message":"Limit Exceeded"}`)
	a.wantHeader(t, "x-amzn-ErrorType", "LimitExceededException")
	k.ask("/pets/1", "unknown")
	k.ask("/open", keyValue)
	if days, _ := k.meter.Report(throttle.Consumer{Plan: "plan01", Key: "key01"}, &throttle.Quota{Limit: 3}, k.t, k.t); days[0] != (throttle.DayOfUse{Used: 3}) {
		t.Errorf("counted %+v", days[0])
	}
	k.t = k.t.Add(24 * time.Hour)
	if a := k.ask("/any", keyValue); a.status != 200 {
		t.Errorf("the next day: got %d %s", a.status, a.body)
	}
}

func TestLogOfAKeyShowsItsEndOnly(t *testing.T) {
	k := deployKeyed(t, apigw.UsagePlan{})
	var log string
	req := message.Request{Method: "GET", Host: "api1234567.execute-api.localhost", Path: "/test/pets/7", Header: header("x-api-key", keyValue)}
	if err := k.gateway.Trace(t.Context(), &req, func(_ *message.Response, trace *Trace) error { log = trace.String(); return nil }); err != nil {
		t.Fatal(err)
	}
	if strings.Count(log, keyValue) != 1 /* what the template prints */ || !strings.Contains(log, "Usage Plan check succeeded for API Key *****************efghij and API Stage api1234567/test\n") {
		t.Error(log)
	}
}
