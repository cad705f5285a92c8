package resource

import (
	"context"
	"maps"
	"slices"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A usagePlan says which stages its keys may call, how fast and how often.
type usagePlan struct {
	apigw.UsagePlan
	listed []*listedStage // of the Terraform-shaped type
	tf     bool
	arn    string
}

// A listedStage is a stage of a plan whose throttles are a list.
type listedStage struct {
	api, stage string
	throttles  []*pathThrottle
}

// Properties is the one definition of a plan's stage in the Terraform-shaped
// type.
func (s *listedStage) Properties() property.List {
	return property.List{
		onTypes("apiId", property.Text(&s.api), property.Required, "The API."),
		onTypes("stage", property.Text(&s.stage), property.Required, "The stage."),
		onTypes("throttle", property.ObjectList(&s.throttles), property.Unordered, "How fast each key may call single methods."),
	}
}

// A pathThrottle is how fast each key may call one method.
type pathThrottle struct {
	path string
	apigw.ThrottleSettings
}

// Properties is the one definition of the throttle of a method.
func (s *pathThrottle) Properties() property.List {
	return append(property.List{onTypes("path", property.Text(&s.path), property.Required, "The method, as /path/METHOD.")}, s.ThrottleSettings.Properties()...)
}

func usagePlanTypes(e *environment) []Type {
	t := table[usagePlan]{
		env: e, noun: "UsagePlan", doc: "Which stages the API keys of the plan may call, how fast and how often.",
		identify: func(m *usagePlan, id string) { m.ID = lastPart(id) },
		describe: func(r Request, m *usagePlan) { m.arn = e.arnOf(r, "/usageplans/"+m.ID) },
		check: func(m *usagePlan, _ map[string]any) property.Errors {
			m.takeList()
			return m.Validate()
		},
		find: func(context.Context, Request, *usagePlan) error {
			// Names need not be unique, so nothing tells whose plan is whose.
			return apigw.NotFound("Invalid Usage Plan ID specified")
		},
		create: e.createUsagePlan, read: e.readUsagePlan, update: e.updateUsagePlan, delete: e.deleteUsagePlan,
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"UsagePlan", property.CloudFormation, []string{"Id"}
	cfn.rows = func(m *usagePlan) property.List {
		return with(without(m.Properties(), property.Required, "name"), property.Unordered, "apiStages")
	}
	cfn.create = func(ctx context.Context, r Request, m *usagePlan) error {
		m.Name = or(m.Name, stackName(r))
		return e.createUsagePlan(ctx, r, m)
	}
	cfn.update = func(ctx context.Context, r Request, is, want *usagePlan) error {
		want.Name = or(want.Name, stackName(r))
		return e.updateUsagePlan(ctx, r, is, want)
	}
	tf.name, tf.surface, tf.identifier = terraform+"UsagePlan", property.TerraformType, []string{"Id"}
	tf.rows = func(m *usagePlan) property.List {
		m.tf = true
		return append(drop(m.Properties(), "apiStages"),
			onTypes("apiStages", property.ObjectList(&m.listed), property.Unordered, "The stages that the plan's keys may call."),
			attributeRow("arn", &m.arn, "The plan's ARN."), idRows(&m.ID)[1])
	}
	return []Type{&cfn, &tf}
}

// takeList turns the stages of the Terraform-shaped type into the plan's.
func (m *usagePlan) takeList() {
	if !m.tf {
		return
	}
	m.APIStages = nil
	for _, s := range m.listed {
		stage := &apigw.APIStage{APIID: s.api, Stage: s.stage}
		for _, t := range s.throttles {
			if stage.Throttle == nil {
				stage.Throttle = map[string]*apigw.ThrottleSettings{}
			}
			stage.Throttle[t.path] = &t.ThrottleSettings
		}
		m.APIStages = append(m.APIStages, stage)
	}
}

// giveList is takeList the other way round.
func (m *usagePlan) giveList() {
	m.listed = nil
	for _, s := range m.APIStages {
		stage := &listedStage{api: s.APIID, stage: s.Stage}
		for _, path := range slices.Sorted(maps.Keys(s.Throttle)) {
			stage.throttles = append(stage.throttles, &pathThrottle{path, *s.Throttle[path]})
		}
		m.listed = append(m.listed, stage)
	}
}

func (e *environment) createUsagePlan(ctx context.Context, r Request, m *usagePlan) error {
	m.takeList()
	wanted := m.UsagePlan
	wanted.Tags = withStackTags(r, m.Tags)
	made, err := e.svc.CreateUsagePlan(ctx, &wanted)
	if err != nil {
		return err
	}
	tags, code := m.Tags, m.ProductCode
	if code != "" { // comes with an update alone
		ops := []property.PatchOperation{{Op: "add", Path: "/productCode", Value: code, HasValue: true}}
		if made, err = e.svc.UpdateUsagePlan(ctx, made.ID, ops); err != nil {
			return err
		}
	}
	m.UsagePlan = *made
	m.Tags = tags
	return nil
}

func (e *environment) readUsagePlan(ctx context.Context, r Request, m *usagePlan) error {
	own := m.Tags
	is, err := e.svc.GetUsagePlan(ctx, m.ID)
	if err != nil {
		return err
	}
	m.UsagePlan = *is
	m.Tags = withoutStackTags(r, is.Tags, own)
	m.giveList()
	return nil
}

func (e *environment) updateUsagePlan(ctx context.Context, r Request, is, want *usagePlan) error {
	want.takeList()
	ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
	ops = append(ops, stagePatches(is.APIStages, want.APIStages)...)
	if len(ops) > 0 {
		if _, err := e.svc.UpdateUsagePlan(ctx, is.ID, ops); err != nil {
			return err
		}
	}
	return e.retag(ctx, r, "/usageplans/"+is.ID, want.Tags)
}

// stagePatches returns the operations that make the stages of a plan those that
// are wanted.
func stagePatches(is, want []*apigw.APIStage) []property.PatchOperation {
	name := func(s *apigw.APIStage) string { return s.APIID + ":" + s.Stage }
	find := func(in []*apigw.APIStage, s *apigw.APIStage) *apigw.APIStage {
		for _, other := range in {
			if name(other) == name(s) {
				return other
			}
		}
		return nil
	}
	var ops []property.PatchOperation
	for _, s := range is {
		if find(want, s) == nil {
			ops = append(ops, property.PatchOperation{Op: "remove", Path: "/apiStages", Value: name(s), HasValue: true})
		}
	}
	for _, s := range want {
		old := find(is, s)
		if old == nil {
			ops = append(ops, property.PatchOperation{Op: "add", Path: "/apiStages", Value: name(s), HasValue: true})
			old = &apigw.APIStage{}
		}
		base := "/apiStages/" + property.EscapeSegment(name(s)) + "/throttle/"
		for _, path := range slices.Sorted(maps.Keys(old.Throttle)) {
			if s.Throttle[path] == nil {
				ops = append(ops, property.PatchOperation{Op: "remove", Path: base + property.EscapeSegment(path)})
			}
		}
		for _, path := range slices.Sorted(maps.Keys(s.Throttle)) {
			before := map[string]any{}
			if t := old.Throttle[path]; t != nil {
				before = property.Encode(property.Wire, t.Properties())
			}
			after := property.Encode(property.Wire, s.Throttle[path].Properties())
			for _, limit := range slices.Sorted(maps.Keys(after)) {
				if before[limit] != after[limit] {
					ops = append(ops, property.PatchOperation{Op: "replace", Path: base + property.EscapeSegment(path) + "/" + limit, Value: textOf(after[limit]), HasValue: true})
				}
			}
		}
	}
	return ops
}

// deleteUsagePlan takes the stages out of a plan and removes it: the service
// refuses to remove one that has stages.
func (e *environment) deleteUsagePlan(ctx context.Context, _ Request, m *usagePlan) error {
	is, err := e.svc.GetUsagePlan(ctx, m.ID)
	if err != nil {
		return err
	}
	if ops := stagePatches(is.APIStages, nil); len(ops) > 0 {
		if _, err := e.svc.UpdateUsagePlan(ctx, m.ID, ops); err != nil {
			return err
		}
	}
	return e.svc.DeleteUsagePlan(ctx, m.ID)
}
