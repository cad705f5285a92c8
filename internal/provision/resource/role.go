package resource

import (
	"context"
	"maps"
	"slices"
	"strings"

	"postern/internal/iam"
	"postern/internal/property"
)

// A role is a role of IAM. It is recorded.
type role struct {
	iam.Role
	prefix string
	force  bool
	made   string
}

func (m *role) rows() property.List {
	return append(m.Properties(), attributeRow("arn", &m.ARN, "The role's ARN."))
}

func roleTypes(e *environment) []Type {
	t := table[role]{
		env: e, doc: "A role that somebody may assume. It is recorded.",
		describe: func(_ Request, m *role) { m.made = timeText(m.Created) },
		identify: func(m *role, id string) { m.Name = bareName(id) },
		create: func(ctx context.Context, r Request, m *role) error {
			m.name(r)
			m.Defaults()
			wanted := m.Role
			wanted.Tags = withStackTags(r, m.Tags)
			made, err := e.roles.CreateRole(ctx, &wanted)
			if err != nil {
				return foreign(err)
			}
			own := m.Tags
			m.Role = *made
			m.Tags = own
			return nil
		},
		find: func(_ context.Context, r Request, m *role) error {
			m.name(r)
			return nil
		},
		read: func(ctx context.Context, r Request, m *role) error {
			own, attached, inline := m.Tags, m.Attached, m.Inline
			is, err := e.roles.GetRole(ctx, m.Name)
			if err != nil {
				return foreign(err)
			}
			m.Role = *is
			m.Tags = withoutStackTags(r, is.Tags, own)
			// What other resources of the template give the role is theirs.
			m.Attached = slices.DeleteFunc(slices.Clone(is.Attached), func(arn string) bool { return !slices.Contains(attached, arn) })
			m.Inline = maps.Clone(is.Inline)
			maps.DeleteFunc(m.Inline, func(name string, _ *iam.Inline) bool { return inline[name] == nil })
			return nil
		},
		delete: func(ctx context.Context, r Request, m *role) error {
			// The policies that this resource gave the role go with it.
			if _, err := e.roles.UpdateRole(ctx, m.Name, func(x *iam.Role) error {
				x.Attached = slices.DeleteFunc(x.Attached, func(arn string) bool { return m.force || slices.Contains(m.Attached, arn) })
				maps.DeleteFunc(x.Inline, func(name string, _ *iam.Inline) bool { return m.force || m.Inline[name] != nil })
				return nil
			}); err != nil {
				return foreign(err)
			}
			return foreign(e.roles.DeleteRole(ctx, m.Name, false))
		},
		physicalID: func(_ Request, m *role) string { return m.Name },
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = nativeIAM+"Role", property.CloudFormation, []string{"RoleName"}
	cfn.rows = func(m *role) property.List {
		return append(m.rows(), attributeRow("roleId", &m.ID, "The role's identifier."))
	}
	tf.name, tf.surface, tf.identifier = terraformIAM+"Role", property.TerraformType, []string{"Name"}
	tf.rows = func(m *role) property.List {
		return append(append(m.rows(),
			onTypes("namePrefix", property.Text(&m.prefix), property.CreateOnly|property.WriteOnly, "What the name that is made begins with."),
			onTypes("forceDetachPolicies", property.Bool(&m.force), property.WriteOnly, "Whether the role is deleted although it has policies."),
			attributeRow("uniqueId", &m.ID, "The role's identifier."),
			attributeRow("createDate", &m.made, "When the role was made (RFC 3339)."),
		), idRows(&m.Name)...)
	}
	cfn.update, tf.update = e.updateRole(&cfn), e.updateRole(&tf)
	return append([]Type{&cfn, &tf}, rolePolicyTypes(e)...)
}

// updateRole changes a role, less the policies that others gave it.
func (e *environment) updateRole(t *table[role]) func(context.Context, Request, *role, *role) error {
	return func(ctx context.Context, r Request, is, want *role) error {
		want.Defaults()
		before := t.earlier(r)
		_, err := e.roles.UpdateRole(ctx, is.Name, func(x *iam.Role) error {
			x.Trust, x.Description, x.Session, x.Boundary = want.Trust, want.Description, want.Session, want.Boundary
			x.Tags = withStackTags(r, want.Tags)
			x.Attached = slices.DeleteFunc(x.Attached, func(arn string) bool { return slices.Contains(before.Attached, arn) })
			for _, arn := range want.Attached {
				if !slices.Contains(x.Attached, arn) {
					x.Attached = append(x.Attached, arn)
				}
			}
			if x.Inline == nil {
				x.Inline = map[string]*iam.Inline{}
			}
			for name := range before.Inline {
				delete(x.Inline, name)
			}
			maps.Copy(x.Inline, want.Inline)
			return nil
		})
		return foreign(err)
	}
}

// name gives the role a name if it has none.
func (m *role) name(r Request) {
	switch {
	case m.Name != "":
	case m.prefix != "":
		m.Name = prefixedName(r, m.prefix, 64)
	default:
		m.Name = physicalName(r, 64)
	}
}

// A rolePolicy is a policy within a role, or one that the role is given.
type rolePolicy struct {
	role, name, prefix, document, arn, id string
}

// put makes a policy one of a role.
func (e *environment) putRolePolicy(ctx context.Context, role, name, document string) error {
	_, err := e.roles.UpdateRole(ctx, bareName(role), func(x *iam.Role) error {
		if x.Inline == nil {
			x.Inline = map[string]*iam.Inline{}
		}
		x.Inline[name] = &iam.Inline{Name: name, Document: document}
		return nil
	})
	return foreign(err)
}

// deleteRolePolicy takes a policy out of a role. What is not there is deleted.
func (e *environment) deleteRolePolicy(ctx context.Context, role, name string) error {
	_, err := e.roles.UpdateRole(ctx, bareName(role), func(x *iam.Role) error {
		delete(x.Inline, name)
		return nil
	})
	return foreign(err)
}

func rolePolicyTypes(e *environment) []Type {
	inline := table[rolePolicy]{
		env: e, doc: "A policy within a role. It is recorded.",
		name: terraformIAM + "RolePolicy", surface: property.TerraformType, identifier: []string{"Id"},
		rows: func(m *rolePolicy) property.List {
			return append(property.List{
				onTypes("role", property.Text(&m.role), property.Required|property.CreateOnly, "The role's name."),
				onTypes("name", property.Text(&m.name), property.CreateOnly, "The policy's name. One is made if it is left out."),
				onTypes("namePrefix", property.Text(&m.prefix), property.CreateOnly|property.WriteOnly, "What the name that is made begins with."),
				onTypes("policy", property.Document(&m.document), property.Required, "What it allows. It is kept."),
			}, idRows(&m.id)...)
		},
		describe: func(_ Request, m *rolePolicy) { m.id = bareName(m.role) + ":" + m.name },
		identify: func(m *rolePolicy, id string) {
			if role, name, ok := strings.Cut(id, ":"); ok {
				m.role, m.name = or(m.role, role), name
			}
		},
		physicalID: func(_ Request, m *rolePolicy) string { return bareName(m.role) + ":" + m.name },
		find: func(_ context.Context, r Request, m *rolePolicy) error {
			m.called(r)
			return nil
		},
		create: func(ctx context.Context, r Request, m *rolePolicy) error {
			m.called(r)
			return e.putRolePolicy(ctx, m.role, m.name, m.document)
		},
		read: func(ctx context.Context, _ Request, m *rolePolicy) error {
			is, err := e.roles.GetRole(ctx, bareName(m.role))
			if err != nil {
				return foreign(err)
			}
			p := is.Inline[m.name]
			if p == nil {
				return foreign(&iam.Error{Code: iam.NoSuchEntity, Message: "The role policy with name " + m.name + " cannot be found."})
			}
			m.document = p.Document
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *rolePolicy) error {
			return e.putRolePolicy(ctx, is.role, is.name, want.document)
		},
		delete: func(ctx context.Context, _ Request, m *rolePolicy) error {
			return e.deleteRolePolicy(ctx, m.role, m.name)
		},
	}
	attachment := table[rolePolicy]{
		env: e, doc: "A policy that a role is given. It is recorded.",
		name: terraformIAM + "RolePolicyAttachment", surface: property.TerraformType, identifier: []string{"Id"},
		rows: func(m *rolePolicy) property.List {
			return append(property.List{
				onTypes("role", property.Text(&m.role), property.Required|property.CreateOnly, "The role's name."),
				onTypes("policyArn", property.Text(&m.arn), property.Required|property.CreateOnly, "The policy's ARN."),
			}, idRows(&m.id)...)
		},
		describe:   func(_ Request, m *rolePolicy) { m.id = bareName(m.role) + "/" + m.arn },
		identify:   func(m *rolePolicy, id string) { m.id = id },
		physicalID: func(_ Request, m *rolePolicy) string { return bareName(m.role) + "/" + m.arn },
		create: func(ctx context.Context, _ Request, m *rolePolicy) error {
			return e.attach(ctx, m.role, m.arn)
		},
		read: func(ctx context.Context, _ Request, m *rolePolicy) error {
			is, err := e.roles.GetRole(ctx, bareName(m.role))
			if err == nil && !slices.Contains(is.Attached, m.arn) {
				err = &iam.Error{Code: iam.NoSuchEntity, Message: "Policy " + m.arn + " was not found."}
			}
			return foreign(err)
		},
		update: func(context.Context, Request, *rolePolicy, *rolePolicy) error { return nil }, // every change replaces it
		delete: func(ctx context.Context, _ Request, m *rolePolicy) error { return e.detach(ctx, m.role, m.arn) },
	}
	return []Type{&inline, &attachment}
}

// called gives the policy a name if it has none.
func (m *rolePolicy) called(r Request) {
	switch {
	case m.name != "":
	case m.prefix != "":
		m.name = prefixedName(r, m.prefix, 128)
	default:
		m.name = physicalName(r, 128)
	}
}

func (e *environment) attach(ctx context.Context, role, arn string) error {
	_, err := e.roles.UpdateRole(ctx, bareName(role), func(x *iam.Role) error {
		if !slices.Contains(x.Attached, arn) {
			x.Attached = append(x.Attached, arn)
		}
		return nil
	})
	return foreign(err)
}

func (e *environment) detach(ctx context.Context, role, arn string) error {
	_, err := e.roles.UpdateRole(ctx, bareName(role), func(x *iam.Role) error {
		x.Attached = slices.DeleteFunc(x.Attached, func(other string) bool { return other == arn })
		return nil
	})
	return foreign(err)
}
