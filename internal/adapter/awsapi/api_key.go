package awsapi

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A stageKeyInput is a stage of a new API key. In answers it is api/stage.
type stageKeyInput struct{ api, stage string }

// Properties implements property.Noun.
func (in *stageKeyInput) Properties() property.List {
	return property.List{
		{Name: "restApiId", Value: property.Text(&in.api)},
		{Name: "stageName", Value: property.Text(&in.stage)},
	}
}

// keyRows are the rows of an API key whose stages are as requests have them.
func keyRows(k *apigw.APIKey, stages *[]*stageKeyInput) property.List {
	rows := slices.DeleteFunc(k.Properties(), func(r property.Row) bool { return r.Name == "stageKeys" })
	return append(rows, property.Row{Name: "stageKeys", Value: property.ObjectList(stages)})
}

func (c *call) createAPIKey() (any, error) {
	var k apigw.APIKey
	var stages []*stageKeyInput
	if err := c.decode(keyRows(&k, &stages)); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	for _, s := range stages {
		k.StageKeys = append(k.StageKeys, s.api+"/"+s.stage)
	}
	return answer(c.control.CreateAPIKey(c.ctx, &k))
}

func (c *call) importAPIKeys() (any, error) {
	switch format := c.query.Get("format"); format {
	case "csv":
	case "":
		c.violate("null", "format", "Member must not be null")
	default:
		c.violate("'"+format+"'", "format", enumeration([]string{"csv"}))
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	ids, warnings, err := c.control.ImportAPIKeys(c.ctx, c.body, c.flag("failonwarnings"))
	if err != nil {
		return nil, err
	}
	return imported(ids, warnings), nil
}

func (c *call) getAPIKeys() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	f := control.APIKeyFilter{Name: c.query.Get("name"), CustomerID: c.query.Get("customerId"), WithValues: c.flag("includeValues")}
	keys, next, err := c.control.GetAPIKeys(c.ctx, f, page)
	if err != nil {
		return nil, err
	}
	return wireAll(keys, next), nil
}

func (c *call) getAPIKey() (any, error) {
	k, err := c.control.GetAPIKey(c.ctx, c.path("api_Key"), c.flag("includeValue"))
	if err != nil {
		return nil, err
	}
	return taggedWire(k), nil
}

func (c *call) updateAPIKey() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	k, err := c.control.UpdateAPIKey(c.ctx, c.path("api_Key"), ops)
	if err != nil {
		return nil, err
	}
	return taggedWire(k), nil
}

func (c *call) deleteAPIKey() (any, error) {
	return nil, c.control.DeleteAPIKey(c.ctx, c.path("api_Key"))
}

// CreateAPIKey makes an API key.
func (c *Client) CreateAPIKey(ctx context.Context, k *apigw.APIKey) (*apigw.APIKey, error) {
	in := wire(k)
	stages := make([]any, len(k.StageKeys))
	for i, s := range k.StageKeys {
		api, stage, _ := strings.Cut(s, "/")
		stages[i] = wire(&stageKeyInput{api, stage})
	}
	in["stageKeys"] = stages
	return read[apigw.APIKey](c.call(ctx, "CreateApiKey", nil, nil, in))
}

// ImportAPIKeys makes the API keys of a file of comma-separated values, and
// returns their identifiers and what was left out.
func (c *Client) ImportAPIKeys(ctx context.Context, file []byte, failOnWarnings bool) (ids, warnings []string, err error) {
	query := url.Values{"mode": {"import"}, "format": {"csv"}, "failonwarnings": {strconv.FormatBool(failOnWarnings)}}
	return importedIDs(c.send(ctx, "ImportApiKeys", nil, query, file, "application/octet-stream"))
}

// GetAPIKeys returns the API keys that f wants.
func (c *Client) GetAPIKeys(ctx context.Context, f control.APIKeyFilter) ([]*apigw.APIKey, error) {
	query := url.Values{"includeValues": {strconv.FormatBool(f.WithValues)}}
	if f.Name != "" {
		query.Set("name", f.Name)
	}
	if f.CustomerID != "" {
		query.Set("customerId", f.CustomerID)
	}
	return readAll[apigw.APIKey](ctx, c, "GetApiKeys", nil, query)
}

// GetAPIKey returns an API key, with its value if that is wanted.
func (c *Client) GetAPIKey(ctx context.Context, id string, withValue bool) (*apigw.APIKey, error) {
	query := url.Values{"includeValue": {strconv.FormatBool(withValue)}}
	return read[apigw.APIKey](c.call(ctx, "GetApiKey", []string{id}, query, nil))
}

// UpdateAPIKey changes an API key.
func (c *Client) UpdateAPIKey(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.APIKey, error) {
	return read[apigw.APIKey](c.call(ctx, "UpdateApiKey", []string{id}, nil, patchBody(ops)))
}

// DeleteAPIKey removes an API key.
func (c *Client) DeleteAPIKey(ctx context.Context, id string) error {
	_, err := c.call(ctx, "DeleteApiKey", []string{id}, nil, nil)
	return err
}
