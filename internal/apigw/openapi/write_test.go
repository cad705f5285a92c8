package openapi

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"postern/internal/apigw"
)

// snapshot returns a document as an API would be, with names for identifiers.
func snapshot(doc *Document) *apigw.Snapshot {
	s := &apigw.Snapshot{API: doc.API, Models: doc.ModelsOf("api"), GatewayResponses: doc.GatewayResponses}
	s.API.ID, s.API.CreatedDate = "api", time.Unix(1_700_000_000, 0)
	for _, v := range doc.Validators {
		c := *v
		c.ID = c.Name
		s.Validators = append(s.Validators, &c)
	}
	for _, a := range doc.Authorizers {
		c := a.Authorizer
		c.ID = c.Name
		s.Authorizers = append(s.Authorizers, &c)
	}
	byPath := map[string]*apigw.Resource{}
	for _, path := range doc.Paths {
		if byPath[path] == nil {
			byPath[path] = &apigw.Resource{ID: path, ParentID: "none", Path: path, Methods: map[string]*apigw.Method{}}
			s.Resources = append(s.Resources, byPath[path])
		}
	}
	for _, op := range doc.Operations {
		m := *op.Method
		m.RequestValidatorID, m.AuthorizerID = op.Validator, op.Authorizer
		byPath[op.Path].Methods[m.HTTPMethod] = &m
	}
	return s
}

func exported(t *testing.T, doc *Document) []byte {
	t.Helper()
	text, err := Write(&Export{Snapshot: snapshot(doc), StageName: "dev", Region: "us-east-1", Extensions: true})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9._+{}/-]+$`)

// stable reports whether the control plane could have made an API of doc, but
// for its models: only then writing it loses nothing.
func stable(doc *Document) bool {
	if doc.API.Name == "" || len(doc.Models) > 0 || len(doc.Authorizers) > 0 || len(doc.Validators) > 0 || len(doc.GatewayResponses) > 0 || doc.API.Policy != "" {
		return false
	}
	for _, path := range doc.Paths {
		if !plainName.MatchString(path) || strings.Contains(path, "//") {
			return false
		}
	}
	for _, op := range doc.Operations {
		if op.Method.Integration != nil || op.Validator != "" || len(op.Method.AuthorizationScopes) > 0 {
			return false
		}
		for name := range op.Method.RequestParameters {
			if !plainName.MatchString(name) || strings.HasSuffix(name, ".") {
				return false
			}
		}
		for status, r := range op.Method.Responses {
			if !apigw.IsStatusCode(status) || len(r.ResponseModels) > 0 {
				return false
			}
		}
		if len(op.Method.RequestModels) > 0 {
			return false
		}
	}
	return true
}

func TestWritingAndReadingLosesNothing(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		for _, form := range []struct {
			name string
			e    Export
		}{
			{"oas30 JSON", Export{Extensions: true}},
			{"oas30 YAML", Export{Extensions: true, YAML: true}},
			{"swagger JSON", Export{Extensions: true, Swagger: true}},
			{"swagger YAML", Export{Extensions: true, Swagger: true, YAML: true}},
		} {
			t.Run(filepath.Base(file)+" "+form.name, func(t *testing.T) {
				doc := readFile(t, filepath.Base(file), Options{AccountID: "111111111111", Region: "us-east-1", Partition: "aws"})
				e := form.e
				e.Snapshot, e.StageName, e.Region = snapshot(doc), "dev", "us-east-1"
				first, err := Write(&e)
				if err != nil {
					t.Fatal(err)
				}
				again, err := Read(first, Options{})
				if err != nil {
					t.Fatalf("%v\n%s", err, first)
				}
				if len(again.Warnings) > 0 || len(again.Notes) > 0 {
					t.Errorf("warnings %v, notes %v\n%s", again.Warnings, again.Notes, first)
				}
				e.Snapshot = snapshot(again)
				second, err := Write(&e)
				if err != nil {
					t.Fatal(err)
				}
				if diff := difference(string(first), string(second)); diff != "" {
					t.Errorf("%s", diff)
				}
			})
		}
	}
}

// The orders are those of the recorded exports.
func TestOrderOfMaps(t *testing.T) {
	for _, want := range [][]string{
		{"/pets", "/pets/{petId}", "/"},
		{"Pets", "Empty", "NewPetResponse", "Pet", "NewPet", "PetType"},
		{"method.request.querystring.type", "method.request.querystring.page"},
		{"integration.request.querystring.page", "integration.request.querystring.type"},
		{"Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"},
		{"method.response.header.Access-Control-Allow-Methods", "method.response.header.Access-Control-Allow-Headers", "method.response.header.Access-Control-Allow-Origin"},
	} {
		m := map[string]bool{}
		for _, k := range want {
			m[k] = true
		}
		if diff := difference(want, hashOrder(m)); diff != "" {
			t.Errorf("%s", diff)
		}
	}
}

func TestFormOfTexts(t *testing.T) {
	doc, err := Read([]byte(`{"swagger":"2.0","info":{"title":"a \"b\"\n<c>","version":"1"},"paths":{"/on":{},"/a":{"get":{"responses":{"200":{"description":""}}}}}}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		yaml bool
		want string
	}{
		{name: "JSON", want: `{
  "swagger" : "2.0",
  "info" : {
    "version" : "1",
    "title" : "a \"b\"\n<c>"
  },
  "host" : "api.execute-api.us-east-1.amazonaws.com",
  "basePath" : "/dev",
  "schemes" : [ "https" ],
  "paths" : {
    "/a" : {
      "get" : {
        "responses" : {
          "200" : {
            "description" : "200 response"
          }
        }
      }
    },
    "/on" : { }
  }
}`},
		{name: "YAML", yaml: true, want: `---
swagger: "2.0"
info:
  version: "1"
  title: "a \"b\"\n<c>"
host: "api.execute-api.us-east-1.amazonaws.com"
basePath: "/dev"
schemes:
- "https"
paths:
  /a:
    get:
      responses:
        "200":
          description: "200 response"
  /on: {}
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Write(&Export{Snapshot: snapshot(doc), StageName: "dev", Region: "us-east-1", Swagger: true, YAML: tt.yaml})
			if err != nil {
				t.Fatal(err)
			}
			if diff := difference(tt.want, string(got)); diff != "" {
				t.Errorf("%s", diff)
			}
		})
	}
}

func TestExtensionsAreAsked(t *testing.T) {
	content, err := os.ReadFile("testdata/orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Read(content, Options{AccountID: "111111111111", Region: "us-east-1", Partition: "aws"})
	if err != nil {
		t.Fatal(err)
	}
	const integration, authorizer, validators = "x-amazon-apigateway-integration", "x-amazon-apigateway-authorizer", "x-amazon-apigateway-request-validators"
	for _, tt := range []struct {
		name string
		e    Export
		want []string
	}{
		{name: "none"},
		{name: "integrations", e: Export{Integrations: true}, want: []string{integration}},
		{name: "authorizers", e: Export{AuthorizerDetail: true}, want: []string{authorizer}},
		{name: "apigateway", e: Export{Extensions: true}, want: []string{integration, authorizer, validators}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.e.Snapshot, tt.e.StageName = snapshot(doc), "dev"
			text, err := Write(&tt.e)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, name := range []string{integration, authorizer, validators} {
				if strings.Contains(string(text), `"`+name+`"`) {
					got = append(got, name)
				}
			}
			if diff := difference(tt.want, got); diff != "" {
				t.Errorf("%s", diff)
			}
		})
	}
}

func TestModelThatIsNotJSON(t *testing.T) {
	s := &apigw.Snapshot{Models: []*apigw.Model{{Name: "M", Schema: "<xsd/>\n\t: ["}}}
	if _, err := Write(&Export{Snapshot: s}); err == nil || !strings.Contains(err.Error(), "model M is not JSON") {
		t.Errorf("error %v, want one about the model", err)
	}
}

// difference returns the first line in which two values differ, or nothing.
func difference(want, got any) string {
	w, g := strings.Split(fmt.Sprint(want), "\n"), strings.Split(fmt.Sprint(got), "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d:\nwant %s\ngot  %s", i+1, a, b)
		}
	}
	return ""
}
