package house_test

import (
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func driveResource(c *sdk) {
	api, root := c.newMethod()
	pets := do(c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: new("pets")})
	c.equal(pets, "Path", `"/pets"`)
	pet := do(c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: pets.Id, PathPart: new("{id}")})
	c.equal(pet, "", `{"Id":"`+*pet.Id+`","ParentId":"`+*pets.Id+`","Path":"/pets/{id}","PathPart":"{id}"}`)
	other := do(c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: new("other")})

	// The methods of a resource have three forms.
	plain := do(c, c.GetResource, &apigateway.GetResourceInput{RestApiId: api, ResourceId: root})
	c.equal(plain, "ResourceMethods", `{"GET":{}}`)
	whole := do(c, c.GetResource, &apigateway.GetResourceInput{RestApiId: api, ResourceId: root, Embed: []string{"methods"}})
	c.equal(whole, "ResourceMethods.GET.MethodIntegration.Type", `"MOCK"`)
	c.equal(do(c, c.GetResource, &apigateway.GetResourceInput{RestApiId: api, ResourceId: pet.Id}), "ResourceMethods", "")
	list := do(c, c.GetResources, &apigateway.GetResourcesInput{RestApiId: api, Embed: []string{"methods"}})
	if len(list.Items) != 4 || *list.Items[0].Path != "/" || list.Items[0].ResourceMethods["GET"].MethodIntegration == nil {
		c.Errorf("GetResources answers %s", memberOf(c.T, list, ""))
	}

	read := func() (*apigateway.GetResourceOutput, error) {
		return c.GetResource(c.Context(), &apigateway.GetResourceInput{RestApiId: api, ResourceId: pet.Id})
	}
	update := func(ops []types.PatchOperation) (*apigateway.UpdateResourceOutput, error) {
		return c.UpdateResource(c.Context(), &apigateway.UpdateResourceInput{RestApiId: api, ResourceId: pet.Id, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /pathPart {petId}", `Path "/pets/{petId}"`},
		{"replace /parentId " + *other.Id, `Path "/other/{petId}"`},
	})
	refusals(c, update, read, [][2]string{
		{"add /pathPart x", "Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations"},
		{"remove /pathPart", "Invalid patch path  '/pathPart' specified for op 'remove'. Please choose supported operations"},
		{"replace /path x", "Invalid patch path  '/path' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"},
		{"replace /parentId nobody", "404 Invalid Resource identifier specified"},
		{"replace /parentId " + *pet.Id, "Resources cannot be cyclical."},
	})
	refused[*types.BadRequestException](c, c.UpdateResource, &apigateway.UpdateResourceInput{RestApiId: api, ResourceId: root, PatchOperations: patch("replace /pathPart x")},
		"Root resource cannot update its pathPart.")
	refused[*types.ConflictException](c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: new("pets")},
		"Another resource with the same parent already has this name: pets")
	refused[*types.BadRequestException](c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: new("a b")},
		"Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
	refused[*types.BadRequestException](c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: other.Id, PathPart: new("{other}")},
		"A sibling ({petId}) of this resource already has a variable path part -- only one is allowed")
	greedy := do(c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: pets.Id, PathPart: new("{all+}")})
	refused[*types.BadRequestException](c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: greedy.Id, PathPart: new("below")},
		"Cannot create a child of a resource with a greedy path variable: {all+}")

	do(c, c.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: api, ResourceId: pets.Id})
	for _, id := range []*string{pets.Id, greedy.Id} {
		refused[*types.NotFoundException](c, c.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: api, ResourceId: id}, "Invalid Resource identifier specified")
	}
	refused[*types.BadRequestException](c, c.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: api, ResourceId: root}, "…")
}

func driveMethod(c *sdk) {
	api, root := c.newAPI()
	post := new("POST")
	validator := *do(c, c.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: api, Name: new("all")}).Id
	authorizer := *do(c, c.CreateAuthorizer, &apigateway.CreateAuthorizerInput{RestApiId: api, Name: new("mine"), Type: types.AuthorizerTypeToken,
		AuthorizerUri: new(function), IdentitySource: new("method.request.header.Authorization")}).Id
	put := &apigateway.PutMethodInput{
		RestApiId: api, ResourceId: root, HttpMethod: post, AuthorizationType: new("NONE"), ApiKeyRequired: true, OperationName: new("addPet"),
		RequestParameters: map[string]bool{"method.request.header.X-Trace": true, "method.request.querystring.dry": false},
		RequestModels:     map[string]string{"application/json": "Empty"}, RequestValidatorId: &validator,
	}
	made := do(c, c.PutMethod, put)
	c.equal(made, "", `{"ApiKeyRequired":true,"AuthorizationType":"NONE","HttpMethod":"POST","OperationName":"addPet","RequestModels":{"application/json":"Empty"},`+
		`"RequestParameters":{"method.request.header.X-Trace":true,"method.request.querystring.dry":false},"RequestValidatorId":"`+validator+`"}`)
	refused[*types.ConflictException](c, c.PutMethod, put, "Method already exists for this resource")

	at := &apigateway.GetMethodInput{RestApiId: api, ResourceId: root, HttpMethod: post}
	read := func() (*apigateway.GetMethodOutput, error) { return c.GetMethod(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateMethodOutput, error) {
		return c.UpdateMethod(c.Context(), &apigateway.UpdateMethodInput{RestApiId: api, ResourceId: root, HttpMethod: post, PatchOperations: ops})
	}
	c.equal(do(c, c.GetMethod, at), "", memberOf(c.T, made, ""))
	patches(c, update, read, []patched{
		{"replace /apiKeyRequired false", "ApiKeyRequired false"},
		{"replace /apiKeyRequired true", "ApiKeyRequired true"},
		{"replace /apiKeyRequired whatever", "ApiKeyRequired false"},
		{"replace /operationName createPet", `OperationName "createPet"`},
		{"replace /requestValidatorId ", "RequestValidatorId"},
		{"replace /requestValidatorId " + validator, `RequestValidatorId "` + validator + `"`},
		{"replace /authorizerId " + authorizer, "AuthorizerId"},
		{"replace /authorizationType AWS_IAM", `AuthorizationType "AWS_IAM"`},
		{"add /requestParameters/method.request.header.X-Id true", `RequestParameters.method·request·header·X-Id true`},
		{"replace /requestParameters/method.request.header.X-Id false", `RequestParameters.method·request·header·X-Id false`},
		{"remove /requestParameters/method.request.header.X-Id", `RequestParameters.method·request·header·X-Id`},
		{"add /requestModels/text~1xml Error", `RequestModels.text/xml "Error"`},
		{"replace /requestModels/text~1xml Empty", `RequestModels.text/xml "Empty"`},
		{"remove /requestModels/text~1xml", `RequestModels {"application/json":"Empty"}`},
		{"remove /requestModels/application~1json", "RequestModels"},
	})
	// The parts of a list are judged together.
	with := do(c, c.UpdateMethod, &apigateway.UpdateMethodInput{RestApiId: api, ResourceId: root, HttpMethod: post,
		PatchOperations: patch("replace /authorizerId "+authorizer, "replace /authorizationType CUSTOM")})
	c.equal(with, "AuthorizerId", `"`+authorizer+`"`)
	patches(c, update, read, []patched{
		{"add /authorizationScopes pets/read", `AuthorizationScopes ["pets/read"]`},
		{"add /authorizationScopes pets/write", `AuthorizationScopes ["pets/read","pets/write"]`},
		{"remove /authorizationScopes pets/read", `AuthorizationScopes ["pets/write"]`},
	})
	refusals(c, update, read, [][2]string{
		{"add /operationName x", "Invalid patch operation specified. Must be one of: [replace]"},
		{"replace /httpMethod GET", "Invalid patch path /httpMethod"},
		{"replace /requestParameters x", "Invalid patch path /requestParameters"},
		{"add /requestModels/application/json Empty", "Invalid patch path /requestModels/application/json"},
		{"remove /requestParameters/method.request.header.Nobody", "404 Invalid parameter name specified"},
		{"remove /requestModels/image~1png", "404 Content-Type specified was not found"},
		{"add /requestModels/image~1png Nobody", "Invalid model identifier specified: Nobody"},
		{"replace /requestValidatorId nobody", "Invalid Request Validator identifier specified"},
		{"replace /authorizerId nobody", "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."},
	})
	for _, tt := range []struct {
		change  func(*apigateway.PutMethodInput)
		message string
	}{
		{func(in *apigateway.PutMethodInput) { in.HttpMethod = new("BREW") }, "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"},
		{func(in *apigateway.PutMethodInput) { in.AuthorizationType = new("CUSTOM") }, "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."},
		{func(in *apigateway.PutMethodInput) { in.RequestModels = map[string]string{"a/b": "Nobody"} }, "Invalid model identifier specified: Nobody"},
		{func(in *apigateway.PutMethodInput) { in.RequestValidatorId = new("nobody") }, "Invalid Request Validator identifier specified"},
		{func(in *apigateway.PutMethodInput) { in.RequestParameters = map[string]bool{"true": true} },
			"Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]"},
		{func(in *apigateway.PutMethodInput) {
			in.RequestParameters = map[string]bool{"method.request.header.a": true, "method.request.querystring.a": true}
		}, "Parameter names must be unique across querystring, header and path"},
	} {
		in := &apigateway.PutMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("PUT"), AuthorizationType: new("NONE")}
		tt.change(in)
		refused[*types.BadRequestException](c, c.PutMethod, in, tt.message)
	}
	do(c, c.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: api, ResourceId: root, HttpMethod: post})
	refused[*types.NotFoundException](c, c.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: api, ResourceId: root, HttpMethod: post}, "Invalid Method identifier specified")
}

func driveMethodResponse(c *sdk) {
	api, root := c.newMethod()
	get, teapot := new("GET"), new("418")
	in := &apigateway.PutMethodResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: teapot,
		ResponseParameters: map[string]bool{"method.response.header.X-Pot": true}, ResponseModels: map[string]string{"application/json": "Error"}}
	made := do(c, c.PutMethodResponse, in)
	c.equal(made, "", `{"ResponseModels":{"application/json":"Error"},"ResponseParameters":{"method.response.header.X-Pot":true},"StatusCode":"418"}`)
	refused[*types.ConflictException](c, c.PutMethodResponse, in, "Response already exists for this resource")
	at := &apigateway.GetMethodResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: teapot}
	c.equal(do(c, c.GetMethodResponse, at), "", memberOf(c.T, made, ""))
	read := func() (*apigateway.GetMethodResponseOutput, error) { return c.GetMethodResponse(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateMethodResponseOutput, error) {
		return c.UpdateMethodResponse(c.Context(), &apigateway.UpdateMethodResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: teapot, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"add /responseParameters/method.response.header.X-Cup true", `ResponseParameters.method·response·header·X-Cup true`},
		{"replace /responseParameters/method.response.header.X-Cup false", `ResponseParameters.method·response·header·X-Cup false`},
		{"remove /responseParameters/method.response.header.X-Cup", `ResponseParameters {"method.response.header.X-Pot":true}`},
		{"remove /responseParameters/method.response.header.X-Pot", "ResponseParameters"},
		{"add /responseModels/text~1xml Empty", `ResponseModels.text/xml "Empty"`},
		{"replace /responseModels/text~1xml Error", `ResponseModels.text/xml "Error"`},
		{"remove /responseModels/text~1xml", `ResponseModels {"application/json":"Error"}`},
	})
	refusals(c, update, read, [][2]string{
		{"remove /responseParameters/method.response.header.Nobody", "404 Invalid parameter name specified"},
		{"remove /responseModels/image~1png", "404 Content-Type specified was not found"},
		{"replace /statusCode 200", "Invalid patch path /statusCode"},
		{"replace /wrong/path x", "Invalid patch path /wrong/path"},
	})
	do(c, c.DeleteMethodResponse, &apigateway.DeleteMethodResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: teapot})
	refused[*types.NotFoundException](c, c.GetMethodResponse, at, "Invalid Response status code specified")
}

func driveIntegration(c *sdk) {
	api, root := c.newAPI()
	get := new("GET")
	do(c, c.PutMethod, &apigateway.PutMethodInput{RestApiId: api, ResourceId: root, HttpMethod: get, AuthorizationType: new("NONE"),
		RequestParameters: map[string]bool{"method.request.querystring.kind": true, "method.request.header.X-Id": false}})
	put := &apigateway.PutIntegrationInput{
		RestApiId: api, ResourceId: root, HttpMethod: get, Type: types.IntegrationTypeHttp, IntegrationHttpMethod: new("POST"), Uri: new("http://127.0.0.1:9/pets"),
		RequestParameters: map[string]string{"integration.request.querystring.type": "method.request.querystring.kind"},
		RequestTemplates:  map[string]string{"application/json": `{"a": 1}`}, TimeoutInMillis: new(int32(5000)), TlsConfig: &types.TlsConfig{InsecureSkipVerification: true},
	}
	made := do(c, c.PutIntegration, put)
	c.equal(made, "", `{"CacheKeyParameters":[],"CacheNamespace":"`+*root+`","ConnectionType":"INTERNET","ContentHandling":"","HttpMethod":"POST","PassthroughBehavior":"WHEN_NO_MATCH",`+
		`"RequestParameters":{"integration.request.querystring.type":"method.request.querystring.kind"},"RequestTemplates":{"application/json":"{\"a\": 1}"},`+
		`"ResponseTransferMode":"","TimeoutInMillis":5000,"TlsConfig":{"InsecureSkipVerification":true},"Type":"HTTP","Uri":"http://127.0.0.1:9/pets"}`)
	at := &apigateway.GetIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get}
	read := func() (*apigateway.GetIntegrationOutput, error) { return c.GetIntegration(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateIntegrationOutput, error) {
		return c.UpdateIntegration(c.Context(), &apigateway.UpdateIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get, PatchOperations: ops})
	}
	c.equal(do(c, c.GetIntegration, at), "", memberOf(c.T, made, ""))
	link := *do(c, c.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: new("inside"), TargetArns: []string{balancer}}).Id
	patches(c, update, read, []patched{
		{"replace /uri http://127.0.0.1:9/animals/{kind}", `Uri "http://127.0.0.1:9/animals/{kind}"`},
		{"replace /httpMethod PUT", `HttpMethod "PUT"`},
		{"replace /timeoutInMillis 50", "TimeoutInMillis 50"},
		{"replace /passthroughBehavior NEVER", `PassthroughBehavior "NEVER"`},
		{"replace /contentHandling CONVERT_TO_TEXT", `ContentHandling "CONVERT_TO_TEXT"`},
		{"replace /contentHandling ", `ContentHandling ""`},
		{"replace /tlsConfig/insecureSkipVerification false", "TlsConfig.InsecureSkipVerification false"},
		{"replace /cacheNamespace shared", `CacheNamespace "shared"`},
		{"add /requestParameters/integration.request.header.X-Id method.request.header.X-Id", `RequestParameters.integration·request·header·X-Id "method.request.header.X-Id"`},
		{"replace /requestParameters/integration.request.header.X-Id 'none'", `RequestParameters.integration·request·header·X-Id "'none'"`},
		{"remove /requestParameters/integration.request.header.X-Id", `RequestParameters {"integration.request.querystring.type":"method.request.querystring.kind"}`},
		{"add /requestTemplates/text~1xml <a/>", `RequestTemplates.text/xml "\u003ca/\u003e"`},
		{"replace /requestTemplates/text~1xml <b/>", `RequestTemplates.text/xml "\u003cb/\u003e"`},
		{"remove /requestTemplates/text~1xml", `RequestTemplates {"application/json":"{\"a\": 1}"}`},
		{"add /cacheKeyParameters/method.request.querystring.kind", `CacheKeyParameters ["method.request.querystring.kind"]`},
		{"replace /cacheKeyParameters/method.request.querystring.kind x", `CacheKeyParameters ["method.request.querystring.kind"]`},
		{"remove /cacheKeyParameters/method.request.querystring.kind", "CacheKeyParameters []"},
	})
	via := do(c, c.UpdateIntegration, &apigateway.UpdateIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get,
		PatchOperations: patch("replace /connectionType VPC_LINK", "replace /connectionId "+link)})
	c.equal(via, "ConnectionId", `"`+link+`"`)
	refusals(c, update, read, [][2]string{
		{"replace /type MOCK", "Invalid patch path /type"},
		{"add /uri http://127.0.0.1:9/", "Invalid patch operation specified. Must be one of: [replace]"},
		{"replace /timeoutInMillis 49", "Timeout should be between 50 ms and 29000 ms"},
		{"replace /timeoutInMillis soon", "Timeout should be between 50 ms and 29000 ms"},
		{"replace /uri nowhere", "Invalid HTTP endpoint specified for URI"},
		{"remove /requestTemplates/image~1png", "404 Content-Type specified was not found"},
		{"remove /cacheKeyParameters/method.request.querystring.nobody", "404 Invalid parameter name specified"},
		{"add /cacheKeyParameters/method.request.querystring.nobody",
			"Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.querystring.nobody]"},
	})
	proxy := do(c, c.PutIntegration, &apigateway.PutIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get,
		Type: types.IntegrationTypeHttpProxy, IntegrationHttpMethod: new("GET"), Uri: new("http://127.0.0.1:9/")})
	c.equal(proxy, "RequestTemplates", "") // the integration that was is gone
	patches(c, update, read, []patched{{"replace /responseTransferMode BUFFERED", `ResponseTransferMode "BUFFERED"`}})
	listener := "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/a/b/c"
	target := do(c, c.UpdateIntegration, &apigateway.UpdateIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get,
		PatchOperations: patch("replace /connectionType VPC_LINK", "replace /connectionId "+link, "replace /integrationTarget "+listener)})
	c.equal(target, "IntegrationTarget", `"`+listener+`"`)

	for _, tt := range []struct{ typ, verb, uri, message string }{
		{"HTTP", "", "http://127.0.0.1:9/", "Enumeration value for HttpMethod must be non-empty"},
		{"HTTP_PROXY", "GET", "non-valid-http", "Invalid HTTP endpoint specified for URI"},
		{"AWS", "POST", "non-valid-arn", "Invalid ARN specified in the request"},
		{"AWS", "POST", "arn:aws:lambda:us-east-1:000000000000:function:f", "AWS ARN for integration must contain path or action"},
		{"AWS", "POST", "arn:aws:apigateway:us-east-1:dynamodb:action/Query", "Role ARN must be specified for AWS integrations"},
		{"AWS_PROXY", "POST", "arn:aws:apigateway:us-east-1:dynamodb:action/Query", "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."},
	} {
		in := &apigateway.PutIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get, Type: types.IntegrationType(tt.typ), Uri: &tt.uri}
		if tt.verb != "" {
			in.IntegrationHttpMethod = &tt.verb
		}
		refused[*types.BadRequestException](c, c.PutIntegration, in, tt.message)
	}
	do(c, c.DeleteIntegration, &apigateway.DeleteIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get})
	refused[*types.NotFoundException](c, c.GetIntegration, at, "Invalid Integration identifier specified")
	refused[*types.NotFoundException](c, c.PutIntegrationResponse, &apigateway.PutIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: new("200")},
		"No integration defined for method")
}

func driveIntegrationResponse(c *sdk) {
	api, root := c.newMethod()
	get, created := new("GET"), new("201")
	do(c, c.PutMethodResponse, &apigateway.PutMethodResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: created,
		ResponseParameters: map[string]bool{"method.response.header.X-A": false, "method.response.header.X-B": false}})
	in := &apigateway.PutIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: created, SelectionPattern: new(`2\d1`),
		ContentHandling: types.ContentHandlingStrategyConvertToText, ResponseParameters: map[string]string{"method.response.header.X-A": "'a'"},
		ResponseTemplates: map[string]string{"application/json": "{}"}}
	made := do(c, c.PutIntegrationResponse, in)
	c.equal(made, "", `{"ContentHandling":"CONVERT_TO_TEXT","ResponseParameters":{"method.response.header.X-A":"'a'"},"ResponseTemplates":{"application/json":"{}"},"SelectionPattern":"2\\d1","StatusCode":"201"}`)
	c.equal(do(c, c.PutIntegrationResponse, in), "", memberOf(c.T, made, "")) // to put it again is no conflict
	at := &apigateway.GetIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: created}
	c.equal(do(c, c.GetIntegrationResponse, at), "", memberOf(c.T, made, ""))
	read := func() (*apigateway.GetIntegrationResponseOutput, error) {
		return c.GetIntegrationResponse(c.Context(), at)
	}
	update := func(ops []types.PatchOperation) (*apigateway.UpdateIntegrationResponseOutput, error) {
		return c.UpdateIntegrationResponse(c.Context(), &apigateway.UpdateIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: created, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /selectionPattern 20[1-3]", `SelectionPattern "20[1-3]"`},
		{"replace /contentHandling CONVERT_TO_BINARY", `ContentHandling "CONVERT_TO_BINARY"`},
		{"add /responseParameters/method.response.header.X-B integration.response.header.B", `ResponseParameters.method·response·header·X-B "integration.response.header.B"`},
		{"replace /responseParameters/method.response.header.X-B 'b'", `ResponseParameters.method·response·header·X-B "'b'"`},
		{"remove /responseParameters/method.response.header.X-B", `ResponseParameters {"method.response.header.X-A":"'a'"}`},
		{"add /responseTemplates/text~1xml x", `ResponseTemplates.text/xml "x"`},
		{"replace /responseTemplates/text~1xml y", `ResponseTemplates.text/xml "y"`},
		{"remove /responseTemplates/text~1xml", `ResponseTemplates {"application/json":"{}"}`},
	})
	refusals(c, update, read, [][2]string{
		{"add /selectionPattern x", "Invalid patch operation specified. Must be one of: [replace]"},
		{"replace /statusCode 200", "Invalid patch path /statusCode"},
		{"remove /responseParameters/method.response.header.Nobody", "404 Invalid parameter name specified"},
		{"remove /responseTemplates/image~1png", "404 Content-Type specified was not found"},
	})
	do(c, c.PutMethodResponse, &apigateway.PutMethodResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: new("500")})
	refused[*types.ConflictException](c, c.PutIntegrationResponse, &apigateway.PutIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: new("500")},
		"Integration response with selection pattern default already exists")
	do(c, c.DeleteIntegrationResponse, &apigateway.DeleteIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: created})
	refused[*types.NotFoundException](c, c.GetIntegrationResponse, at, "Invalid Response status code specified")
	refused[*types.NotFoundException](c, c.DeleteIntegrationResponse, &apigateway.DeleteIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: created},
		"Invalid Response status code specified")
}
