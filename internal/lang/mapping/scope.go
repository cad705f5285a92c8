package mapping

import "postern/internal/message"

// A Scope is what the expressions and templates of one request can see. It is
// owned by one exchange and reused between requests. It is not safe for
// concurrent use.
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
}

// Reset empties s for the next request and keeps its memory.
func (s *Scope) Reset() {
	*s = Scope{}
}

// SetRequestBody sets the payload of the method request: method.request.body,
// and $input until SetResponse is called. s keeps body and does not write to it.
func (s *Scope) SetRequestBody(body []byte) {
	s.requestBody = body
}

// SetResponse sets what the endpoint answered: integration.response.*, and
// $input from now on. s keeps header and body and does not write to them.
func (s *Scope) SetResponse(header message.Header, body []byte) {
	s.responseHeader, s.responseBody, s.inResponse = header, body, true
}
