package neighbors_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"postern/internal/adapter/neighbors"
)

// Each protocol's clients read the code and the sentence where they look for
// them, and do not try again.
func TestServicesAnswerInTheirProtocol(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	signed := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
	}
	server := &neighbors.Server{AccountID: "111111111111"}
	for _, tt := range []struct {
		name, method, target, authorization, contentType, amzTarget, body string
		foreign, serves                                                   bool
		status                                                            int
		want                                                              []string
	}{
		{name: "who is calling", method: "POST", target: "/", authorization: signed("sts"), contentType: form, body: "Action=GetCallerIdentity&Version=2011-06-15",
			serves: true, status: 200, want: []string{`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111111111111:root</Arn><UserId>111111111111</UserId><Account>111111111111</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>`}},
		{name: "who is calling, unsigned", method: "POST", target: "/", contentType: form + "; charset=utf-8", body: "Action=GetCallerIdentity&Version=2011-06-15",
			serves: true, status: 200, want: []string{"<Account>111111111111</Account>"}},
		{name: "who is calling, presigned", method: "GET", target: "/?Action=GetCallerIdentity&X-Amz-Credential=AK%2F20260101%2Fus-east-1%2Fsts%2Faws4_request",
			serves: true, status: 200, want: []string{"<Account>111111111111</Account>"}},
		{name: "another action of STS", method: "POST", target: "/", authorization: signed("sts"), contentType: form, body: "Action=AssumeRole",
			serves: true, status: 501, want: []string{"<ErrorResponse><Error><Type>Sender</Type><Code>NotImplemented</Code><Message>sts (AssumeRole) is not part of Postern", "<RequestId>"}},
		{name: "query", method: "POST", target: "/", authorization: signed("sns"), contentType: form, body: "Action=ListTopics&Version=2010-03-31",
			foreign: true, status: 501, want: []string{"<Code>NotImplemented</Code><Message>sns (ListTopics) is not part of Postern"}},
		{name: "EC2", method: "POST", target: "/", authorization: signed("ec2"), contentType: form, body: "Action=DescribeVpcs",
			foreign: true, status: 501, want: []string{"<Response><Errors><Error><Code>NotImplemented</Code><Message>ec2 (DescribeVpcs) is not"}},
		{name: "JSON", method: "POST", target: "/", authorization: signed("dynamodb"), contentType: "application/x-amz-json-1.0", amzTarget: "DynamoDB_20120810.ListTables", body: "{}",
			foreign: true, status: 501, want: []string{`"__type":"NotImplementedException"`, `dynamodb (DynamoDB_20120810.ListTables) is not part of Postern`}},
		{name: "JSON, unsigned", method: "POST", target: "/", contentType: "application/x-amz-json-1.1", amzTarget: "CertificateManager.ListCertificates", body: "{}",
			foreign: true, status: 501, want: []string{`"message":"CertificateManager.ListCertificates is not part of Postern`}},
		{name: "REST and XML", method: "GET", target: "/bucket/key", authorization: signed("s3"),
			foreign: true, status: 501, want: []string{"<Error><Code>NotImplemented</Code><Message>s3 is not part of Postern"}},
		{name: "REST and JSON", method: "GET", target: "/clusters", authorization: signed("eks"),
			foreign: true, status: 501, want: []string{`"message":"eks is not part of Postern`}},
		{name: "not a form that ends", method: "POST", target: "/", contentType: form, body: "Action=%zz",
			serves: true, status: 400, want: []string{"<Code>MalformedInput</Code>"}},
		{name: "API Gateway", method: "POST", target: "/restapis", authorization: signed("apigateway"), contentType: "application/json"},
		{name: "unsigned API Gateway", method: "GET", target: "/restapis?limit=5"},
		{name: "no scope", method: "GET", target: "/account", authorization: "Bearer x"},
	} {
		r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
		for name, value := range map[string]string{"Authorization": tt.authorization, "Content-Type": tt.contentType, "X-Amz-Target": tt.amzTarget} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		foreign := neighbors.Foreign(r)
		serves := !foreign && neighbors.Serves(r)
		if foreign != tt.foreign || serves != tt.serves {
			t.Errorf("%s: foreign %t, serves %t, want %t, %t", tt.name, foreign, serves, tt.foreign, tt.serves)
			continue
		}
		w := httptest.NewRecorder()
		var handler http.Handler = server
		switch {
		case foreign:
			handler = http.HandlerFunc(neighbors.Refuse)
		case !serves:
			continue
		}
		handler.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.name, w.Code, tt.status, w.Body)
		}
		if json := strings.HasPrefix(w.Body.String(), "{"); tt.status == 501 && json != (w.Header().Get("x-amzn-ErrorType") == "NotImplementedException") || tt.amzTarget != "" && w.Header().Get("Content-Type") != tt.contentType {
			t.Errorf("%s: header %v", tt.name, w.Header())
		}
		for _, want := range tt.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: got %s, want it to have %s", tt.name, w.Body, want)
			}
		}
	}
}
