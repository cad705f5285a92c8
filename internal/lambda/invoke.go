package lambda

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"postern/internal/backend"
	"postern/internal/function"
	"postern/internal/store"
)

// This file invokes functions. What an invocation has to know of a function is
// kept in memory, and read again whenever an operation has changed it.

// A live is a function as invocations see it. The entry is not changed.
type live struct {
	entry *entry

	mu     sync.Mutex
	opened map[string]*opened // by version
}

// An opened is a version with the runner's handle on it.
type opened struct {
	function *Function
	handle   *function.Function
	stamp    time.Time // of an archive that stays where it is
}

// refresh reads a function again after a change. Instances of versions that are
// no more what they were end after their invocation.
func (s *Service) refresh(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.live[name]
	if old == nil {
		return nil // whoever invokes it reads it
	}
	old.mu.Lock()
	defer old.mu.Unlock()
	var next *live
	err := s.Store.View(ctx, func(r store.Reader) error {
		v, err := look(r, name)
		if err != nil || v.entry == nil {
			return err
		}
		next = &live{entry: v.entry, opened: map[string]*opened{}}
		if !sameNumber(v.entry.Reserved, old.entry.Reserved) {
			return nil // every version has to be told
		}
		for version, o := range old.opened {
			is, err := v.version(version)
			if err != nil {
				return err
			}
			if is != nil && is.RevisionID == o.function.RevisionID {
				next.opened[version] = o
			}
		}
		return nil
	})
	if err != nil {
		next = nil // and the next invocation reads it again
	}
	for version, o := range old.opened {
		if next == nil || next.opened[version] == nil {
			o.handle.Retire()
		}
	}
	old.opened = nil
	if next == nil {
		delete(s.live, name)
	} else {
		s.live[name] = next
	}
	return err
}

func sameNumber(a, b *int64) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// load returns nil if there is no such function.
func (s *Service) load(ctx context.Context, name string) (*live, error) {
	var out *live
	err := s.Store.View(ctx, func(r store.Reader) error {
		v, err := look(r, name)
		if err != nil || v.entry == nil {
			return err
		}
		out = &live{entry: v.entry, opened: map[string]*opened{}}
		return nil
	})
	return out, err
}

// find returns what invocations need of a function, or nil.
func (s *Service) find(ctx context.Context, name string) (*live, error) {
	s.mu.RLock()
	l := s.live[name]
	s.mu.RUnlock()
	if l != nil {
		return l, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.live[name]; l != nil {
		return l, nil
	}
	l, err := s.load(ctx, name)
	if err != nil || l == nil {
		return nil, err
	}
	if s.live == nil {
		s.live = map[string]*live{}
	}
	s.live[name] = l
	return l, nil
}

// InvokeFunction implements backend.Functions.
func (s *Service) InvokeFunction(ctx context.Context, call *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	n, usual, err := s.called(call.ARN)
	if err != nil {
		return nil, err
	}
	for {
		l, err := s.find(ctx, n.Function)
		if err != nil {
			return nil, err
		}
		if l == nil {
			return nil, backend.ErrNoFunction
		}
		version := orElse(n.Qualifier, Latest)
		if a := l.entry.Aliases[n.Qualifier]; a != nil {
			version = a.pick(s.chance)
		}
		if call.Principal != "" && !l.entry.Policies[strings.TrimSuffix(n.Qualifier, Latest)].allows(call.Principal, call.SourceARN) {
			return nil, &backend.FunctionRefused{Status: http.StatusForbidden, Code: "AccessDeniedException",
				Reason: "User: " + call.Principal + " is not authorized to perform: lambda:InvokeFunction on resource: " + s.ARN(n.Function, n.Qualifier)}
		}
		handle, err := s.open(ctx, l, n.Function, version)
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !usual {
			whole := *call
			whole.ARN = s.ARN(n.Function, n.Qualifier)
			call = &whole
		}
		answer, err := handle.Invoke(ctx, call)
		if answer != nil && answer.ExecutedVersion == "" {
			answer.ExecutedVersion = version
		}
		return answer, err
	}
}

// called reads the name of a function that is to be invoked. The usual one is an
// ARN of this account.
func (s *Service) called(arn string) (n Name, usual bool, err error) {
	if rest, ok := s.cutPrefix(arn); ok {
		name, qualifier, qualified := strings.Cut(rest, ":")
		return Name{Function: name, Qualifier: qualifier}, !qualified || qualifier != "", nil
	}
	n, err = ParseName(arn)
	if err != nil || !s.ours(n) {
		return Name{}, false, backend.ErrNoFunction
	}
	return n, false, nil
}

// cutPrefix cuts off an ARN what comes before the function's name.
func (s *Service) cutPrefix(arn string) (rest string, ok bool) {
	for _, part := range [...]string{"arn:", s.partition(), ":lambda:", s.region(), ":", s.accountID(), ":function:"} {
		if arn, ok = strings.CutPrefix(arn, part); !ok {
			return "", false
		}
	}
	return arn, true
}

func (s *Service) chance() float64 {
	if s.Chance != nil {
		return s.Chance()
	}
	return rand.Float64()
}

// errStale says that a function was changed while it was looked at.
var errStale = errors.New("the function has changed meanwhile")

// open returns the runner's handle on a version.
func (s *Service) open(ctx context.Context, l *live, name, version string) (*function.Function, error) {
	if s.Runner == nil {
		return nil, &backend.FunctionRefused{Status: http.StatusInternalServerError, Code: string(ServiceException), Reason: "functions cannot be run here"}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened == nil {
		return nil, errStale
	}
	o := l.opened[version]
	if o != nil && !o.outdated() {
		return o.handle, nil
	}
	f := l.entry.Latest
	if version != Latest {
		var err error
		if f, err = s.published(ctx, name, version); err != nil {
			return nil, err
		}
	}
	config, stamp, err := s.config(f, l.entry)
	if err != nil {
		return nil, unusable(err)
	}
	handle, err := s.Runner.Open(config)
	if err != nil {
		return nil, unusable(err)
	}
	if o != nil {
		o.handle.Retire()
	}
	l.opened[version] = &opened{function: f, handle: handle, stamp: stamp}
	return handle, nil
}

// unusable says that a function cannot be started.
func unusable(err error) error {
	return &backend.FunctionRefused{Status: http.StatusBadGateway, Code: "InvalidRuntimeException", Reason: err.Error()}
}

// published reads a version, or returns ErrNoFunction.
func (s *Service) published(ctx context.Context, name, version string) (f *Function, err error) {
	err = s.Store.View(ctx, func(r store.Reader) (err error) {
		f, err = (&view{r: r, name: name, entry: &entry{}}).version(version)
		return err
	})
	if err == nil && f == nil {
		err = backend.ErrNoFunction
	}
	return f, err
}

// outdated reports whether the archive that a version is made of has changed
// where it is. Folders are watched by the runner.
func (o *opened) outdated() bool {
	if o.stamp.IsZero() {
		return false
	}
	info, err := os.Stat(o.function.Source.Path)
	return err == nil && !info.ModTime().Equal(o.stamp)
}

// config is what the runner has to know of a version.
func (s *Service) config(f *Function, e *entry) (c *function.Config, stamp time.Time, err error) {
	c = &function.Config{
		Name:       f.Name,
		ARN:        s.ARN(f.Name, ""),
		Version:    f.Version,
		Runtime:    f.Runtime,
		Handler:    f.Handler,
		Timeout:    f.Timeout,
		MemorySize: int(f.MemorySize),
		LogGroup:   "/aws/lambda/" + f.Name,
	}
	if f.Environment != nil {
		c.Environment = f.Environment.Variables
	}
	if f.Logging != nil && f.Logging.Group != "" {
		c.LogGroup = f.Logging.Group
	}
	c.Log = func(line function.Line) { s.log(Line{Function: f.Name, Group: c.LogGroup, Line: line}) }
	if e.Reserved != nil {
		c.Reserved = new(int(*e.Reserved))
	}
	if events := e.Events[f.Version]; events != nil && events.Retries != nil {
		c.Retries = new(int(*events.Retries))
	}
	if f.Source.Path == "" {
		c.Code.Zip, err = s.Codes.Get(f.Source)
		return c, stamp, err
	}
	info, err := os.Stat(f.Source.Path)
	if err != nil {
		return nil, stamp, err
	}
	if info.IsDir() {
		c.Code.Dir = f.Source.Path
		return c, stamp, nil
	}
	c.Code.Zip, err = os.ReadFile(f.Source.Path)
	return c, info.ModTime(), err
}

// log passes a line on.
func (s *Service) log(l Line) {
	if s.Journal != nil {
		s.Journal.Add(l)
	}
	if s.Log != nil {
		s.Log(l)
	}
}

// gone reports whether err says that something does not exist.
func gone(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == ResourceNotFound
}
