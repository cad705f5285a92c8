package awsapi

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func (c *call) createDeployment() (any, error) {
	members, err := parseObject(c.body)
	if err != nil {
		return nil, err
	}
	// Most members are those of the stage that the deployment goes to.
	var stage apigw.Stage
	if err := c.decodeMembers(stage.Properties(), members); err != nil {
		return nil, err
	}
	stageDescription, err := c.textMember(members, "stageDescription")
	if err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	in := control.DeploymentInput{
		Description:      stage.Description,
		StageName:        stage.StageName,
		StageDescription: stageDescription,
		CacheClusterSize: stage.CacheClusterSize,
		Variables:        stage.Variables,
		CanarySettings:   stage.CanarySettings,
	}
	if members["cacheClusterEnabled"] != nil {
		in.CacheClusterEnabled = &stage.CacheClusterEnabled
	}
	if members["tracingEnabled"] != nil {
		in.TracingEnabled = &stage.TracingEnabled
	}
	return answer(c.control.CreateDeployment(c.ctx, c.api(), in))
}

func (c *call) getDeployments() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	deployments, next, err := c.control.GetDeployments(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	return wireAll(deployments, next), nil
}

func (c *call) getDeployment() (any, error) {
	d, err := c.control.GetDeployment(c.ctx, c.api(), c.path("deployment_id"))
	if err != nil {
		return nil, err
	}
	m := wire(d)
	if c.embeds("apisummary") {
		snapshot, err := c.control.LoadSnapshot(c.ctx, c.api(), d.ID)
		if err != nil {
			return nil, err
		}
		m["apiSummary"] = apiSummary(snapshot)
	}
	return m, nil
}

// apiSummary says of each method of a deployment who may call it.
func apiSummary(snapshot *apigw.Snapshot) map[string]any {
	paths := map[string]any{}
	for _, r := range snapshot.Resources {
		if len(r.Methods) == 0 {
			continue
		}
		verbs := map[string]any{}
		for verb, m := range r.Methods {
			verbs[verb] = map[string]any{"authorizationType": m.AuthorizationType, "apiKeyRequired": m.APIKeyRequired}
		}
		paths[r.Path] = verbs
	}
	return paths
}

func (c *call) updateDeployment() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateDeployment(c.ctx, c.api(), c.path("deployment_id"), ops))
}

func (c *call) deleteDeployment() (any, error) {
	return nil, c.control.DeleteDeployment(c.ctx, c.api(), c.path("deployment_id"))
}

// A DeploymentInput is what CreateDeployment is told.
type DeploymentInput = control.DeploymentInput

// CreateDeployment freezes an API as it is, and may put it on a stage.
func (c *Client) CreateDeployment(ctx context.Context, api string, in DeploymentInput) (*apigw.Deployment, error) {
	stage := apigw.Stage{
		StageName: in.StageName, Description: in.Description, CacheClusterSize: in.CacheClusterSize,
		Variables: in.Variables, CanarySettings: in.CanarySettings,
	}
	body := wire(&stage)
	for _, name := range []string{"cacheClusterEnabled", "tracingEnabled", "methodSettings"} {
		delete(body, name)
	}
	if in.StageDescription != "" {
		body["stageDescription"] = in.StageDescription
	}
	if in.CacheClusterEnabled != nil {
		body["cacheClusterEnabled"] = *in.CacheClusterEnabled
	}
	if in.TracingEnabled != nil {
		body["tracingEnabled"] = *in.TracingEnabled
	}
	return read[apigw.Deployment](c.call(ctx, "CreateDeployment", []string{api}, nil, body))
}

// GetDeployments returns all deployments of an API.
func (c *Client) GetDeployments(ctx context.Context, api string) ([]*apigw.Deployment, error) {
	return readAll[apigw.Deployment](ctx, c, "GetDeployments", []string{api}, nil)
}

// GetDeployment returns a deployment.
func (c *Client) GetDeployment(ctx context.Context, api, id string) (*apigw.Deployment, error) {
	return read[apigw.Deployment](c.call(ctx, "GetDeployment", []string{api, id}, nil, nil))
}

// UpdateDeployment changes the description of a deployment.
func (c *Client) UpdateDeployment(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.Deployment, error) {
	return read[apigw.Deployment](c.call(ctx, "UpdateDeployment", []string{api, id}, nil, patchBody(ops)))
}

// DeleteDeployment removes a deployment that no stage serves.
func (c *Client) DeleteDeployment(ctx context.Context, api, id string) error {
	_, err := c.call(ctx, "DeleteDeployment", []string{api, id}, nil, nil)
	return err
}
