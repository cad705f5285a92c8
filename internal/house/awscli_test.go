package house_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"postern/internal/house"
)

// The AWS CLI makes an API with a MOCK and an HTTP_PROXY method, deploys it, and
// what it deployed answers. POSTERN_WITHOUT_AWSCLI=1 does without the test where
// there is no AWS CLI.
func TestAWSCLIDeploysWhatAnswers(t *testing.T) {
	if os.Getenv("POSTERN_WITHOUT_AWSCLI") == "1" {
		t.Log("POSTERN_WITHOUT_AWSCLI=1: the AWS CLI is not run")
		return
	}
	h, err := house.New(house.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, h)
	backend := httptest.NewServer(&backendRecorder{})
	t.Cleanup(backend.Close)

	aws := func(args ...string) map[string]any {
		t.Helper()
		return runAWS(t, server, args...)
	}
	api := aws("create-rest-api", "--name", "cli")
	id, root := api["id"].(string), api["rootResourceId"].(string)
	at := func(resource, verb string) []string {
		return []string{"--rest-api-id", id, "--resource-id", resource, "--http-method", verb}
	}
	pets := aws("create-resource", "--rest-api-id", id, "--parent-id", root, "--path-part", "pets")["id"].(string)
	pet := aws("create-resource", "--rest-api-id", id, "--parent-id", pets, "--path-part", "{id}")["id"].(string)

	aws(append([]string{"put-method", "--authorization-type", "NONE"}, at(root, "GET")...)...)
	aws(append([]string{"put-method-response", "--status-code", "200"}, at(root, "GET")...)...)
	aws(append([]string{"put-integration", "--type", "MOCK", "--request-templates", `{"application/json":"{\"statusCode\": 200}"}`}, at(root, "GET")...)...)
	aws(append([]string{"put-integration-response", "--status-code", "200", "--selection-pattern", "",
		"--response-templates", `{"application/json":"{\"stage\": \"$context.stage\", \"v\": \"$stageVariables.v\"}"}`}, at(root, "GET")...)...)

	aws(append([]string{"put-method", "--authorization-type", "NONE", "--request-parameters", "method.request.path.id=true"}, at(pet, "ANY")...)...)
	in := aws(append([]string{"put-integration", "--type", "HTTP_PROXY", "--integration-http-method", "ANY", "--uri", backend.URL + "/animals/{id}",
		"--request-parameters", "integration.request.path.id=method.request.path.id", "--timeout-in-millis", "5000"}, at(pet, "ANY")...)...)
	if in["timeoutInMillis"] != 5000.0 || in["connectionType"] != "INTERNET" {
		t.Errorf("put-integration answered %v", in)
	}
	aws("create-deployment", "--rest-api-id", id, "--stage-name", "prod", "--variables", "v=1")

	base := server + "/restapis/" + id + "/prod/_user_request_"
	wantBody(t, http.MethodGet, base+"/", 200, `{"stage": "prod", "v": "1"}`)
	wantBody(t, http.MethodDelete, base+"/pets/7", 200, `{"body":"","method":"DELETE","path":"/animals/7"}`+"\n")

	aws("update-stage", "--rest-api-id", id, "--stage-name", "prod", "--patch-operations", "op=replace,path=/variables/v,value=2")
	wantBody(t, http.MethodGet, base+"/", 200, `{"stage": "prod", "v": "2"}`)
	aws("delete-stage", "--rest-api-id", id, "--stage-name", "prod")
	wantBody(t, http.MethodGet, base+"/", 403, `{"message":"Forbidden"}`)
}

func wantBody(t *testing.T, method, url string, status int, body string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != status || string(got) != body {
		t.Errorf("%s %s: got %d %s, want %d %s", method, url, res.StatusCode, got, status, body)
	}
}

// runAWS runs one command of aws apigateway and returns its answer.
func runAWS(t *testing.T, server string, args ...string) map[string]any {
	t.Helper()
	return runService(t, server, "apigateway", args...)
}

// runService runs one command of the AWS CLI and returns its answer.
func runService(t *testing.T, server, service string, args ...string) map[string]any {
	t.Helper()
	program, err := exec.LookPath("aws")
	if err != nil {
		t.Fatal("the program aws is not installed: install the AWS CLI (Debian: apt-get install awscli), or set POSTERN_WITHOUT_AWSCLI=1")
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	cmd := exec.CommandContext(t.Context(), program, append([]string{"--endpoint-url", server, "--output", "json", service}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1",
		"AWS_PAGER=", "AWS_CONFIG_FILE="+nowhere, "AWS_SHARED_CREDENTIALS_FILE="+nowhere, "AWS_EC2_METADATA_DISABLED=true", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	answer := map[string]any{}
	if len(out) > 0 {
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatalf("aws %s: %v\n%s", args[0], err, out)
		}
	}
	return answer
}
