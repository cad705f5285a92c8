package control

import (
	"context"

	"postern/internal/apigw"
)

// This file reads what the data plane knows of API keys and usage plans.

// A PublishedKey is an API key with the usage plans that it is in.
type PublishedKey struct {
	Key   *apigw.APIKey
	Plans []string
}

// PublishedKeys returns every API key and every usage plan.
func (s *Service) PublishedKeys(ctx context.Context) (keys []PublishedKey, plans []*apigw.UsagePlan, err error) {
	err = s.read(ctx, func(v view) error {
		list, err := all[apigw.APIKey](v, APIKeysPrefix)
		if err != nil {
			return err
		}
		for _, k := range list {
			in, err := plansOfKey(v, k.ID)
			if err != nil {
				return err
			}
			keys = append(keys, PublishedKey{k, in})
		}
		plans, err = all[apigw.UsagePlan](v, PlansPrefix)
		return err
	})
	return keys, plans, err
}

// LoadAPIKey returns an API key with the usage plans that it is in. Key is nil if
// there is none.
func (s *Service) LoadAPIKey(ctx context.Context, id string) (out PublishedKey, err error) {
	err = s.read(ctx, func(v view) (err error) {
		if out.Key, err = load[apigw.APIKey](v, apiKeyKey(id)); err != nil || out.Key == nil {
			return err
		}
		out.Plans, err = plansOfKey(v, id)
		return err
	})
	return out, err
}

// LoadUsagePlan returns a usage plan, or nil.
func (s *Service) LoadUsagePlan(ctx context.Context, id string) (plan *apigw.UsagePlan, err error) {
	err = s.read(ctx, func(v view) (err error) {
		plan, err = load[apigw.UsagePlan](v, planKey(id))
		return err
	})
	return plan, err
}
