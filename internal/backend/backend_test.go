package backend_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"postern/internal/backend"
	"postern/internal/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newPool returns a pool whose connections end with the test.
func newPool(t *testing.T) *backend.Pool {
	p := &backend.Pool{}
	t.Cleanup(p.CloseIdle)
	return p
}

// within gives a call ten seconds.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// listenTCP has f serve each connection to the address it returns. The numbers
// of connections begin with 0.
func listenTCP(t *testing.T, f func(n int, conn net.Conn, in *bufio.Reader)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { conn.Close() })
			go func() {
				defer conn.Close()
				f(n, conn, bufio.NewReader(conn))
			}()
		}
	}()
	t.Cleanup(func() {
		cancel()
		l.Close()
		<-done
	})
	return l.Addr().String()
}

// readRaw reads a request with its body as bytes, or returns "" at the end.
func readRaw(in *bufio.Reader) string {
	var raw strings.Builder
	length := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return ""
		}
		raw.WriteString(line)
		if v, ok := strings.CutPrefix(strings.ToLower(line), "content-length: "); ok {
			fmt.Sscan(v, &length)
		}
		if line == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		return ""
	}
	return raw.String() + string(body)
}

const plainOK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// recorder answers 200 and hands on what it was sent.
func recorder(t *testing.T) (addr string, requests chan string) {
	requests = make(chan string, 100)
	return listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		for raw := readRaw(in); raw != ""; raw = readRaw(in) {
			requests <- raw
			io.WriteString(conn, plainOK)
		}
	}), requests
}

// replies answers every request on a connection with the same bytes and then
// closes it.
func replies(t *testing.T, raw string) (addr string) {
	return listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		if readRaw(in) != "" {
			io.WriteString(conn, raw)
		}
	})
}

func headerOf(pairs ...string) (h message.Header) {
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestTheRequestIsSentAsGiven(t *testing.T) {
	addr, requests := recorder(t)
	p := newPool(t)
	for _, tt := range []struct {
		name string
		req  backend.Request // its URL without http://host
		want string          // with {host}
	}{
		{
			name: "nothing is added",
			req:  backend.Request{Method: "GET", URL: "/p"},
			want: "GET /p HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "order, spelling and repetition of fields",
			req:  backend.Request{Method: "GET", URL: "/", Header: headerOf("x-b", "1", "X-B", "2", "a", "3", "x-b", "4", "accept-ENCODING", "br")},
			want: "GET / HTTP/1.1\r\nHost: {host}\r\nx-b: 1\r\nX-B: 2\r\na: 3\r\nx-b: 4\r\naccept-ENCODING: br\r\n\r\n",
		},
		{
			name: "Host, and the user agent as it is spelled",
			req:  backend.Request{Method: "GET", URL: "/", Header: headerOf("host", "first", "HOST", "api.test:8080", "user-agent", "u")},
			want: "GET / HTTP/1.1\r\nHost: api.test:8080\r\nuser-agent: u\r\n\r\n",
		},
		{
			name: "the usual user agent",
			req:  backend.Request{Method: "GET", URL: "/", Header: headerOf("User-Agent", "AmazonAPIGateway_x")},
			want: "GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: AmazonAPIGateway_x\r\n\r\n",
		},
		{
			name: "fields of the connection and the framing are ours",
			req: backend.Request{Method: "POST", URL: "/", Body: []byte("b"),
				Header: headerOf("content-length", "99", "Transfer-Encoding", "chunked", "connection", "close", "Keep-Alive", "1")},
			want: "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\n\r\nb",
		},
		{
			name: "fields that may be mapped",
			req: backend.Request{Method: "GET", URL: "/", Header: headerOf(
				"Authorization", "a", "Content-Encoding", "gzip", "Content-MD5", "m", "Date", "d", "Max-Forwards", "1",
				"Range", "r", "Server", "s", "Trailer", "t", "Upgrade", "u", "WWW-Authenticate", "w", "Empty", "")},
			want: "GET / HTTP/1.1\r\nHost: {host}\r\nAuthorization: a\r\nContent-Encoding: gzip\r\nContent-MD5: m\r\nDate: d\r\nMax-Forwards: 1\r\n" +
				"Range: r\r\nServer: s\r\nTrailer: t\r\nUpgrade: u\r\nWWW-Authenticate: w\r\nEmpty: \r\n\r\n",
		},
		{
			name: "an empty POST has a length",
			req:  backend.Request{Method: "POST", URL: "/"},
			want: "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n",
		},
		{
			name: "an empty POST that bears an idempotency key",
			req:  backend.Request{Method: "POST", URL: "/", Header: headerOf("Idempotency-Key", "k")},
			want: "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nIdempotency-Key: k\r\n\r\n",
		},
		{
			name: "an empty DELETE has none",
			req:  backend.Request{Method: "DELETE", URL: "/"},
			want: "DELETE / HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "a GET with a body",
			req:  backend.Request{Method: "GET", URL: "/", Body: []byte("\x00\r\n")},
			want: "GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\n\r\n\x00\r\n",
		},
		{
			name: "the case of the method",
			req:  backend.Request{Method: "get", URL: "/"},
			want: "get / HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "path and query byte for byte",
			req:  backend.Request{Method: "GET", URL: "/a%2fB/%zz/../;x=|{}[]^/\"<>`\\?a=%2F+%&&;=?/{x}|"},
			want: "GET /a%2fB/%zz/../;x=|{}[]^/\"<>`\\?a=%2F+%&&;=?/{x}| HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "no path",
			req:  backend.Request{Method: "GET", URL: ""},
			want: "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "a query without a path",
			req:  backend.Request{Method: "GET", URL: "?q"},
			want: "GET /?q HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "an empty query",
			req:  backend.Request{Method: "GET", URL: "/p?"},
			want: "GET /p? HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "a fragment is not sent",
			req:  backend.Request{Method: "GET", URL: "/p?q#f"},
			want: "GET /p?q HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "two slashes",
			req:  backend.Request{Method: "GET", URL: "//a%2Fb//c?q"},
			want: "GET //a%2Fb//c?q HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
		{
			name: "two slashes and what package url would correct",
			req:  backend.Request{Method: "GET", URL: "//a%zz?q"},
			want: "GET //a%zz?q HTTP/1.1\r\nHost: {host}\r\n\r\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.req.URL = "http://" + addr + tt.req.URL
			res, err := p.HTTP(backend.Options{}).Invoke(within(t), &tt.req)
			if err != nil {
				t.Fatal(err)
			}
			if res.Status != 200 || string(res.Body) != "ok" {
				t.Errorf("got %+v, want 200 ok", res)
			}
			if got, want := <-requests, strings.ReplaceAll(tt.want, "{host}", addr); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestTheResponseIsReadAsSent(t *testing.T) {
	for _, tt := range []struct {
		name, method, raw string
		want              message.Response
	}{
		{
			name: "fields in their order and spelling, repetition kept",
			raw:  "HTTP/1.1 200 OK\r\nx-b: 2\r\nset-COOKIE: a\r\nA: 1\r\nSet-Cookie: b\r\nContent-Length: 1\r\n\r\nx",
			want: message.Response{Status: 200, Header: headerOf("x-b", "2", "set-COOKIE", "a", "A", "1", "Set-Cookie", "b", "Content-Length", "1"), Body: []byte("x")},
		},
		{
			name: "chunks",
			raw:  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nT: 1\r\n\r\n",
			want: message.Response{Status: 200, Body: []byte("abc")},
		},
		{
			name: "a body to the end of the connection",
			raw:  "HTTP/1.0 200 OK\r\n\r\nabc",
			want: message.Response{Status: 200, Body: []byte("abc")},
		},
		{
			name: "a compressed body stays compressed",
			raw:  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x00",
			want: message.Response{Status: 200, Header: headerOf("Content-Encoding", "gzip", "Content-Length", "3"), Body: []byte("\x1f\x8b\x00")},
		},
		{
			name: "a redirect is an answer",
			raw:  "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
			want: message.Response{Status: 302, Header: headerOf("Location", "http://elsewhere/", "Content-Length", "0")},
		},
		{
			name: "204 has no body",
			raw:  "HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n",
			want: message.Response{Status: 204, Header: headerOf("X", "1")},
		},
		{
			name: "304 has no body whatever it declares",
			raw:  "HTTP/1.1 304 Not Modified\r\nContent-Length: 99999999\r\n\r\n",
			want: message.Response{Status: 304, Header: headerOf("Content-Length", "99999999")},
		},
		{
			name: "HEAD has no body whatever it declares", method: "HEAD",
			raw:  "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
			want: message.Response{Status: 200, Header: headerOf("Content-Length", "99999999")},
		},
		{
			name: "informational answers are passed over",
			raw:  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: l\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
			want: message.Response{Status: 201, Header: headerOf("Content-Length", "0")},
		},
		{
			name: "an unusual status",
			raw:  "HTTP/1.1 799 \r\nContent-Length: 0\r\n\r\n",
			want: message.Response{Status: 799, Header: headerOf("Content-Length", "0")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			addr := replies(t, tt.raw)
			if tt.method == "" {
				tt.method = "GET"
			}
			got, err := newPool(t).HTTP(backend.Options{}).Invoke(within(t), &backend.Request{Method: tt.method, URL: "http://" + addr})
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != tt.want.Status || fmt.Sprint(got.Header) != fmt.Sprint(tt.want.Header) || !bytes.Equal(got.Body, tt.want.Body) {
				t.Errorf("got  %+v\nwant %+v", *got, tt.want)
			}
		})
	}
}

func TestBackendsOfEqualOptionsShareConnections(t *testing.T) {
	connections := make(chan int, 10)
	addr := listenTCP(t, func(n int, conn net.Conn, in *bufio.Reader) {
		for readRaw(in) != "" {
			connections <- n
			io.WriteString(conn, plainOK)
		}
	})
	p := newPool(t)
	for _, o := range []backend.Options{{}, {}, {Dial: addr}, {}, {Dial: addr}, {InsecureSkipVerification: true}} {
		if _, err := p.HTTP(o).Invoke(within(t), &backend.Request{Method: "GET", URL: "http://" + addr}); err != nil {
			t.Fatal(err)
		}
	}
	var got []int
	for range 6 {
		got = append(got, <-connections)
	}
	if want := []int{0, 0, 1, 0, 1, 2}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got connections %v, want %v", got, want)
	}
}

func TestDialLeavesTheURLAlone(t *testing.T) {
	addr, requests := recorder(t)
	_, err := newPool(t).HTTP(backend.Options{Dial: addr}).Invoke(within(t), &backend.Request{Method: "GET", URL: "http://nowhere.invalid:8080/p"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := <-requests, "GET /p HTTP/1.1\r\nHost: nowhere.invalid:8080\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	addr, requests := recorder(t)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	_, err := newPool(t).HTTP(backend.Options{Dial: addr}).Invoke(within(t), &backend.Request{Method: "GET", URL: "http://api.test/"})
	if err != nil {
		t.Fatal(err)
	}
	<-requests
}

// TestOnlyHarmlessCallsAreRepeated has the backend close a kept connection as
// the second call arrives on it.
func TestOnlyHarmlessCallsAreRepeated(t *testing.T) {
	for _, tt := range []struct {
		name   string
		req    backend.Request
		repeat bool
	}{
		{"GET", backend.Request{Method: "GET"}, true},
		{"HEAD", backend.Request{Method: "HEAD"}, true},
		{"GET with a body", backend.Request{Method: "GET", Body: []byte("b")}, false},
		{"POST", backend.Request{Method: "POST", Body: []byte("b")}, false},
		{"empty POST", backend.Request{Method: "POST"}, false},
		{"DELETE", backend.Request{Method: "DELETE"}, false},
		{"POST with an idempotency key", backend.Request{Method: "POST", Body: []byte("b"), Header: headerOf("Idempotency-Key", "k")}, false},
		{"empty POST with an idempotency key", backend.Request{Method: "POST", Header: headerOf("X-Idempotency-Key", "k")}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := make(chan int, 10)
			addr := listenTCP(t, func(n int, conn net.Conn, in *bufio.Reader) {
				i := 0
				for raw := readRaw(in); raw != ""; raw = readRaw(in) {
					calls <- n
					if n == 0 && i == 1 {
						return
					}
					i++
					if strings.HasPrefix(raw, "HEAD ") {
						io.WriteString(conn, strings.TrimSuffix(plainOK, "ok"))
						continue
					}
					io.WriteString(conn, plainOK)
				}
			})
			b := newPool(t).HTTP(backend.Options{})
			if _, err := b.Invoke(within(t), &backend.Request{Method: "GET", URL: "http://" + addr}); err != nil {
				t.Fatal(err)
			}
			tt.req.URL = "http://" + addr
			_, err := b.Invoke(within(t), &tt.req)
			if (err == nil) != tt.repeat {
				t.Errorf("got error %v, want a repeated call: %v", err, tt.repeat)
			}
			want := 2
			if tt.repeat {
				want = 3
			} else if e, ok := err.(*backend.Network); !ok || e.Reason != backend.Closed {
				t.Errorf("got error %v, want %s", err, backend.Closed)
			}
			if got := len(calls); got != want {
				t.Errorf("the backend saw %d calls, want %d", got, want)
			}
		})
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	addr, requests := recorder(t)
	go func() {
		for range requests {
		}
	}()
	t.Cleanup(func() { close(requests) })
	b := newPool(t).HTTP(backend.Options{})
	errs := make(chan error)
	for range 50 {
		go func() {
			var err error
			for i := 0; i < 20 && err == nil; i++ {
				var res *message.Response
				if res, err = b.Invoke(context.Background(), &backend.Request{Method: http.MethodPost, URL: "http://" + addr, Body: []byte("b")}); err == nil && string(res.Body) != "ok" {
					err = fmt.Errorf("got %q", res.Body)
				}
			}
			errs <- err
		}()
	}
	for range 50 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
