package control

import (
	"context"
	"time"

	"postern/internal/apigw"
)

// A Usage says how often the keys of a usage plan were used, day by day.
//
// See "GetUsage".
type Usage struct {
	UsagePlanID        string
	StartDate, EndDate string // YYYY-MM-DD
	// Values are pairs of what was used and what remained for each day, by key.
	// A key that was not used is not there.
	Values map[string][][2]int64
}

// maxUsageDays is the longest time that GetUsage looks at.
const maxUsageDays = 90

// GetUsage returns what was used of a plan in a time. Methods that need a key
// are closed, so that no key was ever used.
//
// TODO: counting; until then there are no values.
func (s *Service) GetUsage(ctx context.Context, plan, keyID, start, end string) (*Usage, error) {
	err := s.read(ctx, func(v view) error {
		if _, err := loadPlan(v, plan); err != nil {
			return err
		}
		if keyID == "" {
			return nil
		}
		ok, err := v.has(planKeyKey(plan, keyID))
		if err == nil && !ok {
			err = unknownAPIKey()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	from, err := time.Parse(time.DateOnly, start)
	if err != nil {
		return nil, refuse("startDate", clip(start), "Invalid start date specified: "+clip(start)+" is not of the form YYYY-MM-DD")
	}
	to, err := time.Parse(time.DateOnly, end)
	if err != nil {
		return nil, refuse("endDate", clip(end), "Invalid end date specified: "+clip(end)+" is not of the form YYYY-MM-DD")
	}
	switch days := int(to.Sub(from).Hours()/24) + 1; {
	case days < 1:
		return nil, refuse("endDate", end, "Invalid end date specified: it is before the start date")
	case days > maxUsageDays:
		return nil, refuse("endDate", end, "Invalid date range specified: it is longer than 90 days")
	}
	return &Usage{UsagePlanID: plan, StartDate: start, EndDate: end}, nil
}

// UpdateUsage would grant a key more requests for the rest of a period.
func (s *Service) UpdateUsage(ctx context.Context, plan, keyID string) error {
	if _, err := s.GetUsagePlanKey(ctx, plan, keyID); err != nil {
		return err
	}
	return &apigw.Error{Code: apigw.NotImplementedException,
		Message: "UpdateUsage is not part of Postern yet: usage is not counted, so there is no remaining quota to change"}
}
