package awsapi

import (
	"context"
	"net/url"

	"postern/internal/property"
)

// A tagsInput is the body of TagResource.
type tagsInput struct{ tags map[string]string }

// Properties implements property.Noun.
func (in *tagsInput) Properties() property.List {
	return property.List{{Name: "tags", Value: property.TextMap(&in.tags, ""), Is: property.Required}}
}

func (c *call) getTags() (any, error) {
	tags, err := c.control.GetTags(c.ctx, c.path("resource_arn"))
	if err != nil {
		return nil, err
	}
	m := make(map[string]any, len(tags))
	for k, v := range tags {
		m[k] = v
	}
	return map[string]any{"tags": m}, nil
}

func (c *call) tagResource() (any, error) {
	var in tagsInput
	if err := c.decode(in.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return nil, c.control.TagResource(c.ctx, c.path("resource_arn"), in.tags)
}

func (c *call) untagResource() (any, error) {
	keys := c.query["tagKeys"]
	if len(keys) == 0 {
		c.violate("null", "tagKeys", "Member must not be null")
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return nil, c.control.UntagResource(c.ctx, c.path("resource_arn"), keys)
}

// GetTags returns the tags of the thing that an ARN names.
func (c *Client) GetTags(ctx context.Context, arn string) (map[string]string, error) {
	members, err := c.call(ctx, "GetTags", []string{arn}, nil, nil)
	if err != nil {
		return nil, err
	}
	out, err := read[tagsInput](members, nil)
	if err != nil {
		return nil, err
	}
	return out.tags, nil
}

// TagResource adds tags to the thing that an ARN names, or replaces them.
func (c *Client) TagResource(ctx context.Context, arn string, tags map[string]string) error {
	_, err := c.call(ctx, "TagResource", []string{arn}, nil, wire(&tagsInput{tags}))
	return err
}

// UntagResource removes tags from the thing that an ARN names.
func (c *Client) UntagResource(ctx context.Context, arn string, keys []string) error {
	_, err := c.call(ctx, "UntagResource", []string{arn}, url.Values{"tagKeys": keys}, nil)
	return err
}
