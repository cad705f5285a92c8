package listen_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"postern/internal/adapter/listen"
	"postern/internal/message"
)

// echo answers with what it was asked.
func echo(_ context.Context, req *message.Request, write func(*message.Response) error) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s ? %s", req.Method, req.Scheme, req.Host, req.Path, req.Query)
	for _, f := range req.Header {
		fmt.Fprintf(&b, " [%s=%s]", f.Name, f.Value)
	}
	fmt.Fprintf(&b, " %q", req.Body)
	return write(&message.Response{Status: 200, Header: message.Header{{Name: "Content-Type", Value: "t"}}, Body: []byte(b.String())})
}

func TestHTTP1KeepsWhatTheClientWrote(t *testing.T) {
	r := gatewayServer(t, echo)
	const head = "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: N|Content-Type: t|"
	for _, tt := range []struct{ name, request, want string }{
		{
			"order, spelling and repetition of fields",
			"GET /p HTTP/1.1\r\nx-B: 1\r\nHost: api.test:80\r\nX-a:2\r\nx-b:  3 \r\nX-B:\r\n\r\n",
			`GET http api.test:80 /p ?  [x-B=1] [Host=api.test:80] [X-a=2] [x-b=3] [X-B=] ""`,
		},
		{
			"path and query byte for byte",
			"GET //a/../%2b+%C3%A9/;x//?a=%20+;b&&c|{}= HTTP/1.1\r\nHost: h\r\n\r\n",
			`GET http h //a/../%2b+%C3%A9/;x// ? a=%20+;b&&c|{}= [Host=h] ""`,
		},
		{
			"a target in absolute form",
			"GET http://other/p?q HTTP/1.1\r\nHost: h\r\n\r\n",
			`GET http other /p ? q [Host=h] ""`,
		},
		{
			"an absolute form without a path",
			"GET http://other?q HTTP/1.1\r\nHost: other\r\n\r\n",
			`GET http other / ? q [Host=other] ""`,
		},
		{
			"a second question mark",
			"GET /p?a?b=/ HTTP/1.1\r\nHost: h\r\n\r\n",
			`GET http h /p ? a?b=/ [Host=h] ""`,
		},
		{
			"a method of its own case",
			"pAtCh / HTTP/1.1\r\nHost: h\r\n\r\n",
			`pAtCh http h / ?  [Host=h] ""`,
		},
		{
			"a body of known length",
			"POST / HTTP/1.1\r\nHost: h\r\ncontent-length: 5\r\n\r\na\r\n\r\n",
			`POST http h / ?  [Host=h] [content-length=5] "a\r\n\r\n"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, in := r.send(t, tt.request)
			got := answer(t, in, "GET")
			want := strings.Replace(head, "N", fmt.Sprint(len(tt.want)), 1) + tt.want
			if got != want {
				t.Errorf("%q:\n got %s\nwant %s", tt.request, got, want)
			}
		})
	}
}

func TestPipelinedRequestsKeepTheirOwnHeads(t *testing.T) {
	r := gatewayServer(t, echo)
	var requests strings.Builder
	for i := range 50 {
		body := strings.Repeat("b", i*97)
		fmt.Fprintf(&requests, "POST /%d HTTP/1.1\r\nHost: h\r\nx-N: %d\r\nContent-Length: %d\r\n\r\n%s", i, i, len(body), body)
	}
	_, in := r.send(t, requests.String())
	for i := range 50 {
		want := fmt.Sprintf("POST http h /%d ?  [Host=h] [x-N=%d] [Content-Length=%d] %q", i, i, i*97, strings.Repeat("b", i*97))
		if got := answer(t, in, "POST"); !strings.HasSuffix(got, "|"+want) {
			t.Fatalf("request %d: got %s, want %s", i, got, want)
		}
	}
}

func TestHeadsMayArriveByteByByte(t *testing.T) {
	r := gatewayServer(t, echo)
	conn, in := r.send(t, "")
	for range 2 {
		for _, b := range []byte("PUT /p HTTP/1.1\r\nHost: h\r\nx-a: 1\r\nContent-Length: 3\r\n\r\nabc") {
			if _, err := conn.Write([]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
		want := `|PUT http h /p ?  [Host=h] [x-a=1] [Content-Length=3] "abc"`
		if got := answer(t, in, "PUT"); !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAChunkedBodyIsReadAndTheConnectionClosed(t *testing.T) {
	r := gatewayServer(t, echo)
	_, in := r.send(t, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailing: 1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
	got := answer(t, in, "POST")
	want := `POST http h / ?  [Host=h] [Transfer-Encoding=chunked] "abcde"`
	if !strings.HasSuffix(got, want) || !strings.Contains(got, "|Connection: close|") {
		t.Errorf("got %s, want %s and a close", got, want)
	}
	wantClosed(t, in)
}

func TestAmbiguousRequestsAreRefused(t *testing.T) {
	asked := make(chan string, 100)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked <- r.URL.Path })
	r := serve(t, h, false)
	const next = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, tt := range []struct{ name, head string }{
		{"length and coding", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"},
		{"coding and length", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\ncontent-length: 6\r\n\r\n0\r\n\r\n"},
		{"two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
		{"two equal lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na"},
		{"a list of lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\na"},
		{"a signed length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\na"},
		{"an empty length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\na"},
		{"a long length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\na"},
		{"two codings", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"another coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
		{"an odd spelling of a coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"},
		{"a coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"a folded line", "POST / HTTP/1.1\r\nHost: h\r\nX: a\r\n Content-Length: 1\r\n\r\na"},
		{"a space before the colon", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\na"},
		{"lines without CR", "POST / HTTP/1.1\nHost: h\nContent-Length: 1\n\na"},
		{"one line without CR", "POST / HTTP/1.1\r\nHost: h\nContent-Length: 1\r\n\r\na"},
		{"a CR in a line", "POST / HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 1\r\n\r\n"},
		{"no name", "POST / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n"},
		{"no host", "GET / HTTP/1.1\r\n\r\n"},
		{"an odd version", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, in := r.send(t, tt.head+next)
			status, err := in.ReadString('\n')
			if err != nil || !strings.Contains(status, " 400 ") && !strings.Contains(status, " 501 ") && !strings.Contains(status, " 505 ") {
				t.Errorf("%q: got %q, %v, want 400, 501 or 505", tt.head, status, err)
			}
			if _, err := io.Copy(io.Discard, in); err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("%q: the connection stays open: %v", tt.head, err)
			}
			select {
			case path := <-asked:
				t.Errorf("%q: the handler was asked for %s", tt.head, path)
			default:
			}
		})
	}
}

func TestHTTP2KeepsLowerCase(t *testing.T) {
	for name, tt := range map[string]struct {
		secured bool
		set     func(*http.Protocols)
		want    string
	}{
		"over TLS": {true, func(p *http.Protocols) { p.SetHTTP2(true) }, "https"},
		"plain":    {false, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, "http"},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, &listen.Handler{Gateway: gateway(echo)}, tt.secured)
			req, err := http.NewRequest("POST", tt.want+"://"+r.addr+"/a%2Fb?q=1", strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header["X-Two"] = []string{"1", "2"}
			req.Header["User-Agent"] = []string{"u"}
			req.Header["Accept-Encoding"] = []string{"identity"}
			res, err := client(t, tt.set).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			got, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf(`POST %s %s /a%%2Fb ? q=1 [Host=%s] [accept-encoding=identity] [content-length=4] [user-agent=u] [x-two=1] [x-two=2] "body"`, tt.want, r.addr, r.addr)
			if string(got) != want || res.ProtoMajor != 2 {
				t.Errorf("got %s over %s, want %s", got, res.Proto, want)
			}
		})
	}
}

func TestTheConnectionIsDescribed(t *testing.T) {
	got := make(chan *message.Request, 1)
	g := gateway(func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		got <- req
		return ok(ctx, req, write)
	})
	r := serve(t, &listen.Handler{Gateway: g}, true)
	res, err := client(t, func(p *http.Protocols) { p.SetHTTP1(true) }).Get("https://" + r.addr)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	req := <-got
	_, port, _ := net.SplitHostPort(r.addr)
	if req.Peer != "127.0.0.1" || req.Port != port || req.Received.IsZero() || req.Scheme != "https" {
		t.Errorf("got %+v, want peer 127.0.0.1, port %s, https and a time", req, port)
	}
	if req.TLS == nil || req.TLS.Version != "TLSv1.3" || req.TLS.CipherSuite != "TLS_AES_128_GCM_SHA256" {
		t.Errorf("got %+v, want TLSv1.3 and its cipher suite", req.TLS)
	}
	if req.Header[0].Name != "Host" || res.Header.Get("Connection") != "keep-alive" {
		t.Errorf("got request %q, response %q: HTTP/1.1 over TLS lost its head", req.Header, res.Header)
	}
}

func TestAHandlerAloneKnowsCanonicalNames(t *testing.T) {
	w := httptest.NewRecorder()
	req := httptest.NewRequest("POST", "/p?q", strings.NewReader("body"))
	req.Header["X-B"] = []string{"1", "2"}
	req.Header["A"] = []string{"3"}
	(&listen.Handler{Gateway: gateway(echo)}).ServeHTTP(w, req)
	want := `POST http example.com /p ? q [Host=example.com] [A=3] [X-B=1] [X-B=2] "body"`
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("got %d %s, want 200 %s", w.Code, w.Body, want)
	}
}

// A bareWriter is an http.ResponseWriter and nothing else, as behind a
// middleware.
type bareWriter struct{ http.ResponseWriter }

func TestAHandlerAloneNeedsNoFlusher(t *testing.T) {
	var failed error
	w := httptest.NewRecorder()
	h := &listen.Handler{Gateway: gateway(func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		failed = ok(ctx, req, write)
		return failed
	})}
	h.ServeHTTP(bareWriter{w}, httptest.NewRequest("GET", "/", nil))
	if failed != nil || w.Body.String() != "ok" {
		t.Errorf("got %v and %q, want ok", failed, w.Body)
	}
}
