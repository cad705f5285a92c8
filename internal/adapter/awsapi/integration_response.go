package awsapi

import "postern/internal/apigw"

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
