package awsapi

import "postern/internal/apigw"

func (c *call) createModel() (any, error) {
	var m apigw.Model
	if err := c.decode(m.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateModel(c.ctx, c.api(), &m))
}

func (c *call) getModels() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	models, next, err := c.control.GetModels(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	return wireAll(models, next), nil
}

func (c *call) getModel() (any, error) {
	return answer(c.control.GetModel(c.ctx, c.api(), c.path("model_name"), c.flag("flatten")))
}

func (c *call) updateModel() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateModel(c.ctx, c.api(), c.path("model_name"), ops))
}

func (c *call) deleteModel() (any, error) {
	return nil, c.control.DeleteModel(c.ctx, c.api(), c.path("model_name"))
}

func (c *call) getModelTemplate() (any, error) {
	text, err := c.control.GetModelTemplate(c.ctx, c.api(), c.path("model_name"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"value": text}, nil
}
