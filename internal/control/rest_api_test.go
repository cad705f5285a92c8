package control_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func TestCreateRestAPIRules(t *testing.T) {
	size := func(n int64) *int64 { return &n }
	endpoint := func(types ...string) *apigw.EndpointConfiguration {
		return &apigw.EndpointConfiguration{Types: types}
	}
	for _, tt := range []struct {
		name string
		api  apigw.RestAPI
		want string
	}{
		{name: "only a name", api: apigw.RestAPI{Name: "a"}},
		{name: "no name", want: "BadRequestException: Name cannot be empty"},
		{name: "negative compression", api: apigw.RestAPI{Name: "a", MinimumCompressionSize: size(-1)}, want: "BadRequestException: Invalid minimum compression size, must be between 0 and 10485760"},
		{name: "highest compression", api: apigw.RestAPI{Name: "a", MinimumCompressionSize: size(10485760)}},
		{name: "compression too high", api: apigw.RestAPI{Name: "a", MinimumCompressionSize: size(10485761)}, want: "BadRequestException: Invalid minimum compression size"},
		{name: "empty list of types", api: apigw.RestAPI{Name: "a", EndpointConfiguration: &apigw.EndpointConfiguration{Types: []string{}}}, want: "BadRequestException: REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."},
		{name: "two types", api: apigw.RestAPI{Name: "a", EndpointConfiguration: endpoint("EDGE", "REGIONAL")}, want: "BadRequestException: Cannot create an api with multiple Endpoint Types."},
		{name: "unknown type", api: apigw.RestAPI{Name: "a", EndpointConfiguration: endpoint("GLOBAL")}, want: "BadRequestException: Invalid EndpointTypes specified."},
		{name: "private over ipv4", api: apigw.RestAPI{Name: "a", EndpointConfiguration: &apigw.EndpointConfiguration{Types: []string{"PRIVATE"}, IPAddressType: "ipv4"}}, want: "BadRequestException: Only dualstack ipAddressType is supported for Private APIs."},
		{name: "policy is no JSON", api: apigw.RestAPI{Name: "a", Policy: "{"}, want: "BadRequestException: Invalid policy document."},
		{name: "policy too long", api: apigw.RestAPI{Name: "a", Policy: `{"a":"` + strings.Repeat("x", 8192) + `"}`}, want: "BadRequestException: Policy document exceeds"},
		{name: "tag of the service", api: apigw.RestAPI{Name: "a", Tags: map[string]string{"aws:x": "y"}}, want: "BadRequestException: aws: prefixed tag key"},
		{name: "wanted identifier", api: apigw.RestAPI{Name: "a", Tags: map[string]string{"_custom_id_": "my-api"}}},
		{name: "wanted identifier is a path", api: apigw.RestAPI{Name: "a", Tags: map[string]string{"_custom_id_": "a/b"}}, want: "BadRequestException: Invalid REST API identifier"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			_, err := f.CreateRestAPI(t.Context(), &tt.api, control.RestAPIOptions{})
			if wrong := refused(err, tt.want); wrong != "" {
				t.Error(wrong)
			}
			if tt.want != "" && len(f.keys()) > 0 {
				t.Errorf("a refused API left %v", f.keys())
			}
		})
	}
}

func TestWantedIdentifierIsTakenAndNotKept(t *testing.T) {
	for _, tag := range []string{"postern:id", "_custom_id_", "floci:override-id", "ms-custom-id"} {
		f := newFixture(t)
		given := &apigw.RestAPI{Name: "a", Tags: map[string]string{tag: "pets", "team": "zoo"}}
		api, err := f.CreateRestAPI(t.Context(), given, control.RestAPIOptions{})
		if err != nil {
			t.Fatalf("%s: %v", tag, err)
		}
		if api.ID != "pets" || len(api.Tags) != 1 || api.Tags["team"] != "zoo" {
			t.Errorf("%s: got %s with tags %v, want pets with team=zoo", tag, api.ID, api.Tags)
		}
		if len(given.Tags) != 2 {
			t.Errorf("%s: the caller's tags were changed to %v", tag, given.Tags)
		}
		_, err = f.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "b"}, control.RestAPIOptions{ID: "pets"})
		if wrong := refused(err, "ConflictException: pets already exists"); wrong != "" {
			t.Errorf("%s: %s", tag, wrong)
		}
	}
}

func TestPolicyIsCompactAndWrittenOut(t *testing.T) {
	f := newFixture(t)
	api, err := f.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a", Policy: `{ "b": 1, "Resource": "execute-api:/prod/GET/x", "Action": "execute-api:Invoke" }`}, control.RestAPIOptions{ID: "pets"})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"b":1,"Resource":"arn:aws:execute-api:us-east-1:111111111111:pets/prod/GET/x","Action":"execute-api:Invoke"}`
	if api.Policy != want {
		t.Errorf("got  %s\nwant %s", api.Policy, want)
	}
}

func TestUpdateRestAPI(t *testing.T) {
	for _, tt := range []struct {
		name string
		ops  []property.PatchOperation
		want string // a refusal, or what became of the API
	}{
		{name: "nothing", want: "pets [] EDGE/ipv4"},
		{name: "several", ops: []property.PatchOperation{replace("/name", "dogs"), add("/binaryMediaTypes/image~1png", "")}, want: "dogs [image/png] EDGE/ipv4"},
		{name: "the second one fails", ops: []property.PatchOperation{replace("/name", "dogs"), replace("/nome", "x")}, want: "BadRequestException: Invalid patch path /nome"},
		{name: "replaced type goes to the end", ops: []property.PatchOperation{add("/binaryMediaTypes/a~1b", ""), add("/binaryMediaTypes/c~1d", ""), replace("/binaryMediaTypes/a~1b", "e/f")}, want: "pets [c/d e/f] EDGE/ipv4"},
		{name: "escaped tilde", ops: []property.PatchOperation{add("/binaryMediaTypes/a~1~0b", "")}, want: "pets [a/~b] EDGE/ipv4"},
		{name: "type by index", ops: []property.PatchOperation{replace("/endpointConfiguration/types/0", "REGIONAL")}, want: "pets [] REGIONAL/ipv4"},
		{name: "type by name", ops: []property.PatchOperation{replace("/endpointConfiguration/types/EDGE", "PRIVATE")}, want: "pets [] PRIVATE/dualstack"},
		{name: "another type", ops: []property.PatchOperation{replace("/endpointConfiguration/types/REGIONAL", "PRIVATE")}, want: "BadRequestException: Invalid patch path /endpointConfiguration/types/REGIONAL"},
		{name: "private over ipv4", ops: []property.PatchOperation{replace("/endpointConfiguration/types/0", "PRIVATE"), replace("/endpointConfiguration/ipAddressType", "ipv4")}, want: "BadRequestException: Only dualstack"},
		{name: "endpoint of a public API", ops: []property.PatchOperation{add("/endpointConfiguration/vpcEndpointIds", "vpce-1")}, want: "BadRequestException: VPCEndpoints"},
		{name: "endpoint of a private API", ops: []property.PatchOperation{replace("/endpointConfiguration/types/0", "PRIVATE"), add("/endpointConfiguration/vpcEndpointIds", "vpce-1"), remove("/endpointConfiguration/types/0")}, want: "BadRequestException: Invalid patch operation specified. Must be one of: [replace]"},
		{name: "no path", ops: []property.PatchOperation{{Op: "replace"}}, want: "BadRequestException: Invalid patch path null"},
		{name: "no name any more", ops: []property.PatchOperation{replace("/name", "")}, want: "BadRequestException: Name cannot be empty"},
		{name: "operation of nobody", ops: []property.PatchOperation{{Op: "move", Path: "/binaryMediaTypes/x"}}, want: "BadRequestException: Invalid patch operation specified. Must be 'add'|'remove'|'replace'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			id := f.api().ID
			api, err := f.UpdateRestAPI(t.Context(), id, tt.ops)
			stored, getErr := f.GetRestAPI(t.Context(), id)
			if getErr != nil {
				t.Fatal(getErr)
			}
			if strings.Contains(tt.want, "Exception: ") {
				if wrong := refused(err, tt.want); wrong != "" {
					t.Error(wrong)
				}
				if stored.Name != "pets" || len(stored.BinaryMediaTypes) > 0 {
					t.Errorf("a refused update left %v", stored)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range []*apigw.RestAPI{api, stored} {
				e := a.EndpointConfiguration
				if got := fmt.Sprintf("%s %v %s/%s", a.Name, a.BinaryMediaTypes, e.Types[0], e.IPAddressType); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			}
		})
	}
}

func TestDeleteRestAPITakesEverythingWithIt(t *testing.T) {
	f := newFixture(t)
	other := f.api()
	before := f.keys()
	api := f.api()
	k := f.method(api, apigw.Method{})
	link, err := f.CreateVPCLink(t.Context(), &apigw.VPCLink{Name: "l", TargetARNs: []string{"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/n/1"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, do := range []func() error{
		func() error {
			_, err := f.PutIntegration(t.Context(), k, &apigw.Integration{Type: apigw.HTTPProxy, HTTPMethod: "GET", URI: "http://a.example", ConnectionType: apigw.ViaVPCLink, ConnectionID: link.ID})
			return err
		},
		func() error {
			_, err := f.CreateRequestValidator(t.Context(), api.ID, &apigw.RequestValidator{Name: "v"})
			return err
		},
		func() error {
			_, err := f.PutGatewayResponse(t.Context(), api.ID, &apigw.GatewayResponse{ResponseType: apigw.Throttled})
			return err
		},
		func() error { f.deploy(api); return nil },
		func() error { return f.DeleteRestAPI(t.Context(), api.ID) },
		func() error { return f.DeleteVPCLink(t.Context(), link.ID) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	if after := f.keys(); !slices.Equal(after, before) {
		t.Errorf("left in the store: %v\nwant: %v", after, before)
	}
	if _, err := f.GetRestAPI(t.Context(), other.ID); err != nil {
		t.Errorf("another API: %v", err)
	}
	want := "NotFoundException: Invalid API identifier specified 111111111111:" + api.ID
	if wrong := refused(f.DeleteRestAPI(t.Context(), api.ID), want); wrong != "" {
		t.Errorf("second delete: %s", wrong)
	}
}

func TestCloneFollowsReferences(t *testing.T) {
	f := newFixture(t)
	source := f.api()
	v, err := f.CreateRequestValidator(t.Context(), source.ID, &apigw.RequestValidator{Name: "v"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.CreateModel(t.Context(), source.ID, &apigw.Model{Name: "Pet", ContentType: "application/json",
		Schema: `{"$ref":"https://apigateway.amazonaws.com/restapis/` + source.ID + `/models/Empty"}`}); err != nil {
		t.Fatal(err)
	}
	child, err := f.CreateResource(t.Context(), source.ID, source.RootResourceID, "pets")
	if err != nil {
		t.Fatal(err)
	}
	k := apigw.MethodKey{RestAPIID: source.ID, ResourceID: child.ID, HTTPMethod: "POST"}
	if _, err := f.PutMethod(t.Context(), k, &apigw.Method{RequestValidatorID: v.ID, Integration: &apigw.Integration{Type: apigw.Mock}}); err != nil {
		t.Fatal(err)
	}
	api, err := f.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "copy"}, control.RestAPIOptions{CloneFrom: source.ID})
	if err != nil {
		t.Fatal(err)
	}
	draft, err := f.Draft(t.Context(), api.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(draft.Resources) != 2 || draft.Resources[0].ID != api.RootResourceID || draft.Resources[1].Path != "/pets" {
		t.Fatalf("resources of the copy: %+v", draft.Resources)
	}
	m := draft.Resources[1].Methods["POST"]
	if m.RequestValidatorID == v.ID || m.RequestValidatorID != draft.Validators[0].ID {
		t.Errorf("validator of the copied method is %s, want %s", m.RequestValidatorID, draft.Validators[0].ID)
	}
	if m.Integration.CacheNamespace != draft.Resources[1].ID {
		t.Errorf("cache namespace of the copy is %s, want its resource %s", m.Integration.CacheNamespace, draft.Resources[1].ID)
	}
	pet, err := f.GetModel(t.Context(), api.ID, "Pet", false)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(pet.Schema, "/restapis/"+api.ID+"/models/Empty") {
		t.Errorf("the copied model refers to %s", pet.Schema)
	}
	_, err = f.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "copy"}, control.RestAPIOptions{CloneFrom: "nobody"})
	if wrong := refused(err, "NotFoundException: Invalid API identifier specified"); wrong != "" {
		t.Error(wrong)
	}
}

func TestPagesOfAPIs(t *testing.T) {
	f := newFixture(t)
	for range 7 {
		f.api()
	}
	var seen []string
	page := control.Page{Limit: 3}
	for turns := 1; ; turns++ {
		apis, next, err := f.GetRestAPIs(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, api := range apis {
			seen = append(seen, api.ID)
		}
		if next == "" {
			if turns != 3 {
				t.Errorf("%d pages, want 3", turns)
			}
			break
		}
		page.After = next
	}
	if len(seen) != 7 || !slices.IsSorted(seen) {
		t.Errorf("saw %v, want each of 7 once", seen)
	}
	if apis, next, err := f.GetRestAPIs(t.Context(), control.Page{Limit: 0}); err != nil || len(apis) > 0 || next != "" {
		t.Errorf("a page of no items: %v %q %v", apis, next, err)
	}
	if _, next, _ := f.GetRestAPIs(t.Context(), control.Page{Limit: 7}); next != "" {
		t.Errorf("a full last page has the position %q, want none", next)
	}
}
