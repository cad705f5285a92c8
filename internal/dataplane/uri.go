package dataplane

import (
	"net/url"
	"regexp"
	"strings"

	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file assembles the address of a backend.
//
//   - Stage variables are filled in when the stage is compiled; one that is not
//     set is empty. Observed.
//   - {name} is filled from integration.request.path.name, or its override, and
//     from nothing else. Unfilled it stays, encoded. Observed.
//   - The address's own query comes first, then the client's, then mapped ones.

// An address is a compiled URI.
type address struct {
	parts    []addressPart
	fixed    string // the whole of it, if it has no placeholders
	hasQuery bool
	invalid  bool // no URL after stage variables were filled in
}

// An addressPart is text, or the name of a placeholder.
type addressPart struct {
	text  string
	name  string // empty: text
	query bool   // stands behind the question mark
}

var stageVariable = regexp.MustCompile(`\$\{stageVariables\.([A-Za-z0-9_.-]+)\}`)

// fillStageVariables replaces ${stageVariables.name}.
func fillStageVariables(text string, variables map[string]string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	return stageVariable.ReplaceAllStringFunc(text, func(m string) string {
		return variables[m[len("${stageVariables."):len(m)-1]]
	})
}

func compileAddress(uri string, variables map[string]string) address {
	text := fillStageVariables(uri, variables)
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "", "+}", "").Replace(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return address{invalid: true}
	}
	return splitAddress(text)
}

// splitAddress compiles a URL.
func splitAddress(text string) address {
	var a address
	text, _, _ = strings.Cut(text, "#")
	head, query, found := strings.Cut(text, "?")
	if !strings.Contains(strings.TrimPrefix(strings.TrimPrefix(head, "http://"), "https://"), "/") {
		head += "/"
	}
	a.split(head, false)
	if found {
		a.hasQuery = query != ""
		if a.hasQuery {
			a.split("?"+query, true)
		}
	}
	fixed := ""
	for _, p := range a.parts {
		if p.name != "" {
			return a
		}
		fixed += p.text
	}
	a.fixed = fixed
	return a
}

// split cuts text into literal parts and placeholders.
func (a *address) split(text string, query bool) {
	for text != "" {
		open := strings.IndexByte(text, '{')
		end := -1
		if open >= 0 {
			end = strings.IndexByte(text[open:], '}')
		}
		if end < 0 {
			a.parts = append(a.parts, addressPart{text: escapeIllegal(text), query: query})
			return
		}
		if open > 0 {
			a.parts = append(a.parts, addressPart{text: escapeIllegal(text[:open]), query: query})
		}
		a.parts = append(a.parts, addressPart{name: text[open+1 : open+end], query: query})
		text = text[open+end+1:]
	}
}

// escapeIllegal encodes what cannot stand in a URL and leaves the rest alone.
func escapeIllegal(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			b.Write(appendEscape(nil, c))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// appendTo appends the address with its placeholders filled in.
func (a *address) appendTo(dst []byte, x *exchange, rows []mappingRow) ([]byte, error) {
	for i := range a.parts {
		p := &a.parts[i]
		if p.name == "" {
			dst = append(dst, p.text...)
			continue
		}
		value, source, ok, err := pathValue(x, rows, p.name)
		switch {
		case err != nil:
			return dst, err
		case ok:
			dst = appendValue(dst, value, source, p.query)
		case strings.HasSuffix(p.name, "+"):
			return dst, configurationError("Illegal character in path: {"+p.name+"} is not filled; write {"+strings.TrimSuffix(p.name, "+")+"} and map integration.request.path."+strings.TrimSuffix(p.name, "+"), nil)
		default:
			dst = append(dst, "%7B"...)
			dst = appendValue(dst, p.name, mapping.Literal, p.query)
			dst = append(dst, "%7D"...)
		}
	}
	return dst, nil
}

// pathValue returns the value of integration.request.path.name: the override's
// or the mapping's.
func pathValue(x *exchange, rows []mappingRow, name string) (value string, source mapping.Source, ok bool, err error) {
	for _, o := range x.scope.Override.Path {
		if o.Name == name && len(o.Values) > 0 {
			return joined(o.Values), mapping.Literal, true, nil
		}
	}
	for i := range rows {
		if rows[i].name != name {
			continue
		}
		values, err := rows[i].values(x)
		if err != nil || len(values) == 0 {
			return "", 0, false, err
		}
		return joined(values), rows[i].from.Source(), true, nil
	}
	return "", 0, false, nil
}

// appendValue appends a value encoded for its place. A path parameter is still
// as the client encoded it, so its escapes stay. A slash is kept where the
// template's author or a greedy parameter put it, and encoded where a client
// could use it to leave its segment.
func appendValue(dst []byte, value string, source mapping.Source, query bool) []byte {
	raw := source == mapping.MethodRequestPath
	keepSlash := raw || source == mapping.Literal || source == mapping.StageVariable
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case unreserved(c),
			c == '/' && keepSlash && !query,
			!query && strings.IndexByte("!$&'()*+,;=:@", c) >= 0:
			dst = append(dst, c)
		case raw && c == '%' && i+2 < len(value) && isHex(value[i+1]) && isHex(value[i+2]):
			dst = append(dst, c)
		default:
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

// appendQuery appends one parameter, with a separator before it.
func appendQuery(dst []byte, sep *byte, name, value string) []byte {
	dst = append(dst, *sep)
	*sep = '&'
	dst = appendComponent(dst, name)
	dst = append(dst, '=')
	return appendComponent(dst, value)
}

func appendComponent(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; unreserved(c) {
			dst = append(dst, c)
		} else {
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789ABCDEF"
	return append(dst, '%', hex[c>>4], hex[c&15])
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// overrideQuery replaces all values of the overridden parameters.
func overrideQuery(dst []byte, overrides []mapping.Override) []byte {
	text := string(dst)
	head, query, _ := strings.Cut(text, "?")
	out := append([]byte(nil), head...)
	sep := byte('?')
	overridden := func(name string) bool {
		for _, o := range overrides {
			if o.Name == name {
				return true
			}
		}
		return false
	}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil && overridden(plain) {
			continue
		}
		out = append(append(out, sep), part...)
		sep = '&'
	}
	for _, o := range overrides {
		for _, v := range o.Values {
			out = appendQuery(out, &sep, o.Name, v)
		}
	}
	return out
}

// parseQuery appends the parameters of a query string, decoded. Both & and ;
// separate; a name without a value has the empty one.
func parseQuery(dst message.Pairs, query string) message.Pairs {
	for query != "" {
		part := query
		if i := strings.IndexAny(query, "&;"); i >= 0 {
			part, query = query[:i], query[i+1:]
		} else {
			query = ""
		}
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		dst = append(dst, message.Pair{Name: decodeQuery(name), Value: decodeQuery(value)})
	}
	return dst
}

// decodeQuery undoes the encoding of a form. What is no escape stays.
func decodeQuery(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// decodePath undoes percent-encoding. What is no escape stays.
func decodePath(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
