package mapping

// This file is the plain $-notation of gateway response templates and access
// log formats. It is no VTL.
//
//   - A variable is $context.name, $stageVariables.name or
//     $method.request.{header,querystring,path}.name or $method.request.body,
//     also with a JSONPath behind body.
//   - Names of $context are letters, digits, '_' and '.'; the longest that
//     exists wins, and what follows is text: $context.authorizer.x-y is the
//     value of x and "-y". A name that does not exist has no value.
//   - Everything else is text, $$ and ${…} too.
//
// See "Set up gateway response customization", "Set up CloudWatch logging for
// REST APIs in API Gateway".

import (
	"strings"

	"postern/internal/lang/jsonpath"
)

// A Substitution is a compiled text with $-variables: a gateway response
// template or an access log format. It is read-only and safe for concurrent use.
type Substitution struct {
	source string
	parts  []substitute
}

// A substitute is text, or a variable behind it.
type substitute struct {
	text       string
	context    accessor   // if isContext
	isContext  bool       // also without such a variable
	expression Expression // unless its source is 0
}

// ParseSubstitution compiles text. There are no errors: what is no variable is
// literal text.
func ParseSubstitution(text string) *Substitution {
	t := &Substitution{source: text}
	from := 0
	for at := 0; at < len(text); at++ {
		if text[at] != '$' {
			continue
		}
		part, n := parseSubstitute(text[at+1:])
		if n == 0 {
			continue
		}
		part.text = text[from:at]
		t.parts = append(t.parts, part)
		from = at + 1 + n
		at = from - 1
	}
	t.parts = append(t.parts, substitute{text: text[from:]})
	return t
}

// String returns the text t was compiled from.
func (t *Substitution) String() string { return t.source }

// AppendTo appends the text with its variables replaced. A variable without a
// value becomes absent: "" in gateway responses, "-" in access logs.
func (t *Substitution) AppendTo(dst []byte, s *Scope, absent string) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		dst = append(dst, p.text...)
		switch {
		case p.isContext:
			if v := p.context.value(s); v.kind != noValue {
				dst = v.appendTo(dst)
			} else {
				dst = append(dst, absent...)
			}
		case p.expression.source != 0:
			// A body that cannot be read has no values.
			if v, ok, err := p.expression.Text(s); ok && err == nil {
				dst = append(dst, v...)
			} else {
				dst = append(dst, absent...)
			}
		}
	}
	return dst
}

// parseSubstitute reads the variable behind a '$' and returns how many bytes it
// has, 0 if there is none.
func parseSubstitute(text string) (substitute, int) {
	if rest, ok := strings.CutPrefix(text, "context."); ok {
		name := contextName(rest)
		if name == "" {
			return substitute{}, 0
		}
		return substitute{isContext: true, context: resolve(name, everywhere)}, len("context.") + len(name)
	}
	for _, prefix := range []string{"stageVariables.", "method.request.header.", "method.request.querystring.", "method.request.path."} {
		rest, ok := strings.CutPrefix(text, prefix)
		if !ok {
			continue
		}
		name := run(rest, "._-")
		if prefix == "stageVariables." {
			name = run(rest, "_")
		}
		e, err := ParseExpression(prefix + name)
		if err != nil {
			return substitute{}, 0
		}
		return substitute{expression: e}, len(prefix) + len(name)
	}
	return parseBody(text)
}

// contextName returns the longest name at the beginning of text that is a
// variable, or all that could be one.
func contextName(text string) string {
	whole := run(text, "._")
	for name := whole; name != ""; {
		if a := resolve(name, everywhere); a.exists() && !strings.Contains(a.key, ".") {
			return name
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			break
		}
		name = name[:i]
	}
	return whole
}

// run returns the letters, digits and bytes of more at the beginning of text,
// without points at the end.
func run(text, more string) string {
	i := 0
	for i < len(text) {
		c := text[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(more, c) >= 0) {
			break
		}
		i++
	}
	return strings.TrimRight(text[:i], ".")
}

// parseBody reads method.request.body with the longest JSONPath that compiles.
func parseBody(text string) (substitute, int) {
	const prefix = "method.request.body"
	const longest = 1024 // bytes of a path
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return substitute{}, 0
	}
	path := ""
	if rest != "" && (rest[0] == '.' || rest[0] == '[') {
		path = balanced(run(rest[:min(len(rest), longest)], "._-[]*"))
	}
	for path != "" {
		if _, err := jsonpath.Compile("$" + path); err == nil {
			break
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	e, err := ParseExpression(prefix + path)
	if err != nil {
		return substitute{}, 0
	}
	return substitute{expression: e}, len(prefix) + len(path)
}

// balanced returns text up to the first bracket that has no partner.
func balanced(text string) string {
	open := -1
	for i := range len(text) {
		switch {
		case text[i] == '[' && open < 0:
			open = i
		case text[i] == ']' && open >= 0:
			open = -1
		case text[i] == '[' || text[i] == ']':
			return text[:i]
		}
	}
	if open >= 0 {
		return text[:open]
	}
	return text
}
