package resource

import (
	"context"
	"regexp"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A restAPIPolicy says who may call an API. It is a property of the API that
// Terraform has as a resource of its own.
type restAPIPolicy struct{ api, policy string }

func (m *restAPIPolicy) rows() property.List {
	return append(property.List{
		apiRow(&m.api),
		onTypes("policy", property.Document(&m.policy), property.Required, "The policy: a JSON document."),
	}, idRows(&m.api)...)
}

func restAPIPolicyTypes(e *environment) []Type {
	return []Type{&table[restAPIPolicy]{
		env: e, noun: "RestApiPolicy", doc: "Who may call an API.",
		name: terraform + "RestApiPolicy", surface: property.TerraformType, identifier: []string{"RestApiId"},
		rows:   (*restAPIPolicy).rows,
		equate: equatePolicy,
		create: e.putPolicy,
		read: func(ctx context.Context, _ Request, m *restAPIPolicy) error {
			api, err := e.svc.GetRestAPI(ctx, m.api)
			if err != nil {
				return err
			}
			if api.Policy == "" {
				return apigw.NotFound("Invalid API identifier specified %s: it has no policy", m.api)
			}
			m.policy = api.Policy
			return nil
		},
		update: func(ctx context.Context, r Request, is, want *restAPIPolicy) error {
			if shortARNs(is.policy, is.api) == shortARNs(want.policy, is.api) {
				return nil
			}
			return e.putPolicy(ctx, r, want)
		},
		delete: func(ctx context.Context, r Request, m *restAPIPolicy) error {
			return e.putPolicy(ctx, r, &restAPIPolicy{api: m.api})
		},
	}}
}

// putPolicy gives an API a policy. As in Terraform it takes the place of the one
// that the API has.
func (e *environment) putPolicy(ctx context.Context, _ Request, m *restAPIPolicy) error {
	_, err := e.svc.UpdateRestAPI(ctx, m.api, []property.PatchOperation{{Op: "replace", Path: "/policy", Value: m.policy, HasValue: true}})
	return err
}

// equatePolicy writes the ARNs of the API itself in the short form, of which the
// control plane makes the long one.
func equatePolicy(normal map[string]any) {
	api, _ := normal["RestApiId"].(string)
	if policy, ok := normal["Policy"].(string); ok {
		normal["Policy"] = shortARNs(policy, api)
	}
}

// ownARN begins an ARN of the data plane in a compact JSON document; the API
// follows.
var ownARN = regexp.MustCompile(`"arn:[a-z-]+:execute-api:[a-z0-9-]*:[0-9]*:([A-Za-z0-9]+)/`)

func shortARNs(policy, api string) string {
	return ownARN.ReplaceAllStringFunc(policy, func(arn string) string {
		if ownARN.FindStringSubmatch(arn)[1] != api {
			return arn
		}
		return `"execute-api:/`
	})
}
