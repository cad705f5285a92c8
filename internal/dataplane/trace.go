package dataplane

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"postern/internal/message"
)

// A Trace is the execution log of one request, written by the stations as they
// work. A nil Trace takes nothing and costs nothing.
//
// See "Set up CloudWatch logging for REST APIs in API Gateway".
type Trace struct {
	RequestID string // of a test invocation; empty otherwise
	Lines     []TraceLine
	Now       func() time.Time

	most    int     // bytes of a payload that a line takes; 0: all
	station Station // where the request is
	failed  Station // where it was when it failed
}

// A TraceLine is one event of an execution log.
type TraceLine struct {
	Time    time.Time
	Station Station
	Text    string
}

// A Station is a part of the corridor, as the lines of a log are told apart.
type Station uint8

const (
	AtMethodRequest Station = iota
	AtIntegrationRequest
	AtBackend
	AtIntegrationResponse
	AtMethodResponse
	AtGatewayResponse // in place of a method response
)

func (s Station) String() string {
	return [...]string{"method request", "integration request", "backend", "integration response", "method response", "gateway response"}[s]
}

// enter says where the request is from now on.
func (t *Trace) enter(s Station) {
	if t != nil {
		t.station = s
	}
}

// fail logs why the request leaves by the side door; empty: nothing.
func (t *Trace) fail(log string) {
	if t == nil {
		return
	}
	if log != "" {
		t.add(log)
	}
	t.failed = t.station
	t.enter(AtGatewayResponse)
}

func (t *Trace) add(parts ...string) {
	if t == nil {
		return
	}
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	t.Lines = append(t.Lines, TraceLine{now(), t.station, strings.Join(parts, "")})
}

// body logs a payload.
func (t *Trace) body(label string, b []byte) {
	if t == nil {
		return
	}
	t.add(label, loggable(t.cut(b)))
}

// cut leaves out the end of a payload, between two characters.
func (t *Trace) cut(b []byte) []byte {
	if t.most == 0 || len(b) <= t.most {
		return b
	}
	n := t.most
	for n > t.most-utf8.UTFMax && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// String prints the log as TestInvokeMethod does.
func (t *Trace) String() string {
	var b strings.Builder
	if t.RequestID != "" {
		b.WriteString("Execution log for request " + t.RequestID + "\n")
	}
	for _, l := range t.Lines {
		b.WriteString(l.Time.UTC().Format("Mon Jan 02 15:04:05 UTC 2006"))
		b.WriteString(" : ")
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// header logs fields in Java's notation of a map, with secrets masked.
func (t *Trace) header(label string, fields message.Header) {
	if t == nil {
		return
	}
	var b strings.Builder
	b.WriteString(label)
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.Name)
		b.WriteByte('=')
		if secretHeader(f.Name) {
			b.WriteString(mask(f.Value))
		} else {
			b.WriteString(f.Value)
		}
	}
	b.WriteByte('}')
	t.add(b.String())
}

// pairs logs parameters in Java's notation of a map.
func (t *Trace) pairs(label string, ps message.Pairs) {
	if t == nil {
		return
	}
	var b strings.Builder
	b.WriteString(label)
	b.WriteByte('{')
	for i, p := range ps {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		b.WriteByte('=')
		b.WriteString(p.Value)
	}
	b.WriteByte('}')
	t.add(b.String())
}

func (t *Trace) status(label string, code int, tail string) {
	if t == nil {
		return
	}
	t.add(label, strconv.Itoa(code), tail)
}

// secretHeader reports whether a header's value is kept out of logs.
func secretHeader(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "x-api-key", "cookie", "set-cookie", "proxy-authorization", "x-amz-security-token":
		return true
	}
	return false
}

// mask keeps the last six characters, as API Gateway's logs do.
func mask(s string) string {
	if len(s) <= 6 {
		return strings.Repeat("*", len(s))
	}
	return strings.Repeat("*", len(s)-6) + s[len(s)-6:]
}
