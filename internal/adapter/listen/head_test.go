package listen

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"postern/internal/wire"
)

// A chunkedConn is a connection that gives its bytes in pieces.
type chunkedConn struct {
	net.Conn // nil: only Read is called
	in       *bytes.Reader
	size     int
}

func (c *chunkedConn) Read(p []byte) (int, error) {
	return c.in.Read(p[:min(len(p), c.size)])
}

// FuzzHead compares what is seen of requests with what net/http makes of them.
// Where it differs, net/http must refuse, or the head must be ambiguous: else
// two requests would be told apart differently.
func FuzzHead(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\nx-A: 1\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
		"\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\nPOST / HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.0\r\nHost: h\r\ntransfer-encoding: chunked\r\nContent-Length: 01\r\n\r\n0",
		"GET / HTTP/1.1\nHost: h\nX: a\n b\n\n",
		"GET / HTTP/1.1\r\nHost: h\r\nX : 1\r\nY:\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: h\r\n \r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		f.Add(s, byte(3))
	}
	f.Fuzz(func(t *testing.T, raw string, size byte) {
		c := &headConn{Conn: &chunkedConn{in: bytes.NewReader([]byte(raw)), size: int(size)%64 + 1}}
		var passed bytes.Buffer
		r := bufio.NewReader(io.TeeReader(c, &passed))
		for range 20 {
			req, err := http.ReadRequest(r)
			if err != nil || req.ProtoMajor != 1 {
				break
			}
			head := c.latest
			if head == nil {
				t.Fatalf("%q: net/http read a request, no head was seen", raw)
			}
			if head.ambiguous {
				break
			}
			chunked := len(req.TransferEncoding) > 0
			if chunked != head.mustClose {
				t.Fatalf("%q: chunked %v, closing %v", raw, chunked, head.mustClose)
			}
			if !chunked && c.body != req.ContentLength {
				t.Fatalf("%q: %d bytes of body are expected, %d by net/http", raw, c.body, req.ContentLength)
			}
			if r.Buffered() > 0 {
				t.Fatalf("%q: a read went %d bytes beyond the end of a head", raw, r.Buffered())
			}
			compareFields(t, raw, head, req)
			if _, err := io.Copy(io.Discard, req.Body); err != nil || head.mustClose {
				break
			}
			if r.Buffered() > 0 {
				t.Fatalf("%q: a read went %d bytes beyond the end of a body", raw, r.Buffered())
			}
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Fatal(err)
		}
		if passed.String() != raw {
			t.Fatalf("got %q through, want %q", &passed, raw)
		}
	})
}

// FuzzOrdinaryHead compares what a lane takes with what is seen of it on the way
// to net/http.
func FuzzOrdinaryHead(f *testing.F) {
	f.Add("POST /p?q HTTP/1.1\r\nHost: h\r\nx-A: \t1 2\t\r\nContent-Length: 03\r\n\r\n")
	f.Add("GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n")
	f.Add("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n")
	f.Fuzz(func(t *testing.T, raw string) {
		n, _ := wire.End([]byte(raw), 0)
		var h wire.Head
		if n == 0 || !h.Parse(raw[:n]) {
			return
		}
		seen, body := parseHead(raw[:n])
		if seen == nil || seen.ambiguous || seen.mustClose || body != h.Length || !slices.Equal(seen.fields, h.Fields) {
			t.Fatalf("%q: a lane takes %+v, seen is %+v and a body of %d bytes", raw, h, seen, body)
		}
	})
}

// compareFields checks that the fields seen are those of net/http, but for what
// net/http takes away.
func compareFields(t *testing.T, raw string, head *head, req *http.Request) {
	t.Helper()
	seen := map[string][]string{}
	for _, f := range head.fields {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		seen[name] = append(seen[name], f.Value)
	}
	for name, values := range req.Header {
		if got, want := strings.Join(seen[name], "|"), strings.Join(values, "|"); got != want {
			t.Fatalf("%q: %s is %q, want %q", raw, name, got, want)
		}
		delete(seen, name)
	}
	for _, name := range []string{"Host", "Transfer-Encoding", "Trailer", "Content-Length"} {
		delete(seen, name)
	}
	if len(seen) > 0 {
		t.Fatalf("%q: net/http does not know %q", raw, seen)
	}
}
