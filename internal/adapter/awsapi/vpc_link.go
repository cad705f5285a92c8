package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

func (c *call) createVPCLink() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	var link apigw.VPCLink
	if err := c.decodeMembers(link.Properties(), members); err != nil {
		return nil, err
	}
	for _, name := range []string{"name", "targetArns"} {
		if members[name] == nil {
			c.violate("null", c.input()+"."+name, "Member must not be null")
		}
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateVPCLink(c.ctx, &link))
}

func (c *call) getVPCLinks() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	links, next, err := c.control.GetVPCLinks(c.ctx, page)
	if err != nil {
		return nil, err
	}
	return wireAll(links, next), nil
}

// taggedWire shows tags also when there are none. Observed for reading and
// updating one link, API key or usage plan, and not for the rest.
func taggedWire(n property.Noun) map[string]any {
	m := wire(n)
	if m["tags"] == nil {
		m["tags"] = map[string]any{}
	}
	return m
}

func (c *call) getVPCLink() (any, error) {
	link, err := c.control.GetVPCLink(c.ctx, c.path("vpclink_id"))
	if err != nil {
		return nil, err
	}
	return taggedWire(link), nil
}

func (c *call) updateVPCLink() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	link, err := c.control.UpdateVPCLink(c.ctx, c.path("vpclink_id"), ops)
	if err != nil {
		return nil, err
	}
	return taggedWire(link), nil
}

func (c *call) deleteVPCLink() (any, error) {
	return nil, c.control.DeleteVPCLink(c.ctx, c.path("vpclink_id"))
}

// CreateVPCLink makes a VPC link.
func (c *Client) CreateVPCLink(ctx context.Context, link *apigw.VPCLink) (*apigw.VPCLink, error) {
	return read[apigw.VPCLink](c.call(ctx, "CreateVpcLink", nil, nil, wire(link)))
}

// GetVPCLinks returns all VPC links.
func (c *Client) GetVPCLinks(ctx context.Context) ([]*apigw.VPCLink, error) {
	return readAll[apigw.VPCLink](ctx, c, "GetVpcLinks", nil, nil)
}

// GetVPCLink returns a VPC link.
func (c *Client) GetVPCLink(ctx context.Context, id string) (*apigw.VPCLink, error) {
	return read[apigw.VPCLink](c.call(ctx, "GetVpcLink", []string{id}, nil, nil))
}

// UpdateVPCLink changes a VPC link.
func (c *Client) UpdateVPCLink(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.VPCLink, error) {
	return read[apigw.VPCLink](c.call(ctx, "UpdateVpcLink", []string{id}, nil, patchBody(ops)))
}

// DeleteVPCLink removes a VPC link.
func (c *Client) DeleteVPCLink(ctx context.Context, id string) error {
	_, err := c.call(ctx, "DeleteVpcLink", []string{id}, nil, nil)
	return err
}
