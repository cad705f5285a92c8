package backend_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"postern/internal/backend"
	"postern/internal/message"
)

const network = "Execution failed due to a network error communicating with endpoint: "

func TestBrokenConnectionsHaveTheirReason(t *testing.T) {
	reset := func(conn net.Conn) {
		if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
			t.Error(err)
		}
		conn.Close()
	}
	reply := func(raw string) func(net.Conn, *bufio.Reader) {
		return func(conn net.Conn, in *bufio.Reader) {
			if readRaw(in) != "" {
				io.WriteString(conn, raw)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		scheme string
		serve  func(net.Conn, *bufio.Reader)
		want   string
	}{
		{name: "closed at once", serve: func(c net.Conn, in *bufio.Reader) {
			// Closing with the request unread would reset the connection.
			if err := c.(*net.TCPConn).CloseWrite(); err != nil {
				t.Error(err)
			}
			io.Copy(io.Discard, in)
		}, want: backend.Closed},
		{name: "closed without an answer", serve: reply(""), want: backend.Closed},
		{name: "closed within the status", serve: reply("HTTP/1.1 2"), want: backend.NotHTTP},
		{name: "closed within the header", serve: reply("HTTP/1.1 200 OK\r\nX: 1\r\n"), want: backend.Closed},
		{name: "closed within the body", serve: reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), want: backend.Closed},
		{name: "closed within a chunk", serve: reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"), want: backend.Closed},
		{name: "reset before the answer", serve: func(c net.Conn, in *bufio.Reader) { readRaw(in); reset(c) }, want: backend.Reset},
		{name: "reset within the body", serve: func(c net.Conn, in *bufio.Reader) {
			reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")(c, in)
			reset(c)
		}, want: backend.Reset},
		{name: "closed within the handshake", scheme: "https", serve: func(c net.Conn, in *bufio.Reader) { in.ReadByte() }, want: backend.Closed},
		{name: "plain HTTP behind https", scheme: "https", serve: func(c net.Conn, in *bufio.Reader) {
			in.ReadByte()
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
			io.Copy(io.Discard, in)
		}, want: backend.NotTLS},
		{name: "no HTTP", serve: reply("220 mail.test ESMTP\r\n"), want: backend.NotHTTP},
		{name: "no status", serve: reply("HTTP/1.1 OK\r\n\r\n"), want: backend.NotHTTP},
		{name: "a status below 100", serve: reply("HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"), want: backend.NotHTTP},
		{name: "a field without colon", serve: reply("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"), want: backend.NotHTTP},
		{name: "two lengths", serve: reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), want: backend.NotHTTP},
		{name: "a length that is none", serve: reply("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab"), want: backend.NotHTTP},
		{name: "a chunk that is none", serve: reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), want: backend.NotHTTP},
		{name: "a switch of protocols", serve: reply("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), want: backend.NotHTTP},
		{name: "a header without end", serve: func(c net.Conn, in *bufio.Reader) {
			readRaw(in)
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := io.WriteString(c, "X: "+strings.Repeat("a", 1000)+"\r\n"); err != nil {
					return
				}
			}
		}, want: backend.NotHTTP},
	} {
		t.Run(tt.name, func(t *testing.T) {
			addr := listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) { tt.serve(conn, in) })
			if tt.scheme == "" {
				tt.scheme = "http"
			}
			// POST, which is not repeated.
			_, err := newPool(t).HTTP(backend.Options{}).Invoke(within(t), &backend.Request{Method: "POST", URL: tt.scheme + "://" + addr, Body: []byte("b")})
			e, ok := errors.AsType[*backend.Network](err)
			if !ok || e.Reason != tt.want || err.Error() != network+tt.want {
				t.Errorf("got %T %v, want %s", err, err, network+tt.want)
			}
			if ok {
				t.Logf("beneath: %v", e.Err)
			}
		})
	}
}

func TestARefusedConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	for _, o := range []backend.Options{{}, {Dial: addr}} {
		_, err = newPool(t).HTTP(o).Invoke(within(t), &backend.Request{Method: "GET", URL: "http://" + addr})
		if want := network + "Connection refused"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestTheDeadlineCoversTheWholeCall(t *testing.T) {
	block := make(chan struct{})
	defer close(block)
	reply := func(raw string) func(net.Conn, *bufio.Reader) {
		return func(conn net.Conn, in *bufio.Reader) {
			readRaw(in)
			io.WriteString(conn, raw)
			<-block
		}
	}
	stalled := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	for _, tt := range []struct {
		name     string
		scheme   string
		host     string // else that of serve
		body     int
		serve    func(net.Conn, *bufio.Reader)
		resolver *net.Resolver
	}{
		{name: "looking up the host", host: "stalls.test", resolver: stalled},
		{name: "the handshake", scheme: "https", serve: func(net.Conn, *bufio.Reader) { <-block }},
		{name: "writing the body", body: 64 << 20, serve: func(net.Conn, *bufio.Reader) { <-block }},
		{name: "waiting for the answer", serve: reply("")},
		{name: "reading the header", serve: reply("HTTP/1.1 200 OK\r\nX: 1")},
		{name: "reading the body", serve: reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")},
		{name: "reading a body that drips", serve: func(conn net.Conn, in *bufio.Reader) {
			readRaw(in)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for range tick.C {
				if _, err := io.WriteString(conn, "x"); err != nil {
					return
				}
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t)
			p.Resolver = tt.resolver
			p.MaxResponse = 1 << 40
			if tt.host == "" {
				tt.host = listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) { tt.serve(conn, in) })
			}
			if tt.scheme == "" {
				tt.scheme = "http"
			}
			const timeout = 50 * time.Millisecond
			begin := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			_, err := p.HTTP(backend.Options{}).Invoke(ctx, &backend.Request{Method: "POST", URL: tt.scheme + "://" + tt.host, Body: make([]byte, tt.body)})
			took := time.Since(begin)
			if _, ok := err.(*backend.Timeout); !ok || err.Error() != "Execution failed due to a timeout error" {
				t.Errorf("got %T %v, want a timeout", err, err)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v does not unwrap to the deadline", errors.Unwrap(err))
			}
			if took < timeout || took > timeout+20*time.Second {
				t.Errorf("took %v, want little more than %v", took, timeout)
			}
		})
	}
}

func TestADeadlineThatHasPassedCallsNobody(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	_, err := newPool(t).HTTP(backend.Options{}).Invoke(ctx, &backend.Request{Method: "GET", URL: "http://127.0.0.1:1"})
	if _, ok := err.(*backend.Timeout); !ok {
		t.Errorf("got %T %v, want a timeout", err, err)
	}
}

func TestACallThatIsCanceledIsNoTimeout(t *testing.T) {
	called := make(chan bool)
	block := make(chan bool)
	defer close(block)
	addr := listenTCP(t, func(_ int, _ net.Conn, in *bufio.Reader) {
		readRaw(in)
		called <- true
		<-block
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-called
		cancel()
	}()
	_, err := newPool(t).HTTP(backend.Options{}).Invoke(ctx, &backend.Request{Method: "GET", URL: "http://" + addr})
	if err != context.Canceled {
		t.Errorf("got %T %v, want context.Canceled", err, err)
	}
}

func TestTheResponseHasALimit(t *testing.T) {
	const limit = 1000
	body := strings.Repeat("b", 2*limit)
	chunked := func(n int) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", n, body[:n])
	}
	declared := func(n int) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", n, body[:min(n, len(body))])
	}
	for _, tt := range []struct {
		name, raw string
		length    int64 // 0: it fits
	}{
		{name: "declared, at the limit", raw: declared(limit)},
		{name: "declared, beyond the limit", raw: declared(limit + 1), length: limit + 1},
		{name: "declared and never sent", raw: declared(20_000_000_000), length: 20_000_000_000},
		{name: "chunked, at the limit", raw: chunked(limit)},
		{name: "chunked, beyond the limit", raw: chunked(2 * limit), length: limit + 1},
		{name: "to the end, at the limit", raw: "HTTP/1.0 200 OK\r\n\r\n" + body[:limit]},
		{name: "to the end, beyond the limit", raw: "HTTP/1.0 200 OK\r\n\r\n" + body, length: limit + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t)
			p.MaxResponse = limit
			res, err := p.HTTP(backend.Options{}).Invoke(within(t), &backend.Request{Method: "GET", URL: "http://" + replies(t, tt.raw)})
			if tt.length == 0 {
				if err != nil || len(res.Body) != limit {
					t.Errorf("got %v, want %d bytes", err, limit)
				}
				return
			}
			want := fmt.Sprintf("Execution failed due to configuration error: Integration response of reported length %d is larger than allowed maximum of 1000 bytes.", tt.length)
			if e, ok := err.(*backend.TooLarge); !ok || e.Length != tt.length || err.Error() != want {
				t.Errorf("got %T %v, want %s", err, err, want)
			}
		})
	}
	if backend.MaxResponse != 10_485_760 {
		t.Errorf("the usual limit is %d", backend.MaxResponse)
	}
}

func TestURLsThatCannotBeCalled(t *testing.T) {
	p := newPool(t)
	p.Resolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network in tests")
	}}
	for _, raw := range []string{
		"", "/path", "//host/path", "host/path", "ftp://host/", "http:/host", "http://", "http:///path", "http://?q", "https://:443/",
		"http://user:secret@host/", "http://host:/", "http://host:0/", "http://host:65536/", "http://host:8080x/", "http://ho st/",
		"http://host/a b", "http://host/\r\nX: 1", "http://host/\x00", "http://host/é", "http://hôst/", "http://[::1/", "http://[fe80::1%25lo]/",
		"http://[host]/", "http://a[::1]/", "http://" + strings.Repeat("a", 254) + "/", "http://${stageVariables.host}/", "http://{host}/",
		"http://nowhere.test/",
		"http://169.254.169.254/latest/meta-data/", "http://169.254.0.1/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
		"http://[::ffff:169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "https://169.254.170.2/",
	} {
		_, err := p.HTTP(backend.Options{}).Invoke(within(t), &backend.Request{Method: "GET", URL: raw})
		if _, ok := err.(*backend.InvalidEndpoint); !ok || err.Error() != "Execution failed due to configuration error: Invalid endpoint address" {
			t.Errorf("%q: got %T %v, want an invalid endpoint", raw, err, err)
			continue
		}
		t.Logf("%q: %v", raw, errors.Unwrap(err))
	}
	_, err := p.HTTP(backend.Options{Dial: "169.254.169.254:80"}).Invoke(within(t), &backend.Request{Method: "GET", URL: "http://host/"})
	if _, ok := err.(*backend.InvalidEndpoint); !ok {
		t.Errorf("by way of Dial: got %T %v, want an invalid endpoint", err, err)
	}
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	b := newPool(t).HTTP(backend.Options{})
	for _, req := range []backend.Request{
		{Method: ""},
		{Method: "GET /x HTTP/1.1\r\nX:"},
		{Method: "CONNECT"},
		{Method: "GET", Header: message.Header{{Name: "", Value: "v"}}},
		{Method: "GET", Header: message.Header{{Name: "a b", Value: "v"}}},
		{Method: "GET", Header: message.Header{{Name: "a\r\nb", Value: "v"}}},
		{Method: "GET", Header: message.Header{{Name: "A", Value: "v\r\nB: 1"}}},
		{Method: "GET", Header: message.Header{{Name: "A", Value: "v\x00"}}},
		{Method: "GET", Header: message.Header{{Name: "Host", Value: "a b"}}},
	} {
		req.URL = "http://127.0.0.1:1/"
		_, err := b.Invoke(within(t), &req)
		if _, ok := err.(*backend.InvalidRequest); !ok {
			t.Errorf("%+v: got %T %v, want an invalid request", req, err, err)
			continue
		}
		if strings.ContainsAny(err.Error(), "\r\n\x00") {
			t.Errorf("%+v: the error %q has a line break", req, err)
		}
	}
}
