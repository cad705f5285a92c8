package openapi

import (
	"cmp"
	"strings"
	"time"

	"postern/internal/apigw"
)

// This file reads and writes documentation parts.
//
// See "x-amazon-apigateway-documentation object".

// documentation reads the parts. One that cannot be kept is left out with a
// warning; of two about the same thing the last one stays.
func (r *reader) documentation(n *node) {
	if r.options.IgnoreDocumentation {
		return
	}
	r.doc.Given["documentation"] = true
	places := map[apigw.DocumentationLocation]int{}
	for _, given := range n.get("documentationParts").list() {
		l := given.get("location")
		part := &apigw.DocumentationPart{Location: &apigw.DocumentationLocation{
			Type: strings.ToUpper(l.get("type").scalar()), Path: l.get("path").scalar(), Method: strings.ToUpper(l.get("method").scalar()),
			StatusCode: l.get("statusCode").scalar(), Name: l.get("name").scalar(),
		}}
		if properties := given.get("properties"); properties.is(object) {
			part.Text = string(appendCompact(nil, properties))
		}
		if failures := part.Validate().Failures(); len(failures) > 0 {
			r.warn(given, "A documentation part is left out: %s", cmp.Or(failures[0].AWS, failures[0].Message))
			continue
		}
		place := part.Location.Complete()
		if i, twice := places[place]; twice {
			r.doc.Documentation[i] = part
			continue
		}
		places[place] = len(r.doc.Documentation)
		r.doc.Documentation = append(r.doc.Documentation, part)
	}
}

// A Documentation is the parts of one version.
type Documentation struct {
	Version     string
	CreatedDate time.Time
	Parts       []*apigw.DocumentationPart
}

func (d *Documentation) node() *node {
	n := objectNode()
	n.setText("version", d.Version)
	if !d.CreatedDate.IsZero() {
		n.setText("createdDate", d.CreatedDate.UTC().Format(time.RFC3339))
	}
	parts := listNode()
	for _, p := range d.Parts {
		location := objectNode()
		location.setText("type", p.Location.Type)
		location.setText("path", p.Location.Path)
		location.setText("method", p.Location.Method)
		location.setText("statusCode", p.Location.StatusCode)
		location.setText("name", p.Location.Name)
		part := objectNode()
		part.set("location", location)
		if properties, err := parse([]byte(p.Text), nil); err == nil {
			part.set("properties", properties)
		}
		parts.items = append(parts.items, part)
	}
	n.set("documentationParts", parts)
	return n
}
