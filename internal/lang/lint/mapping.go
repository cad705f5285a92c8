package lint

import (
	"errors"
	"slices"
	"strings"

	"postern/internal/lang/mapping"
)

// This file judges parameter mappings, as the control plane will when it is
// asked to store them.
//
// See "Mapping reference for API Gateway REST APIs".

// A Declaration is what a method or a method response declares.
type Declaration struct {
	Names []string // such as method.request.header.X-Pet, or method.response.header.X-Pet
	Known bool     // false: names are not known, so none is missed
}

// RequestMapping judges one entry of an integration's request parameters.
func RequestMapping(to, from string, declared Declaration) []Finding {
	r := &report{text: to}
	if target, err := mapping.ParseTarget(to); err != nil {
		r.target(err, to, "integration.request.{header,querystring,path}.name")
	} else if target.Place != mapping.IntegrationRequestHeader && target.Place != mapping.IntegrationRequestQuery && target.Place != mapping.IntegrationRequestPath {
		r.refuse("P0413", to, "found "+to+", expected integration.request.{header,querystring,path}.name", "")
	}
	keys := onKey(r)
	r = &report{text: from}
	e, err := mapping.ParseExpression(from)
	if err != nil {
		r.expression(err, from)
		return append(keys, r.sorted()...)
	}
	switch e.Source() {
	case mapping.MethodRequestPath, mapping.MethodRequestQuery, mapping.MethodRequestMultiValueQuery,
		mapping.MethodRequestHeader, mapping.MethodRequestMultiValueHeader:
		single := strings.Replace(from, "method.request.multivalue", "method.request.", 1)
		if !declared.Known || slices.Contains(declared.Names, from) || slices.Contains(declared.Names, single) {
			break
		}
		r.undeclared(from, declared.Names, "the method does not declare "+from, "in the method's RequestParameters")
	case mapping.IntegrationResponseHeader, mapping.IntegrationResponseMultiValueHeader, mapping.IntegrationResponseBody:
		r.refuse("P0413", from, "found "+from+", which exists only after the call; expected method.request.…, context.…, stageVariables.… or 'text'", "")
	}
	return append(keys, r.sorted()...)
}

// ResponseMapping judges one entry of an integration response's parameters.
func ResponseMapping(to, from string, declared Declaration) []Finding {
	r := &report{text: to}
	target, err := mapping.ParseTarget(to)
	switch {
	case err != nil:
		r.target(err, to, "method.response.header.name")
	case target.Place != mapping.MethodResponseHeader:
		r.refuse("P0413", to, "found "+to+", expected method.response.header.name", "")
	case declared.Known && !slices.Contains(declared.Names, to):
		r.undeclared(to, declared.Names, "the method response does not declare "+to, "in the method response's ResponseParameters")
	}
	keys := onKey(r)
	r = &report{text: from}
	e, err := mapping.ParseExpression(from)
	if err != nil {
		r.expression(err, from)
		return append(keys, r.sorted()...)
	}
	switch e.Source() {
	case mapping.MethodRequestPath, mapping.MethodRequestQuery, mapping.MethodRequestMultiValueQuery,
		mapping.MethodRequestHeader, mapping.MethodRequestMultiValueHeader, mapping.MethodRequestBody:
		r.refuse("P0413", from, "found "+from+", which a response cannot read; expected integration.response.…, context.…, stageVariables.… or 'text'", "")
	}
	return append(keys, r.sorted()...)
}

func onKey(r *report) []Finding {
	for i := range r.findings {
		r.findings[i].OnKey = true
	}
	return r.findings
}

// target reports a text that names nothing that could be set.
func (r *report) target(err error, text, want string) {
	var e *mapping.ExpressionError
	if errors.As(err, &e) && e.Reason != mapping.BadParameterName && e.Err == nil {
		r.say("P0411", e.Error(), "found "+text+", expected "+want, "")
		return
	}
	r.expression(err, text)
}

// expression reports a text that is no expression.
func (r *report) expression(err error, text string) {
	var e *mapping.ExpressionError
	if !errors.As(err, &e) {
		r.refuse("P0411", err.Error(), err.Error(), "")
		return
	}
	message, help := "found "+text+", expected an expression such as method.request.header.X-Name", ""
	switch {
	case e.Reason == mapping.BadParameterName:
		message = "found a name with other characters than a-z A-Z 0-9 . _ $ - in " + text
	case e.Err != nil:
		message = e.Err.Error() + " in " + text
	case strings.HasPrefix(text, "$"):
		help = "without the $: " + text[1:]
	case strings.HasPrefix(text, "'"):
		help = "a literal ends with a quotation mark: " + text + "'"
	case text == "true" || text == "false" || !strings.Contains(text, "."):
		help = "a literal stands in quotation marks: '" + text + "'"
	}
	r.say("P0411", e.Error(), message, help)
}

func (r *report) undeclared(text string, declared []string, message, where string) {
	help := ""
	if i := nameAt(text); i >= 0 {
		var names []string
		for _, d := range declared {
			if strings.HasPrefix(d, text[:i]) {
				names = append(names, d[i:])
			}
		}
		help = didYouMean(text[i:], names, text[:i])
	}
	if help == "" {
		help = "declare it " + where
	}
	r.say("P0412", "Invalid mapping expression parameter specified: "+text, message, help)
}

// nameAt returns where the name of a parameter begins, behind the third dot, or
// -1.
func nameAt(text string) int {
	at := 0
	for range 3 {
		i := strings.IndexByte(text[at:], '.')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	return at
}

func (r *report) refuse(code, text, message, help string) {
	r.say(code, "Invalid mapping expression specified: "+text, message, help)
}

// say reports an error about the whole text, with what AWS says of it.
func (r *report) say(code, complaint, message, help string) {
	r.add(Finding{Code: code, Severity: Error, Message: message, Help: help,
		AWS: "Invalid mapping expression specified: Validation Result: warnings : [], errors : [" + complaint + "]"}, 0, len(r.text))
}
