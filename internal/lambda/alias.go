package lambda

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"strconv"
)

// An Alias is a name that leads to a version, and for a part of the invocations
// to another one.
//
// See "AliasConfiguration" and "AWS::Lambda::Alias".
type Alias struct {
	Name        string             `json:"name"`
	Version     string             `json:"version"`
	Description string             `json:"description,omitempty"`
	Weights     map[string]float64 `json:"weights,omitempty"` // of other versions, 0 to 1
	RevisionID  string             `json:"revisionId"`
}

// leadsTo reports whether some invocations of the alias run a version.
func (a *Alias) leadsTo(version string) bool {
	_, also := a.Weights[version]
	return a.Version == version || also
}

// pick returns the version for one invocation. chance is from 0 to 1.
func (a *Alias) pick(chance func() float64) string {
	if len(a.Weights) == 0 {
		return a.Version
	}
	x := chance()
	for _, v := range slices.Sorted(maps.Keys(a.Weights)) {
		if x -= a.Weights[v]; x < 0 {
			return v
		}
	}
	return a.Version
}

func (s *Service) unknownAlias(n Name, alias string) *Error {
	return notFound("Cannot find alias arn: %s", s.ARN(n.Function, alias))
}

// checkAlias refuses an alias that cannot be.
func (s *Service) checkAlias(t *tx, a *Alias) error {
	if utf8.RuneCountInString(a.Description) > maxDescription {
		return violated(clip(a.Description), "description", "Member must have length less than or equal to 256")
	}
	if a.Version == "" {
		return &Error{Code: ValidationException, Message: "1 validation error detected: Value at 'functionVersion' failed to satisfy constraint: Member must not be null"}
	}
	f, err := t.version(a.Version)
	if err != nil {
		return err
	}
	if f == nil {
		return notFound("Function not found: %s", s.ARN(t.name, a.Version))
	}
	if len(a.Weights) > 1 {
		return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
	}
	for v, weight := range a.Weights {
		switch {
		case weight < 0 || weight > 1:
			return violated(strconv.FormatFloat(weight, 'f', -1, 64), "routingConfig.additionalVersionWeights", "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]")
		case a.Version == Latest || v == Latest:
			return invalid("$LATEST is not supported for an alias pointing to more than 1 version")
		case v == a.Version:
			return invalid("Invalid function version %s. Function version %s is already included in routing configuration.", v, v)
		}
		if f, err := t.version(v); err != nil || f == nil {
			if err != nil {
				return err
			}
			return notFound("Function not found: %s", s.ARN(t.name, v))
		}
	}
	return nil
}

// CreateAlias gives a version a name.
func (s *Service) CreateAlias(ctx context.Context, function string, wanted *Alias) (*Alias, error) {
	n, err := QualifiedName(function, "")
	if err != nil {
		return nil, err
	}
	if len(wanted.Name) > maxAlias || !aliasForm.MatchString(wanted.Name) || numberForm.MatchString(wanted.Name) {
		return nil, violated(clip(wanted.Name), "name", `Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)`)
	}
	a := *wanted
	err = s.update(ctx, n, func(t *tx) error {
		if t.entry.Aliases[a.Name] != nil {
			return conflict("Alias already exists: %s", s.ARN(n.Function, a.Name))
		}
		if err := s.checkAlias(t, &a); err != nil {
			return err
		}
		a.RevisionID = s.newID()
		if t.entry.Aliases == nil {
			t.entry.Aliases = map[string]*Alias{}
		}
		t.entry.Aliases[a.Name] = &a
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// UpdateAlias changes what edit changes. edit may be called more than once.
func (s *Service) UpdateAlias(ctx context.Context, function, alias, revisionID string, edit func(*Alias)) (*Alias, error) {
	n, err := QualifiedName(function, "")
	if err != nil {
		return nil, err
	}
	var out *Alias
	err = s.update(ctx, n, func(t *tx) error {
		out = t.entry.Aliases[alias]
		if out == nil {
			return s.unknownAlias(n, alias)
		}
		if err := sameRevision(revisionID, out.RevisionID); err != nil {
			return err
		}
		was := *out
		was.Weights = maps.Clone(out.Weights)
		edit(out)
		out.Name = alias
		if maps.Equal(was.Weights, out.Weights) && was.Version == out.Version && was.Description == out.Description {
			return nil
		}
		if err := s.checkAlias(t, out); err != nil {
			return err
		}
		out.RevisionID = s.newID()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// GetAlias returns an alias.
func (s *Service) GetAlias(ctx context.Context, function, alias string) (*Alias, error) {
	n, err := QualifiedName(function, "")
	if err != nil {
		return nil, err
	}
	var out *Alias
	err = s.read(ctx, n, func(v *view) error {
		if out = v.entry.Aliases[alias]; out == nil {
			return s.unknownAlias(n, alias)
		}
		return nil
	})
	return out, err
}

// ListAliases returns the aliases of a function, or those that lead to a
// version.
func (s *Service) ListAliases(ctx context.Context, function, version string) ([]*Alias, error) {
	n, err := QualifiedName(function, "")
	if err != nil {
		return nil, err
	}
	var out []*Alias
	err = s.read(ctx, n, func(v *view) error {
		out = slices.SortedFunc(maps.Values(v.entry.Aliases), func(a, b *Alias) int { return strings.Compare(a.Name, b.Name) })
		out = slices.DeleteFunc(out, func(a *Alias) bool { return version != "" && !a.leadsTo(version) })
		return nil
	})
	return out, err
}

// DeleteAlias takes an alias away. One that is not there is deleted.
func (s *Service) DeleteAlias(ctx context.Context, function, alias string) error {
	n, err := QualifiedName(function, "")
	if err != nil {
		return err
	}
	return s.update(ctx, n, func(t *tx) error {
		delete(t.entry.Aliases, alias)
		delete(t.entry.Policies, alias)
		return nil
	})
}
