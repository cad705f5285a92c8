package wire

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http/httpguts"

	"postern/internal/message"
)

func TestResponseHead(t *testing.T) {
	for _, tt := range []struct {
		name string
		head ResponseHead
		want string // without Date
	}{
		{
			name: "type, length and connection first, the rest in its order",
			head: ResponseHead{Status: 200, Length: 7, Fields: message.Header{{Name: "x-b", Value: "1"}, {Name: "A", Value: "2"},
				{Name: "content-type", Value: "t"}, {Name: "x-b", Value: "3"}, {Name: "Content-Type", Value: "u"}}},
			want: "HTTP/1.1 200 OK|content-type: t|Content-Length: 7|Connection: keep-alive|x-b: 1|A: 2|x-b: 3|Content-Type: u||",
		},
		{
			name: "no length, no further answer",
			head: ResponseHead{Status: 204, Length: -1, Close: true},
			want: "HTTP/1.1 204 No Content|Connection: close||",
		},
		{
			name: "framing is ours",
			head: ResponseHead{Status: 299, Fields: message.Header{{Name: "CONNECTION", Value: "x"}, {Name: "Keep-alive", Value: "x"}, {Name: "proxy-connection", Value: "x"},
				{Name: "Upgrade", Value: "x"}, {Name: "content-Length", Value: "x"}, {Name: "transfer-encoding", Value: "x"}, {Name: "Trailer", Value: "x"}, {Name: "Trailing", Value: "x"}}},
			want: "HTTP/1.1 299 status code 299|Content-Length: 0|Connection: keep-alive|Trailing: x||",
		},
		{
			name: "nothing is injected",
			head: ResponseHead{Status: 200, Fields: message.Header{{Name: "A", Value: "\r\n b\r\nC: d\x00e\r\n"}, {Name: "B\r\nC", Value: "d"}, {Name: "", Value: "d"},
				{Name: "B ", Value: "d"}, {Name: "B:", Value: "d"}, {Name: "Content-Type", Value: "a\nb"}}},
			want: "HTTP/1.1 200 OK|Content-Type: a b|Content-Length: 0|Connection: keep-alive|A: b  C: d e||",
		},
		{
			name: "another Date",
			head: ResponseHead{Status: 200, Fields: message.Header{{Name: "date", Value: "today"}}},
			want: "HTTP/1.1 200 OK|Content-Length: 0|Connection: keep-alive|date: today||",
		},
	} {
		lines := strings.Split(string(tt.head.AppendTo(nil, "then")), "\r\n")
		if lines[1] == "Date: then" {
			lines = slices.Delete(lines, 1, 2)
		} else if !tt.head.Fields.Has("Date") {
			t.Errorf("%s: no date in %q", tt.name, lines)
		}
		if got := strings.Join(lines, "|"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestDates(t *testing.T) {
	var d Dates
	at := time.Date(2026, 11, 25, 23, 59, 59, 999, time.FixedZone("", 3600))
	for range 2 {
		for _, tt := range []struct {
			at   time.Time
			want string
		}{{at, "Wed, 25 Nov 2026 22:59:59 GMT"}, {at.Add(time.Second), "Wed, 25 Nov 2026 23:00:00 GMT"}} {
			if got := d.At(tt.at); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		}
	}
}

// FuzzResponse writes any field and reads it again by net/http: it is one field,
// or none.
func FuzzResponse(f *testing.F) {
	f.Add(200, "X", "a\r\nY: b")
	f.Add(204, "Z\r\nQ", "\x00")
	f.Add(304, "Content-Type", " a ")
	f.Fuzz(func(t *testing.T, status int, name, value string) {
		if status < 200 || status > 999 {
			return
		}
		h := ResponseHead{Status: status, Fields: message.Header{{Name: name, Value: value}}}
		out := h.AppendTo(nil, "then")
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(out)), nil)
		if err != nil {
			if httpguts.ValidHeaderFieldValue(value) {
				t.Fatalf("%q: %v", out, err)
			}
			return
		}
		for _, known := range []string{"Date", "Content-Length", "Connection", name, http.CanonicalHeaderKey(name)} {
			delete(res.Header, known)
		}
		if len(res.Header) > 0 || bytes.Count(out, []byte("\r\n\r\n")) != 1 || !bytes.HasSuffix(out, []byte("\r\n\r\n")) {
			t.Fatalf("%q: what else is there is %q", out, res.Header)
		}
	})
}

func BenchmarkResponse(b *testing.B) {
	h := ResponseHead{Status: 200, Length: 70, Fields: message.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Amzn-Trace-Id", Value: "Root=1-69268c5a-2bd4f1a53a5c7a6d5b1e2f3a"},
		{Name: "x-amzn-RequestId", Value: "7c5a2b1e-0d8f-4c55-9e3f-1a2b3c4d5e6f"}, {Name: "x-amz-apigw-id", Value: "AbCdEfGhIjKlMnO="}}}
	var dates Dates
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = h.AppendTo(buf[:0], dates.At(time.Now()))
	}
}
