package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) createBasePathMapping() (any, error) {
	var given apigw.BasePathMapping
	if err := c.decode(given.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	name, id := c.domain()
	return answer(c.control.CreateBasePathMapping(c.ctx, name, id, &given))
}

func (c *call) getBasePathMappings() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	name, id := c.domain()
	mappings, next, err := c.control.GetBasePathMappings(c.ctx, name, id, page)
	if err != nil {
		return nil, err
	}
	return wireAll(mappings, next), nil
}

func (c *call) getBasePathMapping() (any, error) {
	name, id := c.domain()
	return answer(c.control.GetBasePathMapping(c.ctx, name, id, c.path("base_path")))
}

func (c *call) updateBasePathMapping() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	name, id := c.domain()
	return answer(c.control.UpdateBasePathMapping(c.ctx, name, id, c.path("base_path"), ops))
}

func (c *call) deleteBasePathMapping() (any, error) {
	name, id := c.domain()
	return nil, c.control.DeleteBasePathMapping(c.ctx, name, id, c.path("base_path"))
}

// CreateBasePathMapping leads a base path of a domain name to an API. id is that
// of a private name.
func (c *Client) CreateBasePathMapping(ctx context.Context, domain, id string, m *apigw.BasePathMapping) (*apigw.BasePathMapping, error) {
	return read[apigw.BasePathMapping](c.call(ctx, "CreateBasePathMapping", []string{domain}, domainQuery(id), wire(m)))
}

// GetBasePathMappings returns all mappings of a domain name.
func (c *Client) GetBasePathMappings(ctx context.Context, domain, id string) ([]*apigw.BasePathMapping, error) {
	return readAll[apigw.BasePathMapping](ctx, c, "GetBasePathMappings", []string{domain}, domainQuery(id))
}

// GetBasePathMapping returns a mapping of a domain name.
func (c *Client) GetBasePathMapping(ctx context.Context, domain, id, basePath string) (*apigw.BasePathMapping, error) {
	return read[apigw.BasePathMapping](c.call(ctx, "GetBasePathMapping", []string{domain, basePath}, domainQuery(id), nil))
}

// UpdateBasePathMapping changes a mapping of a domain name.
func (c *Client) UpdateBasePathMapping(ctx context.Context, domain, id, basePath string, ops []property.PatchOperation) (*apigw.BasePathMapping, error) {
	return read[apigw.BasePathMapping](c.call(ctx, "UpdateBasePathMapping", []string{domain, basePath}, domainQuery(id), patchBody(ops)))
}

// DeleteBasePathMapping removes a mapping of a domain name.
func (c *Client) DeleteBasePathMapping(ctx context.Context, domain, id, basePath string) error {
	_, err := c.call(ctx, "DeleteBasePathMapping", []string{domain, basePath}, domainQuery(id), nil)
	return err
}
