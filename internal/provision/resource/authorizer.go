package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// An authorizer says who may call the methods that name it.
type authorizer struct {
	api string
	apigw.Authorizer
	arn string
}

func (m *authorizer) rows() property.List {
	return append(property.List{apiRow(&m.api)}, m.Properties()...)
}

func authorizerTypes(e *environment) []Type {
	t := table[authorizer]{
		env: e, noun: "Authorizer", doc: "What says who may call the methods that name it.",
		identify: func(m *authorizer, id string) { m.ID = lastPart(id) },
		describe: func(r Request, m *authorizer) { m.arn = e.arnOf(r, "/restapis/"+m.api+"/authorizers/"+m.ID) },
		check:    func(m *authorizer, _ map[string]any) property.Errors { return m.Validate() },
		create: func(ctx context.Context, _ Request, m *authorizer) error {
			wanted := m.Authorizer
			made, err := e.svc.CreateAuthorizer(ctx, m.api, &wanted)
			if err != nil {
				return err
			}
			m.Authorizer = *made
			if wanted.AuthorizerCredentials == made.AuthorizerCredentials {
				return nil
			}
			// A create drops the credentials of a user pool, an update takes them.
			ops := []property.PatchOperation{{Op: "replace", Path: "/authorizerCredentials", Value: wanted.AuthorizerCredentials, HasValue: true}}
			if made, err = e.svc.UpdateAuthorizer(ctx, m.api, m.ID, ops); err != nil {
				return err
			}
			m.Authorizer = *made
			return nil
		},
		find: e.findAuthorizer,
		read: func(ctx context.Context, _ Request, m *authorizer) error {
			is, err := e.svc.GetAuthorizer(ctx, m.api, m.ID)
			if err != nil {
				return err
			}
			m.Authorizer = *is
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *authorizer) error {
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) == 0 {
				return nil
			}
			_, err := e.svc.UpdateAuthorizer(ctx, is.api, is.ID, ops)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *authorizer) error {
			return e.svc.DeleteAuthorizer(ctx, m.api, m.ID)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"Authorizer", property.CloudFormation, []string{"RestApiId", "AuthorizerId"}
	cfn.rows = (*authorizer).rows
	cfn.physicalID = func(_ Request, m *authorizer) string { return m.ID }
	tf.name, tf.surface, tf.identifier = terraform+"Authorizer", property.TerraformType, []string{"RestApiId", "Id"}
	tf.assumed = map[string]any{"Type": apigw.TokenAuthorizer, "IdentitySource": "method.request.header.Authorization",
		"AuthorizerResultTtlInSeconds": int64(apigw.DefaultAuthorizerTTL)}
	tf.rows = func(m *authorizer) property.List {
		return append(without(m.rows(), property.Required, "type"),
			attributeRow("arn", &m.arn, "The authorizer's ARN."), idRows(&m.ID)[1])
	}
	return []Type{&cfn, &tf}
}

// findAuthorizer finds an authorizer by its name, which is unique in an API.
func (e *environment) findAuthorizer(ctx context.Context, _ Request, m *authorizer) error {
	page := control.Page{Limit: control.MaxLimit}
	for {
		list, next, err := e.svc.GetAuthorizers(ctx, m.api, page)
		if err != nil {
			return err
		}
		for _, a := range list {
			if a.Name == m.Name {
				m.ID = a.ID
				return nil
			}
		}
		if next == "" {
			return apigw.NotFound("Invalid Authorizer identifier specified")
		}
		page.After = next
	}
}
