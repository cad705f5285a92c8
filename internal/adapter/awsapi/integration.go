package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) putIntegration() (any, error) {
	var in apigw.Integration
	if err := c.decode(in.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	in.Responses = nil // not a member of this operation
	return answer(c.control.PutIntegration(c.ctx, c.method(), &in))
}

func (c *call) getIntegration() (any, error) {
	return answer(c.control.GetIntegration(c.ctx, c.method()))
}

func (c *call) updateIntegration() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateIntegration(c.ctx, c.method(), ops))
}

func (c *call) deleteIntegration() (any, error) {
	return nil, c.control.DeleteIntegration(c.ctx, c.method())
}

// PutIntegration binds a method to a backend and replaces what it had.
func (c *Client) PutIntegration(ctx context.Context, k apigw.MethodKey, in *apigw.Integration) (*apigw.Integration, error) {
	return read[apigw.Integration](c.call(ctx, "PutIntegration", methodValues(k), nil, wire(in)))
}

// GetIntegration returns the integration of a method with its responses.
func (c *Client) GetIntegration(ctx context.Context, k apigw.MethodKey) (*apigw.Integration, error) {
	return read[apigw.Integration](c.call(ctx, "GetIntegration", methodValues(k), nil, nil))
}

// UpdateIntegration changes the integration of a method.
func (c *Client) UpdateIntegration(ctx context.Context, k apigw.MethodKey, ops []property.PatchOperation) (*apigw.Integration, error) {
	return read[apigw.Integration](c.call(ctx, "UpdateIntegration", methodValues(k), nil, patchBody(ops)))
}

// DeleteIntegration removes the integration of a method with its responses.
func (c *Client) DeleteIntegration(ctx context.Context, k apigw.MethodKey) error {
	_, err := c.call(ctx, "DeleteIntegration", methodValues(k), nil, nil)
	return err
}
