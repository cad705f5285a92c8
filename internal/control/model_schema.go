package control

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
)

// This file reads the schemas of models: the references from one to another,
// and the sample of a mapping template.

// referencedModel returns the model that a $ref names, if it is one of the API.
//
// See "Create models for REST APIs", "Using $ref".
func referencedModel(ref, api string) (string, bool) {
	name, ok := strings.CutPrefix(ref, "https://apigateway.amazonaws.com/restapis/"+api+"/models/")
	return name, ok && name != "" && !strings.Contains(name, "/")
}

// references returns the models that a schema refers to.
func references(schema, api string) []string {
	var v any
	if json.Unmarshal([]byte(schema), &v) != nil {
		return nil
	}
	var names []string
	eachReference(v, api, func(_ map[string]any, name string) { names = append(names, name) })
	return names
}

// eachReference calls f for every reference to a model in a parsed schema, with
// the object that holds it.
func eachReference(v any, api string, f func(holder map[string]any, name string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if ref, ok := v[k].(string); ok && k == "$ref" {
				if name, ok := referencedModel(ref, api); ok {
					f(v, name)
				}
				continue
			}
			eachReference(v[k], api, f)
		}
	case []any:
		for _, item := range v {
			eachReference(item, api, f)
		}
	}
}

// flattened returns the schema of a model with the models it refers to, directly
// or through others, as definitions. A model that does not exist stays a
// reference.
func flattened(r reader, api string, m *apigw.Model) (string, error) {
	root, ok := parseSchema(m.Schema)
	if !ok {
		return m.Schema, nil
	}
	definitions := map[string]any{}
	var failed error
	var visit func(any)
	visit = func(v any) {
		eachReference(v, api, func(holder map[string]any, name string) {
			if failed != nil {
				return
			}
			if _, done := definitions[name]; !done {
				other, err := load[apigw.Model](r, modelKey(api, name))
				if err != nil {
					failed = err
				}
				if err != nil || other == nil {
					return
				}
				schema, ok := parseSchema(other.Schema)
				if !ok {
					return
				}
				definitions[name] = schema
				visit(schema)
			}
			holder["$ref"] = "#/definitions/" + name
		})
	}
	visit(root)
	if failed != nil {
		return "", failed
	}
	if len(definitions) == 0 {
		return m.Schema, nil
	}
	if own, ok := root["definitions"].(map[string]any); ok {
		maps.Copy(definitions, own)
	}
	root["definitions"] = definitions
	text, err := json.Marshal(root)
	return string(text), err
}

func parseSchema(schema string) (map[string]any, bool) {
	var object map[string]any
	err := json.Unmarshal([]byte(schema), &object)
	return object, err == nil && object != nil
}

// GetModelTemplate returns a sample of a mapping template for a model's payload.
//
// See "GetModelTemplate".
func (s *Service) GetModelTemplate(ctx context.Context, api, name string) (string, error) {
	m, err := s.GetModel(ctx, api, name, true)
	if err != nil {
		return "", err
	}
	schema, ok := parseSchema(m.Schema)
	if !ok {
		return "", apigw.BadRequest("Invalid model schema specified")
	}
	b := sampler{definitions: schema["definitions"]}
	b.WriteString("#set($inputRoot = $input.path('$'))\n")
	b.value(schema, "$inputRoot", 0)
	return b.String(), nil
}

// A sampler writes a template that copies a payload.
type sampler struct {
	strings.Builder
	definitions any
}

// deepest is how far a sample follows a schema that refers to itself.
const deepest = 8

// value writes the template of one value that expression reads.
func (b *sampler) value(v any, expression string, depth int) {
	schema, _ := v.(map[string]any)
	if ref, ok := schema["$ref"].(string); ok {
		definitions, _ := b.definitions.(map[string]any)
		schema, _ = definitions[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
	}
	indent := strings.Repeat("  ", depth)
	properties, isObject := schema["properties"].(map[string]any)
	items, isArray := schema["items"].(map[string]any)
	switch {
	case depth >= deepest:
		b.WriteString("null")
	case isArray:
		elem := fmt.Sprintf("$elem%d", depth)
		fmt.Fprintf(b, "[\n#foreach(%s in %s)\n%s  ", elem, expression, indent)
		b.value(items, elem, depth+1)
		b.WriteString("#if($foreach.hasNext),#end\n#end\n" + indent + "]")
	case isObject:
		b.WriteString("{\n")
		names := slices.Sorted(maps.Keys(properties))
		for i, name := range names {
			text, _ := json.Marshal(name) // a string always has JSON
			fmt.Fprintf(b, "%s  %s : ", indent, text)
			b.value(properties[name], expression+"."+name, depth+1)
			if i < len(names)-1 {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
		b.WriteString(indent + "}")
	case schema["type"] == "string":
		b.WriteString(`"` + expression + `"`)
	case schema["type"] == "object" && depth == 0, schema["type"] == nil && depth == 0:
		b.WriteString("{ }")
	default:
		b.WriteString(expression)
	}
}
