package resource

import (
	"context"
	"regexp"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A model is the JSON Schema of a payload.
type model struct {
	api string
	apigw.Model
}

func (m *model) rows() property.List { return append(property.List{apiRow(&m.api)}, m.Properties()...) }

var modelName = regexp.MustCompile(`^[A-Za-z0-9]+$`)

func modelTypes(e *environment) []Type {
	t := table[model]{
		env: e, noun: "Model", doc: "The JSON Schema of a payload.",
		identifier: []string{"RestApiId", "Name"},
		identify: func(m *model, id string) {
			if m.Name == "" { // the name was made up
				m.Name = lastPart(id)
			}
		},
		check: func(m *model, _ map[string]any) property.Errors {
			if m.Name == "" || modelName.MatchString(m.Name) {
				return nil
			}
			return property.Errors{property.Bad("name", m.Name, "%q has something other than letters and digits", m.Name)}
		},
		create: func(ctx context.Context, r Request, m *model) error {
			m.Name = or(m.Name, madeUpName(r))
			m.ContentType = or(m.ContentType, "application/json")
			made, err := e.svc.CreateModel(ctx, m.api, &m.Model)
			if err != nil {
				return err
			}
			m.Model = *made
			return nil
		},
		find: func(_ context.Context, r Request, m *model) error {
			m.Name = or(m.Name, madeUpName(r))
			return nil
		},
		read: func(ctx context.Context, _ Request, m *model) error {
			is, err := e.svc.GetModel(ctx, m.api, m.Name, false)
			if err != nil {
				return err
			}
			m.Model = *is
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *model) error {
			want.Name, want.ContentType = is.Name, is.ContentType
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) == 0 {
				return nil
			}
			_, err := e.svc.UpdateModel(ctx, is.api, is.Name, ops)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *model) error { return e.svc.DeleteModel(ctx, m.api, m.Name) },
	}
	cfn, tf := t, t
	cfn.name, cfn.surface = native+"Model", property.CloudFormation
	cfn.rows = (*model).rows
	cfn.physicalID = func(_ Request, m *model) string { return m.Name }
	tf.name, tf.surface = terraform+"Model", property.TerraformType
	tf.rows = func(m *model) property.List {
		return append(with(m.rows(), property.Required, "name", "contentType"), idRows(&m.ID)[1])
	}
	return []Type{&cfn, &tf}
}

// madeUpName is the name of a native model that was given none.
func madeUpName(r Request) string { return "Model" + derived(12, r.StackID, r.Stack, r.LogicalID) }
