package resource_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"postern/internal/provision/resource"
)

var update = flag.Bool("update", false, "write the schemas in docs/reference anew")

const schemas = "../../../docs/reference/schemas"

// registrySchema returns a type's schema as JSON gives it.
func registrySchema(t *testing.T, typ resource.Type) map[string]any {
	t.Helper()
	text, err := json.Marshal(resource.RegistrySchema(typ))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil || out == nil {
		t.Fatalf("%s: no schema: %v", typ.Name(), err)
	}
	return out
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// The schemas that people read are those of the types.
func TestSchemasInTheReference(t *testing.T) {
	w := newWorld(t)
	wanted := map[string]bool{}
	for _, name := range w.Names() {
		text, err := json.MarshalIndent(registrySchema(t, w.Lookup(name)), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := strings.ReplaceAll(name, "::", "-") + ".json"
		wanted[file] = true
		path := filepath.Join(schemas, file)
		if *update {
			if err := os.MkdirAll(schemas, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(text)+"\n" {
			t.Errorf("%s is not what the rows say; write it anew with -update", path)
		}
	}
	entries, err := os.ReadDir(schemas)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !wanted[e.Name()] {
			t.Errorf("%s is the schema of no type", e.Name())
		}
	}
}

// The derived schema has every property that was published, with a notation that
// the published one fits, and demands no more.
func TestSchemaAgreesWithThePublishedOne(t *testing.T) {
	var published struct {
		Required, ReadOnly []string
		Properties         map[string]string
	}
	readJSON(t, "integration-published.json", &published)
	schema := registrySchema(t, newWorld(t).Lookup(integrationType))
	properties := schema["properties"].(map[string]any)
	for name, kind := range published.Properties {
		p, ok := properties[name].(map[string]any)
		if !ok {
			t.Errorf("%s is missing", name)
			continue
		}
		kinds := texts(p["type"])
		if text, ok := p["type"].(string); ok {
			kinds = []string{text}
		}
		if !slices.Contains(kinds, kind) && (kind != "number" || !slices.Contains(kinds, "integer")) {
			t.Errorf("%s is %v, published as %s", name, kinds, kind)
		}
	}
	if got := texts(schema["required"]); !reflect.DeepEqual(sortedTexts(got), published.Required) {
		t.Errorf("required: got %v, published %v", got, published.Required)
	}
	var readOnly []string
	for _, p := range texts(schema["readOnlyProperties"]) {
		readOnly = append(readOnly, strings.TrimPrefix(p, "/properties/"))
	}
	if !reflect.DeepEqual(sortedTexts(readOnly), published.ReadOnly) {
		t.Errorf("read-only: got %v, published %v", readOnly, published.ReadOnly)
	}
}

// The derived schema is the proposed one. Order means nothing in a schema's
// lists, descriptions are for people.
func TestSchemaIsTheProposedOne(t *testing.T) {
	var want map[string]any
	readJSON(t, "integration-proposed.json", &want)
	got := registrySchema(t, newWorld(t).Lookup(integrationType))
	for _, schema := range []map[string]any{got, want} {
		tidy(schema)
	}
	// The default holds for HTTP types alone, where the others have no connection.
	delete(got["properties"].(map[string]any)["ConnectionType"].(map[string]any), "default")
	for _, k := range keysOf(got, want) {
		if k == "properties" || k == "definitions" {
			a, b := got[k].(map[string]any), want[k].(map[string]any)
			for _, name := range keysOf(a, b) {
				if !reflect.DeepEqual(a[name], b[name]) {
					t.Errorf("%s %s:\ngot  %v\nwant %v", k, name, a[name], b[name])
				}
			}
			continue
		}
		if !reflect.DeepEqual(got[k], want[k]) {
			t.Errorf("%s:\ngot  %v\nwant %v", k, got[k], want[k])
		}
	}
}

// tidy sorts the lists of a schema and takes away what people read, and the
// defaults of members, which are false.
func tidy(v any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	delete(m, "description")
	if m["default"] == false {
		delete(m, "default")
	}
	for k, e := range m {
		if l, isList := e.([]any); isList && k != "primaryIdentifier" && k != "additionalIdentifiers" {
			slices.SortFunc(l, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		}
		tidy(e)
	}
}

func keysOf(maps ...map[string]any) []string {
	seen := map[string]bool{}
	for _, m := range maps {
		for k := range m {
			seen[k] = true
		}
	}
	var out []string
	for k := range seen {
		out = append(out, k)
	}
	return sortedTexts(out)
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if text, ok := e.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

func sortedTexts(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// The rules of the registry's meta-schema that a mistake in rows could break.
func TestSchemasFollowTheRegistrysRules(t *testing.T) {
	w := newWorld(t)
	typeName := regexp.MustCompile(`^[a-zA-Z0-9]{2,64}::[a-zA-Z0-9]{2,64}::[a-zA-Z0-9]{2,64}$`)
	propertyName := regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
	for _, name := range w.Names() {
		schema := registrySchema(t, w.Lookup(name))
		if !typeName.MatchString(name) || schema["description"] == "" || schema["additionalProperties"] != false {
			t.Errorf("%s: the head is not whole", name)
		}
		properties := schema["properties"].(map[string]any)
		for p, v := range properties {
			if !propertyName.MatchString(p) {
				t.Errorf("%s: %q is no name of a property", name, p)
			}
			if _, nested := v.(map[string]any)["properties"]; nested {
				t.Errorf("%s: %s has properties of its own", name, p)
			}
		}
		lists := map[string][]string{}
		for _, k := range []string{"createOnlyProperties", "readOnlyProperties", "writeOnlyProperties", "primaryIdentifier"} {
			for _, pointer := range texts(schema[k]) {
				lists[k] = append(lists[k], pointer)
				if _, ok := properties[strings.TrimPrefix(pointer, "/properties/")]; !ok {
					t.Errorf("%s: %s names %s, which is no property", name, k, pointer)
				}
			}
		}
		for _, p := range lists["readOnlyProperties"] {
			if slices.Contains(lists["createOnlyProperties"], p) || slices.Contains(lists["writeOnlyProperties"], p) {
				t.Errorf("%s: %s is read-only and can be given", name, p)
			}
		}
		if len(lists["primaryIdentifier"]) == 0 {
			t.Errorf("%s: no identifier", name)
		}
		for _, p := range lists["primaryIdentifier"] {
			if !slices.Contains(lists["createOnlyProperties"], p) && !slices.Contains(lists["readOnlyProperties"], p) {
				t.Errorf("%s: the identifier %s may change", name, p)
			}
		}
	}
}

// The engine's view of a type is that of the registry.
func TestSchemaForTheEngine(t *testing.T) {
	w := newWorld(t)
	s := w.Lookup(integrationType).Schema()
	timeout := s.Properties["TimeoutMilliseconds"]
	if timeout.Kind != resource.Integer || timeout.Default != "29000" || timeout.Doc == "" {
		t.Errorf("TimeoutMilliseconds: %+v", timeout)
	}
	if p := s.Properties["RequestTemplates"]; p.Kind != resource.Map || p.Elem != resource.String {
		t.Errorf("RequestTemplates: %+v", p)
	}
	if p := s.Properties["TlsConfig"]; p.Kind != resource.Object || p.Members["InsecureSkipVerification"].Kind != resource.Boolean {
		t.Errorf("TlsConfig: %+v", p)
	}
	if p := s.Properties["CacheKeyParameters"]; p.Kind != resource.List || p.Elem != resource.String || !p.Unordered {
		t.Errorf("CacheKeyParameters: %+v", p)
	}
	if p := s.Properties["HttpMethod"]; !p.Required || !p.CreateOnly || !slices.Contains(p.Enum, "OPTIONS") {
		t.Errorf("HttpMethod: %+v", p)
	}
	if !s.Properties["RequestParametersInJson"].WriteOnly || s.Attributes["Id"].Kind != resource.String {
		t.Errorf("got %+v", s)
	}
	m := w.Lookup("AWS::ApiGateway::Method").Schema()
	in := m.Properties["Integration"]
	responses := in.Members["IntegrationResponses"]
	if in.Kind != resource.Object || responses.Kind != resource.List || !responses.Members["StatusCode"].Required || responses.Members["ResponseTemplates"].Kind != resource.Map {
		t.Errorf("Integration: %+v", in)
	}
	if p := m.Properties["RequestParameters"]; p.Kind != resource.Map || p.Elem != resource.Boolean {
		t.Errorf("RequestParameters: %+v", p)
	}
	if p := w.Lookup("AWS::ApiGateway::RestApi").Schema().Properties["Body"]; p.Kind != resource.Any || !p.WriteOnly {
		t.Errorf("Body: %+v", p)
	}
	if p := w.Lookup("AWS::ApiGateway::RestApi").Schema().Properties["Tags"]; p.Kind != resource.List || p.Members["Key"].Kind != resource.String {
		t.Errorf("Tags: %+v", p)
	}
}

// Both families have every noun, each under its names.
func TestBothFamilies(t *testing.T) {
	w := newWorld(t)
	for _, noun := range []string{"RestApi", "Resource", "Method", "Deployment", "Stage", "VpcLink", "Model", "RequestValidator", "GatewayResponse", "Account",
		"Authorizer", "ApiKey", "UsagePlan", "UsagePlanKey", "DomainName", "BasePathMapping", "ClientCertificate", "DocumentationPart", "DocumentationVersion"} {
		if w.Lookup("AWS::ApiGateway::"+noun) == nil || w.Lookup("Terraform::AWS::ApiGateway"+noun) == nil || w.Lookup("TF::AWS::ApiGateway"+noun) == nil {
			t.Errorf("%s is missing in a family", noun)
		}
	}
	for _, noun := range []string{"MethodResponse", "Integration", "IntegrationResponse", "MethodSettings", "RestApiPolicy"} {
		if w.Lookup("Terraform::AWS::ApiGateway"+noun) == nil || w.Lookup("AWS::ApiGateway::"+noun) != nil {
			t.Errorf("%s belongs to the Terraform-shaped family alone", noun)
		}
	}
	for native, attributes := range map[string][]string{
		"RestApi": {"RestApiId", "RootResourceId"}, "Resource": {"ResourceId"}, "Deployment": {"DeploymentId"}, "RequestValidator": {"RequestValidatorId"},
		"GatewayResponse": {"Id"}, "Account": {"Id"}, "VpcLink": {"VpcLinkId"}, "Method": nil, "Model": nil, "Stage": nil,
		"Authorizer": {"AuthorizerId"}, "ApiKey": {"APIKeyId"}, "UsagePlan": {"Id"}, "UsagePlanKey": {"Id"}, "ClientCertificate": {"ClientCertificateId"},
		"DomainName":      {"DistributionDomainName", "DistributionHostedZoneId", "RegionalDomainName", "RegionalHostedZoneId", "DomainNameArn"},
		"BasePathMapping": nil, "DocumentationPart": {"DocumentationPartId"}, "DocumentationVersion": nil,
	} {
		var got []string
		for name := range w.Lookup("AWS::ApiGateway::" + native).Schema().Attributes {
			got = append(got, name)
		}
		if !reflect.DeepEqual(sortedTexts(got), sortedTexts(attributes)) {
			t.Errorf("%s: attributes %v, want %v", native, got, attributes)
		}
	}
}
