package dataplane

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/auth"
	"postern/internal/backend"
	"postern/internal/cache"
	"postern/internal/lang/javaregexp"
	"postern/internal/lang/mapping"
	"postern/internal/message"
	"postern/internal/policy"
)

// This file asks authorizers.
//
//   - A request without a value for each identity source is unauthorized; nobody
//     is asked. Header names are compared without regard to case.
//   - What a function says is kept under the values of the identity sources: its
//     policy and its context, denials too, failures not. The policy is evaluated
//     anew for each method.
//   - A function that fails with the message "Unauthorized" makes the request
//     unauthorized. What it returns in any other form than it should is the API's
//     own fault; that it cannot be reached, or is late, is a failure.
//
// See "Use API Gateway Lambda authorizers" and "Control access to REST APIs
// using Amazon Cognito user pools as an authorizer".

// An authorizer is what a method asks. It is read-only.
type authorizer struct {
	id      string
	sources []mapping.Expression
	pattern *javaregexp.Regexp // of a token, or of a token's audience; nil: any

	// Of a Lambda authorizer; function is nil for user pools.
	function backend.Backend
	token    bool // the function gets the token only
	url      string
	source   string // ARN of the authorizer
	timeout  time.Duration
	ttl      time.Duration
	results  *auth.Results
	prefix   []byte // of keys in results

	// Of user pools.
	pools  map[string]*auth.UserPool // by issuer
	scopes []string
}

// authorizer compiles the one that a method names. It fails if it cannot be
// asked.
func (c *compiler) authorizer(m *apigw.Method) (*authorizer, error) {
	for _, a := range c.snapshot.Authorizers {
		if a.ID == m.AuthorizerID {
			return c.compileAuthorizer(a, m.AuthorizationScopes)
		}
	}
	return nil, fmt.Errorf("authorizer %s does not exist", m.AuthorizerID)
}

func (c *compiler) compileAuthorizer(a *apigw.Authorizer, scopes []string) (*authorizer, error) {
	out := &authorizer{id: a.ID, scopes: scopes, ttl: time.Duration(a.TTL()) * time.Second, token: a.Type == apigw.TokenAuthorizer}
	for _, s := range a.IdentitySources() {
		e, err := mapping.ParseExpression(s)
		if err != nil {
			return nil, fmt.Errorf("authorizer %s: %w", a.Name, err)
		}
		out.sources = append(out.sources, e)
	}
	switch {
	case len(out.sources) > 0:
	case a.Type != apigw.RequestAuthorizer:
		return nil, fmt.Errorf("authorizer %s: it has no identity source", a.Name)
	default:
		out.ttl = 0 // nothing tells one caller from another
	}
	if a.IdentityValidationExpression != "" {
		var err error
		if out.pattern, err = javaregexp.Compile(a.IdentityValidationExpression); err != nil {
			return nil, fmt.Errorf("authorizer %s: %w", a.Name, err)
		}
	}
	if a.Type == apigw.CognitoAuthorizer {
		return out, c.userPools(a, out)
	}
	uri := strings.ReplaceAll(fillStageVariables(a.AuthorizerURI, c.variables), " ", "")
	target, ok := parseAWSURI(uri, c.region)
	var function string
	if ok {
		function, ok = target.function()
	}
	if !ok {
		return nil, fmt.Errorf("authorizer %s: its URI names no Lambda function", a.Name)
	}
	var remote backend.Backend
	if c.suppliers.AWS != nil {
		o := target.options()
		o.Role = fillStageVariables(a.AuthorizerCredentials, c.variables)
		remote = c.suppliers.AWS(*o)
	}
	if remote == nil && c.suppliers.Functions == nil {
		return nil, errors.New("no Lambda function can be called")
	}
	out.function = &backend.Lambda{
		Local:    c.suppliers.Functions,
		Remote:   remote,
		Function: decodePath(function),
		Home:     "arn:" + target.partition + ":lambda:" + target.region + ":" + c.accountID + ":function:",
		Service:  a.AuthorizerCredentials == "",
		Checked:  true,
	}
	out.url = "https://lambda." + target.region + ".amazonaws.com/" + target.path
	out.source = "arn:" + partition(c.region) + ":execute-api:" + c.region + ":" + c.accountID + ":" + c.snapshot.API.ID + "/authorizers/" + a.ID
	out.timeout = c.limits.IntegrationTimeout
	if c.suppliers.Results != nil {
		out.results = c.suppliers.Results(c.snapshot.API.ID, c.stage.StageName)
	} else {
		out.results = auth.NewResults(c.suppliers.Now)
	}
	// What another function said is not what this one says.
	settings := fnv.New64a()
	_, _ = settings.Write([]byte(uri + "\n" + a.IdentitySource + "\n" + a.Type)) // never fails
	out.prefix = settings.Sum(cache.AppendPart(nil, a.ID))
	return out, nil
}

func (c *compiler) userPools(a *apigw.Authorizer, out *authorizer) error {
	if c.suppliers.UserPool == nil {
		return errors.New("the tokens of user pools cannot be verified")
	}
	out.pools = make(map[string]*auth.UserPool, len(a.ProviderARNs))
	for _, arn := range a.ProviderARNs {
		pool, err := c.suppliers.UserPool(arn)
		if err != nil {
			return fmt.Errorf("authorizer %s: %w", a.Name, err)
		}
		out.pools[pool.Issuer] = pool
	}
	return nil
}

// The failures of authorizers that are always the same.
var (
	unauthorized      = &Fault{Type: apigw.Unauthorized, Message: "Unauthorized", Early: true}
	incomingExpired   = &Fault{Type: apigw.Unauthorized, Message: "The incoming token has expired", Early: true}
	authorizerDenies  = &Fault{Type: apigw.AccessDenied, Message: "User is not authorized to access this resource with an explicit deny in an identity-based policy", Early: true, Denied: true}
	authorizerMissing = &Fault{Type: apigw.AccessDenied, Message: "User is not authorized to access this resource", Early: true, Denied: true}
)

// authorizerBroken is a failure that is the authorizer's own fault. Observed:
// its message is null.
func authorizerBroken(err error) *Fault {
	return &Fault{Type: apigw.AuthorizerConfigurationError, Null: true, Early: true,
		Log: "Execution failed due to configuration error: Authorizer error", Err: err}
}

// authorizerFailed is a failure to ask.
func authorizerFailed(err error) *Fault {
	return &Fault{Type: apigw.AuthorizerFailure, Message: "Internal server error", Early: true,
		Log: "Execution failed due to an authorizer error", Err: err}
}

// identity returns the values of the identity sources; false: one has none.
func (a *authorizer) identity(x *exchange) ([]string, bool) {
	values := make([]string, 0, len(a.sources))
	for i := range a.sources {
		var value string
		var err error
		if s := &a.sources[i]; s.Source() == mapping.MethodRequestHeader {
			value = x.scope.Header.Get(s.Name())
		} else {
			value, _, err = s.Text(&x.scope)
		}
		if err != nil || value == "" {
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}

// ask returns what a Lambda authorizer says of the caller, or a *Fault.
func (a *authorizer) ask(ctx context.Context, x *exchange) (*auth.Result, error) {
	values, ok := a.identity(x)
	if !ok || a.token && a.pattern != nil && !a.pattern.MatchAll(values[0]) {
		x.trace.add("Unauthorized request: ", x.scope.Context.RequestID)
		return nil, unauthorized
	}
	start := time.Now()
	key := ""
	if a.ttl > 0 {
		text := a.prefix[:len(a.prefix):len(a.prefix)]
		for _, v := range values {
			text = cache.AppendPart(text, v)
		}
		key = string(text)
		if r := a.results.Get(key); r != nil {
			x.authorizedBy(r)
			return r, nil
		}
	}
	r, err := a.invoke(ctx, x, values)
	c := &x.scope.Context.Authorizer
	c.IntegrationLatency = mapping.Num(time.Since(start).Milliseconds())
	c.Latency = c.IntegrationLatency
	if err != nil {
		return nil, err
	}
	if a.ttl > 0 {
		a.results.Put(key, r, a.ttl)
	}
	x.authorizedBy(r)
	return r, nil
}

// authorizedBy says in x what an authorizer said.
func (x *exchange) authorizedBy(r *auth.Result) {
	c := &x.scope.Context.Authorizer
	c.Present, c.PrincipalID = true, r.PrincipalID
	c.Context = make([]mapping.Value, len(r.Context))
	for i, v := range r.Context {
		c.Context[i] = mapping.Value{Name: v.Name, Text: v.Text}
	}
	x.usageKey = r.UsageKey
	x.trace.add("Using valid authorizer policy for principal: ", mask(r.PrincipalID))
	x.trace.add("Successfully completed authorizer execution")
}

// invoke calls the function.
func (a *authorizer) invoke(ctx context.Context, x *exchange, values []string) (*auth.Result, error) {
	var event []byte
	if a.token {
		event = append(event, `{"type":"TOKEN"`...)
		event = appendMember(event, "methodArn", x.methodARN())
		event = append(appendMember(event, "authorizationToken", values[0]), '}')
	} else {
		event = appendRequestEvent(event, x)
	}
	out := &backend.Request{Method: http.MethodPost, URL: a.url, Body: event}
	out.Header.Add("Accept", "application/json")
	out.Header.Add("Content-Type", "application/json")
	out.Header.Add("User-Agent", "AmazonAPIGateway_"+x.scope.Context.APIID)
	out.Header.Add("X-Amzn-Apigateway-Api-Id", x.scope.Context.APIID)
	out.Header.Add("X-Amzn-Trace-Id", x.traceID)
	out.Header.Add("X-Amz-Source-Arn", a.source)
	if x.trace != nil {
		x.trace.add("Starting authorizer: ", a.id, " for request: ", x.scope.Context.RequestID)
		if len(values) > 0 {
			x.trace.add("Incoming identity: ", mask(strings.Join(values, ",")))
		}
		x.trace.add("Endpoint request URI: ", out.URL)
		x.trace.header("Endpoint request headers: ", out.Header)
		x.trace.add("Sending request to ", out.URL)
	}
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	back, err := a.function.Invoke(ctx, out)
	if err != nil {
		return nil, authorizerFailed(err)
	}
	c := &x.scope.Context.Authorizer
	c.IntegrationStatus = mapping.Num(int64(back.Status))
	c.RequestID = back.Header.Get("x-amzn-RequestId")
	switch {
	case back.Status == http.StatusTooManyRequests || back.Status >= 500:
		return nil, authorizerFailed(fmt.Errorf("the function was not invoked: status %d %s", back.Status, back.Header.Get("x-amzn-ErrorType")))
	case back.Status == http.StatusForbidden:
		var said struct{ Message string }
		_ = json.Unmarshal(back.Body, &said) // without a message there is none to show
		return nil, authorizerBroken(errors.New("the function was not invoked" + notPermitted(a.source, said.Message)))
	case back.Status != http.StatusOK:
		return nil, authorizerBroken(fmt.Errorf("the function was not invoked: status %d %s", back.Status, back.Header.Get("x-amzn-ErrorType")))
	case back.Header.Has("X-Amz-Function-Error"):
		var failure struct{ ErrorMessage string }
		if err := json.Unmarshal(back.Body, &failure); err == nil && failure.ErrorMessage == "Unauthorized" {
			x.trace.add("Unauthorized request: ", x.scope.Context.RequestID)
			return nil, unauthorized
		}
		return nil, authorizerBroken(fmt.Errorf("the function failed: %.200q", failure.ErrorMessage))
	}
	if x.trace != nil {
		x.trace.body("Authorizer result body before parsing: ", back.Body)
	}
	r, err := auth.ReadResult(back.Body)
	if err != nil {
		return nil, authorizerBroken(err)
	}
	return r, nil
}

// appendRequestEvent appends what a REQUEST authorizer's function gets. Unlike
// that of an integration it has empty maps for what the request lacks.
//
// See "Input to an API Gateway Lambda authorizer".
func appendRequestEvent(dst []byte, x *exchange) []byte {
	c := &x.scope.Context
	dst = append(dst, `{"type":"REQUEST"`...)
	dst = appendMember(dst, "methodArn", x.methodARN())
	dst = appendMember(dst, "resource", c.ResourcePath)
	dst = appendMember(dst, "path", belowStage(x.below))
	dst = appendMember(dst, "httpMethod", c.HTTPMethod)
	dst = appendHeaderMaps(dst, x, false)
	dst = appendQueryMaps(dst, x, "{}")
	dst = append(dst, `,"pathParameters":`...)
	dst = appendPathParameters(dst, x.scope.Path, "{}")
	dst = append(dst, `,"stageVariables":`...)
	variables, err := json.Marshal(x.scope.StageVariables)
	if err != nil || len(x.scope.StageVariables) == 0 {
		variables = []byte("{}")
	}
	dst = append(append(dst, variables...), `,"requestContext":`...)
	key := c.Identity.APIKey
	c.Identity.APIKey = x.request.Header.Get("x-api-key")
	dst = appendRequestContext(dst, x)
	c.Identity.APIKey = key // which it is, the check of API keys will say
	return append(dst, '}')
}

// custom decides a method with a Lambda authorizer: the resource policy may deny
// before, and either of both allow.
func (a *access) custom(ctx context.Context, x *exchange) error {
	byResource := policy.ImplicitDeny
	if a.resource != nil {
		if byResource = a.decide(x, invokeAction); byResource == policy.ExplicitDeny {
			return x.denied(true)
		}
	}
	r, err := a.authorizer.ask(ctx, x)
	if err != nil {
		return err
	}
	switch r.Policy.Evaluate(&policy.Request{
		Action:   invokeAction,
		Resource: x.methodARN(),
		Value:    func(key string) []string { return x.conditionKey(key, a.now) },
	}) {
	case policy.Allow:
		return nil
	case policy.ExplicitDeny:
		return authorizerDenies
	}
	if byResource == policy.Allow {
		return nil
	}
	return authorizerMissing
}

// cognito decides a method with a user pool: the token first, then the resource
// policy alone.
func (a *access) cognito(ctx context.Context, x *exchange) error {
	claims, err := a.authorizer.verify(ctx, x)
	if err != nil {
		return err
	}
	c := &x.scope.Context.Authorizer
	c.Present = true
	c.Claims = make([]mapping.Value, len(claims))
	for i, v := range claims {
		c.Claims[i] = mapping.Value{Name: v.Name, Text: v.Text}
	}
	if a.resource != nil {
		return a.byResource(x)
	}
	return nil
}

// verify returns the claims of the caller's token, or a *Fault.
func (a *authorizer) verify(ctx context.Context, x *exchange) (auth.Claims, error) {
	values, ok := a.identity(x)
	if !ok {
		return nil, unauthorized
	}
	pool := a.pools[auth.IssuerOf(values[0])]
	if pool == nil {
		return nil, unauthorized
	}
	claims, err := pool.Verify(ctx, values[0], a.scopes)
	switch {
	case errors.Is(err, auth.ErrExpired):
		return nil, incomingExpired
	case errors.Is(err, auth.ErrKeys):
		f := authorizerBroken(err)
		return nil, f
	case err != nil, a.pattern != nil && !a.pattern.MatchAll(claims.Get("aud")):
		x.trace.add("Unauthorized request: ", x.scope.Context.RequestID)
		return nil, unauthorized
	}
	return claims, nil
}

// An AuthorizerPreview is one authorizer by itself, as TestInvokeAuthorizer asks
// it. It is read-only.
type AuthorizerPreview struct {
	preview    Preview
	authorizer *authorizer
	now        func() time.Time
}

// An AuthorizerAnswer is what an authorizer said, and how it came to it.
type AuthorizerAnswer struct {
	Status int // 200, or that of the gateway response
	Trace  *Trace
	Fault  *Fault       // nil: it said something
	Result *auth.Result // of a Lambda authorizer; nil otherwise
	Claims auth.Claims  // of a user pool
}

// CompileAuthorizerPreview compiles an authorizer. What it says is not kept.
func CompileAuthorizerPreview(config Config, a *apigw.Authorizer) (*AuthorizerPreview, error) {
	config.Stage = &apigw.Stage{StageName: TestStage, Variables: config.Stage.Variables}
	config.Suppliers.Results = nil
	c := newCompiler(&config, config.Snapshot, config.Stage.Variables)
	asked := *a
	none := int64(0)
	asked.ResultTTL = &none
	compiled, err := c.compileAuthorizer(&asked, nil)
	if err != nil {
		return nil, err
	}
	stage := &Stage{
		api:       config.Snapshot.API.ID,
		name:      TestStage,
		accountID: config.AccountID,
		region:    config.Region,
		arn:       stageARN(config.Region, config.AccountID, config.Snapshot.API.ID, TestStage),
		variables: config.Stage.Variables,
		responses: plainResponses,
	}
	return &AuthorizerPreview{preview: Preview{stage: stage, method: &Method{}, path: "/", root: &node{}}, authorizer: compiled, now: config.Suppliers.Now}, nil
}

// Serve asks the authorizer about req.
func (p *AuthorizerPreview) Serve(ctx context.Context, req *message.Request) AuthorizerAnswer {
	x := &exchange{request: req, stage: p.preview.stage, method: p.preview.method, trace: &Trace{Now: p.now}}
	p.preview.open(x)
	x.record.Path = x.below
	x.trace.RequestID = x.scope.Context.RequestID
	answer := AuthorizerAnswer{Status: http.StatusOK, Trace: x.trace}
	var err error
	if p.authorizer.function != nil {
		answer.Result, err = p.authorizer.ask(ctx, x)
	} else {
		answer.Claims, err = p.authorizer.verify(ctx, x)
	}
	if err != nil {
		if !errors.As(err, &answer.Fault) {
			answer.Fault = authorizerFailed(err)
		}
		if answer.Fault.Log != "" {
			x.trace.add(answer.Fault.Log)
		}
		plainResponses.answer(x, answer.Fault)
		answer.Status = x.res.Status
	}
	x.trace.add("Method completed with status: ", strconv.Itoa(answer.Status))
	return answer
}
