package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"postern/internal/apigw"
)

// This file reads the documentation parts of an OpenAPI definition: those that
// stand in x-amazon-apigateway-documentation. Descriptions elsewhere in the
// definition are not read.
//
// See "x-amazon-apigateway-documentation object".

// ImportDocumentationParts makes the documentation parts of a definition, in
// JSON or YAML. With overwrite, they replace all others. It returns their
// identifiers and what it had to leave out, which is a refusal with
// failOnWarnings.
func (s *Service) ImportDocumentationParts(ctx context.Context, api string, definition []byte, overwrite, failOnWarnings bool) (ids, warnings []string, err error) {
	if err := s.read(ctx, func(v view) error { return s.needAPI(v, api) }); err != nil {
		return nil, nil, err
	}
	if limit := s.limits().DefinitionSize; limit > 0 && len(definition) > limit {
		return nil, nil, apigw.BadRequest("The definition has %d bytes, at most %d are allowed", len(definition), limit)
	}
	parts, warnings, err := documentationOf(definition)
	if err != nil {
		return nil, nil, err
	}
	if failOnWarnings && len(warnings) > 0 {
		return nil, nil, apigw.BadRequest("Warnings found during import:\n\t%s", strings.Join(warnings, "\n\t"))
	}
	ids, err = s.PutDocumentationParts(ctx, api, parts, overwrite)
	return ids, warnings, err
}

// A definition is what is read of an OpenAPI definition.
type definition struct {
	Swagger       any `json:"swagger"`
	OpenAPI       any `json:"openapi"`
	Documentation struct {
		Parts []definedPart `json:"documentationParts"`
	} `json:"x-amazon-apigateway-documentation"`
}

type definedPart struct {
	Location struct {
		Type, Path, Method, Name string
		StatusCode               any
	}
	Properties json.RawMessage
}

// documentationOf returns the documentation parts of a definition. A part that
// cannot be kept is a warning; of two with one location the last one stays.
func documentationOf(text []byte) (parts []*apigw.DocumentationPart, warnings []string, err error) {
	unreadable := apigw.BadRequest("Unable to build importer with provided input.")
	if !json.Valid(text) {
		if text, err = jsonOf(text); err != nil {
			unreadable.Err = err
			return nil, nil, unreadable
		}
	}
	var d definition
	if err := json.Unmarshal(text, &d); err != nil || d.Swagger == nil && d.OpenAPI == nil {
		unreadable.Err = err
		return nil, nil, unreadable
	}
	places := map[apigw.DocumentationLocation]int{}
	for i, defined := range d.Documentation.Parts {
		l := defined.Location
		part := &apigw.DocumentationPart{Location: &apigw.DocumentationLocation{Type: strings.ToUpper(l.Type), Path: l.Path, Method: strings.ToUpper(l.Method), Name: l.Name}}
		if l.StatusCode != nil {
			part.Location.StatusCode = fmt.Sprint(l.StatusCode)
		}
		var compact bytes.Buffer
		if len(defined.Properties) > 0 && json.Compact(&compact, defined.Properties) == nil {
			part.Text = compact.String()
		}
		if err := Refusal(part.Validate()); err != nil {
			warnings = append(warnings, fmt.Sprintf("Documentation part %d is left out: %s", i+1, messageOf(err)))
			continue
		}
		place := part.Location.Complete()
		if j, twice := places[place]; twice {
			warnings = append(warnings, fmt.Sprintf("Documentation part %d replaces an earlier one of the same location: %s", i+1, part.Location))
			parts[j] = part
			continue
		}
		places[place] = len(parts)
		parts = append(parts, part)
	}
	return parts, warnings, nil
}

// messageOf returns a refusal's sentence without its code.
func messageOf(err error) string {
	if e, ok := err.(*apigw.Error); ok {
		return e.Message
	}
	return err.Error()
}

// jsonOf turns a YAML document into JSON.
func jsonOf(text []byte) ([]byte, error) {
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	return json.Marshal(textKeys(v))
}

// textKeys turns the keys of all maps into text: YAML has 200 where JSON has
// "200".
func textKeys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			v[k] = textKeys(member)
		}
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, member := range v {
			out[fmt.Sprint(k)] = textKeys(member)
		}
		return out
	case []any:
		for i, item := range v {
			v[i] = textKeys(item)
		}
	}
	return v
}
