package apigw_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
)

const lambda = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations"

// Each case is one sentence of the error catalogue, or none.
func TestIntegrationsAreRefusedInTheGatewaysWords(t *testing.T) {
	http := func(change func(*apigw.Integration)) apigw.Integration {
		in := apigw.Integration{Type: apigw.HTTP, HTTPMethod: "GET", URI: "http://backend/x"}
		change(&in)
		return in
	}
	uri := func(typ apigw.IntegrationType, uri string) apigw.Integration {
		return apigw.Integration{Type: typ, HTTPMethod: "POST", URI: uri}
	}
	service := func(typ apigw.IntegrationType, uri string) apigw.Integration {
		return apigw.Integration{Type: typ, HTTPMethod: "POST", URI: uri, Credentials: "arn:aws:iam::000000000000:role/r"}
	}
	const (
		badVerb     = "Enumeration value for HttpMethod must be non-empty"
		badEndpoint = "Invalid HTTP endpoint specified for URI"
		badARN      = "Invalid ARN specified in the request"
		noAction    = "AWS ARN for integration must contain path or action"
		notLambda   = "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
		badTimeout  = "Timeout should be between 50 ms and 29000 ms"
		noRole      = "Role ARN must be specified for AWS integrations"
		noLink      = "ConnectionId should be set to the vpcLinkId or stage variable on connection type VPC_LINK"
	)
	for _, tt := range []struct {
		name string
		in   apigw.Integration
		want string
	}{
		{"http", http(func(*apigw.Integration) {}), ""},
		{"mock needs nothing", apigw.Integration{Type: apigw.Mock}, ""},
		{"mock takes anything", apigw.Integration{Type: apigw.Mock, HTTPMethod: "BREW", URI: "::"}, ""},
		{"no verb", http(func(in *apigw.Integration) { in.HTTPMethod = "" }), badVerb},
		{"unknown verb", http(func(in *apigw.Integration) { in.HTTPMethod = "OPTION" }), badVerb},
		{"lower-case verb", http(func(in *apigw.Integration) { in.HTTPMethod = "get" }), badVerb},
		{"any verb", http(func(in *apigw.Integration) { in.HTTPMethod = "ANY" }), ""},
		{"no address", uri(apigw.HTTP, ""), badEndpoint},
		{"no scheme", uri(apigw.HTTPProxy, "backend/x"), badEndpoint},
		{"another scheme", uri(apigw.HTTP, "ftp://backend/x"), badEndpoint},
		{"no host", uri(apigw.HTTP, "http:///x"), badEndpoint},
		{"only a port", uri(apigw.HTTP, "http://:80/x"), badEndpoint},
		{"blank", uri(apigw.HTTP, "http://backend/a b"), badEndpoint},
		{"line break", uri(apigw.HTTP, "http://backend/\r\nX: y"), badEndpoint},
		{"user", uri(apigw.HTTP, "http://me:secret@backend/"), badEndpoint},
		{"placeholders", uri(apigw.HTTPProxy, "https://backend:8443/{proxy}?q={q}"), ""},
		{"host from a stage variable", uri(apigw.HTTP, "https://${stageVariables.host}/x"), ""},
		{"port from a stage variable", uri(apigw.HTTP, "https://backend:${stageVariables.port}/x"), ""},
		{"all from a stage variable", uri(apigw.HTTP, "${stageVariables.url}/x"), ""},
		{"an ARN for HTTP", uri(apigw.HTTP, lambda), badEndpoint},
		{"a URL for AWS", uri(apigw.AWS, "http://backend/x"), badARN},
		{"no ARN", uri(apigw.AWS, ""), badARN},
		{"a short ARN", uri(apigw.AWS, "arn:aws:lambda"), badARN},
		{"a bare function", uri(apigw.AWSProxy, "arn:aws:lambda:us-east-1:000000000000:function:f"), noAction},
		{"neither path nor action", uri(apigw.AWS, "arn:aws:apigateway:us-east-1:sqs:queue/x"), noAction},
		{"an action", service(apigw.AWS, "arn:aws:apigateway:us-east-1:sns:action/Publish"), ""},
		{"a path", service(apigw.AWS, "arn:aws:apigateway:us-east-1:s3:path/{bucket}/{key}"), ""},
		{"a subdomain", service(apigw.AWS, "arn:aws-cn:apigateway:cn-north-1:data.iot:path/topics/x"), ""},
		{"a function", uri(apigw.AWSProxy, lambda), ""},
		{"a function from a stage variable", uri(apigw.AWSProxy, strings.Replace(lambda, "function:f", "function:${stageVariables.f}", 1)), ""},
		{"a streaming function", uri(apigw.AWSProxy, "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/arn:aws:lambda:us-east-1:000000000000:function:f/response-streaming-invocations"), ""},
		{"firehose", service(apigw.AWSProxy, "arn:aws:apigateway:us-east-1:firehose:action/PutRecord"), ""},
		{"an action as nobody", uri(apigw.AWS, "arn:aws:apigateway:us-east-1:sns:action/Publish"), noRole},
		{"a path as nobody", uri(apigw.AWS, "arn:aws:apigateway:us-east-1:s3:path/{bucket}/{key}"), noRole},
		{"firehose as nobody", uri(apigw.AWSProxy, "arn:aws:apigateway:us-east-1:firehose:action/PutRecord"), noRole},
		{"a function as nobody", uri(apigw.AWS, lambda), ""},
		{"another path of lambda", uri(apigw.AWSProxy, "arn:aws:apigateway:us-east-1:lambda:path/random"), notLambda},
		{"another service", uri(apigw.AWSProxy, "arn:aws:apigateway:us-east-1:s3:path/b/k"), notLambda},
		{"credentials", http(func(in *apigw.Integration) { in.Credentials = "me" }), badARN},
		{"a role", http(func(in *apigw.Integration) { in.Credentials = "arn:aws:iam::000000000000:role/r" }), ""},
		{"the caller's own", http(func(in *apigw.Integration) { in.Credentials = `arn:aws:iam::\*:user/\*` }), ""},
		{"a link without a name", http(func(in *apigw.Integration) { in.ConnectionType = apigw.ViaVPCLink }), noLink},
		{"a link of a mock", apigw.Integration{Type: apigw.Mock, ConnectionType: apigw.ViaVPCLink}, ""},
		{"a link by stage variable", http(func(in *apigw.Integration) {
			in.ConnectionType, in.ConnectionID = apigw.ViaVPCLink, "${stageVariables.link}"
		}), ""},
		{"too short", http(func(in *apigw.Integration) { in.Timeout = 49 * time.Millisecond }), badTimeout},
		{"shortest", http(func(in *apigw.Integration) { in.Timeout = 50 * time.Millisecond }), ""},
		{"longest", http(func(in *apigw.Integration) { in.Timeout = 29 * time.Second }), ""},
		{"too long", http(func(in *apigw.Integration) { in.Timeout = 29*time.Second + time.Millisecond }), badTimeout},
		{"passthrough", http(func(in *apigw.Integration) { in.PassthroughBehavior = "SOMETIMES" }), "Invalid passthrough behavior specified"},
		{"stream of a mapped type", http(func(in *apigw.Integration) { in.ResponseTransferMode = apigw.Stream }),
			"Response transfer mode STREAM is only supported for HTTP_PROXY and AWS_PROXY integrations"},
		{"a target without a link", http(func(in *apigw.Integration) { in.IntegrationTarget = "arn:x" }),
			"Integration target requires an HTTP_PROXY integration with connection type VPC_LINK"},
		{"key that is no media type", http(func(in *apigw.Integration) { in.RequestTemplates = map[string]string{"123": ""} }),
			"Validation Result: warnings : [], errors : [Invalid content type specified: 123]"},
		{"catch-all", http(func(in *apigw.Integration) {
			in.RequestTemplates = map[string]string{"$default": "", "application/vnd.x+json;v=1": ""}
		}), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limits := apigw.DefaultLimits()
			got := []string{}
			for _, e := range tt.in.Validate(&limits) {
				got = append(got, e.AWS)
				if e.Message == "" || len(e.Path) == 0 {
					t.Errorf("%#v: no words or no place", e)
				}
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("%+v\ngot  %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

// The first complaint is the one that API Gateway makes.
func TestChecksComeInOrder(t *testing.T) {
	limits := apigw.DefaultLimits()
	in := apigw.Integration{Type: apigw.HTTP, URI: "x", Credentials: "y", Timeout: time.Millisecond, ConnectionType: apigw.ViaVPCLink,
		PassthroughBehavior: "z", RequestTemplates: map[string]string{"1": ""}}
	var got []string
	for _, e := range in.Validate(&limits) {
		got = append(got, e.Path[0])
	}
	if want := "integrationHttpMethod uri credentials connectionId timeoutInMillis passthroughBehavior requestTemplates"; strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestOperatorMayRaiseTheTimeout(t *testing.T) {
	limits := apigw.DefaultLimits()
	limits.IntegrationTimeout = 2 * time.Minute
	in := apigw.Integration{Type: apigw.HTTP, HTTPMethod: "GET", URI: "http://b/", Timeout: time.Minute}
	if errs := in.Validate(&limits); len(errs) > 0 {
		t.Error(errs)
	}
	in.Timeout = time.Hour
	if errs := in.Validate(&limits); len(errs) != 1 || errs[0].AWS != "Timeout should be between 50 ms and 120000 ms" {
		t.Errorf("got %v", errs)
	}
}

func TestTemplatesHaveALimit(t *testing.T) {
	limits := apigw.DefaultLimits()
	for _, tt := range []struct {
		size int
		want int // errors
	}{{300 << 10, 0}, {300<<10 + 1, 1}} {
		errs := apigw.CheckTemplates("requestTemplates", map[string]string{"application/json": strings.Repeat("x", tt.size)}, &limits)
		if len(errs) != tt.want {
			t.Errorf("%d bytes: got %v, want %d errors", tt.size, errs, tt.want)
		}
	}
}

// Nothing is said of properties that wait for others.
func TestPendingPropertiesAreNotJudged(t *testing.T) {
	limits := apigw.DefaultLimits()
	for _, tt := range []struct {
		in   map[string]any
		want string
	}{
		{map[string]any{"Type": later("t"), "TimeoutMilliseconds": 50}, "[]"},
		{map[string]any{"Type": "HTTP", "IntegrationHttpMethod": "GET", "Uri": later("u")}, "[]"},
		{map[string]any{"Type": "HTTP", "IntegrationHttpMethod": later("m"), "Uri": "ftp:x"}, "[uri]"},
		{map[string]any{"Type": "HTTP", "IntegrationHttpMethod": "GET", "Uri": "http://b", "ConnectionType": "VPC_LINK", "ConnectionId": later("l")}, "[]"},
		{map[string]any{"Type": "HTTP", "IntegrationHttpMethod": "GET", "Uri": "http://b", "Credentials": "x", "ConnectionType": later("c")}, "[credentials]"},
	} {
		in := &apigw.Integration{}
		if err := apigw.FromTemplate(property.TerraformType, in, in.Properties(), tt.in).Err(); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, e := range in.Validate(&limits).Without(property.Pending(property.TerraformType, in.Properties(), tt.in)) {
			got = append(got, e.Path[0])
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%v\ngot  %v\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestResponsesAreRefusedInTheGatewaysWords(t *testing.T) {
	limits := apigw.DefaultLimits()
	for _, tt := range []struct {
		in   apigw.IntegrationResponse
		want string
	}{
		{apigw.IntegrationResponse{StatusCode: "200"}, ""},
		{apigw.IntegrationResponse{StatusCode: "wrong"}, `1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`},
		{apigw.IntegrationResponse{StatusCode: "600"}, `1 validation error detected: Value '600' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`},
		{apigw.IntegrationResponse{StatusCode: "200", ResponseParameters: map[string]string{"method.response.header.X": ""}}, "Invalid null or empty value in responseParameters"},
		{apigw.IntegrationResponse{StatusCode: "200", ResponseTemplates: map[string]string{"": "x"}}, "Validation Result: warnings : [], errors : [Invalid content type specified: ]"},
	} {
		got := ""
		if errs := tt.in.Validate(&limits); len(errs) > 0 {
			got = errs[0].AWS
		}
		if got != tt.want {
			t.Errorf("%+v\ngot  %s\nwant %s", tt.in, got, tt.want)
		}
	}
	if errs := (&apigw.MethodResponse{StatusCode: "20"}).Validate(); len(errs) != 1 {
		t.Errorf("method response 20: got %v, want one error", errs)
	}
}
