package iam

import (
	"context"
	"strings"
	"time"

	"postern/internal/property"
)

// A Policy is a policy with a name of its own.
//
// See "Policy" in the IAM API reference and "AWS::IAM::ManagedPolicy".
type Policy struct {
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	ARN         string            `json:"arn"`
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	Document    string            `json:"document"`
	Version     int64             `json:"version"` // how often the document was changed, from 1
	Tags        map[string]string `json:"tags,omitempty"`
	Created     time.Time         `json:"created"`
	Updated     time.Time         `json:"updated"`
}

// Properties is the one definition of what can be said of a policy.
func (p *Policy) Properties() property.List {
	return property.List{
		{
			Name:  "managedPolicyName",
			Names: property.Names{Terraform: "name"},
			Value: property.Text(&p.Name),
			Is:    property.CreateOnly,
			Doc:   "The policy's name. One is made if it is left out.",
		},
		{
			Name:    "path",
			Value:   property.Text(&p.Path),
			Is:      property.CreateOnly,
			Default: "/",
			Doc:     "What stands before the name in the ARN.",
		},
		{
			Name:  "description",
			Value: property.Text(&p.Description),
			Is:    property.CreateOnly,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "policyDocument",
			Names: property.Names{Terraform: "policy"},
			Value: property.Document(&p.Document),
			Is:    property.Required,
			Doc:   "What it allows. It is kept.",
		},
	}
}

// policyKey is the key of an ARN of this account, or "".
func (s *Service) policyKey(arn string) string {
	if rest, ok := strings.CutPrefix(arn, s.arn("policy", "/", "")); ok && rest != "" && len(rest) <= 640 {
		return policiesPrefix + rest
	}
	return ""
}

func noPolicy(arn string) *Error {
	return refused(NoSuchEntity, "Policy %s does not exist or is not attachable.", arn)
}

// CreatePolicy makes a policy.
func (s *Service) CreatePolicy(ctx context.Context, wanted *Policy) (*Policy, error) {
	p := *wanted
	p.Path = orElse(p.Path, "/")
	if err := checkName("policyName", p.Name, 128); err != nil {
		return nil, err
	}
	if err := checkPath(p.Path); err != nil {
		return nil, err
	}
	if err := checkDocument(p.Document); err != nil {
		return nil, err
	}
	p.ARN, p.ID, p.Version, p.Created = s.arn("policy", p.Path, p.Name), newID("ANPA"), 1, s.now()
	p.Updated = p.Created
	err := change(ctx, s.Store, s.policyKey(p.ARN), func(old *Policy) (*Policy, error) {
		if old != nil {
			return nil, refused(EntityAlreadyExists, "A policy called %s already exists. Duplicate names are not allowed.", p.Name)
		}
		return &p, nil
	})
	return &p, err
}

// GetPolicy returns a policy of this account.
func (s *Service) GetPolicy(ctx context.Context, arn string) (*Policy, error) {
	key := s.policyKey(arn)
	if key == "" {
		return nil, noPolicy(arn)
	}
	p, _, err := get[Policy](ctx, s.Store, key)
	if err == nil && p == nil {
		err = noPolicy(arn)
	}
	return p, err
}

// ListPolicies returns the policies of this account.
func (s *Service) ListPolicies(ctx context.Context) ([]*Policy, error) {
	return list[Policy](ctx, s.Store, policiesPrefix)
}

// PutPolicyDocument gives a policy another document.
func (s *Service) PutPolicyDocument(ctx context.Context, arn, document string) (*Policy, error) {
	key := s.policyKey(arn)
	if key == "" {
		return nil, noPolicy(arn)
	}
	if err := checkDocument(document); err != nil {
		return nil, err
	}
	var out *Policy
	err := change(ctx, s.Store, key, func(old *Policy) (*Policy, error) {
		if out = old; old == nil {
			return nil, noPolicy(arn)
		}
		if old.Document != document {
			old.Document, old.Updated = document, s.now()
			old.Version++
		}
		return old, nil
	})
	return out, err
}

// DeletePolicy deletes a policy that no role has.
func (s *Service) DeletePolicy(ctx context.Context, arn string) error {
	key := s.policyKey(arn)
	if key == "" {
		return noPolicy(arn)
	}
	roles, err := s.ListRoles(ctx)
	if err != nil {
		return err
	}
	for _, r := range roles {
		for _, a := range r.Attached {
			if a == arn {
				return refused(DeleteConflict, "Cannot delete a policy attached to entities.")
			}
		}
	}
	return change(ctx, s.Store, key, func(old *Policy) (*Policy, error) {
		if old == nil {
			return nil, noPolicy(arn)
		}
		return nil, nil
	})
}

// PolicyARN returns the ARN of a policy of this account.
func (s *Service) PolicyARN(path, name string) string { return s.arn("policy", path, name) }
