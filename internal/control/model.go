package control

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// defaultModels are the models of an API that was not imported. Observed; the
// white space of the schemas was not.
func defaultModels() []*apigw.Model {
	return []*apigw.Model{
		{
			Name:        "Empty",
			ContentType: "application/json",
			Description: "This is a default empty schema model",
			Schema: `{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title" : "Empty Schema",
  "type" : "object"
}`,
		},
		{
			Name:        "Error",
			ContentType: "application/json",
			Description: "This is a default error schema model",
			Schema: `{
  "$schema" : "http://json-schema.org/draft-04/schema#",
  "title" : "Error Schema",
  "type" : "object",
  "properties" : {
    "message" : { "type" : "string" }
  }
}`,
		},
	}
}

var modelName = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// CreateModel makes a model. Its schema is kept as it was sent.
func (s *Service) CreateModel(ctx context.Context, api string, given *apigw.Model) (*apigw.Model, error) {
	var m *apigw.Model
	err := s.write(ctx, func(t *tx) error {
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		if given.Name == "" {
			return refuse("name", "", "Model name must be non-empty")
		}
		if !modelName.MatchString(given.Name) {
			return refuse("name", clip(given.Name), "Model name must be alphanumeric: "+clip(given.Name))
		}
		taken, err := t.has(modelKey(api, given.Name))
		if err != nil {
			return err
		}
		if taken {
			return apigw.Conflict("Model name already exists for this REST API")
		}
		if err := checkSchema(given.Schema); err != nil {
			return err
		}
		fresh := *given
		m = &fresh
		m.ID = s.newID(shortID)
		m.ContentType = orElse(m.ContentType, "application/json")
		if !apigw.IsMediaType(m.ContentType) {
			return refuse("contentType", clip(m.ContentType), "Invalid content type specified: "+clip(m.ContentType))
		}
		return t.save(modelKey(api, m.Name), m, 0)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// checkSchema judges the text of a schema: a JSON object with something in it.
func checkSchema(schema string) error {
	const empty = "Model schema must have at least 1 property or array items defined"
	if strings.TrimSpace(schema) == "" {
		return refuse("schema", "", empty)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(schema), &object); err != nil || object == nil {
		return refuse("schema", clip(schema), "Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]")
	}
	if len(object) == 0 {
		return refuse("schema", schema, empty)
	}
	return nil
}

func unknownModel(name string) error { return apigw.NotFound("Invalid model name specified: %s", name) }

func loadModel(r reader, api, name string) (*apigw.Model, error) {
	m, err := load[apigw.Model](r, modelKey(api, name))
	if err == nil && m == nil {
		err = unknownModel(name)
	}
	return m, err
}

// GetModel returns a model; flatten writes the models it refers to into its
// schema, as definitions.
func (s *Service) GetModel(ctx context.Context, api, name string, flatten bool) (*apigw.Model, error) {
	var m *apigw.Model
	err := s.read(ctx, func(v view) (err error) {
		if m, err = loadModel(v, api, name); err != nil || !flatten {
			return err
		}
		m.Schema, err = flattened(v, api, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// GetModels returns a page of the models, in the order of their names.
func (s *Service) GetModels(ctx context.Context, api string, p Page) (models []*apigw.Model, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		models, next, err = pageOfKeys[apigw.Model](v, modelsPrefix(api), p)
		return err
	})
	return models, next, err
}

// UpdateModel changes a model's schema or description.
func (s *Service) UpdateModel(ctx context.Context, api, name string, ops []property.PatchOperation) (*apigw.Model, error) {
	var m *apigw.Model
	err := s.write(ctx, func(t *tx) error {
		old, err := loadModel(t, api, name)
		if err != nil {
			return err
		}
		if m, err = patched(old, ops, patchWords{replaceOnly: []string{"/description", "/schema"}}, nil); err != nil {
			return err
		}
		if err := checkSchema(m.Schema); err != nil {
			return err
		}
		return t.save(modelKey(api, name), m, 0)
	})
	return m, err
}

// DeleteModel removes a model that nothing refers to.
func (s *Service) DeleteModel(ctx context.Context, api, name string) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := loadModel(t, api, name); err != nil {
			return err
		}
		user, err := userOfModel(t, api, name)
		if err != nil {
			return err
		}
		if user != "" {
			return apigw.Conflict("Cannot delete model '%s', is referenced in %s", name, user)
		}
		t.delete(modelKey(api, name))
		return nil
	})
}

// userOfModel returns what refers to a model, in the service's words, or
// nothing if it is not in use.
func userOfModel(r reader, api, name string) (string, error) {
	resources, err := loadTree(r, api)
	if err != nil {
		return "", err
	}
	if err := loadMethods(r, methodsPrefix(api), resources); err != nil {
		return "", err
	}
	for _, res := range resources.sorted() {
		for _, verb := range slices.Sorted(maps.Keys(res.Methods)) {
			m := res.Methods[verb]
			place := res.Path + "/" + verb // "//ANY" for the root. Observed.
			if uses(m.RequestModels, name) {
				return "method request: " + place, nil
			}
			for _, status := range slices.Sorted(maps.Keys(m.Responses)) {
				if uses(m.Responses[status].ResponseModels, name) {
					return "method response: " + place + "/" + status, nil
				}
			}
		}
	}
	models, err := all[apigw.Model](r, modelsPrefix(api))
	if err != nil {
		return "", err
	}
	for _, other := range models {
		if other.Name != name && slices.Contains(references(other.Schema, api), name) {
			return "model: " + other.Name, nil
		}
	}
	return "", nil
}

func uses(models map[string]string, name string) bool {
	for _, used := range models {
		if used == name {
			return true
		}
	}
	return false
}
