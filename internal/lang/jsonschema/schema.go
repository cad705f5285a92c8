package jsonschema

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	draft4 "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Limits on what one model, with all it refers to, may hold. The published
// limit is 400 KB for the models of an API.
const (
	maxSchemaBytes = 4 << 20
	maxSchemaNodes = 10_000 // objects and arrays
	maxSchemaDepth = 200
	maxDocuments   = 500
)

// A Schema is a compiled model. It is read-only and safe for concurrent use.
type Schema struct {
	name string
	root *node
}

// Compile reads the schema of a model. The name is for errors and may be the
// model's own URI, https://apigateway.amazonaws.com/restapis/{api}/models/{name};
// a reference to that URI then means the schema itself.
//
// The function ref returns the schema behind the URI, without fragment, that a
// $ref gives; nil knows none.
func Compile(name, schema string, ref func(uri string) (string, bool)) (*Schema, error) {
	root, err := compile(name, schema, ref)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return &Schema{name: name, root: root}, nil
}

func compile(name, schema string, ref func(uri string) (string, bool)) (*node, error) {
	l := &library{ref: ref, docs: map[string]any{}}
	doc, err := l.read(schema)
	if err != nil {
		return nil, err
	}
	base := baseURI(name)
	l.docs[base] = doc
	c := draft4.NewCompiler()
	c.DefaultDraft(draft4.Draft4)
	c.UseLoader(l)
	c.UseRegexpEngine(func(expr string) (draft4.Regexp, error) { return compilePattern(expr) })
	if err := c.AddResource(base, doc); err != nil {
		return nil, plain(err)
	}
	compiled, err := c.Compile(base)
	if err != nil {
		return nil, plain(err)
	}
	b := &builder{library: l, nodes: map[*draft4.Schema]*node{}}
	return b.node(compiled)
}

// baseURI is what relative references are relative to.
func baseURI(name string) string {
	if u, err := url.Parse(name); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		u.Host != "json-schema.org" && u.Fragment == "" {
		return name
	}
	return "model:///" + url.PathEscape(name)
}

// plain leaves out what the compiler says about where it keeps a schema.
func plain(err error) error {
	var invalid *draft4.SchemaValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	var problem *draft4.ValidationError
	if !errors.As(invalid.Err, &problem) {
		return err
	}
	for len(problem.Causes) > 0 {
		problem = problem.Causes[0]
	}
	place := "#/" + strings.Join(problem.InstanceLocation, "/")
	if f, ok := problem.ErrorKind.(*kind.Format); ok {
		return fmt.Errorf("%s: %w", place, f.Err)
	}
	keyword := strings.Join(problem.ErrorKind.KeywordPath(), "/")
	return fmt.Errorf("%s: not a JSON Schema of draft 4, whose schema fails at %q", place, keyword)
}
