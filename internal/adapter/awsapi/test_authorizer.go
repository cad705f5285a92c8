package awsapi

import (
	"context"
	"strings"
	"time"

	"postern/internal/message"
	"postern/internal/property"
	"postern/internal/publish"
)

// An AuthorizerTest asks an authorizer about a request.
//
// See "TestInvokeAuthorizer".
type AuthorizerTest struct {
	API, Authorizer string
	TestInvocation  // without a method and a certificate

	AdditionalContext map[string]string
}

// Properties makes a test readable like a noun, but for the headers with several
// values.
func (in *AuthorizerTest) Properties() property.List {
	return property.List{
		{Name: "pathWithQueryString", Value: property.Text(&in.PathWithQueryString)},
		{Name: "body", Value: property.Text(&in.Body)},
		{Name: "headers", Value: property.TextMap(&in.Headers, "")},
		{Name: "stageVariables", Value: property.TextMap(&in.StageVariables, "")},
		{Name: "additionalContext", Value: property.TextMap(&in.AdditionalContext, "")},
	}
}

// An AuthorizerVerdict is what an authorizer said and how it came about.
type AuthorizerVerdict struct {
	ClientStatus  int
	Log           string
	Latency       time.Duration
	PrincipalID   string
	Policy        string
	Authorization map[string][]string // the context of a Lambda authorizer
	Claims        map[string]string   // of a user pool's token
}

// An AuthorizerTester asks an authorizer. It refuses one that does not exist.
type AuthorizerTester func(ctx context.Context, in AuthorizerTest) (*AuthorizerVerdict, error)

func (c *call) testInvokeAuthorizer() (any, error) {
	if c.server.TestAuthorizer == nil {
		return nil, notYet(c.op)
	}
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	in := AuthorizerTest{API: c.api(), Authorizer: c.path("authorizer_id")}
	if err := c.decodeMembers(in.Properties(), members); err != nil {
		return nil, err
	}
	if in.MultiValueHeaders, err = textLists(members["multiValueHeaders"]); err != nil {
		return nil, err
	}
	out, err := c.server.TestAuthorizer(c.ctx, in)
	if err != nil {
		return nil, err
	}
	m := map[string]any{"clientStatus": out.ClientStatus, "log": out.Log, "latency": out.Latency.Milliseconds()}
	if out.PrincipalID != "" {
		m["principalId"] = out.PrincipalID
	}
	if out.Policy != "" {
		m["policy"] = out.Policy
	}
	if out.Authorization != nil {
		m["authorization"] = anyMap(out.Authorization)
	}
	if out.Claims != nil {
		m["claims"] = anyMap(out.Claims)
	}
	return m, nil
}

// PreviewAuthorizer returns the authorizer tester of a publisher.
func PreviewAuthorizer(p *publish.Publisher) AuthorizerTester {
	return func(ctx context.Context, in AuthorizerTest) (*AuthorizerVerdict, error) {
		start := time.Now()
		path, query, _ := strings.Cut(in.PathWithQueryString, "?")
		if path == "" || path[0] != '/' {
			path = "/" + path
		}
		req := &message.Request{Method: "GET", Path: path, Query: query, Header: in.header(), Body: []byte(in.Body), Received: start}
		answer, err := p.PreviewAuthorizer(ctx, in.API, in.Authorizer, in.StageVariables, req)
		if err != nil {
			return nil, err
		}
		out := &AuthorizerVerdict{ClientStatus: answer.Status, Log: answer.Trace.String(), Latency: time.Since(start)}
		if r := answer.Result; r != nil {
			out.PrincipalID, out.Policy, out.Authorization = r.PrincipalID, r.PolicyText, map[string][]string{}
			for _, v := range r.Context {
				out.Authorization[v.Name] = []string{v.Text}
			}
		}
		if answer.Claims != nil {
			out.Claims = make(map[string]string, len(answer.Claims))
			for _, v := range answer.Claims {
				out.Claims[v.Name] = v.Text
			}
			out.PrincipalID = answer.Claims.Get("sub")
		}
		return out, nil
	}
}
