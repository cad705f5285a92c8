package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// An account is the settings that all APIs share. There is always one: to make
// it is to change it, and to delete it does nothing. Observed.
type account struct {
	apigw.Account
	id string
}

func accountTypes(e *environment) []Type {
	t := table[account]{
		env: e, noun: "Account", doc: "The settings that all APIs of an account share.",
		identifier: []string{"Id"},
		create: func(ctx context.Context, _ Request, m *account) error {
			return e.putAccount(ctx, m)
		},
		read: func(ctx context.Context, _ Request, m *account) error {
			is, err := e.svc.GetAccount(ctx)
			if err != nil {
				return err
			}
			m.Account = *is
			return nil
		},
		update: func(ctx context.Context, _ Request, _, want *account) error { return e.putAccount(ctx, want) },
		delete: func(context.Context, Request, *account) error { return nil },
	}
	cfn, tf := t, t
	cfn.name, cfn.surface = native+"Account", property.CloudFormation
	cfn.rows = func(m *account) property.List {
		return append(m.Properties(), attributeRow("id", &m.id, "The identifier."))
	}
	cfn.describe = func(r Request, m *account) { m.id = or(r.PhysicalID, generatedName(r)) }
	tf.name, tf.surface = terraform+"Account", property.TerraformType
	tf.rows = func(m *account) property.List { return append(m.Properties(), idRows(&m.id)...) }
	tf.describe = func(_ Request, m *account) { m.id = "api-gateway-account" }
	return []Type{&cfn, &tf}
}

func (e *environment) putAccount(ctx context.Context, m *account) error {
	is, err := e.svc.GetAccount(ctx)
	if err != nil {
		return err
	}
	ops, _ := property.PatchesFrom(is.Properties(), m.Properties())
	if len(ops) > 0 {
		if is, err = e.svc.UpdateAccount(ctx, ops); err != nil {
			return err
		}
	}
	m.Account = *is
	return nil
}
