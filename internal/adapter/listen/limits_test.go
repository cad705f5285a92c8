package listen_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"postern/internal/adapter/listen"
	"postern/internal/message"
)

func TestLimitsOfARequest(t *testing.T) {
	h := &listen.Handler{Gateway: gateway(ok), Limits: listen.Limits{Body: 10}}
	r := serve(t, h, false)
	const (
		close413 = "HTTP/1.1 413 Request Entity Too Large|Connection: close|Content-Length: 41|Content-Type: text/plain|HTTP content length exceeded 10 bytes."
		close414 = `HTTP/1.1 414 Request URI Too Long|Connection: close|Content-Length: 35|Content-Type: application/json|{"message": "Request URI too long"}`
		close431 = `HTTP/1.1 431 Request Header Fields Too Large|Connection: close|Content-Length: 46|Content-Type: application/json|{"message": "Request Header Fields Too Large"}`
		fine     = "HTTP/1.1 200 OK|Connection: keep-alive|Content-Length: 2|ok"
		fineEnd  = "HTTP/1.1 200 OK|Connection: close|Content-Length: 2|ok"
	)
	const host = "Host: h\r\n" // 9 bytes
	for _, tt := range []struct{ name, request, want string }{
		{"the longest body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789", fine},
		{"a body declared too long is not waited for", "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n", close413},
		{"a body that becomes too long", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n", close413},
		{"the longest body in chunks", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n", fineEnd},
		{"the longest target", "GET /" + strings.Repeat("a", 10_239) + " HTTP/1.1\r\n" + host + "\r\n", fine},
		{"a target too long", "GET /" + strings.Repeat("a", 10_240) + " HTTP/1.1\r\n" + host + "\r\n", close414},
		{"the longest header", "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 10_240-9-5) + "\r\n\r\n", fine},
		{"a header too long", "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 10_240-9-4) + "\r\n\r\n", close431},
		{"a header of many fields", "GET / HTTP/1.1\r\n" + host + strings.Repeat("a:\r\n", 2047) + "\r\n", close431},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, in := r.send(t, tt.request)
			got := answer(t, in, "GET")
			want := tt.want
			if strings.Contains(want, " 413 ") {
				want = strings.Replace(want, "Length: 41", fmt.Sprint("Length: ", len("HTTP content length exceeded 10 bytes.")), 1)
			}
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if strings.Contains(want, "close") {
				wantClosed(t, in)
			}
		})
	}
}

func TestAHeadWithoutEndIsRefused(t *testing.T) {
	r := gatewayServer(t, ok)
	_, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\nX: "+strings.Repeat("a", 1<<20))
	if got := answer(t, in, "HEAD"); !strings.HasPrefix(got, "HTTP/1.1 431 ") {
		t.Errorf("got %s, want 431", got)
	}
}

func TestTheUsualBodyLimit(t *testing.T) {
	got := make(chan int, 1)
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		got <- len(req.Body)
		return ok(ctx, req, write)
	})
	conn, in := r.send(t, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n")
	go io.WriteString(conn, strings.Repeat("b", 10_485_760))
	if status := answer(t, in, "POST"); !strings.HasPrefix(status, "HTTP/1.1 200 ") || <-got != 10_485_760 {
		t.Errorf("got %s, want 200 and the whole body", status)
	}
	_, in = r.send(t, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10485761\r\n\r\n")
	if got, want := answer(t, in, "POST"), "HTTP content length exceeded 10485760 bytes."; !strings.HasSuffix(got, "|"+want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASlowBodyIsNotWaitedForLong(t *testing.T) {
	r := serve(t, &listen.Handler{Gateway: gateway(ok), Limits: listen.Limits{Reading: 30 * time.Millisecond}}, false)
	_, in := r.send(t, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
	if got := answer(t, in, "POST"); !strings.HasPrefix(got, "HTTP/1.1 408 ") || !strings.HasSuffix(got, `|{"message": "Request Timeout"}`) {
		t.Errorf("got %s, want 408", got)
	}
	wantClosed(t, in)
}

func TestABodyInTimeLeavesNoDeadlineBehind(t *testing.T) {
	answered := make(chan struct{})
	h := &listen.Handler{Limits: listen.Limits{Reading: 30 * time.Millisecond}}
	h.Gateway = gateway(func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		select {
		case <-ctx.Done():
			t.Error("the context ended with the deadline of the body")
		case <-time.After(100 * time.Millisecond):
		}
		close(answered)
		return ok(ctx, req, write)
	})
	r := serve(t, h, false)
	_, in := r.send(t, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na")
	if got := answer(t, in, "POST"); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Errorf("got %s, want 200", got)
	}
	<-answered
}

func TestSlowHeadsAndIdleConnectionsEnd(t *testing.T) {
	r := gatewayServer(t, ok, func(s *listen.Server) {
		s.HeaderTimeout, s.IdleTimeout = 30*time.Millisecond, 30*time.Millisecond
	})
	for name, raw := range map[string]string{
		"nothing":            "",
		"half a head":        "GET / HTTP/1.1\r\nHo",
		"idle after request": "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		_, in := r.send(t, raw)
		if _, err := io.Copy(io.Discard, in); err != nil {
			t.Errorf("%s: got %v, want the server to close", name, err)
		}
	}
}

func TestAClientThatTakesNothingIsLetGo(t *testing.T) {
	failed := make(chan error, 1)
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		err := write(&message.Response{Status: 200, Body: make([]byte, 64<<20)})
		failed <- err
		return err
	}, func(s *listen.Server) { s.WriteTimeout = 50 * time.Millisecond })
	r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if err := <-failed; err == nil {
		t.Error("got no error, want one of the deadline")
	}
}

func TestTargetsThatAreNotForAGateway(t *testing.T) {
	r := gatewayServer(t, ok)
	for _, line := range []string{"OPTIONS *", "CONNECT h:80", "GET ftp://h/", "GET x"} {
		_, in := r.send(t, line+" HTTP/1.1\r\nHost: h\r\n\r\n")
		if got := answer(t, in, "HEAD"); !strings.HasPrefix(got, "HTTP/1.1 400 ") {
			t.Errorf("%s: got %s, want 400", line, got)
		}
	}
}

func TestTheControlPlaneIsServedBeside(t *testing.T) {
	h := &listen.Handler{Gateway: gateway(ok)}
	mux := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/restapis") {
			fmt.Fprint(w, "control")
			return
		}
		h.ServeHTTP(w, r)
	})
	r := serve(t, mux, false)
	_, in := r.send(t, "GET /restapis HTTP/1.1\r\nHost: h\r\nX: "+strings.Repeat("a", 12_000)+"\r\n\r\nGET /p HTTP/1.1\r\nHost: h\r\n\r\n")
	for _, want := range []string{"|control", "|ok"} {
		if got := answer(t, in, "GET"); !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
