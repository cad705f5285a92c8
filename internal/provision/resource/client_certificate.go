package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A clientCertificate is what the gateway shows to HTTPS backends.
type clientCertificate struct {
	apigw.ClientCertificate
	arn, created, expires string
}

func (m *clientCertificate) rows() property.List {
	return drop(m.Properties(), "createdDate", "expirationDate")
}

func clientCertificateTypes(e *environment) []Type {
	t := table[clientCertificate]{
		env: e, noun: "ClientCertificate", doc: "A certificate that the gateway shows to HTTPS backends.",
		identify: func(m *clientCertificate, id string) { m.ID = lastPart(id) },
		describe: func(r Request, m *clientCertificate) {
			m.arn = e.arnOf(r, "/clientcertificates/"+m.ID)
			m.created, m.expires = timeText(m.CreatedDate), timeText(m.ExpirationDate)
		},
		find: func(context.Context, Request, *clientCertificate) error {
			// Certificates have no names, so nothing tells whose is whose.
			return apigw.NotFound("Invalid Client Certificate identifier specified")
		},
		create: func(ctx context.Context, r Request, m *clientCertificate) error {
			made, err := e.svc.GenerateClientCertificate(ctx, m.Description, withStackTags(r, m.Tags))
			if err != nil {
				return err
			}
			tags := m.Tags
			m.ClientCertificate = *made
			m.Tags = tags
			return nil
		},
		read: func(ctx context.Context, r Request, m *clientCertificate) error {
			own := m.Tags
			is, err := e.svc.GetClientCertificate(ctx, m.ID)
			if err != nil {
				return err
			}
			m.ClientCertificate = *is
			m.Tags = withoutStackTags(r, is.Tags, own)
			return nil
		},
		update: func(ctx context.Context, r Request, is, want *clientCertificate) error {
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) > 0 {
				if _, err := e.svc.UpdateClientCertificate(ctx, is.ID, ops); err != nil {
					return err
				}
			}
			return e.retag(ctx, r, "/clientcertificates/"+is.ID, want.Tags)
		},
		delete: func(ctx context.Context, _ Request, m *clientCertificate) error {
			return e.svc.DeleteClientCertificate(ctx, m.ID)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"ClientCertificate", property.CloudFormation, []string{"ClientCertificateId"}
	cfn.rows = (*clientCertificate).rows
	tf.name, tf.surface, tf.identifier = terraform+"ClientCertificate", property.TerraformType, []string{"Id"}
	tf.rows = func(m *clientCertificate) property.List {
		return append(m.rows(),
			attributeRow("arn", &m.arn, "The certificate's ARN."),
			attributeRow("createdDate", &m.created, "When the certificate was made (RFC 3339)."),
			attributeRow("expirationDate", &m.expires, "When the certificate ends (RFC 3339)."),
			idRows(&m.ID)[1],
		)
	}
	return []Type{&cfn, &tf}
}
