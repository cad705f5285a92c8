package awsapi

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
