package control

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file changes the stages of a usage plan.
//
//	/apiStages                                          add, remove; api:stage is the value
//	/apiStages/{api:stage}/throttle                     add, replace, remove; the value is the JSON text of a map
//	/apiStages/{api:stage}/throttle/{path}/{VERB}       remove
//	/apiStages/{api:stage}/throttle/{path}/{VERB}/rateLimit, …/burstLimit   add, replace
//
// A path may keep its slashes, as clients have it: …/throttle//pets/GET/rateLimit.

// patchPlanStages takes over the operations on stages.
func patchPlanStages(t *tx) func(*apigw.UsagePlan, property.PatchOperation) (bool, error) {
	return func(p *apigw.UsagePlan, op property.PatchOperation) (bool, error) {
		rest, ok := strings.CutPrefix(op.Path, "/apiStages")
		if !ok || rest != "" && rest[0] != '/' {
			return false, nil
		}
		if rest == "" {
			return true, patchPlanStage(t, p, op)
		}
		name, below, _ := strings.Cut(rest[1:], "/")
		name = strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
		stage, err := stageOfPlan(p, name)
		if err != nil {
			return true, err
		}
		if below != "throttle" && !strings.HasPrefix(below, "throttle/") {
			return true, apigw.BadRequest("Invalid patch path %s", op.Path)
		}
		return true, patchPlanThrottle(stage, strings.TrimPrefix(strings.TrimPrefix(below, "throttle"), "/"), op)
	}
}

// patchPlanStage adds or removes a stage.
func patchPlanStage(t *tx, p *apigw.UsagePlan, op property.PatchOperation) error {
	api, name, ok := strings.Cut(op.Value, ":")
	switch {
	case op.Op != "add" && op.Op != "remove":
		return apigw.BadRequest("Invalid patch operation specified. Must be one of: [add, remove]")
	case !ok || api == "" || name == "":
		return apigw.BadRequest("Invalid API Stage specified")
	}
	is := func(s *apigw.APIStage) bool { return s.APIID == api && s.Stage == name }
	if op.Op == "remove" {
		if !slices.ContainsFunc(p.APIStages, is) {
			return unknownPlanStage(api, name, p.ID)
		}
		p.APIStages = slices.DeleteFunc(p.APIStages, is)
		return nil
	}
	if slices.ContainsFunc(p.APIStages, is) {
		return nil // to add what is there is no error
	}
	exists, err := t.has(stageKey(api, name))
	if err != nil {
		return err
	}
	if !exists {
		return unknownPlanStage(api, name, p.ID)
	}
	p.APIStages = append(p.APIStages, &apigw.APIStage{APIID: api, Stage: name})
	return nil
}

// stageOfPlan returns the stage of a plan that is called api:stage.
func stageOfPlan(p *apigw.UsagePlan, text string) (*apigw.APIStage, error) {
	api, name, ok := strings.Cut(text, ":")
	if !ok {
		return nil, apigw.BadRequest("Invalid API Stage specified")
	}
	for _, s := range p.APIStages {
		if s.APIID == api && s.Stage == name {
			return s, nil
		}
	}
	return nil, unknownPlanStage(api, name, p.ID)
}

// patchPlanThrottle changes the throttle of a method; path is what follows
// throttle/.
func patchPlanThrottle(stage *apigw.APIStage, path string, op property.PatchOperation) error {
	if path == "" {
		return patchPlanThrottles(stage, op)
	}
	if op.Op == "remove" {
		method := throttledMethod(stage, path)
		if stage.Throttle[method] == nil {
			return apigw.NotFound("Invalid parameter name specified")
		}
		delete(stage.Throttle, method)
		return nil
	}
	i := strings.LastIndexByte(path, '/')
	if i < 0 || path[i+1:] != "rateLimit" && path[i+1:] != "burstLimit" {
		return apigw.BadRequest("Invalid patch path %s", op.Path)
	}
	method := throttledMethod(stage, path[:i])
	throttle := &apigw.ThrottleSettings{}
	if old := stage.Throttle[method]; old != nil {
		*throttle = *old
	}
	w := patchWords{}
	if err := w.apply(throttle.Properties(), property.PatchOperation{Op: op.Op, Path: path[i:], Value: op.Value, HasValue: op.HasValue}); err != nil {
		return err
	}
	if stage.Throttle == nil {
		stage.Throttle = map[string]*apigw.ThrottleSettings{}
	}
	stage.Throttle[method] = throttle
	return nil
}

// patchPlanThrottles changes the throttles of all methods at once.
func patchPlanThrottles(stage *apigw.APIStage, op property.PatchOperation) error {
	if op.Op == "remove" {
		stage.Throttle = nil
		return nil
	}
	if op.Op != "add" && op.Op != "replace" {
		return apigw.BadRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
	}
	given := &apigw.APIStage{}
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(op.Value))
	d.UseNumber()
	if d.Decode(&members) != nil || members == nil ||
		len(property.Decode(property.Wire, given.Properties(), map[string]any{"throttle": members}).Failures()) > 0 {
		return badPatchValue(op, `the text of a JSON object such as {"/pets/GET":{"burstLimit":2,"rateLimit":1}}`)
	}
	throttles := map[string]*apigw.ThrottleSettings{}
	if op.Op == "add" {
		maps.Copy(throttles, stage.Throttle)
	}
	maps.Copy(throttles, given.Throttle)
	stage.Throttle = throttles
	return nil
}

// throttledMethod returns the key of a method's throttle: /pets/GET. Clients
// write the path with its slashes or with their escapes, and with or without
// the first one.
func throttledMethod(stage *apigw.APIStage, path string) string {
	path = strings.ReplaceAll(strings.ReplaceAll(path, "~1", "/"), "~0", "~")
	if stage.Throttle[path] != nil {
		return path // as it was given when the plan was made
	}
	return "/" + strings.TrimLeft(path, "/")
}
