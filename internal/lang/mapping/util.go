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
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
)

// util is the host object $util.
type util machine

// Property has no result: $util has functions only.
func (*util) Property(string) (vtl.Value, bool) { return vtl.Null, false }

// AppendTo prints nothing. [chosen]
func (*util) AppendTo(dst []byte) []byte { return dst }

// AppendCall prints what encodes; the others are for Call.
func (*util) AppendCall(dst []byte, name string, args []vtl.Value) ([]byte, bool, error) {
	if len(args) != 1 {
		return dst, false, nil
	}
	switch name {
	case "escapeJavaScript":
		return appendEscaped(dst, args[0].Text()), true, nil
	case "urlEncode":
		return appendURLEncoded(dst, args[0].Text()), true, nil
	case "base64Encode":
		text := args[0].Text()
		n := base64.StdEncoding.EncodedLen(len(text))
		dst = slices.Grow(dst, n)
		base64.StdEncoding.Encode(dst[len(dst):len(dst)+n], []byte(text))
		return dst[:len(dst)+n], true, nil
	}
	return dst, false, nil
}

// Call calls one of the six functions.
func (u *util) Call(name string, args []vtl.Value) (vtl.Value, bool, error) {
	if len(args) != 1 {
		return vtl.Null, false, nil
	}
	text := args[0].Text()
	switch name {
	case "escapeJavaScript", "urlEncode", "base64Encode":
		u.buf, _, _ = u.AppendCall(u.buf[:0], name, args)
		return vtl.String(string(u.buf)), true, nil
	case "parseJson":
		return u.parseJSON(text)
	case "urlDecode":
		return result(urlDecode(text))
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
	v := u.values.of(d, root)
	return v, !v.IsNull(), nil
}

// unescaped holds the bytes that escapeJavaScript leaves as they are.
var unescaped = bytesBut(0x20, 0x7E, `"'\/`)

// bytesBut returns the set of the bytes from first to last but those in but.
func bytesBut(first, last byte, but string) (set [256]bool) {
	for c := first; c <= last; c++ {
		set[c] = strings.IndexByte(but, c) < 0
	}
	return set
}

// appendEscaped escapes quotation marks, the backslash, the slash, control
// characters, and all that is not ASCII, by UTF-16 units. U+007F vanishes, as in
// the recorded output of the Java library.
func appendEscaped(dst []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if unescaped[c] {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		dst = appendEscape(dst, r)
		i += size
		from = i
	}
	return append(dst, s[from:]...)
}

func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\'', '\\', '/':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case 0x7F:
		return dst
	}
	if r > 0xFFFF {
		r -= 0x10000
		dst = appendUnit(dst, 0xD800|uint16(r>>10))
		return appendUnit(dst, 0xDC00|uint16(r&0x3FF))
	}
	return appendUnit(dst, uint16(r))
}

func appendUnit(dst []byte, u uint16) []byte {
	return append(dst, '\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15])
}

const hex = "0123456789ABCDEF"

// inForms holds what urlEncode writes for each byte: one to three bytes, the
// first lowest, and in the highest byte how many bits they are.
var inForms = func() (codes [256]uint32) {
	for c := range uint32(len(codes)) {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(".-*_", byte(c)) >= 0:
			codes[c] = c | 8<<24
		case c == ' ':
			codes[c] = '+' | 8<<24
		default:
			codes[c] = '%' | uint32(hex[c>>4])<<8 | uint32(hex[c&15])<<16 | 24<<24
		}
	}
	return codes
}()

// appendURLEncoded encodes s as the value of a form field.
func appendURLEncoded(dst []byte, s string) []byte {
	const piece = 4096 // bytes, so that room for the worst case is small
	for len(s) > piece {
		dst, s = appendURLEncoded(dst, s[:piece]), s[piece:]
	}
	const more = 8 // bytes that may be written behind the last
	n := len(dst)
	dst = slices.Grow(dst, 3*len(s)+more)
	return dst[:n+urlEncode(dst[n:n+3*len(s)+more], s)]
}

// urlEncode encodes s into out and returns the length. It takes two bytes at a
// time, writes eight for them and goes on behind those that count, because the
// processor cannot foresee which bytes need an escape: this takes a fifth of the
// time.
func urlEncode(out []byte, s string) int {
	bits := uint64(0) // written
	i := 1
	for ; i < len(s); i += 2 {
		a, b := uint64(inForms[s[i-1]]), uint64(inForms[s[i]])
		binary.LittleEndian.PutUint64(out[bits/8:], a&0xFFFFFF|b&0xFFFFFF<<(a>>24&63))
		bits += a>>24 + b>>24
	}
	if i == len(s) {
		code := inForms[s[i-1]]
		binary.LittleEndian.PutUint32(out[bits/8:], code)
		bits += uint64(code >> 24)
	}
	return int(bits / 8)
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
	return decodeUTF8(dst), nil
}

// decodeUTF8 puts U+FFFD where Java's decoder does: for each beginning of a
// character that is cut short, and each byte that can begin none.
func decodeUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out := make([]byte, 0, len(b)+8)
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			size = malformed(b)
		}
		out = utf8.AppendRune(out, r)
		b = b[size:]
	}
	return string(out)
}

// malformed returns how many bytes at the start of b, where no character is, go
// together. What looks like half of a surrogate pair does.
func malformed(b []byte) int {
	need := 1
	low, high := byte(0x80), byte(0xBF) // of the second byte
	switch c := b[0]; {
	case c >= 0xE0 && c <= 0xEF:
		if need = 3; c == 0xE0 {
			low = 0xA0
		}
	case c >= 0xF0 && c <= 0xF4:
		switch need = 4; c {
		case 0xF0:
			low = 0x90
		case 0xF4:
			high = 0x8F
		}
	}
	n := 1
	for n < need && n < len(b) && b[n] >= low && b[n] <= high {
		n++
		low, high = 0x80, 0xBF
	}
	return n
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

// base64Decode decodes the standard alphabet, without line ends. Padding may be
// missing, as in Java's decoder, but must not be wrong.
func base64Decode(s string) (string, error) {
	digits := strings.TrimRight(s, "=")
	padding := len(s) - len(digits)
	var err error
	switch {
	case padding > 0 && (len(s)%4 != 0 || padding > 2):
		err = errors.New("the padding is wrong, expected one or two = that fill four characters")
	case strings.ContainsAny(s, "\r\n"):
		err = errors.New("found a line end, expected characters of the alphabet")
	}
	var dst []byte
	if err == nil {
		dst, err = base64.RawStdEncoding.DecodeString(digits)
	}
	if err != nil {
		return "", fmt.Errorf("$util.base64Decode: %w", err)
	}
	return decodeUTF8(dst), nil
}
