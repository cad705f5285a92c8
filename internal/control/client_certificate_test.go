package control_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func TestClientCertificatesAreRealOnes(t *testing.T) {
	f := newFixture(t)
	c, err := f.GenerateClientCertificate(t.Context(), "d", nil)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode([]byte(c.PEM))
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Fatalf("%s is not one certificate", c.PEM)
	}
	x, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := x.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 {
		t.Errorf("the key is %T, want RSA with 2048 bits", x.PublicKey)
	}
	if life := x.NotAfter.Sub(x.NotBefore); life != 365*24*time.Hour || !c.ExpirationDate.Equal(x.NotAfter) || !c.CreatedDate.Equal(x.NotBefore) {
		t.Errorf("valid from %s to %s and said %s to %s, want 365 days", x.NotBefore, x.NotAfter, c.CreatedDate, c.ExpirationDate)
	}
	roots := x509.NewCertPool()
	roots.AddCert(x)
	if _, err := x.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: x.NotBefore.Add(time.Hour), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Errorf("who trusts the certificate does not accept it: %v", err)
	}
	pair, err := f.KeyPair(t.Context(), c.ID)
	if err != nil || len(pair.Certificate) != 1 {
		t.Fatalf("%v %v", pair, err)
	}
	for name, value := range property.Encode(property.Wire, c.Properties()) {
		if text, ok := value.(string); ok && strings.Contains(text, "PRIVATE") {
			t.Errorf("%s shows the private key", name)
		}
	}
}

func TestStagesHoldTheirCertificate(t *testing.T) {
	f := newFixture(t)
	api := f.stages()
	c, err := f.GenerateClientCertificate(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.UpdateStage(t.Context(), api.ID, "prod", []property.PatchOperation{replace("/clientCertificateId", c.ID)}); err != nil {
		t.Fatal(err)
	}
	wrong := refused(f.DeleteClientCertificate(t.Context(), c.ID), "ConflictException: Cannot delete client certificate '"+c.ID+"', is referenced in stage: "+api.ID+"/prod")
	if wrong != "" {
		t.Error(wrong)
	}
	if _, err := f.UpdateStage(t.Context(), api.ID, "prod", []property.PatchOperation{replace("/clientCertificateId", "")}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteClientCertificate(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	for _, key := range f.keys() {
		if strings.HasPrefix(key, "client") {
			t.Errorf("%s is left over", key)
		}
	}
	for what, err := range map[string]error{
		"delete": f.DeleteClientCertificate(t.Context(), c.ID),
		"get":    func() error { _, err := f.GetClientCertificate(t.Context(), c.ID); return err }(),
		"key":    func() error { _, err := f.KeyPair(t.Context(), c.ID); return err }(),
	} {
		if wrong := refused(err, "NotFoundException: Invalid Client Certificate identifier specified"); wrong != "" {
			t.Errorf("%s: %s", what, wrong)
		}
	}
}

func TestUpdateClientCertificate(t *testing.T) {
	f := newFixture(t)
	c, err := f.GenerateClientCertificate(t.Context(), "d", nil)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = f.UpdateClientCertificate(t.Context(), c.ID, []property.PatchOperation{replace("/description", "e")}); err != nil || c.Description != "e" {
		t.Errorf("%+v %v", c, err)
	}
	_, err = f.UpdateClientCertificate(t.Context(), c.ID, []property.PatchOperation{replace("/pemEncodedCertificate", "x")})
	if wrong := refused(err, "BadRequestException: Invalid patch path  '/pemEncodedCertificate' specified for op 'replace'. Must be one of: [/description]"); wrong != "" {
		t.Error(wrong)
	}
	_, err = f.GenerateClientCertificate(t.Context(), "", map[string]string{"aws:a": "b"})
	if wrong := refused(err, "BadRequestException: aws: prefixed"); wrong != "" {
		t.Error(wrong)
	}
	var list []*apigw.ClientCertificate
	if list, _, err = f.GetClientCertificates(t.Context(), control.Page{Limit: 5}); err != nil || len(list) != 1 {
		t.Errorf("%v %v, want one", list, err)
	}
}
