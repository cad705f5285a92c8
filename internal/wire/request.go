package wire

import (
	"bytes"
	"strconv"
	"strings"

	"postern/internal/message"
)

// A Head is what stands before the body of a request.
type Head struct {
	Method string
	Path   string // as received, without the query
	Query  string // as received, without the question mark
	Host   string
	Fields message.Header // all of them, in their order and spelling; Host is one
	Length int64          // bytes of the body that follows
	Close  bool           // the client wants no further answer on its connection
	URL    int            // bytes of the target
	Size   int            // bytes of the fields, counted as "name: value" and a line end
}

// End returns how many bytes of b are the head that it begins with: 0 if there
// are more to come. seen is how many bytes of b an earlier call has looked at.
// A line that does not end in CR LF makes the head odd.
func End(b []byte, seen int) (n int, odd bool) {
	from := max(seen-len("\r\n\r"), 0)
	if i := bytes.Index(b[from:], []byte("\r\n\r\n")); i >= 0 {
		return from + i + len("\r\n\r\n"), false
	}
	for i := from; ; i++ {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			return 0, false
		}
		if i += j; i == 0 || b[i-1] != '\r' {
			return 0, true
		}
	}
}

// Parse reads text, a head with its empty line, into h, whose memory it uses
// again. It returns false for an odd one, and then says nothing more about it.
//
// What it takes net/http takes too, and understands likewise: HTTP/1.1, a target
// in origin form, one Host, and no body or one of declared length that the
// client sends without being asked to.
func (h *Head) Parse(text string) bool {
	*h = Head{Fields: h.Fields[:0]}
	line, rest, _ := strings.Cut(text, "\r\n")
	if !h.parseLine(line) {
		return false
	}
	declared := false
	for rest != "\r\n" {
		i := strings.IndexByte(rest, '\n')
		if i < 1 || rest[i-1] != '\r' {
			return false
		}
		line, rest = rest[:i-1], rest[i+1:]
		colon := strings.IndexByte(line, ':')
		if colon < 1 || !all(line[:colon], inToken) || !all(line[colon+1:], inValue) {
			return false
		}
		name, value := line[:colon], trim(line[colon+1:])
		switch len(name) {
		case len("Host"):
			if equal(name, "host") {
				if h.Host != "" || value == "" || !all(value, inHost) {
					return false
				}
				h.Host = value
			}
		case len("Expect"):
			if equal(name, "expect") {
				return false
			}
		case len("Upgrade"):
			if equal(name, "upgrade") || equal(name, "trailer") {
				return false
			}
		case len("Connection"):
			if equal(name, "connection") && !h.connection(value) {
				return false
			}
		case len("Content-Length"):
			if equal(name, "content-length") {
				if declared || !h.length(value) {
					return false
				}
				declared = true
			}
		case len("Transfer-Encoding"):
			if equal(name, "transfer-encoding") {
				return false
			}
		}
		h.Fields = append(h.Fields, message.Field{Name: name, Value: value})
		h.Size += len(name) + len(": ") + len(value) + len("\r\n")
	}
	return h.Host != ""
}

// parseLine reads the request line.
func (h *Head) parseLine(line string) bool {
	line, ok := strings.CutSuffix(line, " HTTP/1.1")
	if !ok {
		return false
	}
	var target string
	h.Method, target, ok = strings.Cut(line, " ")
	if !ok || h.Method == "" || !all(h.Method, inToken) || h.Method == "CONNECT" || target == "" || target[0] != '/' {
		return false
	}
	h.URL = len(target)
	h.Path, h.Query, _ = strings.Cut(target, "?")
	for i := 0; i < len(h.Path); i++ {
		switch c := h.Path[i]; {
		case classes[c]&inPath == 0:
			return false
		case c == '%' && (i+2 >= len(h.Path) || !hex(h.Path[i+1]) || !hex(h.Path[i+2])):
			return false
		}
	}
	return all(h.Query, inQuery)
}

// connection obeys the usual values of Connection.
func (h *Head) connection(value string) bool {
	switch {
	case len(value) == len("keep-alive") && equal(value, "keep-alive"):
		return true
	case len(value) == len("close") && equal(value, "close"):
		h.Close = true
		return true
	}
	return false
}

func (h *Head) length(value string) bool {
	if value == "" || len(value) > 18 {
		return false
	}
	for _, c := range []byte(value) {
		if c < '0' || c > '9' {
			return false
		}
	}
	n, err := strconv.ParseInt(value, 10, 64)
	h.Length = n
	return err == nil
}

func hex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// trim takes white space, and what else no value may have, off both ends.
func trim(s string) string {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}
