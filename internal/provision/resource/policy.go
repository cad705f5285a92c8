package resource

import (
	"context"
	"slices"

	"postern/internal/iam"
	"postern/internal/property"
)

// A managedPolicy is a policy of IAM with a name of its own. It is recorded.
type managedPolicy struct {
	iam.Policy
	roles []string

	tags map[string]string
}

func policyTypes(e *environment) []Type {
	t := table[managedPolicy]{
		env: e, doc: "A policy with a name of its own. It is recorded.",
		identify: func(m *managedPolicy, id string) { m.ARN, m.Name = id, bareName(id) },
		create: func(ctx context.Context, r Request, m *managedPolicy) error {
			m.Name = or(m.Name, physicalName(r, 128))
			made, err := e.roles.CreatePolicy(ctx, &m.Policy)
			if err != nil {
				return foreign(err)
			}
			m.Policy = *made
			for _, role := range m.roles {
				if err := e.attach(ctx, role, m.ARN); err != nil {
					return err
				}
			}
			return nil
		},
		find: func(_ context.Context, r Request, m *managedPolicy) error {
			m.Name = or(m.Name, physicalName(r, 128))
			return e.findPolicy(m)
		},
		read: func(ctx context.Context, _ Request, m *managedPolicy) error {
			p, err := e.roles.GetPolicy(ctx, m.ARN)
			if err != nil {
				return foreign(err)
			}
			m.Policy = *p
			return nil
		},
		delete: func(ctx context.Context, _ Request, m *managedPolicy) error {
			for _, role := range m.roles {
				if err := e.detach(ctx, role, m.ARN); err != nil && !gone(err) {
					return err
				}
			}
			return foreign(e.roles.DeletePolicy(ctx, m.ARN))
		},
		physicalID: func(_ Request, m *managedPolicy) string { return m.ARN },
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = nativeIAM+"ManagedPolicy", property.CloudFormation, []string{"PolicyArn"}
	cfn.rows = func(m *managedPolicy) property.List {
		return append(m.Properties(),
			onTypes("roles", property.TextList(&m.roles), property.Unordered, "Names of roles that are given the policy."),
			attributeRow("policyArn", &m.ARN, "The policy's ARN."),
			attributeRow("policyId", &m.ID, "The policy's identifier."),
		)
	}
	tf.name, tf.surface, tf.identifier = terraformIAM+"Policy", property.TerraformType, []string{"Arn"}
	tf.rows = func(m *managedPolicy) property.List {
		return append(append(m.Properties(),
			onTypes("tags", property.Tags(&m.tags), 0, "Tags."),
			attributeRow("arn", &m.ARN, "The policy's ARN."),
			attributeRow("policyId", &m.ID, "The policy's identifier."),
		), idRows(&m.ARN)...)
	}
	cfn.update, tf.update = e.updatePolicy(&cfn), e.updatePolicy(&tf)
	return []Type{&cfn, &tf, inlinePolicyType(e)}
}

func (e *environment) updatePolicy(t *table[managedPolicy]) func(context.Context, Request, *managedPolicy, *managedPolicy) error {
	return func(ctx context.Context, r Request, is, want *managedPolicy) error {
		if _, err := e.roles.PutPolicyDocument(ctx, is.ARN, want.Document); err != nil {
			return foreign(err)
		}
		for _, role := range t.earlier(r).roles {
			if !slices.Contains(want.roles, role) {
				if err := e.detach(ctx, role, is.ARN); err != nil && !gone(err) {
					return err
				}
			}
		}
		for _, role := range want.roles {
			if err := e.attach(ctx, role, is.ARN); err != nil {
				return err
			}
		}
		return nil
	}
}

// findPolicy finds the policy of a name.
func (e *environment) findPolicy(m *managedPolicy) error {
	m.Path = or(m.Path, "/")
	m.ARN = e.roles.PolicyARN(m.Path, m.Name)
	return nil
}

// An inlinePolicy is a policy within several roles.
type inlinePolicy struct {
	name, document string
	roles          []string
}

func inlinePolicyType(e *environment) Type {
	t := &table[inlinePolicy]{
		env: e, doc: "A policy within roles. It is recorded.",
		name: nativeIAM + "Policy", surface: property.CloudFormation, identifier: []string{"PolicyName"},
		rows: func(m *inlinePolicy) property.List {
			return property.List{
				onTypes("policyName", property.Text(&m.name), property.Required|property.CreateOnly, "The policy's name."),
				onTypes("policyDocument", property.Document(&m.document), property.Required, "What it allows. It is kept."),
				onTypes("roles", property.TextList(&m.roles), property.Required|property.Unordered, "Names of the roles."),
			}
		},
		identify: func(m *inlinePolicy, id string) { m.name = id },
		create: func(ctx context.Context, _ Request, m *inlinePolicy) error {
			for _, role := range m.roles {
				if err := e.putRolePolicy(ctx, role, m.name, m.document); err != nil {
					return err
				}
			}
			return nil
		},
		read: func(ctx context.Context, _ Request, m *inlinePolicy) error {
			var in []string
			for _, role := range m.roles {
				is, err := e.roles.GetRole(ctx, bareName(role))
				if err != nil && !gone(foreign(err)) {
					return foreign(err)
				}
				if err == nil && is.Inline[m.name] != nil {
					in, m.document = append(in, role), is.Inline[m.name].Document
				}
			}
			if m.roles = in; len(in) == 0 {
				return foreign(&iam.Error{Code: iam.NoSuchEntity, Message: "The policy " + m.name + " is in none of its roles."})
			}
			return nil
		},
		delete: func(ctx context.Context, _ Request, m *inlinePolicy) error {
			for _, role := range m.roles {
				if err := e.deleteRolePolicy(ctx, role, m.name); err != nil && !gone(err) {
					return err
				}
			}
			return nil
		},
	}
	t.update = func(ctx context.Context, r Request, is, want *inlinePolicy) error {
		for _, role := range t.earlier(r).roles {
			if !slices.Contains(want.roles, role) {
				if err := e.deleteRolePolicy(ctx, role, is.name); err != nil && !gone(err) {
					return err
				}
			}
		}
		for _, role := range want.roles {
			if err := e.putRolePolicy(ctx, role, is.name, want.document); err != nil {
				return err
			}
		}
		return nil
	}
	return t
}
