package resource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/lang/lint"
	"postern/internal/property"
)

// An integration is what one method calls.
type integration struct {
	key apigw.MethodKey
	apigw.Integration
	id string
}

func integrationTypes(e *environment) []Type {
	return []Type{&integrationType{table[integration]{
		name: terraform + "Integration", surface: property.TerraformType, env: e, noun: "Integration",
		doc:        "The integration of one API Gateway method: what the gateway calls when the method is invoked.",
		identifier: []string{"RestApiId", "ResourceId", "HttpMethod"},
		rows: func(m *integration) property.List {
			return slices.Concat(m.key.Properties(), m.Properties(), idRows(&m.id))
		},
		check: func(m *integration, given map[string]any) property.Errors {
			return append(m.Validate(e.limits), m.combinations(given)...)
		},
		lint:     func(given map[string]any) []Problem { return lintIntegration(given, lint.Declaration{}) },
		equate:   func(normal map[string]any) { equateIntegration(normal, normal["ResourceId"]) },
		describe: func(_ Request, m *integration) { m.id = methodID("agi", m.key) },
		note:     func(m *integration) string { return string(m.Type) },
		create:   e.createIntegration,
		read:     e.readIntegration,
		update:   e.updateIntegration,
		delete: func(ctx context.Context, _ Request, m *integration) error {
			return e.svc.DeleteIntegration(ctx, m.key)
		},
	}}}
}

// An integrationType comes after the method that it belongs to.
type integrationType struct{ table[integration] }

// After returns the method in all, which a reference need not name.
func (*integrationType) After(self Resource, all []Resource) []string {
	return sameMethod(self, all, "Method")
}

// methodID is the identifier that Terraform gives to what belongs to a method.
func methodID(kind string, k apigw.MethodKey, more ...string) string {
	return strings.Join(append([]string{kind, k.RestAPIID, k.ResourceID, k.HTTPMethod}, more...), "-")
}

// combinations reports properties that do not go together.
//
// See "What each handler does". What the API takes and ignores is refused here,
// because nobody would notice.
func (m *integration) combinations(given map[string]any) property.Errors {
	var errs property.Errors
	isHTTP := m.Type == apigw.HTTP || m.Type == apigw.HTTPProxy
	if m.ConnectionType == apigw.ViaVPCLink && !isHTTP {
		errs = append(errs, property.Bad("connectionType", m.ConnectionType, "VPC_LINK needs the type HTTP or HTTP_PROXY").DueTo("type"))
	}
	if m.ConnectionID != "" && m.ConnectionType != apigw.ViaVPCLink {
		errs = append(errs, property.Bad("connectionId", m.ConnectionID, "a VPC link is given, but the connection type is not VPC_LINK").DueTo("connectionType"))
	}
	if m.TLSConfig != nil && !isHTTP {
		errs = append(errs, property.Bad("tlsConfig", nil, "it needs the type HTTP or HTTP_PROXY").DueTo("type"))
	}
	if len(m.RequestTemplates) > 0 && given["PassthroughBehavior"] == nil && slices.Contains(mapped(), m.Type) {
		errs = append(errs, &property.Error{Path: []string{"requestTemplates"}, Warning: true,
			Message: "without PassthroughBehavior, a payload that no template fits is passed through (WHEN_NO_MATCH)",
			Because: []string{"type", "passthroughBehavior"}})
	}
	return append(errs, ineffective(&m.Integration, m.Properties())...)
}

func mapped() []apigw.IntegrationType {
	return []apigw.IntegrationType{apigw.HTTP, apigw.AWS, apigw.Mock}
}

// ineffective warns of properties that say nothing for the integration's type.
func ineffective(in *apigw.Integration, rows property.List) property.Errors {
	var errs property.Errors
	for i := range rows {
		row := &rows[i]
		switch {
		case row.Zero() || len(row.For) == 0 || in.Type == "" || slices.Contains(row.For, string(in.Type)):
		case row.Name == "connectionType" || row.Name == "timeoutInMillis" || row.Name == "responseTransferMode" || row.Name == "passthroughBehavior":
			// Clients write them always.
		default:
			errs = append(errs, &property.Error{Path: []string{row.Name}, Warning: true, Because: []string{"type"},
				Message: fmt.Sprintf("it has no effect on an integration of type %s", in.Type)})
		}
	}
	if in.Type == apigw.AWSProxy && in.HTTPMethod != "" && in.HTTPMethod != "POST" {
		errs = append(errs, &property.Error{Path: []string{"integrationHttpMethod"}, Warning: true, Because: []string{"type"},
			Message: "a Lambda function is invoked with POST; with " + in.HTTPMethod + " every request fails"})
	}
	return errs
}

// equateIntegration leaves out what an absent property would say too.
func equateIntegration(normal map[string]any, resource any) {
	if namespace, ok := normal["CacheNamespace"]; ok && namespace == resource {
		delete(normal, "CacheNamespace")
	}
	if tls, ok := normal["TlsConfig"].(map[string]any); ok && tls["InsecureSkipVerification"] == false {
		delete(normal, "TlsConfig")
	}
}

func (e *environment) createIntegration(ctx context.Context, r Request, m *integration) error {
	e.putting.Lock()
	defer e.putting.Unlock()
	_, err := e.svc.GetIntegration(ctx, m.key)
	if err == nil {
		return &Error{Code: AlreadyExists, Message: takenSentence(terraform+"Integration", joinID(m.key.RestAPIID, m.key.ResourceID, m.key.HTTPMethod))}
	}
	if !gone(err) {
		return err
	}
	in, err := e.svc.PutIntegration(ctx, m.key, &m.Integration)
	if err != nil {
		return err
	}
	m.Integration = *in
	return nil
}

func (e *environment) readIntegration(ctx context.Context, _ Request, m *integration) error {
	in, err := e.svc.GetIntegration(ctx, m.key)
	if err != nil {
		return err
	}
	m.Integration = *in
	return nil
}

// updateIntegration patches what can be patched. What cannot, such as another
// type, is put again together with the responses, which a put alone would lose.
func (e *environment) updateIntegration(ctx context.Context, _ Request, _, want *integration) error {
	e.putting.Lock()
	defer e.putting.Unlock()
	is, err := e.svc.GetIntegration(ctx, want.key)
	if err != nil {
		return err
	}
	completeIntegration(&want.Integration, want.key.ResourceID)
	want.Responses = is.Responses
	ops, stuck := property.PatchesFrom(is.Properties(), want.Properties())
	bare := want.Type != apigw.Mock && (want.URI == "" || want.HTTPMethod == "")
	if len(stuck) > 0 || bare {
		_, err := e.svc.PutIntegration(ctx, want.key, &want.Integration)
		return err
	}
	// Cache keys come second: to remove a parameter removes its key.
	parameters := slices.DeleteFunc(slices.Clone(ops), isCacheKey)
	if len(parameters) > 0 {
		if is, err = e.svc.UpdateIntegration(ctx, want.key, parameters); err != nil {
			return err
		}
	}
	ops, _ = property.PatchesFrom(is.Properties(), want.Properties())
	if ops = slices.DeleteFunc(ops, func(op property.PatchOperation) bool { return !isCacheKey(op) }); len(ops) > 0 {
		_, err = e.svc.UpdateIntegration(ctx, want.key, ops)
	}
	return err
}

func isCacheKey(op property.PatchOperation) bool {
	return strings.HasPrefix(op.Path, "/cacheKeyParameters")
}

// completeIntegration fills in what the service would, so that the wish can be
// compared with what is.
func completeIntegration(in *apigw.Integration, resource string) {
	in.CacheNamespace = or(in.CacheNamespace, resource)
	in.PassthroughBehavior = apigw.PassthroughBehavior(or(string(in.PassthroughBehavior), string(apigw.WhenNoMatch)))
	if in.Timeout == 0 {
		in.Timeout = apigw.DefaultTimeout
	}
	switch in.Type {
	case apigw.HTTP, apigw.HTTPProxy:
		in.ConnectionType = apigw.ConnectionType(or(string(in.ConnectionType), string(apigw.Internet)))
	case apigw.Mock:
		in.ConnectionType, in.URI, in.HTTPMethod = "", "", ""
	default:
		in.ConnectionType = ""
	}
}
