package dataplane

import (
	"math/rand/v2"
	"strings"
	"time"
)

// The identifiers of one request. They name it and protect nothing, so they
// need not be unpredictable.
type ids struct {
	request  string // a UUID, version 4
	extended string // 15 letters of base64 and an equals sign
	trace    string // Root=1-{time}-{96 random bits};Parent={64 random bits};Sampled=0
}

// newIDs makes the identifiers with a single allocation.
func newIDs() ids {
	const (
		requestLen  = 36
		extendedLen = 16
		rootLen     = len("Root=1-01234567-0123456789abcdef01234567")
		traceLen    = rootLen + len(";Parent=0123456789abcdef;Sampled=0")
	)
	var buf [requestLen + extendedLen + traceLen]byte
	a, b := rand.Uint64(), rand.Uint64()
	a = a&^0xf000 | 0x4000     // version 4
	b = b&^(0xc<<60) | 0x8<<60 // variant of RFC 9562
	putHex(buf[0:8], a>>32)
	buf[8] = '-'
	putHex(buf[9:13], a>>16)
	buf[13] = '-'
	putHex(buf[14:18], a)
	buf[18] = '-'
	putHex(buf[19:23], b>>48)
	buf[23] = '-'
	putHex(buf[24:36], b)

	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	r, s := rand.Uint64(), rand.Uint64()
	for i := range extendedLen - 1 {
		if i == 10 {
			r = s
		}
		buf[requestLen+i] = letters[r&63]
		r >>= 6
	}
	buf[requestLen+extendedLen-1] = '='

	t := buf[requestLen+extendedLen:]
	copy(t, "Root=1-")
	putHex(t[7:15], uint64(time.Now().Unix()))
	t[15] = '-'
	putHex(t[16:24], s>>32)
	putHex(t[24:40], rand.Uint64())
	copy(t[rootLen:], ";Parent=")
	putHex(t[rootLen+8:rootLen+24], rand.Uint64())
	copy(t[rootLen+24:], ";Sampled=0")

	all := string(buf[:])
	return ids{
		request:  all[:requestLen],
		extended: all[requestLen : requestLen+extendedLen],
		trace:    all[requestLen+extendedLen:],
	}
}

// putHex writes the low digits of v.
func putHex(dst []byte, v uint64) {
	const hex = "0123456789abcdef"
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = hex[v&15]
		v >>= 4
	}
}

// isUUID reports whether a client's request ID is one that it may choose.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHex(s[i]) {
				return false
			}
		}
	}
	return true
}

// traceHeader completes a client's X-Amzn-Trace-Id: what it has is kept, and
// what it lacks is taken from made. Observed.
func traceHeader(client, made string) string {
	if client == "" {
		return made
	}
	root, rest, _ := strings.Cut(made, ";")
	parent, sampled, _ := strings.Cut(rest, ";")
	out := client
	if !strings.Contains(out, "Root=") {
		out = root + ";" + out
	}
	if !strings.Contains(out, "Parent=") {
		out += ";" + parent
	}
	if !strings.Contains(out, "Sampled=") {
		out += ";" + sampled
	}
	return out
}

// traceRoot returns the root of a trace header.
func traceRoot(trace string) string {
	_, rest, ok := strings.Cut(trace, "Root=")
	if !ok {
		return ""
	}
	root, _, _ := strings.Cut(rest, ";")
	return root
}
