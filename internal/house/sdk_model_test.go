package house_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// function is the address of a Lambda function as authorizers and integrations
// name it; pool is a user pool.
const (
	function = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:judge/invocations"
	pool     = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_"
)

func driveModel(c *sdk) {
	api, root := c.newAPI()
	schema := `{"type": "object", "properties": {"name": {"type": "string"}}}`
	made := do(c, c.CreateModel, &apigateway.CreateModelInput{RestApiId: api, Name: new("Pet"), Description: new("a pet"), ContentType: new("application/json"), Schema: &schema})
	c.equal(made, "Name", `"Pet"`)
	at := &apigateway.GetModelInput{RestApiId: api, ModelName: new("Pet")}
	read := func() (*apigateway.GetModelOutput, error) { return c.GetModel(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateModelOutput, error) {
		return c.UpdateModel(c.Context(), &apigateway.UpdateModelInput{RestApiId: api, ModelName: new("Pet"), PatchOperations: ops})
	}
	c.equal(do(c, c.GetModel, at), "", memberOf(c.T, made, ""))
	list := do(c, c.GetModels, &apigateway.GetModelsInput{RestApiId: api})
	if len(list.Items) != 3 || *list.Items[0].Name != "Empty" || *list.Items[1].Name != "Error" || *list.Items[2].Name != "Pet" {
		c.Errorf("GetModels answers %s", memberOf(c.T, list, ""))
	}
	if template := do(c, c.GetModelTemplate, &apigateway.GetModelTemplateInput{RestApiId: api, ModelName: new("Pet")}); template.Value == nil || *template.Value == "" {
		c.Error("GetModelTemplate answers nothing")
	}
	patches(c, update, read, []patched{
		{"replace /description any pet", `Description "any pet"`},
		{"replace /description ", "Description"},
		{`replace /schema {"type":"array"}`, `Schema "{\"type\":\"array\"}"`},
	})
	refusals(c, update, read, [][2]string{
		{"add /description x", "Invalid patch path  '/description' specified for op 'add'. Please choose supported operations"},
		{"replace /name x", "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]"},
		{"replace /schema ", "Model schema must have at least 1 property or array items defined"},
	})
	refused[*types.ConflictException](c, c.CreateModel, &apigateway.CreateModelInput{RestApiId: api, Name: new("Pet"), ContentType: new("application/json"), Schema: &schema},
		"Model name already exists for this REST API")
	refused[*types.BadRequestException](c, c.CreateModel, &apigateway.CreateModelInput{RestApiId: api, Name: new(""), ContentType: new("application/json"), Schema: &schema},
		"Model name must be non-empty")

	// A reference is flattened on demand, and keeps the model it leads to.
	list2 := `{"type":"array","items":{"$ref":"https://apigateway.amazonaws.com/restapis/` + *api + `/models/Pet"}}`
	do(c, c.CreateModel, &apigateway.CreateModelInput{RestApiId: api, Name: new("Pets"), ContentType: new("application/json"), Schema: &list2})
	flat := do(c, c.GetModel, &apigateway.GetModelInput{RestApiId: api, ModelName: new("Pets"), Flatten: true})
	if flat.Schema == nil || *flat.Schema == list2 {
		c.Errorf("GetModel with flatten has the schema %s", memberOf(c.T, flat, "Schema"))
	}
	do(c, c.PutMethod, &apigateway.PutMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("POST"), AuthorizationType: new("NONE"), RequestModels: map[string]string{"application/json": "Pets"}})
	refused[*types.ConflictException](c, c.DeleteModel, &apigateway.DeleteModelInput{RestApiId: api, ModelName: new("Pets")},
		"Cannot delete model 'Pets', is referenced in method request: //POST")
	refused[*types.ConflictException](c, c.DeleteModel, &apigateway.DeleteModelInput{RestApiId: api, ModelName: new("Pet")}, "Cannot delete model 'Pet', is referenced in …")
	do(c, c.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("POST")})
	do(c, c.DeleteModel, &apigateway.DeleteModelInput{RestApiId: api, ModelName: new("Pets")})
	do(c, c.DeleteModel, &apigateway.DeleteModelInput{RestApiId: api, ModelName: new("Pet")})
	refused[*types.NotFoundException](c, c.GetModel, at, "Invalid model name specified: Pet")
}

func driveRequestValidator(c *sdk) {
	api, root := c.newAPI()
	made := do(c, c.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: api, Name: new("all"), ValidateRequestBody: true})
	id := made.Id
	c.equal(made, "", `{"Id":"`+*id+`","Name":"all","ValidateRequestBody":true,"ValidateRequestParameters":false}`)
	at := &apigateway.GetRequestValidatorInput{RestApiId: api, RequestValidatorId: id}
	read := func() (*apigateway.GetRequestValidatorOutput, error) { return c.GetRequestValidator(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateRequestValidatorOutput, error) {
		return c.UpdateRequestValidator(c.Context(), &apigateway.UpdateRequestValidatorInput{RestApiId: api, RequestValidatorId: id, PatchOperations: ops})
	}
	c.equal(do(c, c.GetRequestValidator, at), "", memberOf(c.T, made, ""))
	patches(c, update, read, []patched{
		{"replace /name some", `Name "some"`},
		{"replace /validateRequestBody false", "ValidateRequestBody false"},
		{"replace /validateRequestParameters true", "ValidateRequestParameters true"},
	})
	refusals(c, update, read, [][2]string{
		{"remove /name", "Invalid patch path  '/name' specified for op 'remove'. Please choose supported operations"},
		{"replace /id x", "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/name, /validateRequestParameters, /validateRequestBody]"},
		{"replace /name ", "Request Validator name cannot be blank"},
	})
	if list := do(c, c.GetRequestValidators, &apigateway.GetRequestValidatorsInput{RestApiId: api}); len(list.Items) != 1 {
		c.Errorf("GetRequestValidators has %d, want 1", len(list.Items))
	}
	refused[*types.BadRequestException](c, c.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: new("nobody"), Name: new("x")}, "Invalid REST API identifier specified")
	do(c, c.PutMethod, &apigateway.PutMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("GET"), AuthorizationType: new("NONE")})
	do(c, c.DeleteRequestValidator, &apigateway.DeleteRequestValidatorInput{RestApiId: api, RequestValidatorId: id})
	refused[*types.NotFoundException](c, c.GetRequestValidator, at, "Invalid Request Validator identifier specified")
	refused[*types.NotFoundException](c, c.DeleteRequestValidator, &apigateway.DeleteRequestValidatorInput{RestApiId: api, RequestValidatorId: id}, "Invalid Request Validator identifier specified")
}

func driveAuthorizer(c *sdk) {
	api, root := c.newAPI()
	made := do(c, c.CreateAuthorizer, &apigateway.CreateAuthorizerInput{
		RestApiId: api, Name: new("judge"), Type: types.AuthorizerTypeToken, AuthorizerUri: new(function), IdentitySource: new("method.request.header.Authorization"),
		IdentityValidationExpression: new("^Bearer .*"), AuthorizerResultTtlInSeconds: new(int32(60)), AuthorizerCredentials: new("arn:aws:iam::000000000000:role/judge"),
	})
	id := made.Id
	c.equal(made, "", `{"AuthType":"custom","AuthorizerCredentials":"arn:aws:iam::000000000000:role/judge","AuthorizerResultTtlInSeconds":60,"AuthorizerUri":"`+function+
		`","Id":"`+*id+`","IdentitySource":"method.request.header.Authorization","IdentityValidationExpression":"^Bearer .*","Name":"judge","Type":"TOKEN"}`)
	at := &apigateway.GetAuthorizerInput{RestApiId: api, AuthorizerId: id}
	read := func() (*apigateway.GetAuthorizerOutput, error) { return c.GetAuthorizer(c.Context(), at) }
	other := strings.Replace(function, "judge", "jury", 1)
	update := func(ops []types.PatchOperation) (*apigateway.UpdateAuthorizerOutput, error) {
		return c.UpdateAuthorizer(c.Context(), &apigateway.UpdateAuthorizerInput{RestApiId: api, AuthorizerId: id, PatchOperations: ops})
	}
	c.equal(do(c, c.GetAuthorizer, at), "", memberOf(c.T, made, ""))
	asked := &apigateway.TestInvokeAuthorizerInput{RestApiId: api, AuthorizerId: id, Headers: map[string]string{"Authorization": "not a bearer"}}
	c.equal(do(c, c.TestInvokeAuthorizer, asked), "ClientStatus", `401`)
	asked.Headers["Authorization"] = "Bearer me"
	c.equal(do(c, c.TestInvokeAuthorizer, asked), "ClientStatus", `500`) // there is no such function
	refused[*types.NotFoundException](c, c.TestInvokeAuthorizer, &apigateway.TestInvokeAuthorizerInput{RestApiId: api, AuthorizerId: new("none")}, "…")
	patches(c, update, read, []patched{
		{"replace /name jury", `Name "jury"`},
		{"replace /authorizerUri " + other, `AuthorizerUri "` + other + `"`},
		{"replace /authorizerCredentials arn:aws:iam::000000000000:role/jury", `AuthorizerCredentials "arn:aws:iam::000000000000:role/jury"`},
		{"replace /authorizerCredentials ", "AuthorizerCredentials"},
		{"replace /authorizerResultTtlInSeconds 0", "AuthorizerResultTtlInSeconds 0"},
		{"replace /identityValidationExpression .+", `IdentityValidationExpression ".+"`},
		{"replace /identityValidationExpression ", "IdentityValidationExpression"},
		{"replace /authType oauth2", `AuthType "oauth2"`},
		{"replace /type REQUEST", `Type "REQUEST"`},
		{"add /identitySource method.request.querystring.key", `IdentitySource "method.request.header.Authorization,method.request.querystring.key"`},
		{"remove /identitySource method.request.header.Authorization", `IdentitySource "method.request.querystring.key"`},
		{"replace /identitySource method.request.header.Key", `IdentitySource "method.request.header.Key"`},
	})
	refusals(c, update, read, [][2]string{
		{"add /name x", "Invalid patch operation specified. Must be one of: [replace]"},
		{"replace /id x", "Invalid patch path /id"},
	})
	cognito := do(c, c.CreateAuthorizer, &apigateway.CreateAuthorizerInput{RestApiId: api, Name: new("users"), Type: types.AuthorizerTypeCognitoUserPools,
		ProviderARNs: []string{pool + "a"}, IdentitySource: new("method.request.header.Authorization")})
	c.equal(cognito, "AuthType", `"cognito_user_pools"`)
	id = cognito.Id
	at.AuthorizerId = id
	patches(c, update, read, []patched{
		{"add /providerARNs " + pool + "b", `ProviderARNs ["` + pool + `a","` + pool + `b"]`},
		{"remove /providerARNs " + pool + "a", `ProviderARNs ["` + pool + `b"]`},
	})
	if list := do(c, c.GetAuthorizers, &apigateway.GetAuthorizersInput{RestApiId: api}); len(list.Items) != 2 {
		c.Errorf("GetAuthorizers has %d, want 2", len(list.Items))
	}
	do(c, c.PutMethod, &apigateway.PutMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("GET"), AuthorizationType: new("COGNITO_USER_POOLS"), AuthorizerId: id})
	refused[*types.ConflictException](c, c.DeleteAuthorizer, &apigateway.DeleteAuthorizerInput{RestApiId: api, AuthorizerId: id},
		"Cannot delete authorizer 'users', is referenced in method: //GET")
	do(c, c.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("GET")})
	do(c, c.DeleteAuthorizer, &apigateway.DeleteAuthorizerInput{RestApiId: api, AuthorizerId: id})
	refused[*types.NotFoundException](c, c.GetAuthorizer, at, "Invalid Authorizer identifier specified")
	refused[*types.ConflictException](c, c.CreateAuthorizer, &apigateway.CreateAuthorizerInput{RestApiId: new("nobody"), Name: new("x"), Type: types.AuthorizerTypeToken, AuthorizerUri: new(function)},
		"Unable to complete operation due to concurrent modification. Please try again later.")
}

func driveGatewayResponse(c *sdk) {
	api, _ := c.newAPI()
	typ := types.GatewayResponseTypeUnauthorized
	at := &apigateway.GetGatewayResponseInput{RestApiId: api, ResponseType: typ}
	unset := `{"DefaultResponse":true,"ResponseParameters":{},"ResponseTemplates":{"application/json":"{\"message\":$context.error.messageString}"},"ResponseType":"UNAUTHORIZED","StatusCode":"401"}`
	c.equal(do(c, c.GetGatewayResponse, at), "", unset)
	refused[*types.NotFoundException](c, c.DeleteGatewayResponse, &apigateway.DeleteGatewayResponseInput{RestApiId: api, ResponseType: typ}, "Gateway response type not defined on api")
	put := do(c, c.PutGatewayResponse, &apigateway.PutGatewayResponseInput{RestApiId: api, ResponseType: typ, StatusCode: new("403"),
		ResponseParameters: map[string]string{"gatewayresponse.header.X-A": "'a'"}, ResponseTemplates: map[string]string{"text/plain": "no"}})
	c.equal(put, "", `{"DefaultResponse":false,"ResponseParameters":{"gatewayresponse.header.X-A":"'a'"},"ResponseTemplates":{"text/plain":"no"},"ResponseType":"UNAUTHORIZED","StatusCode":"403"}`)
	c.equal(do(c, c.GetGatewayResponse, at), "", memberOf(c.T, put, ""))
	read := func() (*apigateway.GetGatewayResponseOutput, error) { return c.GetGatewayResponse(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateGatewayResponseOutput, error) {
		return c.UpdateGatewayResponse(c.Context(), &apigateway.UpdateGatewayResponseInput{RestApiId: api, ResponseType: typ, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /statusCode 418", `StatusCode "418"`},
		{"add /responseParameters/gatewayresponse.header.X-B 'b'", `ResponseParameters.gatewayresponse·header·X-B "'b'"`},
		{"replace /responseParameters/gatewayresponse.header.X-B 'c'", `ResponseParameters.gatewayresponse·header·X-B "'c'"`},
		{"remove /responseParameters/gatewayresponse.header.X-B", `ResponseParameters {"gatewayresponse.header.X-A":"'a'"}`},
		{"add /responseTemplates/application~1xml <no/>", `ResponseTemplates.application/xml "\u003cno/\u003e"`},
		{"replace /responseTemplates/application~1xml <never/>", `ResponseTemplates.application/xml "\u003cnever/\u003e"`},
		{"remove /responseTemplates/application~1xml", `ResponseTemplates {"text/plain":"no"}`},
	})
	refusals(c, update, read, [][2]string{
		{"replace /responseType THROTTLED", "Invalid patch path /responseType"},
		{"add /statusCode 418", "Invalid patch operation specified. Must be one of: [replace]"},
		{"remove /responseParameters/gatewayresponse.header.Nobody", "404 Invalid parameter name specified"},
	})
	if list := do(c, c.GetGatewayResponses, &apigateway.GetGatewayResponsesInput{RestApiId: api}); len(list.Items) != 21 || list.Items[0].ResponseType != "ACCESS_DENIED" {
		c.Errorf("GetGatewayResponses has %d, beginning with %s; want 21 by their names", len(list.Items), list.Items[0].ResponseType)
	}
	do(c, c.DeleteGatewayResponse, &apigateway.DeleteGatewayResponseInput{RestApiId: api, ResponseType: typ})
	c.equal(do(c, c.GetGatewayResponse, at), "", unset)
}
