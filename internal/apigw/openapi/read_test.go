package openapi

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postern/internal/apigw"
)

func readFile(t *testing.T, name string, o Options) *Document {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Read(content, o)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return doc
}

func (d *Document) operation(t *testing.T, verb, path string) *Operation {
	t.Helper()
	for _, op := range d.Operations {
		if op.Path == path && op.Method.HTTPMethod == verb {
			return op
		}
	}
	t.Fatalf("no %s %s", verb, path)
	return nil
}

func TestOperationsOfOpenAPI3(t *testing.T) {
	doc := readFile(t, "orders.yaml", Options{AccountID: "111111111111", Region: "eu-west-1", Partition: "aws"})
	list := doc.operation(t, "GET", "/orders")
	wantParameters := map[string]bool{
		"method.request.querystring.tenant":  true,
		"method.request.querystring.status":  false,
		"method.request.header.X-Request-Id": true,
	}
	if diff := difference(wantParameters, list.Method.RequestParameters); diff != "" {
		t.Errorf("parameters of the path and of the operation %s", diff)
	}
	if list.Method.OperationName != "listOrders" || list.Validator != "params-only" || list.Authorizer != "lambda" || list.Method.AuthorizationType != apigw.AuthCustom {
		t.Errorf("operation %+v, method %+v", list, list.Method)
	}
	ok := list.Method.Responses["200"]
	if len(list.Method.Responses) != 1 || ok == nil || !maps.Equal(ok.ResponseParameters, map[string]bool{"method.response.header.X-Total": false}) {
		t.Errorf("responses %+v", list.Method.Responses)
	}
	if name := ok.ResponseModels["application/json"]; !strings.HasPrefix(name, "MODEL") || len(name) != 11 {
		t.Errorf("the model of a schema without a name is called %q", name)
	}
	in := list.Method.Integration
	if in.Type != apigw.AWSProxy || in.Timeout.Milliseconds() != 15000 || in.PassthroughBehavior != apigw.WhenNoMatch ||
		!strings.Contains(in.URI, "arn:aws:lambda:eu-west-1:111111111111:function:orders/") {
		t.Errorf("integration %+v", in)
	}

	create := doc.operation(t, "POST", "/orders")
	wantModels := map[string]string{"application/json": "NewOrder", "application/vnd.shop.v2+json": "NewOrder"}
	if !maps.Equal(create.Method.RequestModels, wantModels) || create.Validator != "all" || !create.Method.APIKeyRequired || create.Authorizer != "lambda" {
		t.Errorf("operation %+v, method %+v", create, create.Method)
	}
	if got := create.Method.Integration.Timeout.Milliseconds(); got != 29000 {
		t.Errorf("the timeout beside a merge is %d ms, want 29000", got)
	}
	if create.Method.Responses["201"] == nil || create.Method.Responses["400"].ResponseModels["application/json"] == "" {
		t.Errorf("responses with numbers for names: %+v", create.Method.Responses)
	}

	one := doc.operation(t, "GET", "/orders/{orderId}")
	if !one.Method.RequestParameters["method.request.path.orderId"] || one.Method.AuthorizationType != apigw.AuthIAM {
		t.Errorf("method %+v", one.Method)
	}
	if doc.API.Version != "2024-05-01" || doc.API.MinimumCompressionSize == nil || *doc.API.MinimumCompressionSize != 1024 {
		t.Errorf("API %+v", doc.API)
	}
	if len(doc.GatewayResponses) != 2 || doc.GatewayResponses[1].StatusCode != "429" {
		t.Errorf("gateway responses %+v", doc.GatewayResponses)
	}
	if len(doc.Warnings) > 0 {
		t.Errorf("warnings: %v", doc.Warnings)
	}
}

func TestOperationsOfSwagger(t *testing.T) {
	doc := readFile(t, "weather.json", Options{})
	now := doc.operation(t, "GET", "/cities/{city}/now")
	wantModels := map[string]string{"application/json": "Weather", "text/plain": "Weather"}
	if got := now.Method.Responses["200"].ResponseModels; !maps.Equal(got, wantModels) {
		t.Errorf("models %v, want %v: what the whole definition produces", got, wantModels)
	}
	if !now.Method.APIKeyRequired {
		t.Error("the security of the whole definition does not go for an operation without its own")
	}
	patterns := map[string]string{}
	for status, r := range now.Method.Integration.Responses {
		if patterns[status] = "default"; r.SelectionPattern != nil {
			patterns[status] = *r.SelectionPattern
		}
	}
	if want := map[string]string{"200": "default", "404": "404", "502": `5\d{2}`}; !maps.Equal(patterns, want) {
		t.Errorf("selection patterns %v, want %v", patterns, want)
	}
	if root := doc.operation(t, "GET", "/"); root.Method.APIKeyRequired {
		t.Error("an empty security does not take the whole definition's away")
	} else if got := root.Method.Integration.Responses["200"].ResponseTemplates["text/html"]; got != "<h1>☀ 🌧</h1>" {
		t.Errorf("escapes of JSON read as %q", got)
	}
	put := doc.operation(t, "PUT", "/cities/{city}/now")
	if put.Method.AuthorizationType != apigw.AuthCognito || !slices.Equal(put.Method.AuthorizationScopes, []string{"weather/write"}) || put.Method.APIKeyRequired {
		t.Errorf("method %+v", put.Method)
	}
	if in := put.Method.Integration; in.ContentHandling != apigw.ConvertToBinary || in.PassthroughBehavior != apigw.Never {
		t.Errorf("integration %+v", in)
	}
	if want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}`; doc.API.Policy != want {
		t.Errorf("policy %s, want %s", doc.API.Policy, want)
	}
	if a := doc.Authorizers[0]; a.Type != apigw.CognitoAuthorizer || a.IdentitySource != "method.request.header.Authorization" || a.ResultTTL != nil {
		t.Errorf("authorizer %+v", a)
	}
}

func TestReferencesBetweenModels(t *testing.T) {
	doc := readFile(t, "orders.yaml", Options{})
	var order string
	for _, m := range doc.ModelsOf("abc123") {
		if m.Name == "Order" {
			order = m.Schema
		}
	}
	want := `{
  "allOf" : [ {
    "$ref" : "https://apigateway.amazonaws.com/restapis/abc123/models/NewOrder"
  }, {
    "type" : "object",
    "properties" : {
      "id" : {
        "type" : "string",
        "format" : "uuid"
      },
      "total" : {
        "type" : "number",
        "minimum" : 0
      }
    }
  } ]
}`
	if diff := difference(want, order); diff != "" {
		t.Errorf("schema %s", diff)
	}
}

func TestDefinitionWithoutExtensions(t *testing.T) {
	doc := readFile(t, "plain.yaml", Options{})
	if want := []string{"/notes", "/notes/{id}", "/empty"}; !slices.Equal(doc.Paths, want) {
		t.Errorf("paths %v, want %v", doc.Paths, want)
	}
	list := doc.operation(t, "GET", "/notes")
	if list.Method.Integration != nil || list.Method.AuthorizationType != apigw.AuthNone {
		t.Errorf("method %+v", list.Method)
	}
	if list.Method.Responses["200"].ResponseModels["application/xml"] == "" {
		t.Errorf("what an operation produces itself is not taken: %v", list.Method.Responses["200"].ResponseModels)
	}
	if len(doc.Warnings) > 0 || len(doc.Notes) != 1 || !strings.Contains(doc.Notes[0].Error(), "text in formData") {
		t.Errorf("warnings %v, notes %v; want one note about the form", doc.Warnings, doc.Notes)
	}
}

// Observed, but for the bare / and the variables in an address.
func TestBasePath(t *testing.T) {
	const paths = `paths: {/x: {get: {}}}`
	for _, tt := range []struct {
		name, head             string
		ignore, prepend, split string
	}{
		{name: "of Swagger", head: `swagger: "2.0"` + "\nbasePath: /a/b", ignore: "/x", prepend: "/a/b/x", split: "/b/x"},
		{name: "of one segment", head: `swagger: "2.0"` + "\nbasePath: /a", ignore: "/x", prepend: "/a/x", split: "/x"},
		{name: "none", head: `swagger: "2.0"`, ignore: "/x", prepend: "/x", split: "/x"},
		{name: "a slash", head: "openapi: 3.0.1\nservers: [{url: 'https://h/'}]", ignore: "/x", prepend: "/x", split: "/x"},
		{name: "of an address", head: "openapi: 3.0.1\nservers: [{url: 'https://h/a/b/'}]", ignore: "/x", prepend: "/a/b/x", split: "/b/x"},
		{name: "of a variable that the address does not use", head: "openapi: 3.0.1\nservers: [{url: 'https://h', variables: {basePath: {default: /v}}}]", ignore: "/x", prepend: "/v/x", split: "/x"},
		{name: "of a variable without a slash", head: "openapi: 3.0.1\nservers: [{url: 'https://h/{basePath}', variables: {basePath: {default: v}}}]", ignore: "/x", prepend: "/v/x", split: "/x"},
		{name: "of an address with another variable", head: "openapi: 3.0.1\nservers: [{url: 'https://{h}/{p}', variables: {h: {default: x.org}, p: {default: a}}}]", ignore: "/x", prepend: "/a/x", split: "/x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for mode, want := range map[string]string{"": tt.ignore, "ignore": tt.ignore, "prepend": tt.prepend, "split": tt.split} {
				doc, err := Read([]byte(tt.head+"\n"+paths), Options{BasePath: mode})
				if err != nil {
					t.Fatal(err)
				}
				if got := doc.Paths[0]; got != want || doc.Operations[0].Path != want {
					t.Errorf("%s: path %s, want %s", mode, got, want)
				}
			}
		})
	}
}

// Each line that has a finding says so behind a #.
func TestFindingsHaveTheirPlace(t *testing.T) {
	const head = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\n"
	for _, tt := range []struct{ name, text string }{
		{name: "unknown attribute", text: "paths: {}\ncomponents:\n  schemaas: {}\t# warning 5:13: Parse issue: attribute components.schemaas is unexpected\n"},
		{name: "parameter that is no text", text: "paths:\n  /a:\n    get:\n      x-amazon-apigateway-integration:\n        type: mock\n        requestParameters:\n          integration.request.header.A: true\t# warning 9:41: Invalid format for 'requestParameters'. Expected type string for property 'integration.request.header.A' of resource '/a' and method 'GET' but got 'true'\n"},
		{name: "unknown type", text: "paths:\n  /a:\n    get:\n      x-amazon-apigateway-integration:\n        type: htpp\t# error 7:15: Unable to parse API definition because of a malformed integration at path /a\n"},
		{name: "integration that is a text", text: "paths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: mock\t# error 6:40: Unable to parse API definition because of a malformed integration at path /a\n"},
		{name: "dangling reference", text: "paths:\n  /a:\n    get:\n      parameters:\n        - $ref: '#/components/parameters/No'\t# error 7:17: Unable to resolve reference '#/components/parameters/No'\n"},
		{name: "circular reference", text: "paths:\n  /a:\n    get:\n      parameters:\n        - $ref: '#/components/parameters/A'\t# error 7:11: Unable to resolve reference '#/components/parameters/A': it leads back to itself\ncomponents:\n  parameters:\n    A: {$ref: '#/components/parameters/A'}\n"},
		{name: "path without a slash", text: "paths:\n  a: {}\t# error 4:6: Unable to create resource at path 'a': a path begins with /\n"},
		{name: "bad gateway response", text: "paths: {}\nx-amazon-apigateway-gateway-responses:\n  TEAPOT:\t# error 6:5: Unable to put gateway response 'TEAPOT'\n    statusCode: 418\n"},
		{name: "not for REST APIs", text: "paths: {}\nx-amazon-apigateway-cors: {}\t# note 4:27: x-amazon-apigateway-cors has no effect on a REST API\n"},
		{name: "repeated server variable is no finding", text: "paths: {}\n"},
		{name: "extension of another place", text: "paths:\n  /a:\n    x-amazon-apigateway-integration: {type: mock}\t# note 5:38: x-amazon-apigateway-integration has no effect here, it belongs to an operation\n"},
		{name: "extension that does not exist", text: "paths:\n  /a:\n    x-amazon-apigateway-any-method:\n      x-amazon-apigateway-integratoin: {type: mock}\t# note 6:40: x-amazon-apigateway-integratoin is no extension of API Gateway: did you mean x-amazon-apigateway-integration?\n"},
		{name: "tag of an HTTP API", text: "paths: {}\ntags:\n  - name: Owner\n    x-amazon-apigateway-tag-value: me\t# note 6:36: x-amazon-apigateway-tag-value has no effect on a REST API\n"},
		{name: "integrations of an HTTP API", text: "paths: {}\ncomponents:\n  x-amazon-apigateway-integrations: {}\t# note 5:37: x-amazon-apigateway-integrations has no effect on a REST API\nx-amazon-apigateway-importexport-version: '1.0'\t# note 6:43: x-amazon-apigateway-importexport-version has no effect on a REST API\n"},
		{name: "extensions in schemas and examples", text: "paths: {}\ncomponents:\n  schemas: {A: {x-amazon-apigateway-what: 1}}\n  examples: {A: {x-amazon-apigateway-what: 1}}\n"},
		{name: "unknown source of keys", text: "paths: {}\nx-amazon-apigateway-api-key-source: QUERY\t# error 4:37: x-amazon-apigateway-api-key-source: \"QUERY\" is not one of HEADER, AUTHORIZER\n"},
		{name: "source of keys in small letters", text: "paths: {}\nx-amazon-apigateway-api-key-source: authorizer\n"},
		{name: "binary media types that are no list", text: "paths: {}\nx-amazon-apigateway-binary-media-types: {a: b}\t# error 4:41: x-amazon-apigateway-binary-media-types: an object found, a list expected\n"},
		{name: "compression that is no number", text: "paths: {}\nx-amazon-apigateway-minimum-compression-size: a lot\t# error 4:47: x-amazon-apigateway-minimum-compression-size: \n"},
		{name: "endpoint that is no object", text: "paths: {}\nx-amazon-apigateway-endpoint-configuration: EDGE\t# error 4:45: x-amazon-apigateway-endpoint-configuration: found text, expected an object\n"},
		{name: "unknown member of an endpoint", text: "paths: {}\nx-amazon-apigateway-endpoint-configuration:\n  vpcEndpoints: []\t# note 5:17: x-amazon-apigateway-endpoint-configuration.vpcEndpoints has no effect\n"},
		{name: "policy that is a list", text: "paths: {}\nx-amazon-apigateway-policy: []\t# error 4:29: x-amazon-apigateway-policy: found a list, expected an object\n"},
		{name: "validator that is no object", text: "paths: {}\nx-amazon-apigateway-request-validators:\n  all: true\t# error 5:8: x-amazon-apigateway-request-validators.all: found a boolean, expected an object\n"},
		{name: "flag of a validator", text: "paths: {}\nx-amazon-apigateway-request-validators:\n  all: {validateRequestBody: maybe, validateRequestHeaders: true}\t# error 5:30: Unable to create request validator 'all': validateRequestBody: \n"},
		{name: "gateway response that is no object", text: "paths: {}\nx-amazon-apigateway-gateway-responses:\n  THROTTLED: 429\t# error 5:14: x-amazon-apigateway-gateway-responses.THROTTLED: found a number, expected an object\n"},
		{name: "unknown member of a gateway response", text: "paths: {}\nx-amazon-apigateway-gateway-responses:\n  THROTTLED: {status: 429}\t# note 5:23: x-amazon-apigateway-gateway-responses.THROTTLED.status has no effect\n"},
		{name: "authorizer that is no object", text: "paths: {}\ncomponents:\n  securitySchemes:\n    a:\n      x-amazon-apigateway-authorizer: token\t# error 7:39: x-amazon-apigateway-authorizer: found text, expected an object\n"},
		{name: "unknown kind of authentication", text: "paths:\n  /a:\n    get:\n      x-amazon-apigateway-auth: {type: CUSTOM}\t# note 6:33: x-amazon-apigateway-auth has no effect on a REST API: its type is NONE or AWS_IAM\n"},
		{name: "two authorizers", text: "paths:\n  /a:\n    get:\n      security:\n        - a: []\n        - b: []\t# note 8:14: a method has one authorizer, so b has no effect beside a\ncomponents:\n  securitySchemes:\n    a: {type: apiKey, in: header, name: A, x-amazon-apigateway-authorizer: {type: token}}\n    b: {type: apiKey, in: header, name: B, x-amazon-apigateway-authorizer: {type: token}}\n"},
		{name: "unknown member of an integration", text: "paths:\n  /a:\n    get:\n      x-amazon-apigateway-integration:\n        type: mock\n        payloadFormatVersion: '2.0'\t# note 8:31: payloadFormatVersion has no effect on an integration of a REST API\n"},
		{name: "template that is no text", text: "paths:\n  /a:\n    get:\n      x-amazon-apigateway-integration:\n        type: mock\n        responses:\n          default:\n            statusCode: 200\n            responseTemplates: {application/json: {a: 1}}\t# warning 11:51: Invalid format for 'responseTemplates'. Expected type string for property 'application/json' of resource '/a' and method 'GET' but got '{\"a\":1}'\n"},
		{name: "model that nobody defines", text: "paths:\n  /a:\n    get:\n      responses:\n        '200':\n          content:\n            application/json:\n              schema: {$ref: '#/components/schemas/Nobody'}\t# warning 10:30: Unknown or invalid reference specified by '#/components/schemas/Nobody'. Ignoring.\n"},
		{name: "documentation of nothing", text: "paths: {}\nx-amazon-apigateway-documentation:\n  documentationParts:\n    - {location: {type: THING}, properties: {}}\t# warning 6:7: A documentation part is left out: \n"},
		{name: "bad TTL", text: "paths: {}\ncomponents:\n  securitySchemes:\n    a:\n      type: apiKey\n      x-amazon-apigateway-authorizer:\n        type: token\n        authorizerResultTtlInSeconds: soon\t# error 10:39: Unable to create authorizer 'a': authorizerResultTtlInSeconds\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var want []string
			for line := range strings.Lines(tt.text) {
				if _, finding, ok := strings.Cut(line, "\t# "); ok {
					want = append(want, strings.TrimSpace(finding))
				}
			}
			doc, err := Read([]byte(head+tt.text), Options{})
			var got []string
			var failed Findings
			if errors.As(err, &failed) {
				for _, f := range failed {
					got = append(got, fmt.Sprintf("error %d:%d: %s", f.Line, f.Column, f.Message))
				}
			} else {
				for _, f := range doc.Warnings {
					got = append(got, "warning "+f.Error())
				}
				for _, f := range doc.Notes {
					got = append(got, "note "+f.Error())
				}
				for _, f := range slices.Concat(doc.Warnings, doc.Notes) {
					if f.Line == 0 || len(f.Path) == 0 {
						t.Errorf("%q has no place", f)
					}
				}
			}
			if len(got) != len(want) {
				t.Fatalf("findings %q, want %q", got, want)
			}
			for i := range want {
				if !strings.HasPrefix(got[i], want[i]) {
					t.Errorf("finding %q, want %q", got[i], want[i])
				}
			}
		})
	}
}

func TestWhatIsNoDefinition(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	laughs := "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c <= 'i'; c++ {
		p := string(c - 1)
		laughs += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+p+",", 10), ",") + "]\n"
	}
	for name, text := range map[string]string{
		"nothing":            "",
		"blank":              " \n",
		"an object":          "{}",
		"a list":             "[]",
		"a text":             "hello",
		"half of an object":  `{"swagger": "2.0"`,
		"OpenAPI 3.1":        "openapi: 3.1.0",
		"Swagger 1.2":        `{"swaggerVersion": "1.2"}`,
		"bytes":              "\xff\xfe\x00",
		"two documents":      "swagger: '2.0'\n---\nswagger: '2.0'",
		"very deep JSON":     `{"swagger":"2.0","x":` + deep + "}",
		"very deep YAML":     "swagger: '2.0'\nx: " + deep,
		"many aliases":       "swagger: '2.0'\n" + laughs,
		"circular anchor":    "swagger: '2.0'\nx: &x {y: *x}",
		"too long":           `{"swagger":"2.0","x":"` + strings.Repeat("x", maxBytes) + `"}`,
		"too many values":    `{"swagger":"2.0","x":[` + strings.Repeat("1,", maxNodes) + `1]}`,
		"name that is a map": "swagger: '2.0'\n? {a: b}\n: c",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read([]byte(text), Options{})
			var fs Findings
			if !errors.As(err, &fs) || len(fs) != 1 || fs[0].Message != NotADefinition {
				t.Errorf("error %v, want one that begins with %s", err, NotADefinition)
			}
		})
	}
}

func TestSchemasThatGrowWithoutEnd(t *testing.T) {
	text := "openapi: 3.0.0\npaths: {}\ncomponents:\n  schemas:\n    A: {properties: {x: {$ref: '#/components/schemas/A/properties'}}}\n"
	if _, err := Read([]byte(text), Options{}); err == nil || !strings.Contains(err.Error(), "grows without end") {
		t.Errorf("error %v, want one about a schema that grows", err)
	}
	var wide strings.Builder
	wide.WriteString("openapi: 3.0.0\npaths: {}\ncomponents:\n  schemas:\n    L0: {x: 1}\n")
	for i := 1; i < 30; i++ { // each level names the one below ten times
		fmt.Fprintf(&wide, "    L%d: {x: {a: 1", i)
		for j := range 10 {
			fmt.Fprintf(&wide, ", p%d: {$ref: '#/components/schemas/L%d/x'}", j, i-1)
		}
		wide.WriteString("}}\n")
	}
	if _, err := Read([]byte(wide.String()), Options{}); err == nil || !strings.Contains(err.Error(), "grows without end") {
		t.Errorf("error %v, want one about a schema that grows", err)
	}
}

func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("openapi: 3.0.0\npaths: {/a: &a {get: {<<: *a}}}"))
	f.Add([]byte(`{"swagger":"2.0","paths":{"/a":{"$ref":"#/paths/~1a"}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		doc, err := Read(content, Options{BasePath: "prepend", AccountID: "1", Region: "r", Partition: "p"})
		if err != nil {
			var fs Findings
			if !errors.As(err, &fs) || len(fs) == 0 {
				t.Fatalf("error %v is no findings", err)
			}
			return
		}
		// What is written is read again, and written as it was.
		first := exported(t, doc)
		again, err := Read(first, Options{})
		if err != nil {
			if strings.Contains(err.Error(), NotADefinition) {
				t.Fatalf("read what was written: %v\n%s", err, first)
			}
			return // a definition whose parts the control plane would refuse
		}
		if second := exported(t, again); string(second) != string(first) && stable(doc) {
			t.Fatalf("written as\n%s\nthen as\n%s", first, second)
		}
	})
}
