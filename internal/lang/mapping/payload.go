package mapping

import (
	"bytes"

	"postern/internal/lang/jsonpath"
)

// A payload is a body and the JSON in it, which is read when first asked for.
type payload struct {
	body     []byte
	known    bool               // body is the present one
	prepared bool               // document is that of body
	printed  bool               // body was printed whole
	document *jsonpath.Document // nil until it is asked for
	cached   string             // body as a string
}

// set makes body the payload if it is not.
func (p *payload) set(body []byte) *payload {
	if !p.known {
		// An empty payload counts as an empty object. [observed]
		if len(body) == 0 {
			body = []byte("{}")
		}
		p.body, p.known, p.prepared, p.printed, p.cached = body, true, false, false, ""
	}
	return p
}

// reset forgets the payload and keeps the memory of its document.
func (p *payload) reset() {
	if p.prepared && p.document != nil {
		p.document.Reset(nil)
	}
	p.body, p.cached, p.known, p.prepared, p.printed = nil, "", false, false, false
}

// replace forgets the payload for another one. If kept, values of its document
// are in use.
func (p *payload) replace(kept bool) {
	p.known = false
	if kept {
		p.document = nil
	}
}

// text returns the payload as text.
func (p *payload) text() string {
	if p.cached == "" {
		p.cached = string(p.body)
	}
	return p.cached
}

// doc returns the payload's document.
func (p *payload) doc() *jsonpath.Document {
	if p.document == nil {
		p.document = new(jsonpath.Document)
	}
	if !p.prepared {
		p.document.Reset(p.body)
		p.prepared = true
	}
	return p.document
}

// appendJSON appends the payload as JSON if that goes without reading it into a
// document. It does the first time: who asks again is better off with one.
func (p *payload) appendJSON(dst []byte) ([]byte, bool) {
	if p.printed {
		return dst, false
	}
	p.printed = true
	out, ok := p.doc().AppendJSON(dst)
	if !ok || string(out[len(dst):]) == "null" {
		return dst, false
	}
	return out, true
}

// pretends reports whether the payload begins like JSON, or like what the
// lenient reader of API Gateway would take for it.
func (p *payload) pretends() bool {
	t := bytes.TrimLeft(p.body, " \t\r\n")
	return len(t) > 0 && bytes.IndexByte([]byte(`{['"`), t[0]) >= 0
}
