package lint

import (
	"maps"
	"slices"

	"postern/internal/lang/vtl"
)

// variable judges a reference to a variable of the template's own.
func (c *checker) variable(p vtl.Part) {
	switch p.Name {
	case "foreach", "velocityCount", "velocityHasNext":
		return
	}
	if c.set[p.Name] {
		return
	}
	f := Finding{Code: "V0204", Severity: Warning, Message: "$" + p.Name + " is never set: it prints nothing, and equals \"\""}
	if p.Role == vtl.Assigned { // #set($x.y = …)
		f.Message = "$" + p.Name + " is never set, so nothing can be set in it"
		f.Help = "write #set($" + p.Name + " = {}) first"
	}
	names := append(slices.Sorted(maps.Keys(c.set)), "input", "util", "context", "stageVariables")
	if s := didYouMean(p.Name, names, "$"); s != "" {
		f.Help = s
	}
	c.add(f, p.Offset, len(p.Source))
}

// patterns judges the regular expressions that methods are given.
func (c *checker) patterns(p vtl.Part) {
	for _, s := range p.Steps {
		if s.Kind != vtl.Method || len(s.Args) == 0 || !s.Args[0].Literal {
			continue
		}
		switch s.Name {
		case "matches", "replaceAll", "replaceFirst", "split":
		default:
			continue
		}
		if err := vtl.CheckPattern(s.Args[0].Text); err != nil {
			c.add(Finding{Code: "V0302", Severity: Error, Message: withSource(err.Error(), p.Source), AWS: atRunTime,
				Help: "to replace plain text, use replace"}, s.Offset, len(s.Name))
		}
	}
}

// tested judges a reference that is a whole condition.
func (c *checker) tested(p vtl.Part) {
	if !neverBoolean(p) {
		return
	}
	help := "write " + p.Source + ` != ""`
	if n := len(p.Steps); n > 0 && (p.Steps[n-1].Name == "size" || p.Steps[n-1].Name == "length") {
		help = "write " + p.Source + " > 0"
	}
	c.add(Finding{Code: "V0401", Severity: Warning, Help: help,
		Message: "found " + p.Source + " as a condition, which is true also if it is empty, zero or missing; expected a comparison"}, p.Offset, len(p.Source))
}

// neverBoolean reports whether the value of a reference can only be something
// else than a boolean, so that its truth tells nothing.
func neverBoolean(p vtl.Part) bool {
	n := len(p.Steps)
	if n == 0 {
		return p.Name == "input" || p.Name == "util" || p.Name == "context" || p.Name == "stageVariables"
	}
	last := p.Steps[n-1]
	if last.Kind == vtl.Method && len(last.Args) == 0 {
		switch last.Name {
		case "size", "length", "toString", "trim", "toLowerCase", "toUpperCase", "keySet", "values", "entrySet":
			return true
		}
	}
	switch p.Name {
	case "input":
		return n == 1 && last.Name != "path"
	case "util":
		return n == 1 && last.Kind == vtl.Method && last.Name != "parseJson"
	case "stageVariables":
		return n == 1 && last.Kind != vtl.Method
	case "context":
		return onlyProperties(p.Steps) && last.Name != "isCanaryRequest"
	}
	return false
}

func onlyProperties(steps []vtl.Step) bool {
	return !slices.ContainsFunc(steps, func(s vtl.Step) bool { return s.Kind != vtl.Property })
}
