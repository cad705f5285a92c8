package backend

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
)

// FuzzParseHead checks that what is taken for a head is one to net/http too, of
// the same meaning.
func FuzzParseHead(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HTTP/1.0 404 \r\nConnection: keep-alive\r\n\r\n",
		"HTTP/1.1 200 OK\nX: a\n b\n\tc\nTransfer-Encoding: chunked\n\n", "HTTP/1.1 204 No Content\r\nTrailer: x\r\nx-Y:  z \r\nX-y: 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\nTransfer-Encoding: Chunked\r\n\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// What head reads: lines to the first empty one.
		end := strings.Index(text, "\n\n")
		if other := strings.Index(text, "\n\r\n"); other >= 0 && (end < 0 || other < end) {
			end = other + 1
		}
		if end < 0 {
			return
		}
		text = text[:end+2]
		h, err := parseHead(text)
		if err != nil {
			return
		}
		// Ours is stricter in what is a field; theirs needs an empty line in the end.
		res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text+"\r\n\r\n")), &http.Request{Method: "HEAD"})
		if err != nil {
			t.Fatalf("%q: net/http says %v", text, err)
		}
		if res.StatusCode != h.status {
			t.Errorf("%q: got status %d, net/http has %d", text, h.status, res.StatusCode)
		}
		got := http.Header{}
		for _, f := range h.fields {
			got.Add(f.Name, f.Value)
		}
		for name, values := range got {
			if name == "Content-Length" {
				continue // trimmed and checked, each in its way
			}
			want := res.Header[name]
			for i := range want {
				want[i] = strings.Trim(want[i], " \t") // a folded line may be empty
			}
			if strings.Join(values, "\n") != strings.Join(want, "\n") {
				t.Errorf("%q: got %s %q, net/http has %q", text, name, values, want)
			}
		}
		if chunked := len(res.TransferEncoding) > 0; chunked != h.chunked {
			t.Errorf("%q: got chunked %v, net/http has %v", text, h.chunked, chunked)
		}
	})
}
