package iam

import (
	"context"
	"maps"
	"slices"
	"time"

	"postern/internal/property"
)

// A Role is a role that somebody may assume.
//
// See "Role" in the IAM API reference and "AWS::IAM::Role".
type Role struct {
	Name        string             `json:"name"`
	Path        string             `json:"path"`
	ARN         string             `json:"arn"`
	ID          string             `json:"id"`
	Trust       string             `json:"trust"` // who may assume it: a policy document
	Description string             `json:"description,omitempty"`
	Session     time.Duration      `json:"session"` // the longest
	Boundary    string             `json:"boundary,omitempty"`
	Attached    []string           `json:"attached,omitempty"` // ARNs of policies, in the order of their coming
	Inline      map[string]*Inline `json:"inline,omitempty"`   // by name
	Tags        map[string]string  `json:"tags,omitempty"`
	Created     time.Time          `json:"created"`
}

// An Inline is a policy within a role.
type Inline struct {
	Name     string `json:"name"`
	Document string `json:"document"`
}

// Properties implements property.Noun.
func (p *Inline) Properties() property.List {
	return property.List{
		{Name: "policyName", Names: property.Names{Terraform: "name"}, Value: property.Text(&p.Name), Is: property.Required, Doc: "The policy's name."},
		{Name: "policyDocument", Names: property.Names{Terraform: "policy"}, Value: property.Document(&p.Document), Is: property.Required, Doc: "What it allows."},
	}
}

// Properties is the one definition of what can be said of a role.
func (r *Role) Properties() property.List {
	return property.List{
		{
			Name:  "roleName",
			Names: property.Names{Terraform: "name"},
			Value: property.Text(&r.Name),
			Is:    property.CreateOnly,
			Doc:   "The role's name. One is made if it is left out.",
		},
		{
			Name:    "path",
			Value:   property.Text(&r.Path),
			Is:      property.CreateOnly,
			Default: "/",
			Doc:     "What stands before the name in the ARN.",
		},
		{
			Name:  "assumeRolePolicyDocument",
			Names: property.Names{Terraform: "assume_role_policy"},
			Value: property.Document(&r.Trust),
			Is:    property.Required,
			Doc:   "Who may assume the role. It is kept.",
		},
		{
			Name:  "description",
			Value: property.Text(&r.Description),
			Doc:   "A sentence for people.",
		},
		{
			Name:    "maxSessionDuration",
			Value:   property.Seconds(&r.Session, 3600, 43200),
			Default: "3600",
			Doc:     "Seconds that a session may last. It is kept.",
		},
		{
			Name:  "permissionsBoundary",
			Value: property.Text(&r.Boundary),
			Doc:   "The ARN of a policy. It is kept.",
		},
		{
			Name:  "managedPolicyArns",
			Value: property.TextList(&r.Attached),
			Is:    property.Unordered,
			Doc:   "The ARNs of policies that the role has. They are kept.",
		},
		{
			Name:  "policies",
			Names: property.Names{Terraform: "inline_policy"},
			Value: property.ObjectMapBy(&r.Inline, "policyName"),
			Doc:   "Policies within the role. They are kept.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&r.Tags),
			Doc:   "Tags.",
		},
	}
}

func noRole(name string) *Error {
	return refused(NoSuchEntity, "The role with name %s cannot be found.", name)
}

// Defaults sets what was left out.
func (r *Role) Defaults() {
	r.Path = orElse(r.Path, "/")
	if r.Session == 0 {
		r.Session = time.Hour
	}
}

func (r *Role) check() error {
	if err := checkName("roleName", r.Name, 64); err != nil {
		return err
	}
	if err := checkPath(r.Path); err != nil {
		return err
	}
	if r.Session < time.Hour || r.Session > 12*time.Hour {
		return refused(ValidationError, "1 validation error detected: Value '%d' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200", r.Session/time.Second)
	}
	if err := checkDocument(r.Trust); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Inline)) {
		if err := checkName("policyName", name, 128); err != nil {
			return err
		}
		if err := checkDocument(r.Inline[name].Document); err != nil {
			return err
		}
	}
	return nil
}

// CreateRole makes a role, which has its defaults already.
func (s *Service) CreateRole(ctx context.Context, wanted *Role) (*Role, error) {
	role := *wanted
	if err := role.check(); err != nil {
		return nil, err
	}
	role.ARN, role.ID, role.Created = s.arn("role", role.Path, role.Name), newID("AROA"), s.now()
	err := change(ctx, s.Store, rolesPrefix+role.Name, func(old *Role) (*Role, error) {
		if old != nil {
			return nil, refused(EntityAlreadyExists, "Role with name %s already exists.", role.Name)
		}
		return &role, nil
	})
	return &role, err
}

// GetRole returns a role.
func (s *Service) GetRole(ctx context.Context, name string) (*Role, error) {
	if checkName("roleName", name, 64) != nil {
		return nil, noRole(name)
	}
	role, _, err := get[Role](ctx, s.Store, rolesPrefix+name)
	if err == nil && role == nil {
		err = noRole(name)
	}
	return role, err
}

// ListRoles returns the roles, sorted by name.
func (s *Service) ListRoles(ctx context.Context) ([]*Role, error) {
	return list[Role](ctx, s.Store, rolesPrefix)
}

// UpdateRole changes what edit changes. edit may be called more than once.
func (s *Service) UpdateRole(ctx context.Context, name string, edit func(*Role) error) (*Role, error) {
	if checkName("roleName", name, 64) != nil {
		return nil, noRole(name)
	}
	var out *Role
	err := change(ctx, s.Store, rolesPrefix+name, func(old *Role) (*Role, error) {
		if old == nil {
			return nil, noRole(name)
		}
		was := *old
		if err := edit(old); err != nil {
			return nil, err
		}
		old.Name, old.Path, old.ARN, old.ID, old.Created = was.Name, was.Path, was.ARN, was.ID, was.Created
		out = old
		return old, old.check()
	})
	return out, err
}

// DeleteRole deletes a role that has no policies; with force, any.
func (s *Service) DeleteRole(ctx context.Context, name string, force bool) error {
	if checkName("roleName", name, 64) != nil {
		return noRole(name)
	}
	return change(ctx, s.Store, rolesPrefix+name, func(old *Role) (*Role, error) {
		switch {
		case old == nil:
			return nil, noRole(name)
		case force:
		case len(old.Attached) > 0:
			return nil, refused(DeleteConflict, "Cannot delete entity, must detach all policies first.")
		case len(old.Inline) > 0:
			return nil, refused(DeleteConflict, "Cannot delete entity, must delete policies first.")
		}
		return nil, nil
	})
}
