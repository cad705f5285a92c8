package openapi

import (
	"slices"
	"strings"

	"postern/internal/nearest"
)

// This file finds extensions that nobody reads: those of HTTP APIs, those in a
// place that is not theirs, and those that do not exist. Each is a note.

// A spot is a place in a definition, as far as extensions go.
type spot struct {
	allowed []string         // extensions that have an effect here
	members map[string]*spot // what stands below a name
	others  *spot            // what stands below any other; nil: nothing that is looked into
}

// The extensions that have an effect on a REST API, by the place that they
// belong to. See "OpenAPI extensions for API Gateway".
var (
	rootExtensions = []string{"api-key-source", "binary-media-types", "documentation", "endpoint-access-mode", "endpoint-configuration",
		"gateway-responses", "minimum-compression-size", "policy", "request-validator", "request-validators", "security-policy"}
	serverExtensions    = []string{"endpoint-configuration"}
	itemExtensions      = []string{"any-method"}
	operationExtensions = []string{"auth", "integration", "request-validator"}
	schemeExtensions    = []string{"authorizer", "authtype"}
)

// ofHTTPAPIs are the extensions that only the other kind of API has.
var ofHTTPAPIs = []string{"cors", "importexport-version", "integrations", "tag-value"}

// unread are the members of which the content is not the definition's own.
var unread = []string{"schema", "schemas", "definitions", "example", "examples", "default", "enum"}

// spots returns the places of a definition.
func spots() *spot {
	elsewhere := &spot{}
	elsewhere.others = elsewhere
	operation := &spot{allowed: operationExtensions, others: elsewhere}
	item := &spot{allowed: itemExtensions, others: elsewhere, members: map[string]*spot{}}
	for verb := range verbs {
		item.members[verb] = operation
	}
	scheme := &spot{allowed: schemeExtensions, others: elsewhere}
	schemes := &spot{others: scheme}
	return &spot{
		allowed: rootExtensions, others: elsewhere,
		members: map[string]*spot{
			"paths":               {others: item},
			"servers":             {allowed: serverExtensions, others: elsewhere},
			"securityDefinitions": schemes,
			"components":          {others: elsewhere, members: map[string]*spot{"securitySchemes": schemes}},
		},
	}
}

// strays notes the extensions that have no effect.
func (r *reader) strays() { r.straysIn(r.root, spots()) }

func (r *reader) straysIn(n *node, at *spot) {
	for _, item := range n.items {
		r.straysIn(item, at)
	}
	for _, m := range n.members {
		below, special := at.members[m.name]
		extension, is := strings.CutPrefix(m.name, prefix)
		switch {
		case is && slices.Contains(at.allowed, extension):
		case is:
			r.stray(m, extension)
			continue
		case slices.Contains(unread, m.name), strings.HasPrefix(m.name, "x-"):
			continue
		}
		if !special {
			below = at.others
		}
		if below != nil && !(is && !special) {
			r.straysIn(m.value, below)
		}
	}
}

// stray says why an extension has no effect.
func (r *reader) stray(m member, extension string) {
	if slices.Contains(ofHTTPAPIs, extension) {
		r.note(m.value, "%s has no effect on a REST API", clip(m.name))
		return
	}
	var homes, known []string
	for _, home := range []struct {
		name       string
		extensions []string
	}{
		{"the top", rootExtensions}, {"a server", serverExtensions}, {"a path", itemExtensions},
		{"an operation", operationExtensions}, {"a security scheme", schemeExtensions},
	} {
		if slices.Contains(home.extensions, extension) {
			homes = append(homes, home.name)
		}
		known = append(known, home.extensions...)
	}
	if homes != nil {
		r.note(m.value, "%s has no effect here, it belongs to %s", clip(m.name), strings.Join(homes, " or "))
		return
	}
	f := m.value.finding("%s is no extension of API Gateway", clip(m.name))
	if word := nearest.Word(extension, known); word != "" {
		f.Detail = "did you mean " + prefix + word + "?"
	}
	r.doc.Notes = append(r.doc.Notes, f)
}
