package control

import (
	"context"
	"slices"
	"strings"

	"postern/internal/apigw"
)

// CreateUsagePlanKey adds an API key to a usage plan.
func (s *Service) CreateUsagePlanKey(ctx context.Context, plan, keyID, keyType string) (*apigw.UsagePlanKey, error) {
	var out *apigw.UsagePlanKey
	err := s.write(ctx, func(t *tx) error {
		if keyType != apigw.APIKeyType {
			return refuse("keyType", clip(keyType), "Invalid key type specified: the only type of a usage plan's key is API_KEY")
		}
		if _, err := loadPlan(t, plan); err != nil {
			return err
		}
		k, err := load[apigw.APIKey](t, apiKeyKey(keyID))
		if err != nil {
			return err
		}
		if k == nil {
			return unknownAPIKey()
		}
		out = memberOf(k)
		return s.addToPlan(t, plan, k)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func memberOf(k *apigw.APIKey) *apigw.UsagePlanKey {
	return &apigw.UsagePlanKey{ID: k.ID, Type: apigw.APIKeyType, Value: k.Value, Name: k.Name}
}

// addToPlan adds a key to a plan.
//
// See "Usage plans and API keys for REST APIs in API Gateway": a key is in one
// plan for each stage.
func (s *Service) addToPlan(t *tx, plan string, k *apigw.APIKey) error {
	p, err := loadPlan(t, plan)
	if err != nil {
		return err
	}
	taken, err := t.has(planKeyKey(plan, k.ID))
	if err != nil {
		return err
	}
	if taken || t.puts(planKeyKey(plan, k.ID)) {
		return apigw.Conflict("Usage Plan %s already has the API Key %s", plan, k.ID)
	}
	if err := checkKeyOfPlan(t, p, k.ID); err != nil {
		return err
	}
	// Both records say no more than that they are there, and when they were made.
	if err := t.save(planKeyKey(plan, k.ID), &apigw.UsagePlanKey{ID: k.ID, Type: apigw.APIKeyType}, s.now().UnixNano()); err != nil {
		return err
	}
	t.put(keyPlanKey(k.ID, plan), []byte("{}"))
	return nil
}

// plansOfKey returns the plans that a key is in.
func plansOfKey(r reader, id string) ([]string, error) {
	var plans []string
	for item, err := range r.scan(keyPlansPrefix(id)) {
		if err != nil {
			return nil, err
		}
		plans = append(plans, segment(item.Key, 2))
	}
	return plans, nil
}

// checkKeyOfPlan refuses a key that another plan gives one of p's stages.
func checkKeyOfPlan(t *tx, p *apigw.UsagePlan, id string) error {
	plans, err := plansOfKey(t, id)
	if err != nil {
		return err
	}
	for _, other := range plans {
		if other == p.ID {
			continue
		}
		o, err := load[apigw.UsagePlan](t, planKey(other))
		if err != nil {
			return err
		}
		if o == nil {
			continue
		}
		for _, stage := range p.APIStages {
			if slices.ContainsFunc(o.APIStages, func(s *apigw.APIStage) bool { return s.APIID == stage.APIID && s.Stage == stage.Stage }) {
				return apigw.Conflict("API Key %s is in Usage Plan %s, which has the API Stage %s:%s already: a key is in one plan for each stage",
					id, o.ID, stage.APIID, stage.Stage)
			}
		}
	}
	return nil
}

// checkKeysOfPlan is checkKeyOfPlan for all keys of p.
func checkKeysOfPlan(t *tx, p *apigw.UsagePlan) error {
	if len(p.APIStages) == 0 {
		return nil
	}
	for item, err := range t.scan(planKeysPrefix(p.ID)) {
		if err != nil {
			return err
		}
		if err := checkKeyOfPlan(t, p, segment(item.Key, 2)); err != nil {
			return err
		}
	}
	return nil
}

// GetUsagePlanKey returns an API key of a usage plan.
func (s *Service) GetUsagePlanKey(ctx context.Context, plan, id string) (*apigw.UsagePlanKey, error) {
	var out *apigw.UsagePlanKey
	err := s.read(ctx, func(v view) error {
		if _, err := loadPlan(v, plan); err != nil {
			return err
		}
		ok, err := v.has(planKeyKey(plan, id))
		if err != nil {
			return err
		}
		var k *apigw.APIKey
		if ok {
			if k, err = load[apigw.APIKey](v, apiKeyKey(id)); err != nil {
				return err
			}
		}
		if k == nil {
			return unknownAPIKey()
		}
		out = memberOf(k)
		return nil
	})
	return out, err
}

// GetUsagePlanKeys returns a page of the keys of a usage plan whose names begin
// with name, in the order in which they were added. A plan that does not exist
// has none. Observed.
func (s *Service) GetUsagePlanKeys(ctx context.Context, plan, name string, p Page) (keys []*apigw.UsagePlanKey, next string, err error) {
	err = s.read(ctx, func(v view) error {
		members, err := momentsUnder(v, planKeysPrefix(plan))
		if err != nil {
			return err
		}
		last := ""
		for _, m := range members {
			at := place(m.created, m.id)
			if at <= p.After || p.Limit <= 0 {
				continue
			}
			k, err := load[apigw.APIKey](v, apiKeyKey(m.id))
			if err != nil {
				return err
			}
			if k == nil || !strings.HasPrefix(k.Name, name) {
				continue
			}
			if len(keys) == p.Limit {
				next = last
				return nil
			}
			keys, last = append(keys, memberOf(k)), at
		}
		return nil
	})
	return keys, next, err
}

// DeleteUsagePlanKey takes an API key out of a usage plan. The key stays.
func (s *Service) DeleteUsagePlanKey(ctx context.Context, plan, id string) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := loadPlan(t, plan); err != nil {
			return err
		}
		ok, err := t.has(planKeyKey(plan, id))
		if err != nil {
			return err
		}
		if !ok {
			return unknownAPIKey()
		}
		t.delete(planKeyKey(plan, id))
		t.delete(keyPlanKey(id, plan))
		t.delete(usageKey(plan, id))
		return nil
	})
}
