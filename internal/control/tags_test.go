package control_test

import (
	"fmt"
	"testing"

	"postern/internal/apigw"
	"postern/internal/property"
)

func TestTagsOfAllKinds(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	f.mock(api)
	f.deploy(api)
	link, err := f.CreateVPCLink(t.Context(), &apigw.VPCLink{Name: "l", TargetARNs: []string{"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/n/1"}})
	if err != nil {
		t.Fatal(err)
	}
	k, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := f.CreateUsagePlan(t.Context(), &apigw.UsagePlan{Name: "p"})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := f.GenerateClientCertificate(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.CreateDomainName(t.Context(), &apigw.DomainName{DomainName: "pets.example.com", CertificateARN: edgeARN}, nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/domainnames/pets.example.com", "/clientcertificates/" + certificate.ID, "/restapis/" + api.ID, "/restapis/" + api.ID + "/stages/prod", "/vpclinks/" + link.ID,
		"/apikeys/" + k.ID, "/usageplans/" + plan.ID} {
		arn := "arn:aws:apigateway:us-east-1::" + path
		if err := f.TagResource(t.Context(), arn, map[string]string{"a": "1", "b": "2"}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if err := f.TagResource(t.Context(), arn, map[string]string{"b": "3"}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if err := f.UntagResource(t.Context(), arn, []string{"a", "none"}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		tags, err := f.GetTags(t.Context(), arn)
		if err != nil || fmt.Sprint(tags) != "map[b:3]" {
			t.Errorf("%s: tags %v %v, want b=3", path, tags, err)
		}
	}
}

func TestTagRules(t *testing.T) {
	f := newFixture(t)
	arn := "arn:aws:apigateway:us-east-1::/restapis/" + f.api().ID
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint(i)] = ""
	}
	for _, tt := range []struct {
		name, arn string
		tags      map[string]string
		want      string
	}{
		{name: "no ARN", arn: "pets", want: "BadRequestException: Invalid ARN. ARN is not well formed pets"},
		{name: "of another service", arn: "arn:aws:s3:us-east-1::/restapis/x", want: "BadRequestException: Invalid ARN."},
		{name: "of an unknown API", arn: "arn:aws:apigateway:us-east-1::/restapis/none", want: "NotFoundException: Invalid API identifier specified 111111111111:none"},
		{name: "of what is not here", arn: "arn:aws:apigateway:us-east-1::/models/x", want: "NotFoundException: Invalid resource ARN specified"},
		{name: "too many", arn: arn, tags: many, want: "BadRequestException: Too many tags: 51 found, at most 50 are allowed"},
		{name: "no key", arn: arn, tags: map[string]string{"": "x"}, want: "BadRequestException: Invalid tag key"},
		{name: "of the service", arn: arn, tags: map[string]string{"AWS:x": "x"}, want: "BadRequestException: aws: prefixed"},
	} {
		if wrong := refused(f.TagResource(t.Context(), tt.arn, tt.tags), tt.want); wrong != "" {
			t.Errorf("%s: %s", tt.name, wrong)
		}
	}
}

func TestGatewayResponsePatchMakesItOnesOwn(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	g, err := f.UpdateGatewayResponse(t.Context(), api.ID, apigw.Throttled, nil)
	if err != nil || !g.DefaultResponse {
		t.Errorf("an empty patch: %+v %v, want the default as it is", g, err)
	}
	ops := add("/responseParameters/gatewayresponse.header.Retry-After", "'1'")
	if _, err := f.UpdateGatewayResponse(t.Context(), api.ID, apigw.Throttled, []property.PatchOperation{ops, replace("/statusCode", "430")}); err != nil {
		t.Fatal(err)
	}
	if g, err = f.GetGatewayResponse(t.Context(), api.ID, apigw.Throttled); err != nil {
		t.Fatal(err)
	}
	if g.DefaultResponse || g.StatusCode != "430" || g.ResponseParameters["gatewayresponse.header.Retry-After"] != "'1'" || g.ResponseTemplates["application/json"] == "" {
		t.Errorf("after the patch: %+v", g)
	}
	_, err = f.PutGatewayResponse(t.Context(), api.ID, &apigw.GatewayResponse{ResponseType: apigw.Throttled, ResponseParameters: map[string]string{"method.response.header.X": "'x'"}})
	if wrong := refused(err, "BadRequestException: Invalid mapping expression specified"); wrong != "" {
		t.Error(wrong)
	}
}
