package control

import (
	"context"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

func unknownMapping() error {
	return apigw.NotFound("Invalid base path mapping identifier specified")
}

// CreateBasePathMapping leads a base path of a domain name to an API.
func (s *Service) CreateBasePathMapping(ctx context.Context, domain, domainID string, given *apigw.BasePathMapping) (*apigw.BasePathMapping, error) {
	var m *apigw.BasePathMapping
	err := s.write(ctx, func(t *tx) error {
		d, _, err := loadDomain(t, domain, domainID)
		if err != nil {
			return err
		}
		fresh := *given
		m = &fresh
		m.BasePath = orElse(m.BasePath, apigw.NoBasePath)
		return saveMapping(t, domainRef(d), m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// saveMapping judges a mapping of a base path that is not taken, and writes it.
func saveMapping(t *tx, domain string, m *apigw.BasePathMapping) error {
	if err := checkMapping(t, m); err != nil {
		return err
	}
	// The mapping of the name itself stands beside others and takes what they do
	// not. See "Use API mappings to connect API stages to a custom domain name for
	// REST APIs"; an older service refused it.
	taken, err := t.has(mappingKey(domain, m.BasePath))
	if err != nil {
		return err
	}
	if taken {
		return apigw.Conflict("Base path already exists for this domain name")
	}
	return putMapping(t, domain, m)
}

func putMapping(t *tx, domain string, m *apigw.BasePathMapping) error {
	t.put(apiMappingKey(m.RestAPIID, domain, m.BasePath), []byte("{}"))
	return t.save(mappingKey(domain, m.BasePath), m, 0)
}

// checkMapping judges what a mapping says of itself.
func checkMapping(t *tx, m *apigw.BasePathMapping) error {
	if m.BasePath != apigw.NoBasePath {
		if err := Refusal(m.Validate()); err != nil {
			return err
		}
	}
	ok, err := t.has(restAPIKey(m.RestAPIID))
	if err != nil {
		return err
	}
	if !ok {
		return refuse("restApiId", clip(m.RestAPIID), "Invalid REST API identifier specified")
	}
	if m.Stage == "" {
		return nil
	}
	if ok, err = t.has(stageKey(m.RestAPIID, m.Stage)); err != nil {
		return err
	}
	if !ok {
		return refuse("stage", clip(m.Stage), "Invalid stage identifier specified")
	}
	return nil
}

func loadMapping(r reader, domain, domainID, basePath string) (*apigw.DomainName, *apigw.BasePathMapping, error) {
	d, _, err := loadDomain(r, domain, domainID)
	if err != nil {
		return nil, nil, err
	}
	m, err := load[apigw.BasePathMapping](r, mappingKey(domainRef(d), basePath))
	if err == nil && m == nil {
		err = unknownMapping()
	}
	return d, m, err
}

// GetBasePathMapping returns a mapping of a domain name. The base path of the
// name itself is NoBasePath.
func (s *Service) GetBasePathMapping(ctx context.Context, domain, domainID, basePath string) (*apigw.BasePathMapping, error) {
	var m *apigw.BasePathMapping
	err := s.read(ctx, func(v view) (err error) {
		_, m, err = loadMapping(v, domain, domainID, basePath)
		return err
	})
	return m, err
}

// GetBasePathMappings returns a page of the mappings of a domain name, in the
// order of their base paths.
func (s *Service) GetBasePathMappings(ctx context.Context, domain, domainID string, p Page) (list []*apigw.BasePathMapping, next string, err error) {
	err = s.read(ctx, func(v view) error {
		d, _, err := loadDomain(v, domain, domainID)
		if err != nil {
			return err
		}
		list, next, err = pageOfKeys[apigw.BasePathMapping](v, mappingsPrefix(domainRef(d)), p)
		return err
	})
	return list, next, err
}

// UpdateBasePathMapping changes a mapping, which may move it to another base
// path.
func (s *Service) UpdateBasePathMapping(ctx context.Context, domain, domainID, basePath string, ops []property.PatchOperation) (*apigw.BasePathMapping, error) {
	var m *apigw.BasePathMapping
	err := s.write(ctx, func(t *tx) error {
		d, old, err := loadMapping(t, domain, domainID, basePath)
		if err != nil {
			return err
		}
		spelled := slices.Clone(ops)
		for i := range spelled { // both spellings are in use
			switch strings.ToLower(spelled[i].Path) {
			case "/basepath":
				spelled[i].Path = "/basePath"
			case "/restapiid":
				spelled[i].Path = "/restApiId"
			}
		}
		if m, err = patched(old, spelled, patchWords{}, nil); err != nil {
			return err
		}
		m.BasePath = orElse(m.BasePath, apigw.NoBasePath)
		if m.RestAPIID != old.RestAPIID || m.BasePath != old.BasePath {
			t.delete(apiMappingKey(old.RestAPIID, domainRef(d), old.BasePath))
		}
		if m.BasePath == old.BasePath {
			if err := checkMapping(t, m); err != nil {
				return err
			}
			return putMapping(t, domainRef(d), m)
		}
		t.delete(mappingKey(domainRef(d), old.BasePath))
		return saveMapping(t, domainRef(d), m)
	})
	return m, err
}

// DeleteBasePathMapping removes a mapping of a domain name.
func (s *Service) DeleteBasePathMapping(ctx context.Context, domain, domainID, basePath string) error {
	return s.write(ctx, func(t *tx) error {
		d, m, err := loadMapping(t, domain, domainID, basePath)
		if err != nil {
			return err
		}
		t.delete(apiMappingKey(m.RestAPIID, domainRef(d), basePath))
		t.delete(mappingKey(domainRef(d), basePath))
		return nil
	})
}

// mapped reports whether a domain name leads to an API.
func mapped(r reader, api string) (bool, error) { return anyUnder(r, apiMappingsPrefix(api)) }
