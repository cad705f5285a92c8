// Package message holds an HTTP message as a gateway sees it: header fields in
// the order and spelling of the sender, a target that has not been decoded, and
// a body that has been read.
//
// It knows no HTTP server and no HTTP client, so that either can be replaced.
package message

import (
	"strings"
	"time"
)

// A Field is one header line. The name keeps the sender's spelling.
type Field struct {
	Name, Value string
}

// A Header is the header lines of a message in their order. Repeated names are
// repeated fields. The nil Header is empty and ready to use.
type Header []Field

// Last returns the value of the last field called name, without regard to case.
func (h Header) Last(name string) (string, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if EqualName(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// Get is Last for callers to whom absent and empty are the same.
func (h Header) Get(name string) string {
	v, _ := h.Last(name)
	return v
}

// LastExact returns the value of the last field spelled name.
func (h Header) LastExact(name string) (string, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Name == name {
			return h[i].Value, true
		}
	}
	return "", false
}

// Has reports whether a field is called name, without regard to case.
func (h Header) Has(name string) bool {
	_, ok := h.Last(name)
	return ok
}

// Add appends a field.
func (h *Header) Add(name, value string) {
	*h = append(*h, Field{name, value})
}

// Set replaces every field called name, without regard to case, by one field
// that stands where the first of them stood.
func (h *Header) Set(name, value string) {
	at := -1
	kept := (*h)[:0]
	for _, f := range *h {
		if !EqualName(f.Name, name) {
			kept = append(kept, f)
			continue
		}
		if at < 0 {
			at = len(kept)
			kept = append(kept, Field{name, value})
		}
	}
	*h = kept
	if at < 0 {
		h.Add(name, value)
	}
}

// Del removes every field called name, without regard to case.
func (h *Header) Del(name string) {
	kept := (*h)[:0]
	for _, f := range *h {
		if !EqualName(f.Name, name) {
			kept = append(kept, f)
		}
	}
	*h = kept
}

// EqualName reports whether two field names are the same to HTTP: letters of
// ASCII are compared without regard to case.
func EqualName(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// A Request is what a client sent, read completely.
type Request struct {
	Method   string
	Scheme   string // "http" or "https", as the client reached the gateway
	Host     string // the Host field, with its port if it had one
	Path     string // as received: not decoded, not cleaned, without the query
	Query    string // as received, without the question mark
	Header   Header
	Body     []byte
	Peer     string // IP address of the connection's other end
	Port     string // port the connection came in by
	TLS      *TLS   // nil on a plain connection
	Received time.Time
}

// TLS says how a connection was secured.
type TLS struct {
	Version     string // TLSv1.2, TLSv1.3
	CipherSuite string // IANA name
}

// A Response is what goes back to a client, or came back from a backend.
type Response struct {
	Status int
	Header Header
	Body   []byte
}

// A Pair is one name and value of a query string, a path or a map that keeps
// its order.
type Pair struct {
	Name, Value string
}

// A Pairs is pairs in their order. Repeated names are repeated pairs.
type Pairs []Pair

// Last returns the value of the last pair called name.
func (p Pairs) Last(name string) (string, bool) {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i].Name == name {
			return p[i].Value, true
		}
	}
	return "", false
}
