package sigv4

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"
)

// example is the caller of AWS's published examples.
var example = Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}

var exampleTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

// known knows some credentials.
func known(all ...Credentials) func(string) (Credentials, bool) {
	return func(id string) (Credentials, bool) {
		for _, c := range all {
			if c.AccessKeyID == id {
				return c, true
			}
		}
		return Credentials{}, false
	}
}

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// The requests and signatures are published facts of AWS's test suite.
func TestPublishedVectors(t *testing.T) {
	for _, tt := range []struct {
		name      string
		method    string // GET if empty
		path      string // / if empty
		query     string
		header    [][2]string
		body      string
		signed    string // host;x-amz-date if empty
		signature string
	}{
		{name: "get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{name: "post-vanilla", method: "POST", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{name: "get-header-key-duplicate", header: [][2]string{{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
			signed: "host;my-header1;x-amz-date", signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
		{name: "get-header-value-multiline", header: [][2]string{{"My-Header1", "value1,value2,value3"}},
			signed: "host;my-header1;x-amz-date", signature: "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"},
		{name: "get-header-value-trim", header: [][2]string{{"My-Header1", " value1"}, {"My-Header2", ` "a   b   c" `}},
			signed: "host;my-header1;my-header2;x-amz-date", signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
		{name: "get-vanilla-query-order-key-case", query: "Param2=value2&Param1=value1",
			signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{name: "get-unreserved", path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
			signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
		{name: "get-slashes", path: "//example//", signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
		{name: "get-relative", path: "/example/..", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{name: "post-x-www-form-urlencoded", method: "POST", body: "Param1=value1", header: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}},
			signed: "content-type;host;x-amz-date", signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &Request{Method: "GET", Host: "example.amazonaws.com", Path: "/", Query: tt.query, Body: []byte(tt.body)}
			if tt.method != "" {
				r.Method = tt.method
			}
			if tt.path != "" {
				r.Path = tt.path
			}
			signed := "host;x-amz-date"
			if tt.signed != "" {
				signed = tt.signed
			}
			fields := append(tt.header, [2]string{"X-Amz-Date", "20150830T123600Z"}, [2]string{"Authorization",
				"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=" + signed + ", Signature=" + tt.signature})
			r.Header = sequence(fields)
			v := &Verifier{Credentials: known(example), Now: at(exampleTime)}
			if _, err := v.Verify(r); err != nil {
				t.Error(message(err))
			}
		})
	}
}

func sequence(fields [][2]string) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, f := range fields {
			if !yield(f[0], f[1]) {
				return
			}
		}
	}
}

func message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return string(e.Code) + ": " + e.Message
	}
	return fmt.Sprint(err)
}

// The address is the example of "Authenticating Requests: Using Query
// Parameters (AWS Signature Version 4)".
func TestPublishedPresignedAddress(t *testing.T) {
	r := &Request{Method: "GET", Host: "examplebucket.s3.amazonaws.com", Path: "/test.txt", Query: "X-Amz-Algorithm=AWS4-HMAC-SHA256" +
		"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400" +
		"&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"}
	c := Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	made := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	v := &Verifier{Credentials: known(c), Region: "us-east-1", Services: []string{"s3"}, Now: at(made.Add(24 * time.Hour))}
	got, err := v.Verify(r)
	if err != nil {
		t.Fatal(message(err))
	}
	if want := (Caller{AccessKeyID: c.AccessKeyID, Date: made, Region: "us-east-1", Service: "s3", Presigned: true}); *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	v.Now = at(made.Add(24*time.Hour + time.Second))
	if _, err := v.Verify(r); message(err) != "InvalidSignatureException: Signature expired: 20130524T000000Z is now earlier than 20130524T000001Z (20130525T000001Z - 1440 min.)" {
		t.Errorf("a second too late: %s", message(err))
	}
}

func TestRefusals(t *testing.T) {
	const scope = "AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request"
	const date = "20150830T123600Z"
	good := "AWS4-HMAC-SHA256 Credential=" + scope + ", SignedHeaders=host;x-amz-date, Signature=00"
	temporary := Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "s", SessionToken: "token", Expires: exampleTime.Add(-time.Second)}
	for _, tt := range []struct {
		name          string
		authorization string
		date          string
		token         string
		query         string
		now           time.Duration // after the date
		want          string        // begins with
	}{
		{name: "nothing", want: "MissingAuthenticationTokenException: Missing Authentication Token"},
		{name: "a bare token", authorization: "abc.def", want: "IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
			"Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=abc.def"},
		{name: "another scheme", authorization: "Bearer abc", want: "IncompleteSignatureException: 'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'."},
		{name: "no date", authorization: good, want: "IncompleteSignatureException: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + good},
		{name: "no signature", authorization: "AWS4-HMAC-SHA256 Credential=" + scope + ", SignedHeaders=host", date: date, want: "IncompleteSignatureException: Authorization header requires 'Signature' parameter. Authorization="},
		{name: "both forms", authorization: good, date: date, query: "X-Amz-Algorithm=AWS4-HMAC-SHA256", want: "InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		{name: "another algorithm", authorization: strings.Replace(good, "HMAC", "ECDSA-P256", 1), date: date, want: "IncompleteSignatureException: Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
		{name: "credential in parts", authorization: strings.Replace(good, scope, "AKIDEXAMPLE/x", 1), date: date, want: "IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/x'."},
		{name: "a date in words", authorization: good, date: "today", want: "IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got 'today'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{name: "host not signed", authorization: strings.Replace(good, "host;", "", 1), date: date, want: "InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{name: "region", authorization: strings.Replace(good, "us-east-1", "eu-west-1", 1), date: date, want: "InvalidSignatureException: Credential should be scoped to a valid region. "},
		{name: "region and service", authorization: strings.Replace(good, "us-east-1/execute-api", "eu-west-1/s3", 1), date: date,
			want: "InvalidSignatureException: Credential should be scoped to a valid region. Credential should be scoped to correct service: 'execute-api'. "},
		{name: "terminator", authorization: strings.Replace(good, "aws4_request", "aws5", 1), date: date, want: "InvalidSignatureException: Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "},
		{name: "day", authorization: strings.Replace(good, "20150830", "20150831", 1), date: date,
			want: "InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' != '20150830', from '20150830T123600Z'. "},
		{name: "too old", authorization: good, date: date, now: 5*time.Minute + time.Second,
			want: "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"},
		{name: "too new", authorization: good, date: date, now: -5*time.Minute - time.Second,
			want: "InvalidSignatureException: Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)"},
		{name: "unknown key", authorization: strings.Replace(good, "AKIDEXAMPLE", "AKIDOTHER", 1), date: date, want: "UnrecognizedClientException: The security token included in the request is invalid."},
		{name: "a token too many", authorization: good, date: date, token: "t", want: "UnrecognizedClientException: The security token included in the request is invalid."},
		{name: "expired credentials", authorization: strings.Replace(good, "AKIDEXAMPLE", "ASIAEXAMPLE", 1), date: date, token: "token", want: "ExpiredTokenException: The security token included in the request is expired"},
		{name: "another token", authorization: strings.Replace(good, "AKIDEXAMPLE", "ASIAEXAMPLE", 1), date: date, token: "other", want: "UnrecognizedClientException: The security token included in the request is invalid."},
		{name: "wrong signature", authorization: good, date: date, want: "InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
			"Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/\n\nhost:api.example\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n" +
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/execute-api/aws4_request\n"},
		{name: "no hexadecimal signature", authorization: good + "z", date: date, want: "InvalidSignatureException: The request signature we calculated does not match"},
		{name: "presigned in parts", query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + date, want: "IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Credential'. " +
			"AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters."},
		{name: "presigned for too long", query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + date + "&X-Amz-Credential=" + scope + "&X-Amz-Signature=0&X-Amz-SignedHeaders=host&X-Amz-Expires=604801",
			want: "IncompleteSignatureException: X-Amz-Expires must be a number of seconds from 0 to 604800."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var fields [][2]string
			for _, f := range [][2]string{{"Authorization", tt.authorization}, {"x-amz-date", tt.date}, {"X-Amz-Security-Token", tt.token}} {
				if f[1] != "" {
					fields = append(fields, f)
				}
			}
			v := &Verifier{Credentials: known(example, temporary), Region: "us-east-1", Services: []string{"execute-api"}, Now: at(exampleTime.Add(tt.now))}
			caller, err := v.Verify(&Request{Method: "GET", Host: "api.example", Path: "/", Query: tt.query, Header: sequence(fields)})
			if got := message(err); caller != nil || !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			var e *Error
			if errors.As(err, &e) && e.Error() != string(e.Code) {
				t.Errorf("Error() is %q; it may be logged, so it must not repeat the request", e.Error())
			}
		})
	}
}

// A drawn request is one that net/http and the SDK's signer can carry.
func drawRequest(t *rapid.T) (*http.Request, []byte) {
	path := "/" + rapid.StringOfN(rapid.RuneFrom([]rune("ab-._~ /%é:+&=@")), 0, 20, -1).Draw(t, "path")
	query := url.Values{}
	for range rapid.IntRange(0, 4).Draw(t, "parameters") {
		// Names of letters alone: the SDK sorts before it encodes.
		query.Add(rapid.StringMatching(`[a-zA-Z]{1,3}`).Draw(t, "name"), rapid.StringMatching(`[a-z0-9]{0,3}|a b|/é|\+=`).Draw(t, "value"))
	}
	body := []byte(rapid.String().Draw(t, "body"))
	u := &url.URL{Scheme: "http", Host: rapid.SampledFrom([]string{"api.example", "127.0.0.1:4566"}).Draw(t, "host"), Path: path, RawQuery: query.Encode()}
	r, err := http.NewRequest(rapid.SampledFrom([]string{"GET", "POST", "PUT", "DELETE"}).Draw(t, "method"), u.String(), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 3).Draw(t, "fields") {
		r.Header.Add(rapid.SampledFrom([]string{"X-One", "X-Two", "Content-Type"}).Draw(t, "field"), rapid.StringMatching(` ?[a-z]{0,3}(  )?[a-z;,"]{0,3} ?`).Draw(t, "text"))
	}
	return r, body
}

func drawCredentials(t *rapid.T) Credentials {
	c := Credentials{AccessKeyID: "AKID" + rapid.StringMatching(`[A-Z0-9]{4}`).Draw(t, "key"), SecretAccessKey: rapid.StringMatching(`[a-zA-Z0-9/+]{8}`).Draw(t, "secret")}
	if rapid.Bool().Draw(t, "temporary") {
		c.SessionToken = rapid.StringMatching(`[a-zA-Z0-9/+=]{1,9}`).Draw(t, "token")
	}
	return c
}

// What the SDK signs is verified; with a change anywhere it is not.
func TestVerifiesWhatTheSDKSigns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, body := drawRequest(t)
		c := drawCredentials(t)
		credentials := aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
		hash := rapid.SampledFrom([]string{payloadHash(body), unsignedPayload}).Draw(t, "payload")
		presigned := rapid.Bool().Draw(t, "presigned")
		if hash == unsignedPayload {
			r.Header.Set("X-Amz-Content-Sha256", hash)
		}
		signer := v4.NewSigner()
		if presigned {
			if rapid.Bool().Draw(t, "expires") {
				q := r.URL.Query()
				q.Set("X-Amz-Expires", "60")
				r.URL.RawQuery = q.Encode()
			}
			address, signed, err := signer.PresignHTTP(context.Background(), credentials, r, hash, "execute-api", "us-east-1", exampleTime)
			if err != nil {
				t.Fatal(err)
			}
			r2, err := http.NewRequest(r.Method, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			for name, values := range signed {
				if name != "Host" && name != "Content-Length" {
					r2.Header[name] = values
				}
			}
			r = r2
		} else if err := signer.SignHTTP(context.Background(), credentials, r, hash, "execute-api", "us-east-1", exampleTime); err != nil {
			t.Fatal(err)
		}
		v := &Verifier{Credentials: known(c), Region: "us-east-1", Services: []string{"execute-api"}, Now: at(exampleTime)}
		got, err := v.Verify(FromHTTP(r, body))
		if err != nil {
			t.Fatalf("%s %s %v\n%s", r.Method, r.URL, r.Header, message(err))
		}
		if want := (Caller{c.AccessKeyID, c.SessionToken, exampleTime, "us-east-1", "execute-api", presigned}); *got != want {
			t.Fatalf("got %+v, want %+v", *got, want)
		}
		changed := FromHTTP(r, body)
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			changed.Method += "X"
		case 1:
			changed.Path += "x"
		case 2:
			changed.Query += "&x=y"
		case 3:
			changed.Host += "x"
		case 4:
			if hash == unsignedPayload {
				return
			}
			changed.Body = append(bytes.Clone(body), 'x')
		}
		if _, err := v.Verify(changed); err == nil {
			t.Fatal("a changed request was accepted")
		}
	})
}

// The SDK signs a request as Sign does.
func TestSignsAsTheSDKDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, body := drawRequest(t)
		for strings.Contains(r.URL.Path, "//") { // which the SDK keeps
			r.URL.Path = strings.ReplaceAll(r.URL.Path, "//", "/")
		}
		r.URL.Path = strings.ReplaceAll(r.URL.Path, "/.", "/x")
		c := drawCredentials(t)
		r.ContentLength = 0 // which the SDK signs
		r.URL.RawPath = ""
		fields := c.Sign(FromHTTP(r, body), "us-east-1", "apigateway", exampleTime)
		credentials := aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
		if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, payloadHash(body), "apigateway", "us-east-1", exampleTime); err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			if got := r.Header.Get(f[0]); got != f[1] {
				t.Fatalf("%s %s\n%s: the SDK has %q\nwe have %q", r.Method, r.URL, f[0], got, f[1])
			}
		}
	})
}

func TestTransportSignsWhatArrives(t *testing.T) {
	c := Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret", SessionToken: "token"}
	v := &Verifier{Credentials: known(c), Services: []string{"apigateway"}}
	var seen error
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = v.Verify(FromHTTP(r, body))
		}
		seen = err
	}))
	defer server.Close()
	client := &http.Client{Transport: &Transport{Credentials: c, Region: "us-east-1", Service: "apigateway"}}
	res, err := client.Post(server.URL+"/a%20b/c?x=1&x=0&y", "application/json", strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if seen != nil {
		t.Error(message(seen))
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	c := Credentials{AccessKeyID: "AKID", SecretAccessKey: "hush", SessionToken: "hush"}
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprint(&c)} {
		if strings.Contains(text, "hush") {
			t.Errorf("printed as %s", text)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa0", "20150830T123600Z", "a=b&c", "/a//b/../%41")
	f.Add("", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00", "/")
	f.Add("Bearer abc", "Sun, 30 Aug 2015 12:36:00 GMT", "%&=%4&+", "")
	f.Fuzz(func(t *testing.T, authorization, date, query, path string) {
		fields := [][2]string{{"X-Amz-Date", date}}
		if authorization != "" {
			fields = append(fields, [2]string{"Authorization", authorization})
		}
		v := &Verifier{Credentials: known(example), Now: at(exampleTime)}
		caller, err := v.Verify(&Request{Method: "GET", Host: "h", Path: path, Query: query, Header: sequence(fields)})
		var e *Error
		if caller != nil || !errors.As(err, &e) || e.Message == "" {
			t.Fatalf("got %+v, %v: nobody can guess a signature", caller, err)
		}
		if once := canonicalQuery(query); canonicalQuery(once) != once {
			t.Fatalf("the canonical query of %q is not stable", query)
		}
		if once := normal(path); normal(once) != once {
			t.Fatalf("the normal form of %q is not stable: %q, %q", path, once, normal(once))
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	r := &Request{Method: "POST", Host: "api.example", Path: "/prod/pets", Query: "a=b&c=d", Body: []byte(`{"name":"ada"}`), Header: sequence([][2]string{{"Content-Type", "application/json"}})}
	fields := append([][2]string{{"Content-Type", "application/json"}}, example.Sign(r, "us-east-1", "execute-api", exampleTime)...)
	r.Header = sequence(fields)
	v := &Verifier{Credentials: known(example), Now: at(exampleTime)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(r); err != nil {
			b.Fatal(err)
		}
	}
}
