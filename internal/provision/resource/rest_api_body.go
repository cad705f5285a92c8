package resource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/apigw/openapi"
	"postern/internal/control"
	"postern/internal/property"
)

// This file makes APIs from OpenAPI documents.
//
//   - The document is imported again when it changes, or the way of its import;
//     then it replaces what the API had, unless the mode is merge.
//   - Of what the document and the template both say, the document counts for the
//     native type, and the template for the Terraform-shaped one.
//
// See "AWS::ApiGateway::RestApi", Body, and "aws_api_gateway_rest_api".

// bodyProperties are the properties that an import follows from.
var bodyProperties = []string{"Body", "Mode", "Parameters", "FailOnWarnings"}

// importOptions returns how the document of m is imported.
func (t *table[M]) importOptions(m *restAPI, properties map[string]any) control.ImportOptions {
	o := control.ImportOptions{Merge: m.mode == "merge", FailOnWarnings: m.failOnWarnings}
	for name, value := range m.parameters {
		switch strings.ToLower(name) {
		case "basepath":
			o.BasePath = value
		case "failonwarnings":
			o.FailOnWarnings = strings.EqualFold(value, "true")
		case "mode":
			o.Merge = value == "merge"
		case "ignore":
			o.IgnoreDocumentation = value == "documentation"
		case "endpointconfigurationtypes":
			o.EndpointTypes = strings.Split(value, ",")
		case "endpointconfigurationvpcendpointids":
			o.VPCEndpointIDs = strings.Split(value, ",")
		}
	}
	normal := t.normal(properties)
	o.Amend = func(api *apigw.RestAPI, mentions func(string) bool) {
		rows := api.Properties()
		said := map[string]any{}
		for i := range rows {
			name := t.surface.NameOf(&rows[i])
			v, ok := normal[name]
			if !ok || name == "" || rows[i].Name == "tags" || rows[i].Is&property.ReadOnly != 0 ||
				t.surface == property.CloudFormation && mentions(rows[i].Name) {
				continue
			}
			said[name] = v
		}
		property.Decode(t.surface, rows, said) // it has passed Check
	}
	return o
}

// createWithBody makes an API, from its document if it has one.
func (e *environment) createWithBody(t *table[restAPI]) func(context.Context, Request, *restAPI) error {
	return func(ctx context.Context, r Request, m *restAPI) error {
		if m.body == "" {
			return e.createRestAPI(ctx, r, m)
		}
		o := t.importOptions(m, r.Properties)
		o.Tags = withStackTags(r, m.Tags)
		var err error
		for _, id := range apiIDs(r, m.Tags) {
			var api *apigw.RestAPI
			o.ID = id
			if api, err = e.svc.ImportRestAPI(ctx, []byte(m.body), o); err == nil {
				tags := m.Tags
				m.RestAPI = *api
				m.Tags, m.Warnings = tags, nil
				return nil
			}
			var refusal *apigw.Error
			if !errors.As(err, &refusal) || refusal.Code != apigw.ConflictException {
				return err
			}
		}
		return err
	}
}

// updateWithBody changes an API. A document that is new is imported as a whole;
// what the template says beside it goes along.
func (e *environment) updateWithBody(t *table[restAPI]) func(context.Context, Request, *restAPI, *restAPI) error {
	return func(ctx context.Context, r Request, is, want *restAPI) error {
		changed := len(r.Old) == 0 || slices.ContainsFunc(t.Diff(r.Old, r.Properties), func(c Change) bool {
			return slices.Contains(bodyProperties, c.Property)
		})
		if want.body == "" || !changed {
			return e.updateRestAPI(ctx, r, is, want)
		}
		if _, err := e.svc.PutRestAPI(ctx, is.ID, []byte(want.body), t.importOptions(want, r.Properties)); err != nil {
			return err
		}
		return e.retag(ctx, r, "/restapis/"+is.ID, want.Tags)
	}
}

// titleOf returns the name that a document gives its API.
func (e *environment) titleOf(document string) string {
	doc, err := e.svc.CheckDefinition([]byte(document), control.ImportOptions{})
	if err != nil {
		return ""
	}
	return doc.API.Name
}

// lintBody reads the document as the import will.
func (e *environment) lintBody(t *table[restAPI]) func(map[string]any) []Problem {
	return func(given map[string]any) []Problem {
		if given["Body"] == nil || HasUnknown(given["Body"]) {
			return nil
		}
		return once(e.lintKnownBody(t, given))
	}
}

// once takes out what is said again of the same place, as of what an alias
// repeats.
func once(problems []Problem) []Problem {
	seen := map[string]bool{}
	return slices.DeleteFunc(problems, func(p Problem) bool {
		offset := 0
		if p.Place != nil {
			offset = p.Place.Offset
		}
		k := fmt.Sprintf("%q %d %s", p.Path, offset, p.Message)
		again := seen[k]
		seen[k] = true
		return again
	})
}

// lintKnownBody reads a document of which nothing is unknown.
func (e *environment) lintKnownBody(t *table[restAPI], given map[string]any) []Problem {
	m := new(restAPI)
	property.Decode(t.surface, t.rows(m), property.Normal(t.surface, t.rows(new(restAPI)), given))
	b := body{text: m.body}
	if written, ok := given["Body"].(string); ok {
		b = body{text: written, isText: true} // and not in normal form, for the places
	}
	doc, err := e.svc.CheckDefinition([]byte(b.text), t.importOptions(m, given))
	var out []Problem
	if err != nil {
		var findings openapi.Findings
		if !errors.As(err, &findings) {
			return []Problem{{Path: []string{"Body"}, Message: err.Error()}}
		}
		for _, f := range findings {
			out = append(out, b.problem(f.Place, f.Message, f.Detail))
		}
	}
	if doc == nil {
		return out
	}
	for _, f := range slices.Concat(doc.Warnings, doc.Notes) {
		out = append(out, b.warning(f.Place, f.Message, f.Detail))
	}
	for _, op := range doc.Operations {
		for _, e := range unbuilt("Method", op.Method.Properties(), nil) {
			out = append(out, b.warning(op.At, e.Message, ""))
		}
		if in := op.Method.Integration; in != nil {
			for _, e := range unbuilt("Integration", in.Properties(), nil) {
				out = append(out, b.warning(op.IntegrationAt, e.Message, ""))
			}
		}
	}
	return out
}

// A body is a document as a template has it: as an object or as text.
type body struct {
	text   string
	isText bool
}

func (b *body) warning(at openapi.Place, message, detail string) Problem {
	p := b.problem(at, message, detail)
	p.Warning = true
	return p
}

// problem says where in the template a place in the document is.
func (b *body) problem(at openapi.Place, message, detail string) Problem {
	p := Problem{Path: []string{"Body"}, Message: message}
	if detail != "" {
		p.Message, p.AWS = strings.TrimSuffix(message, ".")+": "+detail, message
	}
	switch {
	case at.Line == 0:
	case b.isText:
		p.Place = &Place{Offset: offsetOf(b.text, at.Line, at.Column), Length: 1}
	default:
		p.Path = append(p.Path, at.Path...)
	}
	return p
}

// offsetOf returns where a line and a column, in characters, stand in a text.
func offsetOf(text string, line, column int) int {
	offset := 0
	for l := range strings.Lines(text) {
		if line--; line > 0 {
			offset += len(l)
			continue
		}
		for i := range l {
			if column--; column == 0 {
				return offset + i
			}
		}
		return offset + len(l)
	}
	return len(text)
}
