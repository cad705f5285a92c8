package dataplane

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file runs one method by itself, as TestInvokeMethod does: from the
// method request's validation to the method response, with the execution log.
// Nobody is asked who calls: there is no authorizer, key, policy or throttle.
//
//   - Path parameters come from the given path, if it fits the resource. If it
//     does not, there are none; without a path each is its own placeholder.
//     Observed.
//   - The header is what was given and nothing more. Observed.
//   - The payload is taken as JSON; another content type is ignored.
//
// See "Use the API Gateway console to test a REST API method".

// TestStage is the stage that a test invocation believes to be in.
const TestStage = "test-invoke-stage"

// A Preview is one compiled method that is not published. It is read-only.
type Preview struct {
	stage  *Stage
	method *Method
	path   string // of the resource, with placeholders
	root   *node  // leads to the method alone
}

// CompilePreview compiles one method. What config says of a stage counts as far
// as its variables; the rest is left out.
func CompilePreview(config Config, resource *apigw.Resource, m *apigw.Method) (*Preview, error) {
	config.Stage = &apigw.Stage{StageName: TestStage, Variables: config.Stage.Variables}
	snapshot := config.Snapshot
	c := newCompiler(&config, snapshot, config.Stage.Variables)
	responses, err := compileGatewayResponses(snapshot.GatewayResponses)
	if err != nil {
		return nil, fmt.Errorf("gateway responses: %w", err)
	}
	method, err := c.method(resource, m)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", m.HTTPMethod, resource.Path, err)
	}
	method.request.access, method.request.key = nil, nil
	method.request.closed, method.request.throttle, method.request.decompress = nil, nil, false
	method.response.compress = -1 // the answer is text
	p := &Preview{
		stage: &Stage{
			api:       snapshot.API.ID,
			name:      TestStage,
			accountID: config.AccountID,
			region:    config.Region,
			variables: config.Stage.Variables,
			responses: responses,
		},
		method: method,
		path:   resource.Path,
		root:   &node{},
	}
	p.root.grow(resource.Path).put("ANY", method)
	return p, nil
}

// A PreviewAnswer is what a method said and how it came to it.
type PreviewAnswer struct {
	Response *message.Response
	Trace    *Trace
	Fault    *Fault // nil: the method answered
}

// Serve answers req. Its path is that below the stage; empty: the resource's
// own.
func (p *Preview) Serve(ctx context.Context, req *message.Request, now func() time.Time) PreviewAnswer {
	x := &exchange{request: req, stage: p.stage, method: p.method, trace: &Trace{Now: now}}
	p.open(x)
	x.trace.RequestID = x.scope.Context.RequestID
	answer := PreviewAnswer{Response: &x.res, Trace: x.trace}
	if err := p.method.serve(ctx, x); err != nil {
		if !errors.As(err, &answer.Fault) {
			answer.Fault = configurationError("There was an internal error while executing your request", err)
		}
		p.refuse(x, answer.Fault)
	}
	x.trace.status("Method completed with status: ", x.res.Status, "")
	return answer
}

// refuse makes x.res of a fault. The Content-Type of a gateway response is not
// shown unless the API sets it. Observed.
func (p *Preview) refuse(x *exchange, f *Fault) {
	x.trace.fail(f.Log)
	p.stage.responses.answer(x, f)
	if r := p.stage.responses[f.Type]; r != nil {
		for _, row := range r.headers {
			if message.EqualName(row.name, "Content-Type") {
				return
			}
		}
	}
	x.res.Header.Del("Content-Type")
}

// open fills the scope.
func (p *Preview) open(x *exchange) {
	req := x.request
	ids := newIDs()
	x.record.Start = req.Received
	x.below = req.Path
	if x.below == "" {
		x.below = p.path
		x.path = placeholders(p.path)
	} else if _, params := p.root.find(req.Path, 0, nil); params != nil {
		x.path = params
	}
	x.scope.Path = x.path
	x.query = parseQuery(nil, req.Query)
	x.scope.Query = x.query
	x.scope.StageVariables = p.stage.variables
	x.traceID = traceHeader(req.Header.Get("X-Amzn-Trace-Id"), ids.trace)
	for _, f := range req.Header {
		if rule(entering, f.Name) == drop ||
			message.EqualName(f.Name, "Content-Type") && mediaType(f.Value) != "application/json" {
			continue
		}
		x.header = append(x.header, message.Field{Name: spelling(f.Name), Value: f.Value})
	}
	x.scope.Header = x.header
	x.scope.Context = mapping.Context{
		AccountID:         p.stage.accountID,
		APIID:             p.stage.api,
		Stage:             p.stage.name,
		DomainName:        "testPrefix.testDomainName",
		DomainPrefix:      "testPrefix",
		ExtendedRequestID: ids.extended,
		HTTPMethod:        req.Method,
		OperationName:     p.method.operation,
		Path:              x.below,
		Protocol:          "HTTP/1.1",
		RequestID:         ids.request,
		RequestTime:       req.Received,
		ResourceID:        p.method.resourceID,
		ResourcePath:      p.method.resourcePath,
		XRayTraceID:       traceRoot(x.traceID),
		Identity: mapping.Identity{
			AccountID: p.stage.accountID,
			APIKey:    "test-invoke-api-key",
			APIKeyID:  "test-invoke-api-key-id",
			SourceIP:  "test-invoke-source-ip",
			UserAgent: x.scope.Header.Get("User-Agent"),
		},
	}
}

// placeholders returns the path parameters of a resource with themselves as
// their values.
func placeholders(path string) message.Pairs {
	var params message.Pairs
	for part := range strings.SplitSeq(path, "/") {
		if name, _, variable := apigw.Variable(part); variable {
			params = append(params, message.Pair{Name: name, Value: part})
		}
	}
	return params
}
