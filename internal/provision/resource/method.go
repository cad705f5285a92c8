package resource

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A method is one verb of a resource; the native type has its responses and its
// integration too.
type method struct {
	key apigw.MethodKey
	apigw.Method
	id string
}

func (m *method) rows() property.List {
	return append(m.key.Properties(), drop(m.Properties(), "httpMethod")...)
}

func methodTypes(e *environment) []Type {
	t := table[method]{
		env: e, noun: "Method", doc: "A method of a resource: one verb, and who may call it how.",
		identifier: []string{"RestApiId", "ResourceId", "HttpMethod"},
		describe:   func(_ Request, m *method) { m.id = methodID("agm", m.key) },
		create:     e.createMethod,
		read:       e.readMethod,
		delete: func(ctx context.Context, _ Request, m *method) error {
			return e.svc.DeleteMethod(ctx, m.key)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface = native+"Method", property.CloudFormation
	cfn.rows = (*method).rows
	cfn.check = func(m *method, given map[string]any) property.Errors { return e.checkNativeMethod(m, given) }
	cfn.lint = lintNativeMethod
	cfn.equate = equateNativeMethod
	cfn.update = e.updateNativeMethod
	cfn.physicalID = func(r Request, _ *method) string { return or(r.PhysicalID, generatedName(r)) }
	cfn.note = func(m *method) string {
		if m.Integration == nil {
			return ""
		}
		return string(m.Integration.Type)
	}
	tf.name, tf.surface = terraform+"Method", property.TerraformType
	tf.rows = func(m *method) property.List {
		return append(with(drop(m.rows(), "methodResponses", "methodIntegration"), property.Required, "authorizationType"), idRows(&m.id)...)
	}
	tf.update = func(ctx context.Context, _ Request, is, want *method) error {
		first, last := methodPatches(&is.Method, &want.Method)
		return e.patchMethod(ctx, want.key, append(first, last...))
	}
	return []Type{&cfn, &tf}
}

func (e *environment) createMethod(ctx context.Context, _ Request, m *method) error {
	made, err := e.svc.PutMethod(ctx, m.key, &m.Method)
	if err != nil {
		return err
	}
	m.Method = *made
	return nil
}

func (e *environment) readMethod(ctx context.Context, _ Request, m *method) error {
	is, err := e.svc.GetMethod(ctx, m.key)
	if err != nil {
		return err
	}
	m.Method = *is
	return nil
}

// methodPatches returns the operations on what a method says of itself: those
// that come before its parts change, and the removals, after which a part that
// still needs what is removed would be refused.
func methodPatches(is, want *apigw.Method) (first, last []property.PatchOperation) {
	a, b := *is, *want
	b.HTTPMethod = a.HTTPMethod
	a.Responses, b.Responses, a.Integration, b.Integration = nil, nil, nil, nil
	b.AuthorizationType = or(b.AuthorizationType, apigw.AuthNone)
	ops, _ := property.PatchesFrom(a.Properties(), b.Properties())
	for _, op := range ops {
		if op.Op == "remove" {
			last = append(last, op)
		} else {
			first = append(first, op)
		}
	}
	return first, last
}

func (e *environment) patchMethod(ctx context.Context, k apigw.MethodKey, ops []property.PatchOperation) error {
	if len(ops) == 0 {
		return nil
	}
	_, err := e.svc.UpdateMethod(ctx, k, ops)
	return err
}

// updateNativeMethod changes a method with its parts, in an order in which
// nothing is missing in between: what mappings need comes first and goes last.
func (e *environment) updateNativeMethod(ctx context.Context, _ Request, _, want *method) error {
	e.putting.Lock()
	defer e.putting.Unlock()
	is, err := e.svc.GetMethod(ctx, want.key)
	if err != nil {
		return err
	}
	first, last := methodPatches(is, &want.Method)
	if err := e.patchMethod(ctx, want.key, first); err != nil {
		return err
	}
	var shrink []func() error // patches of method responses that take something away
	for _, status := range slices.Sorted(maps.Keys(want.Responses)) {
		k := apigw.ResponseKey{MethodKey: want.key, StatusCode: status}
		old := is.Responses[status]
		if old == nil {
			if _, err := e.svc.PutMethodResponse(ctx, k, want.Responses[status]); err != nil {
				return err
			}
			continue
		}
		wide := *want.Responses[status]
		wide.ResponseParameters = maps.Clone(old.ResponseParameters)
		if wide.ResponseParameters == nil {
			wide.ResponseParameters = map[string]bool{}
		}
		maps.Copy(wide.ResponseParameters, want.Responses[status].ResponseParameters)
		if err := e.patchMethodResponse(ctx, k, old, &wide); err != nil {
			return err
		}
		shrink = append(shrink, func() error { return e.patchMethodResponse(ctx, k, &wide, want.Responses[status]) })
	}
	if err := e.setIntegration(ctx, want.key, is.Integration, want.Integration); err != nil {
		return err
	}
	for _, f := range shrink {
		if err := f(); err != nil {
			return err
		}
	}
	for _, status := range slices.Sorted(maps.Keys(is.Responses)) {
		if want.Responses[status] != nil {
			continue
		}
		if err := e.svc.DeleteMethodResponse(ctx, apigw.ResponseKey{MethodKey: want.key, StatusCode: status}); err != nil {
			return err
		}
	}
	return e.patchMethod(ctx, want.key, last)
}

// setIntegration puts the integration of a method again if it differs. Observed:
// that is how the native type updates it.
func (e *environment) setIntegration(ctx context.Context, k apigw.MethodKey, is, want *apigw.Integration) error {
	if want == nil {
		if is == nil {
			return nil
		}
		return e.svc.DeleteIntegration(ctx, k)
	}
	completeIntegration(want, k.ResourceID)
	if is != nil && equal(is.Properties(), want.Properties()) {
		return nil
	}
	_, err := e.svc.PutIntegration(ctx, k, want)
	return err
}

// equateNativeMethod leaves out what absent properties would say too.
func equateNativeMethod(normal map[string]any) {
	in, ok := normal["Integration"].(map[string]any)
	if !ok {
		return
	}
	equateIntegration(in, normal["ResourceId"])
	responses, _ := in["IntegrationResponses"].([]any)
	for _, v := range responses {
		if response, ok := v.(map[string]any); ok {
			equateIntegrationResponse(response)
		}
	}
	switch in["Type"] {
	case "MOCK":
		delete(in, "Uri") // the service drops both
		delete(in, "IntegrationHttpMethod")
		delete(in, "ConnectionType")
	case "AWS", "AWS_PROXY":
		delete(in, "ConnectionType")
	}
}

// checkNativeMethod judges a method with its parts.
func (e *environment) checkNativeMethod(m *method, given map[string]any) property.Errors {
	var errs property.Errors
	eachItem(given["MethodResponses"], func(i int, item map[string]any) {
		var response apigw.MethodResponse
		rows := response.Properties()
		if len(property.Decode(property.CloudFormation, rows, item).Failures()) == 0 {
			errs = append(errs, inside(judged(property.CloudFormation, "MethodResponse", rows, item, response.Validate()), "methodResponses", strconv.Itoa(i))...)
		}
	})
	body, ok := given["Integration"].(map[string]any)
	if !ok {
		return errs
	}
	var in apigw.Integration
	rows := in.Properties()
	decoded := property.Decode(property.CloudFormation, rows, body)
	wrong := map[string]bool{}
	for _, failure := range decoded.Failures() {
		if row, ok := rows.Find(property.CloudFormation, failure.Path[0]); ok {
			wrong[row.Name] = true
		}
	}
	rules := append(in.Validate(e.limits), ineffective(&in, drop(in.Properties(), "connectionId"))...)
	if in.ConnectionType == apigw.ViaVPCLink && in.Type != apigw.HTTP && in.Type != apigw.HTTPProxy {
		rules = append(rules, &property.Error{Path: []string{"connectionType"}, Warning: true, Because: []string{"type"},
			Message: "VPC_LINK has no effect on an integration of type " + string(in.Type)})
	}
	errs = append(errs, inside(judged(property.CloudFormation, "Integration", rows, body, rules.Without(wrong)), "methodIntegration")...)
	eachItem(body["IntegrationResponses"], func(i int, item map[string]any) {
		var response apigw.IntegrationResponse
		rows := response.Properties()
		if len(property.Decode(property.CloudFormation, rows, item).Failures()) == 0 {
			at := []string{"methodIntegration", "IntegrationResponses", strconv.Itoa(i)}
			errs = append(errs, inside(judged(property.CloudFormation, "IntegrationResponse", rows, item, response.Validate(e.limits)), at...)...)
		}
	})
	return errs
}

// eachItem calls f for each object of a list.
func eachItem(v any, f func(i int, item map[string]any)) {
	list, _ := v.([]any)
	for i, item := range list {
		if m, ok := item.(map[string]any); ok {
			f(i, m)
		}
	}
}
