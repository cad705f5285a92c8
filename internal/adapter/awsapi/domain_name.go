package awsapi

import (
	"context"
	"net/url"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A certificateInput is the certificate that may come with a domain name.
type certificateInput struct{ control.Certificate }

// Properties implements property.Noun.
func (in *certificateInput) Properties() property.List {
	return property.List{
		{Name: "certificateBody", Value: property.Text(&in.Body)},
		{Name: "certificateChain", Value: property.Text(&in.Chain)},
		{Name: "certificatePrivateKey", Value: property.Text(&in.PrivateKey), Is: property.Secret},
	}
}

func (c *call) createDomainName() (any, error) {
	var d apigw.DomainName
	var own certificateInput
	if err := c.decode(append(d.Properties(), own.Properties()...)); err != nil {
		return nil, err
	}
	c.checkEndpointTypes(d.EndpointConfiguration)
	if err := c.valid(); err != nil {
		return nil, err
	}
	var certificate *control.Certificate
	if own.Body != "" || own.PrivateKey != "" {
		certificate = &own.Certificate
	}
	return answer(c.control.CreateDomainName(c.ctx, &d, certificate))
}

// domain returns the domain name that the request names, and the identifier of a
// private one.
func (c *call) domain() (name, id string) {
	return c.path("domain_name"), c.query.Get("domainNameId")
}

func (c *call) getDomainNames() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	if c.ofOthers() { // there are no other accounts
		page.Limit = 0
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	names, next, err := c.control.GetDomainNames(c.ctx, page)
	if err != nil {
		return nil, err
	}
	return wireAll(names, next), nil
}

func (c *call) getDomainName() (any, error) {
	name, id := c.domain()
	d, err := c.control.GetDomainName(c.ctx, name, id)
	if err != nil {
		return nil, err
	}
	return taggedWire(d), nil
}

func (c *call) updateDomainName() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	name, id := c.domain()
	d, err := c.control.UpdateDomainName(c.ctx, name, id, ops)
	if err != nil {
		return nil, err
	}
	return taggedWire(d), nil
}

func (c *call) deleteDomainName() (any, error) {
	name, id := c.domain()
	return nil, c.control.DeleteDomainName(c.ctx, name, id)
}

// CreateDomainName makes a domain name. The certificate may be nil.
func (c *Client) CreateDomainName(ctx context.Context, d *apigw.DomainName, own *control.Certificate) (*apigw.DomainName, error) {
	in := wire(d)
	if own != nil {
		in["certificateBody"], in["certificateChain"], in["certificatePrivateKey"] = own.Body, own.Chain, own.PrivateKey
	}
	return read[apigw.DomainName](c.call(ctx, "CreateDomainName", nil, nil, in))
}

// GetDomainNames returns all domain names.
func (c *Client) GetDomainNames(ctx context.Context) ([]*apigw.DomainName, error) {
	return readAll[apigw.DomainName](ctx, c, "GetDomainNames", nil, nil)
}

// domainQuery names a private domain name; id may be empty.
func domainQuery(id string) url.Values {
	if id == "" {
		return nil
	}
	return url.Values{"domainNameId": {id}}
}

// GetDomainName returns a domain name. id is that of a private one.
func (c *Client) GetDomainName(ctx context.Context, name, id string) (*apigw.DomainName, error) {
	return read[apigw.DomainName](c.call(ctx, "GetDomainName", []string{name}, domainQuery(id), nil))
}

// UpdateDomainName changes a domain name. id is that of a private one.
func (c *Client) UpdateDomainName(ctx context.Context, name, id string, ops []property.PatchOperation) (*apigw.DomainName, error) {
	return read[apigw.DomainName](c.call(ctx, "UpdateDomainName", []string{name}, domainQuery(id), patchBody(ops)))
}

// DeleteDomainName removes a domain name. id is that of a private one.
func (c *Client) DeleteDomainName(ctx context.Context, name, id string) error {
	_, err := c.call(ctx, "DeleteDomainName", []string{name}, domainQuery(id), nil)
	return err
}
