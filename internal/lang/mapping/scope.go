package mapping

import (
	"postern/internal/lang/vtl"
	"postern/internal/message"
)

// A Scope is what the expressions and templates of one request can see. It is
// owned by one exchange and reused between requests. It is not safe for
// concurrent use; of two copies only one may be used.
type Scope struct {
	Path           message.Pairs     // path parameters of the method request, percent-encoded as received
	Query          message.Pairs     // decoded query parameters in order, repeated names repeated
	Header         message.Header    // header fields of the method request
	StageVariables map[string]string // read-only
	Context        Context
	Override       Overrides // written by templates

	requestBody    []byte
	responseHeader message.Header
	responseBody   []byte
	inResponse     bool
	given          *vtl.Map      // $context of templates in place of Context; nil: none
	more           vtl.Variables // beside the four of API Gateway; nil: none

	machine *machine // nil until the first template or JSON body
}

// Reset empties s for the next request and keeps its memory.
func (s *Scope) Reset() {
	m := s.machine
	*s = Scope{} // in place: a value with a machine in it would be made elsewhere and copied
	if m != nil {
		m.reset()
		s.machine = m
	}
}

// SetRequestBody sets the payload of the method request: method.request.body,
// and $input until SetResponse is called. s keeps body, which must not change.
func (s *Scope) SetRequestBody(body []byte) {
	s.requestBody = body
	if s.machine != nil {
		s.machine.request.replace(s.machine.overrides.used())
	}
}

// SetResponse sets what the endpoint answered: integration.response.*, and
// $input from now on. s keeps header and body, which must not change.
func (s *Scope) SetResponse(header message.Header, body []byte) {
	s.responseHeader, s.responseBody, s.inResponse = header, body, true
	if s.machine != nil {
		s.machine.response.replace(s.machine.overrides.used())
	}
}

// LoopsCut returns how many loops of the last template were ended after the
// 1,000 rounds that API Gateway allows.
func (s *Scope) LoopsCut() int {
	if s.machine == nil {
		return 0
	}
	return s.machine.env.LoopsCut()
}

// payload returns one of the two payloads.
func (s *Scope) payload(response bool) *payload {
	m := s.work()
	if response {
		return m.response.set(s.responseBody)
	}
	return m.request.set(s.requestBody)
}

// work returns the machine of s, at work for s.
func (s *Scope) work() *machine {
	if s.machine == nil {
		s.machine = new(machine)
	}
	s.machine.scope = s
	return s.machine
}
