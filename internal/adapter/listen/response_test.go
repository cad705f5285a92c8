package listen_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"postern/internal/adapter/listen"
	"postern/internal/message"
)

func TestResponsesAreWrittenAsGiven(t *testing.T) {
	h := func(pairs ...string) (out message.Header) {
		for i := 0; i < len(pairs); i += 2 {
			out.Add(pairs[i], pairs[i+1])
		}
		return out
	}
	const body = "<html>body"
	for _, tt := range []struct {
		name   string
		method string
		res    message.Response
		want   string
	}{
		{
			name: "spelling and repetition are kept",
			res:  message.Response{Status: 200, Header: h("x-b", "1", "Set-Cookie", "a", "x-amzn-RequestId", "r", "Set-Cookie", "b", "X-B", "2"), Body: []byte("x")},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 1|Set-Cookie: a|Set-Cookie: b|X-B: 2|x-amzn-RequestId: r|x-b: 1|x",
		},
		{
			name: "no content type is guessed",
			res:  message.Response{Status: 404, Body: []byte(body)},
			want: "HTTP/1.1 404 Not Found|Connection: keep-alive|Content-Length: 10|" + body,
		},
		{
			name: "a content type in lower case is the only one",
			res:  message.Response{Status: 200, Header: h("content-type", "text/x"), Body: []byte(body)},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 10|content-type: text/x|" + body,
		},
		{
			name: "an empty body has a length",
			res:  message.Response{Status: 200},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 0|",
		},
		{
			name: "framing and connection are not the gateway's",
			res:  message.Response{Status: 200, Header: h("content-length", "99", "Transfer-Encoding", "chunked", "connection", "upgrade", "Upgrade", "h2c", "trailer", "X", "X", "1"), Body: []byte("x")},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 1|X: 1|x",
		},
		{
			name: "a line break does not make a field",
			res:  message.Response{Status: 200, Header: h("X", "a\r\nY: b", "Z\r\nQ", "1")},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 0|X: a  Y: b|",
		},
		{
			name: "204 has no body and no length",
			res:  message.Response{Status: 204, Header: h("Content-Type", "t"), Body: []byte(body)},
			want: "HTTP/1.1 204 No Content|Connection: keep-alive|Content-Type: t|",
		},
		{
			name: "304 has no body and no length",
			res:  message.Response{Status: 304, Header: h("ETag", "e"), Body: []byte(body)},
			want: "HTTP/1.1 304 Not Modified|Connection: keep-alive|ETag: e|",
		},
		{
			name: "304 has no type either",
			res:  message.Response{Status: 304, Header: h("Content-Type", "t")},
			want: "HTTP/1.1 304 Not Modified|Connection: keep-alive|",
		},
		{
			name: "a status without a name",
			res:  message.Response{Status: 444},
			want: "HTTP/1.1 444 status code 444|Connection: keep-alive|Content-Length: 0|",
		},
		{
			name: "HEAD has the length and not the body", method: "HEAD",
			res:  message.Response{Status: 200, Body: []byte(body)},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 10|",
		},
		{
			name: "HEAD has the length that a backend declared", method: "HEAD",
			res:  message.Response{Status: 200, Header: h("Content-Length", "77")},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 77|",
		},
		{
			name: "HEAD without either", method: "HEAD",
			res:  message.Response{Status: 200},
			want: "HTTP/1.1 200 OK|Connection: keep-alive|",
		},
		{
			name: "an informational status is no answer",
			res:  message.Response{Status: 101},
			want: `HTTP/1.1 500 Internal Server Error|Connection: close|Content-Length: 36|Content-Type: application/json|{"message": "Internal server error"}`,
		},
		{
			name: "no status is no answer",
			res:  message.Response{},
			want: `HTTP/1.1 500 Internal Server Error|Connection: close|Content-Length: 36|Content-Type: application/json|{"message": "Internal server error"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := gatewayServer(t, func(_ context.Context, req *message.Request, write func(*message.Response) error) error {
				if req.Path == "/next" {
					return write(&message.Response{Status: 299})
				}
				return write(&tt.res)
			})
			if tt.method == "" {
				tt.method = "GET"
			}
			_, in := r.send(t, tt.method+" / HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n")
			if got := answer(t, in, tt.method); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if strings.Contains(tt.want, "close") {
				wantClosed(t, in)
				return
			}
			if got := answer(t, in, "GET"); !strings.HasPrefix(got, "HTTP/1.1 299 ") {
				t.Errorf("the next answer is %s", got)
			}
		})
	}
}

func TestTheClientDecidesAboutTheConnection(t *testing.T) {
	r := gatewayServer(t, ok)
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n": "HTTP/1.1 200 OK|Connection: close|Content-Length: 2|ok",
		"GET / HTTP/1.0\r\n\r\n":                                 "HTTP/1.0 200 OK|Connection: close|Content-Length: 2|ok",
	} {
		_, in := r.send(t, request)
		if got := answer(t, in, "GET"); got != want {
			t.Errorf("%q: got %s, want %s", request, got, want)
		}
		wantClosed(t, in)
	}
}

func TestFailuresOfTheGatewayAre500(t *testing.T) {
	const want = `HTTP/1.1 500 Internal Server Error|Connection: close|Content-Length: 36|Content-Type: application/json|{"message": "Internal server error"}`
	for name, tt := range map[string]struct {
		g   gateway
		log string
	}{
		"a panic": {func(context.Context, *message.Request, func(*message.Response) error) error {
			panic("out of order")
		}, "out of order"},
		"an error": {func(context.Context, *message.Request, func(*message.Response) error) error {
			return errors.New("out of order")
		}, "out of order"},
		"silence": {func(context.Context, *message.Request, func(*message.Response) error) error {
			return nil
		}, "not answered"},
	} {
		t.Run(name, func(t *testing.T) {
			r := gatewayServer(t, tt.g)
			_, in := r.send(t, "GET /secret HTTP/1.1\r\nHost: h\r\n\r\n")
			if got := answer(t, in, "GET"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := r.log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, tt.log) {
				t.Errorf("got log %q, want one line with %q", got, tt.log)
			}
		})
	}
}

func TestAPanicBehindTheAnswerCutsTheConnection(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("half"))
		panic("out of order")
	})
	r := serve(t, h, false)
	_, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		if strings.Contains(line, " 500 ") {
			t.Errorf("got %q behind the answer", line)
		}
	}
	if got := r.log.String(); strings.Count(got, "out of order") != 1 {
		t.Errorf("got log %q, want one line", got)
	}
}

func TestASecondAnswerIsRefused(t *testing.T) {
	second := make(chan error, 1)
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		err := ok(ctx, req, write)
		second <- write(&message.Response{Status: 500})
		return err
	})
	_, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if got := answer(t, in, "GET"); !strings.HasSuffix(got, "|ok") {
		t.Errorf("got %s, want ok", got)
	}
	if err := <-second; err == nil {
		t.Error("the second write has no error")
	}
}

func TestTheContextEndsWithTheClient(t *testing.T) {
	begun, ended := make(chan bool), make(chan error)
	r := gatewayServer(t, func(ctx context.Context, _ *message.Request, _ func(*message.Response) error) error {
		begun <- true
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	})
	for _, raw := range []string{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"} {
		conn, _ := r.send(t, raw)
		<-begun
		conn.Close()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}
	if got := r.log.String(); got != "" {
		t.Errorf("got log %q, want none for clients that leave", got)
	}
}

func TestShutdownLetsRequestsEnd(t *testing.T) {
	begun, finish := make(chan bool), make(chan bool)
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		begun <- true
		<-finish
		return ok(ctx, req, write)
	})
	_, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	<-begun
	type result struct {
		cut int
		err error
	}
	done := make(chan result)
	go func() {
		cut, err := r.Shutdown(context.Background())
		done <- result{cut, err}
	}()
	for { // until the server has stopped accepting
		conn, err := net.Dial("tcp", r.addr)
		if err != nil {
			break
		}
		conn.Close()
	}
	finish <- true
	if got := answer(t, in, "GET"); !strings.HasSuffix(got, "|ok") || !strings.Contains(got, "Connection: close") {
		t.Errorf("got %s, want ok and a close", got)
	}
	if got := <-done; got.cut != 0 || got.err != nil {
		t.Errorf("Shutdown: got %+v, want nothing cut", got)
	}
}

func TestShutdownCountsWhatItCuts(t *testing.T) {
	begun := make(chan bool)
	r := gatewayServer(t, func(ctx context.Context, _ *message.Request, _ func(*message.Response) error) error {
		begun <- true
		<-ctx.Done()
		return nil
	})
	for range 3 {
		r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		<-begun
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if cut, err := r.Shutdown(ctx); cut != 3 || err != nil {
		t.Errorf("got %d, %v, want 3 requests cut", cut, err)
	}
}

func TestAPortInUseIsExplained(t *testing.T) {
	l, err := listen.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().String()
	for addr, want := range map[string]string{
		addr:              "listen on " + addr + ": another process has this address; stop it or choose another port",
		"192.0.2.1:0":     "listen on 192.0.2.1:0: this machine has no such address",
		"127.0.0.1:99999": `listen on "127.0.0.1:99999": expected host:port`,
		"nonsense":        `listen on "nonsense": expected host:port`,
	} {
		l, err := listen.Listen(t.Context(), addr)
		if err == nil {
			l.Close()
			t.Errorf("%s: no error", addr)
			continue
		}
		if !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %q, want %q", addr, err, want)
		}
	}
}

func TestAHandshakeThatStallsIsEnded(t *testing.T) {
	r := serve(t, &listen.Handler{Gateway: gateway(ok)}, true)
	r.send(t, "\x16\x03\x01") // the beginning of a handshake; Shutdown must not wait for the rest
	r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	res, err := client(t, func(p *http.Protocols) { p.SetHTTP2(true) }).Get("https://" + r.addr)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
}

func TestShutdownLetsStreamsOfHTTP2End(t *testing.T) {
	begun, finish := make(chan bool), make(chan bool)
	r := serve(t, &listen.Handler{Gateway: gateway(func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		begun <- true
		<-finish
		return ok(ctx, req, write)
	})}, true)
	answered := make(chan error)
	c := client(t, func(p *http.Protocols) { p.SetHTTP2(true) })
	go func() {
		res, err := c.Get("https://" + r.addr)
		if err == nil {
			res.Body.Close()
		}
		answered <- err
	}()
	<-begun
	down := make(chan int)
	go func() {
		cut, err := r.Shutdown(context.Background())
		if err != nil {
			t.Error(err)
		}
		down <- cut
	}()
	close(finish)
	if err := <-answered; err != nil {
		t.Errorf("the stream ended with %v", err)
	}
	if cut := <-down; cut != 0 {
		t.Errorf("%d requests were cut, want none", cut)
	}
}

func TestAPanicOverHTTP2IsA500(t *testing.T) {
	r := serve(t, &listen.Handler{Gateway: gateway(func(context.Context, *message.Request, func(*message.Response) error) error {
		panic("out of order")
	}), Log: slog.New(slog.DiscardHandler)}, true)
	c := client(t, func(p *http.Protocols) { p.SetHTTP2(true) })
	for range 2 { // the connection survives
		res, err := c.Get("https://" + r.addr)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != 500 || string(body) != `{"message": "Internal server error"}` {
			t.Errorf("got %d %q, %v, want 500", res.StatusCode, body, err)
		}
	}
}
