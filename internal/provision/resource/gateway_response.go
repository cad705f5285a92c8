package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A gatewayResponse is how an API words a failure of the gateway.
type gatewayResponse struct {
	api string
	apigw.GatewayResponse
	id string
}

func (m *gatewayResponse) rows() property.List {
	rows := append(property.List{apiRow(&m.api)}, drop(m.Properties(), "defaultResponse")...)
	return with(rows, property.Required, "responseType")
}

func gatewayResponseTypes(e *environment) []Type {
	t := table[gatewayResponse]{
		env: e, noun: "GatewayResponse", doc: "How an API words a failure of the gateway.",
		describe: func(_ Request, m *gatewayResponse) { m.id = "aggr-" + m.api + "-" + string(m.ResponseType) },
		check:    e.checkGatewayResponse,
		create:   e.createGatewayResponse,
		read:     e.readGatewayResponse,
		update: func(ctx context.Context, _ Request, is, want *gatewayResponse) error {
			if equal(is.Properties(), want.Properties()) {
				return nil
			}
			_, err := e.svc.PutGatewayResponse(ctx, want.api, &want.GatewayResponse)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *gatewayResponse) error {
			return e.svc.DeleteGatewayResponse(ctx, m.api, m.ResponseType)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"GatewayResponse", property.CloudFormation, []string{"Id"}
	cfn.rows = func(m *gatewayResponse) property.List {
		return append(m.rows(), attributeRow("id", &m.id, "The identifier."))
	}
	tf.name, tf.surface, tf.identifier = terraform+"GatewayResponse", property.TerraformType, []string{"RestApiId", "ResponseType"}
	tf.rows = func(m *gatewayResponse) property.List { return append(m.rows(), idRows(&m.id)...) }
	return []Type{&cfn, &tf}
}

func (e *environment) checkGatewayResponse(m *gatewayResponse, _ map[string]any) property.Errors {
	errs := apigw.CheckTemplates("responseTemplates", m.ResponseTemplates, e.limits)
	if m.StatusCode != "" && !apigw.IsStatusCode(m.StatusCode) {
		errs = append(errs, property.Bad("statusCode", m.StatusCode, "%q is not a status code from 100 to 599", m.StatusCode))
	}
	return errs
}

func (e *environment) createGatewayResponse(ctx context.Context, _ Request, m *gatewayResponse) error {
	e.putting.Lock()
	defer e.putting.Unlock()
	is, err := e.svc.GetGatewayResponse(ctx, m.api, m.ResponseType)
	if err != nil {
		return err
	}
	if !is.DefaultResponse {
		return &Error{Code: AlreadyExists, Message: takenSentence(native+"GatewayResponse", joinID(m.api, string(m.ResponseType)))}
	}
	made, err := e.svc.PutGatewayResponse(ctx, m.api, &m.GatewayResponse)
	if err != nil {
		return err
	}
	m.GatewayResponse = *made
	return nil
}

func (e *environment) readGatewayResponse(ctx context.Context, _ Request, m *gatewayResponse) error {
	is, err := e.svc.GetGatewayResponse(ctx, m.api, m.ResponseType)
	if err != nil {
		return err
	}
	if is.DefaultResponse {
		return apigw.NotFound("Gateway response type not defined on api")
	}
	m.GatewayResponse = *is
	return nil
}
