package resource_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"postern/internal/provision/resource"
)

// complaints writes problems that have a code as "path: code@offset+length".
func complaints(ps []resource.Problem) string {
	var out []string
	for _, p := range ps {
		if p.Code == "" {
			continue
		}
		s := fmt.Sprintf("%s: %s@%d+%d", strings.Join(p.Path, "."), p.Code, p.Place.Offset, p.Place.Length)
		if p.Place.OnKey {
			s += " key"
		}
		if p.Warning {
			s = "?" + s
		}
		if p.Fails {
			s = "!" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func TestTextsOfIntegrationsAreRead(t *testing.T) {
	key := object("RestApiId", "a", "ResourceId", "b", "HttpMethod", "GET")
	unknown := resource.Unknown{Text: "${A.B}"}
	http := object("Type", "HTTP", "IntegrationHttpMethod", "GET", "Uri", "http://b", "PassthroughBehavior", "NEVER")
	native := func(in map[string]any, more ...any) map[string]any {
		return with(with(key, "AuthorizationType", "NONE", "Integration", in), more...)
	}
	for _, tt := range []struct {
		name, typ string
		given     map[string]any
		want      string
	}{
		{"good", "AWS::ApiGateway::Method", native(with(http, "RequestTemplates", object("application/json", `{"a": $input.json('$')}`))), ""},
		{"syntax", "AWS::ApiGateway::Method", native(with(http, "RequestTemplates", object("application/json", "a\n #if($a)"))),
			"!?Integration.RequestTemplates.application/json: V0107@3+3"},
		{"only a warning", "Terraform::AWS::ApiGatewayIntegration", with(with(key, "Type", "MOCK"), "RequestTemplates", object("application/json", "$nope")),
			"?RequestTemplates.application/json: V0204@0+5"},
		{"another notation", "TF::AWS::ApiGatewayIntegration", with(with(key, "Type", "MOCK"), "RequestTemplates", list(object("MapKey", "application/json", "MapValue", "x $"))),
			"!?RequestTemplates.0.MapValue: V0102@2+1"},
		{"status of a mock", "AWS::ApiGateway::Method", native(object("Type", "MOCK", "RequestTemplates", object("application/json", "{statusCode: 200}"))), ""},
		{"no JSON", "AWS::ApiGateway::Method", native(with(http, "RequestTemplates", object("application/json", "{a: 200}"))),
			"?Integration.RequestTemplates.application/json: V0501@0+1"},
		{"nothing known", "AWS::ApiGateway::Method", native(with(http, "RequestTemplates", unknown, "RequestParameters", object("integration.request.header.A", unknown))), ""},
		{"partly known", "AWS::ApiGateway::Method", native(with(http, "RequestTemplates",
			object("application/json", resource.Unknown{Text: "{\"api\": \"${Api.Id}\", \"n\": ${Api}} #if($a"}))),
			"!?Integration.RequestTemplates.application/json: V0101@39+1"},
		{"partly known and good", "AWS::ApiGateway::Method", native(with(http, "RequestTemplates",
			object("application/json", resource.Unknown{Text: "{\"api\": \"${Api.Id}\", \"n\": ${Api}}"}))), ""},
		{"a function", "AWS::ApiGateway::Method", native(with(http, "RequestTemplates", object("application/json", resource.Unknown{Text: "${Fn::Select: [1, ${A}]} #if("}))), ""},
		{"undeclared", "AWS::ApiGateway::Method", native(with(http, "RequestParameters", object("integration.request.header.A", "method.request.header.A"))),
			"Integration.RequestParameters.integration.request.header.A: P0412@0+23"},
		{"declared", "AWS::ApiGateway::Method", native(with(http, "RequestParameters", object("integration.request.header.A", "method.request.header.A")),
			"RequestParameters", object("method.request.header.A", unknown)), ""},
		{"declarations not known", "AWS::ApiGateway::Method", native(with(http, "RequestParameters", object("integration.request.header.A", "method.request.header.A")),
			"RequestParameters", unknown), ""},
		{"declared elsewhere", "Terraform::AWS::ApiGatewayIntegration", with(with(key, "Type", "MOCK"), "RequestParameters", object("integration.request.header.A", "method.request.header.A")), ""},
		{"no expression", "Terraform::AWS::ApiGatewayIntegration", with(with(key, "Type", "MOCK"), "RequestParameters", object("header.A", "true")),
			"RequestParameters.header.A: P0411@0+8 key\nRequestParameters.header.A: P0411@0+4"},
		{"responses", "AWS::ApiGateway::Method", native(with(http, "IntegrationResponses", list(
			object("StatusCode", "200", "ResponseParameters", object("method.response.header.L", "'x'")),
			object("StatusCode", json.Number("404"), "SelectionPattern", "404", "ResponseParameters", object("method.response.header.L", "'x'"),
				"ResponseTemplates", object("text/plain", "$util.nope()")),
			object("StatusCode", "500", "SelectionPattern", "Error.*"),
			object("StatusCode", "502", "SelectionPattern", "[45]04"),
			object("StatusCode", "503", "SelectionPattern", "404|40[4]"),
			object("StatusCode", "504", "SelectionPattern", "5("))),
			"MethodResponses", list(object("StatusCode", json.Number("200")), object("StatusCode", "404", "ResponseParameters", object("method.response.header.L", true)))),
			`Integration.IntegrationResponses.0.ResponseParameters.method.response.header.L: P0412@0+24 key
?Integration.IntegrationResponses.1.ResponseTemplates.text/plain: V0201@6+4
Integration.IntegrationResponses.5.SelectionPattern: P0503@1+1
?Integration.IntegrationResponses.2.SelectionPattern: P0501@0+7
?Integration.IntegrationResponses.4.SelectionPattern: P0502@0+9`},
		{"a response alone", "Terraform::AWS::ApiGatewayIntegrationResponse", with(key, "StatusCode", "200", "SelectionPattern", "Error.*", "ResponseTemplates", object("a/b", "#end")),
			"!?ResponseTemplates.a/b: V0101@0+4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := complaints(newWorld(t).Lookup(tt.typ).Check(tt.given)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// What belongs to one method stands in several resources.
func TestPartnersAreCompared(t *testing.T) {
	w := newWorld(t)
	key := object("RestApiId", "a", "ResourceId", "b", "HttpMethod", "GET")
	all := []resource.Resource{
		{LogicalID: "M", Type: "AWS::ApiGateway::Method", Properties: with(key, "RequestParameters", object("method.request.header.A", true))},
		{LogicalID: "I", Type: "Terraform::AWS::ApiGatewayIntegration", Properties: with(key, "Type", "HTTP",
			"RequestParameters", object("integration.request.header.A", "method.request.header.A", "integration.request.header.B", "method.request.header.B"))},
		{LogicalID: "R", Type: "Terraform::AWS::ApiGatewayMethodResponse", Properties: with(key, "StatusCode", "404", "ResponseParameters", object("method.response.header.A", true))},
		{LogicalID: "IR", Type: "Terraform::AWS::ApiGatewayIntegrationResponse", Properties: with(key, "StatusCode", "404", "SelectionPattern", "404",
			"ResponseParameters", object("method.response.header.A", "'x'", "method.response.header.B", "'x'"))},
		{LogicalID: "IR2", Type: "Terraform::AWS::ApiGatewayIntegrationResponse", Properties: with(key, "StatusCode", "200", "SelectionPattern", ".*")},
		{LogicalID: "other", Type: "Terraform::AWS::ApiGatewayIntegrationResponse", Properties: with(key, "HttpMethod", "PUT", "StatusCode", "100", "SelectionPattern", ".*")},
	}
	for i, want := range map[int]string{
		1: "!RequestParameters.integration.request.header.B: P0412@0+23",
		3: "!ResponseParameters.method.response.header.B: P0412@0+24 key\n?SelectionPattern: P0502@0+3",
		4: "",
		5: "",
	} {
		advisor, ok := w.Lookup(all[i].Type).(resource.Advisor)
		if !ok {
			t.Fatalf("%s advises nobody", all[i].Type)
		}
		if got := complaints(advisor.Advise(all[i], all)); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", all[i].LogicalID, got, want)
		}
	}
}
