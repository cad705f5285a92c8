package property

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
		p := r.Value.schema(s, defs)
		if r.Doc != "" {
			p["description"] = r.Doc
		}
		if r.Is&Unordered != 0 {
			p["insertionOrder"] = false
		}
		properties[name] = p
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

func (t *text[T]) schema(*Surface, map[string]any) map[string]any {
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

func (o *optional) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": "string"}
}
func (b *boolean) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": "boolean"}
}
func (i *integer) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": "integer", "minimum": i.min, "maximum": i.max}
}
func (i *optionalInteger) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": "integer", "minimum": i.min, "maximum": i.max}
}
func (f *float) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": "number"}
}
func (m *millis) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": "integer", "minimum": m.min, "maximum": m.max}
}
func (e *epoch) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": "number"}
}
func (d *document) schema(*Surface, map[string]any) map[string]any {
	return map[string]any{"type": []any{"object", "string"}}
}

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
		defs[entry] = map[string]any{
			"type":        "object",
			"description": "One entry of a map in the published notation.",
			"properties": map[string]any{
				"MapKey":   map[string]any{"type": "string", "minLength": 1},
				"MapValue": value,
			},
			"required":             []any{"MapKey", "MapValue"},
			"additionalProperties": false,
		}
		out["type"] = []any{"object", "array"}
		out["items"] = map[string]any{"$ref": "#/definitions/" + entry}
		out["insertionOrder"] = false
	}
	return out
}

func (m *textMap) schema(s *Surface, defs map[string]any) map[string]any {
	if m.json {
		return map[string]any{"type": "string"}
	}
	if m.tags && s == CloudFormation {
		defs["Tag"] = map[string]any{
			"type":                 "object",
			"properties":           map[string]any{"Key": map[string]any{"type": "string"}, "Value": map[string]any{"type": "string"}},
			"required":             []any{"Key", "Value"},
			"additionalProperties": false,
		}
		return map[string]any{"type": "array", "items": map[string]any{"$ref": "#/definitions/Tag"}}
	}
	return mapSchema(s, defs, m.keySchema, map[string]any{"type": "string"}, "MapEntry")
}

func (m *boolMap) schema(s *Surface, defs map[string]any) map[string]any {
	if m.json {
		return map[string]any{"type": "string"}
	}
	return mapSchema(s, defs, m.keySchema, map[string]any{"type": "boolean"}, "BooleanMapEntry")
}

func (l *textList) schema(*Surface, map[string]any) map[string]any {
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
		properties[name] = rows[i].Value.schema(s, defs)
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

func (o *object[T, P]) schema(s *Surface, defs map[string]any) map[string]any {
	return rowsSchema(s, P(new(T)).Properties(), defs)
}

func (o *objectMap[T, P]) schema(s *Surface, defs map[string]any) map[string]any {
	if o.by != "" && !s.coral {
		return (&objectList[T, P]{}).schema(s, defs)
	}
	return mapSchema(s, defs, "", rowsSchema(s, P(new(T)).Properties(), defs), "ObjectMapEntry")
}

func (o *objectList[T, P]) schema(s *Surface, defs map[string]any) map[string]any {
	return map[string]any{"type": "array", "items": rowsSchema(s, P(new(T)).Properties(), defs)}
}

func (o *inline[T, P]) schema(s *Surface, defs map[string]any) map[string]any {
	return rowsSchema(s, P(o.p).Properties(), defs)
}
