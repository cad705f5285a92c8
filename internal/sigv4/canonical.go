package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file writes the canonical request and what is signed of it.
//
//   - Paths are encoded once more than they were sent, for every service but S3.
//     AWS removes dot segments and empty ones first; some signers do not, so
//     that a request may have two canonical paths, and either will do.
//   - Parameters are decoded, encoded anew and sorted by what that gives.
//   - A signed field is written once, with its values in their order.
//
// See "Create a canonical request".

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	dateFormat = "20060102T150405Z"

	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// A scope is what a signing key is good for.
type scope struct {
	date, region, service string
}

func (s scope) String() string {
	return s.date + "/" + s.region + "/" + s.service + "/" + terminator
}

// canonical returns the canonical request with a path in its canonical form.
// The names of the signed fields are in small letters and sorted.
func (r *Request) canonical(path string, signed []string, payload string) string {
	var b strings.Builder
	b.Grow(len(r.Method) + len(path) + len(r.Query) + 512)
	b.WriteString(r.Method)
	b.WriteByte('\n')
	b.WriteString(path)
	b.WriteByte('\n')
	b.WriteString(canonicalQuery(r.Query))
	b.WriteByte('\n')
	for _, name := range signed {
		b.WriteString(name)
		b.WriteByte(':')
		r.writeField(&b, name)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	for i, name := range signed {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(name)
	}
	b.WriteByte('\n')
	b.WriteString(payload)
	return b.String()
}

// writeField writes the values of a signed field.
func (r *Request) writeField(b *strings.Builder, name string) {
	if name == "host" {
		b.WriteString(strings.TrimSpace(r.Host))
		return
	}
	found := false
	if r.Header != nil {
		for n, v := range r.Header {
			if !strings.EqualFold(n, name) {
				continue
			}
			if found {
				b.WriteByte(',')
			}
			found = true
			writeSqueezed(b, v)
		}
	}
	if !found && name == "content-length" { // HTTP/2 need not send it
		b.WriteString(strconv.Itoa(len(r.Body)))
	}
}

// writeSqueezed writes a value without the blanks around it and with one for
// several inside.
func writeSqueezed(b *strings.Builder, v string) {
	v = strings.TrimSpace(v)
	blank := false
	for i := range len(v) {
		if v[i] == ' ' {
			if blank {
				continue
			}
			blank = true
		} else {
			blank = false
		}
		b.WriteByte(v[i])
	}
}

// canonicalPaths returns the forms that the path may be signed in.
func canonicalPaths(path, service string) []string {
	if path == "" {
		path = "/"
	}
	var first, second string
	if service == "s3" {
		first, second = path, encode(decode(path, false), true)
	} else {
		first, second = encode(normal(path), true), encode(path, true)
	}
	if first == second {
		return []string{first}
	}
	return []string{first, second}
}

// normal removes dot segments and empty ones (RFC 3986, section 5.2.4).
func normal(path string) string {
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
		}
	}
	out := "/" + strings.Join(kept, "/")
	if out != "/" && (strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/..")) {
		out += "/"
	}
	return out
}

// canonicalQuery is the query without the signature of a presigned address.
func canonicalQuery(query string) string {
	if query == "" {
		return ""
	}
	type pair struct{ name, value string }
	pairs := make([]pair, 0, 8)
	size := len(query)
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if name = decode(name, true); name == "X-Amz-Signature" {
			continue
		}
		pairs = append(pairs, pair{encode(name, false), encode(decode(value, true), false)})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	var b strings.Builder
	b.Grow(size + 16)
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name)
		b.WriteByte('=')
		b.WriteString(p.value)
	}
	return b.String()
}

// parameter returns the first parameter of a query called name, decoded.
func parameter(query, name string) (string, bool) {
	for part := range strings.SplitSeq(query, "&") {
		n, value, _ := strings.Cut(part, "=")
		if decode(n, true) == name {
			return decode(value, true), true
		}
	}
	return "", false
}

// encode writes every byte as %XX but the unreserved ones (RFC 3986, section
// 2.3) and, in a path, the slash.
func encode(s string, path bool) string {
	const hexadecimal = "0123456789ABCDEF"
	n := 0
	for i := range len(s) {
		if !plain(s[i], path) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	out := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if c := s[i]; plain(c, path) {
			out = append(out, c)
		} else {
			out = append(out, '%', hexadecimal[c>>4], hexadecimal[c&15])
		}
	}
	return string(out)
}

func plain(c byte, path bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	case c == '-', c == '.', c == '_', c == '~':
		return true
	}
	return path && c == '/'
}

// decode undoes encode. A percent sign that begins no byte stands for itself; in
// a query a plus sign is a blank.
func decode(s string, query bool) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+' && query:
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && nibble(s[i+1]) >= 0 && nibble(s[i+2]) >= 0:
			out = append(out, byte(nibble(s[i+1])<<4|nibble(s[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

func nibble(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// stringToSign is what the signature is computed of.
func stringToSign(date time.Time, s scope, canonical string) string {
	digest := sha256.Sum256([]byte(canonical))
	return algorithm + "\n" + date.UTC().Format(dateFormat) + "\n" + s.String() + "\n" + hex.EncodeToString(digest[:])
}

// signature signs a text with the key that secret and s give.
func signature(secret string, s scope, text string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range [...]string{s.date, s.region, s.service, terminator, text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return key
}

// payloadHash is the hash of a body as a canonical request has it.
func payloadHash(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}
