package house_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"go.uber.org/goleak"

	"postern/internal/backend"
	"postern/internal/house"
	"postern/internal/lang/cfn"
	"postern/internal/provision/stack"
	"postern/internal/sigv4"
)

// A weather is a server that stands for every service of AWS, and fails as it
// is told.
type weather struct {
	mu      sync.Mutex
	service http.HandlerFunc // nil: it works
	tokens  http.HandlerFunc // of the Security Token Service; nil: it works
	assumed int
	caller  string // access key and token of the last call
}

func (s *weather) set(service, tokens http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.service, s.tokens = service, tokens
}

func (s *weather) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	s.mu.Lock()
	answer := s.service
	form, _ := url.ParseQuery(string(body))
	sts := form.Get("Action") == "AssumeRole"
	if sts {
		s.assumed++
		answer = s.tokens
	} else {
		_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
		key, _, _ := strings.Cut(rest, "/")
		s.caller = key + " " + r.Header.Get("X-Amz-Security-Token")
	}
	n := s.assumed
	s.mu.Unlock()
	switch {
	case answer != nil:
		answer(w, r)
	case sts:
		_, _ = io.WriteString(w, strings.Replace(assumed, "walked", fmt.Sprint("token", n), 1))
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/"):
		_, _ = io.WriteString(w, `{"statusCode": 200, "body": "{}"}`)
	default:
		_, _ = io.WriteString(w, `{}`)
	}
}

func resets(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0) // closes with a reset
		_ = conn.Close()
	}
}

func stalls(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const faultsTemplate = `
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: faults}}
  Service:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      MethodResponses: [{StatusCode: 200}]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        TimeoutInMillis: 500
        Uri: arn:aws:apigateway:us-east-1:dynamodb:action/PutItem
        Credentials: arn:aws:iam::000000000000:role/gateway
        IntegrationResponses: [{StatusCode: 200}]
  Function:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: PUT
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        TimeoutInMillis: 500
        Uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations
        Credentials: arn:aws:iam::000000000000:role/gateway
  Caller:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: DELETE
      AuthorizationType: AWS_IAM
      MethodResponses: [{StatusCode: 200}]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: arn:aws:apigateway:us-east-1:sns:action/Publish
        Credentials: arn:aws:iam::*:user/*
        IntegrationResponses: [{StatusCode: 200}]
`

var ada = sigv4.Credentials{AccessKeyID: "AKIDADA", SecretAccessKey: "hush hush"}

// weathered serves the template in front of s, whose address it returns too.
func weathered(t *testing.T, s http.Handler, log io.Writer) (stage string, server *httptest.Server) {
	t.Helper()
	server = httptest.NewServer(s)
	t.Cleanup(server.Close)
	endpoints := map[string]string{}
	for _, name := range []string{"dynamodb", "lambda", "sns", "sts"} {
		endpoints[name] = server.URL
	}
	h, err := house.New(house.Config{
		Endpoints: endpoints,
		Keys:      []sigv4.Profile{{Name: "ada", Credentials: ada}},
		Log:       slog.New(slog.NewTextHandler(log, nil)),
		AWS: func(context.Context) (*backend.AWSSettings, error) {
			return &backend.AWSSettings{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "AKIDOWN", SecretAccessKey: "hush hush"}, nil
			})}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	address := serve(t, h)
	template, err := cfn.Parse("faults.yaml", []byte(faultsTemplate), cfn.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := h.Stacks.Plan(t.Context(), "faults", template, stack.Input{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Stacks.Execute(t.Context(), plan, stack.Options{}); err != nil {
		t.Fatal(err)
	}
	stages, err := h.Control.PublishedStages(t.Context())
	if err != nil || len(stages) != 1 {
		t.Fatal(stages, err)
	}
	return address + "/_aws/execute-api/" + stages[0].RestAPIID + "/" + stages[0].StageName, server
}

// Each failure of a service has API Gateway's status and body, leaves nothing
// behind, and is over when the service is well again.
func TestFaultsOfServices(t *testing.T) {
	const (
		internal = `{"message": "Internal server error"}`
		network  = `{"message": "Network error communicating with endpoint"}`
		timedOut = `{"message": "Endpoint request timed out"}`
		denied   = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>hush hush</Message></Error></ErrorResponse>`
	)
	for _, tt := range []struct {
		name            string
		service, tokens http.HandlerFunc
		status          int
		body            string
		log             string
	}{
		{name: "reset", service: resets, status: 504, body: network, log: "network error communicating with endpoint: Connection"},
		{name: "stalled", service: stalls, status: 504, body: timedOut, log: "Execution failed due to a timeout error"},
		{name: "no tokens", tokens: answers(503, ""), status: 500, body: internal, log: "There was an internal error while executing your request"},
		{name: "tokens reset", tokens: resets, status: 500, body: internal, log: "There was an internal error while executing your request"},
		{name: "tokens denied", tokens: answers(403, denied), status: 500, body: internal, log: "API Gateway does not have permission to assume the provided role arn:aws:iam::000000000000:role/gateway"},
		{name: "tokens stalled", tokens: stalls, status: 504, body: timedOut, log: "Execution failed due to a timeout error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clean(t)
			for _, verb := range []string{"POST", "PUT"} {
				w, log := &weather{}, &syncBuffer{}
				w.set(tt.service, tt.tokens)
				stage, _ := weathered(t, w, log)
				a := asker{t, stage}
				a.want(verb, "/", "{}", tt.status, tt.body)
				if !log.has(tt.log) {
					t.Errorf("%s: no %q in %s", verb, tt.log, log.String())
				}
				if strings.Contains(log.String(), "hush") {
					t.Errorf("the log shows a secret: %s", log.String())
				}
				w.set(nil, nil)
				a.want(verb, "/", "{}", 200, "{}")
			}
		})
	}
}

// clean fails the test if it leaves goroutines behind.
func clean(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, before)
	})
}

func TestServiceThatIsGone(t *testing.T) {
	clean(t)
	log := &syncBuffer{}
	stage, server := weathered(t, &weather{}, log)
	a := asker{t, stage}
	a.want("POST", "/", "{}", 200, "{}")
	server.Close()
	for _, verb := range []string{"POST", "PUT"} {
		res, body := a.ask(verb, "/", "{}")
		if res.StatusCode != 504 || body != `{"message": "Network error communicating with endpoint"}` || res.Header.Get("x-amzn-ErrorType") != "InternalServerErrorException" {
			t.Errorf("%s: got %d %s", verb, res.StatusCode, body)
		}
	}
	// Whoever operates the gateway is told where nothing answered.
	if address := server.Listener.Addr().String(); !strings.Contains(log.String(), address) {
		t.Errorf("the log does not name %s:\n%s", address, log)
	}
}

func TestCredentialsThatExpireOnTheWay(t *testing.T) {
	clean(t)
	w := &weather{}
	stage, _ := weathered(t, w, io.Discard)
	w.set(func(out http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Security-Token") == "token1" {
			out.WriteHeader(400)
			_, _ = io.WriteString(out, `{"__type":"com.amazon.coral.service#ExpiredTokenException"}`)
			return
		}
		_, _ = io.WriteString(out, `{"statusCode": 200, "body": "{}"}`)
	}, nil)
	a := asker{t, stage}
	a.want("PUT", "/", "{}", 200, "{}")
	a.want("POST", "/", "{}", 200, `{"statusCode": 200, "body": "{}"}`)
	if w.assumed != 2 {
		t.Errorf("assumed %d times, want twice", w.assumed)
	}
}

// A caller who signs calls the service in their own name.
func TestCallersIdentityReachesTheService(t *testing.T) {
	w := &weather{}
	stage, _ := weathered(t, w, io.Discard)
	req, err := http.NewRequest("DELETE", stage+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(nil)
	credentials := aws.Credentials{AccessKeyID: ada.AccessKeyID, SecretAccessKey: ada.SecretAccessKey}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, req, hex.EncodeToString(hash[:]), "execute-api", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || w.caller != "AKIDADA " || w.assumed != 0 {
		t.Errorf("got %d %s %v; the service was called by %q", res.StatusCode, body, err, w.caller)
	}
	asker{t, stage}.want("DELETE", "/", "", 403, `{"message":"Missing Authentication Token"}`)
}
