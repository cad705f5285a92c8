package property

import "strings"

// Schema describes rows as a CloudFormation resource schema of type typeName.
//
// See "Resource type schema" in the CloudFormation CLI user guide.
func Schema(s *Surface, typeName, description string, rows List, identifier []string) map[string]any {
	defs := map[string]any{}
	properties := map[string]any{}
	var required, createOnly, readOnly, writeOnly, deprecated []any
	for i := range rows {
		r := &rows[i]
		name := s.NameOf(r)
		if name == "" {
			continue
		}
		properties[name] = r.schema(s, defs, name)
		pointer := "/properties/" + name
		for _, f := range []struct {
			flag Flags
			to   *[]any
			what string
		}{
			{Required, &required, name},
			{CreateOnly, &createOnly, pointer},
			{ReadOnly, &readOnly, pointer},
			{WriteOnly, &writeOnly, pointer},
			{Deprecated, &deprecated, pointer},
		} {
			if r.Is&f.flag != 0 {
				*f.to = append(*f.to, f.what)
			}
		}
	}
	primary := make([]any, len(identifier))
	for i, n := range identifier {
		primary[i] = "/properties/" + n
	}
	out := map[string]any{
		"typeName":             typeName,
		"description":          description,
		"properties":           properties,
		"additionalProperties": false,
		"primaryIdentifier":    primary,
	}
	for k, v := range map[string][]any{"required": required, "createOnlyProperties": createOnly,
		"readOnlyProperties": readOnly, "writeOnlyProperties": writeOnly, "deprecatedProperties": deprecated} {
		if len(v) > 0 {
			out[k] = v
		}
	}
	if len(defs) > 0 {
		out["definitions"] = defs
	}
	return out
}

// schema describes one property.
func (r *Row) schema(s *Surface, defs map[string]any, name string) map[string]any {
	p := r.Value.schema(s, defs, name)
	if r.Doc != "" {
		p["description"] = r.Doc
	}
	if r.Is&Unordered != 0 {
		p["insertionOrder"] = false
		p["uniqueItems"] = true
	}
	if d := r.DefaultValue(s); d != nil {
		p["default"] = d
	}
	if r.Is&Required != 0 && p["type"] == "string" && p["enum"] == nil {
		p["minLength"] = 1
	}
	return p
}

func (t *text[T]) schema(*Surface, map[string]any, string) map[string]any {
	out := map[string]any{"type": "string"}
	if t.allowed != nil {
		values := make([]any, len(t.allowed))
		for i, v := range t.allowed {
			values[i] = string(v)
		}
		out["enum"] = values
	}
	return out
}

func (o *optional) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "string"}
}
func (b *boolean) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "boolean"}
}
func (i *integer) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "integer", "minimum": i.min, "maximum": i.max}
}
func (i *optionalInteger) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "integer", "minimum": i.min, "maximum": i.max}
}
func (f *float) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "number"}
}
func (f *optionalFloat) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "number"}
}
func (m *duration) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "integer", "minimum": m.min, "maximum": m.max}
}
func (e *epoch) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "number"}
}
func (d *document) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": []any{"object", "string"}}
}

// define puts def under the definitions and returns a reference to it. The
// registry allows no properties within properties.
func define(defs map[string]any, name string, def map[string]any) map[string]any {
	defs[name] = def
	return map[string]any{"$ref": "#/definitions/" + name}
}

// itemName names the definition of a list's items.
func itemName(list string) string { return strings.TrimSuffix(list, "s") }

// mapSchema describes a map whose values are described by value, in the
// notations that s accepts.
func mapSchema(s *Surface, defs map[string]any, keys string, value map[string]any, entry string) map[string]any {
	if keys == "" {
		keys = "^.+$"
	}
	out := map[string]any{
		"type":                 "object",
		"patternProperties":    map[string]any{keys: value},
		"additionalProperties": false,
	}
	if s.pairs {
		out["type"] = []any{"object", "array"}
		out["items"] = define(defs, entry, map[string]any{
			"type":        "object",
			"description": "One entry of a map in the old notation.",
			"properties": map[string]any{
				"MapKey":   map[string]any{"type": "string", "minLength": 1},
				"MapValue": value,
			},
			"required":             []any{"MapKey", "MapValue"},
			"additionalProperties": false,
		})
		out["insertionOrder"] = false
	}
	return out
}

func (m *textMap) schema(s *Surface, defs map[string]any, _ string) map[string]any {
	if m.json {
		return map[string]any{"type": "string"}
	}
	if m.tags && s == CloudFormation {
		return map[string]any{"type": "array", "insertionOrder": false, "items": define(defs, "Tag", map[string]any{
			"type":                 "object",
			"properties":           map[string]any{"Key": map[string]any{"type": "string"}, "Value": map[string]any{"type": "string"}},
			"required":             []any{"Key", "Value"},
			"additionalProperties": false,
		})}
	}
	return mapSchema(s, defs, m.keySchema, map[string]any{"type": "string"}, "MapEntry")
}

func (m *boolMap) schema(s *Surface, defs map[string]any, _ string) map[string]any {
	if m.json {
		return map[string]any{"type": "string"}
	}
	return mapSchema(s, defs, m.keySchema, map[string]any{"type": "boolean"}, "BooleanMapEntry")
}

func (l *textList) schema(*Surface, map[string]any, string) map[string]any {
	return map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
}

func rowsSchema(s *Surface, rows List, defs map[string]any) map[string]any {
	properties := map[string]any{}
	var required []any
	for i := range rows {
		name := s.NameOf(&rows[i])
		if name == "" {
			continue
		}
		properties[name] = rows[i].schema(s, defs, name)
		if rows[i].Is&Required != 0 {
			required = append(required, name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// objectSchema describes a nested object. Where it may also be a block, the
// object's own members are spelled as patterns, beside the block's items.
func objectSchema(s *Surface, rows List, defs map[string]any, name string) map[string]any {
	def := rowsSchema(s, rows, defs)
	ref := define(defs, name, def)
	if !s.blocks {
		return ref
	}
	members := map[string]any{}
	for member, p := range def["properties"].(map[string]any) {
		members["^"+member+"$"] = p
	}
	return map[string]any{
		"type":                 []any{"object", "array"},
		"patternProperties":    members,
		"additionalProperties": false,
		"items":                ref,
		"maxItems":             1,
		"insertionOrder":       false,
	}
}

func (o *object[T, P]) schema(s *Surface, defs map[string]any, name string) map[string]any {
	return objectSchema(s, P(new(T)).Properties(), defs, name)
}

func (o *objectMap[T, P]) schema(s *Surface, defs map[string]any, name string) map[string]any {
	if o.by != "" && !s.coral {
		out := (&objectList[T, P]{}).schema(s, defs, name)
		out["insertionOrder"] = false
		return out
	}
	entry := itemName(name)
	return mapSchema(s, defs, "", define(defs, entry, rowsSchema(s, P(new(T)).Properties(), defs)), entry+"Entry")
}

func (o *objectList[T, P]) schema(s *Surface, defs map[string]any, name string) map[string]any {
	return map[string]any{"type": "array", "items": define(defs, itemName(name), rowsSchema(s, P(new(T)).Properties(), defs))}
}

func (o *inline[T, P]) schema(s *Surface, defs map[string]any, name string) map[string]any {
	return objectSchema(s, P(o.p).Properties(), defs, name)
}
