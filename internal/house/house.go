// Package house is the wiring: it puts the rooms together into one gateway with
// its control plane. It is what cmd/postern runs and what the tests of the
// whole run.
package house

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"postern/internal/adapter/awsapi"
	"postern/internal/adapter/bolt"
	"postern/internal/adapter/cfnapi"
	"postern/internal/adapter/iamapi"
	"postern/internal/adapter/lambdaapi"
	"postern/internal/adapter/listen"
	"postern/internal/adapter/logsapi"
	"postern/internal/adapter/neighbors"
	"postern/internal/adapter/stackapi"
	"postern/internal/apigw"
	"postern/internal/auth"
	"postern/internal/backend"
	"postern/internal/control"
	"postern/internal/dataplane"
	"postern/internal/function"
	"postern/internal/iam"
	"postern/internal/lambda"
	"postern/internal/provision/resource"
	"postern/internal/provision/stack"
	"postern/internal/publish"
	"postern/internal/sigv4"
	"postern/internal/store"
	"postern/internal/throttle"
)

// A Config is what an operator may say. The zero Config is a gateway in memory
// for account 000000000000 in us-east-1.
type Config struct {
	DataDir      string            // empty: in memory
	AccountID    string            // twelve digits
	Region       string            // such as eu-west-1
	BaseURL      string            // of the listener, for addresses shown to people; empty: http://127.0.0.1:4566
	Links        publish.Links     // where VPC links lead
	Endpoints    map[string]string // where services of AWS are, by their names in integration URIs
	NoAutoDeploy bool              // no implicit deployment and stage for templates without one
	Limits       *apigw.Limits     // nil: the published quotas, but for those that count things
	LinkLocal    bool              // permits backends at link-local addresses
	Keys         []sigv4.Profile   // who may sign; none: signatures are not judged, and only local programs may use the control plane
	Insecure     bool              // without Keys: anybody may use the control plane
	Log          *slog.Logger      // nil: nothing is logged
	Traces       int               // requests that are remembered with their execution logs; 0: none
	Path         string            // where node and python3 are looked for, as PATH lists directories; empty: where systems have them
	Environment  map[string]string // what functions get besides their own variables: credentials and endpoints
	FunctionLog  func(lambda.Line) // gets every line of the functions' logs; must not block for long; nil: nobody
	Spare        int               // bytes of garbage that may lie about before it is worth collecting; 0: as many as are in use. See SpareMemory
	Now          func() time.Time

	// AWS returns what AWS's own settings say of endpoints and credentials. nil:
	// nothing.
	AWS func(context.Context) (*backend.AWSSettings, error)
}

// A House is a gateway with its control plane.
type House struct {
	Store     store.Store
	Control   *control.Service
	Gateway   *dataplane.Gateway
	Publisher *publish.Publisher
	Stacks    *stack.Engine
	Types     *resource.Registry
	Lambda    *lambda.Service
	Journal   *lambda.Journal // of the functions' logs

	// Own is Postern's own API, served under /_postern/. nil: 404.
	Own http.Handler

	// Admit refuses who may not use Postern's own API.
	Admit func(http.ResponseWriter, *http.Request) *listen.Refused

	log     *slog.Logger
	spare   []byte           // never touched
	admit   listen.Admission // to the control plane
	pool    *backend.Pool
	runner  *function.Runner
	aws     http.Handler
	execute *listen.Handler

	functions      http.Handler
	admitFunctions listen.Admission
	roles          http.Handler
	admitRoles     listen.Admission
	logs           http.Handler
	admitLogs      listen.Admission
	cloudFormation *cfnapi.Server
	neighbors      *neighbors.Server
}

// New wires a house. The caller closes it.
func New(c Config) (*House, error) {
	c = c.complete()
	var base store.Store = store.NewMemory()
	if c.DataDir != "" {
		opened, err := bolt.Open(c.DataDir, bolt.Options{})
		if err != nil {
			return nil, err
		}
		base = opened
	}
	h := &House{log: c.Log, spare: make([]byte, c.Spare), pool: &backend.Pool{AllowLinkLocal: c.LinkLocal, MaxResponse: c.Limits.Payload}}
	cloud := &backend.AWS{Pool: h.pool, Endpoints: c.Endpoints, Settings: c.AWS, Now: c.Now}
	kept := &caches{now: c.Now, max: c.Limits.CachedBody}
	h.Gateway = &dataplane.Gateway{Now: c.Now, Observe: h.observe}
	if c.Traces > 0 {
		h.Gateway.Recorder = dataplane.NewRecorder(c.Traces)
	}
	meter := throttle.NewMeter(c.Now)
	table := dataplane.NewKeyTable(meter, c.Now)
	asked := &authorizers{now: c.Now, endpoint: c.Endpoints["cognito-idp"]}
	h.Publisher = &publish.Publisher{
		Store:   base,
		Gateway: h.Gateway,
		Suppliers: dataplane.Suppliers{
			HTTP:     func(o backend.Options) backend.Backend { return h.pool.HTTP(o) },
			AWS:      func(o backend.ServiceOptions) backend.Backend { return cloud.Service(o) },
			Bucket:   (&buckets{now: c.Now}).bucket,
			Keys:     accountKeys(c.Keys),
			Secret:   accountSecret(c.Keys),
			Now:      c.Now,
			APIKeys:  table,
			Results:  asked.stage,
			UserPool: asked.pool,
			Cache:    kept.responses,
		},
		Keys:  table,
		Usage: meter,
		Flush: func(k control.StageKey, which control.StageCache) {
			kept.flush(k, which)
			asked.flush(k, which)
		},
		Forget: func(k control.StageKey) {
			kept.forget(k)
			asked.forget(k)
		},
		Links:     c.Links,
		AccountID: c.AccountID,
		Region:    c.Region,
		Limits:    *c.Limits,
		Log:       c.Log,
	}
	h.Publisher.Control = &control.Service{Store: base, AccountID: c.AccountID, Region: c.Region, Limits: c.Limits, Usage: meter, Now: c.Now}
	h.Store = &publish.SyncStore{Store: base, Publisher: h.Publisher}
	h.Control = &control.Service{Store: h.Store, AccountID: c.AccountID, Region: c.Region, Limits: c.Limits, Usage: meter, Now: c.Now}

	if err := h.openFunctions(base, c); err != nil {
		return nil, errors.Join(err, base.Close())
	}
	h.Publisher.Suppliers.Functions = h.Lambda
	var err error
	roles := &iam.Service{Store: base, AccountID: c.AccountID, Now: c.Now}
	h.roles = &iamapi.Server{Roles: roles, Log: c.Log}
	o := resource.Options{
		InvokeURL: func(api, stage string) string {
			return fmt.Sprintf("%s/_aws/execute-api/%s/%s", c.BaseURL, api, stage)
		},
		Functions: h.Lambda,
		Roles:     roles,
	}
	if h.Types, err = resource.NewRegistry(resource.Types(h.Control, o)...); err != nil {
		return nil, err
	}
	h.Stacks = &stack.Engine{Store: base, Types: h.Types, Region: c.Region, AccountID: c.AccountID, Now: c.Now}
	if !c.NoAutoDeploy {
		h.Stacks.Finisher = resource.NewFinisher(h.Control, o)
	}
	h.admission(c)
	server := awsapi.NewServer(h.Control, c.Log)
	server.TestInvoke = awsapi.Preview(h.Publisher)
	server.TestAuthorizer = awsapi.PreviewAuthorizer(h.Publisher)
	h.aws = server
	h.cloudFormation = &cfnapi.Server{Stacks: h.Stacks, Log: c.Log}
	h.neighbors = &neighbors.Server{AccountID: c.AccountID}
	h.execute = &listen.Handler{
		Gateway: h.Gateway,
		Limits:  listen.Limits{Body: c.Limits.Payload, Headers: c.Limits.Headers, URL: c.Limits.URL},
		Log:     c.Log,
		Now:     c.Now,
	}
	return h, nil
}

func (c Config) complete() Config {
	if c.AccountID == "" {
		c.AccountID = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://127.0.0.1:4566"
	}
	if c.Limits == nil {
		l := apigw.DefaultLimits().Uncounted()
		c.Limits = &l
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// SpareMemory returns the Spare of a program that serves, which is 0 if its
// environment says when Go collects garbage.
func SpareMemory(getenv func(string) string) int {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return 0
	}
	return 32 << 20
}

// Run serves what the store holds, and what is published from then on, until
// ctx ends.
func (h *House) Run(ctx context.Context) error { return h.Publisher.Run(ctx) }

// Ready returns when the gateway serves everything that is in the store.
func (h *House) Ready(ctx context.Context) error {
	revision, err := h.Store.Revision(ctx)
	if err != nil {
		return err
	}
	return h.Publisher.Wait(ctx, max(revision, 0))
}

// Close ends the functions, and frees the store and the connections to backends.
func (h *House) Close() error {
	h.cloudFormation.Close()
	h.pool.CloseIdle()
	return errors.Join(h.closeFunctions(), h.Store.Close())
}

// Handler serves everything on one port. The host decides before the path: what
// is addressed to an API goes to the data plane, /_postern/ to Postern's own
// API, and the rest to the control plane.
func (h *House) Handler() http.Handler { return port{h} }

type port struct{ *House }

// Direct implements listen.Director.
func (p port) Direct(host, path string) *listen.Handler {
	if _, ok := p.Gateway.Routes().Address(host, path); ok {
		return p.execute
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (p port) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := p.House
	if e := p.Direct(r.Host, r.URL.EscapedPath()); e != nil {
		e.ServeHTTP(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/_postern/") || r.URL.Path == "/_postern" || r.URL.Path == stackapi.NeighborHealth {
		if h.Own == nil {
			http.NotFound(w, r)
			return
		}
		h.Own.ServeHTTP(w, r)
		return
	}
	if lambdaapi.Serves(r.URL.Path) {
		if refused := h.admitFunctions.Admit(w, r); refused != nil {
			refuse(w, refused)
			return
		}
		h.functions.ServeHTTP(w, r)
		return
	}
	if iamapi.Serves(r) {
		if refused := h.admitRoles.Admit(w, r); refused != nil {
			refuse(w, refused)
			return
		}
		h.roles.ServeHTTP(w, r)
		return
	}
	if logsapi.Serves(r) {
		if refused := h.admitLogs.Admit(w, r); refused != nil {
			refuse(w, refused)
			return
		}
		h.logs.ServeHTTP(w, r)
		return
	}
	if neighbors.Foreign(r) {
		neighbors.Refuse(w, r)
		return
	}
	if refused := h.admit.Admit(w, r); refused != nil {
		refuse(w, refused)
		return
	}
	switch {
	case cfnapi.Serves(r):
		h.cloudFormation.ServeHTTP(w, r)
		return
	case neighbors.Serves(r):
		h.neighbors.ServeHTTP(w, r)
		return
	}
	h.aws.ServeHTTP(w, r)
}

// admission says who may use the control plane and Postern's own API.
func (h *House) admission(c Config) {
	h.admit = listen.Admission{Insecure: c.Insecure, Domains: awsDomains, Body: controlBody, Now: c.Now}
	own := &listen.Admission{Insecure: c.Insecure, Body: ownBody, Now: c.Now}
	if len(c.Keys) > 0 {
		h.admit.Keys, own.Keys = sigv4.Lookup(c.Keys), sigv4.Lookup(c.Keys)
		h.admit.Region, h.admit.Services = c.Region, controlServices
		own.Services = []string{"postern"}
	}
	// Chosen: who makes functions runs programs on this machine, so that
	// Insecure opens the rest of the control plane only.
	h.admitFunctions = h.admit
	h.admitFunctions.Insecure = false
	h.admitFunctions.Body, h.admitFunctions.Services = functionBody, []string{"lambda"}
	h.admitRoles = h.admit
	h.admitRoles.Region, h.admitRoles.Services = "", []string{iamapi.Service} // IAM is of no region
	h.admitLogs = h.admit
	h.admitLogs.Services = []string{logsapi.Service}
	h.Admit = own.Admit
}

// accountKeys returns what finds the keys of those who sign requests to methods:
// each profile is a user of the account.
func accountKeys(profiles []sigv4.Profile) func(string) (auth.Key, bool) {
	if len(profiles) == 0 {
		return nil
	}
	keys := make(map[string]auth.Key, len(profiles))
	for _, p := range profiles {
		if _, twice := keys[p.AccessKeyID]; !twice {
			keys[p.AccessKeyID] = auth.Key{Credentials: p.Credentials, UserName: p.Name}
		}
	}
	return func(id string) (auth.Key, bool) {
		k, ok := keys[id]
		return k, ok
	}
}

// accountSecret returns what finds the secret of a caller who has signed.
func accountSecret(profiles []sigv4.Profile) func(context.Context, string) (string, error) {
	find := sigv4.Lookup(profiles)
	return func(_ context.Context, id string) (string, error) {
		c, ok := find(id)
		if !ok {
			return "", fmt.Errorf("the access key %s is not known", id)
		}
		return c.SecretAccessKey, nil
	}
}

// awsDomains are names that clients of the control plane know it by.
var awsDomains = []string{"amazonaws.com", "amazonaws.com.cn", "localstack.cloud"}

// controlServices are what signatures for the control plane are made for.
var controlServices = []string{"apigateway", "cloudformation", neighbors.STS}

// The largest bodies that are read before their signature is judged, in bytes.
const (
	controlBody  = 10 << 20
	functionBody = 70_167_211
	ownBody      = 101 << 20
)

// refuse answers who may not use the control plane.
func refuse(w http.ResponseWriter, refused *listen.Refused) {
	message := refused.Message
	if refused.Code == listen.AccessDenied {
		message = "The control plane answers this machine's own programs only: " + message
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("x-amzn-ErrorType", refused.Code)
	w.WriteHeader(refused.Status)
	text, err := json.Marshal(map[string]string{"message": message})
	if err == nil {
		_, _ = w.Write(text)
	}
}

// observe logs what an operator should act on: requests that failed through the
// API's or the backend's fault.
func (h *House) observe(r *dataplane.Record) {
	f := r.Fault
	if f == nil || f.Log == "" {
		return
	}
	attrs := []any{"api", r.API, "stage", r.Stage, "method", r.HTTPMethod, "resource", r.ResourcePath,
		"status", r.Status, "request_id", r.RequestID}
	cause := f.Err
	for cause != nil && cause.Error() == f.Log {
		cause = errors.Unwrap(cause) // it says more, such as which address was dialed
	}
	if cause != nil {
		attrs = append(attrs, "cause", cause.Error())
	}
	h.log.Warn(f.Log, attrs...)
}

// buckets keeps the token buckets of stages from one plan to the next.
type buckets struct {
	now func() time.Time
	set keyed[bucketKey, *throttle.Bucket]
}

type bucketKey struct{ api, stage, method string }

func (b *buckets) bucket(api, stage, method string, l throttle.Limit) *throttle.Bucket {
	made := b.set.get(bucketKey{api, stage, method}, func() *throttle.Bucket { return throttle.NewBucket(l, b.now) })
	made.Set(l)
	return made
}
