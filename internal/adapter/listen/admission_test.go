package listen

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"postern/internal/sigv4"
)

func TestAdmission(t *testing.T) {
	keys := sigv4.Lookup([]sigv4.Profile{{Name: "default", Credentials: sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "hush"}}})
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	signed := func(service, region string) func(*http.Request) {
		return func(r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			hash := sha256.Sum256(body)
			err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "hush"}, r, hex.EncodeToString(hash[:]), service, region, now)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	with := Admission{Keys: keys, Region: "us-east-1", Services: []string{"apigateway"}, Body: 16, Now: func() time.Time { return now }}
	for _, tt := range []struct {
		name      string
		admission Admission
		peer      string // 127.0.0.1:1 if empty
		host      string // 127.0.0.1:4566 if empty
		origin    string
		body      string
		change    func(*http.Request)
		want      string // code; empty: admitted
	}{
		{name: "local"},
		{name: "local with any signature", change: signed("s3", "eu-west-1")},
		{name: "another machine", peer: "192.0.2.1:1", want: AccessDenied},
		{name: "another machine with a signature", peer: "192.0.2.1:1", change: signed("apigateway", "us-east-1"), want: AccessDenied},
		{name: "another name", host: "evil.example", want: AccessDenied},
		{name: "another machine, insecure", admission: Admission{Insecure: true}, peer: "192.0.2.1:1", host: "gateway.example"},
		{name: "another site, insecure", admission: Admission{Insecure: true}, origin: "https://evil.example", want: AccessDenied},
		{name: "unsigned", admission: with, want: "MissingAuthenticationTokenException"},
		{name: "signed", admission: with, peer: "192.0.2.1:1", host: "gateway.example", body: `{"a":1}`, change: signed("apigateway", "us-east-1")},
		{name: "signed for another region", admission: with, change: signed("apigateway", "eu-west-1"), want: "InvalidSignatureException"},
		{name: "signed for another service", admission: with, change: signed("s3", "us-east-1"), want: "InvalidSignatureException"},
		{name: "another body", admission: with, body: "a", change: func(r *http.Request) {
			signed("apigateway", "us-east-1")(r)
			r.Body = io.NopCloser(strings.NewReader("b"))
		}, want: "InvalidSignatureException"},
		{name: "too large", admission: with, body: strings.Repeat("a", 17), change: signed("apigateway", "us-east-1"), want: "RequestEntityTooLargeException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/restapis?a=b", strings.NewReader(tt.body))
			r.RemoteAddr, r.Host = "127.0.0.1:1", "127.0.0.1:4566"
			if tt.peer != "" {
				r.RemoteAddr = tt.peer
			}
			if tt.host != "" {
				r.Host = tt.host
			}
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			if tt.change != nil {
				tt.change(r)
			}
			got := ""
			refused := tt.admission.Admit(httptest.NewRecorder(), r)
			if refused != nil {
				got = refused.Code
			}
			if got != tt.want {
				t.Fatalf("got %q, want %q (%+v)", got, tt.want, refused)
			}
			if body, err := io.ReadAll(r.Body); refused == nil && (err != nil || string(body) != tt.body) {
				t.Errorf("the body that is left: got %q, %v, want %q", body, err, tt.body)
			}
		})
	}
}
