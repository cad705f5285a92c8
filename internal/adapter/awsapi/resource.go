package awsapi

import (
	"context"
	"net/url"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) createResource() (any, error) {
	var r apigw.Resource
	if err := c.decode(r.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateResource(c.ctx, c.api(), c.path("parent_id"), r.PathPart))
}

func (c *call) getResource() (any, error) {
	r, err := c.control.GetResource(c.ctx, c.api(), c.path("resource_id"))
	if err != nil {
		return nil, err
	}
	return c.wireResource(r), nil
}

func (c *call) getResources() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	resources, next, err := c.control.GetResources(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	items := make([]any, len(resources))
	for i, r := range resources {
		items[i] = c.wireResource(r)
	}
	return list(items, next), nil
}

// wireResource returns a resource with the names of its methods, or with all of
// them if they are to be embedded.
func (c *call) wireResource(r *apigw.Resource) map[string]any {
	m := wire(r)
	if len(r.Methods) > 0 && !c.embeds("methods") {
		names := make(map[string]any, len(r.Methods))
		for verb := range r.Methods {
			names[verb] = map[string]any{}
		}
		m["resourceMethods"] = names
	}
	return m
}

func (c *call) updateResource() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	r, err := c.control.UpdateResource(c.ctx, c.api(), c.path("resource_id"), ops)
	if err != nil {
		return nil, err
	}
	return c.wireResource(r), nil
}

func (c *call) deleteResource() (any, error) {
	return nil, c.control.DeleteResource(c.ctx, c.api(), c.path("resource_id"))
}

// CreateResource makes a resource below another one.
func (c *Client) CreateResource(ctx context.Context, api, parent, pathPart string) (*apigw.Resource, error) {
	return read[apigw.Resource](c.call(ctx, "CreateResource", []string{api, parent}, nil, map[string]any{"pathPart": pathPart}))
}

// embedMethods asks for whole methods instead of their names.
func embedMethods() url.Values { return url.Values{"embed": {"methods"}} }

// GetResource returns a resource with its methods.
func (c *Client) GetResource(ctx context.Context, api, id string) (*apigw.Resource, error) {
	return read[apigw.Resource](c.call(ctx, "GetResource", []string{api, id}, embedMethods(), nil))
}

// GetResources returns all resources with their methods.
func (c *Client) GetResources(ctx context.Context, api string) ([]*apigw.Resource, error) {
	return readAll[apigw.Resource](ctx, c, "GetResources", []string{api}, embedMethods())
}

// UpdateResource moves or renames a resource. The answer has only the names of
// its methods.
func (c *Client) UpdateResource(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.Resource, error) {
	members, err := c.call(ctx, "UpdateResource", []string{api, id}, nil, patchBody(ops))
	delete(members, "resourceMethods")
	return read[apigw.Resource](members, err)
}

// DeleteResource removes a resource with all that is below it.
func (c *Client) DeleteResource(ctx context.Context, api, id string) error {
	_, err := c.call(ctx, "DeleteResource", []string{api, id}, nil, nil)
	return err
}
