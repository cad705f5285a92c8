package control

import (
	"context"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/lang/javaregexp"
	"postern/internal/property"
)

func unknownAuthorizer() error { return apigw.NotFound("Invalid Authorizer identifier specified") }

// CreateAuthorizer makes an authorizer.
func (s *Service) CreateAuthorizer(ctx context.Context, api string, given *apigw.Authorizer) (*apigw.Authorizer, error) {
	var a *apigw.Authorizer
	err := s.write(ctx, func(t *tx) error {
		ok, err := t.has(restAPIKey(api))
		if err != nil {
			return err
		}
		if !ok {
			return concurrent() // not a 404. Observed.
		}
		fresh := *given
		a = &fresh
		if a.Type == apigw.CognitoAuthorizer {
			a.AuthorizerCredentials = "" // ignored here, and not by an update. Observed.
		}
		if a.ID, err = s.unusedID(t, shortID, func(id string) string { return authorizerKey(api, id) }); err != nil {
			return err
		}
		if err := s.completeAuthorizer(t, api, a); err != nil {
			return err
		}
		return t.save(authorizerKey(api, a.ID), a, s.now().UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// completeAuthorizer fills in what follows from the type and judges the whole.
func (s *Service) completeAuthorizer(r reader, api string, a *apigw.Authorizer) error {
	switch a.Type {
	case apigw.CognitoAuthorizer:
		a.AuthType = orElse(a.AuthType, "cognito_user_pools")
		a.AuthorizerURI = ""
	case apigw.TokenAuthorizer, apigw.RequestAuthorizer:
		a.AuthType = orElse(a.AuthType, "custom")
		a.ProviderARNs = nil
	}
	if err := Refusal(a.Validate()); err != nil {
		return err
	}
	if expression := a.IdentityValidationExpression; expression != "" {
		if _, err := javaregexp.Compile(expression); err != nil {
			return refuse("identityValidationExpression", clip(expression), "Invalid identity validation expression specified: "+err.Error())
		}
	}
	others, err := all[apigw.Authorizer](r, authorizersPrefix(api))
	if err != nil {
		return err
	}
	count := 1
	for _, other := range others {
		if other.ID == a.ID {
			continue
		}
		if count++; other.Name == a.Name {
			return refuse("name", clip(a.Name), "Authorizer name must be unique. Authorizer "+clip(a.Name)+" already exists in this RestApi.")
		}
	}
	if limit := s.limits().Authorizers; limit > 0 && count > limit {
		return &apigw.Error{Code: apigw.LimitExceededException,
			Message: "Maximum number of Authorizers for this API has been reached.  Please contact AWS if you need additional Authorizers."}
	}
	return nil
}

// needAuthorizer refuses a method whose authorizer does not exist or decides
// otherwise than the method says.
func needAuthorizer(r reader, api string, m *apigw.Method) error {
	var a *apigw.Authorizer
	if m.AuthorizerID != "" {
		var err error
		if a, err = load[apigw.Authorizer](r, authorizerKey(api, m.AuthorizerID)); err != nil {
			return err
		}
	}
	if a == nil || (a.Type == apigw.CognitoAuthorizer) != (m.AuthorizationType == apigw.AuthCognito) {
		return refuse("authorizerId", clip(m.AuthorizerID), "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")
	}
	return nil
}

// GetAuthorizer returns an authorizer.
func (s *Service) GetAuthorizer(ctx context.Context, api, id string) (*apigw.Authorizer, error) {
	var out *apigw.Authorizer
	err := s.read(ctx, func(v view) (err error) {
		out, err = load[apigw.Authorizer](v, authorizerKey(api, id))
		if err == nil && out == nil {
			err = unknownAuthorizer()
		}
		return err
	})
	return out, err
}

// GetAuthorizers returns a page of the authorizers, the oldest first.
func (s *Service) GetAuthorizers(ctx context.Context, api string, p Page) (list []*apigw.Authorizer, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		list, next, err = pageByCreation[apigw.Authorizer](v, authorizersPrefix(api), p)
		return err
	})
	return list, next, err
}

// UpdateAuthorizer changes an authorizer. It is judged after the whole list.
func (s *Service) UpdateAuthorizer(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.Authorizer, error) {
	var a *apigw.Authorizer
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.Authorizer](t, authorizerKey(api, id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownAuthorizer()
		}
		if a = old; len(ops) == 0 {
			return nil
		}
		if a, err = patched(old, ops, patchWords{}, patchIdentitySource); err != nil {
			return err
		}
		if a.Type != old.Type && (a.Type == apigw.CognitoAuthorizer || old.Type == apigw.CognitoAuthorizer) {
			user, err := userOfAuthorizer(t, api, id)
			if err != nil {
				return err
			}
			if user != "" { // whose authorization type would be wrong
				return apigw.Conflict("Cannot change the type of authorizer '%s', is referenced in method: %s", a.Name, user)
			}
			if a.AuthType == old.AuthType {
				a.AuthType = ""
			}
		}
		if err := s.completeAuthorizer(t, api, a); err != nil {
			return err
		}
		return t.save(authorizerKey(api, id), a, created)
	})
	return a, err
}

// patchIdentitySource takes over the operations on single expressions of the
// identity source. Chosen: the page lists add and remove and does not say more.
func patchIdentitySource(a *apigw.Authorizer, op property.PatchOperation) (bool, error) {
	if op.Path != "/identitySource" || op.Value == "" {
		return false, nil
	}
	sources := a.IdentitySources()
	switch op.Op {
	case "add":
		if !slices.Contains(sources, op.Value) {
			sources = append(sources, op.Value)
		}
	case "remove":
		sources = slices.DeleteFunc(sources, func(s string) bool { return s == op.Value })
	default:
		return false, nil
	}
	a.IdentitySource = strings.Join(sources, ",")
	return true, nil
}

// DeleteAuthorizer removes an authorizer that no method names.
func (s *Service) DeleteAuthorizer(ctx context.Context, api, id string) error {
	return s.write(ctx, func(t *tx) error {
		a, err := load[apigw.Authorizer](t, authorizerKey(api, id))
		if err != nil {
			return err
		}
		if a == nil {
			return unknownAuthorizer()
		}
		user, err := userOfAuthorizer(t, api, id)
		if err != nil {
			return err
		}
		if user != "" {
			return apigw.Conflict("Cannot delete authorizer '%s', is referenced in method: %s", a.Name, user)
		}
		t.delete(authorizerKey(api, id))
		return nil
	})
}

// userOfAuthorizer returns a method that names an authorizer, as path and verb,
// or nothing.
func userOfAuthorizer(r reader, api, id string) (string, error) {
	resources, err := loadTree(r, api)
	if err != nil {
		return "", err
	}
	if err := loadMethods(r, methodsPrefix(api), resources); err != nil {
		return "", err
	}
	for _, res := range resources.sorted() {
		for _, verb := range slices.Sorted(maps.Keys(res.Methods)) {
			if res.Methods[verb].AuthorizerID == id {
				return res.Path + "/" + verb, nil // "//ANY" for the root, as with models
			}
		}
	}
	return "", nil
}
