package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) putMethod() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	var m apigw.Method
	members["httpMethod"] = c.path("http_method")
	if err := c.decodeMembers(m.Properties(), members); err != nil {
		return nil, err
	}
	if members["authorizationType"] == nil {
		c.violate("null", c.input()+".authorizationType", "Member must not be null")
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	m.Responses, m.Integration = nil, nil // not members of this operation
	return answer(c.control.PutMethod(c.ctx, c.method(), &m))
}

func (c *call) getMethod() (any, error) {
	return answer(c.control.GetMethod(c.ctx, c.method()))
}

func (c *call) updateMethod() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateMethod(c.ctx, c.method(), ops))
}

func (c *call) deleteMethod() (any, error) {
	return nil, c.control.DeleteMethod(c.ctx, c.method())
}

func methodValues(k apigw.MethodKey) []string {
	return []string{k.RestAPIID, k.ResourceID, k.HTTPMethod}
}

// PutMethod makes a method. Its responses and its integration are put by
// operations of their own.
func (c *Client) PutMethod(ctx context.Context, k apigw.MethodKey, m *apigw.Method) (*apigw.Method, error) {
	return read[apigw.Method](c.call(ctx, "PutMethod", methodValues(k), nil, wire(m)))
}

// GetMethod returns a method with its responses and its integration.
func (c *Client) GetMethod(ctx context.Context, k apigw.MethodKey) (*apigw.Method, error) {
	return read[apigw.Method](c.call(ctx, "GetMethod", methodValues(k), nil, nil))
}

// UpdateMethod changes what a method says of itself.
func (c *Client) UpdateMethod(ctx context.Context, k apigw.MethodKey, ops []property.PatchOperation) (*apigw.Method, error) {
	return read[apigw.Method](c.call(ctx, "UpdateMethod", methodValues(k), nil, patchBody(ops)))
}

// DeleteMethod removes a method with its responses and its integration.
func (c *Client) DeleteMethod(ctx context.Context, k apigw.MethodKey) error {
	_, err := c.call(ctx, "DeleteMethod", methodValues(k), nil, nil)
	return err
}
