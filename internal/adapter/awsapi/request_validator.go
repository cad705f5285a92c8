package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) createRequestValidator() (any, error) {
	var v apigw.RequestValidator
	if err := c.decode(v.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateRequestValidator(c.ctx, c.api(), &v))
}

func (c *call) getRequestValidators() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	validators, next, err := c.control.GetRequestValidators(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	return wireAll(validators, next), nil
}

func (c *call) getRequestValidator() (any, error) {
	return answer(c.control.GetRequestValidator(c.ctx, c.api(), c.path("requestvalidator_id")))
}

func (c *call) updateRequestValidator() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateRequestValidator(c.ctx, c.api(), c.path("requestvalidator_id"), ops))
}

func (c *call) deleteRequestValidator() (any, error) {
	return nil, c.control.DeleteRequestValidator(c.ctx, c.api(), c.path("requestvalidator_id"))
}

// CreateRequestValidator makes a request validator.
func (c *Client) CreateRequestValidator(ctx context.Context, api string, v *apigw.RequestValidator) (*apigw.RequestValidator, error) {
	return read[apigw.RequestValidator](c.call(ctx, "CreateRequestValidator", []string{api}, nil, wire(v)))
}

// GetRequestValidators returns all request validators of an API.
func (c *Client) GetRequestValidators(ctx context.Context, api string) ([]*apigw.RequestValidator, error) {
	return readAll[apigw.RequestValidator](ctx, c, "GetRequestValidators", []string{api}, nil)
}

// GetRequestValidator returns a request validator.
func (c *Client) GetRequestValidator(ctx context.Context, api, id string) (*apigw.RequestValidator, error) {
	return read[apigw.RequestValidator](c.call(ctx, "GetRequestValidator", []string{api, id}, nil, nil))
}

// UpdateRequestValidator changes a request validator.
func (c *Client) UpdateRequestValidator(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.RequestValidator, error) {
	return read[apigw.RequestValidator](c.call(ctx, "UpdateRequestValidator", []string{api, id}, nil, patchBody(ops)))
}

// DeleteRequestValidator removes a request validator.
func (c *Client) DeleteRequestValidator(ctx context.Context, api, id string) error {
	_, err := c.call(ctx, "DeleteRequestValidator", []string{api, id}, nil, nil)
	return err
}
