package control

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
	"postern/internal/throttle"
)

// A Usage says how often the keys of a usage plan were used, day by day.
//
// See "GetUsage".
type Usage struct {
	UsagePlanID        string
	StartDate, EndDate string // YYYY-MM-DD
	// Values are pairs of what was used and what remained for each day, by key. A
	// key that was not used is not there. Chosen: -1 remains where there is no
	// quota.
	Values map[string][][2]int64
}

// maxUsageDays is the longest time that GetUsage looks at.
const maxUsageDays = 90

// GetUsage returns what was used of a plan in a time: by one key, or by those on
// a page of the plan's keys.
func (s *Service) GetUsage(ctx context.Context, plan, keyID, start, end string, page Page) (u *Usage, next string, err error) {
	var quota *throttle.Quota
	var keys []string
	err = s.read(ctx, func(v view) error {
		p, err := loadPlan(v, plan)
		if err != nil {
			return err
		}
		quota = quotaOf(p)
		if keyID != "" {
			ok, err := v.has(planKeyKey(plan, keyID))
			if err == nil && !ok {
				err = unknownAPIKey()
			}
			keys = []string{keyID}
			return err
		}
		members, err := byCreation[apigw.UsagePlanKey](v, planKeysPrefix(plan))
		if err != nil {
			return err
		}
		members, next = pageOf(members, page, dated[apigw.UsagePlanKey].place)
		for _, m := range members {
			keys = append(keys, m.id)
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	from, to, err := usageDays(start, end)
	if err != nil {
		return nil, "", err
	}
	u = &Usage{UsagePlanID: plan, StartDate: start, EndDate: end}
	for _, id := range keys {
		s.report(u, id, quota, from, to, false)
	}
	return u, next, nil
}

// report adds what a key has used; also one that was not used, if that is
// wanted.
func (s *Service) report(u *Usage, key string, quota *throttle.Quota, from, to time.Time, unused bool) {
	if s.Usage == nil {
		return
	}
	days, used := s.Usage.Report(throttle.Consumer{Plan: u.UsagePlanID, Key: key}, quota, from, to)
	if !used && !unused {
		return
	}
	pairs := make([][2]int64, len(days))
	for i, d := range days {
		pairs[i] = [2]int64{d.Used, d.Remaining}
	}
	if u.Values == nil {
		u.Values = map[string][][2]int64{}
	}
	u.Values[key] = pairs
}

// usageDays reads the time that a report is about.
func usageDays(start, end string) (from, to time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, start); err != nil {
		return from, to, refuse("startDate", clip(start), "Invalid start date specified: "+clip(start)+" is not of the form YYYY-MM-DD")
	}
	if to, err = time.Parse(time.DateOnly, end); err != nil {
		return from, to, refuse("endDate", clip(end), "Invalid end date specified: "+clip(end)+" is not of the form YYYY-MM-DD")
	}
	switch days := int(to.Sub(from).Hours()/24) + 1; {
	case days < 1:
		return from, to, refuse("endDate", end, "Invalid end date specified: it is before the start date")
	case days > maxUsageDays:
		return from, to, refuse("endDate", end, "Invalid date range specified: it is longer than 90 days")
	}
	return from, to, nil
}

// quotaOf returns a plan's quota, or nil.
func quotaOf(p *apigw.UsagePlan) *throttle.Quota {
	if p.Quota == nil {
		return nil
	}
	return &throttle.Quota{Limit: p.Quota.Limit, Period: throttle.PeriodOf(p.Quota.Period), Offset: int(p.Quota.Offset)}
}

// A remainder is what UpdateUsage changes.
type remainder struct{ left int64 }

// Properties implements property.Noun.
func (r *remainder) Properties() property.List {
	return property.List{{Name: "remaining", Value: property.Int(&r.left, 0, 1<<31-1), Patch: property.Replace}}
}

// UpdateUsage changes how many requests a key has left in the period of its
// plan's quota, and returns what it has used today.
func (s *Service) UpdateUsage(ctx context.Context, plan, keyID string, ops []property.PatchOperation) (*Usage, error) {
	if _, err := s.GetUsagePlanKey(ctx, plan, keyID); err != nil {
		return nil, err
	}
	p, err := s.GetUsagePlan(ctx, plan)
	if err != nil {
		return nil, err
	}
	quota := quotaOf(p)
	if quota == nil || s.Usage == nil {
		return nil, apigw.BadRequest("Usage Plan %s has no quota, so there is nothing that remains of it", plan)
	}
	consumer := throttle.Consumer{Plan: plan, Key: keyID}
	now := &remainder{left: s.Usage.Remaining(consumer, *quota)}
	rows := now.Properties()
	for _, op := range ops {
		if err := (&patchWords{}).apply(rows, op); err != nil {
			return nil, err
		}
		if now.left < 0 {
			return nil, badPatchValue(op, "a number of requests")
		}
	}
	if len(ops) > 0 {
		s.Usage.SetRemaining(consumer, *quota, now.left)
	}
	today := s.now().UTC()
	date := today.Format(time.DateOnly)
	u := &Usage{UsagePlanID: plan, StartDate: date, EndDate: date}
	s.report(u, keyID, quota, today, today, true)
	return u, nil
}

// SaveUsage keeps what keys have used. Keys that are no longer in their plan are
// left out.
func (s *Service) SaveUsage(ctx context.Context, counts map[throttle.Consumer]throttle.Count) error {
	return s.write(ctx, func(t *tx) error {
		for c, n := range counts {
			member, err := t.has(planKeyKey(c.Plan, c.Key))
			if err != nil {
				return err
			}
			if !member {
				continue
			}
			value, err := json.Marshal(n)
			if err != nil {
				return err
			}
			text, err := json.Marshal(record{Format: format, Value: value})
			if err != nil {
				return err
			}
			t.put(usageKey(c.Plan, c.Key), text)
		}
		return nil
	})
}

// LoadUsage returns what was kept of what keys have used.
func (s *Service) LoadUsage(ctx context.Context) (map[throttle.Consumer]throttle.Count, error) {
	counts := map[throttle.Consumer]throttle.Count{}
	err := s.read(ctx, func(v view) error {
		for item, err := range v.scan(usagePrefix) {
			if err != nil {
				return err
			}
			var r record
			var n throttle.Count
			if err := json.Unmarshal(item.Value, &r); err != nil {
				return fmt.Errorf("decode %s: %w", item.Key, err)
			}
			if err := json.Unmarshal(r.Value, &n); err != nil {
				return fmt.Errorf("decode %s: %w", item.Key, err)
			}
			counts[throttle.Consumer{Plan: segment(item.Key, 1), Key: segment(item.Key, 2)}] = n
		}
		return nil
	})
	return counts, err
}
