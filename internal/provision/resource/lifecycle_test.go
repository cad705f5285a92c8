package resource_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"postern/internal/provision/resource"
)

const (
	arnOfBalancer    = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1"
	arnOfPool        = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_"
	arnOfCertificate = "arn:aws:acm:us-east-1:000000000000:certificate/1"
	uriOfAuthorizer  = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:a/invocations"
)

const (
	arnOfRole           = "arn:aws:iam::000000000000:role/actor"
	arnOfBasicExecution = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)

// trust is who may assume roles in tests.
var trust = object("Version", "2012-10-17", "Statement", list(object("Effect", "Allow", "Principal", object("Service", "lambda.amazonaws.com"), "Action", "sts:AssumeRole")))

// A life is properties of one type and a change of them.
type life struct {
	typ     string
	given   map[string]any
	changed map[string]any // laid over given; nil takes away
	ref     string         // wanted physical ID; * stands for anything
	stays   bool           // Delete does not make it unreadable
}

// lives makes what the types need and returns one life of each. Every world has
// the same.
func lives(w *world) []life {
	key := w.hello()
	api, res := key["RestApiId"].(string), key["ResourceId"].(string)
	w.make("Terraform::AWS::ApiGatewayMethodResponse", "R200", with(key, "StatusCode", "200", "ResponseParameters", object("method.response.header.X", true)))
	w.make("Terraform::AWS::ApiGatewayIntegration", "I", with(key, "Type", "MOCK"))
	dep := w.make("Terraform::AWS::ApiGatewayDeployment", "D0", object("RestApiId", api))
	dep2 := w.make("AWS::ApiGateway::Deployment", "D1", object("RestApiId", api))
	w.make("AWS::ApiGateway::Stage", "S0", object("RestApiId", api, "StageName", "set", "DeploymentId", dep.attribute("Id")))
	post := with(key, "HttpMethod", "POST")
	apiKey := w.make("AWS::ApiGateway::ApiKey", "K0", object("Name", "k0"))
	plan := w.make("AWS::ApiGateway::UsagePlan", "P0", object("UsagePlanName", "p0"))
	domain := w.make("AWS::ApiGateway::DomainName", "N0", object("DomainName", "mapped.example.com", "CertificateArn", arnOfCertificate))
	w.make("AWS::ApiGateway::DocumentationPart", "DP0", object("RestApiId", api, "Location", object("Type", "RESOURCE", "Path", "/hello"), "Properties", "{}"))
	role := w.make("AWS::IAM::Role", "R0", object("AssumeRolePolicyDocument", trust))
	role2 := w.make("AWS::IAM::Role", "R1", object("AssumeRolePolicyDocument", trust))
	hello := object("Runtime", "nodejs22.x", "Handler", "index.handler", "Role", role.attribute("Arn"), "Code", object("ZipFile", "exports.handler = async () => 1"))
	function := w.make("AWS::Lambda::Function", "F0", hello)
	version := w.make("AWS::Lambda::Version", "V0", object("FunctionName", function.ref()))
	w.make("AWS::Lambda::Alias", "A0", object("FunctionName", function.ref(), "Name", "set", "FunctionVersion", version.attribute("Version")))
	function.set(with(hello, "Timeout", 5))
	bare := w.hello() // a method without an integration, in an API of its own
	return []life{
		{typ: "Terraform::AWS::ApiGatewayRestApi", ref: "*",
			given:   object("Name", "a", "Description", "d", "BinaryMediaTypes", list("image/png"), "Tags", object("k", "v"), "EndpointConfiguration", list(object("Types", list("EDGE")))),
			changed: object("Name", "b", "Description", nil, "BinaryMediaTypes", list("image/gif"), "Tags", object("k", "w", "l", "1"), "EndpointConfiguration", object("Types", list("REGIONAL")))},
		{typ: "AWS::ApiGateway::RestApi", ref: "*",
			given:   object("Name", "a", "Tags", list(object("Key", "k", "Value", "v")), "EndpointConfiguration", object("Types", list("REGIONAL")), "DisableExecuteApiEndpoint", "true"),
			changed: object("Name", "b", "Tags", nil, "DisableExecuteApiEndpoint", nil)},
		{typ: "Terraform::AWS::ApiGatewayResource", ref: api + "|*",
			given:   object("RestApiId", api, "ParentId", res, "PathPart", "x"),
			changed: object("PathPart", "{y}")},
		{typ: "AWS::ApiGateway::Resource", ref: "*",
			given: object("RestApiId", api, "ParentId", res, "PathPart", "{proxy+}")},
		{typ: "Terraform::AWS::ApiGatewayMethod", ref: api + "|" + res + "|POST",
			given:   with(post, "Authorization", "NONE", "OperationName", "o", "RequestParameters", object("method.request.header.X", "true"), "RequestModels", object("application/json", "Empty")),
			changed: object("OperationName", nil, "RequestParameters", list(object("MapKey", "method.request.header.Y", "MapValue", false)), "RequestModels", object("application/json", "Error"))},
		{typ: "AWS::ApiGateway::Method", ref: "shop-x-*",
			given: with(post, "AuthorizationType", "NONE", "Integration", object("Type", "MOCK", "RequestTemplates", object("application/json", "{}"),
				"IntegrationResponses", list(object("StatusCode", 200))), "MethodResponses", list(object("StatusCode", "200"))),
			changed: object("Integration", object("Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/", "TimeoutInMillis", "5000",
				"IntegrationResponses", list(object("StatusCode", "201", "SelectionPattern", "201"))), "MethodResponses", list(object("StatusCode", 201)))},
		{typ: "Terraform::AWS::ApiGatewayMethodResponse", ref: api + "|" + res + "|GET|404",
			given:   with(key, "StatusCode", 404, "ResponseModels", object("application/json", "Error")),
			changed: object("ResponseModels", nil, "ResponseParameters", object("method.response.header.X", "true"))},
		{typ: "Terraform::AWS::ApiGatewayIntegration", ref: bare["RestApiId"].(string) + "|" + bare["ResourceId"].(string) + "|GET",
			given:   with(bare, "Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b/"),
			changed: object("Type", "HTTP_PROXY", "TimeoutMilliseconds", "500")},
		{typ: "Terraform::AWS::ApiGatewayIntegrationResponse", ref: api + "|" + res + "|GET|200",
			given:   with(key, "StatusCode", "200", "SelectionPattern", "2..", "ResponseParameters", object("method.response.header.X", "'x'")),
			changed: object("SelectionPattern", nil, "ResponseTemplates", object("application/json", ""), "ResponseParameters", nil)},
		{typ: "Terraform::AWS::ApiGatewayDeployment", ref: api + "|*",
			given:   object("RestApiId", api, "Description", "a", "StageName", "tf", "Variables", object("v", "1")),
			changed: object("Description", "b")},
		{typ: "AWS::ApiGateway::Deployment", ref: "*",
			given:   object("RestApiId", api, "StageName", "cfn", "StageDescription", object("Variables", object("v", "1"), "ThrottlingRateLimit", "5")),
			changed: object("Description", "b", "StageDescription", object("Description", "x"))},
		{typ: "Terraform::AWS::ApiGatewayStage", ref: api + "|t",
			given:   object("RestApiId", api, "StageName", "t", "DeploymentId", dep.ref(), "Variables", object("v", "1"), "Tags", object("k", "v")),
			changed: object("DeploymentId", dep2.ref(), "Variables", object("w", "2"), "Description", "d", "Tags", nil)},
		{typ: "AWS::ApiGateway::Stage", ref: "n",
			given: object("RestApiId", api, "StageName", "n", "DeploymentId", dep2.ref(), "MethodSettings", list(
				object("ResourcePath", "/*", "HttpMethod", "*", "ThrottlingBurstLimit", 7, "LoggingLevel", "INFO"),
				object("ResourcePath", "/~1hello", "HttpMethod", "GET", "ThrottlingRateLimit", "1.5"))),
			changed: object("MethodSettings", list(object("ResourcePath", "/hello", "HttpMethod", "GET", "ThrottlingRateLimit", 2)), "Variables", object("a", "b"))},
		{typ: "Terraform::AWS::ApiGatewayMethodSettings", ref: api + "|set|hello/GET",
			given:   object("RestApiId", api, "StageName", "set", "MethodPath", "hello/GET", "Settings", list(object("ThrottlingBurstLimit", "3", "LoggingLevel", "ERROR"))),
			changed: object("Settings", object("ThrottlingRateLimit", 4))},
		{typ: "Terraform::AWS::ApiGatewayVpcLink", ref: "*",
			given:   object("Name", "l", "TargetArns", list(arnOfBalancer), "Tags", object("k", "v")),
			changed: object("Name", "m", "Description", "d")},
		{typ: "AWS::ApiGateway::VpcLink", ref: "*",
			given:   object("Name", "l", "TargetArns", list(arnOfBalancer)),
			changed: object("Tags", list(object("Key", "a", "Value", "b")))},
		{typ: "Terraform::AWS::ApiGatewayModel", ref: api + "|Pet",
			given:   object("RestApiId", api, "Name", "Pet", "ContentType", "application/json", "Schema", `{"type": "object", "properties": {"a": {"type": "string"}}}`),
			changed: object("Description", "d", "Schema", `{"type":"array","items":{"type":"string"}}`)},
		{typ: "AWS::ApiGateway::Model", ref: "Model*",
			given:   object("RestApiId", api, "ContentType", "application/json", "Schema", object("type", "object", "properties", object("a", object("type", "string")))),
			changed: object("Description", "d")},
		{typ: "Terraform::AWS::ApiGatewayRequestValidator", ref: api + "|*",
			given:   object("RestApiId", api, "Name", "v", "ValidateRequestBody", "true"),
			changed: object("Name", "w", "ValidateRequestBody", nil, "ValidateRequestParameters", true)},
		{typ: "AWS::ApiGateway::RequestValidator", ref: "*",
			given:   object("RestApiId", api, "Name", "v"),
			changed: object("ValidateRequestBody", true)},
		{typ: "Terraform::AWS::ApiGatewayGatewayResponse", ref: api + "|THROTTLED",
			given:   object("RestApiId", api, "ResponseType", "THROTTLED", "StatusCode", 503, "ResponseTemplates", object("application/json", "{}")),
			changed: object("StatusCode", nil, "ResponseParameters", object("gatewayresponse.header.X", "'x'"))},
		{typ: "AWS::ApiGateway::GatewayResponse", ref: "aggr-" + api + "-THROTTLED",
			given:   object("RestApiId", api, "ResponseType", "THROTTLED", "StatusCode", "503"),
			changed: object("StatusCode", "502")},
		{typ: "Terraform::AWS::ApiGatewayAccount", ref: "api-gateway-account", stays: true,
			given:   object("CloudwatchRoleArn", "arn:aws:iam::000000000000:role/r"),
			changed: object("CloudwatchRoleArn", nil)},
		{typ: "AWS::ApiGateway::Account", ref: "shop-x-*", stays: true,
			given:   object("CloudWatchRoleArn", "arn:aws:iam::000000000000:role/r"),
			changed: object("CloudWatchRoleArn", nil)},
		{typ: "AWS::CDK::Metadata", ref: "shop-X-*", stays: true,
			given:   object("Analytics", "v2:deflate64:a"),
			changed: object("Analytics", "v2:deflate64:b")},
		{typ: "Terraform::AWS::ApiGatewayAuthorizer", ref: api + "|*",
			given:   object("RestApiId", api, "Name", "a", "AuthorizerUri", uriOfAuthorizer, "IdentityValidationExpression", "Bearer .+"),
			changed: object("Name", "b", "IdentityValidationExpression", nil, "AuthorizerResultTtlInSeconds", "0", "IdentitySource", "method.request.header.X")},
		{typ: "AWS::ApiGateway::Authorizer", ref: "*",
			given:   object("RestApiId", api, "Name", "pool", "Type", "COGNITO_USER_POOLS", "ProviderARNs", list(arnOfPool+"1", arnOfPool+"2"), "IdentitySource", "method.request.header.Authorization"),
			changed: object("ProviderARNs", list(arnOfPool+"3"), "AuthorizerResultTtlInSeconds", 60, "AuthType", "cognito_user_pools")},
		{typ: "Terraform::AWS::ApiGatewayApiKey", ref: "*",
			given:   object("Name", "k", "Tags", object("k", "v")),
			changed: object("Name", "l", "Enabled", "false", "Description", "d", "Tags", nil)},
		{typ: "AWS::ApiGateway::ApiKey", ref: "*",
			given:   object("Enabled", true, "Value", "01234567890123456789", "StageKeys", list(object("RestApiId", api, "StageName", "set"))),
			changed: object("Enabled", nil, "CustomerId", "c", "StageKeys", nil, "Tags", list(object("Key", "a", "Value", "b")))},
		{typ: "Terraform::AWS::ApiGatewayUsagePlan", ref: "*",
			given: object("Name", "p", "ProductCode", "code", "ApiStages", list(object("ApiId", api, "Stage", api+"|set", "Throttle", list(
				object("Path", "/hello/GET", "BurstLimit", "1", "RateLimit", 0.5), object("Path", "/a/GET", "RateLimit", 0)))),
				"QuotaSettings", list(object("Limit", "10", "Offset", 2, "Period", "WEEK"))),
			changed: object("Name", "q", "ProductCode", nil, "QuotaSettings", nil, "ThrottleSettings", object("BurstLimit", 3, "RateLimit", "1.5"),
				"ApiStages", list(object("ApiId", api, "Stage", "set", "Throttle", list(object("Path", "/hello/GET", "BurstLimit", 2, "RateLimit", 0.5)))))},
		{typ: "AWS::ApiGateway::UsagePlan", ref: "*",
			given:   object("Throttle", object("BurstLimit", 3, "RateLimit", "1.5"), "Tags", list(object("Key", "a", "Value", "b"))),
			changed: object("UsagePlanName", "p", "Throttle", nil, "Quota", object("Limit", 5, "Period", "DAY"), "ApiStages", list(object("ApiId", api, "Stage", "set", "Throttle", object("/hello/GET", object("BurstLimit", 2)))))},
		{typ: "Terraform::AWS::ApiGatewayUsagePlanKey", ref: plan.ref() + "|" + apiKey.ref(),
			given: object("UsagePlanId", plan.ref(), "KeyId", apiKey.ref(), "KeyType", "API_KEY")},
		{typ: "AWS::ApiGateway::UsagePlanKey", ref: apiKey.ref() + ":" + plan.ref(),
			given: object("UsagePlanId", plan.ref(), "KeyId", apiKey.ref(), "KeyType", "API_KEY")},
		{typ: "Terraform::AWS::ApiGatewayDomainName", ref: "api.example.com",
			given:   object("DomainName", "api.example.com", "CertificateArn", arnOfCertificate, "EndpointConfiguration", object("Types", list("EDGE"))),
			changed: object("CertificateArn", nil, "RegionalCertificateArn", arnOfCertificate, "EndpointConfiguration", list(object("Types", list("REGIONAL"))), "SecurityPolicy", "TLS_1_0", "Tags", object("k", "v"))},
		{typ: "AWS::ApiGateway::DomainName", ref: "own.example.com",
			given:   object("DomainName", "own.example.com", "RegionalCertificateArn", arnOfCertificate, "EndpointConfiguration", object("Types", list("REGIONAL")), "Tags", list(object("Key", "a", "Value", "b"))),
			changed: object("MutualTlsAuthentication", object("TruststoreUri", "s3://b/k"), "Tags", nil, "SecurityPolicy", "TLS_1_2")},
		{typ: "Terraform::AWS::ApiGatewayBasePathMapping", ref: "mapped.example.com|(none)",
			given:   object("ApiId", api, "DomainName", domain.ref()),
			changed: object("ApiId", bare["RestApiId"])},
		{typ: "AWS::ApiGateway::BasePathMapping", ref: "mapped.example.com|v1",
			given:   object("RestApiId", api, "DomainName", domain.ref(), "BasePath", "v1"),
			changed: object("Stage", "set")},
		{typ: "Terraform::AWS::ApiGatewayClientCertificate", ref: "*",
			given:   object("Description", "c", "Tags", object("k", "v")),
			changed: object("Description", "d", "Tags", nil)},
		{typ: "AWS::ApiGateway::ClientCertificate", ref: "*",
			given:   object("Description", "c"),
			changed: object("Description", nil, "Tags", list(object("Key", "a", "Value", "b")))},
		{typ: "Terraform::AWS::ApiGatewayDocumentationPart", ref: api + "|" + api + "/*",
			given:   object("RestApiId", api, "Location", list(object("Type", "METHOD", "Path", "/hello", "Method", "GET")), "Properties", `{"description":"says hello"}`),
			changed: object("Properties", `{ "description": "x" }`)},
		{typ: "AWS::ApiGateway::DocumentationPart", ref: "*",
			given:   object("RestApiId", api, "Location", object("Type", "API"), "Properties", `{"info":{}}`),
			changed: object("Properties", `{}`)},
		{typ: "Terraform::AWS::ApiGatewayDocumentationVersion", ref: api + "|v1",
			given:   object("RestApiId", api, "Version", "v1"),
			changed: object("Description", "d")},
		{typ: "AWS::ApiGateway::DocumentationVersion", ref: api + "|v1",
			given:   object("RestApiId", api, "DocumentationVersion", "v1", "Description", "d"),
			changed: object("Description", nil)},
		{typ: "Terraform::AWS::ApiGatewayRestApiPolicy", ref: api,
			given:   object("RestApiId", api, "Policy", policyFor("execute-api:/*")),
			changed: object("Policy", `{"Version":"2012-10-17","Statement":[]}`)},
		{typ: "AWS::Lambda::Function", ref: "shop-X-*",
			given: with(hello, "Timeout", "9", "Environment", object("Variables", object("WORD", "one", "EMPTY", "")), "Tags", list(object("Key", "a", "Value", "b")), "VpcConfig", object("SubnetIds", list("s"), "SecurityGroupIds", list("g"))),
			changed: object("Timeout", nil, "MemorySize", 256, "Environment", nil, "Tags", nil, "VpcConfig", nil, "ReservedConcurrentExecutions", "5", "Description", "d",
				"Code", object("ZipFile", "exports.handler = async () => 2"))},
		{typ: "Terraform::AWS::LambdaFunction", ref: "greet",
			given:   object("FunctionName", "greet", "Role", arnOfRole, "Runtime", "python3.12", "Handler", "index.handler", "Filename", "src", "Environment", list(object("Variables", object("WORD", "one"))), "Tags", object("a", "b")),
			changed: object("Timeout", 10, "Publish", true, "Environment", object("Variables", list(object("MapKey", "WORD", "MapValue", "two"))), "ReservedConcurrentExecutions", 0, "SourceCodeHash", "x", "Architectures", list("arm64"))},
		{typ: "AWS::Lambda::Permission", ref: "shop-X-*",
			given: object("FunctionName", function.ref(), "Action", "lambda:InvokeFunction", "Principal", "apigateway.amazonaws.com", "SourceArn", "arn:aws:execute-api:us-east-1:000000000000:"+api+"/*/*/*")},
		{typ: "Terraform::AWS::LambdaPermission", ref: "api",
			given: object("FunctionName", function.attribute("Arn"), "StatementId", "api", "Action", "lambda:InvokeFunction", "Principal", "apigateway.amazonaws.com", "Qualifier", "set")},
		{typ: "AWS::Lambda::Version", ref: function.attribute("Arn") + ":2",
			given: object("FunctionName", function.ref(), "Description", "the second")},
		{typ: "AWS::Lambda::Alias", ref: function.attribute("Arn") + ":live",
			given:   object("FunctionName", function.ref(), "Name", "live", "FunctionVersion", "1"),
			changed: object("Description", "d")},
		{typ: "Terraform::AWS::LambdaAlias", ref: function.attribute("Arn") + ":blue",
			given:   object("FunctionName", function.attribute("Arn"), "Name", "blue", "FunctionVersion", "1", "Description", "d"),
			changed: object("Description", nil, "FunctionVersion", "$LATEST")},
		{typ: "AWS::Logs::LogGroup", ref: "shop-X-*",
			given:   object("RetentionInDays", "14", "Tags", list(object("Key", "a", "Value", "b"))),
			changed: object("RetentionInDays", nil, "KmsKeyId", "k", "Tags", nil)},
		{typ: "Terraform::AWS::CloudwatchLogGroup", ref: "/aws/lambda/greet",
			given:   object("Name", "/aws/lambda/greet", "RetentionInDays", 7),
			changed: object("RetentionInDays", 30, "Tags", object("a", "b"))},
		{typ: "AWS::IAM::Role", ref: "shop-X-*",
			given: object("AssumeRolePolicyDocument", trust, "ManagedPolicyArns", list(arnOfBasicExecution), "Policies", list(object("PolicyName", "own", "PolicyDocument", trust)),
				"Tags", list(object("Key", "a", "Value", "b"))),
			changed: object("ManagedPolicyArns", nil, "Policies", list(object("PolicyName", "other", "PolicyDocument", trust)), "Description", "d", "MaxSessionDuration", "7200")},
		{typ: "Terraform::AWS::IamRole", ref: "actor",
			given:   object("Name", "actor", "AssumeRolePolicy", `{"Version":"2012-10-17","Statement":[]}`, "Tags", object("a", "b")),
			changed: object("AssumeRolePolicy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}`, "InlinePolicy", list(object("Name", "own", "Policy", trust)), "Tags", nil)},
		{typ: "Terraform::AWS::IamRolePolicy", ref: role.ref() + ":own",
			given:   object("Role", role.ref(), "Name", "own", "Policy", trust),
			changed: object("Policy", `{"Statement":[]}`)},
		{typ: "Terraform::AWS::IamRolePolicyAttachment", ref: role.ref() + "/" + arnOfBasicExecution,
			given: object("Role", role.ref(), "PolicyArn", arnOfBasicExecution)},
		{typ: "AWS::IAM::ManagedPolicy", ref: "arn:aws:iam::000000000000:policy/shop-X-*",
			given:   object("PolicyDocument", trust, "Roles", list(role.ref())),
			changed: object("PolicyDocument", object("Statement", list()), "Roles", nil)},
		{typ: "Terraform::AWS::IamPolicy", ref: "arn:aws:iam::000000000000:policy/p",
			given:   object("Name", "p", "Policy", trust),
			changed: object("Policy", `{"Statement":[]}`)},
		{typ: "AWS::IAM::Policy", ref: "logs",
			given:   object("PolicyName", "logs", "PolicyDocument", trust, "Roles", list(role.ref())),
			changed: object("PolicyDocument", object("Statement", list()), "Roles", list(role.ref(), role2.ref()))},
	}
}

// policyFor returns a policy that lets everybody call a resource.
func policyFor(resource string) map[string]any {
	return object("Version", "2012-10-17", "Statement", list(object("Effect", "Allow", "Principal", "*", "Action", "execute-api:Invoke", "Resource", resource)))
}

func TestEveryTypeHasALife(t *testing.T) {
	w := newWorld(t)
	tested := map[string]bool{}
	for _, l := range lives(w) {
		tested[l.typ] = true
	}
	for _, name := range w.Names() {
		if !tested[name] {
			t.Errorf("%s: no test of its life", name)
		}
	}
}

func TestLives(t *testing.T) {
	for i, l := range lives(newWorld(t)) {
		t.Run(l.typ, func(t *testing.T) {
			w := newWorld(t)
			l := lives(w)[i]
			x := w.make(l.typ, "X", l.given)
			if !matches(x.ref(), l.ref) {
				t.Errorf("physical ID: got %s, want %s", x.ref(), l.ref)
			}
			same(t, x)
			schema := x.typ.Schema()
			for _, name := range schema.Identifier {
				if v, _ := x.Attributes[name].(string); v == "" {
					t.Errorf("the identifier %s has no value in %v", name, x.Attributes)
				}
			}

			l.update(t, x)

			x.remove()
			if _, err := x.read(); !l.stays && !errors.Is(err, resource.ErrNotFound) {
				t.Errorf("read what was deleted: %v", err)
			}
			x.remove()
			if err := x.trySet(x.Request.Properties); !l.stays {
				wantCode(t, err, resource.NotFound, "Resource of type '"+l.typ+"' with identifier '", "was not found.")
			}
			if !l.stays && resource.CodeOf(x.typ.Delete(context.Background(), x.Request)) == resource.InternalFailure {
				return // nil
			}
		})
	}
}

// update changes a resource, repeats the change, and changes it back.
func (l *life) update(t *testing.T, x *thing) {
	t.Helper()
	if l.changed == nil {
		return
	}
	next := maps.Clone(l.given)
	for k, v := range l.changed {
		if next[k] = v; v == nil {
			delete(next, k)
		}
	}
	if d := x.typ.Diff(l.given, next); len(d) == 0 || slices.ContainsFunc(d, func(c resource.Change) bool { return c.Replace }) {
		t.Fatalf("the change is %v", d)
	}
	x.set(next)
	same(t, x)
	before := x.w.revision()
	x.set(next)
	if x.w.revision() != before {
		t.Error("an update that changes nothing wrote something")
	}
	same(t, x)
	x.set(l.given)
	same(t, x)
	if result, err := x.read(); err != nil || result.PhysicalID != x.ref() {
		t.Errorf("read %s: got %s, %v", x.ref(), result.PhysicalID, err)
	}
}

// same checks that what is read is what was given: no drift.
func same(t *testing.T, x *thing) {
	t.Helper()
	is, err := x.read()
	if err != nil {
		t.Fatal(err)
	}
	schema := x.typ.Schema()
	given := maps.Clone(x.Request.Properties)
	actual := map[string]any{}
	for name := range given {
		p, known := schema.Properties[name]
		if !known {
			t.Errorf("the schema has no property %s", name)
		}
		if v, ok := is.Properties[name]; ok && !p.WriteOnly {
			actual[name] = v
		}
		if p.WriteOnly {
			delete(given, name)
		}
	}
	for _, c := range x.typ.Diff(given, actual) {
		t.Errorf("%s: given %v, is %v", c.Property, c.Before, c.After)
	}
	for name := range is.Attributes {
		_, attribute := schema.Attributes[name]
		_, known := schema.Properties[name]
		if !attribute && !known {
			t.Errorf("%s is neither an attribute nor a property", name)
		}
	}
}

// matches compares s with a pattern in which one * may stand for some text.
func matches(s, pattern string) bool {
	front, back, ok := strings.Cut(pattern, "*")
	if !ok {
		return s == pattern
	}
	return len(s) > len(front)+len(back) && strings.HasPrefix(s, front) && strings.HasSuffix(s, back)
}

// Deleting a stack must not stop at what went with something else.
func TestDeletingWithoutTheParentIsSuccess(t *testing.T) {
	for i, l := range lives(newWorld(t)) {
		t.Run(l.typ, func(t *testing.T) {
			w := newWorld(t)
			l := lives(w)[i]
			x := w.make(l.typ, "X", l.given)
			api, ok := l.given["RestApiId"].(string)
			if !ok || strings.HasSuffix(l.typ, "BasePathMapping") { // which keeps its API from being deleted
				return
			}
			if err := w.svc.DeleteRestAPI(context.Background(), api); err != nil {
				t.Fatal(err)
			}
			x.remove()
			if _, err := x.read(); !errors.Is(err, resource.ErrNotFound) {
				t.Errorf("read: %v", err)
			}
		})
	}
}

// What exists is left alone, even if somebody else made it.
func TestCreatingTwiceFails(t *testing.T) {
	once := []string{"Terraform::AWS::ApiGatewayResource", "AWS::ApiGateway::Resource", "Terraform::AWS::ApiGatewayMethod", "AWS::ApiGateway::Method",
		"Terraform::AWS::ApiGatewayMethodResponse", "Terraform::AWS::ApiGatewayIntegration", "Terraform::AWS::ApiGatewayIntegrationResponse",
		"Terraform::AWS::ApiGatewayStage", "AWS::ApiGateway::Stage", "Terraform::AWS::ApiGatewayMethodSettings", "Terraform::AWS::ApiGatewayModel",
		"Terraform::AWS::ApiGatewayGatewayResponse", "AWS::ApiGateway::GatewayResponse",
		"Terraform::AWS::ApiGatewayUsagePlanKey", "AWS::ApiGateway::UsagePlanKey", "Terraform::AWS::ApiGatewayDomainName", "AWS::ApiGateway::DomainName",
		"Terraform::AWS::ApiGatewayBasePathMapping", "AWS::ApiGateway::BasePathMapping",
		"Terraform::AWS::ApiGatewayDocumentationVersion", "AWS::ApiGateway::DocumentationVersion"}
	w := newWorld(t)
	for _, l := range lives(w) {
		if !slices.Contains(once, l.typ) {
			continue
		}
		t.Run(l.typ, func(t *testing.T) {
			w := newWorld(t)
			lives(w)
			x := w.make(l.typ, "X", l.given)
			next := maps.Clone(l.given)
			maps.Copy(next, l.changed)
			for k, v := range next {
				if v == nil {
					delete(next, k)
				}
			}
			for _, id := range x.typ.Schema().Identifier {
				if v, ok := l.given[id]; ok {
					next[id] = v
				}
			}
			if p, ok := l.given["PathPart"]; ok {
				next["PathPart"] = p
			}
			_, err := w.try(l.typ, "Y", next)
			wantCode(t, err, resource.AlreadyExists)
			if _, named := l.given["PathPart"]; !named && !strings.Contains(err.Error(), "already exists.") {
				t.Errorf("got %v", err)
			}
			same(t, x)
		})
	}
}

// A create whose answer was lost is found again, and nothing else is.
func TestLostAnswers(t *testing.T) {
	unnamed := []string{"Terraform::AWS::ApiGatewayDeployment", "AWS::ApiGateway::Deployment", "Terraform::AWS::ApiGatewayVpcLink",
		"AWS::ApiGateway::VpcLink", "Terraform::AWS::ApiGatewayRequestValidator", "AWS::ApiGateway::RequestValidator",
		"Terraform::AWS::ApiGatewayApiKey", "Terraform::AWS::ApiGatewayUsagePlan", "AWS::ApiGateway::UsagePlan",
		"Terraform::AWS::ApiGatewayClientCertificate", "AWS::ApiGateway::ClientCertificate", "AWS::Lambda::Version", "AWS::CDK::Metadata"}
	for i, l := range lives(newWorld(t)) {
		t.Run(l.typ, func(t *testing.T) {
			w := newWorld(t)
			l := lives(w)[i]
			typ := w.Lookup(l.typ)
			r := w.request("X", l.given)
			if _, err := typ.Read(context.Background(), r); !l.stays && !errors.Is(err, resource.ErrNotFound) {
				t.Errorf("before: %v", err)
			}
			x := w.make(l.typ, "X", l.given)
			got, err := typ.Read(context.Background(), r)
			if slices.Contains(unnamed, l.typ) {
				if !errors.Is(err, resource.ErrNotFound) {
					t.Errorf("nothing tells it from others: %v", err)
				}
				return
			}
			if err != nil || got.PhysicalID != x.ref() {
				t.Errorf("after: got %s, %v, want %s", got.PhysicalID, err, x.ref())
			}
		})
	}
}
