package lint

import (
	"fmt"
	"slices"
	"strings"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/mapping"
	"postern/internal/lang/vtl"
	"postern/internal/nearest"
)

// This file judges references to $input, $util and $context.
//
// See "Variables for data transformations for API Gateway".

// inputMethods and utilFunctions are what can be called, with how many
// arguments at least and at most.
var inputMethods = map[string][2]int{"json": {1, 1}, "params": {0, 1}, "path": {1, 1}}

var utilFunctions = map[string][2]int{
	"base64Decode": {1, 1}, "base64Encode": {1, 1}, "escapeJavaScript": {1, 1},
	"parseJson": {1, 1}, "urlDecode": {1, 1}, "urlEncode": {1, 1},
}

var inputNames = []string{"body", "json", "params", "path"}

var utilNames = []string{"base64Decode", "base64Encode", "escapeJavaScript", "parseJson", "urlDecode", "urlEncode"}

// paramGroups are the maps in $input.params().
var paramGroups = []string{"path", "querystring", "header"}

func (c *checker) input(p vtl.Part) {
	if len(p.Steps) == 0 {
		return
	}
	s := p.Steps[0]
	_, isMethod := inputMethods[s.Name]
	switch {
	case s.Kind == vtl.Index, s.Kind == vtl.Property && s.Name == "body":
	case s.Kind == vtl.Property && isMethod:
		c.member("V0202", s, "$input."+s.Name+" has no value without parentheses", "write $input."+s.Name+parentheses(s.Name))
	case s.Kind == vtl.Method && s.Name == "body":
		c.member("V0202", s, "$input.body is no method", "write $input.body")
	case s.Kind == vtl.Property || !isMethod:
		help := didYouMean(s.Name, inputNames, "$input.")
		if help == "" {
			help = "there are $input.body, $input.json(path), $input.path(path) and $input.params(name)"
		}
		c.member("V0202", s, "$input has no member "+s.Name+", so this has no value", help)
	default:
		c.arguments("$input."+s.Name, s, inputMethods[s.Name])
		c.path(p, s)
		c.params(p)
	}
}

// didYouMean suggests what to write, with what stands before the word.
func didYouMean(word string, candidates []string, before string) string {
	if c := nearest.Word(word, candidates); c != "" {
		return "did you mean " + before + c + "?"
	}
	return ""
}

func parentheses(method string) string {
	if method == "params" {
		return "('name')"
	}
	return "('$')"
}

// member reports something about the name of a step.
func (c *checker) member(code string, s vtl.Step, message, help string) {
	c.add(Finding{Code: code, Severity: Warning, Message: message, Help: help}, s.Offset, len(s.Name))
}

func (c *checker) arguments(what string, s vtl.Step, want [2]int) {
	n := len(s.Args)
	if n >= want[0] && n <= want[1] {
		return
	}
	expected := "one"
	if want[0] == 0 {
		expected = "one or none"
	}
	c.member("V0205", s, fmt.Sprintf("found %d arguments of %s, which has no value then; expected %s", n, what, expected), "")
}

// path judges the JSONPath of $input.path and $input.json.
func (c *checker) path(p vtl.Part, s vtl.Step) {
	if s.Name == "params" || len(s.Args) != 1 || !s.Args[0].Literal {
		return
	}
	path, err := jsonpath.Compile(s.Args[0].Text)
	if err == nil {
		err = path.Doubt()
	}
	if err != nil {
		c.add(Finding{Code: "V0301", Severity: Error, Message: withSource(err.Error(), p.Source), AWS: atRunTime}, s.Offset, len(s.Name))
	}
}

// params judges what follows $input.params().
func (c *checker) params(p vtl.Part) {
	if p.Steps[0].Name != "params" || len(p.Steps[0].Args) != 0 || len(p.Steps) < 2 {
		return
	}
	s := p.Steps[1]
	name := s.Name
	if s.Kind == vtl.Index || s.Kind == vtl.Method && name == "get" {
		if len(s.Args) != 1 || !s.Args[0].Literal {
			return
		}
		name = s.Args[0].Text
	} else if s.Kind == vtl.Method {
		return
	}
	if slices.Contains(paramGroups, name) {
		return
	}
	help := didYouMean(name, paramGroups, "")
	if help == "" {
		help = "one parameter is $input.params('" + name + "')"
	}
	c.member("V0202", s, "$input.params() has path, querystring and header, found "+name, help)
}

func (c *checker) util(p vtl.Part) {
	if len(p.Steps) == 0 {
		return
	}
	s := p.Steps[0]
	want, known := utilFunctions[s.Name]
	switch {
	case s.Kind == vtl.Index:
	case known && s.Kind == vtl.Method:
		c.arguments("$util."+s.Name, s, want)
	case known:
		c.member("V0201", s, "$util."+s.Name+" has no value without parentheses", "write $util."+s.Name+"($x)")
	default:
		help := didYouMean(s.Name, utilNames, "$util.")
		if help == "" {
			help = "there are " + strings.Join(utilNames, ", ")
		}
		c.member("V0201", s, "$util has no function "+s.Name+", so this has no value", help)
	}
}

// context judges $context.a.b: up to the first step that is no property.
func (c *checker) context(p vtl.Part) {
	var names []string
	for _, s := range p.Steps {
		if s.Kind != vtl.Property {
			break
		}
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return
	}
	switch names[0] {
	case "authorizer":
	case "requestOverride":
		c.override(p, names, paramGroups)
	case "responseOverride":
		c.override(p, names, []string{"header", "status"})
	default:
		c.contextVariable(p, names)
	}
}

// override judges the second name of an override.
func (c *checker) override(p vtl.Part, names, groups []string) {
	if len(names) < 2 || slices.Contains(groups, names[1]) || p.Role != vtl.Assigned {
		return
	}
	help := didYouMean(names[1], groups, "$context."+names[0]+".")
	if help == "" {
		help = "there are " + strings.Join(groups, ", ")
	}
	c.member("V0206", p.Steps[1], "$context."+names[0]+"."+names[1]+" has no effect", help)
}

func (c *checker) contextVariable(p vtl.Part, names []string) {
	known := mapping.ContextNames()
	if p.Role == vtl.Assigned && len(p.Steps) == 1 {
		return // a name of the template's own
	}
	full := strings.Join(names, ".")
	for i := range names {
		prefix := strings.Join(names[:i+1], ".")
		if slices.Contains(known, prefix) {
			return // what follows is a property of the value
		}
		if slices.ContainsFunc(known, func(name string) bool { return strings.HasPrefix(name, prefix+".") }) {
			if i < len(names)-1 || len(p.Steps) > len(names) || p.Role != vtl.Printed {
				continue
			}
			c.member("V0203", p.Steps[i], "$context."+prefix+" is a map, which prints nothing", "name a member, such as "+firstBelow(known, prefix))
			return
		}
		if c.sets(names[0]) {
			return
		}
		c.member("V0203", p.Steps[i], "there is no $context."+prefix+" in templates, so this has no value",
			didYouMean(full, known, "$context."))
		return
	}
}

// sets reports whether the template puts an entry of its own into $context.
func (c *checker) sets(name string) bool {
	return slices.ContainsFunc(c.parts, func(p vtl.Part) bool {
		return p.Name == "context" && (p.Role == vtl.Assigned && len(p.Steps) == 1 && p.Steps[0].Name == name ||
			len(p.Steps) > 0 && p.Steps[0].Name == "put")
	})
}

func firstBelow(known []string, prefix string) string {
	for _, name := range known {
		if strings.HasPrefix(name, prefix+".") {
			return "$context." + name
		}
	}
	return "one"
}
