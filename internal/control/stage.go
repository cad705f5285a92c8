package control

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"postern/internal/apigw"
	"postern/internal/property"
)

func unknownStage() error { return apigw.NotFound("Invalid stage identifier specified") }

var (
	stageName         = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	stageVariableName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

	// See "API Gateway stage variables reference for REST APIs in API Gateway";
	// the blank is of the refusal's sentence.
	stageVariableValue = regexp.MustCompile(`^[A-Za-z0-9 \-._~:/?#&=,]+$`)
)

func loadStage(r reader, api, name string) (*apigw.Stage, error) {
	stage, err := load[apigw.Stage](r, stageKey(api, name))
	if err == nil && stage == nil {
		err = unknownStage()
	}
	return stage, err
}

// CreateStage puts a deployment under a name.
func (s *Service) CreateStage(ctx context.Context, api string, given *apigw.Stage) (*apigw.Stage, error) {
	var stage *apigw.Stage
	err := s.write(ctx, func(t *tx) error {
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		taken, err := t.has(stageKey(api, given.StageName))
		if err != nil {
			return err
		}
		if taken {
			return apigw.Conflict("Stage already exists")
		}
		if err := s.roomForStage(t, api); err != nil {
			return err
		}
		fresh := *given
		stage = &fresh
		stage.CreatedDate = s.now()
		return s.saveStage(t, api, stage)
	})
	if err != nil {
		return nil, err
	}
	return stage, nil
}

// roomForStage refuses a stage too many.
func (s *Service) roomForStage(t *tx, api string) error {
	limit := s.limits().Stages
	if limit <= 0 {
		return nil
	}
	stages, err := all[apigw.Stage](t, stagesOfPrefix(api))
	if err == nil && len(stages) >= limit {
		err = &apigw.Error{Code: apigw.LimitExceededException,
			Message: "Maximum number of Stages for this API has been reached.  Please contact AWS if you need additional Stages."}
	}
	return err
}

// saveStage fills in what follows from the rest, judges the whole, and writes
// it.
func (s *Service) saveStage(t *tx, api string, stage *apigw.Stage) error {
	limits := s.limits()
	if !stageName.MatchString(stage.StageName) || len(stage.StageName) > limits.StageName {
		return refuse("stageName", clip(stage.StageName), "Stage name only allows a-zA-Z0-9_-")
	}
	if err := needDeployment(t, api, stage.DeploymentID); err != nil {
		return err
	}
	if err := checkVariables(stage.Variables, limits); err != nil {
		return err
	}
	if canary := stage.CanarySettings; canary != nil {
		c := *canary
		stage.CanarySettings = &c
		if c.DeploymentID = orElse(c.DeploymentID, stage.DeploymentID); c.DeploymentID != stage.DeploymentID {
			if err := needDeployment(t, api, c.DeploymentID); err != nil {
				return err
			}
		}
		if !(c.PercentTraffic >= 0 && c.PercentTraffic <= 100) {
			return refuse("canarySettings", c.PercentTraffic, "Percent traffic must be between 0.0 and 100.0")
		}
		if err := checkVariables(c.StageVariableOverrides, limits); err != nil {
			return err
		}
	}
	if a := stage.AccessLogSettings; a != nil && len(a.Format) > limits.AccessLogFormat {
		return refuse("accessLogSettings", nil, fmt.Sprintf("Access log format has %d bytes, at most %d are allowed", len(a.Format), limits.AccessLogFormat))
	}
	if stage.ClientCertificateID != "" {
		if err := needCertificate(t, stage.ClientCertificateID); err != nil {
			return err
		}
	}
	for _, k := range slices.Sorted(maps.Keys(stage.MethodSettings)) {
		if err := checkSetting(t, stage.MethodSettings[k], limits); err != nil {
			return err
		}
	}
	stage.CacheClusterStatus = "NOT_AVAILABLE"
	if stage.CacheClusterEnabled {
		// Chosen: no cluster has to be started, so the cache is there at once.
		stage.CacheClusterStatus = "AVAILABLE"
		stage.CacheClusterSize = orElse(stage.CacheClusterSize, "0.5")
	}
	if err := checkTags(stage.Tags); err != nil {
		return err
	}
	stage.LastUpdatedDate = s.now()
	return t.save(stageKey(api, stage.StageName), stage, stage.CreatedDate.UnixNano())
}

// needDeployment refuses a deployment that is not one of the API. One that this
// transaction makes is one.
func needDeployment(t *tx, api, id string) error {
	k := deploymentKey(api, id)
	if id == "" {
		return noDeployment()
	}
	if t.puts(k) {
		return nil
	}
	ok, err := t.has(k)
	if err == nil && !ok {
		err = noDeployment()
	}
	return err
}

// checkVariables judges stage variables. Their values are not repeated in an
// error: they may be secrets.
func checkVariables(variables map[string]string, limits *apigw.Limits) error {
	if limit := limits.StageVariables; limit > 0 && len(variables) > limit {
		return &apigw.Error{Code: apigw.LimitExceededException,
			Message: fmt.Sprintf("Too many stage variables: %d found, at most %d are allowed", len(variables), limit)}
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		switch {
		case !stageVariableName.MatchString(name) || utf8.RuneCountInString(name) > limits.StageVariableName:
			return refuse("variables", clip(name), fmt.Sprintf("Invalid stage variable name: %s.  Please use names with only word characters.", clip(name)))
		case utf8.RuneCountInString(variables[name]) > limits.StageVariableValue:
			return refuse("variables", nil, fmt.Sprintf("Invalid stage variable value for %s: at most %d characters are allowed", name, limits.StageVariableValue))
		case !stageVariableValue.MatchString(variables[name]):
			return refuse("variables", nil, fmt.Sprintf("Invalid stage variable value: that of %s.  Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.", name))
		}
	}
	return nil
}

// checkSetting judges a method setting.
func checkSetting(r reader, setting *apigw.MethodSetting, limits *apigw.Limits) error {
	if n := setting.CacheTTLInSeconds; n < 0 || n > int64(limits.CacheTTL/time.Second) {
		return refuse("methodSettings", n, fmt.Sprintf("Invalid time-to-live setting, must be an integer no greater than %d", int64(limits.CacheTTL/time.Second)))
	}
	if setting.ThrottlingBurstLimit < -1 || !(setting.ThrottlingRateLimit >= 0 || setting.ThrottlingRateLimit == -1) {
		return refuse("methodSettings", nil, "Throttling limits must be -1 or greater")
	}
	if setting.LoggingLevel == "" || setting.LoggingLevel == "OFF" {
		return nil
	}
	account, err := loadAccount(r)
	if err != nil {
		return err
	}
	if account.CloudWatchRoleARN == "" {
		return refuse("methodSettings", setting.LoggingLevel, "CloudWatch Logs role ARN must be set in account settings to enable logging")
	}
	return nil
}

// GetStage returns a stage.
func (s *Service) GetStage(ctx context.Context, api, name string) (*apigw.Stage, error) {
	var stage *apigw.Stage
	err := s.read(ctx, func(v view) (err error) {
		stage, err = loadStage(v, api, name)
		return err
	})
	return stage, err
}

// GetStages returns the stages of an API in the order of their names; only those
// that serve a deployment, if one is given.
func (s *Service) GetStages(ctx context.Context, api, deployment string) ([]*apigw.Stage, error) {
	var stages []*apigw.Stage
	err := s.read(ctx, func(v view) (err error) {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		stages, err = all[apigw.Stage](v, stagesOfPrefix(api))
		if deployment != "" {
			stages = slices.DeleteFunc(stages, func(stage *apigw.Stage) bool { return !serves(stage, deployment) })
		}
		return err
	})
	return stages, err
}

// UpdateStage changes a stage.
func (s *Service) UpdateStage(ctx context.Context, api, name string, ops []property.PatchOperation) (*apigw.Stage, error) {
	var stage *apigw.Stage
	err := s.write(ctx, func(t *tx) error {
		var err error
		if stage, err = loadStage(t, api, name); err != nil || len(ops) == 0 {
			return err
		}
		for _, op := range ops {
			if err := patchStage(stage, op); err != nil {
				return err
			}
		}
		return s.saveStage(t, api, stage)
	})
	return stage, err
}

// DeleteStage removes a stage. Its deployment stays.
func (s *Service) DeleteStage(ctx context.Context, api, name string) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := loadStage(t, api, name); err != nil {
			return err
		}
		t.delete(stageKey(api, name))
		t.deletePrefix(flushesOfStage(api, name))
		return nil
	})
}
