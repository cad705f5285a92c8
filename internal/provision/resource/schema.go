package resource

import (
	"strings"

	"postern/internal/property"
)

// RegistrySchema returns the schema of a type that Types made, as the
// CloudFormation registry has it, or nil for another one.
func RegistrySchema(t Type) map[string]any {
	if s, ok := t.(interface{ registrySchema() map[string]any }); ok {
		return s.registrySchema()
	}
	return nil
}

func (t *table[M]) registrySchema() map[string]any {
	out := property.Schema(t.surface, t.name, t.doc, t.rows(new(M)), t.identifier)
	out["tagging"] = map[string]any{"taggable": false, "tagOnCreate": false, "tagUpdatable": false, "cloudFormationSystemTags": false}
	if _, ok := out["properties"].(map[string]any)["Tags"]; ok {
		out["tagging"] = map[string]any{"taggable": true, "tagOnCreate": true, "tagUpdatable": true, "cloudFormationSystemTags": false, "tagProperty": "/properties/Tags"}
	}
	if _, ok := out["properties"].(map[string]any)["Id"]; ok && strings.Join(t.identifier, "") != "Id" {
		out["additionalIdentifiers"] = []any{[]any{"/properties/Id"}}
	}
	return out
}

// schemaOf describes a type to the engine.
func schemaOf[M any](t *table[M]) Schema {
	rows := t.rows(new(M))
	whole := property.Schema(t.surface, t.name, t.doc, rows, t.identifier)
	defs, _ := whole["definitions"].(map[string]any)
	members, _ := whole["properties"].(map[string]any)
	out := Schema{Properties: map[string]Property{}, Attributes: map[string]Attribute{}, Identifier: t.identifier, Doc: t.doc}
	for i := range rows {
		row := &rows[i]
		name := t.surface.NameOf(row)
		if name == "" {
			continue
		}
		p := propertyOf(members[name], defs)
		if row.Is&property.ReadOnly != 0 {
			out.Attributes[name] = Attribute{Kind: p.Kind, Volatile: volatile[row.Name], Doc: row.Doc}
			continue
		}
		p.Required = row.Is&property.Required != 0
		p.CreateOnly = row.Is&property.CreateOnly != 0
		p.WriteOnly = row.Is&property.WriteOnly != 0
		p.Secret = row.Is&property.Secret != 0
		p.Unordered = row.Is&property.Unordered != 0
		p.Default = row.Default
		out.Properties[name] = p
	}
	return out
}

// volatile is the read-only rows that an update in place may change.
var volatile = map[string]bool{"path": true, "throttleSettings": true, "webAclArn": true}

// propertyOf turns the JSON Schema of a property into the engine's form.
func propertyOf(schema any, defs map[string]any) Property {
	s, _ := schema.(map[string]any)
	doc, _ := s["description"].(string)
	if ref, ok := s["$ref"].(string); ok {
		s, _ = defs[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
	}
	p := Property{Doc: doc}
	if values, ok := s["enum"].([]any); ok {
		for _, v := range values {
			if text, ok := v.(string); ok {
				p.Enum = append(p.Enum, text)
			}
		}
	}
	kind, _ := s["type"].(string)
	if both, ok := s["type"].([]any); ok {
		kind, _ = both[0].(string) // the second is another notation
		if both[1] == "string" {
			return p // a document
		}
	}
	switch kind {
	case "string":
		p.Kind = String
	case "integer":
		p.Kind = Integer
	case "number":
		p.Kind = Number
	case "boolean":
		p.Kind = Boolean
	case "array":
		item := propertyOf(s["items"], defs)
		p.Kind, p.Elem, p.Members = List, item.Kind, item.Members
	case "object":
		objectOf(&p, s, defs)
	}
	return p
}

// objectOf completes the property of an object or map.
func objectOf(p *Property, s, defs map[string]any) {
	if members, ok := s["properties"].(map[string]any); ok {
		p.Kind, p.Members = Object, membersOf(members, s, defs)
		return
	}
	// A block names its members in its items, a map has patterns for its keys.
	if s["maxItems"] != nil {
		block := propertyOf(s["items"], defs)
		p.Kind, p.Members = Object, block.Members
		return
	}
	p.Kind = Map
	patterns, _ := s["patternProperties"].(map[string]any)
	for _, value := range patterns {
		v := propertyOf(value, defs)
		p.Elem, p.Members = v.Kind, v.Members
	}
}

func membersOf(members, s, defs map[string]any) map[string]Property {
	required, _ := s["required"].([]any)
	out := make(map[string]Property, len(members))
	for name, m := range members {
		p := propertyOf(m, defs)
		for _, r := range required {
			p.Required = p.Required || r == name
		}
		out[name] = p
	}
	return out
}
