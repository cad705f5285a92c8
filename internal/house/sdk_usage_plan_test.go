package house_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func driveAPIKey(c *sdk) {
	api, _ := c.newStage()
	value := strings.Repeat("a", 20)
	made := do(c, c.CreateApiKey, &apigateway.CreateApiKeyInput{Name: new("ada"), Description: new("Ada's"), Enabled: true, Value: &value, CustomerId: new("42"),
		GenerateDistinctId: true, Tags: map[string]string{"team": "zoo"}})
	id := made.Id
	c.equal(made, "Value", `"`+value+`"`)
	c.equal(made, "StageKeys", "[]")
	if made.CreatedDate == nil || made.LastUpdatedDate == nil || *id == value {
		c.Errorf("CreateApiKey answers %s", memberOf(c.T, made, ""))
	}
	at := &apigateway.GetApiKeyInput{ApiKey: id}
	c.equal(do(c, c.GetApiKey, at), "Value", "")
	c.equal(do(c, c.GetApiKey, &apigateway.GetApiKeyInput{ApiKey: id, IncludeValue: new(true)}), "Value", `"`+value+`"`)
	read := func() (*apigateway.GetApiKeyOutput, error) { return c.GetApiKey(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateApiKeyOutput, error) {
		return c.UpdateApiKey(c.Context(), &apigateway.UpdateApiKeyInput{ApiKey: id, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /name bob", `Name "bob"`},
		{"replace /description Bob's", `Description "Bob's"`},
		{"replace /enabled false", "Enabled false"},
		{"replace /enabled yes", "Enabled false"},
		{"replace /customerId 43", `CustomerId "43"`},
		{"add /stages " + *api + "/prod", `StageKeys ["` + *api + `/prod"]`},
		{"remove /stages " + *api + "/prod", "StageKeys []"},
	})
	refusals(c, update, read, [][2]string{
		{"add /name x", "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations"},
		{"replace /id x", "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]"},
		{"replace /value " + value, "Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]"},
		{"replace /description " + strings.Repeat("x", 125_001), "Invalid API Key description specified."},
	})
	refused[*types.ConflictException](c, c.CreateApiKey, &apigateway.CreateApiKeyInput{Value: &value}, "API Key already exists")
	refused[*types.BadRequestException](c, c.CreateApiKey, &apigateway.CreateApiKeyInput{Value: new("short")}, "API Key value should be at least 20 characters")
	refused[*types.BadRequestException](c, c.CreateApiKey, &apigateway.CreateApiKeyInput{Value: new(strings.Repeat("b", 129))}, "API Key value exceeds maximum size of 128 characters")
	staged := do(c, c.CreateApiKey, &apigateway.CreateApiKeyInput{Name: new("staged"), StageKeys: []types.StageKey{{RestApiId: api, StageName: new("prod")}}})
	c.equal(staged, "StageKeys", `["`+*api+`/prod"]`)
	if len(*staged.Value) != 40 {
		c.Errorf("a generated value has %d characters, want 40", len(*staged.Value))
	}

	keys := "Name,Key,description,Enabled,usageplanIds\nimported," + strings.Repeat("c", 30) + ",a key,true,\n"
	imported := do(c, c.ImportApiKeys, &apigateway.ImportApiKeysInput{Body: []byte(keys), Format: types.ApiKeysFormatCsv, FailOnWarnings: true})
	if len(imported.Ids) != 1 || len(imported.Warnings) != 0 {
		c.Fatalf("ImportApiKeys answers %s", memberOf(c.T, imported, ""))
	}
	c.equal(do(c, c.GetApiKey, &apigateway.GetApiKeyInput{ApiKey: &imported.Ids[0]}), "Description", `"a key"`)
	refused[*types.BadRequestException](c, c.ImportApiKeys, &apigateway.ImportApiKeysInput{Body: []byte("what is this"), Format: types.ApiKeysFormatCsv}, "…")

	for query, want := range map[string]int{"": 3, "imp": 1, "IMP": 0, "bob": 1} {
		in := &apigateway.GetApiKeysInput{NameQuery: &query, IncludeValues: new(query == "imp")}
		list := do(c, c.GetApiKeys, in)
		if len(list.Items) != want {
			c.Errorf("GetApiKeys of %q has %d, want %d", query, len(list.Items), want)
		}
		for _, k := range list.Items {
			if (k.Value != nil) != *in.IncludeValues {
				c.Errorf("GetApiKeys of %q: value %v", query, k.Value)
			}
		}
	}
	if list := do(c, c.GetApiKeys, &apigateway.GetApiKeysInput{CustomerId: new("43")}); len(list.Items) != 1 {
		c.Errorf("GetApiKeys of a customer has %d, want 1", len(list.Items))
	}
	do(c, c.DeleteApiKey, &apigateway.DeleteApiKeyInput{ApiKey: id})
	refused[*types.NotFoundException](c, c.GetApiKey, at, "Invalid API Key identifier specified")
	refused[*types.NotFoundException](c, c.DeleteApiKey, &apigateway.DeleteApiKeyInput{ApiKey: id}, "Invalid API Key identifier specified")
}

func driveUsagePlan(c *sdk) {
	api, _ := c.newStage()
	prod := *api + ":prod"
	made := do(c, c.CreateUsagePlan, &apigateway.CreateUsagePlanInput{
		Name: new("gold"), Description: new("the best"), Throttle: &types.ThrottleSettings{BurstLimit: 20, RateLimit: 10},
		Quota: &types.QuotaSettings{Limit: 1000, Period: types.QuotaPeriodTypeWeek, Offset: 1}, Tags: map[string]string{"team": "zoo"},
		ApiStages: []types.ApiStage{{ApiId: api, Stage: new("prod"), Throttle: map[string]types.ThrottleSettings{"/pets/GET": {BurstLimit: 2, RateLimit: 1}}}},
	})
	id := made.Id
	at := &apigateway.GetUsagePlanInput{UsagePlanId: id}
	c.equal(do(c, c.GetUsagePlan, at), "", memberOf(c.T, made, ""))
	c.equal(made, "Quota", `{"Limit":1000,"Offset":1,"Period":"WEEK"}`)
	read := func() (*apigateway.GetUsagePlanOutput, error) { return c.GetUsagePlan(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateUsagePlanOutput, error) {
		return c.UpdateUsagePlan(c.Context(), &apigateway.UpdateUsagePlanInput{UsagePlanId: id, PatchOperations: ops})
	}
	stage := func(throttle string) string {
		return `ApiStages [{"ApiId":"` + *api + `","Stage":"prod","Throttle":` + throttle + `}]`
	}
	under := " /apiStages/" + prod + "/throttle"
	patches(c, update, read, []patched{
		{"replace /name silver", `Name "silver"`},
		{"replace /description second best", `Description "second best"`},
		{"add /productCode p", `ProductCode "p"`},
		{"replace /productCode q", `ProductCode "q"`},
		{"remove /productCode", "ProductCode"},
		{"replace /throttle/burstLimit 30", "Throttle.BurstLimit 30"},
		{"replace /throttle/rateLimit 7.5", "Throttle.RateLimit 7.5"},
		{"remove /throttle", "Throttle"},
		{"add /throttle/burstLimit 3", `Throttle {"BurstLimit":3,"RateLimit":0}`},
		{"add /throttle/rateLimit 3", `Throttle {"BurstLimit":3,"RateLimit":3}`},
		{"replace /quota/limit 10", "Quota.Limit 10"},
		{"replace /quota/offset 6", "Quota.Offset 6"},
		{"add /quota/offset 0", "Quota.Offset 0"},
		{"replace /quota/period DAY", `Quota.Period "DAY"`},
		{"add /quota/period MONTH", `Quota.Period "MONTH"`},
		{"add /quota/limit 11", "Quota.Limit 11"},
		{"remove /quota", "Quota"},
		{"add" + under + "/~1pets~1{id}/DELETE/rateLimit 5", stage(`{"/pets/GET":{"BurstLimit":2,"RateLimit":1},"/pets/{id}/DELETE":{"BurstLimit":0,"RateLimit":5}}`)},
		{"replace" + under + "/~1pets~1{id}/DELETE/rateLimit 4", stage(`{"/pets/GET":{"BurstLimit":2,"RateLimit":1},"/pets/{id}/DELETE":{"BurstLimit":0,"RateLimit":4}}`)},
		{"add" + under + "/~1pets~1{id}/DELETE/burstLimit 6", stage(`{"/pets/GET":{"BurstLimit":2,"RateLimit":1},"/pets/{id}/DELETE":{"BurstLimit":6,"RateLimit":4}}`)},
		{"replace" + under + "/~1pets~1{id}/DELETE/burstLimit 8", stage(`{"/pets/GET":{"BurstLimit":2,"RateLimit":1},"/pets/{id}/DELETE":{"BurstLimit":8,"RateLimit":4}}`)},
		{"remove" + under + "/~1pets~1{id}/DELETE", stage(`{"/pets/GET":{"BurstLimit":2,"RateLimit":1}}`)},
		{"replace" + under + ` {"/pets/POST":{"rateLimit":1.5,"burstLimit":2}}`, stage(`{"/pets/POST":{"BurstLimit":2,"RateLimit":1.5}}`)},
		{"remove" + under, `ApiStages [{"ApiId":"` + *api + `","Stage":"prod"}]`},
		{"add" + under + ` {"/pets/GET":{"rateLimit":1,"burstLimit":2}}`, stage(`{"/pets/GET":{"BurstLimit":2,"RateLimit":1}}`)},
		{"remove /apiStages " + prod, "ApiStages []"},
		{"add /apiStages " + prod, `ApiStages [{"ApiId":"` + *api + `","Stage":"prod"}]`},
	})
	refusals(c, update, read, [][2]string{
		{"remove /apiStages", "Invalid API Stage specified"},
		{"remove /apiStages noColon", "Invalid API Stage specified"},
		{"add /apiStages " + *api + ":dev", "404 Invalid API Stage {api: " + *api + ", stage: dev} specified for usageplan " + *id},
		{"replace /id x", "Invalid patch path /id"},
		{"add /name x", "Invalid patch operation specified. Must be one of: [replace]"},
	})
	refused[*types.BadRequestException](c, c.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: new("x"), ApiStages: []types.ApiStage{{ApiId: api, Stage: new("nobody")}}}, "Invalid API Stage specified")

	key := do(c, c.CreateApiKey, &apigateway.CreateApiKeyInput{Name: new("ada"), Enabled: true})
	in := &apigateway.CreateUsagePlanKeyInput{UsagePlanId: id, KeyId: key.Id, KeyType: new("API_KEY")}
	c.equal(do(c, c.CreateUsagePlanKey, in), "", `{"Id":"`+*key.Id+`","Name":"ada","Type":"API_KEY","Value":"`+*key.Value+`"}`)
	refused[*types.ConflictException](c, c.CreateUsagePlanKey, in, "…")
	refused[*types.NotFoundException](c, c.CreateUsagePlanKey, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: id, KeyId: new("nobody"), KeyType: new("API_KEY")}, "Invalid API Key identifier specified")
	c.equal(do(c, c.GetUsagePlanKey, &apigateway.GetUsagePlanKeyInput{UsagePlanId: id, KeyId: key.Id}), "Name", `"ada"`)
	for name, want := range map[string]int{"a": 1, "b": 0} {
		if list := do(c, c.GetUsagePlanKeys, &apigateway.GetUsagePlanKeysInput{UsagePlanId: id, NameQuery: &name}); len(list.Items) != want {
			c.Errorf("GetUsagePlanKeys of %s has %d, want %d", name, len(list.Items), want)
		}
	}
	for keyID, want := range map[string]int{*key.Id: 1, "nobody": 0} {
		if list := do(c, c.GetUsagePlans, &apigateway.GetUsagePlansInput{KeyId: &keyID}); len(list.Items) != want {
			c.Errorf("GetUsagePlans of key %s has %d, want %d", keyID, len(list.Items), want)
		}
	}
	usage := do(c, c.GetUsage, &apigateway.GetUsageInput{UsagePlanId: id, StartDate: new("2026-01-01"), EndDate: new("2026-01-31")})
	c.equal(usage, "EndDate", `"2026-01-31"`)
	refused[*types.BadRequestException](c, c.GetUsage, &apigateway.GetUsageInput{UsagePlanId: id, StartDate: new("2026-01-01"), EndDate: new("2026-12-31")}, "…")
	do(c, c.UpdateUsagePlan, &apigateway.UpdateUsagePlanInput{UsagePlanId: id, PatchOperations: patch("replace /quota/limit 9", "replace /quota/period DAY", "replace /quota/offset 0")})
	left := do(c, c.UpdateUsage, &apigateway.UpdateUsageInput{UsagePlanId: id, KeyId: key.Id, PatchOperations: patch("replace /remaining 5")})
	c.equal(left.Items[*key.Id], "", `[[0,5]]`)
	do(c, c.DeleteUsagePlanKey, &apigateway.DeleteUsagePlanKeyInput{UsagePlanId: id, KeyId: key.Id})
	refused[*types.NotFoundException](c, c.GetUsagePlanKey, &apigateway.GetUsagePlanKeyInput{UsagePlanId: id, KeyId: key.Id}, "…")
	refused[*types.BadRequestException](c, c.DeleteUsagePlan, &apigateway.DeleteUsagePlanInput{UsagePlanId: id}, "Cannot delete Usage Plan "+*id+" because there are API Stages associated with it…")
	do(c, c.UpdateUsagePlan, &apigateway.UpdateUsagePlanInput{UsagePlanId: id, PatchOperations: patch("remove /apiStages " + prod)})
	do(c, c.DeleteUsagePlan, &apigateway.DeleteUsagePlanInput{UsagePlanId: id})
	refused[*types.NotFoundException](c, c.GetUsagePlan, at, "Invalid Usage Plan ID specified")
}
