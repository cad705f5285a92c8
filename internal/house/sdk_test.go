package house_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/smithy-go/middleware"

	"postern/internal/apigw"
	"postern/internal/house"
	"postern/internal/store"
)

// TestSDK drives every operation of API Gateway's REST APIs with AWS's SDK for
// Go, which knows nothing of us. It fails when an operation of the SDK, or a
// documented patch, was not performed and has no reason to be left out.
func TestSDK(t *testing.T) {
	l := &ledger{performed: map[string]bool{}}
	for _, noun := range []struct {
		name  string
		drive func(*sdk)
	}{
		{"account", driveAccount},
		{"rest api", driveRestAPI},
		{"resource", driveResource},
		{"method", driveMethod},
		{"method response", driveMethodResponse},
		{"integration", driveIntegration},
		{"integration response", driveIntegrationResponse},
		{"model", driveModel},
		{"request validator", driveRequestValidator},
		{"authorizer", driveAuthorizer},
		{"gateway response", driveGatewayResponse},
		{"deployment", driveDeployment},
		{"stage", driveStage},
		{"canary", driveCanary},
		{"api key", driveAPIKey},
		{"usage plan", driveUsagePlan},
		{"tags", driveTags},
		{"domain name", driveDomainName},
		{"access association", driveAccessAssociation},
		{"base path mapping", driveBasePathMapping},
		{"vpc link", driveVPCLink},
		{"client certificate", driveClientCertificate},
		{"documentation", driveDocumentation},
		{"sdk types", driveSDKTypes},
		{"import and export", driveImport},
		{"test invoke", driveTestInvoke},
		{"limits", driveLimits},
		{"pages", drivePages},
		{"deletes at once", driveDeletes},
		{"nothing there", driveNothing},
	} {
		if !t.Run(noun.name, func(t *testing.T) { noun.drive(newSDK(t, l, house.Config{})) }) {
			l.failed = true
		}
	}
	if l.failed {
		return // what failed may be what is missing below
	}
	for _, op := range sdkOperations() {
		reason, left := undriven[op]
		switch done := l.performed[op]; {
		case done && left:
			t.Errorf("%s was performed; its reason in undriven can go: %s", op, reason)
		case !done && !left:
			t.Errorf("%s was not performed", op)
		}
	}
	for op := range undriven {
		if !slices.Contains(sdkOperations(), op) {
			t.Errorf("undriven names %s, and the SDK has no such operation", op)
		}
	}
	l.checkPatches(t)
}

// undriven are the operations that do not succeed, and why.
var undriven = map[string]string{
	"GetSdk": "SDKs are not generated",
}

// sdkOperations returns the names of the operations that the SDK has.
func sdkOperations() []string {
	var names []string
	client := reflect.TypeFor[*apigateway.Client]()
	for i := range client.NumMethod() {
		m := client.Method(i)
		// func(*Client, context.Context, *XInput, ...func(*Options)) (*XOutput, error)
		if m.Type.NumIn() == 4 && m.Type.NumOut() == 2 && m.Type.In(2).Elem().Name() == m.Name+"Input" {
			names = append(names, m.Name)
		}
	}
	return names
}

// A ledger holds what was performed with success: operations by their name, and
// patches as operation, op and path.
type ledger struct {
	failed bool

	mu        sync.Mutex
	performed map[string]bool
}

func (l *ledger) note(input any) {
	v := reflect.ValueOf(input).Elem()
	name := strings.TrimSuffix(v.Type().Name(), "Input")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.performed[name] = true
	if ops := v.FieldByName("PatchOperations"); ops.IsValid() {
		for _, op := range ops.Interface().([]types.PatchOperation) {
			l.performed[name+" "+string(op.Op)+" "+*op.Path] = true
		}
	}
}

// An sdk is a client of one house, and the test it is used in.
type sdk struct {
	*testing.T
	*apigateway.Client
	house  *house.House
	url    string
	ledger *ledger
}

// newSDK returns a client of a new house.
func newSDK(t *testing.T, l *ledger, c house.Config) *sdk {
	t.Helper()
	h, err := house.New(c)
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, h)
	note := middleware.InitializeMiddlewareFunc("ledger", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleInitialize(ctx, in)
		if err == nil {
			l.note(in.Parameters)
		}
		return out, meta, err
	})
	return &sdk{T: t, house: h, url: url, ledger: l, Client: apigateway.New(apigateway.Options{
		Region:           "us-east-1",
		BaseEndpoint:     &url,
		Credentials:      credentials.NewStaticCredentialsProvider("test", "test", ""),
		RetryMaxAttempts: 1,
		APIOptions: []func(*middleware.Stack) error{func(s *middleware.Stack) error {
			return s.Initialize.Add(note, middleware.After)
		}},
	})}
}

// An operation is a method of the SDK's client.
type operation[I, O any] func(context.Context, *I, ...func(*apigateway.Options)) (*O, error)

// do performs an operation that succeeds.
func do[I, O any](c *sdk, op operation[I, O], in *I) *O {
	c.Helper()
	out, err := op(c.Context(), in)
	if err != nil {
		c.Fatalf("%T: %v", in, err)
	}
	return out
}

// refused performs an operation that fails with an error of type E and a
// message, and writes nothing. A message that ends with … is the beginning.
func refused[E interface {
	error
	ErrorMessage() string
}, I, O any](c *sdk, op operation[I, O], in *I, message string) {
	c.Helper()
	before := c.revision()
	_, err := op(c.Context(), in)
	if c.revision() != before {
		c.Errorf("%T: refused, and something was written", in)
	}
	var e E
	if !errors.As(err, &e) {
		c.Errorf("%T: got %v, want %T: %s", in, err, e, message)
		return
	}
	start, open := strings.CutSuffix(message, "…")
	if got := e.ErrorMessage(); got != message && !(open && strings.HasPrefix(got, start)) {
		c.Errorf("%T: got %T: %s\nwant %s", in, e, got, message)
	}
}

// revision returns the revision of all that the house keeps.
func (c *sdk) revision() store.Revision {
	c.Helper()
	r, err := c.house.Store.Revision(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	return r
}

// patch reads patch operations: op, path and value, with blanks between them. A
// copy has from in the place of the value.
func patch(lines ...string) []types.PatchOperation {
	ops := make([]types.PatchOperation, len(lines))
	for i, line := range lines {
		op, rest, _ := strings.Cut(line, " ")
		path, value, has := strings.Cut(rest, " ")
		ops[i] = types.PatchOperation{Op: types.Op(op), Path: &path}
		switch {
		case op == "copy" || op == "move":
			ops[i].From = &value
		case has:
			ops[i].Value = &value
		}
	}
	return ops
}

// A patched is a patch, and what the answer has then: the path of a member of the
// SDK's output, a blank, and its JSON. Without JSON the member is absent.
type patched struct {
	patch string
	want  string
}

// patches performs steps, each in an update of its own. What the answer of an
// update has, a read has as well. Then it tries the operations that the paths of
// the steps are documented not to have.
func patches[O, R any](c *sdk, update func([]types.PatchOperation) (*O, error), read func() (*R, error), steps []patched) {
	c.Helper()
	for _, s := range steps {
		out, err := update(patch(s.patch))
		if err != nil {
			c.Errorf("%s: %v", s.patch, err)
			continue
		}
		again, err := read()
		if err != nil {
			c.Fatal(err)
		}
		path, want, _ := strings.Cut(s.want, " ")
		for who, answer := range map[string]any{"update": out, "read": again} {
			if got := memberOf(c.T, answer, path); got != want {
				c.Errorf("%s: the %s has %s %s, want %s", s.patch, who, path, got, want)
			}
		}
	}
	operation := strings.TrimSuffix(reflect.TypeFor[O]().Name(), "Output")
	for _, s := range steps {
		_, rest, _ := strings.Cut(s.patch, " ")
		path, value, _ := strings.Cut(rest, " ")
		for _, op := range undocumented(operation, path) {
			before := c.revision()
			_, err := update(patch(op + " " + path + " " + value))
			var bad *types.BadRequestException
			var missing *types.NotFoundException
			if !errors.As(err, &bad) && !errors.As(err, &missing) {
				c.Errorf("%s %s %s: got %v, want a refusal", operation, op, path, err)
			}
			if c.revision() != before {
				c.Errorf("%s %s %s: something was written", operation, op, path)
			}
		}
	}
}

// refusals performs patches that are refused, and change nothing. Each is a
// patch and the whole message.
func refusals[O, R any](c *sdk, update func([]types.PatchOperation) (*O, error), read func() (*R, error), steps [][2]string) {
	c.Helper()
	for _, s := range steps {
		before, err := read()
		if err != nil {
			c.Fatal(err)
		}
		_, err = update(patch(s[0]))
		var bad *types.BadRequestException
		var missing *types.NotFoundException
		var got string
		switch {
		case errors.As(err, &bad):
			got = bad.ErrorMessage()
		case errors.As(err, &missing):
			got = "404 " + missing.ErrorMessage()
		default:
			got = fmt.Sprint(err)
		}
		if got != s[1] {
			c.Errorf("%s: got %s\nwant %s", s[0], got, s[1])
		}
		after, err := read()
		if err != nil {
			c.Fatal(err)
		}
		if a, b := memberOf(c.T, before, ""), memberOf(c.T, after, ""); a != b {
			c.Errorf("%s: refused, and changed\n%s to\n%s", s[0], a, b)
		}
	}
}

// memberOf returns the JSON of a member of an SDK's output, without what is nil
// or empty; "" for a member that is absent. The path is names with points
// between them, or empty for all.
func memberOf(t *testing.T, output any, path string) string {
	t.Helper()
	text, err := json.Marshal(output)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if m, ok := v.(map[string]any); ok {
		delete(m, "ResultMetadata")
	}
	for name := range strings.SplitSeq(path, ".") {
		if m, ok := v.(map[string]any); ok && name != "" {
			v = m[strings.ReplaceAll(name, "·", ".")]
		}
	}
	if v = known(v); v == nil {
		return ""
	}
	if text, err = json.Marshal(v); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// known returns v without members that are null: the SDK has them for all that
// an answer lacks.
func known(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, m any) bool { return known(m) == nil })
		for name, m := range v {
			v[name] = known(m)
		}
	case []any:
		for i := range v {
			v[i] = known(v[i])
		}
	}
	return v
}

// equal compares a member of an output with JSON.
func (c *sdk) equal(output any, path, want string) {
	c.Helper()
	if got := memberOf(c.T, output, path); got != want {
		c.Errorf("%T: %s is %s, want %s", output, path, got, want)
	}
}

// newAPI makes an API and returns its identifier and that of its root.
func (c *sdk) newAPI() (api, root *string) {
	c.Helper()
	out := do(c, c.CreateRestApi, &apigateway.CreateRestApiInput{Name: new("pets")})
	return out.Id, out.RootResourceId
}

// newMethod makes an API whose root has GET with a MOCK integration.
func (c *sdk) newMethod() (api, root *string) {
	c.Helper()
	api, root = c.newAPI()
	c.mock(api, root)
	return api, root
}

// mock gives a resource GET with a MOCK integration that answers 200.
func (c *sdk) mock(api, resource *string) {
	c.Helper()
	get, ok := new("GET"), new("200")
	do(c, c.PutMethod, &apigateway.PutMethodInput{RestApiId: api, ResourceId: resource, HttpMethod: get, AuthorizationType: new("NONE")})
	do(c, c.PutMethodResponse, &apigateway.PutMethodResponseInput{RestApiId: api, ResourceId: resource, HttpMethod: get, StatusCode: ok})
	do(c, c.PutIntegration, &apigateway.PutIntegrationInput{RestApiId: api, ResourceId: resource, HttpMethod: get, Type: types.IntegrationTypeMock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	do(c, c.PutIntegrationResponse, &apigateway.PutIntegrationResponseInput{RestApiId: api, ResourceId: resource, HttpMethod: get, StatusCode: ok,
		ResponseTemplates: map[string]string{"application/json": `{"stage": "$context.stage"}`}})
}

// newStage makes an API with a method, and deploys it to the stage prod.
func (c *sdk) newStage() (api, deployment *string) {
	c.Helper()
	api, _ = c.newMethod()
	return api, do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, StageName: new("prod")}).Id
}

// limits returns the published quotas with a change.
func limits(change func(*apigw.Limits)) *apigw.Limits {
	l := apigw.DefaultLimits()
	change(&l)
	return &l
}
