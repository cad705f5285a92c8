package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"postern/internal/policy"
)

// A Result is what a Lambda authorizer said of a caller. It is read-only.
type Result struct {
	PrincipalID string
	Policy      *policy.Document
	PolicyText  string  // as the function wrote it
	Context     []Value // as text, sorted by name
	UsageKey    string  // the API key's value; empty: none
}

// A Value is a name and its text.
type Value struct{ Name, Text string }

// ReadResult reads what a Lambda authorizer returned.
//
// See "Output from an API Gateway Lambda authorizer".
func ReadResult(payload []byte) (*Result, error) {
	var out struct {
		PrincipalID    *string
		PolicyDocument json.RawMessage
		Context        map[string]any
		UsageKey       *string `json:"usageIdentifierKey"`
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("the authorizer's output is not the object it should be: %w", err)
	}
	switch {
	case out.PrincipalID == nil:
		return nil, errors.New("the authorizer's output has no principalId")
	case len(out.PolicyDocument) == 0 || string(out.PolicyDocument) == "null":
		return nil, errors.New("the authorizer's output has no policyDocument")
	}
	document, err := policy.ParseIdentity(out.PolicyDocument)
	if err != nil {
		return nil, fmt.Errorf("the authorizer's policyDocument: %w", err)
	}
	r := &Result{PrincipalID: *out.PrincipalID, Policy: document, PolicyText: string(out.PolicyDocument)}
	if out.UsageKey != nil {
		r.UsageKey = *out.UsageKey
	}
	for _, name := range slices.Sorted(maps.Keys(out.Context)) {
		switch v := out.Context[name].(type) {
		case nil:
		case string:
			r.Context = append(r.Context, Value{name, v})
		case json.Number:
			r.Context = append(r.Context, Value{name, v.String()})
		case bool:
			r.Context = append(r.Context, Value{name, fmt.Sprint(v)})
		default:
			return nil, fmt.Errorf("the authorizer's context has an object or a list under %.80q, expected a text, a number, true or false", name)
		}
	}
	return r, nil
}
