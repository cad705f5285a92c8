package control

import (
	"context"
	"slices"

	"postern/internal/apigw"
	"postern/internal/property"
)

// GetAccount returns the account's settings.
func (s *Service) GetAccount(ctx context.Context) (*apigw.Account, error) {
	var a *apigw.Account
	err := s.read(ctx, func(v view) (err error) {
		a, err = loadAccount(v)
		return err
	})
	return a, err
}

// UpdateAccount changes the account's settings.
func (s *Service) UpdateAccount(ctx context.Context, ops []property.PatchOperation) (*apigw.Account, error) {
	var a *apigw.Account
	err := s.write(ctx, func(t *tx) error {
		old, err := loadAccount(t)
		if err != nil {
			return err
		}
		if a, err = patched(old, ops, patchWords{}, nil); err != nil {
			return err
		}
		if !slices.Contains(a.Features, usagePlans) {
			return apigw.BadRequest("Usage Plans cannot be disabled once enabled")
		}
		if len(ops) == 0 {
			return nil
		}
		return t.save(accountKey, a, 0)
	})
	return a, err
}

const usagePlans = "UsagePlans"

// loadAccount returns the account with what every account has. Observed.
func loadAccount(r reader) (*apigw.Account, error) {
	a, err := load[apigw.Account](r, accountKey)
	if err != nil {
		return nil, err
	}
	if a == nil {
		a = &apigw.Account{Features: []string{usagePlans}}
	}
	a.ThrottleSettings = &apigw.ThrottleSettings{BurstLimit: 5000, RateLimit: 10000}
	a.APIKeyVersion = "4"
	return a, nil
}
