package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) createAuthorizer() (any, error) {
	var a apigw.Authorizer
	if err := c.decode(a.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateAuthorizer(c.ctx, c.api(), &a))
}

func (c *call) getAuthorizers() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	authorizers, next, err := c.control.GetAuthorizers(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	return wireAll(authorizers, next), nil
}

func (c *call) getAuthorizer() (any, error) {
	return answer(c.control.GetAuthorizer(c.ctx, c.api(), c.path("authorizer_id")))
}

func (c *call) updateAuthorizer() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateAuthorizer(c.ctx, c.api(), c.path("authorizer_id"), ops))
}

func (c *call) deleteAuthorizer() (any, error) {
	return nil, c.control.DeleteAuthorizer(c.ctx, c.api(), c.path("authorizer_id"))
}

// CreateAuthorizer makes an authorizer.
func (c *Client) CreateAuthorizer(ctx context.Context, api string, a *apigw.Authorizer) (*apigw.Authorizer, error) {
	return read[apigw.Authorizer](c.call(ctx, "CreateAuthorizer", []string{api}, nil, wire(a)))
}

// GetAuthorizers returns all authorizers of an API.
func (c *Client) GetAuthorizers(ctx context.Context, api string) ([]*apigw.Authorizer, error) {
	return readAll[apigw.Authorizer](ctx, c, "GetAuthorizers", []string{api}, nil)
}

// GetAuthorizer returns an authorizer.
func (c *Client) GetAuthorizer(ctx context.Context, api, id string) (*apigw.Authorizer, error) {
	return read[apigw.Authorizer](c.call(ctx, "GetAuthorizer", []string{api, id}, nil, nil))
}

// UpdateAuthorizer changes an authorizer.
func (c *Client) UpdateAuthorizer(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.Authorizer, error) {
	return read[apigw.Authorizer](c.call(ctx, "UpdateAuthorizer", []string{api, id}, nil, patchBody(ops)))
}

// DeleteAuthorizer removes an authorizer.
func (c *Client) DeleteAuthorizer(ctx context.Context, api, id string) error {
	_, err := c.call(ctx, "DeleteAuthorizer", []string{api, id}, nil, nil)
	return err
}
