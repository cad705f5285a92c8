package backend_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"postern/internal/backend"
	"postern/internal/message"
)

// A cloud is a stand-in for AWS: one server that verifies signatures by signing
// again with the SDK, and is the Security Token Service too.
type cloud struct {
	t       *testing.T
	url     string
	secrets map[string]string // access key → secret

	mu       sync.Mutex
	assumed  int // calls of AssumeRole
	lifetime time.Duration
	sts      http.HandlerFunc // nil: assumes any role
	service  http.HandlerFunc // nil: 200
	last     *http.Request
	body     []byte
	hold     chan struct{} // AssumeRole waits for it; nil: it does not
}

func newCloud(t *testing.T) *cloud {
	c := &cloud{t: t, secrets: map[string]string{"AKIDOWN": "own secret", "test": "test"}, lifetime: time.Hour}
	s := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

func (c *cloud) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	if why := c.verify(r, body); why != "" {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"__type":"InvalidSignatureException","message":%q}`, why)
		return
	}
	if form, _ := url.ParseQuery(string(body)); form.Get("Action") == "AssumeRole" {
		c.assume(w, r, form)
		return
	}
	c.mu.Lock()
	c.last, c.body = r, body
	service := c.service
	c.mu.Unlock()
	if service != nil {
		service(w, r)
		return
	}
	w.Header().Set("x-amzn-RequestId", "r-1")
	io.WriteString(w, `{}`)
}

// verify says what is wrong with a signature.
func (c *cloud) verify(r *http.Request, body []byte) string {
	auth := r.Header.Get("Authorization")
	rest, ok := strings.CutPrefix(auth, "AWS4-HMAC-SHA256 Credential=")
	credential, rest, ok2 := strings.Cut(rest, ", SignedHeaders=")
	signed, _, ok3 := strings.Cut(rest, ", Signature=")
	scope := strings.Split(credential, "/")
	if !ok || !ok2 || !ok3 || len(scope) != 5 {
		return "no signature: " + auth
	}
	c.mu.Lock()
	secret := c.secrets[scope[0]]
	c.mu.Unlock()
	date, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || secret == "" {
		return "unknown key or date"
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	again := &http.Request{Method: r.Method, Host: r.Host, Header: http.Header{}, ContentLength: r.ContentLength,
		URL: &url.URL{Scheme: "http", Host: r.Host, Opaque: "//" + r.Host + path, RawQuery: query}}
	for name := range strings.SplitSeq(signed, ";") {
		if v := r.Header.Values(name); len(v) > 0 {
			again.Header[http.CanonicalHeaderKey(name)] = v
		}
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	credentials := aws.Credentials{AccessKeyID: scope[0], SecretAccessKey: secret, SessionToken: r.Header.Get("X-Amz-Security-Token")}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = scope[3] == "s3" })
	if err := signer.SignHTTP(context.Background(), credentials, again, hash, scope[3], scope[2], date); err != nil {
		return err.Error()
	}
	if got := again.Header.Get("Authorization"); got != auth {
		return "got " + auth + ", want " + got
	}
	return ""
}

func (c *cloud) assume(w http.ResponseWriter, r *http.Request, form url.Values) {
	c.mu.Lock()
	c.assumed++
	n, hold, sts, lifetime := c.assumed, c.hold, c.sts, c.lifetime
	key := fmt.Sprintf("ASIA%d", n)
	c.secrets[key] = "role secret"
	c.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
	}
	if sts != nil {
		sts(w, r)
		return
	}
	if form.Get("RoleSessionName") != "BackplaneAssumeRoleSession" {
		c.t.Errorf("session %q", form.Get("RoleSessionName"))
	}
	fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
		<AccessKeyId>%s</AccessKeyId><SecretAccessKey>role secret</SecretAccessKey><SessionToken>token %d</SessionToken><Expiration>%s</Expiration>
		</Credentials><AssumedRoleUser><Arn>%s</Arn><AssumedRoleId>A</AssumedRoleId></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`,
		key, n, time.Now().Add(lifetime).UTC().Format(time.RFC3339), form.Get("RoleArn"))
}

func (c *cloud) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// aws returns a client with credentials of its own that finds these services at
// the cloud.
func (c *cloud) aws(t *testing.T, services ...string) *backend.AWS {
	a := &backend.AWS{Pool: newPool(t), Endpoints: map[string]string{}, Settings: func(context.Context) (*backend.AWSSettings, error) {
		return &backend.AWSSettings{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDOWN", SecretAccessKey: "own secret"}, nil
		})}, nil
	}}
	for _, s := range services {
		a.Endpoints[s] = c.url
	}
	return a
}

func call(t *testing.T, b backend.Backend, req backend.Request) (*message.Response, error) {
	t.Helper()
	if req.Method == "" {
		req.Method = "POST"
	}
	if req.URL == "" {
		req.URL = "https://dynamodb.eu-west-1.amazonaws.com/"
	}
	return b.Invoke(within(t), &req)
}

// mustCall is call for what must succeed.
func mustCall(t *testing.T, b backend.Backend, req backend.Request) *message.Response {
	t.Helper()
	res, err := call(t, b, req)
	if err != nil || res.Status != 200 {
		t.Fatalf("got %+v, %v", res, err)
	}
	return res
}

const role = "arn:aws:iam::123456789012:role/gateway"

func TestServicesAcceptTheSignature(t *testing.T) {
	c := newCloud(t)
	for _, tt := range []struct {
		name    string
		options backend.ServiceOptions
		req     backend.Request
		scope   string
		uri     string
	}{
		{"JSON", backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Action: "PutItem"}, backend.Request{Body: []byte(`{"a":1}`),
			Header: message.Header{{Name: "X-Amz-Target", Value: "DynamoDB_20120810.PutItem"}, {Name: "Content-Type", Value: "application/x-amz-json-1.0"}, {Name: "User-Agent", Value: "AmazonAPIGateway_x"}}},
			"eu-west-1/dynamodb", "/"},
		{"query", backend.ServiceOptions{Service: "sqs", Region: "eu-west-1", Action: "SendMessage"}, backend.Request{URL: "https://sqs.eu-west-1.amazonaws.com/?Action=SendMessage&MessageBody=a%20b%2Bc&Z=1&A=&b"},
			"eu-west-1/sqs", "/?Action=SendMessage&MessageBody=a%20b%2Bc&Z=1&A=&b"},
		{"repeated and unsorted", backend.ServiceOptions{Service: "sns", Region: "eu-west-1"}, backend.Request{Method: "GET", URL: "https://sns.eu-west-1.amazonaws.com/x?b=2&a=z&a=b"}, "eu-west-1/sns", "/x?b=2&a=z&a=b"},
		{"S3", backend.ServiceOptions{Service: "s3", Region: "eu-west-1"}, backend.Request{Method: "PUT", URL: "https://s3.eu-west-1.amazonaws.com/b/a%20b/c%2Bd", Body: bytes.Repeat([]byte{0xff}, 40<<10)}, "eu-west-1/s3", "/b/a%20b/c%2Bd"},
		{"bucket as host", backend.ServiceOptions{Service: "s3", Region: "eu-west-1", Subdomain: "photos"}, backend.Request{Method: "GET", URL: "https://photos.s3.eu-west-1.amazonaws.com/a.png?versionId=1"}, "eu-west-1/s3", "/photos/a.png?versionId=1"},
		{"an ARN in the path", backend.ServiceOptions{Service: "lambda", Region: "eu-west-1"}, backend.Request{URL: "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations", Body: []byte("{}")},
			"eu-west-1/lambda", "/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations"},
		{"two slashes", backend.ServiceOptions{Service: "execute-api", Region: "eu-west-1", Subdomain: "abc"}, backend.Request{Method: "GET", URL: "https://abc.execute-api.eu-west-1.amazonaws.com//a//b"}, "eu-west-1/execute-api", "//a//b"},
		{"a global service", backend.ServiceOptions{Service: "iam", Region: "eu-west-1"}, backend.Request{URL: "https://iam.amazonaws.com/?Action=GetUser"}, "us-east-1/iam", "/?Action=GetUser"},
		{"topics", backend.ServiceOptions{Service: "iot", Region: "eu-west-1", Subdomain: "data"}, backend.Request{URL: "https://data.iot.eu-west-1.amazonaws.com/topics/a"}, "eu-west-1/iotdata", "/topics/a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mustCall(t, c.aws(t, tt.options.Service).Service(tt.options), tt.req)
			if auth := c.last.Header.Get("Authorization"); !strings.Contains(auth, "/"+tt.scope+"/aws4_request") {
				t.Errorf("scope: %s", auth)
			}
			if c.last.RequestURI != tt.uri {
				t.Errorf("got %s, want %s", c.last.RequestURI, tt.uri)
			}
			if !bytes.Equal(c.body, tt.req.Body) {
				t.Errorf("got %d bytes, want %d", len(c.body), len(tt.req.Body))
			}
			if got := c.last.Header.Get("X-Amz-Content-Sha256") != ""; got != (tt.options.Service == "s3") {
				t.Errorf("X-Amz-Content-Sha256: %t", got)
			}
		})
	}
}

// Whatever an integration sends, a service that verifies as AWS does accepts
// the signature.
func TestAnySignatureIsAccepted(t *testing.T) {
	c := newCloud(t)
	a := c.aws(t, "sqs", "s3")
	rapid.Check(t, func(r *rapid.T) {
		segment := rapid.StringMatching(`([a-zA-Z0-9._~!$&'()*+,=:@-]|%2F|%20|%C3%A9|%25)*`)
		parameter := rapid.StringMatching(`[a-zA-Z0-9._~-]*(%20|%2B|%26|%3B)?=?[a-zA-Z0-9._~*-]*`)
		path := "/" + strings.Join(rapid.SliceOfN(segment, 0, 4).Draw(r, "path"), "/")
		query := strings.Join(rapid.SliceOfN(parameter, 0, 4).Draw(r, "query"), "&")
		u := "https://sqs.eu-west-1.amazonaws.com" + path
		if query != "" {
			u += "?" + query
		}
		req := backend.Request{Method: rapid.SampledFrom([]string{"GET", "POST", "PUT", "DELETE"}).Draw(r, "method"), URL: u,
			Body: rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(r, "body")}
		for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"X-A", "x-b", "Content-Type", "Date", "X-Amz-Target", "X-Amz-Date"}), 0, 4).Draw(r, "names") {
			req.Header.Add(name, rapid.StringMatching(`[!-~]([ -~]*[!-~])?`).Draw(r, "value"))
		}
		service := rapid.SampledFrom([]string{"sqs", "s3"}).Draw(r, "service")
		res, err := a.Service(backend.ServiceOptions{Service: service, Region: "eu-west-1"}).Invoke(within(t), &req)
		if err != nil || res.Status != 200 {
			r.Fatalf("%s %s: %+v %v", req.Method, u, res, err)
		}
	})
}

func TestWhereServicesAre(t *testing.T) {
	c := newCloud(t)
	settings := map[string]string{}
	a := &backend.AWS{Pool: newPool(t), Settings: func(context.Context) (*backend.AWSSettings, error) {
		return &backend.AWSSettings{Endpoint: func(id string) string { return settings[id] }}, nil
	}}
	settings["SFN"] = c.url + "/states/"
	mustCall(t, a.Service(backend.ServiceOptions{Service: "states", Region: "eu-west-1"}), backend.Request{URL: "https://states.eu-west-1.amazonaws.com/x?y"})
	if c.last.RequestURI != "/states/x?y" {
		t.Errorf("got %s", c.last.RequestURI)
	}
	for _, name := range []string{"states", "sfn"} {
		a := &backend.AWS{Pool: newPool(t), Endpoints: map[string]string{name: c.url + "/" + name}, Settings: a.Settings}
		mustCall(t, a.Service(backend.ServiceOptions{Service: "states", Region: "eu-west-1"}), backend.Request{URL: "https://states.eu-west-1.amazonaws.com/"})
		if c.last.RequestURI != "/"+name+"/" {
			t.Errorf("got %s", c.last.RequestURI)
		}
	}
	for _, tt := range []struct {
		options backend.ServiceOptions
		want    string
	}{
		{backend.ServiceOptions{Service: "sqs", Region: "eu-west-1"}, "sqs.eu-west-1.amazonaws.com"},
		{backend.ServiceOptions{Service: "sqs", Region: "cn-north-1", Partition: "aws-cn"}, "sqs.cn-north-1.amazonaws.com.cn"},
		{backend.ServiceOptions{Service: "sqs", Region: "us-gov-west-1", Partition: "aws-us-gov"}, "sqs.us-gov-west-1.amazonaws.com"},
		{backend.ServiceOptions{Service: "states", Region: "eu-west-1", Action: "StartExecution"}, "states.eu-west-1.amazonaws.com"},
		{backend.ServiceOptions{Service: "states", Region: "eu-west-1", Action: "StartSyncExecution"}, "sync-states.eu-west-1.amazonaws.com"},
		{backend.ServiceOptions{Service: "iam", Region: "eu-west-1"}, "iam.amazonaws.com"},
		{backend.ServiceOptions{Service: "ses", Region: "eu-west-1"}, "email.eu-west-1.amazonaws.com"},
		{backend.ServiceOptions{Service: "s3", Region: "eu-west-1", Subdomain: "b.c"}, "b.c.s3.eu-west-1.amazonaws.com"},
		{backend.ServiceOptions{Service: "iotdata", Region: "eu-west-1", Subdomain: "x-ats"}, "x-ats.iot.eu-west-1.amazonaws.com"},
	} {
		if got := tt.options.Host(); got != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.options, got, tt.want)
		}
	}
}

func TestNothingIsCalledThatNobodyConfigured(t *testing.T) {
	for _, a := range []*backend.AWS{
		{Pool: newPool(t)},
		{Pool: newPool(t), Settings: func(context.Context) (*backend.AWSSettings, error) { return nil, errors.New("a broken file") }},
	} {
		for _, role := range []string{"", role} {
			_, err := call(t, a.Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role}), backend.Request{})
			var missing *backend.NotConfigured
			if !errors.As(err, &missing) {
				t.Errorf("got %v", err)
			}
		}
	}
}

func TestStandInsGetASignatureInAnyCase(t *testing.T) {
	c := newCloud(t)
	for _, role := range []string{"", role} {
		a := &backend.AWS{Pool: newPool(t), Endpoints: map[string]string{"dynamodb": c.url}}
		mustCall(t, a.Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role}), backend.Request{})
		if !strings.Contains(c.last.Header.Get("Authorization"), "Credential=test/") || c.assumed != 0 {
			t.Errorf("%s, %d roles assumed", c.last.Header.Get("Authorization"), c.assumed)
		}
	}
}

func TestRolesAreAssumedOnceForAll(t *testing.T) {
	c := newCloud(t)
	c.hold = make(chan struct{})
	a := c.aws(t, "dynamodb", "sts")
	service := a.Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role})
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() { mustCall(t, service, backend.Request{}) })
	}
	close(c.hold)
	wait.Wait()
	mustCall(t, a.Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role}), backend.Request{})
	if c.assumed != 1 {
		t.Errorf("assumed %d times, want once", c.assumed)
	}
	if got := c.last.Header.Get("X-Amz-Security-Token"); got != "token 1" {
		t.Errorf("token %q", got)
	}
	mustCall(t, a.Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role + "2"}), backend.Request{})
	if c.assumed != 2 {
		t.Errorf("another role: assumed %d times, want twice", c.assumed)
	}
}

func TestRolesAreRenewedBeforeTheyExpire(t *testing.T) {
	c := newCloud(t)
	c.lifetime = 4 * time.Minute // less than what is left when new ones are fetched
	service := c.aws(t, "dynamodb", "sts").Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role})
	mustCall(t, service, backend.Request{})
	mustCall(t, service, backend.Request{})
	if c.assumed != 2 {
		t.Errorf("assumed %d times, want twice", c.assumed)
	}
}

func TestExpiredOnTheWayIsTriedOnceMore(t *testing.T) {
	for _, answer := range []struct {
		status int
		body   string
	}{
		{400, `{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"The security token included in the request is expired"}`},
		{403, `<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>`},
	} {
		c := newCloud(t)
		service := c.aws(t, "dynamodb", "sts").Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role})
		calls, always := 0, false
		c.service = func(w http.ResponseWriter, r *http.Request) {
			calls++
			if always || r.Header.Get("X-Amz-Security-Token") == "token 1" {
				w.WriteHeader(answer.status)
				io.WriteString(w, answer.body)
			}
		}
		mustCall(t, service, backend.Request{Body: []byte("{}")})
		if calls != 2 || c.assumed != 2 {
			t.Errorf("%d calls, assumed %d times; want 2 and 2", calls, c.assumed)
		}
		always, calls = true, 0
		res, err := call(t, service, backend.Request{})
		if err != nil || res.Status != answer.status || calls != 2 {
			t.Errorf("got %+v %v after %d calls; want the service's own answer after two", res, err, calls)
		}
	}
}

func TestARoleThatCannotBeAssumed(t *testing.T) {
	denied := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(403)
		io.WriteString(w, `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>a secret thing</Message></Error></ErrorResponse>`)
	}
	broken := func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }
	reset := func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}
	for _, tt := range []struct {
		name string
		sts  http.HandlerFunc
		want string
	}{
		{"denied", denied, "Execution failed due to configuration error: API Gateway does not have permission to assume the provided role " + role},
		{"down", broken, "Execution failed due to configuration error: There was an internal error while executing your request"},
		{"reset", reset, "Execution failed due to configuration error: There was an internal error while executing your request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t)
			c.sts = tt.sts
			service := c.aws(t, "dynamodb", "sts").Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role})
			_, err := call(t, service, backend.Request{})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), "secret") {
					t.Errorf("the error shows %s", e)
				}
			}
			c.set(func() { c.sts = nil })
			mustCall(t, service, backend.Request{}) // recovery at once
		})
	}
}

func TestAStallingTokenServiceIsATimeout(t *testing.T) {
	c := newCloud(t)
	c.hold = make(chan struct{})
	service := c.aws(t, "dynamodb", "sts").Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Role: role})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := service.Invoke(ctx, &backend.Request{Method: "POST", URL: "https://dynamodb.eu-west-1.amazonaws.com/"})
	var timeout *backend.Timeout
	if !errors.As(err, &timeout) {
		t.Errorf("got %v", err)
	}
	close(c.hold)
	mustCall(t, service, backend.Request{})
}

func TestTheCallersOwnCredentials(t *testing.T) {
	c := newCloud(t)
	c.secrets["AKIDCALLER"] = "theirs"
	service := c.aws(t, "dynamodb", "sts").Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1", Caller: true})
	mustCall(t, service, backend.Request{Caller: backend.Credentials{AccessKeyID: "AKIDCALLER", SecretKey: "theirs", SessionToken: "s"}})
	if h := c.last.Header; !strings.Contains(h.Get("Authorization"), "Credential=AKIDCALLER/") || h.Get("X-Amz-Security-Token") != "s" || c.assumed != 0 {
		t.Errorf("%v", h)
	}
	if _, err := call(t, service, backend.Request{}); err == nil {
		t.Error("a call without caller was made")
	}
}

func TestFailingServices(t *testing.T) {
	c := newCloud(t)
	service := c.aws(t, "dynamodb").Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1"})
	var network *backend.Network
	c.service = func(w http.ResponseWriter, r *http.Request) {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}
	if _, err := call(t, service, backend.Request{Body: []byte("{}")}); !errors.As(err, &network) {
		t.Errorf("reset: got %v", err)
	}
	c.set(func() { c.service = nil })
	mustCall(t, service, backend.Request{})
	gone := &backend.AWS{Pool: newPool(t), Endpoints: map[string]string{"dynamodb": "http://127.0.0.1:1"}}
	if _, err := call(t, gone.Service(backend.ServiceOptions{Service: "dynamodb", Region: "eu-west-1"}), backend.Request{}); !errors.As(err, &network) || network.Reason != backend.Refused {
		t.Errorf("refused: got %v", err)
	}
}

func TestCredentialsDoNotPrint(t *testing.T) {
	c := backend.Credentials{AccessKeyID: "id", SecretKey: "hush", SessionToken: "hush"}
	req := backend.Request{Caller: c}
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%v", req), fmt.Sprintf("%+v", &req), fmt.Sprintf("%#v", req)} {
		if strings.Contains(text, "hush") {
			t.Error(text)
		}
	}
}

func TestActionsAreSpokenToByTheirProtocol(t *testing.T) {
	o := backend.ServiceOptions{Service: "kinesis", Action: "PutRecord"}
	if p, target, contentType := o.Protocol(); p != backend.JSONProtocol || target != "Kinesis_20131202.PutRecord" || contentType != "application/x-amz-json-1.1" {
		t.Errorf("kinesis: %v %s %s", p, target, contentType)
	}
	for service, want := range map[string]backend.Protocol{"sqs": backend.QueryProtocol, "sns": backend.QueryProtocol, "ssm": backend.QueryProtocol, "unheard-of": backend.QueryProtocol, "events": backend.RESTProtocol, "s3": backend.RESTProtocol} {
		o := backend.ServiceOptions{Service: service, Action: "X"}
		if p, target, _ := o.Protocol(); p != want || target != "" {
			t.Errorf("%s: got %v %s, want %v", service, p, target, want)
		}
	}
	regions := map[string]string{"eu-west-1": "aws", "cn-north-1": "aws-cn", "us-gov-east-1": "aws-us-gov", "us-isob-east-1": "aws-iso-b", "us-iso-east-1": "aws-iso"}
	for region, want := range regions {
		if got := backend.PartitionOf(region); got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
	}
	if !slices.Contains([]string{"aws"}, backend.PartitionOf("")) {
		t.Error("no region is not in the first partition")
	}
}
