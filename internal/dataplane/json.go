package dataplane

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
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

// appendRequestTime appends a time in UTC as 02/Jan/2006:15:04:05 -0700, in a
// tenth of the time that reading the layout takes.
func appendRequestTime(dst []byte, t time.Time) []byte {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = append(appendTwo(dst, day), '/')
	dst = append(append(dst, month.String()[:3]...), '/')
	dst = append(strconv.AppendInt(dst, int64(year), 10), ':')
	dst = append(appendTwo(dst, hour), ':')
	dst = append(appendTwo(dst, minute), ':')
	return append(appendTwo(dst, second), " +0000"...)
}

func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
