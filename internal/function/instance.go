package function

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"postern/internal/backend"
)

// A state is what an instance is doing, as the Runtime API shows it.
type state int

const (
	starting  state = iota // it has not asked for an invocation yet
	idle                   // it waits for one
	busy                   // it runs one
	returning              // it has answered and has not asked for the next
	dying                  // it was told to end
	dead
)

// An instance is one process group of a function, and what it is told.
type instance struct {
	function   *Function
	generation int      // of the code it started with
	dirs       []string // its hold on the code
	log        *log
	process    *process
	listener   net.Listener
	pipe       *pipe // nil: it has a bootstrap of its own
	born       time.Time
	counted    bool // in Function.starting, while it starts
	work       sync.WaitGroup

	mu         sync.Mutex
	state      state
	bound      *invocation // it was started for this one alone, which has not begun
	current    *invocation
	parked     channel // that waits for an event
	channels   map[channel]bool
	why        *failure // it is ended for this; nil: it ends by itself
	initError  *failure // as reported
	initTime   time.Duration
	reportInit bool      // the next REPORT tells initTime
	deadline   time.Time // of starting or current
	timer      *time.Timer
	fires      time.Time // when timer does; zero: it does not
	idleSince  time.Time // written before it becomes idle
	memory     int64     // bytes, the most that was seen
	memoryAt   time.Time
}

// A channel is a connection from an instance that events go to: a *pipe or a
// *conn.
type channel interface{ close() }

// run starts an instance and stays with it to its end.
func (f *Function) run(bound *invocation) {
	i, why := f.launch(bound)
	if why != nil {
		f.ended(nil, true, bound, nil, why)
		return
	}
	i.exited(i.process.wait())
}

// launch starts the process of an instance.
func (f *Function) launch(bound *invocation) (*instance, *failure) {
	f.mu.Lock()
	generation := f.generation
	f.mu.Unlock()
	dirs, err := f.openCode()
	if err != nil {
		return nil, failed("Runtime.InvalidEntrypoint", "%v", err)
	}
	i, why := f.launchIn(dirs)
	if why != nil {
		f.closeCode(dirs)
		return nil, why
	}
	i.generation, i.bound, i.counted = generation, bound, bound == nil
	if bound != nil {
		i.log.begin(bound, f.config.Version)
	}

	limit := f.runner.initTimeout
	if limit == 0 {
		limit = initTimeout
	}
	if bound != nil {
		limit = f.config.Timeout
	}
	i.mu.Lock()
	i.deadline = i.born.Add(limit)
	i.timer, i.fires = time.AfterFunc(limit, i.expired), i.deadline
	i.mu.Unlock()

	f.mu.Lock()
	if f.all == nil {
		f.all = map[*instance]bool{}
	}
	f.all[i] = true
	closed := f.closed
	f.mu.Unlock()
	i.work.Go(i.log.follow)
	if i.pipe != nil {
		i.channels[i.pipe] = true
		i.work.Add(1)
		go i.pipe.follow(context.Background(), nil)
	}
	i.work.Go(i.accept)
	if closed {
		i.end(failed("closed", ""))
	}
	return i, nil
}

func (f *Function) launchIn(dirs []string) (*instance, *failure) {
	r := f.runner
	in, err := r.interpreter(f.config.Runtime)
	if err != nil {
		return nil, failed("Runtime.InvalidEntrypoint", "%v", err)
	}
	runtimeDir := r.dir + "/runtime"
	args, err := f.arguments(in, dirs, runtimeDir)
	if err != nil {
		return nil, failed("Runtime.InvalidEntrypoint", "%v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, failed("Runtime.Unknown", "%v", err)
	}
	stream := newStream(f.config.Version)
	env := f.environment(in, dirs, stream, listener.Addr().String(), runtimeDir)
	i := &instance{function: f, dirs: dirs, listener: listener, born: time.Now(), channels: map[channel]bool{}}
	var theirs []*os.File // ends of the pipe
	if in.language != provided {
		if theirs, err = i.openPipe(); err != nil {
			listener.Close()
			return nil, failed("Runtime.Unknown", "%v", err)
		}
		defer closeFiles(theirs)
	}
	var output *os.File
	r.spawn(func() { i.process, output, err = startProcess(args, dirs[0], env, theirs) })
	if err != nil {
		i.closeEnds()
		return nil, failed("Runtime.InvalidEntrypoint", "%v", err)
	}
	l, err := newLog(f.config.Log, stream, in.language != provided, output)
	if err != nil {
		i.process.kill()
		i.process.wait()
		i.closeEnds()
		output.Close()
		return nil, failed("Runtime.Unknown", "%v", err)
	}
	l.platform("INIT_START Runtime Version: " + string(in.language) + ":" + in.version)
	if in.note != "" {
		l.platform(in.note)
	}
	i.log = l
	return i, nil
}

// openPipe makes the pipe, and returns the ends that the process gets.
func (i *instance) openPipe() (theirs []*os.File, err error) {
	read, events, err := pipeTo()
	if err != nil {
		return nil, err
	}
	answers, write, err := pipeFrom()
	if err != nil {
		closeFiles([]*os.File{read, events})
		return nil, err
	}
	if i.pipe, err = newPipe(i, events, answers); err != nil {
		closeFiles([]*os.File{read, events, answers, write})
		return nil, err
	}
	return []*os.File{read, write}, nil
}

func closeFiles(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// closeEnds closes what an instance that did not start would have used.
func (i *instance) closeEnds() {
	i.listener.Close()
	if i.pipe != nil {
		i.pipe.close()
	}
}

func newStream(version string) string {
	var b [16]byte
	rand.Read(b[:])
	return time.Now().UTC().Format("2006/01/02/") + "[" + version + "]" + hex.EncodeToString(b[:])
}

// park has c wait for an event. It reports false if the instance may not ask now.
func (i *instance) park(c channel) bool {
	i.mu.Lock()
	was := i.state
	if was == starting {
		i.log.drain()
	}
	switch was {
	case busy:
		i.mu.Unlock()
		return false
	case dying, dead:
		i.mu.Unlock()
		return true
	case idle: // a new connection instead of the old one
		old := i.parked
		i.parked = c
		i.mu.Unlock()
		if old != nil && old != c {
			old.close()
		}
		return true
	case starting:
		i.initTime = time.Since(i.born)
		i.reportInit = i.bound == nil
	}
	i.parked, i.state, i.idleSince = c, idle, time.Now()
	bound := i.bound
	i.bound = nil
	i.mu.Unlock()

	f := i.function
	switch {
	case bound == nil:
		f.ready(i, was == starting && i.counted, was == returning)
	default:
		i.take(bound)
	}
	return true
}

// unpark says that c has gone. An instance may come back with another one.
func (i *instance) unpark(c channel) {
	i.mu.Lock()
	delete(i.channels, c)
	lost := i.state == idle && i.parked == c
	if lost {
		i.parked = nil
	}
	i.mu.Unlock()
	// Nobody can begin on it now: it has to be out of the idle ones before it parks again.
	if lost && i.function.withdraw(i) {
		i.mu.Lock()
		if i.state == idle && i.parked == nil {
			i.state = returning
			i.function.answered(+1)
		}
		i.mu.Unlock()
	}
}

// largeEvent is from which size on an event may not fit into the buffers of a
// connection, so that writing it may wait for the function.
const largeEvent = 64 << 10 // bytes

// take runs v and does not wait for it: in this instance, or if it cannot in
// another one. Nobody else writes to v.payload.
func (i *instance) take(v *invocation) {
	switch p, ok := i.begin(v); {
	case !ok:
		i.function.dispatch(v)
	case p != nil:
		go p.run(context.Background(), v)
	}
}

// begin has v begin. If it returns a pipe, then the caller is to run v with it.
// It reports false if the instance cannot: v is still to be run.
func (i *instance) begin(v *invocation) (p *pipe, ok bool) {
	f := i.function
	i.mu.Lock()
	if i.state != idle || i.parked == nil {
		i.mu.Unlock()
		return nil, false
	}
	c := i.parked
	i.parked, i.state, i.current = nil, busy, v
	v.begun = time.Now()
	i.deadline = v.begun.Add(f.config.Timeout)
	deadline := i.deadline
	// A timer that fires too early is set anew then. To set it for each invocation
	// would cost a system call.
	if i.fires.IsZero() || i.fires.After(i.deadline) {
		i.timer.Reset(f.config.Timeout)
		i.fires = i.deadline
	}
	large := len(v.payload) >= largeEvent
	p, _ = c.(*pipe)
	if large || p != nil {
		i.work.Add(1)
	}
	i.mu.Unlock()

	i.log.begin(v, f.config.Version)
	if large {
		v.payload = bytes.Clone(v.payload) // the caller may leave
	}
	switch {
	case p != nil && large:
		go p.run(context.Background(), v)
		return nil, true
	case p != nil:
		return p, true
	case large:
		go func() {
			defer i.work.Done()
			if c.(*conn).event(v, deadline) != nil && i.disown(v) {
				f.dispatch(v)
			}
		}()
		return nil, true
	}
	return nil, c.(*conn).event(v, deadline) == nil || !i.disown(v)
}

// disown takes v back from an instance that was not reached, which ends. It
// reports false if v is settled elsewhere.
func (i *instance) disown(v *invocation) bool {
	i.mu.Lock()
	mine := i.current == v
	if mine {
		i.current = nil
	}
	i.mu.Unlock()
	i.end(nil)
	return mine
}

// respond ends the current invocation: it writes its last lines and returns
// what tells its caller. It reports false if id is another one.
func (i *instance) respond(id string, answer *backend.FunctionAnswer, why *failure) (settle func(), ok bool) {
	i.mu.Lock()
	v := i.current
	if v == nil || v.requestID != id {
		i.mu.Unlock()
		return nil, false
	}
	i.current, i.state = nil, returning // the timer runs on until it asks for the next
	took := time.Since(v.begun)
	i.mu.Unlock()
	f := i.function
	f.answered(+1)
	answer.Status, answer.ExecutedVersion, answer.RequestID = 200, f.config.Version, v.requestID
	answer.Log = i.report(v, took, why)
	return func() { f.finish(v, answer, nil) }, true
}

// report writes the last lines of an invocation. A failure that the runtime
// reported has been logged by the runtime.
func (i *instance) report(v *invocation, took time.Duration, why *failure) (tail string) {
	if !i.log.wanted(v) {
		i.log.drain()
		return ""
	}
	c := &i.function.config
	now := time.Now()
	i.mu.Lock()
	if !i.memoryAt.After(now.Add(-time.Second)) && i.state != dead {
		i.measure()
	}
	used, initTime, reportInit := i.memory, i.initTime, i.reportInit
	i.reportInit = false
	i.mu.Unlock()
	billed := took
	b := append(append(make([]byte, 0, 320), "END RequestId: "...), v.requestID...)
	end := len(b)
	b = append(append(b, "REPORT RequestId: "...), v.requestID...)
	b = append(appendMillis(append(b, "\tDuration: "...), took), " ms\tBilled Duration: "...)
	if reportInit {
		billed += initTime
	}
	b = strconv.AppendInt(b, int64((billed+time.Millisecond-1)/time.Millisecond), 10)
	b = strconv.AppendInt(append(b, " ms\tMemory Size: "...), int64(c.MemorySize), 10)
	b = append(b, " MB\t"...)
	if used > 0 {
		b = strconv.AppendInt(append(b, "Max Memory Used: "...), min(used>>20, int64(c.MemorySize)), 10)
		b = append(b, " MB\t"...)
	}
	if reportInit {
		b = append(appendMillis(append(b, "Init Duration: "...), initTime), " ms\t"...)
	}
	failed := ""
	if why != nil {
		b = append(append(b, "Status: "...), why.status...)
		if why.status == "error" {
			b = append(append(b, "\tError Type: "...), why.kind...)
		}
		if why.payload == nil {
			failed = why.line(v.requestID)
		}
	}
	lines := string(b)
	return i.log.end(now, failed, lines[:end], lines[end:])
}

// line says in the log how an invocation failed.
func (e *failure) line(requestID string) string {
	if e.status == "timeout" {
		return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") + " " + requestID + " " + e.message
	}
	return "RequestId: " + requestID + " Error: " + e.message + "\n" + e.kind
}

func appendMillis(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d)/float64(time.Millisecond), 'f', 2, 64)
}

// failInit keeps what the runtime reports of its start, until it ends.
func (i *instance) failInit(why *failure) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.state != starting {
		return false
	}
	i.initError = why
	return true
}

// expired ends an instance that has used up its time.
func (i *instance) expired() {
	i.mu.Lock()
	i.fires = time.Time{}
	left := time.Until(i.deadline)
	switch {
	case i.state == idle || i.state == dead || i.state == dying:
		i.mu.Unlock()
		return
	case left > 0:
		i.timer.Reset(left)
		i.fires = i.deadline
		i.mu.Unlock()
		return
	}
	limit := i.function.config.Timeout
	if i.state == starting && i.bound == nil {
		limit = i.deadline.Sub(i.born)
	}
	if i.why == nil && i.state != returning {
		i.why = &failure{kind: "Sandbox.Timedout", status: "timeout",
			message: fmt.Sprintf("Task timed out after %.2f seconds", limit.Seconds())}
	}
	i.mu.Unlock()
	i.process.kill()
}

// end has an instance end. An invocation that it runs ends with why.
func (i *instance) end(why *failure) {
	i.mu.Lock()
	if i.state == dead {
		i.mu.Unlock()
		return
	}
	if i.why == nil {
		i.why = why
	}
	if i.state == idle || i.state == returning && i.current == nil {
		if i.state == returning {
			defer i.function.answered(-1)
		}
		i.state = dying
	}
	i.mu.Unlock()
	i.process.kill()
}

// checkMemory ends an instance that has more than it may have.
func (i *instance) checkMemory() {
	i.mu.Lock()
	if i.state == idle || i.state == dead || i.state == dying {
		i.mu.Unlock()
		return
	}
	i.measure()
	over := i.memory > int64(i.function.config.MemorySize)<<20
	if over && i.why == nil {
		i.why = failed("Runtime.OutOfMemory", "Runtime exited with error: signal: killed")
	}
	i.mu.Unlock()
	if over {
		i.process.kill()
	}
}

// measure looks at the memory. i.mu is held.
func (i *instance) measure() {
	i.memory = max(i.memory, memory(i.process.pid()))
	i.memoryAt = time.Now()
}

// exited settles an instance whose process has ended; err says how.
func (i *instance) exited(err error) {
	f := i.function
	i.listener.Close()
	i.log.close()
	i.mu.Lock()
	was := i.state
	i.state = dead
	bound, current := i.bound, i.current
	i.bound, i.current, i.parked = nil, nil, nil
	why := i.why
	if why == nil && was == starting {
		why = i.initError
	}
	if why == nil {
		why = exitFailure(err)
	}
	i.timer.Stop()
	for c := range i.channels {
		c.close()
	}
	i.mu.Unlock()
	i.work.Wait()

	if was == returning {
		f.answered(-1)
	}
	if was == starting && why.kind != "closed" {
		phase := "init"
		if bound != nil {
			phase = "invoke"
		}
		text := "INIT_REPORT Init Duration: " + string(appendMillis(nil, time.Since(i.born))) + " ms\tPhase: " + phase + "\tStatus: " + why.status
		if why.status == "error" {
			text += "\tError Type: " + why.kind
		}
		i.log.platform(text)
	}
	for _, v := range []*invocation{bound, current} {
		if v == nil || why.kind == "closed" {
			continue
		}
		begun := v.begun
		if v == bound {
			begun = i.born
		}
		v.log = i.report(v, time.Since(begun), why)
	}
	f.closeCode(i.dirs)
	f.ended(i, was == starting && i.counted, bound, current, why)
}

// accept serves the Runtime API until the instance ends.
func (i *instance) accept() {
	for {
		n, err := i.listener.Accept()
		if err != nil {
			return
		}
		c := &conn{instance: i, net: n}
		i.mu.Lock()
		if i.state == dead {
			i.mu.Unlock()
			n.Close()
			return
		}
		i.channels[c] = true
		i.mu.Unlock()
		i.work.Go(c.serve)
	}
}

// headerText returns s without what would end a header field.
func headerText(s string) string {
	if strings.IndexFunc(s, control) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if control(r) {
			return ' '
		}
		return r
	}, s)
}

func control(r rune) bool { return r < ' ' || r == 0x7f }
