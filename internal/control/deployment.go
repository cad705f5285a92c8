package control

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A DeploymentInput is what CreateDeployment is told. What is nil or empty was
// not given.
//
// See "CreateDeployment".
type DeploymentInput struct {
	Description string

	StageName           string // makes the stage, or points it to the new deployment
	StageDescription    string
	CacheClusterEnabled *bool
	CacheClusterSize    string
	Variables           map[string]string
	TracingEnabled      *bool
	CanarySettings      *apigw.CanarySettings // the stage's canary gets the deployment, and the stage keeps its own
}

func unknownDeployment() error { return apigw.NotFound("Invalid Deployment identifier specified") }

// noDeployment is the same when a stage names one.
func noDeployment() error { return apigw.BadRequest("Deployment id does not exist") }

// CreateDeployment freezes an API as it is, and may put it on a stage.
func (s *Service) CreateDeployment(ctx context.Context, api string, in DeploymentInput) (*apigw.Deployment, error) {
	var d *apigw.Deployment
	err := s.write(ctx, func(t *tx) error {
		snapshot, err := s.draft(t, api)
		if err != nil {
			return err
		}
		if err := deployable(snapshot); err != nil {
			return err
		}
		id, err := s.unusedID(t, shortID, func(id string) string { return deploymentKey(api, id) })
		if err != nil {
			return err
		}
		now := s.now()
		d = &apigw.Deployment{ID: id, Description: in.Description, CreatedDate: now.UTC().Truncate(time.Second)}
		snapshot.Deployment = *d
		if err := t.save(deploymentKey(api, id), d, now.UnixNano()); err != nil {
			return err
		}
		if err := t.save(snapshotKey(api, id), snapshot, now.UnixNano()); err != nil {
			return err
		}
		if err := t.rememberLinkUses(api, snapshot); err != nil {
			return err
		}
		return s.deployTo(t, api, id, in)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// deployable judges whether an API can be deployed.
func deployable(snapshot *apigw.Snapshot) error {
	methods := 0
	for _, r := range snapshot.Resources {
		methods += len(r.Methods)
	}
	if methods == 0 {
		return apigw.BadRequest("The REST API doesn't contain any methods")
	}
	var without []string
	for _, r := range snapshot.Resources {
		for verb, m := range r.Methods {
			if m.Integration == nil {
				without = append(without, verb+" "+r.Path)
			}
		}
	}
	if len(without) > 0 {
		slices.Sort(without)
		refusal := apigw.BadRequest("No integration defined for method")
		refusal.Err = errors.New(strings.Join(without, ", "))
		return refusal
	}
	return nil
}

// deployTo puts a new deployment on the stage that in names, if it names one.
func (s *Service) deployTo(t *tx, api, id string, in DeploymentInput) error {
	if in.StageName == "" {
		if in.CanarySettings != nil {
			return apigw.BadRequest("Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null")
		}
		return nil
	}
	stage, err := load[apigw.Stage](t, stageKey(api, in.StageName))
	if err != nil {
		return err
	}
	if in.CanarySettings != nil {
		if stage == nil {
			return apigw.BadRequest("Invalid deployment content specified.Stage %s must already be created before making a canary release deployment", in.StageName)
		}
		canary := *in.CanarySettings
		canary.DeploymentID = id
		stage.CanarySettings = &canary
	}
	if stage == nil {
		stage = &apigw.Stage{StageName: in.StageName, CreatedDate: s.now()}
		if err := s.roomForStage(t, api); err != nil {
			return err
		}
	}
	if in.CanarySettings == nil {
		stage.DeploymentID = id
	}
	stage.Description = orElse(in.StageDescription, stage.Description)
	stage.CacheClusterSize = orElse(in.CacheClusterSize, stage.CacheClusterSize)
	if in.CacheClusterEnabled != nil {
		stage.CacheClusterEnabled = *in.CacheClusterEnabled
	}
	if in.TracingEnabled != nil {
		stage.TracingEnabled = *in.TracingEnabled
	}
	if len(in.Variables) > 0 {
		stage.Variables = in.Variables
	}
	return s.saveStage(t, api, stage)
}

// GetDeployment returns a deployment.
func (s *Service) GetDeployment(ctx context.Context, api, id string) (*apigw.Deployment, error) {
	var d *apigw.Deployment
	err := s.read(ctx, func(v view) (err error) {
		d, err = load[apigw.Deployment](v, deploymentKey(api, id))
		if err == nil && d == nil {
			err = unknownDeployment()
		}
		return err
	})
	return d, err
}

// GetDeployments returns a page of the deployments, the oldest first.
func (s *Service) GetDeployments(ctx context.Context, api string, p Page) (list []*apigw.Deployment, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		list, next, err = pageByCreation[apigw.Deployment](v, deploymentsPrefix(api), p)
		return err
	})
	return list, next, err
}

// UpdateDeployment changes the description of a deployment.
func (s *Service) UpdateDeployment(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.Deployment, error) {
	var d *apigw.Deployment
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.Deployment](t, deploymentKey(api, id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownDeployment()
		}
		if d, err = patched(old, ops, patchWords{replaceOnly: []string{"/description"}}, nil); err != nil {
			return err
		}
		return t.save(deploymentKey(api, id), d, created)
	})
	return d, err
}

// DeleteDeployment removes a deployment that no stage and no canary serves.
func (s *Service) DeleteDeployment(ctx context.Context, api, id string) error {
	return s.write(ctx, func(t *tx) error {
		ok, err := t.has(deploymentKey(api, id))
		if err != nil {
			return err
		}
		if !ok {
			return unknownDeployment()
		}
		stages, err := all[apigw.Stage](t, stagesOfPrefix(api))
		if err != nil {
			return err
		}
		for _, stage := range stages {
			if serves(stage, id) {
				return apigw.BadRequest("Active stages pointing to this deployment must be moved or deleted")
			}
		}
		snapshot, err := t.get(snapshotKey(api, id))
		if err != nil {
			return err
		}
		if err := t.forgetLinkUses(api, snapshot); err != nil {
			return err
		}
		t.delete(deploymentKey(api, id))
		t.delete(snapshotKey(api, id))
		return nil
	})
}

// serves reports whether a stage or its canary points to a deployment.
func serves(stage *apigw.Stage, deployment string) bool {
	return stage.DeploymentID == deployment || stage.CanarySettings != nil && stage.CanarySettings.DeploymentID == deployment
}
