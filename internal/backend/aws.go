package backend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"postern/internal/message"
)

// An AWS calls services of AWS, or what stands in for them. Its fields are not
// changed after the first call. It is safe for concurrent use.
//
// Where a service is: the operator's endpoint, else that of AWS's own settings,
// else its host at AWS. Who signs is in credentials.go.
type AWS struct {
	Pool *Pool

	// Endpoints are base URLs by the service's name in integration URIs, or in the
	// SDKs' settings in small letters.
	Endpoints map[string]string

	// Settings returns what the environment and the profile's files say. It is
	// called when something is called for the first time, and again until it
	// succeeds. nil: they say nothing.
	Settings func(context.Context) (*AWSSettings, error)

	Now func() time.Time // nil: time.Now

	mu       sync.Mutex
	settings *AWSSettings // nil: not read yet
	own      *rotating    // of settings
	roles    map[roleKey]*rotating
}

// AWSSettings are what AWS's tools and SDKs share.
//
// See "AWS SDKs and Tools standardized credential providers" and "Service-specific
// endpoints" in the AWS SDKs and Tools Reference Guide.
type AWSSettings struct {
	Credentials aws.CredentialsProvider   // nil: none
	Endpoint    func(sdkID string) string // base URL of a service by its name in the SDKs; empty: none
}

// Service returns a Backend for one service. The host in the URLs of requests
// is the one at AWS.
func (a *AWS) Service(o ServiceOptions) *Service {
	s := &Service{aws: a, http: a.Pool.HTTP(Options{}), options: o}
	s.name, s.region = o.signing()
	s.signer = v4.NewSigner(func(so *v4.SignerOptions) {
		so.DisableURIPathEscaping = s.name == "s3"
		so.DisableHeaderHoisting = true
	})
	return s
}

// A Service is a Backend for a service of AWS. Get one from an AWS.
//
// A call that the service refuses because the credentials have expired is made
// once more, with new ones.
type Service struct {
	aws          *AWS
	http         *HTTP
	options      ServiceOptions
	signer       *v4.Signer
	name, region string // that signatures are scoped to
}

// Invoke implements Backend.
func (s *Service) Invoke(ctx context.Context, req *Request) (*message.Response, error) {
	base, who, err := s.aws.resolve(ctx, &s.options, req.Caller)
	if err != nil {
		return nil, err
	}
	out := *req
	if base != "" {
		out.URL = s.redirected(base, req.URL)
	}
	for again := true; ; again = false {
		credentials, err := who.retrieve(ctx)
		if err != nil {
			return nil, err
		}
		res, err := s.http.send(ctx, &out, func(r *http.Request) error { return s.sign(ctx, r, out.Body, credentials) })
		if err != nil || !again || !expired(res) || !who.renew(credentials) {
			return res, err
		}
	}
}

// redirected is a URL at AWS as it is at another endpoint. The buckets of S3
// that AWS has as host names are in the path there.
func (s *Service) redirected(base, u string) string {
	_, rest, _ := strings.Cut(u, "://")
	path := "/"
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		path = rest[i:]
	}
	base = strings.TrimRight(base, "/")
	if s.name == "s3" && s.options.Subdomain != "" {
		base += "/" + s.options.Subdomain
	}
	return base + path
}

// sign adds a signature to r.
func (s *Service) sign(ctx context.Context, r *http.Request, body []byte, c aws.Credentials) error {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	for name := range r.Header {
		// What a mapping says of these is replaced.
		switch http.CanonicalHeaderKey(name) {
		case "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256":
			delete(r.Header, name)
		}
	}
	if s.name == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	now := time.Now
	if s.aws.Now != nil {
		now = s.aws.Now
	}
	// The signer sorts the query. Unless it had to leave something out, what is
	// sent keeps its order, which is the same to who verifies.
	query := r.URL.RawQuery
	_, bad := url.ParseQuery(query)
	err := s.signer.SignHTTP(ctx, c, r, hash, s.name, s.region, now())
	if bad == nil {
		r.URL.RawQuery = query
	}
	return err
}

// expired reports whether a service refuses credentials because their time is
// over.
func expired(res *message.Response) bool {
	if res.Status < 400 || res.Status > 403 {
		return false
	}
	return strings.Contains(res.Header.Get("x-amzn-ErrorType"), "ExpiredToken") ||
		bytes.Contains(res.Body[:min(len(res.Body), 2048)], []byte("ExpiredToken"))
}

// endpoint returns the base URL of a service that is not at AWS's own host, or
// nothing.
func (a *AWS) endpoint(settings *AWSSettings, name string) string {
	s := knownService(name)
	short := strings.ReplaceAll(strings.ToLower(s.sdk), " ", "")
	for _, n := range append([]string{name, short}, s.names...) {
		if base := a.Endpoints[n]; base != "" {
			return base
		}
	}
	if settings.Endpoint == nil {
		return ""
	}
	return settings.Endpoint(s.sdk)
}

// load returns the environment's settings and the gateway's own credentials.
func (a *AWS) load(ctx context.Context) (*AWSSettings, *rotating, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.settings != nil {
		return a.settings, a.own, nil
	}
	settings := &AWSSettings{}
	if a.Settings != nil {
		read, err := a.Settings(ctx)
		if err != nil {
			return nil, nil, err
		}
		settings = read
	}
	a.settings, a.own = settings, newRotating(settings.Credentials, 0)
	return a.settings, a.own, nil
}

// resolve returns where a service is, empty for its host at AWS, and who signs.
func (a *AWS) resolve(ctx context.Context, o *ServiceOptions, caller Credentials) (base string, who *rotating, err error) {
	settings, own, err := a.load(ctx)
	if err != nil {
		return "", nil, &NotConfigured{Service: o.Service, Err: err}
	}
	base = a.endpoint(settings, o.Service)
	if o.Caller {
		if caller.AccessKeyID == "" {
			return "", nil, errNoCaller
		}
		return base, fixed(caller), nil
	}
	sts := a.endpoint(settings, "sts")
	if o.Role == "" || base != "" && sts == "" {
		who, err = a.self(ctx, o.Service, base, own)
		return base, who, err
	}
	signer, err := a.self(ctx, o.Service, sts, own)
	if err != nil {
		return "", nil, err
	}
	return base, a.role(roleKey{o.Role, o.Region, sts, signer == placeholder}, signer), nil
}

var errNoCaller = errors.New("the caller's credentials are not known")

// self returns the gateway's own credentials. Chosen: what an operator has put
// in the place of a service gets a signature in any case, made with no secret if
// there is none.
func (a *AWS) self(ctx context.Context, service, base string, own *rotating) (*rotating, error) {
	_, err := own.retrieve(ctx)
	switch {
	case err == nil:
		return own, nil
	case ctx.Err() != nil:
		return nil, err
	case base != "":
		return placeholder, nil
	}
	return nil, &NotConfigured{Service: service, Err: err}
}
