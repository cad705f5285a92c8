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
	if plainText(s) {
		return append(append(append(dst, '"'), s...), '"')
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return jsonpath.AppendQuoted(dst, s)
}

// plainText reports whether s is ASCII without anything that has to be escaped.
func plainText(s string) bool {
	const lows, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote, slash := x^lows*'"', x^lows*'\\'
		// A byte less than what is taken off borrows, which marks those above it too.
		if (x|(x-lows*' ')|(quote-lows)|(slash-lows))&highs != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
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
