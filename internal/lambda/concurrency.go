package lambda

import "context"

// PutConcurrency reserves concurrent invocations for a function: no more of them
// run at once, of all versions.
func (s *Service) PutConcurrency(ctx context.Context, name string, reserved int64) error {
	n, err := QualifiedName(name, "")
	if err != nil {
		return err
	}
	if reserved < 0 {
		return &Error{Code: ValidationException, Message: "1 validation error detected: Value at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0"}
	}
	return s.update(ctx, n, func(t *tx) error {
		t.entry.Reserved = &reserved
		return nil
	})
}

// GetConcurrency returns what is reserved for a function; nil: nothing.
func (s *Service) GetConcurrency(ctx context.Context, name string) (*int64, error) {
	d, err := s.GetFunction(ctx, name, "")
	if err != nil {
		return nil, err
	}
	return d.Reserved, nil
}

// DeleteConcurrency takes a reservation back.
func (s *Service) DeleteConcurrency(ctx context.Context, name string) error {
	n, err := QualifiedName(name, "")
	if err != nil {
		return err
	}
	return s.update(ctx, n, func(t *tx) error {
		t.entry.Reserved = nil
		return nil
	})
}
