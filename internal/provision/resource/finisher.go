package resource

import (
	"context"
	"errors"
	"reflect"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// implicitStage is the stage of an API whose template has none.
const implicitStage = "local"

// implicit is what the implicit deployment and stage say of themselves. It tells
// a stage that a finisher made from one that somebody else did.
const implicit = "Made because the template has no deployment or stage"

// A finisher serves the APIs of a template without Deployment or Stage.
type finisher struct{ env *environment }

// NewFinisher returns a finisher that gives each API of a template without
// Deployment or Stage a deployment and the stage local.
func NewFinisher(svc *control.Service, o Options) Finisher {
	return &finisher{newEnvironment(svc, o)}
}

// Finish deploys each API that changed since it was deployed last. An API that
// cannot be deployed, such as one without methods, is said to be so and is no
// failure: on AWS the template would be fine.
func (f *finisher) Finish(ctx context.Context, s Stack, all []Resource) (Finished, error) {
	out := Finished{Outputs: map[string]string{}}
	for _, r := range all {
		if n := noun(r.Type); n == "Deployment" || n == "Stage" {
			return Finished{}, f.Release(ctx, s, all)
		}
	}
	for _, r := range all {
		api := apiOfResource(r)
		if api == "" {
			continue
		}
		note, served, err := f.serve(ctx, s, r.LogicalID, api)
		if err != nil {
			return Finished{}, err
		}
		if note != "" {
			out.Notes = append(out.Notes, note)
		}
		if served {
			out.Outputs[r.LogicalID+".InvokeUrl"] = f.env.invokeURL(Request{Region: s.Region}, api, implicitStage)
		}
	}
	return out, nil
}

// apiOfResource returns the identifier of an API, or "" for another resource.
func apiOfResource(r Resource) string {
	if noun(r.Type) != "RestApi" {
		return ""
	}
	return lastPart(r.PhysicalID)
}

// serve makes the stage local of an API, or gives it a new deployment.
func (f *finisher) serve(ctx context.Context, s Stack, logicalID, api string) (note string, served bool, err error) {
	stage, snapshot, err := f.env.svc.LoadStage(ctx, api, implicitStage)
	switch {
	case gone(err):
	case err != nil:
		return "", false, err
	case stage.Description != implicit:
		return logicalID + " is served on its stage local, which is not of this stack; it was left alone", true, nil
	default:
		same, err := f.unchanged(ctx, api, snapshot)
		if err != nil || same {
			return "", true, err
		}
	}
	d, err := f.env.svc.CreateDeployment(ctx, api, control.DeploymentInput{
		Description: implicit, StageName: implicitStage, StageDescription: implicit,
	})
	var refusal *apigw.Error
	if errors.As(err, &refusal) && refusal.Code == apigw.BadRequestException {
		why := refusal.Message
		if refusal.Err != nil {
			why += ": " + refusal.Err.Error()
		}
		if stage != nil {
			return logicalID + " is served as it was, because it cannot be deployed: " + why, true, nil
		}
		return logicalID + " is not served, because it cannot be deployed: " + why, false, nil
	}
	if err != nil {
		return "", false, err
	}
	if err := f.clear(ctx, api, d.ID); err != nil {
		return "", false, err
	}
	if stage != nil {
		return "the implicit stage local of " + logicalID + " serves the API as it is now", true, nil
	}
	return "the template has no deployment or stage, so " + logicalID + " is served on an implicit stage local at " +
		f.env.invokeURL(Request{Region: s.Region}, api, implicitStage), true, nil
}

// unchanged reports whether an API is what a snapshot froze.
func (f *finisher) unchanged(ctx context.Context, api string, snapshot *apigw.Snapshot) (bool, error) {
	draft, err := f.env.svc.Draft(ctx, api)
	if err != nil {
		return false, err
	}
	frozen := *snapshot
	frozen.Deployment, draft.Deployment = apigw.Deployment{}, apigw.Deployment{}
	// Tags act without a deployment.
	frozen.API.Tags, draft.API.Tags = nil, nil
	return reflect.DeepEqual(property.Encode(property.Wire, frozen.Properties()), property.Encode(property.Wire, draft.Properties())), nil
}

// makeRoom removes an implicit stage where a template now makes one of that name
// itself.
func (e *environment) makeRoom(ctx context.Context, api, name string) error {
	if name != implicitStage {
		return nil
	}
	stage, err := e.svc.GetStage(ctx, api, name)
	if err == nil && stage.Description == implicit {
		err = e.svc.DeleteStage(ctx, api, name)
	}
	if gone(err) {
		return nil
	}
	return err
}

// clear removes the implicit deployments of an API but for one.
func (f *finisher) clear(ctx context.Context, api, keep string) error {
	page := control.Page{Limit: control.MaxLimit}
	for {
		list, next, err := f.env.svc.GetDeployments(ctx, api, page)
		if err != nil {
			return err
		}
		for _, d := range list {
			if d.Description != implicit || d.ID == keep {
				continue
			}
			err := f.env.svc.DeleteDeployment(ctx, api, d.ID)
			if err != nil && !gone(err) && !inUse(err) {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

// inUse reports whether err says that a stage serves a deployment, as one may
// that somebody pointed to an implicit deployment by hand.
func inUse(err error) bool {
	var refusal *apigw.Error
	return errors.As(err, &refusal) && strings.HasPrefix(refusal.Message, "Active stages pointing to this deployment")
}

// Release removes what Finish made.
func (f *finisher) Release(ctx context.Context, _ Stack, all []Resource) error {
	for _, r := range all {
		api := apiOfResource(r)
		if api == "" {
			continue
		}
		err := f.env.makeRoom(ctx, api, implicitStage)
		if err == nil {
			err = f.clear(ctx, api, "")
		}
		if err != nil && !gone(err) {
			return err
		}
	}
	return nil
}
