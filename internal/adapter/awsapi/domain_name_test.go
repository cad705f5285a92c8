package awsapi_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"postern/internal/adapter/awsapi"
	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
	"postern/internal/store"
)

func TestDomainNamesOnTheWire(t *testing.T) {
	var log strings.Builder
	handler := awsapi.NewServer(&control.Service{Store: store.NewMemory()}, slog.New(slog.NewTextHandler(&log, nil)))
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c := &awsapi.Client{Endpoint: server.URL}
	ctx := t.Context()
	const name = "pets.example.com"
	made, err := c.CreateDomainName(ctx, &apigw.DomainName{DomainName: name, RegionalCertificateARN: "arn:aws:acm:us-east-1:1:certificate/a",
		EndpointConfiguration: &apigw.EndpointConfiguration{Types: []string{"REGIONAL"}}}, nil)
	if err != nil || made.Status != "AVAILABLE" || made.CertificateUploadDate.IsZero() || !strings.HasPrefix(made.RegionalHostedZoneID, "Z") {
		t.Fatalf("%+v %v", made, err)
	}
	if _, err := c.CreateDomainName(ctx, &apigw.DomainName{DomainName: "b.example.com"}, &control.Certificate{Body: "b", PrivateKey: "very-secret"}); err == nil || strings.Contains(err.Error(), "very-secret") {
		t.Errorf("a certificate that is none: %v", err)
	}
	if _, body := send(t, server, "POST", "/domainnames", `{"domainName":"c.example.com","endpointConfiguration":{"types":["WRONG"]}}`); !strings.Contains(body, "Value '[WRONG]' at 'createDomainNameInput.endpointConfiguration.types' failed to satisfy constraint") {
		t.Error(body)
	}
	if _, body := send(t, server, "POST", "/domainnames", `{"domainName":"d.example.com","endpointConfiguration":{},"certificateArn":"arn:aws:acm:us-east-1:1:certificate/a"}`); !strings.Contains(body, `"types":["EDGE"]`) {
		t.Error(body)
	}
	if err := c.DeleteDomainName(ctx, "d.example.com", ""); err != nil {
		t.Error(err)
	}
	// Terraform may leave the operations out altogether.
	if response, body := send(t, server, "PATCH", "/domainnames/"+name, `{}`); response.StatusCode != 200 || !strings.Contains(body, `"tags":{}`) {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if got, err := c.UpdateDomainName(ctx, name, "", []property.PatchOperation{{Op: "replace", Path: "/securityPolicy", Value: "TLS_1_0"}}); err != nil || got.SecurityPolicy != "TLS_1_0" {
		t.Errorf("%+v %v", got, err)
	}
	if list, err := c.GetDomainNames(ctx); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	api, err := c.CreateRestAPI(ctx, &apigw.RestAPI{Name: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	// Clients send empty members, and (none) escaped in the path.
	path := "/domainnames/" + name + "/basepathmappings"
	if _, body := send(t, server, "POST", path, `{"basePath":"","restApiId":"`+api.ID+`","stage":""}`); body != `{"basePath":"(none)","restApiId":"`+api.ID+`"}` {
		t.Errorf("%s, want a mapping of the name itself", body)
	}
	if text := log.String(); text != "" {
		t.Errorf("the log says %q, want nothing, and no secret least of all", text)
	}
	if _, body := send(t, server, "GET", path+"/%28none%29", ""); !strings.Contains(body, `"basePath":"(none)"`) {
		t.Error(body)
	}
	if m, err := c.UpdateBasePathMapping(ctx, name, "", "(none)", []property.PatchOperation{{Op: "replace", Path: "/basePath", Value: "v1"}}); err != nil || m.BasePath != "v1" {
		t.Errorf("%+v %v", m, err)
	}
	if m, err := c.GetBasePathMapping(ctx, name, "", "v1"); err != nil || m.RestAPIID != api.ID {
		t.Errorf("%+v %v", m, err)
	}
	if list, err := c.GetBasePathMappings(ctx, name, ""); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := c.CreateBasePathMapping(ctx, name, "", &apigw.BasePathMapping{BasePath: "v2", RestAPIID: api.ID}); err != nil {
		t.Error(err)
	}
	if err := c.DeleteBasePathMapping(ctx, name, "", "v1"); err != nil {
		t.Error(err)
	}
	if err := c.DeleteDomainName(ctx, name, ""); err != nil {
		t.Error(err)
	}
	if _, err := c.GetDomainName(ctx, name, ""); err == nil || !strings.Contains(err.Error(), "NotFoundException: Invalid domain name identifier specified") {
		t.Errorf("after its end: %v", err)
	}
}
