package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) getAccount() (any, error) {
	return answer(c.control.GetAccount(c.ctx))
}

func (c *call) updateAccount() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateAccount(c.ctx, ops))
}

// GetAccount returns the account's settings.
func (c *Client) GetAccount(ctx context.Context) (*apigw.Account, error) {
	return read[apigw.Account](c.call(ctx, "GetAccount", nil, nil, nil))
}

// UpdateAccount changes the account's settings.
func (c *Client) UpdateAccount(ctx context.Context, ops []property.PatchOperation) (*apigw.Account, error) {
	return read[apigw.Account](c.call(ctx, "UpdateAccount", nil, nil, patchBody(ops)))
}
