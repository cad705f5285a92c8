package control

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/apigw/openapi"
)

// An ExportOptions says how an API is written as a definition.
//
// See "GetExport".
type ExportOptions struct {
	Type         string // oas30 or swagger
	YAML         bool   // else JSON
	Integrations bool   // with x-amazon-apigateway-integration
	Authorizers  bool   // with x-amazon-apigateway-authorizer
	Extensions   bool   // with every extension but documentation

	Documentation bool // with the version of the documentation that the stage has
}

// An Exported is a definition and the name of a file for it.
type Exported struct {
	Definition []byte
	FileName   string
}

// GetExport returns what a stage serves as a definition: the API as it was when
// it was deployed.
func (s *Service) GetExport(ctx context.Context, api, stage string, o ExportOptions) (*Exported, error) {
	if o.Type != "oas30" && o.Type != "swagger" {
		return nil, apigw.BadRequest("Invalid export type specified: %s. Valid options are oas30,swagger", clip(o.Type))
	}
	deployed, snapshot, err := s.LoadStage(ctx, api, stage)
	if err != nil {
		return nil, err
	}
	e := &openapi.Export{
		Snapshot: snapshot, StageName: stage, Region: s.region(),
		Swagger: o.Type == "swagger", YAML: o.YAML,
		Integrations: o.Integrations, AuthorizerDetail: o.Authorizers, Extensions: o.Extensions,
	}
	if version := deployed.DocumentationVersion; o.Documentation && version != "" {
		v, err := s.GetDocumentationVersion(ctx, api, version)
		if err != nil {
			return nil, err
		}
		parts, err := s.LoadDocumentation(ctx, api, version)
		if err != nil {
			return nil, err
		}
		e.Documentation = &openapi.Documentation{Version: version, CreatedDate: v.CreatedDate, Parts: parts}
	}
	definition, err := openapi.Write(e)
	if err != nil {
		return nil, apigw.BadRequest("%s", err)
	}
	extension := ".json"
	if o.YAML {
		extension = ".yaml"
	}
	return &Exported{Definition: definition, FileName: o.Type + "_" + e.Version() + extension}, nil
}
