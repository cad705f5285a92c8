package awsapi

import (
	"slices"
	"strings"

	"postern/internal/apigw"
)

// An sdkType is a language that the service generates clients for.
type sdkType struct {
	id, name, description string
	properties            []sdkProperty
}

type sdkProperty struct {
	name, friendly, description string
	required                    bool
	value                       string // of the property if it is left out
}

// sdkTypes are the languages in the order of their identifiers.
//
// See "Generate SDKs for REST APIs in API Gateway".
var sdkTypes = [...]sdkType{
	{"android", "Android", "Android SDK", []sdkProperty{
		{"groupId", "Group ID", "The group of the Maven artifact", true, ""},
		{"artifactId", "Artifact ID", "The name of the Maven artifact", true, ""},
		{"artifactVersion", "Artifact Version", "The version of the Maven artifact", true, ""},
		{"invokerPackage", "Invoker Package", "The Java package of the client", true, ""},
	}},
	{"java", "Java SDK", "Java SDK", []sdkProperty{
		{"service.name", "Service Name", "The name of the service in the client", true, ""},
		{"java.package-name", "Java Package Name", "The Java package of the client", true, ""},
		{"java.build-system", "Java Build System", "The build system of the client", false, "maven"},
		{"java.group-id", "Java Group Id", "The group of the artifact", false, ""},
		{"java.artifact-id", "Java Artifact Id", "The name of the artifact", false, ""},
		{"java.artifact-version", "Java Artifact Version", "The version of the artifact", false, "1.0-SNAPSHOT"},
	}},
	{"javascript", "JavaScript", "JavaScript SDK", nil},
	{"objectivec", "iOS (Objective-C)", "iOS SDK in Objective-C", []sdkProperty{
		{"classPrefix", "Prefix", "What the names of classes begin with", true, ""},
	}},
	{"ruby", "Ruby SDK", "Ruby SDK", []sdkProperty{
		{"service.name", "Service Name", "The name of the service in the client", true, ""},
		{"ruby.gem-name", "Ruby Gem Name", "The name of the gem", false, ""},
		{"ruby.gem-version", "Ruby Gem Version", "The version of the gem", false, ""},
	}},
	{"swift", "iOS (Swift)", "iOS SDK in Swift", []sdkProperty{
		{"classPrefix", "Prefix", "What the names of classes begin with", true, ""},
	}},
}

func (t *sdkType) wire() map[string]any {
	properties := make([]any, len(t.properties))
	for i, p := range t.properties {
		m := map[string]any{"name": p.name, "friendlyName": p.friendly, "description": p.description, "required": p.required}
		if p.value != "" {
			m["defaultValue"] = p.value
		}
		properties[i] = m
	}
	return map[string]any{"id": t.id, "friendlyName": t.name, "description": t.description, "configurationProperties": properties}
}

func findSDKType(id string) (*sdkType, error) {
	i := slices.IndexFunc(sdkTypes[:], func(t sdkType) bool { return t.id == id })
	if i < 0 {
		return nil, apigw.NotFound("Invalid SDK type specified")
	}
	return &sdkTypes[i], nil
}

func (c *call) getSDKTypes() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	var items []any
	for i := range sdkTypes {
		switch t := &sdkTypes[i]; {
		case strings.Compare(t.id, page.After) <= 0: // on an earlier page
		case len(items) < page.Limit:
			items = append(items, t.wire())
		case page.Limit > 0:
			return list(items, sdkTypes[i-1].id), nil
		}
	}
	return list(items, ""), nil
}

func (c *call) getSDKType() (any, error) {
	t, err := findSDKType(c.path("sdktype_id"))
	if err != nil {
		return nil, err
	}
	return t.wire(), nil
}

// getSDK refuses to generate a client for a stage and a language that exist.
func (c *call) getSDK() (any, error) {
	if _, err := findSDKType(c.path("sdk_type")); err != nil {
		return nil, err
	}
	if _, err := c.control.GetStage(c.ctx, c.api(), c.path("stage_name")); err != nil {
		return nil, err
	}
	return nil, &apigw.Error{Code: apigw.NotImplementedException,
		Message: "GetSdk is not part of Postern: it generates no clients. GetExport gives the OpenAPI definition, from which other generators make one"}
}
