package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// response returns the response that the path names, once the model's
// constraints hold.
func (c *call) response() (apigw.ResponseKey, error) {
	k := apigw.ResponseKey{MethodKey: c.method(), StatusCode: c.statusCode()}
	return k, c.valid()
}

func (c *call) putMethodResponse() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	var r apigw.MethodResponse
	members["statusCode"] = c.path("status_code")
	if err := c.decodeMembers(r.Properties(), members); err != nil {
		return nil, err
	}
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return answer(c.control.PutMethodResponse(c.ctx, k, &r))
}

func (c *call) getMethodResponse() (any, error) {
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return answer(c.control.GetMethodResponse(c.ctx, k))
}

func (c *call) updateMethodResponse() (any, error) {
	ops, err := c.patch()
	if err != nil {
		return nil, err
	}
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateMethodResponse(c.ctx, k, ops))
}

func (c *call) deleteMethodResponse() (any, error) {
	k, err := c.response()
	if err != nil {
		return nil, err
	}
	return nil, c.control.DeleteMethodResponse(c.ctx, k)
}

func responseValues(k apigw.ResponseKey) []string {
	return append(methodValues(k.MethodKey), k.StatusCode)
}

// PutMethodResponse puts a response of a method.
func (c *Client) PutMethodResponse(ctx context.Context, k apigw.ResponseKey, r *apigw.MethodResponse) (*apigw.MethodResponse, error) {
	return read[apigw.MethodResponse](c.call(ctx, "PutMethodResponse", responseValues(k), nil, wire(r)))
}

// GetMethodResponse returns a response of a method.
func (c *Client) GetMethodResponse(ctx context.Context, k apigw.ResponseKey) (*apigw.MethodResponse, error) {
	return read[apigw.MethodResponse](c.call(ctx, "GetMethodResponse", responseValues(k), nil, nil))
}

// UpdateMethodResponse changes a response of a method.
func (c *Client) UpdateMethodResponse(ctx context.Context, k apigw.ResponseKey, ops []property.PatchOperation) (*apigw.MethodResponse, error) {
	return read[apigw.MethodResponse](c.call(ctx, "UpdateMethodResponse", responseValues(k), nil, patchBody(ops)))
}

// DeleteMethodResponse removes a response of a method.
func (c *Client) DeleteMethodResponse(ctx context.Context, k apigw.ResponseKey) error {
	_, err := c.call(ctx, "DeleteMethodResponse", responseValues(k), nil, nil)
	return err
}
