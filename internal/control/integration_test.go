package control_test

import (
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
)

const lambdaURI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:f/invocations"

func TestIntegrationDefaults(t *testing.T) {
	for _, tt := range []struct {
		given, want apigw.Integration
	}{
		{
			given: apigw.Integration{Type: apigw.Mock, URI: "http://x", HTTPMethod: "POST", ConnectionType: apigw.Internet},
			want:  apigw.Integration{Type: apigw.Mock},
		},
		{
			given: apigw.Integration{Type: apigw.HTTP, URI: "http://x", HTTPMethod: "POST"},
			want:  apigw.Integration{Type: apigw.HTTP, URI: "http://x", HTTPMethod: "POST", ConnectionType: apigw.Internet},
		},
		{
			given: apigw.Integration{Type: apigw.AWSProxy, URI: lambdaURI, HTTPMethod: "POST", ConnectionType: apigw.Internet},
			want:  apigw.Integration{Type: apigw.AWSProxy, URI: lambdaURI, HTTPMethod: "POST"},
		},
	} {
		f := newFixture(t)
		k := f.method(f.api(), apigw.Method{})
		in, err := f.PutIntegration(t.Context(), k, &tt.given)
		if err != nil {
			t.Fatal(err)
		}
		if in.PassthroughBehavior != apigw.WhenNoMatch || in.Timeout != 29*time.Second || in.CacheNamespace != k.ResourceID {
			t.Errorf("%s: %+v", tt.given.Type, in)
		}
		if in.URI != tt.want.URI || in.HTTPMethod != tt.want.HTTPMethod || in.ConnectionType != tt.want.ConnectionType {
			t.Errorf("%s: got %q %q %q, want %q %q %q", tt.given.Type, in.URI, in.HTTPMethod, in.ConnectionType, tt.want.URI, tt.want.HTTPMethod, tt.want.ConnectionType)
		}
	}
}

func TestPutIntegrationRules(t *testing.T) {
	const badExpression = "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : ["
	maps := func(to, from string) apigw.Integration {
		return apigw.Integration{Type: apigw.Mock, RequestParameters: map[string]string{to: from}}
	}
	for _, tt := range []struct {
		name string
		in   apigw.Integration
		want string
	}{
		{name: "timeout too short", in: apigw.Integration{Type: apigw.Mock, Timeout: 49 * time.Millisecond}, want: "BadRequestException: Timeout should be between 50 ms and 29000 ms"},
		{name: "timeout too long", in: apigw.Integration{Type: apigw.Mock, Timeout: 30 * time.Second}, want: "BadRequestException: Timeout should be between 50 ms and 29000 ms"},
		{name: "declared", in: maps("integration.request.header.X", "method.request.header.h")},
		{name: "all values of what is declared", in: maps("integration.request.header.X", "method.request.multivalueheader.h")},
		{name: "not declared", in: maps("integration.request.header.X", "method.request.header.H"), want: badExpression + "Invalid mapping expression parameter specified: method.request.header.H]"},
		{name: "literal", in: maps("integration.request.header.X", "'x'")},
		{name: "no expression", in: maps("integration.request.header.X", "true"), want: badExpression + "Invalid mapping expression specified: true]"},
		{name: "of the response", in: maps("integration.request.header.X", "integration.response.header.X"), want: badExpression + "Invalid mapping expression specified: integration.response.header.X]"},
		{name: "to the response", in: maps("method.response.header.X", "'x'"), want: badExpression + "Invalid mapping expression specified: method.response.header.X]"},
		{name: "two complaints", in: apigw.Integration{Type: apigw.Mock, RequestParameters: map[string]string{"a": "'x'", "b": "'x'"}}, want: badExpression + "Invalid mapping expression specified: a, Invalid mapping expression specified: b]"},
		{name: "cache key", in: apigw.Integration{Type: apigw.Mock, CacheKeyParameters: []string{"method.request.header.h"}}},
		{name: "unknown cache key", in: apigw.Integration{Type: apigw.Mock, CacheKeyParameters: []string{"method.request.header.x"}}, want: "BadRequestException: Invalid cache key parameter specified"},
		{name: "both notations", in: apigw.Integration{Type: apigw.Mock, RequestParameters: map[string]string{"a": "b"}, RequestParametersInJSON: map[string]string{"a": "b"}}, want: "BadRequestException: requestParameters conflicts with requestParametersInJson"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			k := f.method(f.api(), apigw.Method{RequestParameters: map[string]bool{"method.request.header.h": false}})
			_, err := f.PutIntegration(t.Context(), k, &tt.in)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func TestPutIntegrationDropsItsResponses(t *testing.T) {
	f := newFixture(t)
	k := f.mock(f.api())
	r := apigw.ResponseKey{MethodKey: k, StatusCode: "200"}
	if _, err := f.PutIntegrationResponse(t.Context(), r, &apigw.IntegrationResponse{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.PutIntegration(t.Context(), k, &apigw.Integration{Type: apigw.Mock}); err != nil {
		t.Fatal(err)
	}
	_, err := f.GetIntegrationResponse(t.Context(), r)
	if wrong := refused(err, "NotFoundException: Invalid Response status code specified"); wrong != "" {
		t.Error(wrong)
	}
}

func TestUpdateIntegration(t *testing.T) {
	put := apigw.Integration{
		Type: apigw.HTTP, HTTPMethod: "GET", URI: "http://a.example/",
		RequestParameters:  map[string]string{"integration.request.header.H": "method.request.header.h"},
		CacheKeyParameters: []string{"method.request.header.h"},
	}
	for _, tt := range []struct {
		name string
		ops  []property.PatchOperation
		want string
	}{
		{name: "nothing"},
		{name: "link before its identifier", ops: []property.PatchOperation{replace("/connectionType", "VPC_LINK"), replace("/connectionId", "abc")}},
		{name: "link without identifier", ops: []property.PatchOperation{replace("/connectionType", "VPC_LINK")}, want: "BadRequestException: ConnectionId should be set to the vpcLinkId or stage variable on connection type VPC_LINK"},
		{name: "TLS where there was none", ops: []property.PatchOperation{replace("/tlsConfig/insecureSkipVerification", "true")}},
		{name: "template with an escaped key", ops: []property.PatchOperation{add("/requestTemplates/application~1json", "")}},
		{name: "template with a bare key", ops: []property.PatchOperation{add("/requestTemplates/application/json", "{}")}},
		{name: "cache key again", ops: []property.PatchOperation{add("/cacheKeyParameters/method.request.header.h", ""), replace("/cacheKeyParameters/method.request.header.h", "")}},
		{name: "cache key of nothing", ops: []property.PatchOperation{add("/cacheKeyParameters/method.request.header.x", "")}, want: "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.header.x]"},
		{name: "the mapping takes its cache key along", ops: []property.PatchOperation{remove("/requestParameters/integration.request.header.H"), remove("/cacheKeyParameters/method.request.header.h")}, want: "NotFoundException: Invalid parameter name specified"},
		{name: "timeout is no number", ops: []property.PatchOperation{replace("/timeoutInMillis", "soon")}, want: "BadRequestException: Timeout should be between 50 ms and 29000 ms"},
		{name: "timeout 0", ops: []property.PatchOperation{replace("/timeoutInMillis", "0")}, want: "BadRequestException: Timeout should be between 50 ms and 29000 ms"},
		{name: "type", ops: []property.PatchOperation{replace("/type", "MOCK")}, want: "BadRequestException: Invalid patch path /type"},
		{name: "no address any more", ops: []property.PatchOperation{replace("/uri", "")}, want: "BadRequestException: Invalid HTTP endpoint specified for URI"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			k := f.method(f.api(), apigw.Method{RequestParameters: map[string]bool{"method.request.header.h": false}})
			before, err := f.PutIntegration(t.Context(), k, &put)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.UpdateIntegration(t.Context(), k, tt.ops)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
			after, err := f.GetIntegration(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && (after.ConnectionType != before.ConnectionType || len(after.RequestParameters) != 1 || len(after.CacheKeyParameters) != 1) {
				t.Errorf("a refused update left %+v", after)
			}
		})
	}
}

func TestIntegrationResponseRules(t *testing.T) {
	pattern := func(s string) *string { return &s }
	for _, tt := range []struct {
		name   string
		status string
		r      apigw.IntegrationResponse
		want   string
	}{
		{name: "second default", status: "500", r: apigw.IntegrationResponse{SelectionPattern: pattern("")}, want: "ConflictException: Integration response with selection pattern default already exists"},
		{name: "same status", status: "200", r: apigw.IntegrationResponse{SelectionPattern: pattern("2..")}},
		{name: "another pattern", status: "500", r: apigw.IntegrationResponse{SelectionPattern: pattern(`5\d{2}`)}},
		{name: "Java's possessive quantifier", status: "500", r: apigw.IntegrationResponse{SelectionPattern: pattern(`5.*+`)}},
		{name: "no pattern", status: "500", r: apigw.IntegrationResponse{SelectionPattern: pattern("(")}, want: "BadRequestException: Invalid regex pattern specified"},
		{name: "no method response", status: "500", r: apigw.IntegrationResponse{SelectionPattern: pattern("5"), ResponseParameters: map[string]string{"method.response.header.X": "'x'"}}, want: "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [No method response exists for method.]"},
		{name: "header not declared", status: "200", r: apigw.IntegrationResponse{ResponseParameters: map[string]string{"method.response.header.Y": "'x'"}}, want: "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.response.header.Y]"},
		{name: "header declared", status: "200", r: apigw.IntegrationResponse{ResponseParameters: map[string]string{"method.response.header.X": "integration.response.body.a.b"}}},
		{name: "from the request", status: "200", r: apigw.IntegrationResponse{ResponseParameters: map[string]string{"method.response.header.X": "method.request.header.X"}}, want: "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: method.request.header.X]"},
		{name: "empty mapping", status: "200", r: apigw.IntegrationResponse{ResponseParameters: map[string]string{"method.response.header.X": ""}}, want: "BadRequestException: Invalid null or empty value in responseParameters"},
		{name: "template of no media type", status: "200", r: apigw.IntegrationResponse{ResponseTemplates: map[string]string{"123": "x"}}, want: "BadRequestException: Validation Result: warnings : [], errors : [Invalid content type specified: 123]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			k := f.mock(f.api())
			ok := apigw.ResponseKey{MethodKey: k, StatusCode: "200"}
			if _, err := f.PutMethodResponse(t.Context(), ok, &apigw.MethodResponse{ResponseParameters: map[string]bool{"method.response.header.X": true}}); err != nil {
				t.Fatal(err)
			}
			if _, err := f.PutIntegrationResponse(t.Context(), ok, &apigw.IntegrationResponse{}); err != nil {
				t.Fatal(err)
			}
			_, err := f.PutIntegrationResponse(t.Context(), apigw.ResponseKey{MethodKey: k, StatusCode: tt.status}, &tt.r)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func TestIntegrationResponseNeedsAnIntegration(t *testing.T) {
	f := newFixture(t)
	k := f.method(f.api(), apigw.Method{})
	r := apigw.ResponseKey{MethodKey: k, StatusCode: "200"}
	_, err := f.PutIntegrationResponse(t.Context(), r, &apigw.IntegrationResponse{})
	if wrong := refused(err, "NotFoundException: No integration defined for method"); wrong != "" {
		t.Error(wrong)
	}
	nowhere := k
	nowhere.HTTPMethod = "POST"
	if wrong := refused(f.DeleteIntegration(t.Context(), nowhere), "NotFoundException: Invalid Integration identifier specified"); wrong != "" {
		t.Error(wrong)
	}
}
