package function

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"postern/internal/backend"
)

// A Runner runs functions. Its fields are read by Open and are not to be
// changed afterwards. It is safe for concurrent use.
type Runner struct {
	// Dir is where archives and the runtimes' own files are unpacked, in
	// directories code and runtime that belong to this Runner alone; "": a
	// temporary directory that Close removes.
	Dir string

	// Path lists the directories where node and python3 are looked for, as the
	// variable PATH does; "": those of the system.
	Path string

	// Environment is what every function gets besides its own and Lambda's
	// variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and
	// AWS_ENDPOINT_URL, as a rule. Without credentials it gets dummies.
	Environment map[string]string

	Concurrency int           // invocations at once, of all functions; 0: 1000
	IdleTimeout time.Duration // after which an unused instance ends; 0: 10 minutes

	initTimeout time.Duration                   // 0: 10 s; tests shorten it
	retryAfter  func(attempt int) time.Duration // nil: as Lambda waits; tests shorten it

	interpreters struct {
		sync.Mutex
		of map[string]*interpreter // by runtime
	}
	code codeCache

	mu        sync.Mutex
	dir       string // "": Open was not called yet
	closed    bool
	functions map[*Function]bool
	uses      map[string]*use // by ARN
	running   int             // invocations of functions without a reservation
	reserved  int             // invocations that reservations set aside
	pending   int             // Event invocations that have not come to their end
	retries   map[*time.Timer]*invocation
	spawner   chan func()
	instances int
	watching  bool // their memory
	work      sync.WaitGroup
}

// A use counts the running invocations of one function, all versions together.
type use struct {
	open    int  // Functions
	limit   *int // nil: none of its own
	running int
}

// See "Lambda quotas".
const (
	accountConcurrency = 1000
	initTimeout        = 10 * time.Second
	maxPending         = 10_000 // Event invocations. Chosen: Lambda's queue is said to have no limit
	memoryInterval     = 250 * time.Millisecond
)

var errClosed = errors.New("the functions are shut down")

// Open prepares a version of a function: it unpacks its code and watches its
// directory. No process runs before the first invocation.
//
// It fails if the runtime is not one that can run here, if the code is not
// there, or if an archive is no archive or too large (see CheckZip).
func (r *Runner) Open(c *Config) (*Function, error) {
	f := &Function{runner: r, config: c.filled()}
	if _, _, err := parseRuntime(c.Runtime); err != nil {
		return nil, err
	}
	if c.Name == "" || c.ARN == "" {
		return nil, errors.New("a function needs a name and an ARN")
	}
	for _, code := range append([]Code{c.Code}, c.Layers...) {
		if (code.Dir == "") == (code.Zip == nil) {
			return nil, fmt.Errorf("function %s: code is either a directory or an archive", c.Name)
		}
	}
	if err := r.prepare(); err != nil {
		return nil, err
	}
	dirs, err := f.openCode()
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", c.Name, err)
	}
	for _, layer := range dirs[1:] {
		if _, err := os.Stat(filepath.Join(layer, "extensions")); err == nil {
			f.closeCode(dirs)
			return nil, fmt.Errorf("function %s: a layer holds extensions, and extensions do not run locally", c.Name)
		}
	}
	f.code = dirs
	f.use = r.register(f)
	if f.use == nil {
		f.closeCode(dirs)
		return nil, errClosed
	}
	f.watch()
	return f, nil
}

// prepare makes the directories, once.
func (r *Runner) prepare() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errClosed
	}
	if r.dir != "" {
		return nil
	}
	dir := r.Dir
	if dir == "" {
		temp, err := os.MkdirTemp("", "postern-functions-")
		if err != nil {
			return err
		}
		dir = temp
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for _, name := range []string{"code", "runtime"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil { // of a process that was killed
			return err
		}
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
	}
	for name, text := range map[string][]byte{"node.mjs": nodeBootstrap, "python.py": pythonBootstrap} {
		if err := os.WriteFile(filepath.Join(dir, "runtime", name), text, 0o644); err != nil {
			return err
		}
	}
	r.dir = dir
	return nil
}

// register returns what counts the invocations of f, or nil if r is closed.
func (r *Runner) register(f *Function) *use {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	if r.functions == nil {
		r.functions = map[*Function]bool{}
		r.uses = map[string]*use{}
		r.retries = map[*time.Timer]*invocation{}
	}
	r.functions[f] = true
	u := r.uses[f.config.ARN]
	if u == nil {
		u = &use{}
		r.uses[f.config.ARN] = u
	}
	u.open++
	r.reserve(u, f.config.Reserved)
	return u
}

func (r *Runner) reserve(u *use, limit *int) {
	if u.limit != nil {
		r.reserved -= *u.limit
	}
	if u.limit = limit; limit != nil {
		r.reserved += *limit
	}
}

// forget takes back a reservation when the last version of a function has gone.
func (r *Runner) forget(f *Function) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.use.open--; f.use.open == 0 {
		r.reserve(f.use, nil)
		delete(r.uses, f.config.ARN)
	}
}

// admit counts an invocation in, if there is room for it.
func (r *Runner) admit(u *use) (ok, reserved bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	limit := r.Concurrency
	if limit == 0 {
		limit = accountConcurrency
	}
	switch {
	case u.limit != nil:
		if u.running >= *u.limit {
			return false, false
		}
	case r.running >= limit-r.reserved:
		return false, false
	default:
		r.running++
	}
	u.running++
	return true, u.limit != nil
}

// leave counts an invocation out.
func (r *Runner) leave(u *use, reserved bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u.running--
	if !reserved {
		r.running--
	}
}

// Close ends all instances and invocations, queued ones included, and waits for
// them. Invoke fails from then on.
func (r *Runner) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	functions := r.functions
	for timer := range r.retries {
		timer.Stop()
	}
	clear(r.retries)
	r.mu.Unlock()

	for f := range functions {
		f.close()
	}
	r.work.Wait()
	if r.spawner != nil {
		close(r.spawner)
	}
	for f := range functions {
		if !f.retired { // else it has been closed
			f.closeCode(f.code)
		}
	}
	if r.dir != "" && r.Dir == "" {
		return os.RemoveAll(r.dir)
	}
	return nil
}

// enter counts an instance of f in, unless r is closed.
func (r *Runner) enter(f *Function) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.functions[f] = true // a retired one may have been forgotten
	r.instances++
	r.work.Add(1)
	if !r.watching {
		r.watching = true
		r.work.Add(1)
		go r.watchMemory()
	}
	return true
}

// exit counts an instance out.
func (r *Runner) exit() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.instances--
	r.work.Done()
}

// spawn runs start on a thread that lives as long as r: Linux kills a process
// when the thread that started it ends, and that shall mean Postern.
func (r *Runner) spawn(start func()) {
	r.mu.Lock()
	if r.spawner == nil {
		r.spawner = make(chan func())
		go func() {
			runtime.LockOSThread()
			for f := range r.spawner {
				f()
			}
		}()
	}
	spawner := r.spawner
	r.mu.Unlock()
	done := make(chan struct{})
	spawner <- func() { defer close(done); start() }
	<-done
}

// watchMemory looks after all instances while there are any.
func (r *Runner) watchMemory() {
	defer r.work.Done()
	tick := time.NewTicker(memoryInterval)
	defer tick.Stop()
	for range tick.C {
		r.mu.Lock()
		if r.instances == 0 {
			r.watching = false
			r.mu.Unlock()
			return
		}
		functions := slices.Collect(maps.Keys(r.functions))
		r.mu.Unlock()
		for _, f := range functions {
			f.checkMemory()
		}
	}
}

// An invocation is one run of a function that has been admitted.
type invocation struct {
	requestID string
	traceID   string
	arn       string
	client    string // the client context
	payload   []byte
	logTail   bool
	reserved  bool         // counted against a reservation
	done      chan outcome // for who waits; nil: an Event
	log       string       // the tail, when it has ended

	generation int       // of the code that it may run with at the earliest
	begun      time.Time // when an instance took it
	queued     time.Time // Event: when it came
	attempt    int       // Event: how often it has failed
	throttled  int       // Event: how often it was
}

type outcome struct {
	answer *backend.FunctionAnswer
	err    error
}
