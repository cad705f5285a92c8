package policy

import (
	"slices"
	"strings"
)

// A Decision is what a document says about a request.
type Decision uint8

// The decisions. The zero Decision is that nothing allows the request.
const (
	ImplicitDeny Decision = iota
	Allow
	ExplicitDeny
)

func (d Decision) String() string {
	switch d {
	case Allow:
		return "allow"
	case ExplicitDeny:
		return "explicit deny"
	}
	return "implicit deny"
}

// A Request is what somebody wants to do.
type Request struct {
	Action   string // such as execute-api:Invoke
	Resource string // an ARN

	// PrincipalARN and PrincipalAccount are those of the caller; empty: nobody
	// has signed.
	PrincipalARN     string
	PrincipalAccount string

	// Value returns the values of a condition key, whose name is in small letters;
	// nil: the request has none. Nil: no request has any.
	Value func(key string) []string
}

func (r *Request) value(key string) []string {
	if r.Value == nil {
		return nil
	}
	return r.Value(key)
}

// A Document is a compiled policy document.
type Document struct {
	statements []statement
}

// A statement is one rule of a document.
type statement struct {
	deny bool

	principal    principals // empty without one
	hasPrincipal bool
	notPrincipal bool

	actions   []string // in small letters
	notAction bool

	resources   []resource
	notResource bool

	conditions []condition
}

// Evaluate returns what the document says about r.
func (d *Document) Evaluate(r *Request) Decision {
	decision := ImplicitDeny
	for i := range d.statements {
		s := &d.statements[i]
		if s.deny || decision == ImplicitDeny {
			if s.matches(r) {
				if s.deny {
					return ExplicitDeny
				}
				decision = Allow
			}
		}
	}
	return decision
}

func (s *statement) matches(r *Request) bool {
	if s.hasPrincipal && s.principal.match(r) == s.notPrincipal {
		return false
	}
	if s.matchesAction(r.Action) == s.notAction || s.matchesResource(r) == s.notResource {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r) {
			return false
		}
	}
	return true
}

func (s *statement) matchesAction(action string) bool {
	action = strings.ToLower(action)
	return slices.ContainsFunc(s.actions, func(pattern string) bool { return like(pattern, action) })
}

func (s *statement) matchesResource(r *Request) bool {
	for i := range s.resources {
		if s.resources[i].match(r) {
			return true
		}
	}
	return false
}

// principals are who a statement is about.
type principals struct {
	everybody bool
	accounts  []string
	arns      []string
}

func (p *principals) match(r *Request) bool {
	if p.everybody {
		return true
	}
	if r.PrincipalARN == "" {
		return false
	}
	return slices.Contains(p.accounts, r.PrincipalAccount) || slices.Contains(p.arns, r.PrincipalARN)
}

// A resource is a pattern of ARNs.
type resource struct {
	any    bool
	fields []string // of an ARN, with variables and wildcards; the sixth is all the rest
	text   string   // instead of fields: not an ARN
	vary   bool     // it has variables
}

// arnFields is how many fields an ARN has.
const arnFields = 6

// compileResource reads a resource. An ARN with fewer fields than it should have
// is completed with wildcards.
func compileResource(pattern string, variables bool) resource {
	if pattern == "*" {
		return resource{any: true}
	}
	r := resource{vary: variables && strings.Contains(pattern, "${")}
	if !strings.HasPrefix(pattern, "arn:") {
		r.text = pattern
		return r
	}
	r.fields = strings.SplitN(pattern, ":", arnFields)
	for len(r.fields) < arnFields {
		r.fields = append(r.fields, "*")
	}
	return r
}

func (p *resource) match(r *Request) bool {
	if p.any {
		return true
	}
	if p.fields == nil {
		return p.like(p.text, r.Resource, r)
	}
	rest := r.Resource
	for i, field := range p.fields {
		value := rest
		if i < arnFields-1 {
			var ok bool
			if value, rest, ok = strings.Cut(rest, ":"); !ok {
				return false
			}
		}
		if !p.like(field, value, r) {
			return false
		}
	}
	return true
}

func (p *resource) like(pattern, value string, r *Request) bool {
	if p.vary {
		var ok bool
		if pattern, ok = substitute(pattern, r); !ok {
			return false
		}
	}
	return like(pattern, value)
}

// The wildcards that a variable stands for, so that they stand for themselves.
const (
	literalStar     = "\x00"
	literalQuestion = "\x01"
)

// like reports whether s fits a pattern in which * is any text and ? any
// character.
func like(pattern, s string) bool {
	star, from := -1, 0
	i, j := 0, 0
	for j < len(s) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, from = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == s[j] ||
			pattern[i] == literalStar[0] && s[j] == '*' || pattern[i] == literalQuestion[0] && s[j] == '?'):
			if pattern[i] == '?' {
				j += runeLength(s[j:])
			} else {
				j++
			}
			i++
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(pattern) && pattern[i] == '*' {
		i++
	}
	return i == len(pattern)
}

// runeLength is the length in bytes of the first character of s.
func runeLength(s string) int {
	n := 1
	for n < len(s) && s[n]&0xc0 == 0x80 {
		n++
	}
	return n
}

// escapeWild keeps the wildcards of a variable's value from being any.
var escapeWild = strings.NewReplacer("*", literalStar, "?", literalQuestion)

// substitute replaces the variables ${key} and ${key, 'default'}, and ${*}, ${?}
// and ${$}, which stand for a character. It reports false if a variable has no
// value: then nothing matches.
func substitute(pattern string, r *Request) (string, bool) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "${")
		b.WriteString(before)
		if !ok {
			return b.String(), true
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("${" + rest)
			return b.String(), true
		}
		pattern = after
		switch name {
		case "*":
			b.WriteString(literalStar)
			continue
		case "?":
			b.WriteString(literalQuestion)
			continue
		case "$":
			b.WriteByte('$')
			continue
		}
		name, fallback, has := strings.Cut(name, ",")
		values := r.value(strings.ToLower(strings.TrimSpace(name)))
		switch {
		case len(values) == 1:
			b.WriteString(escapeWild.Replace(values[0]))
		case has:
			b.WriteString(escapeWild.Replace(strings.Trim(strings.TrimSpace(fallback), "'")))
		default:
			return "", false
		}
	}
}
