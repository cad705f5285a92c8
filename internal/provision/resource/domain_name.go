package resource

import (
	"context"
	"errors"
	"slices"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A domainName is a name of one's own for APIs.
type domainName struct {
	apigw.DomainName
	certificate   control.Certificate
	arn, uploaded string
}

func (m *domainName) rows() property.List {
	return drop(m.Properties(), "domainNameId", "certificateUploadDate", "managementPolicy", "policy")
}

func domainNameTypes(e *environment) []Type {
	t := table[domainName]{
		env: e, noun: "DomainName", doc: "A name of one's own for APIs.",
		identifier: []string{"DomainName"},
		describe: func(r Request, m *domainName) {
			m.arn = e.arnOf(r, "/domainnames/"+m.DomainName.DomainName)
			m.uploaded = timeText(m.CertificateUploadDate)
		},
		equate: equateRestAPI, // of which the endpoint is
		check: func(m *domainName, _ map[string]any) property.Errors {
			return m.Validate(m.certificate.Body != "")
		},
		create: e.createDomainName, read: e.readDomainName, update: e.updateDomainName,
		delete: func(ctx context.Context, _ Request, m *domainName) error {
			return e.svc.DeleteDomainName(ctx, m.DomainName.DomainName, "")
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface = native+"DomainName", property.CloudFormation
	cfn.rows = func(m *domainName) property.List {
		rows := drop(m.rows(), "domainNameArn")
		return append(rows, attributeRow("domainNameArn", &m.arn, "The name's ARN."))
	}
	tf.name, tf.surface = terraform+"DomainName", property.TerraformType
	tf.rows = func(m *domainName) property.List {
		rows := drop(m.rows(), "domainNameArn", "endpointAccessMode", "routingMode")
		const own = property.CreateOnly | property.WriteOnly
		return append(rows,
			onTypes("certificateBody", property.Text(&m.certificate.Body), own, "A certificate of one's own (PEM)."),
			onTypes("certificateChain", property.Text(&m.certificate.Chain), own, "The certificates that vouch for it (PEM)."),
			onTypes("certificatePrivateKey", property.Text(&m.certificate.PrivateKey), own|property.Secret, "Its private key (PEM)."),
			attributeRow("arn", &m.arn, "The name's ARN."),
			attributeRow("certificateUploadDate", &m.uploaded, "When the certificate was last changed (RFC 3339)."),
			idRows(&m.DomainName.DomainName)[0], idRows(&m.DomainName.DomainName)[1],
		)
	}
	return []Type{&cfn, &tf}
}

func (e *environment) createDomainName(ctx context.Context, r Request, m *domainName) error {
	wanted := m.DomainName
	wanted.Tags = withStackTags(r, m.Tags)
	var own *control.Certificate
	if m.certificate.Body != "" {
		own = &m.certificate
	}
	made, err := e.svc.CreateDomainName(ctx, &wanted, own)
	var refusal *apigw.Error
	if errors.As(err, &refusal) && refusal.Message == control.DomainNameTaken {
		return apigw.Conflict("%s", refusal.Message) // to the service a bad request
	}
	if err != nil {
		return err
	}
	tags := m.Tags
	m.DomainName = *made
	m.Tags = tags
	return nil
}

func (e *environment) readDomainName(ctx context.Context, r Request, m *domainName) error {
	own := m.Tags
	is, err := e.svc.GetDomainName(ctx, m.DomainName.DomainName, "")
	if err != nil {
		return err
	}
	m.DomainName = *is
	m.Tags = withoutStackTags(r, is.Tags, own)
	return nil
}

func (e *environment) updateDomainName(ctx context.Context, r Request, is, want *domainName) error {
	if want.EndpointConfiguration == nil {
		want.EndpointConfiguration = is.EndpointConfiguration // one that is no longer mentioned stays
	} else if slices.Equal(want.EndpointConfiguration.Types, is.EndpointConfiguration.Types) {
		want.EndpointConfiguration.IPAddressType = or(want.EndpointConfiguration.IPAddressType, is.EndpointConfiguration.IPAddressType)
	}
	ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
	if len(ops) > 0 {
		if _, err := e.svc.UpdateDomainName(ctx, is.DomainName.DomainName, "", ops); err != nil {
			return err
		}
	}
	return e.retag(ctx, r, "/domainnames/"+is.DomainName.DomainName, want.Tags)
}
