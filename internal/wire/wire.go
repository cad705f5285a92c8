// Package wire reads and writes the heads of HTTP/1.1 messages: those that every
// client sends, and no others.
//
// It repairs nothing and refuses nothing. What is malformed, ambiguous or merely
// unusual is Odd, and is for a complete implementation to deal with.
package wire

// A class is what a byte may be part of.
type class uint8

const (
	inToken class = 1 << iota // methods and field names (RFC 9110, section 5.6.2)
	inValue                   // field values
	inHost                    // the Host, as net/http has it
	inPath                    // paths that net/url neither escapes nor unescapes
	inQuery                   // what net/http takes behind a question mark
)

// classes says what each byte may be part of. A percent sign in a path must
// stand before two hexadecimal digits besides.
var classes = func() (t [256]class) {
	for i := range t {
		c := byte(i)
		if c >= ' ' && c != 0x7f || c == '\t' {
			t[i] |= inValue
		}
		if c > ' ' && c != 0x7f {
			t[i] |= inQuery
		}
		if '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			t[i] |= inToken | inHost | inPath
		}
	}
	for where, bytes := range map[class]string{
		inToken: "!#$%&'*+-.^_`|~",
		inHost:  "!$%&()*+,-.:;=[']_~",
		inPath:  "!$%&'()*+,-./:;=@[]_~",
	} {
		for _, c := range []byte(bytes) {
			t[c] |= where
		}
	}
	return t
}()

// all reports whether every byte of s may be part of c.
func all(s string, c class) bool {
	for i := range len(s) {
		if classes[s[i]]&c == 0 {
			return false
		}
	}
	return true
}

// Framing reports whether a field is about the connection or the end of the
// message (RFC 9110, section 7.6.1; RFC 9112, sections 6.1 and 6.2), so that
// it is the writer's and nobody else's.
func Framing(name string) bool {
	switch len(name) {
	case len("Upgrade"):
		return equal(name, "upgrade") || equal(name, "trailer")
	case len("Connection"):
		return equal(name, "connection") || equal(name, "keep-alive")
	case len("Content-Length"):
		return equal(name, "content-length")
	case len("Proxy-Connection"):
		return equal(name, "proxy-connection")
	case len("Transfer-Encoding"):
		return equal(name, "transfer-encoding")
	}
	return false
}

// equal reports whether a name is lower, which is in lower case and as long.
func equal(name, lower string) bool {
	for i := range len(lower) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// ValidName reports whether s is a method or the name of a field.
func ValidName(s string) bool { return s != "" && all(s, inToken) }

// ValidValue reports whether s can be the value of a field: it has no control
// characters but tabs.
func ValidValue(s string) bool { return all(s, inValue) }
