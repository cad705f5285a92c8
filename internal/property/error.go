package property

import (
	"errors"
	"fmt"
	"strings"
)

// An Error says which property is wrong, what was found and what would be right.
type Error struct {
	Path    []string // names and keys from the outermost property inwards, in the surface's spelling
	Kind    Kind
	Found   any      // the value as it was found; nil for a missing one
	Allowed []string // the members of the enumeration, with NotOneOf
	Message string   // "20 is outside 50–900000 milliseconds"
	Help    string   // what to do; may be empty
	AWS     string   // API Gateway's own sentence, where it is known
	Because []string // other properties of the noun, in the control plane's spelling, without whose values the error would not stand
	Warning bool
}

// A Kind is what is wrong with a value, for callers with their own words.
type Kind uint8

const (
	Invalid   Kind = iota // breaks a rule of the noun
	WrongType             // of another JSON type
	NotOneOf              // not a member of the enumeration
	OutOfRange
	Absent  // required and missing
	Unknown // no such property
	Conflict
	ReadOnlyGiven
	Old // deprecated: a warning
)

func (e *Error) Error() string {
	if len(e.Path) == 0 {
		return e.Message
	}
	return strings.Join(e.Path, ".") + ": " + e.Message
}

// An Errors is all that is wrong with one object.
type Errors []*Error

func (es Errors) Error() string {
	texts := make([]string, len(es))
	for i, e := range es {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Failures returns the errors that are not warnings.
func (es Errors) Failures() Errors { return es.only(false) }

// Warnings returns the errors that are only warnings.
func (es Errors) Warnings() Errors { return es.only(true) }

func (es Errors) only(warning bool) Errors {
	var out Errors
	for _, e := range es {
		if e.Warning == warning {
			out = append(out, e)
		}
	}
	return out
}

// Err returns the failures as an error, or nil if there are none.
func (es Errors) Err() error {
	if f := es.Failures(); len(f) > 0 {
		return f
	}
	return nil
}

// Missing says that property name must be given, and why.
func Missing(name, why string) *Error {
	return &Error{Path: []string{name}, Kind: Absent, Message: "missing, but " + why}
}

// Bad says that property name breaks a rule.
func Bad(name string, found any, format string, args ...any) *Error {
	return &Error{Path: []string{name}, Kind: Invalid, Found: found, Message: fmt.Sprintf(format, args...)}
}

// Saying returns e with API Gateway's own sentence for it.
func (e *Error) Saying(aws string) *Error {
	e.AWS = aws
	return e
}

// DueTo names the other properties that the error follows from.
func (e *Error) DueTo(names ...string) *Error {
	e.Because = append(e.Because, names...)
	return e
}

// Without returns es less the errors that rest on a pending property, in the
// control plane's spelling: nobody knows yet whether they stand. An error about
// a part of a property is about a part that is known.
func (es Errors) Without(pending map[string]bool) Errors {
	var out Errors
	for _, e := range es {
		rests := len(e.Path) == 1 && pending[e.Path[0]]
		for _, name := range e.Because {
			rests = rests || pending[name]
		}
		if !rests {
			out = append(out, e)
		}
	}
	return out
}

// Spell returns es with the first name of each path, which a noun's Validate
// gives in the control plane's spelling, as s has it.
func (es Errors) Spell(s *Surface, rows List) Errors {
	out := make(Errors, len(es))
	for i, e := range es {
		c := *e
		if len(e.Path) > 0 {
			if r, ok := rows.ByName(e.Path[0]); ok {
				if name := s.NameOf(r); name != "" {
					c.Path = append([]string{name}, e.Path[1:]...)
				}
			}
		}
		out[i] = &c
	}
	return out
}

// under returns err with name in front of its path.
func under(name string, err error) error {
	if err == nil {
		return nil
	}
	var many Errors
	if errors.As(err, &many) {
		out := make(Errors, len(many))
		for i, e := range many {
			out[i] = e.under(name)
		}
		return out
	}
	var one *Error
	if errors.As(err, &one) {
		return one.under(name)
	}
	return &Error{Path: []string{name}, Message: err.Error()}
}

func (e *Error) under(name string) *Error {
	c := *e
	c.Path = append([]string{name}, e.Path...)
	return &c
}

// flatten turns err into a list.
func flatten(err error) Errors {
	if err == nil {
		return nil
	}
	var many Errors
	if errors.As(err, &many) {
		return many
	}
	var one *Error
	if errors.As(err, &one) {
		return Errors{one}
	}
	return Errors{{Message: err.Error()}}
}
