package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"postern/internal/lang/cases"
	"postern/internal/lang/mapping"
	"postern/internal/lang/vtl"
	"postern/internal/message"
	"postern/internal/nearest"
)

// This file reads the request that a template is rendered for.

// A sampleRequest is the request as JSON.
type sampleRequest struct {
	Body           json.RawMessage `json:"body"`
	Headers        json.RawMessage `json:"headers"`
	Query          json.RawMessage `json:"query"`
	Path           json.RawMessage `json:"path"`
	Context        json.RawMessage `json:"context"`
	StageVariables json.RawMessage `json:"stageVariables"`
	Response       *struct {
		Status  json.RawMessage `json:"status"`
		Headers json.RawMessage `json:"headers"`
		Body    json.RawMessage `json:"body"`
	} `json:"response"`
}

// members are the names of a request and of the response in it.
var (
	requestMembers  = []string{"body", "headers", "query", "path", "context", "stageVariables", "response"}
	responseMembers = []string{"status", "headers", "body"}
)

// sampleScope is what the template sees.
func (c *command) sampleScope(r *rendering, src *mappingSource) (*mapping.Scope, error) {
	var in sampleRequest
	if r.request != "" {
		text, err := c.readFile(r.request)
		if err != nil {
			return nil, err
		}
		if err := readRequest(text, &in); err != nil {
			return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s: %w", r.request, err), help: "postern render --help shows what a request may say"}
		}
	}
	s, err := in.scope(src)
	if err != nil {
		return nil, &exit{code: exitInvalid, err: fmt.Errorf("%s: %w", r.request, err), help: "postern render --help shows what a request may say"}
	}
	return s, nil
}

// readRequest reads one JSON object whose members are all known.
func readRequest(text []byte, in *sampleRequest) error {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(in); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line, column := vtl.Position(string(text), max(0, int(syntax.Offset)-1))
			return fmt.Errorf("%d:%d: %w, expected one JSON object", line, column, err)
		}
		return fmt.Errorf("%w, expected one JSON object", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("found more behind the JSON object, expected its end")
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(text, &names); err != nil {
		return fmt.Errorf("%w, expected one JSON object", err)
	}
	if err := knownMembers(names, requestMembers, ""); err != nil {
		return err
	}
	if in.Response == nil {
		return nil
	}
	var inner map[string]json.RawMessage
	if err := json.Unmarshal(names["response"], &inner); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	return knownMembers(inner, responseMembers, "response: ")
}

func knownMembers(names map[string]json.RawMessage, known []string, where string) error {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if slices.Contains(known, name) {
			continue
		}
		if q := nearest.Question(name, known); q != "" {
			return fmt.Errorf("%sfound %q, %s", where, cutText(name, 40), q)
		}
		return fmt.Errorf("%sfound %q, expected one of %v", where, cutText(name, 40), known)
	}
	return nil
}

func (in *sampleRequest) scope(src *mappingSource) (*mapping.Scope, error) {
	s := new(mapping.Scope)
	for _, group := range []struct {
		name string
		text json.RawMessage
		add  func(name, value string)
	}{
		{"path", in.Path, func(n, v string) { s.Path = append(s.Path, message.Pair{Name: n, Value: v}) }},
		{"query", in.Query, func(n, v string) { s.Query = append(s.Query, message.Pair{Name: n, Value: v}) }},
		{"headers", in.Headers, func(n, v string) { s.Header = append(s.Header, message.Field{Name: n, Value: v}) }},
	} {
		if err := eachParameter(group.text, group.add); err != nil {
			return nil, fmt.Errorf("%s: %w", group.name, err)
		}
	}
	s.StageVariables = map[string]string{}
	if err := eachParameter(in.StageVariables, func(n, v string) { s.StageVariables[n] = v }); err != nil {
		return nil, fmt.Errorf("stageVariables: %w", err)
	}
	body, err := payloadOf(in.Body)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	s.SetRequestBody(body)
	context, err := sampleContext(in.Context, src)
	if err != nil {
		return nil, fmt.Errorf("context: %w", err)
	}
	s.GiveContext(context)
	return s, in.respond(s, src)
}

// respond gives the scope the endpoint's response, if the template is one of a
// response.
func (in *sampleRequest) respond(s *mapping.Scope, src *mappingSource) error {
	if !src.response && (in.Response == nil || src.path != nil) {
		return nil
	}
	if in.Response == nil {
		s.SetResponse(nil, nil)
		return nil
	}
	var header message.Header
	if err := eachParameter(in.Response.Headers, func(n, v string) { header = append(header, message.Field{Name: n, Value: v}) }); err != nil {
		return fmt.Errorf("response: headers: %w", err)
	}
	body, err := payloadOf(in.Response.Body)
	if err != nil {
		return fmt.Errorf("response: body: %w", err)
	}
	s.SetResponse(header, body)
	return nil
}

func given(text json.RawMessage) bool { return len(text) > 0 && string(text) != "null" }

func eachParameter(text json.RawMessage, add func(name, value string)) error {
	if !given(text) {
		return nil
	}
	m, err := cases.Object(text, vtl.Ordered)
	if err != nil {
		return err
	}
	cases.AddParameters(m, add)
	return nil
}

// payloadOf returns a body: the text of a JSON string, or other JSON as it is.
func payloadOf(text json.RawMessage) ([]byte, error) {
	if !given(text) {
		return nil, nil
	}
	if text[0] != '"' {
		return text, nil
	}
	var s string
	err := json.Unmarshal(text, &s)
	return []byte(s), err
}

// sampleContext is $context: sample values, and what the request says.
func sampleContext(text json.RawMessage, src *mappingSource) (*vtl.Map, error) {
	verb, resource := src.verb, src.resource
	if verb == "" || verb == "ANY" {
		verb = "GET"
	}
	if resource == "" {
		resource = "/"
	}
	base, err := cases.Object(fmt.Appendf(nil, sampleContextJSON, encode(verb), encode(resource), encode("/prod"+resource)), vtl.Hashed|vtl.Silent)
	if err != nil || !given(text) {
		return base, err
	}
	m, err := cases.Object(text, vtl.Hashed|vtl.Silent)
	if err != nil {
		return nil, err
	}
	merge(base, m)
	return base, nil
}

// merge puts the members of b into a, and into the maps in a.
func merge(a, b *vtl.Map) {
	b.Range(func(name, v vtl.Value) bool {
		old, _ := a.Get(name.Text())
		if inner := v.AsMap(); inner != nil && old.AsMap() != nil {
			merge(old.AsMap(), inner)
		} else {
			a.Put(name.Text(), v)
		}
		return true
	})
}

// sampleContextJSON has the members of $context that a request without an
// authorizer has. Fixed values keep outputs comparable.
const sampleContextJSON = `{
	"httpMethod": %s, "resourcePath": %s, "path": %s,
	"domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
	"requestId": "3f0f7c26-5a0c-4f3e-9c1d-7b0a4e2d9a11",
	"accountId": "000000000000",
	"apiId": "a1b2c3d4e5",
	"deploymentId": "d1e2f3",
	"domainPrefix": "a1b2c3d4e5",
	"extendedRequestId": "AbCdEfGhIjKlMnO=",
	"identity": {
		"sourceIp": "203.0.113.9", "userAgent": "curl/8.5.0",
		"accessKey": null, "accountId": null, "caller": null, "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null,
		"cognitoIdentityId": null, "cognitoIdentityPoolId": null, "principalOrgId": null, "user": null, "userArn": null
	},
	"protocol": "HTTP/1.1",
	"requestTime": "05/Jul/2024:09:30:00 +0000",
	"requestTimeEpoch": 1720171800000,
	"resourceId": "r1s2t3",
	"stage": "prod"
}`
