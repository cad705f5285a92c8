package listen_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postern/internal/adapter/listen"
	"postern/internal/message"
)

// A split leaves paths to a Handler that do not begin with /restapis, and counts
// what it answers itself.
type split struct {
	*listen.Handler
	own atomic.Int64
}

func (s *split) Direct(_, path string) *listen.Handler {
	if strings.HasPrefix(path, "/restapis") {
		return nil
	}
	return s.Handler
}

func (s *split) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.own.Add(1)
	if h := s.Direct(r.Host, r.URL.EscapedPath()); h != nil {
		h.ServeHTTP(w, r)
		return
	}
	fmt.Fprint(w, "control")
}

// several answers by the path.
func several(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
	h := message.Header{{Name: "x-Z", Value: "1"}, {Name: "A", Value: "2"}, {Name: "x-Z", Value: "3"}}
	switch req.Path {
	case "/204":
		return write(&message.Response{Status: 204, Header: h, Body: []byte("x")})
	case "/304":
		return write(&message.Response{Status: 304, Header: message.Header{{Name: "Content-Type", Value: "t"}, {Name: "ETag", Value: "e"}}})
	case "/444":
		return write(&message.Response{Status: 444, Header: message.Header{{Name: "a", Value: "b\r\nc: d"}, {Name: "a b", Value: "c"}, {Name: "upgrade", Value: "x"}, {Name: "Content-Length", Value: "7"}}})
	case "/large":
		return write(&message.Response{Status: 200, Header: h, Body: []byte(strings.Repeat("0123456789", 50_000))})
	case "/fails":
		return errors.New("out of order")
	case "/silent":
		return nil
	case "/panics":
		panic("out of order")
	case "/twice":
		_ = echo(ctx, req, write)
		return write(&message.Response{Status: 500})
	case "/101":
		return write(&message.Response{Status: 101})
	}
	return echo(ctx, req, write)
}

// talk sends raw and a last request, or the end of all sending, and returns what
// comes back until the server closes: without dates, the fields of each head
// sorted by name.
func (r *running) talk(t *testing.T, raw string, ends bool) (text string, reset bool) {
	t.Helper()
	if !ends {
		raw += "GET /end HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
	}
	conn, in := r.send(t, raw)
	if ends {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := io.ReadAll(in)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Fatalf("%.300q: got %.300q, %v", raw, b, err)
	}
	var out []string
	begin := 0 // of a head
	for line := range strings.SplitSeq(string(b), "\r\n") {
		switch name, _, field := strings.Cut(line, ": "); {
		case strings.Contains(line, "HTTP/1.1 "): // behind a body
			begin = len(out) + 1
		case field && name == "Date":
			continue
		case line == "":
			slices.SortStableFunc(out[begin:], func(a, b string) int {
				a, _, _ = strings.Cut(a, ":")
				b, _, _ = strings.Cut(b, ":")
				return strings.Compare(a, b)
			})
		}
		out = append(out, line)
	}
	return strings.Join(out, "\r\n"), err != nil
}

func TestLanesAnswerLikeNetHTTP(t *testing.T) {
	handler := func() *split {
		return &split{Handler: &listen.Handler{Gateway: gateway(several), Limits: listen.Limits{Body: 100_000}}}
	}
	direct, hidden := handler(), handler()
	lanes := serve(t, direct, false, func(s *listen.Server) { direct.Log = s.Log })
	plain := serve(t, struct{ http.Handler }{hidden}, false, func(s *listen.Server) { hidden.Log = s.Log })
	const last = "GET /last HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, tt := range []struct {
		name, raw string
		own       int64 // requests that net/http has answered, the last one included
		ends      bool  // there is no last one
	}{
		{name: "one", raw: "GET /p?q HTTP/1.1\r\nHost: h\r\n\r\n"},
		{name: "every status", raw: "GET /204 HTTP/1.1\r\nHost: h\r\n\r\nGET /304 HTTP/1.1\r\nHost: h\r\n\r\nGET /444 HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "HEAD", raw: "HEAD /204 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /304 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /444 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /p HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "a long answer", raw: "GET /large HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "a body", raw: "PUT /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + last},
		{name: "a body of a GET", raw: "GET /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + last},
		{name: "a body of nothing", raw: "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 00\r\n\r\n" + last},
		{name: "a large body", raw: "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("b", 100_000) + last},
		{name: "a line end behind the body of a POST", raw: "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n" + last},
		{name: "three line ends behind the body of a POST", raw: "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n\r\n" + last},
		{name: "a long head", raw: "GET /p HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("a", 10_000) + "\r\n\r\n" + last},
		{name: "the client closes", raw: "GET /p HTTP/1.1\r\nHost: h\r\nconnection: Close\r\n\r\n" + last},
		{name: "keep-alive", raw: "GET /p HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n" + last},
		{name: "more about the connection", raw: "GET /p HTTP/1.1\r\nHost: h\r\nConnection: x, close\r\n\r\n" + last, own: 1},
		{name: "an error", raw: "GET /fails HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "no answer", raw: "GET /silent HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "no final status", raw: "GET /101 HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "a panic", raw: "GET /panics HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "a HEAD that fails", raw: "HEAD /fails HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "a second answer", raw: "GET /twice HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "to the control plane and back", raw: last + "GET /restapis HTTP/1.1\r\nHost: h\r\n\r\n" + last, own: 3},
		{name: "a chunked body", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + last, own: 1},
		{name: "a body that is asked for", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc" + last, own: 3},
		{name: "another expectation", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nExpect: x\r\nContent-Length: 3\r\n\r\nabc" + last},
		{name: "an upgrade", raw: "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + last, own: 3},
		{name: "HTTP/1.0", raw: last + "GET / HTTP/1.0\r\nHost: h\r\n\r\n", own: 1},
		{name: "HTTP/1.0 that is kept", raw: "GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n" + last, own: 3},
		{name: "an absolute form", raw: "GET http://other/p HTTP/1.1\r\nHost: h\r\n\r\n" + last, own: 3},
		{name: "a path with what should be escaped", raw: "GET /\"{\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n" + last, own: 3},
		{name: "a broken escape", raw: "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n" + last},
		{name: "a body too long", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n", own: 1},
		{name: "a target too long", raw: last + "GET /" + strings.Repeat("a", 11_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", own: 1},
		{name: "a header too long", raw: last + "GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("a", 11_000) + "\r\n\r\n", own: 1},
		{name: "a head too long", raw: last + "GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("a", 100_000), ends: true},
		{name: "half a line", raw: last + "GET / HT", ends: true},
		{name: "half a head", raw: last + "GET / HTTP/1.1\r\nHost: h\r\n", ends: true},
		{name: "half a body", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", own: 1, ends: true},
		{name: "half a body in the buffer and half of it later", raw: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n" + strings.Repeat("b", 40_000), own: 1, ends: true},
		{name: "nothing", raw: "", ends: true},
		{name: "no HTTP", raw: last + "\x16\x03\x01\x00\n\x00"},
		{name: "a bare line feed", raw: last + "GET / HTTP/1.1\nHost: h\r\n\r\n" + last},
		{name: "length and coding", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" + last},
		{name: "two equal lengths", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na" + last},
		{name: "a folded line", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nX: a\r\n Content-Length: 1\r\n\r\na" + last},
		{name: "a space before the colon", raw: last + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\na" + last},
		{name: "no host", raw: last + "GET / HTTP/1.1\r\n\r\n" + last},
		{name: "two hosts", raw: last + "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n" + last},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := direct.own.Load()
			got, cut1 := lanes.talk(t, tt.raw, tt.ends)
			want, cut2 := plain.talk(t, tt.raw, tt.ends)
			// A connection that is reset may lose the end of what was sent.
			if got != want && !(cut1 && strings.HasPrefix(want, got)) && !(cut2 && strings.HasPrefix(got, want)) {
				t.Errorf("%.300q:\n got %.1000q\nwant %.1000q", tt.raw, got, want)
			}
			if n := direct.own.Load() - before; n != tt.own {
				t.Errorf("net/http answered %d requests, want %d", n, tt.own)
			}
		})
	}
	if got, want := strings.Count(lanes.log.String(), "\n"), strings.Count(plain.log.String(), "\n"); got != want || got == 0 {
		t.Errorf("%d lines of log, want %d:\n%s", got, want, lanes.log)
	}
}

func TestALaneKeepsTheOrderOfFields(t *testing.T) {
	r := gatewayServer(t, several)
	_, in := r.send(t, "GET /p HTTP/1.1\r\nHost: h\r\n\r\nGET /large HTTP/1.1\r\nHost: h\r\n\r\n")
	head, _ := rawAnswer(t, in, "GET")
	if got, want := strings.Join(head[:3], "|"), "HTTP/1.1 200 OK|Content-Type: t|Content-Length: "; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s…", got, want)
	}
	head, _ = rawAnswer(t, in, "GET")
	if got, want := strings.Join(head[1:], "|"), "Content-Length: 500000|Connection: keep-alive|x-Z: 1|A: 2|x-Z: 3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What a gateway was given is not touched by the requests that follow.
func TestALaneGivesStringsAndBodiesAway(t *testing.T) {
	type given struct{ path, query, host, field, body string }
	var kept []message.Request
	var copies []given
	of := func(r *message.Request) given {
		return given{r.Path, r.Query, r.Host, r.Header.Get("X-N"), string(r.Body)}
	}
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		k := *req
		k.Header = slices.Clone(req.Header)
		kept = append(kept, k)
		g := of(req)
		copies = append(copies, given{strings.Clone(g.path), strings.Clone(g.query), strings.Clone(g.host), strings.Clone(g.field), g.body})
		return ok(ctx, req, write)
	})
	var raw strings.Builder
	for i := range 20 {
		body := strings.Repeat(fmt.Sprint(i), i*50)
		fmt.Fprintf(&raw, "POST /%d?%d HTTP/1.1\r\nHost: h%d\r\nX-N: n%d\r\nContent-Length: %d\r\n\r\n%s", i, i, i, i, len(body), body)
	}
	_, in := r.send(t, raw.String())
	for range 20 {
		answer(t, in, "POST")
	}
	for i, k := range kept {
		if got := of(&k); got != copies[i] || got.path != fmt.Sprint("/", i) {
			t.Errorf("request %d is %+v now, was %+v", i, got, copies[i])
		}
	}
}

func TestAClientThatStopsSendingIsGone(t *testing.T) {
	begun, ended := make(chan bool), make(chan error)
	r := gatewayServer(t, func(ctx context.Context, _ *message.Request, _ func(*message.Response) error) error {
		begun <- true
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	})
	for name, leave := range map[string]func(*net.TCPConn) error{
		"half": (*net.TCPConn).CloseWrite,
		"reset": func(c *net.TCPConn) error {
			_ = c.SetLinger(0)
			return c.Close()
		},
	} {
		conn, _ := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		<-begun
		if err := leave(conn.(*net.TCPConn)); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
}

// A head gets its time once, however often something of it comes.
func TestAHeadInDropsEnds(t *testing.T) {
	r := gatewayServer(t, ok, func(s *listen.Server) { s.HeaderTimeout = 500 * time.Millisecond })
	for name, before := range map[string]string{"the first": "", "another one": "GET / HTTP/1.1\r\nHost: h\r\n\r\n"} {
		conn, in := r.send(t, before+"GET / HTTP/1.1\r\n")
		if before != "" {
			answer(t, in, "GET")
		}
		for range 100 { // five seconds
			if _, err := io.WriteString(conn, "X: y\r\n"); err != nil {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		_, _ = io.WriteString(conn, "Host: h\r\n\r\n")
		if b, err := io.ReadAll(in); len(b) > 0 || err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: got %q, %v, want a closed connection", name, b, err)
		}
	}
}

// A client that waits, or has sent its next request already, is not gone.
func TestAClientThatWaitsIsThere(t *testing.T) {
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		select {
		case <-ctx.Done():
			t.Error("the context ended")
		case <-time.After(700 * time.Millisecond):
		}
		return ok(ctx, req, write)
	})
	conn, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := answer(t, in, "GET"); !strings.HasSuffix(got, "|ok") {
			t.Errorf("got %s", got)
		}
	}
}

func TestShutdownClosesIdleLanes(t *testing.T) {
	r := gatewayServer(t, ok)
	_, fresh := r.send(t, "")
	_, half := r.send(t, "GET / HTTP/1.1\r\nHo")
	_, idle := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	answer(t, idle, "GET") // so all three have been accepted
	if cut, err := r.Shutdown(t.Context()); cut != 0 || err != nil {
		t.Errorf("got %d, %v, want nothing cut", cut, err)
	}
	wantClosed(t, fresh)
	wantClosed(t, half)
	wantClosed(t, idle)
}

func TestShutdownLetsOnlyTheRequestAtHandEnd(t *testing.T) {
	begun, finish := make(chan bool, 2), make(chan bool)
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		begun <- true
		<-finish
		return ok(ctx, req, write)
	})
	_, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
	<-begun
	done := make(chan int)
	go func() {
		cut, err := r.Shutdown(context.Background())
		if err != nil {
			t.Error(err)
		}
		done <- cut
	}()
	for { // until the server has stopped accepting
		conn, err := net.Dial("tcp", r.addr)
		if err != nil {
			break
		}
		conn.Close()
	}
	close(finish)
	if got := answer(t, in, "GET"); !strings.Contains(got, "|Connection: close|") {
		t.Errorf("got %s, want a close", got)
	}
	wantClosed(t, in)
	if cut := <-done; cut != 0 || len(begun) > 0 {
		t.Errorf("%d requests were cut, %d begun after the end", cut, len(begun))
	}
}

// A director that fails must not take the process with it.
type broken struct{ http.Handler }

func (broken) Direct(string, string) *listen.Handler { panic("out of order") }

func TestAPanicOfTheDirectorEndsTheConnection(t *testing.T) {
	r := serve(t, broken{http.NotFoundHandler()}, false)
	_, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	wantClosed(t, in)
	if got := r.log.String(); strings.Count(got, "out of order") != 1 {
		t.Errorf("got log %q, want one line", got)
	}
}

func TestAPanicBehindTheAnswerEndsTheLane(t *testing.T) {
	r := gatewayServer(t, func(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
		_ = ok(ctx, req, write)
		panic("out of order")
	})
	_, in := r.send(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if got := answer(t, in, "GET"); !strings.HasSuffix(got, "|ok") {
		t.Errorf("got %s", got)
	}
	wantClosed(t, in)
}
