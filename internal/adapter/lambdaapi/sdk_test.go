package lambdaapi_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"

	"postern/internal/adapter/lambdaapi"
	"postern/internal/function"
	ours "postern/internal/lambda"
	"postern/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const role = "arn:aws:iam::000000000000:role/lambda"

// A world is a server with functions that run.
type world struct {
	t       *testing.T
	ctx     context.Context
	service *ours.Service
	journal *ours.Journal
	server  *httptest.Server
	*lambda.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), journal: &ours.Journal{}}
	runner := &function.Runner{}
	w.service = &ours.Service{Store: store.NewMemory(), Codes: &ours.Codes{Dir: filepath.Join(t.TempDir(), "code")}, Runner: runner, Log: w.journal.Add}
	w.server = httptest.NewServer(lambdaapi.NewServer(w.service, nil))
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		w.server.Close()
		if err := runner.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Client = lambda.New(lambda.Options{
		BaseEndpoint: &w.server.URL, Region: "us-east-1", HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
	return w
}

// zipped makes an archive of files and contents in turn.
func zipped(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed, and functions of this runtime need it", program)
	}
}

// must fails a test on an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantException fails a test unless err is an exception with a message.
func wantException(t *testing.T, err error, code, message string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got %v, want %s", err, code)
	}
	if api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), message) {
		t.Errorf("got %s: %s, want %s: %s", api.ErrorCode(), api.ErrorMessage(), code, message)
	}
}

const echo = `exports.handler = async (event, context) => {
  console.log('seen ' + process.env.WORD);
  if (event.fail) throw new Error('as you wish');
  return {event, word: process.env.WORD, version: context.functionVersion, arn: context.invokedFunctionArn};
};`

// create makes a function called hello.
func (w *world) create(edit func(*lambda.CreateFunctionInput)) *lambda.CreateFunctionOutput {
	w.t.Helper()
	in := &lambda.CreateFunctionInput{
		FunctionName: aws.String("hello"), Runtime: types.RuntimeNodejs22x, Role: aws.String(role), Handler: aws.String("index.handler"),
		Code:        &types.FunctionCode{ZipFile: zipped(w.t, "index.js", echo)},
		Environment: &types.Environment{Variables: map[string]string{"WORD": "one"}},
		Tags:        map[string]string{"team": "red"},
	}
	if edit != nil {
		edit(in)
	}
	return must[*lambda.CreateFunctionOutput](w.t)(w.CreateFunction(w.ctx, in))
}

// call invokes hello and returns its answer.
func (w *world) call(qualifier, payload string) map[string]any {
	w.t.Helper()
	in := &lambda.InvokeInput{FunctionName: aws.String("hello"), Payload: []byte(payload)}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	out := must[*lambda.InvokeOutput](w.t)(w.Invoke(w.ctx, in))
	if out.FunctionError != nil {
		w.t.Fatalf("%s: %s", *out.FunctionError, out.Payload)
	}
	answer := map[string]any{}
	if err := json.Unmarshal(out.Payload, &answer); err != nil {
		w.t.Fatalf("%s: %v", out.Payload, err)
	}
	return answer
}

func TestAFunctionFromItsMakingToItsEnd(t *testing.T) {
	need(t, "node")
	w := newWorld(t)
	made := w.create(nil)
	if got := *made.FunctionArn; got != "arn:aws:lambda:us-east-1:000000000000:function:hello" {
		t.Errorf("ARN %s", got)
	}
	if made.State != types.StateActive || made.LastUpdateStatus != types.LastUpdateStatusSuccessful || *made.Version != "$LATEST" {
		t.Errorf("state %s, update %s, version %s", made.State, made.LastUpdateStatus, *made.Version)
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$`).MatchString(*made.LastModified) {
		t.Errorf("last modified %s", *made.LastModified)
	}
	if *made.Timeout != 3 || *made.MemorySize != 128 || made.PackageType != types.PackageTypeZip || made.Architectures[0] != types.ArchitectureX8664 ||
		made.EphemeralStorage.Size == nil || *made.EphemeralStorage.Size != 512 || made.TracingConfig.Mode != types.TracingModePassThrough {
		t.Errorf("defaults: %+v", made)
	}
	if sum, err := base64.StdEncoding.DecodeString(*made.CodeSha256); err != nil || len(sum) != 32 || made.CodeSize == 0 {
		t.Errorf("code %s of %d bytes", *made.CodeSha256, made.CodeSize)
	}

	if got := w.call("", `{"a":1}`); got["word"] != "one" || got["version"] != "$LATEST" || got["arn"] != *made.FunctionArn {
		t.Errorf("answer %v", got)
	}

	_, err := w.CreateFunction(w.ctx, &lambda.CreateFunctionInput{FunctionName: aws.String("hello"), Runtime: types.RuntimeNodejs22x,
		Role: aws.String(role), Handler: aws.String("index.handler"), Code: &types.FunctionCode{ZipFile: zipped(t, "index.js", echo)}})
	wantException(t, err, "ResourceConflictException", "Function already exist: hello")

	// Configuration: what is not given stays as it is.
	updated := must[*lambda.UpdateFunctionConfigurationOutput](t)(w.UpdateFunctionConfiguration(w.ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: aws.String("hello"), Timeout: aws.Int32(9), RevisionId: made.RevisionId,
		Environment: &types.Environment{Variables: map[string]string{"WORD": "two"}}}))
	if *updated.Timeout != 9 || *updated.Handler != "index.handler" || *updated.RevisionId == *made.RevisionId {
		t.Errorf("updated %+v", updated)
	}
	if got := w.call("", `{}`); got["word"] != "two" {
		t.Errorf("the new environment is not used: %v", got)
	}
	_, err = w.UpdateFunctionConfiguration(w.ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("hello"), Timeout: aws.Int32(9), RevisionId: made.RevisionId})
	wantException(t, err, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id")

	// Code.
	code := must[*lambda.UpdateFunctionCodeOutput](t)(w.UpdateFunctionCode(w.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: made.FunctionArn,
		ZipFile: zipped(t, "index.js", "exports.handler = async () => ({word: 'code'})")}))
	if *code.CodeSha256 == *made.CodeSha256 {
		t.Error("the digest of other code is the same")
	}
	if got := w.call("", `{}`); got["word"] != "code" {
		t.Errorf("the new code is not used: %v", got)
	}

	got := must[*lambda.GetFunctionOutput](t)(w.GetFunction(w.ctx, &lambda.GetFunctionInput{FunctionName: aws.String("hello")}))
	if got.Tags["team"] != "red" || *got.Configuration.CodeSha256 != *code.CodeSha256 {
		t.Errorf("get: %+v", got)
	}
	response, err := w.server.Client().Get(*got.Code.Location)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || int64(len(archive)) != got.Configuration.CodeSize || response.Header.Get("Content-Type") != "application/zip" {
		t.Errorf("code: %d bytes, %v, want %d", len(archive), err, got.Configuration.CodeSize)
	}

	list := must[*lambda.ListFunctionsOutput](t)(w.ListFunctions(w.ctx, &lambda.ListFunctionsInput{}))
	if len(list.Functions) != 1 || *list.Functions[0].FunctionName != "hello" {
		t.Errorf("list: %+v", list.Functions)
	}
	must[*lambda.DeleteFunctionOutput](t)(w.DeleteFunction(w.ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("hello")}))
	_, err = w.GetFunction(w.ctx, &lambda.GetFunctionInput{FunctionName: aws.String("hello")})
	wantException(t, err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello")
	_, err = w.Invoke(w.ctx, &lambda.InvokeInput{FunctionName: aws.String("hello")})
	wantException(t, err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello")
}

func TestInvocations(t *testing.T) {
	need(t, "node")
	w := newWorld(t)
	w.create(nil)
	in := func(edit func(*lambda.InvokeInput)) *lambda.InvokeOutput {
		t.Helper()
		i := &lambda.InvokeInput{FunctionName: aws.String("hello"), Payload: []byte(`{}`)}
		edit(i)
		return must[*lambda.InvokeOutput](t)(w.Invoke(w.ctx, i))
	}
	out := in(func(i *lambda.InvokeInput) { i.LogType = types.LogTypeTail })
	tail, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil || !strings.Contains(string(tail), "seen one") || !strings.Contains(string(tail), "END RequestId: ") {
		t.Errorf("log %s, %v", tail, err)
	}
	if out.StatusCode != 200 || aws.ToString(out.ExecutedVersion) != "$LATEST" {
		t.Errorf("status %d of version %s", out.StatusCode, aws.ToString(out.ExecutedVersion))
	}
	out = in(func(i *lambda.InvokeInput) { i.Payload = []byte(`{"fail":true}`) })
	var failure struct{ ErrorMessage, ErrorType string }
	if err := json.Unmarshal(out.Payload, &failure); err != nil || aws.ToString(out.FunctionError) != "Unhandled" || failure.ErrorMessage != "as you wish" || failure.ErrorType != "Error" {
		t.Errorf("function error %s: %s", aws.ToString(out.FunctionError), out.Payload)
	}
	if out := in(func(i *lambda.InvokeInput) { i.InvocationType = types.InvocationTypeDryRun }); out.StatusCode != 204 || len(out.Payload) > 0 {
		t.Errorf("dry run: %d %s", out.StatusCode, out.Payload)
	}
	follow, stop := context.WithCancel(w.ctx)
	defer stop()
	if out := in(func(i *lambda.InvokeInput) {
		i.InvocationType = types.InvocationTypeEvent
		i.Payload = []byte(`{"event":1}`)
	}); out.StatusCode != 202 {
		t.Errorf("event: %d", out.StatusCode)
	}
	seen := 0
	for line := range w.journal.Lines(follow, "hello", -1, true) {
		if strings.Contains(line.Text, "seen one") {
			seen++
		}
		if seen == 3 { // two of the invocations above, and the event
			break
		}
	}
	_, err = w.Invoke(w.ctx, &lambda.InvokeInput{FunctionName: aws.String("hello"), Payload: []byte(`{`)})
	wantException(t, err, "InvalidRequestContentException", "Could not parse request body into json")
	_, err = w.Invoke(w.ctx, &lambda.InvokeInput{FunctionName: aws.String("hello"), Qualifier: aws.String("nobody")})
	wantException(t, err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello:nobody")

	w.must(w.PutFunctionConcurrency(w.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("hello"), ReservedConcurrentExecutions: aws.Int32(0)}))
	_, err = w.Invoke(w.ctx, &lambda.InvokeInput{FunctionName: aws.String("hello")})
	wantException(t, err, "TooManyRequestsException", "Rate Exceeded")
	reserved := must[*lambda.GetFunctionConcurrencyOutput](t)(w.GetFunctionConcurrency(w.ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String("hello")}))
	if aws.ToInt32(reserved.ReservedConcurrentExecutions) != 0 || reserved.ReservedConcurrentExecutions == nil {
		t.Errorf("reserved %v", reserved.ReservedConcurrentExecutions)
	}
	w.must(w.DeleteFunctionConcurrency(w.ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: aws.String("hello")}))
	w.call("", "{}")
}

// must fails the test on an error; the answer does not matter.
func (w *world) must(_ any, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestVersionsAndAliases(t *testing.T) {
	need(t, "node")
	w := newWorld(t)
	w.create(nil)
	first := must[*lambda.PublishVersionOutput](t)(w.PublishVersion(w.ctx, &lambda.PublishVersionInput{FunctionName: aws.String("hello"), Description: aws.String("the first")}))
	if *first.Version != "1" || !strings.HasSuffix(*first.FunctionArn, ":hello:1") || *first.Description != "the first" {
		t.Errorf("first version: %+v", first)
	}
	again := must[*lambda.PublishVersionOutput](t)(w.PublishVersion(w.ctx, &lambda.PublishVersionInput{FunctionName: aws.String("hello")}))
	if *again.Version != "1" {
		t.Errorf("nothing has changed, and version %s was made", *again.Version)
	}
	w.must(w.UpdateFunctionConfiguration(w.ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("hello"),
		Environment: &types.Environment{Variables: map[string]string{"WORD": "two"}}}))
	second := must[*lambda.PublishVersionOutput](t)(w.PublishVersion(w.ctx, &lambda.PublishVersionInput{FunctionName: aws.String("hello")}))
	if *second.Version != "2" {
		t.Errorf("second version: %+v", second)
	}
	if one, two := w.call("1", "{}"), w.call("2", "{}"); one["word"] != "one" || one["version"] != "1" || two["word"] != "two" {
		t.Errorf("versions answer %v and %v", one, two)
	}
	alias := must[*lambda.CreateAliasOutput](t)(w.CreateAlias(w.ctx, &lambda.CreateAliasInput{FunctionName: aws.String("hello"), Name: aws.String("live"), FunctionVersion: aws.String("1")}))
	if *alias.AliasArn != "arn:aws:lambda:us-east-1:000000000000:function:hello:live" {
		t.Errorf("alias %s", *alias.AliasArn)
	}
	if got := w.call("live", "{}"); got["word"] != "one" || got["arn"] != *alias.AliasArn {
		t.Errorf("the alias answers %v", got)
	}
	w.service.Chance = func() float64 { return 0.05 }
	w.must(w.UpdateAlias(w.ctx, &lambda.UpdateAliasInput{FunctionName: aws.String("hello"), Name: aws.String("live"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.1}}}))
	if got := w.call("live", "{}"); got["version"] != "2" {
		t.Errorf("within its weight, version 2 is not used: %v", got)
	}
	w.service.Chance = func() float64 { return 0.1 }
	if got := w.call("live", "{}"); got["version"] != "1" {
		t.Errorf("outside its weight, version 2 is used: %v", got)
	}
	_, err := w.DeleteFunction(w.ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("hello"), Qualifier: aws.String("2")})
	wantException(t, err, "ResourceConflictException", "live")
	aliases := must[*lambda.ListAliasesOutput](t)(w.ListAliases(w.ctx, &lambda.ListAliasesInput{FunctionName: aws.String("hello"), FunctionVersion: aws.String("2")}))
	if len(aliases.Aliases) != 1 || aliases.Aliases[0].RoutingConfig.AdditionalVersionWeights["2"] != 0.1 {
		t.Errorf("aliases %+v", aliases.Aliases)
	}
	versions := must[*lambda.ListVersionsByFunctionOutput](t)(w.ListVersionsByFunction(w.ctx, &lambda.ListVersionsByFunctionInput{FunctionName: aws.String("hello")}))
	if len(versions.Versions) != 3 || *versions.Versions[0].Version != "$LATEST" || *versions.Versions[2].Version != "2" {
		t.Errorf("versions %+v", versions.Versions)
	}
	w.must(w.DeleteAlias(w.ctx, &lambda.DeleteAliasInput{FunctionName: aws.String("hello"), Name: aws.String("live")}))
	_, err = w.GetAlias(w.ctx, &lambda.GetAliasInput{FunctionName: aws.String("hello"), Name: aws.String("live")})
	wantException(t, err, "ResourceNotFoundException", "Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:hello:live")
	w.must(w.DeleteFunction(w.ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("hello"), Qualifier: aws.String("2")}))
	_, err = w.Invoke(w.ctx, &lambda.InvokeInput{FunctionName: aws.String("hello"), Qualifier: aws.String("2")})
	wantException(t, err, "ResourceNotFoundException", "function:hello:2")
}

func TestPermissionsAndTags(t *testing.T) {
	w := newWorld(t)
	w.create(nil)
	_, err := w.GetPolicy(w.ctx, &lambda.GetPolicyInput{FunctionName: aws.String("hello")})
	wantException(t, err, "ResourceNotFoundException", "The resource you requested does not exist.")
	add := &lambda.AddPermissionInput{FunctionName: aws.String("hello"), StatementId: aws.String("api"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("apigateway.amazonaws.com"), SourceArn: aws.String("arn:aws:execute-api:us-east-1:000000000000:abc/*/GET/*")}
	added := must[*lambda.AddPermissionOutput](t)(w.AddPermission(w.ctx, add))
	want := `{"Action":"lambda:InvokeFunction","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:000000000000:abc/*/GET/*"}},"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Resource":"arn:aws:lambda:us-east-1:000000000000:function:hello","Sid":"api"}`
	if *added.Statement != want {
		t.Errorf("statement\ngot  %s\nwant %s", *added.Statement, want)
	}
	_, err = w.AddPermission(w.ctx, add)
	wantException(t, err, "ResourceConflictException", "The statement id (api) provided already exists.")
	policy := must[*lambda.GetPolicyOutput](t)(w.GetPolicy(w.ctx, &lambda.GetPolicyInput{FunctionName: aws.String("hello")}))
	if *policy.Policy != `{"Id":"default","Statement":[`+want+`],"Version":"2012-10-17"}` {
		t.Errorf("policy %s", *policy.Policy)
	}
	w.must(w.RemovePermission(w.ctx, &lambda.RemovePermissionInput{FunctionName: aws.String("hello"), StatementId: aws.String("api")}))
	_, err = w.RemovePermission(w.ctx, &lambda.RemovePermissionInput{FunctionName: aws.String("hello"), StatementId: aws.String("api")})
	wantException(t, err, "ResourceNotFoundException", "")

	arn := aws.String("arn:aws:lambda:us-east-1:000000000000:function:hello")
	w.must(w.TagResource(w.ctx, &lambda.TagResourceInput{Resource: arn, Tags: map[string]string{"a": "1", "b": "2"}}))
	w.must(w.UntagResource(w.ctx, &lambda.UntagResourceInput{Resource: arn, TagKeys: []string{"a", "team"}}))
	tags := must[*lambda.ListTagsOutput](t)(w.ListTags(w.ctx, &lambda.ListTagsInput{Resource: arn}))
	if len(tags.Tags) != 1 || tags.Tags["b"] != "2" {
		t.Errorf("tags %v", tags.Tags)
	}
	signing := must[*lambda.GetFunctionCodeSigningConfigOutput](t)(w.GetFunctionCodeSigningConfig(w.ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: aws.String("hello")}))
	if signing.CodeSigningConfigArn != nil {
		t.Errorf("code signing %s", *signing.CodeSigningConfigArn)
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name          string
		edit          func(*lambda.CreateFunctionInput)
		code, message string
	}{
		{"name", func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String("a b") }, "ValidationException", "at 'functionName' failed to satisfy constraint"},
		{"role", func(in *lambda.CreateFunctionInput) { in.Role = aws.String("admin") }, "ValidationException", "Value 'admin' at 'role' failed to satisfy constraint"},
		{"runtime", func(in *lambda.CreateFunctionInput) { in.Runtime = "cobol85" }, "InvalidParameterValueException", "cobol85"},
		{"no handler", func(in *lambda.CreateFunctionInput) { in.Handler = nil }, "InvalidParameterValueException", "Runtime and Handler are mandatory parameters"},
		{"timeout", func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(901) }, "ValidationException", "Member must have value less than or equal to 900"},
		{"no timeout", func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(0) }, "ValidationException", "Member must have value greater than or equal to 1"},
		{"memory", func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(64) }, "ValidationException", "Member must have value greater than or equal to 128"},
		{"reserved variable", func(in *lambda.CreateFunctionInput) {
			in.Environment = &types.Environment{Variables: map[string]string{"AWS_REGION": "x"}}
		}, "InvalidParameterValueException", "Reserved keys used in this request: AWS_REGION"},
		{"large environment", func(in *lambda.CreateFunctionInput) {
			in.Environment = &types.Environment{Variables: map[string]string{"AA": strings.Repeat("x", 4100)}}
		}, "InvalidParameterValueException", "exceeded the 4KB limit"},
		{"no zip", func(in *lambda.CreateFunctionInput) { in.Code = &types.FunctionCode{ZipFile: []byte("x")} }, "InvalidParameterValueException", "Could not unzip uploaded file"},
		{"empty zip", func(in *lambda.CreateFunctionInput) { in.Code = &types.FunctionCode{} }, "InvalidParameterValueException", "Please provide a source for function code."},
		{"bucket", func(in *lambda.CreateFunctionInput) {
			in.Code = &types.FunctionCode{S3Bucket: aws.String("mine"), S3Key: aws.String("k")}
		}, "InvalidParameterValueException", "Code in S3 (bucket mine) cannot be read"},
		{"image", func(in *lambda.CreateFunctionInput) {
			in.PackageType = types.PackageTypeImage
			in.Code = &types.FunctionCode{ImageUri: aws.String("x")}
		}, "InvalidParameterValueException", "Container images cannot be run here"},
		{"folder that is not there", func(in *lambda.CreateFunctionInput) {
			in.Code = &types.FunctionCode{S3Bucket: aws.String("hot-reload"), S3Key: aws.String("/nowhere/at/all")}
		}, "InvalidParameterValueException", "there is no code at /nowhere/at/all"},
		{"layers", func(in *lambda.CreateFunctionInput) {
			in.Layers = []string{"arn:aws:lambda:us-east-1:000000000000:layer:x:1"}
		}, "InvalidParameterValueException", "Layers are not part of Postern yet"},
		{"file system", func(in *lambda.CreateFunctionInput) {
			in.FileSystemConfigs = []types.FileSystemConfig{{Arn: aws.String("arn:x"), LocalMountPath: aws.String("/mnt/x")}}
		}, "InvalidParameterValueException", "File systems are not part of Postern"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := &lambda.CreateFunctionInput{FunctionName: aws.String("hello"), Runtime: types.RuntimeNodejs22x, Role: aws.String(role),
				Handler: aws.String("index.handler"), Code: &types.FunctionCode{ZipFile: zipped(t, "index.js", echo)}}
			tt.edit(in)
			_, err := w.CreateFunction(w.ctx, in)
			wantException(t, err, tt.code, tt.message)
		})
	}
	list := must[*lambda.ListFunctionsOutput](t)(w.ListFunctions(w.ctx, &lambda.ListFunctionsInput{}))
	if len(list.Functions) > 0 {
		t.Errorf("refused, and made: %+v", list.Functions)
	}
}

func TestListsComeInPages(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"c", "a", "b"} {
		w.create(func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String(name) })
	}
	var names []string
	pages := lambda.NewListFunctionsPaginator(w.Client, &lambda.ListFunctionsInput{MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		for _, f := range must[*lambda.ListFunctionsOutput](t)(pages.NextPage(w.ctx)).Functions {
			names = append(names, *f.FunctionName)
		}
	}
	if got := strings.Join(names, ""); got != "abc" {
		t.Errorf("got %s", got)
	}
}

// A folder stays where it is, and what changes in it is used; a version of it
// does not change.
func TestAFolderIsFollowed(t *testing.T) {
	need(t, "node")
	w := newWorld(t)
	dir := t.TempDir()
	write := func(word string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "index.js"), []byte(`exports.handler = async () => ({word: '`+word+`'})`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	w.create(func(in *lambda.CreateFunctionInput) {
		in.Code = &types.FunctionCode{S3Bucket: aws.String("hot-reload"), S3Key: aws.String(dir)}
		in.Publish = true
	})
	if got := w.call("", "{}"); got["word"] != "one" {
		t.Fatalf("answer %v", got)
	}
	write("two")
	for w.call("", "{}")["word"] != "two" { // until the change is seen
		if t.Context().Err() != nil {
			t.Fatal("the change is not seen")
		}
	}
	if got := w.call("1", "{}"); got["word"] != "one" {
		t.Errorf("version 1 answers %v", got)
	}
}

// Twenty clients change one function at once: none is lost.
func TestConcurrentUpdates(t *testing.T) {
	w := newWorld(t)
	w.create(nil)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			_, err := w.AddPermission(w.ctx, &lambda.AddPermissionInput{FunctionName: aws.String("hello"), StatementId: aws.String("s" + string(rune('a'+i))),
				Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com")})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	policy := must[*lambda.GetPolicyOutput](t)(w.GetPolicy(w.ctx, &lambda.GetPolicyInput{FunctionName: aws.String("hello")}))
	if got := strings.Count(*policy.Policy, `"Sid"`); got != 20 {
		t.Errorf("%d of 20 statements are there", got)
	}
}

func TestEventInvokeConfigsAreKeptAndObeyed(t *testing.T) {
	need(t, "python3")
	w := newWorld(t)
	name := aws.String("f")
	must[*lambda.CreateFunctionOutput](t)(w.CreateFunction(w.ctx, &lambda.CreateFunctionInput{FunctionName: name, Runtime: types.RuntimePython312, Handler: aws.String("m.handler"), Role: aws.String(role),
		Code: &types.FunctionCode{ZipFile: zipped(t, "m.py", "def handler(e, c):\n  raise Exception('no')\n")}}))
	get := func() (*lambda.GetFunctionEventInvokeConfigOutput, error) {
		return w.GetFunctionEventInvokeConfig(w.ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: name})
	}
	none := "The function arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST doesn't have an EventInvokeConfig"
	_, err := get()
	wantException(t, err, "ResourceNotFoundException", none)
	_, err = w.UpdateFunctionEventInvokeConfig(w.ctx, &lambda.UpdateFunctionEventInvokeConfigInput{FunctionName: name, MaximumRetryAttempts: aws.Int32(1)})
	wantException(t, err, "ResourceNotFoundException", none)
	_, err = w.PutFunctionEventInvokeConfig(w.ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: name})
	wantException(t, err, "InvalidParameterValueException", "You must specify at least one of error handling or destination setting.")
	_, err = w.PutFunctionEventInvokeConfig(w.ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: aws.String("7"), MaximumRetryAttempts: aws.Int32(0)})
	wantException(t, err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:7")
	_, err = w.PutFunctionEventInvokeConfig(w.ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: name,
		DestinationConfig: &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: aws.String("arn:aws:sqs:us-east-1:000000000000:q")}}})
	wantException(t, err, "InvalidParameterValueException", "Destinations are not part of Postern; leave DestinationConfig.OnFailure out")

	put := must[*lambda.PutFunctionEventInvokeConfigOutput](t)(w.PutFunctionEventInvokeConfig(w.ctx,
		&lambda.PutFunctionEventInvokeConfigInput{FunctionName: name, MaximumEventAgeInSeconds: aws.Int32(60), MaximumRetryAttempts: aws.Int32(2)}))
	if *put.FunctionArn != "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST" || put.LastModified.IsZero() || *put.MaximumEventAgeInSeconds != 60 {
		t.Errorf("put answers %+v", put)
	}
	must[*lambda.UpdateFunctionEventInvokeConfigOutput](t)(w.UpdateFunctionEventInvokeConfig(w.ctx, &lambda.UpdateFunctionEventInvokeConfigInput{FunctionName: name, MaximumRetryAttempts: aws.Int32(0)}))
	got, err := get()
	if err != nil || *got.MaximumRetryAttempts != 0 || *got.MaximumEventAgeInSeconds != 60 {
		t.Errorf("get answers %+v, %v", got, err)
	}
	list := must[*lambda.ListFunctionEventInvokeConfigsOutput](t)(w.ListFunctionEventInvokeConfigs(w.ctx, &lambda.ListFunctionEventInvokeConfigsInput{FunctionName: name}))
	if len(list.FunctionEventInvokeConfigs) != 1 {
		t.Errorf("list answers %+v", list)
	}

	// Without a second attempt the event is dropped at once; otherwise it would be
	// tried again in a minute.
	must[*lambda.InvokeOutput](t)(w.Invoke(w.ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: types.InvocationTypeEvent}))
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	dropped := false
	for line := range w.journal.Lines(ctx, "f", -1, true) {
		if strings.HasSuffix(line.Text, "Event dropped: every attempt failed") {
			dropped = true
			break
		}
	}
	if !dropped {
		t.Error("the event was not dropped")
	}

	must[*lambda.DeleteFunctionEventInvokeConfigOutput](t)(w.DeleteFunctionEventInvokeConfig(w.ctx, &lambda.DeleteFunctionEventInvokeConfigInput{FunctionName: name}))
	_, err = get()
	wantException(t, err, "ResourceNotFoundException", none)
}

func TestAccountSettingsCountFunctions(t *testing.T) {
	w := newWorld(t)
	name := aws.String("f")
	must[*lambda.CreateFunctionOutput](t)(w.CreateFunction(w.ctx, &lambda.CreateFunctionInput{FunctionName: name, Runtime: types.RuntimePython312, Handler: aws.String("m.handler"), Role: aws.String(role),
		Code: &types.FunctionCode{ZipFile: zipped(t, "m.py", "")}, Publish: true}))
	must[*lambda.PutFunctionConcurrencyOutput](t)(w.PutFunctionConcurrency(w.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(10)}))
	got := must[*lambda.GetAccountSettingsOutput](t)(w.GetAccountSettings(w.ctx, &lambda.GetAccountSettingsInput{}))
	if got.AccountUsage.FunctionCount != 1 || got.AccountUsage.TotalCodeSize == 0 || got.AccountLimit.ConcurrentExecutions != 1000 || *got.AccountLimit.UnreservedConcurrentExecutions != 990 {
		t.Errorf("the account has %+v of %+v", got.AccountUsage, got.AccountLimit)
	}
}

func TestWhatThereIsNotIsNamed(t *testing.T) {
	w := newWorld(t)
	_, err := w.CreateFunctionUrlConfig(w.ctx, &lambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("f"), AuthType: types.FunctionUrlAuthTypeNone})
	wantException(t, err, "UnknownOperationException", "Function URLs are not part of Postern, an API can stand before the function: no operation of Lambda that Postern has is at POST /2021-10-31/functions/f/url")
	_, err = w.ListLayers(w.ctx, &lambda.ListLayersInput{})
	wantException(t, err, "UnknownOperationException", "Layers are not part of Postern, what is in them can be part of the code: no operation of Lambda that Postern has is at GET /2018-10-31/layers")
}
