package control

import (
	"context"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

func unknownValidator() error {
	return apigw.NotFound("Invalid Request Validator identifier specified")
}

// CreateRequestValidator makes a request validator. Names need not be unique.
func (s *Service) CreateRequestValidator(ctx context.Context, api string, given *apigw.RequestValidator) (*apigw.RequestValidator, error) {
	var v *apigw.RequestValidator
	err := s.write(ctx, func(t *tx) error {
		ok, err := t.has(restAPIKey(api))
		if err != nil {
			return err
		}
		if !ok {
			return apigw.BadRequest("Invalid REST API identifier specified") // not a 404. Observed.
		}
		fresh := *given
		v = &fresh
		if err := checkValidator(v); err != nil {
			return err
		}
		if v.ID, err = s.unusedID(t, shortID, func(id string) string { return validatorKey(api, id) }); err != nil {
			return err
		}
		return t.save(validatorKey(api, v.ID), v, s.now().UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func checkValidator(v *apigw.RequestValidator) error {
	if strings.TrimSpace(v.Name) == "" {
		return refuse("name", v.Name, "Request Validator name cannot be blank")
	}
	return nil
}

// GetRequestValidator returns a request validator.
func (s *Service) GetRequestValidator(ctx context.Context, api, id string) (*apigw.RequestValidator, error) {
	var out *apigw.RequestValidator
	err := s.read(ctx, func(v view) (err error) {
		out, err = load[apigw.RequestValidator](v, validatorKey(api, id))
		if err == nil && out == nil {
			err = unknownValidator()
		}
		return err
	})
	return out, err
}

// GetRequestValidators returns a page of the request validators, the oldest
// first.
func (s *Service) GetRequestValidators(ctx context.Context, api string, p Page) (list []*apigw.RequestValidator, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		list, next, err = pageByCreation[apigw.RequestValidator](v, validatorsPrefix(api), p)
		return err
	})
	return list, next, err
}

// UpdateRequestValidator changes a request validator.
func (s *Service) UpdateRequestValidator(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.RequestValidator, error) {
	var v *apigw.RequestValidator
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.RequestValidator](t, validatorKey(api, id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownValidator()
		}
		words := patchWords{replaceOnly: []string{"/name", "/validateRequestParameters", "/validateRequestBody"}}
		if v, err = patched(old, ops, words, nil); err != nil {
			return err
		}
		if err := checkValidator(v); err != nil {
			return err
		}
		return t.save(validatorKey(api, id), v, created)
	})
	return v, err
}

// DeleteRequestValidator removes a request validator that no method names.
// Chosen: the service leaves methods with a validator that does not exist.
func (s *Service) DeleteRequestValidator(ctx context.Context, api, id string) error {
	return s.write(ctx, func(t *tx) error {
		ok, err := t.has(validatorKey(api, id))
		if err != nil {
			return err
		}
		if !ok {
			return unknownValidator()
		}
		resources, err := loadTree(t, api)
		if err != nil {
			return err
		}
		if err := loadMethods(t, methodsPrefix(api), resources); err != nil {
			return err
		}
		for _, r := range resources.sorted() {
			for _, verb := range slices.Sorted(maps.Keys(r.Methods)) {
				if r.Methods[verb].RequestValidatorID == id {
					return apigw.Conflict("Cannot delete request validator '%s', is referenced in method: %s/%s", id, r.Path, verb)
				}
			}
		}
		t.delete(validatorKey(api, id))
		return nil
	})
}
