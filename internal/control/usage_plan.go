package control

import (
	"context"
	"slices"

	"postern/internal/apigw"
	"postern/internal/property"
)

func unknownPlan() error { return apigw.NotFound("Invalid Usage Plan ID specified") }

// invalidStage is the refusal of a stage that is no stage.
func invalidStage() error { return refuse("apiStages", nil, "Invalid API Stage specified") }

func unknownPlanStage(api, stage, plan string) error {
	return apigw.NotFound("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s", clip(api), clip(stage), plan)
}

// CreateUsagePlan makes a usage plan.
func (s *Service) CreateUsagePlan(ctx context.Context, given *apigw.UsagePlan) (*apigw.UsagePlan, error) {
	var p *apigw.UsagePlan
	err := s.write(ctx, func(t *tx) error {
		fresh := *given
		p = &fresh
		p.ProductCode = "" // comes with an update alone
		if err := checkPlan(p); err != nil {
			return err
		}
		for i, stage := range p.APIStages {
			if slices.ContainsFunc(p.APIStages[:i], func(other *apigw.APIStage) bool { return other.APIID == stage.APIID && other.Stage == stage.Stage }) {
				return invalidStage()
			}
			ok, err := t.has(stageKey(stage.APIID, stage.Stage))
			if err != nil {
				return err
			}
			if !ok {
				return invalidStage()
			}
		}
		var err error
		if p.ID, err = s.unusedID(t, shortID, planKey); err != nil {
			return err
		}
		return t.save(planKey(p.ID), p, s.now().UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

func checkPlan(p *apigw.UsagePlan) error {
	if p.Name == "" {
		return refuse("name", "", "Usage Plan name cannot be blank")
	}
	if err := Refusal(p.Validate()); err != nil {
		return err
	}
	return checkTags(p.Tags)
}

func loadPlan(r reader, id string) (*apigw.UsagePlan, error) {
	p, err := load[apigw.UsagePlan](r, planKey(id))
	if err == nil && p == nil {
		err = unknownPlan()
	}
	return p, err
}

// GetUsagePlan returns a usage plan.
func (s *Service) GetUsagePlan(ctx context.Context, id string) (*apigw.UsagePlan, error) {
	var p *apigw.UsagePlan
	err := s.read(ctx, func(v view) (err error) {
		p, err = loadPlan(v, id)
		return err
	})
	return p, err
}

// GetUsagePlans returns a page of the usage plans, the oldest first; only those
// of an API key, if one is given.
func (s *Service) GetUsagePlans(ctx context.Context, keyID string, p Page) (plans []*apigw.UsagePlan, next string, err error) {
	err = s.read(ctx, func(v view) error {
		list, err := momentsUnder(v, PlansPrefix)
		if err != nil {
			return err
		}
		if keyID != "" {
			ids, err := plansOfKey(v, keyID)
			if err != nil {
				return err
			}
			list = slices.DeleteFunc(list, func(m moment) bool { return !slices.Contains(ids, m.id) })
		}
		page, after := pageOf(list, p, func(m moment) string { return place(m.created, m.id) })
		for _, m := range page {
			plan, err := decode[apigw.UsagePlan](m.record)
			if err != nil {
				return err
			}
			plans = append(plans, plan)
		}
		next = after
		return nil
	})
	return plans, next, err
}

// UpdateUsagePlan changes a usage plan. It is judged after the whole list.
func (s *Service) UpdateUsagePlan(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.UsagePlan, error) {
	var p *apigw.UsagePlan
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.UsagePlan](t, planKey(id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownPlan()
		}
		if p = old; len(ops) == 0 {
			return nil
		}
		if p, err = patched(old, ops, patchWords{}, patchPlanStages(t)); err != nil {
			return err
		}
		if err := checkPlan(p); err != nil {
			return err
		}
		if err := checkKeysOfPlan(t, p); err != nil {
			return err
		}
		return t.save(planKey(id), p, created)
	})
	return p, err
}

// DeleteUsagePlan removes a usage plan without stages. Its keys stay.
func (s *Service) DeleteUsagePlan(ctx context.Context, id string) error {
	return s.write(ctx, func(t *tx) error {
		p, err := loadPlan(t, id)
		if err != nil {
			return err
		}
		if len(p.APIStages) > 0 {
			return apigw.BadRequest("Cannot delete Usage Plan %s because there are API Stages associated with it. Please remove all API Stages from the Usage Plan before deleting it.", id)
		}
		for item, err := range t.scan(planKeysPrefix(id)) {
			if err != nil {
				return err
			}
			t.delete(keyPlanKey(segment(item.Key, 2), id))
		}
		t.deletePrefix(planKeysPrefix(id))
		t.deletePrefix(usageOfPrefix(id))
		t.delete(planKey(id))
		return nil
	})
}
