package awsapi

import "postern/internal/apigw"

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
