package function

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"postern/internal/backend"
)

// See "Lambda quotas", invocation payload.
const (
	maxPayload      = 6_291_456
	maxEventPayload = 1_048_576
)

// A Function is an open version of a function. It is safe for concurrent use.
type Function struct {
	runner *Runner
	config Config
	code   []string // directories: the function's, then those of its layers
	use    *use

	mu         sync.Mutex
	idle       []*instance   // the one used last at the end
	queue      []*invocation // that no instance has taken yet
	all        map[*instance]bool
	starting   int // instances that will take from the queue
	returning  int // instances that have answered and will be ready at once, as a rule
	generation int // of the code
	changing   bool
	retired    bool
	closed     bool
	watcher    *watcher
	janitor    *time.Timer
	sweeping   bool // janitor will fire
	nudge      *time.Timer
}

// Invoke runs one invocation. Of call it reads Type, Payload, PayloadChecked,
// RequestID, TraceID, ClientContext, LogTail and, for the function's context
// object, ARN, which may name a version or alias.
//
//   - RequestResponse (or ""): the answer has Status 200 when the invocation has
//     ended, well or not: what went wrong inside the function is in
//     FunctionError and Payload.
//   - Event: the answer has Status 202 at once. The invocation is queued, and
//     run again if it ends with an error (see Config.Retries).
//   - DryRun: Status 204, and nothing runs.
//
// It keeps nothing of call when it returns.
//
// It fails with a *backend.FunctionRefused if the payload is not JSON or too
// large, or if too many invocations run (TooManyRequestsException), and with the
// error of ctx when that ends first. The invocation then still runs to its
// end, as it does in Lambda when a caller hangs up.
func (f *Function) Invoke(ctx context.Context, call *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	limit := maxPayload
	switch call.Type {
	case "", "RequestResponse":
	case "Event":
		limit = maxEventPayload
	case "DryRun":
		return &backend.FunctionAnswer{Status: 204, ExecutedVersion: f.config.Version}, nil
	default:
		return nil, &backend.FunctionRefused{Status: 400, Code: "InvalidParameterValueException",
			Reason: fmt.Sprintf("%q is not one of Event, RequestResponse, DryRun", call.Type)}
	}
	if len(call.Payload) > limit {
		return nil, &backend.FunctionRefused{Status: 413, Code: "RequestTooLargeException",
			Reason: fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit)}
	}
	if !call.PayloadChecked && len(call.Payload) > 0 {
		if err := checkJSON(call.Payload); err != nil {
			return nil, &backend.FunctionRefused{Status: 400, Code: "InvalidRequestContentException",
				Reason: "Could not parse request body into json: " + err.Error()}
		}
	}
	if call.ClientContext != "" && !json.Valid([]byte(call.ClientContext)) {
		return nil, &backend.FunctionRefused{Status: 400, Code: "InvalidRequestContentException", Reason: "Client context must be a valid Base64-encoded JSON object."}
	}
	v := &invocation{requestID: call.RequestID, traceID: call.TraceID, arn: call.ARN, client: call.ClientContext,
		payload: call.Payload, logTail: call.LogTail}
	if v.requestID == "" || strings.ContainsFunc(v.requestID, outsideID) {
		v.requestID = newRequestID()
	}
	if v.arn == "" {
		v.arn = f.config.ARN
	}
	if len(v.payload) == 0 {
		v.payload = []byte("{}")
	}
	if call.Type == "Event" {
		v.payload = slices.Clone(v.payload)
		return f.runner.queueEvent(f, v)
	}
	ok, reserved := f.runner.admit(f.use)
	if !ok {
		return nil, throttled()
	}
	v.reserved = reserved
	v.done = make(chan outcome, 1)
	if err := ctx.Err(); err != nil {
		v.payload = slices.Clone(v.payload)
		f.dispatch(v)
		return nil, err
	}
	if p := f.submit(v); p != nil {
		p.run(ctx, v)
		select {
		case out := <-v.done:
			return out.answer, out.err
		default: // and to be told when ctx ends is dear
		}
	}
	select {
	case out := <-v.done:
		return out.answer, out.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// outsideID reports characters that no request ID has, and that would do harm in
// a header field or a path.
func outsideID(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-'
}

func throttled() error {
	return &backend.FunctionRefused{Status: 429, Code: "TooManyRequestsException", Reason: "Rate Exceeded."}
}

// checkJSON says what is wrong with a payload and where.
func checkJSON(b []byte) error {
	if json.Valid(b) {
		return nil
	}
	var raw json.RawMessage
	return json.Unmarshal(b, &raw)
}

// newRequestID makes a UUID of version 4. It names an invocation and protects
// nothing, so that it need not be unpredictable.
func newRequestID() string {
	var b [16]byte
	binary.NativeEndian.PutUint64(b[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(b[8:], rand.Uint64())
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var s [36]byte
	hex.Encode(s[:8], b[:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:], b[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// Retire says that f is replaced or deleted: idle instances end now, busy ones
// after their invocation, and its directory is watched no longer. Invoke still
// works for who holds f, with instances that end after use.
func (f *Function) Retire() {
	f.mu.Lock()
	if f.retired || f.closed {
		f.mu.Unlock()
		return
	}
	f.retired = true
	f.changing = false
	idle := f.idle
	f.idle = nil
	w := f.watcher
	f.watcher = nil
	f.mu.Unlock()

	f.kick() // who waited for a change to settle
	f.runner.forget(f)
	if w != nil {
		w.close()
	}
	for _, i := range idle {
		i.end(nil)
	}
	f.closeCode(f.code)
	f.forgotten()
}

// close ends everything. Nothing starts afterwards.
func (f *Function) close() {
	f.mu.Lock()
	f.closed = true
	queue := f.queue
	f.queue = nil
	all := make([]*instance, 0, len(f.all))
	for i := range f.all {
		all = append(all, i)
	}
	w := f.watcher
	f.watcher = nil
	for _, timer := range []*time.Timer{f.janitor, f.nudge} {
		if timer != nil {
			timer.Stop()
		}
	}
	f.mu.Unlock()
	if w != nil {
		w.close()
	}
	for _, v := range queue {
		f.finish(v, nil, errClosed)
	}
	for _, i := range all {
		i.end(&failure{kind: "closed"})
	}
}

// forgotten drops a retired function from its Runner when nothing of it runs.
func (f *Function) forgotten() {
	r := f.runner
	r.mu.Lock()
	defer r.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.retired && len(f.all) == 0 && f.starting == 0 && !r.closed {
		delete(r.functions, f)
	}
}

// openCode makes sure that code and layers are there, and returns where.
func (f *Function) openCode() (dirs []string, err error) {
	below := f.runner.dir + "/code"
	for _, c := range append([]Code{f.config.Code}, f.config.Layers...) {
		dir, err := f.runner.code.open(c, below)
		if err != nil {
			f.closeCode(dirs)
			return nil, err
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

func (f *Function) closeCode(dirs []string) {
	for i, dir := range dirs {
		c := f.config.Code
		if i > 0 {
			c = f.config.Layers[i-1]
		}
		f.runner.code.close(c, dir)
	}
}

// watch has instances replaced when their code changes. Where nothing can be
// watched, code is as it was when an instance started.
func (f *Function) watch() {
	var dirs []string
	for i, c := range append([]Code{f.config.Code}, f.config.Layers...) {
		if c.Dir != "" {
			dirs = append(dirs, f.code[i])
		}
	}
	if dirs == nil {
		return
	}
	w, err := watch(dirs, f.changes, f.changed)
	if err != nil {
		if f.config.Log != nil {
			f.config.Log(Line{Time: time.Now(), Text: fmt.Sprintf("changes of %s will not be seen: %v", f.code[0], err)})
		}
		return
	}
	f.mu.Lock()
	f.watcher = w
	f.mu.Unlock()
}

// changes says that files are being written: who comes now waits.
func (f *Function) changes() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changing = !f.retired
}

// changed says that files have been written.
func (f *Function) changed() {
	f.mu.Lock()
	f.changing = false
	f.generation++
	old := f.idle
	f.idle = nil
	f.mu.Unlock()
	for _, i := range old {
		i.end(nil)
	}
	f.kick()
}

// dispatch has an invocation run and does not wait for it. Nobody else writes to
// its payload.
func (f *Function) dispatch(v *invocation) {
	if p := f.submit(v); p != nil {
		go p.run(context.Background(), v)
	}
}

// submit gives an invocation to an idle instance, or queues it and starts one.
// If it returns a pipe, then the caller is to run v with it.
func (f *Function) submit(v *invocation) *pipe {
	for {
		f.mu.Lock()
		if f.closed {
			f.mu.Unlock()
			f.finish(v, nil, errClosed)
			return nil
		}
		if n := len(f.idle); n > 0 && !f.changing {
			i := f.idle[n-1]
			f.idle[n-1] = nil
			f.idle = f.idle[:n-1]
			f.mu.Unlock()
			if p, ok := i.begin(v); ok {
				return p
			}
			continue // it has just ended
		}
		if v.done != nil {
			v.payload = slices.Clone(v.payload) // its caller may leave
		}
		v.generation = f.generation
		if f.changing {
			v.generation++
		}
		f.queue = append(f.queue, v)
		f.mu.Unlock()
		f.kick()
		return nil
	}
}

// kick starts as many instances as the queue needs, some at a time: with more
// at once they would only be slower to start, and one that is freed meanwhile
// takes from the queue as well.
func (f *Function) kick() { f.kickFor(true) }

// returnWithin is how long the queue waits for an instance that has answered.
const returnWithin = 50 * time.Millisecond

func (f *Function) kickFor(trust bool) {
	for {
		f.mu.Lock()
		if f.closed || f.changing || f.starting >= len(f.queue) || f.starting >= max(4, 2*runtime.GOMAXPROCS(0)) {
			f.mu.Unlock()
			return
		}
		if trust && f.starting+f.returning >= len(f.queue) {
			if f.nudge == nil {
				f.nudge = time.AfterFunc(returnWithin, func() { f.kickFor(false) })
			} else {
				f.nudge.Reset(returnWithin)
			}
			f.mu.Unlock()
			return
		}
		f.starting++
		f.mu.Unlock()
		f.start(nil)
	}
}

// answered says that an instance will soon be ready again.
func (f *Function) answered(change int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.returning += change
}

// start starts an instance and comes back at once.
func (f *Function) start(bound *invocation) {
	if !f.runner.enter(f) {
		f.ended(nil, true, bound, nil, failed("closed", ""))
		return
	}
	go func() {
		defer f.runner.exit()
		f.run(bound)
	}()
}

// ready takes an instance that waits for its next invocation: its first, or
// after it has returned from one.
func (f *Function) ready(i *instance, first, returned bool) {
	f.mu.Lock()
	if first {
		f.starting--
	} else if returned {
		f.returning--
	}
	// What came before the code changed may run with the code of then: so a
	// function that writes into its own folder comes to an end, too.
	serves := len(f.queue) > 0 && f.queue[0].generation <= i.generation
	switch {
	case f.closed, !serves && (i.generation != f.generation || f.changing || f.retired):
		f.mu.Unlock()
		i.end(nil)
		f.kick()
		return
	case !serves:
		f.idle = append(f.idle, i)
		f.sweep(i.idleSince)
		f.mu.Unlock()
		return
	}
	v := f.queue[0]
	f.queue = f.queue[1:]
	f.mu.Unlock()
	i.take(v)
}

// withdraw takes an instance out of the idle ones, and reports whether it was
// one of them.
func (f *Function) withdraw(i *instance) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := slices.Index(f.idle, i)
	if n < 0 {
		return false
	}
	f.idle = slices.Delete(f.idle, n, n+1)
	return true
}

// sweep has unused instances ended in time. f.mu is held.
func (f *Function) sweep(since time.Time) {
	if f.sweeping || f.closed {
		return
	}
	f.sweeping = true
	after := time.Until(since.Add(f.runner.idleTimeout()))
	if f.janitor == nil {
		f.janitor = time.AfterFunc(after, f.clean)
	} else {
		f.janitor.Reset(after)
	}
}

// clean ends the instances that nobody has used for long enough.
func (f *Function) clean() {
	f.mu.Lock()
	f.sweeping = false
	limit := time.Now().Add(-f.runner.idleTimeout())
	n := 0
	for n < len(f.idle) && !f.idle[n].idleSince.After(limit) {
		n++
	}
	old := slices.Clone(f.idle[:n])
	f.idle = slices.Delete(f.idle, 0, n)
	if len(f.idle) > 0 {
		f.sweep(f.idle[0].idleSince)
	}
	f.mu.Unlock()
	for _, i := range old {
		i.end(nil)
	}
}

func (r *Runner) idleTimeout() time.Duration {
	if r.IdleTimeout == 0 {
		return 10 * time.Minute
	}
	return r.IdleTimeout
}

// ended settles what an instance leaves behind: the invocation it ran, or the
// one it was started for. i is nil if it could not be started at all.
func (f *Function) ended(i *instance, starting bool, bound, current *invocation, why *failure) {
	var retry *invocation
	f.mu.Lock()
	if i != nil {
		delete(f.all, i)
		if n := slices.Index(f.idle, i); n >= 0 {
			f.idle = slices.Delete(f.idle, n, n+1)
		}
	}
	if starting && bound == nil {
		f.starting--
		// Lambda initializes once more, within the invocation; what cannot be
		// started at all is not worth it.
		if why != nil && !f.closed && len(f.queue) > 0 {
			retry, f.queue = f.queue[0], f.queue[1:]
		}
	}
	closed := f.closed
	f.mu.Unlock()

	switch {
	case closed && retry != nil:
		f.finish(retry, nil, errClosed)
	case retry != nil && i == nil:
		f.finish(retry, f.unstarted(retry, why), nil)
	case retry != nil:
		f.start(retry)
	}
	for _, v := range []*invocation{bound, current} {
		switch {
		case v == nil:
		case closed || why == nil:
			f.finish(v, nil, errClosed)
		case i == nil:
			f.finish(v, f.unstarted(v, why), nil)
		default:
			f.finish(v, f.answer(v, why), nil)
		}
	}
	f.kick()
	f.forgotten()
}

func (f *Function) answer(v *invocation, why *failure) *backend.FunctionAnswer {
	return &backend.FunctionAnswer{Status: 200, FunctionError: "Unhandled", Payload: why.answer(v.requestID), ExecutedVersion: f.config.Version, RequestID: v.requestID, Log: v.log}
}

// unstarted is the answer when there is no instance, whose log could say why.
func (f *Function) unstarted(v *invocation, why *failure) *backend.FunctionAnswer {
	text := "RequestId: " + v.requestID + " Error: " + why.message + "\n" + why.kind
	if v.logTail {
		v.log = text + "\n"
	}
	if f.config.Log != nil {
		f.config.Log(Line{Time: time.Now(), RequestID: v.requestID, Text: text})
	}
	return f.answer(v, why)
}

// finish ends an invocation for its caller.
func (f *Function) finish(v *invocation, answer *backend.FunctionAnswer, err error) {
	f.runner.leave(f.use, v.reserved)
	if v.done != nil {
		v.done <- outcome{answer, err}
		return
	}
	f.runner.eventEnded(f, v, answer, err)
}

// checkMemory ends the instances that have taken more than they may.
func (f *Function) checkMemory() {
	f.mu.Lock()
	all := make([]*instance, 0, len(f.all))
	for i := range f.all {
		all = append(all, i)
	}
	f.mu.Unlock()
	for _, i := range all {
		i.checkMemory()
	}
}
