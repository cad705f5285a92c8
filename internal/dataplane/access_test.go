package dataplane

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"postern/internal/apigw"
	"postern/internal/auth"
	"postern/internal/message"
	"postern/internal/sigv4"
)

// testKeys knows one key, of the user ada.
func testKeys(id string) (auth.Key, bool) {
	k := auth.Key{Credentials: sigv4.Credentials{AccessKeyID: "AKIDADA", SecretAccessKey: "hush"}, UserName: "ada"}
	return k, id == k.AccessKeyID
}

// testTime is the time of what is tested with a clock.
var testTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// signed returns req with the signature of the SDK in its header, or presigned.
func signed(t *testing.T, req message.Request, secret string, presigned bool) message.Request {
	t.Helper()
	if req.Method == "" {
		req.Method = "GET"
	}
	r, err := http.NewRequest(req.Method, "http://api1234567.execute-api.localhost:4566/test"+req.Path+"?"+req.Query, strings.NewReader(string(req.Body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range req.Header {
		r.Header.Add(f.Name, f.Value)
	}
	credentials := aws.Credentials{AccessKeyID: "AKIDADA", SecretAccessKey: secret}
	sum := sha256.Sum256(req.Body)
	hash := hex.EncodeToString(sum[:])
	if presigned {
		address, _, err := v4.NewSigner().PresignHTTP(context.Background(), credentials, r, hash, "execute-api", "eu-west-1", testTime)
		if err != nil {
			t.Fatal(err)
		}
		_, req.Query, _ = strings.Cut(address, "?")
		return req
	}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hash, "execute-api", "eu-west-1", testTime); err != nil {
		t.Fatal(err)
	}
	for name, values := range r.Header {
		if !req.Header.Has(name) {
			req.Header.Add(name, values[0])
		}
	}
	return req
}

func withAuth(m apigw.Method, kind string) apigw.Method {
	m.AuthorizationType = kind
	return m
}

func TestIAMWantsASignature(t *testing.T) {
	d := deploy(t, method{verb: "POST", path: "/{proxy+}", Method: withAuth(proxy("http://b.test/"), apigw.AuthIAM)},
		method{verb: "GET", path: "/who", Method: withAuth(mock(`$context.identity.accessKey $context.identity.accountId $context.identity.caller $context.identity.user $context.identity.userArn`), apigw.AuthIAM)})
	d.now, d.keys = func() time.Time { return testTime }, testKeys
	d.publish()

	a := d.send(message.Request{Method: "POST", Path: "/a"})
	a.want(t, 403, `{"message":"Missing Authentication Token"}`)
	a.wantHeader(t, "x-amzn-ErrorType", "MissingAuthenticationTokenException")

	request := message.Request{Method: "POST", Path: "/a%2Fb//c", Query: "x=2&x=1&y=a+b", Body: []byte("pet"), Header: header("Content-Type", "text/plain", "X-Kind", "pet")}
	for _, presigned := range []bool{false, true} {
		d.send(signed(t, request, "hush", presigned)).want(t, 200, "")
		if h := d.backend.got.Header; h.Has("Authorization") || h.Get("X-Kind") != "pet" {
			t.Errorf("presigned %v: the backend got %v", presigned, h)
		}
	}
	d.send(signed(t, message.Request{Path: "/who"}, "hush", false)).
		want(t, 200, "AKIDADA 123456789012 AIDAR63I73DGKJMDEPLGI AIDAR63I73DGKJMDEPLGI arn:aws:iam::123456789012:user/ada")

	a = d.send(signed(t, request, "wrong", false))
	a.wantHeader(t, "x-amzn-ErrorType", "InvalidSignatureException")
	if a.status != 403 || !strings.HasPrefix(a.body, `{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
	changed := signed(t, request, "hush", false)
	changed.Body = []byte("cat")
	if a := d.send(changed); a.status != 403 {
		t.Errorf("another body: got %d", a.status)
	}
	late := signed(t, request, "hush", false)
	d.now = func() time.Time { return testTime.Add(time.Hour) }
	d.publish()
	a = d.send(late)
	a.want(t, 403, `{"message":"Signature expired: 20260102T030405Z is now earlier than 20260102T035905Z (20260102T040405Z - 5 min.)"}`)
	a.wantHeader(t, "x-amzn-ErrorType", "InvalidSignatureException")

	d.keys = nil
	d.now = func() time.Time { return testTime }
	d.publish()
	a = d.send(signed(t, request, "hush", false))
	a.want(t, 403, `{"message":"The security token included in the request is invalid."}`)
	a.wantHeader(t, "x-amzn-ErrorType", "UnrecognizedClientException")
}

func TestExpiredCredentials(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/", Method: withAuth(mock(""), apigw.AuthIAM)})
	d.now = func() time.Time { return testTime }
	d.keys = func(id string) (auth.Key, bool) {
		k, ok := testKeys(id)
		k.Expires = testTime.Add(-time.Second)
		return k, ok
	}
	d.snapshot.GatewayResponses = []*apigw.GatewayResponse{{ResponseType: apigw.ExpiredToken, StatusCode: "419"}}
	d.publish()
	a := d.send(signed(t, message.Request{Path: "/"}, "hush", false))
	a.want(t, 419, `{"message":"The security token included in the request is expired"}`)
	a.wantHeader(t, "x-amzn-ErrorType", "ExpiredTokenException")
}

// Observed: users with bearer tokens see this on paths that do not exist.
func TestNothingFoundReadsTheAuthorizationHeaderFirst(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/a", Method: mock("")})
	for _, tt := range []struct{ authorization, want string }{
		{"Bearer abc", `{"message":"'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'."}`},
		{"abc", `{"message":"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=abc"}`},
	} {
		a := d.send(message.Request{Path: "/b", Header: header("Authorization", tt.authorization)})
		a.want(t, 403, tt.want)
		a.wantHeader(t, "x-amzn-ErrorType", "IncompleteSignatureException")
	}
	d.send(signed(t, message.Request{Path: "/b"}, "hush", false)).want(t, 403, `{"message":"Missing Authentication Token"}`)
}

// The rows are those of "How API Gateway resource policies affect authorization
// workflow", for callers of the same account.
func TestResourcePolicy(t *testing.T) {
	const arn = "arn:aws:execute-api:eu-west-1:********9012:api1234567/test/GET/pets/7"
	const explicit = " is not authorized to perform: execute-api:Invoke on resource: " + arn + " with an explicit deny in a resource-based policy"
	const implicit = " is not authorized to perform: execute-api:Invoke on resource: " + arn + " because no resource-based policy allows the execute-api:Invoke action"
	statement := func(effect, resource, condition string) string {
		return `{"Effect":"` + effect + `","Principal":"*","Action":"execute-api:Invoke","Resource":"` + resource + `"` + condition + `}`
	}
	for _, tt := range []struct {
		name       string
		statements []string
		iam        bool
		header     message.Header
		denied     string // empty: allowed
	}{
		{name: "allowed", statements: []string{statement("Allow", "execute-api:/*", "")}},
		{name: "allowed by the very ARN", statements: []string{statement("Allow", "arn:aws:execute-api:eu-west-1:123456789012:api1234567/test/GET/pets/*", "")}},
		{name: "another stage is allowed", statements: []string{statement("Allow", "execute-api:/prod/*", "")}, denied: "User: anonymous" + implicit},
		{name: "another verb is allowed", statements: []string{statement("Allow", "execute-api:/test/POST/*", "")}, denied: "User: anonymous" + implicit},
		{name: "denied", statements: []string{statement("Allow", "*", ""), statement("Deny", "execute-api:/test/GET/pets/7", "")}, denied: "User: anonymous" + explicit},
		{name: "by address", statements: []string{statement("Allow", "*", `,"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`)}},
		{name: "by another address", statements: []string{statement("Allow", "*", ""), statement("Deny", "*", `,"Condition":{"NotIpAddress":{"aws:SourceIp":"198.51.100.0/24"}}`)}, denied: "User: anonymous" + explicit},
		{name: "not by a VPC", statements: []string{statement("Allow", "*", ""), statement("Deny", "*", `,"Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}`)}, denied: "User: anonymous" + explicit},
		{name: "by what the browser says", statements: []string{statement("Allow", "*", `,"Condition":{"StringLike":{"aws:Referer":"https://a.test/*","aws:UserAgent":"Moz*"},"Bool":{"aws:SecureTransport":"false"}}`)},
			header: header("Referer", "https://a.test/x", "user-agent", "Mozilla/5.0")},
		{name: "by the time", statements: []string{statement("Allow", "*", `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-01-02T03:04:06Z"},"NumericGreaterThan":{"aws:EpochTime":"1"}}`)}},
		{name: "after the time", statements: []string{statement("Allow", "*", `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-01-02T03:04:05Z"}}`)}, denied: "User: anonymous" + implicit},

		{name: "signed, nothing said", iam: true, statements: []string{statement("Allow", "execute-api:/prod/*", "")}},
		{name: "signed and denied", iam: true, statements: []string{statement("Deny", "execute-api:/test/*", "")}, denied: "User: arn:aws:iam::123456789012:user/ada" + explicit},
		{name: "signed by somebody else than the one denied", iam: true, statements: []string{statement("Deny", "*", `,"Condition":{"StringEquals":{"aws:username":"bo"}}`)}},
		{name: "signed by the one denied", iam: true, statements: []string{statement("Deny", "*", `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/a*"},"StringEquals":{"aws:PrincipalAccount":"123456789012"}}`)},
			denied: "User: arn:aws:iam::123456789012:user/ada" + explicit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mock("open")
			if tt.iam {
				m.AuthorizationType = apigw.AuthIAM
			}
			d := deploy(t, method{verb: "GET", path: "/pets/{id}", Method: m})
			d.now, d.keys = func() time.Time { return testTime }, testKeys
			d.snapshot.API.Policy = `{"Version":"2012-10-17","Statement":[` + strings.Join(tt.statements, ",") + `]}`
			d.publish()
			req := message.Request{Path: "/pets/7", Header: tt.header}
			if tt.iam {
				req = signed(t, req, "hush", false)
			}
			a := d.send(req)
			if tt.denied == "" {
				a.want(t, 200, "open")
				return
			}
			a.want(t, 403, `{"Message":"`+tt.denied+`"}`)
			a.wantHeader(t, "x-amzn-ErrorType", "AccessDeniedException")
		})
	}
}

func TestPrivateAPIWithAPolicy(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/", Method: mock("open")})
	d.snapshot.API.EndpointConfiguration = &apigw.EndpointConfiguration{Types: []string{"PRIVATE"}}
	d.snapshot.API.Policy = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}`
	d.publish()
	d.get("/").want(t, 200, "open")
}
