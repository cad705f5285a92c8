package dataplane

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/message"
)

// service is an AWS integration with a default response.
func service(uri string) apigw.Method {
	m := custom("arn:aws:apigateway:eu-west-1:" + uri)
	m.Integration.Type = apigw.AWS
	return m
}

// deployService deploys a method whose service is d.backend.
func deployService(t *testing.T, m method) (d *deployed, options *backend.ServiceOptions) {
	t.Helper()
	options = &backend.ServiceOptions{}
	d = deploy(t, m)
	d.aws = func(o backend.ServiceOptions) backend.Backend {
		*options = o
		return d.backend
	}
	d.publish()
	return d, options
}

func TestWhatServicesGet(t *testing.T) {
	for _, tt := range []struct {
		name, uri  string
		parameters map[string]string
		template   string
		url        string
		header     map[string]string
	}{
		{name: "JSON", uri: "dynamodb:action/Query", template: "{}", url: "https://dynamodb.eu-west-1.amazonaws.com/",
			header: map[string]string{"X-Amz-Target": "DynamoDB_20120810.Query", "Content-Type": "application/x-amz-json-1.0", "Accept": "application/json", "User-Agent": "AmazonAPIGateway_api1234567", "x-amzn-apigateway-api-id": "api1234567", "X-Own": "", "X-Amz-Source-Arn": ""}},
		{name: "JSON with a content type of one's own", uri: "kinesis:action/PutRecord", template: "{}", parameters: map[string]string{"integration.request.header.Content-Type": "'application/x-amz-json-9'"},
			url: "https://kinesis.eu-west-1.amazonaws.com/", header: map[string]string{"X-Amz-Target": "Kinesis_20131202.PutRecord", "Content-Type": "application/x-amz-json-9"}},
		{name: "a target of one's own", uri: "events:action/PutEvents", template: `#set($context.requestOverride.header['X-Amz-Target'] = 'AWSEvents.PutEvents'){}`,
			url: "https://events.eu-west-1.amazonaws.com/", header: map[string]string{"X-Amz-Target": "AWSEvents.PutEvents", "Content-Type": "text/plain"}},
		{name: "query", uri: "sns:action/Publish&TopicArn=arn:aws:sns:eu-west-1:1:t", parameters: map[string]string{"integration.request.querystring.Message": "method.request.querystring.m"},
			url: "https://sns.eu-west-1.amazonaws.com/?Action=Publish&TopicArn=arn:aws:sns:eu-west-1:1:t&Message=a%20%26%20b"},
		{name: "Action=", uri: "sns:action/Action=Publish&Subject={s}", parameters: map[string]string{"integration.request.path.s": "method.request.querystring.m"},
			url: "https://sns.eu-west-1.amazonaws.com/?Action=Publish&Subject=a%20%26%20b"},
		{name: "an S3 action", uri: "s3:action/GetObject&Bucket=photos&Key={k}&versionId=1", parameters: map[string]string{"integration.request.path.k": "method.request.path.id"},
			url: "https://s3.eu-west-1.amazonaws.com/photos/7%2Fx?versionId=1"},
		{name: "path with its own query", uri: "sqs:path/${stageVariables.account}/q?Action=SendMessage", parameters: map[string]string{"integration.request.querystring.MessageBody": "'x'"},
			url: "https://sqs.eu-west-1.amazonaws.com/123/q?Action=SendMessage&MessageBody=x"},
		{name: "subdomain", uri: "abc.execute-api:path/prod/{id}", parameters: map[string]string{"integration.request.path.id": "method.request.path.id"},
			url: "https://abc.execute-api.eu-west-1.amazonaws.com/prod/7%2Fx"},
		{name: "a header that is dropped", uri: "sqs:path/1/q", parameters: map[string]string{"integration.request.header.Referer": "'r'", "integration.request.header.X-Mapped": "'m'"},
			url: "https://sqs.eu-west-1.amazonaws.com/1/q", header: map[string]string{"Referer": "", "X-Mapped": "m"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := service(tt.uri)
			m.Integration.RequestParameters = tt.parameters
			if tt.template != "" {
				m.Integration.RequestTemplates = map[string]string{"$default": tt.template}
			}
			d, _ := deployService(t, method{verb: "POST", path: "/{id}", Method: m})
			d.stage.Variables = map[string]string{"account": "123"}
			d.publish()
			d.send(message.Request{Method: "POST", Path: "/7%2Fx", Query: "m=a%20%26%20b", Header: header("Content-Type", "text/plain", "X-Own", "1"), Body: []byte("text")}).want(t, 200, "")
			if d.backend.got.URL != tt.url {
				t.Errorf("got  %s\nwant %s", d.backend.got.URL, tt.url)
			}
			for name, want := range tt.header {
				if got := d.backend.got.Header.Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestHeadersThatNoServiceMayGet(t *testing.T) {
	for _, name := range []string{"Authorization", "Connection", "Content-Length", "Expect", "Proxy-Authenticate", "TE", "Transfer-Encoding", "X-Amzn-Trace-Id"} {
		m := service("sqs:path/1/q")
		m.Integration.RequestParameters = map[string]string{"integration.request.header." + name: "'x'"}
		d, _ := deployService(t, method{verb: "POST", path: "/", Method: m})
		d.send(message.Request{Method: "POST"}).want(t, 500, `{"message": "Internal server error"}`)
		if want := "Execution failed due to configuration error: " + name + " header already present"; d.record.Fault.Log != want {
			t.Errorf("got %s, want %s", d.record.Fault.Log, want)
		}
	}
}

func TestWhoCallsTheService(t *testing.T) {
	for _, tt := range []struct {
		credentials   string
		authorization string
		want          backend.ServiceOptions
		status        int
	}{
		{credentials: "", status: 200},
		{credentials: "arn:aws:iam::1:role/r", want: backend.ServiceOptions{Role: "arn:aws:iam::1:role/r"}, status: 200},
		{credentials: "arn:aws:iam::1:role/${stageVariables.role}", want: backend.ServiceOptions{Role: "arn:aws:iam::1:role/r1"}, status: 200},
		{credentials: "arn:aws:iam::*:user/*", status: 500},
		{credentials: `arn:aws:iam::\*:user/\*`, status: 500},
	} {
		m := service("sqs:path/1/q")
		m.Integration.Credentials = tt.credentials
		d, got := deployService(t, method{verb: "POST", path: "/", Method: m})
		d.stage.Variables = map[string]string{"role": "r1"}
		d.publish()
		if a := d.send(message.Request{Method: "POST"}); a.status != tt.status {
			t.Errorf("%s: got %d %s, want %d", tt.credentials, a.status, a.body, tt.status)
		}
		if got.Role != tt.want.Role || got.Caller {
			t.Errorf("%s: got %+v", tt.credentials, *got)
		}
	}
}

// A caller's secret must be known, or nobody is called.
func TestCallersSecret(t *testing.T) {
	for _, tt := range []struct {
		name, key string
		secret    func(context.Context, string) (string, error)
		want      string // secret that signs; empty: a fault
	}{
		{name: "known", key: "AKID", secret: func(_ context.Context, key string) (string, error) { return key + "'s", nil }, want: "AKID's"},
		{name: "unknown", key: "AKID", secret: func(context.Context, string) (string, error) { return "", errors.New("unknown") }},
		{name: "no caller", secret: func(context.Context, string) (string, error) { return "s", nil }},
		{name: "no secrets", key: "AKID"},
	} {
		i := integration{caller: true, secret: tt.secret}
		x := &exchange{}
		x.scope.Context.Identity.AccessKey = tt.key
		x.scope.Query = message.Pairs{{Name: "X-Amz-Security-Token", Value: "token"}}
		err := i.asCaller(t.Context(), x)
		if (err == nil) != (tt.want != "") || x.out.Caller.SecretKey != tt.want {
			t.Errorf("%s: got %v, %v", tt.name, err, x.out.Caller.SecretKey == tt.want)
		}
		if tt.want != "" && x.out.Caller.SessionToken != "token" {
			t.Errorf("%s: the session is lost", tt.name)
		}
	}
}

func TestAnswersOfServices(t *testing.T) {
	pattern := `4\d{2}`
	m := service("dynamodb:action/PutItem")
	m.Integration.Responses["400"] = &apigw.IntegrationResponse{StatusCode: "400", SelectionPattern: &pattern,
		ResponseTemplates: map[string]string{"application/json": `$input.path('$.__type') $context.awsEndpointRequestId`}}
	d, _ := deployService(t, method{verb: "POST", path: "/", Method: m, responses: map[string]*apigw.MethodResponse{"200": {StatusCode: "200"}, "400": {StatusCode: "400"}}})
	d.backend.answer = message.Response{Status: 403, Header: header("X-Amzn-Requestid", "r1", "Content-Type", "application/x-amz-json-1.0"), Body: []byte(`{"__type": "T"}`)}
	a := d.send(message.Request{Method: "POST"})
	a.want(t, 400, "T r1")
	a.wantHeader(t, "Content-Type", "application/json")
	if !a.header.Has("X-Amzn-Trace-Id") {
		t.Error("no trace header")
	}
}

// Firehose is the other service that AWS_PROXY calls: it gets the payload.
func TestProxyToAStream(t *testing.T) {
	m := service("firehose:action/PutRecord")
	m.Integration.Type = apigw.AWSProxy
	d, _ := deployService(t, method{verb: "POST", path: "/", Method: m})
	d.backend.answer = message.Response{Status: 201, Body: []byte("ok")}
	d.send(message.Request{Method: "POST", Body: []byte("{}")}).want(t, 201, "ok")
	if got := d.backend.got; string(got.Body) != "{}" || got.Header.Get("X-Amz-Target") != "Firehose_20150804.PutRecord" {
		t.Errorf("got %+v", got)
	}
}

func TestServicesThatCannotBeCalled(t *testing.T) {
	for _, m := range []apigw.Method{service("sqs:path/1/q"), service("evil.test/:path/x"), service("sqs:neither/x")} {
		d := deploy(t, method{verb: "POST", path: "/", Method: m})
		d.send(message.Request{Method: "POST"}).want(t, 500, `{"message": "Internal server error"}`)
	}
	m := service("sqs:path/1/q")
	d, _ := deployService(t, method{verb: "POST", path: "/", Method: m})
	d.backend.err = &backend.NotAssumed{Role: "arn:aws:iam::1:role/r", Denied: true}
	d.send(message.Request{Method: "POST"}).want(t, 500, `{"message": "Internal server error"}`)
	if want := "Execution failed due to configuration error: API Gateway does not have permission to assume the provided role arn:aws:iam::1:role/r"; d.record.Fault.Log != want {
		t.Errorf("got %s", d.record.Fault.Log)
	}
}

// The lines and their order are those of AWS. Observed.
func TestExecutionLogOfAFunction(t *testing.T) {
	f := &fakeFunctions{}
	f.returns(`{"ok": true}`)
	f.answer.ExecutedVersion, f.answer.RequestID = "$LATEST", "r-1"
	d := deployFunction(t, f, method{verb: "GET", path: "/", Method: lambdaCustom()})
	req := &message.Request{Method: "GET", Host: "api1234567.execute-api.localhost", Path: "/test/", Peer: "192.0.2.7", Received: time.Now()}
	var lines []string
	err := d.gateway.Trace(t.Context(), req, func(_ *message.Response, trace *Trace) error {
		for _, l := range trace.Lines {
			lines = append(lines, l.Text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const uri = "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/" + testFunction + "/invocations"
	at := 0
	for _, want := range []string{
		"Method request body before transformations: ",
		"Endpoint request URI: " + uri,
		"Endpoint request headers: {",
		"Endpoint request body after transformations: {}",
		"Sending request to " + uri,
		"Received response. Status: 200, Integration latency: ",
		"Endpoint response headers: {Date=",
		`Endpoint response body before transformations: {"ok": true}`,
		`Method response body after transformations: {"ok": true}`,
		"Method response headers: {X-Amzn-Trace-Id=",
		"Successfully completed execution",
		"Method completed with status: 200",
	} {
		for at < len(lines) && !strings.HasPrefix(lines[at], want) {
			at++
		}
		if at == len(lines) {
			t.Fatalf("no %q in its place:\n%s", want, strings.Join(lines, "\n"))
		}
	}
}
