package awsapi

import "postern/internal/apigw"

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
