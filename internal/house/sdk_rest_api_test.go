package house_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func driveAccount(c *sdk) {
	read := func() (*apigateway.GetAccountOutput, error) {
		return c.GetAccount(c.Context(), &apigateway.GetAccountInput{})
	}
	update := func(ops []types.PatchOperation) (*apigateway.UpdateAccountOutput, error) {
		return c.UpdateAccount(c.Context(), &apigateway.UpdateAccountInput{PatchOperations: ops})
	}
	account := do(c, c.GetAccount, &apigateway.GetAccountInput{})
	c.equal(account, "", `{"ApiKeyVersion":"4","Features":["UsagePlans"],"ThrottleSettings":{"BurstLimit":5000,"RateLimit":10000}}`)
	patches(c, update, read, []patched{
		{"replace /cloudwatchRoleArn arn:aws:iam::000000000000:role/logs", `CloudwatchRoleArn "arn:aws:iam::000000000000:role/logs"`},
		{"replace /cloudwatchRoleArn ", "CloudwatchRoleArn"},
		{"add /features Other", `Features ["UsagePlans","Other"]`},
		{"remove /features Other", `Features ["UsagePlans"]`},
	})
	refusals(c, update, read, [][2]string{
		{"remove /features UsagePlans", "Usage Plans cannot be disabled once enabled"},
		{"add /cloudwatchRoleArn arn:aws:iam::000000000000:role/logs", "Invalid patch operation specified. Must be one of: [replace]"},
		{"replace /apiKeyVersion 5", "Invalid patch path /apiKeyVersion"},
	})
}

func driveRestAPI(c *sdk) {
	made := do(c, c.CreateRestApi, &apigateway.CreateRestApiInput{
		Name: new("pets"), Description: new("all the pets"), Version: new("1"), BinaryMediaTypes: []string{"image/png"},
		MinimumCompressionSize: new(int32(0)), ApiKeySource: types.ApiKeySourceTypeAuthorizer,
		EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeRegional}},
		Policy:                new(`{"Version":"2012-10-17"}`), DisableExecuteApiEndpoint: true, Tags: map[string]string{"team": "zoo"},
	})
	id := made.Id
	if len(*id) != 10 || made.CreatedDate == nil || made.RootResourceId == nil {
		c.Errorf("CreateRestApi answers %s", memberOf(c.T, made, ""))
	}
	read := func() (*apigateway.GetRestApiOutput, error) {
		return c.GetRestApi(c.Context(), &apigateway.GetRestApiInput{RestApiId: id})
	}
	update := func(ops []types.PatchOperation) (*apigateway.UpdateRestApiOutput, error) {
		return c.UpdateRestApi(c.Context(), &apigateway.UpdateRestApiInput{RestApiId: id, PatchOperations: ops})
	}
	got := do(c, c.GetRestApi, &apigateway.GetRestApiInput{RestApiId: id})
	c.equal(got, "", memberOf(c.T, made, ""))
	for path, want := range map[string]string{
		"Name": `"pets"`, "Description": `"all the pets"`, "Version": `"1"`, "BinaryMediaTypes": `["image/png"]`, "MinimumCompressionSize": "0",
		"ApiKeySource": `"AUTHORIZER"`, "EndpointConfiguration": `{"IpAddressType":"ipv4","Types":["REGIONAL"]}`,
		"Policy": `"{\\\"Version\\\":\\\"2012-10-17\\\"}"`, "DisableExecuteApiEndpoint": "true", "Tags": `{"team":"zoo"}`,
	} {
		c.equal(got, path, want)
	}
	patches(c, update, read, []patched{
		{"replace /name dogs and cats", `Name "dogs and cats"`},
		{"replace /description others", `Description "others"`},
		{"remove /description", "Description"},
		{"add /description again", `Description "again"`},
		{"replace /apiKeySource HEADER", `ApiKeySource "HEADER"`},
		{"replace /disableExecuteApiEndpoint false", "DisableExecuteApiEndpoint false"},
		{"replace /minimumCompressionSize 1024", "MinimumCompressionSize 1024"},
		{"replace /minimumCompressionSize", "MinimumCompressionSize"},
		{`replace /policy {"Version":"2008-10-17"}`, `Policy "{\\\"Version\\\":\\\"2008-10-17\\\"}"`},
		{"replace /policy ", "Policy"},
		{"add /binaryMediaTypes/image~1gif", `BinaryMediaTypes ["image/png","image/gif"]`},
		{"replace /binaryMediaTypes/image~1png image/jpeg", `BinaryMediaTypes ["image/gif","image/jpeg"]`},
		{"remove /binaryMediaTypes/image~1gif", `BinaryMediaTypes ["image/jpeg"]`},
		{"replace /endpointConfiguration/ipAddressType dualstack", `EndpointConfiguration.IpAddressType "dualstack"`},
		{"replace /endpointConfiguration/types/REGIONAL EDGE", `EndpointConfiguration.Types ["EDGE"]`},
		{"replace /endpointConfiguration/types/0 PRIVATE", `EndpointConfiguration {"IpAddressType":"dualstack","Types":["PRIVATE"]}`},
		{"add /endpointConfiguration/vpcEndpointIds vpce-1", `EndpointConfiguration.VpcEndpointIds ["vpce-1"]`},
		{"remove /endpointConfiguration/vpcEndpointIds vpce-1", "EndpointConfiguration.VpcEndpointIds"},
		{"replace /securityPolicy TLS_1_2", `SecurityPolicy "TLS_1_2"`},
		{"replace /endpointAccessMode STRICT", `EndpointAccessMode "STRICT"`},
	})
	refusals(c, update, read, [][2]string{
		{"add /name x", "Invalid patch operation specified. Must be one of: [replace]"},
		{"replace /id x", "Invalid patch path /id"},
		{"replace /rootResourceId x", "Invalid patch path /rootResourceId"},
		{"replace /binaryMediaTypes x", "Invalid patch path /binaryMediaTypes"},
		{"replace /minimumCompressionSize -1", "Invalid minimum compression size, must be between 0 and 10485760"},
		{"replace /minimumCompressionSize many", "Invalid minimum compression size, must be between 0 and 10485760"},
		{"replace /endpointConfiguration/types/PRIVATE NOWHERE", "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"},
		{"replace /endpointConfiguration/ipAddressType ipv4", "Only dualstack ipAddressType is supported for Private APIs."},
	})
	// Either all operations of a list act, or none.
	_, err := update(patch("replace /name half", "replace /minimumCompressionSize -1"))
	if err == nil {
		c.Error("a list with an operation that cannot be done succeeds")
	}
	c.equal(do(c, c.GetRestApi, &apigateway.GetRestApiInput{RestApiId: id}), "Name", `"dogs and cats"`)

	clone := do(c, c.CreateRestApi, &apigateway.CreateRestApiInput{Name: new("clone"), CloneFrom: id})
	c.equal(clone, "BinaryMediaTypes", `["image/jpeg"]`)
	if all := do(c, c.GetRestApis, &apigateway.GetRestApisInput{}); len(all.Items) != 2 {
		c.Errorf("GetRestApis has %d, want 2", len(all.Items))
	}
	do(c, c.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: id})
	gone := "Invalid API identifier specified 000000000000:" + *id
	refused[*types.NotFoundException](c, c.GetRestApi, &apigateway.GetRestApiInput{RestApiId: id}, gone)
	refused[*types.NotFoundException](c, c.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: id}, gone)
	refused[*types.NotFoundException](c, c.GetRestApi, &apigateway.GetRestApiInput{RestApiId: new(strings.ToUpper(*clone.Id))},
		"Invalid API identifier specified 000000000000:"+strings.ToUpper(*clone.Id))
	refused[*types.BadRequestException](c, c.CreateRestApi, &apigateway.CreateRestApiInput{Name: new("x"), Description: new("")}, "Description cannot be an empty string")
	refused[*types.BadRequestException](c, c.CreateRestApi, &apigateway.CreateRestApiInput{Name: new("x"), MinimumCompressionSize: new(int32(-1))},
		"Invalid minimum compression size, must be between 0 and 10485760")
	refused[*types.BadRequestException](c, c.CreateRestApi, &apigateway.CreateRestApiInput{Name: new("x"), EndpointConfiguration: &types.EndpointConfiguration{
		Types: []types.EndpointType{types.EndpointTypeEdge, types.EndpointTypeRegional}}}, "Cannot create an api with multiple Endpoint Types.")
}

func driveTags(c *sdk) {
	api, _ := c.newStage()
	arns := []string{
		"/restapis/" + *api,
		"/restapis/" + *api + "/stages/prod",
		"/apikeys/" + *do(c, c.CreateApiKey, &apigateway.CreateApiKeyInput{}).Id,
		"/usageplans/" + *do(c, c.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: new("gold")}).Id,
		"/vpclinks/" + *do(c, c.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: new("link"), TargetArns: []string{balancer}}).Id,
		"/clientcertificates/" + *do(c, c.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{}).ClientCertificateId,
		"/domainnames/" + *do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("api.example.com"), CertificateArn: new(certificate)}).DomainName,
	}
	for _, arn := range arns {
		arn := new("arn:aws:apigateway:us-east-1::" + arn)
		do(c, c.TagResource, &apigateway.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "1", "b": "2", "c d": "3 & 4"}})
		do(c, c.TagResource, &apigateway.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "new"}})
		do(c, c.UntagResource, &apigateway.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"b", "not there"}})
		c.equal(do(c, c.GetTags, &apigateway.GetTagsInput{ResourceArn: arn}), "Tags", `{"a":"new","c d":"3 \u0026 4"}`)
		do(c, c.UntagResource, &apigateway.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a", "c d"}})
		c.equal(do(c, c.GetTags, &apigateway.GetTagsInput{ResourceArn: arn}), "Tags", `{}`)
	}
	nobody := new("arn:aws:apigateway:us-east-1::/restapis/nobody")
	refused[*types.NotFoundException](c, c.GetTags, &apigateway.GetTagsInput{ResourceArn: nobody}, "Invalid API identifier specified 000000000000:nobody")
	refused[*types.NotFoundException](c, c.TagResource, &apigateway.TagResourceInput{ResourceArn: nobody, Tags: map[string]string{"a": "1"}},
		"Invalid API identifier specified 000000000000:nobody")
	refused[*types.BadRequestException](c, c.TagResource, &apigateway.TagResourceInput{ResourceArn: new("arn:aws:apigateway:us-east-1::" + arns[0]),
		Tags: map[string]string{"aws:mine": "1"}}, "…")
	refused[*types.BadRequestException](c, c.GetTags, &apigateway.GetTagsInput{ResourceArn: new("not an ARN")}, "…")
}
