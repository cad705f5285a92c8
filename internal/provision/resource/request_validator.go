package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A requestValidator says what of a request is checked.
type requestValidator struct {
	api string
	apigw.RequestValidator
}

func (m *requestValidator) rows() property.List {
	return with(append(property.List{apiRow(&m.api)}, m.Properties()...), property.Required, "name")
}

func requestValidatorTypes(e *environment) []Type {
	t := table[requestValidator]{
		env: e, noun: "RequestValidator", doc: "What of a request is checked before the backend is called.",
		identify: func(m *requestValidator, id string) { m.ID = lastPart(id) },
		find: func(context.Context, Request, *requestValidator) error {
			// Names need not be unique, so nothing tells whose validator is whose.
			return apigw.NotFound("Invalid Request Validator identifier specified")
		},
		create: func(ctx context.Context, _ Request, m *requestValidator) error {
			made, err := e.svc.CreateRequestValidator(ctx, m.api, &m.RequestValidator)
			if err != nil {
				return err
			}
			m.RequestValidator = *made
			return nil
		},
		read: func(ctx context.Context, _ Request, m *requestValidator) error {
			is, err := e.svc.GetRequestValidator(ctx, m.api, m.ID)
			if err != nil {
				return err
			}
			m.RequestValidator = *is
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *requestValidator) error {
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) == 0 {
				return nil
			}
			_, err := e.svc.UpdateRequestValidator(ctx, is.api, is.ID, ops)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *requestValidator) error {
			return e.svc.DeleteRequestValidator(ctx, m.api, m.ID)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"RequestValidator", property.CloudFormation, []string{"RestApiId", "RequestValidatorId"}
	cfn.rows = func(m *requestValidator) property.List { return with(m.rows(), property.CreateOnly, "name") }
	cfn.physicalID = func(_ Request, m *requestValidator) string { return m.ID }
	tf.name, tf.surface, tf.identifier = terraform+"RequestValidator", property.TerraformType, []string{"RestApiId", "Id"}
	tf.rows = func(m *requestValidator) property.List { return append(m.rows(), idRows(&m.ID)[1]) }
	return []Type{&cfn, &tf}
}
