package awsapi_test

import (
	"strings"
	"testing"

	"postern/internal/adapter/awsapi"
	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func TestDocumentationOnTheWire(t *testing.T) {
	server := newServer(t)
	c := &awsapi.Client{Endpoint: server.URL}
	ctx := t.Context()
	api, err := c.CreateRestAPI(ctx, &apigw.RestAPI{Name: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	parts := "/restapis/" + api.ID + "/documentation/parts"
	// Terraform sends all members of a location, the unset ones empty.
	_, body := send(t, server, "POST", parts, `{"location":{"type":"METHOD","path":"/","method":"GET","statusCode":"","name":""},"properties":"{ \"a\": 1}"}`)
	if want := `"location":{"method":"GET","path":"/","type":"METHOD"},"properties":"{ \"a\": 1}"`; !strings.Contains(body, want) {
		t.Errorf("%s, want %s", body, want)
	}
	for _, tt := range []struct{ body, want string }{
		{`{}`, "2 validation errors detected: Value null at 'createDocumentationPartInput.location' failed to satisfy constraint: Member must not be null; Value null at 'createDocumentationPartInput.properties'"},
		{`{"location":{},"properties":"{}"}`, "Value null at 'createDocumentationPartInput.location.type'"},
		{`{"location":{"type":"PAGE"},"properties":"{}"}`, "Value 'PAGE' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: ["},
	} {
		if _, body := send(t, server, "POST", parts, tt.body); !strings.Contains(body, tt.want) {
			t.Errorf("%s: %s, want %s", tt.body, body, tt.want)
		}
	}
	ids, warnings, err := c.ImportDocumentationParts(ctx, api.ID, []byte(`{"swagger":"2.0","x-amazon-apigateway-documentation":{"documentationParts":[
		{"location":{"type":"API"},"properties":{"description":"d"}}, {"location":{"type":"MODEL"},"properties":{}}]}}`), true, false)
	if err != nil || len(ids) != 1 || len(warnings) != 1 {
		t.Fatalf("%v %v %v, want one part and one warning", ids, warnings, err)
	}
	part, err := c.UpdateDocumentationPart(ctx, api.ID, ids[0], []property.PatchOperation{{Op: "replace", Path: "/properties", Value: "{}"}})
	if err != nil || part.Text != "{}" {
		t.Errorf("%+v %v", part, err)
	}
	if part, err = c.GetDocumentationPart(ctx, api.ID, ids[0]); err != nil || part.Location.Type != "API" {
		t.Errorf("%+v %v", part, err)
	}
	if list, err := c.GetDocumentationParts(ctx, api.ID, control.DocumentationFilter{Type: "API"}); err != nil || len(list) != 1 {
		t.Errorf("%+v %v, want one", list, err)
	}
	if list, err := c.GetDocumentationParts(ctx, api.ID, control.DocumentationFilter{Undocumented: true, Name: "Empty"}); err != nil || len(list) != 1 || list[0].ID != "" {
		t.Errorf("%+v %v, want the model that has no part", list, err)
	}
	v, err := c.CreateDocumentationVersion(ctx, api.ID, &apigw.DocumentationVersion{Version: "v 1/2", Description: "d"}, "")
	if err != nil || v.Version != "v 1/2" || v.Description != "d" {
		t.Fatalf("%+v %v", v, err)
	}
	if v, err = c.UpdateDocumentationVersion(ctx, api.ID, v.Version, []property.PatchOperation{{Op: "replace", Path: "/description", Value: "e"}}); err != nil || v.Description != "e" {
		t.Errorf("%+v %v", v, err)
	}
	if list, err := c.GetDocumentationVersions(ctx, api.ID); err != nil || len(list) != 1 {
		t.Errorf("%+v %v, want one", list, err)
	}
	if err := c.DeleteDocumentationVersion(ctx, api.ID, v.Version); err != nil {
		t.Error(err)
	}
	if _, err := c.GetDocumentationVersion(ctx, api.ID, v.Version); err == nil || !strings.Contains(err.Error(), "NotFoundException") {
		t.Errorf("after its end: %v", err)
	}
	if err := c.DeleteDocumentationPart(ctx, api.ID, ids[0]); err != nil {
		t.Error(err)
	}
	if response, _ := send(t, server, "DELETE", parts+"/"+ids[0], ""); response.StatusCode != 404 {
		t.Errorf("deleted twice: %d", response.StatusCode)
	}
	if response, _ := send(t, server, "PUT", parts+"?mode=append", "{}"); response.Header.Get("x-amzn-ErrorType") != "ValidationException" {
		t.Errorf("an unknown mode: %v", response.Header)
	}
}
