package apigw_test

import (
	"reflect"
	"testing"

	"postern/internal/apigw"
	"postern/internal/property"
)

// later is a value that is not known yet.
type later string

func (later) PropertyPlaceholder() {}

func TestMapsInJSONBecomeTheRealOnes(t *testing.T) {
	in := &apigw.Integration{}
	errs := apigw.FromTemplate(property.TerraformType, in, in.Properties(), map[string]any{
		"Type":                    "MOCK",
		"RequestParametersInJson": `{"integration.request.header.X":"'a'"}`,
	})
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	if w := errs.Warnings(); len(w) != 1 || w[0].Kind != property.Old {
		t.Errorf("warnings: got %v, want one of a deprecated property", w)
	}
	if want := map[string]string{"integration.request.header.X": "'a'"}; !reflect.DeepEqual(in.RequestParameters, want) || in.RequestParametersInJSON != nil {
		t.Errorf("got %v and %v, want %v and nothing", in.RequestParameters, in.RequestParametersInJSON, want)
	}

	m := &apigw.Method{}
	errs = apigw.FromTemplate(property.TerraformType, m, m.Properties(), map[string]any{
		"HttpMethod":              "GET",
		"RequestParametersInJson": `{"method.request.path.id":true,"method.request.header.X":"false"}`,
	})
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	if want := map[string]bool{"method.request.path.id": true, "method.request.header.X": false}; !reflect.DeepEqual(m.RequestParameters, want) {
		t.Errorf("got %v, want %v", m.RequestParameters, want)
	}
}

func TestMapsInJSONConflict(t *testing.T) {
	for _, tt := range []struct {
		noun property.Noun
		in   map[string]any
		want string
	}{
		{&apigw.Integration{}, map[string]any{"Type": "MOCK", "RequestParameters": map[string]any{"a": "b"}, "RequestParametersInJson": `{"a":"b"}`},
			"RequestParametersInJson: request_parameters conflicts with request_parameters_in_json"},
		{&apigw.Method{}, map[string]any{"HttpMethod": "GET", "RequestParameters": map[string]any{"a": true}, "RequestParametersInJson": `{"a":true}`},
			"RequestParametersInJson: request_parameters conflicts with request_parameters_in_json"},
		{&apigw.IntegrationResponse{}, map[string]any{"StatusCode": "200", "ResponseParameters": map[string]any{"a": "b"}, "ResponseParametersInJson": `{"a":"b"}`},
			"ResponseParametersInJson: response_parameters conflicts with response_parameters_in_json"},
		{&apigw.MethodResponse{}, map[string]any{"StatusCode": "200", "ResponseParameters": map[string]any{"a": true}, "ResponseParametersInJson": `{"a":true}`},
			"ResponseParametersInJson: response_parameters conflicts with response_parameters_in_json"},
		{&apigw.Integration{}, map[string]any{"Type": "MOCK", "RequestParameters": map[string]any{}, "RequestParametersInJson": `{"a":"b"}`}, ""},
		{&apigw.Integration{}, map[string]any{"Type": "MOCK", "RequestParameters": map[string]any{"a": "b"}, "RequestParametersInJson": later("x")}, ""},
	} {
		got := ""
		if err := apigw.FromTemplate(property.TerraformType, tt.noun, tt.noun.Properties(), tt.in).Err(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%T %v\ngot  %q\nwant %q", tt.noun, tt.in, got, tt.want)
		}
	}
}
