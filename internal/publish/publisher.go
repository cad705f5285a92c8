package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/dataplane"
	"postern/internal/store"
	"postern/internal/throttle"
)

// A Publisher keeps a gateway's routes equal to the published stages. Its
// fields are set before Run.
type Publisher struct {
	Store     store.Store
	Control   *control.Service
	Gateway   *dataplane.Gateway
	Suppliers dataplane.Suppliers // Link is the publisher's own
	Links     Links               // where VPC links lead
	AccountID string
	Region    string
	Limits    apigw.Limits

	// Flush empties a cache of a stage, and Forget lets go of what is kept for a
	// stage that is gone. Each may be nil.
	Flush  func(control.StageKey, control.StageCache)
	Forget func(control.StageKey)

	Keys  *dataplane.KeyTable // API keys and usage plans; nil: nobody asks for them
	Usage *throttle.Meter     // what keys have used; nil: it is not kept

	Log *slog.Logger

	restored bool // what keys have used was restored; Run's own

	mu       sync.Mutex
	served   store.Revision
	loaded   bool // the first routes have been swapped in
	running  bool
	changed  chan struct{}                 // closed and replaced when served or running changes
	links    map[control.StageKey][]string // the VPC links that stages asked for; Run's alone
	problems map[control.StageKey]error
}

// Run publishes until ctx ends or the store fails. It returns nil if ctx ended.
func (p *Publisher) Run(ctx context.Context) error {
	p.setRunning(true)
	defer p.setRunning(false)
	ctx, stop := context.WithCancel(ctx)
	wait, err := p.keepUsage(ctx)
	if err != nil {
		stop()
		return fmt.Errorf("publish: %w", err)
	}
	defer wait()
	defer stop()
	for {
		err := p.follow(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrCompacted):
			continue // too much happened; load it all again
		case err != nil:
			return fmt.Errorf("publish: %w", err)
		}
	}
}

// follow loads every stage and then applies what changes.
func (p *Publisher) follow(ctx context.Context) error {
	revision, err := p.Store.Revision(ctx)
	if err != nil {
		return err
	}
	if err := p.loadAll(ctx); err != nil {
		return err
	}
	p.reached(revision)
	for batch, err := range p.Store.Watch(ctx, "", revision) {
		if err != nil {
			return err
		}
		if err := p.apply(ctx, batch); err != nil {
			return err
		}
		p.reached(batch.Revision)
	}
	return ctx.Err()
}

func (p *Publisher) loadAll(ctx context.Context) error {
	keys, err := p.Control.PublishedStages(ctx)
	if err != nil {
		return err
	}
	var routes *dataplane.Routes
	var stages []*dataplane.Stage
	for _, k := range keys {
		s, err := p.compile(ctx, k)
		if err != nil {
			return err
		}
		if s != nil {
			stages = append(stages, s)
		}
	}
	routes = routes.With(stages...)
	names, err := p.Control.PublishedDomains(ctx)
	if err != nil {
		return err
	}
	var domains []*dataplane.Domain
	for _, name := range names {
		d, _, err := p.compileDomain(ctx, name)
		if err != nil {
			return err
		}
		if d != nil {
			domains = append(domains, d)
		}
	}
	if err := p.loadKeys(ctx); err != nil {
		return err
	}
	p.Gateway.Swap(routes.WithDomains(domains...))
	return nil
}

// apply compiles the stages that a batch touches and swaps them in at once.
func (p *Publisher) apply(ctx context.Context, batch store.Batch) error {
	if err := p.applyKeys(ctx, batch); err != nil {
		return err
	}
	var touched []control.StageKey
	var domains []string
	var links []string
	seen := map[control.StageKey]bool{}
	add := func(k control.StageKey) {
		if !seen[k] {
			seen[k] = true
			touched = append(touched, k)
		}
	}
	for _, e := range batch.Events {
		switch {
		case strings.HasPrefix(e.Key, control.StagesPrefix):
			api, stage := control.StageOfKey(e.Key)
			add(control.StageKey{RestAPIID: api, StageName: stage})
		case strings.HasPrefix(e.Key, control.VPCLinksPrefix):
			links = append(links, control.VPCLinkOfKey(e.Key))
		case strings.HasPrefix(e.Key, control.DomainsPrefix), strings.HasPrefix(e.Key, control.MappingsPrefix):
			if name := control.DomainOfKey(e.Key); !slices.Contains(domains, name) {
				domains = append(domains, name)
			}
		case strings.HasPrefix(e.Key, control.FlushesPrefix) && p.Flush != nil:
			p.Flush(control.FlushOfKey(e.Key))
		}
	}
	if len(links) > 0 {
		for k, asked := range p.links {
			if slices.ContainsFunc(asked, func(id string) bool { return slices.Contains(links, id) }) {
				add(k)
			}
		}
	}
	if len(touched) == 0 && len(domains) == 0 {
		return nil
	}
	routes := p.Gateway.Routes()
	for _, name := range domains {
		switch d, gone, err := p.compileDomain(ctx, name); {
		case err != nil:
			return err
		case d != nil:
			routes = routes.WithDomains(d)
		case gone:
			routes = routes.WithoutDomain(name)
		}
	}
	var compiled []*dataplane.Stage
	for _, k := range touched {
		s, err := p.compile(ctx, k)
		switch {
		case err != nil:
			return err
		case s != nil:
			compiled = append(compiled, s)
		case p.problem(k) == nil: // the stage is gone
			routes = routes.Without(k.RestAPIID, k.StageName)
			delete(p.links, k)
			if p.Forget != nil {
				defer p.Forget(k) // once the routes are swapped
			}
		}
	}
	if len(compiled) > 0 {
		routes = routes.With(compiled...)
	}
	p.Gateway.Swap(routes)
	return nil
}

// compile loads and compiles a stage. It returns nil if there is no such stage,
// or if it does not compile: then the last good one keeps serving, and Problems
// has the reason. The error is the store's.
func (p *Publisher) compile(ctx context.Context, k control.StageKey) (*dataplane.Stage, error) {
	stage, snapshot, err := p.Control.LoadStage(ctx, k.RestAPIID, k.StageName)
	var refused *apigw.Error
	switch {
	case errors.As(err, &refused):
		p.setProblem(k, nil)
		return nil, nil
	case err != nil:
		return nil, p.unreadable(ctx, k, err)
	}
	config := dataplane.Config{
		Snapshot:  snapshot,
		Stage:     stage,
		AccountID: p.AccountID,
		Region:    p.Region,
		Limits:    p.Limits,
		Suppliers: p.Suppliers,
	}
	var asked []string
	resolve := p.Links.resolver(ctx, p.Control)
	config.Suppliers.Link = func(id, target string) (string, error) {
		if !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
		return resolve(id, target)
	}
	if c := stage.CanarySettings; c != nil && c.DeploymentID != "" {
		config.Canary, err = p.Control.LoadSnapshot(ctx, k.RestAPIID, c.DeploymentID)
		if err != nil && !errors.As(err, &refused) {
			return nil, p.unreadable(ctx, k, err)
		}
	}
	if id := stage.ClientCertificateID; id != "" {
		if config.Certificate, err = p.Control.KeyPair(ctx, id); err != nil {
			return nil, p.unreadable(ctx, k, err)
		}
	}
	if !stage.CacheClusterEnabled && p.Forget != nil {
		p.Forget(k)
	}
	s, err := dataplane.Compile(config)
	p.setProblem(k, err)
	p.ask(k, asked)
	if err != nil {
		p.log().Error("stage does not compile; the last good one keeps serving", "api", k.RestAPIID, "stage", k.StageName, "err", err)
		return nil, nil
	}
	for _, w := range s.Warnings() {
		p.log().Warn("will fail when it is reached", "api", k.RestAPIID, "stage", k.StageName, "err", w)
	}
	return s, nil
}

// compileDomain loads and compiles a domain name. It returns nil if there is no
// such name, or if it cannot be read: then it leads where it led before. The
// error is the store's.
func (p *Publisher) compileDomain(ctx context.Context, name string) (d *dataplane.Domain, gone bool, err error) {
	noun, mappings, err := p.Control.LoadDomain(ctx, name)
	var refused *apigw.Error
	switch {
	case errors.As(err, &refused):
		return nil, true, nil
	case err != nil && (ctx.Err() != nil || errors.Is(err, store.ErrClosed)):
		return nil, false, err
	case err != nil:
		p.log().Error("domain name cannot be read; it leads where it led before", "domain", name, "err", err)
		return nil, false, nil
	}
	d = dataplane.CompileDomain(noun, mappings)
	if reason := d.Closed(); reason != "" {
		p.log().Warn(reason)
	}
	return d, false, nil
}

// ask records the VPC links that a stage asked for, so that it is compiled again
// when one of them changes, is made or goes.
func (p *Publisher) ask(k control.StageKey, links []string) {
	if len(links) == 0 {
		delete(p.links, k)
		return
	}
	if p.links == nil {
		p.links = map[control.StageKey][]string{}
	}
	p.links[k] = links
}

// unreadable records a stage that cannot be loaded. It returns err if nothing
// can be loaded any more.
func (p *Publisher) unreadable(ctx context.Context, k control.StageKey, err error) error {
	if ctx.Err() != nil || errors.Is(err, store.ErrClosed) {
		return err
	}
	p.setProblem(k, err)
	p.log().Error("stage cannot be read; the last good one keeps serving", "api", k.RestAPIID, "stage", k.StageName, "err", err)
	return nil
}

func (p *Publisher) log() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}

// Problems returns the stages that do not compile, with the reasons.
func (p *Publisher) Problems() map[control.StageKey]error {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[control.StageKey]error, len(p.problems))
	for k, err := range p.problems {
		out[k] = err
	}
	return out
}

func (p *Publisher) problem(k control.StageKey) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.problems[k]
}

func (p *Publisher) setProblem(k control.StageKey, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		delete(p.problems, k)
		return
	}
	if p.problems == nil {
		p.problems = make(map[control.StageKey]error)
	}
	p.problems[k] = err
}

// Served returns the revision that the gateway serves, and whether Run runs.
func (p *Publisher) Served() (store.Revision, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.served, p.running
}

// Wait returns when the gateway serves revision, when ctx ends, or when Run
// ends.
func (p *Publisher) Wait(ctx context.Context, revision store.Revision) error {
	for {
		p.mu.Lock()
		served := p.loaded && p.served >= revision
		stopped := p.loaded && !p.running
		changed := p.channel()
		p.mu.Unlock()
		switch {
		case served:
			return nil
		case stopped:
			return errors.New("publish: the publisher has stopped")
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// channel returns the channel of the next change. p.mu is held.
func (p *Publisher) channel() chan struct{} {
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return p.changed
}

// announce wakes everyone who waits. p.mu is held.
func (p *Publisher) announce() {
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

func (p *Publisher) reached(r store.Revision) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.served, p.loaded = r, true
	p.announce()
}

func (p *Publisher) setRunning(running bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = running
	p.announce()
}
