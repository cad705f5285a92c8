package cli

import (
	"strings"
	"testing"

	"postern/internal/adapter/stackapi"
)

func TestTargetNeedNotBeNamedIfThereIsOne(t *testing.T) {
	one := []stackapi.API{{ID: "a1", Name: "pets", Stages: []stackapi.Stage{{Name: "prod"}}}}
	two := append([]stackapi.API{{ID: "b2", Name: "dogs", Stages: []stackapi.Stage{{Name: "dev"}, {Name: "prod"}}}}, one...)
	draft := append([]stackapi.API{{ID: "c3", Name: "draft"}}, one...)
	for _, tt := range []struct {
		name       string
		apis       []stackapi.API
		api, stage string
		want       string // "api/stage", or a part of the error
	}{
		{name: "only one", apis: one, want: "a1/prod"},
		{name: "only one with a stage", apis: draft, want: "a1/prod"},
		{name: "by name", apis: two, api: "pets", want: "a1/prod"},
		{name: "by id and stage", apis: two, api: "b2", stage: "dev", want: "b2/dev"},
		{name: "two", apis: two, want: "there are 2 APIs"},
		{name: "two stages", apis: two, api: "dogs", want: "has 2 stages"},
		{name: "no such stage", apis: one, stage: "dev", want: "has no stage dev"},
		{name: "no such API", apis: one, api: "cats", want: "there is no API cats"},
		{name: "no stage", apis: draft, api: "draft", want: "has no stage"},
		{name: "nothing", want: "no API is served"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api, stage, err := target(tt.apis, tt.api, tt.stage)
			got := api + "/" + stage
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
