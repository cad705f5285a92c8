package mapping

// This file is $util.
//
//   - All functions take one text; a value of another type is printed first.
//     [chosen, AWS was not observed]
//   - An argument that cannot be decoded fails the template. [inferred]
//
// See "$util template variables" in "Variables for data transformations for API
// Gateway".

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
)

// util is the host object $util.
type util machine

// Property has no result: $util has functions only.
func (*util) Property(string) (vtl.Value, bool) { return vtl.Null, false }

// AppendTo prints nothing. [chosen]
func (*util) AppendTo(dst []byte) []byte { return dst }

// Call calls one of the six functions.
func (u *util) Call(name string, args []vtl.Value) (vtl.Value, bool, error) {
	if len(args) != 1 {
		return vtl.Null, false, nil
	}
	text := args[0].Text()
	switch name {
	case "escapeJavaScript":
		return vtl.String(escapeJavaScript(text)), true, nil
	case "parseJson":
		return u.parseJSON(text)
	case "urlEncode":
		return vtl.String(urlEncode(text)), true, nil
	case "urlDecode":
		return result(urlDecode(text))
	case "base64Encode":
		return vtl.String(base64.StdEncoding.EncodeToString([]byte(text))), true, nil
	case "base64Decode":
		return result(base64Decode(text))
	}
	return vtl.Null, false, nil
}

func result(s string, err error) (vtl.Value, bool, error) {
	return vtl.String(s), err == nil, err
}

// parseJSON returns the value of JSON. The empty text has none.
func (u *util) parseJSON(text string) (vtl.Value, bool, error) {
	if text == "" {
		return vtl.Null, false, nil
	}
	d := jsonpath.New([]byte(text))
	root, err := d.Root()
	if err == nil && !d.IsJSON() {
		err = errors.New("found text that is no JSON")
	}
	if err != nil {
		return vtl.Null, false, fmt.Errorf("$util.parseJson: %w", err)
	}
	v := u.values.of(root)
	return v, !v.IsNull(), nil
}

// escapeJavaScript escapes quotation marks, the backslash, the slash, control
// characters, and all that is not ASCII, by UTF-16 units. U+007F vanishes, as in
// the recorded output of the Java library.
func escapeJavaScript(s string) string {
	plain := func(c byte) bool {
		return c >= 0x20 && c < 0x7F && c != '"' && c != '\'' && c != '\\' && c != '/'
	}
	i := 0
	for i < len(s) && plain(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	dst := append(make([]byte, 0, len(s)+len(s)/8+16), s[:i]...)
	for _, r := range s[i:] {
		switch {
		case r < 0x7F && plain(byte(r)):
			dst = append(dst, byte(r))
		case r == 0x7F:
		case r == '"' || r == '\'' || r == '\\' || r == '/':
			dst = append(dst, '\\', byte(r))
		case r == '\b':
			dst = append(dst, '\\', 'b')
		case r == '\f':
			dst = append(dst, '\\', 'f')
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r > 0xFFFF:
			r -= 0x10000
			dst = appendUnit(dst, 0xD800|uint16(r>>10))
			dst = appendUnit(dst, 0xDC00|uint16(r&0x3FF))
		default:
			dst = appendUnit(dst, uint16(r))
		}
	}
	return string(dst)
}

func appendUnit(dst []byte, u uint16) []byte {
	return append(dst, '\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15])
}

const hex = "0123456789ABCDEF"

// urlEncode encodes s as the value of a form field.
func urlEncode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(".-*_", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// urlDecode is the reverse of urlEncode.
func urlDecode(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, nil
	}
	dst := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			dst = append(dst, ' ')
		case '%':
			high, ok1 := digit(s, i+1)
			low, ok2 := digit(s, i+2)
			if !ok1 || !ok2 {
				return "", fmt.Errorf("$util.urlDecode: found %q, expected two hexadecimal digits after %%", s[i:min(i+3, len(s))])
			}
			dst = append(dst, high<<4|low)
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return strings.ToValidUTF8(string(dst), "\uFFFD"), nil
}

// digit returns the hexadecimal digit at s[i].
func digit(s string, i int) (byte, bool) {
	if i >= len(s) {
		return 0, false
	}
	switch c := s[i]; {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// base64Decode decodes the standard alphabet; padding may be missing, as in
// Java's decoder. What is no UTF-8 text becomes U+FFFD.
func base64Decode(s string) (string, error) {
	dst, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return "", fmt.Errorf("$util.base64Decode: %w", err)
	}
	return strings.ToValidUTF8(string(dst), "\uFFFD"), nil
}
