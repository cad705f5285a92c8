package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) putIntegrationResponse() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	var r apigw.IntegrationResponse
	members["statusCode"] = c.path("status_code")
	if err := c.decodeMembers(r.Properties(), members); err != nil {
		return nil, err
	}
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return answer(c.control.PutIntegrationResponse(c.ctx, k, &r))
}

func (c *call) getIntegrationResponse() (any, error) {
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return answer(c.control.GetIntegrationResponse(c.ctx, k))
}

func (c *call) updateIntegrationResponse() (any, error) {
	ops, err := c.patch()
	if err != nil {
		return nil, err
	}
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateIntegrationResponse(c.ctx, k, ops))
}

func (c *call) deleteIntegrationResponse() (any, error) {
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return nil, c.control.DeleteIntegrationResponse(c.ctx, k)
}

// PutIntegrationResponse puts a response of a method's integration.
func (c *Client) PutIntegrationResponse(ctx context.Context, k apigw.ResponseKey, r *apigw.IntegrationResponse) (*apigw.IntegrationResponse, error) {
	return read[apigw.IntegrationResponse](c.call(ctx, "PutIntegrationResponse", responseValues(k), nil, wire(r)))
}

// GetIntegrationResponse returns a response of a method's integration.
func (c *Client) GetIntegrationResponse(ctx context.Context, k apigw.ResponseKey) (*apigw.IntegrationResponse, error) {
	return read[apigw.IntegrationResponse](c.call(ctx, "GetIntegrationResponse", responseValues(k), nil, nil))
}

// UpdateIntegrationResponse changes a response of a method's integration.
func (c *Client) UpdateIntegrationResponse(ctx context.Context, k apigw.ResponseKey, ops []property.PatchOperation) (*apigw.IntegrationResponse, error) {
	return read[apigw.IntegrationResponse](c.call(ctx, "UpdateIntegrationResponse", responseValues(k), nil, patchBody(ops)))
}

// DeleteIntegrationResponse removes a response of a method's integration.
func (c *Client) DeleteIntegrationResponse(ctx context.Context, k apigw.ResponseKey) error {
	_, err := c.call(ctx, "DeleteIntegrationResponse", responseValues(k), nil, nil)
	return err
}
