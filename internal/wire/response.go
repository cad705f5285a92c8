package wire

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"postern/internal/message"
)

// A ResponseHead is what stands before the body of a response.
type ResponseHead struct {
	Status int
	Fields message.Header // those that Framing owns are left out
	Length int            // bytes of the body to declare; negative: none is declared
	Close  bool           // no further answer follows
}

// AppendTo appends the head with its empty line; date is for one that has no
// Date of its own. Chosen: Date, Content-Type,
// Content-Length and Connection stand first, as API Gateway writes them; the
// other fields follow in their order.
//
// A field cannot become two: line breaks and NUL in a value are spaces, and what
// has no name that is one is left out.
func (h *ResponseHead) AppendTo(dst []byte, date string) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(h.Status), 10)
	if text := http.StatusText(h.Status); text != "" {
		dst = append(dst, ' ')
		dst = append(dst, text...)
	} else { // as net/http has it
		dst = append(dst, " status code "...)
		dst = strconv.AppendInt(dst, int64(h.Status), 10)
	}
	dst = append(dst, "\r\n"...)
	dated, typed := false, -1
	for i := range h.Fields {
		switch name := h.Fields[i].Name; len(name) {
		case len("Date"):
			dated = dated || equal(name, "date")
		case len("Content-Type"):
			if typed < 0 && equal(name, "content-type") {
				typed = i
			}
		}
	}
	if !dated {
		dst = append(dst, "Date: "...)
		dst = append(dst, date...)
		dst = append(dst, "\r\n"...)
	}
	if typed >= 0 && h.Status != http.StatusNotModified { // of what the client has
		dst = appendField(dst, h.Fields[typed])
	}
	if h.Length >= 0 {
		dst = append(dst, "Content-Length: "...)
		dst = strconv.AppendInt(dst, int64(h.Length), 10)
		dst = append(dst, "\r\n"...)
	}
	if h.Close {
		dst = append(dst, "Connection: close\r\n"...)
	} else {
		dst = append(dst, "Connection: keep-alive\r\n"...)
	}
	for i := range h.Fields {
		if i != typed && !Framing(h.Fields[i].Name) {
			dst = appendField(dst, h.Fields[i])
		}
	}
	return append(dst, "\r\n"...)
}

func appendField(dst []byte, f message.Field) []byte {
	if f.Name == "" || !all(f.Name, inToken) {
		return dst
	}
	dst = append(dst, f.Name...)
	dst = append(dst, ": "...)
	start := len(dst)
	dst = append(dst, trim(f.Value)...)
	for i := start; i < len(dst); i++ {
		if c := dst[i]; c == '\r' || c == '\n' || c == 0 {
			dst[i] = ' '
		}
	}
	return append(dst, "\r\n"...)
}

// Dates are values of Date, made once a second. The zero Dates is ready. It is
// safe for concurrent use.
type Dates struct{ last atomic.Pointer[date] }

type date struct {
	second int64
	text   string
}

// At returns the Date of a time.
func (d *Dates) At(now time.Time) string {
	last := d.last.Load()
	if last == nil || last.second != now.Unix() {
		last = &date{now.Unix(), now.UTC().Format(http.TimeFormat)}
		d.last.Store(last)
	}
	return last.text
}
