package house_test

import (
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func driveDeployment(c *sdk) {
	api, root := c.newAPI()
	refused[*types.BadRequestException](c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api}, "The REST API doesn't contain any methods")
	do(c, c.PutMethod, &apigateway.PutMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("PUT"), AuthorizationType: new("NONE")})
	refused[*types.BadRequestException](c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api}, "No integration defined for method")
	do(c, c.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("PUT")})
	c.mock(api, root)
	made := do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, Description: new("first"), StageName: new("prod"), StageDescription: new("live"),
		Variables: map[string]string{"color": "blue"}, TracingEnabled: new(true), CacheClusterEnabled: new(true), CacheClusterSize: types.CacheClusterSizeSize1Point6Gb})
	id := made.Id
	c.equal(made, "Description", `"first"`)
	if made.CreatedDate == nil || made.ApiSummary != nil {
		c.Errorf("CreateDeployment answers %s", memberOf(c.T, made, ""))
	}
	stage := do(c, c.GetStage, &apigateway.GetStageInput{RestApiId: api, StageName: new("prod")})
	for path, want := range map[string]string{
		"DeploymentId": `"` + *id + `"`, "Description": `"live"`, "Variables": `{"color":"blue"}`, "TracingEnabled": "true",
		"CacheClusterEnabled": "true", "CacheClusterSize": `"1.6"`, "CacheClusterStatus": `"AVAILABLE"`,
	} {
		c.equal(stage, path, want)
	}
	at := &apigateway.GetDeploymentInput{RestApiId: api, DeploymentId: id}
	c.equal(do(c, c.GetDeployment, at), "", memberOf(c.T, made, ""))
	c.equal(do(c, c.GetDeployment, &apigateway.GetDeploymentInput{RestApiId: api, DeploymentId: id, Embed: []string{"apisummary"}}),
		"ApiSummary", `{"/":{"GET":{"ApiKeyRequired":false,"AuthorizationType":"NONE"}}}`)
	read := func() (*apigateway.GetDeploymentOutput, error) { return c.GetDeployment(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateDeploymentOutput, error) {
		return c.UpdateDeployment(c.Context(), &apigateway.UpdateDeploymentInput{RestApiId: api, DeploymentId: id, PatchOperations: ops})
	}
	patches(c, update, read, []patched{{"replace /description the first", `Description "the first"`}})
	refusals(c, update, read, [][2]string{
		{"add /description x", "Invalid patch path  '/description' specified for op 'add'. Please choose supported operations"},
		{"replace /id x", "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description]"},
	})
	second := do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api}).Id
	if list := do(c, c.GetDeployments, &apigateway.GetDeploymentsInput{RestApiId: api}); len(list.Items) != 2 || *list.Items[0].Id != *id {
		c.Errorf("GetDeployments answers %s", memberOf(c.T, list, ""))
	}
	refused[*types.BadRequestException](c, c.DeleteDeployment, &apigateway.DeleteDeploymentInput{RestApiId: api, DeploymentId: id}, "Active stages pointing to this deployment must be moved or deleted")
	do(c, c.DeleteDeployment, &apigateway.DeleteDeploymentInput{RestApiId: api, DeploymentId: second})
	refused[*types.NotFoundException](c, c.GetDeployment, &apigateway.GetDeploymentInput{RestApiId: api, DeploymentId: second}, "Invalid Deployment identifier specified")
	refused[*types.NotFoundException](c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: new("nobody")}, "Invalid API identifier specified 000000000000:nobody")
}

func driveStage(c *sdk) {
	api, deployment := c.newStage()
	second := do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api}).Id
	do(c, c.CreateDocumentationVersion, &apigateway.CreateDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v1")})
	cert := *do(c, c.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{}).ClientCertificateId
	do(c, c.UpdateAccount, &apigateway.UpdateAccountInput{PatchOperations: patch("replace /cloudwatchRoleArn arn:aws:iam::000000000000:role/logs")})

	dev := &apigateway.CreateStageInput{RestApiId: api, StageName: new("dev"), DeploymentId: deployment, Description: new("trial"), DocumentationVersion: new("v1"),
		Variables: map[string]string{"a": "1"}, Tags: map[string]string{"team": "zoo"}, TracingEnabled: true, CacheClusterEnabled: true, CacheClusterSize: types.CacheClusterSizeSize0Point5Gb}
	made := do(c, c.CreateStage, dev)
	at := &apigateway.GetStageInput{RestApiId: api, StageName: new("dev")}
	c.equal(do(c, c.GetStage, at), "", memberOf(c.T, made, ""))
	c.equal(made, "Variables", `{"a":"1"}`)
	c.equal(made, "DocumentationVersion", `"v1"`)
	if made.CreatedDate == nil || made.LastUpdatedDate == nil {
		c.Errorf("CreateStage answers %s", memberOf(c.T, made, ""))
	}
	refused[*types.ConflictException](c, c.CreateStage, dev, "Stage already exists")
	refused[*types.BadRequestException](c, c.CreateStage, &apigateway.CreateStageInput{RestApiId: api, StageName: new("x"), DeploymentId: new("nobody")}, "Deployment id does not exist")
	refused[*types.BadRequestException](c, c.CreateStage, &apigateway.CreateStageInput{RestApiId: api, StageName: new("a b"), DeploymentId: deployment}, "Stage name only allows a-zA-Z0-9_-")

	read := func() (*apigateway.GetStageOutput, error) { return c.GetStage(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateStageOutput, error) {
		return c.UpdateStage(c.Context(), &apigateway.UpdateStageInput{RestApiId: api, StageName: at.StageName, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /description try", `Description "try"`},
		{"replace /deploymentId " + *second, `DeploymentId "` + *second + `"`},
		{"replace /documentationVersion ", "DocumentationVersion"},
		{"replace /documentationVersion v1", `DocumentationVersion "v1"`},
		{"replace /clientCertificateId " + cert, `ClientCertificateId "` + cert + `"`},
		{"replace /clientCertificateId ", "ClientCertificateId"},
		{"replace /tracingEnabled false", "TracingEnabled false"},
		{"replace /cacheClusterSize 6.1", `CacheClusterSize "6.1"`},
		{"replace /cacheClusterEnabled false", `CacheClusterStatus "NOT_AVAILABLE"`},
		{"replace /variables/b 2", `Variables {"a":"1","b":"2"}`},
		{`replace /variables {"c":"3"}`, `Variables {"c":"3"}`},
		{"replace /variables/d 4", `Variables {"c":"3","d":"4"}`},
		{"remove /variables/d", `Variables {"c":"3"}`},
		{"remove /variables", "Variables"},
		{"add /accessLogSettings/destinationArn arn:aws:logs:us-east-1:000000000000:log-group:a:*", `AccessLogSettings {"DestinationArn":"arn:aws:logs:us-east-1:000000000000:log-group:a"}`},
		{"replace /accessLogSettings/destinationArn arn:aws:logs:us-east-1:000000000000:log-group:b", `AccessLogSettings.DestinationArn "arn:aws:logs:us-east-1:000000000000:log-group:b"`},
		{"add /accessLogSettings/format $context.requestId", `AccessLogSettings.Format "$context.requestId"`},
		{"replace /accessLogSettings/format $context.requestId $context.status", `AccessLogSettings.Format "$context.requestId $context.status"`},
		{"remove /accessLogSettings", "AccessLogSettings"},
		{"replace /*/*/metrics/enabled true", "MethodSettings.*/*.MetricsEnabled true"},
		{"replace /*/*/logging/dataTrace true", "MethodSettings.*/*.DataTraceEnabled true"},
		{"replace /*/*/logging/loglevel INFO", `MethodSettings.*/*.LoggingLevel "INFO"`},
		{"replace /*/*/throttling/burstLimit 7", "MethodSettings.*/*.ThrottlingBurstLimit 7"},
		{"replace /*/*/throttling/rateLimit 2.5", "MethodSettings.*/*.ThrottlingRateLimit 2.5"},
		{"replace /*/*/caching/enabled true", "MethodSettings.*/*.CachingEnabled true"},
		{"replace /*/*/caching/dataEncrypted true", "MethodSettings.*/*.CacheDataEncrypted true"},
		{"replace /*/*/caching/ttlInSeconds 3600", "MethodSettings.*/*.CacheTtlInSeconds 3600"},
		{"replace /*/*/caching/requireAuthorizationForCacheControl false", "MethodSettings.*/*.RequireAuthorizationForCacheControl false"},
		{"replace /*/*/caching/unauthorizedCacheControlHeaderStrategy FAIL_WITH_403", `MethodSettings.*/*.UnauthorizedCacheControlHeaderStrategy "FAIL_WITH_403"`},
		{"replace /~1/GET/throttling/burstLimit 3", "MethodSettings.~1/GET.ThrottlingBurstLimit 3"},
		{"replace /pets~1{id}/GET/throttling/burstLimit 4", "MethodSettings.pets~1{id}/GET.ThrottlingBurstLimit 4"},
		{"remove /pets~1{id}/GET", "MethodSettings.pets~1{id}/GET"},
		{"remove /*/*", "MethodSettings.*/*"},
	})
	unknown := "Invalid method setting path: %s. Must be one of: [/deploymentId, /description, /cacheClusterEnabled, "
	for _, path := range []string{"/stageName", "/tags/team", "/documentation_version", "/methodSettings"} {
		refused[*types.BadRequestException](c, c.UpdateStage, &apigateway.UpdateStageInput{RestApiId: api, StageName: at.StageName, PatchOperations: patch("replace " + path + " x")},
			strings.Replace(unknown, "%s", path, 1)+"…")
	}
	refusals(c, update, read, [][2]string{
		{"replace /deploymentId nobody", "Deployment id does not exist"},
		{"add /variables/a 1", "Invalid add operation with path: /variables/a"},
		{"replace /accessLogSettings/x y", "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]"},
		{"replace /accessLogSettings/format ", "Access Log value must not be empty"},
		{"remove /accessLogSettings/format", "Cannot remove method setting accessLogSettings/format because there is no method setting for this method "},
		{"remove /nobody/GET", "Cannot remove method setting nobody/GET because there is no method setting for this method "},
		{"copy /deploymentId /canarySettings/deploymentId", "Promotion not available. Canary does not exist."},
		{"copy /description /variables", "Invalid copy operation with path: /description and from /variables. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]"},
	})
	list := do(c, c.GetStages, &apigateway.GetStagesInput{RestApiId: api, DeploymentId: second})
	if len(list.Item) != 1 || *list.Item[0].StageName != "dev" {
		c.Errorf("GetStages of a deployment answers %s", memberOf(c.T, list, ""))
	}
	if list := do(c, c.GetStages, &apigateway.GetStagesInput{RestApiId: api}); len(list.Item) != 2 {
		c.Errorf("GetStages has %d, want 2", len(list.Item))
	}
	do(c, c.FlushStageCache, &apigateway.FlushStageCacheInput{RestApiId: api, StageName: at.StageName})
	do(c, c.FlushStageAuthorizersCache, &apigateway.FlushStageAuthorizersCacheInput{RestApiId: api, StageName: at.StageName})
	wantBody(c.T, http.MethodGet, c.url+"/restapis/"+*api+"/dev/_user_request_/", 200, `{"stage": "dev"}`)
	do(c, c.DeleteStage, &apigateway.DeleteStageInput{RestApiId: api, StageName: at.StageName})
	refused[*types.NotFoundException](c, c.GetStage, at, "Invalid stage identifier specified")
	refused[*types.NotFoundException](c, c.FlushStageCache, &apigateway.FlushStageCacheInput{RestApiId: api, StageName: at.StageName}, "Invalid stage identifier specified")
	wantBody(c.T, http.MethodGet, c.url+"/restapis/"+*api+"/dev/_user_request_/", 403, `{"message":"Forbidden"}`)
}

func driveCanary(c *sdk) {
	api, base := c.newStage()
	refused[*types.BadRequestException](c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, CanarySettings: &types.DeploymentCanarySettings{PercentTraffic: 10}},
		"Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null")
	refused[*types.BadRequestException](c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, StageName: new("nobody"), CanarySettings: &types.DeploymentCanarySettings{PercentTraffic: 10}},
		"Invalid deployment content specified.Stage nobody must already be created before making a canary release deployment")
	canary := do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, StageName: new("prod"),
		CanarySettings: &types.DeploymentCanarySettings{PercentTraffic: 12.5, StageVariableOverrides: map[string]string{"color": "red"}, UseStageCache: true}}).Id
	at := &apigateway.GetStageInput{RestApiId: api, StageName: new("prod")}
	stage := do(c, c.GetStage, at)
	c.equal(stage, "DeploymentId", `"`+*base+`"`)
	c.equal(stage, "CanarySettings", `{"DeploymentId":"`+*canary+`","PercentTraffic":12.5,"StageVariableOverrides":{"color":"red"},"UseStageCache":true}`)
	read := func() (*apigateway.GetStageOutput, error) { return c.GetStage(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateStageOutput, error) {
		return c.UpdateStage(c.Context(), &apigateway.UpdateStageInput{RestApiId: api, StageName: at.StageName, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /canarySettings/percentTraffic 0", "CanarySettings.PercentTraffic 0"},
		{"replace /canarySettings/useStageCache false", "CanarySettings.UseStageCache false"},
		{"replace /canarySettings/deploymentId " + *base, `CanarySettings.DeploymentId "` + *base + `"`},
		{"replace /canarySettings/deploymentId " + *canary, `CanarySettings.DeploymentId "` + *canary + `"`},
		{"replace /canarySettings/stageVariableOverrides/size big", `CanarySettings.StageVariableOverrides {"color":"red","size":"big"}`},
		{"remove /canarySettings/stageVariableOverrides/size", `CanarySettings.StageVariableOverrides {"color":"red"}`},
		{`replace /canarySettings/stageVariableOverrides {"size":"big"}`, `CanarySettings.StageVariableOverrides {"size":"big"}`},
		{"copy /variables /canarySettings/stageVariableOverrides", `Variables {"size":"big"}`},
		{"copy /deploymentId /canarySettings/deploymentId", `DeploymentId "` + *canary + `"`},
		{"remove /canarySettings", "CanarySettings"},
	})
	refusals(c, update, read, [][2]string{
		{"add /canarySettings/deploymentId " + *base, "Invalid add operation with path: /canarySettings/deploymentId"},
		{"replace /canarySettings/deploymentId nobody", "Deployment id does not exist"},
		{"replace /canarySettings/percentTraffic 101", "Percent traffic must be between 0.0 and 100.0"},
		{"remove /canarySettings/badPath", "Cannot remove method setting canarySettings/badPath because there is no method setting for this method "},
	})
	made := do(c, c.CreateStage, &apigateway.CreateStageInput{RestApiId: api, StageName: new("dev"), DeploymentId: base,
		CanarySettings: &types.CanarySettings{DeploymentId: canary, PercentTraffic: 100, StageVariableOverrides: map[string]string{"a": "b"}}})
	c.equal(made, "CanarySettings", `{"DeploymentId":"`+*canary+`","PercentTraffic":100,"StageVariableOverrides":{"a":"b"},"UseStageCache":false}`)
}
