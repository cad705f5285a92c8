package policy

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file evaluates conditions.
//
//   - Several values of one key are alternatives; several keys and several
//     operators must all hold.
//   - A key that the request does not have makes an operator false, a negated
//     one true, and one with IfExists true.
//   - ForAllValues and ForAnyValue are about requests with several values of a
//     key; without either, one that fits is enough.
//
// See "IAM JSON policy elements: Condition operators" and "Set operators for
// multi-valued context keys".

// A quantifier says how many of a key's values must fit.
type quantifier uint8

const (
	plainly quantifier = iota
	forAll
	forAny
)

// A condition is one operator on one key.
type condition struct {
	key      string // in small letters
	quantity quantifier
	negated  bool
	ifExists bool
	absent   bool // Null: the key must be absent (true) or present (false)
	null     bool // it is Null
	tests    []test
}

// A test decides whether one value of a request fits one of the policy.
type test func(value string, r *Request) bool

func (c *condition) holds(r *Request) bool {
	values := r.value(c.key)
	if c.null {
		return (len(values) == 0) == c.absent
	}
	if len(values) == 0 {
		switch {
		case c.ifExists:
			return true
		case c.quantity == forAll:
			return true
		case c.quantity == forAny:
			return false
		}
		return c.negated
	}
	fits := func(value string) bool {
		return slices.ContainsFunc(c.tests, func(t test) bool { return t(value, r) }) != c.negated
	}
	if c.quantity == forAll || c.quantity == plainly && c.negated {
		return !slices.ContainsFunc(values, func(v string) bool { return !fits(v) })
	}
	return slices.ContainsFunc(values, fits)
}

// An operator makes tests of a policy's values.
type operator func(value string, variables bool) (test, error)

// operators are those that are not the negation of another one. The name of a
// negation has Not in it.
var operators = map[string]operator{
	"StringEquals":             stringEquals,
	"StringEqualsIgnoreCase":   stringEqualsIgnoreCase,
	"StringLike":               stringLike,
	"ArnEquals":                arnLike, // the same as ArnLike
	"ArnLike":                  arnLike,
	"NumericEquals":            numeric(func(c int) bool { return c == 0 }),
	"NumericLessThan":          numeric(func(c int) bool { return c < 0 }),
	"NumericLessThanEquals":    numeric(func(c int) bool { return c <= 0 }),
	"NumericGreaterThan":       numeric(func(c int) bool { return c > 0 }),
	"NumericGreaterThanEquals": numeric(func(c int) bool { return c >= 0 }),
	"DateEquals":               date(func(c int) bool { return c == 0 }),
	"DateLessThan":             date(func(c int) bool { return c < 0 }),
	"DateLessThanEquals":       date(func(c int) bool { return c <= 0 }),
	"DateGreaterThan":          date(func(c int) bool { return c > 0 }),
	"DateGreaterThanEquals":    date(func(c int) bool { return c >= 0 }),
	"Bool":                     boolean,
	"BinaryEquals":             binary,
	"IpAddress":                ipAddress,
}

// negations are the operators that hold where another one does not.
var negations = map[string]string{
	"StringNotEquals":           "StringEquals",
	"StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
	"StringNotLike":             "StringLike",
	"ArnNotEquals":              "ArnEquals",
	"ArnNotLike":                "ArnLike",
	"NumericNotEquals":          "NumericEquals",
	"DateNotEquals":             "DateEquals",
	"NotIpAddress":              "IpAddress",
}

// compileCondition reads one operator on one key.
func compileCondition(name, key string, values []string, variables bool) (condition, error) {
	c := condition{key: strings.ToLower(key)}
	op := name
	if rest, ok := strings.CutPrefix(op, "ForAllValues:"); ok {
		op, c.quantity = rest, forAll
	} else if rest, ok := strings.CutPrefix(op, "ForAnyValue:"); ok {
		op, c.quantity = rest, forAny
	}
	if op == "Null" {
		c.null = true
		if len(values) != 1 || values[0] != "true" && values[0] != "false" {
			return c, fmt.Errorf("condition Null of %s: expected true or false", key)
		}
		c.absent = values[0] == "true"
		return c, nil
	}
	op, c.ifExists = strings.CutSuffix(op, "IfExists")
	if positive, ok := negations[op]; ok {
		op, c.negated = positive, true
	}
	make, ok := operators[op]
	if !ok {
		return c, fmt.Errorf("condition %s: no such operator", name)
	}
	for _, v := range values {
		t, err := make(v, variables)
		if err != nil {
			return c, fmt.Errorf("condition %s of %s: %w", name, key, err)
		}
		c.tests = append(c.tests, t)
	}
	return c, nil
}

// text returns a function that gives a policy's value for a request.
func text(value string, variables bool) func(*Request) (string, bool) {
	if !variables || !strings.Contains(value, "${") {
		return func(*Request) (string, bool) { return value, true }
	}
	return func(r *Request) (string, bool) { return substitute(value, r) }
}

// plain undoes what substitute does to wildcards.
var plain = strings.NewReplacer(literalStar, "*", literalQuestion, "?")

func stringEquals(value string, variables bool) (test, error) {
	want := text(value, variables)
	return func(got string, r *Request) bool {
		w, ok := want(r)
		return ok && plain.Replace(w) == got
	}, nil
}

func stringEqualsIgnoreCase(value string, variables bool) (test, error) {
	want := text(value, variables)
	return func(got string, r *Request) bool {
		w, ok := want(r)
		return ok && strings.EqualFold(plain.Replace(w), got)
	}, nil
}

func stringLike(value string, variables bool) (test, error) {
	want := text(value, variables)
	return func(got string, r *Request) bool {
		w, ok := want(r)
		return ok && like(w, got)
	}, nil
}

// arnLike compares field by field.
func arnLike(value string, variables bool) (test, error) {
	if value != "*" && !strings.HasPrefix(value, "arn:") && !strings.HasPrefix(value, "${") {
		return nil, fmt.Errorf("expected an ARN, found %.80q", value)
	}
	p := compileResource(value, variables)
	return func(got string, r *Request) bool {
		return p.match(&Request{Resource: got, Value: r.Value})
	}, nil
}

func numeric(holds func(int) bool) operator {
	return func(value string, _ bool) (test, error) {
		want, ok := number(value)
		if !ok {
			return nil, fmt.Errorf("expected a number, found %.80q", value)
		}
		return func(got string, _ *Request) bool {
			n, ok := number(got)
			return ok && holds(n.Cmp(want))
		}, nil
	}
}

func number(text string) (*big.Rat, bool) {
	if len(text) > 64 || strings.ContainsAny(text, "eEpP/_xX") {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func date(holds func(int) bool) operator {
	return func(value string, _ bool) (test, error) {
		want, ok := moment(value)
		if !ok {
			return nil, fmt.Errorf("expected a date such as 2026-01-02T15:04:05Z, found %.80q", value)
		}
		return func(got string, _ *Request) bool {
			t, ok := moment(got)
			return ok && holds(t.Compare(want))
		}, nil
	}
}

// moment reads a W3C date of ISO 8601, or seconds since 1970.
func moment(text string) (time.Time, bool) {
	for _, format := range [...]string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(format, text); err == nil {
			return t, true
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(n, 0), true
	}
	return time.Time{}, false
}

func boolean(value string, _ bool) (test, error) {
	if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
		return nil, fmt.Errorf("expected true or false, found %.80q", value)
	}
	return func(got string, _ *Request) bool { return strings.EqualFold(value, got) }, nil
}

func binary(value string, _ bool) (test, error) {
	if _, err := base64.StdEncoding.DecodeString(value); err != nil {
		return nil, fmt.Errorf("expected base64, found %.80q", value)
	}
	return func(got string, _ *Request) bool { return got == value }, nil
}

func ipAddress(value string, _ bool) (test, error) {
	var block netip.Prefix
	if strings.Contains(value, "/") {
		p, err := netip.ParsePrefix(value)
		if err != nil {
			return nil, fmt.Errorf("expected an address block such as 192.0.2.0/24, found %.80q", value)
		}
		block = p.Masked()
	} else {
		a, err := netip.ParseAddr(value)
		if err != nil {
			return nil, fmt.Errorf("expected an address such as 192.0.2.1, found %.80q", value)
		}
		block = netip.PrefixFrom(a, a.BitLen())
	}
	return func(got string, _ *Request) bool {
		a, err := netip.ParseAddr(got)
		return err == nil && block.Contains(a.Unmap().WithZone(""))
	}, nil
}
