package dataplane

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/lang/javaregexp"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file is station 3: it decides which integration response answers, and
// makes of the backend's answer what the client gets.
//
//   - The response without a selection pattern is the default.
//   - A pattern must match the whole status code, not a part of it.
//   - Chosen: patterns are tried in status-code order; the pages do not say.

// A selectedResponse is the integration response of HTTP, AWS and MOCK.
type selectedResponse struct {
	rules    []selectionRule // in status-code order
	fallback *response       // nil: none
	binary   binaryTypes
	mock     bool
	lambda   bool // patterns are for the function's errorMessage
}

// A selectionRule is one integration response with its pattern.
type selectionRule struct {
	pattern  *javaregexp.Regexp
	response *response
}

// A response is a compiled integration response.
type response struct {
	status    int
	undefined bool // the method has no response of this status
	handling  apigw.ContentHandling
	headers   []mappingRow
	templates templateSet
}

func (c *compiler) selectedResponse(where string, m *apigw.Method) (*selectedResponse, error) {
	s := &selectedResponse{binary: c.binary, mock: m.Integration.Type == apigw.Mock}
	for _, code := range sortedStatuses(m.Integration.Responses) {
		r := m.Integration.Responses[code]
		compiled, err := c.integrationResponse(where+" response "+code, code, r)
		if err != nil {
			return nil, err
		}
		compiled.undefined = m.Responses[code] == nil
		if r.Default() {
			if s.fallback == nil {
				s.fallback = compiled
			}
			continue
		}
		re, err := javaregexp.Compile(*r.SelectionPattern)
		if err != nil {
			return nil, fmt.Errorf("%s response %s: selection pattern: %w", where, code, err)
		}
		s.rules = append(s.rules, selectionRule{re, compiled})
	}
	return s, nil
}

func sortedStatuses(rs map[string]*apigw.IntegrationResponse) []string {
	out := make([]string, 0, len(rs))
	for code := range rs {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

func (c *compiler) integrationResponse(where, code string, r *apigw.IntegrationResponse) (*response, error) {
	status, err := strconv.Atoi(code)
	if err != nil {
		return nil, fmt.Errorf("%s: the status code is no number", where)
	}
	rows, err := compileMappings(r.ResponseParameters)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	// A template that was stored as null passes the payload as it is.
	templates := make(map[string]string, len(r.ResponseTemplates))
	for k, v := range r.ResponseTemplates {
		if v != "" {
			templates[k] = v
		}
	}
	out := &response{
		status:    status,
		handling:  r.ContentHandling,
		headers:   rows[mapping.MethodResponseHeader],
		templates: compileTemplates(where+" template", templates),
	}
	c.warn(out.templates.errors()...)
	return out, nil
}

// pick returns the response for the backend's status code, or for a function
// that of its error message, or nil. A function without error message gets the
// default.
func (s *selectedResponse) pick(back *message.Response) *response {
	if len(s.rules) > 0 {
		text := ""
		if !s.lambda {
			text = strconv.Itoa(back.Status)
		} else if text = errorMessage(back.Body); text == "" {
			return s.fallback
		}
		for i := range s.rules {
			if s.rules[i].pattern.MatchAll(text) {
				return s.rules[i].response
			}
		}
	}
	return s.fallback
}

func (s *selectedResponse) translate(x *exchange, back *message.Response) error {
	r := s.pick(back)
	switch {
	case r == nil:
		return configurationError("No match for output mapping and no default output mapping configured. Endpoint Response Status Code: "+strconv.Itoa(back.Status), nil)
	case r.undefined:
		return configurationError("Output mapping refers to an invalid method response: "+strconv.Itoa(r.status), nil)
	}
	body := payload{bytes: back.Body}
	if !s.mock {
		var err error
		binary := s.binary.match(mediaType(back.Header.Get("Content-Type")))
		acceptsBinary := s.binary.match(accepted(x.scope.Header.Get("Accept")))
		if body, err = convertResponse(back.Body, len(s.binary) > 0, binary, acceptsBinary, r.handling); err != nil {
			return err
		}
	}
	x.scope.SetResponse(back.Header, body.bytes)
	res := &x.res
	res.Status = r.status
	for i := range r.headers {
		values, err := r.headers[i].values(x)
		if err != nil {
			return err
		}
		for _, v := range values {
			addAnswered(&res.Header, r.headers[i].name, v)
		}
	}
	res.Body = body.bytes
	if t := r.templates.choose(x.scope.Header.Get("Accept")); t != nil {
		if body.raw {
			return configurationError("Unable to transform response", nil)
		}
		// The request's rendered template has been sent; its memory is free.
		out, err := t.render(x.rendered[:0], x, "response")
		if err != nil {
			return err
		}
		x.rendered, res.Body = out, out
	}
	x.overrideResponse()
	return nil
}

// choose picks the template for a client's Accept header: its first media type,
// else JSON, else the first there is; nil if there is none.
func (s *templateSet) choose(accept string) *template {
	if s.first == nil {
		return nil
	}
	if t := s.byType[accepted(accept)]; t != nil {
		return t
	}
	if t := s.byType["application/json"]; t != nil {
		return t
	}
	return s.first
}

// overrideResponse obeys what templates of both sides have set.
func (x *exchange) overrideResponse() {
	o := &x.scope.Override
	if o.ResponseStatus != 0 {
		x.res.Status = o.ResponseStatus
	}
	for _, h := range o.ResponseHeader {
		name := h.Name
		if rule(answered, name) == remap {
			name = remappedName(name)
		}
		x.res.Header.Del(name)
		for _, v := range h.Values {
			addAnswered(&x.res.Header, h.Name, v)
		}
	}
}

// addAnswered adds a header of the answer under the name that the client sees.
func addAnswered(h *message.Header, name, value string) {
	switch rule(answered, name) {
	case pass:
		h.Add(name, value)
	case remap:
		h.Add(remappedName(name), value)
	}
}

// A passedResponse is the integration response of HTTP_PROXY: status, headers
// and payload pass.
type passedResponse struct {
	binary binaryTypes
}

func (p *passedResponse) translate(x *exchange, back *message.Response) error {
	res := &x.res
	res.Status = back.Status
	encoded := false
	for _, f := range back.Header {
		switch rule(proxied, f.Name) {
		case pass:
			res.Header = append(res.Header, f)
			if message.EqualName(f.Name, "Content-Encoding") {
				encoded = !strings.EqualFold(f.Value, "identity")
			}
		case remap:
			res.Header = append(res.Header, message.Field{Name: remappedName(f.Name), Value: f.Value})
		}
	}
	res.Body = back.Body
	// Chosen: an encoded payload passes as bytes; reading it as text would spoil it.
	if !encoded && !p.binary.match(mediaType(back.Header.Get("Content-Type"))) && !p.binary.match(accepted(x.scope.Header.Get("Accept"))) {
		res.Body = validText(back.Body)
	}
	return nil
}
