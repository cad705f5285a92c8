package control

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	iampolicy "postern/internal/policy"
)

// completePolicy returns a resource policy as API Gateway keeps it: compact, in
// the order of its members, with the short form execute-api:/stage/GET/path
// written out as the ARN of the API. One that could not be evaluated is refused.
//
// See "Resource policy examples for API Gateway".
func (s *Service) completePolicy(policy, api string) (string, error) {
	return s.compactPolicy(policy, `"execute-api:/`, `"`+s.arn("execute-api", api+"/"))
}

// compactPolicy judges a policy and returns it compact, with a short form
// written out.
func (s *Service) compactPolicy(policy, short, long string) (string, error) {
	if policy == "" {
		return "", nil
	}
	const invalid = "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
	var document map[string]any
	var compact bytes.Buffer
	if json.Unmarshal([]byte(policy), &document) != nil || document == nil || json.Compact(&compact, []byte(policy)) != nil {
		return "", refuse("policy", clip(policy), invalid)
	}
	if limit := s.limits().PolicySize; limit > 0 && utf8.RuneCountInString(compact.String()) > limit {
		return "", refuse("policy", nil, "Policy document exceeds the maximum size")
	}
	if _, err := iampolicy.ParseResource(compact.Bytes(), iampolicy.Options{}); err != nil {
		return "", refuse("policy", nil, invalid)
	}
	if short == "" {
		return compact.String(), nil
	}
	return strings.ReplaceAll(compact.String(), short, long), nil
}
