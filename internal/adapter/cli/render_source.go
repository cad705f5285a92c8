package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"postern/internal/adapter/stackapi"
	"postern/internal/lang/cfn"
	"postern/internal/lang/vtl"
	"postern/internal/nearest"
)

// This file finds the mapping template that is meant.

// mappingSource reads a file and picks the template in it.
func (c *command) mappingSource(r *rendering, file string) (*mappingSource, error) {
	text, err := c.readFile(file)
	if err != nil {
		return nil, err
	}
	s := source{name: file, text: text}
	switch {
	case r.resource != "":
		return c.ofResource(r, s)
	case r.method != "":
		return c.ofMethod(r, s)
	case len(r.templates.parameters)+len(r.templates.overrides)+len(r.templates.vars) > 0:
		return nil, usage("name the resource with --resource", "--parameters is for CloudFormation templates")
	}
	if err := noContainer(s); err != nil {
		return nil, err
	}
	return &mappingSource{
		file: s, what: file, text: string(text), mediaType: r.contentType, response: r.response != "",
		position: func(offset int) cfn.Position {
			line, column := vtl.Position(string(text), offset)
			return cfn.Position{File: file, Line: line, Column: column}
		},
	}, nil
}

// noContainer refuses files that have mapping templates in them rather than are
// one.
func noContainer(s source) error {
	isYAML := strings.HasSuffix(s.name, ".yaml") || strings.HasSuffix(s.name, ".yml")
	if !isYAML && !strings.HasSuffix(s.name, ".json") {
		return nil
	}
	d, err := cfn.ReadDocument(s.name, s.text, cfn.Limits{})
	if err != nil {
		return nil // a mapping template may look like anything
	}
	switch {
	case d.Root.Get("Resources") != nil:
		var ids []string
		for _, m := range d.Root.Get("Resources").Members {
			if t := m.Value.Get("Type"); t != nil && kindOfResource(t.Text) != "" {
				ids = append(ids, m.Key)
			}
		}
		help := "name a resource with --resource"
		if len(ids) > 0 {
			help += ": " + strings.Join(ids[:min(len(ids), 20)], ", ")
		}
		return usage(help, "%s is a CloudFormation template, expected to be told which resource", s.name)
	case d.Root.Get("paths") != nil:
		return usage("name a method: --method "+strconv.Quote(first(methodsOf(d))), "%s is an OpenAPI file, expected to be told which method", s.name)
	}
	return nil
}

func first(names []string) string {
	if len(names) == 0 {
		return "GET /"
	}
	return names[0]
}

// kindOfResource returns Method, Integration or IntegrationResponse for the types
// that have templates, in either family, or "".
func kindOfResource(typ string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(typ, "Terraform::"), "TF::")
	family := name != typ
	noun, ok := strings.CutPrefix(name, "AWS::ApiGateway")
	switch {
	case !ok:
	case !family && noun == "::Method":
		return "Method"
	case family && (noun == "Integration" || noun == "IntegrationResponse"):
		return noun
	}
	return ""
}

// asNamed is a Resolver for a stack that need not exist: a resource gives its
// name.
type asNamed struct{}

func (asNamed) Ref(id string) (any, bool) { return id, true }
func (asNamed) GetAtt(id, attribute string) (any, bool, error) {
	return id + "." + attribute, true, nil
}
func (c *command) invalidFile(err error, s source) error {
	var es cfn.Errors
	if !errors.As(err, &es) {
		return &exit{code: exitInvalid, err: err}
	}
	var ps []stackapi.Problem
	for _, e := range es {
		ps = append(ps, stackapi.Problem{Severity: stackapi.SeverityError, File: e.File, Line: e.Line, Column: e.Column, Width: e.Width,
			Path: e.Path, Message: e.Message, Help: e.Help, AWS: e.AWS, Code: e.Code})
	}
	return c.invalid(ps, []source{s})
}

// ofResource picks the template of a resource of a CloudFormation template.
func (c *command) ofResource(r *rendering, s source) (*mappingSource, error) {
	request, err := r.templates.request(s)
	if err != nil {
		return nil, err
	}
	t, err := cfn.Parse(s.name, s.text, cfn.Limits{})
	if err != nil {
		return nil, c.invalidFile(err, s)
	}
	b, err := t.Bind(cfn.Input{Parameters: request.Parameters, StackName: "stack", Export: func(name string) (string, bool) { return name, true }})
	if err != nil {
		return nil, c.invalidFile(err, s)
	}
	res := b.Resource(r.resource)
	if res == nil {
		var ids []string
		for _, x := range b.Resources() {
			ids = append(ids, x.ID)
		}
		return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s has no resource %s", s.name, cutText(r.resource, 80)), help: nearest.Question(r.resource, ids)}
	}
	kind := kindOfResource(res.Type)
	if kind == "" {
		return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s is a resource of type %s, which has no mapping templates", r.resource, cutText(res.Type, 80)),
			help: "name an AWS::ApiGateway::Method, a Terraform::AWS::ApiGatewayIntegration or a Terraform::AWS::ApiGatewayIntegrationResponse"}
	}
	v, err := b.Resolve(r.resource, asNamed{})
	if err != nil {
		return nil, c.invalidFile(err, s)
	}
	properties, path, err := templateHolder(r, kind, v.Properties())
	if err != nil {
		return nil, err
	}
	last := path[len(path)-1]
	entries := entriesOf(member(properties, path[:len(path)-1]), last)
	key, err := r.choose(slices.Sorted(maps.Keys(entries)), r.resource+" "+strings.Join(path, "."))
	if err != nil {
		return nil, err
	}
	e := entries[key]
	text, ok := e.value.(string)
	if !ok {
		return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s: the template %s of %s is no text", s.name, key, r.resource)}
	}
	path = append(path, e.path...)
	src := &mappingSource{
		file: s, what: r.resource + " " + strings.Join(path, "."), text: text, mediaType: key, path: v.Path(path...),
		response: r.response != "" || kind == "IntegrationResponse",
		position: func(offset int) cfn.Position { return v.TextPosition(offset, path...) },
	}
	src.verb, _ = properties["HttpMethod"].(string)
	return src, nil
}

// templateHolder returns the properties and the path of the map of templates.
func templateHolder(r *rendering, kind string, properties map[string]any) (map[string]any, []string, error) {
	switch {
	case kind == "IntegrationResponse":
		return properties, []string{"ResponseTemplates"}, nil
	case kind == "Integration" && r.response != "":
		return nil, nil, usage("name it: --resource ID", "the response %s of %s is a resource of its own", r.response, r.resource)
	case kind == "Integration":
		return properties, []string{"RequestTemplates"}, nil
	case r.response == "":
		return properties, []string{"Integration", "RequestTemplates"}, nil
	}
	in, _ := properties["Integration"].(map[string]any)
	list, _ := in["IntegrationResponses"].([]any)
	var statuses []string
	for i, item := range list {
		m, _ := item.(map[string]any)
		status := fmt.Sprint(m["StatusCode"])
		if status == r.response {
			return properties, []string{"Integration", "IntegrationResponses", strconv.Itoa(i), "ResponseTemplates"}, nil
		}
		statuses = append(statuses, status)
	}
	return nil, nil, noResponse(r, r.resource, statuses)
}

func noResponse(r *rendering, of string, statuses []string) error {
	help := "it has none"
	if len(statuses) > 0 {
		help = "it has " + strings.Join(statuses, ", ")
	}
	return &exit{code: exitInvalid, err: fmt.Errorf("%s has no integration response %s", of, cutText(r.response, 40)), help: help}
}

// member follows a path of keys and indexes.
func member(v any, path []string) any {
	for _, name := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// A templateEntry is the value of a key, and the path to it behind the map.
type templateEntry struct {
	value any
	path  []string
}

// entriesOf returns the templates by media type. A map may be written as a list
// of MapKey and MapValue.
func entriesOf(holder any, name string) map[string]templateEntry {
	out := map[string]templateEntry{}
	m, _ := holder.(map[string]any)
	switch v := m[name].(type) {
	case map[string]any:
		for key, value := range v {
			out[key] = templateEntry{value, []string{key}}
		}
	case []any:
		for i, item := range v {
			entry, _ := item.(map[string]any)
			if key, ok := entry["MapKey"].(string); ok {
				out[key] = templateEntry{entry["MapValue"], []string{strconv.Itoa(i), "MapValue"}}
			}
		}
	}
	return out
}

// choose picks one media type of those that have a template.
func (r *rendering) choose(types []string, of string) (string, error) {
	const usual = "application/json"
	switch {
	case r.contentType != "" && slices.Contains(types, r.contentType):
		return r.contentType, nil
	case len(types) == 0:
		return "", &exit{code: exitInvalid, err: fmt.Errorf("%s: there is no template", of)}
	case r.contentType != "":
		return "", &exit{code: exitInvalid, err: fmt.Errorf("%s: there is no template for %s", of, cutText(r.contentType, 80)), help: thereIs(types)}
	case len(types) == 1:
		return types[0], nil
	case slices.Contains(types, usual):
		return usual, nil
	}
	return "", usage("name one with --content-type", "%s: there are several templates: %s", of, strings.Join(types, ", "))
}
