package awsapi

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

func (c *call) createDocumentationPart() (any, error) {
	var part apigw.DocumentationPart
	if err := c.decode(part.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return answer(c.control.CreateDocumentationPart(c.ctx, c.api(), &part))
}

func (c *call) getDocumentationParts() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	f := control.DocumentationFilter{
		Type:         c.query.Get("type"),
		Name:         c.query.Get("name"),
		Path:         c.query.Get("path"),
		Undocumented: strings.EqualFold(c.query.Get("locationStatus"), "UNDOCUMENTED"),
	}
	parts, next, err := c.control.GetDocumentationParts(c.ctx, c.api(), f, page)
	if err != nil {
		return nil, err
	}
	return wireAll(parts, next), nil
}

func (c *call) getDocumentationPart() (any, error) {
	return answer(c.control.GetDocumentationPart(c.ctx, c.api(), c.path("part_id")))
}

func (c *call) updateDocumentationPart() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateDocumentationPart(c.ctx, c.api(), c.path("part_id"), ops))
}

func (c *call) deleteDocumentationPart() (any, error) {
	return nil, c.control.DeleteDocumentationPart(c.ctx, c.api(), c.path("part_id"))
}

func (c *call) importDocumentationParts() (any, error) {
	mode := c.query.Get("mode")
	if mode != "" && mode != "merge" && mode != "overwrite" {
		c.violate("'"+mode+"'", "mode", enumeration([]string{"merge", "overwrite"}))
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	ids, warnings, err := c.control.ImportDocumentationParts(c.ctx, c.api(), c.body, mode == "overwrite", c.flag("failonwarnings"))
	if err != nil {
		return nil, err
	}
	return imported(ids, warnings), nil
}

// imported is the answer of an import that makes many things.
func imported(ids, warnings []string) map[string]any {
	m := map[string]any{"ids": texts(ids)}
	if len(warnings) > 0 {
		m["warnings"] = texts(warnings)
	}
	return m
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// A versionInput is the body of CreateDocumentationVersion.
type versionInput struct{ version, stage, description string }

// Properties implements property.Noun.
func (in *versionInput) Properties() property.List {
	return property.List{
		{Name: "documentationVersion", Value: property.Text(&in.version), Is: property.Required},
		{Name: "stageName", Value: property.Text(&in.stage)},
		{Name: "description", Value: property.Text(&in.description)},
	}
}

func (c *call) createDocumentationVersion() (any, error) {
	var in versionInput
	if err := c.decode(in.Properties()); err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	version := &apigw.DocumentationVersion{Version: in.version, Description: in.description}
	return answer(c.control.CreateDocumentationVersion(c.ctx, c.api(), version, in.stage))
}

func (c *call) getDocumentationVersions() (any, error) {
	page, err := c.page()
	if err != nil {
		return nil, err
	}
	versions, next, err := c.control.GetDocumentationVersions(c.ctx, c.api(), page)
	if err != nil {
		return nil, err
	}
	return wireAll(versions, next), nil
}

func (c *call) getDocumentationVersion() (any, error) {
	return answer(c.control.GetDocumentationVersion(c.ctx, c.api(), c.path("doc_version")))
}

func (c *call) updateDocumentationVersion() (any, error) {
	ops, err := c.validPatch()
	if err != nil {
		return nil, err
	}
	return answer(c.control.UpdateDocumentationVersion(c.ctx, c.api(), c.path("doc_version"), ops))
}

func (c *call) deleteDocumentationVersion() (any, error) {
	return nil, c.control.DeleteDocumentationVersion(c.ctx, c.api(), c.path("doc_version"))
}

// CreateDocumentationPart makes a documentation part.
func (c *Client) CreateDocumentationPart(ctx context.Context, api string, part *apigw.DocumentationPart) (*apigw.DocumentationPart, error) {
	return read[apigw.DocumentationPart](c.call(ctx, "CreateDocumentationPart", []string{api}, nil, wire(part)))
}

// GetDocumentationParts returns the documentation parts of an API that f wants.
func (c *Client) GetDocumentationParts(ctx context.Context, api string, f control.DocumentationFilter) ([]*apigw.DocumentationPart, error) {
	query := url.Values{}
	for name, value := range map[string]string{"type": f.Type, "name": f.Name, "path": f.Path} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Undocumented {
		query.Set("locationStatus", "UNDOCUMENTED")
	}
	return readAll[apigw.DocumentationPart](ctx, c, "GetDocumentationParts", []string{api}, query)
}

// GetDocumentationPart returns a documentation part.
func (c *Client) GetDocumentationPart(ctx context.Context, api, id string) (*apigw.DocumentationPart, error) {
	return read[apigw.DocumentationPart](c.call(ctx, "GetDocumentationPart", []string{api, id}, nil, nil))
}

// UpdateDocumentationPart changes a documentation part.
func (c *Client) UpdateDocumentationPart(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.DocumentationPart, error) {
	return read[apigw.DocumentationPart](c.call(ctx, "UpdateDocumentationPart", []string{api, id}, nil, patchBody(ops)))
}

// DeleteDocumentationPart removes a documentation part.
func (c *Client) DeleteDocumentationPart(ctx context.Context, api, id string) error {
	_, err := c.call(ctx, "DeleteDocumentationPart", []string{api, id}, nil, nil)
	return err
}

// ImportDocumentationParts makes the documentation parts of a definition, and
// returns their identifiers and what was left out.
func (c *Client) ImportDocumentationParts(ctx context.Context, api string, definition []byte, overwrite, failOnWarnings bool) (ids, warnings []string, err error) {
	query := url.Values{"failonwarnings": {strconv.FormatBool(failOnWarnings)}, "mode": {"merge"}}
	if overwrite {
		query.Set("mode", "overwrite")
	}
	return importedIDs(c.send(ctx, "ImportDocumentationParts", []string{api}, query, definition, "application/octet-stream"))
}

// An importAnswer is the answer of an import that makes many things.
type importAnswer struct{ ids, warnings []string }

// Properties implements property.Noun.
func (a *importAnswer) Properties() property.List {
	return property.List{
		{Name: "ids", Value: property.TextList(&a.ids)},
		{Name: "warnings", Value: property.TextList(&a.warnings)},
	}
}

func importedIDs(members map[string]any, err error) (ids, warnings []string, _ error) {
	a, err := read[importAnswer](members, err)
	if err != nil {
		return nil, nil, err
	}
	return a.ids, a.warnings, nil
}

// CreateDocumentationVersion freezes the documentation under a name. An empty
// stage is none.
func (c *Client) CreateDocumentationVersion(ctx context.Context, api string, v *apigw.DocumentationVersion, stage string) (*apigw.DocumentationVersion, error) {
	in := &versionInput{version: v.Version, description: v.Description, stage: stage}
	return read[apigw.DocumentationVersion](c.call(ctx, "CreateDocumentationVersion", []string{api}, nil, wire(in)))
}

// GetDocumentationVersions returns all versions of an API's documentation.
func (c *Client) GetDocumentationVersions(ctx context.Context, api string) ([]*apigw.DocumentationVersion, error) {
	return readAll[apigw.DocumentationVersion](ctx, c, "GetDocumentationVersions", []string{api}, nil)
}

// GetDocumentationVersion returns a version of the documentation.
func (c *Client) GetDocumentationVersion(ctx context.Context, api, version string) (*apigw.DocumentationVersion, error) {
	return read[apigw.DocumentationVersion](c.call(ctx, "GetDocumentationVersion", []string{api, version}, nil, nil))
}

// UpdateDocumentationVersion changes the description of a version.
func (c *Client) UpdateDocumentationVersion(ctx context.Context, api, version string, ops []property.PatchOperation) (*apigw.DocumentationVersion, error) {
	return read[apigw.DocumentationVersion](c.call(ctx, "UpdateDocumentationVersion", []string{api, version}, nil, patchBody(ops)))
}

// DeleteDocumentationVersion removes a version.
func (c *Client) DeleteDocumentationVersion(ctx context.Context, api, version string) error {
	_, err := c.call(ctx, "DeleteDocumentationVersion", []string{api, version}, nil, nil)
	return err
}
