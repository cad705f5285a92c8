package control

import (
	"context"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
)

func unknownDocVersion() error {
	return apigw.NotFound("Invalid Documentation version identifier specified")
}

// CreateDocumentationVersion freezes the documentation parts of an API as they
// are under a name, and may put that name on a stage.
func (s *Service) CreateDocumentationVersion(ctx context.Context, api string, given *apigw.DocumentationVersion, stage string) (*apigw.DocumentationVersion, error) {
	var version *apigw.DocumentationVersion
	err := s.write(ctx, func(t *tx) error {
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		fresh := *given
		version = &fresh
		if version.Version == "" || len(version.Version) > 64 {
			return refuse("version", clip(version.Version), "Invalid documentation version specified: it must have 1 to 64 characters")
		}
		taken, err := t.has(docVersionKey(api, version.Version))
		if err != nil {
			return err
		}
		if taken {
			return apigw.Conflict("Documentation version already exists")
		}
		parts, err := partsOf(t, api)
		if err != nil {
			return err
		}
		now := s.now()
		version.CreatedDate = now.UTC().Truncate(time.Second)
		if stage != "" {
			served, err := loadStage(t, api, stage)
			if err != nil {
				return err
			}
			served.DocumentationVersion = version.Version
			if err := s.saveStage(t, api, served); err != nil {
				return err
			}
		}
		if err := t.save(docSnapshotKey(api, version.Version), &apigw.DocumentationSnapshot{Parts: parts}, now.UnixNano()); err != nil {
			return err
		}
		return t.save(docVersionKey(api, version.Version), version, now.UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return version, nil
}

// partsOf returns the documentation parts of an API, the oldest first.
func partsOf(r reader, api string) ([]*apigw.DocumentationPart, error) {
	list, err := byCreation[apigw.DocumentationPart](r, documentationPrefix(api))
	if err != nil {
		return nil, err
	}
	parts := make([]*apigw.DocumentationPart, len(list))
	for i, d := range list {
		parts[i] = d.noun
	}
	return parts, nil
}

// LoadDocumentation returns the documentation parts that a version froze, the
// oldest first.
func (s *Service) LoadDocumentation(ctx context.Context, api, version string) ([]*apigw.DocumentationPart, error) {
	var parts []*apigw.DocumentationPart
	err := s.read(ctx, func(v view) error {
		snapshot, err := load[apigw.DocumentationSnapshot](v, docSnapshotKey(api, version))
		if err != nil {
			return err
		}
		if snapshot == nil {
			return unknownDocVersion()
		}
		parts = snapshot.Parts
		return nil
	})
	return parts, err
}

// GetDocumentationVersion returns a version of the documentation.
func (s *Service) GetDocumentationVersion(ctx context.Context, api, version string) (*apigw.DocumentationVersion, error) {
	var out *apigw.DocumentationVersion
	err := s.read(ctx, func(v view) (err error) {
		out, err = load[apigw.DocumentationVersion](v, docVersionKey(api, version))
		if err == nil && out == nil {
			err = unknownDocVersion()
		}
		return err
	})
	return out, err
}

// GetDocumentationVersions returns a page of the versions, the oldest first.
func (s *Service) GetDocumentationVersions(ctx context.Context, api string, p Page) (list []*apigw.DocumentationVersion, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		list, next, err = pageByCreation[apigw.DocumentationVersion](v, docVersionsPrefix(api), p)
		return err
	})
	return list, next, err
}

// UpdateDocumentationVersion changes the description of a version.
func (s *Service) UpdateDocumentationVersion(ctx context.Context, api, version string, ops []property.PatchOperation) (*apigw.DocumentationVersion, error) {
	var out *apigw.DocumentationVersion
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.DocumentationVersion](t, docVersionKey(api, version))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownDocVersion()
		}
		if out, err = patched(old, ops, patchWords{replaceOnly: []string{"/description"}}, nil); err != nil {
			return err
		}
		return t.save(docVersionKey(api, version), out, created)
	})
	return out, err
}

// DeleteDocumentationVersion removes a version. A stage that names it keeps the
// name.
func (s *Service) DeleteDocumentationVersion(ctx context.Context, api, version string) error {
	return s.write(ctx, func(t *tx) error {
		ok, err := t.has(docVersionKey(api, version))
		if err != nil {
			return err
		}
		if !ok {
			return unknownDocVersion()
		}
		t.delete(docVersionKey(api, version))
		t.delete(docSnapshotKey(api, version))
		return nil
	})
}
