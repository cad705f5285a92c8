package dataplane

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"postern/internal/apigw"
	"postern/internal/lang/jsonpath"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file is station 3 of AWS_PROXY: what a function returned becomes the
// answer.
//
//   - The reply is an object with statusCode, headers, multiValueHeaders, body
//     and isBase64Encoded. Any other key makes it malformed, and so does a value
//     of the wrong kind. What is left out or null has its default. Observed.
//   - Scalars stand for their text, as in a status code "200" or a header true.
//     Observed.
//   - A name in both maps gets the values of multiValueHeaders first, in its
//     spelling. Observed.
//   - The payload is decoded if isBase64Encoded is true and the first media type
//     of Accept is binary; the reply's own type plays no part. Observed.
//
// See "Output format of a Lambda function for proxy integration".

// A lambdaReply is the integration response of AWS_PROXY.
type lambdaReply struct {
	binary binaryTypes
}

// malformedReply is the fault of a reply that breaks the contract.
func malformedReply(why string) *Fault {
	return badGateway("Execution failed due to configuration error: Malformed Lambda proxy response", replyError(why))
}

// badGateway is what a function's failure is to a client. It has no gateway
// response type of its own. Observed.
func badGateway(log string, err error) *Fault {
	return &Fault{
		Type:      apigw.Default5XX,
		Status:    http.StatusBadGateway,
		ErrorType: "InternalServerErrorException",
		Message:   "Internal server error",
		Log:       log,
		Err:       err,
	}
}

// A replyError says what is wrong with a function's reply.
type replyError string

func (e replyError) Error() string { return "the function's reply: " + string(e) }

func (p *lambdaReply) translate(x *exchange, back *message.Response) error {
	if back.Header.Has("X-Amz-Function-Error") {
		x.scope.Context.Integration.Status = mapping.Number{}
		return badGateway("Lambda execution failed with status "+strconv.Itoa(back.Status)+" due to customer function error: "+
			errorMessage(back.Body)+". Lambda request id: "+back.Header.Get("x-amzn-RequestId"), nil)
	}
	encoded, why := p.read(x, back.Body)
	if why != "" {
		return malformedReply(why)
	}
	if encoded && p.binary.match(accepted(x.scope.Header.Get("Accept"))) {
		decoded, err := decodeBase64(x.res.Body)
		if err != nil {
			return err
		}
		x.res.Body = decoded
	}
	x.scope.Context.Integration.Status = mapping.Num(int64(x.res.Status))
	return nil
}

// read makes x.res of a reply. It reports whether the payload is in base64, and
// what is wrong with the reply.
func (p *lambdaReply) read(x *exchange, reply []byte) (encoded bool, why string) {
	r := jsonText{reply}
	if !jsonpath.Valid(reply) {
		return false, "it is no JSON"
	}
	if r.kind() != '{' {
		return false, "found " + r.name() + ", expected an object"
	}
	res := &x.res
	res.Status = http.StatusOK
	var headers, multi, body jsonText
	for key, v := range r.members {
		if v.kind() == 'n' {
			v = jsonText{}
		}
		ok := true
		switch string(key) {
		case "statusCode":
			if v.bytes != nil {
				res.Status, ok = v.status()
			}
		case "headers":
			headers, ok = v, v.bytes == nil || v.kind() == '{'
		case "multiValueHeaders":
			multi, ok = v, v.bytes == nil || v.kind() == '{'
		case "body":
			body, ok = v, v.bytes == nil || v.scalar()
		case "isBase64Encoded":
			if v.bytes != nil {
				encoded, ok = v.boolean()
			}
		default:
			return false, "found the key " + strconv.Quote(clip(string(key))) + ", expected statusCode, headers, multiValueHeaders, body or isBase64Encoded"
		}
		if !ok {
			return false, string(key) + ": found " + v.name() + ", expected " + replyKinds[string(key)]
		}
	}
	if body.bytes != nil {
		// The event has been sent; its memory is free.
		res.Body = body.text(x.rendered[:0])
		if len(res.Body) > 0 && body.escaped() {
			x.rendered = res.Body
		}
	}
	return encoded, p.headers(x, headers, multi)
}

// replyKinds are what the keys of a reply hold.
var replyKinds = map[string]string{
	"statusCode":        "a whole number from 200 to 599",
	"headers":           "an object of texts",
	"multiValueHeaders": "an object of lists",
	"body":              "a text",
	"isBase64Encoded":   "true or false",
}

// headers adds the reply's header fields to x.res.
func (p *lambdaReply) headers(x *exchange, headers, multi jsonText) string {
	h := &x.res.Header
	begin := len(*h)
	add := func(name string, v jsonText) string {
		if !v.scalar() {
			return "header " + clip(name) + ": found " + v.name() + ", expected a text"
		}
		value := string(v.text(nil))
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return "header " + strconv.Quote(clip(name)) + ": it cannot be sent"
		}
		*h = append(*h, message.Field{Name: name, Value: value})
		return ""
	}
	if multi.bytes != nil {
		for key, list := range multi.members {
			name := string(key)
			if list.kind() == 'n' {
				continue
			}
			if list.kind() != '[' {
				return "multiValueHeaders: header " + clip(name) + ": found " + list.name() + ", expected a list"
			}
			for v := range list.elements {
				if v.kind() == 'n' {
					continue
				}
				if why := add(name, v); why != "" {
					return why
				}
			}
		}
	}
	several := len(*h)
	if headers.bytes != nil {
		for key, v := range headers.members {
			if v.kind() == 'n' {
				continue
			}
			name := string(key)
			for _, f := range (*h)[begin:several] {
				if message.EqualName(f.Name, name) {
					name = f.Name
					break
				}
			}
			if why := add(name, v); why != "" {
				return why
			}
		}
	}
	kept := (*h)[:begin]
	for _, f := range (*h)[begin:] {
		switch rule(replied, f.Name) {
		case pass:
			kept = append(kept, f)
		case remap:
			kept = append(kept, message.Field{Name: remappedName(f.Name), Value: f.Value})
		}
	}
	*h = kept
	return ""
}

// errorMessage returns the errorMessage of what a function returned, or nothing.
func errorMessage(payload []byte) string {
	r := jsonText{payload}
	if r.kind() != '{' || !jsonpath.Valid(payload) {
		return ""
	}
	text := ""
	for key, v := range r.members {
		if string(key) == "errorMessage" && v.scalar() && v.kind() != 'n' {
			text = string(v.text(nil))
		}
	}
	return text
}

// A jsonText is a valid JSON value as text.
type jsonText struct{ bytes []byte }

// kind returns the first byte of the value: { [ " t f n, a digit or a minus; 0
// for no value.
func (t jsonText) kind() byte {
	for _, c := range t.bytes {
		if !blank(c) {
			return c
		}
	}
	return 0
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// name says what kind of value it is.
func (t jsonText) name() string {
	switch t.kind() {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	case 0:
		return "nothing"
	}
	return "a number"
}

func (t jsonText) scalar() bool {
	c := t.kind()
	return c != '{' && c != '[' && c != 0
}

// escaped reports whether a text is not written as it is.
func (t jsonText) escaped() bool {
	return t.bytes[0] == '"' && (bytes.IndexByte(t.bytes, '\\') >= 0 || !utf8.Valid(t.bytes))
}

// text returns a scalar's text: a part of the value itself, or if it has escapes
// what is appended to dst. What is no UTF-8 becomes U+FFFD.
func (t jsonText) text(dst []byte) []byte {
	if t.bytes[0] != '"' {
		return t.bytes
	}
	inner := t.bytes[1 : len(t.bytes)-1]
	if !t.escaped() {
		return inner
	}
	for len(inner) > 0 {
		c := inner[0]
		switch {
		case c == '\\' && inner[1] == 'u':
			r := hexRune(inner[2:6])
			inner = inner[6:]
			if utf16.IsSurrogate(r) {
				second := rune(-1)
				if len(inner) >= 6 && inner[0] == '\\' && inner[1] == 'u' {
					second = hexRune(inner[2:6])
				}
				if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
					inner = inner[6:]
				}
			}
			dst = utf8.AppendRune(dst, r)
		case c == '\\':
			dst = append(dst, unescaped[inner[1]])
			inner = inner[2:]
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			inner = inner[1:]
		default:
			r, n := utf8.DecodeRune(inner)
			dst = utf8.AppendRune(dst, r)
			inner = inner[n:]
		}
	}
	return dst
}

var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func hexRune(digits []byte) rune {
	return rune(unhex(digits[0]))<<12 | rune(unhex(digits[1]))<<8 | rune(unhex(digits[2]))<<4 | rune(unhex(digits[3]))
}

// status reads a status code: a whole number, or a text that is one.
func (t jsonText) status() (int, bool) {
	if !t.scalar() {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(t.text(nil))))
	return n, err == nil && n >= 200 && n <= 599
}

func (t jsonText) boolean() (value, ok bool) {
	if !t.scalar() {
		return false, false
	}
	switch string(t.text(nil)) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// members yields the members of an object in their order.
func (t jsonText) members(yield func(key []byte, value jsonText) bool) {
	b := t.bytes
	at := skipBlanks(b, 0) + 1
	for {
		at = skipBlanks(b, at)
		if b[at] == '}' {
			return
		}
		end := skipValue(b, at)
		key := jsonText{b[at:end]}.text(nil)
		at = skipBlanks(b, end) + 1 // the colon
		at = skipBlanks(b, at)
		end = skipValue(b, at)
		if !yield(key, jsonText{b[at:end]}) {
			return
		}
		if at = skipBlanks(b, end); b[at] == ',' {
			at++
		}
	}
}

// elements yields the elements of a list.
func (t jsonText) elements(yield func(jsonText) bool) {
	b := t.bytes
	at := skipBlanks(b, 0) + 1
	for {
		at = skipBlanks(b, at)
		if b[at] == ']' {
			return
		}
		end := skipValue(b, at)
		if !yield(jsonText{b[at:end]}) {
			return
		}
		if at = skipBlanks(b, end); b[at] == ',' {
			at++
		}
	}
}

func skipBlanks(b []byte, at int) int {
	for at < len(b) && blank(b[at]) {
		at++
	}
	return at
}

// skipValue returns where the value that begins at b[at] ends.
func skipValue(b []byte, at int) int {
	depth := 0
	for ; at < len(b); at++ {
		switch b[at] {
		case '"':
			for at++; b[at] != '"'; at++ {
				if b[at] == '\\' {
					at++
				}
			}
			if depth == 0 {
				return at + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return at // a number or word ended here
			}
			if depth--; depth == 0 {
				return at + 1
			}
		case ',', ' ', '\t', '\n', '\r', ':':
			if depth == 0 {
				return at
			}
		}
	}
	return at
}

// clip shortens text of others for a message.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
