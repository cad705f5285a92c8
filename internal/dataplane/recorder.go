package dataplane

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"postern/internal/apigw"
	"postern/internal/message"
)

// This file remembers the last exchanges with their execution logs.
//
//   - What is kept has no secrets: values of Authorization, cookies, API keys and
//     the like are masked wherever they occur in a line, such as in the event of
//     a function or in the address of a backend.
//   - A line is cut as those of CloudWatch are.
//   - The oldest exchanges make room, by number and by bytes.
//
// See "Set up CloudWatch logging for REST APIs in API Gateway".

// Limits of what is remembered, in bytes.
const (
	maxLine     = 1024     // of a line; what is cut ends in [TRUNCATED]
	maxTrace    = 64 << 10 // of the lines of one exchange
	maxRecorded = 32 << 20 // of all exchanges
	minLine     = 128      // that a line keeps, whatever stands before it
)

// maxBody is how much of a payload a line takes before it is masked and cut, in
// bytes: no secret of a header lies across its end and begins before maxLine.
const maxBody = maxLine + 64<<10

// A Recorder remembers the last exchanges of a Gateway. It is safe for concurrent
// use.
type Recorder struct {
	size int

	mu      sync.Mutex
	list    []*Recorded // the oldest first
	bytes   int         // that list takes
	added   int64       // exchanges ever
	changed chan struct{}
}

// NewRecorder returns a recorder of the last size exchanges.
func NewRecorder(size int) *Recorder { return &Recorder{size: size} }

// Size returns how many exchanges are remembered at most.
func (r *Recorder) Size() int { return r.size }

// A Recorded is an exchange as it is remembered. It is read-only, and has no
// secrets.
type Recorded struct {
	Number     int64 // from 1, as they came to their end
	RequestID  string
	ExtendedID string
	TraceID    string // X-Amzn-Trace-Id

	API          string
	Stage        string
	HTTPMethod   string
	ResourcePath string // empty: no resource was found
	Path         string // below the stage
	URL          string // as the client asked
	Header       message.Header
	Peer         string

	Status             int
	BackendStatus      int // 0: no backend answered
	Start              time.Time
	Latency            time.Duration
	IntegrationLatency time.Duration // 0: no backend was called
	Cache              CacheResult
	RequestBytes       int // of the payload, as it was sent
	ResponseBytes      int // of the payload, as it is sent

	Failure *Failure // nil: the method answered
	Lines   []TraceLine
	bytes   int
}

// A Failure is a Fault as it is remembered.
type Failure struct {
	Type    apigw.GatewayResponseType
	Station Station // where the request was
	Message string  // what the client is told
	Log     string  // what the execution log says; empty: nothing
	Cause   string  // what is known beyond that, such as the place in a template
}

// trace returns the log of an exchange that is going to be recorded.
func (r *Recorder) trace(now func() time.Time) *Trace {
	const usual = 20 // lines
	return &Trace{Now: now, most: maxBody, Lines: make([]TraceLine, 0, usual)}
}

// record remembers x, whose answer is made. It keeps no memory of x but the lines.
func (r *Recorder) record(x *exchange, latency time.Duration) *Recorded {
	c, req := &x.scope.Context, x.request
	hide := x.secrets()
	text := func(s string) string { return strings.Clone(truncate(hide(s), maxLine)) }
	e := &Recorded{
		RequestID:          strings.Clone(c.RequestID),
		ExtendedID:         strings.Clone(c.ExtendedRequestID),
		TraceID:            text(x.traceID),
		API:                text(x.record.API),
		Stage:              text(x.record.Stage),
		HTTPMethod:         text(c.HTTPMethod),
		ResourcePath:       x.record.ResourcePath,
		Path:               text(x.record.Path),
		URL:                text(asked(req)),
		Peer:               strings.Clone(req.Peer),
		Status:             x.res.Status,
		Start:              x.record.Start,
		Latency:            latency,
		IntegrationLatency: x.record.IntegrationLatency,
		Cache:              x.record.Cache,
		RequestBytes:       len(req.Body),
		ResponseBytes:      len(x.res.Body),
		Header:             make(message.Header, len(req.Header)),
	}
	if n, ok := c.Integration.IntegrationStatus.Value(); ok {
		e.BackendStatus = int(n)
	}
	for i, f := range req.Header {
		value := f.Value
		if secretHeader(f.Name) {
			value = mask(value)
		}
		e.Header[i] = message.Field{Name: strings.Clone(f.Name), Value: text(value)}
		e.bytes += len(f.Name) + len(e.Header[i].Value)
	}
	if f := x.record.Fault; f != nil {
		e.Failure = &Failure{Type: f.Type, Station: x.trace.failed, Message: text(f.Message), Log: text(f.Log), Cause: text(f.cause())}
	}
	lines := 0
	e.Lines = slices.Clip(x.trace.Lines)
	if x.trace.most == 0 {
		e.Lines = slices.Clone(e.Lines) // of a caller who wants them whole
	}
	for i := range e.Lines {
		l := &e.Lines[i]
		l.Text = truncate(hide(l.Text), min(maxLine, max(maxTrace-lines, minLine)))
		lines += len(l.Text)
	}
	const fixed = 1024 // bookkeeping, roughly
	e.bytes += fixed + lines + len(e.URL) + len(e.Path)
	r.add(e)
	return e
}

func (r *Recorder) add(e *Recorded) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.added++
	e.Number = r.added
	r.list = append(r.list, e)
	r.bytes += e.bytes
	for len(r.list) > r.size || r.bytes > maxRecorded && len(r.list) > 1 {
		r.bytes -= r.list[0].bytes
		r.list[0] = nil
		r.list = r.list[1:]
	}
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// lost says of an exchange that its client did not take the answer.
func (r *Recorder) lost(e *Recorded, log string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.list) - 1; i >= 0; i-- {
		if r.list[i] == e {
			without := *e
			without.Failure = &Failure{Type: apigw.IntegrationFailure, Station: AtMethodResponse, Log: log}
			r.list[i] = &without
			return
		}
	}
}

// Since returns the exchanges after number that are remembered, the oldest first,
// the number of the last there was, and what is closed when there are more.
func (r *Recorder) Since(number int64) (list []*Recorded, last int64, changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	if missed := r.added - number; missed > 0 {
		list = slices.Clone(r.list[max(0, len(r.list)-int(min(missed, int64(len(r.list))))):])
	}
	return list, r.added, r.changed
}

// Find returns the exchanges that an id means, the newest first: a request id or
// its beginning of at least four characters, an extended request id, or an
// X-Amzn-Trace-Id, of which the root is enough. whole says that it is more than
// the beginning of their ids.
func (r *Recorder) Find(id string) (found []*Recorded, whole bool) {
	list, _, _ := r.Since(0)
	slices.Reverse(list)
	root := traceRoot(id)
	if root == "" {
		root = id
	}
	var begins []*Recorded
	for _, e := range list {
		switch {
		case strings.EqualFold(e.RequestID, id), e.ExtendedID == id, traceRoot(e.TraceID) == root:
			found = append(found, e)
		case len(id) >= 4 && len(id) <= len(e.RequestID) && strings.EqualFold(e.RequestID[:len(id)], id):
			begins = append(begins, e)
		}
	}
	if found != nil {
		return found, true
	}
	return begins, false
}

// asked is the address that a client asked.
func asked(req *message.Request) string {
	out := req.Scheme + "://" + req.Host + req.Path
	if req.Query != "" {
		out += "?" + req.Query
	}
	return out
}

// secrets returns what masks the secrets of x in a text.
func (x *exchange) secrets() func(string) string {
	const short = 6 // characters; shorter ones say nothing, and would be found everywhere
	var values []string
	add := func(v string) {
		if len(v) <= short {
			return
		}
		values = append(values, v)
		if quoted := string(appendJSON(nil, v)); len(quoted) != len(v)+2 {
			values = append(values, quoted[1:len(quoted)-1])
		}
	}
	for _, h := range []message.Header{x.request.Header, x.res.Header} {
		for _, f := range h {
			if !secretHeader(f.Name) {
				continue
			}
			add(f.Value)
			if _, credentials, ok := strings.Cut(f.Value, " "); ok {
				add(credentials)
			}
		}
	}
	for _, p := range x.query {
		if secretHeader(p.Name) {
			add(p.Value)
		}
	}
	if x.request.Query != "" {
		for part := range strings.SplitSeq(x.request.Query, "&") {
			if name, value, _ := strings.Cut(part, "="); secretHeader(name) {
				add(value) // as it was sent, in the address
			}
		}
	}
	add(x.usageKey)
	if len(values) == 0 {
		return func(s string) string { return s }
	}
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) }) // the first that fits counts
	pairs := make([]string, 0, 2*len(values))
	for _, v := range values {
		pairs = append(pairs, v, mask(v))
	}
	return strings.NewReplacer(pairs...).Replace
}

// cause is what is known of a fault beyond its log: what its errors say, without
// those that repeat it, and without the end of a context, which says no more.
func (f *Fault) cause() string {
	err := f.Err
	for err != nil && err.Error() == f.Log {
		err = errors.Unwrap(err)
	}
	if err == nil || err == context.DeadlineExceeded || err == context.Canceled {
		return ""
	}
	return err.Error()
}

// truncate cuts a text as CloudWatch Logs cuts the events of API Gateway.
func truncate(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + " [TRUNCATED]"
}
