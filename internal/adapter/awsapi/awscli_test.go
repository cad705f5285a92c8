package awsapi_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postern/internal/adapter/awsapi"
	"postern/internal/control"
	"postern/internal/store"
)

// withoutAWSCLI is the variable that says there is no AWS CLI to test with.
const withoutAWSCLI = "POSTERN_WITHOUT_AWSCLI"

// An awsCLI runs the AWS CLI against a server with an empty store.
type awsCLI struct {
	t        *testing.T
	program  string
	endpoint string
	env      []string
}

// newAWSCLI returns nil if the environment says to do without.
func newAWSCLI(t *testing.T) *awsCLI {
	t.Helper()
	if os.Getenv(withoutAWSCLI) == "1" {
		t.Logf("%s=1: the AWS CLI is not run", withoutAWSCLI)
		return nil
	}
	program, err := exec.LookPath("aws")
	if err != nil {
		t.Fatalf("the program aws is not installed: install the AWS CLI (Debian: apt-get install awscli), or set %s=1 to do without this test", withoutAWSCLI)
	}
	server := httptest.NewServer(awsapi.NewServer(&control.Service{Store: store.NewMemory()}, nil))
	t.Cleanup(server.Close)
	nowhere := filepath.Join(t.TempDir(), "none")
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	return &awsCLI{t: t, program: program, endpoint: server.URL, env: append(env,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1",
		"AWS_CONFIG_FILE="+nowhere, "AWS_SHARED_CREDENTIALS_FILE="+nowhere, "AWS_EC2_METADATA_DISABLED=true",
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
	)}
}

func (a *awsCLI) run(args ...string) (stdout []byte, stderr string, err error) {
	a.t.Helper()
	args = append([]string{"--endpoint-url", a.endpoint, "--output", "json", "apigateway"}, args...)
	cmd := exec.CommandContext(a.t.Context(), a.program, args...)
	cmd.Env = a.env
	var errText strings.Builder
	cmd.Stderr = &errText
	stdout, err = cmd.Output()
	return stdout, errText.String(), err
}

// do runs a command that succeeds and returns its answer.
func (a *awsCLI) do(args ...string) map[string]any {
	a.t.Helper()
	stdout, stderr, err := a.run(args...)
	if err != nil {
		a.t.Fatalf("aws apigateway %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	answer := map[string]any{}
	if len(stdout) > 0 {
		if err := json.Unmarshal(stdout, &answer); err != nil {
			a.t.Fatalf("aws apigateway %s: %v\n%s", strings.Join(args, " "), err, stdout)
		}
	}
	return answer
}

// fail runs a command that fails with a kind of error and a message.
func (a *awsCLI) fail(kind, message string, args ...string) {
	a.t.Helper()
	_, stderr, err := a.run(args...)
	if err == nil || !strings.Contains(stderr, "("+kind+")") || !strings.Contains(stderr, message) {
		a.t.Errorf("aws apigateway %s: got %v %q, want %s: %s", strings.Join(args, " "), err, stderr, kind, message)
	}
}

// The AWS CLI makes, deploys, changes and removes an API.
func TestAWSCLI(t *testing.T) {
	a := newAWSCLI(t)
	if a == nil {
		return
	}
	text := func(m map[string]any, path ...string) string {
		t.Helper()
		var v any = m
		for _, p := range path {
			object, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("no member %v in %v", path, m)
			}
			v = object[p]
		}
		s, ok := v.(string)
		if !ok {
			t.Fatalf("member %v is %v in %v, want a text", path, v, m)
		}
		return s
	}

	created := a.do("create-rest-api", "--name", "pets", "--description", "all the pets", "--endpoint-configuration", "types=REGIONAL", "--tags", "team=zoo")
	api := text(created, "id")
	if date, ok := created["createdDate"]; !ok {
		t.Errorf("create-rest-api has no createdDate: %v", created)
	} else if _, isText := date.(string); !isText { // version 1 shows the number
		if _, isNumber := date.(float64); !isNumber {
			t.Errorf("createdDate is %v", date)
		}
	}
	resources := a.do("get-resources", "--rest-api-id", api)["items"].([]any)
	if len(resources) != 1 {
		t.Fatalf("get-resources of a new API: %v, want the root alone", resources)
	}
	root := text(resources[0].(map[string]any), "id")
	resource := text(a.do("create-resource", "--rest-api-id", api, "--parent-id", root, "--path-part", "{petId}"), "id")
	method := []string{"--rest-api-id", api, "--resource-id", resource, "--http-method", "GET"}
	on := func(command string, more ...string) []string {
		return append(append([]string{command}, method...), more...)
	}
	a.do(on("put-method", "--authorization-type", "NONE", "--request-parameters", "method.request.path.petId=true")...)
	a.do(on("put-method-response", "--status-code", "200", "--response-models", "application/json=Empty")...)
	integration := a.do(on("put-integration", "--type", "HTTP", "--integration-http-method", "GET", "--uri", "http://example.com/{id}",
		"--request-parameters", "integration.request.path.id=method.request.path.petId")...)
	if got := integration["timeoutInMillis"]; got != 29000.0 {
		t.Errorf("timeoutInMillis = %v, want 29000", got)
	}
	a.do(on("put-integration-response", "--status-code", "200", "--selection-pattern", "")...)
	if got := a.do(on("get-method")...); text(got, "methodIntegration", "integrationResponses", "200", "statusCode") != "200" {
		t.Errorf("get-method: %v", got)
	}
	updated := a.do(on("update-integration", "--patch-operations",
		"op=replace,path=/timeoutInMillis,value=5000", "op=add,path=/requestTemplates/application~1json,value=hello")...)
	if got := updated["timeoutInMillis"]; got != 5000.0 {
		t.Errorf("timeoutInMillis after update-integration = %v, want 5000", got)
	}

	deployment := text(a.do("create-deployment", "--rest-api-id", api, "--stage-name", "prod", "--variables", "color=blue"), "id")
	stages := a.do("get-stages", "--rest-api-id", api)["item"].([]any)
	if len(stages) != 1 || text(stages[0].(map[string]any), "deploymentId") != deployment {
		t.Errorf("get-stages: %v, want prod with deployment %s", stages, deployment)
	}
	stage := a.do("update-stage", "--rest-api-id", api, "--stage-name", "prod", "--patch-operations",
		"op=replace,path=/variables/color,value=green", "op=replace,path=/*/*/throttling/rateLimit,value=12.5")
	if got := text(stage, "variables", "color"); got != "green" {
		t.Errorf("stage variable = %q, want green", got)
	}
	if got := stage["methodSettings"].(map[string]any)["*/*"].(map[string]any)["throttlingRateLimit"]; got != 12.5 {
		t.Errorf("throttlingRateLimit = %v, want 12.5", got)
	}
	arn := "arn:aws:apigateway:us-east-1::/restapis/" + api
	a.do("tag-resource", "--resource-arn", arn, "--tags", "color=green")
	a.do("untag-resource", "--resource-arn", arn, "--tag-keys", "team")
	if got := a.do("get-tags", "--resource-arn", arn)["tags"].(map[string]any); len(got) != 1 || got["color"] != "green" {
		t.Errorf("get-tags: %v, want color=green alone", got)
	}

	a.fail("BadRequestException", "Active stages pointing to this deployment must be moved or deleted", "delete-deployment", "--rest-api-id", api, "--deployment-id", deployment)
	a.fail("NotImplementedException", "TestInvokeAuthorizer is not part of Postern yet", "test-invoke-authorizer", "--rest-api-id", api, "--authorizer-id", "a")
	a.do("delete-stage", "--rest-api-id", api, "--stage-name", "prod")
	a.do("delete-deployment", "--rest-api-id", api, "--deployment-id", deployment)
	a.do(on("delete-integration-response", "--status-code", "200")...)
	a.do(on("delete-method-response", "--status-code", "200")...)
	a.do(on("delete-integration")...)
	a.do(on("delete-method")...)
	a.fail("NotFoundException", "Invalid Method identifier specified", on("get-method")...)
	a.do("delete-resource", "--rest-api-id", api, "--resource-id", resource)
	a.do("delete-rest-api", "--rest-api-id", api)
	if got := a.do("get-rest-apis")["items"].([]any); len(got) != 0 {
		t.Errorf("get-rest-apis after the end: %v, want none", got)
	}
}
