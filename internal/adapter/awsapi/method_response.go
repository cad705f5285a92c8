package awsapi

import "postern/internal/apigw"

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
