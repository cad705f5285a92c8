package resource_test

import (
	"reflect"
	"strings"
	"testing"

	"postern/internal/provision/resource"
)

func unknown(text string) resource.Unknown { return resource.Unknown{Text: "${" + text + "}"} }

// shop is a template before anything of it exists; the second API is another's.
func shop() []resource.Resource {
	key := func(api, res, verb any) map[string]any {
		return object("RestApiId", api, "ResourceId", res, "HttpMethod", verb)
	}
	return []resource.Resource{
		{LogicalID: "Api", Type: "AWS::ApiGateway::RestApi"},
		{LogicalID: "Other", Type: "AWS::ApiGateway::RestApi"},
		{LogicalID: "Res", Type: "Terraform::AWS::ApiGatewayResource", Properties: object("RestApiId", unknown("Api"))},
		{LogicalID: "Get", Type: "Terraform::AWS::ApiGatewayMethod", Properties: key(unknown("Api"), unknown("Res.Id"), "GET"), After: []string{"Api", "Res"}},
		{LogicalID: "Post", Type: "AWS::ApiGateway::Method", Properties: key(unknown("Api.RestApiId"), unknown("Res.Id"), "POST"), After: []string{"Api", "Res"}},
		{LogicalID: "GetOther", Type: "Terraform::AWS::ApiGatewayMethod", Properties: key(unknown("Other"), unknown("Res.Id"), "GET")},
		{LogicalID: "Calls", Type: "Terraform::AWS::ApiGatewayIntegration", Properties: key(unknown("Api"), unknown("Res"), unknown("Get.HttpMethod")), After: []string{"Api", "Res", "Get"}},
		{LogicalID: "R200", Type: "Terraform::AWS::ApiGatewayMethodResponse", Properties: with(key(unknown("Api"), unknown("Res"), "GET"), "StatusCode", "200")},
		{LogicalID: "R404", Type: "Terraform::AWS::ApiGatewayMethodResponse", Properties: with(key(unknown("Api"), unknown("Res"), "GET"), "StatusCode", "404")},
		{LogicalID: "I200", Type: "Terraform::AWS::ApiGatewayIntegrationResponse", Properties: with(key(unknown("Api"), unknown("Res.Id"), "GET"), "StatusCode", "200")},
		{LogicalID: "D", Type: "Terraform::AWS::ApiGatewayDeployment", Properties: object("RestApiId", unknown("Api"))},
		{LogicalID: "N", Type: "AWS::ApiGateway::Deployment", Properties: object("RestApiId", unknown("Api")), After: []string{"Api", "Calls"}},
		{LogicalID: "S", Type: "Terraform::AWS::ApiGatewayStage", Properties: object("RestApiId", unknown("Api"), "StageName", "prod", "DeploymentId", unknown("D.Id"))},
		{LogicalID: "M", Type: "Terraform::AWS::ApiGatewayMethodSettings", Properties: object("RestApiId", unknown("Api"), "StageName", "prod")},
	}
}

func TestOrderThatNoReferenceSays(t *testing.T) {
	w := newWorld(t)
	all := shop()
	for _, tt := range []struct {
		self string
		want []string
	}{
		{"D", []string{"Calls", "Get", "I200", "Post", "R200", "R404", "Res"}},
		{"Calls", []string{"Get"}},
		{"R200", []string{"Get"}},
		{"I200", []string{"Calls", "Get", "R200"}},
		{"M", []string{"S"}},
	} {
		for _, r := range all {
			if r.LogicalID != tt.self {
				continue
			}
			if got := w.Lookup(r.Type).(resource.Orderer).After(r, all); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s comes after %v, want %v", tt.self, got, tt.want)
			}
		}
	}
	if _, ok := w.Lookup("AWS::ApiGateway::Deployment").(resource.Orderer); ok {
		t.Error("native deployments are ordered, which AWS does not do")
	}
}

// Once things exist, identifiers stand in place of unknowns.
func TestOrderOfWhatExists(t *testing.T) {
	all := []resource.Resource{
		{LogicalID: "Api", Type: "AWS::ApiGateway::RestApi", PhysicalID: "abc"},
		{LogicalID: "Old", Type: "AWS::ApiGateway::Method", PhysicalID: "m", Properties: object("RestApiId", "abc")},
		{LogicalID: "New", Type: "AWS::ApiGateway::Method", Properties: object("RestApiId", unknown("Api"))},
		{LogicalID: "Else", Type: "AWS::ApiGateway::Method", Properties: object("RestApiId", "xyz")},
		{LogicalID: "D", Type: "Terraform::AWS::ApiGatewayDeployment", Properties: object("RestApiId", "abc")},
	}
	got := newWorld(t).Lookup("Terraform::AWS::ApiGatewayDeployment").(resource.Orderer).After(all[4], all)
	if want := []string{"New", "Old"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNativeDeploymentIsWarnedOf(t *testing.T) {
	all := shop()
	advisor := newWorld(t).Lookup("AWS::ApiGateway::Deployment").(resource.Advisor)
	p := advisor.Advise(all[11], all)
	if len(p) != 1 || !p[0].Warning || !strings.Contains(p[0].Message, "I200, Post, R200, R404") || p[0].Help != "add DependsOn: [I200, Post, R200, R404]" {
		t.Errorf("got %+v", p)
	}
	ordered := all[11]
	ordered.After = []string{"I200", "Post", "R200", "R404", "Calls"}
	if p := advisor.Advise(ordered, all); len(p) != 0 {
		t.Errorf("nothing is missing, but %+v", p)
	}
}
