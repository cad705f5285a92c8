package resource_test

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"testing"

	"postern/internal/provision/resource"
)

// The tags of a stack go to what it makes, and are no properties of it.
func TestTagsOfTheStack(t *testing.T) {
	w := newWorld(t)
	w.tags = map[string]string{"team": "shop", "own": "stack's", "aws:cloudformation:stack-name": "shop"}
	ctx := context.Background()
	for _, tt := range []struct {
		typ  string
		path func(*thing) string
		rest map[string]any
	}{
		{"AWS::ApiGateway::RestApi", func(x *thing) string { return "/restapis/" + x.ref() }, object("Name", "a")},
		{"AWS::ApiGateway::VpcLink", func(x *thing) string { return "/vpclinks/" + x.ref() }, object("Name", "l", "TargetArns", list(arnOfBalancer))},
	} {
		x := w.make(tt.typ, "X", with(tt.rest, "Tags", list(object("Key", "own", "Value", "mine"))))
		same(t, x)
		if d := x.typ.Diff(x.Request.Properties, x.Result.Properties); tt.typ == "AWS::ApiGateway::VpcLink" && len(d) > 0 {
			t.Errorf("%s: %v", tt.typ, d)
		}
		tags := func() map[string]string {
			got, err := w.svc.GetTags(ctx, "arn:aws:apigateway:us-east-1::"+tt.path(x))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got, want := tags(), map[string]string{"team": "shop", "own": "mine"}; !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", tt.typ, got, want)
		}
		x.Request.Tags = map[string]string{"team": "other"}
		x.set(with(tt.rest, "Tags", list(object("Key", "b", "Value", "2"))))
		if got, want := tags(), map[string]string{"team": "other", "b": "2"}; !maps.Equal(got, want) {
			t.Errorf("%s after an update: got %v, want %v", tt.typ, got, want)
		}
		same(t, x)
	}
}

// The address of an API survives that its stack is made anew.
func TestIdentifierOfAnAPIFollowsFromNames(t *testing.T) {
	given := object("Name", "shop")
	first, second := newWorld(t), newWorld(t)
	second.make("AWS::ApiGateway::VpcLink", "L", object("Name", "l", "TargetArns", list(arnOfBalancer)))
	a, b := first.make("AWS::ApiGateway::RestApi", "Api", given), second.make("Terraform::AWS::ApiGatewayRestApi", "Api", given)
	if a.ref() != b.ref() || len(a.ref()) != 10 {
		t.Errorf("got %s and %s", a.ref(), b.ref())
	}
	if c := first.make("AWS::ApiGateway::RestApi", "Api2", given); c.ref() == a.ref() {
		t.Error("two APIs of one stack share an identifier")
	}
	// An earlier stack of the same name left its API behind.
	typ := first.Lookup("AWS::ApiGateway::RestApi")
	r := first.request("Api", given)
	r.StackID, r.Token = r.StackID+"2", "another"
	c, err := typ.Create(context.Background(), r)
	if err != nil || c.PhysicalID == a.ref() {
		t.Fatalf("got %s, %v", c.PhysicalID, err)
	}
	again, err := typ.Read(context.Background(), r)
	if err != nil || again.PhysicalID != c.PhysicalID {
		t.Errorf("the answer was lost: got %s, %v, want %s", again.PhysicalID, err, c.PhysicalID)
	}
}

func TestEndpointsAndSizes(t *testing.T) {
	w := newWorld(t)
	x := w.make("Terraform::AWS::ApiGatewayRestApi", "Api", object("Name", "a", "MinimumCompressionSize", "0", "BinaryMediaTypes", list("a/b", "c/d")))
	for _, next := range []map[string]any{
		object("Name", "a", "MinimumCompressionSize", -1, "EndpointConfiguration", list(object("Types", list("REGIONAL")))),
		object("Name", "a", "MinimumCompressionSize", 100, "EndpointConfiguration", object("Types", list("PRIVATE"), "VpcEndpointIds", list("vpce-1", "vpce-2"))),
		object("Name", "a", "EndpointConfiguration", object("Types", list("PRIVATE"), "VpcEndpointIds", list("vpce-3"))),
		object("Name", "a", "EndpointConfiguration", object("Types", list("EDGE"), "IpAddressType", "dualstack")),
		object("Name", "a", "BinaryMediaTypes", list("c/d", "a/b")),
	} {
		x.set(next)
		if fmt.Sprint(next["MinimumCompressionSize"]) == "-1" {
			delete(x.Request.Properties, "MinimumCompressionSize")
		}
		same(t, x)
	}
	api, err := w.svc.GetRestAPI(context.Background(), x.ref())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(api.BinaryMediaTypes, []string{"c/d", "a/b"}) && !reflect.DeepEqual(api.BinaryMediaTypes, []string{"a/b", "c/d"}) || api.MinimumCompressionSize != nil {
		t.Errorf("got %+v", api)
	}
}

func TestMovingAResource(t *testing.T) {
	w := newWorld(t)
	key := w.hello()
	api := key["RestApiId"].(string)
	x := w.make("TF::AWS::ApiGatewayResource", "X", object("RestApiId", api, "ParentId", key["ResourceId"], "PathPart", "x"))
	if got := x.attribute("Path"); got != "/hello/x" {
		t.Errorf("path: got %s", got)
	}
	parent, err := w.svc.GetResource(context.Background(), api, key["ResourceId"].(string))
	if err != nil {
		t.Fatal(err)
	}
	x.set(object("RestApiId", api, "ParentId", parent.ParentID, "PathPart", "y"))
	if got := x.attribute("Path"); got != "/y" {
		t.Errorf("path after the move: got %s", got)
	}
	native := w.Lookup("AWS::ApiGateway::Resource")
	if d := native.Diff(object("PathPart", "a"), object("PathPart", "b")); len(d) != 1 || !d[0].Replace {
		t.Errorf("the native type replaces: %v", d)
	}
	_, err = w.try("AWS::ApiGateway::Resource", "Z", object("RestApiId", api, "ParentId", parent.ParentID, "PathPart", "hello"))
	wantCode(t, err, resource.AlreadyExists, "hello")
}
