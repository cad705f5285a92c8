package awsapi

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func (c *call) createRestAPI() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	var api apigw.RestAPI
	if err := c.decodeMembers(api.Properties(), members); err != nil {
		return nil, err
	}
	if members["name"] == nil {
		c.violate("null", c.input()+".name", "Member must not be null")
	}
	cloneFrom, err := c.textMember(members, "cloneFrom")
	if err != nil {
		return nil, err
	}
	c.checkEndpointTypes(api.EndpointConfiguration)
	if err := c.valid(); err != nil {
		return nil, err
	}
	if members["description"] == "" {
		return nil, apigw.BadRequest("Description cannot be an empty string")
	}
	out, err := c.control.CreateRestAPI(c.ctx, &api, control.RestAPIOptions{CloneFrom: cloneFrom})
	if err != nil {
		return nil, err
	}
	return wireRestAPI(out), nil
}

// checkEndpointTypes collects types that the model does not know. The service
// shows the whole list.
func (c *call) checkEndpointTypes(e *apigw.EndpointConfiguration) {
	if e == nil {
		return
	}
	for _, t := range e.Types {
		if !slices.Contains(control.EndpointTypes(), t) {
			c.violate("'["+strings.Join(e.Types, ", ")+"]'", c.input()+".endpointConfiguration.types",
				"Member must satisfy constraint: ["+enumeration(control.EndpointTypes())+"]")
			return
		}
	}
}

// wireRestAPI returns an API as it appears in an answer. Its policy is escaped
// once more than JSON needs, slashes included. Observed; clients undo it.
func wireRestAPI(api *apigw.RestAPI) map[string]any {
	m := wire(api)
	if api.Policy != "" {
		m["policy"] = escapePolicy(api.Policy)
	}
	return m
}

// withTags is wireRestAPI for the answers that show tags also when there are
// none. Observed.
func withTags(api *apigw.RestAPI) map[string]any {
	m := wireRestAPI(api)
	if m["tags"] == nil {
		m["tags"] = map[string]any{}
	}
	return m
}

func escapePolicy(policy string) string {
	text := appendText(nil, policy)
	return strings.ReplaceAll(string(text[1:len(text)-1]), "/", `\/`)
}

// unescapePolicy is the opposite of escapePolicy. A policy that was not escaped
// is returned as it is.
func unescapePolicy(policy string) string {
	var plain string
	if json.Unmarshal([]byte(`"`+policy+`"`), &plain) != nil {
		return policy
	}
	return plain
}

func (c *call) getRestAPIs() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	apis, next, err := c.control.GetRestAPIs(c.ctx, page)
	if err != nil {
		return nil, err
	}
	items := make([]any, len(apis))
	for i, api := range apis {
		items[i] = wireRestAPI(api)
	}
	return list(items, next), nil
}

func (c *call) getRestAPI() (any, error) {
	api, err := c.control.GetRestAPI(c.ctx, c.api())
	if err != nil {
		return nil, err
	}
	return withTags(api), nil
}

func (c *call) updateRestAPI() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	api, err := c.control.UpdateRestAPI(c.ctx, c.api(), ops)
	if err != nil {
		return nil, err
	}
	return withTags(api), nil
}

func (c *call) deleteRestAPI() (any, error) {
	return nil, c.control.DeleteRestAPI(c.ctx, c.api())
}

// A textInput is a text of the body that no noun has.
type textInput struct{ name, text string }

// Properties implements property.Noun.
func (in *textInput) Properties() property.List {
	return property.List{{Name: in.name, Value: property.Text(&in.text)}}
}

// textMember returns a text of the body that no noun has.
func (c *call) textMember(members map[string]any, name string) (string, error) {
	in := textInput{name: name}
	err := c.decodeMembers(in.Properties(), members)
	return in.text, err
}

// readRestAPI is read for an API, whose policy is escaped once more.
func readRestAPI(members map[string]any, err error) (*apigw.RestAPI, error) {
	api, err := read[apigw.RestAPI](members, err)
	if err == nil {
		api.Policy = unescapePolicy(api.Policy)
	}
	return api, err
}

// CreateRestAPI makes an API; with the parts of another one if cloneFrom names
// one.
func (c *Client) CreateRestAPI(ctx context.Context, api *apigw.RestAPI, cloneFrom string) (*apigw.RestAPI, error) {
	in := wire(api)
	if cloneFrom != "" {
		in["cloneFrom"] = cloneFrom
	}
	return readRestAPI(c.call(ctx, "CreateRestApi", nil, nil, in))
}

// GetRestAPIs returns all APIs.
func (c *Client) GetRestAPIs(ctx context.Context) ([]*apigw.RestAPI, error) {
	apis, err := readAll[apigw.RestAPI](ctx, c, "GetRestApis", nil, nil)
	for _, api := range apis {
		api.Policy = unescapePolicy(api.Policy)
	}
	return apis, err
}

// GetRestAPI returns an API.
func (c *Client) GetRestAPI(ctx context.Context, id string) (*apigw.RestAPI, error) {
	return readRestAPI(c.call(ctx, "GetRestApi", []string{id}, nil, nil))
}

// UpdateRestAPI changes an API's own properties.
func (c *Client) UpdateRestAPI(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.RestAPI, error) {
	return readRestAPI(c.call(ctx, "UpdateRestApi", []string{id}, nil, patchBody(ops)))
}

// DeleteRestAPI removes an API with everything that belongs to it.
func (c *Client) DeleteRestAPI(ctx context.Context, id string) error {
	_, err := c.call(ctx, "DeleteRestApi", []string{id}, nil, nil)
	return err
}
