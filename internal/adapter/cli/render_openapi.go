package cli

import (
	"fmt"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
	"postern/internal/nearest"
)

// This file finds a mapping template in an OpenAPI file.
//
// See "x-amazon-apigateway-integration object".

// verbsOfOpenAPI are the keys of a path that are methods.
var verbsOfOpenAPI = []string{"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}

// verbOf returns the method of a key.
func verbOf(key string) string {
	if key == "x-amazon-apigateway-any-method" {
		return "ANY"
	}
	return strings.ToUpper(key)
}

// methodsOf returns the methods of an OpenAPI file as "GET /pets".
func methodsOf(d *cfn.Document) []string {
	var out []string
	paths := d.Root.Get("paths")
	if paths == nil {
		return nil
	}
	for _, p := range paths.Members {
		for _, m := range p.Value.Members {
			if slices.Contains(verbsOfOpenAPI, m.Key) {
				out = append(out, verbOf(m.Key)+" "+p.Key)
			}
		}
	}
	return out
}

// ofMethod picks the template of a method of an OpenAPI file.
func (c *command) ofMethod(r *rendering, s source) (*mappingSource, error) {
	verb, path, ok := strings.Cut(strings.TrimSpace(r.method), " ")
	path = strings.TrimSpace(path)
	if !ok || !strings.HasPrefix(path, "/") {
		return nil, usage(`write --method "GET /pets/{id}"`, "--method: found %q, expected a verb and a path", cutText(r.method, 80))
	}
	verb = strings.ToUpper(verb)
	d, err := cfn.ReadDocument(s.name, s.text, cfn.Limits{})
	if err != nil {
		return nil, c.invalidFile(err, s)
	}
	operation := operationOf(d, verb, path)
	if operation == nil {
		help := nearest.Question(verb+" "+path, methodsOf(d))
		if all := methodsOf(d); help == "" && len(all) > 0 {
			help = "it has " + strings.Join(all[:min(len(all), 20)], ", ")
		}
		return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s has no method %s %s", s.name, verb, path), help: help}
	}
	of := verb + " " + path
	in := operation.Get("x-amazon-apigateway-integration")
	if in == nil {
		return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s: %s has no x-amazon-apigateway-integration", s.name, of)}
	}
	names := []string{"x-amazon-apigateway-integration", "requestTemplates"}
	templates := in.Get("requestTemplates")
	if r.response != "" {
		var key string
		if key, templates, err = responseOf(r, in, of); err != nil {
			return nil, err
		}
		names = []string{"x-amazon-apigateway-integration", "responses", key, "responseTemplates"}
	}
	var types []string
	if templates != nil {
		for _, m := range templates.Members {
			types = append(types, m.Key)
		}
	}
	slices.Sort(types)
	key, err := r.choose(types, of+" "+strings.Join(names[1:], "."))
	if err != nil {
		return nil, err
	}
	n := templates.Get(key)
	if n.Kind != cfn.String {
		return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s: the template %s of %s is no text", s.name, key, of)}
	}
	return &mappingSource{
		file: s, what: of + " " + strings.Join(names[1:], ".") + " " + key, text: n.Text, mediaType: key,
		path: append([]string{"paths", path, strings.ToLower(verb)}, append(names, key)...), response: r.response != "", verb: verb, resource: path,
		position: func(offset int) cfn.Position { return d.TextPosition(n, offset) },
	}, nil
}

func operationOf(d *cfn.Document, verb, path string) *cfn.Node {
	item := d.Root.Get("paths").Get(path)
	if item == nil {
		return nil
	}
	for _, m := range item.Members {
		if slices.Contains(verbsOfOpenAPI, m.Key) && verbOf(m.Key) == verb {
			return m.Value
		}
	}
	return nil
}

// responseOf returns the key and the templates of an integration response: that
// with the status code, not the pattern, that is asked for.
func responseOf(r *rendering, in *cfn.Node, of string) (string, *cfn.Node, error) {
	var statuses []string
	if all := in.Get("responses"); all != nil {
		for _, m := range all.Members {
			status := m.Value.Get("statusCode")
			if status == nil {
				continue
			}
			if status.Text == r.response {
				return m.Key, m.Value.Get("responseTemplates"), nil
			}
			statuses = append(statuses, status.Text)
		}
	}
	return "", nil, noResponse(r, of, statuses)
}
