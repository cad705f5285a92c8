package backend

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// This file says who signs a call:
//
//   - the caller, for integrations that pass the identity on;
//   - a role, which the Security Token Service lets the gateway assume;
//   - the gateway itself.
//
// A role's credentials are kept until shortly before they expire, and one
// request at a time gets new ones, whoever waits for them. What goes wrong is
// not kept.
//
// Chosen: a role is not assumed for an endpoint of the operator's unless the
// Security Token Service has one too. Otherwise a service on one's own machine
// could not be called for a template that names roles, or only after a call to
// an AWS account that nobody asked for.

const (
	// roleSession is the name that API Gateway's sessions have. Observed.
	roleSession = "BackplaneAssumeRoleSession"

	roleDuration = time.Hour        // the longest that every role allows
	roleWindow   = 5 * time.Minute  // before the end
	stsPatience  = 10 * time.Second // for one answer
)

// A rotating is credentials that may change.
type rotating struct {
	cache *aws.CredentialsCache // nil: none

	mu sync.Mutex // held to renew
}

// newRotating keeps what a provider gives until window before it expires.
func newRotating(p aws.CredentialsProvider, window time.Duration) *rotating {
	if p == nil {
		return &rotating{}
	}
	cache, ok := p.(*aws.CredentialsCache)
	if !ok {
		cache = aws.NewCredentialsCache(p, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = window })
	}
	return &rotating{cache: cache}
}

// fixed are credentials that do not change.
func fixed(c Credentials) *rotating {
	return newRotating(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken}, nil
	}), 0)
}

// placeholder are the credentials that local stand-ins for AWS are used to.
var placeholder = fixed(Credentials{AccessKeyID: "test", SecretKey: "test"})

var errNoCredentials = errors.New("no credentials")

func (r *rotating) retrieve(ctx context.Context) (aws.Credentials, error) {
	if r.cache == nil {
		return aws.Credentials{}, errNoCredentials
	}
	c, err := r.cache.Retrieve(ctx)
	if err == nil {
		return c, nil
	}
	if ctx.Err() != nil {
		return aws.Credentials{}, classify(ctx, err)
	}
	if e, ok := errors.AsType[*NotAssumed](err); ok {
		return aws.Credentials{}, e
	}
	return aws.Credentials{}, err
}

// renew lets go of credentials that a service says have expired, unless they
// are no longer the current ones. It reports whether others can be had.
func (r *rotating) renew(used aws.Credentials) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !used.CanExpire {
		return false
	}
	// What is kept is returned at once; what is not is new in any case.
	now, err := r.cache.Retrieve(ended)
	if err == nil && now.AccessKeyID == used.AccessKeyID && now.SessionToken == used.SessionToken {
		r.cache.Invalidate()
	}
	return true
}

// ended is a context in which nothing is waited for.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// A roleKey is what makes the credentials of roles differ.
type roleKey struct {
	arn, region, endpoint string
	placeholder           bool // the gateway itself has no credentials
}

// maxRoles is how many roles' credentials are kept. Role ARNs come from
// integrations, not from clients, so that this is out of reach in practice.
const maxRoles = 10_000

// role returns the credentials of a role.
func (a *AWS) role(k roleKey, signer *rotating) *rotating {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r := a.roles[k]; r != nil {
		return r
	}
	if a.roles == nil || len(a.roles) >= maxRoles {
		a.roles = make(map[roleKey]*rotating)
	}
	o := sts.Options{
		Region:           k.region,
		Credentials:      aws.CredentialsProviderFunc(signer.retrieve),
		RetryMaxAttempts: 2,
		HTTPClient: &http.Client{
			Transport:     a.Pool.HTTP(Options{}).transport,
			Timeout:       stsPatience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if k.endpoint != "" {
		o.BaseEndpoint = &k.endpoint
	}
	assume := stscreds.NewAssumeRoleProvider(sts.New(o), k.arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = roleSession, roleDuration
	})
	r := newRotating(aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		c, err := assume.Retrieve(ctx)
		if err != nil {
			return c, notAssumed(k.arn, err)
		}
		return c, nil
	}), roleWindow)
	a.roles[k] = r
	return r
}

// A NotAssumed error says that a role's credentials could not be had.
type NotAssumed struct {
	Role   string
	Denied bool // the Security Token Service said no; else it did not say anything of use
	Err    error
}

func (e *NotAssumed) Error() string {
	if e.Denied {
		return configurationError + "API Gateway does not have permission to assume the provided role " + e.Role
	}
	return configurationError + "There was an internal error while executing your request"
}
func (e *NotAssumed) Unwrap() error { return e.Err }

// notAssumed judges why a role could not be assumed. The service's sentence is
// left out: it may show the request that was signed, its token included.
func notAssumed(role string, err error) error {
	var said smithy.APIError
	if !errors.As(err, &said) {
		return &NotAssumed{Role: role, Err: err}
	}
	status := 0
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		status = answer.HTTPStatusCode()
	}
	return &NotAssumed{Role: role, Denied: status >= 400 && status < 500,
		Err: errors.New("AssumeRole answered " + strconv.Itoa(status) + " " + said.ErrorCode())}
}
