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
	provider aws.CredentialsProvider // nil: none
	window   time.Duration           // before they expire, in which others are fetched

	mu      sync.Mutex
	current aws.Credentials // without key: none yet
	flight  *flight         // the fetch that is under way; nil: none
}

// A flight is one fetch of credentials for all who wait for it. It ends when
// nobody does any more, so that the next one begins anew.
type flight struct {
	cancel  context.CancelFunc
	waiting int           // guarded by rotating.mu
	done    chan struct{} // closed when the rest is set
	got     aws.Credentials
	err     error
}

// newRotating keeps what a provider gives until window before it expires.
func newRotating(p aws.CredentialsProvider, window time.Duration) *rotating {
	return &rotating{provider: p, window: window}
}

// fixed are credentials that do not change.
func fixed(c Credentials) *rotating {
	return &rotating{current: aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken}}
}

// placeholder are the credentials that local stand-ins for AWS are used to.
var placeholder = fixed(Credentials{AccessKeyID: "test", SecretKey: "test"})

var errNoCredentials = errors.New("no credentials")

func (r *rotating) retrieve(ctx context.Context) (aws.Credentials, error) {
	r.mu.Lock()
	if r.good() {
		defer r.mu.Unlock()
		return r.current, nil
	}
	if r.provider == nil {
		r.mu.Unlock()
		return aws.Credentials{}, errNoCredentials
	}
	f := r.flight
	if f == nil {
		f = r.fetch()
	}
	f.waiting++
	r.mu.Unlock()
	select {
	case <-f.done:
		return f.got, f.err
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		if r.flight == f {
			r.flight = nil
		}
	}
	return aws.Credentials{}, classify(ctx, ctx.Err())
}

// good reports whether there are credentials that can be used for a while.
func (r *rotating) good() bool {
	return r.current.HasKeys() && (!r.current.CanExpire || time.Until(r.current.Expires) > r.window)
}

// fetch begins a flight. r.mu is held.
func (r *rotating) fetch() *flight {
	ctx, cancel := context.WithCancel(context.Background())
	f := &flight{cancel: cancel, done: make(chan struct{})}
	r.flight = f
	go func() {
		defer cancel()
		f.got, f.err = r.provider.Retrieve(ctx)
		r.mu.Lock()
		if r.flight == f {
			r.flight = nil
			if f.err == nil {
				r.current = f.got
			}
		}
		r.mu.Unlock()
		close(f.done)
	}()
	return f
}

// renew lets go of credentials that a service says have expired, unless they
// are no longer the current ones. It reports whether others can be had.
func (r *rotating) renew(used aws.Credentials) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !used.CanExpire || r.provider == nil {
		return false
	}
	if r.current.AccessKeyID == used.AccessKeyID && r.current.SessionToken == used.SessionToken {
		r.current = aws.Credentials{}
		if p, ok := r.provider.(interface{ Invalidate() }); ok {
			p.Invalidate()
		}
	}
	return true
}

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
		Region:      k.region,
		Credentials: aws.CredentialsProviderFunc(signer.retrieve),
		Retryer:     aws.NopRetryer{}, // a client waits
		HTTPClient: &http.Client{
			Transport:     (*roundTripper)(a.Pool.HTTP(Options{})),
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
