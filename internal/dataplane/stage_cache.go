package dataplane

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/cache"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file is the stage cache, between stations 1 and 2: an answer that is kept
// spares a request the way to the backend and back.
//
//   - A setting for all methods caches GET alone; other verbs need a setting of
//     their own.
//   - What is kept is what station 3 made: every status of the backend, and no
//     gateway response.
//   - The key is the deployment, the namespace and the cache key parameters, and
//     nothing else of the request: methods that share a namespace share entries.
//   - Chosen: on an ANY method the client's verb belongs to the key, and with
//     credentials that the caller passes on, the caller does. Sharing those
//     would answer one request with what another one was permitted or meant.
//
// See "Cache settings for REST APIs in API Gateway".

// A stageCache is how one method uses the cache of its stage. nil: it does not.
type stageCache struct {
	responses *cache.Responses
	ttl       time.Duration
	prefix    []byte // of every key: deployment and namespace
	keys      []cacheKey
	verb      string // the only one that is cached; empty: every one
	anyVerb   bool   // the verb is part of the key
	perCaller bool   // the caller is part of the key

	// What becomes of Cache-Control: max-age=0.
	authorize bool    // only for callers who may
	access    *access // who may; nil: nobody
	strategy  string
}

// A cacheKey is a compiled cache key parameter.
type cacheKey struct {
	name string // as the integration has it
	from mapping.Source
	of   string             // the parameter's own name
	expr mapping.Expression // for a parameter of the integration request
}

// stageCache prepares the cache of one method.
func (c *compiler) stageCache(r *apigw.Resource, m *apigw.Method, a *access) (*stageCache, error) {
	if c.cache == nil {
		return nil, nil
	}
	own := c.stage.MethodSettings[settingKey(r.Path, m.HTTPMethod)]
	setting := own
	if setting == nil {
		setting = c.stage.MethodSettings["*/*"]
	}
	if setting == nil || !setting.CachingEnabled || setting.CacheTTLInSeconds <= 0 {
		return nil, nil
	}
	s := &stageCache{
		responses: c.cache,
		ttl:       time.Duration(setting.CacheTTLInSeconds) * time.Second,
		anyVerb:   m.HTTPMethod == "ANY",
		perCaller: callerCredentials(c.credentials(m.Integration)),
		access:    a,
		authorize: setting.RequireAuthorizationForCacheControl,
		strategy:  setting.UnauthorizedCacheControlHeaderStrategy,
	}
	if own == nil {
		if m.HTTPMethod != "GET" && m.HTTPMethod != "ANY" {
			return nil, nil
		}
		s.verb = "GET"
	}
	s.prefix = cache.AppendPart(nil, c.snapshot.Deployment.ID)
	s.prefix = cache.AppendPart(s.prefix, m.Integration.CacheNamespace)
	for _, name := range slices.Sorted(slices.Values(m.Integration.CacheKeyParameters)) {
		k, err := compileCacheKey(name, m.Integration)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, k)
	}
	return s, nil
}

// compileCacheKey reads method.request.… or integration.request.…; the latter
// is what the integration maps to it.
func compileCacheKey(name string, in *apigw.Integration) (cacheKey, error) {
	text := name
	if strings.HasPrefix(name, "integration.request.") {
		text = in.RequestParameters[name]
		if text == "" {
			return cacheKey{name: name}, nil // never has a value
		}
	}
	e, err := mapping.ParseExpression(text)
	if err != nil {
		return cacheKey{}, errors.New("cache key " + name + ": " + err.Error())
	}
	return cacheKey{name: name, from: e.Source(), of: e.Name(), expr: e}, nil
}

// serve answers from the cache, or walks on and keeps the answer.
func (s *stageCache) serve(ctx context.Context, x *exchange, m *Method) error {
	if s.verb != "" && x.scope.Context.HTTPMethod != s.verb {
		return m.perform(ctx, x)
	}
	key, err := s.key(x)
	if err != nil {
		return m.perform(ctx, x)
	}
	fetch := func() (*message.Response, error) {
		if err := m.perform(ctx, x); err != nil {
			return nil, err
		}
		return &x.res, nil
	}
	warning := false
	if wantsFresh(x.scope.Header) {
		switch {
		case !s.authorize || s.access.mayInvalidate(x):
			x.record.Cache = CacheMiss
			_, err := s.responses.Renew(ctx, key, s.ttl, fetch)
			return err
		case s.strategy == "FAIL_WITH_403":
			return cacheControlDenied
		default:
			warning = s.strategy == "SUCCEED_WITH_RESPONSE_HEADER"
		}
	}
	kept, own, err := s.responses.Fetch(ctx, key, s.ttl, fetch)
	switch {
	case own:
		x.record.Cache = CacheMiss
	case err == nil:
		x.record.Cache = CacheHit
		x.res.Status = kept.Status
		x.res.Header = append(x.res.Header[:0], kept.Header...)
		x.res.Body = kept.Body
	case ctx.Err() == nil && !ofBackend(err):
		// Another request with this key failed by something of its own.
		x.record.Cache = CacheMiss
		err = m.perform(ctx, x)
	}
	if err == nil && warning {
		x.res.Header.Add("Warning", "199 Cache-control headers were ignored because the caller was unauthorized.")
	}
	return err
}

// ofBackend reports whether a failure is the backend's, so that every request
// with the same key would meet it.
func ofBackend(err error) bool {
	var f *Fault
	return errors.As(err, &f) && (f.Type == apigw.IntegrationFailure || f.Type == apigw.IntegrationTimeout)
}

// key is what a request's answer is kept under.
func (s *stageCache) key(x *exchange) (string, error) {
	key := append(x.cacheKey[:0], s.prefix...)
	if s.anyVerb {
		key = cache.AppendPart(key, x.scope.Context.HTTPMethod)
	}
	if s.perCaller {
		key = cache.AppendPart(key, x.scope.Context.Identity.UserARN)
	}
	var err error
	for i := range s.keys {
		if key, err = s.keys[i].appendTo(key, x); err != nil {
			break
		}
	}
	x.cacheKey = key
	return string(key), err
}

// appendTo appends the parameter's name and all of its values.
func (k *cacheKey) appendTo(key []byte, x *exchange) ([]byte, error) {
	values := x.values[:0]
	switch k.from {
	case 0: // an integration parameter that nothing is mapped to
	case mapping.MethodRequestHeader, mapping.MethodRequestMultiValueHeader:
		for _, f := range x.scope.Header {
			if message.EqualName(f.Name, k.of) {
				values = append(values, f.Value)
			}
		}
	case mapping.MethodRequestQuery, mapping.MethodRequestMultiValueQuery:
		for _, p := range x.scope.Query {
			if p.Name == k.of {
				values = append(values, p.Value)
			}
		}
	default:
		var err error
		if values, err = k.expr.AppendValues(values, &x.scope); err != nil {
			return key, err
		}
	}
	x.values = values
	key = cache.AppendPart(key, k.name)
	key = append(key, byte(min(len(values), 255)))
	for _, v := range values {
		key = cache.AppendPart(key, v)
	}
	return key, nil
}

// wantsFresh reports whether a client asks for an answer that is not kept.
// Other directives mean nothing to the stage cache.
func wantsFresh(h message.Header) bool {
	for _, f := range h {
		if !message.EqualName(f.Name, "Cache-Control") {
			continue
		}
		for directive := range strings.SplitSeq(f.Value, ",") {
			if strings.EqualFold(strings.TrimSpace(directive), "max-age=0") {
				return true
			}
		}
	}
	return false
}

// cacheControlDenied is the answer to who may not and must not ask.
var cacheControlDenied = &Fault{Type: apigw.AccessDenied, Message: "Forbidden",
	Log: "the caller is not authorized to perform execute-api:InvalidateCache (Cache-Control: max-age=0)"}
