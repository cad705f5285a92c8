package dataplane

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"postern/internal/apigw"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// A Gateway serves the stages of its routes. The zero Gateway serves none. It
// is safe for concurrent use.
type Gateway struct {
	Observe  func(*Record)    // called once for each finished exchange; may be nil
	Recorder *Recorder        // remembers the last exchanges with their execution logs; nil: none are
	Now      func() time.Time // nil: time.Now

	routes atomic.Pointer[Routes]
	pool   sync.Pool
}

// A Record is what is known of a finished exchange. It is only valid during the
// call of Observe.
type Record struct {
	API                string
	Stage              string
	RequestID          string
	HTTPMethod         string
	Path               string
	ResourcePath       string // empty: no resource was found
	Status             int
	Bytes              int // of the answer's body
	Start              time.Time
	Latency            time.Duration
	IntegrationLatency time.Duration // 0: no backend was called
	Cache              CacheResult   // what the stage cache had to say
	Fault              *Fault        // nil: the method answered
}

// A CacheResult is what became of a request at the stage cache.
type CacheResult uint8

const (
	NotCached CacheResult = iota // answers of the method are not kept
	CacheHit
	CacheMiss
)

// Swap makes routes the ones that new requests see. Requests in flight keep
// those they loaded.
func (g *Gateway) Swap(routes *Routes) { g.routes.Store(routes) }

// Routes returns the current routes, or nil.
func (g *Gateway) Routes() *Routes { return g.routes.Load() }

// Serve answers req through write and returns its error. The response is only
// valid during write, because it lives in the exchange.
func (g *Gateway) Serve(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
	x, _ := g.pool.Get().(*exchange)
	if x == nil {
		x = &exchange{}
	}
	var recorded *Recorded
	if g.Recorder != nil {
		x.trace = g.Recorder.trace(g.Now)
		g.serve(ctx, x, req)
		recorded = g.record(x) // so that whoever has the answer finds it
	} else {
		g.serve(ctx, x, req)
	}
	err := write(&x.res)
	if err != nil && x.record.Fault == nil {
		x.record.Fault = &Fault{Type: apigw.IntegrationFailure, Log: "the client went away before it had the answer", Err: err}
		if recorded != nil {
			g.Recorder.lost(recorded, x.record.Fault.Log)
		}
	}
	g.observe(x)
	x.reset()
	x.trim()
	g.pool.Put(x)
	return err
}

// Trace answers req with the execution log.
func (g *Gateway) Trace(ctx context.Context, req *message.Request, write func(*message.Response, *Trace) error) error {
	x := &exchange{trace: &Trace{Now: g.Now}}
	g.serve(ctx, x, req)
	if g.Recorder != nil {
		g.record(x)
	}
	g.observe(x)
	return write(&x.res, x.trace)
}

// record hands x to the recorder.
func (g *Gateway) record(x *exchange) *Recorded {
	return g.Recorder.record(x, g.now().Sub(x.record.Start))
}

func (g *Gateway) observe(x *exchange) {
	if g.Observe == nil {
		return
	}
	x.record.Status = x.res.Status
	x.record.Bytes = len(x.res.Body)
	x.record.Latency = g.now().Sub(x.record.Start)
	g.Observe(&x.record)
}

func (g *Gateway) now() time.Time {
	if g.Now != nil {
		return g.Now()
	}
	return time.Now()
}

// serve finds the method, walks the corridor, and leaves the answer in x.res.
func (g *Gateway) serve(ctx context.Context, x *exchange, req *message.Request) {
	x.request = req
	x.record.Start = req.Received
	if x.record.Start.IsZero() {
		x.record.Start = g.now()
	}
	routes := g.Routes()
	addr, _ := routes.Address(req.Host, req.Path)
	x.record.API, x.record.Stage, x.record.Path = addr.API, addr.Stage, addr.Path
	stage := routes.Stage(addr.API, addr.Stage)
	if stage != nil {
		stage = stage.draw()
	}
	x.stage = stage
	x.open(addr)
	err := x.walk(ctx, addr)
	responses := plainResponses
	if stage != nil {
		responses = stage.responses
	}
	if err != nil {
		var f *Fault
		if !errors.As(err, &f) {
			f = configurationError("There was an internal error while executing your request", err)
		}
		x.trace.fail(f.Log)
		x.record.Fault = f
		responses.answer(x, f)
	}
	x.trace.status("Method completed with status: ", x.res.Status, "")
	x.res.Header = append(x.res.Header,
		message.Field{Name: "x-amzn-RequestId", Value: x.scope.Context.RequestID},
		message.Field{Name: "x-amz-apigw-id", Value: x.scope.Context.ExtendedRequestID})
}

// walk finds the method and lets it serve.
func (x *exchange) walk(ctx context.Context, addr Address) error {
	switch {
	case addr.closed != nil:
		return addr.closed
	case x.stage == nil:
		return forbidden
	case x.stage.noDefaultEndpoint && !addr.Custom:
		return defaultEndpointDisabled
	}
	verb := verbIndex(x.scope.Context.HTTPMethod)
	if verb < 0 {
		return notFound(x)
	}
	m, params := x.stage.root.find(addr.Path, verb, x.path[:0])
	if m == nil {
		return notFound(x)
	}
	x.method, x.path, x.scope.Path = m, params, params
	c := &x.scope.Context
	c.ResourceID, c.ResourcePath, c.OperationName = m.resourceID, m.resourcePath, m.operation
	x.record.ResourcePath = m.resourcePath
	if x.stage.urlLimit > 0 && x.stage.arnLength(addr.Path, c.HTTPMethod) > x.stage.urlLimit {
		return requestURITooLong
	}
	return m.serve(ctx, x)
}

// arnLength returns the length in bytes of the method's ARN.
func (s *Stage) arnLength(path, verb string) int { return len(s.arn) + len(verb) + len(path) }

// draw decides between a stage's deployment and its canary.
func (s *Stage) draw() *Stage {
	if s.canary != nil && rand.Float64()*100 < s.percent {
		return s.canary
	}
	return s
}

// open fills the scope with what is known before a method is found.
func (x *exchange) open(addr Address) {
	req := x.request
	ids := newIDs()
	x.below = addr.Path
	c := &x.scope.Context
	c.APIID, c.Stage, c.DomainPrefix = addr.API, addr.Stage, addr.API
	c.RequestID, c.ExtendedRequestID, c.RequestTime = ids.request, ids.extended, x.record.Start
	c.HTTPMethod, c.Protocol = req.Method, "HTTP/1.1"
	c.Path = "/" + addr.Stage + addr.Path
	if addr.Base == "" {
		c.DomainName = hostname(req.Host)
		c.Path = belowStage(req.Path)
		if addr.Custom {
			c.DomainPrefix, _, _ = strings.Cut(c.DomainName, ".")
			if addr.BasePath != "" { // which functions see in the path. Observed.
				c.CustomDomain.BasePathMatched = addr.BasePath
				x.below = "/" + addr.BasePath + addr.Path
			}
		}
	} else {
		c.DomainName = addr.API + ".execute-api.localhost"
	}
	if req.TLS != nil {
		c.TLSVersion, c.CipherSuite = req.TLS.Version, req.TLS.CipherSuite
	}
	if s := x.stage; s != nil {
		c.AccountID, c.DeploymentID = s.accountID, s.deploymentID
		x.scope.StageVariables = s.variables
		switch {
		case s.isCanary:
			c.IsCanaryRequest = mapping.True
		case s.canary != nil:
			c.IsCanaryRequest = mapping.False
		}
	}
	x.query = parseQuery(x.query[:0], req.Query)
	x.scope.Query = x.query
	x.readHeader(ids.trace)
	c.Identity.SourceIP = req.Peer
	c.Identity.UserAgent = x.scope.Header.Get("User-Agent")
	x.record.RequestID, x.record.HTTPMethod = c.RequestID, c.HTTPMethod
}

// readHeader fills the scope with the header fields that the corridor sees:
// those of the client without the ones that end at the front, and what the
// gateway adds for the backend.
func (x *exchange) readHeader(newTrace string) {
	req, c := x.request, &x.scope.Context
	h := append(x.header[:0], message.Field{Name: "Host", Value: req.Host})
	forwardedFor, trace := "", ""
	for _, f := range req.Header {
		if rule(entering, f.Name) == drop {
			continue
		}
		switch {
		case message.EqualName(f.Name, "Host"):
			continue
		case message.EqualName(f.Name, "X-Forwarded-For"):
			forwardedFor = f.Value
			continue
		case message.EqualName(f.Name, "X-Forwarded-Port"), message.EqualName(f.Name, "X-Forwarded-Proto"):
			continue
		case message.EqualName(f.Name, "X-Amzn-Trace-Id"):
			trace = f.Value
			continue
		case message.EqualName(f.Name, "X-HTTP-Method-Override"):
			if f.Value != "" {
				c.HTTPMethod = f.Value
			}
		case message.EqualName(f.Name, "x-amzn-RequestId"):
			if isUUID(f.Value) {
				c.RequestID = f.Value
			}
			continue
		}
		h = append(h, message.Field{Name: spelling(f.Name), Value: f.Value})
	}
	x.traceID = traceHeader(trace, newTrace)
	c.XRayTraceID = traceRoot(x.traceID)
	if forwardedFor != "" {
		forwardedFor += ", " + req.Peer
	} else {
		forwardedFor = req.Peer
	}
	h = append(h,
		message.Field{Name: "X-Amzn-Trace-Id", Value: x.traceID},
		message.Field{Name: "X-Forwarded-For", Value: forwardedFor},
		message.Field{Name: "X-Forwarded-Port", Value: req.Port},
		message.Field{Name: "X-Forwarded-Proto", Value: req.Scheme},
	)
	x.header, x.scope.Header = h, h
}

// hostname is a Host without its port.
func hostname(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host[:i]
	}
	return host
}
