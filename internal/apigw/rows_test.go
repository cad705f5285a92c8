package apigw_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"postern/internal/apigw"
	"postern/internal/property"
)

// nouns makes one empty value of every noun.
func nouns() []property.Noun {
	return []property.Noun{
		&apigw.Account{}, &apigw.APIKey{}, &apigw.APIStage{}, &apigw.Quota{}, &apigw.UsagePlan{}, &apigw.UsagePlanKey{},
		&apigw.AccessLogSettings{}, &apigw.Authorizer{}, &apigw.CanarySettings{}, &apigw.BasePathMapping{}, &apigw.ClientCertificate{}, &apigw.DomainName{}, &apigw.DomainNameAccessAssociation{}, &apigw.MutualTLS{}, &apigw.Deployment{},
		&apigw.DocumentationLocation{}, &apigw.DocumentationPart{}, &apigw.DocumentationSnapshot{}, &apigw.DocumentationVersion{},
		&apigw.EndpointConfiguration{}, &apigw.GatewayResponse{}, &apigw.Integration{},
		&apigw.IntegrationResponse{}, &apigw.Method{}, &apigw.MethodResponse{}, &apigw.MethodSetting{},
		&apigw.Model{}, &apigw.RequestValidator{}, &apigw.Resource{}, &apigw.RestAPI{},
		&apigw.Snapshot{}, &apigw.Stage{}, &apigw.ThrottleSettings{}, &apigw.TLSConfig{}, &apigw.VPCLink{},
	}
}

// Every field of a noun is bound to a row, so that a sample leaves none zero.
func TestRowsAreWhole(t *testing.T) {
	for _, n := range nouns() {
		property.Sample(n.Properties())
		v := reflect.ValueOf(n).Elem()
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%T: no row fills the field %s", n, v.Type().Field(i).Name)
			}
		}
	}
}

// What one surface writes, it reads back: through JSON, as a client would.
func TestSurfacesBringValuesBack(t *testing.T) {
	for _, s := range property.Surfaces() {
		for i, n := range nouns() {
			t.Run(fmt.Sprintf("%s/%T", s.Name, n), func(t *testing.T) {
				property.Sample(n.Properties())
				text, err := json.Marshal(property.Encode(s, n.Properties()))
				if err != nil {
					t.Fatal(err)
				}
				var in map[string]any
				if err := json.Unmarshal(text, &in); err != nil {
					t.Fatal(err)
				}
				back := nouns()[i]
				rows := back.Properties()
				// A template does not give what the gateway sets.
				for j := range rows {
					rows[j].Is &^= property.ReadOnly | property.Required
				}
				if errs := property.Decode(s, rows, in).Failures(); len(errs) > 0 {
					t.Fatalf("%s\n%v", text, errs)
				}
				again, err := json.Marshal(property.Encode(s, back.Properties()))
				if err != nil {
					t.Fatal(err)
				}
				if string(again) != string(text) {
					t.Errorf("got  %s\nwant %s", again, text)
				}
			})
		}
	}
}

// No two rows of a noun share a name on any surface.
func TestNamesAreUnique(t *testing.T) {
	for _, s := range property.Surfaces() {
		for _, n := range nouns() {
			seen := map[string]string{}
			rows := n.Properties()
			for i := range rows {
				name := s.NameOf(&rows[i])
				if name == "" {
					continue
				}
				if other, twice := seen[name]; twice {
					t.Errorf("%s: %T calls both %s and %s %q", s.Name, n, other, rows[i].Name, name)
				}
				seen[name] = rows[i].Name
			}
		}
	}
}
