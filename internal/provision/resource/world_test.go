package resource_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/lambda"
	"postern/internal/provision/resource"
	"postern/internal/store"
)

// A world is a control plane over an empty store, with the types on it.
type world struct {
	t   *testing.T
	svc *control.Service
	*resource.Registry
	finisher resource.Finisher
	tags     map[string]string // of the stack
	dir      string            // of the template
}

func newWorld(t *testing.T) *world {
	t.Helper()
	n := 0
	svc := &control.Service{
		Store: store.NewMemory(),
		Now:   func() time.Time { return time.Unix(1_600_000_000, 0) },
		NewID: func(length int) string { n++; return fmt.Sprintf("%0*d", length, n) },
	}
	o := resource.Options{InvokeURL: func(api, stage string) string { return "http://local/" + api + "/" + stage },
		Functions: &lambda.Service{Store: svc.Store, Codes: &lambda.Codes{Dir: filepath.Join(t.TempDir(), "code")}, Now: svc.Now}}
	registry, err := resource.NewRegistry(resource.Types(svc, o)...)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, svc: svc, Registry: registry, finisher: resource.NewFinisher(svc, o), dir: t.TempDir()}
	w.write("src/index.py", "def handler(event, context):\n    return 1\n")
	return w
}

// write puts a file beside the template.
func (w *world) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// revision is that of the store, which every write raises.
func (w *world) revision() (rev store.Revision) {
	w.t.Helper()
	if err := w.svc.Store.View(context.Background(), func(r store.Reader) error { rev = r.Revision(); return nil }); err != nil {
		w.t.Fatal(err)
	}
	return rev
}

func (w *world) request(logicalID string, properties map[string]any) resource.Request {
	return resource.Request{
		Stack: "shop", StackID: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1", LogicalID: logicalID,
		Token: "token-" + logicalID, Properties: properties, Dir: w.dir, Region: "us-east-1", AccountID: "000000000000", Tags: w.tags,
	}
}

// A thing is a resource that a test made.
type thing struct {
	w   *world
	typ resource.Type
	resource.Request
	resource.Result
}

// make creates a resource of a type, after checking its properties as the engine
// does.
func (w *world) make(typ, logicalID string, properties map[string]any) *thing {
	w.t.Helper()
	x, err := w.try(typ, logicalID, properties)
	if err != nil {
		w.t.Fatalf("create %s: %v", typ, err)
	}
	return x
}

func (w *world) try(typ, logicalID string, properties map[string]any) (*thing, error) {
	w.t.Helper()
	t := w.Lookup(typ)
	if t == nil {
		w.t.Fatalf("no type %s", typ)
	}
	for _, p := range t.Check(properties) {
		if !p.Warning {
			w.t.Fatalf("%s %v: %v: %s", typ, properties, p.Path, p.Message)
		}
	}
	r := w.request(logicalID, properties)
	result, err := t.Create(context.Background(), r)
	if err != nil {
		return nil, err
	}
	r.PhysicalID = result.PhysicalID
	return &thing{w: w, typ: t, Request: r, Result: result}, nil
}

// attribute is what Fn::GetAtt gives.
func (x *thing) attribute(name string) string {
	x.w.t.Helper()
	text, ok := x.Attributes[name].(string)
	if !ok || text == "" {
		x.w.t.Fatalf("%s has no attribute %s but %v", x.typ.Name(), name, x.Attributes)
	}
	return text
}

// ref is what Ref gives.
func (x *thing) ref() string { return x.Result.PhysicalID }

func (x *thing) read() (resource.Result, error) {
	return x.typ.Read(context.Background(), x.Request)
}

// set updates the resource to properties.
func (x *thing) set(properties map[string]any) {
	x.w.t.Helper()
	if err := x.trySet(properties); err != nil {
		x.w.t.Fatalf("update %s to %v: %v", x.typ.Name(), properties, err)
	}
}

func (x *thing) trySet(properties map[string]any) error {
	r := x.Request
	r.Old, r.Properties = x.Request.Properties, properties
	result, err := x.typ.Update(context.Background(), r)
	if err != nil {
		return err
	}
	if result.PhysicalID != x.Result.PhysicalID {
		x.w.t.Errorf("%s: an update changed the physical ID from %s to %s", x.typ.Name(), x.Result.PhysicalID, result.PhysicalID)
	}
	x.Request.Properties, x.Result = properties, result
	return nil
}

func (x *thing) remove() {
	x.w.t.Helper()
	if err := x.typ.Delete(context.Background(), x.Request); err != nil {
		x.w.t.Fatalf("delete %s: %v", x.typ.Name(), err)
	}
}

// object makes a map of names and values in turn.
func object(members ...any) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(members); i += 2 {
		out[members[i].(string)] = members[i+1]
	}
	return out
}

func list(items ...any) []any { return items }

// with returns properties with others on top; nil takes one away.
func with(properties map[string]any, members ...any) map[string]any {
	out := map[string]any{}
	for k, v := range properties {
		out[k] = v
	}
	for i := 0; i < len(members); i += 2 {
		if members[i+1] == nil {
			delete(out, members[i].(string))
			continue
		}
		out[members[i].(string)] = members[i+1]
	}
	return out
}

// hello makes an API with one method in the Terraform-shaped family and returns
// what names the method.
func (w *world) hello() map[string]any {
	w.t.Helper()
	api := w.make("Terraform::AWS::ApiGatewayRestApi", "Api", object("Name", "shop"))
	res := w.make("Terraform::AWS::ApiGatewayResource", "Hello", object("RestApiId", api.ref(), "ParentId", api.attribute("RootResourceId"), "PathPart", "hello"))
	key := object("RestApiId", api.ref(), "ResourceId", res.attribute("Id"), "HttpMethod", "GET")
	w.make("Terraform::AWS::ApiGatewayMethod", "Method", with(key, "Authorization", "NONE", "RequestParameters", object(
		"method.request.querystring.name", false, "method.request.header.X-Name", false)))
	return key
}

// methodKey is key as the control plane has it.
func methodKey(key map[string]any) apigw.MethodKey {
	return apigw.MethodKey{RestAPIID: key["RestApiId"].(string), ResourceID: key["ResourceId"].(string), HTTPMethod: key["HttpMethod"].(string)}
}

func wantCode(t *testing.T, err error, code resource.Code, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if got := resource.CodeOf(err); got != code {
		t.Fatalf("got %s: %v, want %s", got, err, code)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	var e *resource.Error
	if errors.As(err, &e) && e.Error() == "" {
		t.Errorf("%s without a message", code)
	}
}
