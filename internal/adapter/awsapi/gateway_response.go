package awsapi

import (
	"context"
	"slices"

	"postern/internal/apigw"
	"postern/internal/property"
)

// responseTypes is the enumeration of the model, in the service's order.
var responseTypes = []string{
	"REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "AUTHORIZER_CONFIGURATION_ERROR", "MISSING_AUTHENTICATION_TOKEN",
	"BAD_REQUEST_BODY", "INVALID_SIGNATURE", "INVALID_API_KEY", "BAD_REQUEST_PARAMETERS", "AUTHORIZER_FAILURE",
	"UNAUTHORIZED", "INTEGRATION_TIMEOUT", "ACCESS_DENIED", "DEFAULT_4XX", "DEFAULT_5XX", "WAF_FILTERED",
	"QUOTA_EXCEEDED", "THROTTLED", "API_CONFIGURATION_ERROR", "UNSUPPORTED_MEDIA_TYPE", "INTEGRATION_FAILURE",
	"EXPIRED_TOKEN",
}

// responseType returns the type that the path names, once the model's
// constraints hold.
func (c *call) responseType() (apigw.GatewayResponseType, error) {
	t := c.path("response_type")
	if !slices.Contains(responseTypes, t) {
		c.violate("'"+t+"'", "responseType", enumeration(responseTypes))
	}
	return apigw.GatewayResponseType(t), c.valid()
}

func (c *call) getGatewayResponses() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	responses, next, err := c.control.GetGatewayResponses(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	return wireAll(responses, next), nil
}

func (c *call) getGatewayResponse() (any, error) {
	t, err := c.responseType()
	if err != nil {
		return nil, err
	}
	return answer(c.control.GetGatewayResponse(c.ctx, c.api(), t))
}

func (c *call) putGatewayResponse() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	delete(members, "responseType") // the path has it
	var g apigw.GatewayResponse
	if err := c.decodeMembers(g.Properties(), members); err != nil {
		return nil, err
	}
	if g.StatusCode != "" && !apigw.IsStatusCode(g.StatusCode) {
		c.violate("'"+g.StatusCode+"'", c.input()+".statusCode", `Member must satisfy regular expression pattern: [1-5]\d\d`)
	}
	if g.ResponseType, err = c.responseType(); err != nil {
		return nil, err
	}
	return answer(c.control.PutGatewayResponse(c.ctx, c.api(), &g))
}

func (c *call) updateGatewayResponse() (any, error) {
	ops, err := c.patch()
	if err != nil {
		return nil, err
	}
	t, err := c.responseType()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateGatewayResponse(c.ctx, c.api(), t, ops))
}

func (c *call) deleteGatewayResponse() (any, error) {
	t, err := c.responseType()
	if err != nil {
		return nil, err
	}
	return nil, c.control.DeleteGatewayResponse(c.ctx, c.api(), t)
}

// PutGatewayResponse sets what an API says for a type of failure.
func (c *Client) PutGatewayResponse(ctx context.Context, api string, g *apigw.GatewayResponse) (*apigw.GatewayResponse, error) {
	return read[apigw.GatewayResponse](c.call(ctx, "PutGatewayResponse", []string{api, string(g.ResponseType)}, nil, wire(g)))
}

// GetGatewayResponses returns what an API says for all types of failures.
func (c *Client) GetGatewayResponses(ctx context.Context, api string) ([]*apigw.GatewayResponse, error) {
	return readAll[apigw.GatewayResponse](ctx, c, "GetGatewayResponses", []string{api}, nil)
}

// GetGatewayResponse returns what an API says for a type of failure.
func (c *Client) GetGatewayResponse(ctx context.Context, api string, t apigw.GatewayResponseType) (*apigw.GatewayResponse, error) {
	return read[apigw.GatewayResponse](c.call(ctx, "GetGatewayResponse", []string{api, string(t)}, nil, nil))
}

// UpdateGatewayResponse changes what an API says for a type of failure.
func (c *Client) UpdateGatewayResponse(ctx context.Context, api string, t apigw.GatewayResponseType, ops []property.PatchOperation) (*apigw.GatewayResponse, error) {
	return read[apigw.GatewayResponse](c.call(ctx, "UpdateGatewayResponse", []string{api, string(t)}, nil, patchBody(ops)))
}

// DeleteGatewayResponse puts a type of failure back to its default.
func (c *Client) DeleteGatewayResponse(ctx context.Context, api string, t apigw.GatewayResponseType) error {
	_, err := c.call(ctx, "DeleteGatewayResponse", []string{api, string(t)}, nil, nil)
	return err
}
