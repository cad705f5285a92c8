package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Options say how a document is read.
type Options struct {
	// Expand completes a resource, as with a short form; nil: as it is written.
	Expand func(resource string) string
}

// ParseResource reads the policy of a resource. Every statement needs a
// principal. A document without statements allows nothing.
func ParseResource(text []byte, o Options) (*Document, error) { return parse(text, o, true) }

// ParseIdentity reads the policy of whoever asks. No statement may have a
// principal; it would not be looked at.
func ParseIdentity(text []byte) (*Document, error) { return parse(text, Options{}, false) }

// maxSize is the longest document that is read, in bytes.
const maxSize = 256 << 10

func parse(text []byte, o Options, resources bool) (*Document, error) {
	if len(text) > maxSize {
		return nil, fmt.Errorf("the policy has more than %d bytes", maxSize)
	}
	var doc struct {
		Version   string
		ID        any `json:"Id"`
		Statement list[map[string]json.RawMessage]
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("the policy is no JSON object: %w", err)
	}
	switch doc.Version {
	case "", "2008-10-17", "2012-10-17":
	default:
		return nil, fmt.Errorf("the Version is %.80q, expected 2012-10-17 or 2008-10-17", doc.Version)
	}
	out := &Document{}
	for i, members := range doc.Statement {
		s, err := compileStatement(members, o, resources, doc.Version == "2012-10-17")
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		out.statements = append(out.statements, s)
	}
	return out, nil
}

// A list is one value or several in JSON.
type list[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *list[T]) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		var values []T
		err := json.Unmarshal(text, &values)
		*l = values
		return err
	}
	var one T
	err := json.Unmarshal(text, &one)
	*l = list[T]{one}
	return err
}

// A scalar is a text, a number or a truth value, as text.
type scalar string

// UnmarshalJSON implements json.Unmarshaler.
func (s *scalar) UnmarshalJSON(text []byte) error {
	switch text[0] {
	case '"':
		return json.Unmarshal(text, (*string)(s))
	case '{', '[', 'n':
		return fmt.Errorf("found %.40s, expected a text, a number, true or false", text)
	}
	*s = scalar(text)
	return nil
}

func compileStatement(members map[string]json.RawMessage, o Options, resources, variables bool) (statement, error) {
	var s statement
	texts := func(name string) ([]string, error) {
		var values list[string]
		if err := json.Unmarshal(members[name], &values); err != nil {
			return nil, fmt.Errorf("%s: expected a text or a list of texts", name)
		}
		return values, nil
	}
	// either reads one of two members, of which there must be one.
	either := func(name, not string) (values []string, negated bool, err error) {
		_, has := members[name]
		_, hasNot := members[not]
		switch {
		case has && hasNot:
			return nil, false, fmt.Errorf("found %s and %s, expected one of them", name, not)
		case !has && !hasNot:
			return nil, false, fmt.Errorf("expected %s or %s", name, not)
		case hasNot:
			name = not
		}
		values, err = texts(name)
		return values, hasNot, err
	}
	var effect string
	if err := json.Unmarshal(members["Effect"], &effect); err != nil || effect != "Allow" && effect != "Deny" {
		return s, errors.New("the Effect must be Allow or Deny")
	}
	s.deny = effect == "Deny"
	actions, negated, err := either("Action", "NotAction")
	if err != nil {
		return s, err
	}
	for _, a := range actions {
		s.actions = append(s.actions, strings.ToLower(a))
	}
	s.notAction = negated
	names, negated, err := either("Resource", "NotResource")
	if err != nil {
		return s, err
	}
	s.notResource = negated
	for _, name := range names {
		if o.Expand != nil {
			name = o.Expand(name)
		}
		s.resources = append(s.resources, compileResource(name, variables))
	}
	if resources {
		if err := s.readPrincipal(members); err != nil {
			return s, err
		}
	}
	return s, s.readConditions(members["Condition"], variables)
}

func (s *statement) readPrincipal(members map[string]json.RawMessage) error {
	text, ok := members["Principal"]
	if !ok {
		if text, ok = members["NotPrincipal"]; !ok {
			return errors.New("expected Principal or NotPrincipal")
		}
		s.notPrincipal = true
	}
	s.hasPrincipal = true
	var everybody string
	if json.Unmarshal(text, &everybody) == nil {
		if everybody != "*" {
			return fmt.Errorf("the Principal is %.80q, expected * or an object", everybody)
		}
		s.principal.everybody = true
		return nil
	}
	var kinds map[string]list[string]
	if err := json.Unmarshal(text, &kinds); err != nil {
		return errors.New("the Principal must be * or an object of texts and lists")
	}
	for kind, names := range kinds {
		if kind != "AWS" {
			continue // services and federated users do not call a gateway
		}
		for _, name := range names {
			s.principal.add(name)
		}
	}
	return nil
}

func (p *principals) add(name string) {
	switch {
	case name == "*":
		p.everybody = true
	case len(name) == 12 && strings.Trim(name, "0123456789") == "":
		p.accounts = append(p.accounts, name)
	default:
		if parts := strings.SplitN(name, ":", arnFields); len(parts) == arnFields && parts[2] == "iam" && parts[5] == "root" {
			p.accounts = append(p.accounts, parts[4])
			return
		}
		p.arns = append(p.arns, name)
	}
}

func (s *statement) readConditions(text json.RawMessage, variables bool) error {
	if text == nil {
		return nil
	}
	var operators map[string]map[string]list[scalar]
	if err := json.Unmarshal(text, &operators); err != nil {
		return errors.New("the Condition must have operators with keys and their values")
	}
	for _, name := range slices.Sorted(maps.Keys(operators)) {
		for _, key := range slices.Sorted(maps.Keys(operators[name])) {
			values := make([]string, 0, len(operators[name][key]))
			for _, v := range operators[name][key] {
				values = append(values, string(v))
			}
			c, err := compileCondition(name, key, values, variables)
			if err != nil {
				return err
			}
			s.conditions = append(s.conditions, c)
		}
	}
	return nil
}
