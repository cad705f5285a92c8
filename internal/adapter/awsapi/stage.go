package awsapi

import (
	"context"
	"net/url"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func (c *call) createStage() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	var stage apigw.Stage
	if err := c.decodeMembers(stage.Properties(), members); err != nil {
		return nil, err
	}
	for _, name := range []string{"stageName", "deploymentId"} {
		if members[name] == nil {
			c.violate("null", c.input()+"."+name, "Member must not be null")
		}
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	// Not members of this operation.
	stage.MethodSettings, stage.AccessLogSettings, stage.ClientCertificateID, stage.WebACLARN = nil, nil, "", ""
	return answer(c.control.CreateStage(c.ctx, c.api(), &stage))
}

func (c *call) getStages() (any, error) {
	stages, err := c.control.GetStages(c.ctx, c.api(), c.query.Get("deploymentId"))
	if err != nil {
		return nil, err
	}
	return wireAll(stages, ""), nil
}

func (c *call) getStage() (any, error) {
	return answer(c.control.GetStage(c.ctx, c.api(), c.path("stage_name")))
}

func (c *call) updateStage() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateStage(c.ctx, c.api(), c.path("stage_name"), ops))
}

func (c *call) deleteStage() (any, error) {
	return nil, c.control.DeleteStage(c.ctx, c.api(), c.path("stage_name"))
}

func (c *call) flushStageCache() (any, error) {
	return nil, c.control.FlushStageCache(c.ctx, c.api(), c.path("stage_name"), control.ResponseCache)
}

func (c *call) flushStageAuthorizersCache() (any, error) {
	return nil, c.control.FlushStageCache(c.ctx, c.api(), c.path("stage_name"), control.AuthorizerCache)
}

// CreateStage puts a deployment under a name.
func (c *Client) CreateStage(ctx context.Context, api string, stage *apigw.Stage) (*apigw.Stage, error) {
	return read[apigw.Stage](c.call(ctx, "CreateStage", []string{api}, nil, wire(stage)))
}

// GetStages returns the stages of an API; only those that serve a deployment, if
// one is given.
func (c *Client) GetStages(ctx context.Context, api, deployment string) ([]*apigw.Stage, error) {
	query := url.Values{}
	if deployment != "" {
		query.Set("deploymentId", deployment)
	}
	return readAll[apigw.Stage](ctx, c, "GetStages", []string{api}, query)
}

// GetStage returns a stage.
func (c *Client) GetStage(ctx context.Context, api, name string) (*apigw.Stage, error) {
	return read[apigw.Stage](c.call(ctx, "GetStage", []string{api, name}, nil, nil))
}

// UpdateStage changes a stage.
func (c *Client) UpdateStage(ctx context.Context, api, name string, ops []property.PatchOperation) (*apigw.Stage, error) {
	return read[apigw.Stage](c.call(ctx, "UpdateStage", []string{api, name}, nil, patchBody(ops)))
}

// DeleteStage removes a stage. Its deployment stays.
func (c *Client) DeleteStage(ctx context.Context, api, name string) error {
	_, err := c.call(ctx, "DeleteStage", []string{api, name}, nil, nil)
	return err
}
