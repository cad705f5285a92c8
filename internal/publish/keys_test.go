package publish

import (
	"context"
	"errors"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/dataplane"
	"postern/internal/message"
	"postern/internal/store"
	"postern/internal/throttle"
)

// withKeys is what a house gives its publisher.
func withKeys(w *world) {
	meter := throttle.NewMeter(nil)
	w.publisher.Keys, w.publisher.Usage = dataplane.NewKeyTable(meter, nil), meter
	w.publisher.Suppliers.APIKeys = w.publisher.Keys
	w.control.Usage = meter
}

// keyed deploys an API whose GET / requires a key.
func (w *world) keyed() string {
	w.Helper()
	api, root := w.mockAPI("open")
	must(w.control.UpdateMethod(w.ctx, apigw.MethodKey{RestAPIID: api, ResourceID: root, HTTPMethod: "GET"}, patches("/apiKeyRequired", "true")))
	must(w.control.CreateDeployment(w.ctx, api, control.DeploymentInput{StageName: "prod"}))
	return api
}

func (w *world) with(api, key string) (status int) {
	w.Helper()
	err := w.gateway.Serve(w.ctx, &message.Request{Method: "GET", Host: api + ".execute-api.localhost", Path: "/prod/",
		Header: message.Header{{Name: "x-api-key", Value: key}}}, func(r *message.Response) error {
		status = r.Status
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return status
}

func TestKeysAndPlansNeedNoDeployment(t *testing.T) {
	w := newWorld(t, store.NewMemory(), nil, withKeys)
	api := w.keyed()
	stage := api + ":prod"
	plan := must(w.control.CreateUsagePlan(w.ctx, &apigw.UsagePlan{Name: "p"}))
	key := must(w.control.CreateAPIKey(w.ctx, &apigw.APIKey{Name: "k", Enabled: true}))
	step := func(what string, want int) {
		t.Helper()
		if got := w.with(api, key.Value); got != want {
			t.Errorf("%s: got %d, want %d", what, got, want)
		}
	}
	step("in no plan", 403)
	must(w.control.CreateUsagePlanKey(w.ctx, plan.ID, key.ID, "API_KEY"))
	step("in a plan without stages", 403)
	must(w.control.UpdateUsagePlan(w.ctx, plan.ID, added("/apiStages", stage)))
	step("in a plan of the stage", 200)
	must(w.control.UpdateAPIKey(w.ctx, key.ID, patches("/enabled", "false")))
	step("disabled", 403)
	must(w.control.UpdateAPIKey(w.ctx, key.ID, patches("/enabled", "true")))
	step("enabled", 200)
	must(w.control.UpdateUsagePlan(w.ctx, plan.ID, patches("/quota/limit", "3", "/quota/period", "MONTH")))
	step("third of three", 200)
	step("fourth of three", 429)
	must(w.control.UpdateUsage(w.ctx, plan.ID, key.ID, patches("/remaining", "1")))
	step("one more was granted", 200)
	step("and one only", 429)
	today := time.Now().UTC().Format(time.DateOnly)
	u, _, err := w.control.GetUsage(w.ctx, plan.ID, "", today, today, control.Page{Limit: 25})
	if err != nil || len(u.Values[key.ID]) != 1 || u.Values[key.ID][0] != [2]int64{4, 0} {
		t.Errorf("used %v, %v", u, err)
	}
	if err := w.control.DeleteUsagePlanKey(w.ctx, plan.ID, key.ID); err != nil {
		t.Fatal(err)
	}
	step("out of the plan", 403)
	must(w.control.CreateUsagePlanKey(w.ctx, plan.ID, key.ID, "API_KEY"))
	step("in it again, as if for the first time", 200)
	if err := w.control.DeleteAPIKey(w.ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	step("gone", 403)
}

func TestUsageOutlivesTheProgram(t *testing.T) {
	s := store.NewMemory()
	ctx := context.Background()
	var api, value string
	for _, want := range []int{200, 200, 429} {
		w := &world{}
		// A world ends before the next one begins.
		t.Run("", func(t *testing.T) {
			w = newWorld(t, s, nil, withKeys)
			if api == "" {
				api = w.keyed()
				plan := must(w.control.CreateUsagePlan(ctx, &apigw.UsagePlan{Name: "p", Quota: &apigw.Quota{Limit: 2, Period: "MONTH"},
					APIStages: []*apigw.APIStage{{APIID: api, Stage: "prod"}}}))
				key := must(w.control.CreateAPIKey(ctx, &apigw.APIKey{Enabled: true}))
				must(w.control.CreateUsagePlanKey(ctx, plan.ID, key.ID, "API_KEY"))
				value = key.Value
			}
			if got := w.with(api, value); got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}

// A publisher whose store has gone ends, with what it kept of usage.
func TestPublisherWithUsageEndsWithItsStore(t *testing.T) {
	s := store.NewMemory()
	w := newWorld(t, s, nil, withKeys)
	w.publisher.Usage.Take(throttle.Consumer{Plan: "p", Key: "k"}, nil)
	if err := s.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
		t.Fatal(err)
	}
}
