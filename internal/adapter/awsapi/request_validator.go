package awsapi

import "postern/internal/apigw"

func (c *call) createRequestValidator() (any, error) {
	var v apigw.RequestValidator
	if err := c.decode(v.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateRequestValidator(c.ctx, c.api(), &v))
}

func (c *call) getRequestValidators() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	validators, next, err := c.control.GetRequestValidators(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	return wireAll(validators, next), nil
}

func (c *call) getRequestValidator() (any, error) {
	return answer(c.control.GetRequestValidator(c.ctx, c.api(), c.path("requestvalidator_id")))
}

func (c *call) updateRequestValidator() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateRequestValidator(c.ctx, c.api(), c.path("requestvalidator_id"), ops))
}

func (c *call) deleteRequestValidator() (any, error) {
	return nil, c.control.DeleteRequestValidator(c.ctx, c.api(), c.path("requestvalidator_id"))
}
