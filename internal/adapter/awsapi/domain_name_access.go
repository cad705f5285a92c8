package awsapi

import (
	"context"
	"net/url"
	"slices"

	"postern/internal/apigw"
)

func (c *call) createDomainNameAccessAssociation() (any, error) {
	var given apigw.DomainNameAccessAssociation
	if err := c.decode(given.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateDomainNameAccessAssociation(c.ctx, &given))
}

// ofOthers reads whose things a list has: SELF or OTHER_ACCOUNTS.
func (c *call) ofOthers() bool {
	owner, owners := c.query.Get("resourceOwner"), []string{"SELF", "OTHER_ACCOUNTS"}
	if owner != "" && !slices.Contains(owners, owner) {
		c.violate("'"+owner+"'", "resourceOwner", enumeration(owners))
	}
	return owner == owners[1]
}

func (c *call) getDomainNameAccessAssociations() (any, error) {
	others := c.ofOthers()
	if err := c.valid(); err != nil {
		return nil, err
	}
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.control.GetDomainNameAccessAssociations(c.ctx, others, page)
	if err != nil {
		return nil, err
	}
	return wireAll(list, next), nil
}

func (c *call) deleteDomainNameAccessAssociation() (any, error) {
	return nil, c.control.DeleteDomainNameAccessAssociation(c.ctx, c.path("domain_name_access_association_arn"), "")
}

// rejectDomainNameAccessAssociation is the removal by the owner of the domain
// name, who gives its ARN too.
func (c *call) rejectDomainNameAccessAssociation() (any, error) {
	arn, domain := c.query.Get("domainNameAccessAssociationArn"), c.query.Get("domainNameArn")
	for _, given := range []struct{ name, value string }{{"domainNameAccessAssociationArn", arn}, {"domainNameArn", domain}} {
		if given.value == "" {
			c.violate("null", given.name, "Member must not be null")
		}
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return nil, c.control.DeleteDomainNameAccessAssociation(c.ctx, arn, domain)
}

// CreateDomainNameAccessAssociation lets a VPC endpoint reach a private domain
// name.
func (c *Client) CreateDomainNameAccessAssociation(ctx context.Context, a *apigw.DomainNameAccessAssociation) (*apigw.DomainNameAccessAssociation, error) {
	return read[apigw.DomainNameAccessAssociation](c.call(ctx, "CreateDomainNameAccessAssociation", nil, nil, wire(a)))
}

// GetDomainNameAccessAssociations returns all access associations.
func (c *Client) GetDomainNameAccessAssociations(ctx context.Context) ([]*apigw.DomainNameAccessAssociation, error) {
	return readAll[apigw.DomainNameAccessAssociation](ctx, c, "GetDomainNameAccessAssociations", nil, nil)
}

// DeleteDomainNameAccessAssociation removes an access association.
func (c *Client) DeleteDomainNameAccessAssociation(ctx context.Context, arn string) error {
	_, err := c.call(ctx, "DeleteDomainNameAccessAssociation", []string{arn}, nil, nil)
	return err
}

// RejectDomainNameAccessAssociation removes an access association as the owner
// of the domain name.
func (c *Client) RejectDomainNameAccessAssociation(ctx context.Context, arn, domainARN string) error {
	query := url.Values{"domainNameAccessAssociationArn": {arn}, "domainNameArn": {domainARN}}
	_, err := c.call(ctx, "RejectDomainNameAccessAssociation", nil, query, nil)
	return err
}
