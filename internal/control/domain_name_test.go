package control_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

const (
	edgeARN     = "arn:aws:acm:us-east-1:123456789012:certificate/a"
	regionalARN = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
)

func on(types ...string) *apigw.EndpointConfiguration {
	return &apigw.EndpointConfiguration{Types: types}
}

func TestDomainNameRules(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    apigw.DomainName
		want string
	}{
		{name: "edge", d: apigw.DomainName{CertificateARN: edgeARN}},
		{name: "edge elsewhere", d: apigw.DomainName{CertificateARN: regionalARN}, want: "BadRequestException: Certificate must be in us-east-1."},
		{name: "edge without a certificate", want: "BadRequestException: An EDGE domain name needs certificateArn"},
		{name: "regional", d: apigw.DomainName{RegionalCertificateARN: regionalARN, EndpointConfiguration: on("REGIONAL")}},
		{name: "regional without a certificate", d: apigw.DomainName{CertificateARN: edgeARN, EndpointConfiguration: on("REGIONAL")}, want: "BadRequestException: A REGIONAL domain name needs regionalCertificateArn"},
		{name: "two types", d: apigw.DomainName{CertificateARN: edgeARN, EndpointConfiguration: on("EDGE", "REGIONAL")}, want: "BadRequestException: Invalid EndpointTypes specified."},
		{name: "period at the end", d: apigw.DomainName{DomainName: "a.b.", CertificateARN: edgeARN}, want: "BadRequestException: Trailing period should be omitted from domain name"},
		{name: "asterisk", d: apigw.DomainName{DomainName: "*.example.com", CertificateARN: edgeARN}},
		{name: "path", d: apigw.DomainName{DomainName: "example.com/a", CertificateARN: edgeARN}, want: "BadRequestException: Invalid domain name specified: example.com/a"},
		{name: "one label", d: apigw.DomainName{DomainName: "example", CertificateARN: edgeARN}, want: "BadRequestException: Invalid domain name specified"},
		{name: "address", d: apigw.DomainName{DomainName: "127.0.0.1", CertificateARN: edgeARN}, want: "BadRequestException: Invalid domain name specified: 127.0.0.1"},
		{name: "the control plane's", d: apigw.DomainName{DomainName: "apigateway.us-east-1.AmazonAWS.com", CertificateARN: edgeARN}, want: "BadRequestException: Invalid domain name specified"},
		{name: "no ARN", d: apigw.DomainName{CertificateARN: "certificate"}, want: "BadRequestException: Invalid ARN. ARN is not well formed certificate"},
		{name: "mutual TLS", d: apigw.DomainName{RegionalCertificateARN: regionalARN, EndpointConfiguration: on("REGIONAL"), MutualTLS: &apigw.MutualTLS{TruststoreURI: "s3://b/k"}}},
		{name: "mutual TLS at the edge", d: apigw.DomainName{CertificateARN: edgeARN, MutualTLS: &apigw.MutualTLS{TruststoreURI: "s3://b/k"}}, want: "BadRequestException: Mutual TLS is supported for REGIONAL"},
		{name: "truststore elsewhere", d: apigw.DomainName{RegionalCertificateARN: regionalARN, EndpointConfiguration: on("REGIONAL"), MutualTLS: &apigw.MutualTLS{TruststoreURI: "file"}}, want: "BadRequestException: Invalid truststore URI"},
		{name: "security policy", d: apigw.DomainName{CertificateARN: edgeARN, SecurityPolicy: "SSL_3"}, want: "BadRequestException: Invalid security policy specified: SSL_3"},
		{name: "policy", d: apigw.DomainName{CertificateARN: edgeARN, Policy: "{"}, want: "BadRequestException: Invalid policy document."},
	} {
		if tt.d.DomainName == "" {
			tt.d.DomainName = "pets.example.com"
		}
		f := newFixture(t)
		d, err := f.CreateDomainName(t.Context(), &tt.d, nil)
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%s: %s", tt.name, wrong)
		}
		if err == nil && (d.Status != "AVAILABLE" || d.CertificateUploadDate.IsZero() || d.SecurityPolicy == "") {
			t.Errorf("%s: %+v", tt.name, d)
		}
	}
}

func TestDomainNamesAreFilledIn(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct {
		d                            apigw.DomainName
		regional, distribution, addr string
	}{
		{apigw.DomainName{DomainName: "EDGE.example.com", CertificateARN: edgeARN}, `^$`, `^[a-z0-9]+\.cloudfront\.net$`, "ipv4"},
		{apigw.DomainName{DomainName: "regional.example.com", RegionalCertificateARN: regionalARN, EndpointConfiguration: on("REGIONAL")}, `^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$`, `^$`, "ipv4"},
		{apigw.DomainName{DomainName: "private.example.com", CertificateARN: regionalARN, EndpointConfiguration: on("PRIVATE")}, `^$`, `^$`, "dualstack"},
	} {
		d, err := f.CreateDomainName(t.Context(), &tt.d, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(tt.regional).MatchString(d.RegionalDomainName) || !regexp.MustCompile(tt.distribution).MatchString(d.DistributionDomainName) ||
			d.EndpointConfiguration.IPAddressType != tt.addr || d.DomainName != strings.ToLower(tt.d.DomainName) {
			t.Errorf("%+v with %+v", d, d.EndpointConfiguration)
		}
		if private := tt.addr == "dualstack"; private != (d.DomainNameID != "" && strings.HasSuffix(d.DomainNameARN, "+"+d.DomainNameID)) {
			t.Errorf("%s: identifier %q, ARN %q", d.DomainName, d.DomainNameID, d.DomainNameARN)
		}
		_, err = f.CreateDomainName(t.Context(), &tt.d, nil)
		if wrong := refused(err, "BadRequestException: The domain name you provided already exists."); wrong != "" {
			t.Error(wrong)
		}
	}
	_, err := f.GetDomainName(t.Context(), "private.example.com", "other")
	if wrong := refused(err, "NotFoundException: Invalid domain name identifier specified"); wrong != "" {
		t.Errorf("a private name by another identifier: %s", wrong)
	}
}

func TestUpdateDomainName(t *testing.T) {
	for _, tt := range []struct {
		name string
		ops  []property.PatchOperation
		want string // a refusal, or a part of the name
	}{
		{name: "from edge to regional by index", ops: []property.PatchOperation{replace("/endpointConfiguration/types/0", "REGIONAL"), replace("/regionalCertificateArn", regionalARN)}, want: `"regionalHostedZoneId":"Z`},
		{name: "from edge to regional step by step", ops: []property.PatchOperation{add("/endpointConfiguration/types", "REGIONAL"), add("/regionalCertificateArn", regionalARN), {Op: "remove", Path: "/endpointConfiguration/types", Value: "EDGE", HasValue: true}, remove("/certificateArn")}, want: `"types":["REGIONAL"]`},
		{name: "half of it", ops: []property.PatchOperation{add("/endpointConfiguration/types", "REGIONAL")}, want: "BadRequestException: Invalid EndpointTypes"},
		{name: "regional without its certificate", ops: []property.PatchOperation{replace("/endpointConfiguration/types/EDGE", "REGIONAL")}, want: "BadRequestException: A REGIONAL domain name needs"},
		{name: "mutual TLS, judged at the end", ops: []property.PatchOperation{add("/mutualTlsAuthentication/truststoreUri", "s3://b/k"), replace("/endpointConfiguration/types/0", "REGIONAL"), replace("/regionalCertificateArn", regionalARN)}, want: `"truststoreUri":"s3://b/k"`},
		{name: "mutual TLS taken out", ops: []property.PatchOperation{replace("/mutualTlsAuthentication/truststoreUri", "")}, want: `"securityPolicy":"TLS_1_2"`},
		{name: "security policy", ops: []property.PatchOperation{replace("/securityPolicy", "TLS_1_0")}, want: `"securityPolicy":"TLS_1_0"`},
		{name: "address type", ops: []property.PatchOperation{replace("/endpointConfiguration/ipAddressType", "dualstack")}, want: `"ipAddressType":"dualstack"`},
		{name: "the name itself", ops: []property.PatchOperation{replace("/domainName", "a.b")}, want: "BadRequestException: Invalid patch path /domainName"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			if _, err := f.CreateDomainName(t.Context(), &apigw.DomainName{DomainName: "pets.example.com", CertificateARN: edgeARN}, nil); err != nil {
				t.Fatal(err)
			}
			_, err := f.UpdateDomainName(t.Context(), "pets.example.com", "", tt.ops)
			if strings.Contains(tt.want, "Exception: ") {
				if wrong := refused(err, tt.want); wrong != "" {
					t.Error(wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			d, err := f.GetDomainName(t.Context(), "PETS.example.com", "")
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(property.Encode(property.Wire, d.Properties()))
			if err != nil || !strings.Contains(string(text), tt.want) {
				t.Errorf("got %s %v, want %s", text, err, tt.want)
			}
		})
	}
}

func TestBasePathMappings(t *testing.T) {
	f := newFixture(t)
	api := f.stages()
	other := f.api()
	ctx := t.Context()
	const domain = "pets.example.com"
	if _, err := f.CreateDomainName(ctx, &apigw.DomainName{DomainName: domain, CertificateARN: edgeARN}, nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ domain, path, api, stage, want string }{
		{"none.example.com", "a", api.ID, "", "NotFoundException: Invalid domain name identifier specified"},
		{domain, "a", "none", "", "BadRequestException: Invalid REST API identifier specified"},
		{domain, "a", api.ID, "none", "BadRequestException: Invalid stage identifier specified"},
		{domain, "a/b", api.ID, "", "BadRequestException: API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2."},
		{domain, "ä", api.ID, "", "BadRequestException: Invalid base path specified"},
		{domain, "", api.ID, "prod", ""},
		{domain, "(none)", api.ID, "", "ConflictException: Base path already exists for this domain name"},
		{domain, "a", api.ID, "", ""},
		{domain, "a", api.ID, "prod", "ConflictException: Base path already exists for this domain name"},
	} {
		_, err := f.CreateBasePathMapping(ctx, tt.domain, "", &apigw.BasePathMapping{BasePath: tt.path, RestAPIID: tt.api, Stage: tt.stage})
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%+v: %s", tt, wrong)
		}
	}
	ops := []property.PatchOperation{replace("/basepath", "v1"), replace("/stage", "")}
	m, err := f.UpdateBasePathMapping(ctx, domain, "", "(none)", ops)
	if err != nil || *m != (apigw.BasePathMapping{BasePath: "v1", RestAPIID: api.ID}) {
		t.Fatalf("%+v %v", m, err)
	}
	if _, err := f.UpdateBasePathMapping(ctx, domain, "", "a", []property.PatchOperation{replace("/basePath", "v2")}); err != nil {
		t.Fatal(err)
	}
	_, err = f.UpdateBasePathMapping(ctx, domain, "", "v2", []property.PatchOperation{replace("/basePath", "v1")})
	if wrong := refused(err, "ConflictException: Base path already exists for this domain name"); wrong != "" {
		t.Error(wrong)
	}
	if wrong := refused(f.DeleteRestAPI(ctx, api.ID), "BadRequestException: Deleting RestApi "+api.ID+" failed. Please remove all base path mappings related to the RestApi in your domains."); wrong != "" {
		t.Error(wrong)
	}
	for _, path := range []string{"v1", "v2"} {
		if _, err := f.UpdateBasePathMapping(ctx, domain, "", path, []property.PatchOperation{replace("/restapiId", other.ID)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.DeleteRestAPI(ctx, api.ID); err != nil {
		t.Errorf("no mapping leads to it any more: %v", err)
	}
	list, _, err := f.GetBasePathMappings(ctx, domain, "", control.Page{Limit: 9})
	if err != nil || len(list) != 2 || list[0].BasePath != "v1" || list[1].RestAPIID != other.ID {
		t.Errorf("%+v %v", list, err)
	}
	if err := f.DeleteBasePathMapping(ctx, domain, "", "v1"); err != nil {
		t.Error(err)
	}
	_, err = f.GetBasePathMapping(ctx, domain, "", "v1")
	if wrong := refused(err, "NotFoundException: Invalid base path mapping identifier specified"); wrong != "" {
		t.Error(wrong)
	}
	if err := f.DeleteDomainName(ctx, domain, ""); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteRestAPI(ctx, other.ID); err != nil {
		t.Errorf("the domain name is gone: %v", err)
	}
	if keys := f.keys(); len(keys) > 0 {
		t.Errorf("left over: %v", keys)
	}
}

// A certificate that comes with a name must fit its key, and the key is shown
// nowhere.
func TestCertificatesThatComeWithAName(t *testing.T) {
	f := newFixture(t)
	made, err := f.GenerateClientCertificate(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	items, _, err := f.Store.List(t.Context(), "clientkeys/")
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	secret := string(items[0].Value)
	d, err := f.CreateDomainName(t.Context(), &apigw.DomainName{DomainName: "a.example.com"}, &control.Certificate{Body: made.PEM, PrivateKey: secret})
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(property.Encode(property.Wire, d.Properties())); strings.Contains(text, "PRIVATE KEY") {
		t.Errorf("%s shows the key", text)
	}
	_, err = f.CreateDomainName(t.Context(), &apigw.DomainName{DomainName: "b.example.com"}, &control.Certificate{Body: made.PEM, PrivateKey: "key"})
	if wrong := refused(err, "BadRequestException: Invalid certificate specified"); wrong != "" {
		t.Error(wrong)
	}
}
