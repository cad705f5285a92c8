package openapi

import (
	"fmt"
	"strings"
	"testing"
)

// The parts that descriptions become: where they stand, and what they say.
func TestDescriptionsBecomeDocumentation(t *testing.T) {
	const swagger = `swagger: "2.0"
info: {title: t, version: "1", description: all about it}
basePath: /v1
securityDefinitions:
  token: {type: apiKey, in: header, name: A, description: who, x-amazon-apigateway-authorizer: {type: token}}
  key: {type: apiKey, in: header, name: x-api-key, description: no authorizer}
definitions:
  Pet: {type: object, description: a pet}
parameters:
  Page: {in: query, name: page, type: string, description: which page}
paths:
  /pets/{id}:
    description: one pet
    parameters: [{in: path, name: id, type: string, required: true, description: its number}]
    get:
      tags: [pets]
      summary: find
      description: ""
      parameters: [{$ref: "#/parameters/Page"}, {in: header, name: X, type: string}]
      responses:
        200: {description: 200 response, headers: {X-Total: {type: string, description: how many}}}
        404: {description: no such pet}
        default: {description: anything else}
    post:
      parameters: [{in: body, name: b, schema: {$ref: "#/definitions/Pet"}, description: the new pet}]
x-amazon-apigateway-documentation:
  documentationParts:
    - {location: {type: RESPONSE, path: "/v1/pets/{id}", method: get, statusCode: 404}, properties: {description: said before}}
`
	const openapi = `openapi: 3.0.1
info: {title: t, version: "1"}
paths:
  /a:
    put:
      requestBody: {description: a body, content: {}}
      responses: {"204": {$ref: "#/components/responses/Gone"}}
components:
  responses: {Gone: {description: gone}}
`
	for _, tt := range []struct {
		name, text string
		o          Options
		want       string
	}{
		{name: "Swagger", text: swagger, o: Options{BasePath: "prepend"}, want: `
type 'RESPONSE', path '/v1/pets/{id}', method 'GET', statusCode '404' {"description":"said before"}
type 'API' {"info":{"description":"all about it"}}
type 'RESOURCE', path '/v1/pets/{id}' {"description":"one pet"}
type 'PATH_PARAMETER', path '/v1/pets/{id}', name 'id' {"description":"its number"}
type 'METHOD', path '/v1/pets/{id}', method 'GET' {"tags":["pets"],"summary":"find"}
type 'QUERY_PARAMETER', path '/v1/pets/{id}', method 'GET', name 'page' {"description":"which page"}
type 'RESPONSE_HEADER', path '/v1/pets/{id}', method 'GET', statusCode '200', name 'X-Total' {"description":"how many"}
type 'REQUEST_BODY', path '/v1/pets/{id}', method 'POST' {"description":"the new pet"}
type 'MODEL', name 'Pet' {"description":"a pet"}
type 'AUTHORIZER', name 'token' {"description":"who"}
`},
		{name: "OpenAPI 3", text: openapi, want: `
type 'REQUEST_BODY', path '/a', method 'PUT' {"description":"a body"}
type 'RESPONSE', path '/a', method 'PUT', statusCode '204' {"description":"gone"}
`},
		{name: "ignored", text: swagger, o: Options{IgnoreDocumentation: true}, want: "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := Read([]byte(tt.text), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			b.WriteByte('\n')
			for _, part := range doc.Documentation {
				fmt.Fprintf(&b, "%s %s\n", part.Location, part.Text)
			}
			if diff := difference(tt.want, b.String()); diff != "" {
				t.Errorf("%s", diff)
			}
			if got := doc.Given["documentation"]; got != (tt.want != "\n") {
				t.Errorf("documentation is given: %t", got)
			}
		})
	}
}
