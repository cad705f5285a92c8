package dataplane

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"postern/internal/apigw"
)

// This file decides what a payload is and how it is converted.
//
// See "Content type conversions in API Gateway".

// mediaType returns the media type of a Content-Type without its parameters, in
// small letters.
func mediaType(contentType string) string {
	if i := strings.IndexByte(contentType, ';'); i >= 0 {
		contentType = contentType[:i]
	}
	return strings.ToLower(strings.TrimSpace(contentType))
}

// accepted returns the first media type of an Accept header.
func accepted(accept string) string {
	if i := strings.IndexByte(accept, ','); i >= 0 {
		accept = accept[:i]
	}
	return mediaType(accept)
}

// A binaryTypes is an API's binary media types, in small letters.
type binaryTypes []string

func compileBinaryTypes(types []string) binaryTypes {
	out := make(binaryTypes, len(types))
	for i, t := range types {
		out[i] = mediaType(t)
	}
	return out
}

// match reports whether payloads of the media type are bytes and not text. The
// list knows type/* and */*; a wildcard on the left alone is not supported.
func (b binaryTypes) match(mediaType string) bool {
	if mediaType == "" {
		mediaType = "application/json"
	}
	for _, t := range b {
		if t == "*/*" || t == mediaType {
			return true
		}
		if prefix, ok := strings.CutSuffix(t, "/*"); ok && prefix != "*" && strings.HasPrefix(mediaType, prefix+"/") {
			return true
		}
	}
	return false
}

// A payload is bytes with the knowledge whether they are text.
type payload struct {
	bytes []byte
	raw   bool // not text: no template can read it
}

// convertRequest applies the content handling of an integration to a method
// request's payload. decodeLater says that the text is to be decoded after a
// template has run.
func convertRequest(body []byte, binary bool, handling apigw.ContentHandling) (p payload, decodeLater bool) {
	switch {
	case !binary:
		return payload{bytes: validText(body)}, handling == apigw.ConvertToBinary
	case handling == apigw.ConvertToText:
		return payload{bytes: encodeBase64(body)}, false
	}
	return payload{bytes: body, raw: true}, false
}

// convertResponse applies the content handling of an integration response to
// the backend's payload. defined says that the API has binary media types.
func convertResponse(body []byte, defined, binary, acceptsBinary bool, handling apigw.ContentHandling) (payload, error) {
	switch {
	case handling == apigw.ConvertToText && binary:
		return payload{bytes: encodeBase64(body)}, nil
	case handling == apigw.ConvertToText:
		return payload{bytes: validText(body)}, nil
	case binary && (handling == apigw.ConvertToBinary || acceptsBinary):
		return payload{bytes: body, raw: true}, nil
	case binary:
		return payload{bytes: encodeBase64(body)}, nil
	case handling == apigw.ConvertToBinary || defined && acceptsBinary:
		decoded, err := decodeBase64(body)
		return payload{bytes: decoded, raw: true}, err
	}
	return payload{bytes: validText(body)}, nil
}

// validText reads bytes as UTF-8: each invalid sequence becomes U+FFFD.
// Observed.
func validText(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	out := make([]byte, 0, len(b)+len(b)/2)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = invalidRun(b)
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}

// invalidRun returns how many bytes of b Java's decoder replaces by one
// U+FFFD: the longest beginning of a sequence that could still have become
// valid, at least one byte.
func invalidRun(b []byte) int {
	var need int
	low, high := byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c >= 0xE0 && c <= 0xEF:
		need = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		need = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	default:
		return 1
	}
	n := 1
	for n <= need && n < len(b) && b[n] >= low && b[n] <= high {
		n++
		low, high = 0x80, 0xBF
	}
	return n
}

func encodeBase64(b []byte) []byte {
	out := make([]byte, base64.StdEncoding.EncodedLen(len(b)))
	base64.StdEncoding.Encode(out, b)
	return out
}

// decodeBase64 decodes standard base64, with or without line ends.
func decodeBase64(b []byte) ([]byte, error) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	n, err := base64.StdEncoding.Decode(out, b)
	if err != nil {
		return nil, configurationError("Unable to base64 decode the body.", err)
	}
	return out[:n], nil
}
