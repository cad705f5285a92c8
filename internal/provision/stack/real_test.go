package stack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"postern/internal/control"
	"postern/internal/lang/cfn"
	"postern/internal/provision/resource"
	"postern/internal/provision/stack"
	"postern/internal/store"
)

const hello = `
Parameters: {Timeout: {Type: Number, Default: 5000}, Path: {Type: String, Default: hello}}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: hello}}
  Res: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: !Ref Path}}
  Get:
    Type: Terraform::AWS::ApiGatewayMethod
    Properties: {RestApiId: !Ref Api, ResourceId: !Ref Res, HttpMethod: GET, Authorization: NONE}
  Hello:
    Type: Terraform::AWS::ApiGatewayIntegration
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Res
      HttpMethod: GET
      Type: HTTP
      IntegrationHttpMethod: GET
      Uri: !Sub "http://backend:8080/${Path}"
      TimeoutMilliseconds: !Ref Timeout
    DependsOn: Get
  Answer:
    Type: Terraform::AWS::ApiGatewayMethodResponse
    Properties: {RestApiId: !Ref Api, ResourceId: !Ref Res, HttpMethod: GET, StatusCode: "200"}
    DependsOn: Get
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      Integration: {Type: MOCK, TimeoutInMillis: !Ref Timeout}
  Dep: {Type: Terraform::AWS::ApiGatewayDeployment, Properties: {RestApiId: !Ref Api}}
  Prod: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Dep, StageName: prod}}
Outputs: {Id: {Value: !Ref Api}}
`

var errDead = errors.New("the program is dead")

// A dying store ends the program at a commit: before it, or after.
type dying struct {
	store.Store
	mu    sync.Mutex
	left  int // commits; -1: it lives
	after bool
	dead  bool
}

func (d *dying) Commit(ctx context.Context, t store.Txn) (store.Revision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return 0, errDead
	}
	if d.left == 0 {
		d.dead = true
		if d.after {
			_, _ = d.Store.Commit(ctx, t)
		}
		return 0, errDead
	}
	if d.left > 0 {
		d.left--
	}
	return d.Store.Commit(ctx, t)
}

func program(t *testing.T, s store.Store) *stack.Engine {
	t.Helper()
	svc := &control.Service{Store: s}
	o := resource.Options{InvokeURL: func(api, stage string) string { return "http://" + api + "/" + stage }}
	types, err := resource.NewRegistry(resource.Types(svc, o)...)
	if err != nil {
		t.Fatal(err)
	}
	return &stack.Engine{Store: s, Types: types, Parallel: 1, Finisher: resource.NewFinisher(svc, o), Backoff: func(int) time.Duration { return 0 }}
}

func run(e *stack.Engine, name, text string, parameters map[string]string) (*stack.State, error) {
	tmpl, err := cfn.Parse("t.yaml", []byte(text), cfn.Limits{})
	if err != nil {
		return nil, err
	}
	p, err := e.Plan(context.Background(), name, tmpl, stack.Input{Parameters: parameters})
	if err != nil {
		return nil, err
	}
	return e.Execute(context.Background(), p, stack.Options{})
}

// left returns the keys of a store that are not those of stacks.
func left(t *testing.T, s store.Store) (keys []string) {
	t.Helper()
	items, _, err := s.List(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if !strings.HasPrefix(item.Key, "stack") {
			keys = append(keys, item.Key)
		}
	}
	return keys
}

// The program dies at every commit, of the engine or of the control plane,
// while a stack of real resources is made, changed and deleted. Afterwards
// nothing has drifted, and a delete leaves nothing.
func TestRealResourcesSurviveCrashes(t *testing.T) {
	ctx := context.Background()
	changed := map[string]string{"Timeout": "6000", "Path": "world"}
	for _, tt := range []struct {
		name    string
		prepare bool
		act     func(e *stack.Engine) error
	}{
		{"create", false, func(e *stack.Engine) error { _, err := run(e, "s", hello, nil); return err }},
		{"update", true, func(e *stack.Engine) error { _, err := run(e, "s", hello, changed); return err }},
		{"delete", true, func(e *stack.Engine) error { return e.Delete(ctx, "s", stack.DeleteOptions{}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for step, died := 0, true; died; step++ {
				for _, after := range []bool{false, true} {
					memory := store.NewMemory()
					if tt.prepare {
						if _, err := run(program(t, memory), "s", hello, nil); err != nil {
							t.Fatal(err)
						}
					}
					d := &dying{Store: memory, left: step, after: after}
					_ = tt.act(program(t, d))
					died = d.dead
					e := program(t, memory)
					where := fmt.Sprintf("step %d, after %v", step, after)
					if err := e.Recover(ctx, nil); err != nil {
						t.Fatalf("%s: recover: %v", where, err)
					}
					st, err := e.Describe(ctx, "s")
					if err != nil && !errors.Is(err, stack.ErrNoStack) {
						t.Fatal(err)
					}
					if err == nil {
						if st.Status.InProgress() || st.Status.Failed() {
							t.Fatalf("%s: the stack is %s %s", where, st.Status, st.Reason)
						}
						ds, err := e.Drift(ctx, "s")
						if err != nil {
							t.Fatal(err)
						}
						for _, x := range ds {
							if x.Status != stack.InSync {
								t.Errorf("%s: %s is %s %v %s", where, x.LogicalID, x.Status, x.Properties, x.Message)
							}
						}
						if err := e.Delete(ctx, "s", stack.DeleteOptions{}); err != nil {
							t.Fatalf("%s: delete: %v", where, err)
						}
					}
					if keys := left(t, memory); len(keys) > 0 {
						t.Fatalf("%s: left are %v", where, keys)
					}
				}
			}
		})
	}
}
