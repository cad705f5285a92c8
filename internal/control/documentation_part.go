package control

import (
	"context"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

func unknownPart() error {
	return apigw.NotFound("Invalid Documentation part identifier specified")
}

// CreateDocumentationPart makes a documentation part. There is one for each
// location.
func (s *Service) CreateDocumentationPart(ctx context.Context, api string, given *apigw.DocumentationPart) (*apigw.DocumentationPart, error) {
	var part *apigw.DocumentationPart
	err := s.write(ctx, func(t *tx) error {
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		fresh := *given
		part = &fresh
		if err := Refusal(part.Validate()); err != nil {
			return err
		}
		others, err := all[apigw.DocumentationPart](t, documentationPrefix(api))
		if err != nil {
			return err
		}
		if err := s.roomForParts(len(others) + 1); err != nil {
			return err
		}
		if at(others, *part.Location) != nil {
			return apigw.Conflict("Documentation part already exists for the specified location: %s", part.Location)
		}
		return s.savePart(t, api, part)
	})
	if err != nil {
		return nil, err
	}
	return part, nil
}

// at returns the part of a location, or nil.
func at(parts []*apigw.DocumentationPart, l apigw.DocumentationLocation) *apigw.DocumentationPart {
	l = l.Complete()
	for _, p := range parts {
		if p.Location.Complete() == l {
			return p
		}
	}
	return nil
}

func (s *Service) roomForParts(count int) error {
	if limit := s.limits().DocumentationParts; limit > 0 && count > limit {
		return &apigw.Error{Code: apigw.LimitExceededException,
			Message: "Maximum number of Documentation parts for this API has been reached.  Please contact AWS if you need additional Documentation parts."}
	}
	return nil
}

// savePart writes a new part under a new identifier.
func (s *Service) savePart(t *tx, api string, part *apigw.DocumentationPart) error {
	var err error
	if part.ID, err = s.unusedID(t, shortID, func(id string) string { return documentationKey(api, id) }); err != nil {
		return err
	}
	return t.save(documentationKey(api, part.ID), part, s.now().UnixNano())
}

// GetDocumentationPart returns a documentation part.
func (s *Service) GetDocumentationPart(ctx context.Context, api, id string) (*apigw.DocumentationPart, error) {
	var part *apigw.DocumentationPart
	err := s.read(ctx, func(v view) (err error) {
		part, err = load[apigw.DocumentationPart](v, documentationKey(api, id))
		if err == nil && part == nil {
			err = unknownPart()
		}
		return err
	})
	return part, err
}

// A DocumentationFilter says which documentation parts are wanted. What is
// empty does not matter.
type DocumentationFilter struct {
	Type, Name, Path string
	Undocumented     bool // what could have a part and has none
}

func (f *DocumentationFilter) wants(p *apigw.DocumentationPart) bool {
	l := p.Location.Complete()
	return (f.Type == "" || l.Type == f.Type) && (f.Name == "" || l.Name == f.Name) && (f.Path == "" || l.Path == f.Path)
}

// GetDocumentationParts returns a page of the documentation parts, the oldest
// first. Parts of what is not documented have neither identifier nor text.
func (s *Service) GetDocumentationParts(ctx context.Context, api string, f DocumentationFilter, p Page) (list []*apigw.DocumentationPart, next string, err error) {
	err = s.read(ctx, func(v view) error {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		dates, err := byCreation[apigw.DocumentationPart](v, documentationPrefix(api))
		if err != nil {
			return err
		}
		if f.Undocumented {
			if dates, err = s.undocumented(v, api, dates); err != nil {
				return err
			}
		}
		dates = slices.DeleteFunc(dates, func(d dated[apigw.DocumentationPart]) bool { return !f.wants(d.noun) })
		var page []dated[apigw.DocumentationPart]
		page, next = pageOf(dates, p, dated[apigw.DocumentationPart].place)
		for _, d := range page {
			list = append(list, d.noun)
		}
		return nil
	})
	return list, next, err
}

// undocumented returns what of an API could have a part and has none.
func (s *Service) undocumented(v view, api string, parts []dated[apigw.DocumentationPart]) ([]dated[apigw.DocumentationPart], error) {
	draft, err := s.draft(v, api)
	if err != nil {
		return nil, err
	}
	documented := map[apigw.DocumentationLocation]bool{}
	for _, p := range parts {
		documented[p.noun.Location.Complete()] = true
	}
	var out []dated[apigw.DocumentationPart]
	for _, l := range locations(draft) {
		if !documented[l] {
			documented[l] = true
			out = append(out, dated[apigw.DocumentationPart]{noun: &apigw.DocumentationPart{Location: &l}, created: int64(len(out))})
		}
	}
	return out, nil
}

// locations returns what of an API can have a documentation part.
func locations(draft *apigw.Snapshot) []apigw.DocumentationLocation {
	list := []apigw.DocumentationLocation{{Type: "API"}}
	for _, a := range draft.Authorizers {
		list = append(list, apigw.DocumentationLocation{Type: "AUTHORIZER", Name: a.Name})
	}
	for _, m := range draft.Models {
		list = append(list, apigw.DocumentationLocation{Type: "MODEL", Name: m.Name})
	}
	for _, r := range draft.Resources {
		list = append(list, apigw.DocumentationLocation{Type: "RESOURCE", Path: r.Path})
		for _, verb := range slices.Sorted(maps.Keys(r.Methods)) {
			list = append(list, locationsOfMethod(r.Path, verb, r.Methods[verb])...)
		}
	}
	return list
}

// parameterKinds are the types of documentation by the place of a parameter.
var parameterKinds = map[string]string{
	"path": "PATH_PARAMETER", "querystring": "QUERY_PARAMETER", "multivaluequerystring": "QUERY_PARAMETER",
	"header": "REQUEST_HEADER", "multivalueheader": "REQUEST_HEADER",
}

func locationsOfMethod(path, verb string, m *apigw.Method) []apigw.DocumentationLocation {
	list := []apigw.DocumentationLocation{{Type: "METHOD", Path: path, Method: verb}}
	for _, parameter := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		place, name, _ := strings.Cut(strings.TrimPrefix(parameter, "method.request."), ".")
		if kind := parameterKinds[place]; kind != "" {
			list = append(list, apigw.DocumentationLocation{Type: kind, Path: path, Method: verb, Name: name})
		}
	}
	if len(m.RequestModels) > 0 {
		list = append(list, apigw.DocumentationLocation{Type: "REQUEST_BODY", Path: path, Method: verb})
	}
	for _, status := range slices.Sorted(maps.Keys(m.Responses)) {
		list = append(list, apigw.DocumentationLocation{Type: "RESPONSE", Path: path, Method: verb, StatusCode: status})
		for _, parameter := range slices.Sorted(maps.Keys(m.Responses[status].ResponseParameters)) {
			list = append(list, apigw.DocumentationLocation{Type: "RESPONSE_HEADER", Path: path, Method: verb, StatusCode: status,
				Name: strings.TrimPrefix(parameter, "method.response.header.")})
		}
		if len(m.Responses[status].ResponseModels) > 0 {
			list = append(list, apigw.DocumentationLocation{Type: "RESPONSE_BODY", Path: path, Method: verb, StatusCode: status})
		}
	}
	return list
}

// UpdateDocumentationPart changes what a documentation part says.
func (s *Service) UpdateDocumentationPart(ctx context.Context, api, id string, ops []property.PatchOperation) (*apigw.DocumentationPart, error) {
	var part *apigw.DocumentationPart
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.DocumentationPart](t, documentationKey(api, id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownPart()
		}
		if part, err = patched(old, ops, patchWords{replaceOnly: []string{"/properties"}}, nil); err != nil {
			return err
		}
		if err := Refusal(part.Validate()); err != nil {
			return err
		}
		return t.save(documentationKey(api, id), part, created)
	})
	return part, err
}

// DeleteDocumentationPart removes a documentation part.
func (s *Service) DeleteDocumentationPart(ctx context.Context, api, id string) error {
	return s.write(ctx, func(t *tx) error {
		ok, err := t.has(documentationKey(api, id))
		if err != nil {
			return err
		}
		if !ok {
			return unknownPart()
		}
		t.delete(documentationKey(api, id))
		return nil
	})
}

// PutDocumentationParts makes the parts that a definition brings along. A part
// whose location has one already replaces its text; with overwrite, all others
// are removed. It returns the identifiers in the order of the parts.
func (s *Service) PutDocumentationParts(ctx context.Context, api string, given []*apigw.DocumentationPart, overwrite bool) ([]string, error) {
	var ids []string
	err := s.write(ctx, func(t *tx) (err error) {
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		ids, err = s.putParts(t, api, given, overwrite)
		return err
	})
	return ids, err
}

func (s *Service) putParts(t *tx, api string, given []*apigw.DocumentationPart, overwrite bool) ([]string, error) {
	old, err := byCreation[apigw.DocumentationPart](t, documentationPrefix(api))
	if err != nil {
		return nil, err
	}
	stored := map[apigw.DocumentationLocation]dated[apigw.DocumentationPart]{}
	if overwrite {
		t.deletePrefix(documentationPrefix(api))
	} else {
		for _, d := range old {
			stored[d.noun.Location.Complete()] = d
		}
	}
	ids := make([]string, len(given))
	for i, g := range given {
		part := *g
		if err := Refusal(part.Validate()); err != nil {
			return nil, err
		}
		l := part.Location.Complete()
		d, ok := stored[l]
		if !ok {
			var err error
			if part.ID, err = s.unusedID(t, shortID, func(id string) string { return documentationKey(api, id) }); err != nil {
				return nil, err
			}
			d = dated[apigw.DocumentationPart]{noun: &part, created: s.now().UnixNano()}
			stored[l] = d
		}
		part.ID, ids[i] = d.noun.ID, d.noun.ID
		if err := t.save(documentationKey(api, part.ID), &part, d.created); err != nil {
			return nil, err
		}
	}
	return ids, s.roomForParts(len(stored))
}
