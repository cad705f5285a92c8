package resource_test

import (
	"reflect"
	"strings"
	"testing"

	"postern/internal/provision/resource"
)

// What the gateway does not obey is refused or warned of, and what is wrong has
// a place. Warnings begin with a question mark.
func TestChecks(t *testing.T) {
	unknown := resource.Unknown{Text: "${X}"}
	api := object("RestApiId", "a")
	method := with(api, "ResourceId", "b", "HttpMethod", "GET", "AuthorizationType", "NONE")
	stage := with(api, "StageName", "s", "DeploymentId", "d")
	for _, tt := range []struct {
		name, typ string
		given     map[string]any
		want      []string
	}{
		{"resource policy", "AWS::ApiGateway::RestApi", object("Name", "a", "Policy", object("Version", "2012-10-17")), nil},
		{"resource policy that waits", "AWS::ApiGateway::RestApi", object("Name", "a", "Policy", object("Resource", unknown)), nil},
		{"document", "AWS::ApiGateway::RestApi", object("Body", object("swagger", "3.0")), []string{"Body: Invalid OpenAPI input: swagger: 3.0 is not 2.0"}},
		{"no name", "AWS::ApiGateway::RestApi", object(), []string{"Name: missing, but there is no Body with a title to take it from"}},
		{"compression", "AWS::ApiGateway::RestApi", object("Name", "a", "MinimumCompressionSize", "10"), nil},
		{"no compression", "Terraform::AWS::ApiGatewayRestApi", object("Name", "a", "MinimumCompressionSize", -1), nil},
		{"key source", "AWS::ApiGateway::RestApi", object("Name", "a", "ApiKeySourceType", "AUTHORIZER"), nil},
		{"default key source", "AWS::ApiGateway::RestApi", object("Name", "a", "ApiKeySourceType", "HEADER"), nil},
		{"private", "AWS::ApiGateway::RestApi", object("Name", "a", "EndpointConfiguration", object("Types", list("PRIVATE"))), []string{"?EndpointConfiguration: a private API denies every request without a resource policy"}},
		{"TLS version", "AWS::ApiGateway::RestApi", object("Name", "a", "SecurityPolicy", "TLS_1_2"), []string{"?SecurityPolicy: it is kept and not enforced"}},
		{"code in S3", "AWS::Lambda::Function", object("Role", "r", "Runtime", "nodejs22.x", "Handler", "index.handler", "Code", object("S3Bucket", "b", "S3Key", "k")),
			[]string{"Code.S3Bucket: code in S3 cannot be read; name a folder or zip beside the template, such as Code: ./src"}},
		{"path part", "AWS::ApiGateway::Resource", with(api, "ParentId", "p", "PathPart", "a/b"), []string{`PathPart: "a/b" is not a segment of letters, digits and ._-:, nor {name} or {name+}`}},
		{"authorizer", "AWS::ApiGateway::Method", with(method, "AuthorizationType", "CUSTOM"), nil},
		{"IAM", "Terraform::AWS::ApiGatewayMethod", with(method, "AuthorizationType", nil, "Authorization", "AWS_IAM"), nil},
		{"API key", "AWS::ApiGateway::Method", with(method, "ApiKeyRequired", "true"), nil},
		{"no API key", "AWS::ApiGateway::Method", with(method, "ApiKeyRequired", "false"), nil},
		{"nested", "AWS::ApiGateway::Method", with(method, "Integration", object("Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b", "TimeoutInMillis", 20, "TlsConfig", object(),
			"IntegrationResponses", list(object("StatusCode", "abc"), object("ResponseTemplates", object()))), "MethodResponses", list(object("StatusCode", 99))),
			[]string{"Integration.IntegrationResponses.0.StatusCode: \"abc\" is not a status code from 100 to 599", "Integration.IntegrationResponses.1.StatusCode: missing, and it is required",
				"Integration.TimeoutInMillis: 20 is outside 50–900000 milliseconds", "Integration.TlsConfig: no such property", `MethodResponses.0.StatusCode: "99" is not a status code from 100 to 599`}},
		{"nested rules", "AWS::ApiGateway::Method", with(method, "Integration", object("Type", "HTTP", "TimeoutInMillis", 30000)),
			[]string{"Integration.IntegrationHttpMethod: missing, but the type is HTTP", "Integration.TimeoutInMillis: 30000 is outside 50–29000 milliseconds", "Integration.Uri: missing, but the type is HTTP"}},
		{"nested and waiting", "AWS::ApiGateway::Method", with(method, "Integration", object("Type", "HTTP", "IntegrationHttpMethod", unknown, "Uri", unknown, "TimeoutInMillis", 30000)),
			[]string{"Integration.TimeoutInMillis: 30000 is outside 50–29000 milliseconds"}},
		{"nothing known of the integration", "AWS::ApiGateway::Method", with(method, "Integration", unknown), nil},
		{"link of another type", "AWS::ApiGateway::Method", with(method, "Integration", object("Type", "MOCK", "ConnectionType", "VPC_LINK")), []string{"?Integration.ConnectionType: VPC_LINK has no effect on an integration of type MOCK"}},
		{"stream", "AWS::ApiGateway::Method", with(method, "Integration", object("Type", "HTTP_PROXY", "IntegrationHttpMethod", "GET", "Uri", "http://b", "ResponseTransferMode", "STREAM")),
			[]string{"Integration.ResponseTransferMode: STREAM is not part of Postern yet; leave it out or write BUFFERED"}},
		{"OPTION on a native type", "AWS::ApiGateway::Method", with(method, "HttpMethod", "OPTION"), []string{`HttpMethod: "OPTION" is not one of GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS, ANY`}},
		{"cache", "AWS::ApiGateway::Stage", with(stage, "CacheClusterEnabled", true, "CacheClusterSize", "0.5"), nil},
		{"cached method", "AWS::ApiGateway::Stage", with(stage, "MethodSettings", list(object("ResourcePath", "/*", "HttpMethod", "*", "CachingEnabled", true))), nil},
		{"cached method of the other family", "Terraform::AWS::ApiGatewayMethodSettings", with(api, "StageName", "s", "MethodPath", "*/*", "Settings", list(object("CachingEnabled", true, "LoggingLevel", "INFO"))),
			[]string{"?Settings.LoggingLevel: execution logs are not written to log groups; the setting is kept"}},
		{"certificate", "Terraform::AWS::ApiGatewayStage", with(stage, "ClientCertificateId", "c"), nil},
		{"authorizer without a function", "AWS::ApiGateway::Authorizer", with(api, "Name", "a", "Type", "TOKEN", "IdentitySource", "method.request.header.A"), []string{"AuthorizerUri: Invalid Authorizer URI: . Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."}},
		{"authorizer that waits", "AWS::ApiGateway::Authorizer", with(api, "Name", "a", "Type", "TOKEN", "AuthorizerUri", unknown, "IdentitySource", "method.request.header.A"), nil},
		{"authorizer that is a token's by default", "Terraform::AWS::ApiGatewayAuthorizer", with(api, "Name", "a", "AuthorizerUri", unknown), nil},
		{"short key", "AWS::ApiGateway::ApiKey", object("Value", "short"), []string{"Value: API Key value should be at least 20 characters"}},
		{"key without a value", "AWS::ApiGateway::ApiKey", object("Name", "k"), nil},
		{"quota", "AWS::ApiGateway::UsagePlan", object("Quota", object("Limit", 1, "Period", "WEEK", "Offset", 7)), []string{"Quota: Usage Plan quota offset must be between zero and six inclusive in the WEEK period"}},
		{"stage of a plan", "Terraform::AWS::ApiGatewayUsagePlan", object("Name", "p", "ApiStages", list(object("ApiId", "a"))), []string{"ApiStages.0.Stage: missing, and it is required"}},
		{"stage of a plan that waits", "AWS::ApiGateway::UsagePlan", object("ApiStages", list(object("ApiId", unknown, "Stage", unknown))), nil},
		{"type of a key", "AWS::ApiGateway::UsagePlanKey", object("KeyId", "k", "KeyType", "KEY", "UsagePlanId", "p"), []string{`KeyType: "KEY" is not API_KEY, the only type there is`}},
		{"domain name", "AWS::ApiGateway::DomainName", object("DomainName", "example.com.", "CertificateArn", "arn:aws:acm:us-east-1:1:certificate/1"), []string{"DomainName: Trailing period should be omitted from domain name"}},
		{"domain name that stays closed", "AWS::ApiGateway::DomainName", object("DomainName", "example.com", "CertificateArn", unknown, "RoutingMode", "ROUTING_RULE_ONLY"), []string{"?RoutingMode: routing rules are not part of Postern, so the name stays closed to everybody"}},
		{"base path", "AWS::ApiGateway::BasePathMapping", object("DomainName", unknown, "RestApiId", "a", "BasePath", "a/b"), []string{"BasePath: API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2."}},
		{"place of documentation", "AWS::ApiGateway::DocumentationPart", with(api, "Location", object("Type", "API", "Path", "/a"), "Properties", "{}"), []string{"Location: Invalid documentation part location specified: path is not a valid field for type API"}},
		{"canary", "AWS::ApiGateway::Stage", with(stage, "CanarySetting", object("PercentTraffic", 5)), nil},
		{"web ACL", "Terraform::AWS::ApiGatewayStage", with(stage, "WebAclArn", "arn:x"), []string{"WebAclArn: set by the gateway, it cannot be given"}},
		{"logs and traces", "AWS::ApiGateway::Stage", with(stage, "TracingEnabled", true, "AccessLogSetting", object("Format", "x")), []string{"?AccessLogSetting: access logs are not written to log groups; the setting is kept", "?TracingEnabled: requests are not traced by X-Ray; the setting is kept"}},
		{"stage name", "AWS::ApiGateway::Stage", with(stage, "StageName", "a.b"), []string{`StageName: "a.b" is not 1 to 128 letters, digits, _ and -`}},
		{"a setting twice", "AWS::ApiGateway::Stage", with(stage, "MethodSettings", list(object("ResourcePath", "/a/b", "HttpMethod", "GET"), object("ResourcePath", "/~1a~1b", "HttpMethod", "GET"))),
			[]string{"MethodSettings.1.ResourcePath: the method GET /a/b is given twice"}},
		{"verb of a setting", "AWS::ApiGateway::Stage", with(stage, "MethodSettings", list(object("ResourcePath", "/a", "HttpMethod", "get"))), []string{`MethodSettings.0.HttpMethod: "get" is not *, nor one of GET, PUT, POST, DELETE, PATCH, OPTIONS, HEAD, ANY`}},
		{"throttle", "AWS::ApiGateway::Stage", with(stage, "MethodSettings", list(object("ResourcePath", "/a", "HttpMethod", "GET", "ThrottlingRateLimit", -2))), []string{"MethodSettings.0.ThrottlingRateLimit: -2 is neither -1 (no limit) nor at least 0"}},
		{"method path", "Terraform::AWS::ApiGatewayMethodSettings", with(api, "StageName", "s", "MethodPath", "pets", "Settings", object()), []string{`MethodPath: "pets" is not a path and a verb, such as pets/GET or */*`}},
		{"settings of no stage", "AWS::ApiGateway::Deployment", with(api, "StageDescription", object("CachingEnabled", true)), []string{"StageDescription: it needs a StageName"}},
		{"targets", "AWS::ApiGateway::VpcLink", object("Name", "l", "TargetArns", list("arn:a", "arn:b")), []string{"TargetArns: 2 targets found, exactly one expected"}},
		{"model name", "AWS::ApiGateway::Model", with(api, "Name", "my model"), []string{`Name: "my model" has something other than letters and digits`}},
		{"status of a failure", "AWS::ApiGateway::GatewayResponse", with(api, "ResponseType", "THROTTLED", "StatusCode", "9"), []string{`StatusCode: "9" is not a status code from 100 to 599`}},
		{"kind of failure", "AWS::ApiGateway::GatewayResponse", with(api, "ResponseType", "TROTTLED"), []string{"ResponseType: \"TROTTLED\" is not one of"}},
		{"response", "Terraform::AWS::ApiGatewayIntegrationResponse", with(api, "ResourceId", "b", "HttpMethod", "GET", "StatusCode", "2xx"), []string{`StatusCode: "2xx" is not a status code from 100 to 599`}},
		{"joined references", "Terraform::AWS::ApiGatewayStage", with(api, "StageName", "a|s", "DeploymentId", "a|d"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			typ := newWorld(t).Lookup(tt.typ)
			var got []string
			for _, p := range typ.Check(tt.given) {
				text := strings.Join(p.Path, ".") + ": " + p.Message
				if p.Warning {
					text = "?" + text
				}
				if cut := strings.Index(text, " is not one of ACCESS_DENIED"); cut > 0 {
					text = text[:cut+len(" is not one of")]
				}
				got = append(got, text)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s %v\ngot  %q\nwant %q", tt.typ, tt.given, got, tt.want)
			}
		})
	}
}

// Nothing that a template can hold makes a type fail.
func TestTypesTakeAnything(t *testing.T) {
	w := newWorld(t)
	junk := []any{nil, true, 1, -1.5, "", "x|y", "{", list(), list(nil), list(list()), object(), object("a", nil), object("MapKey", "a", "MapValue", list()),
		list(object("MapKey", object(), "MapValue", "b")), list(object()), resource.Unknown{Text: "${A.B}"}, list(resource.Unknown{}), object("Type", resource.Unknown{})}
	for _, name := range w.Names() {
		typ := w.Lookup(name)
		for property := range typ.Schema().Properties {
			for _, v := range junk {
				given := object(property, v)
				typ.Check(given)
				if d := typ.Diff(given, given); len(d) > 0 {
					t.Errorf("%s %v differs from itself: %v", name, given, d)
				}
				typ.Diff(given, object())
				typ.Diff(object(property, "other"), given)
				r := w.request("X", given)
				_, _ = typ.Create(t.Context(), r)
				r.PhysicalID = "x"
				_, _ = typ.Read(t.Context(), r)
				r.Old = object()
				_, _ = typ.Update(t.Context(), r)
				_ = typ.Delete(t.Context(), r)
			}
		}
		typ.Check(nil)
		typ.Diff(nil, nil)
	}
}
