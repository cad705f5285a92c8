package awsapi

import "postern/internal/apigw"

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
