package awsapi

import "postern/internal/apigw"

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
