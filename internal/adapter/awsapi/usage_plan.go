package awsapi

import (
	"context"
	"net/url"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func (c *call) createUsagePlan() (any, error) {
	var p apigw.UsagePlan
	if err := c.decode(p.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateUsagePlan(c.ctx, &p))
}

func (c *call) getUsagePlans() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	plans, next, err := c.control.GetUsagePlans(c.ctx, c.query.Get("keyId"), page)
	if err != nil {
		return nil, err
	}
	return wireAll(plans, next), nil
}

func (c *call) getUsagePlan() (any, error) {
	p, err := c.control.GetUsagePlan(c.ctx, c.path("usageplanId"))
	if err != nil {
		return nil, err
	}
	return taggedWire(p), nil
}

func (c *call) updateUsagePlan() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	p, err := c.control.UpdateUsagePlan(c.ctx, c.path("usageplanId"), ops)
	if err != nil {
		return nil, err
	}
	return taggedWire(p), nil
}

func (c *call) deleteUsagePlan() (any, error) {
	return nil, c.control.DeleteUsagePlan(c.ctx, c.path("usageplanId"))
}

// A planKeyInput is the body of CreateUsagePlanKey.
type planKeyInput struct{ id, typ string }

// Properties implements property.Noun.
func (in *planKeyInput) Properties() property.List {
	return property.List{
		{Name: "keyId", Value: property.Text(&in.id), Is: property.Required},
		{Name: "keyType", Value: property.Text(&in.typ), Is: property.Required},
	}
}

func (c *call) createUsagePlanKey() (any, error) {
	var in planKeyInput
	if err := c.decode(in.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateUsagePlanKey(c.ctx, c.path("usageplanId"), in.id, in.typ))
}

func (c *call) getUsagePlanKeys() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	keys, next, err := c.control.GetUsagePlanKeys(c.ctx, c.path("usageplanId"), c.query.Get("name"), page)
	if err != nil {
		return nil, err
	}
	return wireAll(keys, next), nil
}

func (c *call) getUsagePlanKey() (any, error) {
	return answer(c.control.GetUsagePlanKey(c.ctx, c.path("usageplanId"), c.path("keyId")))
}

func (c *call) deleteUsagePlanKey() (any, error) {
	return nil, c.control.DeleteUsagePlanKey(c.ctx, c.path("usageplanId"), c.path("keyId"))
}

func (c *call) getUsage() (any, error) {
	for _, name := range []string{"startDate", "endDate"} {
		if c.query.Get(name) == "" {
			c.violate("null", name, "Member must not be null")
		}
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	u, next, err := c.control.GetUsage(c.ctx, c.path("usageplanId"), c.query.Get("keyId"), c.query.Get("startDate"), c.query.Get("endDate"), page)
	if err != nil {
		return nil, err
	}
	out := usageBody(u)
	if next != "" {
		out["position"] = next
	}
	return out, nil
}

func usageBody(u *control.Usage) map[string]any {
	values := map[string]any{}
	for id, days := range u.Values {
		list := make([]any, len(days))
		for i, day := range days {
			list[i] = []any{day[0], day[1]}
		}
		values[id] = list
	}
	return map[string]any{"usagePlanId": u.UsagePlanID, "startDate": u.StartDate, "endDate": u.EndDate, "values": values}
}

func (c *call) updateUsage() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	u, err := c.control.UpdateUsage(c.ctx, c.path("usageplanId"), c.path("keyId"), ops)
	if err != nil {
		return nil, err
	}
	return usageBody(u), nil
}

// CreateUsagePlan makes a usage plan.
func (c *Client) CreateUsagePlan(ctx context.Context, p *apigw.UsagePlan) (*apigw.UsagePlan, error) {
	return read[apigw.UsagePlan](c.call(ctx, "CreateUsagePlan", nil, nil, wire(p)))
}

// GetUsagePlans returns all usage plans, or those of one API key.
func (c *Client) GetUsagePlans(ctx context.Context, keyID string) ([]*apigw.UsagePlan, error) {
	query := url.Values{}
	if keyID != "" {
		query.Set("keyId", keyID)
	}
	return readAll[apigw.UsagePlan](ctx, c, "GetUsagePlans", nil, query)
}

// GetUsagePlan returns a usage plan.
func (c *Client) GetUsagePlan(ctx context.Context, id string) (*apigw.UsagePlan, error) {
	return read[apigw.UsagePlan](c.call(ctx, "GetUsagePlan", []string{id}, nil, nil))
}

// UpdateUsagePlan changes a usage plan.
func (c *Client) UpdateUsagePlan(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.UsagePlan, error) {
	return read[apigw.UsagePlan](c.call(ctx, "UpdateUsagePlan", []string{id}, nil, patchBody(ops)))
}

// DeleteUsagePlan removes a usage plan.
func (c *Client) DeleteUsagePlan(ctx context.Context, id string) error {
	_, err := c.call(ctx, "DeleteUsagePlan", []string{id}, nil, nil)
	return err
}

// CreateUsagePlanKey adds an API key to a usage plan.
func (c *Client) CreateUsagePlanKey(ctx context.Context, plan, key string) (*apigw.UsagePlanKey, error) {
	return read[apigw.UsagePlanKey](c.call(ctx, "CreateUsagePlanKey", []string{plan}, nil, wire(&planKeyInput{key, apigw.APIKeyType})))
}

// GetUsagePlanKeys returns the keys of a usage plan whose names begin with name.
func (c *Client) GetUsagePlanKeys(ctx context.Context, plan, name string) ([]*apigw.UsagePlanKey, error) {
	query := url.Values{}
	if name != "" {
		query.Set("name", name)
	}
	return readAll[apigw.UsagePlanKey](ctx, c, "GetUsagePlanKeys", []string{plan}, query)
}

// GetUsagePlanKey returns an API key of a usage plan.
func (c *Client) GetUsagePlanKey(ctx context.Context, plan, key string) (*apigw.UsagePlanKey, error) {
	return read[apigw.UsagePlanKey](c.call(ctx, "GetUsagePlanKey", []string{plan, key}, nil, nil))
}

// DeleteUsagePlanKey takes an API key out of a usage plan.
func (c *Client) DeleteUsagePlanKey(ctx context.Context, plan, key string) error {
	_, err := c.call(ctx, "DeleteUsagePlanKey", []string{plan, key}, nil, nil)
	return err
}
