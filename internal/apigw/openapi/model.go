package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"postern/internal/apigw"
)

// This file turns schemas into models.
//
//   - What stands under definitions or components/schemas becomes a model of
//     that name; a reference to one becomes the model's address.
//   - A schema without a name becomes a model called MODEL and six hexadecimal
//     digits. Chosen: they are a hash of the schema, so that the same schema is
//     the same model each time.
//   - Any other reference is replaced by what it names.
//
// See "Create models for REST APIs".

// modelBase begins the address of a model; the API and the name follow.
const modelBase = "https://apigateway.amazonaws.com/restapis/"

// pendingAPI stands for the API's identifier in the addresses of models until
// ModelsOf gives it.
const pendingAPI = "{restapi_id}"

// ModelURL is the address of a model of an API.
func ModelURL(api, name string) string { return modelBase + api + "/models/" + name }

// ModelsOf returns copies of the models that refer to each other as those of an
// API.
func (d *Document) ModelsOf(api string) []*apigw.Model {
	out := make([]*apigw.Model, len(d.Models))
	for i, m := range d.Models {
		c := *m
		c.Schema = strings.ReplaceAll(m.Schema, ModelURL(pendingAPI, ""), ModelURL(api, ""))
		out[i] = &c
	}
	return out
}

func (r *reader) models() {
	for _, m := range r.component("definitions", "schemas").all() {
		r.addModel(m.name, m.value, string(appendJSON(nil, r.schema(m.value), 0)))
	}
}

func (r *reader) addModel(name string, n *node, schema string) {
	at := n.place()
	r.schemas[name] = schema
	r.doc.Models = append(r.doc.Models, &apigw.Model{Name: name, ContentType: "application/json", Schema: schema})
	r.doc.ModelsAt = append(r.doc.ModelsAt, &at)
}

// modelName returns the model that a reference names, if it names one.
func modelName(ref string) (string, bool) {
	for _, prefix := range []string{"#/definitions/", "#/components/schemas/"} {
		if name, ok := strings.CutPrefix(ref, prefix); ok {
			name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
			return name, !strings.Contains(name, "/")
		}
	}
	if rest, ok := strings.CutPrefix(ref, modelBase); ok {
		_, name, ok := strings.Cut(rest, "/models/")
		return name, ok && !strings.Contains(name, "/")
	}
	return "", false
}

// model returns the name of the model for a schema, which it makes if the schema
// has none. It returns nothing if there is no schema.
func (r *reader) model(schema *node) string {
	if !schema.is(object) || len(schema.members) == 0 {
		return ""
	}
	if ref := schema.get("$ref"); ref.is(text) {
		if name, ok := modelName(ref.text); ok {
			if strings.HasPrefix(ref.text, "#/") && r.component("definitions", "schemas").get(name) == nil {
				r.warn(ref, "Unknown or invalid reference specified by '%s'. Ignoring.", clip(ref.text)) // observed
				return ""
			}
			return name
		}
	}
	if name := r.named[schema]; name != "" {
		return name
	}
	content := string(appendJSON(nil, r.schema(schema), 0))
	sum := sha256.Sum256([]byte(content))
	digits := hex.EncodeToString(sum[:])
	name := "MODEL" + digits[:6]
	for n := 7; r.taken(name, content); n++ {
		name = "MODEL" + digits[:n]
	}
	r.named[schema] = name
	if !r.has(name) {
		r.addModel(name, schema, content)
	}
	return name
}

func (r *reader) has(name string) bool {
	_, ok := r.schemas[name]
	return ok
}

// taken reports whether another schema has the name.
func (r *reader) taken(name, content string) bool {
	other, ok := r.schemas[name]
	return ok && other != content
}

// endless is more than any count of copied values, for a fault that is told once.
const endless = 1 << 40

// schema returns a copy of a schema whose references are those of models.
func (r *reader) schema(n *node) *node {
	return r.schemaPart(n, 0, 0)
}

func (r *reader) schemaPart(n *node, depth, hops int) *node {
	r.copied++
	if r.copied > maxNodes || depth > maxDepth || hops > maxHops {
		if r.copied < endless {
			r.fail(n, "Unable to resolve references of a schema: it grows without end")
			r.copied = endless
		}
		return &node{}
	}
	if ref := n.get("$ref"); ref.is(text) {
		if name, ok := modelName(ref.text); ok {
			out := objectNode()
			out.setText("$ref", ModelURL(pendingAPI, name))
			return out
		}
		target := r.target(ref.text)
		if target == nil {
			r.fail(ref, "Unable to resolve reference '%s'", clip(ref.text))
			return objectNode()
		}
		return r.schemaPart(target, depth+1, hops+1)
	}
	out := &node{kind: n.kind, text: n.text, line: n.line, column: n.column}
	for _, item := range n.items {
		out.items = append(out.items, r.schemaPart(item, depth+1, hops))
	}
	for _, m := range n.members {
		out.members = append(out.members, member{m.name, r.schemaPart(m.value, depth+1, hops)})
	}
	return out
}
