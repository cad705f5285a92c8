package wire

import (
	"bufio"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"postern/internal/message"
)

func TestParse(t *testing.T) {
	const text = "POST /a%2F//b;c?d=%zz?{} HTTP/1.1\r\nhOST: h:80\r\nx-A:1\r\nX-a: \t2 3\t \r\nEmpty:\r\nConnection: Keep-Alive\r\nContent-Length: 12\r\n\r\n"
	var h Head
	for range 2 { // the second time with what the first one left
		if !h.Parse(text) {
			t.Fatal("an ordinary request is odd")
		}
		want := message.Header{{Name: "hOST", Value: "h:80"}, {Name: "x-A", Value: "1"}, {Name: "X-a", Value: "2 3"}, {Name: "Empty"},
			{Name: "Connection", Value: "Keep-Alive"}, {Name: "Content-Length", Value: "12"}}
		if h.Method != "POST" || h.Path != "/a%2F//b;c" || h.Query != "d=%zz?{}" || h.Host != "h:80" || h.Length != 12 || h.Close ||
			h.URL != len("/a%2F//b;c?d=%zz?{}") || !slices.Equal(h.Fields, want) {
			t.Errorf("got %+v", h)
		}
		size := 0
		for _, f := range want {
			size += len(f.Name) + len(f.Value) + 4
		}
		if h.Size != size {
			t.Errorf("the fields have %d bytes, want %d", h.Size, size)
		}
	}
}

// What stands here is for net/http, which refuses most of it.
var odd = []string{
	"GET / HTTP/1.0\r\nHost: h\r\n\r\n",
	"GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
	"GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET / x HTTP/1.1\r\nHost: h\r\n\r\n",
	" / HTTP/1.1\r\nHost: h\r\n\r\n",
	"G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
	"CONNECT /p HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /% HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /%2 HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /%2?0 HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /\" HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /{ HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /# HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /?\x01 HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /?\x7f HTTP/1.1\r\nHost: h\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\n",
	"GET / HTTP/1.1\r\n\r\n",
	"GET / HTTP/1.1\r\nHost:\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h/\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h i\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX : x\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\n\tX: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX: a\rY: b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX: a\nY: b\r\n\r\n",
	"GET / HTTP/1.1\nHost: h\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX: \x00\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX\xc3: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nConnection: close, te\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nTrailer: x\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nTRANSFER-ENCODING: chunked\r\nContent-Length: 1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\ncontent-length: 0\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1 1\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
}

func TestOddHeads(t *testing.T) {
	for _, text := range odd {
		var h Head
		if h.Parse(text) {
			t.Errorf("%q is taken as %+v", text, h)
		}
	}
}

func TestEnd(t *testing.T) {
	const head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, tt := range []struct {
		name, text string
		n          int
		odd        bool
	}{
		{"nothing", "", 0, false},
		{"a part", head[:len(head)-1], 0, false},
		{"a head", head, len(head), false},
		{"a head and more", head + "body\n", len(head), false},
		{"a bare line feed", "GET / HTTP/1.1\nHost: h", 0, true},
		{"nothing but a line feed", "\n", 0, true},
		{"lines that do not end the head", "\r\nGET / HTTP/1.1\r\n", 0, false},
	} {
		if n, odd := End([]byte(tt.text), 0); n != tt.n || odd != tt.odd {
			t.Errorf("%s: got %d, %t, want %d, %t", tt.name, n, odd, tt.n, tt.odd)
		}
		// Byte by byte it comes to the same.
		n, odd := 0, false
		for i := 1; i <= len(tt.text) && n == 0 && !odd; i++ {
			n, odd = End([]byte(tt.text[:i]), i-1)
		}
		if n != tt.n || odd != tt.odd {
			t.Errorf("%s, byte by byte: got %d, %t, want %d, %t", tt.name, n, odd, tt.n, tt.odd)
		}
	}
}

// FuzzParse compares what is taken with what net/http makes of it.
func FuzzParse(f *testing.F) {
	f.Add("GET /a%2F//b;c?d=%zz?{} HTTP/1.1\r\nHost: h:80\r\nx-A:1\r\nX-a: \t2 3\t \r\nEmpty:\r\nConnection: Close\r\n\r\n")
	f.Add("POST / HTTP/1.1\r\nHOST: h\r\ncontent-length: 03\r\n\r\nabc")
	for _, text := range odd {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, _ := End([]byte(text), 0)
		if n == 0 {
			return
		}
		var h Head
		if !h.Parse(text[:n]) {
			return
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			t.Fatalf("%q: net/http refuses it: %v", text, err)
		}
		target := h.Path
		if h.URL > len(h.Path) {
			target += "?" + h.Query
		}
		if r.Method != h.Method || r.RequestURI != target || r.URL.EscapedPath() != h.Path || r.URL.RawQuery != h.Query ||
			r.Host != h.Host || r.ProtoMinor != 1 || r.ContentLength != h.Length || len(r.TransferEncoding) > 0 || r.Close != h.Close {
			t.Fatalf("%q: got %+v, net/http %+v", text, h, r)
		}
		if !httpguts.ValidHostHeader(h.Host) || r.Header.Get("Expect")+r.Header.Get("Upgrade") != "" {
			t.Fatalf("%q: got %+v", text, h)
		}
		fields := map[string][]string{}
		for _, f := range h.Fields {
			if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
				t.Fatalf("%q: net/http's server refuses %q", text, f)
			}
			name := textproto.CanonicalMIMEHeaderKey(f.Name)
			fields[name] = append(fields[name], f.Value)
		}
		if len(fields["Host"]) != 1 {
			t.Fatalf("%q: hosts %q", text, fields["Host"])
		}
		delete(fields, "Host")
		if r.Header.Get("Pragma") == "no-cache" {
			delete(r.Header, "Cache-Control") // which net/http may have added
			delete(fields, "Cache-Control")
		}
		if len(fields) != len(r.Header) {
			t.Fatalf("%q: got %q, net/http %q", text, fields, r.Header)
		}
		for name, values := range fields {
			if !slices.Equal(values, r.Header[name]) {
				t.Fatalf("%q: %s: got %q, net/http %q", text, name, values, r.Header[name])
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	head := []byte("GET /_aws/execute-api/bench00000/prod/mock?a=b HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nUser-Agent: Go-http-client/1.1\r\nAccept: application/json\r\nX-Api-Key: abcdefghijklmnop\r\nAccept-Encoding: gzip\r\n\r\n")
	var h Head
	b.ReportAllocs()
	for b.Loop() {
		n, _ := End(head, 0)
		if !h.Parse(string(head[:n])) {
			b.Fatal("odd")
		}
	}
}
