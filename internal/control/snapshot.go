package control

import (
	"context"

	"postern/internal/apigw"
)

// This file reads what the data plane is made of.

// Draft returns an API as it is being edited, in the form of a snapshot without
// a deployment.
func (s *Service) Draft(ctx context.Context, api string) (*apigw.Snapshot, error) {
	var snapshot *apigw.Snapshot
	err := s.read(ctx, func(v view) (err error) {
		snapshot, err = s.draft(v, api)
		return err
	})
	return snapshot, err
}

// DraftMethod returns an API as it is being edited, and the resource and method
// of it that k names. A verb without a method of its own is that of ANY.
func (s *Service) DraftMethod(ctx context.Context, k apigw.MethodKey) (*apigw.Snapshot, *apigw.Resource, *apigw.Method, error) {
	var snapshot *apigw.Snapshot
	var resource *apigw.Resource
	var method *apigw.Method
	err := s.read(ctx, func(v view) error {
		known, err := v.has(resourceKey(k.RestAPIID, k.ResourceID))
		if err != nil {
			return err
		}
		if !known {
			return unknownResource() // also for an unknown API. Observed.
		}
		if snapshot, err = s.draft(v, k.RestAPIID); err != nil {
			return err
		}
		for _, resource = range snapshot.Resources {
			if resource.ID == k.ResourceID {
				break
			}
		}
		if method = resource.Methods[k.HTTPMethod]; method == nil && apigw.IsVerb(k.HTTPMethod) {
			method = resource.Methods["ANY"]
		}
		if method == nil {
			return unknownMethod()
		}
		return nil
	})
	return snapshot, resource, method, err
}

func (s *Service) draft(r reader, id string) (*apigw.Snapshot, error) {
	api, err := s.loadRestAPI(r, id)
	if err != nil {
		return nil, err
	}
	snapshot := &apigw.Snapshot{API: *api}
	resources, err := loadTree(r, id)
	if err != nil {
		return nil, err
	}
	if err := loadMethods(r, methodsPrefix(id), resources); err != nil {
		return nil, err
	}
	snapshot.Resources = resources.sorted()
	if snapshot.Models, err = all[apigw.Model](r, modelsPrefix(id)); err != nil {
		return nil, err
	}
	if snapshot.Validators, err = all[apigw.RequestValidator](r, validatorsPrefix(id)); err != nil {
		return nil, err
	}
	if snapshot.Authorizers, err = all[apigw.Authorizer](r, authorizersPrefix(id)); err != nil {
		return nil, err
	}
	snapshot.GatewayResponses, err = all[apigw.GatewayResponse](r, gatewayResponsesPrefix(id))
	return snapshot, err
}

// A StageKey names a stage of an API.
type StageKey struct {
	RestAPIID string
	StageName string
}

// PublishedStages returns every stage there is, in a stable order.
func (s *Service) PublishedStages(ctx context.Context) ([]StageKey, error) {
	var keys []StageKey
	err := s.read(ctx, func(v view) error {
		for item, err := range v.scan(StagesPrefix) {
			if err != nil {
				return err
			}
			api, stage := StageOfKey(item.Key)
			keys = append(keys, StageKey{api, stage})
		}
		return nil
	})
	return keys, err
}

// LoadStage returns a stage and the snapshot of the deployment it serves, as
// they stood together. The keys of its method settings are in the service's
// form, such as a~1b/GET. A canary's snapshot is loaded by LoadSnapshot.
func (s *Service) LoadStage(ctx context.Context, api, name string) (*apigw.Stage, *apigw.Snapshot, error) {
	var stage *apigw.Stage
	var snapshot *apigw.Snapshot
	err := s.read(ctx, func(v view) (err error) {
		if stage, err = loadStage(v, api, name); err != nil {
			return err
		}
		settings := make(map[string]*apigw.MethodSetting, len(stage.MethodSettings))
		for k, setting := range stage.MethodSettings {
			settings[canonicalSetting(k)] = setting
		}
		stage.MethodSettings = settings
		snapshot, err = loadSnapshot(v, api, stage.DeploymentID)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return stage, snapshot, nil
}

// LoadSnapshot returns what a deployment froze.
func (s *Service) LoadSnapshot(ctx context.Context, api, deployment string) (*apigw.Snapshot, error) {
	var snapshot *apigw.Snapshot
	err := s.read(ctx, func(v view) (err error) {
		snapshot, err = loadSnapshot(v, api, deployment)
		return err
	})
	return snapshot, err
}

func loadSnapshot(r reader, api, deployment string) (*apigw.Snapshot, error) {
	snapshot, err := load[apigw.Snapshot](r, snapshotKey(api, deployment))
	if err == nil && snapshot == nil {
		err = unknownDeployment()
	}
	return snapshot, err
}
