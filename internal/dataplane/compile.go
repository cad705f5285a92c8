package dataplane

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/auth"
	"postern/internal/backend"
	"postern/internal/cache"
	"postern/internal/lang/jsonschema"
	"postern/internal/throttle"
)

// A Config is what a stage is compiled from.
type Config struct {
	Snapshot  *apigw.Snapshot
	Stage     *apigw.Stage
	Canary    *apigw.Snapshot // the canary's deployment; nil: none
	AccountID string
	Region    string
	Limits    apigw.Limits
	Suppliers Suppliers

	// Certificate is what backends that ask for one are shown; nil: none.
	Certificate *tls.Certificate
}

// Suppliers are what the corridor needs from outside.
type Suppliers struct {
	// HTTP returns a backend for HTTP endpoints.
	HTTP func(backend.Options) backend.Backend

	// Functions invokes Lambda functions, before any service of AWS is asked. nil:
	// there are none.
	Functions backend.Functions

	// AWS returns a backend for a service of AWS. nil: none can be called.
	AWS func(backend.ServiceOptions) backend.Backend

	// Secret returns the secret key of an access key, for integrations that pass
	// the caller's identity on. nil: none is known.
	Secret func(ctx context.Context, accessKeyID string) (string, error)

	// Link returns the host:port behind a VPC link, or why there is none. target
	// is the load balancer that the integration names, if it does.
	Link func(id, target string) (string, error)

	// Keys returns an access key of the account and whose it is; nil: none are
	// known, so that nobody can sign.
	Keys func(accessKeyID string) (auth.Key, bool)

	// Results returns what keeps the answers of a stage's Lambda authorizers, so
	// that it outlives a plan. nil: a cache per plan.
	Results func(api, stage string) *auth.Results

	// UserPool returns what verifies the tokens of a Cognito user pool. nil: none
	// can be verified.
	UserPool func(arn string) (*auth.UserPool, error)

	// APIKeys are the API keys and usage plans. nil: methods that require a key
	// stay closed.
	APIKeys *KeyTable

	// Now is the clock of signatures and policies; nil: time.Now.
	Now func() time.Time

	// Bucket returns the token bucket of a method of a stage, so that it outlives
	// a plan. It may be nil: a bucket per plan.
	Bucket func(api, stage, method string, l throttle.Limit) *throttle.Bucket

	// Cache returns the cache of a stage, of so many bytes, so that it outlives a
	// plan. It may be nil: nothing is kept.
	Cache func(api, stage string, size int64) *cache.Responses
}

func (s *Suppliers) link(id, target string) (string, error) {
	if id == "" {
		return "", errors.New("the VPC link's ID is empty: a stage variable is not set")
	}
	if s.Link == nil {
		return "", fmt.Errorf("VPC link %s: no links are configured", id)
	}
	return s.Link(id, target)
}

// A Stage is the compiled form of a stage: a deployment under the stage's
// variables and settings. It is read-only.
type Stage struct {
	api          string
	name         string
	deploymentID string
	accountID    string
	region       string
	arn          string // of the stage's methods, as far as they have it in common
	variables    map[string]string
	root         *node
	responses    gatewayResponses
	methods      []MethodAddress
	warnings     []error
	urlLimit     int // bytes of a method's ARN

	noDefaultEndpoint bool // requests come by custom domain names only

	canary   *Stage  // nil: none
	percent  float64 // of requests that the canary gets
	isCanary bool
}

// A MethodAddress is one method that a stage serves.
type MethodAddress struct {
	HTTPMethod string
	Path       string // the resource's, with placeholders
	Type       apigw.IntegrationType

	// What says who calls, where the method asks for it.
	Headers []string // names of header fields
	Query   []string // names of query parameters
	Scope   string   // of a signature, such as aws:amz:us-east-1:execute-api
}

// API returns the identifier of the stage's API.
func (s *Stage) API() string { return s.api }

// Name returns the stage's name.
func (s *Stage) Name() string { return s.name }

// DeploymentID returns the deployment that the stage serves.
func (s *Stage) DeploymentID() string { return s.deploymentID }

// Methods returns what the stage serves, by path and verb.
func (s *Stage) Methods() []MethodAddress { return s.methods }

// Warnings returns what compiles and will fail when it is reached.
func (s *Stage) Warnings() []error { return s.warnings }

// A compiler holds what all methods of a stage share while they are compiled.
type compiler struct {
	snapshot  *apigw.Snapshot
	stage     *apigw.Stage
	variables map[string]string
	accountID string
	region    string
	binary    binaryTypes
	limits    *apigw.Limits
	suppliers *Suppliers
	models    map[string]*model
	cache     *cache.Responses // nil: nothing is kept
	shown     *tls.Certificate
	resources *resourcePolicy // of the API, compiled once; see access.go
	warnings  []error
}

func newCompiler(config *Config, snapshot *apigw.Snapshot, variables map[string]string) *compiler {
	return &compiler{
		snapshot:  snapshot,
		stage:     config.Stage,
		variables: variables,
		accountID: config.AccountID,
		region:    config.Region,
		binary:    compileBinaryTypes(snapshot.API.BinaryMediaTypes),
		limits:    &config.Limits,
		suppliers: &config.Suppliers,
		models:    make(map[string]*model),
		shown:     config.Certificate,
	}
}

func (c *compiler) warn(errs ...error) { c.warnings = append(c.warnings, errs...) }

// Compile prepares all that can be known when a stage is deployed. It returns
// an error only for what control should never have stored: what API Gateway
// deploys and fails at run time compiles to a station that fails.
func Compile(config Config) (*Stage, error) {
	kept := stageResponses(&config)
	s, err := compileDeployment(&config, config.Snapshot, config.Stage.Variables, kept)
	if err != nil {
		return nil, err
	}
	canary := config.Stage.CanarySettings
	if canary == nil || config.Canary == nil {
		return s, nil
	}
	variables := make(map[string]string, len(config.Stage.Variables)+len(canary.StageVariableOverrides))
	for k, v := range config.Stage.Variables {
		variables[k] = v
	}
	for k, v := range canary.StageVariableOverrides {
		variables[k] = v
	}
	if !canary.UseStageCache {
		kept = nil
	}
	if s.canary, err = compileDeployment(&config, config.Canary, variables, kept); err != nil {
		return nil, err
	}
	s.canary.isCanary = true
	s.percent = canary.PercentTraffic
	s.warnings = append(s.warnings, s.canary.warnings...)
	return s, nil
}

// stageResponses returns the cache of the stage, or nil if it has none.
func stageResponses(config *Config) *cache.Responses {
	if !config.Stage.CacheClusterEnabled || config.Suppliers.Cache == nil {
		return nil
	}
	return config.Suppliers.Cache(config.Snapshot.API.ID, config.Stage.StageName, config.Stage.CacheBytes())
}

func compileDeployment(config *Config, snapshot *apigw.Snapshot, variables map[string]string, kept *cache.Responses) (*Stage, error) {
	c := newCompiler(config, snapshot, variables)
	c.cache = kept
	s := &Stage{
		api:          snapshot.API.ID,
		name:         config.Stage.StageName,
		deploymentID: snapshot.Deployment.ID,
		accountID:    config.AccountID,
		region:       config.Region,
		arn:          stageARN(config.Region, config.AccountID, snapshot.API.ID, config.Stage.StageName),
		variables:    variables,
		root:         &node{},
		urlLimit:     config.Limits.MethodARN,

		noDefaultEndpoint: config.Snapshot.API.DisableExecuteAPIEndpoint,
	}
	var err error
	if s.responses, err = compileGatewayResponses(snapshot.GatewayResponses); err != nil {
		return nil, fmt.Errorf("compile %s/%s: gateway responses: %w", s.api, s.name, err)
	}
	for _, r := range snapshot.Resources {
		n := s.root.grow(r.Path)
		for _, verb := range methodOrder(r.Methods) {
			m, err := c.method(r, r.Methods[verb])
			if err != nil {
				return nil, fmt.Errorf("compile %s/%s: %s %s: %w", s.api, s.name, verb, r.Path, err)
			}
			n.put(verb, m)
			address := MethodAddress{HTTPMethod: verb, Path: r.Path}
			if in := r.Methods[verb].Integration; in != nil {
				address.Type = in.Type
			}
			c.callers(&address, r.Methods[verb])
			s.methods = append(s.methods, address)
		}
	}
	slices.SortFunc(s.methods, func(a, b MethodAddress) int {
		return strings.Compare(a.Path+" "+a.HTTPMethod, b.Path+" "+b.HTTPMethod)
	})
	s.warnings = c.warnings
	return s, nil
}

// methodOrder puts ANY first, so that verbs of their own replace it.
func methodOrder(methods map[string]*apigw.Method) []string {
	out := make([]string, 0, len(methods))
	for verb := range methods {
		out = append(out, verb)
	}
	slices.SortFunc(out, func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == "ANY":
			return -1
		case b == "ANY":
			return 1
		}
		return strings.Compare(a, b)
	})
	return out
}

// grow returns the node of a path and makes it if need be.
func (n *node) grow(path string) *node {
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if part == "" {
			continue
		}
		name, greedy, variable := apigw.Variable(part)
		switch {
		case greedy:
			if n.greedy == nil {
				n.greedy = &node{name: name, resource: &resource{}}
			}
			n = n.greedy
		case variable:
			if n.variable == nil {
				n.variable = &node{name: name}
			}
			n = n.variable
		default:
			if n.literals == nil {
				n.literals = make(map[string]*node)
			}
			if n.literals[part] == nil {
				n.literals[part] = &node{}
			}
			n = n.literals[part]
		}
	}
	if n.resource == nil {
		n.resource = &resource{}
	}
	return n
}

func (n *node) put(verb string, m *Method) {
	if verb == "ANY" {
		for i := range n.resource.methods {
			n.resource.methods[i] = m
		}
		return
	}
	if i := verbIndex(verb); i >= 0 {
		n.resource.methods[i] = m
	}
}

// method compiles the stations of one method.
func (c *compiler) method(r *apigw.Resource, m *apigw.Method) (*Method, error) {
	where := m.HTTPMethod + " " + r.Path
	out := &Method{resourceID: r.ID, resourcePath: r.Path, operation: m.OperationName}
	out.request = c.methodRequest(r, m)
	in := m.Integration
	if in == nil {
		return nil, errors.New("no integration defined for method")
	}
	var err error
	if out.cache, err = c.stageCache(r, m, out.request.access); err != nil {
		return nil, err
	}
	out.response = c.methodResponse(in)
	if in.Type == apigw.AWS || in.Type == apigw.AWSProxy {
		return out, c.awsStations(where, out, r, m)
	}
	out.integration = c.integration(in)
	switch in.Type {
	case apigw.Mock:
		out.integrationRequest = &mockRequest{c.requestPayload(where, in)}
	case apigw.HTTP, apigw.HTTPProxy:
		req, err := c.httpRequest(where, in)
		if err != nil {
			return nil, err
		}
		out.integrationRequest = req
	default:
		return nil, fmt.Errorf("there is no integration of type %s", in.Type)
	}
	if in.Type == apigw.HTTPProxy {
		out.integrationResponse = &passedResponse{c.binary}
		return out, nil
	}
	res, err := c.selectedResponse(where, m)
	if err != nil {
		return nil, err
	}
	out.integrationResponse = res
	return out, nil
}

func (c *compiler) validator(id string) *apigw.RequestValidator {
	if id == "" {
		return nil
	}
	for _, v := range c.snapshot.Validators {
		if v.ID == id {
			return v
		}
	}
	return nil
}

// model compiles a model once for all methods of the stage.
func (c *compiler) model(name string) *model {
	if m := c.models[name]; m != nil {
		return m
	}
	m := &model{}
	c.models[name] = m
	source, ok := c.modelText(name)
	if !ok {
		m.err = fmt.Errorf("model %s does not exist", name)
		c.warn(m.err)
		return m
	}
	m.schema, m.err = jsonschema.Compile(name, source, func(uri string) (string, bool) {
		i := strings.LastIndexByte(uri, '/')
		return c.modelText(uri[i+1:])
	})
	if m.err != nil {
		m.err = fmt.Errorf("model %s: %w", name, m.err)
		c.warn(m.err)
	}
	return m
}

func (c *compiler) modelText(name string) (string, bool) {
	for _, m := range c.snapshot.Models {
		if m.Name == name {
			return m.Schema, true
		}
	}
	return "", false
}

// bucket returns the token bucket of a method, or nil if the stage sets none.
// The setting of the method's own path comes before that of all methods.
//
// See "Throttle requests to your REST APIs for better throughput in API
// Gateway".
func (c *compiler) bucket(r *apigw.Resource, m *apigw.Method) *throttle.Bucket {
	key := settingKey(r.Path, m.HTTPMethod)
	setting := c.stage.MethodSettings[key]
	if setting == nil {
		setting = c.stage.MethodSettings["*/*"]
	}
	if setting == nil || setting.ThrottlingRateLimit < 0 || setting.ThrottlingBurstLimit < 0 {
		return nil
	}
	limit := throttle.Limit{Rate: setting.ThrottlingRateLimit, Burst: int(setting.ThrottlingBurstLimit)}
	if c.suppliers.Bucket != nil {
		return c.suppliers.Bucket(c.snapshot.API.ID, c.stage.StageName, key, limit)
	}
	return throttle.NewBucket(limit, time.Now)
}

// settingKey is the key of a method's settings: pets/GET, a~1b/GET, ~1/GET.
func settingKey(path, verb string) string {
	p := strings.TrimPrefix(path, "/")
	if p == "" {
		p = "/"
	}
	return strings.ReplaceAll(p, "/", "~1") + "/" + verb
}
