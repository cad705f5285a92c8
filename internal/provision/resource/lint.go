package resource

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"postern/internal/lang/lint"
)

// This file looks into the texts of integrations: mapping templates, mapping
// expressions, selection patterns.
//
//   - AWS provisions a template that does not work, and answers each request that
//     reaches it with an error. So these are warnings, which say that they fail.
//   - A mapping that the control plane will refuse is an error.
//   - What is known only with other resources is said by Advise.

// lintNativeMethod judges a method with its parts.
func lintNativeMethod(given map[string]any) []Problem {
	in, ok := given["Integration"].(map[string]any)
	if !ok {
		return nil
	}
	out := under("Integration", lintIntegration(in, declared(given, "RequestParameters")))
	responses := responsesByStatus(given["MethodResponses"])
	var patterns []lint.Pattern
	var paths [][]string
	eachItem(in["IntegrationResponses"], func(i int, item map[string]any) {
		status, _ := scalar(item["StatusCode"])
		d := lint.Declaration{}
		if r, ok := responses[status]; ok {
			d = declared(r, "ResponseParameters")
		}
		at := []string{"Integration", "IntegrationResponses", strconv.Itoa(i)}
		for _, p := range lintIntegrationResponse(item, d) {
			p.Path = append(slices.Clone(at), p.Path...)
			out = append(out, p)
		}
		if pattern, ok := item["SelectionPattern"].(string); ok {
			patterns = append(patterns, lint.Pattern{Status: status, Text: pattern})
			paths = append(paths, append(at, "SelectionPattern"))
		}
	})
	if matchesStatus(in["Type"]) {
		for i, found := range lint.Patterns(patterns) {
			out = append(out, warnings(found, paths[i])...)
		}
	}
	return out
}

// responsesByStatus returns the method responses that are known.
func responsesByStatus(v any) map[string]map[string]any {
	out := map[string]map[string]any{}
	eachItem(v, func(_ int, item map[string]any) {
		if status, ok := scalar(item["StatusCode"]); ok {
			out[status] = item
		}
	})
	return out
}

// scalar returns a text, or a number as a text.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case int:
		return strconv.Itoa(v), true
	}
	return "", false
}

// declared returns the parameters that a method or a method response declares,
// if they are known.
func declared(of map[string]any, property string) lint.Declaration {
	d := lint.Declaration{Known: true}
	if of[property] == nil {
		return d
	}
	d.Known = eachEntry(of[property], func(_ []string, key string, _ any) { d.Names = append(d.Names, key) })
	return d
}

// matchesStatus reports whether selection patterns of an integration of this
// type are matched with the backend's status code.
func matchesStatus(typ any) bool { return typ == "HTTP" || typ == "MOCK" }

// lintIntegration judges the templates and mappings of an integration.
func lintIntegration(given map[string]any, method lint.Declaration) []Problem {
	var out []Problem
	eachEntry(given["RequestTemplates"], func(path []string, key string, v any) {
		ctx := lint.Context{MediaType: key}
		if given["Type"] == "MOCK" {
			ctx.MediaType = "" // only the status code is read, and not only from JSON
		}
		out = append(out, lintTemplate(v, ctx, append([]string{"RequestTemplates"}, path...))...)
	})
	eachEntry(given["RequestParameters"], func(path []string, key string, v any) {
		if from, ok := v.(string); ok {
			out = append(out, found(lint.RequestMapping(key, from, method), append([]string{"RequestParameters"}, path...))...)
		}
	})
	return out
}

// lintIntegrationResponse judges the templates, mappings and pattern of an
// integration response.
func lintIntegrationResponse(given map[string]any, response lint.Declaration) []Problem {
	var out []Problem
	eachEntry(given["ResponseTemplates"], func(path []string, key string, v any) {
		out = append(out, lintTemplate(v, lint.Context{MediaType: key}, append([]string{"ResponseTemplates"}, path...))...)
	})
	eachEntry(given["ResponseParameters"], func(path []string, key string, v any) {
		if from, ok := v.(string); ok {
			out = append(out, found(lint.ResponseMapping(key, from, response), append([]string{"ResponseParameters"}, path...))...)
		}
	})
	if text, ok := given["SelectionPattern"].(string); ok {
		for _, f := range lint.Patterns([]lint.Pattern{{Text: text}})[0] {
			if f.Severity == lint.Error {
				out = append(out, found([]lint.Finding{f}, []string{"SelectionPattern"})...)
			}
		}
	}
	return out
}

// lintTemplate judges a mapping template. What is wrong with it stands in the
// way of requests, not of provisioning.
func lintTemplate(v any, ctx lint.Context, path []string) []Problem {
	text, ok := templateText(v)
	if !ok || text == "" {
		return nil
	}
	findings := lint.Template(text, ctx)
	out := found(findings, path)
	for i, f := range findings {
		out[i].Fails, out[i].Warning = f.Severity == lint.Error, true
		out[i].Message += fmt.Sprintf(" (template line %d, column %d)", f.Line, f.Column)
	}
	return out
}

// pending is a value that is not known yet in a text that is.
var pending = regexp.MustCompile(`\$\{[A-Za-z0-9.]+\}`)

// templateText returns the text of a template. In one that Fn::Sub makes, a value
// that is not known yet is as many digits, so that places stay what they are.
func templateText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case Unknown:
		text := pending.ReplaceAllStringFunc(v.Text, func(s string) string { return strings.Repeat("1", len(s)) })
		return text, !strings.Contains(text, "${Fn::")
	}
	return "", false
}

// found turns findings about the text at a path into problems.
func found(fs []lint.Finding, path []string) []Problem {
	var out []Problem
	for _, f := range fs {
		out = append(out, Problem{
			Path: path, Message: f.Message, Help: f.Help, AWS: f.AWS, Code: f.Code, Warning: f.Severity == lint.Warning,
			Place: &Place{OnKey: f.OnKey, Offset: f.ShowOffset, Length: f.Length},
		})
	}
	return out
}

// warnings is found without the errors, which another look has reported.
func warnings(fs []lint.Finding, path []string) []Problem {
	return slices.DeleteFunc(found(fs, path), func(p Problem) bool { return !p.Warning })
}

// under puts a name in front of the paths of problems.
func under(name string, ps []Problem) []Problem {
	for i := range ps {
		ps[i].Path = append([]string{name}, ps[i].Path...)
	}
	return ps
}

// eachEntry calls f for each entry of a map, in the order of the keys, or of a
// list of MapKey and MapValue, with the path of the value. It reports whether
// all entries are known.
func eachEntry(v any, f func(path []string, key string, v any)) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			f([]string{key}, key, v[key])
		}
		return true
	case []any:
		for i, item := range v {
			entry, ok := item.(map[string]any)
			if !ok {
				return false
			}
			for _, names := range [][2]string{{"MapKey", "MapValue"}, {"Key", "Value"}} {
				if key, ok := entry[names[0]].(string); ok {
					f([]string{strconv.Itoa(i), names[1]}, key, entry[names[1]])
				}
			}
		}
		return true
	}
	return v == nil
}

// Advise warns of mappings of parameters that the method, a resource of its own,
// does not declare.
func (*integrationType) Advise(self Resource, all []Resource) []Problem {
	method := partner(self, all, "Method")
	if method == nil || noun(method.Type) != "Method" {
		return nil
	}
	var out []Problem
	for _, p := range lintIntegration(self.Properties, declared(method.Properties, "RequestParameters")) {
		if p.Code == "P0412" {
			p.Fails = true
			out = append(out, p)
		}
	}
	return out
}

// Advise warns of parameters that the method response does not declare, and of a
// pattern that never gets to choose.
func (*integrationResponseType) Advise(self Resource, all []Resource) []Problem {
	var out []Problem
	if ids := sameResponse(self, all, "MethodResponse"); len(ids) == 1 {
		d := declared(byID(all, ids[0]).Properties, "ResponseParameters")
		for _, p := range lintIntegrationResponse(self.Properties, d) {
			if p.Code == "P0412" {
				p.Fails = true
				out = append(out, p)
			}
		}
	}
	in := partner(self, all, "Integration")
	if in == nil || !matchesStatus(in.Properties["Type"]) {
		return out
	}
	var patterns []lint.Pattern
	mine := -1
	for _, id := range append(sameMethod(self, all, "IntegrationResponse"), self.LogicalID) {
		r := byID(all, id)
		if r == nil {
			continue
		}
		status, known := scalar(r.Properties["StatusCode"])
		pattern, _ := r.Properties["SelectionPattern"].(string)
		if !known {
			continue
		}
		if id == self.LogicalID {
			mine = len(patterns)
		}
		patterns = append(patterns, lint.Pattern{Status: status, Text: pattern})
	}
	if mine >= 0 {
		out = append(out, warnings(lint.Patterns(patterns)[mine], []string{"SelectionPattern"})...)
	}
	return out
}

// partner returns the one resource of a noun that belongs to the same method as
// self, or nil.
func partner(self Resource, all []Resource, noun string) *Resource {
	if ids := sameMethod(self, all, noun); len(ids) == 1 {
		return byID(all, ids[0])
	}
	return nil
}

func byID(all []Resource, id string) *Resource {
	for i := range all {
		if all[i].LogicalID == id {
			return &all[i]
		}
	}
	return nil
}
