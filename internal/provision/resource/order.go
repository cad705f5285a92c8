package resource

import (
	"slices"
	"strings"
)

// This file finds out what belongs together in a template: which method a
// response is of, which API a deployment freezes.

// apiOf returns what names the API that a resource belongs to: its identifier,
// or the logical ID of the API while it does not exist.
func apiOf(r Resource, all []Resource) string { return nameOf(r.Properties["RestApiId"], all) }

// nameOf returns the logical ID of the resource that v names, or else v as text.
// Two values with the same name mean the same.
func nameOf(v any, all []Resource) string {
	switch v := v.(type) {
	case string:
		id := lastPart(v)
		for _, r := range all {
			if r.PhysicalID != "" && lastPart(r.PhysicalID) == id {
				return "${" + r.LogicalID + "}"
			}
		}
		return id
	case Unknown:
		// ${Api}, ${Api.Id} and ${Api.RestApiId} are one API, ${Api.RootResourceId}
		// is not: what is left of the name keeps things apart.
		name, attribute, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(v.Text, "${"), "}"), ".")
		switch attribute {
		case "", "Id", "RestApiId", "ResourceId", "DeploymentId":
			return "${" + name + "}"
		}
		return v.Text
	}
	return ""
}

// noun returns the noun of a type's name in either family.
func noun(typ string) string {
	if rest, ok := strings.CutPrefix(typ, native); ok {
		return rest
	}
	typ = strings.TrimPrefix(strings.TrimPrefix(typ, "Terraform::"), "TF::")
	rest, _ := strings.CutPrefix(typ, "AWS::ApiGateway")
	return rest
}

// frozen are the nouns that a deployment freezes.
var frozen = [...]string{"Resource", "Method", "MethodResponse", "Integration", "IntegrationResponse", "Model", "RequestValidator", "GatewayResponse",
	"Authorizer", "RestApiPolicy"}

// partsOf returns the logical IDs of the parts of the API that self belongs to.
func partsOf(self Resource, all []Resource) []string {
	api := apiOf(self, all)
	return chosen(self, all, func(r Resource) bool {
		return api != "" && slices.Contains(frozen[:], noun(r.Type)) && apiOf(r, all) == api
	})
}

// sameMethod returns the logical IDs of the resources of these nouns that belong
// to the same method as self.
func sameMethod(self Resource, all []Resource, nouns ...string) []string {
	key := methodOf(self, all)
	return chosen(self, all, func(r Resource) bool {
		return slices.Contains(nouns, noun(r.Type)) && methodOf(r, all) == key
	})
}

// sameResponse is sameMethod for what belongs to the same status code too.
func sameResponse(self Resource, all []Resource, nouns ...string) []string {
	status := nameOf(self.Properties["StatusCode"], all)
	same := sameMethod(self, all, nouns...)
	return chosen(self, all, func(r Resource) bool {
		return slices.Contains(same, r.LogicalID) && nameOf(r.Properties["StatusCode"], all) == status
	})
}

// methodOf names the method that a resource is or belongs to.
func methodOf(r Resource, all []Resource) string {
	verb, _ := r.Properties["HttpMethod"].(string)
	if u, ok := r.Properties["HttpMethod"].(Unknown); ok {
		verb = verbOf(u, all)
	}
	if verb == "OPTION" {
		verb = "OPTIONS"
	}
	return apiOf(r, all) + " " + nameOf(r.Properties["ResourceId"], all) + " " + verb
}

// verbOf follows ${Method.HttpMethod} to the method.
func verbOf(u Unknown, all []Resource) string {
	name, attribute, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(u.Text, "${"), "}"), ".")
	if attribute == "HttpMethod" {
		for _, r := range all {
			if verb, ok := r.Properties["HttpMethod"].(string); ok && r.LogicalID == name {
				return verb
			}
		}
	}
	return u.Text
}

// sameStage returns the logical IDs of the stages and deployments that make the
// stage that self names.
func sameStage(self Resource, all []Resource) []string {
	api, stage := apiOf(self, all), nameOf(self.Properties["StageName"], all)
	return chosen(self, all, func(r Resource) bool {
		n := noun(r.Type)
		return (n == "Stage" || n == "Deployment") && apiOf(r, all) == api && stage != "" && nameOf(r.Properties["StageName"], all) == stage
	})
}

// chosen returns the logical IDs of the resources other than self that fit, in
// alphabetical order.
func chosen(self Resource, all []Resource, fits func(Resource) bool) []string {
	var out []string
	for _, r := range all {
		if r.LogicalID != self.LogicalID && fits(r) {
			out = append(out, r.LogicalID)
		}
	}
	slices.Sort(out)
	return out
}

// before returns the logical IDs of all that self comes after, directly or not.
func before(self Resource, all []Resource) map[string]bool {
	after := make(map[string][]string, len(all))
	for _, r := range all {
		after[r.LogicalID] = r.After
	}
	out := map[string]bool{}
	for todo := slices.Clone(self.After); len(todo) > 0; {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !out[id] {
			out[id] = true
			todo = append(todo, after[id]...)
		}
	}
	return out
}

// listed writes names with commas, and no more than a few of them.
func listed(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
