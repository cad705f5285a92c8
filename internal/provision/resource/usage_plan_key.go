package resource

import (
	"context"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A usagePlanKey is an API key as a member of a usage plan.
type usagePlanKey struct {
	plan string
	apigw.UsagePlanKey
	id string
}

func (m *usagePlanKey) rows() property.List {
	plan := onTypes("usagePlanId", property.Text(&m.plan), property.Required|property.CreateOnly, "The usage plan.")
	return with(append(property.List{plan}, m.Properties()...), property.Required, "id", "type")
}

func usagePlanKeyTypes(e *environment) []Type {
	t := table[usagePlanKey]{
		env: e, noun: "UsagePlanKey", doc: "An API key as a member of a usage plan.",
		check: func(m *usagePlanKey, _ map[string]any) property.Errors {
			if m.Type == "" || m.Type == apigw.APIKeyType {
				return nil
			}
			return property.Errors{property.Bad("type", m.Type, "%q is not %s, the only type there is", m.Type, apigw.APIKeyType)}
		},
		create: func(ctx context.Context, _ Request, m *usagePlanKey) error {
			made, err := e.svc.CreateUsagePlanKey(ctx, m.plan, m.ID, m.Type)
			if err != nil {
				return err
			}
			m.UsagePlanKey = *made
			return nil
		},
		read: func(ctx context.Context, _ Request, m *usagePlanKey) error {
			is, err := e.svc.GetUsagePlanKey(ctx, m.plan, m.ID)
			if err != nil {
				return err
			}
			m.UsagePlanKey = *is
			return nil
		},
		update: func(context.Context, Request, *usagePlanKey, *usagePlanKey) error { return nil }, // everything is create-only
		delete: func(ctx context.Context, _ Request, m *usagePlanKey) error {
			return e.svc.DeleteUsagePlanKey(ctx, m.plan, m.ID)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"UsagePlanKey", property.CloudFormation, []string{"Id"}
	cfn.rows = func(m *usagePlanKey) property.List {
		return append(m.rows(), keyAndPlan(&m.id))
	}
	cfn.describe = func(_ Request, m *usagePlanKey) { m.id = m.ID + ":" + m.plan }
	cfn.identify = func(m *usagePlanKey, id string) {
		if key, plan, ok := strings.Cut(id, ":"); ok {
			m.ID, m.plan = key, plan
		}
	}
	tf.name, tf.surface, tf.identifier = terraform+"UsagePlanKey", property.TerraformType, []string{"UsagePlanId", "KeyId"}
	tf.rows = func(m *usagePlanKey) property.List { return append(m.rows(), idRows(&m.ID)...) }
	return []Type{&cfn, &tf}
}

// keyAndPlan is the identifier of the native type. The noun's own row has the
// name id already.
func keyAndPlan(p *string) property.Row {
	row := attributeRow("keyAndPlan", p, "The key and the plan, as key:plan.")
	row.Names.CloudFormation, row.Names.TerraformType = "Id", property.None
	return row
}
