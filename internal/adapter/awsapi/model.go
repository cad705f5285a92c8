package awsapi

import (
	"context"
	"fmt"
	"net/url"

	"postern/internal/apigw"
	"postern/internal/property"
)

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

// CreateModel makes a model.
func (c *Client) CreateModel(ctx context.Context, api string, m *apigw.Model) (*apigw.Model, error) {
	return read[apigw.Model](c.call(ctx, "CreateModel", []string{api}, nil, wire(m)))
}

// GetModels returns all models of an API.
func (c *Client) GetModels(ctx context.Context, api string) ([]*apigw.Model, error) {
	return readAll[apigw.Model](ctx, c, "GetModels", []string{api}, nil)
}

// GetModel returns a model; flatten writes the models it refers to into its
// schema.
func (c *Client) GetModel(ctx context.Context, api, name string, flatten bool) (*apigw.Model, error) {
	query := url.Values{}
	if flatten {
		query.Set("flatten", "true")
	}
	return read[apigw.Model](c.call(ctx, "GetModel", []string{api, name}, query, nil))
}

// GetModelTemplate returns a sample of a mapping template for a model's payload.
func (c *Client) GetModelTemplate(ctx context.Context, api, name string) (string, error) {
	members, err := c.call(ctx, "GetModelTemplate", []string{api, name}, nil, nil)
	if err != nil {
		return "", err
	}
	text, ok := members["value"].(string)
	if !ok {
		return "", fmt.Errorf("GetModelTemplate: the answer has no text called value: %v", members["value"])
	}
	return text, nil
}

// UpdateModel changes a model.
func (c *Client) UpdateModel(ctx context.Context, api, name string, ops []property.PatchOperation) (*apigw.Model, error) {
	return read[apigw.Model](c.call(ctx, "UpdateModel", []string{api, name}, nil, patchBody(ops)))
}

// DeleteModel removes a model.
func (c *Client) DeleteModel(ctx context.Context, api, name string) error {
	_, err := c.call(ctx, "DeleteModel", []string{api, name}, nil, nil)
	return err
}
