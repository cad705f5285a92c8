package lambda

import (
	"regexp"
	"strings"
)

// This file reads the forms in which callers name a function: its name, a part
// of its ARN or the whole, with a version or alias behind it or without.
//
// See "FunctionName" in the Lambda API reference.

// namePattern is the service's own, which its refusals quote.
const namePattern = `(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`

var (
	nameForm      = regexp.MustCompile(`^(arn:(?:aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$`)
	qualifierForm = regexp.MustCompile(`^(\$LATEST|[a-zA-Z0-9-_]+)$`)
	aliasForm     = regexp.MustCompile(`^[a-zA-Z0-9-_]+$`)
	numberForm    = regexp.MustCompile(`^[0-9]+$`)
)

// Latest is the version that can be changed.
const Latest = "$LATEST"

const (
	maxName  = 64 // characters of a function's name
	maxAlias = 128
)

// A Name is what a caller called a function.
type Name struct {
	Region    string // empty: not said
	AccountID string // empty: not said
	Function  string
	Qualifier string // a version or alias; empty: not said
}

// ParseName reads a function's name in any of its forms.
func ParseName(text string) (Name, error) {
	m := nameForm.FindStringSubmatch(text)
	if m == nil || len(text) > 170 {
		return Name{}, violated(clip(text), "functionName", "Member must satisfy regular expression pattern: "+namePattern)
	}
	n := Name{Region: strings.TrimSuffix(m[2], ":"), AccountID: strings.TrimSuffix(m[3], ":"), Function: m[5], Qualifier: m[6]}
	if len(n.Function) > maxName {
		return Name{}, violated(clip(n.Function), "functionName", "Member must have length less than or equal to 64")
	}
	return n, nil
}

// QualifiedName reads a name and a qualifier that was given beside it, or none.
func QualifiedName(text, qualifier string) (Name, error) {
	n, err := ParseName(text)
	if err != nil {
		return Name{}, err
	}
	switch {
	case qualifier == "":
	case len(qualifier) > maxAlias || !qualifierForm.MatchString(qualifier):
		return Name{}, violated(clip(qualifier), "qualifier", `Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)`)
	case n.Qualifier != "" && n.Qualifier != qualifier:
		return Name{}, invalid("The derived qualifier from the function name does not match the specified qualifier.")
	default:
		n.Qualifier = qualifier
	}
	return n, nil
}

// clip keeps a message short.
func clip(text string) string {
	if r := []rune(text); len(r) > 140 {
		return string(r[:139]) + "…"
	}
	return text
}

// ARN returns the ARN of a function, or of its version or alias.
func (s *Service) ARN(function, qualifier string) string {
	arn := "arn:" + s.partition() + ":lambda:" + s.region() + ":" + s.accountID() + ":function:" + function
	if qualifier != "" {
		arn += ":" + qualifier
	}
	return arn
}

// ours reports whether a name can be one of a function here.
func (s *Service) ours(n Name) bool {
	return (n.Region == "" || n.Region == s.region()) && (n.AccountID == "" || n.AccountID == s.accountID())
}

// Address returns the ARN that a name stands for.
func (s *Service) Address(n Name) string {
	arn := "arn:" + s.partition() + ":lambda:" + orElse(n.Region, s.region()) + ":" + orElse(n.AccountID, s.accountID()) + ":function:" + n.Function
	if n.Qualifier != "" {
		arn += ":" + n.Qualifier
	}
	return arn
}

// unknown is the refusal of a function that does not exist.
func (s *Service) unknown(n Name) *Error { return notFound("Function not found: %s", s.Address(n)) }
