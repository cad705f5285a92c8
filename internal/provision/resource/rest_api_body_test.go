package resource_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"postern/internal/control"
	"postern/internal/provision/resource"
)

// document is an OpenAPI document with a mock behind each path.
func document(title string, paths ...string) map[string]any {
	mock := object("responses", object("200", object("description", "ok")), "x-amazon-apigateway-integration",
		object("type", "mock", "requestTemplates", object("application/json", `{"statusCode": 200}`),
			"responses", object("default", object("statusCode", "200"))))
	items := map[string]any{}
	for _, path := range paths {
		items[path] = object("get", mock)
	}
	return object("openapi", "3.0.1", "info", object("title", title, "version", "1"), "paths", items)
}

func (w *world) paths(api string) []string {
	w.t.Helper()
	list, _, err := w.svc.GetResources(context.Background(), api, control.Page{Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, r := range list {
		out = append(out, r.Path+" "+strings.Join(slices.Sorted(maps.Keys(r.Methods)), ","))
	}
	return out
}

func TestAPIFromADocument(t *testing.T) {
	for _, tt := range []struct {
		typ  string
		name string // of the API, when the template and the document both have one
	}{
		{"AWS::ApiGateway::RestApi", "title"},
		{"Terraform::AWS::ApiGatewayRestApi", "named"},
	} {
		t.Run(tt.typ, func(t *testing.T) {
			w := newWorld(t)
			w.tags = map[string]string{"team": "shop"}
			x := w.make(tt.typ, "Api", object("Name", "named", "Description", "said beside it", "Body", document("title", "/a", "/a/b")))
			if got, want := w.paths(x.ref()), []string{"/ ", "/a GET", "/a/b GET"}; !slices.Equal(got, want) {
				t.Errorf("resources %q, want %q", got, want)
			}
			api, err := w.svc.GetRestAPI(context.Background(), x.ref())
			if err != nil {
				t.Fatal(err)
			}
			if api.Name != tt.name || api.Description != "said beside it" || api.Tags["team"] != "shop" {
				t.Errorf("API %+v", api)
			}
			if got := x.attribute("RootResourceId"); got != api.RootResourceID {
				t.Errorf("root %s, want %s", got, api.RootResourceID)
			}

			x.set(object("Name", "named", "Body", document("title", "/a", "/c"), "BinaryMediaTypes", list("image/png")))
			if got, want := w.paths(x.ref()), []string{"/ ", "/a GET", "/c GET"}; !slices.Equal(got, want) {
				t.Errorf("after an update: resources %q, want %q", got, want)
			}
			api, err = w.svc.GetRestAPI(context.Background(), x.ref())
			if err != nil || api.Description != "" || !slices.Equal(api.BinaryMediaTypes, []string{"image/png"}) || api.Tags["team"] != "shop" {
				t.Errorf("after an update: API %+v, error %v", api, err)
			}

			// What others added stays as long as the document does.
			if _, err := w.svc.CreateResource(context.Background(), x.ref(), api.RootResourceID, "mine"); err != nil {
				t.Fatal(err)
			}
			x.set(object("Name", "named", "Body", document("title", "/a", "/c"), "MinimumCompressionSize", "10"))
			if got := w.paths(x.ref()); !slices.Contains(got, "/mine ") {
				t.Errorf("resources %q; the document is the same, and is imported again", got)
			}
			x.remove()
		})
	}
}

func TestWayOfTheImport(t *testing.T) {
	w := newWorld(t)
	body := with(document("t", "/a"), "servers", list(object("url", "https://example.com/x/y")))
	x := w.make("AWS::ApiGateway::RestApi", "Api", object("Body", body, "Parameters", object("basepath", "split")))
	if got, want := w.paths(x.ref()), []string{"/ ", "/y ", "/y/a GET"}; !slices.Equal(got, want) {
		t.Errorf("resources %q, want %q", got, want)
	}
	x.set(object("Body", body, "Parameters", object("basepath", "ignore"), "Mode", "merge"))
	if got, want := w.paths(x.ref()), []string{"/ ", "/a GET", "/y ", "/y/a GET"}; !slices.Equal(got, want) {
		t.Errorf("resources %q, want %q", got, want)
	}
}

func TestARefusedDocumentMakesNothing(t *testing.T) {
	w := newWorld(t)
	before := w.revision()
	typ := w.Lookup("AWS::ApiGateway::RestApi")
	_, err := typ.Create(context.Background(), w.request("Api", object("Body", document("t", "/a{b}"))))
	if resource.CodeOf(err) != resource.InvalidRequest || !strings.Contains(err.Error(), "Unable to create resource at path '/a{b}'") {
		t.Errorf("error %v", err)
	}
	if got := w.revision(); got != before {
		t.Errorf("revision %d, was %d", got, before)
	}
}

func TestProblemsOfADocumentHaveTheirPlace(t *testing.T) {
	typ := newWorld(t).Lookup("AWS::ApiGateway::RestApi")
	const text = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {type: http, uri: nowhere, httpMethod: GET}\n"
	const want = "Unable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint specified for URI"

	problems := typ.Check(object("Body", text))
	if len(problems) != 1 || problems[0].Message != want || problems[0].Place == nil ||
		!strings.HasPrefix(text[problems[0].Place.Offset:], "{type: http") {
		t.Errorf("of a text: %+v", problems)
	}

	integration := object("type", "http", "uri", "nowhere", "httpMethod", "GET")
	problems = typ.Check(object("Body", object("openapi", "3.0.1", "info", object("title", "t"),
		"paths", object("/a", object("get", object("x-amazon-apigateway-integration", integration))))))
	path := []string{"Body", "paths", "/a", "get", "x-amazon-apigateway-integration"}
	if len(problems) != 1 || problems[0].Message != want || !slices.Equal(problems[0].Path, path) {
		t.Errorf("of an object: %+v, want the path %v", problems, path)
	}

	if problems := typ.Check(object("Body", resource.Unknown{Text: "${Other.Text}"})); len(problems) > 0 {
		t.Errorf("of what is not known: %+v", problems)
	}
	problems = typ.Check(object("Body", with(document("t", "/a"), "x-amazon-apigateway-cors", object("a", "b"))))
	if len(problems) != 1 || !problems[0].Warning || !slices.Equal(problems[0].Path, []string{"Body", "x-amazon-apigateway-cors"}) {
		t.Errorf("of what has no effect: %+v", problems)
	}
}
