// Package openapi reads and writes REST APIs as OpenAPI definitions: Swagger 2.0
// and OpenAPI 3.0, JSON and YAML, with the x-amazon-apigateway-* extensions.
//
//	Read   text → nodes with positions → Document, and what is wrong with it
//	Write  Snapshot → nodes in API Gateway's order → text
//
// A Document is what the file says, in API Gateway's nouns; it has no
// identifiers yet, so its parts name each other by name and by path. The control
// plane gives them identifiers and judges what the nouns' own rows cannot know.
//
// What is known and has no effect on a REST API is a note, so that
// failonwarnings fails where API Gateway's does.
//
// See "Develop REST APIs using OpenAPI in API Gateway" and "OpenAPI extensions
// for API Gateway".
package openapi
