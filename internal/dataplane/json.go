package dataplane

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"postern/internal/lang/jsonpath"
)

// This file writes JSON.

// appendText appends s as a JSON string. What is no UTF-8 becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return jsonpath.AppendQuoted(dst, s)
}

// appendMember appends a member of an object after another.
func appendMember(dst []byte, name, value string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return appendText(dst, value)
}

// appendNullable is appendMember for a value that is null when it is empty.
func appendNullable(dst []byte, name, value string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return appendTextOrNull(dst, value)
}

func appendTextOrNull(dst []byte, value string) []byte {
	if value == "" {
		return append(dst, "null"...)
	}
	return appendText(dst, value)
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

func appendBase64(dst, b []byte) []byte { return base64.StdEncoding.AppendEncode(dst, b) }
