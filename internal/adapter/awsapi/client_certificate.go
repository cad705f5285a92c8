package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) generateClientCertificate() (any, error) {
	var given apigw.ClientCertificate
	if err := c.decode(given.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.GenerateClientCertificate(c.ctx, given.Description, given.Tags))
}

func (c *call) getClientCertificates() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	certificates, next, err := c.control.GetClientCertificates(c.ctx, page)
	if err != nil {
		return nil, err
	}
	return wireAll(certificates, next), nil
}

func (c *call) getClientCertificate() (any, error) {
	certificate, err := c.control.GetClientCertificate(c.ctx, c.path("clientcertificate_id"))
	if err != nil {
		return nil, err
	}
	return taggedWire(certificate), nil
}

func (c *call) updateClientCertificate() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	certificate, err := c.control.UpdateClientCertificate(c.ctx, c.path("clientcertificate_id"), ops)
	if err != nil {
		return nil, err
	}
	return taggedWire(certificate), nil
}

func (c *call) deleteClientCertificate() (any, error) {
	return nil, c.control.DeleteClientCertificate(c.ctx, c.path("clientcertificate_id"))
}

// GenerateClientCertificate makes a client certificate.
func (c *Client) GenerateClientCertificate(ctx context.Context, description string, tags map[string]string) (*apigw.ClientCertificate, error) {
	in := &apigw.ClientCertificate{Description: description, Tags: tags}
	return read[apigw.ClientCertificate](c.call(ctx, "GenerateClientCertificate", nil, nil, wire(in)))
}

// GetClientCertificates returns all client certificates.
func (c *Client) GetClientCertificates(ctx context.Context) ([]*apigw.ClientCertificate, error) {
	return readAll[apigw.ClientCertificate](ctx, c, "GetClientCertificates", nil, nil)
}

// GetClientCertificate returns a client certificate.
func (c *Client) GetClientCertificate(ctx context.Context, id string) (*apigw.ClientCertificate, error) {
	return read[apigw.ClientCertificate](c.call(ctx, "GetClientCertificate", []string{id}, nil, nil))
}

// UpdateClientCertificate changes a client certificate.
func (c *Client) UpdateClientCertificate(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.ClientCertificate, error) {
	return read[apigw.ClientCertificate](c.call(ctx, "UpdateClientCertificate", []string{id}, nil, patchBody(ops)))
}

// DeleteClientCertificate removes a client certificate.
func (c *Client) DeleteClientCertificate(ctx context.Context, id string) error {
	_, err := c.call(ctx, "DeleteClientCertificate", []string{id}, nil, nil)
	return err
}
