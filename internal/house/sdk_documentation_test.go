package house_test

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func driveDocumentation(c *sdk) {
	api, root := c.newStage()
	_ = root
	made := do(c, c.CreateDocumentationPart, &apigateway.CreateDocumentationPartInput{RestApiId: api, Properties: new(`{"description":"gets"}`),
		Location: &types.DocumentationPartLocation{Type: types.DocumentationPartTypeMethod, Path: new("/"), Method: new("GET")}})
	id := made.Id
	c.equal(made, "", `{"Id":"`+*id+`","Location":{"Method":"GET","Path":"/","Type":"METHOD"},"Properties":"{\"description\":\"gets\"}"}`)
	at := &apigateway.GetDocumentationPartInput{RestApiId: api, DocumentationPartId: id}
	c.equal(do(c, c.GetDocumentationPart, at), "", memberOf(c.T, made, ""))
	read := func() (*apigateway.GetDocumentationPartOutput, error) { return c.GetDocumentationPart(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateDocumentationPartOutput, error) {
		return c.UpdateDocumentationPart(c.Context(), &apigateway.UpdateDocumentationPartInput{RestApiId: api, DocumentationPartId: id, PatchOperations: ops})
	}
	patches(c, update, read, []patched{{`replace /properties {"summary":"reads"}`, `Properties "{\"summary\":\"reads\"}"`}})
	refusals(c, update, read, [][2]string{
		{"remove /properties", "Invalid patch path  '/properties' specified for op 'remove'. Please choose supported operations"},
		{"replace /location x", "Invalid patch path  '/location' specified for op 'replace'. Must be one of: [/properties]"},
	})
	definition := `{"swagger":"2.0","info":{"title":"pets","version":"1"},"paths":{},"x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"API"},"properties":{"description":"pets"}}]}}`
	imported := do(c, c.ImportDocumentationParts, &apigateway.ImportDocumentationPartsInput{RestApiId: api, Body: []byte(definition), Mode: types.PutModeMerge})
	if len(imported.Ids) != 1 {
		c.Errorf("ImportDocumentationParts answers %s", memberOf(c.T, imported, ""))
	}
	refused[*types.BadRequestException](c, c.ImportDocumentationParts, &apigateway.ImportDocumentationPartsInput{RestApiId: api, Body: []byte("what is this")}, "Unable to build importer with provided input.")
	for _, tt := range []struct {
		filter *apigateway.GetDocumentationPartsInput
		want   int
	}{
		{&apigateway.GetDocumentationPartsInput{}, 2},
		{&apigateway.GetDocumentationPartsInput{Type: types.DocumentationPartTypeApi}, 1},
		{&apigateway.GetDocumentationPartsInput{Path: new("/")}, 1},
		{&apigateway.GetDocumentationPartsInput{NameQuery: new("nobody")}, 0},
		{&apigateway.GetDocumentationPartsInput{LocationStatus: types.LocationStatusTypeDocumented}, 2},
	} {
		tt.filter.RestApiId = api
		if list := do(c, c.GetDocumentationParts, tt.filter); len(list.Items) != tt.want {
			c.Errorf("GetDocumentationParts %s has %d, want %d", memberOf(c.T, tt.filter, ""), len(list.Items), tt.want)
		}
	}

	version := do(c, c.CreateDocumentationVersion, &apigateway.CreateDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v1"), StageName: new("prod"), Description: new("one")})
	if version.CreatedDate == nil {
		c.Errorf("CreateDocumentationVersion answers %s", memberOf(c.T, version, ""))
	}
	c.equal(do(c, c.GetStage, &apigateway.GetStageInput{RestApiId: api, StageName: new("prod")}), "DocumentationVersion", `"v1"`)
	vat := &apigateway.GetDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v1")}
	patches(c, func(ops []types.PatchOperation) (*apigateway.UpdateDocumentationVersionOutput, error) {
		return c.UpdateDocumentationVersion(c.Context(), &apigateway.UpdateDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v1"), PatchOperations: ops})
	}, func() (*apigateway.GetDocumentationVersionOutput, error) {
		return c.GetDocumentationVersion(c.Context(), vat)
	},
		[]patched{{"replace /description the first", `Description "the first"`}})
	refused[*types.ConflictException](c, c.CreateDocumentationVersion, &apigateway.CreateDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v1")}, "…")
	do(c, c.CreateDocumentationVersion, &apigateway.CreateDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v2")})
	if list := do(c, c.GetDocumentationVersions, &apigateway.GetDocumentationVersionsInput{RestApiId: api}); len(list.Items) != 2 {
		c.Errorf("GetDocumentationVersions has %d, want 2", len(list.Items))
	}
	do(c, c.DeleteDocumentationVersion, &apigateway.DeleteDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v2")})
	refused[*types.NotFoundException](c, c.GetDocumentationVersion, &apigateway.GetDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v2")}, "…")
	do(c, c.DeleteDocumentationPart, &apigateway.DeleteDocumentationPartInput{RestApiId: api, DocumentationPartId: id})
	refused[*types.NotFoundException](c, c.GetDocumentationPart, at, "Invalid Documentation part identifier specified")
}

func driveSDKTypes(c *sdk) {
	list := do(c, c.GetSdkTypes, &apigateway.GetSdkTypesInput{})
	if len(list.Items) == 0 {
		c.Fatal("GetSdkTypes has none")
	}
	for _, item := range list.Items {
		c.equal(do(c, c.GetSdkType, &apigateway.GetSdkTypeInput{Id: item.Id}), "", memberOf(c.T, item, ""))
	}
	refused[*types.NotFoundException](c, c.GetSdkType, &apigateway.GetSdkTypeInput{Id: new("cobol")}, "…")
}

// petStore is a definition with a model, a security scheme and integrations.
const petStore = `openapi: 3.0.1
info: {title: PetStore, version: "2", description: all the pets}
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: a pet, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses: {default: {statusCode: "200", responseTemplates: {application/json: '{"id": "$input.params(''id'')"}'}}}
components:
  schemas:
    Pet: {type: object, properties: {id: {type: string}}}
`

func driveImport(c *sdk) {
	made := do(c, c.ImportRestApi, &apigateway.ImportRestApiInput{Body: []byte(petStore), FailOnWarnings: true,
		Parameters: map[string]string{"endpointConfigurationTypes": "REGIONAL", "ignore": "documentation"}})
	api := made.Id
	for path, want := range map[string]string{"Name": `"PetStore"`, "Version": `"2"`, "Description": `"all the pets"`, "EndpointConfiguration.Types": `["REGIONAL"]`} {
		c.equal(made, path, want)
	}
	paths := func() string {
		var list []string
		for _, r := range do(c, c.GetResources, &apigateway.GetResourcesInput{RestApiId: api}).Items {
			list = append(list, *r.Path)
		}
		return strings.Join(list, " ")
	}
	if got := paths(); got != "/ /pets /pets/{id}" {
		c.Errorf("the resources are %s", got)
	}
	do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, StageName: new("prod")})
	wantBody(c.T, "GET", c.url+"/restapis/"+*api+"/prod/_user_request_/pets/7", 200, `{"id": "7"}`)

	merged := strings.ReplaceAll(petStore, "/pets/{id}", "/animals/{id}")
	c.equal(do(c, c.PutRestApi, &apigateway.PutRestApiInput{RestApiId: api, Mode: types.PutModeMerge, Body: []byte(merged)}), "Id", `"`+*api+`"`)
	if got := paths(); got != "/ /animals /animals/{id} /pets /pets/{id}" {
		c.Errorf("the resources after a merge are %s", got)
	}
	do(c, c.PutRestApi, &apigateway.PutRestApiInput{RestApiId: api, Mode: types.PutModeOverwrite, Body: []byte(merged), Parameters: map[string]string{"basepath": "ignore"}})
	if got := paths(); got != "/ /animals /animals/{id}" {
		c.Errorf("the resources after an overwrite are %s", got)
	}
	refused[*types.BadRequestException](c, c.ImportRestApi, &apigateway.ImportRestApiInput{Body: []byte("what is this")}, "Invalid OpenAPI input.")
	refused[*types.NotFoundException](c, c.PutRestApi, &apigateway.PutRestApiInput{RestApiId: new("nobody"), Body: []byte(petStore)}, "Invalid API identifier specified 000000000000:nobody")

	// An export is of what is deployed, not of the draft. The SDK for Go asks for
	// JSON whatever it is told.
	for _, typ := range []string{"oas30", "swagger"} {
		out := do(c, c.GetExport, &apigateway.GetExportInput{RestApiId: api, StageName: new("prod"), ExportType: &typ, Parameters: map[string]string{"extensions": "apigateway"}})
		if text := string(out.Body); !json.Valid(out.Body) || !strings.Contains(text, "/pets/{id}") || strings.Contains(text, "/animals") || !strings.Contains(text, "x-amazon-apigateway-integration") {
			c.Errorf("the export as %s is\n%s", typ, text)
		}
		if *out.ContentType != "application/octet-stream" || *out.ContentDisposition != `attachment; filename="`+typ+`_2.json"` {
			c.Errorf("the export as %s has type %s and name %s", typ, *out.ContentType, *out.ContentDisposition)
		}
	}
	refused[*types.BadRequestException](c, c.GetExport, &apigateway.GetExportInput{RestApiId: api, StageName: new("prod"), ExportType: new("raml")}, "…")
	refused[*types.NotFoundException](c, c.GetExport, &apigateway.GetExportInput{RestApiId: api, StageName: new("nobody"), ExportType: new("oas30")}, "Invalid stage identifier specified")
}

func driveTestInvoke(c *sdk) {
	api, root := c.newMethod()
	pet := do(c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: new("{id}")}).Id
	c.mock(api, pet)
	do(c, c.PutIntegrationResponse, &apigateway.PutIntegrationResponseInput{RestApiId: api, ResourceId: pet, HttpMethod: new("GET"), StatusCode: new("200"), ResponseTemplates: map[string]string{
		"application/json": `{"id": "$input.params('id')", "q": "$input.params('q')", "h": "$input.params('X-H')", "v": "$stageVariables.v"}`}})
	out := do(c, c.TestInvokeMethod, &apigateway.TestInvokeMethodInput{RestApiId: api, ResourceId: pet, HttpMethod: new("GET"), PathWithQueryString: new("/7?q=a"),
		Headers: map[string]string{"X-H": "b"}, MultiValueHeaders: map[string][]string{"X-M": {"1", "2"}}, StageVariables: map[string]string{"v": "c"}})
	if out.Status != 200 || *out.Body != `{"id": "7", "q": "a", "h": "b", "v": "c"}` || out.Headers["Content-Type"] != "application/json" {
		c.Errorf("TestInvokeMethod answers %s", memberOf(c.T, out, ""))
	}
	last := 0
	for _, line := range []string{"Execution log for request ", "Starting execution for request: ", "HTTP Method: GET, Resource Path: /7\n", "Method request path: {id=7}\n",
		"Method request query string: {q=a}\n", "Method request headers: {", "Method request body before transformations: \n", "Method response body after transformations: {\"id\": \"7\"",
		"Method response headers: {Content-Type=application/json}\n", "Successfully completed execution\n", "Method completed with status: 200\n"} {
		at := strings.Index((*out.Log)[last:], line)
		if at < 0 {
			c.Fatalf("the log lacks %q, or has it too early:\n%s", line, *out.Log)
		}
		last += at
	}
	refused[*types.NotFoundException](c, c.TestInvokeMethod, &apigateway.TestInvokeMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("POST")}, "Invalid Method identifier specified")
	refused[*types.NotFoundException](c, c.TestInvokeMethod, &apigateway.TestInvokeMethodInput{RestApiId: api, ResourceId: new("nobody"), HttpMethod: new("GET")}, "Invalid Resource identifier specified")
}
