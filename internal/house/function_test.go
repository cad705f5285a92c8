package house_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"postern/internal/backend"
	"postern/internal/house"
)

// The AWS CLI makes a function and lets an API invoke it; it is there after a
// restart, with its code, its permission and its alias.
func TestAWSCLIMakesAFunctionThatSurvivesARestart(t *testing.T) {
	if os.Getenv("POSTERN_WITHOUT_AWSCLI") == "1" {
		t.Log("POSTERN_WITHOUT_AWSCLI=1: the AWS CLI is not run")
		return
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed, and the function needs it")
	}
	dir := filepath.Join(t.TempDir(), "data")
	archive := filepath.Join(t.TempDir(), "code.zip")
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("index.js")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write([]byte("exports.handler = async (e) => ({statusCode: 200, body: `${process.env.WORD} ${e.path}`});"))
	if err := errors.Join(err, w.Close(), os.WriteFile(archive, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	var path string
	t.Run("made", func(t *testing.T) {
		h, err := house.New(house.Config{DataDir: dir, Path: os.Getenv("PATH")})
		if err != nil {
			t.Fatal(err)
		}
		server := serve(t, h)
		fn := func(args ...string) map[string]any {
			t.Helper()
			return runService(t, server, "lambda", args...)
		}
		made := fn("create-function", "--function-name", "cli", "--runtime", "nodejs22.x", "--handler", "index.handler",
			"--role", "arn:aws:iam::000000000000:role/any", "--zip-file", "fileb://"+archive, "--environment", "Variables={WORD=hello}", "--publish")
		if made["Version"] != "1" || made["State"] != "Active" {
			t.Errorf("create-function answered %v", made)
		}
		fn("wait", "function-active-v2", "--function-name", "cli")
		fn("create-alias", "--function-name", "cli", "--name", "live", "--function-version", "1")
		api := runAWS(t, server, "create-rest-api", "--name", "cli")
		id, root := api["id"].(string), api["rootResourceId"].(string)
		at := []string{"--rest-api-id", id, "--resource-id", root, "--http-method", "GET"}
		runAWS(t, server, append([]string{"put-method", "--authorization-type", "NONE"}, at...)...)
		runAWS(t, server, append([]string{"put-integration", "--type", "AWS_PROXY", "--integration-http-method", "POST", "--uri",
			"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:cli:live/invocations"}, at...)...)
		runAWS(t, server, "create-deployment", "--rest-api-id", id, "--stage-name", "prod")
		path = "/restapis/" + id + "/prod/_user_request_/"
		wantBody(t, http.MethodGet, server+path, 500, `{"message": "Internal server error"}`)
		allow := []string{"add-permission", "--function-name", "cli", "--statement-id", "api", "--action", "lambda:InvokeFunction",
			"--principal", "apigateway.amazonaws.com", "--source-arn", "arn:aws:execute-api:us-east-1:000000000000:" + id + "/*/GET/"}
		fn(allow...)
		wantBody(t, http.MethodGet, server+path, 500, `{"message": "Internal server error"}`) // the alias has a policy of its own
		fn(append(allow, "--qualifier", "live")...)
		wantBody(t, http.MethodGet, server+path, 200, "hello /")
	})
	if t.Failed() {
		return
	}
	t.Run("restarted", func(t *testing.T) {
		h, err := house.New(house.Config{DataDir: dir, Path: os.Getenv("PATH")})
		if err != nil {
			t.Fatal(err)
		}
		server := serve(t, h)
		wantBody(t, http.MethodGet, server+path, 200, "hello /")
		in, out := filepath.Join(t.TempDir(), "in.json"), filepath.Join(t.TempDir(), "out.json")
		if err := os.WriteFile(in, []byte(`{"path":"/cli"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		answer := runService(t, server, "lambda", "invoke", "--function-name", "cli:live", "--payload", "fileb://"+in, "--log-type", "Tail", out)
		text, err := os.ReadFile(out)
		if err != nil || !strings.Contains(string(text), "hello /cli") || answer["ExecutedVersion"] != "1" || answer["LogResult"] == nil {
			t.Errorf("invoke answered %v with %s, %v", answer, text, err)
		}
		logged := runService(t, server, "logs", "filter-log-events", "--log-group-name", "/aws/lambda/cli", "--filter-pattern", "START")
		if events, _ := logged["events"].([]any); len(events) < 2 {
			t.Errorf("filter-log-events answered %v", logged)
		}
		runService(t, server, "lambda", "delete-function", "--function-name", "cli")
		wantBody(t, http.MethodGet, server+path, 500, `{"message": "Internal server error"}`)
	})
	if t.Failed() {
		return
	}
	// The archive that nobody uses goes with the next start.
	h, err := house.New(house.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "functions", "code", "*")); err != nil || len(left) > 0 {
		t.Errorf("code that nobody uses: %v, %v", left, err)
	}
}

// What nobody may make or has made is not invoked.
func TestFunctionsThatAreNotThere(t *testing.T) {
	h, err := house.New(house.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, h)
	_, err = h.Lambda.InvokeFunction(context.Background(), &backend.FunctionCall{ARN: "arn:aws:lambda:us-east-1:000000000000:function:nobody"})
	if !errors.Is(err, backend.ErrNoFunction) {
		t.Errorf("got %v", err)
	}
	res, err := http.Get(server + "/2015-03-31/functions/nobody")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var body struct{ Type, Message string }
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil || res.StatusCode != 404 || body.Type != "User" ||
		body.Message != "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody" || res.Header.Get("x-amzn-ErrorType") != "ResourceNotFoundException" {
		t.Errorf("got %d %+v, %v", res.StatusCode, body, err)
	}
}
