package awsapi_test

import (
	"strings"
	"testing"

	"postern/internal/adapter/awsapi"
	"postern/internal/property"
)

func TestClientCertificatesOnTheWire(t *testing.T) {
	server := newServer(t)
	c := &awsapi.Client{Endpoint: server.URL}
	ctx := t.Context()
	made, err := c.GenerateClientCertificate(ctx, "d", map[string]string{"a": "b"})
	if err != nil || made.ID == "" || made.Tags["a"] != "b" || !made.ExpirationDate.After(made.CreatedDate) {
		t.Fatalf("%+v %v", made, err)
	}
	if _, body := send(t, server, "GET", "/clientcertificates", ""); !strings.Contains(body, "BEGIN CERTIFICATE") || strings.Contains(body, "PRIVATE KEY") {
		t.Errorf("%s, want the certificate and not its key", body)
	}
	if got, err := c.UpdateClientCertificate(ctx, made.ID, []property.PatchOperation{{Op: "replace", Path: "/description", Value: "e"}}); err != nil || got.Description != "e" {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := c.GetClientCertificate(ctx, made.ID); err != nil || got.PEM != made.PEM {
		t.Errorf("%+v %v", got, err)
	}
	if list, err := c.GetClientCertificates(ctx); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	if err := c.DeleteClientCertificate(ctx, made.ID); err != nil {
		t.Error(err)
	}
	if err := c.DeleteClientCertificate(ctx, made.ID); err == nil || !strings.Contains(err.Error(), "NotFoundException") {
		t.Errorf("deleted twice: %v", err)
	}
}
