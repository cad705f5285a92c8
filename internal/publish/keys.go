package publish

import (
	"context"
	"slices"
	"strings"
	"time"

	"postern/internal/control"
	"postern/internal/store"
	"postern/internal/throttle"
)

// This file brings API keys and usage plans to the gateway, without a
// deployment, and keeps what they have used.

// loadKeys makes the gateway's keys and plans those of the store.
func (p *Publisher) loadKeys(ctx context.Context) error {
	if p.Keys == nil {
		return nil
	}
	keys, plans, err := p.Control.PublishedKeys(ctx)
	if err != nil {
		return err
	}
	p.Keys.Clear()
	for _, plan := range plans {
		p.Keys.SetPlan(plan.ID, plan)
	}
	for _, k := range keys {
		p.Keys.SetKey(k.Key.ID, k.Key, k.Plans)
	}
	return nil
}

// applyKeys brings what a batch changes.
func (p *Publisher) applyKeys(ctx context.Context, batch store.Batch) error {
	if p.Keys == nil {
		return nil
	}
	var keys, plans []string
	add := func(list *[]string, id string) {
		if !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	for _, e := range batch.Events {
		switch {
		case strings.HasPrefix(e.Key, control.APIKeysPrefix), strings.HasPrefix(e.Key, control.PlanKeysPrefix):
			add(&keys, control.APIKeyOfKey(e.Key))
		case strings.HasPrefix(e.Key, control.PlansPrefix):
			add(&plans, control.PlanOfKey(e.Key))
		}
	}
	// Keys come after plans, so that none has a plan that is not there yet.
	for _, id := range plans {
		plan, err := p.Control.LoadUsagePlan(ctx, id)
		if err != nil {
			return err
		}
		p.Keys.SetPlan(id, plan)
	}
	for _, id := range keys {
		k, err := p.Control.LoadAPIKey(ctx, id)
		if err != nil {
			return err
		}
		p.Keys.SetKey(id, k.Key, k.Plans)
	}
	if p.Usage == nil {
		return nil
	}
	for _, e := range batch.Events {
		if e.Deleted && strings.HasPrefix(e.Key, control.PlanKeysPrefix) {
			p.Usage.Forget(throttle.Consumer{Plan: control.PlanOfKey(e.Key), Key: control.APIKeyOfKey(e.Key)})
		}
	}
	return nil
}

// saveEvery is how often what keys have used is saved.
const saveEvery = 5 * time.Second

// keepUsage restores what keys have used, and saves it until ctx ends. The
// returned function waits for the last time.
func (p *Publisher) keepUsage(ctx context.Context) (wait func(), err error) {
	if p.Usage == nil {
		return func() {}, nil
	}
	if !p.restored {
		counts, err := p.Control.LoadUsage(ctx)
		if err != nil {
			return nil, err
		}
		for c, n := range counts {
			p.Usage.Restore(c, n)
		}
		p.restored = true
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(saveEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.saveUsage(ctx)
			case <-ctx.Done():
				last, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveEvery)
				p.saveUsage(last)
				cancel()
				return
			}
		}
	}()
	return func() { <-ended }, nil
}

// maxSaved is how many counts are saved in one commit.
const maxSaved = 500

func (p *Publisher) saveUsage(ctx context.Context) {
	some := map[throttle.Consumer]throttle.Count{}
	save := func() {
		if err := p.Control.SaveUsage(ctx, some); err != nil && ctx.Err() == nil {
			p.log().Error("what API keys have used is not saved", "err", err)
		}
		clear(some)
	}
	for c, n := range p.Usage.Changed() {
		if some[c] = n; len(some) == maxSaved {
			save()
		}
	}
	if len(some) > 0 {
		save()
	}
}
