package awsapi_test

import (
	"strings"
	"testing"

	"postern/internal/adapter/awsapi"
	"postern/internal/apigw"
)

func TestWhatIsNotGenerated(t *testing.T) {
	server := newServer(t)
	c := &awsapi.Client{Endpoint: server.URL}
	api, err := c.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	if _, err := c.PutMethod(t.Context(), k, &apigw.Method{AuthorizationType: "NONE"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutIntegration(t.Context(), k, &apigw.Integration{Type: apigw.Mock}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateDeployment(t.Context(), api.ID, awsapi.DeploymentInput{StageName: "prod"}); err != nil {
		t.Fatal(err)
	}
	stage := "/restapis/" + api.ID + "/stages/"
	for _, tt := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/sdktypes/java", 200, `"name":"java.package-name","required":true`},
		{"GET", "/sdktypes/cobol", 404, "Invalid SDK type specified"},
		{"GET", "/sdktypes?limit=-1", 200, `{"item":[]}`},
		{"GET", stage + "prod/sdks/java", 501, "GetSdk is not part of Postern: it generates no clients"},
		{"GET", stage + "prod/sdks/cobol", 404, "Invalid SDK type specified"},
		{"GET", stage + "dev/sdks/java", 404, "Invalid stage identifier specified"},
		{"DELETE", stage + "prod/cache/data", 202, ""},
		{"DELETE", stage + "prod/cache/authorizers", 202, ""},
		{"DELETE", stage + "dev/cache/data", 404, "Invalid stage identifier specified"},
		{"POST", "/domainnameaccessassociations", 400, "3 validation errors detected: "},
		{"GET", "/domainnameaccessassociations?resourceOwner=ALL", 400, "Member must satisfy enum value set: [SELF, OTHER_ACCOUNTS]"},
		{"POST", "/rejectdomainnameaccessassociations", 400, "2 validation errors detected: "},
	} {
		if response, body := send(t, server, tt.method, tt.path, ""); response.StatusCode != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s %s: %d %s, want %d with %s", tt.method, tt.path, response.StatusCode, body, tt.status, tt.want)
		}
	}
	// Pages of the fixed list.
	found, position := 0, ""
	for range 10 {
		_, body := send(t, server, "GET", "/sdktypes?limit=4&position="+position, "")
		found += strings.Count(body, `"friendlyName":"`) - strings.Count(body, `"required"`)
		_, rest, more := strings.Cut(body, `"position":"`)
		if !more {
			break
		}
		position, _, _ = strings.Cut(rest, `"`)
	}
	if found != 6 {
		t.Errorf("%d SDK types on all pages, want 6", found)
	}
}
