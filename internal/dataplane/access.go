package dataplane

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/auth"
	"postern/internal/policy"
	"postern/internal/sigv4"
)

// This file decides who may call a method.
//
//   - The API's resource policy has the first look. Without authorization it
//     decides alone: what it does not allow is denied.
//   - AWS_IAM wants a signature of one of the account's access keys. Chosen: each
//     key is a user who may call every API, so that the resource policy can only
//     deny explicitly (the table for callers of the same account).
//   - Authorizers are in authorizer.go.
//
// See "How API Gateway resource policies affect authorization workflow" and
// "Control access to a REST API with IAM permissions".

// An access is what is asked of a caller. It is read-only.
type access struct {
	resource *resourcePolicy // nil: the API has none
	iam      *auth.IAM       // nil: no signature is asked for
	now      func() time.Time

	authorizer *authorizer // nil: none is asked
	broken     *Fault      // set when the authorizer cannot be asked
}

// A resourcePolicy is who the API itself lets in.
type resourcePolicy struct {
	document *policy.Document
	broken   *Fault // set when it cannot be evaluated
}

// access prepares what is asked of a method's callers; nil: nothing.
func (c *compiler) access(where string, m *apigw.Method) *access {
	a := &access{resource: c.resourcePolicy(), now: c.suppliers.Now}
	if a.now == nil {
		a.now = time.Now
	}
	if m.AuthorizationType == apigw.AuthIAM {
		if c.suppliers.Keys == nil {
			c.warn(errors.New(where + ": nobody can call it, because it wants AWS_IAM and no access keys are known; start with --credentials FILE"))
		}
		a.iam = auth.NewIAM(auth.IAMOptions{
			Keys:      c.suppliers.Keys,
			AccountID: c.accountID,
			Partition: partition(c.region),
			Region:    c.region,
			Service:   "execute-api",
			Now:       c.suppliers.Now,
		})
	}
	if m.AuthorizationType == apigw.AuthCustom || m.AuthorizationType == apigw.AuthCognito {
		var err error
		if a.authorizer, err = c.authorizer(m); err != nil {
			a.broken = authorizerBroken(err)
			c.warn(fmt.Errorf("%s: nobody can call it: %w", where, err))
		}
	}
	if a.resource == nil && a.iam == nil && a.authorizer == nil && a.broken == nil {
		return nil
	}
	return a
}

// resourcePolicy compiles the API's policy once for all methods of a stage.
func (c *compiler) resourcePolicy() *resourcePolicy {
	text := c.snapshot.API.Policy
	if text == "" || c.resources != nil {
		return c.resources
	}
	c.resources = &resourcePolicy{}
	base := "arn:" + partition(c.region) + ":execute-api:" + c.region + ":" + c.accountID + ":" + c.snapshot.API.ID + "/"
	document, err := policy.ParseResource([]byte(text), policy.Options{Expand: func(resource string) string {
		if short, ok := strings.CutPrefix(resource, "execute-api:/"); ok {
			return base + short
		}
		return resource
	}})
	if err != nil {
		f := *forbidden
		f.Log = "the API's resource policy cannot be evaluated, so its methods stay closed: " + err.Error()
		c.resources.broken = &f
		c.warn(errors.New(f.Log))
	}
	c.resources.document = document
	return c.resources
}

// partition is the part of AWS that a region is in, as ARNs name it.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// check turns a caller away, or lets him in and says in x who he is.
func (a *access) check(ctx context.Context, x *exchange) error {
	if a.resource != nil && a.resource.broken != nil {
		return a.resource.broken
	}
	switch {
	case a.broken != nil:
		return a.broken
	case a.authorizer != nil && a.authorizer.function != nil:
		return a.custom(ctx, x)
	case a.authorizer != nil:
		return a.cognito(ctx, x)
	case a.iam == nil:
		return a.byResource(x)
	}
	p, err := a.iam.Authenticate(x.request)
	if err != nil {
		return signatureFault(err)
	}
	x.signedBy(p)
	if a.resource != nil && a.decide(x, invokeAction) == policy.ExplicitDeny {
		return x.denied(true)
	}
	return nil
}

// byResource lets in whom the resource policy allows to call.
func (a *access) byResource(x *exchange) error {
	switch a.decide(x, invokeAction) {
	case policy.Allow:
		return nil
	case policy.ExplicitDeny:
		return x.denied(true)
	}
	return x.denied(false)
}

// mayInvalidate reports whether a caller who was let in may also have an entry
// of the stage cache renewed: who has signed, unless the resource policy denies
// it, and otherwise whom the resource policy allows it.
//
// See "Require authorization to invalidate cache for REST APIs".
func (a *access) mayInvalidate(x *exchange) bool {
	if a == nil {
		return false
	}
	decision := policy.ImplicitDeny
	if a.resource != nil {
		decision = a.decide(x, invalidateAction)
	}
	return decision == policy.Allow || x.caller != nil && decision != policy.ExplicitDeny
}

// decide asks the resource policy.
func (a *access) decide(x *exchange, action string) policy.Decision {
	r := policy.Request{
		Action:   action,
		Resource: x.methodARN(),
		Value:    func(key string) []string { return x.conditionKey(key, a.now) },
	}
	if x.caller != nil {
		r.PrincipalARN, r.PrincipalAccount = x.caller.ARN, x.caller.AccountID
	}
	return a.resource.document.Evaluate(&r)
}

// The actions of execute-api, as policies compare them.
const (
	invokeAction     = "execute-api:invoke"
	invalidateAction = "execute-api:invalidatecache"
)

// methodARN is the ARN of the method that x calls, with the verb and the path of
// the request.
func (x *exchange) methodARN() string {
	s := x.stage
	return s.arn + x.scope.Context.HTTPMethod + "/" + strings.TrimPrefix(x.record.Path, "/")
}

// stageARN is the beginning of the ARNs of a stage's methods.
func stageARN(region, account, api, stage string) string {
	return "arn:" + partition(region) + ":execute-api:" + region + ":" + account + ":" + api + "/" + stage + "/"
}

// conditionKey returns the values of a condition key, whose name is in small
// letters.
//
// See "AWS condition keys that can be used in API Gateway resource policies".
func (x *exchange) conditionKey(key string, now func() time.Time) []string {
	one := func(value string) []string {
		if value == "" {
			return nil
		}
		return []string{value}
	}
	switch key {
	case "aws:sourceip":
		return one(x.request.Peer)
	case "aws:useragent":
		return one(x.scope.Context.Identity.UserAgent)
	case "aws:referer":
		return one(x.scope.Header.Get("Referer"))
	case "aws:securetransport":
		return one(strconv.FormatBool(x.request.Scheme == "https"))
	case "aws:currenttime":
		return one(now().UTC().Format(time.RFC3339))
	case "aws:epochtime":
		return one(strconv.FormatInt(now().Unix(), 10))
	}
	p := x.caller
	if p == nil {
		return nil
	}
	switch key {
	case "aws:principalarn":
		return one(p.ARN)
	case "aws:principalaccount":
		return one(p.AccountID)
	case "aws:principaltype":
		return one("User")
	case "aws:userid":
		return one(p.UserID)
	case "aws:username":
		return one(p.UserName)
	}
	return nil
}

// signedBy says in x who has signed. The signature ends here: it is not for the
// backend.
//
// See "Authorization" in "Amazon API Gateway important notes".
func (x *exchange) signedBy(p *auth.Principal) {
	x.caller = p
	id := &x.scope.Context.Identity
	id.AccessKey, id.AccountID = p.AccessKeyID, p.AccountID
	id.Caller, id.User, id.UserARN = p.UserID, p.UserID, p.ARN
	x.header.Del("Authorization")
	x.scope.Header = x.header
}

// denied is the fault of a caller whom the resource policy does not let in.
// Observed.
func (x *exchange) denied(explicitly bool) *Fault {
	user := "anonymous"
	if x.caller != nil {
		user = x.caller.ARN
	}
	message := "User: " + user + " is not authorized to perform: execute-api:Invoke on resource: " + x.maskedARN()
	if explicitly {
		message += " with an explicit deny in a resource-based policy"
	} else {
		message += " because no resource-based policy allows the execute-api:Invoke action"
	}
	return &Fault{Type: apigw.AccessDenied, Message: message, Early: true, Denied: true}
}

// maskedARN is the method's ARN with the last four digits of the account alone.
func (x *exchange) maskedARN() string {
	account := x.stage.accountID
	if len(account) < 5 {
		return x.methodARN()
	}
	return strings.Replace(x.methodARN(), ":"+account+":", ":********"+account[len(account)-4:]+":", 1)
}

// signatureFault is the fault of a refused signature.
//
// See "Gateway response types for API Gateway".
func signatureFault(err error) error {
	e, ok := errors.AsType[*sigv4.Error](err)
	if !ok {
		return err
	}
	f := &Fault{Type: apigw.InvalidSignature, ErrorType: string(e.Code), Message: e.Message, Early: true}
	switch e.Code {
	case sigv4.MissingAuthenticationToken:
		return missingAuthenticationToken
	case sigv4.ExpiredToken:
		f.Type = apigw.ExpiredToken
	}
	return f
}

// notFound is the fault of a request that no method is for. If it has an
// Authorization header, that is read as a signature first. Observed.
func notFound(x *exchange) error {
	if !x.request.Header.Has("Authorization") {
		return missingAuthenticationToken
	}
	if err := auth.Malformed(x.request); err != nil {
		return signatureFault(err)
	}
	return missingAuthenticationToken
}
